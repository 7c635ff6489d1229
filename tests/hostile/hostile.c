/* Every attack of the lists, first through the screen, then past it into a real zennet-runner.
 *
 *   hostile_kernels run|words|build|all [user|partial]
 *
 * By itself: as we are, in the best sandbox there is. user: as an ordinary user. partial: without
 * namespaces. The short runs of these two try only some. After each attack the next job must give
 * right bytes at once, the secret must not be out, no file made, no process left, no signal come. */
#include "tests/hostile/attacks.h"
#include "tests/unit/runner_help.h"

#include "core/limits.h"
#include "io/files.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SECRET       "ZENNET-CANARY-8f1e02"
#define SLOT_BYTES   256
#define ITEMS        64
#define NOBODY       65534
#define BUILD_CPU_MS 3000
#define ENDS_MS      45000 /* any attack, on a busy machine */
#define SKIPPED      77

static char test_dir[PATH_MAX], secret_path[PATH_MAX], mark_path[PATH_MAX];
static enum zn_sandbox_level level_wanted;
static bool only_some;
static volatile sig_atomic_t signals_come;

static void on_signal(int number)
{
	(void)number;
	signals_come++;
}

/* --- sources -------------------------------------------------------------------------------- */

static char *put_in(char *to, const char *from)
{
	char pid[16];
	snprintf(pid, sizeof pid, "%d", (int)getpid());
	while (*from != '\0') {
		const char *const names[][2] = {{"@SECRET@", secret_path}, {"@MARK@", mark_path},
			{"@PID@", pid}};
		size_t i = 0;
		while (i < 3 && strncmp(from, names[i][0], strlen(names[i][0])) != 0)
			i++;
		if (i < 3) {
			to = stpcpy(to, names[i][1]);
			from += strlen(names[i][0]);
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
	return to;
}

static char *source_of(const struct attack *attack, size_t *bytes)
{
	size_t most = (strlen(attack->head) + strlen(attack->tail)) + 16 * PATH_MAX +
		      attack->count * strlen(attack->middle) + 1;
	char *text = malloc(most);
	assert_non_null(text);
	char *at = put_in(text, attack->head);
	for (size_t i = 0; i < attack->count; i++)
		at = stpcpy(at, attack->middle);
	at = put_in(at, attack->tail);
	*bytes = (size_t)(at - text);
	assert_true(*bytes < most);
	return text;
}

/* --- (a) the screen ------------------------------------------------------------------------- */

static uint32_t screen_list(const struct attack *list)
{
	uint32_t wrong = 0;
	for (const struct attack *attack = list; attack->name != NULL; attack++) {
		struct zn_screen_finding finding = {0};
		char sentence[ZN_SCREEN_SENTENCE_BYTES];
		size_t bytes;
		char *text = source_of(attack, &bytes);
		zn_screen(&finding, 1, text, bytes,
			attack->how & CHUNK ? ZN_SCREEN_CHUNK : ZN_SCREEN_CLOSE);
		free(text);
		zn_screen_sentence(sentence, sizeof sentence, &finding);
		if (finding.rule == attack->rule)
			continue;
		print_error("%s: the screen says %s, not %s: %s\n", attack->name,
			zn_screen_rule_name(finding.rule), zn_screen_rule_name(attack->rule),
			sentence);
		wrong++;
	}
	return wrong;
}

static void the_screen_refuses_each_attack_that_it_can_see(void **state)
{
	(void)state;
	uint32_t wrong = screen_list(attacks_run);
	wrong += screen_list(attacks_words);
	wrong += screen_list(attacks_build);
	assert_int_equal(wrong, 0);
}

/* --- (b) past the screen -------------------------------------------------------------------- */

struct outcome {
	unsigned end; /* BUILDS_NOT, ... */
	char sentence[ZN_COMPLAINT_BYTES_MAX];
	uint8_t output[SLOT_BYTES * ITEMS];
	bool has_output;
};

static uint64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* CPU time of all processes that ended below us. */
static uint64_t cpu_ms(void)
{
	struct rusage usage;
	getrusage(RUSAGE_CHILDREN, &usage);
	return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
	       (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

static bool has_secret(const void *bytes, size_t count)
{
	return memmem(bytes, count, SECRET, strlen(SECRET)) != NULL ||
	       memmem(bytes, count, "root:x:", 7) != NULL;
}

static unsigned end_of(enum zn_err err)
{
	switch (err) {
	case ZN_ERR_OK:
		return PASSES;
	case ZN_ERR_BUILD:
		return BUILDS_NOT;
	case ZN_ERR_TIMEOUT:
		return IS_STOPPED;
	case ZN_ERR_TOO_LARGE:
	case ZN_ERR_MALFORMED:
		return TOO_BIG;
	default:
		return CRASHES;
	}
}

static void attack_with(struct outcome *out, struct bench *bench, const struct attack *attack)
{
	static const uint8_t params[64];
	size_t bytes;
	char *text = source_of(attack, &bytes);
	struct zn_kernel_source source = {"attack.cl", text, bytes};
	struct zn_runner_job job = bench_job(&source, SLOT_BYTES, ITEMS);
	*out = (struct outcome){0};
	job.exact = false;
	job.params = params;
	job.params_bytes = sizeof params;
	job.shared = params;
	job.shared_bytes = sizeof params;
	if (attack->how & CHUNK) {
		job.group_items = 16;
		job.local_bytes = 1024;
	}
	bench->load_sentence[0] = '\0';
	bench->log[0] = '\0';
	enum zn_err err = bench_load(bench, &job);
	free(text);
	snprintf(out->sentence, sizeof out->sentence, "%s", bench->load_sentence);
	if (err == ZN_ERR_OK) {
		struct zn_run_request request = {.tag = 1, .count = ITEMS};
		err = bench_ask(bench, &request);
		if (err == ZN_ERR_OK) {
			bench_until_done(bench, 1);
			err = bench->done[0].err;
			out->has_output = err == ZN_ERR_OK;
			if (out->has_output)
				memcpy(out->output, bench->done[0].output, sizeof out->output);
		}
		bench_forget(bench);
		if (err != ZN_ERR_OK && !bench->gone)
			bench_until(bench, &bench->gone, "its end");
		if (bench->gone)
			snprintf(out->sentence, sizeof out->sentence, "%s", bench->gone_sentence);
	}
	out->end = end_of(err);
}

static void good_job_is_right(struct bench *bench)
{
	const uint32_t params[2] = {100, 7};
	struct zn_runner_job job = bench_job(mix_source(), 8, ITEMS);
	job.params = params;
	job.params_bytes = sizeof params;
	if (bench->gone)
		bench_again(bench);
	if (bench_load(bench, &job) != ZN_ERR_OK)
		fail_msg("the next job is not loaded: %s", bench->load_sentence);
	bench_run_range(bench, 2, 5, ITEMS);
	bench_until_done(bench, 1);
	assert_int_equal(bench->done[0].err, ZN_ERR_OK);
	for (uint32_t i = 0; i < ITEMS; i++) {
		uint64_t got;
		memcpy(&got, bench->done[0].output + 8 * i, sizeof got);
		assert_true(got == mix_oracle(5 + i, 100, 7));
	}
	bench_forget(bench);
}

static bool is_traced(void)
{
	char text[4096] = "";
	FILE *file = fopen("/proc/self/status", "r");
	if (file == NULL)
		return false;
	size_t count = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[count] = '\0';
	const char *at = strstr(text, "TracerPid:");
	return at != NULL && atoi(at + strlen("TracerPid:")) != 0;
}

/* What the attack did that it must not. NULL: nothing. */
static const char *harm_of(const struct attack *attack, const struct outcome *outcome,
	const struct bench *bench, enum zn_sandbox_level level)
{
	int64_t answer;
	if (!(outcome->end & attack->how))
		return "it ended otherwise";
	if (outcome->end != PASSES && strlen(outcome->sentence) < 20 && outcome->end != TOO_BIG)
		return "no sentence says why";
	if (has_secret(outcome->output, sizeof outcome->output) ||
		has_secret(outcome->sentence, strlen(outcome->sentence)) ||
		has_secret(bench->log, strlen(bench->log)))
		return "the secret is out";
	if (access(mark_path, F_OK) == 0)
		return "it made a file";
	if (signals_come != 0)
		return "it sent a signal";
	if (is_traced())
		return "it traces the test";
	memcpy(&answer, outcome->output, sizeof answer);
	if (outcome->has_output && (attack->how & REFUSED) && answer >= 0)
		return "the system call was granted";
	if (outcome->has_output && (attack->how & IN_ROOT) && level == ZN_SANDBOX_FULL &&
		answer != 0)
		return "it saw a file";
	return NULL;
}

static const char *end_text(unsigned end)
{
	return end == BUILDS_NOT   ? "does not build"
	       : end == CRASHES    ? "crashes its runner"
	       : end == IS_STOPPED ? "is stopped"
	       : end == PASSES     ? "passes"
				   : "is not tried";
}

static void try_list(const struct attack *list)
{
	const struct zn_runner_options options = {.build_cpu_ms = BUILD_CPU_MS,
		.silence_cpu_ms = 300,
		.silence_wall_ms = 8000,
		.memory_bytes_max = 64 << 20,
		.build_memory_bytes_max = UINT64_C(1) << 30,
		.sandbox_max = level_wanted};
	static struct outcome outcome;
	struct bench bench;
	uint32_t wrong = 0;
	/* The known answers and the good job are built once, without our small limits. */
	const struct zn_runner_options patient = {.sandbox_max = level_wanted};
	bench_open(&bench, &patient);
	good_job_is_right(&bench);
	bench_close(&bench);
	bench_open(&bench, &options);
	bench_until(&bench, &bench.ready, "the device");
	enum zn_sandbox_level level = zn_runner_sandbox(bench.runner);
	if (level < ZN_SANDBOX_PARTIAL) {
		bench_close(&bench);
		print_message("SKIP: nothing can be fenced in here\n");
		skip();
	}
	good_job_is_right(&bench);
	for (const struct attack *attack = list; attack->name != NULL; attack++) {
		if (!test_is_long() &&
			((attack->how & LONG) || (only_some && !(attack->how & FEW))))
			continue;
		uint64_t begin_ms = now_ms(), begin_cpu_ms = cpu_ms();
		attack_with(&outcome, &bench, attack);
		uint64_t took_ms = now_ms() - begin_ms;
		const char *harm = harm_of(attack, &outcome, &bench, level);
		if (harm == NULL && took_ms > ENDS_MS)
			harm = "it took too long";
		print_message("%5u ms  %s: %s%s%s\n", (unsigned)took_ms, attack->name,
			end_text(outcome.end), outcome.sentence[0] != '\0' ? ": " : "",
			outcome.sentence);
		if (harm != NULL) {
			print_error("%s: %s\n", attack->name, harm);
			wrong++;
			unlink(mark_path);
			signals_come = 0;
		}
		good_job_is_right(&bench);
		print_message("          %u ms of CPU time with the next job\n",
			(unsigned)(cpu_ms() - begin_cpu_ms));
	}
	bench_close(&bench);
	/* whatever any of them left behind would be our child now */
	assert_true(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
	assert_int_equal(wrong, 0);
}

static void attacks_at_run_time_hurt_nobody(void **state)
{
	(void)state;
	try_list(attacks_run);
}

static void attacks_by_words_hurt_nobody(void **state)
{
	(void)state;
#if defined(__x86_64__)
	try_list(attacks_words);
#else
	print_message("SKIP: their machine code is for x86-64\n");
	skip();
#endif
}

static void attacks_on_the_compiler_hurt_nobody(void **state)
{
	(void)state;
	try_list(attacks_build);
}

/* --- around ---------------------------------------------------------------------------------- */

static int set_up(void **state)
{
	int failed = bench_cache_make(state);
	snprintf(test_dir, sizeof test_dir, "/tmp/zn-hostile-XXXXXX");
	if (failed || mkdtemp(test_dir) == NULL || chmod(test_dir, 0777) != 0 ||
		!zn_path_make(secret_path, "%s/secret", test_dir) ||
		!zn_path_make(mark_path, "%s/mark", test_dir))
		return 1;
	FILE *file = fopen(secret_path, "w");
	if (file == NULL)
		return 1;
	fprintf(file, "/* %s */ %s\n", SECRET, SECRET);
	fclose(file);
	setenv("ZENNET_TEST_SECRET", SECRET, 1);
	signal(SIGUSR2, on_signal);
	signal(SIGPIPE, SIG_IGN);
	return prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static int tear_down(void **state)
{
	int failed = zn_directory_remove(test_dir) != ZN_ERR_OK;
	return bench_cache_remove(state) || failed;
}

/* As an ordinary user with a home of its own. False: say SKIP. */
static bool become_nobody(void)
{
	char program[PATH_MAX];
	if (zn_path_program_directory(program) != ZN_ERR_OK)
		return false;
	if (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
		return false;
	strcat(program, "/zennet-runner");
	setenv("HOME", "/nonexistent", 1);
	unsetenv("XDG_CACHE_HOME");
	unsetenv("XDG_RUNTIME_DIR");
	return access(program, X_OK) == 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_screen_refuses_each_attack_that_it_can_see),
		cmocka_unit_test(attacks_at_run_time_hurt_nobody),
		cmocka_unit_test(attacks_by_words_hurt_nobody),
		cmocka_unit_test(attacks_on_the_compiler_hurt_nobody),
	};
	static const char *const filters[][2] = {{"run", "*run_time*"}, {"words", "*words*"},
		{"build", "*compiler*"}};
	const char *list = argc > 1 ? argv[1] : "", *way = argc > 2 ? argv[2] : "";
	if (strcmp(way, "user") == 0) {
		if (geteuid() != 0) {
			printf("SKIP: not root, so the other test already runs as an ordinary "
			       "user\n");
			return SKIPPED;
		}
		if (!become_nobody()) {
			printf("SKIP: the user nobody cannot run zennet-runner where it was "
			       "built\n");
			return SKIPPED;
		}
	}
	if (strcmp(way, "partial") == 0)
		level_wanted = ZN_SANDBOX_PARTIAL;
	only_some = way[0] != '\0';
	for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
		if (strcmp(list, filters[i][0]) == 0)
			cmocka_set_test_filter(filters[i][1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
