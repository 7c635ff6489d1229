/* publisher/job_file.h - a job as a person writes it: one JSON file.
 *
 * Gives  struct zn_job_file  to  publisher/plan.h (what is computed), publisher/reduce.h (what the
 *        outputs become) and the deals (what is paid). Reading looks at no other file: whether a scene
 *        or a source is there is the plan's question.
 */
#ifndef ZN_PUBLISHER_JOB_FILE_H
#define ZN_PUBLISHER_JOB_FILE_H

#include "core/amount.h"
#include "core/err.h"
#include "core/limits.h"
#include "market/announcement.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZN_KERNEL_NAME_BYTES_MAX 63
#define ZN_JOB_FILE_BYTES_MAX    65536

/** Some words of the file, one after the other, each with a zero behind. */
struct zn_words {
	uint32_t count;
	uint32_t used;
	char text[ZN_JOB_FILE_BYTES_MAX];
};
/** Word `index` below count. */
const char *zn_words_at(const struct zn_words *words, uint32_t index);

/* Of a number in params, in a slot, in a printed result. */
enum zn_number {
	ZN_NUMBER_NONE,
	ZN_NUMBER_U32,
	ZN_NUMBER_I32,
	ZN_NUMBER_U64,
	ZN_NUMBER_I64,
	ZN_NUMBER_F32,
	ZN_NUMBER_F64,
	ZN_NUMBER_HEX, /* params and print only: bytes */
};
/** Bytes of one: 4 or 8; 1 for HEX. */
uint32_t zn_number_bytes(enum zn_number type);
/** "u32"; NONE for another word. */
enum zn_number zn_number_find(const char *name);
const char *zn_number_name(enum zn_number type);

/** Parameters are parts that are laid out one after the other, each aligned for its numbers. */
struct zn_params_part {
	enum zn_number type;
	bool is_file; /* word `at` of the files */
	uint32_t at;  /* else where in the bytes */
	uint32_t bytes;
};

enum zn_cut { ZN_CUT_BYTES, ZN_CUT_LINES };

enum zn_reduce_kind {
	ZN_REDUCE_CONCAT,
	ZN_REDUCE_SUM,
	ZN_REDUCE_MIN,
	ZN_REDUCE_MAX,
	ZN_REDUCE_TOP,
	ZN_REDUCE_COMMAND,
};

struct zn_job_file_reduce {
	enum zn_reduce_kind kind;
	enum zn_number type; /* of sum, min, max; of top's key */
	uint32_t top;        /* how many */
	uint32_t at;         /* of top's key in the slot */
	struct zn_words command;
	enum zn_number print; /* NONE: binary */
};

struct zn_job_file_kernel {
	char name[ZN_KERNEL_NAME_BYTES_MAX + 1]; /* a built-in one; empty: sources are named */
	uint64_t items;                          /* 0: follows from the inputs */
	uint32_t rounds, seed;                   /* params of "mix" */
	struct zn_words sources;
	bool chunk_form, fp64;
	uint32_t slot_bytes, group_items, local_bytes, counter_at;
	uint32_t params_count;
	struct zn_params_part params[ZN_PARAMS_PARTS_MAX];
	uint8_t params_bytes[ZN_PARAMS_BYTES_MAX];
	struct zn_words params_files;
	char shared[PATH_MAX]; /* empty: none. From the directory, as all paths of a kernel */
	struct zn_words inputs;
	enum zn_cut cut;
	uint32_t cut_bytes;
	uint32_t items_per_input; /* 0: not given */
	bool chunk_items_given;
	struct zn_job_file_reduce reduce;
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
	uint8_t kind;             /* ZN_JOB_KERNEL or ZN_JOB_RENDER */
	char directory[PATH_MAX]; /* of the file; empty: where we stand */
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

/** Read a job file. Relative paths in it count from its directory. False and a sentence. */
bool zn_job_file_read(struct zn_job_file *file, const char *path, struct zn_complaint *complaint);
/** The same from text; `name` begins the complaints, `directory` is where paths count from. */
bool zn_job_file_parse(struct zn_job_file *file, const char *name, const char *directory,
	const char *text, size_t count, struct zn_complaint *complaint);
/** A path of the file from its directory. False when it is too long. */
bool zn_job_file_path(char out[PATH_MAX], const struct zn_job_file *file, const char *path)
	__attribute__((warn_unused_result));
/** "2 XEN per 1000 chunks", "5 zat per chunk" into zat per ZN_PRICE_PER_UNITS, at least 1. */
bool zn_job_price_parse(uint64_t *out, const char *text);

#define ZN_JOB_EXAMPLE_SCENE "scene.obj" /* names in the example, to be replaced by real ones */
#define ZN_JOB_EXAMPLE_SKY   "sky.exr"

/** An example, of kind "render" or "kernel"; NULL for another word. The kernel's goes with what
 *  `zennet kernel new kernel` writes. */
const char *zn_job_file_example(const char *kind);

#endif
