/* tests/unit/publisher_plan.c - a person's kernel and files become a job, and come back from its home. */
#include "tests/test.h"

#include "core/limits.h"
#include "io/files.h"
#include "publisher/blobs.h"
#include "publisher/cut.h"
#include "publisher/plan.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char kernel_text[] =
	"void zn_map(ulong item, __global const uchar *params, __global const uchar *shared,\n"
	"\t__global const uchar *input, __global uchar *slot)\n"
	"{\n\t*(__global uint *)slot = (uint)item;\n}\n";

static char directory[64];
static struct zn_job_home home;
static struct zn_job_file file;
static struct zn_plan plan;
static struct zn_complaint complaint;

static void write_file(const char *name, const void *bytes, size_t count)
{
	char path[PATH_MAX];
	assert_true(zn_path_make(path, "%s/%s", directory, name));
	assert_int_equal(zn_file_replace(path, bytes, count, 0600), ZN_ERR_OK);
}

static int begin(void **state)
{
	char path[PATH_MAX];
	(void)state;
	strcpy(directory, "/tmp/zennet-plan.XXXXXX");
	memset(&home, 0, sizeof home);
	strcpy(home.id, "00000000");
	if (mkdtemp(directory) == NULL || !zn_path_make(home.directory, "%s/home", directory) ||
		!zn_job_home_path(path, &home, "blobs") || zn_directory_make(path) != ZN_ERR_OK)
		return 1;
	write_file("a.cl", kernel_text, strlen(kernel_text));
	return 0;
}

static int end(void **state)
{
	(void)state;
	return zn_directory_remove(directory) == ZN_ERR_OK ? 0 : 1;
}

/* `more` are keys of a job with source a.cl and slots of 8 bytes. */
static bool make(const char *more, const struct zn_job_home *at)
{
	char text[4096];
	snprintf(text, sizeof text,
		"{\"kind\":\"kernel\",\"source\":\"a.cl\",\"slot_bytes\":8,\"budget\":\"1 "
		"XEN\",%s}",
		more);
	complaint.text[0] = '\0';
	return zn_job_file_parse(&file, "job.json", directory, text, strlen(text), &complaint) &&
	       zn_plan_make(&plan, &file, at, &complaint);
}

static void refused(const char *more, const char *words)
{
	if (make(more, NULL))
		fail_msg("%s was taken", more);
	if (strstr(complaint.text, words) == NULL)
		fail_msg("%s gave: %s", more, complaint.text);
}

/* --- cutting --- */

struct cut {
	uint32_t sizes[64], count;
	char text[4096];
	size_t used;
};

static bool on_piece(void *user, const struct zn_cut_piece *piece, struct zn_complaint *words)
{
	struct cut *cut = user;
	(void)words;
	assert_int_equal(piece->place, cut->used);
	memcpy(cut->text + cut->used, piece->bytes, piece->count);
	cut->used += piece->count;
	cut->sizes[cut->count++] = piece->count;
	return true;
}

static bool cut_text(struct cut *cut, const char *text, uint32_t bytes_max, bool lines)
{
	char path[PATH_MAX];
	memset(cut, 0, sizeof *cut);
	write_file("text", text, strlen(text));
	assert_true(zn_path_make(path, "%s/text", directory));
	bool good = zn_cut_file(path, "text", bytes_max, lines, on_piece, cut, &complaint);
	if (good)
		assert_true(cut->used == strlen(text) && memcmp(cut->text, text, cut->used) == 0);
	return good;
}

static void files_are_cut_at_sizes_or_at_the_last_line_end_that_fits(void **state)
{
	struct cut cut;
	(void)state;
	assert_true(cut_text(&cut, "abcdefghij", 4, false));
	assert_int_equal(cut.count, 3);
	assert_int_equal(cut.sizes[2], 2);
	assert_true(cut_text(&cut, "ab\ncd\n\nefg\nh", 7, true));
	assert_int_equal(cut.count, 2);
	assert_int_equal(cut.sizes[0], 7);
	assert_int_equal(cut.sizes[1], 5);
	assert_true(cut_text(&cut, "ab\ncdef\ng\n", 5, true));
	assert_int_equal(cut.sizes[0], 3);
	assert_int_equal(cut.sizes[1], 5);
	assert_int_equal(cut.sizes[2], 2);
	assert_true(cut_text(&cut, "", 5, true));
	assert_int_equal(cut.count, 0);
	assert_true(cut_text(&cut, "last line", 9, true)); /* without an end */
	assert_int_equal(cut.count, 1);
}

static void a_line_longer_than_a_piece_is_named(void **state)
{
	struct cut cut;
	(void)state;
	assert_false(cut_text(&cut, "a\nb\nc\nlonger than eight\nd\n", 8, true));
	assert_non_null(strstr(complaint.text, "text: line 4 is longer than a piece of 8 bytes"));
	assert_false(cut_text(&cut, "longer than eight", 8, true));
	assert_non_null(strstr(complaint.text, "line 1"));
}

/* --- plans --- */

static void parameters_are_laid_out_aligned(void **state)
{
	const uint8_t wanted[] = {1, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xab, 0, 0, 0, 0, 0, 0x80, 0x3f, 'x', 'y'};
	(void)state;
	write_file("p.bin", "xy", 2);
	assert_true(
		make("\"items\":10,\"params\":[{\"u32\":[1]},{\"u64\":[\"18446744073709551615\"]},"
		     "{\"hex\":\"ab\"},{\"f32\":[1]},{\"file\":\"p.bin\"}]",
			NULL));
	assert_int_equal(plan.manifest.params_bytes, sizeof wanted);
	assert_memory_equal(plan.manifest.params, wanted, sizeof wanted);
	zn_plan_finish(&plan);
}

static void what_a_person_got_wrong_is_named(void **state)
{
	static const char bad[] = "void zn_map(ulong item)\n{\n\tprintf(\"x\");\n}\n";
	char path[PATH_MAX];
	(void)state;
	write_file("bad.cl", bad, strlen(bad));
	write_file("empty", "", 0);
	write_file("lines", "1\n2\n3\n", 6);
	write_file("big.cl", NULL, 0);
	assert_true(zn_path_make(path, "%s/big.cl", directory));
	assert_int_equal(truncate(path, (1 << 20) + 1), 0);
	assert_true(zn_path_make(path, "%s/pipe", directory));
	assert_int_equal(mkfifo(path, 0600), 0);
	refused("\"items\":10,\"shared\":\"none\"", "/none: it is not there");
	refused("\"items\":10,\"shared\":\"empty\"", "shared: empty is empty");
	refused("\"items\":10,\"params\":{\"file\":\"big.cl\"}", "larger than the 4096 bytes");
	refused("\"items_per_input\":4,\"input\":{\"file\":\"empty\"}", "files are empty");
	refused("\"items_per_input\":4,\"input\":{\"file\":[\"lines\",\"none\"]}",
		"none: it is not there");
	refused("\"items_per_input\":4,\"input\":{\"file\":\"pipe\"}", "pipe: this is no file");
	refused("\"items_per_input\":4,\"input\":{\"file\":\".\"}", "this is no file");
	refused("\"items\":100,\"chunk_items\":10,\"input\":{\"file\":\"lines\",\"bytes\":\"2 B\"}",
		"makes 3 pieces, but items and chunk_items make 10 chunks");
	static const char *const rows[][2] = {{"bad.cl", "bad.cl: line 3: "},
		{"big.cl", "big.cl: it is larger than"}, {"empty", "empty"},
		{"nothing.cl", "nothing.cl"}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[256];
		snprintf(text, sizeof text,
			"{\"kind\":\"kernel\",\"source\":\"%s\",\"slot_bytes\":8,\"items\":1,"
			"\"budget\":\"1 XEN\"}",
			rows[i][0]);
		assert_true(zn_job_file_parse(&file, "job.json", directory, text, strlen(text),
			&complaint));
		assert_false(zn_plan_make(&plan, &file, NULL, &complaint));
		if (strstr(complaint.text, rows[i][1]) == NULL)
			fail_msg("%s gave: %s", rows[i][0], complaint.text);
	}
}

static const char with_input[] =
	"\"items_per_input\":4,\"shared\":\"lines\",\"params\":{\"u32\":[7]},"
	"\"input\":{\"file\":[\"lines\",\"more\"],\"cut\":\"lines\",\"bytes\":\"4 B\"}";

static void inputs_write(void)
{
	write_file("lines", "1\n2\n3\n", 6);
	write_file("more", "4\n5\n", 4);
}

static void a_job_comes_back_from_its_home_without_the_persons_files(void **state)
{
	static struct zn_plan again;
	uint8_t *bytes;
	uint32_t count;
	(void)state;
	inputs_write();
	if (!make(with_input, &home))
		fail_msg("%s", complaint.text);
	assert_int_equal(plan.chunks, 3);
	assert_int_equal(plan.manifest.items, 12);
	assert_true(plan.foreign);
	write_file("lines", "changed!", 8);
	write_file("a.cl", "changed", 7);
	assert_true(zn_plan_restore(&again, &plan.manifest, &home, &complaint));
	assert_true(again.foreign);
	assert_string_equal(again.sources[0].text, kernel_text);
	assert_int_equal(again.shared_bytes, 6);
	assert_true(zn_inputs_read(&bytes, &count, &again.inputs, 1, &complaint));
	assert_int_equal(count, 2);
	assert_memory_equal(bytes, "3\n", 2);
	free(bytes);
	assert_true(zn_inputs_read(&bytes, &count, &plan.inputs, 2, &complaint));
	assert_memory_equal(bytes, "4\n5\n", 4);
	free(bytes);
	zn_plan_finish(&again);
	zn_plan_finish(&plan);
}

static void a_damaged_or_lost_blob_is_found(void **state)
{
	static struct zn_plan again;
	uint8_t *bytes;
	uint32_t count;
	char path[PATH_MAX], id[ZN_HASH_TEXT_BYTES];
	(void)state;
	inputs_write();
	assert_true(make(with_input, &home));
	assert_true(zn_path_make(path, "%s/blobs/%s", home.directory,
		zn_hash_text(id, &plan.inputs.ids[0])));
	assert_int_equal(zn_file_replace(path, "1\n3\n", 4, 0600), ZN_ERR_OK);
	assert_false(zn_inputs_read(&bytes, &count, &plan.inputs, 0, &complaint));
	assert_non_null(strstr(complaint.text, "chunk 0"));
	assert_non_null(strstr(complaint.text, "damaged"));
	assert_int_equal(unlink(path), 0);
	assert_false(zn_inputs_read(&bytes, &count, &plan.inputs, 0, &complaint));
	assert_true(zn_path_make(path, "%s/blobs/%s", home.directory,
		zn_hash_text(id, &plan.manifest.inputs_id)));
	assert_int_equal(truncate(path, 64), 0);
	assert_false(zn_plan_restore(&again, &plan.manifest, &home, &complaint));
	zn_plan_finish(&plan);
}

static void a_file_that_changes_under_a_local_job_is_found(void **state)
{
	uint8_t *bytes;
	uint32_t count;
	char path[PATH_MAX];
	(void)state;
	inputs_write();
	assert_true(make(with_input, NULL));
	assert_true(zn_inputs_read(&bytes, &count, &plan.inputs, 0, &complaint));
	assert_memory_equal(bytes, "1\n2\n", 4);
	free(bytes);
	write_file("lines", "1\n7\n3\n", 6);
	assert_false(zn_inputs_read(&bytes, &count, &plan.inputs, 0, &complaint));
	assert_non_null(strstr(complaint.text, "lines: it was changed since the job began"));
	assert_true(
		zn_inputs_read(&bytes, &count, &plan.inputs, 1, &complaint)); /* that part is not */
	free(bytes);
	write_file("lines", "1\n", 2);
	assert_false(zn_inputs_read(&bytes, &count, &plan.inputs, 1, &complaint));
	assert_true(zn_path_make(path, "%s/lines", directory));
	assert_int_equal(unlink(path), 0);
	assert_false(zn_inputs_read(&bytes, &count, &plan.inputs, 1, &complaint));
	assert_non_null(strstr(complaint.text, "it is not there"));
	zn_plan_finish(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			files_are_cut_at_sizes_or_at_the_last_line_end_that_fits, begin, end),
		cmocka_unit_test_setup_teardown(a_line_longer_than_a_piece_is_named, begin, end),
		cmocka_unit_test_setup_teardown(parameters_are_laid_out_aligned, begin, end),
		cmocka_unit_test_setup_teardown(what_a_person_got_wrong_is_named, begin, end),
		cmocka_unit_test_setup_teardown(
			a_job_comes_back_from_its_home_without_the_persons_files, begin, end),
		cmocka_unit_test_setup_teardown(a_damaged_or_lost_blob_is_found, begin, end),
		cmocka_unit_test_setup_teardown(a_file_that_changes_under_a_local_job_is_found,
			begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
