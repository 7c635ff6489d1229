/* tests/test.h - cmocka, hex for vectors, seeded numbers, and whether --long was given. */
#ifndef ZN_TESTS_TEST_H
#define ZN_TESTS_TEST_H

#include "tests/unit/cm.h"

#include "core/hash.h"

#include <stdbool.h>
#include <stdlib.h>

/** tools/test --long: random tests take more steps then. */
static inline bool test_is_long(void)
{
	const char *text = getenv("ZENNET_TEST_LONG");
	return text != NULL && text[0] == '1';
}

static inline void test_hex(void *bytes, size_t count, const char *hex)
{
	assert_true(zn_hex_read(bytes, count, hex));
}

static inline struct zn_hash test_hash(const char *hex)
{
	struct zn_hash hash;
	test_hex(hash.bytes, sizeof hash.bytes, hex);
	return hash;
}

/** Compare a hash with its hex, and show both in hex where they differ. */
static inline void test_hash_is(const struct zn_hash *hash, const char *hex)
{
	char text[ZN_HASH_TEXT_BYTES];
	assert_string_equal(zn_hash_text(text, hash), hex);
}

/** Seeded numbers for tests: splitmix64. */
static inline uint64_t test_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

#endif
