/* The cursor: bytes are fixed, failure sticks, and only what writing makes is read. */
#include "core/codec.h"

#include "core/limits.h"
#include "tests/fuzz/synthetic.h"
#include "tests/test.h"

#include <string.h>

static struct synthetic sample(void)
{
	struct synthetic record = {.u8 = 0x01,
		.u16 = 0x0302,
		.u32 = 0x07060504,
		.u64 = UINT64_C(0x0f0e0d0c0b0a0908),
		.flag = true,
		.amount = {0x1716151413121110},
		.raw = {0x18, 0x19, 0x1a},
		.blob_bytes = 2,
		.blob = {0x1b, 0x1c},
		.text = "a ~b",
		.items_count = 2,
		.items = {0x1e1d, 0x201f},
		.level = 9,
		.account = {.scheme = ZN_ACCOUNT_SCHEME_KEY}};
	memset(record.hash.bytes, 0xa1, sizeof record.hash.bytes);
	memset(record.key.bytes, 0xa2, sizeof record.key.bytes);
	memset(record.signature.bytes, 0xa3, sizeof record.signature.bytes);
	memset(record.account.bytes, 0xa4, sizeof record.account.bytes);
	return record;
}

#define HEAD_HEX "c801" /* type, version */
#define BODY_HEX                                                                                   \
	"01"                                                                                       \
	"0203"                                                                                     \
	"04050607"                                                                                 \
	"08090a0b0c0d0e0f"                                                                         \
	"01"                                                                                       \
	"1011121314151617"                                                                         \
	"18191a"                                                                                   \
	"02000000"                                                                                 \
	"1b1c"                                                                                     \
	"0400"                                                                                     \
	"61207e62"                                                                                 \
	"02000000"                                                                                 \
	"1d1e"                                                                                     \
	"1f20"                                                                                     \
	"09"
#define FIXED_BYTES (2 + 48)

enum { SAMPLE_BYTES = FIXED_BYTES + 32 + 33 + 64 + 21 };

static size_t sample_bytes(uint8_t *bytes, size_t bytes_max)
{
	struct synthetic record = sample();
	struct zn_codec codec = zn_codec_writer(bytes, bytes_max);
	synthetic_code(&codec, &record);
	assert_true(zn_codec_done(&codec));
	return codec.used;
}

static bool read_record(struct synthetic *record, const uint8_t *bytes, size_t count)
{
	/* A copy of its own size, so that the address sanitizer sees a read behind the end. */
	uint8_t *copy = malloc(count + 1);
	assert_non_null(copy);
	memcpy(copy + 1, bytes, count);
	struct zn_codec codec = zn_codec_reader(copy + 1, count);
	synthetic_code(&codec, record);
	bool done = zn_codec_done(&codec);
	free(copy);
	return done;
}

static void bytes_are_fixed_and_little_endian(void **state)
{
	(void)state;
	uint8_t bytes[SAMPLE_BYTES], fixed[FIXED_BYTES];
	assert_int_equal(sample_bytes(bytes, sizeof bytes), SAMPLE_BYTES);
	test_hex(fixed, sizeof fixed, HEAD_HEX BODY_HEX);
	assert_memory_equal(bytes, fixed, sizeof fixed);
	assert_int_equal(bytes[FIXED_BYTES], 0xa1);
	assert_int_equal(bytes[FIXED_BYTES + 32], 0xa2);
	assert_int_equal(bytes[FIXED_BYTES + 32 + 33], 0xa3);
	assert_int_equal(bytes[FIXED_BYTES + 32 + 33 + 64], ZN_ACCOUNT_SCHEME_KEY);
	assert_int_equal(bytes[SAMPLE_BYTES - 1], 0xa4);
}

static void what_was_written_is_read_whatever_lay_there(void **state)
{
	(void)state;
	uint8_t bytes[SAMPLE_BYTES], again[SAMPLE_BYTES];
	size_t count = sample_bytes(bytes, sizeof bytes);
	struct synthetic record;
	memset(&record, 0xee, sizeof record);
	assert_true(read_record(&record, bytes, count));
	assert_string_equal(record.text, "a ~b");
	assert_int_equal(record.amount.zat, 0x1716151413121110);
	assert_true(record.flag);
	struct zn_codec codec = zn_codec_writer(again, sizeof again);
	synthetic_code(&codec, &record);
	assert_true(zn_codec_done(&codec));
	assert_memory_equal(bytes, again, count);
}

static void a_record_cut_anywhere_is_refused(void **state)
{
	(void)state;
	uint8_t bytes[SAMPLE_BYTES];
	struct synthetic record;
	size_t count = sample_bytes(bytes, sizeof bytes);
	for (size_t i = 0; i < count; i++) {
		memset(&record, 0xee, sizeof record);
		assert_false(read_record(&record, bytes, i));
		assert_true(record.items_count <= SYNTHETIC_ITEMS_MAX);
		assert_true(record.blob_bytes <= SYNTHETIC_BLOB_MAX);
		assert_non_null(memchr(record.text, '\0', sizeof record.text));
		assert_true(record.level >= 2 && record.level <= 9);
	}
}

static void a_trailing_byte_is_refused(void **state)
{
	(void)state;
	uint8_t bytes[SAMPLE_BYTES + 1] = {0};
	struct synthetic record;
	size_t count = sample_bytes(bytes, sizeof bytes);
	assert_true(read_record(&record, bytes, count));
	assert_false(read_record(&record, bytes, count + 1));
}

static void a_buffer_too_small_fails_and_leaves_the_record(void **state)
{
	(void)state;
	for (size_t room = 0; room < SAMPLE_BYTES; room++) {
		struct synthetic record = sample();
		const struct synthetic before = record;
		uint8_t *bytes = malloc(room + 1);
		assert_non_null(bytes);
		struct zn_codec codec = zn_codec_writer(bytes + 1, room);
		synthetic_code(&codec, &record);
		assert_false(zn_codec_done(&codec));
		assert_string_equal(record.text, before.text);
		assert_int_equal(record.blob_bytes, before.blob_bytes);
		assert_int_equal(record.items_count, before.items_count);
		assert_int_equal(record.amount.zat, before.amount.zat);
		assert_int_equal(record.flag, before.flag);
		free(bytes);
	}
}

static void failure_sticks(void **state)
{
	(void)state;
	const uint8_t bytes[4] = {7, 8, 9, 10};
	struct zn_codec codec = zn_codec_reader(bytes, sizeof bytes);
	uint64_t wide = 5;
	uint8_t byte = 5;
	zn_codec_u64(&codec, &wide);
	zn_codec_u8(&codec, &byte);
	assert_int_equal(wide, 0);
	assert_int_equal(byte, 0);
	assert_int_equal(codec.used, 0);
	assert_false(zn_codec_done(&codec));

	codec = zn_codec_reader(bytes, sizeof bytes);
	zn_codec_fail(&codec);
	zn_codec_raw(&codec, NULL, 0);
	assert_false(zn_codec_done(&codec));
}

/* One byte of the right record changed; `reads` says whether it still is one. */
static void every_rule_of_a_field_is_kept(void **state)
{
	(void)state;
	static const struct {
		size_t at;
		uint8_t byte;
		bool reads;
	} rows[] = {
		{0, SYNTHETIC_TYPE, true},
		{0, SYNTHETIC_TYPE + 1, false},
		{1, 0, false},
		{1, 2, false},
		{17, 0, true}, /* the bool */
		{17, 2, false},
		{17, 0xff, false},
		{25, 0x7f, true}, /* the amount's highest byte */
		{25, 0x80, false},
		{29, 6, false}, /* the blob's count: above its maximum */
		{29, 1, false}, /* fewer than there are: all behind moves */
		{32, 1, false},
		{35, 7, false}, /* the text's count */
		{36, 1, false},
		{37, ' ', true},
		{37, '~', true},
		{37, 0x1f, false},
		{37, 0x7f, false},
		{37, 0x80, false},
		{37, 0, false},
		{40, 0, false},
		{41, 4, false}, /* the list's count */
		{44, 0x80, false},
		{49, 9, true}, /* the range */
		{49, 2, true},
		{49, 1, false},
		{49, 10, false},
		{SAMPLE_BYTES - 21, 1, true}, /* the account's scheme */
		{SAMPLE_BYTES - 21, 0, false},
		{SAMPLE_BYTES - 21, 2, false},
	};
	uint8_t bytes[SAMPLE_BYTES];
	struct synthetic record;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		sample_bytes(bytes, sizeof bytes);
		bytes[rows[i].at] = rows[i].byte;
		if (read_record(&record, bytes, sizeof bytes) != rows[i].reads)
			fail_msg("byte %zu = %u: wanted %d", rows[i].at, rows[i].byte,
				rows[i].reads);
	}
}

static void what_is_read_is_written_as_the_same_bytes(void **state)
{
	(void)state;
	uint64_t seed = 2;
	uint8_t bytes[SAMPLE_BYTES], again[SAMPLE_BYTES];
	int read = 0;
	for (int i = 0; i < (test_is_long() ? 2000000 : 50000); i++) {
		struct synthetic record;
		sample_bytes(bytes, sizeof bytes);
		bytes[test_random(&seed) % sizeof bytes] = (uint8_t)test_random(&seed);
		bytes[test_random(&seed) % sizeof bytes] ^= (uint8_t)(1 << test_random(&seed) % 8);
		if (!read_record(&record, bytes, sizeof bytes))
			continue;
		read++;
		struct zn_codec codec = zn_codec_writer(again, sizeof again);
		synthetic_code(&codec, &record);
		assert_true(zn_codec_done(&codec));
		assert_memory_equal(bytes, again, sizeof bytes);
	}
	assert_true(read > 1000);
}

static void empty_and_full_lists_are_read(void **state)
{
	(void)state;
	uint8_t bytes[SAMPLE_BYTES + 16];
	struct synthetic record = sample(), read;
	record.blob_bytes = 0;
	record.items_count = 0;
	record.text[0] = '\0';
	struct zn_codec codec = zn_codec_writer(bytes, sizeof bytes);
	synthetic_code(&codec, &record);
	assert_true(zn_codec_done(&codec));
	assert_true(read_record(&read, bytes, codec.used));
	assert_int_equal(read.items_count, 0);
	assert_string_equal(read.text, "");

	record.blob_bytes = SYNTHETIC_BLOB_MAX;
	record.items_count = SYNTHETIC_ITEMS_MAX;
	strcpy(record.text, "full!!");
	codec = zn_codec_writer(bytes, sizeof bytes);
	synthetic_code(&codec, &record);
	assert_true(zn_codec_done(&codec));
	assert_true(read_record(&read, bytes, codec.used));
	assert_int_equal(read.blob_bytes, SYNTHETIC_BLOB_MAX);
	assert_string_equal(read.text, "full!!");
}

static void a_text_that_no_reader_takes_is_not_written(void **state)
{
	(void)state;
	uint8_t bytes[16];
	char text[] = "tab\t";
	struct zn_codec codec = zn_codec_writer(bytes, sizeof bytes);
	zn_codec_text(&codec, text, 4);
	assert_false(zn_codec_done(&codec));
	assert_string_equal(text, "tab\t");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_fixed_and_little_endian),
		cmocka_unit_test(what_was_written_is_read_whatever_lay_there),
		cmocka_unit_test(a_record_cut_anywhere_is_refused),
		cmocka_unit_test(a_trailing_byte_is_refused),
		cmocka_unit_test(a_buffer_too_small_fails_and_leaves_the_record),
		cmocka_unit_test(failure_sticks),
		cmocka_unit_test(every_rule_of_a_field_is_kept),
		cmocka_unit_test(what_is_read_is_written_as_the_same_bytes),
		cmocka_unit_test(empty_and_full_lists_are_read),
		cmocka_unit_test(a_text_that_no_reader_takes_is_not_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
