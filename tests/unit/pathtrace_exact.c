/* What the path tracer alone uses of kernels/exact.h, and its random numbers. The other functions:
 * tests/unit/exact_error.c, exact_special.c. */
#include "tests/unit/pathtrace_shim.h"

#include "tests/test.h"

static uint32_t random_bits(uint32_t *state)
{
	*state = *state * 747796405u + 2891336453u;
	return zn_hash(*state);
}

static float between(uint32_t *state, float low, float high)
{
	return low + (high - low) * zn_to_unit(random_bits(state));
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
		cmocka_unit_test(turns_are_within_two_ulp_of_one),
		cmocka_unit_test(first_samples_fill_every_cell_once),
		cmocka_unit_test(later_pairs_average_one_half),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
