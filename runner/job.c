#include "runner/job.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void *zn_job_map(int fd, uint64_t bytes, int protection)
{
	struct stat about;
	if (fd < 0 || bytes == 0 || fstat(fd, &about) != 0 || (uint64_t)about.st_size < bytes)
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

static enum zn_err warm_up(struct zn_job *job, const struct zn_compute *compute)
{
	const struct zn_lane *lane = &job->lanes[0];
	const cl_mem mems[5] = {lane->items_mem, job->params, job->shared, lane->input_mem,
		lane->output_mem};
	return zn_program_warm_up(job->kernel, compute, job->load.group_items,
		zn_job_groups_max(compute), mems);
}

/* MALFORMED: the driver does not take the binary. */
static enum zn_err load_mapped(struct zn_job *job, const struct zn_compute *compute,
	const uint8_t *binary, struct zn_pipe_loaded *report)
{
	static struct zn_recipe recipe;
	cl_int status;
	zn_recipe_of_load(&recipe, &job->load, NULL);
	job->program = zn_program_load(compute, &recipe, binary, job->load.binary_bytes);
	job->kernel = job->program != NULL ? zn_program_kernel(job->program, &status) : NULL;
	if (job->kernel == NULL) {
		zn_report(report, "the driver does not take the binary of the kernel");
		return ZN_ERR_MALFORMED;
	}
	if (!make_buffers(job, compute)) {
		zn_report(report, "the device has no room for the job's buffers");
		return ZN_ERR_TOO_LARGE;
	}
	enum zn_err err = warm_up(job, compute);
	if (err != ZN_ERR_OK)
		zn_report(report, "the device could not launch the kernel");
	return err;
}

enum zn_err zn_job_load(struct zn_job *job, const struct zn_compute *compute,
	const struct zn_pipe_load *load, const struct zn_pipe_fds *fds,
	struct zn_pipe_loaded *report)
{
	zn_job_unload(job);
	job->load = *load;
	zn_pipe_layout_of(&job->layout, load);
	job->job_memory = zn_job_map(fds->fd[0], job->layout.job_bytes, PROT_READ);
	job->lane_memory = zn_job_map(fds->fd[1], job->layout.lanes_bytes, PROT_READ | PROT_WRITE);
	uint8_t *binary = zn_job_map(fds->fd[2], load->binary_bytes, PROT_READ);
	enum zn_err err = ZN_ERR_MEMORY;
	if (job->job_memory == NULL || job->lane_memory == NULL || binary == NULL)
		zn_report(report, "the shared memory of the job cannot be mapped");
	else
		err = load_mapped(job, compute, binary, report);
	if (binary != NULL)
		munmap(binary, load->binary_bytes);
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
	if (job->program != NULL)
		clReleaseProgram(job->program);
	if (job->job_memory != NULL)
		munmap((void *)(uintptr_t)job->job_memory, job->layout.job_bytes);
	if (job->lane_memory != NULL)
		munmap(job->lane_memory, job->layout.lanes_bytes);
	*job = (struct zn_job){0};
}
