/* exact.h on this machine's first OpenCL device, through the real runner: at every width the bits that
 * plain C gives. */
#include "tests/unit/exact_functions.h"
#include "tests/unit/runner_help.h"

#include "core/limits.h"
#include "io/files.h"

#include <string.h>

#define WIDTHS       5
#define WIDTHS_WIDE  2  /* the first ones, which the device is quick at */
#define EVERY        16 /* th block is done at the other widths too, in the short run */
#define BLOCK_INPUTS 65536u
#define SLOT_WORDS   WIDTHS
#define ITEMS_MAX    65536u

static const struct zn_runner_options plain = {0};
static const uint32_t widths[WIDTHS] = {16, 8, 4, 2, 1};
static struct bench bench;
static uint8_t *source;
static size_t source_bytes;

static uint32_t every(void)
{
	return test_is_long() ? 1 : EVERY;
}

static void load(uint32_t blocks, uint32_t count, uint32_t stride, uint32_t offset)
{
	const uint32_t params[5] = {blocks, count, stride, offset, every()};
	struct zn_kernel_source text = {"exact_device.cl", (const char *)source, source_bytes};
	struct zn_runner_job job = bench_job(&text, SLOT_WORDS * 4, ITEMS_MAX);
	job.params = params;
	job.params_bytes = sizeof params;
	enum zn_err err = bench_load(&bench, &job);
	if (err != ZN_ERR_OK)
		fail_msg("%s: %s", bench.load_sentence, bench.log);
}

/* The device works on its blocks while we work on the same ones. */
static void compare(enum exact_function function, uint32_t blocks, uint32_t count, uint32_t stride,
	uint32_t offset)
{
	static uint32_t right[ITEMS_MAX];
	bench_run_range(&bench, function + 1, (uint64_t)function * blocks, blocks);
	for (uint32_t i = 0; i < blocks; i++)
		right[i] = exact_block(function, i * count, count, stride, offset);
	bench_until_done(&bench, 1);
	assert_int_equal(bench.done[0].err, ZN_ERR_OK);
	assert_int_equal(bench.done[0].items, blocks);
	for (uint32_t i = 0; i < blocks; i++)
		for (uint32_t k = 0; k < (i % every() == 0 ? WIDTHS : WIDTHS_WIDE); k++) {
			uint32_t got;
			memcpy(&got, bench.done[0].output + ((size_t)i * SLOT_WORDS + k) * 4, 4);
			if (got != right[i])
				fail_msg("zn_%s at width %u: other bits in the block from 0x%08x "
					 "with stride %u",
					exact_names[function], widths[k],
					i * count * stride + offset, stride);
		}
	bench_forget(&bench);
}

static void every_width_gives_the_bits_of_plain_c(void **state)
{
	(void)state;
	/* 2^24 inputs, which with an odd stride lie among all 2^32; or all of those */
	const uint32_t blocks = test_is_long() ? ITEMS_MAX : 256;
	const uint32_t stride = test_is_long() ? 1 : 257;
	load(blocks, BLOCK_INPUTS, stride, 0);
	for (uint32_t i = 0; i < EXACT_FUNCTIONS; i++)
		compare((enum exact_function)i, blocks, BLOCK_INPUTS, stride, 0);
}

static void so_do_powers_of_two_and_their_neighbours(void **state)
{
	(void)state;
	for (uint32_t offset = 0; offset != 6; offset++) {
		load(1, 512, 0x00800000, offset - 3);
		for (uint32_t i = 0; i < EXACT_FUNCTIONS; i++)
			compare((enum exact_function)i, 1, 512, 0x00800000, offset - 3);
	}
}

static int open_all(void **state)
{
	if (bench_cache_make(state) != 0 || zn_file_read(&source, &source_bytes, EXACT_DEVICE_CL,
						    ZN_SOURCE_BYTES_MAX) != ZN_ERR_OK)
		return 1;
	bench_open(&bench, &plain);
	bench_until(&bench, &bench.ready, "the device");
	return 0;
}

static int close_all(void **state)
{
	bench_close(&bench);
	free(source);
	return bench_cache_remove(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(so_do_powers_of_two_and_their_neighbours),
		cmocka_unit_test(every_width_gives_the_bits_of_plain_c),
	};
	return cmocka_run_group_tests(tests, open_all, close_all);
}
