/* runner/client/internal.h - the driver's state, shared by its files and nobody else. */
#ifndef ZN_RUNNER_CLIENT_INTERNAL_H
#define ZN_RUNNER_CLIENT_INTERNAL_H

#include "runner/client/process.h"
#include "runner/client/runner.h"

struct zn_pending_run {
	bool used;
	bool cancel_wanted, cancel_sent;
	uint64_t order; /* of asking */
	uint64_t tag;
	uint32_t count;
	uint32_t items_done;
	zn_run_done_fn *done;
	void *user;
};

struct zn_runner_memory {
	int fd;
	uint8_t *mapped;
	size_t bytes;
};

struct zn_runner {
	struct zn_loop *loop;
	struct zn_runner_options options; /* paths are not kept */
	struct zn_process process;
	struct zn_timer watchdog;
	struct zn_device device;
	bool ready, gone;
	uint32_t depth; /* callbacks we are inside of */
	bool destroyed; /* by one of them */

	bool loading, loaded;
	uint64_t load_tag;
	zn_load_done_fn *load_done;
	void *load_user;
	struct zn_pipe_load load;
	struct zn_pipe_layout layout;
	struct zn_runner_memory job_memory, lane_memory;

	struct zn_pending_run runs[ZN_RUNS_QUEUED_MAX]; /* by lane */
	uint64_t orders;
	bool pause_wanted, pause_sent, pause_told;
	uint32_t duty_wanted, duty_sent; /* percent */
	struct zn_complaint failed;
};

/** Around every callback. leave returns false when the runner has been freed. */
void zn_runner_enter(struct zn_runner *runner);
bool zn_runner_leave(struct zn_runner *runner) __attribute__((warn_unused_result));

/** The process is of no use any more: end it, answer everything, say gone. Loop only. False when the
 *  runner has been freed. */
bool zn_runner_fail(struct zn_runner *runner, enum zn_err err, const char *sentence);

/** Answer the load in progress. False when the runner has been freed. */
bool zn_runner_answer_load(struct zn_runner *runner, const struct zn_load_result *result);
bool zn_runner_loaded(struct zn_runner *runner, const struct zn_pipe_loaded *loaded);
void zn_runner_memory_free(struct zn_runner_memory *memory);

/** Answer one run. False when the runner has been freed. */
bool zn_runner_answer_run(struct zn_runner *runner, struct zn_pending_run *run,
	struct zn_run_result *result);
/** False when the message is rubbish. */
bool zn_runner_check_done(struct zn_runner *runner, const struct zn_pipe_done *done,
	struct zn_pending_run **run);
bool zn_runner_finish_run(struct zn_runner *runner, struct zn_pending_run *run,
	const struct zn_pipe_done *done);
struct zn_pending_run *zn_runner_find_run(struct zn_runner *runner, uint64_t tag);
struct zn_pending_run *zn_runner_oldest_run(struct zn_runner *runner);
/** Send what could not be sent before: pause, resume, cancel, the duty cycle. */
void zn_runner_send_orders(struct zn_runner *runner);

#endif
