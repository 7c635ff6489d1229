/* tests/unit/publisher_job_file.c - what a person may write, and the sentence for what not. */
/* tables, a row a line */
/* clang-format off */
#include "tests/test.h"

#include "io/json.h"
#include "publisher/job_file.h"

#include <stdio.h>
#include <string.h>

static struct zn_complaint complaint;
static struct zn_job_file file;

static bool parse(const char *text)
{
	complaint.text[0] = '\0';
	return zn_job_file_parse(&file, "job.json", "/where", text, strlen(text), &complaint);
}

#define KERNEL "\"kind\":\"kernel\",\"kernel\":\"mix\",\"items\":100,\"budget\":\"5 XEN\""
#define OWN    "\"kind\":\"kernel\",\"source\":\"a.cl\",\"budget\":\"5 XEN\""
#define MAP    OWN ",\"items\":100,\"slot_bytes\":8"
#define INPUT  "\"input\":{\"file\":\"b.txt\"}"
#define RENDER "\"kind\":\"render\",\"scene\":\"a.obj\",\"budget\":\"5 XEN\""

struct row {
	const char *text;
	const char *wanted; /* NULL: it is fine */
};

static const struct row rows[] = {
	{"{" KERNEL "}", NULL},
	{"{" RENDER "}", NULL},
	{"{" KERNEL ",\"params\":{\"rounds\":5,\"seed\":6},\"chunk_items\":7}", NULL},
	{"{" RENDER ",\"camera\":{\"eye\":[1,2,3],\"target\":[0,0,0]}}", NULL},
	{"{" KERNEL ",\"price\":\"5 zat per chunk\",\"max_price\":\"1 XEN per 10 chunks\"}", NULL},
	{"", "job.json: line 1"},
	{"[]", "job.json: this should be an object"},
	{"{}", "job.json: kind: it is missing"},
	{"{\"kind\":\"cooking\"}", "job.json: kind: there is no such kind of job"},
	{"{\"kind\":7}", "job.json: kind: it should be text"},
	{"{" KERNEL ",\"surprise\":1}", "job.json: surprise: it is not known here"},
	{"{" KERNEL ",\"scene\":\"a.obj\"}", "job.json: scene: it is not known here"},
	{"{\"kind\":\"kernel\",\"items\":1,\"budget\":\"5 XEN\"}",
		"job.json: source: it is missing"},
	{"{\"kind\":\"kernel\",\"kernel\":\"nonesuch\",\"items\":1,\"budget\":\"5 XEN\"}",
		"job.json: kernel: there is no such built-in kernel"},
	{"{\"kind\":\"kernel\",\"kernel\":\"mix\",\"items\":0,\"budget\":\"5 XEN\"}",
		"job.json: items: 0 is not allowed"},
	{"{\"kind\":\"kernel\",\"kernel\":\"mix\",\"items\":1,\"budget\":\"5\"}",
		"job.json: budget: \"5\" is no amount"},
	{"{\"kind\":\"kernel\",\"kernel\":\"mix\",\"items\":1,\"budget\":\"0 XEN\"}",
		"job.json: budget: nobody works for nothing"},
	{"{\"kind\":\"kernel\",\"kernel\":\"mix\",\"items\":1}",
		"job.json: budget: it is missing"},
	{"{" KERNEL ",\"params\":{\"rounds\":-1}}", "job.json: params: rounds: -1"},
	{"{" KERNEL ",\"params\":{\"spin\":1}}", "job.json: params: spin: it is not known"},
	{"{" KERNEL ",\"params\":3}", "job.json: params: it should be an object"},
	{"{" KERNEL ",\"chunk_items\":0}", "job.json: chunk_items: 0 is not allowed"},
	{"{" KERNEL ",\"check_items\":5000}", "job.json: check_items: 5000 is not allowed"},
	{"{" KERNEL ",\"window_chunks\":1}", "job.json: window_chunks: 1 is not allowed"},
	{"{" KERNEL ",\"price\":\"5 XEN\"}", "job.json: price: this is no price"},
	{"{" KERNEL ",\"max_price\":\"5 XEN per 0 chunks\"}", "job.json: max_price: this is no"},
	{"{" KERNEL ",\"max_price\":\"5 XEN per hour\"}", "job.json: max_price: this is no"},
	{"{" KERNEL ",\"price\":\"2 XEN per chunk\",\"max_price\":\"1 XEN per chunk\"}",
		"job.json: price: it is above max_price"},
	{"{" KERNEL ",\"deadline\":\"soon\"}", "job.json: deadline: \"soon\" is no time"},
	{"{" KERNEL ",\"deadline\":\"40d\"}", "job.json: deadline: a job may take 30 days"},
	{"{" KERNEL ",\"grace\":\"0s\"}", "job.json: grace: give 1 second"},
	{"{" KERNEL ",\"lease\":\"2d\"}", "job.json: lease: give 1 second"},
	{"{" RENDER ",\"size\":[640]}", "job.json: size: it should be a list of 2 numbers"},
	{"{" RENDER ",\"size\":[640,0]}", "job.json: size: give width and height"},
	{"{" RENDER ",\"size\":[640.5,1]}", "job.json: size: give width and height"},
	{"{" RENDER ",\"size\":[20000,1]}", "job.json: size: give width and height"},
	{"{" RENDER ",\"samples\":0}", "job.json: samples: 0 is not allowed; give 1 to 65,536"},
	{"{" RENDER ",\"samples\":2,\"samples_per_item\":3}",
		"job.json: samples_per_item: 3 is not allowed"},
	{"{" RENDER ",\"camera\":{\"eye\":[1,2,3]}}", "job.json: camera: target: it is missing"},
	{"{" RENDER ",\"camera\":{\"eye\":[1,2],\"target\":[0,0,0]}}", "job.json: camera: eye"},
	{"{" RENDER ",\"camera\":{\"eye\":[1,2,3],\"target\":[0,0,0],\"fov\":200}}",
		"job.json: camera: fov: 200"},
	{"{" RENDER ",\"exposure\":99}", "job.json: exposure: 99 is not allowed"},
	{"{" RENDER ",\"floor\":\"yes\"}", "job.json: floor: it should be true or false"},
	{"{" RENDER ",\"output\":\"\"}", "job.json: output: this is no path"},
	{"{\"kind\":\"render\",\"budget\":\"5 XEN\"}", "job.json: scene: it is missing"},
};

static const struct row own_rows[] = {
	{"{" MAP "}", NULL},
	{"{" MAP ",\"params\":[{\"u32\":[1,\"2\"]},{\"f64\":[0.5]},{\"hex\":\"00ff\"},{\"file\":\"p.bin\"}]}", NULL},
	{"{" MAP ",\"form\":\"chunk\",\"group_items\":50,\"local_bytes\":1024,\"chunk_items\":100}", NULL},
	{"{" MAP ",\"fp64\":true,\"counter_at\":4,\"shared\":\"t.bin\",\"print\":\"u64\",\"out\":\"r.txt\"}", NULL},
	{"{" MAP ",\"reduce\":{\"command\":[\"python3\",\"merge.py\"]}}", NULL},
	{"{" MAP ",\"reduce\":{\"top\":100,\"by\":\"u32\",\"at\":4}}", NULL},
	{"{" OWN ",\"slot_bytes\":8,\"items_per_input\":64," INPUT "}", NULL},
	{"{" OWN ",\"slot_bytes\":8,\"items_per_input\":64,\"input\":{\"file\":[\"a\",\"b\"],\"cut\":\"lines\",\"bytes\":\"64 KiB\"}}", NULL},
	{"{" OWN "}", "job.json: slot_bytes: it is missing"},
	{"{" OWN ",\"slot_bytes\":8}", "job.json: items: it is missing"},
	{"{" OWN ",\"items\":1,\"slot_bytes\":0}", "job.json: slot_bytes: 0 is not allowed"},
	{"{" OWN ",\"items\":1,\"slot_bytes\":6}", "job.json: slot_bytes: give a multiple of 4"},
	{"{" OWN ",\"items\":1099511627776,\"slot_bytes\":8,\"chunk_items\":1000}", "job.json: items: 1099511627776 items make 1099511628 chunks"},
	{"{" OWN ",\"items\":1099511627776,\"slot_bytes\":4,\"chunk_items\":16777216}", NULL},
	{"{" OWN ",\"items\":100,\"slot_bytes\":65536,\"chunk_items\":1025}", "job.json: chunk_items: 1025 slots of 65536 bytes"},
	{"{" MAP ",\"kernel\":\"mix\"}", "job.json: source: a built-in kernel is named too"},
	{"{" MAP ",\"form\":\"round\"}", "job.json: form: \"round\" is no form"},
	{"{" MAP ",\"form\":\"chunk\"}", "job.json: group_items: it is missing"},
	{"{" MAP ",\"group_items\":4}", "job.json: group_items: only the chunk form"},
	{"{" MAP ",\"form\":\"chunk\",\"group_items\":512}", "job.json: group_items: 512 is not allowed"},
	{"{" MAP ",\"form\":\"chunk\",\"group_items\":50,\"local_bytes\":8}", "job.json: local_bytes: give a multiple of 16"},
	{"{" MAP ",\"form\":\"chunk\",\"group_items\":64}", "job.json: items: give a multiple of group_items"},
	{"{" MAP ",\"form\":\"chunk\",\"group_items\":50,\"chunk_items\":64}", "job.json: chunk_items: 64 is no multiple"},
	{"{" MAP ",\"counter_at\":8}", "job.json: counter_at: the counter is 4 bytes inside"},
	{"{" MAP ",\"counter_at\":2}", "job.json: counter_at: the counter"},
	{"{" MAP ",\"fp64\":1}", "job.json: fp64: it should be true or false"},
	{"{" MAP ",\"shared\":\"\"}", "job.json: shared: this is no path"},
	{"{" MAP ",\"params\":{\"u32\":[1.5]}}", "job.json: params: u32: number 1 of the list is no u32"},
	{"{" MAP ",\"params\":{\"u32\":[4294967296]}}", "job.json: params: u32: number 1"},
	{"{" MAP ",\"params\":{\"i32\":[0,-2147483649]}}", "job.json: params: i32: number 2"},
	{"{" MAP ",\"params\":{\"u64\":[\"18446744073709551616\"]}}", "job.json: params: u64: number 1"},
	{"{" MAP ",\"params\":{\"i64\":[\"-9223372036854775808\"]}}", NULL},
	{"{" MAP ",\"params\":{\"f32\":[1e300]}}", "job.json: params: f32: number 1"},
	{"{" MAP ",\"params\":{\"f32\":[]}}", "job.json: params: f32: the list is empty"},
	{"{" MAP ",\"params\":{\"hex\":\"0\"}}", "job.json: params: hex: give two hex digits"},
	{"{" MAP ",\"params\":{\"hex\":\"0g\"}}", "job.json: params: hex: give hex digits"},
	{"{" MAP ",\"params\":{\"u32\":[1],\"i32\":[1]}}", "job.json: params: params: give one kind"},
	{"{" MAP ",\"params\":[{\"u32\":[1]},{\"u31\":[1]}]}", "job.json: params[1]: params: give one kind"},
	{"{" MAP ",\"params\":7}", "job.json: params: this should be an object"},
	{"{" MAP ",\"params\":{\"file\":\"\"}}", "job.json: params: file: this is no path"},
	{"{" MAP ",\"items_per_input\":4}", "job.json: items_per_input: there is no input"},
	{"{" OWN ",\"slot_bytes\":8,\"items\":5,\"items_per_input\":64," INPUT "}", "job.json: items: it follows from the inputs"},
	{"{" OWN ",\"slot_bytes\":8,\"chunk_items\":5,\"items_per_input\":64," INPUT "}", "job.json: chunk_items: each input is one chunk"},
	{"{" MAP ",\"input\":{}}", "job.json: input: file: it is missing"},
	{"{" MAP ",\"input\":{\"file\":[]}}", "job.json: input: file: give text"},
	{"{" MAP ",\"input\":{\"file\":[\"a\",3]}}", "job.json: input: file: number 2 of the list"},
	{"{" MAP ",\"input\":{\"file\":\"a\",\"cut\":\"words\"}}", "job.json: input: cut: \"words\""},
	{"{" MAP ",\"input\":{\"file\":\"a\",\"bytes\":\"0 B\"}}", "job.json: input: bytes: \"0 B\""},
	{"{" MAP ",\"input\":{\"file\":\"a\",\"bytes\":\"65 MiB\"}}", "job.json: input: bytes: \"65 MiB\""},
	{"{" MAP ",\"input\":{\"file\":\"a\",\"bytes\":\"9999999999999999999999 MiB\"}}", "job.json: input: bytes:"},
	{"{" MAP ",\"reduce\":\"average\"}", "job.json: reduce: \"average\" is not known"},
	{"{" MAP ",\"reduce\":{}}", "job.json: reduce: reduce: give one of"},
	{"{" MAP ",\"reduce\":{\"sum\":\"u8\"}}", "job.json: reduce: sum: \"u8\" is no type"},
	{"{" MAP ",\"reduce\":{\"sum\":\"u32\",\"min\":\"u32\"}}", "job.json: reduce: reduce: give one of"},
	{"{" OWN ",\"items\":1,\"slot_bytes\":12,\"reduce\":{\"sum\":\"u64\"}}", "job.json: reduce: sum: slot_bytes, 12, is no multiple"},
	{"{" MAP ",\"reduce\":{\"top\":0,\"by\":\"u32\"}}", "job.json: reduce: top: 0 is not allowed"},
	{"{" MAP ",\"reduce\":{\"top\":100000000,\"by\":\"u32\"}}", "job.json: reduce: top: 100000000 is not allowed"},
	{"{" MAP ",\"reduce\":{\"top\":1}}", "job.json: reduce: by: it is missing"},
	{"{" MAP ",\"reduce\":{\"top\":1,\"by\":\"u64\",\"at\":4}}", "job.json: reduce: at: the 8 bytes"},
	{"{" MAP ",\"reduce\":{\"command\":[]}}", "job.json: reduce: command: give text"},
	{"{" MAP ",\"print\":\"decimal\"}", "job.json: print: \"decimal\" is no type"},
	{"{" MAP ",\"print\":\"u32\",\"reduce\":{\"command\":\"cat\"}}", "job.json: print: a command writes"},
};

static void look(const struct row *row)
{
	bool good = parse(row->text);
	if (good != (row->wanted == NULL) ||
		(!good && strncmp(complaint.text, row->wanted, strlen(row->wanted)) != 0))
		fail_msg("%s gave: %s", row->text, good ? "no complaint" : complaint.text);
}

static void every_mistake_gets_a_sentence_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		look(&rows[i]);
}

static void every_mistake_about_an_own_kernel_gets_one_too(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof own_rows / sizeof own_rows[0]; i++)
		look(&own_rows[i]);
}

static void paths_count_from_the_file_and_defaults_are_there(void **state)
{
	(void)state;
	assert_true(parse("{" RENDER ",\"environment\":\"/abs/x.exr\",\"output\":\"o.png\"}"));
	assert_string_equal(file.render.scene, "/where/a.obj");
	assert_string_equal(file.render.environment, "/abs/x.exr");
	assert_string_equal(file.out, "/where/o.png");
	assert_int_equal(file.render.width, 640);
	assert_int_equal(file.check_items, 64);
	assert_int_equal(file.grace_s, 7 * 86400);
	assert_int_equal(file.budget.zat, 500000000);
	assert_int_equal(file.ceiling_zat, 0);
}

static void prices_are_for_a_million_chunks(void **state)
{
	uint64_t zat;
	(void)state;
	assert_true(zn_job_price_parse(&zat, "2 XEN per 1000 chunks"));
	assert_int_equal(zat, UINT64_C(200000000000));
	assert_true(zn_job_price_parse(&zat, "3 zat per chunk"));
	assert_int_equal(zat, 3000000);
	assert_true(zn_job_price_parse(&zat, "1 zat per 3 chunks"));
	assert_int_equal(zat, 333333);
	assert_false(zn_job_price_parse(&zat, "1 zat per 3000000 chunks of"));
	assert_false(zn_job_price_parse(&zat, "per chunk"));
	assert_false(zn_job_price_parse(&zat, "0 XEN per chunk"));
	assert_false(zn_job_price_parse(&zat, "1000000000 XEN per chunk"));
}

static void the_examples_are_right_job_files(void **state)
{
	(void)state;
	assert_true(parse(zn_job_file_example("render")));
	assert_int_equal(file.kind, ZN_JOB_RENDER);
	assert_false(file.render.camera_given); /* it frames whatever scene is named */
	assert_true(parse("{\"kind\": \"render\", \"scene\": \"a.obj\", \"budget\": \"1 XEN\","
			  " \"camera\": {\"eye\": [3, 2, 4], \"target\": [0, 0.5, 0]}}"));
	assert_true(file.render.camera_given);
	assert_true(parse(zn_job_file_example("kernel")));
	assert_int_equal(file.kind, ZN_JOB_KERNEL);
	assert_null(zn_job_file_example("cooking"));
}

static void a_missing_file_is_named_with_the_mend(void **state)
{
	(void)state;
	assert_false(zn_job_file_read(&file, "/nowhere/job.json", &complaint));
	assert_non_null(strstr(complaint.text, "/nowhere/job.json"));
	assert_non_null(strstr(complaint.text, "zennet job new"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mistake_gets_a_sentence_with_its_place),
		cmocka_unit_test(every_mistake_about_an_own_kernel_gets_one_too),
		cmocka_unit_test(paths_count_from_the_file_and_defaults_are_there),
		cmocka_unit_test(prices_are_for_a_million_chunks),
		cmocka_unit_test(the_examples_are_right_job_files),
		cmocka_unit_test(a_missing_file_is_named_with_the_mend),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
