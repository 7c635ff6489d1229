#include "publisher/plan.h"

#include "core/limits.h"
#include "kernels/abi.h"
#include "kernels/pathtrace/check.h"
#include "publisher/blobs.h"
#include "publisher/render/scene.h"
#include "runner/client/catalog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool sources_take(struct zn_plan *plan, const char *kernel_name,
	struct zn_complaint *complaint)
{
	const struct zn_builtin_kernel *kernel = zn_builtin_kernel_find(kernel_name);
	if (kernel == NULL)
		return zn_complain(complaint, "%s: there is no such built-in kernel", kernel_name);
	plan->sources_count = zn_catalog_sources(plan->sources, ZN_SOURCES_MAX, kernel);
	for (uint32_t i = 0; i < plan->sources_count; i++)
		if (!zn_content_id(&plan->manifest.sources[i], plan->sources[i].text,
			    plan->sources[i].bytes))
			return zn_complain(complaint, "%s: out of memory", kernel_name);
	plan->manifest.sources_count = plan->sources_count;
	return true;
}

static void params_put(struct zn_manifest *manifest, const void *bytes, size_t count)
{
	memcpy(manifest->params, bytes, count);
	manifest->params_bytes = (uint32_t)count;
}

static bool kernel_make(struct zn_plan *plan, const struct zn_job_file *file,
	const struct zn_job_home *home, struct zn_complaint *complaint)
{
	if (file->kernel.name[0] == '\0')
		return zn_plan_own_kernel(plan, file, home, complaint);

	uint32_t words[2] = {file->kernel.rounds, file->kernel.seed};
	params_put(&plan->manifest, words, sizeof words);
	plan->manifest.items = file->kernel.items;
	plan->manifest.slot_bytes = 8;
	snprintf(plan->what, sizeof plan->what, "kernel %s, %llu items", file->kernel.name,
		(unsigned long long)file->kernel.items);
	return sources_take(plan, file->kernel.name, complaint);
}

static bool render_make(struct zn_plan *plan, const struct zn_job_file *file,
	const struct zn_job_home *home, struct zn_complaint *complaint)
{
	const struct zn_job_file_render *asked = &file->render;
	struct zn_render_options options = zn_render_options_default();
	struct zn_render_job job;
	options.scene_path = asked->scene;
	options.environment_path = asked->environment[0] != '\0' ? asked->environment : NULL;
	options.environment_turn = asked->environment_turn;
	options.environment_gain = asked->environment_gain;
	options.floor = asked->floor;
	options.camera_given = asked->camera_given;
	memcpy(options.camera.eye, asked->eye, sizeof asked->eye);
	memcpy(options.camera.target, asked->target, sizeof asked->target);
	memcpy(options.camera.up, asked->up, sizeof asked->up);
	options.camera.fov_deg = asked->fov_deg;
	options.width = asked->width;
	options.height = asked->height;
	options.samples = asked->samples;
	options.samples_per_item = asked->samples_per_item;
	options.bounces = asked->bounces;
	options.seed = asked->seed;
	if (!zn_render_job_make(&job, &options, complaint))
		return false;
	plan->shared = job.scene;
	plan->shared_bytes = job.scene_bytes;
	job.scene = NULL;
	plan->is_render = true;
	plan->render = job.params;
	params_put(&plan->manifest, &job.params, sizeof job.params);
	plan->manifest.items = job.items;
	plan->manifest.slot_bytes = job.slot_bytes;
	plan->manifest.shared_bytes = plan->shared_bytes;
	snprintf(plan->what, sizeof plan->what, "picture of %u x %u, %u samples, %u triangles",
		asked->width, asked->height, asked->samples, job.triangles);
	zn_render_job_finish(&job);
	if (!zn_content_id(&plan->manifest.shared_id, plan->shared, plan->shared_bytes))
		return zn_complain(complaint, "%s: out of memory", asked->scene);
	if (home != NULL && !zn_blob_put(home, &plan->manifest.shared_id, plan->shared,
				    plan->shared_bytes, complaint))
		return false;
	return sources_take(plan, "pathtrace", complaint);
}

static bool plan_check(struct zn_plan *plan, struct zn_complaint *complaint)
{
	enum zn_manifest_refusal refusal = zn_manifest_check(&plan->manifest);
	if (refusal != ZN_MANIFEST_OK)
		return zn_complain(complaint,
			"the job cannot be offered: %s; change chunk_items or its size",
			zn_manifest_refusal_sentence(refusal));
	plan->chunks = zn_manifest_chunks(&plan->manifest);
	return true;
}

bool zn_plan_make(struct zn_plan *plan, const struct zn_job_file *file,
	const struct zn_job_home *home, struct zn_complaint *complaint)
{
	memset(plan, 0, sizeof *plan);
	plan->manifest.abi_version = ZN_ABI_VERSION;
	plan->manifest.form = ZN_FORM_MAP;
	plan->manifest.arithmetic = ZN_ARITHMETIC_EXACT;
	plan->manifest.counter_at = ZN_COUNTER_NONE;
	plan->manifest.chunk_items = file->chunk_items;
	bool made = file->kind == ZN_JOB_RENDER ? render_make(plan, file, home, complaint)
						: kernel_make(plan, file, home, complaint);
	if (made && plan_check(plan, complaint))
		return true;
	zn_plan_finish(plan);
	return false;
}

/* Which built-in kernel is it? The one whose sources have the manifest's content ids; else it is the
 * person's own. */
static bool sources_match(struct zn_plan *plan, const struct zn_manifest *manifest,
	const struct zn_job_home *home, struct zn_complaint *complaint)
{
	const struct zn_builtin_kernel *kernel =
		zn_catalog_find(manifest->sources, manifest->sources_count);
	if (kernel == NULL)
		return zn_plan_own_sources(plan, manifest, home, complaint);
	plan->is_render = strcmp(kernel->name, "pathtrace") == 0;
	snprintf(plan->what, sizeof plan->what, "kernel %s", kernel->name);
	return sources_take(plan, kernel->name, complaint);
}

static bool shared_restore(struct zn_plan *plan, const struct zn_job_home *home,
	struct zn_complaint *complaint)
{
	const struct zn_manifest *manifest = &plan->manifest;
	if (manifest->shared_bytes == 0)
		return true;
	enum zn_err err = zn_blob_get(&plan->shared, &plan->shared_bytes, home,
		&manifest->shared_id, ZN_SHARED_BYTES_MAX);
	return (err == ZN_ERR_OK && plan->shared_bytes == manifest->shared_bytes) ||
	       zn_complain(complaint, "the job's stored input: %s; start the job anew",
		       zn_err_sentence(err != ZN_ERR_OK ? err : ZN_ERR_CORRUPT));
}

bool zn_plan_restore(struct zn_plan *plan, const struct zn_manifest *manifest,
	const struct zn_job_home *home, struct zn_complaint *complaint)
{
	memset(plan, 0, sizeof *plan);
	bool good = sources_match(plan, manifest, home, complaint);
	plan->manifest = *manifest;
	good = good && shared_restore(plan, home, complaint);
	if (good && manifest->input_bytes_max > 0)
		good = zn_inputs_restore(&plan->inputs, home, &manifest->inputs_id,
			zn_manifest_chunks(manifest), manifest->input_bytes_max, complaint);
	if (good && plan->is_render) {
		/* Copied: the manifest's bytes need not be aligned for words. */
		if (manifest->params_bytes == sizeof plan->render)
			memcpy(&plan->render, manifest->params, sizeof plan->render);
		if (zn_pathtrace_params_check(&plan->render, sizeof plan->render) !=
			ZN_PATHTRACE_OK)
			good = zn_complain(complaint, "the job's stored parameters are damaged");
		snprintf(plan->what, sizeof plan->what, "picture of %u x %u, %u samples",
			plan->render.width, plan->render.height, plan->render.samples);
	}
	if (good && plan_check(plan, complaint))
		return true;
	zn_plan_finish(plan);
	return false;
}

void zn_plan_finish(struct zn_plan *plan)
{
	zn_plan_sources_free(plan);
	zn_inputs_finish(&plan->inputs);
	free(plan->shared);
	memset(plan, 0, sizeof *plan);
}

struct zn_runner_job zn_plan_runner_job(const struct zn_plan *plan, uint32_t items_max)
{
	return (struct zn_runner_job){.exact = plan->manifest.arithmetic == ZN_ARITHMETIC_EXACT,
		.sources = plan->sources,
		.sources_count = plan->sources_count,
		.params = plan->manifest.params,
		.params_bytes = plan->manifest.params_bytes,
		.shared = plan->shared,
		.shared_bytes = plan->shared_bytes,
		.fp64 = (plan->manifest.options & ZN_OPTION_FP64) != 0,
		.slot_bytes = plan->manifest.slot_bytes,
		.chunk_items_max = items_max,
		.group_items = plan->manifest.group_items,
		.local_bytes = plan->manifest.local_bytes,
		.input_bytes_max = plan->manifest.input_bytes_max};
}
