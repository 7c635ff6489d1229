#include "runner/inspect.h"

#include "kernels/abi.h"
#include "runner/channel.h"
#include "runner/job.h"
#include "runner/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

struct inspection {
	struct zn_compute compute;
	bool loaded, as_gpu;
	struct zn_pipe_load load;
	struct zn_pipe_layout layout;
	uint8_t *job_memory, *lane_memory;
	cl_kernel kernel;
	cl_mem buffers[ZN_INSPECT_BUFFERS];
};

static struct zn_pipe_message message, answer;

static void check(cl_int err, const char *what)
{
	if (err != CL_SUCCESS)
		zn_channel_fail("the checking driver failed while %s (OpenCL error %d)", what, err);
}

static enum zn_err build(struct inspection *inspection, struct zn_pipe_loaded *report)
{
	static struct zn_recipe recipe;
	cl_program program;
	cl_int status;
	zn_recipe_of_load(&recipe, &inspection->load, inspection->job_memory);
	recipe.as_written = true;
	recipe.width = inspection->compute.about.width;
	enum zn_err err = zn_program_build(&program, &inspection->compute, &recipe, report);
	if (err != ZN_ERR_OK)
		return err;
	inspection->kernel = zn_program_kernel(program, &status);
	if (inspection->kernel != NULL)
		return ZN_ERR_OK;
	zn_report(report, "the kernel builds, but cannot be made ready (error %d)", status);
	return ZN_ERR_BUILD;
}

/* One job per process: a second LOAD is a broken rule of the pipe. */
static void load(struct inspection *inspection, const struct zn_pipe_fds *fds)
{
	if (inspection->job_memory != NULL)
		_exit(1);
	inspection->load = message.load;
	zn_pipe_layout_of(&inspection->layout, &message.load);
	inspection->job_memory = zn_job_map(fds->fd[0], inspection->layout.job_bytes, PROT_READ);
	inspection->lane_memory =
		zn_job_map(fds->fd[1], inspection->layout.lanes_bytes, PROT_READ | PROT_WRITE);
	answer.kind = ZN_PIPE_LOADED;
	answer.loaded.tag = message.load.tag;
	answer.loaded.log_bytes = 0;
	answer.loaded.sentence[0] = '\0';
	answer.loaded.build_ms = 0;
	answer.loaded.binary_bytes = 0;
	if (inspection->job_memory == NULL || inspection->lane_memory == NULL) {
		zn_report(&answer.loaded, "the shared memory of the job cannot be mapped");
		answer.loaded.err = ZN_ERR_MEMORY;
	} else {
		answer.loaded.err = (uint8_t)build(inspection, &answer.loaded);
	}
	inspection->loaded = answer.loaded.err == ZN_ERR_OK;
	zn_channel_send(&answer);
}

static cl_mem buffer(const struct inspection *inspection, cl_mem_flags flags, const void *bytes,
	uint64_t count)
{
	cl_int err;
	cl_mem mem = clCreateBuffer(inspection->compute.context, flags | CL_MEM_COPY_HOST_PTR,
		count, (void *)(uintptr_t)bytes, &err);
	check(err, "making a buffer");
	return mem;
}

/* A kernel that was given nothing may read what kernels/abi.h promises in its place. */
static uint64_t at_least(uint64_t bytes, uint64_t least)
{
	return bytes != 0 ? bytes : least;
}

static uint32_t unit_of(const struct inspection *inspection)
{
	return inspection->load.group_items != 0 ? inspection->load.group_items : 1;
}

static void make_buffers(struct inspection *inspection, const uint8_t *lane,
	const struct zn_pipe_run *run)
{
	const struct zn_pipe_layout *layout = &inspection->layout;
	const uint8_t *job = inspection->job_memory;
	uint32_t unit = unit_of(inspection);
	cl_mem *buffers = inspection->buffers;
	buffers[ZN_INSPECT_PARAMS] = buffer(inspection, CL_MEM_READ_ONLY, job + layout->params_at,
		at_least(inspection->load.params_bytes, 16));
	buffers[ZN_INSPECT_SHARED] = buffer(inspection, CL_MEM_READ_ONLY, job + layout->shared_at,
		ZN_HEAD_BYTES + at_least(inspection->load.shared_bytes, ZN_HEAD_BYTES));
	buffers[ZN_INSPECT_INPUT] = buffer(inspection, CL_MEM_READ_ONLY, lane + layout->input_at,
		ZN_HEAD_BYTES + at_least(run->input_bytes, ZN_HEAD_BYTES));
	buffers[ZN_INSPECT_ITEMS] = buffer(inspection, CL_MEM_READ_ONLY, lane + layout->items_at,
		unit * sizeof(cl_ulong));
	buffers[ZN_INSPECT_OUTPUT] = buffer(inspection, CL_MEM_READ_WRITE, lane + layout->output_at,
		(uint64_t)unit * inspection->load.slot_bytes);
}

static void set_arguments(struct inspection *inspection)
{
	const cl_ulong numbers[] = {1, 0, 0, unit_of(inspection), 1};
	cl_kernel kernel = inspection->kernel;
	const cl_mem *buffers = inspection->buffers;
	cl_int err = clSetKernelArg(kernel, 0, sizeof(cl_mem), &buffers[ZN_INSPECT_ITEMS]);
	for (cl_uint i = 0; i < sizeof numbers / sizeof *numbers; i++)
		err |= clSetKernelArg(kernel, i + 1, sizeof numbers[i], &numbers[i]);
	err |= clSetKernelArg(kernel, 6, sizeof(cl_mem), &buffers[ZN_INSPECT_PARAMS]);
	err |= clSetKernelArg(kernel, 7, sizeof(cl_mem), &buffers[ZN_INSPECT_SHARED]);
	err |= clSetKernelArg(kernel, 8, sizeof(cl_mem), &buffers[ZN_INSPECT_INPUT]);
	err |= clSetKernelArg(kernel, 9, sizeof(cl_mem), &buffers[ZN_INSPECT_OUTPUT]);
	check(err, "preparing a launch");
}

/* The items of one launch: zero the slots, run, bring them back. */
static void launch(struct inspection *inspection, const cl_ulong *items, uint8_t *slots)
{
	uint32_t unit = unit_of(inspection);
	size_t grid = unit, group = unit, bytes = (size_t)unit * inspection->load.slot_bytes;
	cl_command_queue queue = inspection->compute.queue;
	cl_mem output = inspection->buffers[ZN_INSPECT_OUTPUT];
	fprintf(stderr, "\n" ZN_INSPECT_MARK "%llu\n", (unsigned long long)items[0]);
	check(clEnqueueWriteBuffer(queue, inspection->buffers[ZN_INSPECT_ITEMS], CL_TRUE, 0,
		      unit * sizeof *items, items, 0, NULL, NULL),
		"taking a list of items");
	check(clEnqueueWriteBuffer(queue, output, CL_TRUE, 0, bytes, slots, 0, NULL, NULL),
		"clearing an output");
	check(clEnqueueNDRangeKernel(queue, inspection->kernel, 1, NULL, &grid, &group, 0, NULL,
		      NULL),
		"launching the kernel");
	check(clFinish(queue), "running the kernel");
	check(clEnqueueReadBuffer(queue, output, CL_TRUE, 0, bytes, slots, 0, NULL, NULL),
		"giving an output back");
}

static void run(struct inspection *inspection)
{
	static cl_ulong items[ZN_GROUP_ITEMS_MAX];
	const struct zn_pipe_run asked = message.run;
	uint8_t *lane = inspection->lane_memory;
	uint32_t unit = unit_of(inspection);
	if (!inspection->loaded || asked.count > inspection->load.chunk_items_max ||
		asked.input_bytes > inspection->load.input_bytes_max || asked.count % unit != 0)
		zn_channel_fail("a run broke the rules of the pipe");
	lane += asked.lane * inspection->layout.lane_bytes;
	const cl_ulong *listed = (const cl_ulong *)(lane + inspection->layout.items_at);
	uint8_t *output = lane + inspection->layout.output_at;
	for (size_t i = 0; i < (size_t)asked.count * inspection->load.slot_bytes; i++)
		output[i] = 0;
	make_buffers(inspection, lane, &asked);
	set_arguments(inspection);
	for (uint32_t at = 0; at < asked.count; at += unit) {
		for (uint32_t i = 0; i < unit; i++)
			items[i] =
				asked.form == ZN_PIPE_LIST ? listed[at + i] : asked.first + at + i;
		launch(inspection, items, output + (size_t)at * inspection->load.slot_bytes);
		answer.kind = ZN_PIPE_PROGRESS;
		answer.progress.tag = asked.tag;
		answer.progress.items_done = at + unit;
		if (at + unit < asked.count)
			zn_channel_send(&answer);
	}
	for (int i = 0; i < ZN_INSPECT_BUFFERS; i++)
		clReleaseMemObject(inspection->buffers[i]);
	answer.kind = ZN_PIPE_DONE;
	answer.done = (struct zn_pipe_done){.tag = asked.tag, .items = asked.count};
	zn_channel_send(&answer);
}

bool zn_inspect_choose(const char *driver)
{
	char errors[16];
	snprintf(errors, sizeof errors, "%d", ZN_INSPECT_ERRORS_MAX);
	return setenv("OCL_ICD_VENDORS", driver, 1) == 0 &&
	       setenv("OCLGRIND_DATA_RACES", "1", 1) == 0 &&
	       setenv("OCLGRIND_UNINITIALIZED", "1", 1) == 0 &&
	       setenv("OCLGRIND_MAX_ERRORS", errors, 1) == 0;
}

static void open_driver(struct inspection *inspection, const struct zn_runner_place *place)
{
	static struct zn_compute_list list;
	const struct rlimit written = {ZN_INSPECT_LOG_BYTES_MAX, ZN_INSPECT_LOG_BYTES_MAX};
	setrlimit(RLIMIT_FSIZE, &written);
	zn_compute_list_all(&list);
	const char *why = zn_compute_open(&inspection->compute, &list, 0);
	if (why != NULL)
		zn_channel_fail("the checking driver cannot be used: %s", why);
	inspection->compute.about.class = inspection->as_gpu ? ZN_DEVICE_GPU : ZN_DEVICE_CPU;
	if (inspection->as_gpu)
		inspection->compute.about.width = 1;
	inspection->compute.about.sandbox = (uint8_t)place->level;
	answer.kind = ZN_PIPE_OPENED;
	answer.device = inspection->compute.about;
	zn_channel_send(&answer);
	/* nothing is tested: what it finds is for a person to read */
	answer.kind = ZN_PIPE_READY;
	answer.device.exact = ZN_EXACT_YES;
	zn_channel_send(&answer);
}

void zn_inspect_serve(const struct zn_runner_place *place, bool as_gpu)
{
	static struct inspection inspection;
	struct zn_pipe_fds fds;
	inspection.as_gpu = as_gpu;
	open_driver(&inspection, place);
	for (;;) {
		if (!zn_channel_receive(&message, &fds, -1))
			continue;
		if (message.kind == ZN_PIPE_LOAD)
			load(&inspection, &fds);
		else if (message.kind == ZN_PIPE_RUN)
			run(&inspection);
		zn_channel_close_fds(&fds);
	}
}
