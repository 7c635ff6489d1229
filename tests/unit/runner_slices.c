/* tests/unit/runner_slices.c - orders at random moments: nothing that is finished is lost, the bytes are
 * the same, and a duty cycle is kept. How fast orders are obeyed is measured by tools/bench-runner.
 */
#include "tests/unit/runner_help.h"

#include "io/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED   7u
#define ROUNDS 400u
#define ITEMS  20000u
#define CHUNKS 6
#define TRIES  1000

static const struct zn_runner_options plain = {0};
static uint64_t *expected; /* of all chunks, one after the other */

struct storm {
	struct bench *bench;
	uint64_t random;
	uint64_t tags;
	bool pending[ZN_RUNS_QUEUED_MAX];
	uint64_t tag[ZN_RUNS_QUEUED_MAX];
	uint32_t chunk[ZN_RUNS_QUEUED_MAX];
	bool asked_to_cancel[ZN_RUNS_QUEUED_MAX];
	uint32_t next_chunk;
	uint32_t orders, good, cancelled, pauses;
};

static struct storm storm;

static void expect_all(void)
{
	if (expected != NULL)
		return;
	expected = malloc((size_t)CHUNKS * ITEMS * sizeof *expected);
	assert_non_null(expected);
	for (uint64_t i = 0; i < (uint64_t)CHUNKS * ITEMS; i++)
		expected[i] = mix_oracle(i, ROUNDS, SEED);
}

static void load_mix(struct bench *bench)
{
	const uint32_t params[2] = {ROUNDS, SEED};
	struct zn_runner_job job = bench_job(mix_source(), 8, ITEMS);
	job.params = params;
	job.params_bytes = sizeof params;
	assert_int_equal(bench_load(bench, &job), ZN_ERR_OK);
}

static void refill(void)
{
	for (int i = 0; i < ZN_RUNS_QUEUED_MAX; i++) {
		if (storm.pending[i])
			continue;
		storm.pending[i] = true;
		storm.asked_to_cancel[i] = false;
		storm.tag[i] = ++storm.tags;
		storm.chunk[i] = storm.next_chunk++ % CHUNKS;
		bench_run_range(storm.bench, storm.tag[i], (uint64_t)storm.chunk[i] * ITEMS, ITEMS);
	}
}

static void on_done(struct bench *bench)
{
	const struct finished *done = &bench->done[bench->done_count - 1];
	int slot = 0;
	while (slot < ZN_RUNS_QUEUED_MAX && !(storm.pending[slot] && storm.tag[slot] == done->tag))
		slot++;
	assert_true(slot < ZN_RUNS_QUEUED_MAX); /* each is answered once */
	storm.pending[slot] = false;
	if (done->err == ZN_ERR_CANCELLED) {
		assert_true(storm.asked_to_cancel[slot]);
		storm.cancelled++;
	} else {
		assert_int_equal(done->err, ZN_ERR_OK);
		assert_int_equal(done->output_bytes, ITEMS * 8);
		assert_memory_equal(done->output, expected + (size_t)storm.chunk[slot] * ITEMS,
			ITEMS * 8);
		storm.good++;
	}
	bench_forget(bench);
}

static void cancel_one(void)
{
	int slot = (int)(test_random(&storm.random) % ZN_RUNS_QUEUED_MAX);
	if (!storm.pending[slot])
		return;
	storm.asked_to_cancel[slot] = true;
	zn_runner_cancel(storm.bench->runner, storm.tag[slot]);
}

static void give_an_order(void)
{
	struct bench *bench = storm.bench;
	switch (test_random(&storm.random) % 8) {
	case 0:
	case 1:
		bench->paused = false;
		zn_runner_pause(bench->runner);
		zn_runner_resume(bench->runner); /* before the pause was heard of */
		break;
	case 2:
	case 3:
		bench->paused = false;
		zn_runner_pause(bench->runner);
		bench_until(bench, &bench->paused, "a pause");
		if (test_random(&storm.random) % 2)
			cancel_one();
		zn_runner_resume(bench->runner);
		storm.pauses++;
		break;
	case 4:
	case 5:
		cancel_one();
		break;
	case 6:
		zn_runner_set_duty(bench->runner, 60 + (uint32_t)(test_random(&storm.random) % 60));
		break;
	default: /* none: let it work */
		break;
	}
	storm.orders++;
}

static void next_order(void *user)
{
	const struct storm *of = user;
	zn_loop_stop(of->bench->loop);
}

static void orders_at_random_moments_lose_nothing(void **state)
{
	(void)state;
	struct bench bench;
	struct zn_timer moment = {0};
	expect_all();
	bench_open(&bench, &plain);
	load_mix(&bench);
	storm = (struct storm){.bench = &bench, .random = 4};
	bench.on_done = on_done;
	while (storm.orders < TRIES) {
		refill();
		give_an_order();
		zn_timer_start(&moment, bench.loop, test_random(&storm.random) % 8, next_order,
			&storm);
		assert_int_equal(zn_loop_run(bench.loop), ZN_ERR_OK);
		assert_false(bench.gone);
	}
	zn_timer_stop(&moment);
	zn_runner_set_duty(bench.runner, 100);
	uint64_t until_ns = zn_clock_monotonic_ns() + UINT64_C(60000000000);
	while (zn_runner_pending(bench.runner) > 0 && zn_clock_monotonic_ns() < until_ns)
		assert_int_equal(zn_loop_run(bench.loop), ZN_ERR_OK);
	assert_int_equal(zn_runner_pending(bench.runner), 0);
	assert_true(storm.good + storm.cancelled == storm.tags);
	assert_true(storm.good > 10 && storm.cancelled > 10 && storm.pauses > 10);
	print_message("%u orders: %u runs whole, %u cancelled, %u pauses\n", storm.orders,
		storm.good, storm.cancelled, storm.pauses);
	bench_close(&bench);
}

/* A pause must not begin a run anew: the items that it reports done only grow. */
static uint32_t items_done_last;

static void pause_and_go_on(struct bench *bench)
{
	assert_true(bench->progress_items > items_done_last);
	items_done_last = bench->progress_items;
	zn_runner_pause(bench->runner);
	zn_runner_resume(bench->runner);
}

static void a_run_that_is_paused_at_every_slice_goes_on_where_it_was(void **state)
{
	(void)state;
	struct bench bench;
	expect_all();
	bench_open(&bench, &plain);
	load_mix(&bench);
	items_done_last = 0;
	bench.on_progress = pause_and_go_on;
	bench_run_range(&bench, 1, 0, ITEMS);
	bench_until_done(&bench, 1);
	assert_int_equal(bench.done[0].err, ZN_ERR_OK);
	assert_memory_equal(bench.done[0].output, expected, ITEMS * 8);
	bench_close(&bench);
}

static uint64_t device_ns_sum;

/* Its rests follow from the work measured, so this bound holds on a busy machine too. */
static void a_duty_cycle_of_a_fifth_rests_four_times_as_long_as_it_works(void **state)
{
	(void)state;
	struct zn_runner_options fifth = {.duty_percent = 20};
	struct bench bench;
	expect_all();
	bench_open(&bench, &fifth);
	load_mix(&bench);
	uint64_t began_ns = zn_clock_monotonic_ns();
	for (uint64_t tag = 0; tag < 4; tag++)
		bench_run_range(&bench, tag, tag * ITEMS, ITEMS);
	bench_until_done(&bench, 4);
	uint64_t passed_ns = zn_clock_monotonic_ns() - began_ns;
	device_ns_sum = 0;
	for (uint32_t i = 0; i < 4; i++) {
		assert_int_equal(bench.done[i].err, ZN_ERR_OK);
		assert_memory_equal(bench.done[i].output, expected + (size_t)i * ITEMS, ITEMS * 8);
		device_ns_sum += bench.done[i].device_ns;
	}
	assert_true(device_ns_sum > 0);
	/* five times, less the rest after the last slice and the credit at the start */
	assert_true(
		passed_ns + UINT64_C(40000000) + 4 * bench.done[3].device_ns > 5 * device_ns_sum);
	bench_close(&bench);
}

static int finish(void **state)
{
	free(expected);
	return bench_cache_remove(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_at_random_moments_lose_nothing),
		cmocka_unit_test(a_run_that_is_paused_at_every_slice_goes_on_where_it_was),
		cmocka_unit_test(a_duty_cycle_of_a_fifth_rests_four_times_as_long_as_it_works),
	};
	return cmocka_run_group_tests(tests, bench_cache_make, finish);
}
