/* tests/unit/runner_sandbox.c - kernels that make system calls themselves, in each stage at each level.
 *
 * The sources here pass no screen; only the fence is tested. What a source defines in place of
 * get_group_id runs while the kernel is made ready, on no items: in the builder, and again in the run
 * stage before its lock-down. What stands in zn_map or zn_chunk runs after it.
 */
#include "tests/unit/runner_help.h"

#include "runner/pipe.h"

#include "core/hash.h"
#include "core/limits.h"
#include "io/files.h"
#include "runner/client/devices.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY           65534
#define SOURCE_BYTES_MAX 8192
#define SKIPPED          77

static enum zn_sandbox_level level_here; /* that runners of this process get at best */

#define CALLS                                                                                      \
	"#define ZN_BAD (*(volatile __global uint *)8 = 1)\n"                                      \
	"long zn_call(long n, long a, long b, long c)\n"                                           \
	"{\n"                                                                                      \
	"	long r;\n"                                                                               \
	"	__asm__ volatile(\"syscall\" : \"=a\"(r) : \"a\"(n), \"D\"(a), \"S\"(b), "               \
	"\"d\"(c)\n"                                                                               \
	"		: \"rcx\", \"r11\", \"memory\");\n"                                                     \
	"	return r;\n"                                                                             \
	"}\n"                                                                                      \
	"bool zn_in_builder(void)\n"                                                               \
	"{\n"                                                                                      \
	"	ulong limit[2];\n" /* of CPU time: only builders have one */                       \
	"	return zn_call(97, 0, (long)limit, 0) == 0 && limit[0] != ~0ul;\n"                       \
	"}\n"
/* A sanitizer sees /proc and takes memory of its own (docs/SECURITY.md). */
#if ZN_SANITIZED
#define OF_PROC    "\"/etc/hosts\", \"/boot\",\n"
#define MEMORY_MAX (1200u << 20)
#else
#define OF_PROC    "\"/proc/1/mem\", \"/proc/self/environ\",\n"
#define MEMORY_MAX (400u << 20)
#endif

#define MAP_HEAD                                                                                   \
	"void zn_map(ulong item, __global const uchar *params, __global const uchar *shared,\n"    \
	"	__global const uchar *input, __global uchar *slot)\n"

static enum zn_err load_text(struct bench *bench, const char *text, const void *params,
	uint32_t group_items)
{
	struct zn_kernel_source source = {"bad.cl", text, strlen(text)};
	struct zn_runner_job job = bench_job(&source, 8, 64);
	job.exact = false;
	job.group_items = group_items;
	job.params = params;
	job.params_bytes = params != NULL ? 4 * sizeof(int64_t) : 0;
	return bench_load(bench, &job);
}

/* A source that does `what` while it is made ready, and counts its items afterwards. */
static enum zn_err load_early(struct bench *bench, const char *what)
{
	static char text[2 * SOURCE_BYTES_MAX + 2 * PATH_MAX];
	int length = snprintf(text, sizeof text,
		CALLS "ulong zn_early(void)\n{\n%s	return 0;\n}\n"
		      "#define get_group_id(n) (get_group_id(n) + (begin < end ? 0 : "
		      "zn_early()))\n"
		      "void zn_chunk(ulong item, uint place, __global const uchar *params,\n"
		      "	__global const uchar *shared, __global const uchar *input,\n"
		      "	__global uchar *slot, __local uchar *local_memory)\n"
		      "{\n	*(__global ulong *)slot = item;\n}\n",
		what);
	assert_true(length > 0 && length < (int)sizeof text);
	enum zn_err err = load_text(bench, text, NULL, 1);
	if (err == ZN_ERR_BUILD && strstr(bench->load_sentence, "does not build") != NULL)
		fail_msg("%s", bench->log);
	if (err != ZN_ERR_OK)
		print_message("%s\n", bench->load_sentence);
	return err;
}

static void open_at(struct bench *bench, enum zn_sandbox_level level)
{
	const struct zn_runner_options options = {.sandbox_max = level};
	bench_open(bench, &options);
	bench_until(bench, &bench->ready, "the device");
	assert_int_equal(zn_runner_sandbox(bench->runner), level);
}

static void the_best_level_is_what_the_probe_says(void **state)
{
	(void)state;
	const struct zn_runner_options plain = {0};
	struct bench bench;
	bench_open(&bench, &plain);
	assert_int_equal(zn_runner_sandbox(bench.runner), ZN_SANDBOX_NONE);
	bench_until(&bench, &bench.ready, "the device");
	assert_int_equal(zn_runner_sandbox(bench.runner), level_here);
	assert_int_equal(zn_runner_device(bench.runner)->exact, ZN_EXACT_YES);
	bench_close(&bench);
}

static void built_in_kernels_run_at_every_level(void **state)
{
	(void)state;
	const uint32_t params[2] = {3, 7};
	for (enum zn_sandbox_level level = ZN_SANDBOX_NONE; level <= level_here; level++) {
		struct bench bench;
		open_at(&bench, level);
		struct zn_runner_job job = bench_job(mix_source(), 8, 100);
		job.params = params;
		job.params_bytes = sizeof params;
		assert_int_equal(bench_load(&bench, &job), ZN_ERR_OK);
		bench_run_range(&bench, 1, 5, 100);
		bench_until_done(&bench, 1);
		for (uint64_t i = 0; i < 100; i++) {
			uint64_t got;
			memcpy(&got, bench.done[0].output + i * 8, sizeof got);
			assert_true(got == mix_oracle(5 + i, 3, 7));
		}
		bench_close(&bench);
	}
}

/* Opens and writes that must fail, each of them; the first that does not is a crash. */
static const char *outside_files(void)
{
	static char text[SOURCE_BYTES_MAX + 2 * PATH_MAX];
	snprintf(text, sizeof text,
		"	__constant char *reads[] = {\"/etc/passwd\", \"/etc/shadow\", " OF_PROC
		"		\"/root\", \"/home\", \"/dev/mem\", "
		"\"%s\"};\n"
		"	__constant char *writes[] = {\"/tmp/zn-evil\", \"/usr/lib/zn-evil\",\n"
		"		\"/zn-evil\", \"/dev/shm/zn-evil\", \"%s/zn-evil.clbin\"};\n"
		"	for (int i = 0; i < 8; i++)\n"
		"		if (zn_call(2, (long)reads[i], 0, 0) >= 0) ZN_BAD;\n"
		"	for (int i = 0; i < 5; i++) {\n"
		"		if (zn_call(2, (long)writes[i], 0101, 0600) >= 0) ZN_BAD;\n"
		"		if (zn_call(83, (long)writes[i], 0700, 0) >= 0) ZN_BAD;\n"
		"	}\n"
		"	if (zn_call(41, 1, 1, 0) >= 0) ZN_BAD;\n" /* socket */
		"	if (zn_call(41, 2, 2, 0) >= 0) ZN_BAD;\n",
		bench_cache, bench_cache);
	return text;
}

static void nothing_outside_can_be_opened_or_written_in_either_stage(void **state)
{
	(void)state;
	for (enum zn_sandbox_level level = ZN_SANDBOX_PARTIAL; level <= level_here; level++) {
		struct bench bench;
		open_at(&bench, level);
		assert_int_equal(load_early(&bench, outside_files()), ZN_ERR_OK);
		bench_run_range(&bench, 1, 0, 9);
		bench_until_done(&bench, 1);
		assert_int_equal(bench.done[0].output[64], 8);
		bench_close(&bench);
	}
}

/* The same source where nothing is enforced: it shows that the test above can fail. */
static void without_a_fence_the_same_source_gets_through(void **state)
{
	(void)state;
	struct bench bench;
	open_at(&bench, ZN_SANDBOX_NONE);
	char text[SOURCE_BYTES_MAX + 2 * PATH_MAX + 32]; /* another source: not out of the cache */
	snprintf(text, sizeof text, "	/* again */\n%s", outside_files());
	assert_int_equal(load_early(&bench, text), ZN_ERR_BUILD);
	assert_non_null(strstr(bench.load_sentence, "did not survive"));
	assert_false(bench.gone);
	bench_close(&bench);
}

static void calls_that_a_builder_may_not_make_end_it(void **state)
{
	(void)state;
	static const char *const calls[] = {"zn_call(62, -1, 9, 0)", /* kill everybody */
		"zn_call(101, 16, 1, 0)",                            /* ptrace */
		"zn_call(57, 0, 0, 0)",            /* fork, as ld is not started */
		"zn_call(272, 0x10000000, 0, 0)"}; /* unshare */
	char text[256];
	for (enum zn_sandbox_level level = ZN_SANDBOX_PARTIAL; level <= level_here; level++) {
		struct bench bench;
		open_at(&bench, level);
		for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
			snprintf(text, sizeof text, "	%s;\n", calls[i]);
			assert_int_equal(load_early(&bench, text), ZN_ERR_BUILD);
			assert_non_null(strstr(bench.load_sentence, "signal 31"));
			assert_false(bench.gone);
		}
		bench_close(&bench);
	}
}

/* A program that is no linker is not started by a builder either; the run stage dies of the try. */
static void only_a_builder_may_start_programs_and_only_linkers(void **state)
{
	(void)state;
	for (enum zn_sandbox_level level = ZN_SANDBOX_PARTIAL; level <= level_here; level++) {
		struct bench bench;
		open_at(&bench, level);
		const char *sh = "	__constant char *sh = \"/bin/sh\";\n"
				 "	long argv[2] = {(long)sh, 0};\n"
				 "	if (zn_call(59, (long)sh, (long)argv, 0) >= 0) "
				 "ZN_BAD;\n";
		assert_int_equal(load_early(&bench, sh), ZN_ERR_DEVICE);
		bench_until(&bench, &bench.gone, "the end of the run stage");
		assert_non_null(strstr(bench.gone_sentence, "signal 31"));
		bench_again(&bench);
		const char *child = "	if (!zn_in_builder()) zn_call(56, 17, 0, 0);\n"; /* clone */
		assert_int_equal(load_early(&bench, child), ZN_ERR_DEVICE);
		bench_until(&bench, &bench.gone, "the end of the run stage");
		assert_non_null(strstr(bench.gone_sentence, "signal 31"));
		bench_close(&bench);
	}
}

static void after_the_lock_down_no_call_of_these_is_left(void **state)
{
	(void)state;
	static const int64_t calls[][4] = {{SYS_open, 0, 0, 0}, {SYS_socket, 1, 1, 0},
		{SYS_fork, 0, 0, 0}, {SYS_clone, 17, 0, 0}, {SYS_execve, 0, 0, 0},
		{SYS_kill, -1, 9, 0}, {SYS_ptrace, 16, 1, 0}, {SYS_mkdir, 0, 0, 0},
		{SYS_mmap, 0, 4096, 7}, {SYS_process_vm_readv, 1, 0, 0}, {SYS_unshare, 0, 0, 0},
		{SYS_setuid, 0, 0, 0}, {SYS_io_uring_setup, 1, 0, 0}, {SYS_bpf, 0, 0, 0},
		{SYS_tgkill, 1 << 20, 1, 9}, {SYS_sendto, 1, 0, 0}, {SYS_prlimit64, 0, 9, 1}};
	enum { COUNT = sizeof calls / sizeof *calls };
	static const char text[] = CALLS MAP_HEAD
		"{\n	__global const long *p = (__global const long *)params;\n"
		"	*(__global long *)slot = zn_call(p[0], p[1], p[2], p[3]);\n}\n";
	for (enum zn_sandbox_level level = ZN_SANDBOX_PARTIAL; level <= level_here; level++) {
		struct bench bench;
		open_at(&bench, level);
		/* it is the same list at both levels */
		size_t count = level == level_here || test_is_long() ? COUNT : 3;
		for (size_t i = 0; i < count; i++) {
			assert_int_equal(load_text(&bench, text, calls[i], 0), ZN_ERR_OK);
			bench_run_range(&bench, 1, 0, 1);
			bench_until(&bench, &bench.gone, "the end");
			assert_int_equal(bench.done[0].err, ZN_ERR_DEVICE);
			if (strstr(bench.gone_sentence, "signal 31") == NULL)
				fail_msg("call %d: %s", (int)calls[i][0], bench.gone_sentence);
			bench_forget(&bench);
			bench_again(&bench);
		}
		/* one that is left: the test can tell the difference */
		static const int64_t getpid_call[4] = {SYS_getpid, 0, 0, 0};
		assert_int_equal(load_text(&bench, text, getpid_call, 0), ZN_ERR_OK);
		bench_run_range(&bench, 1, 0, 1);
		bench_until_done(&bench, 1);
		assert_int_equal(bench.done[0].err, ZN_ERR_OK);
		assert_int_equal(bench.done[0].output[0] == 1, level == ZN_SANDBOX_FULL);
		bench_close(&bench);
	}
}

/* Replace what every cached binary holds by rubbish, under a hash that is right. */
static uint32_t spoil_cache(void)
{
	uint32_t count = 0;
	DIR *directory = opendir(bench_cache);
	struct dirent *entry;
	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL) {
		char path[PATH_MAX];
		uint8_t bytes[sizeof(struct zn_hash) + 1000];
		struct zn_hash hash;
		if (strstr(entry->d_name, ".clbin") == NULL)
			continue;
		memset(bytes, 0x5a, sizeof bytes);
		zn_sha256(&hash, bytes + sizeof hash, 1000);
		memcpy(bytes, &hash, sizeof hash);
		assert_true(zn_path_make(path, "%s/%s", bench_cache, entry->d_name));
		assert_int_equal(zn_file_replace(path, bytes, sizeof bytes, 0600), ZN_ERR_OK);
		count++;
	}
	closedir(directory);
	return count;
}

static void a_binary_that_is_rubbish_is_refused_and_built_anew(void **state)
{
	(void)state;
	struct zn_runner_job job = bench_job(mix_source(), 8, 100);
	struct bench bench;
	open_at(&bench, level_here);
	assert_int_equal(bench_load(&bench, &job), ZN_ERR_OK);
	bench_close(&bench);
	assert_true(spoil_cache() >= 2);
	open_at(&bench, level_here);
	assert_int_equal(zn_runner_device(bench.runner)->exact, ZN_EXACT_YES);
	assert_int_equal(bench_load(&bench, &job), ZN_ERR_OK);
	assert_false(bench.load_cached);
	assert_int_equal(bench_load(&bench, &job), ZN_ERR_OK);
	assert_true(bench.load_cached);
	bench_close(&bench);
}

static void a_compiler_that_eats_memory_is_stopped(void **state)
{
	(void)state;
	const struct zn_runner_options options = {.build_memory_bytes_max = MEMORY_MAX};
	static const char text[] = "__constant uint t[1 << 28] = {1, 2, 3};\n" MAP_HEAD
				   "{\n	*(__global ulong *)slot = t[item];\n}\n";
	struct bench bench;
	bench_open(&bench, &options);
	assert_int_equal(load_text(&bench, text, NULL, 0), ZN_ERR_BUILD);
	assert_non_null(strstr(bench.load_sentence, "MiB of memory"));
	assert_int_equal(load_early(&bench, ""), ZN_ERR_OK);
	assert_false(bench.gone);
	bench_close(&bench);
}

static void a_kernel_that_eats_memory_is_stopped(void **state)
{
	(void)state;
	/* mmap has six arguments; brk has one */
	static const char text[] = CALLS MAP_HEAD
		"{\n	long at = zn_call(12, 0, 0, 0), to = at;\n"
		"	for (ulong i = 0; i < 3000; i++) {\n"
		"		long next = zn_call(12, to + (1 << 20), 0, 0);\n"
		"		if (next <= to) break;\n"
		"		for (; to < next; to += 4096) *(volatile __global uchar *)to = 1;\n"
		"	}\n"
		"	while (*(volatile __global uchar *)slot == 0) ;\n}\n";
	struct bench bench;
	open_at(&bench, level_here);
	assert_int_equal(load_text(&bench, text, NULL, 0), ZN_ERR_OK);
	bench_run_range(&bench, 1, 0, 1);
	bench_until(&bench, &bench.gone, "the end");
	assert_non_null(strstr(bench.gone_sentence, "MiB of memory"));
	assert_int_equal(bench.done[0].err, ZN_ERR_DEVICE);
	bench_close(&bench);
}

/* Run these tests again in another process: `prepare` makes it what it shall be. */
static void again_as(bool (*prepare)(void), const char *argument)
{
	int status = 0;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (!prepare() || access("/proc/self/exe", X_OK) != 0)
			_exit(SKIPPED);
		execl("/proc/self/exe", "unit_runner_sandbox", argument, (char *)NULL);
		_exit(SKIPPED);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == SKIPPED) {
		print_message("skipped: this needs root, and programs that others may read\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), 0);
}

static bool become_nobody(void)
{
	return geteuid() == 0 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0;
}

static void all_of_it_holds_for_an_ordinary_user(void **state)
{
	(void)state;
	again_as(become_nobody, "--ordinary");
}

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	if (fd >= 0)
		close(fd);
	return written;
}

/* A user namespace in which there may be no other. */
static bool forbid_namespaces(void)
{
	char uid_map[32], gid_map[32];
	snprintf(uid_map, sizeof uid_map, "0 %u 1", geteuid());
	snprintf(gid_map, sizeof gid_map, "0 %u 1", getegid());
	return unshare(CLONE_NEWUSER) == 0 && write_text("/proc/self/setgroups", "deny") &&
	       write_text("/proc/self/uid_map", uid_map) &&
	       write_text("/proc/self/gid_map", gid_map) &&
	       write_text("/proc/sys/user/max_user_namespaces", "0");
}

static void where_namespaces_are_forbidden_the_partial_level_holds(void **state)
{
	(void)state;
	again_as(forbid_namespaces, "--forbidden");
}

static void on_probed(void *user, const struct zn_probe_result *result)
{
	assert_int_equal(result->err, ZN_ERR_OK);
	level_here = (enum zn_sandbox_level)result->machine.sandbox;
	zn_loop_stop(user);
}

static int start(void **state)
{
	struct zn_loop *loop;
	struct zn_probe *probe;
	if (bench_cache_make(state) != 0)
		return 1;
	const struct zn_probe_options options = {.cache_dir = bench_cache};
	if (zn_loop_create(&loop) != ZN_ERR_OK ||
		zn_devices_probe(&probe, loop, &options, on_probed, loop) != ZN_ERR_OK)
		return 1;
	zn_loop_run(loop);
	zn_probe_destroy(probe);
	zn_loop_destroy(loop);
	print_message("the best level here is %d\n", level_here);
	return level_here == 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_best_level_is_what_the_probe_says),
		cmocka_unit_test(built_in_kernels_run_at_every_level),
		cmocka_unit_test(nothing_outside_can_be_opened_or_written_in_either_stage),
		cmocka_unit_test(without_a_fence_the_same_source_gets_through),
		cmocka_unit_test(calls_that_a_builder_may_not_make_end_it),
		cmocka_unit_test(only_a_builder_may_start_programs_and_only_linkers),
		cmocka_unit_test(after_the_lock_down_no_call_of_these_is_left),
		cmocka_unit_test(a_binary_that_is_rubbish_is_refused_and_built_anew),
		cmocka_unit_test(a_compiler_that_eats_memory_is_stopped),
		cmocka_unit_test(a_kernel_that_eats_memory_is_stopped),
	};
	const struct CMUnitTest others[] = {
		cmocka_unit_test(where_namespaces_are_forbidden_the_partial_level_holds),
		cmocka_unit_test(all_of_it_holds_for_an_ordinary_user),
	};
	const struct CMUnitTest ordinary[] = {
		cmocka_unit_test(the_best_level_is_what_the_probe_says),
		cmocka_unit_test(built_in_kernels_run_at_every_level),
		cmocka_unit_test(nothing_outside_can_be_opened_or_written_in_either_stage),
		cmocka_unit_test(only_a_builder_may_start_programs_and_only_linkers),
		cmocka_unit_test(after_the_lock_down_no_call_of_these_is_left),
	};
	const struct CMUnitTest forbidden[] = {
		cmocka_unit_test(the_best_level_is_what_the_probe_says),
		cmocka_unit_test(nothing_outside_can_be_opened_or_written_in_either_stage),
	};
#ifndef __x86_64__
	puts("SKIP: the kernels of these tests are written for x86-64");
	return SKIPPED;
#endif
	const char *how = argc > 1 ? argv[1] : "";
	if (strcmp(how, "--forbidden") == 0)
		return cmocka_run_group_tests(forbidden, start, bench_cache_remove);
	if (strcmp(how, "--ordinary") == 0 && !test_is_long())
		return cmocka_run_group_tests(ordinary, start, bench_cache_remove);
	int failed = cmocka_run_group_tests(tests, start, bench_cache_remove);
	if (how[0] == '\0')
		failed += cmocka_run_group_tests(others, NULL, NULL);
	return failed;
}
