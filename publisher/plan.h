/* publisher/plan.h - what a job file asks to be computed: manifest, kernel sources, inputs.
 *
 * Takes  struct zn_job_file
 * Gives  struct zn_plan  to the deals, the checks and `zennet job local`
 */
#ifndef ZN_PUBLISHER_PLAN_H
#define ZN_PUBLISHER_PLAN_H

#include "kernels/builtin.h"
#include "kernels/pathtrace/scene.h"
#include "market/manifest.h"
#include "publisher/inputs.h"
#include "publisher/job_file.h"
#include "publisher/job_home.h"
#include "runner/client/runner.h"

struct zn_plan {
	struct zn_manifest manifest; /* passed its check */
	uint64_t chunks;
	bool foreign; /* the sources are the person's own, and their texts are owned */
	uint32_t sources_count;
	struct zn_kernel_source sources[ZN_SOURCES_MAX];
	uint8_t *shared; /* owned; NULL if there is none */
	size_t shared_bytes;
	struct zn_inputs inputs;
	bool is_render;
	struct zn_pathtrace_params render; /* of a render job */
	char what[160];                    /* one line for people */
};

/** Read what the job file names and make the job. Sources, shared input and inputs are put into the
 *  blobs of `home`, if one is given; else the job file must outlive the plan. False and a sentence;
 *  *plan is empty then. */
bool zn_plan_make(struct zn_plan *plan, const struct zn_job_file *file,
	const struct zn_job_home *home, struct zn_complaint *complaint);
/** The same from what the home, which must outlive the plan, keeps of it. */
bool zn_plan_restore(struct zn_plan *plan, const struct zn_manifest *manifest,
	const struct zn_job_home *home, struct zn_complaint *complaint);
void zn_plan_finish(struct zn_plan *plan);

/** What a runner must load, for runs of at most `items_max` items; borrows from the plan. */
struct zn_runner_job zn_plan_runner_job(const struct zn_plan *plan, uint32_t items_max);

/* --- publisher/plan_kernel.c --- */

/** The part of zn_plan_make for a kernel of the person's own. */
bool zn_plan_own_kernel(struct zn_plan *plan, const struct zn_job_file *file,
	const struct zn_job_home *home, struct zn_complaint *complaint);
/** Sources of the person's own, from the blobs. */
bool zn_plan_own_sources(struct zn_plan *plan, const struct zn_manifest *manifest,
	const struct zn_job_home *home, struct zn_complaint *complaint);
/** Name of a source in build logs; the literal is the program's own. */
void zn_plan_sources_free(struct zn_plan *plan);

#endif
