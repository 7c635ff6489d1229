#include "runner/builder.h"

#include "runner/job.h"
#include "runner/program.h"
#include "runner/selftest.h"

#include <sys/mman.h>

/* Nothing is computed: it only has to be compiled to the end, which PoCL puts off till a launch. */
static enum zn_err finish_map(cl_program program, const struct zn_compute *compute,
	const struct zn_pipe_load *load, struct zn_pipe_loaded *report)
{
	cl_int status;
	cl_kernel kernel = zn_program_kernel(program, &status);
	if (kernel == NULL) {
		zn_report(report, "the kernel builds, but cannot be made ready (error %d)", status);
		return ZN_ERR_BUILD;
	}
	cl_mem none = clCreateBuffer(compute->context, CL_MEM_READ_WRITE, ZN_PIPE_PAGE_BYTES, NULL,
		&status);
	const cl_mem mems[5] = {none, none, none, none, none};
	enum zn_err err = none == NULL ? ZN_ERR_MEMORY
				       : zn_program_warm_up(kernel, compute, load->group_items,
						 zn_job_groups_max(compute), mems);
	if (err != ZN_ERR_OK)
		zn_report(report, "the device could not launch the kernel");
	if (none != NULL)
		clReleaseMemObject(none);
	clReleaseKernel(kernel);
	return err == ZN_ERR_DEVICE ? ZN_ERR_BUILD : err;
}

static enum zn_err build(struct zn_pipe_loaded *report, struct zn_compute *compute,
	const struct zn_pipe_load *load, const uint8_t *job_memory, uint8_t *binary)
{
	static struct zn_recipe recipe;
	cl_program program;
	size_t bytes = 0;
	zn_recipe_of_load(&recipe, load, job_memory);
	enum zn_err err = zn_program_build(&program, compute, &recipe, report);
	if (err != ZN_ERR_OK)
		return err;
	if (load->self_test)
		zn_selftest_run(compute,
			program); /* the run stage judges; this compiles its launches */
	else
		err = finish_map(program, compute, load, report);
	if (err != ZN_ERR_OK)
		return err;
	err = zn_program_binary(binary, &bytes, ZN_CACHED_BINARY_BYTES_MAX, program);
	if (err != ZN_ERR_OK)
		zn_report(report, "the driver gave no binary of the kernel");
	report->binary_bytes = bytes;
	return err;
}

void zn_builder_build(struct zn_pipe_loaded *report, struct zn_compute *compute,
	const struct zn_pipe_load *load, const struct zn_pipe_fds *fds)
{
	struct zn_pipe_layout layout;
	uint64_t began_ns = zn_runner_now_ns();
	zn_pipe_layout_of(&layout, load);
	const uint8_t *job_memory = zn_job_map(fds->fd[0], layout.job_bytes, PROT_READ);
	uint8_t *binary =
		zn_job_map(fds->fd[1], ZN_CACHED_BINARY_BYTES_MAX, PROT_READ | PROT_WRITE);
	report->tag = load->tag;
	report->err = ZN_ERR_MEMORY;
	if (job_memory == NULL || binary == NULL)
		zn_report(report, "the shared memory of the build cannot be mapped");
	else
		report->err = (uint8_t)build(report, compute, load, job_memory, binary);
	report->build_ms = (uint32_t)((zn_runner_now_ns() - began_ns) / 1000000);
}
