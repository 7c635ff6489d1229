/* runner/client/runner.h - drive one zennet-runner: load a job, run chunks and lists of items.
 *
 * A runner is a process of its own with one device, without keys or network; killing it is always
 * safe. Nothing that it says is believed: its answers are bounded, decoded like a stranger's, and
 * outputs are copied out of the shared memory before anybody hashes them.
 *
 *     zn_runner_create -> ready() -> zn_runner_load -> loaded() -> zn_runner_run ... -> done()
 *
 * Everything happens on the loop; no call here waits for the runner, but load copies the job's bytes
 * into shared memory. Callbacks come from the loop, never from inside a call. In any callback
 * zn_runner_destroy is allowed. Items are counted, sizes are bytes, times as the suffix says.
 */
#ifndef ZN_RUNNER_CLIENT_RUNNER_H
#define ZN_RUNNER_CLIENT_RUNNER_H

#include "core/err.h"
#include "io/loop.h"
#include "kernels/builtin.h"
#include "runner/device.h"

struct zn_runner;

/** What a runner tells by itself. Any function may be NULL. */
struct zn_runner_handlers {
	/** The device is open and self-tested; a load that was asked for earlier goes on. */
	void (*ready)(void *user, const struct zn_device *device);
	/** So many items of that run are finished; at most once per slice. */
	void (*progress)(void *user, uint64_t tag, uint32_t items_done);
	/** After zn_runner_pause: the device is free now. */
	void (*paused)(void *user);
	/** The process ended, answered rubbish or was killed by its watchdog. Its load and runs have
	 *  been answered before with ZN_ERR_DEVICE (ZN_ERR_TIMEOUT by the watchdog). The runner can
	 *  only be destroyed now; a new one may be created at once. */
	void (*gone)(void *user, enum zn_err err, const char *sentence);
	void *user;
};

struct zn_runner_options {
	const char *program;   /* zennet-runner's path; NULL: beside this program */
	const char *cache_dir; /* writable, for binaries; NULL: zn_path_cache()/runner */
	uint32_t device_index; /* as zn_devices_probe listed it */
	/* zn_device.class and class_index as probed: the runner then gets the nodes of GPUs only if it
	   is one, and finds the device even where other drivers list nothing. class 0: not known */
	uint8_t device_class;
	uint32_t class_index;
	uint32_t cpu_threads;  /* CPU devices: use so many threads; 0: all */
	bool idle_priority;    /* run only when nothing else wants the cores (SCHED_IDLE): for CPU
	                            devices of a worker; not for GPUs, which would starve */
	uint32_t duty_percent; /* how much of the time the device may work: ZN_DUTY_PERCENT_MIN to
	                          100; 0: all of it */
	uint64_t memory_bytes_max; /* most that a job may take; 0: what the device has */
	/* The watchdog: how long it may say nothing while it has work. 0: the defaults of
	   core/limits.h. CPU time counts first, since an honest chunk may be starved. */
	uint32_t silence_cpu_ms; /* per thread of the device */
	uint32_t silence_wall_ms;
	uint32_t build_cpu_ms;           /* CPU time that a compiler may take */
	uint64_t build_memory_bytes_max; /* memory that a compiler may take; 0: the default */
	enum zn_sandbox_level
		sandbox_max; /* 0: the best that can be had; tests force a lower one */
	/* An inspection in place of work: one job under a checking driver, zn_inspector_find's, in
	   the shape of a CPU or a GPU. What the driver finds goes to words_fd. */
	const char *inspector; /* NULL: none; else it outlives the runner */
	bool inspect_as_gpu;
	int words_fd; /* of an inspection: stdout and stderr of the process; zn_inspect_log_create */
	struct zn_runner_handlers handlers;
};

/** Start a runner process. Errors: NOT_FOUND (no program), DENIED, IO, MEMORY. */
enum zn_err zn_runner_create(struct zn_runner **out, struct zn_loop *loop,
	const struct zn_runner_options *options);
/** Kill it and forget it; calls nobody back. NULL is fine. */
void zn_runner_destroy(struct zn_runner *runner);

/** How well it is fenced in: known once it is ready, ZN_SANDBOX_NONE before. Whoever loads sources of
 *  strangers asks this first and refuses below ZN_SANDBOX_PARTIAL. */
enum zn_sandbox_level zn_runner_sandbox(const struct zn_runner *runner);
/** The device, or NULL before ready(). Borrowed while the runner lives. */
const struct zn_device *zn_runner_device(const struct zn_runner *runner);

/** What a job needs; all of it is copied before zn_runner_load returns. */
struct zn_runner_job {
	bool foreign; /* sources of a stranger: not even built below ZN_SANDBOX_PARTIAL */
	bool exact;   /* arithmetic class: exact.h goes before the sources, no relaxing option */
	const struct zn_kernel_source *sources; /* in order; names are only for build logs */
	uint32_t sources_count;                 /* 1..ZN_SOURCES_MAX */
	const void *params;
	uint32_t params_bytes; /* <= ZN_PARAMS_BYTES_MAX, 0 allowed */
	const void *shared;
	uint64_t shared_bytes; /* <= ZN_SHARED_BYTES_MAX, 0 allowed */
	bool fp64;             /* the kernel uses double; the device must have it */
	uint32_t slot_bytes;   /* of an item's output, 1..ZN_SLOT_BYTES_MAX */
	uint32_t group_items;  /* chunk form: items of a work-group; every run has whole groups, in
	                             list form too. 0: map form */
	uint32_t local_bytes;  /* chunk form: local memory of a work-group, a multiple of 16 */
	uint32_t chunk_items_max; /* most items of one run, range or list */
	uint32_t input_bytes_max; /* most bytes of a chunk's own input, 0 allowed */
	uint32_t width;           /* vector width to build for; 0: the device's own */
};

struct zn_load_result {
	enum zn_err err; /* BUILD: the source does not compile (see the log), or made the compiler
	                    crash, run for ever or eat memory; the runner lives on. UNSUPPORTED: exact work on a device that is not.
	                    TOO_LARGE: the device or memory_bytes_max has less. DEVICE, TIMEOUT */
	bool cached;     /* the binary came from the cache */
	uint32_t build_ms;
	const char *log;      /* the compiler's words, cleaned and cut; "" if none. Borrowed */
	const char *sentence; /* for people when err is not OK. Borrowed */
};
typedef void zn_load_done_fn(void *user, const struct zn_load_result *result);

/** Load a job in place of the one before. May be called before ready(). `done` is called once, unless
 *  the runner is destroyed before. A second job is loaded by a fresh process, since the first may have
 *  left something behind in the old one; ready() is not called again.
 *  Errors: BUSY (a load or runs are pending), TOO_LARGE (a size above its limit), MALFORMED (a zero
 *  count), MEMORY, CLOSED (the runner is gone); then `done` is not called. */
enum zn_err zn_runner_load(struct zn_runner *runner, const struct zn_runner_job *job,
	zn_load_done_fn *done, void *user);

/** One run: a chunk (range form) or single items (list form). Copied before zn_runner_run returns. */
struct zn_run_request {
	uint64_t tag;          /* the caller's name for it, unique among the pending ones */
	const uint64_t *items; /* list form: `count` item indices; NULL: the range form */
	uint64_t first;        /* range form: first item */
	uint32_t count;        /* 1..chunk_items_max */
	const void *input;     /* the chunk's own input */
	uint32_t input_bytes;  /* <= input_bytes_max */
	uint64_t chunk_first;  /* first item of the chunk whose input it is; of no meaning
	                          to a job without chunk inputs */
};

struct zn_run_result {
	uint64_t tag;
	enum zn_err err; /* OK, CANCELLED, DEVICE, TIMEOUT */
	uint8_t *output; /* malloc'ed, out of the runner's reach; freed after the callback unless it
	                        sets this to NULL and so takes it. NULL unless err is OK */
	size_t output_bytes; /* items * slot_bytes */
	uint32_t items;
	uint64_t device_ns; /* time that the device spent, by its own clock: a claim */
};
typedef void zn_run_done_fn(void *user, struct zn_run_result *result);

/** Queue a run; up to ZN_RUNS_QUEUED_MAX wait at once, and two keep the device from waiting. They are
 *  done in the order of asking. `done` is called once, unless the runner is destroyed before.
 *  Errors: BUSY (the queue is full), NOT_FOUND (no job is loaded), TOO_LARGE, EXISTS (the tag is
 *  pending), MEMORY, CLOSED; then `done` is not called. */
enum zn_err zn_runner_run(struct zn_runner *runner, const struct zn_run_request *request,
	zn_run_done_fn *done, void *user);
/** How many runs are pending. */
uint32_t zn_runner_pending(const struct zn_runner *runner);

/** Free the device after the slices in flight (about ZN_SLICE_MS * ZN_SLICES_QUEUED); finished items
 *  are kept. Nothing on a runner that is gone. */
void zn_runner_pause(struct zn_runner *runner);
void zn_runner_resume(struct zn_runner *runner);
/** Change the duty cycle, from the next slice on: the device rests between slices so that it works so
 *  much of the time. Values outside ZN_DUTY_PERCENT_MIN to 100 are brought into it. */
void zn_runner_set_duty(struct zn_runner *runner, uint32_t percent);
/** Stop a run, begun or not: its done() comes with CANCELLED, or with OK if it was finished first. An
 *  unknown tag is nothing. */
void zn_runner_cancel(struct zn_runner *runner, uint64_t tag);
void zn_runner_cancel_all(struct zn_runner *runner);

#endif
