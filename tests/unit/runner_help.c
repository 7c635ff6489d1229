#include "tests/unit/runner_help.h"

#include "io/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_MS 180000 /* a cold build of the known answers, beside many others */

char bench_cache[PATH_MAX];

int bench_cache_make(void **state)
{
	(void)state;
	setenv("ASAN_OPTIONS", "handle_segv=0", 1); /* a sanitized runner shall crash like others */
	strcpy(bench_cache, "/tmp/zn-runner-XXXXXX");
	return mkdtemp(bench_cache) == NULL;
}

int bench_cache_remove(void **state)
{
	(void)state;
	return zn_directory_remove(bench_cache) != ZN_ERR_OK;
}

static void on_ready(void *user, const struct zn_device *device)
{
	struct bench *bench = user;
	assert_int_equal(device->index, bench->options.device_index);
	bench->ready = true;
	zn_loop_stop(bench->loop);
}

static void on_progress(void *user, uint64_t tag, uint32_t items_done)
{
	struct bench *bench = user;
	bench->progress_count++;
	bench->progress_tag = tag;
	bench->progress_items = items_done;
	if (bench->on_progress != NULL)
		bench->on_progress(bench);
	zn_loop_stop(bench->loop);
}

static void on_paused(void *user)
{
	struct bench *bench = user;
	bench->paused = true;
	zn_loop_stop(bench->loop);
}

static void on_gone(void *user, enum zn_err err, const char *sentence)
{
	struct bench *bench = user;
	bench->gone = true;
	bench->gone_err = err;
	snprintf(bench->gone_sentence, sizeof bench->gone_sentence, "%s", sentence);
	if (bench->destroy_in_gone) {
		zn_runner_destroy(bench->runner);
		bench->runner = NULL;
	}
	zn_loop_stop(bench->loop);
}

void bench_again(struct bench *bench)
{
	zn_runner_destroy(bench->runner);
	bench->ready = bench->paused = bench->gone = bench->loaded = false;
	assert_int_equal(zn_runner_create(&bench->runner, bench->loop, &bench->options), ZN_ERR_OK);
}

void bench_open(struct bench *bench, const struct zn_runner_options *options)
{
	*bench = (struct bench){.options = *options};
	bench->options.handlers =
		(struct zn_runner_handlers){on_ready, on_progress, on_paused, on_gone, bench};
	bench->options.cache_dir = bench_cache;
	assert_int_equal(zn_loop_create(&bench->loop), ZN_ERR_OK);
	bench_again(bench);
}

void bench_forget(struct bench *bench)
{
	for (uint32_t i = 0; i < bench->done_count; i++)
		free(bench->done[i].output);
	bench->done_count = 0;
}

void bench_close(struct bench *bench)
{
	bench_forget(bench);
	zn_runner_destroy(bench->runner);
	zn_timer_stop(&bench->limit);
	zn_loop_destroy(bench->loop);
}

static void on_limit(void *user)
{
	struct bench *bench = user;
	fail_msg("waited too long for: %s (gone: %s)", bench->waits_for, bench->gone_sentence);
}

void bench_until(struct bench *bench, const bool *flag, const char *what)
{
	bench->waits_for = what;
	zn_timer_start(&bench->limit, bench->loop, LIMIT_MS, on_limit, bench);
	while (!*flag)
		assert_int_equal(zn_loop_run(bench->loop), ZN_ERR_OK);
	zn_timer_stop(&bench->limit);
}

void bench_until_done(struct bench *bench, uint32_t count)
{
	bench->waits_for = "runs";
	zn_timer_start(&bench->limit, bench->loop, LIMIT_MS, on_limit, bench);
	while (bench->done_count < count)
		assert_int_equal(zn_loop_run(bench->loop), ZN_ERR_OK);
	zn_timer_stop(&bench->limit);
}

static void on_loaded(void *user, const struct zn_load_result *result)
{
	struct bench *bench = user;
	bench->loaded = true;
	bench->load_err = result->err;
	bench->load_cached = result->cached;
	snprintf(bench->log, sizeof bench->log, "%s", result->log);
	snprintf(bench->load_sentence, sizeof bench->load_sentence, "%s", result->sentence);
	zn_loop_stop(bench->loop);
}

enum zn_err bench_load(struct bench *bench, const struct zn_runner_job *job)
{
	bench->loaded = false;
	enum zn_err err = zn_runner_load(bench->runner, job, on_loaded, bench);
	if (err != ZN_ERR_OK)
		return err;
	bench_until(bench, &bench->loaded, "a load");
	return bench->load_err;
}

static void on_done(void *user, struct zn_run_result *result)
{
	struct bench *bench = user;
	assert_true(bench->done_count < DONE_MAX);
	bench->done[bench->done_count++] = (struct finished){result->tag, result->err,
		result->output, result->output_bytes, result->items, result->device_ns};
	result->output = NULL;
	if (bench->on_done != NULL)
		bench->on_done(bench);
	zn_loop_stop(bench->loop);
}

struct zn_runner_job bench_job(const struct zn_kernel_source *source, uint32_t slot_bytes,
	uint32_t chunk_items_max)
{
	return (struct zn_runner_job){.exact = true,
		.sources = source,
		.sources_count = 1,
		.slot_bytes = slot_bytes,
		.chunk_items_max = chunk_items_max};
}

enum zn_err bench_ask(struct bench *bench, const struct zn_run_request *request)
{
	return zn_runner_run(bench->runner, request, on_done, bench);
}

void bench_run_range(struct bench *bench, uint64_t tag, uint64_t first, uint32_t count)
{
	struct zn_run_request request = {.tag = tag, .first = first, .count = count};
	assert_int_equal(bench_ask(bench, &request), ZN_ERR_OK);
}

void bench_run_list(struct bench *bench, uint64_t tag, const uint64_t *items, uint32_t count)
{
	struct zn_run_request request = {.tag = tag, .items = items, .count = count};
	assert_int_equal(bench_ask(bench, &request), ZN_ERR_OK);
}

const struct zn_kernel_source *mix_source(void)
{
	return zn_kernel_source_find("mix.cl");
}

uint64_t mix_oracle(uint64_t item, uint32_t rounds, uint32_t seed)
{
	uint64_t state = item ^ (uint64_t)seed << 32;
	for (uint32_t i = 0; i < rounds; i++) {
		state += UINT64_C(0x9e3779b97f4a7c15);
		state = (state ^ (state >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		state = (state ^ (state >> 27)) * UINT64_C(0x94d049bb133111eb);
		state ^= state >> 31;
	}
	return state;
}
