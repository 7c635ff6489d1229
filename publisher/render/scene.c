#include "publisher/render/scene.h"

#include "core/assert.h"
#include "core/limits.h"
#include "kernels/pathtrace/check.h"
#include "publisher/render/blob.h"
#include "publisher/render/frame.h"
#include "publisher/render/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FLOOR_REACH 6.0   /* radius of the floor, in diagonals of the object */
#define FLOOR_GAP   2e-4f /* below the object, in diagonals: no two surfaces at one place */

struct zn_render_options zn_render_options_default(void)
{
	return (struct zn_render_options){.environment_gain = 1,
		.floor = true,
		.width = 640,
		.height = 360,
		.samples = 64,
		.samples_per_item = 4,
		.bounces = 6,
		.clamp = 64};
}

static bool options_checked(const struct zn_render_options *options, struct zn_complaint *complaint)
{
	if (options->scene_path == NULL)
		return zn_complain(complaint, "scene: missing; name a model such as table.obj");
	if (!(options->environment_gain >= 0 && options->environment_gain <= 1000))
		return zn_complain(complaint, "environment gain: %g is not allowed; give 0 to 1000",
			options->environment_gain);
	if (!(fabs(options->environment_turn) <= 1000))
		return zn_complain(complaint, "environment turn: %g is not allowed; give -1 to 1",
			options->environment_turn);
	return true;
}

static bool floor_add(struct zn_mesh *mesh, struct zn_complaint *complaint)
{
	double low[3], high[3], centre[3], square = 0;
	zn_mesh_box(low, high, mesh);
	for (int axis = 0; axis < 3; axis++) {
		centre[axis] = (low[axis] + high[axis]) / 2;
		square += (high[axis] - low[axis]) * (high[axis] - low[axis]);
	}
	double size = sqrt(square);
	centre[1] = low[1] - size * (double)FLOOR_GAP;
	return zn_mesh_add_floor(mesh, centre, size * FLOOR_REACH, complaint);
}

/* Everything but the parameters; what was made so far is the caller's to finish. */
static bool scene_make(struct zn_render_job *job, struct zn_mesh *mesh, struct zn_tree *tree,
	struct zn_sky *sky, const struct zn_render_options *options, struct zn_complaint *complaint)
{
	if (!zn_model_read(mesh, options->scene_path, complaint))
		return false;
	job->camera = options->camera;
	if (!options->camera_given)
		zn_camera_frame(&job->camera, mesh, options->width, options->height);
	if (options->floor && !floor_add(mesh, complaint))
		return false;
	if (options->environment_path != NULL
			? !zn_sky_read(sky, options->environment_path, options->environment_turn,
				  options->environment_gain, complaint)
			: !zn_sky_overcast(sky, options->environment_turn,
				  options->environment_gain, complaint))
		return false;
	enum zn_err err = zn_tree_build(tree, mesh);
	if (err != ZN_ERR_OK)
		return zn_complain(complaint, "%s: %s", options->scene_path, zn_err_sentence(err));
	return zn_blob_make(&job->scene, &job->scene_bytes, &job->lights, mesh, tree, sky,
		complaint);
}

bool zn_render_job_make(struct zn_render_job *job, const struct zn_render_options *options,
	struct zn_complaint *complaint)
{
	struct zn_mesh mesh = {0};
	struct zn_tree tree = {0};
	struct zn_sky sky = {0};
	struct zn_pathtrace_params probe;
	const struct zn_render_camera anywhere = {.target = {0, 0, -1},
		.up = {0, 1, 0},
		.fov_deg = 30};
	memset(job, 0, sizeof(*job));
	if (!options_checked(options, complaint) ||
		!zn_pathtrace_params_make(&probe, options,
			options->camera_given ? &options->camera : &anywhere, 0, complaint))
		return false;
	bool fine = scene_make(job, &mesh, &tree, &sky, options, complaint) &&
		    zn_pathtrace_params_make(&job->params, options, &job->camera, job->scene_bytes,
			    complaint);
	job->triangles = mesh.triangle_count;
	job->materials = mesh.material_count;
	job->textures = mesh.texture_count;
	zn_mesh_finish(&mesh);
	zn_tree_finish(&tree);
	zn_sky_finish(&sky);
	if (fine) {
		enum zn_pathtrace_refusal refusal = zn_pathtrace_check(job->scene, job->scene_bytes,
			&job->params, sizeof(job->params));
		if (refusal != ZN_PATHTRACE_OK)
			fine = zn_complain(complaint, "%s: the scene cannot be rendered: %s",
				options->scene_path, zn_pathtrace_refusal_sentence(refusal));
	}
	if (!fine) {
		zn_render_job_finish(job);
		return false;
	}
	job->items = zn_pathtrace_items(&job->params);
	job->slot_bytes = ZN_PATHTRACE_SLOT_BYTES;
	return true;
}

void zn_render_job_finish(struct zn_render_job *job)
{
	free(job->scene);
	memset(job, 0, sizeof(*job));
}
