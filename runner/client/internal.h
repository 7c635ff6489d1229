/* runner/client/internal.h - the driver's state, shared by its files and nobody else.
 *
 * A run process goes through three stages (stage.c): it opens its device, is given the binary of the
 * known answers, and is ready. It loads one job, once: the next job gets a fresh process, since what ran
 * in this one was a stranger's. Binaries come from the cache or from a builder (binary.c, build.c).
 */
#ifndef ZN_RUNNER_CLIENT_INTERNAL_H
#define ZN_RUNNER_CLIENT_INTERNAL_H

#include "core/hash.h"
#include "runner/client/build.h"
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

enum zn_run_stage { ZN_RUN_OPENING, ZN_RUN_TESTING, ZN_RUN_READY };

/** The binary that is wanted or was had last: of the known answers or of the job. */
struct zn_wanted_binary {
	struct zn_pipe_load load; /* binary_bytes: of it, once it is there */
	struct zn_hash key;
	struct zn_runner_memory sources; /* of the known answers; a job has its own */
	struct zn_runner_memory memory;  /* the binary, for the run process to read */
	bool cached;                     /* it came from the cache */
	uint32_t build_ms;
	char *log; /* malloc'ed, cleaned; NULL: there is none */
};

struct zn_runner {
	struct zn_loop *loop;
	struct zn_runner_options options; /* paths are not kept */
	char program[PATH_MAX], cache_dir[PATH_MAX];
	struct zn_process process;
	struct zn_timer watchdog;
	struct zn_timer next; /* what is to be done is done from the loop */
	struct zn_device device;
	enum zn_run_stage stage;
	bool ready, gone; /* ready: told so; its process may be a new one that is not there yet */
	uint32_t depth;   /* callbacks we are inside of */
	bool destroyed;   /* by one of them */

	struct zn_build build;
	struct zn_wanted_binary wanted;

	bool loading, load_sent, loaded;
	bool foreign; /* the job's sources are a stranger's */
	bool used;    /* the process has loaded a job */
	bool rests;   /* the watchdog saw it with nothing to do, and has waited for its last work */
	uint64_t idle_cpu_ms; /* that it used since */
	uint64_t load_tag;
	zn_load_done_fn *load_done;
	void *load_user;
	struct zn_pipe_load load;
	struct zn_pipe_layout layout;
	struct zn_runner_memory job_memory, lane_memory;
	uint64_t memory_bytes_max; /* of the process with its job */

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

/** How its processes are started, of either kind. `words` is what `out` points to. `cpu_s`: limit of every
 *  process of a builder. */
struct zn_runner_words {
	char index[12], threads[12], class[12], cpu_s[12];
};
void zn_runner_describe_process(struct zn_process_options *out, struct zn_runner_words *words,
	const struct zn_runner *runner, const char *verb, uint64_t cpu_s);
/** Start a run process, or another one. */
enum zn_err zn_runner_start(struct zn_runner *runner);
/** End it and stop listening to it. Out: how it ended; may be NULL. */
void zn_runner_stop(struct zn_runner *runner, struct zn_complaint *how);
/** Look at what can be done next, soon and from the loop. */
void zn_runner_go_on(struct zn_runner *runner);
/** Messages of the process on its way to ready. False when the runner has been freed. */
bool zn_runner_opened(struct zn_runner *runner, const struct zn_device *device);
bool zn_runner_tested(struct zn_runner *runner, const struct zn_device *device);
bool zn_runner_rejected(struct zn_runner *runner);

/** Get the binary of wanted.load, whose sources lie in `memory`: from the cache, or from a builder. Then
 *  zn_runner_binary_is_there or zn_runner_binary_failed. False when the runner has been freed. */
bool zn_runner_want_binary(struct zn_runner *runner, const struct zn_runner_memory *memory);
bool zn_runner_binary_is_there(struct zn_runner *runner);
bool zn_runner_binary_failed(struct zn_runner *runner, enum zn_err err, const char *sentence);
void zn_runner_forget_binary(struct zn_runner *runner);

/** Answer the load in progress. False when the runner has been freed. */
bool zn_runner_answer_load(struct zn_runner *runner, struct zn_load_result *result);
/** The process is ready for the job that waits: check it, and get its binary. */
bool zn_runner_begin_load(struct zn_runner *runner);
/** Give the process its job. */
bool zn_runner_send_load(struct zn_runner *runner);
bool zn_runner_loaded(struct zn_runner *runner, const struct zn_pipe_loaded *loaded);
enum zn_err zn_runner_memory_make(struct zn_runner_memory *memory, uint64_t bytes, bool read_only);

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
/** Brought into what a runner takes. */
uint32_t zn_runner_duty(uint32_t percent);
/** Send what could not be sent before: pause, resume, cancel, the duty cycle. */
void zn_runner_send_orders(struct zn_runner *runner);

#endif
