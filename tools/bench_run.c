#include "tools/bench_run.h"

#include "io/clock.h"
#include "tools/bench_bare.h"

#include <string.h>

static void on_done(void *user, struct zn_run_result *result);

static void submit(struct bench_run *bench, uint32_t items)
{
	struct zn_run_request request = {.tag = ++bench->tags, .count = items};
	enum zn_err err = zn_runner_run(bench->runner, &request, on_done, bench);

	if (err != ZN_ERR_OK)
		bench_fail("a run cannot be asked for: %s", zn_err_sentence(err));
}

static void on_done(void *user, struct zn_run_result *result)
{
	struct bench_run *bench = user;

	if (result->err != ZN_ERR_OK && result->err != ZN_ERR_CANCELLED)
		bench_fail("a run failed: %s", zn_err_sentence(result->err));
	bench->done_ns = zn_clock_monotonic_ns();
	bench->done_count++;
	bench->last_tag = result->tag;
	bench->last_err = result->err;
	if (bench->busy)
		submit(bench, bench->busy_items);
	if (bench->done_count >= bench->stop_at)
		zn_loop_stop(bench->loop);
}

static void on_progress(void *user, uint64_t tag, uint32_t items_done)
{
	struct bench_run *bench = user;

	(void)tag;
	(void)items_done;
	bench->progress_ns = zn_clock_monotonic_ns();
	if (bench->stop_on_progress)
		zn_loop_stop(bench->loop);
}

static void on_paused(void *user)
{
	struct bench_run *bench = user;

	bench->paused_ns = zn_clock_monotonic_ns();
	if (bench->stop_on_pause)
		zn_loop_stop(bench->loop);
}

static void on_gone(void *user, enum zn_err err, const char *sentence)
{
	(void)user;
	(void)err;
	bench_fail("%s", sentence);
}

static void on_loaded(void *user, const struct zn_load_result *result)
{
	struct bench_run *bench = user;

	if (result->err != ZN_ERR_OK)
		bench_fail("a kernel cannot be loaded: %s %s", result->sentence, result->log);
	bench->loaded_ns = zn_clock_monotonic_ns();
	bench->cached = result->cached;
	zn_loop_stop(bench->loop);
}

void bench_turn(struct bench_run *bench)
{
	if (zn_loop_run(bench->loop) != ZN_ERR_OK)
		bench_fail("the loop failed");
}

void bench_create(struct bench_run *bench, bool idle_priority)
{
	const struct zn_runner_options options = {.cache_dir = bench->cache,
		.idle_priority = idle_priority,
		.handlers = {.progress = on_progress,
			.paused = on_paused,
			.gone = on_gone,
			.user = bench}};

	bench->busy = bench->stop_on_progress = bench->stop_on_pause = false;
	bench->stop_at = UINT64_MAX;
	enum zn_err err = zn_runner_create(&bench->runner, bench->loop, &options);
	if (err != ZN_ERR_OK)
		bench_fail("zennet-runner cannot be started: %s", zn_err_sentence(err));
}

void bench_destroy(struct bench_run *bench)
{
	zn_runner_destroy(bench->runner);
	bench->runner = NULL;
}

static void load(struct bench_run *bench, const struct zn_runner_job *job)
{
	enum zn_err err = zn_runner_load(bench->runner, job, on_loaded, bench);

	if (err != ZN_ERR_OK)
		bench_fail("a kernel cannot be loaded: %s", zn_err_sentence(err));
	bench_turn(bench);
}

void bench_load_mix(struct bench_run *bench, uint32_t rounds, uint32_t items_max)
{
	const uint32_t params[2] = {rounds, 1};
	const struct zn_runner_job job = {.exact = true,
		.sources = zn_kernel_source_find("mix.cl"),
		.sources_count = 1,
		.params = params,
		.params_bytes = sizeof params,
		.slot_bytes = 8,
		.chunk_items_max = items_max};

	load(bench, &job);
}

void bench_load_source(struct bench_run *bench, const char *text, uint32_t items_max)
{
	const struct zn_kernel_source source = {"bench.cl", text, strlen(text)};
	const struct zn_runner_job job = {.sources = &source,
		.sources_count = 1,
		.slot_bytes = 4,
		.chunk_items_max = items_max};

	load(bench, &job);
}

void bench_ask(struct bench_run *bench, uint32_t items)
{
	submit(bench, items);
}

void bench_wait_done(struct bench_run *bench, uint64_t count)
{
	bench->stop_at = bench->done_count + count;
	bench_turn(bench);
	bench->stop_at = UINT64_MAX;
}

static void on_time(void *user)
{
	zn_loop_stop(user);
}

void bench_wait_ms(struct bench_run *bench, uint64_t ms)
{
	struct zn_timer timer = {0};

	zn_timer_start(&timer, bench->loop, ms, on_time, bench->loop);
	bench_turn(bench);
	zn_timer_stop(&timer);
}

void bench_keep_busy(struct bench_run *bench, uint32_t items)
{
	bench->busy = items > 0;
	bench->busy_items = items;
	if (items > 0) {
		submit(bench, items);
		submit(bench, items);
		return;
	}
	zn_runner_cancel_all(bench->runner);
	if (zn_runner_pending(bench->runner) > 0)
		bench_wait_done(bench, zn_runner_pending(bench->runner));
}
