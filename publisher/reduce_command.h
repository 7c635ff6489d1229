/* publisher/reduce_command.h - a person's own command that reads all outputs in order and writes the
 * result.
 *
 * It is started without a shell, in the job file's directory, with the outputs on its standard input;
 * what it writes is the result. A command that neither reads nor writes for silent_ms, or writes more
 * than result_bytes_max, is ended. It may stop reading when it has seen enough.
 */
#ifndef ZN_PUBLISHER_REDUCE_COMMAND_H
#define ZN_PUBLISHER_REDUCE_COMMAND_H

#include "publisher/job_file.h"

#include <stdio.h>

struct zn_reduce_command;

struct zn_reduce_limits {
	uint64_t silent_ms;
	uint64_t result_bytes_max;
};

/** Start it; its result goes to `to`. NULL limits: those of core/limits.h. NULL and a sentence. */
struct zn_reduce_command *zn_reduce_command_start(const struct zn_words *command,
	const char *directory, FILE *to, const struct zn_reduce_limits *limits,
	struct zn_complaint *complaint);
/** Give it bytes, and take what it says meanwhile. False and a sentence: it failed. */
bool zn_reduce_command_feed(struct zn_reduce_command *command, const uint8_t *bytes, size_t count,
	struct zn_complaint *complaint);
/** No more comes: take the rest and wait for its end. True when it ended with status 0. */
bool zn_reduce_command_finish(struct zn_reduce_command *command, struct zn_complaint *complaint);
/** Ends it if it runs. NULL is fine. */
void zn_reduce_command_destroy(struct zn_reduce_command *command);

#endif
