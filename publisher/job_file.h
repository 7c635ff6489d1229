/* publisher/job_file.h - a job as a person writes it: one JSON file.
 *
 * Gives  struct zn_job_file  to  publisher/plan.h (what is computed) and publisher/policy.h (what is
 * paid). Reading looks at no other file: whether a scene is there is the plan's question.
 */
#ifndef ZN_PUBLISHER_JOB_FILE_H
#define ZN_PUBLISHER_JOB_FILE_H

#include "core/amount.h"
#include "core/err.h"
#include "market/announcement.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZN_KERNEL_NAME_BYTES_MAX 63

struct zn_job_file_kernel {
	char name[ZN_KERNEL_NAME_BYTES_MAX + 1]; /* a built-in one */
	uint64_t items;
	uint32_t rounds, seed; /* params of "mix" */
};

struct zn_job_file_render {
	char scene[PATH_MAX];       /* absolute, or relative to where we stand */
	char environment[PATH_MAX]; /* empty: an overcast sky */
	double environment_turn, environment_gain;
	bool floor;
	bool camera_given;
	double eye[3], target[3], up[3], fov_deg;
	uint32_t width, height, samples, samples_per_item, bounces, seed;
	double exposure; /* stops */
};

struct zn_job_file {
	uint8_t kind; /* ZN_JOB_KERNEL or ZN_JOB_RENDER */
	struct zn_job_file_kernel kernel;
	struct zn_job_file_render render;
	uint32_t chunk_items;
	struct zn_amount budget; /* of all deposits together */
	uint64_t ceiling_zat;    /* per ZN_PRICE_PER_UNITS chunks; 0: follows from the budget */
	uint64_t price_zat;      /* announced; 0: none named */
	uint64_t deadline_s;     /* from the start; 0: none */
	uint32_t grace_s, lease_s, check_items, window_chunks;
	char out[PATH_MAX];
};

#define ZN_JOB_FILE_BYTES_MAX 65536

/** Read a job file. Relative paths in it count from its directory. False and a sentence. */
bool zn_job_file_read(struct zn_job_file *file, const char *path, struct zn_complaint *complaint);
/** The same from text; `name` begins the complaints, `directory` is where paths count from. */
bool zn_job_file_parse(struct zn_job_file *file, const char *name, const char *directory,
	const char *text, size_t count, struct zn_complaint *complaint);
/** "2 XEN per 1000 chunks", "5 zat per chunk" into zat per ZN_PRICE_PER_UNITS, at least 1. */
bool zn_job_price_parse(uint64_t *out, const char *text);

#define ZN_JOB_EXAMPLE_SCENE "scene.obj" /* names in the example, to be replaced by real ones */
#define ZN_JOB_EXAMPLE_SKY   "sky.exr"

/** An example with every key but the camera, of kind "render" or "kernel"; NULL for another word. */
const char *zn_job_file_example(const char *kind);

#endif
