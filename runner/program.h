/* runner/program.h - a program on the device: from sources in the builder, from a binary elsewhere. */
#ifndef ZN_RUNNER_PROGRAM_H
#define ZN_RUNNER_PROGRAM_H

#include "core/err.h"
#include "runner/compute.h"
#include "runner/recipe.h"

/** Build from sources. Returns: OK; BUILD when the source is at fault, DEVICE when the driver is, MEMORY.
 *  Out: `report` gets the log and, unless OK, a sentence. */
enum zn_err zn_program_build(cl_program *out, const struct zn_compute *compute,
	const struct zn_recipe *recipe, struct zn_pipe_loaded *report);
/** Take a binary. NULL: the driver does not take it, whatever the reason. */
cl_program zn_program_load(const struct zn_compute *compute, const struct zn_recipe *recipe,
	const uint8_t *binary, size_t bytes);
/** The binary of a built one, after its first launch, so that what PoCL compiles late is in it.
 *  Returns: OK; TOO_LARGE, DEVICE. */
enum zn_err zn_program_binary(uint8_t *out, size_t *bytes, size_t bytes_max, cl_program program);

/** The kernel that a chunk runs; NULL with its OpenCL error. */
cl_kernel zn_program_kernel(cl_program program, cl_int *status);
/** Launch it on no items at all with the largest grid: PoCL compiles at the first launch.
 *  In: `mems` are items, params, shared, input and output. */
enum zn_err zn_program_warm_up(cl_kernel kernel, const struct zn_compute *compute,
	uint32_t group_items, uint32_t groups, const cl_mem mems[5]);

/** Write a sentence into a report, cleaned and cut. */
void zn_report(struct zn_pipe_loaded *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

uint64_t zn_runner_now_ns(void);

#endif
