/* runner/client/load.c - loading a job: its bytes into shared memory, then the message. */
#include "runner/client/internal.h"

#include "core/assert.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void zn_runner_memory_free(struct zn_runner_memory *memory)
{
	if (memory->mapped != NULL)
		zn_shared_memory_destroy(memory->fd, memory->mapped, memory->bytes);
	*memory = (struct zn_runner_memory){.fd = -1};
}

enum zn_err zn_runner_memory_make(struct zn_runner_memory *memory, uint64_t bytes, bool read_only)
{
	void *mapped = NULL;
	enum zn_err err = read_only ? zn_shared_memory_create_read_only(&memory->fd, &mapped, bytes)
				    : zn_shared_memory_create(&memory->fd, &mapped, bytes);
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
	err = zn_runner_memory_make(&runner->job_memory, layout.job_bytes, true);
	if (err == ZN_ERR_OK)
		err = zn_runner_memory_make(&runner->lane_memory, layout.lanes_bytes, false);
	if (err != ZN_ERR_OK) {
		drop(runner);
		return err;
	}
	fill(runner, job);
	runner->foreign = job->foreign;
	runner->loading = true;
	runner->load_sent = false;
	runner->load_done = done;
	runner->load_user = user;
	zn_runner_go_on(runner);
	return ZN_ERR_OK;
}

bool zn_runner_answer_load(struct zn_runner *runner, struct zn_load_result *result)
{
	ZN_ASSERT(runner->loading);
	char *log = runner->wanted.log;
	runner->wanted.log = NULL;
	runner->loading = runner->load_sent = false;
	runner->loaded = result->err == ZN_ERR_OK;
	if (!runner->loaded)
		drop(runner);
	result->log = log != NULL ? log : "";
	result->cached = runner->loaded && runner->wanted.cached;
	result->build_ms += runner->wanted.build_ms;
	zn_runner_forget_binary(runner);
	zn_runner_enter(runner);
	runner->load_done(runner->load_user, result);
	free(log);
	return zn_runner_leave(runner);
}

static bool refuse(struct zn_runner *runner, enum zn_err err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static bool refuse(struct zn_runner *runner, enum zn_err err, const char *format, ...)
{
	char sentence[ZN_PIPE_SENTENCE_BYTES_MAX + 1];
	struct zn_load_result result = {.err = err, .sentence = sentence};
	va_list args;
	va_start(args, format);
	vsnprintf(sentence, sizeof sentence, format, args);
	va_end(args);
	return zn_runner_answer_load(runner, &result);
}

/* The largest buffer that the job needs on the device. */
static uint64_t largest_room(const struct zn_pipe_layout *layout)
{
	const uint64_t rooms[] = {layout->params_room, layout->shared_room, layout->input_room,
		layout->items_room, layout->output_room};
	uint64_t largest = 0;
	for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++)
		if (rooms[i] > largest)
			largest = rooms[i];
	return largest;
}

bool zn_runner_begin_load(struct zn_runner *runner)
{
	struct zn_pipe_load *load = &runner->load;
	const struct zn_device *device = &runner->device;
	uint64_t room = largest_room(&runner->layout);
	uint64_t whole = runner->layout.job_bytes + runner->layout.lanes_bytes;
	if (runner->foreign && zn_runner_sandbox(runner) < ZN_SANDBOX_PARTIAL)
		return refuse(runner, ZN_ERR_UNSUPPORTED,
			"the kernel is a stranger's, and this machine cannot fence such one in");
	if (load->exact && device->exact != ZN_EXACT_YES)
		return refuse(runner, ZN_ERR_UNSUPPORTED, "the device does no exact work: %s",
			device->exact_reason);
	if (load->fp64 && !device->fp64)
		return refuse(runner, ZN_ERR_UNSUPPORTED,
			"the job computes in double precision, which the device cannot");
	if (room > device->alloc_bytes_max)
		return refuse(runner, ZN_ERR_TOO_LARGE,
			"the job needs a buffer of %llu MiB, the device allows %llu MiB",
			(unsigned long long)(room >> 20),
			(unsigned long long)(device->alloc_bytes_max >> 20));
	if (load->group_items > device->group_items_max || load->local_bytes > device->local_bytes)
		return refuse(runner, ZN_ERR_TOO_LARGE,
			"the job's work-groups have %u items and %u bytes of local memory, the "
			"device allows %u and %llu",
			load->group_items, load->local_bytes, device->group_items_max,
			(unsigned long long)device->local_bytes);
	if (whole > device->memory_bytes)
		return refuse(runner, ZN_ERR_TOO_LARGE,
			"the job needs %llu MiB of memory, the device has %llu MiB",
			(unsigned long long)(whole >> 20),
			(unsigned long long)(device->memory_bytes >> 20));
	if (load->width == 0)
		load->width = (uint8_t)(device->width <= 16 ? device->width : 16);
	zn_runner_forget_binary(runner);
	runner->wanted.load = *load;
	if (runner->options.inspector != NULL)
		return zn_runner_send_load(runner); /* it builds by itself */
	return zn_runner_want_binary(runner, &runner->job_memory);
}

/* What the process has now, what the job brings, and a margin for what a driver keeps of its own. */
static void limit_memory(struct zn_runner *runner)
{
	uint64_t job = runner->layout.job_bytes + runner->layout.lanes_bytes +
		       runner->wanted.load.binary_bytes;
	uint64_t has = zn_process_memory(&runner->process);
	if (runner->device.class != ZN_DEVICE_CPU)
		return; /* its driver maps the device's memory, and as much again */
	runner->memory_bytes_max = has == 0 ? 0 : has + job + ZN_RUN_MEMORY_BYTES_MAX;
	if (!ZN_SANITIZED)
		zn_process_limit_growth(&runner->process, job + ZN_RUN_ADDRESS_BYTES_MAX);
}

bool zn_runner_send_load(struct zn_runner *runner)
{
	static struct zn_pipe_message message;
	const int fds[3] = {runner->job_memory.fd, runner->lane_memory.fd,
		runner->wanted.memory.fd};
	bool inspects = runner->options.inspector != NULL;
	if (!inspects)
		limit_memory(runner);
	message.kind = ZN_PIPE_LOAD;
	message.load = runner->load;
	message.load.binary_bytes = runner->wanted.load.binary_bytes;
	message.load.tag = ++runner->load_tag;
	runner->load_sent = runner->used = true;
	zn_process_heard_from(&runner->process);
	if (zn_process_send(&runner->process, &message, fds, inspects ? 2 : 3) != ZN_ERR_OK)
		return zn_runner_fail(runner, ZN_ERR_DEVICE, "the runner took no order");
	return true;
}

bool zn_runner_loaded(struct zn_runner *runner, const struct zn_pipe_loaded *loaded)
{
	struct zn_load_result result = {.err = (enum zn_err)loaded->err,
		.build_ms = loaded->build_ms,
		.sentence = loaded->sentence};
	if (result.err == ZN_ERR_DEVICE || result.err == ZN_ERR_TIMEOUT)
		return zn_runner_fail(runner, ZN_ERR_DEVICE, loaded->sentence);
	return zn_runner_answer_load(runner, &result);
}
