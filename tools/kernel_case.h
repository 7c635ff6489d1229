/* tools/kernel_case.h - the kernel that `zennet kernel check` is asked about: a job file, or a source
 * alone, for which the job file beside it or plain sizes stand in.
 */
#ifndef ZN_TOOLS_KERNEL_CASE_H
#define ZN_TOOLS_KERNEL_CASE_H

#include "publisher/plan.h"

struct zn_kernel_case {
	struct zn_job_file file;
	char job_path[PATH_MAX]; /* "" when there is none, and sizes were assumed */
	struct zn_plan plan;     /* empty before zn_kernel_case_plan */
};

/** Read the job file. `path` ends in .json for one; everything else is a source. False with a sentence. */
bool zn_kernel_case_open(struct zn_kernel_case *out, const char *path,
	struct zn_complaint *complaint);
void zn_kernel_case_close(struct zn_kernel_case *kernel);

/** Source `index` below file.kernel.sources.count as it is written, malloc'ed; its name for findings
 *  is borrowed. False with a sentence. */
bool zn_kernel_case_source(const struct zn_kernel_case *kernel, uint32_t index, uint8_t **text,
	size_t *bytes, const char **name, struct zn_complaint *complaint);
/** Make the job of it, once its sources passed the screen. False with a sentence. */
bool zn_kernel_case_plan(struct zn_kernel_case *kernel, struct zn_complaint *complaint);

/** The input of a chunk into malloc'ed memory; NULL and 0 where it has none. False with a sentence. */
bool zn_kernel_case_input(const struct zn_kernel_case *kernel, uint64_t chunk, uint8_t **bytes,
	uint32_t *count, struct zn_complaint *complaint);

#endif
