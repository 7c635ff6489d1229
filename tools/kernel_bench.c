#include "tools/kernel_bench.h"

#include "core/limits.h"
#include "runner/client/inspect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void stop(struct zn_kernel_bench *bench)
{
	bench->waiting = false;
	zn_loop_stop(bench->loop);
}

static void fail(struct zn_kernel_bench *bench, const char *sentence)
{
	bench->failed = true;
	snprintf(bench->sentence, sizeof bench->sentence, "%s", sentence);
	stop(bench);
}

static void on_gone(void *user, enum zn_err err, const char *sentence)
{
	(void)err;
	fail(user, sentence);
}

static void on_ready(void *user, const struct zn_device *device)
{
	(void)device;
	stop(user);
}

static void on_progress(void *user, uint64_t tag, uint32_t items_done)
{
	struct zn_kernel_bench *bench = user;
	(void)tag;
	bench->items_done = items_done;
}

static void on_limit(void *user)
{
	fail(user, "it took longer than a minute");
}

static bool wait(struct zn_kernel_bench *bench)
{
	bench->waiting = true;
	while (bench->waiting && !bench->failed)
		if (zn_loop_run(bench->loop) != ZN_ERR_OK) {
			fail(bench, "the system's event loop failed");
			break;
		}
	return !bench->failed;
}

bool zn_kernel_bench_init(struct zn_kernel_bench *bench, const char *program)
{
	*bench = (struct zn_kernel_bench){.program = program, .words_fd = -1};
	bench->log = strdup("");
	return bench->log != NULL && zn_loop_create(&bench->loop) == ZN_ERR_OK;
}

void zn_kernel_bench_close(struct zn_kernel_bench *bench)
{
	zn_timer_stop(&bench->limit);
	zn_runner_destroy(bench->runner);
	bench->runner = NULL;
}

void zn_kernel_bench_finish(struct zn_kernel_bench *bench)
{
	zn_kernel_bench_close(bench);
	if (bench->words_fd >= 0)
		close(bench->words_fd);
	zn_loop_destroy(bench->loop);
	free(bench->log);
}

bool zn_kernel_bench_open(struct zn_kernel_bench *bench, uint32_t index, const char *inspector,
	bool as_gpu)
{
	struct zn_runner_options options = {.program = bench->program,
		.device_index = index,
		.inspector = inspector,
		.inspect_as_gpu = as_gpu,
		.handlers = {on_ready, on_progress, NULL, on_gone, bench}};
	zn_kernel_bench_close(bench);
	if (bench->words_fd >= 0)
		close(bench->words_fd);
	bench->words_fd = inspector != NULL ? zn_inspect_log_create() : -1;
	bench->failed = false;
	bench->load_err = ZN_ERR_OK;
	bench->items_done = 0;
	options.words_fd = bench->words_fd;
	enum zn_err err = inspector != NULL && bench->words_fd < 0
				  ? ZN_ERR_MEMORY
				  : zn_runner_create(&bench->runner, bench->loop, &options);
	if (err != ZN_ERR_OK) {
		fail(bench, err == ZN_ERR_NOT_FOUND
				    ? "zennet-runner is not beside this program; build or install "
				      "both together"
				    : zn_err_sentence(err));
		return false;
	}
	if (inspector != NULL) /* of all that follows until the close */
		zn_timer_start(&bench->limit, bench->loop, ZN_INSPECT_MS, on_limit, bench);
	return wait(bench);
}

static void on_loaded(void *user, const struct zn_load_result *result)
{
	struct zn_kernel_bench *bench = user;
	bench->load_err = result->err;
	bench->build_ms = result->build_ms;
	free(bench->log);
	bench->log = strdup(result->log);
	if (bench->log == NULL)
		abort();
	if (result->err != ZN_ERR_OK)
		fail(bench, result->sentence);
	else
		stop(bench);
}

bool zn_kernel_bench_load(struct zn_kernel_bench *bench, const struct zn_runner_job *job)
{
	enum zn_err err = zn_runner_load(bench->runner, job, on_loaded, bench);
	if (err != ZN_ERR_OK) {
		fail(bench, zn_err_sentence(err));
		return false;
	}
	return wait(bench);
}

static void on_done(void *user, struct zn_run_result *result)
{
	struct zn_kernel_bench *bench = user;
	bench->device_ns = result->device_ns;
	if (result->err != ZN_ERR_OK)
		return; /* gone comes next, and knows why */
	bench->output = result->output;
	result->output = NULL;
	stop(bench);
}

uint8_t *zn_kernel_bench_run(struct zn_kernel_bench *bench, const struct zn_run_request *request)
{
	bench->output = NULL;
	bench->items_done = 0;
	enum zn_err err = zn_runner_run(bench->runner, request, on_done, bench);
	if (err != ZN_ERR_OK) {
		if (!bench->failed)
			fail(bench, zn_err_sentence(err));
		return NULL;
	}
	return wait(bench) ? bench->output : NULL;
}
