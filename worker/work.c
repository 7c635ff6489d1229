/* worker/work.c - the runner: loading the deal's job, running its chunks, outliving its crashes. */
#include "worker/inside.h"

#include "core/assert.h"
#include "io/clock.h"

#include <stdlib.h>

#define RUNNER_AGAIN_MS     1000 /* the first new runner comes at once; then this, and doubling */
#define RUNNER_AGAIN_MS_MAX 8000 /* a new deal waits ten seconds for the device */
#define RUNNER_STEADY_S     60   /* one that lived so long did not die of its start */
#define RUN_TAG_FIRST       (UINT64_C(1) << 62) /* above every generation, which tags calibrations */

static void runs_submit(struct zn_worker *worker);

static void run_failed(struct zn_worker *worker, uint64_t chunk)
{
	struct zn_worker_event event = {.kind = ZN_WORKER_RUN_FAILED, .chunk = chunk};
	zn_worker_queue(worker, &event);
}

static void output_take(struct zn_worker *worker, uint64_t chunk, struct zn_run_result *result)
{
	const struct zn_manifest *manifest = &worker->deal.manifest;
	uint8_t *output = result->output;
	if (result->err != ZN_ERR_OK ||
		result->output_bytes != zn_manifest_chunk_output_bytes(manifest, chunk)) {
		run_failed(worker, chunk);
		return;
	}
	result->output = NULL;
	worker->runner_deaths = 0;
	if (worker->options.output_filter != NULL)
		worker->options.output_filter(worker->options.output_filter_user, chunk, output,
			result->output_bytes, manifest->slot_bytes);
	worker->figures.done++;
	zn_worker_output_store(worker, chunk, output, result->output_bytes);
}

static void on_run(void *user, struct zn_run_result *result)
{
	struct zn_run_slot *slot = user;
	struct zn_worker *worker = slot->worker;
	uint64_t chunk = slot->chunk;
	bool ours = slot->generation == worker->generation;
	slot->used = false;
	if (ours)
		output_take(worker, chunk, result);
	runs_submit(worker);
}

static void slot_free(struct zn_run_slot *slot)
{
	zn_fetch_cancel(&slot->fetch);
	free(slot->input);
	slot->input = NULL;
	slot->used = false;
}

/* Ask the runner for what waits: it is loading, or was full of an earlier deal's runs. */
static void runs_submit(struct zn_worker *worker)
{
	for (int i = 0; worker->job_loaded && i < ZN_RUNS_QUEUED_MAX; i++) {
		struct zn_run_slot *slot = &worker->runs[i];
		if (!slot->used || slot->asked || !slot->has_input)
			continue;
		struct zn_run_request request = {.tag = RUN_TAG_FIRST + worker->run_tags++,
			.input = slot->input,
			.input_bytes = (uint32_t)slot->input_bytes};
		zn_manifest_chunk(&request.first, &request.count, &worker->deal.manifest,
			slot->chunk);
		request.chunk_first = request.first;
		enum zn_err err = zn_runner_run(worker->runner, &request, on_run, slot);
		if (err == ZN_ERR_BUSY)
			return;
		free(slot->input); /* the runner has its own */
		slot->input = NULL;
		slot->asked = err == ZN_ERR_OK;
		if (err != ZN_ERR_OK) {
			slot_free(slot);
			run_failed(worker, slot->chunk);
		}
	}
}

static void on_input(struct zn_fetch *fetch, uint8_t *bytes, size_t count, const char *why)
{
	struct zn_worker *worker = fetch->worker;
	struct zn_run_slot *slot = NULL;
	for (int i = 0; i < ZN_RUNS_QUEUED_MAX; i++)
		if (fetch == &worker->runs[i].fetch)
			slot = &worker->runs[i];
	ZN_ASSERT(slot != NULL);
	if (bytes == NULL) {
		zn_worker_say(worker, "the input of chunk %llu did not come: %s",
			(unsigned long long)slot->chunk, why);
		slot_free(slot);
		run_failed(worker, slot->chunk);
		return;
	}
	slot->input = bytes;
	slot->input_bytes = count;
	slot->has_input = true;
	runs_submit(worker);
}

static void slot_begin(struct zn_worker *worker, struct zn_run_slot *slot, uint64_t chunk)
{
	const struct zn_manifest *manifest = &worker->deal.manifest;
	struct zn_hash id;
	*slot = (struct zn_run_slot){.worker = worker,
		.used = true,
		.generation = worker->generation,
		.chunk = chunk,
		.has_input = manifest->input_bytes_max == 0};
	if (slot->has_input) {
		runs_submit(worker);
		return;
	}
	zn_worker_input_id(&id, worker, chunk);
	zn_fetch_start(&slot->fetch, worker, &id, manifest->input_bytes_max, false, on_input);
}

void zn_worker_run(struct zn_worker *worker, uint64_t chunk)
{
	for (int i = 0; i < ZN_RUNS_QUEUED_MAX; i++)
		if (!worker->runs[i].used) {
			slot_begin(worker, &worker->runs[i], chunk);
			return;
		}
	run_failed(worker, chunk);
}

void zn_worker_stop(struct zn_worker *worker)
{
	for (int i = 0; i < ZN_RUNS_QUEUED_MAX; i++)
		if (worker->runs[i].used && !worker->runs[i].asked)
			slot_free(&worker->runs[i]);
	if (worker->runner != NULL)
		zn_runner_cancel_all(worker->runner);
	worker->paused = false;
	zn_worker_pause_apply(worker);
}

static void on_loaded(void *user, const struct zn_load_result *result)
{
	struct zn_worker *worker = user;
	struct zn_prepare *prepare = &worker->prepare;
	if (!prepare->loading) /* of a deal that is over */
		return;
	prepare->loading = false;
	worker->job_loaded = result->err == ZN_ERR_OK;
	if (result->err != ZN_ERR_OK && prepare->under_way)
		zn_worker_prepare_failed(worker, "%s", result->sentence);
	else if (prepare->under_way)
		zn_worker_calibrate(worker);
	else if (result->err == ZN_ERR_OK)
		runs_submit(worker);
	else
		zn_worker_prepare_failed(worker, "%s", result->sentence);
}

enum zn_err zn_worker_load(struct zn_worker *worker)
{
	const struct zn_manifest *manifest = &worker->deal.manifest;
	struct zn_prepare *prepare = &worker->prepare;
	struct zn_runner_job job = {.foreign = prepare->kernel == NULL,
		.exact = manifest->arithmetic == ZN_ARITHMETIC_EXACT,
		.sources = prepare->sources,
		.sources_count = manifest->sources_count,
		.params = manifest->params,
		.params_bytes = manifest->params_bytes,
		.shared = prepare->shared,
		.shared_bytes = prepare->shared_bytes,
		.fp64 = (manifest->options & ZN_OPTION_FP64) != 0,
		.slot_bytes = manifest->slot_bytes,
		.group_items = manifest->group_items,
		.local_bytes = manifest->local_bytes,
		.chunk_items_max = manifest->chunk_items,
		.input_bytes_max = manifest->input_bytes_max};
	if (worker->runner == NULL)
		return worker->runner_timer.armed ? ZN_ERR_BUSY : ZN_ERR_DEVICE;
	worker->job_loaded = false;
	enum zn_err err = zn_runner_load(worker->runner, &job, on_loaded, worker);
	prepare->loading = err == ZN_ERR_OK;
	return err;
}

static void on_ready(void *user, const struct zn_device *device)
{
	struct zn_worker *worker = user;
	worker->runner_ready = true;
	worker->runner_ready_ns = zn_clock_monotonic_ns();
	worker->device = *device;
}

/* The deal that lost its runner, if it is still the same one, goes on in the new one. */
static void runner_again(void *user)
{
	struct zn_worker *worker = user;
	bool reload = worker->runner_reload && worker->stage == ZN_PROGRAM_DEALING &&
		      worker->reload_generation == worker->generation;
	worker->runner_reload = false;
	if (!zn_worker_runner_start(worker))
		return;
	zn_worker_pause_apply(worker);
	if (!reload)
		return;
	enum zn_err loading = zn_worker_load(worker);
	if (loading != ZN_ERR_OK)
		zn_worker_prepare_failed(worker, "%s", zn_err_sentence(loading));
}

static uint64_t again_ms(struct zn_worker *worker)
{
	uint64_t lived_s = (zn_clock_monotonic_ns() - worker->runner_ready_ns) / 1000000000;
	uint64_t wait_ms = RUNNER_AGAIN_MS;
	if (lived_s >= RUNNER_STEADY_S)
		worker->runner_deaths = 0;
	if (worker->runner_deaths++ == 0)
		return 0;
	for (uint32_t i = 2; i < worker->runner_deaths && wait_ms < RUNNER_AGAIN_MS_MAX; i++)
		wait_ms *= 2;
	return wait_ms;
}

/* Killing or losing it is safe: its chunks are done again in a new one. */
static void on_gone(void *user, enum zn_err err, const char *sentence)
{
	struct zn_worker *worker = user;
	(void)err;
	worker->runner_reload = worker->job_loaded && worker->stage == ZN_PROGRAM_DEALING;
	worker->reload_generation = worker->generation;
	zn_runner_destroy(worker->runner);
	worker->runner = NULL;
	worker->job_loaded = false;
	if (worker->stage == ZN_PROGRAM_ENDED)
		return;
	zn_worker_say(worker, "the runner ended: %s", sentence);
	if (!worker->runner_ready) {
		zn_worker_fail(worker, "the device cannot be used: %s", sentence);
		return;
	}
	uint64_t wait_ms = again_ms(worker);
	if (wait_ms == 0)
		runner_again(worker);
	else
		zn_timer_start(&worker->runner_timer, worker->loop, wait_ms, runner_again, worker);
}

bool zn_worker_runner_start(struct zn_worker *worker)
{
	const struct zn_runner_options options = {.program = worker->options.runner_program,
		.device_index = worker->device.index,
		.device_class = worker->device.class,
		.class_index = worker->device.class_index,
		.cpu_threads = worker->options.threads,
		.idle_priority = worker->device.class == ZN_DEVICE_CPU,
		.duty_percent = worker->care.cap.duty_percent,
		.handlers = {.ready = on_ready, .gone = on_gone, .user = worker}};
	worker->runner_ready = false;
	enum zn_err err = zn_runner_create(&worker->runner, worker->loop, &options);
	if (err == ZN_ERR_OK)
		return true;
	worker->runner = NULL;
	zn_worker_fail(worker, "the runner cannot be started: %s", zn_err_sentence(err));
	return false;
}
