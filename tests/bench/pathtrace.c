/* bench_pathtrace [rounds] - the built-in path tracer through the real runner, exact and not.
 *
 * The same sources are loaded twice: in the exact class, and outside of it with exact.h as a source of
 * their own that has lost its pragma, so that the compiler may fuse what it likes. The two take
 * turns; medians and their ratio are printed. Only figures of one run on a quiet machine compare.
 */
#include "kernels/builtin.h"
#include "tests/unit/render_fixture.h"
#include "tests/unit/runner_help.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WIDTH      160
#define HEIGHT     90
#define SAMPLES    16
#define ITEMS      (WIDTH * HEIGHT * SAMPLES)
#define ROUNDS_MAX 101

static const char pragma[] = "#pragma OPENCL FP_CONTRACT OFF";

static double now_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

/* exact.h with blanks where the pragma was. */
static struct zn_kernel_source without_pragma(void)
{
	struct zn_kernel_source source = *zn_kernel_source_find("exact.h");
	char *text = calloc(1, source.bytes + 1);
	assert_non_null(text);
	memcpy(text, source.text, source.bytes);
	char *at = strstr(text, pragma);
	assert_non_null(at);
	memset(at, ' ', strlen(pragma));
	source.text = text;
	return source;
}

static void load(struct bench *bench, const struct fixture *fixture, bool exact)
{
	struct zn_kernel_source sources[16];
	uint32_t count = 0;
	struct zn_kernel_source loose = without_pragma();
	if (!exact)
		sources[count++] = loose;
	for (const char *const *name = zn_builtin_kernel_find("pathtrace")->sources; *name != NULL;
		name++)
		sources[count++] = *zn_kernel_source_find(*name);
	struct zn_runner_job job = bench_job(sources, 24, ITEMS);
	job.exact = exact;
	job.sources_count = count;
	job.params = &fixture->params;
	job.params_bytes = sizeof fixture->params;
	job.shared = fixture->scene;
	job.shared_bytes = fixture->scene_bytes;
	if (bench_load(bench, &job) != ZN_ERR_OK) {
		fprintf(stderr, "bench_pathtrace: %s\n%s\n", bench->load_sentence, bench->log);
		exit(1);
	}
	free((void *)(uintptr_t)loose.text);
}

static double run(struct bench *bench)
{
	double began_s = now_s();
	bench_run_range(bench, 1, 0, ITEMS);
	bench_until_done(bench, 1);
	double took_s = now_s() - began_s;
	bench_forget(bench);
	return took_s;
}

int main(int count, char **arguments)
{
	static const struct zn_runner_options plain = {0};
	static double seconds[2][ROUNDS_MAX];
	static struct bench benches[2];
	struct fixture fixture;
	int rounds = count > 1 ? atoi(arguments[1]) : 9;
	if (rounds < 1 || rounds > ROUNDS_MAX || bench_cache_make(NULL) != 0)
		return 1;
	fixture_init(&fixture, WIDTH, HEIGHT, SAMPLES, 1, 200);
	for (int exact = 0; exact < 2; exact++) {
		bench_open(&benches[exact], &plain);
		bench_until(&benches[exact], &benches[exact].ready, "the device");
		load(&benches[exact], &fixture, exact == 1);
		run(&benches[exact]); /* the runner learns what an item costs */
	}
	for (int round = 0; round < rounds; round++)
		for (int exact = 0; exact < 2; exact++)
			seconds[exact][round] = run(&benches[exact]);
	for (int exact = 0; exact < 2; exact++) {
		qsort(seconds[exact], (size_t)rounds, sizeof seconds[exact][0], by_size);
		bench_close(&benches[exact]);
	}
	double loose_s = seconds[0][rounds / 2], exact_s = seconds[1][rounds / 2];
	printf("path tracer, %d items, medians of %d: not exact %.1f ms, exact %.1f ms, ratio "
	       "%.3f\n",
		ITEMS, rounds, loose_s * 1e3, exact_s * 1e3, exact_s / loose_s);
	fixture_finish(&fixture);
	return bench_cache_remove(NULL);
}
