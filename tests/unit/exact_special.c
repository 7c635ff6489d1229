/* kernels/exact.h at zeros, infinities, NaN, poles and edges: C99, annex F. */
#include "tests/unit/exact_functions.h"

#include "tests/test.h"

#include <math.h>
#include <string.h>

#define QUIET 0x7fc00000u /* what every function gives for NaN */

static uint32_t bits_of(float x)
{
	uint32_t bits;
	memcpy(&bits, &x, sizeof bits);
	return isnan(x) ? QUIET : bits;
}

struct one {
	enum exact_function function;
	float x, right;
};

static const struct one ones[] = {
	{EXACT_SIN, 0.0f, 0.0f},
	{EXACT_SIN, -0.0f, -0.0f},
	{EXACT_SIN, INFINITY, NAN},
	{EXACT_SIN, -INFINITY, NAN},
	{EXACT_SIN, NAN, NAN},
	{EXACT_SIN, -0x1p-149f, -0x1p-149f},
	{EXACT_SIN, 0x1.fffffep-127f, 0x1.fffffep-127f},
	{EXACT_COS, 0.0f, 1.0f},
	{EXACT_COS, -0.0f, 1.0f},
	{EXACT_COS, INFINITY, NAN},
	{EXACT_COS, NAN, NAN},
	{EXACT_COS, 0x1p-149f, 1.0f},
	{EXACT_TAN, 0.0f, 0.0f},
	{EXACT_TAN, -0.0f, -0.0f},
	{EXACT_TAN, -INFINITY, NAN},
	{EXACT_TAN, NAN, NAN},
	{EXACT_TAN, -0x1p-149f, -0x1p-149f},
	{EXACT_ASIN, 0.0f, 0.0f},
	{EXACT_ASIN, -0.0f, -0.0f},
	{EXACT_ASIN, 1.0f, 0x1.921fb6p+0f},
	{EXACT_ASIN, -1.0f, -0x1.921fb6p+0f},
	{EXACT_ASIN, 0x1.000002p+0f, NAN},
	{EXACT_ASIN, -INFINITY, NAN},
	{EXACT_ASIN, NAN, NAN},
	{EXACT_ASIN, 0x1p-149f, 0x1p-149f},
	{EXACT_ACOS, 1.0f, 0.0f},
	{EXACT_ACOS, -1.0f, 0x1.921fb6p+1f},
	{EXACT_ACOS, 0.0f, 0x1.921fb6p+0f},
	{EXACT_ACOS, -0x1.000002p+0f, NAN},
	{EXACT_ACOS, INFINITY, NAN},
	{EXACT_ACOS, NAN, NAN},
	{EXACT_ATAN, 0.0f, 0.0f},
	{EXACT_ATAN, -0.0f, -0.0f},
	{EXACT_ATAN, INFINITY, 0x1.921fb6p+0f},
	{EXACT_ATAN, -INFINITY, -0x1.921fb6p+0f},
	{EXACT_ATAN, NAN, NAN},
	{EXACT_ATAN, -0x1p-149f, -0x1p-149f},
	{EXACT_EXP, 0.0f, 1.0f},
	{EXACT_EXP, -0.0f, 1.0f},
	{EXACT_EXP, INFINITY, INFINITY},
	{EXACT_EXP, -INFINITY, 0.0f},
	{EXACT_EXP, NAN, NAN},
	{EXACT_EXP, 1e30f, INFINITY},
	{EXACT_EXP, -1e30f, 0.0f},
	{EXACT_EXP, -103.0f, 0x1p-149f},
	{EXACT_EXP2, -0.0f, 1.0f},
	{EXACT_EXP2, INFINITY, INFINITY},
	{EXACT_EXP2, -INFINITY, 0.0f},
	{EXACT_EXP2, NAN, NAN},
	{EXACT_EXP2, 127.0f, 0x1p127f},
	{EXACT_EXP2, 128.0f, INFINITY},
	{EXACT_EXP2, -126.0f, 0x1p-126f},
	{EXACT_EXP2, -149.0f, 0x1p-149f},
	{EXACT_EXP2, -151.0f, 0.0f},
	{EXACT_LOG, 0.0f, -INFINITY},
	{EXACT_LOG, -0.0f, -INFINITY},
	{EXACT_LOG, 1.0f, 0.0f},
	{EXACT_LOG, -1.0f, NAN},
	{EXACT_LOG, -INFINITY, NAN},
	{EXACT_LOG, INFINITY, INFINITY},
	{EXACT_LOG, NAN, NAN},
	{EXACT_LOG2, -0.0f, -INFINITY},
	{EXACT_LOG2, 1.0f, 0.0f},
	{EXACT_LOG2, 8.0f, 3.0f},
	{EXACT_LOG2, 0x1p-149f, -149.0f},
	{EXACT_LOG2, -0x1p-149f, NAN},
	{EXACT_LOG2, INFINITY, INFINITY},
	{EXACT_LOG2, NAN, NAN},
	{EXACT_LOG10, 0.0f, -INFINITY},
	{EXACT_LOG10, 1.0f, 0.0f},
	{EXACT_LOG10, 1000.0f, 3.0f},
	{EXACT_LOG10, -1.0f, NAN},
	{EXACT_LOG10, INFINITY, INFINITY},
	{EXACT_LOG10, NAN, NAN},
	{EXACT_RSQRT, 0.0f, INFINITY},
	{EXACT_RSQRT, -0.0f, -INFINITY},
	{EXACT_RSQRT, INFINITY, 0.0f},
	{EXACT_RSQRT, -INFINITY, NAN},
	{EXACT_RSQRT, -1.0f, NAN},
	{EXACT_RSQRT, 0.25f, 2.0f},
	{EXACT_RSQRT, 0x1p-148f, 0x1p74f},
	{EXACT_RSQRT, NAN, NAN},
	{EXACT_CANONICAL, -0.0f, -0.0f},
	{EXACT_CANONICAL, -INFINITY, -INFINITY},
	{EXACT_CANONICAL, 0x1p-149f, 0x1p-149f},
};

static void functions_of_one_keep_to_annex_f(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof ones / sizeof *ones; i++) {
		uint32_t got = exact_call(ones[i].function, bits_of(ones[i].x), 0);
		if (got != bits_of(ones[i].right))
			fail_msg("zn_%s(%a) gives 0x%08x", exact_names[ones[i].function],
				(double)ones[i].x, got);
	}
}

struct two {
	enum exact_function function;
	float x, y, right;
};

static const struct two twos[] = {
	{EXACT_ATAN2, 0.0f, 1.0f, 0.0f},
	{EXACT_ATAN2, -0.0f, 1.0f, -0.0f},
	{EXACT_ATAN2, 0.0f, 0.0f, 0.0f},
	{EXACT_ATAN2, -0.0f, 0.0f, -0.0f},
	{EXACT_ATAN2, 0.0f, -0.0f, 0x1.921fb6p+1f},
	{EXACT_ATAN2, -0.0f, -0.0f, -0x1.921fb6p+1f},
	{EXACT_ATAN2, 0.0f, -1.0f, 0x1.921fb6p+1f},
	{EXACT_ATAN2, -0.0f, -1.0f, -0x1.921fb6p+1f},
	{EXACT_ATAN2, 1.0f, 0.0f, 0x1.921fb6p+0f},
	{EXACT_ATAN2, -1.0f, -0.0f, -0x1.921fb6p+0f},
	{EXACT_ATAN2, INFINITY, 1.0f, 0x1.921fb6p+0f},
	{EXACT_ATAN2, -INFINITY, -1.0f, -0x1.921fb6p+0f},
	{EXACT_ATAN2, 1.0f, INFINITY, 0.0f},
	{EXACT_ATAN2, -1.0f, INFINITY, -0.0f},
	{EXACT_ATAN2, 1.0f, -INFINITY, 0x1.921fb6p+1f},
	{EXACT_ATAN2, -1.0f, -INFINITY, -0x1.921fb6p+1f},
	{EXACT_ATAN2, INFINITY, INFINITY, 0x1.921fb6p-1f},
	{EXACT_ATAN2, -INFINITY, INFINITY, -0x1.921fb6p-1f},
	{EXACT_ATAN2, INFINITY, -INFINITY, 0x1.2d97c8p+1f},
	{EXACT_ATAN2, -INFINITY, -INFINITY, -0x1.2d97c8p+1f},
	{EXACT_ATAN2, NAN, 1.0f, NAN},
	{EXACT_ATAN2, 1.0f, NAN, NAN},
	{EXACT_ATAN2, NAN, INFINITY, NAN},
	{EXACT_ATAN2, 0x1p-149f, 0x1p-149f, 0x1.921fb6p-1f},
	{EXACT_ATAN2, 0x1p-149f, 0x1p127f, 0.0f},
	{EXACT_POW, NAN, 0.0f, 1.0f},
	{EXACT_POW, NAN, -0.0f, 1.0f},
	{EXACT_POW, INFINITY, 0.0f, 1.0f},
	{EXACT_POW, 0.0f, 0.0f, 1.0f},
	{EXACT_POW, 1.0f, NAN, 1.0f},
	{EXACT_POW, 1.0f, INFINITY, 1.0f},
	{EXACT_POW, -1.0f, INFINITY, 1.0f},
	{EXACT_POW, -1.0f, -INFINITY, 1.0f},
	{EXACT_POW, NAN, 1.0f, NAN},
	{EXACT_POW, 2.0f, NAN, NAN},
	{EXACT_POW, -8.0f, 0x1.555556p-2f, NAN},
	{EXACT_POW, -1.0f, 0.5f, NAN},
	{EXACT_POW, 0.0f, -3.0f, INFINITY},
	{EXACT_POW, -0.0f, -3.0f, -INFINITY},
	{EXACT_POW, -0.0f, -2.0f, INFINITY},
	{EXACT_POW, -0.0f, -2.5f, INFINITY},
	{EXACT_POW, 0.0f, -INFINITY, INFINITY},
	{EXACT_POW, -0.0f, 3.0f, -0.0f},
	{EXACT_POW, 0.0f, 3.0f, 0.0f},
	{EXACT_POW, -0.0f, 2.0f, 0.0f},
	{EXACT_POW, -0.0f, 0.5f, 0.0f},
	{EXACT_POW, 0.0f, 0x1p-149f, 0.0f},
	{EXACT_POW, 0.5f, -INFINITY, INFINITY},
	{EXACT_POW, -0.5f, -INFINITY, INFINITY},
	{EXACT_POW, 2.0f, -INFINITY, 0.0f},
	{EXACT_POW, -0.5f, INFINITY, 0.0f},
	{EXACT_POW, -2.0f, INFINITY, INFINITY},
	{EXACT_POW, -INFINITY, -3.0f, -0.0f},
	{EXACT_POW, -INFINITY, -2.0f, 0.0f},
	{EXACT_POW, -INFINITY, -0.5f, 0.0f},
	{EXACT_POW, -INFINITY, 3.0f, -INFINITY},
	{EXACT_POW, -INFINITY, 2.0f, INFINITY},
	{EXACT_POW, -INFINITY, 0.5f, INFINITY},
	{EXACT_POW, INFINITY, -0x1p-149f, 0.0f},
	{EXACT_POW, INFINITY, 0x1p-149f, INFINITY},
	{EXACT_POW, -2.0f, 3.0f, -8.0f},
	{EXACT_POW, -2.0f, 16777216.0f, INFINITY},
	{EXACT_POW, -1.0f, 16777215.0f, -1.0f},
	{EXACT_POW, -1.0f, 16777216.0f, 1.0f},
	{EXACT_POW, 2.0f, -149.0f, 0x1p-149f},
	{EXACT_POW, 0x1p-149f, 1.0f, 0x1p-149f},
	{EXACT_POW, 3.0f, 4.0f, 81.0f},
	{EXACT_POW, 0x1.fffffep-1f, 0x1p127f, 0.0f},
	{EXACT_POW, 0x1.000002p+0f, 0x1p127f, INFINITY},
	{EXACT_POW, 1e-30f, 1e-44f, 1.0f},
	/* the second wins where a comparison is false */
	{EXACT_MIN, 1.0f, 2.0f, 1.0f},
	{EXACT_MIN, NAN, 2.0f, 2.0f},
	{EXACT_MIN, 2.0f, NAN, NAN},
	{EXACT_MIN, -0.0f, 0.0f, 0.0f},
	{EXACT_MIN, 0.0f, -0.0f, -0.0f},
	{EXACT_MAX, NAN, 2.0f, 2.0f},
	{EXACT_MAX, 2.0f, NAN, NAN},
	{EXACT_MAX, 1.0f, 2.0f, 2.0f},
	{EXACT_CLAMP, NAN, 1.0f, 1.0f}, /* high is 2 */
	{EXACT_CLAMP, 3.0f, 1.0f, 2.0f},
	{EXACT_CLAMP, -3.0f, 1.0f, 1.0f},
	{EXACT_COPYSIGN, 3.0f, -0.0f, -3.0f},
	{EXACT_COPYSIGN, -INFINITY, 1.0f, INFINITY},
};

static void functions_of_two_keep_to_annex_f(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof twos / sizeof *twos; i++) {
		uint32_t got = exact_call(twos[i].function, bits_of(twos[i].x), bits_of(twos[i].y));
		if (got != bits_of(twos[i].right))
			fail_msg("zn_%s(%a, %a) gives 0x%08x", exact_names[twos[i].function],
				(double)twos[i].x, (double)twos[i].y, got);
	}
}

static void every_nan_becomes_the_same_one(void **state)
{
	static const uint32_t nans[] = {0x7f800001u, 0x7fffffffu, 0xffc00000u, 0xff812345u};
	(void)state;
	for (size_t i = 0; i < sizeof nans / sizeof *nans; i++) {
		for (int f = EXACT_SIN; f <= EXACT_CANONICAL; f++)
			if (f != EXACT_SINCOS)
				assert_int_equal(exact_call((enum exact_function)f, nans[i], 0),
					QUIET);
		assert_int_equal(exact_call(EXACT_ATAN2, nans[i], 0), QUIET);
		assert_int_equal(exact_call(EXACT_POW, 0x40000000u, nans[i]), QUIET);
	}
}

struct whole {
	enum exact_function function;
	uint32_t a, b, right;
};

static const struct whole wholes[] = {
	{EXACT_TO_UINT, 0x7fc00000u, 0, 0},           /* NaN */
	{EXACT_TO_UINT, 0xbf800000u, 0, 0},           /* -1 */
	{EXACT_TO_UINT, 0x4f7fffffu, 0, 0xffffff00u}, /* the last float that fits */
	{EXACT_TO_UINT, 0x4f800000u, 0, 0xffffffffu}, /* 2^32 */
	{EXACT_TO_UINT, 0x7f800000u, 0, 0xffffffffu}, /* infinity */
	{EXACT_TO_UINT, 0x407fffffu, 0, 3},           /* not quite 4 */
	{EXACT_TO_INT, 0xffc00000u, 0, 0},            /* NaN */
	{EXACT_TO_INT, 0xc07fffffu, 0, 0xfffffffdu},  /* not quite -4 */
	{EXACT_TO_INT, 0x4effffffu, 0, 0x7fffff80u},  /* the last float that fits */
	{EXACT_TO_INT, 0x4f000000u, 0, 0x7fffffffu},  /* 2^31 */
	{EXACT_TO_INT, 0xcf000000u, 0, 0x80000000u},  /* -2^31 */
	{EXACT_TO_INT, 0xff800000u, 0, 0x80000000u},  /* -infinity */
	{EXACT_DIVIDE, 7, 2, 3},
	{EXACT_DIVIDE, 7, 0, 0},
	{EXACT_DIVIDE, 0xffffffffu, 0xffffffffu, 1},
	{EXACT_REMAINDER, 7, 0, 0},
	{EXACT_REMAINDER, 7, 4, 3},
	{EXACT_DIVIDE_INT, (uint32_t)-7, 2, (uint32_t)-3},
	{EXACT_DIVIDE_INT, (uint32_t)-7, 0, 0},
	{EXACT_DIVIDE_INT, 0x80000000u, 0xffffffffu, 0x80000000u},
	{EXACT_REMAINDER_INT, (uint32_t)-7, 2, (uint32_t)-1},
	{EXACT_REMAINDER_INT, 7, (uint32_t)-2, 1},
	{EXACT_REMAINDER_INT, 0x80000000u, 0xffffffffu, 0},
	{EXACT_REMAINDER_INT, 5, 0, 0},
};

static void integers_have_an_answer_for_everything(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++) {
		const struct whole *row = &wholes[i];
		uint32_t got = exact_call(row->function, row->a, row->b);
		if (got != row->right)
			fail_msg("zn_%s(0x%x, 0x%x) gives 0x%x", exact_names[row->function], row->a,
				row->b, got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_of_one_keep_to_annex_f),
		cmocka_unit_test(functions_of_two_keep_to_annex_f),
		cmocka_unit_test(every_nan_becomes_the_same_one),
		cmocka_unit_test(integers_have_an_answer_for_everything),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
