/* tools/kernel_case.h - the kernel that `zennet kernel check` is asked about: a job file, or a source
 * alone, for which the job file beside it or plain sizes stand in.
 */
#ifndef ZN_TOOLS_KERNEL_CASE_H
#define ZN_TOOLS_KERNEL_CASE_H

#include "publisher/plan.h"

struct zn_kernel_case {
	struct zn_plan plan;
	char job_path[PATH_MAX]; /* "" when there is none, and sizes were assumed */
	char name[64];           /* of a source alone */
	uint8_t *text;           /* owned */
	uint64_t chunks;
};

/** Read it. `path` ends in .json for a job file; everything else is a source. False with a sentence. */
bool zn_kernel_case_open(struct zn_kernel_case *out, const char *path,
	struct zn_complaint *complaint);
void zn_kernel_case_close(struct zn_kernel_case *kernel);

/** The input of a chunk into malloc'ed memory; NULL and 0 where it has none. False with a sentence. */
bool zn_kernel_case_input(const struct zn_kernel_case *kernel, uint64_t chunk, uint8_t **bytes,
	uint32_t *count, struct zn_complaint *complaint);

#endif
