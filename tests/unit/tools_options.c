/* What a person may write after `zennet <command>`, and what is said about the rest. */
#include "tools/options.h"

#include "tests/test.h"

#include <string.h>

struct wanted {
	bool flag, given;
	const char *text;
	uint64_t number, seconds;
	double decimal;
	struct zn_amount amount;
	const char *words[2];
	size_t words_count;
	struct zn_complaint complaint;
};

static bool parse(struct wanted *wanted, int argc, const char *const *argv)
{
	const struct zn_option options[] = {
		{.name = "flag", .kind = ZN_OPTION_FLAG, .out = &wanted->flag},
		{.name = "text",
			.kind = ZN_OPTION_TEXT,
			.out = &wanted->text,
			.given = &wanted->given},
		{.name = "number",
			.kind = ZN_OPTION_NUMBER,
			.out = &wanted->number,
			.least = 1,
			.most = 64},
		{.name = "time", .kind = ZN_OPTION_DURATION, .out = &wanted->seconds},
		{.name = "decimal",
			.kind = ZN_OPTION_DECIMAL,
			.out = &wanted->decimal,
			.least = 0,
			.most = 2},
		{.name = "amount", .kind = ZN_OPTION_AMOUNT, .out = &wanted->amount},
	};
	char *copy[16];

	assert_true(argc < 16);
	for (int i = 0; i < argc; i++)
		copy[i] = (char *)(uintptr_t)argv[i];
	return zn_options_parse(&wanted->complaint, wanted->words, &wanted->words_count, 0, 2, argc,
		copy, options, sizeof options / sizeof options[0]);
}

#define PARSE(wanted, ...)                                                                         \
	parse(wanted, (int)(sizeof((const char *[]){"command", __VA_ARGS__}) / sizeof(char *)),    \
		(const char *[]){"command", __VA_ARGS__})

static void every_kind_is_read_with_a_blank_or_an_equals_sign(void **state)
{
	(void)state;
	struct wanted wanted = {0};
	assert_true(PARSE(&wanted, "--flag", "--text", "a b", "--number=7", "--time", "2h",
		"--decimal=0.5", "--amount", "5 XEN"));
	assert_true(wanted.flag);
	assert_true(wanted.given);
	assert_string_equal(wanted.text, "a b");
	assert_int_equal(wanted.number, 7);
	assert_int_equal(wanted.seconds, 7200);
	assert_true(wanted.decimal == 0.5);
	assert_int_equal(wanted.amount.zat, 500000000);
}

static void words_stand_anywhere_and_two_dashes_end_the_options(void **state)
{
	(void)state;
	struct wanted wanted = {0};
	assert_true(PARSE(&wanted, "one", "--flag", "--", "--text"));
	assert_int_equal(wanted.words_count, 2);
	assert_string_equal(wanted.words[0], "one");
	assert_string_equal(wanted.words[1], "--text");
	assert_false(wanted.given);
}

static void what_is_wrong_is_said_with_its_mend(void **state)
{
	(void)state;
	static const struct {
		const char *first, *second;
		const char *said;
	} rows[] = {
		{"--flagg", "x", "there is no option --flagg; did you mean --flag?"},
		{"--zzzzzz", "x", "there is no option --zzzzzz; --help lists them"},
		{"-f", "x", "there is no option -f; options are long, as in --help"},
		{"--flag=yes", "x", "--flag takes no value"},
		{"--number", "65", "--number: '65' is not allowed; give 1 to 64"},
		{"--number", "0", "--number: '0' is not allowed; give 1 to 64"},
		{"--number", "-1", "--number: '-1' is not allowed; give 1 to 64"},
		{"--number", "18446744073709551617",
			"--number: '18446744073709551617' is not allowed; give 1 to 64"},
		{"--decimal", "nan", "--decimal: 'nan' is not allowed; give 0 to 2"},
		{"--decimal", "2.5", "--decimal: '2.5' is not allowed; give 0 to 2"},
		{"--time", "90", "--time: '90' is no time; give one as 90s, 30m, 2h or 3d"},
		{"--amount", "5", "--amount: '5' is no amount; give one as '5 XEN' or '12 zat'"},
		{"--text", "", "--text: the value is empty"},
		{"x", "--text", "--text needs a value"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct wanted wanted = {0};
		assert_false(PARSE(&wanted, rows[i].first, rows[i].second));
		assert_string_equal(wanted.complaint.text, rows[i].said);
	}
}

static void one_word_too_many_is_named(void **state)
{
	(void)state;
	struct wanted wanted = {0};
	assert_false(PARSE(&wanted, "one", "two", "three"));
	assert_string_equal(wanted.complaint.text, "'three' is one word too many; see --help");
}

static void times_have_a_unit_and_do_not_overflow(void **state)
{
	(void)state;
	uint64_t seconds = 0;
	assert_true(zn_duration_parse(&seconds, "3d"));
	assert_int_equal(seconds, 259200);
	assert_false(zn_duration_parse(&seconds, "s"));
	assert_false(zn_duration_parse(&seconds, "1.5h"));
	assert_false(zn_duration_parse(&seconds, "18446744073709551615h"));
}

static void the_nearest_name_is_near_or_none(void **state)
{
	(void)state;
	static const char *const names[] = {"worker", "job", "wallet", "ledger"};
	assert_string_equal(zn_nearest_name("walet", names, 4, sizeof names[0]), "wallet");
	assert_string_equal(zn_nearest_name("led", names, 4, sizeof names[0]), "ledger");
	assert_string_equal(zn_nearest_name("jobs", names, 4, sizeof names[0]), "job");
	assert_null(zn_nearest_name("elephant", names, 4, sizeof names[0]));
	assert_null(zn_nearest_name("", names, 0, sizeof names[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_is_read_with_a_blank_or_an_equals_sign),
		cmocka_unit_test(words_stand_anywhere_and_two_dashes_end_the_options),
		cmocka_unit_test(what_is_wrong_is_said_with_its_mend),
		cmocka_unit_test(one_word_too_many_is_named),
		cmocka_unit_test(times_have_a_unit_and_do_not_overflow),
		cmocka_unit_test(the_nearest_name_is_near_or_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
