/* runner/job.h - the loaded job: its program, its inputs on the device, its lanes.
 *
 * A lane is what one run needs: input, item list and output, in memory shared with the driver
 * program. A CPU device works in that memory itself; other devices have a copy of their own.
 */
#ifndef ZN_RUNNER_JOB_H
#define ZN_RUNNER_JOB_H

#include "runner/channel.h"
#include "runner/program.h"

struct zn_lane {
	uint8_t *input, *items, *output; /* in shared memory */
	cl_mem input_mem, items_mem, output_mem;
};

struct zn_job {
	bool loaded;
	struct zn_pipe_load load;
	struct zn_pipe_layout layout;
	const uint8_t *job_memory;
	uint8_t *lane_memory;
	cl_program program;
	cl_kernel kernel;
	cl_mem params, shared;
	struct zn_lane lanes[ZN_RUNS_QUEUED_MAX];
	double item_ns; /* measured time of an item with the whole device at work; 0: not yet known */
	uint32_t slice_items; /* of the slice before, which the next may exceed only so much */
};

/** Load a binary and its job; `fds` are job memory, lanes, binary, and stay the caller's. Returns: OK;
 *  MALFORMED when the driver does not take the binary, TOO_LARGE, MEMORY, DEVICE. Out: `report` gets a
 *  sentence; on failure nothing stays loaded. */
enum zn_err zn_job_load(struct zn_job *job, const struct zn_compute *compute,
	const struct zn_pipe_load *load, const struct zn_pipe_fds *fds,
	struct zn_pipe_loaded *report);
void zn_job_unload(struct zn_job *job);

/** Most work-groups of one launch on this device. */
uint32_t zn_job_groups_max(const struct zn_compute *compute);

/** Shared memory that the driver program made; NULL when there is none or less than that. */
void *zn_job_map(int fd, uint64_t bytes, int protection);

#endif
