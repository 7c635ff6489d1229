/* publisher/render/scene.h - a scene file and options become the bytes of a path tracing job.
 *
 * Takes  a model (what Assimp reads: OBJ+MTL, GLB, ...), an environment picture (EXR), options
 * Gives  shared input and parameters of the built-in kernel "pathtrace" (kernels/pathtrace/scene.h)
 *
 * Deterministic: the same files and options give the same bytes on the same machine. Models and
 * pictures are untrusted: sizes are bounded before anything is allocated for them.
 */
#ifndef ZN_PUBLISHER_RENDER_SCENE_H
#define ZN_PUBLISHER_RENDER_SCENE_H

#include "core/err.h"
#include "kernels/pathtrace/scene.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZN_RENDER_INDIRECT_CLAMP 4.0 /* sparks that light up one pixel in a thousand */

struct zn_render_camera {
	double eye[3], target[3], up[3]; /* in the scene's units */
	double fov_deg;                  /* vertical, 1..170 */
};

/** Start from zn_render_options_default(). Paths are borrowed. */
struct zn_render_options {
	const char *scene_path;
	const char *environment_path; /* NULL: a plain overcast sky */
	double environment_turn;      /* turned about the up axis, in turns */
	double environment_gain;      /* brightness, 0..1000 */
	bool floor;                   /* a matte floor under the object */
	bool camera_given;            /* false: the object is framed from above, three-quarter */
	struct zn_render_camera camera;
	uint32_t width, height;    /* pixels, 1..ZN_PATHTRACE_SIDE_MAX each */
	uint32_t samples;          /* per pixel, 1..ZN_PATHTRACE_SAMPLES_MAX */
	uint32_t samples_per_item; /* 1..samples */
	uint32_t bounces;          /* 0..ZN_PATHTRACE_BOUNCES_MAX */
	uint32_t seed;
	double clamp; /* most radiance of one sample */
};

/** 640 x 360, 64 samples, 4 per item, 6 bounces, a floor, automatic camera. */
struct zn_render_options zn_render_options_default(void);

struct zn_render_job {
	uint8_t *scene; /* the shared input, owned */
	size_t scene_bytes;
	struct zn_pathtrace_params params;               /* the parameter bytes, as they are */
	uint64_t items;                                  /* passes * width * height */
	uint32_t slot_bytes;                             /* ZN_PATHTRACE_SLOT_BYTES */
	struct zn_render_camera camera;                  /* the one that was used */
	uint32_t triangles, materials, textures, lights; /* for people */
};

/** Read the files and make the job.
 *
 *  Returns: false and a sentence when a file is missing or broken, too large, or an option is out of
 *           range; then *job is empty.
 *  Out:     job  finish it with zn_render_job_finish().
 */
bool zn_render_job_make(struct zn_render_job *job, const struct zn_render_options *options,
	struct zn_complaint *complaint);
/** Frees what it owns; an empty (zeroed) one is fine. */
void zn_render_job_finish(struct zn_render_job *job);

/** The parameters alone, for a scene blob that exists already. Pure. False when an option is out of
 *  range (a sentence) or the camera looks nowhere. */
bool zn_pathtrace_params_make(struct zn_pathtrace_params *params,
	const struct zn_render_options *options, const struct zn_render_camera *camera,
	size_t scene_bytes, struct zn_complaint *complaint);
/** Passes * width * height of these parameters. */
uint64_t zn_pathtrace_items(const struct zn_pathtrace_params *params);

#endif
