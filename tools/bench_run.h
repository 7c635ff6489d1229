/* tools/bench_run.h - a runner under measurement: started, loaded, kept busy, with the times of what it
 * told. Whatever fails ends the program with a sentence.
 */
#ifndef ZN_TOOLS_BENCH_RUN_H
#define ZN_TOOLS_BENCH_RUN_H

#include "runner/client/runner.h"

#include <limits.h>

struct bench_run {
	struct zn_loop *loop;
	struct zn_runner *runner;
	char cache[PATH_MAX];
	uint64_t tags;
	bool busy; /* keep two runs queued */
	uint32_t busy_items;
	uint64_t done_count, last_tag;
	enum zn_err last_err;
	uint64_t done_ns, progress_ns, paused_ns, loaded_ns;
	uint64_t stop_at; /* stop the loop at so many done */
	bool stop_on_progress, stop_on_pause;
	bool cached;
};

/** A runner on device 0, not waited for. */
void bench_create(struct bench_run *bench, bool idle_priority);
void bench_destroy(struct bench_run *bench);
/** Load the kernel mix with so many rounds, or the source given, and wait. */
void bench_load_mix(struct bench_run *bench, uint32_t rounds, uint32_t items_max);
void bench_load_source(struct bench_run *bench, const char *text, uint32_t items_max);
void bench_ask(struct bench_run *bench, uint32_t items);
/** Run the loop until `count` more are done. */
void bench_wait_done(struct bench_run *bench, uint64_t count);
void bench_wait_ms(struct bench_run *bench, uint64_t ms);
/** Keep it busy with runs of so many items; 0: cancel and wait until nothing is pending. */
void bench_keep_busy(struct bench_run *bench, uint32_t items);
void bench_turn(struct bench_run *bench);

#endif
