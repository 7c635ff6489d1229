#include "runner/job.h"

#include "core/assert.h"
#include "kernels/abi.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void *map(int fd, uint64_t bytes, int protection)
{
	struct stat about;
	if (fd < 0 || fstat(fd, &about) != 0 || (uint64_t)about.st_size < bytes)
		return NULL;
	void *mapped = mmap(NULL, bytes, protection, MAP_SHARED, fd, 0);
	return mapped == MAP_FAILED ? NULL : mapped;
}

uint32_t zn_job_groups_max(const struct zn_compute *compute)
{
	uint64_t groups = (uint64_t)compute->about.compute_units * ZN_SLICE_GROUPS_PER_CORE;
	if (groups == 0)
		groups = ZN_SLICE_GROUPS_PER_CORE;
	return groups < ZN_SLICE_GROUPS_MAX ? (uint32_t)groups : ZN_SLICE_GROUPS_MAX;
}

static enum zn_err check_sizes(const struct zn_job *job, const struct zn_device *about,
	struct zn_pipe_loaded *report)
{
	const struct zn_pipe_layout *layout = &job->layout;
	const uint64_t parts[] = {layout->params_room, layout->shared_room, layout->input_room,
		layout->items_room, layout->output_room};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (parts[i] > about->alloc_bytes_max) {
			zn_report(report,
				"the job needs a buffer of %llu MiB, the device allows %llu MiB",
				(unsigned long long)(parts[i] >> 20),
				(unsigned long long)(about->alloc_bytes_max >> 20));
			return ZN_ERR_TOO_LARGE;
		}
	if (job->load.group_items > about->group_items_max ||
		job->load.local_bytes > about->local_bytes) {
		zn_report(report,
			"the job's work-groups have %u items and %u bytes of local memory, the "
			"device "
			"allows %u and %llu",
			job->load.group_items, job->load.local_bytes, about->group_items_max,
			(unsigned long long)about->local_bytes);
		return ZN_ERR_TOO_LARGE;
	}
	if (job->load.fp64 && !about->fp64) {
		zn_report(report, "the job computes in double precision, which the device cannot");
		return ZN_ERR_UNSUPPORTED;
	}
	uint64_t whole = layout->job_bytes + layout->lanes_bytes;
	if (whole <= about->memory_bytes)
		return ZN_ERR_OK;
	zn_report(report, "the job needs %llu MiB of memory, the device has %llu MiB",
		(unsigned long long)(whole >> 20), (unsigned long long)(about->memory_bytes >> 20));
	return ZN_ERR_TOO_LARGE;
}

static enum zn_err build(struct zn_job *job, const struct zn_compute *compute,
	const char *cache_dir, struct zn_pipe_loaded *report)
{
	static struct zn_program_recipe recipe;
	const struct zn_pipe_load *load = &job->load;
	recipe = (struct zn_program_recipe){.exact = load->exact,
		.fp64 = load->fp64,
		.group_items = load->group_items,
		.local_bytes = load->local_bytes,
		.slot_bytes = load->slot_bytes,
		.width = load->width != 0 ? load->width : compute->about.width,
		.texts_count = load->sources_count};
	for (uint32_t i = 0; i < load->sources_count; i++)
		recipe.texts[i] = (struct zn_program_text){load->source_names[i],
			(const char *)job->job_memory + job->layout.source_at[i],
			load->source_bytes[i]};
	enum zn_err err = zn_program_build(&job->program, compute, cache_dir, &recipe, report);
	if (err != ZN_ERR_OK)
		return err;
	cl_int status;
	job->kernel = clCreateKernel(job->program.program, ZN_KERNEL_ENTRY, &status);
	if (job->kernel != NULL)
		return ZN_ERR_OK;
	zn_report(report, "the kernel builds, but cannot be made ready (error %d)", status);
	return ZN_ERR_BUILD;
}

static cl_mem buffer(const struct zn_compute *compute, cl_mem_flags flags, uint8_t *host,
	size_t bytes)
{
	bool shares = compute->about.shares_memory;
	bool filled = (flags & CL_MEM_READ_ONLY) != 0 && !shares;
	if (shares)
		flags |= CL_MEM_USE_HOST_PTR;
	else if (filled)
		flags |= CL_MEM_COPY_HOST_PTR;
	return clCreateBuffer(compute->context, flags, bytes, shares || filled ? host : NULL, NULL);
}

static bool make_buffers(struct zn_job *job, const struct zn_compute *compute)
{
	const struct zn_pipe_layout *layout = &job->layout;
	uint8_t *inputs = (uint8_t *)(uintptr_t)job->job_memory;
	job->params =
		buffer(compute, CL_MEM_READ_ONLY, inputs + layout->params_at, layout->params_room);
	job->shared =
		buffer(compute, CL_MEM_READ_ONLY, inputs + layout->shared_at, layout->shared_room);
	bool all = job->params != NULL && job->shared != NULL;
	for (uint32_t i = 0; i < ZN_RUNS_QUEUED_MAX; i++) {
		struct zn_lane *lane = &job->lanes[i];
		uint8_t *at = job->lane_memory + i * layout->lane_bytes;
		lane->input = at + layout->input_at;
		lane->items = at + layout->items_at;
		lane->output = at + layout->output_at;
		/* READ_WRITE, so that they are not filled now but by each run */
		lane->input_mem =
			buffer(compute, CL_MEM_READ_WRITE, lane->input, layout->input_room);
		lane->items_mem =
			buffer(compute, CL_MEM_READ_WRITE, lane->items, layout->items_room);
		lane->output_mem =
			buffer(compute, CL_MEM_READ_WRITE, lane->output, layout->output_room);
		all = all && lane->input_mem != NULL && lane->items_mem != NULL &&
		      lane->output_mem != NULL;
	}
	return all;
}

/* Launch it on no items at all with the largest grid: PoCL compiles at the first launch. */
static enum zn_err warm_up(struct zn_job *job, const struct zn_compute *compute)
{
	const cl_ulong none = 0;
	const struct zn_lane *lane = &job->lanes[0];
	const size_t group = job->load.group_items != 0 ? job->load.group_items : 1;
	const size_t grid = zn_job_groups_max(compute) * group;
	const bool grouped = job->load.group_items != 0 || compute->about.class == ZN_DEVICE_CPU;
	cl_int err = clSetKernelArg(job->kernel, 0, sizeof(cl_mem), &lane->items_mem);
	for (cl_uint i = 1; i < 6; i++)
		err |= clSetKernelArg(job->kernel, i, sizeof none, &none);
	err |= clSetKernelArg(job->kernel, 6, sizeof(cl_mem), &job->params);
	err |= clSetKernelArg(job->kernel, 7, sizeof(cl_mem), &job->shared);
	err |= clSetKernelArg(job->kernel, 8, sizeof(cl_mem), &lane->input_mem);
	err |= clSetKernelArg(job->kernel, 9, sizeof(cl_mem), &lane->output_mem);
	if (err == CL_SUCCESS)
		err = clEnqueueNDRangeKernel(compute->queue, job->kernel, 1, NULL, &grid,
			grouped ? &group : NULL, 0, NULL, NULL);
	if (err == CL_SUCCESS)
		err = clFinish(compute->queue);
	return err == CL_SUCCESS ? ZN_ERR_OK : ZN_ERR_DEVICE;
}

static enum zn_err load_mapped(struct zn_job *job, const struct zn_compute *compute,
	const char *cache_dir, struct zn_pipe_loaded *report)
{
	enum zn_err err = check_sizes(job, &compute->about, report);
	if (err == ZN_ERR_OK)
		err = build(job, compute, cache_dir, report);
	if (err != ZN_ERR_OK)
		return err;
	if (!make_buffers(job, compute)) {
		zn_report(report, "the device has no room for the job's buffers");
		return ZN_ERR_TOO_LARGE;
	}
	err = warm_up(job, compute);
	if (err != ZN_ERR_OK)
		zn_report(report, "the device could not launch the kernel");
	else
		zn_program_keep(&job->program, cache_dir);
	return err;
}

enum zn_err zn_job_load(struct zn_job *job, const struct zn_compute *compute, const char *cache_dir,
	const struct zn_pipe_load *load, struct zn_pipe_fds fds, struct zn_pipe_loaded *report)
{
	zn_job_unload(job);
	job->load = *load;
	zn_pipe_layout_of(&job->layout, load);
	job->job_memory = map(fds.job, job->layout.job_bytes, PROT_READ);
	job->lane_memory = map(fds.lanes, job->layout.lanes_bytes, PROT_READ | PROT_WRITE);
	if (fds.job >= 0)
		close(fds.job);
	if (fds.lanes >= 0)
		close(fds.lanes);
	enum zn_err err = ZN_ERR_OK;
	if (job->job_memory == NULL || job->lane_memory == NULL) {
		zn_report(report, "the shared memory of the job cannot be mapped");
		err = ZN_ERR_MEMORY;
	} else if (load->exact && compute->about.exact != ZN_EXACT_YES) {
		zn_report(report, "the device does no exact work: %s", compute->about.exact_reason);
		err = ZN_ERR_UNSUPPORTED;
	} else {
		err = load_mapped(job, compute, cache_dir, report);
	}
	if (err != ZN_ERR_OK)
		zn_job_unload(job);
	else
		job->loaded = true;
	return err;
}

static void release(cl_mem mem)
{
	if (mem != NULL)
		clReleaseMemObject(mem);
}

void zn_job_unload(struct zn_job *job)
{
	for (uint32_t i = 0; i < ZN_RUNS_QUEUED_MAX; i++) {
		release(job->lanes[i].input_mem);
		release(job->lanes[i].items_mem);
		release(job->lanes[i].output_mem);
	}
	release(job->params);
	release(job->shared);
	if (job->kernel != NULL)
		clReleaseKernel(job->kernel);
	zn_program_release(&job->program);
	if (job->job_memory != NULL)
		munmap((void *)(uintptr_t)job->job_memory, job->layout.job_bytes);
	if (job->lane_memory != NULL)
		munmap(job->lane_memory, job->layout.lanes_bytes);
	*job = (struct zn_job){0};
}
