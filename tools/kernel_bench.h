/* tools/kernel_bench.h - one runner after another, asked for one thing at a time and waited for. */
#ifndef ZN_TOOLS_KERNEL_BENCH_H
#define ZN_TOOLS_KERNEL_BENCH_H

#include "io/loop.h"
#include "runner/client/runner.h"

struct zn_kernel_bench {
	const char *program; /* zennet-runner's path; NULL: beside this program */
	struct zn_loop *loop;
	struct zn_runner *runner;
	struct zn_timer limit;
	bool waiting, failed;
	/* of the last load */
	enum zn_err load_err;
	uint32_t build_ms;
	char *log; /* "" if none */
	/* of the last run */
	uint8_t *output;
	uint64_t device_ns;
	uint32_t items_done;
	char sentence[ZN_COMPLAINT_BYTES_MAX]; /* why the last thing failed */
	int words_fd; /* what an inspected process wrote, until the next open; -1 if none */
};

bool zn_kernel_bench_init(struct zn_kernel_bench *bench, const char *program);
void zn_kernel_bench_finish(struct zn_kernel_bench *bench);

/** Start a runner of that device, or an inspection where `inspector` is not NULL (index 0 then). False
 *  with a sentence. */
bool zn_kernel_bench_open(struct zn_kernel_bench *bench, uint32_t index, const char *inspector,
	bool as_gpu);
void zn_kernel_bench_close(struct zn_kernel_bench *bench);
bool zn_kernel_bench_load(struct zn_kernel_bench *bench, const struct zn_runner_job *job);
/** The output, malloc'ed; NULL with a sentence. */
uint8_t *zn_kernel_bench_run(struct zn_kernel_bench *bench, const struct zn_run_request *request);

#endif
