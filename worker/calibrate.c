/* worker/calibrate.c - how long one chunk takes here: some items of one, timed, never sent. */
#include "worker/inside.h"

#include "io/clock.h"
#include "io/random.h"

#include <stdlib.h>

#define NS_PER_MS   UINT64_C(1000000)
#define FIRST_ITEMS 64 /* a work-group or a stripe of every core */

static void round_run(struct zn_worker *worker);

static void finish(struct zn_worker *worker, uint64_t passed_ns)
{
	struct zn_prepare *prepare = &worker->prepare;
	double chunk_ns = (double)passed_ns * worker->deal.manifest.chunk_items / prepare->items;
	chunk_ns = chunk_ns * 100 / worker->care.limits.duty_percent; /* by the clock */
	struct zn_worker_event event = {.kind = ZN_WORKER_PREPARED,
		.chunk_ns = chunk_ns < 1 ? 1 : (uint64_t)chunk_ns};
	prepare->under_way = prepare->timing = false;
	zn_worker_duty_apply(worker);
	free(prepare->list);
	free(prepare->input);
	prepare->list = NULL;
	prepare->input = NULL;
	prepare->input_bytes = 0;
	zn_worker_say(worker, "measured: %.1f ms a chunk", chunk_ns / 1e6);
	zn_worker_queue(worker, &event);
}

/* Whole groups, which the chunk form never cuts, up to the chunk. */
static uint32_t whole(const struct zn_worker *worker, double items)
{
	uint32_t unit = worker->deal.manifest.group_items, most = worker->prepare.chunk_items;
	if (items >= most)
		return most;
	uint32_t count = items < 1 ? 1 : (uint32_t)items;
	return unit == 0 ? count : (count + unit - 1) / unit * unit;
}

/* Items for the next round: grow fast while it is far too short to time, then aim. */
static uint32_t next_items(const struct zn_worker *worker, uint64_t passed_ns)
{
	double factor = (double)(ZN_CALIBRATE_MS * NS_PER_MS) / (double)(passed_ns + 1);
	return whole(worker, worker->prepare.items * (factor > 8 ? 8 : factor));
}

static void on_run(void *user, struct zn_run_result *result)
{
	struct zn_worker *worker = user;
	struct zn_prepare *prepare = &worker->prepare;
	uint64_t passed_ns = zn_clock_monotonic_ns() - prepare->begun_ns;
	if (!prepare->under_way || prepare->items == 0 || result->tag != worker->generation)
		return; /* of a deal that is over */
	if (result->err != ZN_ERR_OK) {
		zn_worker_prepare_failed(worker, "%s", zn_err_sentence(result->err));
		return;
	}
	if (prepare->disturbed) {
		prepare->rounds--;
		round_run(worker);
		return;
	}
	bool all = prepare->items == prepare->chunk_items && prepare->rounds > 1;
	if (passed_ns >= ZN_CALIBRATE_MS * NS_PER_MS * 2 / 3 || all ||
		prepare->rounds >= ZN_CALIBRATE_ROUNDS_MAX) {
		finish(worker, passed_ns);
		return;
	}
	prepare->items = next_items(worker, passed_ns);
	round_run(worker);
}

/* Spread over the chunk, since its parts need not be alike. */
static void spread(const struct zn_worker *worker)
{
	const struct zn_prepare *prepare = &worker->prepare;
	uint32_t unit = worker->deal.manifest.group_items;
	if (unit == 0)
		unit = 1;
	uint64_t units = prepare->chunk_items / unit, asked = prepare->items / unit;
	for (uint32_t i = 0; i < prepare->items; i++)
		prepare->list[i] = prepare->first + (i / unit) * units / asked * unit + i % unit;
}

static void round_run(struct zn_worker *worker)
{
	struct zn_prepare *prepare = &worker->prepare;
	struct zn_run_request request = {.tag = worker->generation,
		.first = prepare->first,
		.count = prepare->items,
		.input = prepare->input,
		.input_bytes = (uint32_t)prepare->input_bytes,
		.chunk_first = prepare->first};
	if (prepare->items < prepare->chunk_items && prepare->items <= ZN_CALIBRATE_LIST_MAX) {
		spread(worker);
		request.items = prepare->list;
	}
	prepare->rounds++;
	prepare->disturbed = worker->care.cap.held;
	prepare->begun_ns = zn_clock_monotonic_ns();
	enum zn_err err = zn_runner_run(worker->runner, &request, on_run, worker);
	if (err != ZN_ERR_OK)
		zn_worker_prepare_failed(worker, "%s", zn_err_sentence(err));
}

static void begin(struct zn_worker *worker)
{
	struct zn_prepare *prepare = &worker->prepare;
	prepare->list = malloc(ZN_CALIBRATE_LIST_MAX * sizeof *prepare->list);
	if (prepare->list == NULL) {
		zn_worker_prepare_failed(worker, "%s", zn_err_sentence(ZN_ERR_MEMORY));
		return;
	}
	prepare->rounds = 0;
	prepare->timing = true;
	zn_worker_duty_apply(worker);
	prepare->items = whole(worker, FIRST_ITEMS);
	round_run(worker);
}

static void on_input(struct zn_fetch *fetch, uint8_t *bytes, size_t count, const char *why)
{
	struct zn_worker *worker = fetch->worker;
	worker->prepare.input = bytes;
	worker->prepare.input_bytes = count;
	if (bytes == NULL)
		zn_worker_prepare_failed(worker, "the input of a chunk did not come: %s", why);
	else
		begin(worker);
}

void zn_worker_calibrate(struct zn_worker *worker)
{
	const struct zn_manifest *manifest = &worker->deal.manifest;
	struct zn_prepare *prepare = &worker->prepare;
	uint64_t random;
	zn_random_bytes(&random, sizeof random);
	uint64_t chunk = random % zn_manifest_chunks(manifest);
	zn_manifest_chunk(&prepare->first, &prepare->chunk_items, manifest, chunk);
	if (manifest->input_bytes_max == 0) {
		begin(worker);
		return;
	}
	struct zn_hash id;
	zn_worker_input_id(&id, worker, chunk);
	zn_fetch_start(&prepare->fetch, worker, &id, manifest->input_bytes_max, false, on_input);
}
