#include "runner/client/internal.h"

#include "core/assert.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define MESSAGES_PER_TURN_MAX 64 /* then the loop's others have their turn */
#define WATCHDOG_MS           100
#define IDLE_PART             10 /* less than a tenth of one core is rest */

void zn_runner_enter(struct zn_runner *runner)
{
	runner->depth++;
}

static void free_runner(struct zn_runner *runner)
{
	zn_runner_forget_binary(runner);
	zn_runner_memory_free(&runner->job_memory);
	zn_runner_memory_free(&runner->lane_memory);
	free(runner);
}

bool zn_runner_leave(struct zn_runner *runner)
{
	ZN_ASSERT(runner->depth > 0);
	runner->depth--;
	if (!runner->destroyed)
		return true;
	if (runner->depth == 0)
		free_runner(runner);
	return false;
}

void zn_runner_stop(struct zn_runner *runner, struct zn_complaint *how)
{
	zn_timer_stop(&runner->watchdog);
	zn_timer_stop(&runner->next);
	zn_build_stop(&runner->build);
	if (runner->process.child.pid > 0) {
		zn_loop_unwatch(runner->loop, runner->process.child.channel);
		zn_loop_unwatch(runner->loop, runner->process.child.pidfd);
	}
	zn_process_end(&runner->process, how);
}

static bool answer_all(struct zn_runner *runner, enum zn_err err)
{
	struct zn_pending_run *run;
	enum zn_err told = err == ZN_ERR_TIMEOUT ? ZN_ERR_TIMEOUT : ZN_ERR_DEVICE;
	if (runner->loading) {
		struct zn_load_result result = {.err = told, .sentence = runner->failed.text};
		if (!zn_runner_answer_load(runner, &result))
			return false;
	}
	for (int i = 0; i < ZN_RUNS_QUEUED_MAX; i++) {
		run = zn_runner_oldest_run(runner);
		if (run == NULL)
			break;
		struct zn_run_result result = {.tag = run->tag, .err = told};
		if (!zn_runner_answer_run(runner, run, &result))
			return false;
	}
	return true;
}

bool zn_runner_fail(struct zn_runner *runner, enum zn_err err, const char *sentence)
{
	struct zn_complaint how = {0};
	if (runner->gone)
		return true;
	runner->gone = true;
	zn_runner_stop(runner, &how);
	if (sentence != NULL)
		zn_complain(&runner->failed, "%s", sentence);
	else
		runner->failed = how;
	runner->loaded = false;
	zn_runner_enter(runner);
	bool alive = answer_all(runner, err);
	if (alive && runner->options.handlers.gone != NULL)
		runner->options.handlers.gone(runner->options.handlers.user, err,
			runner->failed.text);
	return zn_runner_leave(runner);
}

/* Progress must grow: else a runner taken over by its kernel could hold the watchdog off for ever. */
static bool on_progress(struct zn_runner *runner, uint64_t tag, uint32_t items_done)
{
	struct zn_pending_run *run = zn_runner_find_run(runner, tag);
	if (run == NULL || items_done <= run->items_done || items_done >= run->count)
		return zn_runner_fail(runner, ZN_ERR_MALFORMED,
			"the runner reported progress that cannot be");
	run->items_done = items_done;
	zn_process_heard_from(&runner->process);
	if (runner->options.handlers.progress == NULL)
		return true;
	zn_runner_enter(runner);
	runner->options.handlers.progress(runner->options.handlers.user, tag, items_done);
	return zn_runner_leave(runner);
}

static bool on_paused(struct zn_runner *runner)
{
	if (!runner->pause_wanted || !runner->pause_sent || runner->pause_told)
		return true; /* it crossed a resume on its way */
	runner->pause_told = true;
	runner->rests = false; /* it worked until now */
	if (runner->options.handlers.paused == NULL)
		return true;
	zn_runner_enter(runner);
	runner->options.handlers.paused(runner->options.handlers.user);
	return zn_runner_leave(runner);
}

static bool on_message(struct zn_runner *runner, const struct zn_pipe_message *message)
{
	struct zn_pending_run *run;
	switch (message->kind) {
	case ZN_PIPE_OPENED:
		return zn_runner_opened(runner, &message->device);
	case ZN_PIPE_READY:
		return zn_runner_tested(runner, &message->device);
	case ZN_PIPE_REJECTED:
		return zn_runner_rejected(runner);
	case ZN_PIPE_FAILED:
		return zn_runner_fail(runner, ZN_ERR_DEVICE, message->failed);
	case ZN_PIPE_LOADED:
		if (!runner->load_sent || !runner->loading ||
			message->loaded.tag != runner->load_tag)
			break;
		zn_process_heard_from(&runner->process);
		return zn_runner_loaded(runner, &message->loaded);
	case ZN_PIPE_PROGRESS:
		return on_progress(runner, message->progress.tag, message->progress.items_done);
	case ZN_PIPE_DONE:
		if (!zn_runner_check_done(runner, &message->done, &run))
			break;
		zn_process_heard_from(&runner->process);
		return zn_runner_finish_run(runner, run, &message->done);
	case ZN_PIPE_PAUSED:
		return on_paused(runner);
	}
	return zn_runner_fail(runner, ZN_ERR_MALFORMED, "the runner said what nobody asked for");
}

static void on_readable(void *user, uint32_t epoll_events)
{
	static struct zn_pipe_message message;
	struct zn_runner *runner = user;
	(void)epoll_events;
	zn_runner_enter(runner);
	for (int i = 0; i < MESSAGES_PER_TURN_MAX && !runner->gone; i++) {
		enum zn_process_heard heard = zn_process_receive(&runner->process, &message);
		bool alive = true;
		if (heard == ZN_HEARD_NOTHING)
			break;
		if (heard == ZN_HEARD_MESSAGE)
			alive = on_message(runner, &message);
		else if (heard == ZN_HEARD_RUBBISH)
			alive = zn_runner_fail(runner, ZN_ERR_MALFORMED,
				"the runner answered rubbish");
		else
			alive = zn_runner_fail(runner, ZN_ERR_DEVICE, NULL);
		if (!alive)
			break;
	}
	(void)!zn_runner_leave(runner);
}

/* The process has ended; what it said last is still in the pipe and comes first. */
static void on_ended(void *user, uint32_t epoll_events)
{
	struct zn_runner *runner = user;
	zn_runner_enter(runner);
	on_readable(runner, epoll_events);
	if (!runner->destroyed && !runner->gone)
		zn_runner_fail(runner, ZN_ERR_DEVICE, NULL);
	(void)!zn_runner_leave(runner);
}

static bool is_awaited(const struct zn_runner *runner, uint64_t *cpu_ms_max, uint64_t *wall_ms_max)
{
	const struct zn_runner_options *options = &runner->options;
	bool cpu = runner->device.class == ZN_DEVICE_CPU;
	bool up = runner->stage == ZN_RUN_READY;
	uint64_t units = cpu && runner->device.compute_units > 0 ? runner->device.compute_units : 1;
	*cpu_ms_max =
		options->build_cpu_ms != 0 ? options->build_cpu_ms : ZN_BUILD_CPU_S_MAX * 1000;
	*wall_ms_max = up ? ZN_BUILD_WALL_MS : ZN_RUNNER_START_WALL_MS;
	if (runner->build.under_way) /* it has a watchdog of its own */
		return false;
	if (!up || runner->load_sent)
		return true;
	*cpu_ms_max = units * (options->silence_cpu_ms != 0 ? options->silence_cpu_ms
							    : ZN_RUNNER_SILENCE_CPU_MS);
	*wall_ms_max = options->silence_wall_ms != 0 ? options->silence_wall_ms
		       : cpu                         ? ZN_RUNNER_SILENCE_WALL_MS
						     : ZN_RUNNER_GPU_WALL_MS;
	return zn_runner_pending(runner) > 0 && !runner->pause_told;
}

static bool took_too_much(struct zn_runner *runner)
{
	uint64_t most = runner->memory_bytes_max;
	uint64_t has = most != 0 ? zn_process_memory(&runner->process) : 0;
	struct zn_complaint why;
	if (has <= most)
		return false;
	zn_complain(&why,
		"the runner was stopped: it took %llu MiB of memory, and with its job may "
		"have %llu MiB",
		(unsigned long long)(has >> 20), (unsigned long long)(most >> 20));
	zn_runner_fail(runner, ZN_ERR_DEVICE, why.text);
	return true;
}

/* What a kernel left running in there would go on for as long as the worker waits or is paused. Not on
 * GPUs, whose drivers have threads of their own. */
static bool works_unasked(struct zn_runner *runner, uint64_t cpu_ms, uint64_t wall_ms)
{
	if (!runner->used || runner->stage != ZN_RUN_READY || runner->build.under_way ||
		runner->device.class != ZN_DEVICE_CPU)
		return false;
	bool busy = cpu_ms * IDLE_PART > wall_ms;
	runner->idle_cpu_ms = runner->rests && busy ? runner->idle_cpu_ms + cpu_ms : 0;
	runner->rests = true;
	if (runner->idle_cpu_ms <= ZN_RUNNER_IDLE_CPU_MS)
		return false;
	zn_runner_fail(runner, ZN_ERR_DEVICE,
		"the runner was stopped: it used the processor while it had nothing to do");
	return true;
}

static void on_watchdog(void *user)
{
	struct zn_runner *runner = user;
	uint64_t cpu_ms, wall_ms, cpu_ms_max, wall_ms_max;
	zn_timer_start(&runner->watchdog, runner->loop, WATCHDOG_MS, on_watchdog, runner);
	zn_runner_send_orders(runner);
	if (took_too_much(runner))
		return;
	zn_process_silence(&runner->process, &cpu_ms, &wall_ms);
	if (!is_awaited(runner, &cpu_ms_max, &wall_ms_max)) {
		if (!works_unasked(runner, cpu_ms, wall_ms))
			zn_process_heard_from(&runner->process);
		return;
	}
	runner->rests = false;
	if (cpu_ms <= cpu_ms_max && wall_ms <= wall_ms_max)
		return;
	struct zn_complaint why;
	zn_complain(&why, "the runner was stopped: %s for %.1f s%s without an answer",
		runner->stage != ZN_RUN_READY ? "it started"
		: runner->load_sent           ? "it made the kernel ready"
					      : "the kernel ran",
		(double)(cpu_ms > cpu_ms_max ? cpu_ms : wall_ms) / 1000,
		cpu_ms > cpu_ms_max ? " of CPU time" : "");
	zn_runner_fail(runner, ZN_ERR_TIMEOUT, why.text);
}

enum zn_err zn_runner_start(struct zn_runner *runner)
{
	struct zn_runner_words words;
	struct zn_process_options starting;
	runner->stage = ZN_RUN_OPENING;
	runner->used = runner->load_sent = runner->pause_sent = runner->rests = false;
	runner->duty_sent = 100;
	runner->memory_bytes_max = 0;
	zn_runner_describe_process(&starting, &words, runner, "run", 0);
	enum zn_err err = zn_process_start(&runner->process, &starting);
	if (err != ZN_ERR_OK)
		return err;
	zn_timer_start(&runner->watchdog, runner->loop, WATCHDOG_MS, on_watchdog, runner);
	err = zn_loop_watch(runner->loop, runner->process.child.channel, EPOLLIN, on_readable,
		runner);
	if (err == ZN_ERR_OK)
		err = zn_loop_watch(runner->loop, runner->process.child.pidfd, EPOLLIN, on_ended,
			runner);
	return err;
}

enum zn_err zn_runner_create(struct zn_runner **out, struct zn_loop *loop,
	const struct zn_runner_options *options)
{
	*out = NULL;
	struct zn_runner *runner = calloc(1, sizeof *runner);
	if (runner == NULL)
		return ZN_ERR_MEMORY;
	runner->loop = loop;
	runner->options = *options;
	runner->duty_wanted =
		zn_runner_duty(options->duty_percent != 0 ? options->duty_percent : 100);
	runner->job_memory.fd = runner->lane_memory.fd = -1;
	zn_runner_forget_binary(runner);
	runner->process =
		(struct zn_process){.child = {.pidfd = -1, .channel = -1}, .words_fd = -1};
	enum zn_err err = zn_process_program(runner->program, options->program);
	if (err == ZN_ERR_OK)
		err = zn_process_cache_dir(runner->cache_dir, options->cache_dir);
	if (err == ZN_ERR_OK)
		err = zn_runner_start(runner);
	runner->options.program = runner->options.cache_dir = NULL; /* were borrowed */
	if (err != ZN_ERR_OK) {
		zn_runner_destroy(runner);
		return err;
	}
	*out = runner;
	return ZN_ERR_OK;
}

void zn_runner_destroy(struct zn_runner *runner)
{
	if (runner == NULL || runner->destroyed)
		return;
	runner->destroyed = true;
	runner->gone = true;
	zn_runner_stop(runner, NULL);
	if (runner->depth == 0)
		free_runner(runner);
}

const struct zn_device *zn_runner_device(const struct zn_runner *runner)
{
	return runner->ready ? &runner->device : NULL;
}

enum zn_sandbox_level zn_runner_sandbox(const struct zn_runner *runner)
{
	return runner->ready ? (enum zn_sandbox_level)runner->device.sandbox : ZN_SANDBOX_NONE;
}
