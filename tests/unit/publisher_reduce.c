/* tests/unit/publisher_reduce.c - what outputs become: vectors, the best, and a command's words. */
#include "tests/test.h"

#include "publisher/reduce.h"
#include "publisher/reduce_command.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static struct zn_complaint complaint;

static struct zn_job_file_reduce how_make(enum zn_reduce_kind kind, enum zn_number type)
{
	return (struct zn_job_file_reduce){.kind = kind, .type = type};
}

/* Two chunks of slots with `each` bytes; the result into out, or false. */
static bool reduce(void *out, const struct zn_job_file_reduce *how, uint32_t slot_bytes,
	const void *slots, uint64_t items)
{
	const uint8_t *bytes, *at = slots;
	size_t count;
	uint64_t half = items / 2;
	struct zn_reduce *reduction = zn_reduce_create(how, slot_bytes);
	assert_non_null(reduction);
	zn_reduce_add(reduction, 0, half, at);
	zn_reduce_add(reduction, half, items - half, at + half * slot_bytes);
	bool good = zn_reduce_result(&bytes, &count, reduction, &complaint);
	if (good)
		memcpy(out, bytes, count);
	zn_reduce_destroy(reduction);
	return good;
}

static void sums_are_of_each_place_over_all_items(void **state)
{
	const uint32_t slots[] = {1, 10, 2, 20, 3, 30, UINT32_MAX - 6, 40};
	const int64_t wide[] = {INT64_MAX, 1, -2, INT64_MIN, INT64_MAX, 0};
	uint32_t out[2];
	int64_t wide_out[2];
	struct zn_job_file_reduce how = how_make(ZN_REDUCE_SUM, ZN_NUMBER_U32);
	(void)state;
	assert_true(reduce(out, &how, 8, slots, 4));
	assert_int_equal(out[0], UINT32_MAX);
	assert_int_equal(out[1], 100);
	/* In between it was more than an i64 holds. */
	how.type = ZN_NUMBER_I64;
	const int64_t there_and_back[] = {INT64_MAX, INT64_MAX, -INT64_MAX, -1};
	assert_true(reduce(wide_out, &how, 8, there_and_back, 4));
	assert_true(wide_out[0] == INT64_MAX - 1);
	assert_false(reduce(wide_out, &how, 16, wide, 3));
	assert_non_null(strstr(complaint.text, "place 0"));
}

static void a_sum_that_does_not_fit_is_a_sentence_and_never_wraps(void **state)
{
	const uint32_t slots[] = {UINT32_MAX, 1};
	const uint64_t wide[] = {UINT64_MAX, 1};
	const int32_t below[] = {INT32_MIN, -1};
	uint8_t out[8];
	struct zn_job_file_reduce how = how_make(ZN_REDUCE_SUM, ZN_NUMBER_U32);
	(void)state;
	assert_false(reduce(out, &how, 4, slots, 2));
	assert_non_null(strstr(complaint.text, "does not fit a u32"));
	how.type = ZN_NUMBER_U64;
	assert_false(reduce(out, &how, 8, wide, 2));
	how.type = ZN_NUMBER_I32;
	assert_false(reduce(out, &how, 4, below, 2));
}

static void floats_are_added_in_double_and_in_order(void **state)
{
	static float many[1 << 16];
	const double reals[] = {1e16, 1.0, -1e16, 1.0};
	double real;
	float single;
	struct zn_job_file_reduce how = how_make(ZN_REDUCE_SUM, ZN_NUMBER_F32);
	(void)state;
	for (size_t i = 0; i < sizeof many / sizeof many[0]; i++)
		many[i] = 0.1f;
	assert_true(reduce(&single, &how, 4, many, sizeof many / sizeof many[0]));
	assert_true(
		single == (float)(65536 * (double)0.1f)); /* added in float it is 6553.7 or so */
	how.type = ZN_NUMBER_F64;
	assert_true(reduce(&real, &how, 8, reals, 4));
	assert_true(real == ((1e16 + 1.0) - 1e16) + 1.0);
}

static void min_and_max_pass_nan_over_and_keep_the_first_of_equals(void **state)
{
	const float slots[] = {NAN, -0.0f, 3, NAN, 0.0f, -5, NAN, 0.0f, 7};
	const int32_t whole[] = {-3, 4, 2, -9};
	float out[3];
	int32_t whole_out[2];
	struct zn_job_file_reduce how = how_make(ZN_REDUCE_MIN, ZN_NUMBER_F32);
	(void)state;
	assert_true(reduce(out, &how, 12, slots, 3));
	assert_true(isnan(out[0]));
	assert_true(out[1] == 0 && signbit(out[1]));
	assert_true(out[2] == -5);
	how.kind = ZN_REDUCE_MAX;
	assert_true(reduce(out, &how, 12, slots, 3));
	assert_true(signbit(out[1]) && out[2] == 7);
	how.type = ZN_NUMBER_I32;
	assert_true(reduce(whole_out, &how, 8, whole, 2));
	assert_true(whole_out[0] == 2 && whole_out[1] == 4);
}

struct scored {
	uint64_t item;
	int32_t tag, key;
};

static int scored_order(const void *a, const void *b)
{
	const struct scored *x = a, *y = b;
	if (x->key != y->key)
		return x->key < y->key ? 1 : -1;
	return x->item > y->item ? 1 : -1;
}

static void the_best_come_first_and_of_equals_the_smaller_item(void **state)
{
	enum { ITEMS = 5000, TOP = 77 };
	static struct scored all[ITEMS];
	static int32_t slots[2 * ITEMS];
	static uint8_t out[TOP * 16];
	uint64_t random = 5;
	struct zn_job_file_reduce how = {.kind = ZN_REDUCE_TOP,
		.type = ZN_NUMBER_I32,
		.at = 4,
		.top = TOP};
	(void)state;
	for (uint32_t i = 0; i < ITEMS; i++) {
		all[i] = (struct scored){i, (int32_t)i * 3,
			(int32_t)(test_random(&random) % 200) - 100};
		slots[2 * i] = all[i].tag;
		slots[2 * i + 1] = all[i].key;
	}
	assert_true(reduce(out, &how, 8, slots, ITEMS));
	qsort(all, ITEMS, sizeof all[0], scored_order);
	for (uint32_t i = 0; i < TOP; i++) {
		uint64_t item;
		int32_t slot[2];
		memcpy(&item, out + 16 * i, 8);
		memcpy(slot, out + 16 * i + 8, 8);
		assert_int_equal(item, all[i].item);
		assert_int_equal(slot[0], all[i].tag);
		assert_int_equal(slot[1], all[i].key);
	}
	how.top = 10000; /* more than there are */
	struct zn_reduce *reduction = zn_reduce_create(&how, 8);
	const uint8_t *bytes;
	size_t count;
	zn_reduce_add(reduction, 9, 3, (const uint8_t *)slots);
	assert_true(zn_reduce_result(&bytes, &count, reduction, &complaint));
	assert_int_equal(count, 3 * 16);
	zn_reduce_destroy(reduction);
}

static void a_key_that_is_nan_is_below_all_others(void **state)
{
	const float keys[] = {NAN, -INFINITY, -0.0f, 0.0f, 2};
	uint8_t out[5 * 12];
	const uint64_t wanted[] = {4, 2, 3, 1, 0};
	struct zn_job_file_reduce how = {.kind = ZN_REDUCE_TOP, .type = ZN_NUMBER_F32, .top = 5};
	(void)state;
	assert_true(reduce(out, &how, 4, keys, 5));
	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(out[12 * i], wanted[i]);
}

static char *printed(enum zn_reduce_kind kind, enum zn_number print, uint32_t slot_bytes,
	const void *bytes, size_t count)
{
	static char text[256];
	struct zn_job_file_reduce how = {.kind = kind, .print = print};
	FILE *to = tmpfile();
	assert_non_null(to);
	assert_true(zn_reduce_print(to, &how, slot_bytes, bytes, count));
	rewind(to);
	text[fread(text, 1, sizeof text - 1, to)] = '\0';
	fclose(to);
	return text;
}

static void values_are_printed_one_a_line(void **state)
{
	const int32_t slots[] = {1, -2, 3, -4};
	const uint32_t best[] = {7, 0, 11, 12, 5, 0, 13, 14};
	const float real = 0.1f;
	(void)state;
	assert_string_equal(printed(ZN_REDUCE_SUM, ZN_NUMBER_I32, 8, slots, 16), "1\n-2\n3\n-4\n");
	assert_string_equal(printed(ZN_REDUCE_CONCAT, ZN_NUMBER_HEX, 8, slots, 16),
		"01000000feffffff\n03000000fcffffff\n");
	assert_string_equal(printed(ZN_REDUCE_TOP, ZN_NUMBER_U32, 8, best, 32),
		"7 11 12\n5 13 14\n");
	assert_string_equal(printed(ZN_REDUCE_SUM, ZN_NUMBER_F32, 4, &real, 4), "0.100000001\n");
}

/* --- a command --- */

static struct zn_words words_make(const char *one, const char *two, const char *three)
{
	struct zn_words words = {0};
	const char *all[] = {one, two, three};
	for (int i = 0; i < 3 && all[i] != NULL; i++) {
		strcpy(words.text + words.used, all[i]);
		words.used += (uint32_t)strlen(all[i]) + 1;
		words.count++;
	}
	return words;
}

/* What it writes for `count` bytes of input, up to 255 of them; NULL when it fails. */
static const char *command(const struct zn_words *words, size_t count,
	const struct zn_reduce_limits *limits)
{
	static char text[256];
	static uint8_t bytes[1 << 16];
	FILE *to = tmpfile();
	struct zn_reduce_command *run =
		zn_reduce_command_start(words, "/usr", to, limits, &complaint);
	bool good = run != NULL;
	for (; good && count > 0; count -= count < sizeof bytes ? count : sizeof bytes)
		good = zn_reduce_command_feed(run, bytes,
			count < sizeof bytes ? count : sizeof bytes, &complaint);
	good = good && zn_reduce_command_finish(run, &complaint);
	zn_reduce_command_destroy(run);
	rewind(to);
	text[fread(text, 1, sizeof text - 1, to)] = '\0';
	fclose(to);
	return good ? text : NULL;
}

static void a_command_reads_all_and_its_words_are_the_result(void **state)
{
	struct zn_words words = words_make("sh", "-c", "wc -c; pwd");
	(void)state;
	assert_string_equal(command(&words, 5000000, NULL), "5000000\n/usr\n");
	words = words_make("head", "-c1", NULL); /* it has seen enough early */
	assert_non_null(command(&words, 5000000, NULL));
	words = words_make("cat", NULL, NULL); /* both ways at once */
	assert_non_null(command(&words, 3000000, NULL));
}

static void a_command_that_fails_says_how(void **state)
{
	struct zn_words words = words_make("no-such-command", NULL, NULL);
	(void)state;
	assert_null(command(&words, 10, NULL));
	assert_non_null(strstr(complaint.text, "no-such-command cannot be started"));
	words = words_make("sh", "-c", "exit 3");
	assert_null(command(&words, 1000000, NULL));
	assert_non_null(strstr(complaint.text, "status 3"));
	words = words_make("sh", "-c", "kill -9 $$");
	assert_null(command(&words, 1000000, NULL));
	assert_non_null(strstr(complaint.text, "signal 9"));
}

static void a_command_that_never_ends_or_floods_is_ended(void **state)
{
	const struct zn_reduce_limits limits = {.silent_ms = 400, .result_bytes_max = 1 << 20};
	struct zn_words words = words_make("sleep", "1000", NULL);
	(void)state;
	assert_null(command(&words, 0, &limits));
	assert_non_null(strstr(complaint.text, "neither read nor wrote"));
	assert_null(command(&words, 1000000, &limits)); /* nor does it read */
	words = words_make("sh", "-c", "exec >&-; exec sleep 1000");
	assert_null(command(&words, 0, &limits));
	assert_non_null(strstr(complaint.text, "neither read nor wrote"));
	words = words_make("cat", "/dev/zero", NULL);
	assert_null(command(&words, 10, &limits));
	assert_non_null(strstr(complaint.text, "more than 1048576 bytes"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_are_of_each_place_over_all_items),
		cmocka_unit_test(a_sum_that_does_not_fit_is_a_sentence_and_never_wraps),
		cmocka_unit_test(floats_are_added_in_double_and_in_order),
		cmocka_unit_test(min_and_max_pass_nan_over_and_keep_the_first_of_equals),
		cmocka_unit_test(the_best_come_first_and_of_equals_the_smaller_item),
		cmocka_unit_test(a_key_that_is_nan_is_below_all_others),
		cmocka_unit_test(values_are_printed_one_a_line),
		cmocka_unit_test(a_command_reads_all_and_its_words_are_the_result),
		cmocka_unit_test(a_command_that_fails_says_how),
		cmocka_unit_test(a_command_that_never_ends_or_floods_is_ended),
	};
	signal(SIGPIPE, SIG_IGN); /* as the loop does */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
