/* publisher/plan.h - what a job file asks to be computed: manifest, kernel sources and shared input.
 *
 * Takes  struct zn_job_file
 * Gives  struct zn_plan  to the deals, the checks and `zennet job local`
 */
#ifndef ZN_PUBLISHER_PLAN_H
#define ZN_PUBLISHER_PLAN_H

#include "kernels/builtin.h"
#include "kernels/pathtrace/scene.h"
#include "market/manifest.h"
#include "publisher/job_file.h"
#include "runner/client/runner.h"

struct zn_plan {
	struct zn_manifest manifest; /* passed its check */
	uint64_t chunks;
	uint32_t sources_count;
	struct zn_kernel_source sources[ZN_SOURCES_MAX]; /* texts are the program's own */
	uint8_t *shared;                                 /* owned; NULL if there is none */
	size_t shared_bytes;
	bool is_render;
	struct zn_pathtrace_params render; /* of a render job */
	char what[160];                    /* one line for people */
};

/** Read what the job file names and make the job. False and a sentence; *plan is empty then. */
bool zn_plan_make(struct zn_plan *plan, const struct zn_job_file *file,
	struct zn_complaint *complaint);
/** The same from what a job directory kept. Takes `shared` in any case. */
bool zn_plan_restore(struct zn_plan *plan, const struct zn_manifest *manifest, uint8_t *shared,
	size_t shared_bytes, struct zn_complaint *complaint);
void zn_plan_finish(struct zn_plan *plan);

/** What a runner must load, for runs of at most `items_max` items; borrows from the plan. */
struct zn_runner_job zn_plan_runner_job(const struct zn_plan *plan, uint32_t items_max);

#endif
