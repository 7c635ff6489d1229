/* tests/unit/io_json.c - what is JSON, what a person is told, what is written. */
#include "tests/unit/cm.h"

#include "core/limits.h"
#include "io/json.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct zn_complaint complaint;

static struct zn_json *parse(const char *text)
{
	complaint.text[0] = '\0';
	return zn_json_parse("f", text, strlen(text), &complaint);
}

static void only_json_is_taken_and_the_place_of_the_fault_is_told(void **state)
{
	static const struct {
		const char *text;
		const char *wanted; /* NULL: it is fine */
	} rows[] = {
		{"{\"a\": [1, -0.5e+3, true, null, \"\\u00e9\\ud83d\\ude00 \xc3\xa9\"]}", NULL},
		{" 0 ", NULL},
		{"[]", NULL},
		{"{}", NULL},
		{"", "f: line 1, column 1: a value should stand here"},
		{"[1,\n 2,\n  x]", "f: line 3, column 3: a value"},
		{"{\"a\" 1}", "f: line 1, column 6: a : should follow"},
		{"{a: 1}", "f: line 1, column 2: a key in \"\""},
		{"{\"a\": 1,}", "f: line 1, column 9: a key"},
		{"[1 2]", "f: line 1, column 4: a , or ] is missing"},
		{"{\"a\":1", "f: line 1, column 7: a , or } is missing"},
		{"[1] 2", "f: line 1, column 5: something follows"},
		{"01", "f: line 1, column 2: a number does not begin with 0"},
		{"1.", "f: line 1, column 3: a digit"},
		{"-", "f: line 1, column 2: a digit"},
		{"1e", "f: line 1, column 3: a digit"},
		{"+1", "f: line 1, column 1: a value"},
		{"NaN", "f: line 1, column 1: a value"},
		{"Infinity", "f: line 1, column 1"},
		{"nul", "f: line 1, column 1"},
		{"1e999", "f: line 1, column 6: this number is too large"},
		{"1000000000000000000000000000000000000000000000000000000000000000000000",
			"too long"},
		{"\"a\nb\"", "f: line 1, column 3: a line break"},
		{"\"abc", "a closing \" is missing"},
		{"\"\\x\"", "this escape is unknown"},
		{"\"\\u12g4\"", "hexadecimal"},
		{"\"\\u0000\"", "a zero character"},
		{"\"\\ud83d\"", "surrogate"},
		{"\"\\ude00\"", "surrogate"},
		{"\"\\ud83d\\u0041\"", "surrogate"},
		{"\"\xc3\"", "no UTF-8"},
		{"\"\xc0\x80\"", "no UTF-8"},
		{"\"\xed\xa0\x80\"", "no UTF-8"},
		{"\"\xf4\x90\x80\x80\"", "no UTF-8"},
		{"\"\xff\"", "no UTF-8"},
		{"\xef\xbb\xbf{}", "a value should stand here"},
		{"// x\n1", "a value"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct zn_json *root = parse(rows[i].text);

		if (rows[i].wanted == NULL) {
			assert_non_null(root);
		} else {
			assert_null(root);
			if (strstr(complaint.text, rows[i].wanted) == NULL)
				fail_msg("%s: %s", rows[i].text, complaint.text);
		}
		zn_json_destroy(root);
	}
	/* A zero byte is not the end. */
	assert_null(zn_json_parse("f", "1\0", 2, NULL));
}

/* Whatever our scan takes, the parser behind it must take too, and give back. */
static void the_scan_and_the_parser_agree_on_random_texts(void **state)
{
	static const char *const seeds[] =
		{"{\"a\":[1,-2.5e3,true,null],\"b\":{\"c\":\"\\u00e9\\ud83d\\ude00\"}}",
			"[[[]],{},\"x\\n\\\"\",0.1,1E-7]", "\"\xc3\xa9\"", "-0"};
	static const char bytes[] = "{}[]\",:0123456789.-+eEtrufalsn \\\n\xc3\xa9\x80";
	int taken = 0;

	(void)state;
	srand(11);
	for (int round = 0; round < 60000; round++) {
		char text[128];
		size_t count = strlen(seeds[round % 4]);
		struct zn_json *root;

		memcpy(text, seeds[round % 4], count);
		for (int i = rand() % 4; i >= 0; i--)
			text[(size_t)rand() % count] = bytes[(size_t)rand() % (sizeof bytes - 1)];
		root = zn_json_parse("f", text, count, &complaint);
		if (root != NULL) {
			char *again = zn_json_print(root, false);

			assert_non_null(again);
			free(again);
			zn_json_destroy(root);
			taken++;
		} else if (strstr(complaint.text, "f: line ") == NULL) {
			fail_msg("%.*s: %s", (int)count, text, complaint.text);
		}
	}
	assert_true(taken > 1000 && taken < 50000);
}

static void depth_and_count_have_a_maximum(void **state)
{
	size_t count = 2 * (size_t)ZN_JSON_VALUES_MAX + 10;
	char *text = malloc(count);

	(void)state;
	assert_non_null(text);
	for (size_t depth = ZN_JSON_DEPTH_MAX; depth <= ZN_JSON_DEPTH_MAX + 1; depth++) {
		struct zn_json *root;

		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		root = zn_json_parse("f", text, 2 * depth, &complaint);
		assert_int_equal(root != NULL, depth == ZN_JSON_DEPTH_MAX);
		zn_json_destroy(root);
	}
	assert_non_null(strstr(complaint.text, "nested too deep"));
	memset(text, '[', count);
	assert_null(zn_json_parse("f", text, count, &complaint));
	for (size_t i = 0; i < count; i++)
		text[i] = i % 2 == 0 ? '0' : ',';
	text[0] = '[';
	text[1] = '0';
	text[2] = ',';
	for (size_t i = 3; i < count; i++)
		text[i] = i % 2 == 1 ? '0' : ',';
	assert_null(zn_json_parse("f", text, count, &complaint));
	assert_non_null(strstr(complaint.text, "too many values"));
	free(text);
}

static void answers_are_looked_at_without_judging(void **state)
{
	struct zn_json *root = parse("{\"h\":\"18446744073709551615\",\"n\":5,\"neg\":-1,\"f\":1.5,"
				     "\"big\":1e300,\"over\":\"18446744073709551616\",\"hex\":"
				     "\"0x5\",\"e\":\"\",\"b\":false,"
				     "\"l\":[\"x\",7]}");
	const char *text;
	uint64_t number = 0;
	double real;
	bool flag = true;

	(void)state;
	assert_non_null(root);
	assert_true(zn_json_u64(&number, zn_json_get(root, "h")) && number == UINT64_MAX);
	assert_true(zn_json_u64(&number, zn_json_get(root, "n")) && number == 5);
	assert_false(zn_json_u64(&number, zn_json_get(root, "neg")));
	assert_false(zn_json_u64(&number, zn_json_get(root, "f")));
	assert_false(zn_json_u64(&number, zn_json_get(root, "big")));
	assert_false(zn_json_u64(&number, zn_json_get(root, "over")));
	assert_false(zn_json_u64(&number, zn_json_get(root, "hex")));
	assert_false(zn_json_u64(&number, zn_json_get(root, "e")));
	assert_false(zn_json_u64(&number, zn_json_get(root, "none")));
	assert_false(zn_json_u64(&number, zn_json_get(root, "H")));
	assert_true(zn_json_double(&real, zn_json_get(root, "f")) && real > 1.4);
	assert_true(zn_json_bool(&flag, zn_json_get(root, "b")) && !flag);
	assert_int_equal(zn_json_count(zn_json_get(root, "l")), 2);
	assert_true(zn_json_string(&text, zn_json_at(zn_json_get(root, "l"), 0)));
	assert_string_equal(text, "x");
	assert_null(zn_json_at(zn_json_get(root, "l"), 2));
	assert_null(zn_json_get(zn_json_get(root, "l"), "x"));
	assert_null(zn_json_get(NULL, "x"));
	assert_int_equal(zn_json_count(NULL), 0);
	assert_false(zn_json_string(&text, NULL));
	zn_json_destroy(root);
}

static void base64_is_taken_in_its_one_form_only(void **state)
{
	static const struct {
		const char *text;
		const char *wanted;
	} rows[] = {{"\"\"", ""}, {"\"Zg==\"", "f"}, {"\"Zm8=\"", "fo"}, {"\"Zm9v\"", "foo"},
		{"\"Zm9vYg==\"", "foob"}, {"\"Zh==\"", NULL}, {"\"Zm9=\"", NULL}, {"\"Zg=\"", NULL},
		{"\"Zg\"", NULL}, {"\"Z===\"", NULL}, {"\"Zg==Zg==\"", NULL}, {"\"Zm 9\"", NULL},
		{"\"====\"", NULL}, {"7", NULL}, {"\"\xc3\xa9\xc3\xa9\"", NULL}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct zn_json *root = parse(rows[i].text);
		uint8_t *bytes = NULL;
		size_t count;

		assert_non_null(root);
		if (zn_json_base64(&bytes, &count, root) != (rows[i].wanted != NULL))
			fail_msg("%s", rows[i].text);
		if (rows[i].wanted != NULL) {
			assert_int_equal(count, strlen(rows[i].wanted));
			assert_memory_equal(bytes, rows[i].wanted, count);
			free(bytes);
		}
		zn_json_destroy(root);
	}
}

/* Read all that the table of complaints asks for. */
static bool read_all(const char *text)
{
	struct zn_json *root = parse(text);
	struct zn_json_reader reader = zn_json_reader_begin("job.json", root, &complaint);
	const struct zn_json *object;
	struct zn_amount amount;
	const char *string;
	uint64_t number, seconds;
	double real, list[2];
	bool flag, fine;

	zn_json_read_u64(&reader, "samples", true, 1, 1000000, &number);
	zn_json_read_string(&reader, "kind", false, &string);
	zn_json_read_double(&reader, "rate", false, 0.5, 2, &real);
	zn_json_read_bool(&reader, "keep", false, &flag);
	zn_json_read_amount(&reader, "budget", false, &amount);
	zn_json_read_duration_s(&reader, "deadline", false, &seconds);
	zn_json_read_doubles(&reader, "size", false, 2, list);
	zn_json_read_object(&reader, "camera", false, &object);
	fine = zn_json_reader_done(&reader);
	zn_json_destroy(root);
	return fine;
}

static void a_person_is_told_what_is_wrong_and_how_to_mend_it(void **state)
{
	static const struct {
		const char *text;
		const char *wanted;
	} rows[] = {
		{"{\"samples\":64,\"kind\":\"render\",\"rate\":1,\"keep\":true,\"budget\":\"5 "
		 "XEN\","
		 "\"deadline\":\"2h\",\"size\":[640,360],\"camera\":{}}",
			NULL},
		{"{\"samples\":\"64\"}", NULL},
		{"{\"samples\":0}", "job.json: samples: 0 is not allowed; give 1 to 1,000,000"},
		{"{\"samples\":1000001}",
			"job.json: samples: 1000001 is not allowed; give 1 to 1,000,000"},
		{"{\"samples\":-3}", "job.json: samples: -3 is not allowed; give a whole number, 1 "
				     "to 1,000,000"},
		{"{\"samples\":1.5}", "job.json: samples: 1.5 is not allowed; give a whole number, "
				      "1 to 1,000,000"},
		{"{\"samples\":\"many\\u001b\"}",
			"job.json: samples: many\\x1b is not allowed; give"},
		{"{\"samples\":[]}", "job.json: samples: it should be a whole number, not a list"},
		{"{}", "job.json: samples: it is missing; add it"},
		{"{\"samples\":1,\"samples\":2}", "job.json: samples: it is given twice; keep one"},
		{"{\"samples\":1,\"sampels\":2}",
			"job.json: sampels: it is not known here; mend its"},
		{"{\"samples\":1,\"a\\nb\":2}", "job.json: a\\x0ab: it is not known"},
		{"{\"samples\":1,\"kind\":7}",
			"job.json: kind: it should be text in \"\", not a number"},
		{"{\"samples\":1,\"kind\":null}", "not null"},
		{"{\"samples\":1,\"rate\":3}", "job.json: rate: 3 is not allowed; give 0.5 to 2"},
		{"{\"samples\":1,\"rate\":\"1\"}", "rate: it should be a number, not text"},
		{"{\"samples\":1,\"keep\":1}", "keep: it should be true or false, not a number"},
		{"{\"samples\":1,\"budget\":5}", "budget: it should be an amount with its unit, "
						 "like \"5 XEN\", not a number"},
		{"{\"samples\":1,\"budget\":\"5\"}", "budget: \"5\" is no amount"},
		{"{\"samples\":1,\"deadline\":\"2 hours\"}",
			"deadline: \"2 hours\" is no time; give"},
		{"{\"samples\":1,\"deadline\":\"99999999999999999999d\"}", "is no time"},
		{"{\"samples\":1,\"deadline\":\"h\"}", "is no time"},
		{"{\"samples\":1,\"deadline\":7}", "deadline: it should be a time like"},
		{"{\"samples\":1,\"size\":[1]}", "size: it should be a list of 2 numbers"},
		{"{\"samples\":1,\"size\":[1,\"x\"]}", "size: number 2 of the list is none"},
		{"{\"samples\":1,\"camera\":[]}",
			"camera: it should be an object, { ... }, not a list"},
		{"{\"samples\":0,\"kind\":7,\"x\":1}", "samples: 0"}, /* the first one stands */
		{"[]", "job.json: this should be an object"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bool fine = read_all(rows[i].text);

		if (fine != (rows[i].wanted == NULL) ||
			(!fine && strstr(complaint.text, rows[i].wanted) == NULL))
			fail_msg("%s: %s", rows[i].text, complaint.text);
	}
}

static void durations_have_their_units(void **state)
{
	static const struct {
		const char *text;
		uint64_t seconds;
	} rows[] = {{"\"90s\"", 90}, {"\"30m\"", 1800}, {"\"2h\"", 7200}, {"\"3d\"", 259200},
		{"\"0s\"", 0}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct zn_json_reader reader;
		struct zn_json *root;
		char text[64];
		uint64_t seconds = 1;

		snprintf(text, sizeof text, "{\"d\":%s}", rows[i].text);
		root = parse(text);
		reader = zn_json_reader_begin("f", root, &complaint);
		assert_true(zn_json_read_duration_s(&reader, "d", true, &seconds));
		assert_true(zn_json_reader_done(&reader));
		assert_true(seconds == rows[i].seconds);
		zn_json_destroy(root);
	}
}

static void an_object_of_a_person_has_a_maximum_of_members(void **state)
{
	for (int count = ZN_JSON_MEMBERS_MAX; count <= ZN_JSON_MEMBERS_MAX + 1; count++) {
		struct zn_json *root = zn_json_object_create();
		struct zn_json_reader reader;
		uint64_t value;
		char key[16];

		(void)state;
		for (int i = 0; i < count; i++) {
			snprintf(key, sizeof key, "k%d", i);
			zn_json_add_number(root, key, i);
		}
		reader = zn_json_reader_begin("f", root, &complaint);
		for (int i = 0; i < count; i++) {
			snprintf(key, sizeof key, "k%d", i);
			assert_int_equal(zn_json_read_u64(&reader, key, true, 0, 100, &value),
				count == ZN_JSON_MEMBERS_MAX);
		}
		assert_int_equal(zn_json_reader_done(&reader), count == ZN_JSON_MEMBERS_MAX);
		zn_json_destroy(root);
	}
}

static void what_is_written_can_be_read(void **state)
{
	static const char wanted[] = "{\"s\":\"a\\\"\\n??\xc3\xa9\",\"u\":\"18446744073709551615\","
				     "\"n\":0.1,\"nan\":null,\"b\":true,\"b64\":\"AP8=\",\"hex\":"
				     "\"00FF\",\"l\":[\"x\",2,{}]}";
	struct zn_json *root = zn_json_object_create();
	struct zn_json *list = zn_json_array_create();
	struct zn_json *again;
	char *text;

	(void)state;
	zn_json_add_string(root, "s", "a\"\n\xff\xc3\xc3\xa9");
	zn_json_add_u64_text(root, "u", UINT64_MAX);
	zn_json_add_number(root, "n", 0.1);
	zn_json_add_number(root, "nan", NAN);
	zn_json_add_bool(root, "b", true);
	zn_json_add_base64(root, "b64", "\0\xff", 2);
	zn_json_add_hex_upper(root, "hex", "\0\xff", 2);
	zn_json_add_string(list, NULL, "x");
	zn_json_add_number(list, NULL, 2);
	zn_json_add(list, NULL, zn_json_object_create());
	zn_json_add(root, "l", list);
	text = zn_json_print(root, false);
	assert_string_equal(text, wanted);
	again = parse(text);
	assert_non_null(again);
	zn_json_destroy(again);
	free(text);
	text = zn_json_print(root, true);
	again = parse(text);
	assert_non_null(again);
	zn_json_destroy(again);
	free(text);
	zn_json_destroy(root);
	zn_json_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_json_is_taken_and_the_place_of_the_fault_is_told),
		cmocka_unit_test(the_scan_and_the_parser_agree_on_random_texts),
		cmocka_unit_test(depth_and_count_have_a_maximum),
		cmocka_unit_test(answers_are_looked_at_without_judging),
		cmocka_unit_test(base64_is_taken_in_its_one_form_only),
		cmocka_unit_test(a_person_is_told_what_is_wrong_and_how_to_mend_it),
		cmocka_unit_test(durations_have_their_units),
		cmocka_unit_test(an_object_of_a_person_has_a_maximum_of_members),
		cmocka_unit_test(what_is_written_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
