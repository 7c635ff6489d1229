/* tests/unit/runner_hostile.c - kernels and runners that misbehave. */
#include "tests/unit/runner_fake.h"
#include "tests/unit/runner_help.h"

#include "core/limits.h"
#include "io/files.h"

#include <string.h>
#include <time.h>

#define MAP_HEAD                                                                                   \
	"void zn_map(ulong item, __global const uchar *params, __global const uchar *shared,\n"    \
	"	__global const uchar *input, __global uchar *slot)\n"

static enum zn_err load_text(struct bench *bench, const char *text)
{
	struct zn_kernel_source source = {"bad.cl", text, strlen(text)};
	struct zn_runner_job job = bench_job(&source, 8, 1 << 20);
	return bench_load(bench, &job);
}

static void a_kernel_that_does_not_build_gives_a_log_and_the_runner_lives(void **state)
{
	(void)state;
	const struct zn_runner_options plain = {0};
	struct bench bench;
	bench_open(&bench, &plain);
	assert_int_equal(load_text(&bench, MAP_HEAD "{\n	slot[0] = nothing;\n}\n"),
		ZN_ERR_BUILD);
	assert_non_null(strstr(bench.log, "bad.cl:4"));
	assert_non_null(strstr(bench.log, "nothing"));
	assert_non_null(strstr(bench.load_sentence, "does not build"));
	struct zn_run_request request = {.tag = 1, .count = 1};
	assert_int_equal(bench_ask(&bench, &request), ZN_ERR_NOT_FOUND);
	assert_int_equal(load_text(&bench, "void other(void) {}\n"), ZN_ERR_BUILD);
	assert_int_equal(load_text(&bench, MAP_HEAD "{\n	slot[0] = 1;\n}\n"), ZN_ERR_OK);
	bench_run_range(&bench, 1, 0, 3);
	bench_until_done(&bench, 1);
	assert_int_equal(bench.done[0].output[16], 1);
	assert_false(bench.gone);
	bench_close(&bench);
}

static void a_kernel_that_crashes_is_reported(void **state)
{
	(void)state;
	const struct zn_runner_options plain = {0};
	struct bench bench;
	bench_open(&bench, &plain);
	assert_int_equal(load_text(&bench,
				 MAP_HEAD "{\n	*(__global uint *)(item * 8) = 1;\n}\n"),
		ZN_ERR_OK);
	bench_run_range(&bench, 1, 0, 100);
	bench_until(&bench, &bench.gone, "the crash");
	assert_int_equal(bench.gone_err, ZN_ERR_DEVICE);
	assert_int_equal(bench.done_count, 1);
	assert_int_equal(bench.done[0].err, ZN_ERR_DEVICE);
	assert_non_null(strstr(bench.gone_sentence, "signal 11"));
	bench_close(&bench);
}

static void a_kernel_without_end_is_stopped_by_the_watchdog(void **state)
{
	(void)state;
	const struct zn_runner_options hasty = {.silence_cpu_ms = 300};
	struct bench bench;
	bench_open(&bench, &hasty);
	assert_int_equal(load_text(&bench, MAP_HEAD "{\n	volatile uint x = 1;\n"
						    "	while (x) slot[0]++;\n}\n"),
		ZN_ERR_OK);
	bench_run_range(&bench, 1, 0, 100);
	bench_until(&bench, &bench.gone, "the watchdog");
	assert_int_equal(bench.gone_err, ZN_ERR_TIMEOUT);
	assert_int_equal(bench.done[0].err, ZN_ERR_TIMEOUT);
	assert_non_null(strstr(bench.gone_sentence, "CPU time"));
	bench_close(&bench);
}

static void a_pause_does_not_hide_an_endless_kernel(void **state)
{
	(void)state;
	const struct zn_runner_options hasty = {.silence_cpu_ms = 300};
	struct bench bench;
	bench_open(&bench, &hasty);
	assert_int_equal(load_text(&bench, MAP_HEAD "{\n	volatile uint x = 1;\n"
						    "	while (x) slot[0]++;\n}\n"),
		ZN_ERR_OK);
	bench_run_range(&bench, 1, 0, 100);
	nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL); /* so that it has begun */
	zn_runner_pause(bench.runner);
	zn_runner_cancel(bench.runner, 1);
	while (!bench.gone && !bench.paused)
		assert_int_equal(zn_loop_run(bench.loop), ZN_ERR_OK);
	/* either the pause came first, then nothing ran, or the watchdog ends it */
	assert_true(bench.paused || bench.gone_err == ZN_ERR_TIMEOUT);
	bench_close(&bench);
}

static void a_compiler_that_never_ends_is_stopped(void **state)
{
	(void)state;
	const struct zn_runner_options hasty = {.build_cpu_ms = 1500};
	static const char bomb[] = "#define A(x) x x x x x x x x x x\n#define B(x) A(A(A(x)))\n"
				   "__constant int t = 0 B(B(B(+1)));\n" MAP_HEAD "{\n}\n";
	struct bench bench;
	bench_open(&bench, &hasty);
	bench_until(&bench, &bench.ready, "the device");
	assert_int_equal(load_text(&bench, bomb), ZN_ERR_BUILD);
	assert_non_null(strstr(bench.load_sentence, "compiler was stopped"));
	assert_int_equal(load_text(&bench, MAP_HEAD "{\n	slot[0] = 1;\n}\n"), ZN_ERR_OK);
	assert_false(bench.gone);
	bench_close(&bench);
}

static void sizes_above_their_limits_are_refused(void **state)
{
	(void)state;
	const struct zn_runner_options small = {.memory_bytes_max = 64 << 20};
	struct zn_kernel_source many[ZN_SOURCES_MAX + 1];
	struct bench bench;
	bench_open(&bench, &small);
	for (int i = 0; i <= ZN_SOURCES_MAX; i++)
		many[i] = *mix_source();
	const struct zn_runner_job good = bench_job(mix_source(), 8, 100);
	struct zn_runner_job job = good;
	job.sources = many;
	job.sources_count = ZN_SOURCES_MAX + 1;
	assert_int_equal(bench_load(&bench, &job), ZN_ERR_TOO_LARGE);
	job = good;
	job.slot_bytes = ZN_SLOT_BYTES_MAX + 1;
	assert_int_equal(bench_load(&bench, &job), ZN_ERR_TOO_LARGE);
	job.slot_bytes = 0;
	assert_int_equal(bench_load(&bench, &job), ZN_ERR_MALFORMED);
	job = good;
	job.chunk_items_max = ZN_CHUNK_ITEMS_MAX + 1;
	assert_int_equal(bench_load(&bench, &job), ZN_ERR_TOO_LARGE);
	job.chunk_items_max = ZN_CHUNK_ITEMS_MAX; /* times 8 bytes: above an output's limit */
	assert_int_equal(bench_load(&bench, &job), ZN_ERR_TOO_LARGE);
	job = good;
	job.params_bytes = ZN_PARAMS_BYTES_MAX + 1;
	assert_int_equal(bench_load(&bench, &job), ZN_ERR_TOO_LARGE);
	job = good;
	job.shared_bytes = UINT64_MAX;
	assert_int_equal(bench_load(&bench, &job), ZN_ERR_TOO_LARGE);
	job.shared_bytes = 65 << 20; /* above memory_bytes_max */
	assert_int_equal(bench_load(&bench, &job), ZN_ERR_TOO_LARGE);
	assert_int_equal(bench_load(&bench, &good), ZN_ERR_OK);
	struct zn_run_request request = {.tag = 1, .count = 101};
	assert_int_equal(bench_ask(&bench, &request), ZN_ERR_TOO_LARGE);
	request.count = 0;
	assert_int_equal(bench_ask(&bench, &request), ZN_ERR_MALFORMED);
	request.count = 1;
	request.input_bytes = 1;
	assert_int_equal(bench_ask(&bench, &request), ZN_ERR_TOO_LARGE);
	request.input_bytes = 0;
	request.first = UINT64_MAX;
	assert_int_equal(bench_ask(&bench, &request), ZN_ERR_TOO_LARGE);
	bench_close(&bench);
}

static void fake_open(struct bench *bench, enum fake_way way, uint32_t build_cpu_ms)
{
	static char program[PATH_MAX];
	char directory[PATH_MAX];
	assert_int_equal(zn_path_program_directory(directory), ZN_ERR_OK);
	assert_true(zn_path_make(program, "%s/runner_fake", directory));
	const struct zn_runner_options options = {.program = program,
		.device_index = way,
		.build_cpu_ms = build_cpu_ms};
	bench_open(bench, &options);
}

static void a_runner_that_answers_rubbish_is_gone(void **state)
{
	(void)state;
	static const struct {
		enum fake_way way;
		enum zn_err err;
		const char *sentence;
	} rows[] = {
		{FAKE_NOISE, ZN_ERR_MALFORMED, "rubbish"},
		{FAKE_TRUNCATED, ZN_ERR_MALFORMED, "rubbish"},
		{FAKE_HUGE, ZN_ERR_MALFORMED, "rubbish"},
		{FAKE_ENDS, ZN_ERR_DEVICE, "ended by itself (status 7); it said: no driver today"},
		{FAKE_OTHER_DEVICE, ZN_ERR_MALFORMED, "another device"},
		{FAKE_HANGS_UP, ZN_ERR_DEVICE, "signal 9"},
		{FAKE_COMMANDS, ZN_ERR_MALFORMED, "rubbish"},
		{FAKE_DESCRIPTOR, ZN_ERR_MALFORMED, "rubbish"},
		{FAKE_DONE_UNASKED, ZN_ERR_MALFORMED, "nobody asked"},
		{FAKE_SPINS, ZN_ERR_TIMEOUT, "CPU time"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bench bench;
		fake_open(&bench, rows[i].way, 300);
		bench_until(&bench, &bench.gone, "the end");
		assert_int_equal(bench.gone_err, rows[i].err);
		assert_non_null(strstr(bench.gone_sentence, rows[i].sentence));
		bench_close(&bench);
	}
}

static void a_loaded_runner_that_answers_rubbish_fails_its_run(void **state)
{
	(void)state;
	static const enum fake_way ways[] = {FAKE_LOADED_TWICE, FAKE_TOO_FEW, FAKE_CANCELS,
		FAKE_FALSE_PROGRESS, FAKE_MUCH_PROGRESS, FAKE_ODD_ERR};
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		struct bench bench;
		fake_open(&bench, ways[i], 0);
		bench.destroy_in_gone = true;
		const struct zn_runner_job job = bench_job(mix_source(), 8, 100);
		assert_int_equal(bench_load(&bench, &job), ZN_ERR_OK);
		if (i == 0) /* the others find the binary in the cache */
			assert_string_equal(bench.log, "?[31mx");
		struct zn_run_request request = {.tag = 1, .count = 100};
		enum zn_err err = bench.gone ? ZN_ERR_CLOSED : bench_ask(&bench, &request);
		assert_true(err == ZN_ERR_OK || ways[i] == FAKE_LOADED_TWICE);
		bench_until(&bench, &bench.gone, "the end");
		assert_int_equal(bench.gone_err, ZN_ERR_MALFORMED);
		assert_int_equal(bench.done_count, err == ZN_ERR_OK);
		for (uint32_t k = 0; k < bench.done_count; k++)
			assert_int_equal(bench.done[k].err, ZN_ERR_DEVICE);
		bench_close(&bench);
	}
}

static void a_load_answered_with_another_tag_fails(void **state)
{
	(void)state;
	struct bench bench;
	fake_open(&bench, FAKE_OTHER_TAG, 0);
	const struct zn_runner_job job = bench_job(mix_source(), 8, 100);
	assert_int_equal(bench_load(&bench, &job), ZN_ERR_DEVICE);
	bench_until(&bench, &bench.gone, "the end");
	bench_close(&bench);
}

static void a_second_answer_to_a_run_is_rubbish(void **state)
{
	(void)state;
	struct bench bench;
	fake_open(&bench, FAKE_DONE_TWICE, 0);
	const struct zn_runner_job job = bench_job(mix_source(), 8, 100);
	assert_int_equal(bench_load(&bench, &job), ZN_ERR_OK);
	bench_run_range(&bench, 1, 0, 100);
	bench_until(&bench, &bench.gone, "the end");
	assert_int_equal(bench.done_count, 1);
	assert_int_equal(bench.done[0].err, ZN_ERR_OK);
	assert_int_equal(bench.gone_err, ZN_ERR_MALFORMED);
	bench_close(&bench);
}

static void a_flood_of_words_holds_nobody_up(void **state)
{
	(void)state;
	struct bench bench;
	fake_open(&bench, FAKE_FLOODS, 0);
	const struct zn_runner_job job = bench_job(mix_source(), 8, 100);
	assert_int_equal(bench_load(&bench, &job), ZN_ERR_OK);
	bench_run_range(&bench, 1, 0, 100);
	bench_until_done(&bench, 1);
	assert_int_equal(bench.done[0].err, ZN_ERR_OK);
	bench_close(&bench);
}

/* What a kernel started there must not work on while the owner believes that the device is free. */
static void a_runner_that_works_unasked_is_stopped(void **state)
{
	(void)state;
	static const enum fake_way ways[] = {FAKE_NEVER_RESTS, FAKE_FALSE_PAUSE};
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		struct bench bench;
		fake_open(&bench, ways[i], 0);
		const struct zn_runner_job job = bench_job(mix_source(), 8, 100);
		assert_int_equal(bench_load(&bench, &job), ZN_ERR_OK);
		if (ways[i] == FAKE_FALSE_PAUSE) {
			bench_run_range(&bench, 1, 0, 100);
			zn_runner_pause(bench.runner);
			bench_until(&bench, &bench.paused, "the pause");
		}
		bench_until(&bench, &bench.gone, "the end");
		assert_int_equal(bench.gone_err, ZN_ERR_DEVICE);
		assert_non_null(strstr(bench.gone_sentence, "nothing to do"));
		bench_close(&bench);
	}
}

static void a_missing_program_and_a_missing_device_are_told(void **state)
{
	(void)state;
	struct zn_loop *loop;
	struct zn_runner *runner;
	const struct zn_runner_options nowhere = {.program = "/nowhere/zennet-runner",
		.cache_dir = bench_cache};
	assert_int_equal(zn_loop_create(&loop), ZN_ERR_OK);
	assert_int_equal(zn_runner_create(&runner, loop, &nowhere), ZN_ERR_NOT_FOUND);
	assert_null(runner);
	zn_loop_destroy(loop);
	struct bench bench;
	const struct zn_runner_options far = {.device_index = 63};
	bench_open(&bench, &far);
	bench_until(&bench, &bench.gone, "the end");
	assert_non_null(strstr(bench.gone_sentence, "no device with that number"));
	bench_close(&bench);
}

static void without_a_sandbox_a_strangers_kernel_is_not_even_built(void **state)
{
	(void)state;
	const struct zn_runner_options bare = {.sandbox_max = ZN_SANDBOX_NONE};
	struct zn_runner_job job = bench_job(mix_source(), 8, 100);
	struct bench bench;
	bench_open(&bench, &bare);
	job.foreign = true;
	assert_int_equal(bench_load(&bench, &job), ZN_ERR_UNSUPPORTED);
	assert_non_null(strstr(bench.load_sentence, "cannot fence such one in"));
	job.foreign = false;
	assert_int_equal(bench_load(&bench, &job), ZN_ERR_OK);
	bench_run_range(&bench, 1, 0, 3);
	bench_until_done(&bench, 1);
	assert_int_equal(bench.done[0].err, ZN_ERR_OK);
	bench_close(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kernel_that_does_not_build_gives_a_log_and_the_runner_lives),
		cmocka_unit_test(a_kernel_that_crashes_is_reported),
		cmocka_unit_test(a_kernel_without_end_is_stopped_by_the_watchdog),
		cmocka_unit_test(a_pause_does_not_hide_an_endless_kernel),
		cmocka_unit_test(a_compiler_that_never_ends_is_stopped),
		cmocka_unit_test(sizes_above_their_limits_are_refused),
		cmocka_unit_test(a_runner_that_answers_rubbish_is_gone),
		cmocka_unit_test(a_loaded_runner_that_answers_rubbish_fails_its_run),
		cmocka_unit_test(a_load_answered_with_another_tag_fails),
		cmocka_unit_test(a_second_answer_to_a_run_is_rubbish),
		cmocka_unit_test(a_flood_of_words_holds_nobody_up),
		cmocka_unit_test(a_runner_that_works_unasked_is_stopped),
		cmocka_unit_test(without_a_sandbox_a_strangers_kernel_is_not_even_built),
		cmocka_unit_test(a_missing_program_and_a_missing_device_are_told),
	};
	return cmocka_run_group_tests(tests, bench_cache_make, bench_cache_remove);
}
