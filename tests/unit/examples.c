/* tests/unit/examples.c - the kernels of examples/ through the real runner, in range and list form and
 * in every shape, against plain C that knows nothing of them. Argument: the folder examples/.
 */
#include "tests/unit/runner_help.h"

#include "core/limits.h"
#include "io/files.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ITEMS_MAX 4096

static const char *examples;

struct example {
	char source[ZN_SOURCE_BYTES_MAX];
	struct zn_kernel_source text;
	struct zn_runner_job job;
	struct zn_run_request request; /* range form */
};

static void example_open(struct example *example, const char *name, uint32_t slot_bytes,
	uint32_t items)
{
	char path[PATH_MAX];
	uint8_t *bytes;
	size_t count;
	assert_true(zn_path_make(path, "%s/%s", examples, name));
	assert_int_equal(zn_file_read(&bytes, &count, path, sizeof example->source - 1), ZN_ERR_OK);
	memcpy(example->source, bytes, count + 1);
	free(bytes);
	example->text = (struct zn_kernel_source){name, example->source, count};
	example->job = bench_job(&example->text, slot_bytes, ITEMS_MAX);
	example->request = (struct zn_run_request){.count = items};
}

static const uint8_t *run(struct bench *bench, const struct zn_run_request *request)
{
	bench_forget(bench);
	assert_int_equal(bench_ask(bench, request), ZN_ERR_OK);
	bench_until_done(bench, 1);
	assert_int_equal(bench->done[0].err, ZN_ERR_OK);
	return bench->done[0].output;
}

/* Every shape and both forms give `right`. The list has the items backwards, group by group. */
static void assert_gives(struct example *example, const void *right)
{
	static const struct zn_runner_options plain = {0};
	static const uint32_t widths[] = {0, 1, 8, 16};
	static uint64_t items[ITEMS_MAX];
	struct bench bench;
	struct zn_run_request listed = example->request;
	uint32_t slot = example->job.slot_bytes, count = listed.count;
	uint32_t unit = example->job.group_items != 0 ? example->job.group_items : 1;
	for (uint32_t i = 0; i < count; i++)
		items[i] = listed.first + (count / unit - 1 - i / unit) * unit + i % unit;
	listed.items = items;
	bench_open(&bench, &plain);
	for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
		example->job.width = widths[w];
		if (bench_load(&bench, &example->job) != ZN_ERR_OK)
			fail_msg("%s\n%s", bench.load_sentence, bench.log);
		assert_memory_equal(run(&bench, &example->request), right, (size_t)count * slot);
		const uint8_t *output = run(&bench, &listed);
		for (uint32_t i = 0; i < count; i++)
			assert_memory_equal(output + (size_t)i * slot,
				(const uint8_t *)right + (items[i] - listed.first) * slot, slot);
	}
	bench_close(&bench);
}

/* --- hash ----------------------------------------------------------------------------------------- */

#define HASH_TRIED 256
#define HASH_FIRST 4800 /* 1,234,567 lies in item 4822 */
#define HASH_ITEMS 64

static uint32_t big_endian(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void hash_oracle(uint32_t slot[4], uint32_t item, const uint32_t *wanted)
{
	memset(slot, 0, 16);
	for (uint32_t at = 0; at < HASH_TRIED; at++) {
		char message[16];
		struct zn_hash hash;
		snprintf(message, sizeof message, "zennet%08x", item * HASH_TRIED + at);
		zn_sha256(&hash, message, 14);
		uint32_t first = big_endian(hash.bytes), second = big_endian(hash.bytes + 4);
		slot[3] = (slot[3] ^ first) * 0x9e3779b1u + second;
		for (uint32_t i = 0; i < wanted[0]; i++)
			if (first == wanted[2 + 2 * i] && second == wanted[3 + 2 * i] &&
				slot[0]++ == 0) {
				slot[1] = item * HASH_TRIED + at;
				slot[2] = i;
			}
	}
}

static void hash_finds_the_planted_message_as_openssl_does(void **state)
{
	(void)state;
	static struct example example;
	static uint32_t right[HASH_ITEMS][4];
	/* another one first; then sha256sum of "zennet0012d687" */
	const uint32_t wanted[] = {2, 0, 1, 2, 0xa6b09f4au, 0x9088e7dcu};
	example_open(&example, "hash/hash.cl", 16, HASH_ITEMS);
	example.job.params = wanted;
	example.job.params_bytes = sizeof wanted;
	example.request.first = HASH_FIRST;
	uint32_t found = 0;
	for (uint32_t i = 0; i < HASH_ITEMS; i++) {
		hash_oracle(right[i], HASH_FIRST + i, wanted);
		found += right[i][0];
	}
	assert_int_equal(found, 1);
	assert_int_equal(right[1234567 / HASH_TRIED - HASH_FIRST][1], 1234567);
	assert_int_equal(right[1234567 / HASH_TRIED - HASH_FIRST][2], 1);
	assert_gives(&example, right);
}

/* --- montecarlo ----------------------------------------------------------------------------------- */

#define POINTS 1024

static uint32_t mixed(uint32_t x)
{
	x ^= x >> 16;
	x *= 0x7feb352du;
	x ^= x >> 15;
	x *= 0x846ca68bu;
	return x ^ x >> 16;
}

static uint64_t points_inside(uint64_t item, uint32_t seed)
{
	uint64_t inside = 0;
	uint32_t key = seed ^ (uint32_t)(item >> 22) * 0x9e3779b9u;
	for (uint32_t at = 0; at < POINTS; at++) {
		uint32_t number = (uint32_t)(item * POINTS + at);
		uint64_t x = mixed(number ^ key);
		uint64_t y = mixed((uint32_t)x + number + 0x85ebca6bu);
		inside += (x * x >> 32) + (y * y >> 32) < UINT64_C(1) << 32;
	}
	return inside;
}

static void montecarlo_counts_as_plain_c_does_and_comes_near_pi(void **state)
{
	(void)state;
	static struct example example;
	static uint64_t right[ITEMS_MAX];
	const uint32_t seed = 1;
	uint64_t sum = 0;
	example_open(&example, "montecarlo/montecarlo.cl", 8, ITEMS_MAX);
	example.job.params = &seed;
	example.job.params_bytes = sizeof seed;
	example.request.first = (UINT64_C(1) << 22) - ITEMS_MAX / 2; /* over an edge of the key */
	for (uint32_t i = 0; i < ITEMS_MAX; i++)
		sum += right[i] = points_inside(example.request.first + i, seed);
	/* the share of n points has a standard deviation of sqrt(p (1 - p) / n) */
	double n = (double)ITEMS_MAX * POINTS, p = 3.14159265358979 / 4;
	assert_true(fabs((double)sum / n - p) < 4 * sqrt(p * (1 - p) / n));
	assert_gives(&example, right);
}

/* --- wordcount ------------------------------------------------------------------------------------ */

#define SHARES 64

static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= 9 && c <= 13);
}

static void count_words(uint64_t slots[SHARES][3], const uint8_t *text, uint64_t bytes)
{
	for (uint64_t share = 0; share < SHARES; share++) {
		uint64_t *slot = slots[share];
		memset(slot, 0, 3 * sizeof *slot);
		for (uint64_t at = share * bytes / SHARES; at < (share + 1) * bytes / SHARES;
			at++) {
			slot[0] += text[at] == '\n';
			slot[1] += !is_space(text[at]) && (at == 0 || is_space(text[at - 1]));
			slot[2]++;
		}
	}
}

static void wordcount_counts_every_kind_of_text(void **state)
{
	(void)state;
	static const uint32_t sizes[] = {0, 1, 63, 65, 1000, 70000};
	static struct example example;
	static uint8_t text[70000];
	static uint64_t right[SHARES][3];
	uint64_t seed = 7;
	for (size_t kind = 0; kind < sizeof sizes / sizeof *sizes; kind++) {
		for (uint32_t i = 0; i < sizes[kind]; i++) {
			uint64_t random = test_random(&seed);
			text[i] = random % 4 == 0 ? (uint8_t) " \n\t\r"[random >> 8 & 3]
						  : (uint8_t)(random >> 16);
		}
		example_open(&example, "wordcount/wordcount.cl", 24, SHARES);
		example.job.input_bytes_max = sizeof text;
		example.request.first = example.request.chunk_first = 3 * SHARES;
		example.request.input = text;
		example.request.input_bytes = sizes[kind];
		count_words(right, text, sizes[kind]);
		assert_gives(&example, right);
	}
}

/* --- nbody ---------------------------------------------------------------------------------------- */

#define BODIES 256
#define SOFT   1e-4f

static float bodies[BODIES][4];

static void make_bodies(uint32_t seed)
{
	for (uint32_t i = 0; i < BODIES; i++) {
		uint32_t state = mixed(i + mixed(seed));
		for (int k = 0; k < 4; k++) {
			state = mixed(state + 0x9e3779b9u);
			float unit = (float)(state >> 8) * 5.9604644775390625e-8f;
			bodies[i][k] = k < 3 ? fmaf(unit, 2.0f, -1.0f) : unit + 0.5f;
		}
	}
}

static void cloud_is_what_plain_c_makes(void **state)
{
	(void)state;
	static struct example example;
	const uint32_t seed = 1;
	make_bodies(seed);
	example_open(&example, "nbody/cloud.cl", 16, BODIES);
	example.job.params = &seed;
	example.job.params_bytes = sizeof seed;
	assert_gives(&example, bodies);
}

static void pull(float out[4], uint32_t item)
{
	memset(out, 0, 4 * sizeof *out);
	for (uint32_t i = 0; i < BODIES; i++) {
		float d[3];
		for (int k = 0; k < 3; k++)
			d[k] = bodies[i][k] - bodies[item][k];
		float near =
			1.0f / sqrtf(fmaf(d[0], d[0], fmaf(d[1], d[1], fmaf(d[2], d[2], SOFT))));
		float weight = bodies[i][3] * near, cube = weight * near * near;
		for (int k = 0; k < 3; k++)
			out[k] = fmaf(d[k], cube, out[k]);
		out[3] -= weight;
	}
}

/* In double precision, by the formula of the textbook. */
static void assert_is_near(const float got[4], uint32_t item)
{
	double right[4] = {0}, size = 0;
	for (uint32_t i = 0; i < BODIES; i++) {
		double d[3], square = (double)SOFT;
		for (int k = 0; k < 3; k++) {
			d[k] = (double)bodies[i][k] - (double)bodies[item][k];
			square += d[k] * d[k];
		}
		double r = sqrt(square);
		for (int k = 0; k < 3; k++)
			right[k] += (double)bodies[i][3] * d[k] / (r * r * r);
		right[3] -= (double)bodies[i][3] / r;
		size += (double)bodies[i][3] / (r * r);
	}
	for (int k = 0; k < 3; k++)
		assert_true(fabs((double)got[k] - right[k]) < 1e-5 * size);
	assert_true(fabs((double)got[3] - right[3]) < -1e-5 * right[3]);
}

static void nbody_gives_the_bits_of_plain_c_and_the_pull_of_the_textbook(void **state)
{
	(void)state;
	static struct example example;
	static float right[BODIES][4];
	const float soft = SOFT;
	make_bodies(5);
	example_open(&example, "nbody/nbody.cl", 16, BODIES);
	example.job.params = &soft;
	example.job.params_bytes = sizeof soft;
	example.job.shared = bodies;
	example.job.shared_bytes = sizeof bodies;
	example.job.group_items = 64;
	example.job.local_bytes = 1024;
	for (uint32_t i = 0; i < BODIES; i++) {
		pull(right[i], i);
		assert_is_near(right[i], i);
	}
	assert_gives(&example, right);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hash_finds_the_planted_message_as_openssl_does),
		cmocka_unit_test(montecarlo_counts_as_plain_c_does_and_comes_near_pi),
		cmocka_unit_test(wordcount_counts_every_kind_of_text),
		cmocka_unit_test(cloud_is_what_plain_c_makes),
		cmocka_unit_test(nbody_gives_the_bits_of_plain_c_and_the_pull_of_the_textbook),
	};
	if (argc != 2)
		return 2;
	examples = argv[1];
	return cmocka_run_group_tests(tests, bench_cache_make, bench_cache_remove);
}
