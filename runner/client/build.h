/* runner/client/build.h - one builder process: sources in, a binary out. It ends with its build.
 *
 * The sources are a stranger's and so is, in the end, all that the process says: the binary is copied out
 * of its reach, bounded, and only ever runs in a run stage of the job whose sources it came from.
 */
#ifndef ZN_RUNNER_CLIENT_BUILD_H
#define ZN_RUNNER_CLIENT_BUILD_H

#include "io/loop.h"
#include "runner/client/process.h"

struct zn_runner_memory {
	int fd;
	uint8_t *mapped;
	size_t bytes;
};

struct zn_build_result {
	/* OK; BUILD: the source is at fault, or made the compiler crash, run for ever or eat memory;
	   DEVICE: the builder could not open the device, no fault of the source; MEMORY, IO */
	enum zn_err err;
	const char *sentence;
	const uint8_t *log; /* any bytes */
	uint32_t log_bytes;
	uint8_t *binary; /* malloc'ed; set to NULL to take it */
	size_t binary_bytes;
	uint32_t build_ms;
};
typedef void zn_build_done_fn(void *user, struct zn_build_result *result);

struct zn_build_request {
	struct zn_process_options process; /* "build", ...; borrowed for the call */
	struct zn_pipe_load load;
	int job_memory_fd;       /* stays the caller's, and open until done */
	struct zn_device device; /* that the builder must open */
	uint64_t cpu_ms_max;     /* of the compiler itself */
	uint64_t memory_bytes_max;
};

struct zn_build {
	struct zn_loop *loop;
	struct zn_process process;
	struct zn_timer watchdog;
	struct zn_build_request request;
	struct zn_runner_memory binary;
	bool under_way, asked;
	zn_build_done_fn *done;
	void *user;
};

/** Start. `done` comes once, from the loop, unless it is stopped before; the builder is gone by then and
 *  the next may be started. Errors: as zn_process_start, MEMORY; then `done` is not called. */
enum zn_err zn_build_start(struct zn_build *build, struct zn_loop *loop,
	const struct zn_build_request *request, zn_build_done_fn *done, void *user);
/** Kill it, call nobody. Safe on a zeroed or ended one. */
void zn_build_stop(struct zn_build *build);

void zn_runner_memory_free(struct zn_runner_memory *memory);

#endif
