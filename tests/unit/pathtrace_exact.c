/* The functions of kernels/exact.h against the mathematical library's doubles. */
#include "tests/unit/pathtrace_shim.h"

#include "tests/test.h"

/* Distance to the true value in units of the last place of a float of its size. */
static double ulps(float got, double truth)
{
	int power;
	if (isnan(got) || isnan(truth))
		return isnan(got) && isnan(truth) ? 0 : INFINITY;
	if (isinf(got))
		return truth > 3.4028235e38 || truth < -3.4028235e38 ? 0 : INFINITY;
	frexp(truth, &power);
	power = power < -125 ? -125 : power;
	return fabs((double)got - truth) / ldexp(1, power - 24);
}

static uint32_t random_bits(uint32_t *state)
{
	*state = *state * 747796405u + 2891336453u;
	return zn_hash(*state);
}

static float between(uint32_t *state, float low, float high)
{
	return low + (high - low) * zn_to_unit(random_bits(state));
}

static void sine_and_cosine_are_within_two_ulp(void **unused)
{
	uint32_t state = 1;
	double worst = 0, worst_near_zero = 0;
	(void)unused;
	for (int i = 0; i < 300000; i++) {
		float x = between(&state, i % 2 ? -4.0f : -8192.0f, i % 2 ? 4.0f : 8192.0f);
		/* Near a zero the error is one of the argument's, so it is counted against 1. */
		double truths[2] = {sin((double)x), cos((double)x)};
		float got[2] = {zn_sin(x), zn_cos(x)};
		for (int k = 0; k < 2; k++) {
			double error = ulps(got[k], truths[k]);
			if (fabs(truths[k]) > 1e-3)
				worst = fmax(worst, error);
			else
				worst_near_zero =
					fmax(worst_near_zero, fabs((double)got[k] - truths[k]));
		}
	}
	print_message("sin, cos: %.2f ulp, near zeros %.2g\n", worst, worst_near_zero);
	assert_true(worst <= 2.0);
	assert_true(worst_near_zero <= 1e-9);
}

static void turns_are_within_two_ulp_of_one(void **unused)
{
	uint32_t state = 2;
	double worst = 0;
	(void)unused;
	for (int i = 0; i < 300000; i++) {
		float turns = between(&state, i % 2 ? 0.0f : -100.0f, i % 2 ? 1.0f : 100.0f);
		float s, c;
		double angle = ((double)turns - floor((double)turns)) * 6.283185307179586477;
		zn_sincos_turn(turns, &s, &c);
		worst = fmax(worst, fabs((double)s - sin(angle)));
		worst = fmax(worst, fabs((double)c - cos(angle)));
	}
	assert_true(worst <= 2 * 5.97e-8);
	float s, c;
	zn_sincos_turn(0.25f, &s, &c);
	assert_true(s == 1.0f && c == 0.0f);
}

static void exponential_is_within_two_ulp(void **unused)
{
	uint32_t state = 3;
	double worst = 0;
	(void)unused;
	for (int i = 0; i < 300000; i++) {
		float x = between(&state, i % 2 ? -1.0f : -103.0f, i % 2 ? 1.0f : 88.7f);
		worst = fmax(worst, ulps(zn_exp(x), exp((double)x)));
	}
	print_message("exp: %.2f ulp\n", worst);
	assert_true(worst <= 2.0);
	assert_true(zn_exp(0.0f) == 1.0f);
	assert_true(zn_exp(-200.0f) == 0.0f);
	assert_true(isinf(zn_exp(100.0f)));
	assert_true(isnan(zn_exp(NAN)));
}

static void logarithm_is_within_three_ulp(void **unused)
{
	uint32_t state = 4;
	double worst = 0;
	(void)unused;
	for (int i = 0; i < 300000; i++) {
		float x = i % 2 ? as_float(random_bits(&state) % 0x7f800000u + 1u)
				: between(&state, 0.5f, 2.0f);
		if (isinf(x))
			continue;
		worst = fmax(worst, ulps(zn_log(x), log((double)x)));
	}
	print_message("log: %.2f ulp\n", worst);
	assert_true(worst <= 3.0);
	assert_true(zn_log(1.0f) == 0.0f);
	assert_true(isinf(zn_log(0.0f)) && zn_log(0.0f) < 0);
	assert_true(isnan(zn_log(-1.0f)));
	assert_true(isinf(zn_log(INFINITY)));
}

static void conversions_are_defined_for_every_float(void **unused)
{
	(void)unused;
	assert_int_equal(zn_to_uint(NAN), 0);
	assert_int_equal(zn_to_uint(-5.0f), 0);
	assert_int_equal(zn_to_uint(3.9f), 3);
	assert_int_equal(zn_to_uint(1e20f), 0xffffffffu);
	assert_int_equal(zn_to_int(NAN), 0);
	assert_int_equal(zn_to_int(1e20f), 2147483647);
	assert_int_equal(zn_to_int(-1e20f), -2147483647 - 1);
	assert_int_equal(zn_to_int(-3.9f), -3);
	assert_int_equal(zn_divide(7, 0), 0);
	assert_int_equal(zn_divide_long(7, 2), 3);
	assert_true(zn_clamp(NAN, 1.0f, 2.0f) == 1.0f);
}

/* A (0,2)-sequence puts each 16 samples one to a cell of every 1x16, 2x8, 4x4, 8x2, 16x1 grid. */
static void first_samples_fill_every_cell_once(void **unused)
{
	(void)unused;
	for (uint32_t pixel = 0; pixel < 200; pixel++)
		for (uint32_t block = 0; block < 3; block++)
			for (int split = 0; split <= 4; split++) {
				uint32_t seen = 0;
				for (uint32_t i = 0; i < 16; i++) {
					struct zn_rng rng = zn_rng_begin(pixel, block * 16 + i, 7);
					zn_rng_pair(&rng);
					struct zn_pair pair = zn_rng_pair(&rng);
					uint32_t x = (uint32_t)(pair.u * (float)(1 << split));
					uint32_t y = (uint32_t)(pair.v * (float)(1 << (4 - split)));
					seen |= 1u << (x << (4 - split) | y);
				}
				assert_int_equal(seen, 0xffff);
			}
}

static void later_pairs_average_one_half(void **unused)
{
	double sum_u = 0, sum_v = 0, product = 0;
	int count = 0;
	(void)unused;
	for (uint32_t pixel = 0; pixel < 500; pixel++)
		for (uint32_t sample = 0; sample < 100; sample++) {
			struct zn_rng rng = zn_rng_begin(pixel, sample, 1);
			rng.pair = 12;
			struct zn_pair pair = zn_rng_pair(&rng);
			sum_u += (double)pair.u;
			sum_v += (double)pair.v;
			product += (double)pair.u * (double)pair.v;
			count++;
		}
	assert_true(fabs(sum_u / count - 0.5) < 0.006);
	assert_true(fabs(sum_v / count - 0.5) < 0.006);
	assert_true(fabs(product / count - 0.25) < 0.006);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sine_and_cosine_are_within_two_ulp),
		cmocka_unit_test(turns_are_within_two_ulp_of_one),
		cmocka_unit_test(exponential_is_within_two_ulp),
		cmocka_unit_test(logarithm_is_within_three_ulp),
		cmocka_unit_test(conversions_are_defined_for_every_float),
		cmocka_unit_test(first_samples_fill_every_cell_once),
		cmocka_unit_test(later_pairs_average_one_half),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
