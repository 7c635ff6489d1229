/* tests/unit/worker_cap.c - when limits on temperature and power make the device rest. */
#include "worker/cap.h"

#include "tests/test.h"

#include <string.h>

static struct zn_cap cap;

static void heat(const struct zn_cap_limits *limits, int32_t celsius)
{
	struct zn_cap_reading reading = {.has_temperature = true, .temperature = celsius * 1000};
	zn_cap_step(&cap, limits, &reading);
}

static void watts(const struct zn_cap_limits *limits, int32_t power)
{
	struct zn_cap_reading reading = {.has_power = true, .power = power * 1000};
	zn_cap_step(&cap, limits, &reading);
}

static void heat_pauses_above_the_limit_and_goes_on_five_degrees_below(void **state)
{
	(void)state;
	const struct zn_cap_limits limits = {.temperature_max = 85000, .duty_percent = 70};
	static const struct {
		int32_t celsius;
		bool held;
	} rows[] = {{60, false}, {85, false}, {86, true}, {85, true}, {81, true}, {80, false},
		{85, false}, {90, true}, {30, false}};
	zn_cap_begin(&cap, &limits);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		heat(&limits, rows[i].celsius);
		assert_int_equal(cap.held, rows[i].held);
		assert_int_equal(cap.sentence.text[0] != '\0', rows[i].held);
		assert_int_equal(cap.duty_percent, 70);
	}
	heat(&limits, 91);
	assert_string_equal(cap.sentence.text, "too hot: 91 C, the limit is 85; it goes on at 80");
}

static void power_lowers_the_share_of_time_and_raises_it_again(void **state)
{
	(void)state;
	const struct zn_cap_limits limits = {.power_max = 100000, .duty_percent = 90};
	zn_cap_begin(&cap, &limits);
	watts(&limits, 120);
	assert_int_equal(cap.duty_percent, 80);
	watts(&limits, 95);
	assert_int_equal(cap.duty_percent, 80);
	watts(&limits, 80);
	assert_int_equal(cap.duty_percent, 85);
	for (int i = 0; i < 20; i++)
		watts(&limits, 50);
	assert_int_equal(cap.duty_percent, 90);
	assert_false(cap.held);
}

static void power_that_is_too_much_at_the_least_share_pauses(void **state)
{
	(void)state;
	const struct zn_cap_limits limits = {.power_max = 100000, .duty_percent = 100};
	zn_cap_begin(&cap, &limits);
	int steps = 0;
	while (!cap.held && steps++ < 50)
		watts(&limits, 101);
	assert_int_equal(cap.duty_percent, 10);
	assert_int_equal(steps, 10);
	assert_non_null(strstr(cap.sentence.text, "too much power"));
	watts(&limits, 95);
	assert_true(cap.held);
	watts(&limits, 90);
	assert_false(cap.held);
	assert_int_equal(cap.duty_percent, 10);
	watts(&limits, 20);
	assert_int_equal(cap.duty_percent, 15);
}

static void a_reading_that_goes_away_pauses_and_says_so(void **state)
{
	(void)state;
	const struct zn_cap_limits limits = {.temperature_max = 85000, .duty_percent = 100};
	const struct zn_cap_reading none = {.why_not = "the sensors did not answer"};
	zn_cap_begin(&cap, &limits);
	heat(&limits, 50);
	assert_false(cap.held);
	zn_cap_step(&cap, &limits, &none);
	assert_true(cap.held);
	assert_string_equal(cap.sentence.text,
		"the temperature cannot be read any more: the sensors did not answer");
	heat(&limits, 50);
	assert_false(cap.held);
	heat(&limits, 99); /* hot before it went dark is hot after it */
	zn_cap_step(&cap, &limits, &none);
	heat(&limits, 84);
	assert_true(cap.held);
}

static void without_limits_nothing_rests(void **state)
{
	(void)state;
	const struct zn_cap_limits limits = {.duty_percent = 100};
	const struct zn_cap_reading none = {0};
	zn_cap_begin(&cap, &limits);
	zn_cap_step(&cap, &limits, &none);
	heat(&limits, 149);
	watts(&limits, 4000);
	assert_false(cap.held);
	assert_int_equal(cap.duty_percent, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heat_pauses_above_the_limit_and_goes_on_five_degrees_below),
		cmocka_unit_test(power_lowers_the_share_of_time_and_raises_it_again),
		cmocka_unit_test(power_that_is_too_much_at_the_least_share_pauses),
		cmocka_unit_test(a_reading_that_goes_away_pauses_and_says_so),
		cmocka_unit_test(without_limits_nothing_rests),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
