/* tests/unit/runner_help.h - a loop, a runner on device 0 and what it told, for the runner's tests. */
#ifndef ZN_TESTS_RUNNER_HELP_H
#define ZN_TESTS_RUNNER_HELP_H

#include "io/loop.h"
#include "runner/client/runner.h"
#include "tests/test.h"

#include <limits.h>

#define DONE_MAX 16

struct finished {
	uint64_t tag;
	enum zn_err err;
	uint8_t *output; /* taken */
	size_t output_bytes;
	uint32_t items;
	uint64_t device_ns;
};

struct bench {
	struct zn_loop *loop;
	struct zn_runner *runner;
	struct zn_runner_options options;
	bool ready, paused, gone, loaded, load_cached;
	enum zn_err gone_err, load_err;
	char gone_sentence[ZN_COMPLAINT_BYTES_MAX];
	char load_sentence[512];
	char log[4096];
	uint32_t progress_count;
	uint64_t progress_tag;
	uint32_t progress_items;
	struct finished done[DONE_MAX]; /* in the order in which they came */
	uint32_t done_count;
	const char *waits_for;
	struct zn_timer limit;
	void (*on_progress)(struct bench *bench);
	void (*on_done)(struct bench *bench);
	bool destroy_in_gone;
};

extern char bench_cache[PATH_MAX];
/** Group set-up and tear-down: a cache directory of their own. */
int bench_cache_make(void **state);
int bench_cache_remove(void **state);

/** A bench with a runner that is not yet ready. `program` NULL: the real one. */
void bench_open(struct bench *bench, const struct zn_runner_options *options);
void bench_close(struct bench *bench);
/** Start a new runner after the old one is gone. */
void bench_again(struct bench *bench);
/** Run the loop until *flag is true; fails the test after a minute. */
void bench_until(struct bench *bench, const bool *flag, const char *what);
void bench_until_done(struct bench *bench, uint32_t count);
/** Load one source, exact or not, and wait for the answer. */
enum zn_err bench_load(struct bench *bench, const struct zn_runner_job *job);
struct zn_runner_job bench_job(const struct zn_kernel_source *source, uint32_t slot_bytes,
	uint32_t chunk_items_max);
void bench_run_range(struct bench *bench, uint64_t tag, uint64_t first, uint32_t count);
void bench_run_list(struct bench *bench, uint64_t tag, const uint64_t *items, uint32_t count);
/** Ask zn_runner_run with our done(). */
enum zn_err bench_ask(struct bench *bench, const struct zn_run_request *request);
/** Forget the results. */
void bench_forget(struct bench *bench);

extern const struct zn_kernel_source *mix_source(void);
uint64_t mix_oracle(uint64_t item, uint32_t rounds, uint32_t seed);

#endif
