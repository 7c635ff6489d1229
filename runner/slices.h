/* runner/slices.h - runs, cut into slices of about ZN_SLICE_MS with ZN_SLICES_QUEUED in flight, so that
 * pause, resume and cancel take effect within 200 ms and the device never waits between runs.
 *
 * Runs are done in the order in which they came. A slice that fails ends the process: after that the
 * device's context is of no use.
 */
#ifndef ZN_RUNNER_SLICES_H
#define ZN_RUNNER_SLICES_H

#include "runner/duty.h"
#include "runner/job.h"

struct zn_slice_run {
	struct zn_pipe_run asked;
	uint32_t places_queued; /* given to the device */
	uint32_t places_done;
	uint32_t slices_in_flight;
	bool prepared;
	bool cancelled;
	uint64_t device_ns;
};

struct zn_slice {
	struct zn_slice_run *run;
	cl_event began; /* the kernel */
	cl_event ended; /* and, after a run's last slice, its output back in shared memory */
	uint32_t places;
	uint64_t launched_ns;
};

struct zn_slicer {
	const struct zn_compute *compute;
	struct zn_job *job;
	struct zn_slice_run runs[ZN_RUNS_QUEUED_MAX]; /* by lane */
	struct zn_slice_run *order[ZN_RUNS_QUEUED_MAX];
	uint32_t order_count;
	struct zn_slice flight[ZN_SLICES_QUEUED]; /* oldest first */
	uint32_t flight_count;
	bool paused, paused_told;
	struct zn_duty duty;  /* below 100 % one slice is in flight, and a rest follows it */
	uint64_t finished_ns; /* the slice before */
};

/** Take a run. False when it breaks a rule: no job, lane in use, sizes above the job's. */
bool zn_slicer_take(struct zn_slicer *slicer, const struct zn_pipe_run *asked);
void zn_slicer_cancel(struct zn_slicer *slicer, uint64_t tag);
void zn_slicer_pause(struct zn_slicer *slicer, bool paused);
/** Fill the device's queue, then wait for the oldest slice and tell what came of it. Returns: in how
 *  many ms to step again without a new message; -1: there is nothing to do. */
int zn_slicer_step(struct zn_slicer *slicer);
bool zn_slicer_is_empty(const struct zn_slicer *slicer);

#endif
