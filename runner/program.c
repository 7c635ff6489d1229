#include "runner/program.h"

#include "core/assert.h"
#include "kernels/builtin.h"
#include "runner/cache.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CACHE_TAG         "zennet-runner binary 1"
#define OPTIONS_BYTES     256
#define LOG_RAW_BYTES_MAX (64u << 20)
#define PIECES_MAX        (2 * (ZN_SOURCES_MAX + 3))
#define LINE_BYTES        96

/* What clCreateProgramWithSource takes: a #line before each text, so that logs name the file. */
struct assembly {
	cl_uint count;
	const char *texts[PIECES_MAX];
	size_t bytes[PIECES_MAX];
	char lines[ZN_SOURCES_MAX + 3][LINE_BYTES];
	uint32_t lines_count;
	char options[OPTIONS_BYTES];
};

uint64_t zn_runner_now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void zn_report(struct zn_pipe_loaded *report, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	int length = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	zn_pipe_clean(report->sentence, sizeof report->sentence, text,
		length < 0 ? 0 : strnlen(text, sizeof text), false);
}

static void add(struct assembly *all, const char *text, size_t bytes)
{
	ZN_ASSERT(all->count < PIECES_MAX);
	all->texts[all->count] = text;
	all->bytes[all->count++] = bytes;
}

static void add_file(struct assembly *all, const char *name, const char *text, size_t bytes)
{
	char *line = all->lines[all->lines_count++];
	char safe[ZN_PIPE_NAME_BYTES_MAX + 1];
	zn_pipe_clean(safe, sizeof safe, name, strlen(name), false);
	for (char *at = safe; *at != '\0'; at++)
		if (*at == '"' || *at == '\\')
			*at = '?';
	snprintf(line, LINE_BYTES, "\n#line 1 \"%s\"\n", safe);
	add(all, line, strlen(line));
	add(all, text, bytes);
}

static void add_own(struct assembly *all, const char *name)
{
	const struct zn_kernel_source *source = zn_kernel_source_find(name);
	ZN_ASSERT(source != NULL);
	add_file(all, name, source->text, source->bytes);
}

static void assemble(struct assembly *all, const struct zn_compute *compute,
	const struct zn_program_recipe *recipe)
{
	*all = (struct assembly){0};
	add_own(all, "abi.h");
	if (recipe->exact)
		add_own(all, "exact.h");
	for (uint32_t i = 0; i < recipe->texts_count; i++)
		add_file(all, recipe->texts[i].name, recipe->texts[i].text, recipe->texts[i].bytes);
	add_own(all, recipe->group_items == 0 ? "map.cl" : "chunk.cl");
	bool cpu = compute->about.class == ZN_DEVICE_CPU;
	int length = snprintf(all->options, OPTIONS_BYTES,
		"-cl-std=CL1.2%s%s -DZN_SLOT_BYTES=%u -DZN_DEVICE_CPU=%d -DZN_DEVICE_GPU=%d "
		"-DZN_WIDTH=%u -DZN_FP64=%d -DZN_GROUP_ITEMS=%u -DZN_LOCAL_BYTES=%u",
		recipe->exact ? " -cl-fp32-correctly-rounded-divide-sqrt" : "",
		recipe->as_written ? " -cl-opt-disable" : "", recipe->slot_bytes,
		cpu, !cpu, recipe->width, recipe->fp64, recipe->group_items, recipe->local_bytes);
	ZN_ASSERT(length > 0 && length < OPTIONS_BYTES);
}

static void hash_text(struct zn_sha256_stream *stream, const char *text, size_t bytes)
{
	uint64_t count = bytes;
	zn_sha256_stream_add(stream, &count, sizeof count);
	zn_sha256_stream_add(stream, text, bytes);
}

static void key_of(struct zn_hash *out, const struct assembly *all, const struct zn_device *about)
{
	struct zn_sha256_stream *stream = zn_sha256_stream_create();
	const char *const names[] = {CACHE_TAG, about->platform, about->name, about->vendor,
		about->driver, about->version, all->options};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		hash_text(stream, names[i], strlen(names[i]));
	for (cl_uint i = 0; i < all->count; i++)
		hash_text(stream, all->texts[i], all->bytes[i]);
	zn_sha256_stream_finish(out, stream);
	zn_sha256_stream_destroy(stream);
}

static void fetch_log(struct zn_pipe_loaded *report, cl_program program, cl_device_id device)
{
	size_t bytes = 0;
	report->log_bytes = 0;
	if (clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, 0, NULL, &bytes) !=
			CL_SUCCESS ||
		bytes <= 1 || bytes > LOG_RAW_BYTES_MAX)
		return;
	char *raw = calloc(1, bytes + 1);
	if (raw == NULL)
		return;
	if (clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, bytes, raw, NULL) ==
		CL_SUCCESS)
		report->log_bytes = (uint32_t)zn_pipe_clean((char *)report->log, sizeof report->log,
			raw, strnlen(raw, bytes), true);
	free(raw);
}

static bool from_cache(struct zn_program *out, const struct zn_compute *compute,
	const char *cache_dir, const char *options)
{
	size_t bytes;
	uint8_t *binary = zn_cache_find(cache_dir, &out->key, &bytes);
	if (binary == NULL)
		return false;
	cl_int status = CL_SUCCESS, err = CL_SUCCESS;
	const unsigned char *given = binary;
	out->program = clCreateProgramWithBinary(compute->context, 1, &compute->device, &bytes,
		&given, &status, &err);
	free(binary);
	if (out->program != NULL && status == CL_SUCCESS &&
		clBuildProgram(out->program, 1, &compute->device, options, NULL, NULL) ==
			CL_SUCCESS) {
		out->cached = true;
		return true;
	}
	if (out->program != NULL)
		clReleaseProgram(out->program);
	out->program = NULL;
	zn_cache_forget(cache_dir, &out->key);
	return false;
}

static enum zn_err from_source(struct zn_program *out, const struct zn_compute *compute,
	struct assembly *all, struct zn_pipe_loaded *report)
{
	cl_int err;
	out->program = clCreateProgramWithSource(compute->context, all->count, all->texts,
		all->bytes, &err);
	if (out->program == NULL) {
		zn_report(report, "the driver did not take the kernel's source (error %d)", err);
		return err == CL_OUT_OF_HOST_MEMORY ? ZN_ERR_MEMORY : ZN_ERR_DEVICE;
	}
	err = clBuildProgram(out->program, 1, &compute->device, all->options, NULL, NULL);
	fetch_log(report, out->program, compute->device);
	if (err == CL_SUCCESS)
		return ZN_ERR_OK;
	zn_report(report, "the kernel does not build (error %d); the compiler's log says why", err);
	return err == CL_OUT_OF_HOST_MEMORY ? ZN_ERR_MEMORY : ZN_ERR_BUILD;
}

enum zn_err zn_program_build(struct zn_program *out, const struct zn_compute *compute,
	const char *cache_dir, const struct zn_program_recipe *recipe,
	struct zn_pipe_loaded *report)
{
	static struct assembly all;
	uint64_t began_ns = zn_runner_now_ns();
	*out = (struct zn_program){0};
	assemble(&all, compute, recipe);
	key_of(&out->key, &all, &compute->about);
	enum zn_err err = ZN_ERR_OK;
	if (!from_cache(out, compute, cache_dir, all.options))
		err = from_source(out, compute, &all, report);
	if (err != ZN_ERR_OK)
		zn_program_release(out);
	out->build_ms = (uint32_t)((zn_runner_now_ns() - began_ns) / 1000000);
	report->build_ms = out->build_ms;
	report->cached = out->cached;
	return err;
}

void zn_program_keep(const struct zn_program *program, const char *cache_dir)
{
	size_t bytes = 0;
	if (program->cached || cache_dir == NULL ||
		clGetProgramInfo(program->program, CL_PROGRAM_BINARY_SIZES, sizeof bytes, &bytes,
			NULL) != CL_SUCCESS ||
		bytes == 0 || bytes > ZN_CACHED_BINARY_BYTES_MAX)
		return;
	unsigned char *binary = malloc(bytes);
	if (binary == NULL)
		return;
	if (clGetProgramInfo(program->program, CL_PROGRAM_BINARIES, sizeof binary, &binary, NULL) ==
		CL_SUCCESS)
		zn_cache_keep(cache_dir, &program->key, binary, bytes);
	free(binary);
}

void zn_program_release(struct zn_program *program)
{
	if (program->program != NULL)
		clReleaseProgram(program->program);
	program->program = NULL;
}
