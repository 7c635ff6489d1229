/* tests/unit/runner.c - the driver and the real runner on the first device of this machine. */
#include "tests/unit/runner_help.h"

#include "io/files.h"
#include "runner/client/devices.h"
#include "runner/client/internal.h"

#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SEED 7u

static const struct zn_runner_options plain = {0};

static void load_mix(struct bench *bench, uint32_t rounds, uint32_t chunk_items_max)
{
	const uint32_t params[2] = {rounds, SEED};
	struct zn_runner_job job = bench_job(mix_source(), 8, chunk_items_max);
	job.params = params;
	job.params_bytes = sizeof params;
	assert_int_equal(bench_load(bench, &job), ZN_ERR_OK);
}

static void assert_mix(const struct finished *done, uint64_t first, uint32_t count, uint32_t rounds)
{
	assert_int_equal(done->err, ZN_ERR_OK);
	assert_int_equal(done->items, count);
	assert_int_equal(done->output_bytes, (size_t)count * 8);
	for (uint32_t i = 0; i < count; i++) {
		uint64_t got;
		memcpy(&got, done->output + (size_t)i * 8, sizeof got);
		assert_true(got == mix_oracle(first + i, rounds, SEED));
	}
}

struct probed {
	struct zn_loop *loop;
	struct zn_probe *probe;
	enum zn_err err;
	uint32_t count;
	struct zn_device first;
	struct zn_machine machine;
};

static void on_probed(void *user, const struct zn_probe_result *result)
{
	struct probed *probed = user;
	probed->err = result->err;
	probed->count = result->devices_count;
	if (result->devices_count > 0)
		probed->first = result->devices[0];
	probed->machine = result->machine;
	zn_probe_destroy(probed->probe);
	zn_loop_stop(probed->loop);
}

static void a_probe_lists_the_devices_and_the_machine(void **state)
{
	(void)state;
	struct probed probed = {0};
	struct zn_probe_options options = {.cache_dir = bench_cache, .self_test = true};
	assert_int_equal(zn_loop_create(&probed.loop), ZN_ERR_OK);
	assert_int_equal(zn_devices_probe(&probed.probe, probed.loop, &options, on_probed, &probed),
		ZN_ERR_OK);
	assert_int_equal(zn_loop_run(probed.loop), ZN_ERR_OK);
	assert_int_equal(probed.err, ZN_ERR_OK);
	assert_true(probed.count >= 1);
	assert_int_equal(probed.first.index, 0);
	assert_true(probed.first.name[0] != '\0' && probed.first.driver[0] != '\0');
	assert_true(probed.first.compute_units > 0 && probed.first.memory_bytes > 0);
	assert_string_equal(probed.first.exact_reason, "");
	assert_int_equal(probed.first.exact, ZN_EXACT_YES);
	assert_true(probed.machine.threads > 0 && probed.machine.memory_bytes > 0);
	assert_true(probed.first.class != ZN_DEVICE_CPU ||
		    probed.first.memory_bytes <= probed.machine.memory_bytes);
	zn_loop_destroy(probed.loop);
}

static void no_driver_or_a_broken_one_is_no_device(void **state)
{
	(void)state;
	char vendors[PATH_MAX], icd[PATH_MAX];
	struct zn_probe_options options = {.cache_dir = bench_cache};
	assert_true(zn_path_make(vendors, "%s/vendors", bench_cache));
	assert_true(zn_path_make(icd, "%s/broken.icd", vendors));
	assert_int_equal(zn_directory_make(vendors), ZN_ERR_OK);
	assert_int_equal(setenv("OCL_ICD_VENDORS", vendors, 1), 0);
	for (int broken = 0; broken < 2; broken++) {
		struct probed probed = {.count = 99};
		assert_int_equal(zn_loop_create(&probed.loop), ZN_ERR_OK);
		if (broken)
			assert_int_equal(zn_file_write(icd, "/nowhere/libOpenCL.so", 21, 0600),
				ZN_ERR_OK);
		assert_int_equal(zn_devices_probe(&probed.probe, probed.loop, &options, on_probed,
					 &probed),
			ZN_ERR_OK);
		assert_int_equal(zn_loop_run(probed.loop), ZN_ERR_OK);
		assert_int_equal(probed.err, ZN_ERR_OK);
		assert_int_equal(probed.count, 0);
		zn_loop_destroy(probed.loop);
	}
	struct bench bench;
	bench_open(&bench, &plain);
	bench_until(&bench, &bench.gone, "the end");
	assert_non_null(strstr(bench.gone_sentence, "no OpenCL device was found"));
	bench_close(&bench);
	assert_int_equal(unsetenv("OCL_ICD_VENDORS"), 0);
}

/* Every cached binary loses a byte in its middle. */
static uint32_t damage_cache(void)
{
	uint32_t count = 0;
	DIR *directory = opendir(bench_cache);
	struct dirent *entry;
	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL) {
		char path[PATH_MAX];
		if (strstr(entry->d_name, ".clbin") == NULL)
			continue;
		assert_true(zn_path_make(path, "%s/%s", bench_cache, entry->d_name));
		FILE *file = fopen(path, "r+b");
		assert_non_null(file);
		assert_int_equal(fseek(file, 1000, SEEK_SET), 0);
		int byte = fgetc(file);
		assert_int_equal(fseek(file, 1000, SEEK_SET), 0);
		assert_true(fputc(byte ^ 1, file) != EOF);
		assert_int_equal(fclose(file), 0);
		count++;
	}
	closedir(directory);
	return count;
}

static void a_damaged_binary_in_the_cache_is_built_anew(void **state)
{
	(void)state;
	struct bench bench;
	bench_open(&bench, &plain);
	load_mix(&bench, 3, 10);
	load_mix(&bench, 3, 10);
	assert_true(bench.load_cached);
	assert_true(damage_cache() >= 2);
	load_mix(&bench, 3, 10);
	assert_false(bench.load_cached);
	bench_run_range(&bench, 1, 0, 10);
	bench_until_done(&bench, 1);
	assert_mix(&bench.done[0], 0, 10, 3);
	bench_close(&bench);
}

static void a_probe_destroyed_early_calls_nobody(void **state)
{
	(void)state;
	struct zn_loop *loop;
	struct zn_probe *probe;
	struct zn_probe_options options = {.cache_dir = bench_cache};
	assert_int_equal(zn_loop_create(&loop), ZN_ERR_OK);
	assert_int_equal(zn_devices_probe(&probe, loop, &options, on_probed, NULL), ZN_ERR_OK);
	zn_probe_destroy(probe);
	zn_loop_destroy(loop);
}

static void a_chunk_of_mix_is_what_the_oracle_says(void **state)
{
	(void)state;
	struct bench bench;
	bench_open(&bench, &plain);
	load_mix(&bench, 19, 100003);
	bench_run_range(&bench, 1, UINT64_C(5000000000), 100003);
	bench_until_done(&bench, 1);
	assert_mix(&bench.done[0], UINT64_C(5000000000), 100003, 19);
	bench_close(&bench);
}

static void a_list_gives_the_same_bytes_as_the_range(void **state)
{
	(void)state;
	enum { COUNT = 3001 };
	static uint64_t items[COUNT];
	struct bench bench;
	bench_open(&bench, &plain);
	load_mix(&bench, 5, COUNT);
	for (uint32_t i = 0; i < COUNT; i++)
		items[i] = 77 + (i * UINT64_C(1009)) % COUNT;
	bench_run_range(&bench, 1, 77, COUNT);
	bench_run_list(&bench, 2, items, COUNT);
	bench_run_list(&bench, 3, items + 100, 1);
	bench_until_done(&bench, 3);
	for (uint32_t i = 0; i < COUNT; i++)
		assert_memory_equal(bench.done[1].output + (size_t)i * 8,
			bench.done[0].output + (size_t)(items[i] - 77) * 8, 8);
	assert_memory_equal(bench.done[2].output, bench.done[1].output + 800, 8);
	bench_close(&bench);
}

static void runs_are_done_in_order_and_a_fifth_must_wait(void **state)
{
	(void)state;
	struct bench bench;
	bench_open(&bench, &plain);
	load_mix(&bench, 1000, 4096);
	for (uint64_t tag = 10; tag < 10 + ZN_RUNS_QUEUED_MAX; tag++)
		bench_run_range(&bench, tag, tag * 4096, 4096);
	struct zn_run_request fifth = {.tag = 99, .count = 1};
	struct zn_run_request twice = {.tag = 10, .count = 1};
	assert_int_equal(bench_ask(&bench, &fifth), ZN_ERR_BUSY);
	assert_int_equal(bench_ask(&bench, &twice), ZN_ERR_EXISTS);
	bench_until_done(&bench, ZN_RUNS_QUEUED_MAX);
	for (uint64_t i = 0; i < ZN_RUNS_QUEUED_MAX; i++) {
		assert_true(bench.done[i].tag == 10 + i);
		assert_mix(&bench.done[i], (10 + i) * 4096, 4096, 1000);
	}
	bench_close(&bench);
}

static void a_kernel_sees_params_shared_input_and_zeroed_slots(void **state)
{
	(void)state;
	static const struct zn_kernel_source source = {"parts.cl",
		"void zn_map(ulong item, __global const uchar *params, __global const uchar "
		"*shared,\n"
		"	__global const uchar *input, __global uchar *slot)\n"
		"{\n"
		"	slot[0] = params[item]; slot[1] = shared[item]; slot[2] = input[item];\n"
		"	slot[4] = slot[3]; slot[3] = 9;\n"
		"}\n",
		0};
	struct zn_kernel_source sized = source;
	sized.bytes = strlen(source.text);
	struct zn_runner_job job = bench_job(&sized, 5, 64);
	job.params = "abc";
	job.params_bytes = 3;
	job.shared = "defg";
	job.shared_bytes = 4;
	job.input_bytes_max = 70;
	struct bench bench;
	bench_open(&bench, &plain);
	assert_int_equal(bench_load(&bench, &job), ZN_ERR_OK);
	struct zn_run_request request = {.tag = 1, .count = 4, .input = "hijk", .input_bytes = 4};
	assert_int_equal(bench_ask(&bench, &request), ZN_ERR_OK);
	bench_until_done(&bench, 1);
	request.tag = 2;
	request.input_bytes = 1;
	assert_int_equal(bench_ask(&bench, &request), ZN_ERR_OK);
	bench_until_done(&bench, 2);
	const uint8_t first[20] = "adh\x09\0"
				  "bei\x09\0"
				  "cfj\x09\0"
				  "\0gk\x09\0";
	const uint8_t second[20] = "adh\x09\0"
				   "be\0\x09\0"
				   "cf\0\x09\0"
				   "\0g\0\x09\0";
	assert_memory_equal(bench.done[0].output, first, sizeof first);
	assert_memory_equal(bench.done[1].output, second, sizeof second);
	bench_close(&bench);
}

static void a_kernel_is_told_how_long_its_inputs_are(void **state)
{
	(void)state;
	static const char text[] =
		"void zn_map(ulong item, __global const uchar *params, __global const uchar "
		"*shared,\n"
		"	__global const uchar *input, __global uchar *slot)\n"
		"{\n"
		"	__global uint *out = (__global uint *)slot;\n"
		"	out[0] = (uint)zn_shared_bytes(shared); out[1] = "
		"(uint)zn_input_bytes(input);\n"
		"	out[2] = (uint)(item - zn_input_first(input));\n"
		"	out[3] = zn_shared_bytes(shared) == 0 && shared[0] == 0 && shared[63] == "
		"0;\n"
		"}\n";
	const struct zn_kernel_source source = {"lengths.cl", text, sizeof text - 1};
	struct zn_runner_job job = bench_job(&source, 16, 8);
	job.input_bytes_max = 1000;
	struct bench bench;
	bench_open(&bench, &plain);
	assert_int_equal(bench_load(&bench, &job), ZN_ERR_OK);
	const uint64_t listed[2] = {72, 70};
	struct zn_run_request request = {.tag = 1,
		.items = listed,
		.count = 2,
		.input = "0123456789",
		.input_bytes = 10,
		.chunk_first = 64};
	assert_int_equal(bench_ask(&bench, &request), ZN_ERR_OK);
	bench_until_done(&bench, 1);
	const uint32_t wanted[8] = {0, 10, 8, 1, 0, 10, 6, 1};
	assert_memory_equal(bench.done[0].output, wanted, sizeof wanted);
	bench_forget(&bench);
	job.shared = "seven b";
	job.shared_bytes = 7;
	assert_int_equal(bench_load(&bench, &job), ZN_ERR_OK);
	request.tag = 2;
	request.input_bytes = 0;
	assert_int_equal(bench_ask(&bench, &request), ZN_ERR_OK);
	bench_until_done(&bench, 1);
	const uint32_t other[8] = {7, 0, 8, 0, 7, 0, 6, 0};
	assert_memory_equal(bench.done[0].output, other, sizeof other);
	bench_forget(&bench);
	/* A worker runs one chunk, a check items of several: without inputs no kernel sees which. */
	job.input_bytes_max = 0;
	assert_int_equal(bench_load(&bench, &job), ZN_ERR_OK);
	request.tag = 3;
	assert_int_equal(bench_ask(&bench, &request), ZN_ERR_OK);
	bench_until_done(&bench, 1);
	const uint32_t whole[8] = {7, 0, 72, 0, 7, 0, 70, 0};
	assert_memory_equal(bench.done[0].output, whole, sizeof whole);
	bench_close(&bench);
}

/* Each item gives the sum over its group: items of a group exchange through local memory. */
#define GROUP 32u

static uint32_t group_sum_oracle(uint64_t item)
{
	uint64_t first = item / GROUP * GROUP;
	uint32_t sum = 0;
	for (uint32_t i = 0; i < GROUP; i++)
		sum += (uint32_t)((first + i) * (first + i));
	return sum;
}

static struct zn_runner_job group_job(const struct zn_kernel_source *source)
{
	struct zn_runner_job job = bench_job(source, 8, 64 * GROUP);
	job.group_items = GROUP;
	job.local_bytes = GROUP * 4;
	return job;
}

static const char group_text[] =
	"void zn_chunk(ulong item, uint place, __global const uchar *params,\n"
	"	__global const uchar *shared, __global const uchar *input, __global uchar *slot,\n"
	"	__local uchar *scratch)\n"
	"{\n"
	"	__local uint *words = (__local uint *)scratch;\n"
	"	uint sum = words[place]; /* cleared */\n"
	"	barrier(CLK_LOCAL_MEM_FENCE);\n"
	"	words[place] = (uint)(item * item);\n"
	"	barrier(CLK_LOCAL_MEM_FENCE);\n"
	"	for (uint i = 0; i < ZN_GROUP_ITEMS; i++)\n"
	"		sum += words[i];\n"
	"	((__global uint *)slot)[0] = sum;\n"
	"	((__global uint *)slot)[1] = place;\n"
	"}\n";

static void groups_of_the_chunk_form_share_local_memory(void **state)
{
	(void)state;
	const struct zn_kernel_source source = {"group.cl", group_text, sizeof group_text - 1};
	struct zn_runner_job job = group_job(&source);
	struct bench bench;
	bench_open(&bench, &plain);
	assert_int_equal(bench_load(&bench, &job), ZN_ERR_OK);
	bench_run_range(&bench, 1, 3 * GROUP, 64 * GROUP);
	bench_until_done(&bench, 1);
	const uint32_t *words = (const uint32_t *)(const void *)bench.done[0].output;
	for (uint32_t i = 0; i < 64 * GROUP; i++) {
		assert_int_equal(words[2 * i], group_sum_oracle(3 * GROUP + i));
		assert_int_equal(words[2 * i + 1], i % GROUP);
	}
	uint64_t listed[2 * GROUP];
	for (uint32_t i = 0; i < GROUP; i++) {
		listed[i] = 50 * GROUP + i;
		listed[GROUP + i] = 7 * GROUP + i;
	}
	bench_run_list(&bench, 2, listed, 2 * GROUP);
	bench_until_done(&bench, 2);
	words = (const uint32_t *)(const void *)bench.done[1].output;
	for (uint32_t i = 0; i < 2 * GROUP; i++)
		assert_int_equal(words[2 * i], group_sum_oracle(listed[i]));
	bench_close(&bench);
}

static void a_group_is_never_cut(void **state)
{
	(void)state;
	const struct zn_kernel_source source = {"group.cl", group_text, sizeof group_text - 1};
	struct zn_runner_job job = group_job(&source);
	struct bench bench;
	bench_open(&bench, &plain);
	assert_int_equal(bench_load(&bench, &job), ZN_ERR_OK);
	struct zn_run_request request = {.tag = 1, .first = 0, .count = GROUP + 1};
	assert_int_equal(bench_ask(&bench, &request), ZN_ERR_MALFORMED);
	bench_close(&bench);
	bench_open(&bench, &plain);
	job.chunk_items_max = GROUP + 1;
	struct zn_kernel_source again = source;
	job.sources = &again;
	assert_int_equal(zn_runner_load(bench.runner, &job, NULL, NULL), ZN_ERR_TOO_LARGE);
	bench_close(&bench);
}

/* A run that takes some tenths of a second on two cores. */
#define LONG_ROUNDS 2000u
#define LONG_ITEMS  100000u

static void pause_now(struct bench *bench)
{
	zn_runner_pause(bench->runner);
	bench->on_progress = NULL;
}

static void a_paused_run_waits_and_is_finished_after_resume(void **state)
{
	(void)state;
	struct bench bench;
	bench_open(&bench, &plain);
	load_mix(&bench, LONG_ROUNDS, LONG_ITEMS);
	bench.on_progress = pause_now;
	bench_run_range(&bench, 1, 0, LONG_ITEMS);
	bench_until(&bench, &bench.paused, "the pause");
	uint32_t at = bench.progress_count;
	assert_int_equal(bench.done_count, 0);
	nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
	bench_run_range(&bench, 2, 1, 10);
	assert_int_equal(bench.progress_count, at);
	assert_int_equal(bench.done_count, 0);
	zn_runner_resume(bench.runner);
	bench_until_done(&bench, 2);
	assert_true(bench.progress_count > at);
	assert_mix(&bench.done[0], 0, LONG_ITEMS, LONG_ROUNDS);
	assert_mix(&bench.done[1], 1, 10, LONG_ROUNDS);
	bench_close(&bench);
}

static void cancel_first(struct bench *bench)
{
	zn_runner_cancel(bench->runner, 1);
	bench->on_progress = NULL;
}

static void a_cancelled_run_ends_and_the_next_one_is_done(void **state)
{
	(void)state;
	struct bench bench;
	bench_open(&bench, &plain);
	load_mix(&bench, LONG_ROUNDS, LONG_ITEMS);
	bench.on_progress = cancel_first;
	bench_run_range(&bench, 1, 0, LONG_ITEMS);
	bench_run_range(&bench, 2, 0, LONG_ITEMS);
	bench_run_range(&bench, 3, 5, 100);
	zn_runner_cancel(bench.runner, 2);
	zn_runner_cancel(bench.runner, 12345);
	bench_until_done(&bench, 3);
	for (int i = 0; i < 3; i++)
		if (bench.done[i].tag == 3)
			assert_mix(&bench.done[i], 5, 100, LONG_ROUNDS);
		else
			assert_int_equal(bench.done[i].err, ZN_ERR_CANCELLED);
	assert_int_equal(bench.done[2].tag, 3);
	assert_int_equal(zn_runner_pending(bench.runner), 0);
	bench_close(&bench);
}

static void all_can_be_cancelled_while_paused(void **state)
{
	(void)state;
	struct bench bench;
	bench_open(&bench, &plain);
	load_mix(&bench, LONG_ROUNDS, LONG_ITEMS);
	zn_runner_pause(bench.runner);
	bench_until(&bench, &bench.paused, "the pause");
	for (uint64_t tag = 1; tag <= 4; tag++)
		bench_run_range(&bench, tag, 0, LONG_ITEMS);
	zn_runner_cancel_all(bench.runner);
	bench_until_done(&bench, 4);
	for (int i = 0; i < 4; i++)
		assert_int_equal(bench.done[i].err, ZN_ERR_CANCELLED);
	bench_close(&bench);
}

static void kill_it(struct bench *bench)
{
	kill(bench->runner->process.child.pid, SIGKILL);
	bench->on_progress = NULL;
}

static void a_killed_runner_is_reported_and_replaced(void **state)
{
	(void)state;
	struct bench bench;
	bench_open(&bench, &plain);
	load_mix(&bench, LONG_ROUNDS, LONG_ITEMS);
	bench.on_progress = kill_it;
	bench_run_range(&bench, 1, 0, LONG_ITEMS);
	bench_run_range(&bench, 2, 0, LONG_ITEMS);
	bench_until(&bench, &bench.gone, "the end");
	assert_int_equal(bench.gone_err, ZN_ERR_DEVICE);
	assert_non_null(strstr(bench.gone_sentence, "signal 9"));
	assert_int_equal(bench.done_count, 2);
	for (uint64_t i = 0; i < 2; i++) {
		assert_true(bench.done[i].tag == 1 + i);
		assert_int_equal(bench.done[i].err, ZN_ERR_DEVICE);
		assert_null(bench.done[i].output);
	}
	struct zn_run_request late = {.tag = 3, .count = 1};
	assert_int_equal(bench_ask(&bench, &late), ZN_ERR_CLOSED);
	zn_runner_pause(bench.runner);
	zn_runner_cancel_all(bench.runner);
	bench_forget(&bench);
	bench_again(&bench);
	load_mix(&bench, 3, 10);
	bench_run_range(&bench, 1, 0, 10);
	bench_until_done(&bench, 1);
	assert_mix(&bench.done[0], 0, 10, 3);
	bench_close(&bench);
}

static void destroy_in_done(struct bench *bench)
{
	zn_runner_destroy(bench->runner);
	bench->runner = NULL;
}

static void a_runner_can_be_destroyed_in_a_callback(void **state)
{
	(void)state;
	struct bench bench;
	bench_open(&bench, &plain);
	load_mix(&bench, 3, 10);
	bench.on_done = destroy_in_done;
	bench_run_range(&bench, 1, 0, 10);
	bench_run_range(&bench, 2, 0, 10);
	bench_until_done(&bench, 1);
	assert_int_equal(bench.done_count, 1);
	bench_close(&bench);
}

static void a_second_load_takes_the_place_of_the_first_and_is_cached(void **state)
{
	(void)state;
	struct bench bench;
	bench_open(&bench, &plain);
	load_mix(&bench, 3, 10);
	load_mix(&bench, 4, 20);
	bench_run_range(&bench, 1, 0, 20);
	struct zn_runner_job job = bench_job(mix_source(), 8, 1);
	assert_int_equal(zn_runner_load(bench.runner, &job, NULL, NULL), ZN_ERR_BUSY);
	bench_until_done(&bench, 1);
	assert_mix(&bench.done[0], 0, 20, 4);
	bench_close(&bench);
}

static void one_thread_at_idle_priority_gives_the_same_bytes(void **state)
{
	(void)state;
	struct zn_runner_options one = {.cpu_threads = 1, .idle_priority = true};
	struct bench bench;
	bench_open(&bench, &one);
	bench_until(&bench, &bench.ready, "the device");
	const struct zn_device *device = zn_runner_device(bench.runner);
	assert_true(device->class != ZN_DEVICE_CPU || device->compute_units == 1);
	assert_int_equal(sched_getscheduler(bench.runner->process.child.pid), SCHED_IDLE);
	load_mix(&bench, 19, 5000);
	bench_run_range(&bench, 1, 3, 5000);
	bench_until_done(&bench, 1);
	assert_mix(&bench.done[0], 3, 5000, 19);
	bench_close(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_probe_lists_the_devices_and_the_machine),
		cmocka_unit_test(no_driver_or_a_broken_one_is_no_device),
		cmocka_unit_test(a_damaged_binary_in_the_cache_is_built_anew),
		cmocka_unit_test(a_probe_destroyed_early_calls_nobody),
		cmocka_unit_test(a_chunk_of_mix_is_what_the_oracle_says),
		cmocka_unit_test(a_list_gives_the_same_bytes_as_the_range),
		cmocka_unit_test(runs_are_done_in_order_and_a_fifth_must_wait),
		cmocka_unit_test(a_kernel_sees_params_shared_input_and_zeroed_slots),
		cmocka_unit_test(a_kernel_is_told_how_long_its_inputs_are),
		cmocka_unit_test(groups_of_the_chunk_form_share_local_memory),
		cmocka_unit_test(a_group_is_never_cut),
		cmocka_unit_test(a_paused_run_waits_and_is_finished_after_resume),
		cmocka_unit_test(a_cancelled_run_ends_and_the_next_one_is_done),
		cmocka_unit_test(all_can_be_cancelled_while_paused),
		cmocka_unit_test(a_killed_runner_is_reported_and_replaced),
		cmocka_unit_test(a_runner_can_be_destroyed_in_a_callback),
		cmocka_unit_test(a_second_load_takes_the_place_of_the_first_and_is_cached),
		cmocka_unit_test(one_thread_at_idle_priority_gives_the_same_bytes),
	};
	return cmocka_run_group_tests(tests, bench_cache_make, bench_cache_remove);
}
