/* runner/client/run.c - queueing runs and taking their results out of shared memory. */
#include "runner/client/internal.h"

#include "core/assert.h"

#include <stdlib.h>
#include <string.h>

uint32_t zn_runner_pending(const struct zn_runner *runner)
{
	uint32_t count = 0;
	for (int lane = 0; lane < ZN_RUNS_QUEUED_MAX; lane++)
		count += runner->runs[lane].used;
	return count;
}

struct zn_pending_run *zn_runner_find_run(struct zn_runner *runner, uint64_t tag)
{
	for (int lane = 0; lane < ZN_RUNS_QUEUED_MAX; lane++)
		if (runner->runs[lane].used && runner->runs[lane].tag == tag)
			return &runner->runs[lane];
	return NULL;
}

struct zn_pending_run *zn_runner_oldest_run(struct zn_runner *runner)
{
	struct zn_pending_run *oldest = NULL;
	for (int lane = 0; lane < ZN_RUNS_QUEUED_MAX; lane++) {
		struct zn_pending_run *run = &runner->runs[lane];
		if (run->used && (oldest == NULL || run->order < oldest->order))
			oldest = run;
	}
	return oldest;
}

static enum zn_err check(struct zn_runner *runner, const struct zn_run_request *request)
{
	if (runner->gone)
		return ZN_ERR_CLOSED;
	if (!runner->loaded)
		return ZN_ERR_NOT_FOUND;
	if (zn_runner_find_run(runner, request->tag) != NULL)
		return ZN_ERR_EXISTS;
	if (request->count == 0)
		return ZN_ERR_MALFORMED;
	if (request->count > runner->load.chunk_items_max || request->first > ZN_JOB_ITEMS_MAX ||
		request->chunk_first > ZN_JOB_ITEMS_MAX ||
		request->input_bytes > runner->load.input_bytes_max)
		return ZN_ERR_TOO_LARGE;
	if (runner->load.group_items != 0 && request->count % runner->load.group_items != 0)
		return ZN_ERR_MALFORMED;
	for (uint32_t i = 0; request->items != NULL && i < request->count; i++)
		if (request->items[i] > ZN_JOB_ITEMS_MAX)
			return ZN_ERR_TOO_LARGE;
	return ZN_ERR_OK;
}

static uint8_t *lane_of(const struct zn_runner *runner, const struct zn_pending_run *run)
{
	return runner->lane_memory.mapped +
	       (size_t)(run - runner->runs) * runner->layout.lane_bytes;
}

/* What the run before left behind must not be this run's input. */
static void fill(const struct zn_runner *runner, uint8_t *lane,
	const struct zn_run_request *request)
{
	/* Without chunk inputs a check runs items of many chunks at once, and must give the same. */
	const struct zn_kernel_head head = {.bytes = request->input_bytes,
		.first = runner->load.input_bytes_max != 0 ? request->chunk_first : 0};
	uint8_t *input = lane + runner->layout.input_at + sizeof head;
	memcpy(input - sizeof head, &head, sizeof head);
	if (request->input_bytes > 0)
		memcpy(input, request->input, request->input_bytes);
	uint64_t used = request->input_bytes;
	uint64_t room = runner->load.input_bytes_max > ZN_HEAD_BYTES ? runner->load.input_bytes_max
								     : ZN_HEAD_BYTES;
	memset(input + used, 0, room - used);
	if (request->items != NULL)
		memcpy(lane + runner->layout.items_at, request->items,
			request->count * sizeof(uint64_t));
}

enum zn_err zn_runner_run(struct zn_runner *runner, const struct zn_run_request *request,
	zn_run_done_fn *done, void *user)
{
	static struct zn_pipe_message message;
	enum zn_err err = check(runner, request);
	if (err != ZN_ERR_OK)
		return err;
	struct zn_pending_run *run = NULL;
	for (int lane = 0; lane < ZN_RUNS_QUEUED_MAX && run == NULL; lane++)
		if (!runner->runs[lane].used)
			run = &runner->runs[lane];
	if (run == NULL)
		return ZN_ERR_BUSY;
	fill(runner, lane_of(runner, run), request);
	message.kind = ZN_PIPE_RUN;
	message.run = (struct zn_pipe_run){.tag = request->tag,
		.lane = (uint8_t)(run - runner->runs),
		.form = request->items != NULL ? ZN_PIPE_LIST : ZN_PIPE_RANGE,
		.first = request->items != NULL ? 0 : request->first,
		.count = request->count,
		.input_bytes = request->input_bytes};
	err = zn_process_send(&runner->process, &message, NULL, 0);
	if (err != ZN_ERR_OK)
		return err; /* a closed one is about to be noticed by the loop */
	if (zn_runner_pending(runner) == 0)
		zn_process_heard_from(&runner->process);
	*run = (struct zn_pending_run){.used = true,
		.order = runner->orders++,
		.tag = request->tag,
		.count = request->count,
		.done = done,
		.user = user};
	return ZN_ERR_OK;
}

bool zn_runner_answer_run(struct zn_runner *runner, struct zn_pending_run *run,
	struct zn_run_result *result)
{
	struct zn_pending_run answered = *run;
	run->used = false;
	zn_runner_enter(runner);
	answered.done(answered.user, result);
	free(result->output);
	return zn_runner_leave(runner);
}

bool zn_runner_check_done(struct zn_runner *runner, const struct zn_pipe_done *done,
	struct zn_pending_run **run)
{
	*run = zn_runner_find_run(runner, done->tag);
	if (*run == NULL)
		return false;
	if (done->err == ZN_ERR_CANCELLED)
		return (*run)->cancel_sent;
	return done->err == ZN_ERR_OK && done->items == (*run)->count;
}

bool zn_runner_finish_run(struct zn_runner *runner, struct zn_pending_run *run,
	const struct zn_pipe_done *done)
{
	struct zn_run_result result = {.tag = run->tag,
		.err = (enum zn_err)done->err,
		.device_ns = done->device_ns};
	if (result.err == ZN_ERR_OK) {
		/* out of the runner's reach first: it could change it while it is being hashed */
		size_t bytes = (size_t)run->count * runner->load.slot_bytes;
		result.output = malloc(bytes);
		result.err = result.output != NULL ? ZN_ERR_OK : ZN_ERR_MEMORY;
		if (result.output != NULL) {
			memcpy(result.output, lane_of(runner, run) + runner->layout.output_at,
				bytes);
			result.output_bytes = bytes;
			result.items = run->count;
		}
	}
	return zn_runner_answer_run(runner, run, &result);
}

void zn_runner_send_orders(struct zn_runner *runner)
{
	static struct zn_pipe_message message;
	if (runner->gone || runner->stage != ZN_RUN_READY)
		return; /* they are sent as soon as it is */
	if (runner->pause_wanted != runner->pause_sent) {
		message.kind = runner->pause_wanted ? ZN_PIPE_PAUSE : ZN_PIPE_RESUME;
		if (zn_process_send(&runner->process, &message, NULL, 0) != ZN_ERR_OK)
			return;
		runner->pause_sent = runner->pause_wanted;
	}
	if (runner->duty_wanted != runner->duty_sent) {
		message.kind = ZN_PIPE_DUTY;
		message.duty_percent = (uint8_t)runner->duty_wanted;
		if (zn_process_send(&runner->process, &message, NULL, 0) != ZN_ERR_OK)
			return;
		runner->duty_sent = runner->duty_wanted;
	}
	for (int lane = 0; lane < ZN_RUNS_QUEUED_MAX; lane++) {
		struct zn_pending_run *run = &runner->runs[lane];
		if (!run->used || !run->cancel_wanted || run->cancel_sent)
			continue;
		message.kind = ZN_PIPE_CANCEL;
		message.cancel_tag = run->tag;
		if (zn_process_send(&runner->process, &message, NULL, 0) != ZN_ERR_OK)
			return;
		run->cancel_sent = true;
	}
}

void zn_runner_pause(struct zn_runner *runner)
{
	runner->pause_wanted = true;
	zn_runner_send_orders(runner);
}

void zn_runner_resume(struct zn_runner *runner)
{
	if (runner->pause_told && !runner->gone)
		zn_process_heard_from(&runner->process);
	runner->pause_wanted = false;
	runner->pause_told = false;
	zn_runner_send_orders(runner);
}

uint32_t zn_runner_duty(uint32_t percent)
{
	uint32_t least = percent < ZN_DUTY_PERCENT_MIN ? ZN_DUTY_PERCENT_MIN : percent;
	return least > 100 ? 100 : least;
}

void zn_runner_set_duty(struct zn_runner *runner, uint32_t percent)
{
	runner->duty_wanted = zn_runner_duty(percent);
	zn_runner_send_orders(runner);
}

void zn_runner_cancel(struct zn_runner *runner, uint64_t tag)
{
	struct zn_pending_run *run = zn_runner_find_run(runner, tag);
	if (run == NULL)
		return;
	run->cancel_wanted = true;
	zn_runner_send_orders(runner);
}

void zn_runner_cancel_all(struct zn_runner *runner)
{
	for (int lane = 0; lane < ZN_RUNS_QUEUED_MAX; lane++)
		runner->runs[lane].cancel_wanted = runner->runs[lane].used;
	zn_runner_send_orders(runner);
}
