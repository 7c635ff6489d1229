/* runner/client/load.c - loading a job: its bytes into shared memory, then the message. */
#include "runner/client/internal.h"

#include "core/assert.h"

#include <string.h>

void zn_runner_memory_free(struct zn_runner_memory *memory)
{
	if (memory->mapped != NULL)
		zn_shared_memory_destroy(memory->fd, memory->mapped, memory->bytes);
	*memory = (struct zn_runner_memory){.fd = -1};
}

static enum zn_err memory_make(struct zn_runner_memory *memory, uint64_t bytes)
{
	void *mapped = NULL;
	enum zn_err err = zn_shared_memory_create(&memory->fd, &mapped, bytes);
	memory->mapped = mapped;
	memory->bytes = bytes;
	if (err != ZN_ERR_OK)
		*memory = (struct zn_runner_memory){.fd = -1};
	return err;
}

static enum zn_err describe(struct zn_pipe_load *load, const struct zn_runner_job *job)
{
	if (job->sources_count == 0 || job->slot_bytes == 0 || job->chunk_items_max == 0)
		return ZN_ERR_MALFORMED;
	if (job->sources_count > ZN_SOURCES_MAX || job->width > 16)
		return ZN_ERR_TOO_LARGE;
	*load = (struct zn_pipe_load){.exact = job->exact,
		.width = (uint8_t)job->width,
		.fp64 = job->fp64,
		.group_items = job->group_items,
		.local_bytes = job->local_bytes,
		.slot_bytes = job->slot_bytes,
		.chunk_items_max = job->chunk_items_max,
		.input_bytes_max = job->input_bytes_max,
		.params_bytes = job->params_bytes,
		.shared_bytes = job->shared_bytes,
		.sources_count = job->sources_count};
	for (uint32_t i = 0; i < job->sources_count; i++) {
		const struct zn_kernel_source *source = &job->sources[i];
		if (source->bytes > ZN_SOURCE_BYTES_MAX)
			return ZN_ERR_TOO_LARGE;
		load->source_bytes[i] = (uint32_t)source->bytes;
		const char *name = source->name != NULL ? source->name : "source";
		zn_pipe_clean(load->source_names[i], sizeof load->source_names[i], name,
			strlen(name), false);
	}
	return zn_pipe_load_is_valid(load) ? ZN_ERR_OK : ZN_ERR_TOO_LARGE;
}

static void copy_in(uint8_t *to, const void *from, uint64_t bytes)
{
	if (bytes > 0)
		memcpy(to, from, bytes);
}

static void fill(const struct zn_runner *runner, const struct zn_runner_job *job)
{
	uint8_t *memory = runner->job_memory.mapped;
	for (uint32_t i = 0; i < job->sources_count; i++)
		copy_in(memory + runner->layout.source_at[i], job->sources[i].text,
			job->sources[i].bytes);
	copy_in(memory + runner->layout.params_at, job->params, job->params_bytes);
	const struct zn_kernel_head head = {.bytes = job->shared_bytes};
	uint8_t *shared = memory + runner->layout.shared_at;
	copy_in(shared, &head, sizeof head);
	copy_in(shared + sizeof head, job->shared, job->shared_bytes);
}

static void drop(struct zn_runner *runner)
{
	zn_runner_memory_free(&runner->job_memory);
	zn_runner_memory_free(&runner->lane_memory);
	runner->loaded = false;
}

static enum zn_err send(struct zn_runner *runner)
{
	static struct zn_pipe_message message;
	const int fds[2] = {runner->job_memory.fd, runner->lane_memory.fd};
	message.kind = ZN_PIPE_LOAD;
	message.load = runner->load;
	message.load.tag = ++runner->load_tag;
	return zn_process_send(&runner->process, &message, fds);
}

enum zn_err zn_runner_load(struct zn_runner *runner, const struct zn_runner_job *job,
	zn_load_done_fn *done, void *user)
{
	struct zn_pipe_load load;
	struct zn_pipe_layout layout;
	if (runner->gone)
		return ZN_ERR_CLOSED;
	if (runner->loading || zn_runner_pending(runner) > 0)
		return ZN_ERR_BUSY;
	enum zn_err err = describe(&load, job);
	if (err != ZN_ERR_OK)
		return err;
	zn_pipe_layout_of(&layout, &load);
	uint64_t most = runner->options.memory_bytes_max;
	if (most != 0 && layout.job_bytes + layout.lanes_bytes > most)
		return ZN_ERR_TOO_LARGE;
	drop(runner);
	runner->load = load;
	runner->layout = layout;
	err = memory_make(&runner->job_memory, layout.job_bytes);
	if (err == ZN_ERR_OK)
		err = memory_make(&runner->lane_memory, layout.lanes_bytes);
	if (err != ZN_ERR_OK) {
		drop(runner);
		return err;
	}
	fill(runner, job);
	err = send(runner);
	if (err != ZN_ERR_OK) {
		drop(runner);
		return err;
	}
	runner->loading = true;
	runner->load_done = done;
	runner->load_user = user;
	zn_process_heard_from(&runner->process);
	return ZN_ERR_OK;
}

bool zn_runner_answer_load(struct zn_runner *runner, const struct zn_load_result *result)
{
	ZN_ASSERT(runner->loading);
	runner->loading = false;
	runner->loaded = result->err == ZN_ERR_OK;
	if (!runner->loaded)
		drop(runner);
	zn_runner_enter(runner);
	runner->load_done(runner->load_user, result);
	return zn_runner_leave(runner);
}

bool zn_runner_loaded(struct zn_runner *runner, const struct zn_pipe_loaded *loaded)
{
	static char log[ZN_BUILD_LOG_BYTES_MAX + 1];
	zn_pipe_clean(log, sizeof log, loaded->log, loaded->log_bytes, true);
	struct zn_load_result result = {.err = (enum zn_err)loaded->err,
		.cached = loaded->cached,
		.build_ms = loaded->build_ms,
		.log = log,
		.sentence = loaded->sentence};
	return zn_runner_answer_load(runner, &result);
}
