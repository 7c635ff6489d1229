/* runner/recipe.h - all that decides the binary of a job's program, apart from the device.
 *
 * The builder compiles it; the driver program hashes the very same text and options for its cache of
 * binaries, so that the two cannot disagree about what a key stands for.
 */
#ifndef ZN_RUNNER_RECIPE_H
#define ZN_RUNNER_RECIPE_H

#include "core/hash.h"
#include "runner/pipe.h"

#define ZN_RECIPE_OPTIONS_BYTES 256
#define ZN_RECIPE_LINE_BYTES    96
#define ZN_RECIPE_PIECES_MAX    (2 * (ZN_SOURCES_MAX + 3) + 1)

struct zn_recipe_text {
	const char *name; /* for build logs only */
	const char *text; /* borrowed; not zero-terminated */
	size_t bytes;
};

struct zn_recipe {
	bool exact; /* exact.h first, and division and square root as IEEE has them */
	bool fp64;
	bool as_written; /* not optimised: a checking driver sees what the author wrote */
	uint32_t group_items; /* chunk form; 0: map form */
	uint32_t local_bytes;
	uint32_t slot_bytes;
	uint32_t width;
	uint32_t
		texts_count; /* at most ZN_SOURCES_MAX; abi.h before, map.cl or chunk.cl after them */
	struct zn_recipe_text texts[ZN_SOURCES_MAX];
};

/** What clCreateProgramWithSource takes: a #line before each text, so that logs name the file. */
struct zn_recipe_pieces {
	uint32_t count;
	const char *texts[ZN_RECIPE_PIECES_MAX];
	size_t bytes[ZN_RECIPE_PIECES_MAX];
	char lines[ZN_SOURCES_MAX + 3][ZN_RECIPE_LINE_BYTES];
	uint32_t lines_count;
	char lanes[ZN_RECIPE_LINE_BYTES]; /* which widths of exact.h are asked for */
	char options[ZN_RECIPE_OPTIONS_BYTES];
};

/** A load's recipe; its texts lie in `job_memory` (NULL: they are not asked for). */
void zn_recipe_of_load(struct zn_recipe *out, const struct zn_pipe_load *load,
	const uint8_t *job_memory);
/** The load whose texts are the known answers' kernels; `texts` gets them in order. */
void zn_recipe_of_self_test(struct zn_pipe_load *out, struct zn_recipe_text texts[ZN_SOURCES_MAX]);

void zn_recipe_options(char out[ZN_RECIPE_OPTIONS_BYTES], const struct zn_recipe *recipe,
	uint8_t device_class);
void zn_recipe_assemble(struct zn_recipe_pieces *out, const struct zn_recipe *recipe,
	uint8_t device_class);
/** The name of its binary: of the pieces, the device, its driver, and this program's way of building. */
void zn_recipe_key(struct zn_hash *out, const struct zn_recipe_pieces *pieces,
	const struct zn_device *device);

#endif
