#include "runner/slices.h"

#include "core/assert.h"

#include <string.h>
#include <time.h>

#define NS_PER_MS UINT64_C(1000000)
#define SLICE_NS  (ZN_SLICE_MS * NS_PER_MS)
#define SLICE_GROWTH_MAX                                                                           \
	8 /* from one slice to the next, while the cost of an item is being learnt */
#define GPU_FIRST_PLACES 64 /* per compute unit: a first slice of a job that is unknown */
#define GPU_GROUP        64
#define GPU_WAIT_NS      200000 /* some drivers spin while they wait */

static void check(cl_int err, const char *what)
{
	if (err != CL_SUCCESS)
		zn_channel_fail("the device failed while %s (OpenCL error %d)", what, err);
}

bool zn_slicer_is_empty(const struct zn_slicer *slicer)
{
	return slicer->order_count == 0;
}

bool zn_slicer_take(struct zn_slicer *slicer, const struct zn_pipe_run *asked)
{
	const struct zn_job *job = slicer->job;
	if (!job->loaded || asked->count > job->load.chunk_items_max ||
		asked->input_bytes > job->load.input_bytes_max ||
		(job->load.group_items != 0 && asked->count % job->load.group_items != 0))
		return false;
	struct zn_slice_run *run = &slicer->runs[asked->lane];
	for (uint32_t i = 0; i < slicer->order_count; i++)
		if (slicer->order[i] == run || slicer->order[i]->asked.tag == asked->tag)
			return false;
	*run = (struct zn_slice_run){.asked = *asked};
	slicer->order[slicer->order_count++] = run;
	return true;
}

static void tell_done(struct zn_slicer *slicer, struct zn_slice_run *run)
{
	static struct zn_pipe_message message;
	message.kind = ZN_PIPE_DONE;
	message.done = (struct zn_pipe_done){.tag = run->asked.tag,
		.err = run->cancelled ? ZN_ERR_CANCELLED : ZN_ERR_OK,
		.items = run->places_done,
		.device_ns = run->device_ns};
	uint32_t at = 0;
	while (slicer->order[at] != run)
		at++;
	slicer->order_count--;
	for (; at < slicer->order_count; at++)
		slicer->order[at] = slicer->order[at + 1];
	zn_channel_send(&message);
}

void zn_slicer_cancel(struct zn_slicer *slicer, uint64_t tag)
{
	for (uint32_t i = 0; i < slicer->order_count; i++) {
		struct zn_slice_run *run = slicer->order[i];
		if (run->asked.tag != tag)
			continue;
		bool whole = run->places_queued == run->asked.count;
		if (run->slices_in_flight > 0 && whole)
			return; /* it will be finished in a moment */
		run->cancelled = true;
		if (run->slices_in_flight == 0)
			tell_done(slicer, run);
		return;
	}
}

void zn_slicer_pause(struct zn_slicer *slicer, bool paused)
{
	slicer->paused = paused;
	slicer->paused_told = false;
}

/* Zero the output and bring input and list to the device, behind what is queued there. */
static void prepare(struct zn_slicer *slicer, struct zn_slice_run *run)
{
	const struct zn_job *job = slicer->job;
	const struct zn_lane *lane = &job->lanes[run->asked.lane];
	cl_command_queue queue = slicer->compute->queue;
	size_t output_bytes = (size_t)run->asked.count * job->load.slot_bytes;
	run->prepared = true;
	if (slicer->compute->about.shares_memory) {
		memset(lane->output, 0, output_bytes);
		return;
	}
	const uint8_t zero = 0;
	check(clEnqueueFillBuffer(queue, lane->output_mem, &zero, 1, 0, output_bytes, 0, NULL,
		      NULL),
		"clearing an output");
	size_t input_bytes = ZN_HEAD_BYTES + run->asked.input_bytes;
	if (input_bytes < ZN_PIPE_LEAST_BYTES)
		input_bytes = ZN_PIPE_LEAST_BYTES;
	check(clEnqueueWriteBuffer(queue, lane->input_mem, CL_FALSE, 0, input_bytes, lane->input, 0,
		      NULL, NULL),
		"taking a chunk's input");
	if (run->asked.form == ZN_PIPE_LIST)
		check(clEnqueueWriteBuffer(queue, lane->items_mem, CL_FALSE, 0,
			      (size_t)run->asked.count * sizeof(cl_ulong), lane->items, 0, NULL,
			      NULL),
			"taking a list of items");
}

static uint32_t slice_places(const struct zn_slicer *slicer, const struct zn_slice_run *run)
{
	const struct zn_job *job = slicer->job;
	const struct zn_device *about = &slicer->compute->about;
	uint32_t left = run->asked.count - run->places_queued;
	uint32_t units = about->compute_units > 0 ? about->compute_units : 1;
	uint64_t target =
		about->class == ZN_DEVICE_CPU ? units : (uint64_t)units * GPU_FIRST_PLACES;
	if (job->item_ns > 0) {
		double wanted = (double)SLICE_NS / job->item_ns;
		uint64_t most = (uint64_t)job->slice_items * SLICE_GROWTH_MAX;
		target = wanted >= (double)most ? most : (uint64_t)wanted;
	}
	if (target == 0)
		target = 1;
	if (job->load.group_items != 0)
		target = (target + job->load.group_items - 1) / job->load.group_items *
			 job->load.group_items;
	if (left <= target + target / 2)
		return left; /* rather than a small rest that leaves cores idle */
	return target < left ? (uint32_t)target : left;
}

struct grid {
	size_t items, group; /* 0: as the driver likes */
	cl_ulong stripe;
};

static struct grid grid_of(const struct zn_slicer *slicer, uint32_t places)
{
	const struct zn_device *about = &slicer->compute->about;
	uint32_t groups = zn_job_groups_max(slicer->compute);
	if (slicer->job->load.group_items != 0)
		return (struct grid){places, slicer->job->load.group_items, 1};
	if (about->class != ZN_DEVICE_CPU) {
		size_t items = ((size_t)places + GPU_GROUP - 1) / GPU_GROUP * GPU_GROUP;
		return (struct grid){items, 0, 1};
	}
	double item_ns = slicer->job->item_ns * about->compute_units;
	uint32_t stripe = (places + groups - 1) / groups;
	uint32_t least = item_ns > 0 && item_ns < ZN_STRIPE_NS_MIN
				 ? (uint32_t)(ZN_STRIPE_NS_MIN / item_ns) + 1
				 : 1;
	if (item_ns > 0 && stripe < least)
		stripe = least < places ? least : places;
	return (struct grid){(places + stripe - 1) / stripe, 1, stripe};
}

/* The run's last slice is followed by what makes its output visible here. */
static cl_event collect(struct zn_slicer *slicer, const struct zn_slice_run *run)
{
	const struct zn_lane *lane = &slicer->job->lanes[run->asked.lane];
	size_t bytes = (size_t)run->asked.count * slicer->job->load.slot_bytes;
	cl_command_queue queue = slicer->compute->queue;
	cl_event event = NULL;
	cl_int err = CL_SUCCESS;
	if (!slicer->compute->about.shares_memory) {
		check(clEnqueueReadBuffer(queue, lane->output_mem, CL_FALSE, 0, bytes, lane->output,
			      0, NULL, &event),
			"giving an output back");
		return event;
	}
	void *mapped = clEnqueueMapBuffer(queue, lane->output_mem, CL_FALSE, CL_MAP_READ, 0, bytes,
		0, NULL, NULL, &err);
	check(err, "giving an output back");
	check(clEnqueueUnmapMemObject(queue, lane->output_mem, mapped, 0, NULL, &event),
		"giving an output back");
	return event;
}

static void launch(struct zn_slicer *slicer, struct zn_slice_run *run)
{
	struct zn_job *job = slicer->job;
	const struct zn_lane *lane = &job->lanes[run->asked.lane];
	uint32_t places = slice_places(slicer, run);
	struct grid grid = grid_of(slicer, places);
	cl_ulong listed = run->asked.form == ZN_PIPE_LIST, first = run->asked.first;
	cl_ulong begin = run->places_queued, end = begin + places;
	cl_int err = clSetKernelArg(job->kernel, 0, sizeof(cl_mem), &lane->items_mem);
	err |= clSetKernelArg(job->kernel, 1, sizeof listed, &listed);
	err |= clSetKernelArg(job->kernel, 2, sizeof first, &first);
	err |= clSetKernelArg(job->kernel, 3, sizeof begin, &begin);
	err |= clSetKernelArg(job->kernel, 4, sizeof end, &end);
	err |= clSetKernelArg(job->kernel, 5, sizeof grid.stripe, &grid.stripe);
	err |= clSetKernelArg(job->kernel, 8, sizeof(cl_mem), &lane->input_mem);
	err |= clSetKernelArg(job->kernel, 9, sizeof(cl_mem), &lane->output_mem);
	check(err, "preparing a slice");
	struct zn_slice *slice = &slicer->flight[slicer->flight_count++];
	*slice = (struct zn_slice){.run = run, .places = places, .launched_ns = zn_runner_now_ns()};
	check(clEnqueueNDRangeKernel(slicer->compute->queue, job->kernel, 1, NULL, &grid.items,
		      grid.group != 0 ? &grid.group : NULL, 0, NULL, &slice->began),
		"launching a slice");
	run->places_queued += places;
	run->slices_in_flight++;
	job->slice_items = places;
	if (run->places_queued == run->asked.count)
		slice->ended = collect(slicer, run);
	check(clFlush(slicer->compute->queue), "launching a slice");
}

/* May another slice be launched now? */
static bool has_room(struct zn_slicer *slicer)
{
	if (slicer->paused)
		return false;
	if (zn_duty_is_full(&slicer->duty))
		return slicer->flight_count < ZN_SLICES_QUEUED;
	return slicer->flight_count == 0 && zn_duty_rest(&slicer->duty, zn_runner_now_ns()) == 0;
}

static void feed(struct zn_slicer *slicer)
{
	for (uint32_t i = 0; i < slicer->order_count; i++) {
		struct zn_slice_run *run = slicer->order[i];
		while (!run->cancelled && run->places_queued < run->asked.count) {
			if (!has_room(slicer))
				return;
			if (!run->prepared)
				prepare(slicer, run);
			launch(slicer, run);
		}
	}
}

static void wait_for(const struct zn_slicer *slicer, cl_event event)
{
	if (slicer->compute->about.class == ZN_DEVICE_CPU) {
		check(clWaitForEvents(1, &event), "running a slice");
		return;
	}
	for (;;) { /* the driver program's watchdog ends this */
		cl_int status = CL_QUEUED;
		check(clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof status,
			      &status, NULL),
			"running a slice");
		if (status == CL_COMPLETE)
			return;
		check(status < 0 ? status : CL_SUCCESS, "running a slice");
		nanosleep(&(struct timespec){.tv_nsec = GPU_WAIT_NS}, NULL);
	}
}

static uint64_t duration_ns(cl_event event)
{
	cl_ulong start = 0, end = 0;
	if (clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_START, sizeof start, &start,
		    NULL) != CL_SUCCESS ||
		clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_END, sizeof end, &end, NULL) !=
			CL_SUCCESS)
		return 0;
	return end > start ? end - start : 0;
}

/* A dearer item counts at once, so that slices stay short; a cheaper one has to prove it. */
static void learn(struct zn_job *job, uint32_t places, uint64_t ns)
{
	double item_ns = (double)(ns > 0 ? ns : 1) / places;
	job->item_ns = job->item_ns > item_ns ? (job->item_ns + item_ns) / 2 : item_ns;
}

/* What a slice took: by the device's clock, or by ours where a driver has none. */
static uint64_t took_ns(struct zn_slicer *slicer, const struct zn_slice *slice)
{
	uint64_t now_ns = zn_runner_now_ns();
	uint64_t from_ns =
		slice->launched_ns > slicer->finished_ns ? slice->launched_ns : slicer->finished_ns;
	uint64_t ns = duration_ns(slice->began);
	zn_duty_worked(&slicer->duty, from_ns, now_ns);
	slicer->finished_ns = now_ns;
	return ns > 0 ? ns : now_ns - from_ns;
}

static void finish_oldest(struct zn_slicer *slicer)
{
	static struct zn_pipe_message message;
	struct zn_slice slice = slicer->flight[0];
	struct zn_slice_run *run = slice.run;
	wait_for(slicer, slice.ended != NULL ? slice.ended : slice.began);
	uint64_t ns = took_ns(slicer, &slice);
	clReleaseEvent(slice.began);
	if (slice.ended != NULL)
		clReleaseEvent(slice.ended);
	slicer->flight_count--;
	for (uint32_t i = 0; i < slicer->flight_count; i++)
		slicer->flight[i] = slicer->flight[i + 1];
	learn(slicer->job, slice.places, ns);
	run->device_ns += ns;
	run->places_done += slice.places;
	run->slices_in_flight--;
	bool finished = run->places_done == run->asked.count;
	if (finished || (run->cancelled && run->slices_in_flight == 0)) {
		tell_done(slicer, run);
		return;
	}
	message.kind = ZN_PIPE_PROGRESS;
	message.progress.tag = run->asked.tag;
	message.progress.items_done = run->places_done;
	zn_channel_send_if_room(&message);
}

int zn_slicer_step(struct zn_slicer *slicer)
{
	static struct zn_pipe_message message = {.kind = ZN_PIPE_PAUSED};
	feed(slicer);
	if (slicer->flight_count > 0) {
		finish_oldest(slicer);
		feed(slicer); /* before the messages, so that the device does not wait for them */
	}
	if (slicer->paused && slicer->flight_count == 0 && !slicer->paused_told) {
		slicer->paused_told = true;
		zn_channel_send(&message);
	}
	if (slicer->flight_count > 0)
		return 0;
	if (slicer->paused || zn_slicer_is_empty(slicer))
		return -1;
	uint64_t rest_ns = zn_duty_rest(&slicer->duty, zn_runner_now_ns());
	return (int)((rest_ns + NS_PER_MS - 1) / NS_PER_MS);
}
