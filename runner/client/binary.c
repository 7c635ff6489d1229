/* runner/client/binary.c - binaries: out of the cache, or built, kept, and handed on. */
#include "runner/client/internal.h"

#include "runner/client/cache.h"
#include "runner/recipe.h"

#include <stdlib.h>
#include <string.h>

void zn_runner_forget_binary(struct zn_runner *runner)
{
	struct zn_wanted_binary *wanted = &runner->wanted;
	zn_runner_memory_free(&wanted->sources);
	zn_runner_memory_free(&wanted->memory);
	free(wanted->log);
	*wanted = (struct zn_wanted_binary){.sources.fd = -1, .memory.fd = -1};
}

static bool hand_on(struct zn_runner *runner, const uint8_t *binary, size_t bytes)
{
	struct zn_wanted_binary *wanted = &runner->wanted;
	zn_runner_memory_free(&wanted->memory);
	enum zn_err err = zn_runner_memory_make(&wanted->memory, bytes, true);
	if (err != ZN_ERR_OK)
		return zn_runner_binary_failed(runner, err, "there is no memory for the binary");
	memcpy(wanted->memory.mapped, binary, bytes);
	wanted->load.binary_bytes = bytes;
	return zn_runner_binary_is_there(runner);
}

static void keep_log(struct zn_wanted_binary *wanted, const struct zn_build_result *result)
{
	free(wanted->log);
	wanted->log = malloc(result->log_bytes + 1);
	if (wanted->log != NULL)
		zn_pipe_clean(wanted->log, result->log_bytes + 1, result->log, result->log_bytes,
			true);
}

static void on_built(void *user, struct zn_build_result *result)
{
	struct zn_runner *runner = user;
	struct zn_wanted_binary *wanted = &runner->wanted;
	zn_runner_enter(runner);
	wanted->build_ms = result->build_ms;
	keep_log(wanted, result);
	if (result->err != ZN_ERR_OK) {
		(void)!zn_runner_binary_failed(runner, result->err, result->sentence);
	} else {
		zn_cache_keep(runner->cache_dir, &wanted->key, result->binary,
			result->binary_bytes);
		(void)!hand_on(runner, result->binary, result->binary_bytes);
	}
	(void)!zn_runner_leave(runner);
}

static enum zn_err build(struct zn_runner *runner, const struct zn_runner_memory *memory)
{
	const struct zn_runner_options *options = &runner->options;
	struct zn_runner_words words;
	uint64_t cpu_ms =
		options->build_cpu_ms != 0 ? options->build_cpu_ms : ZN_BUILD_CPU_S_MAX * 1000;
	struct zn_build_request request = {.load = runner->wanted.load,
		.job_memory_fd = memory->fd,
		.device = runner->device,
		.cpu_ms_max = cpu_ms,
		.memory_bytes_max = options->build_memory_bytes_max != 0
					    ? options->build_memory_bytes_max
					    : ZN_BUILD_MEMORY_BYTES_MAX};
	/* for the compiler's children; the watchdog comes first to the compiler itself */
	zn_runner_describe_process(&request.process, &words, runner, "build", cpu_ms / 1000 + 2);
	return zn_build_start(&runner->build, runner->loop, &request, on_built, runner);
}

bool zn_runner_want_binary(struct zn_runner *runner, const struct zn_runner_memory *memory)
{
	static struct zn_recipe recipe;
	static struct zn_recipe_pieces pieces;
	struct zn_wanted_binary *wanted = &runner->wanted;
	size_t bytes = 0;
	zn_recipe_of_load(&recipe, &wanted->load, memory->mapped);
	zn_recipe_assemble(&pieces, &recipe, runner->device.class);
	zn_recipe_key(&wanted->key, &pieces, &runner->device);
	uint8_t *binary = zn_cache_find(runner->cache_dir, &wanted->key, &bytes);
	wanted->cached = binary != NULL;
	if (binary != NULL) {
		bool alive = hand_on(runner, binary, bytes);
		free(binary);
		return alive;
	}
	enum zn_err err = build(runner, memory);
	return err == ZN_ERR_OK ||
	       zn_runner_binary_failed(runner, ZN_ERR_DEVICE, zn_err_sentence(err));
}
