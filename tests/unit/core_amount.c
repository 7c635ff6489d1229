/* Money: what is an amount, what arithmetic refuses, and how people write it. */
#include "core/amount.h"

#include "core/limits.h"
#include "tests/test.h"

#include <string.h>

static const struct zn_amount most = {ZN_AMOUNT_MAX_ZAT};
static const struct zn_amount untouched = {77};

static void amounts_end_below_two_to_the_63(void **state)
{
	(void)state;
	struct zn_amount amount = untouched;
	assert_true(zn_amount_make(&amount, INT64_MAX));
	assert_int_equal(amount.zat, INT64_MAX);
	amount = untouched;
	assert_false(zn_amount_make(&amount, (uint64_t)INT64_MAX + 1));
	assert_false(zn_amount_make(&amount, UINT64_MAX));
	assert_int_equal(amount.zat, untouched.zat);
}

static void sums_and_differences_stay_in_range_or_write_nothing(void **state)
{
	(void)state;
	static const struct {
		uint64_t a, b;
		bool adds, subtracts;
	} rows[] = {
		{0, 0, true, true},
		{5, 3, true, true},
		{3, 5, true, false},
		{INT64_MAX, 0, true, true},
		{INT64_MAX, 1, false, true},
		{1, INT64_MAX, false, false},
		{INT64_MAX, INT64_MAX, false, true},
		{INT64_MAX - 1, 1, true, true},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct zn_amount a = {rows[i].a}, b = {rows[i].b};
		struct zn_amount out = untouched;
		assert_int_equal(zn_amount_add(&out, a, b), rows[i].adds);
		assert_int_equal(out.zat, rows[i].adds ? a.zat + b.zat : untouched.zat);
		out = untouched;
		assert_int_equal(zn_amount_sub(&out, a, b), rows[i].subtracts);
		assert_int_equal(out.zat, rows[i].subtracts ? a.zat - b.zat : untouched.zat);
	}
}

static void arithmetic_may_write_over_its_operand(void **state)
{
	(void)state;
	struct zn_amount a = {9};
	assert_true(zn_amount_add(&a, a, a));
	assert_int_equal(a.zat, 18);
	assert_true(zn_amount_sub(&a, a, a));
	assert_int_equal(a.zat, 0);
}

static void amounts_compare_as_numbers(void **state)
{
	(void)state;
	assert_int_equal(zn_amount_compare(ZN_AMOUNT_ZERO, most), -1);
	assert_int_equal(zn_amount_compare(most, ZN_AMOUNT_ZERO), 1);
	assert_int_equal(zn_amount_compare(most, most), 0);
}

static void prices_are_rounded_down_once(void **state)
{
	(void)state;
	static const struct {
		uint64_t units, price, per;
		bool fits;
		uint64_t zat;
	} rows[] = {
		{0, 1000, 1000000, true, 0},
		{999999, 1, 1000000, true, 0},
		{1000000, 1, 1000000, true, 1},
		{1999999, 1, 1000000, true, 1},
		{3, 3, 2, true, 4},
		{UINT64_MAX, UINT64_MAX, UINT64_MAX, false, 0},
		{UINT64_MAX, 1, 2, true, INT64_MAX},
		{UINT64_MAX, 1, 1, false, 0},
		{INT64_MAX, 1, 1, true, INT64_MAX},
		{UINT64_C(1) << 63, 1, 1, false, 0},
		{UINT64_C(1) << 40, UINT64_C(1) << 40, UINT64_C(1) << 20, true, UINT64_C(1) << 60},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct zn_amount out = untouched;
		bool fits = zn_amount_price_floor(&out, rows[i].units, rows[i].price, rows[i].per);
		assert_int_equal(fits, rows[i].fits);
		assert_int_equal(out.zat, rows[i].fits ? rows[i].zat : untouched.zat);
	}
}

static void texts_are_the_shortest_exact_decimals(void **state)
{
	(void)state;
	static const struct {
		uint64_t zat;
		const char *text;
	} rows[] = {
		{0, "0 XEN"},
		{1, "0.00000001 XEN"},
		{10, "0.0000001 XEN"},
		{99999999, "0.99999999 XEN"},
		{100000000, "1 XEN"},
		{100000001, "1.00000001 XEN"},
		{1250000000, "12.5 XEN"},
		{ZN_SUPPLY_XEN * ZN_ZAT_PER_XEN, "1000000000 XEN"},
		{INT64_MAX, "92233720368.54775807 XEN"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[ZN_AMOUNT_TEXT_BYTES];
		struct zn_amount amount = {rows[i].zat}, again = untouched;
		assert_string_equal(zn_amount_text(text, amount), rows[i].text);
		assert_true(zn_amount_parse(&again, text));
		assert_int_equal(again.zat, rows[i].zat);
	}
}

static void texts_are_read_back_whatever_the_amount(void **state)
{
	(void)state;
	uint64_t seed = 1;
	for (int i = 0; i < (test_is_long() ? 1000000 : 20000); i++) {
		char text[ZN_AMOUNT_TEXT_BYTES];
		struct zn_amount amount, again = untouched;
		unsigned shift = (unsigned)(test_random(&seed) % 63);
		amount.zat = (test_random(&seed) >> 1) >> shift;
		assert_true(zn_amount_parse(&again, zn_amount_text(text, amount)));
		assert_int_equal(again.zat, amount.zat);
	}
}

static void both_units_are_read(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t zat;
	} rows[] = {
		{"5 XEN", 500000000},
		{"5XEN", 500000000},
		{"5   XEN", 500000000},
		{"005 XEN", 500000000},
		{"0.5 XEN", 50000000},
		{"0.00000001 XEN", 1},
		{"0.50000000 XEN", 50000000},
		{"12 zat", 12},
		{"0 zat", 0},
		{"9223372036854775807 zat", INT64_MAX},
		{"92233720368.54775807 XEN", INT64_MAX},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct zn_amount amount = untouched;
		assert_true(zn_amount_parse(&amount, rows[i].text));
		assert_int_equal(amount.zat, rows[i].zat);
	}
}

static void anything_else_is_no_amount_and_changes_nothing(void **state)
{
	(void)state;
	static const char *const rows[] = {"", " ", "5", "XEN", "zat", "5 xen", "5 XENS", "5 XEN ",
		" 5 XEN", "-5 XEN", "+5 XEN", "5,0 XEN", ".5 XEN", "5. XEN", "5..0 XEN",
		"5.0.0 XEN", "1e3 XEN", "0x5 XEN", "5.0 zat", "0.000000001 XEN", "0.100000000 XEN",
		"9223372036854775808 zat", "92233720368.54775808 XEN", "92233720369 XEN",
		"18446744073709551616 zat", "99999999999999999999999 XEN", "5\tXEN", "5 X EN",
		"5 zat XEN", "5 5 XEN", "\xd9\xa5 XEN"};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct zn_amount amount = untouched;
		if (zn_amount_parse(&amount, rows[i]))
			fail_msg("\"%s\" was read", rows[i]);
		assert_int_equal(amount.zat, untouched.zat);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(amounts_end_below_two_to_the_63),
		cmocka_unit_test(sums_and_differences_stay_in_range_or_write_nothing),
		cmocka_unit_test(arithmetic_may_write_over_its_operand),
		cmocka_unit_test(amounts_compare_as_numbers),
		cmocka_unit_test(prices_are_rounded_down_once),
		cmocka_unit_test(texts_are_the_shortest_exact_decimals),
		cmocka_unit_test(texts_are_read_back_whatever_the_amount),
		cmocka_unit_test(both_units_are_read),
		cmocka_unit_test(anything_else_is_no_amount_and_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
