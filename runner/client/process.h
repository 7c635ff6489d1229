/* runner/client/process.h - a zennet-runner process and the pipe to it, for probe and driver alike. */
#ifndef ZN_RUNNER_CLIENT_PROCESS_H
#define ZN_RUNNER_CLIENT_PROCESS_H

#include "io/spawn.h"
#include "runner/pipe.h"

#include <limits.h>

#define ZN_PROCESS_ARGUMENTS_MAX 10
#define ZN_PROCESS_FDS_MAX       3

struct zn_process {
	struct zn_child child;
	int words_fd;           /* what it writes to stdout and stderr; read at its end only */
	char scratch[PATH_MAX]; /* its own directory, removed at its end */
	uint64_t heard_ns;      /* when it last said something useful, monotonic */
	uint64_t heard_cpu_ns;  /* the CPU time that it had used by then */
};

enum zn_process_heard {
	ZN_HEARD_NOTHING,
	ZN_HEARD_MESSAGE,
	ZN_HEARD_RUBBISH,
	ZN_HEARD_CLOSED,
};

struct zn_process_options {
	const char *program;   /* NULL: beside this program */
	const char *cache_dir; /* NULL: zn_path_cache()/runner */
	int words_fd; /* where its stdout and stderr go; 0: nowhere, but its last words are kept */
	const char *arguments[ZN_PROCESS_ARGUMENTS_MAX + 1]; /* "probe", ...; NULL-terminated */
	enum zn_sandbox_level sandbox_max;                   /* 0: the best that can be had */
};

/** Where cached binaries lie, as an absolute path, made if need be. Errors: IO, DENIED, TOO_LARGE. */
enum zn_err zn_process_cache_dir(char out[PATH_MAX], const char *wanted);
/** The runner's program. */
enum zn_err zn_process_program(char out[PATH_MAX], const char *wanted);

/** Start one. Errors: NOT_FOUND, DENIED, IO, MEMORY, TOO_LARGE (a path). */
enum zn_err zn_process_start(struct zn_process *out, const struct zn_process_options *options);
/** The next message, if there is one. */
enum zn_process_heard zn_process_receive(struct zn_process *process, struct zn_pipe_message *out);
/** Errors: BUSY (it does not read), CLOSED. `fds`: `fds_count` to send along. */
enum zn_err zn_process_send(struct zn_process *process, struct zn_pipe_message *message,
	const int *fds, size_t fds_count);
/** It said something useful: its silence begins anew. */
void zn_process_heard_from(struct zn_process *process);
/** How long it has been silent, in its own CPU time and on the wall clock. */
void zn_process_silence(const struct zn_process *process, uint64_t *cpu_ms, uint64_t *wall_ms);
/** Memory that it holds, shared memory that it touched included; 0: cannot be told. */
uint64_t zn_process_memory(const struct zn_process *process);
/** It may take `bytes` of addresses more than it has now, and no more ever after. */
void zn_process_limit_growth(const struct zn_process *process, uint64_t bytes);
/** Kill, reap, clean up. Out: `how` (may be NULL) gets how it ended, a sentence without a full stop.
 *  Safe on a zeroed or ended one. */
void zn_process_end(struct zn_process *process, struct zn_complaint *how);

#endif
