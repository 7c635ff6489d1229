/* tools/bench_runner.c - what a runner costs, measured side by side with the bare device in one run. */
#include "io/clock.h"
#include "io/files.h"
#include "io/random.h"
#include "tools/bench_bare.h"
#include "tools/bench_run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES_MAX 10000
#define ITEMS       65536u
#define FMA_ITEMS   4096u
#define FMA_STEPS   20000u
#define FMA_CHAINS  12u

static struct bench_run bench;
static uint32_t rounds_count = 5, tries = 1000;

struct samples {
	uint32_t count;
	double values[SAMPLES_MAX];
};

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void add(struct samples *samples, double value)
{
	if (samples->count < SAMPLES_MAX)
		samples->values[samples->count++] = value;
}

static double at_share(struct samples *samples, double share)
{
	if (samples->count == 0)
		return 0;
	qsort(samples->values, samples->count, sizeof *samples->values, by_size);
	uint32_t at = (uint32_t)(share * samples->count);
	return samples->values[at < samples->count ? at : samples->count - 1];
}

static double median(struct samples *samples)
{
	return at_share(samples, 0.5);
}

static double since_ms(uint64_t began_ns, uint64_t ended_ns)
{
	return (double)(ended_ns - began_ns) / 1e6;
}

static void row(const char *what, const char *goal, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void row(const char *what, const char *goal, const char *format, ...)
{
	va_list arguments;

	printf("%-46s %-10s ", what, goal);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	fflush(stdout);
}

/* --- start and end --- */

static void ready_figures(void)
{
	static struct samples cached, cold, ended;

	for (uint32_t i = 0; i < 3; i++) {
		(void)zn_directory_remove(bench.cache);
		uint64_t began_ns = zn_clock_monotonic_ns();
		bench_create(&bench, false);
		bench_load_mix(&bench, 1, ITEMS);
		add(&cold, since_ms(began_ns, bench.loaded_ns));
		bench_destroy(&bench);
	}
	for (uint32_t i = 0; i < 4 * rounds_count; i++) {
		uint64_t began_ns = zn_clock_monotonic_ns();
		bench_create(&bench, false);
		bench_load_mix(&bench, 1000000, ITEMS);
		if (bench.cached)
			add(&cached, since_ms(began_ns, bench.loaded_ns));
		bench_keep_busy(&bench, ITEMS);
		bench_wait_ms(&bench, 60);
		began_ns = zn_clock_monotonic_ns();
		bench_destroy(&bench);
		add(&ended, since_ms(began_ns, zn_clock_monotonic_ns()));
	}
	row("started and loaded, kernel cached", "<= 40 ms", "%.1f ms (p50 of %u; max %.1f)",
		median(&cached), cached.count, at_share(&cached, 1));
	row("started and loaded, nothing cached", "<= 1 s", "%.2f s (p50 of %u)",
		median(&cold) / 1e3, cold.count);
	row("killed and reaped while at work", "<= 20 ms", "%.1f ms (p50 of %u; max %.1f)",
		median(&ended), ended.count, at_share(&ended, 1));
}

/* --- a chunk --- */

static void round_trip_figures(void)
{
	static struct samples bare, runner, over;
	struct samples *one = calloc(1, sizeof *one);

	bench_load_mix(&bench, 0, 64);
	for (uint32_t i = 0; one != NULL && i < rounds_count; i++) {
		double bare_us = bare_ask("launch 1000");
		one->count = 0;
		for (uint32_t k = 0; k < 1000; k++) {
			uint64_t began_ns = zn_clock_monotonic_ns();
			bench_ask(&bench, 64);
			bench_wait_done(&bench, 1);
			add(one, since_ms(began_ns, bench.done_ns) * 1e3);
		}
		add(&bare, bare_us);
		add(&runner, median(one));
		add(&over, median(one) - bare_us);
	}
	free(one);
	row("round trip of an empty chunk over the launch", "<= 200 us",
		"%.0f us (%.0f through the runner, %.0f bare)", median(&over), median(&runner),
		median(&bare));
}

/* Seconds an item of one chunk after the other, without the first. */
static double item_s(uint32_t items, uint32_t chunks)
{
	bench_keep_busy(&bench, items);
	bench_wait_done(&bench, 1);
	uint64_t began_ns = bench.done_ns;
	bench_wait_done(&bench, chunks);
	double seconds = since_ms(began_ns, bench.done_ns) / 1e3;
	bench_keep_busy(&bench, 0);
	return seconds / items / chunks;
}

static void throughput_figures(void)
{
	static struct samples second, twentieth;

	(void)bare_ask("mix 1000 %u", ITEMS);
	double trial_s = bare_ask("mix 1000 %u", ITEMS);
	uint32_t rounds = (uint32_t)(1000 / trial_s) + 1; /* a second a chunk */
	bench_load_mix(&bench, rounds, ITEMS);
	(void)item_s(ITEMS / 20, 2); /* learns what an item costs */
	for (uint32_t i = 0; i < rounds_count; i++) {
		double before = bare_ask("mix %u %u", rounds, ITEMS) / ITEMS;
		double long_s = item_s(ITEMS, 2), short_s = item_s(ITEMS / 20, 40);
		double after = bare_ask("mix %u %u", rounds, ITEMS) / ITEMS;
		add(&second, (before + after) / 2 / long_s);
		add(&twentieth, (before + after) / 2 / short_s);
	}
	row("throughput in chunks of 1 s / bare", ">= 0.98", "%.3f (%.3f to %.3f, %u rounds)",
		median(&second), at_share(&second, 0), at_share(&second, 1), rounds_count);
	row("throughput in chunks of 50 ms / bare", ">= 0.95", "%.3f (%.3f to %.3f)",
		median(&twentieth), at_share(&twentieth, 0), at_share(&twentieth, 1));
}

/* Twelve chains of vectors as wide as the device likes; the steps stand in the source. */
static const char fma_kernel[] =
	"#define ZN_JOIN(a, b) a##b\n"
	"#define ZN_VECTOR(w) ZN_JOIN(float, w)\n"
	"#if ZN_WIDTH > 1\n"
	"typedef ZN_VECTOR(ZN_WIDTH) vec;\n"
	"#else\n"
	"typedef float vec;\n"
	"#endif\n"
	"void zn_map(ulong item, __global const uchar *params, __global const uchar *shared,\n"
	"	__global const uchar *input, __global uchar *slot)\n"
	"{\n"
	"	vec s0 = (vec)(float)item, s1 = s0 + 1, s2 = s0 + 2, s3 = s0 + 3, s4 = s0 + 4,\n"
	"		s5 = s0 + 5, s6 = s0 + 6, s7 = s0 + 7, s8 = s0 + 8, s9 = s0 + 9,\n"
	"		s10 = s0 + 10, s11 = s0 + 11;\n"
	"	const vec f = (vec)1.0001f, m = (vec)0.0001f;\n"
	"	for (uint i = 0; i < 20000; i++) {\n"
	"		s0 = fma(s0, f, m); s1 = fma(s1, f, m); s2 = fma(s2, f, m);\n"
	"		s3 = fma(s3, f, m); s4 = fma(s4, f, m); s5 = fma(s5, f, m);\n"
	"		s6 = fma(s6, f, m); s7 = fma(s7, f, m); s8 = fma(s8, f, m);\n"
	"		s9 = fma(s9, f, m); s10 = fma(s10, f, m); s11 = fma(s11, f, m);\n"
	"	}\n"
	"	vec all = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11;\n"
	"#if ZN_WIDTH > 1\n"
	"	*(__global float *)slot = all.s0 + all.s1;\n"
	"#else\n"
	"	*(__global float *)slot = all;\n"
	"#endif\n"
	"}\n";

static void fma_figures(void)
{
	static struct samples ratio, kernel, c;

	bench_load_source(&bench, fma_kernel, FMA_ITEMS);
	const struct zn_device *device = zn_runner_device(bench.runner);
	(void)item_s(FMA_ITEMS, 2);
	for (uint32_t i = 0; i < rounds_count; i++) {
		double peak = bare_ask("peak 500");
		double flops = 2.0 * FMA_STEPS * FMA_CHAINS * device->width;
		double gflops = flops / item_s(FMA_ITEMS, 4) / 1e9;
		add(&kernel, gflops);
		add(&c, peak);
		add(&ratio, peak > 0 ? gflops / peak : 0);
	}
	if (median(&c) > 0)
		row("vector fma kernel / C intrinsics", ">= 0.95", "%.3f (%.0f and %.0f GFLOPS)",
			median(&ratio), median(&kernel), median(&c));
	else
		row("vector fma kernel", "-", "%.0f GFLOPS; no C peak on this processor",
			median(&kernel));
}

/* --- orders --- */

static uint64_t random_ms(uint64_t most)
{
	uint64_t random;

	zn_random_bytes(&random, sizeof random);
	return random % most;
}

static void tell(const char *what, struct samples *samples)
{
	row(what, "<= 200 ms", "%.0f ms p99 (p50 %.0f, max %.0f; %u tries)",
		at_share(samples, 0.99), median(samples), at_share(samples, 1), samples->count);
}

static void order_figures(void)
{
	static struct samples pause, resume, cancel;

	bench_load_mix(&bench, 100000, ITEMS); /* a chunk of many seconds */
	bench_keep_busy(&bench, ITEMS);
	bench_wait_ms(&bench, 300);
	for (uint32_t i = 0; i < tries; i++) {
		uint64_t began_ns = zn_clock_monotonic_ns();
		bench.stop_on_pause = true;
		zn_runner_pause(bench.runner);
		bench_turn(&bench);
		bench.stop_on_pause = false;
		add(&pause, since_ms(began_ns, bench.paused_ns));
		began_ns = zn_clock_monotonic_ns();
		bench.stop_on_progress = true;
		zn_runner_resume(bench.runner);
		bench_turn(&bench);
		bench.stop_on_progress = false;
		add(&resume, since_ms(began_ns, bench.progress_ns));
		bench_wait_ms(&bench, random_ms(40));
	}
	for (uint32_t i = 0; i < tries; i++) {
		uint64_t began_ns = zn_clock_monotonic_ns();
		zn_runner_cancel(bench.runner, bench.tags - 1); /* the one at work */
		bench_wait_done(&bench, 1);
		if (bench.last_err == ZN_ERR_CANCELLED)
			add(&cancel, since_ms(began_ns, bench.done_ns));
		bench_wait_ms(&bench, 1 + random_ms(40));
	}
	bench_keep_busy(&bench, 0);
	tell("pause -> the device is free", &pause);
	tell("resume -> the first slice is done", &resume);
	tell("cancel -> answered", &cancel);
}

/* --- beside other work --- */

static void foreground_figures(void)
{
	static struct samples alone, beside;

	bench_create(&bench, true);
	bench_load_mix(&bench, 100000, ITEMS);
	bench_keep_busy(&bench, ITEMS);
	uint32_t units = 1000;
	bench.stop_on_pause = true;
	zn_runner_pause(bench.runner);
	bench_turn(&bench);
	units = (uint32_t)(300 * units / bare_ask("work %u", units)) + 1; /* 0.3 s */
	for (uint32_t i = 0; i < 3 * rounds_count; i++) {
		add(&alone, bare_ask("work %u", units));
		zn_runner_resume(bench.runner);
		bench_wait_ms(&bench, 100);
		add(&beside, bare_ask_on(bench.loop, "work %u", units));
		bench.stop_on_pause = true;
		zn_runner_pause(bench.runner);
		bench_turn(&bench);
	}
	bench_destroy(&bench);
	row("other work beside a runner at idle priority", "<= 1.1 x",
		"%.2f x (%.0f ms, alone %.0f ms; p50 of %u)", median(&beside) / median(&alone),
		median(&beside), median(&alone), alone.count);
}

static void take_options(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";
		char *end;
		unsigned long number = strtoul(value, &end, 10);
		bool good = end != value && *end == '\0' && number >= 1;
		if (strcmp(argv[i], "--rounds") == 0 && good && number <= 100)
			rounds_count = (uint32_t)number;
		else if (strcmp(argv[i], "--tries") == 0 && good && number <= SAMPLES_MAX)
			tries = (uint32_t)number;
		else
			bench_fail("usage: --rounds 1..100, --tries 1..%d", SAMPLES_MAX);
		i++;
	}
}

static char cache[] = "/tmp/zennet-bench-XXXXXX";

static void remove_cache(void)
{
	(void)zn_directory_remove(cache);
}

int main(int argc, char **argv)
{
	take_options(argc, argv);
	if (mkdtemp(cache) == NULL || atexit(remove_cache) != 0 || !zn_path_make(bench.cache, "%s/runner", cache) ||
		zn_loop_create(&bench.loop) != ZN_ERR_OK)
		bench_fail("no place in /tmp");
	row("figure", "goal", "measured");
	bare_start();
	ready_figures();
	bench_create(&bench, false);
	round_trip_figures();
	throughput_figures();
	fma_figures();
	order_figures();
	bench_destroy(&bench);
	foreground_figures();
	bare_end();
	zn_loop_destroy(bench.loop);
	return 0;
}
