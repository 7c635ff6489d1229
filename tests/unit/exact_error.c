/* The functions of kernels/exact.h against the true value, by MPFR, and their special values.
 *
 * Doubles of the mathematical library are the quick measure: they err by less than 2^-24 of a float's
 * last place (its manual knows of no error above a few of a double's), so what they find below a
 * limit by SURE is below it. What is nearer is decided by MPFR, as are the worst input of every
 * function and a sample, where the library itself is held against MPFR too.
 */
#include "tests/unit/exact_functions.h"

#include "tests/test.h"

#include <math.h>
#include <mpfr.h>
#include <stdio.h>
#include <string.h>

#define ULP_MAX      1.0
#define SURE         1e-6
#define SCAN_STEP    251 /* a prime; a little more than 2^24 of the 2^32 inputs */
#define PAIRS        (1u << 20)
#define MPFR_SAMPLES 20000
#define MPFR_BITS    80

static const enum exact_function of_one[] = {EXACT_SIN, EXACT_COS, EXACT_TAN, EXACT_ASIN,
	EXACT_ACOS, EXACT_ATAN, EXACT_EXP, EXACT_EXP2, EXACT_LOG, EXACT_LOG2, EXACT_LOG10,
	EXACT_RSQRT};
static const enum exact_function of_two[] = {EXACT_ATAN2, EXACT_POW};

#define COUNT(list) (sizeof(list) / sizeof *(list))

static float float_of(uint32_t bits)
{
	float x;
	memcpy(&x, &bits, sizeof x);
	return x;
}

static uint32_t bits_of(float x)
{
	uint32_t bits;
	memcpy(&bits, &x, sizeof bits);
	return bits;
}

static void truth(mpfr_t out, enum exact_function function, mpfr_t x, mpfr_t y)
{
	static int (*const calls[])(mpfr_t, const mpfr_t, mpfr_rnd_t) = {mpfr_sin, mpfr_cos,
		mpfr_tan, mpfr_asin, mpfr_acos, mpfr_atan, mpfr_exp, mpfr_exp2, mpfr_log, mpfr_log2,
		mpfr_log10, mpfr_rec_sqrt};
	if (function == EXACT_ATAN2)
		mpfr_atan2(out, x, y, MPFR_RNDN);
	else if (function == EXACT_POW)
		mpfr_pow(out, x, y, MPFR_RNDN);
	else
		calls[function](out, x, MPFR_RNDN);
}

/* The error in places of a float of got's true value; and, in `library`, that of the doubles. */
static double error_by_mpfr(double *library, enum exact_function function, uint32_t a, uint32_t b)
{
	mpfr_t x, y, right, other;
	mpfr_inits2(MPFR_BITS, x, y, right, other, (mpfr_ptr)0);
	mpfr_set_flt(x, float_of(a), MPFR_RNDN);
	mpfr_set_flt(y, float_of(b), MPFR_RNDN);
	truth(right, function, x, y);
	float got = float_of(exact_call(function, a, b));
	double error = 0, double_error = 0;
	double reference = exact_reference(function, (double)float_of(a), (double)float_of(b));
	if (mpfr_nan_p(right)) {
		error = isnan(got) ? 0 : (double)INFINITY;
	} else if (mpfr_number_p(right) && isfinite(got) && !mpfr_zero_p(right)) {
		mpfr_exp_t power = mpfr_get_exp(right);
		power = power < -125 ? -125 : power;
		mpfr_set_flt(other, got, MPFR_RNDN);
		mpfr_sub(other, other, right, MPFR_RNDN);
		mpfr_mul_2si(other, other, 24 - power, MPFR_RNDN);
		error = fabs(mpfr_get_d(other, MPFR_RNDN));
		mpfr_set_d(other, reference, MPFR_RNDN);
		mpfr_sub(other, other, right, MPFR_RNDN);
		mpfr_mul_2si(other, other, 24 - power, MPFR_RNDN);
		double_error = fabs(mpfr_get_d(other, MPFR_RNDN));
	} else { /* zero, infinity, or above the largest float: as the rounding has it, or next to it */
		float rounded = mpfr_get_flt(right, MPFR_RNDN);
		error = got == rounded || nextafterf(got, rounded) == rounded ? 0
									      : (double)INFINITY;
	}
	*library = double_error;
	mpfr_clears(x, y, right, other, (mpfr_ptr)0);
	return error;
}

static void decide(enum exact_function function, double *error, uint32_t a, uint32_t b)
{
	double library;
	*error = error_by_mpfr(&library, function, a, b);
	if (library > SURE)
		fail_msg("the library's %s(0x%08x, 0x%08x) is off by %g", exact_names[function], a,
			b, library);
	if (*error > ULP_MAX)
		fail_msg("zn_%s(0x%08x, 0x%08x) is off by %.3f ulp", exact_names[function], a, b,
			*error);
}

static void every_function_of_one_is_within_one_ulp(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(of_one); i++) {
		uint32_t worst_bits;
		double worst =
			exact_error_scan(&worst_bits, of_one[i], 0, test_is_long() ? 1 : SCAN_STEP);
		if (worst > ULP_MAX + SURE)
			fail_msg("zn_%s(0x%08x) is off by %.3f ulp", exact_names[of_one[i]],
				worst_bits, worst);
		decide(of_one[i], &worst, worst_bits, 0);
		print_message("zn_%-6s %.3f ulp at %.9g\n", exact_names[of_one[i]], worst,
			(double)float_of(worst_bits));
	}
}

/* Any bits, and where most of the results are neither 0 nor infinite. */
static void draw(uint32_t *a, uint32_t *b, enum exact_function function, uint64_t *seed)
{
	uint64_t random = test_random(seed);
	*a = (uint32_t)random;
	*b = (uint32_t)(random >> 32);
	if (function == EXACT_ATAN2 && (random & 3u) != 0) {
		*b = (*b & 0x83ffffffu) + 0x3e000000u;
		*a = (*a & 0x83ffffffu) + 0x3e000000u;
	}
	if (function == EXACT_POW) {
		*a &= 0x7fffffffu;
		if ((random & 3u) != 0)
			*a = (*a & 0x01ffffffu) + 0x3f000000u;
		double most = 151 / log2((double)float_of(*a));
		if ((random & 12u) != 0 && fabs(most) < 1e30)
			*b = bits_of((float)(most * ((double)*b / 2147483648.0 - 1)));
	}
}

static void every_function_of_two_is_within_one_ulp(void **state)
{
	uint64_t seed = 11;
	(void)state;
	for (size_t i = 0; i < COUNT(of_two); i++) {
		double worst = 0;
		uint32_t worst_a = 0, worst_b = 0;
		for (uint64_t k = 0; k < (test_is_long() ? PAIRS * UINT64_C(256) : PAIRS); k++) {
			uint32_t a, b;
			draw(&a, &b, of_two[i], &seed);
			double error = exact_error(of_two[i], a, b);
			if (error > ULP_MAX - SURE)
				decide(of_two[i], &error, a, b);
			if (error > worst) {
				worst = error;
				worst_a = a;
				worst_b = b;
			}
		}
		decide(of_two[i], &worst, worst_a, worst_b);
		print_message("zn_%-6s %.3f ulp at %.9g, %.9g\n", exact_names[of_two[i]], worst,
			(double)float_of(worst_a), (double)float_of(worst_b));
	}
}

static void a_sample_of_each_is_within_one_ulp_of_mpfr(void **state)
{
	uint64_t seed = 12;
	(void)state;
	for (uint32_t k = 0; k < MPFR_SAMPLES; k++) {
		uint32_t a, b;
		double error;
		draw(&a, &b, EXACT_SIN, &seed);
		for (size_t i = 0; i < COUNT(of_one); i++)
			decide(of_one[i], &error, a, 0);
		for (size_t i = 0; i < COUNT(of_two); i++) {
			draw(&a, &b, of_two[i], &seed);
			decide(of_two[i], &error, a, b);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sample_of_each_is_within_one_ulp_of_mpfr),
		cmocka_unit_test(every_function_of_one_is_within_one_ulp),
		cmocka_unit_test(every_function_of_two_is_within_one_ulp),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
