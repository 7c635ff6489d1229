/* tests/unit/runner_inspect.c - what oclgrind finds in wrong kernels, and its log as hostile text. */
#include "tests/unit/runner_help.h"

#include "runner/client/inspect.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAP_HEAD                                                                                   \
	"void zn_map(ulong item, __global const uchar *params, __global const uchar *shared,\n"    \
	"\t__global const uchar *input, __global uchar *slot)\n{\n"                                \
	"\t__global uint *out = (__global uint *)slot; uint own[4];\n" /* line 4 */
#define CHUNK_HEAD                                                                                 \
	"void zn_chunk(ulong item, uint place, __global const uchar *params, __global const "      \
	"uchar\n"                                                                                  \
	"\t*shared, __global const uchar *input, __global uchar *slot, __local uchar "             \
	"*scratch)\n{\n"                                                                           \
	"\t__global uint *out = (__global uint *)slot; __local uint *all = (__local uint "         \
	"*)scratch;\n"
#define GROUP 8

static uint32_t inspect(struct zn_inspect_finding *out, const char *text, bool chunk, bool as_gpu)
{
	struct bench bench;
	struct zn_kernel_source source = {"probe.cl", text, strlen(text)};
	struct zn_runner_job job = bench_job(&source, 8, 16);
	struct zn_runner_options options = {.inspector = zn_inspector_find(),
		.inspect_as_gpu = as_gpu,
		.words_fd = zn_inspect_log_create()};
	assert_true(options.words_fd > 0);
	job.params = "12345678";
	job.params_bytes = 8;
	job.group_items = chunk ? GROUP : 0;
	job.local_bytes = chunk ? 64 : 0;
	bench_open(&bench, &options);
	if (bench_load(&bench, &job) != ZN_ERR_OK)
		fail_msg("%s\n%s", bench.load_sentence, bench.log);
	bench_run_range(&bench, 1, 0, 16);
	bench_until_done(&bench, 1);
	assert_int_equal(bench.done[0].err, ZN_ERR_OK);
	bench_close(&bench);
	uint32_t count = zn_inspect_log_read(out, options.words_fd);
	close(options.words_fd);
	return count;
}

struct wrong {
	const char *line; /* the fifth of the kernel */
	const char *what; /* "" : nothing is found */
	bool chunk;
};

static void skip_without_oclgrind(void)
{
	if (zn_inspector_find() != NULL)
		return;
	puts("SKIP: oclgrind is not installed");
	skip();
}

static void oclgrind_names_the_line_of_every_wrong_access(void **state)
{
	(void)state;
	static const struct wrong wrongs[] = {
		{"out[1] = (uint)item;", "", false},
		{"if (item == 6) out[2] = 1;",
			"writes 4 bytes outside of its output slot, at its byte 8", false},
		{"if (item == 6) out[-1] = 1;",
			"writes 4 bytes outside of its output slot, at its byte -4", false},
		{"out[1] = ((__global const uint *)params)[2];",
			"reads 4 bytes outside of the parameters, at its byte 8", false},
		{"out[1] = ((__global const uint *)shared)[16];",
			"reads 4 bytes outside of the shared input, at its byte 64", false},
		{"*(__global uint *)(ulong)(item / 16) = 4;",
			"writes 4 bytes through a null pointer", false},
		{"own[item & 3] = 1; out[1] = own[~item & 3];",
			"writes a value that was never set into the output", false},
		{"if (own[item & 3] == 3) out[1] = 2;", "decides by a value that was never set",
			false},
		{"own[item] = 2; out[0] = own[item];",
			"writes 4 bytes outside of a variable or array of its own", false},
		{"((__global uint *)shared)[0] = 4;", "writes into an input", false},
		{"all[place] = place; out[0] = all[(place + 1) & 7];",
			"two items of a group use the same place of local memory, one of them "
			"writing, with no barrier between",
			true},
		{"all[place] = place; barrier(CLK_LOCAL_MEM_FENCE); out[0] = all[(place + 1) & 7];",
			"", true},
		{"if (place == 3) all[16 + place] = 8;", /* scratch is rounded up by 16 bytes */
			"", true},
		{"if (place == 3) all[32] = 8;",
			"writes 4 bytes outside of the group's local memory, at byte 128", true},
		{"if (place == 3) barrier(CLK_LOCAL_MEM_FENCE); out[0] = 1;",
			"only some items of the group come to this barrier", true},
		{"out[place == 3 ? 2 : 0] = place;",
			"two items of a group use the same place of the output, one of them "
			"writing, with no barrier between",
			true},
	};
	static struct zn_inspect_finding found[ZN_INSPECT_FINDINGS_MAX];
	static char text[4096];
	skip_without_oclgrind();
	for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
		snprintf(text, sizeof text, "%s\t%s\n}\n", wrongs[i].chunk ? CHUNK_HEAD : MAP_HEAD,
			wrongs[i].line);
		uint32_t count = inspect(found, text, wrongs[i].chunk, i % 2 != 0);
		if ((count > 0) != (wrongs[i].what[0] != '\0'))
			fail_msg("%s: %u findings, the first: %s", wrongs[i].line, count,
				count > 0 ? found[0].what : "");
		if (count == 0)
			continue;
		assert_string_equal(found[0].what, wrongs[i].what);
		assert_string_equal(found[0].file, "probe.cl");
		assert_int_equal(found[0].line, 5);
	}
}

static void the_item_of_a_finding_is_named(void **state)
{
	(void)state;
	static struct zn_inspect_finding found[ZN_INSPECT_FINDINGS_MAX];
	skip_without_oclgrind();
	assert_int_equal(inspect(found, MAP_HEAD "\tif (item == 11) out[2] = own[1] = 1;\n}\n",
				 false, false),
		1);
	assert_int_equal(found[0].item, 11);
}

static void a_log_is_read_as_hostile_text(void **state)
{
	(void)state;
	static struct zn_inspect_finding found[ZN_INSPECT_FINDINGS_MAX];
	static char text[ZN_INSPECT_LOG_BYTES_MAX];
	static const char *const pieces[] = {"\n", "Invalid write of size ", "zennet item ",
		"At line ", " of ", "address 0x", "ffffffffffffffffffff", "99999999999999999999",
		":", " data race at ", "\t", "x.cl", "\x1b[2J", "%s%n", "Index (", "\xff"};
	uint64_t seed = 3;
	assert_int_equal(zn_inspect_log_parse(found, "", 0), 0);
	for (int round = 0; round < (test_is_long() ? 2000 : 100); round++) {
		size_t bytes = 0, most = 1 + (size_t)(test_random(&seed) % 8192);
		while (bytes + 64 < most) {
			const char *piece =
				pieces[test_random(&seed) % (sizeof pieces / sizeof *pieces)];
			memcpy(text + bytes, piece, strlen(piece));
			bytes += strlen(piece);
		}
		uint32_t count = zn_inspect_log_parse(found, text, bytes);
		assert_true(count <= ZN_INSPECT_FINDINGS_MAX);
		for (uint32_t i = 0; i < count; i++) {
			assert_true(strlen(found[i].file) < sizeof found[i].file);
			for (const char *at = found[i].file; *at != '\0'; at++)
				assert_true(*at >= ' ' && *at <= '~');
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oclgrind_names_the_line_of_every_wrong_access),
		cmocka_unit_test(the_item_of_a_finding_is_named),
		cmocka_unit_test(a_log_is_read_as_hostile_text),
	};
	return cmocka_run_group_tests(tests, bench_cache_make, bench_cache_remove);
}
