/* runner/client/inspect.h - a checking driver for kernels (oclgrind): is it here, and what did it find?
 *
 * An inspection is a zn_runner with the options `inspector` and `words_fd`. Its log is written by a
 * process with foreign code inside: it is bounded and read as hostile text.
 */
#ifndef ZN_RUNNER_CLIENT_INSPECT_H
#define ZN_RUNNER_CLIENT_INSPECT_H

#include "core/limits.h"

#include <stdbool.h>
#include <stdint.h>

#define ZN_INSPECT_FINDINGS_MAX 16
#define ZN_INSPECT_FILE_BYTES   64
#define ZN_INSPECT_WHAT_BYTES   200

struct zn_inspect_finding {
	char file[ZN_INSPECT_FILE_BYTES]; /* as the job named the source; "" if unknown */
	uint32_t line;                    /* 0 if unknown */
	uint32_t other_line;              /* of a race: where the other access stands; else 0 */
	uint64_t item;                    /* the first of the launch */
	char what[ZN_INSPECT_WHAT_BYTES]; /* "writes 4 bytes behind the end of its output slot" */
};

/** The driver's library, an absolute path in static memory; NULL where oclgrind is not installed. */
const char *zn_inspector_find(void);
/** A file in memory for `words_fd`; -1 without memory. The caller closes it. */
int zn_inspect_log_create(void);
/** Read a log back. Equal findings (same place, same kind) are given once.
 *  Returns: how many of `out` (ZN_INSPECT_FINDINGS_MAX) are filled. */
uint32_t zn_inspect_log_read(struct zn_inspect_finding *out, int fd);
/** The same from text. */
uint32_t zn_inspect_log_parse(struct zn_inspect_finding *out, const char *text, uint64_t bytes);

#endif
