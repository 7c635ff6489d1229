/* tests/unit/runner_duty.c - how long a device rests, by a clock of our own. */
#include "runner/duty.h"

#include "core/limits.h"
#include "tests/test.h"

#define MS UINT64_C(1000000)

/* Slices of `slice_ns` for `total_ns`, each rest slept `late_ns` too long. Returns: worked / passed. */
static double share_of(uint32_t percent, uint64_t slice_ns, uint64_t late_ns, uint64_t total_ns)
{
	struct zn_duty duty = {0};
	uint64_t now_ns = 77 * MS, began_ns = now_ns, worked_ns = 0;
	zn_duty_set(&duty, percent);
	while (now_ns - began_ns < total_ns) {
		uint64_t rest_ns = zn_duty_rest(&duty, now_ns);
		if (rest_ns > 0) {
			now_ns += rest_ns + late_ns;
			continue;
		}
		zn_duty_worked(&duty, now_ns, now_ns + slice_ns);
		now_ns += slice_ns;
		worked_ns += slice_ns;
	}
	return (double)worked_ns / (double)(now_ns - began_ns);
}

static void device_time_is_the_asked_share_of_wall_time(void **state)
{
	(void)state;
	static const uint64_t slices_ns[] = {MS / 20, MS, 20 * MS, 333 * MS};
	for (uint32_t percent = 10; percent <= 100; percent += 15)
		for (size_t i = 0; i < 4; i++)
			for (uint64_t late_ns = 0; late_ns <= MS; late_ns += MS / 2) {
				double share = share_of(percent, slices_ns[i], late_ns, 60000 * MS);
				assert_true(share > percent / 100.0 - 0.02);
				assert_true(share < percent / 100.0 + 0.02);
			}
}

static void a_full_duty_cycle_never_rests(void **state)
{
	(void)state;
	struct zn_duty duty = {0};
	assert_true(zn_duty_is_full(&duty));
	for (int i = 0; i < 2; i++) {
		zn_duty_worked(&duty, 0, 1000 * MS);
		assert_true(zn_duty_rest(&duty, 1000 * MS) == 0);
		zn_duty_set(&duty, 100);
	}
}

static void an_idle_hour_is_no_credit_for_the_next(void **state)
{
	(void)state;
	struct zn_duty duty = {0};
	zn_duty_set(&duty, 50);
	assert_true(zn_duty_rest(&duty, 3600 * 1000 * MS) == 0);
	zn_duty_worked(&duty, 3600 * 1000 * MS, 3600 * 1000 * MS + 100 * MS);
	uint64_t rest_ns = zn_duty_rest(&duty, 3600 * 1000 * MS + 100 * MS);
	assert_true(rest_ns == 100 * MS - 2 * ZN_SLICE_MS * MS);
}

static void one_huge_item_is_followed_by_a_bounded_rest(void **state)
{
	(void)state;
	struct zn_duty duty = {0};
	zn_duty_set(&duty, 10);
	zn_duty_worked(&duty, 1, UINT64_MAX / 2);
	assert_true(zn_duty_rest(&duty, UINT64_MAX / 2) == ZN_DUTY_REST_MS_MAX * MS);
	assert_true(zn_duty_rest(&duty, UINT64_MAX) == 0);
}

static void two_slices_at_once_count_each_moment_once(void **state)
{
	(void)state;
	struct zn_duty duty = {0};
	zn_duty_set(&duty, 50);
	zn_duty_worked(&duty, 1, 20 * MS);
	zn_duty_worked(&duty, 2, 40 * MS);
	assert_true(zn_duty_rest(&duty, 40 * MS) <= 40 * MS);
	assert_true(zn_duty_rest(&duty, 40 * MS) >= 39 * MS);
	/* a clock that stands still or goes back does no harm */
	zn_duty_worked(&duty, 50 * MS, 50 * MS);
	zn_duty_worked(&duty, 60 * MS, 55 * MS);
	assert_true(zn_duty_rest(&duty, 10 * MS) <= 40 * MS);
}

static void odd_percents_are_brought_into_range(void **state)
{
	(void)state;
	struct zn_duty duty = {0};
	zn_duty_set(&duty, 0);
	assert_int_equal(duty.percent, ZN_DUTY_PERCENT_MIN);
	zn_duty_set(&duty, 1000);
	assert_int_equal(duty.percent, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(device_time_is_the_asked_share_of_wall_time),
		cmocka_unit_test(a_full_duty_cycle_never_rests),
		cmocka_unit_test(an_idle_hour_is_no_credit_for_the_next),
		cmocka_unit_test(one_huge_item_is_followed_by_a_bounded_rest),
		cmocka_unit_test(two_slices_at_once_count_each_moment_once),
		cmocka_unit_test(odd_percents_are_brought_into_range),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
