#include "publisher/render/frame.h"

#include <math.h>

#define FRAME_FOV_DEG   30.0
#define FRAME_AROUND    0.62 /* radians from the front of the longer side */
#define FRAME_ABOVE     0.40 /* radians above the horizon */
#define FRAME_MARGIN    1.07
#define RADIANS_PER_DEG 0.017453292519943295

static double inner(const double a[3], const double b[3])
{
	return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void cross(double out[3], const double a[3], const double b[3])
{
	out[0] = a[1] * b[2] - a[2] * b[1];
	out[1] = a[2] * b[0] - a[0] * b[2];
	out[2] = a[0] * b[1] - a[1] * b[0];
}

static bool unit(double v[3])
{
	double length = sqrt(inner(v, v));
	if (!(length > 1e-12 && length < 1e12))
		return false;
	for (int axis = 0; axis < 3; axis++)
		v[axis] /= length;
	return true;
}

/* The distance from which every corner of the mesh is inside the picture, and how far its middle
 * then is from the picture's: the second is written to `shift` (right, up) per distance. */
static double distance_for(double shift[2], const struct zn_mesh *mesh, const double middle[3],
	const double forward[3], const double right[3], const double up[3], double tan_x,
	double tan_y)
{
	double distance = 0, least[2] = {INFINITY, INFINITY}, most[2] = {-INFINITY, -INFINITY};
	for (int pass = 0; pass < 2; pass++)
		for (uint32_t i = 0; i < mesh->triangle_count * 3; i++) {
			double to[3];
			for (int axis = 0; axis < 3; axis++)
				to[axis] =
					(double)mesh->corners[i / 3].at[i % 3][axis] - middle[axis];
			double depth = inner(to, forward), x = inner(to, right), y = inner(to, up);
			if (pass == 0) {
				distance = fmax(distance, fabs(x) / tan_x - depth);
				distance = fmax(distance, fabs(y) / tan_y - depth);
				continue;
			}
			double far = distance + depth;
			least[0] = fmin(least[0], x / far);
			most[0] = fmax(most[0], x / far);
			least[1] = fmin(least[1], y / far);
			most[1] = fmax(most[1], y / far);
		}
	for (int i = 0; i < 2; i++)
		shift[i] = (least[i] + most[i]) / 2 * distance;
	return distance;
}

void zn_camera_frame(struct zn_render_camera *camera, const struct zn_mesh *mesh, uint32_t width,
	uint32_t height)
{
	double low[3], high[3], middle[3], shift[2], right[3], up[3];
	zn_mesh_box(low, high, mesh);
	/* Look at the longer side of the two that face outward. */
	double around = FRAME_AROUND;
	if (high[2] - low[2] > high[0] - low[0])
		around = 1.5707963267948966 - FRAME_AROUND;
	double forward[3] = {-sin(around) * cos(FRAME_ABOVE), -sin(FRAME_ABOVE),
		-cos(around) * cos(FRAME_ABOVE)};
	double y_up[3] = {0, 1, 0};
	cross(right, forward, y_up);
	unit(right);
	cross(up, right, forward);
	for (int axis = 0; axis < 3; axis++)
		middle[axis] = (low[axis] + high[axis]) / 2;
	double tan_y = tan(FRAME_FOV_DEG / 2 * RADIANS_PER_DEG) / FRAME_MARGIN;
	double tan_x = tan_y * width / height;
	double distance = 0;
	for (int pass = 0; pass < 3; pass++) { /* each pass centres what the last one saw */
		distance = distance_for(shift, mesh, middle, forward, right, up, tan_x, tan_y);
		if (!(distance > 0) || !isfinite(shift[0]) || !isfinite(shift[1]))
			break;
		for (int axis = 0; pass < 2 && axis < 3; axis++)
			middle[axis] += shift[0] * right[axis] + shift[1] * up[axis];
	}
	if (!(distance > 1e-6))
		distance = 1;
	for (int axis = 0; axis < 3; axis++) {
		camera->eye[axis] = middle[axis] - forward[axis] * distance;
		camera->target[axis] = middle[axis];
		camera->up[axis] = y_up[axis];
	}
	camera->fov_deg = FRAME_FOV_DEG;
}

static bool range(const char *name, double value, double least, double most,
	struct zn_complaint *complaint)
{
	if (value >= least && value <= most)
		return true;
	return zn_complain(complaint, "%s: %g is not allowed; give %g to %g", name, value, least,
		most);
}

static bool options_fine(const struct zn_render_options *options,
	const struct zn_render_camera *camera, struct zn_complaint *complaint)
{
	return range("width", options->width, 1, ZN_PATHTRACE_SIDE_MAX, complaint) &&
	       range("height", options->height, 1, ZN_PATHTRACE_SIDE_MAX, complaint) &&
	       range("samples", options->samples, 1, ZN_PATHTRACE_SAMPLES_MAX, complaint) &&
	       range("samples per item", options->samples_per_item, 1, options->samples,
		       complaint) &&
	       range("bounces", options->bounces, 0, ZN_PATHTRACE_BOUNCES_MAX, complaint) &&
	       range("clamp", options->clamp, 0.01, (double)ZN_PATHTRACE_CLAMP_MAX, complaint) &&
	       range("field of view", camera->fov_deg, 1, 170, complaint);
}

bool zn_pathtrace_params_make(struct zn_pathtrace_params *params,
	const struct zn_render_options *options, const struct zn_render_camera *camera,
	size_t scene_bytes, struct zn_complaint *complaint)
{
	double forward[3], right[3], up[3], above[3];
	if (!options_fine(options, camera, complaint))
		return false;
	for (int axis = 0; axis < 3; axis++) {
		if (!range("camera", camera->eye[axis], -1e8, 1e8, complaint) ||
			!range("camera", camera->target[axis], -1e8, 1e8, complaint))
			return false;
		forward[axis] = camera->target[axis] - camera->eye[axis];
		above[axis] = camera->up[axis];
	}
	if (!unit(forward))
		return zn_complain(complaint,
			"camera: eye and target are the same point; move one of them");
	cross(right, forward, above);
	if (!unit(above) || !unit(right))
		return zn_complain(complaint,
			"camera: up points along the view; choose another direction");
	cross(up, right, forward);
	double half_height = tan(camera->fov_deg / 2 * RADIANS_PER_DEG);
	double half_width = half_height * options->width / options->height;
	*params = (struct zn_pathtrace_params){.magic = ZN_PATHTRACE_MAGIC,
		.version = ZN_SCENE_VERSION,
		.width = options->width,
		.height = options->height,
		.samples = options->samples,
		.samples_per_item = options->samples_per_item,
		.seed = options->seed,
		.bounces = options->bounces,
		.clamp = (float)options->clamp,
		.indirect_clamp = (float)fmin(options->clamp, ZN_RENDER_INDIRECT_CLAMP),
		.scene_bytes = (unsigned int)scene_bytes};
	for (int axis = 0; axis < 3; axis++) {
		params->eye[axis] = (float)camera->eye[axis];
		params->corner[axis] =
			(float)(forward[axis] - half_width * right[axis] + half_height * up[axis]);
		params->right[axis] = (float)(2 * half_width * right[axis]);
		params->down[axis] = (float)(-2 * half_height * up[axis]);
	}
	return true;
}

uint64_t zn_pathtrace_items(const struct zn_pathtrace_params *params)
{
	uint64_t passes =
		(params->samples + params->samples_per_item - 1) / params->samples_per_item;
	return passes * params->width * params->height;
}
