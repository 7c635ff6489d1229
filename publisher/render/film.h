/* publisher/render/film.h - the picture as integer sums, to which chunks are added and from which
 * they can be taken again.
 *
 * Takes  outputs of chunks of the kernel "pathtrace", in any order
 * Gives  8-bit pictures to publisher/render/png.h and preview.h
 *
 * Chunks add whole slots (kernels/pathtrace/scene.h), so the film is the same whatever the order.
 */
#ifndef ZN_PUBLISHER_RENDER_FILM_H
#define ZN_PUBLISHER_RENDER_FILM_H

#include "core/err.h"
#include "kernels/pathtrace/scene.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zn_film {
	uint32_t width, height;
	uint32_t samples; /* of a pixel when all is done */
	uint32_t samples_per_item;
	uint64_t sample_most; /* fixed point: the most that one sample can add to a channel */
	uint64_t *sums;       /* width * height * 3, red green blue, ZN_FILM_ONE = 1.0 */
	uint32_t *counts;     /* samples in each pixel */
};

/** An empty film for a job with these parameters (checked: zn_pathtrace_params_check). MEMORY. */
enum zn_err zn_film_init(struct zn_film *film, const struct zn_pathtrace_params *params);
void zn_film_finish(struct zn_film *film);

/** Could an honest run have made this output, whatever the film holds? False: see zn_film_add. */
bool zn_film_plausible(const struct zn_film *film, uint64_t first_item, uint64_t item_count,
	const uint8_t *output, size_t bytes);
/** Add the output of items first_item .. first_item + item_count - 1.
 *
 *  Returns: false, film unchanged, when the items are not the job's, `bytes` is not exactly their
 *           slots, or a slot holds more than its samples can sum up to.
 */
bool zn_film_add(struct zn_film *film, uint64_t first_item, uint64_t item_count,
	const uint8_t *output, size_t bytes) __attribute__((warn_unused_result));
/** Take out what was added with the same bytes. False, film unchanged, when it cannot have been. */
bool zn_film_subtract(struct zn_film *film, uint64_t first_item, uint64_t item_count,
	const uint8_t *output, size_t bytes) __attribute__((warn_unused_result));

/** Samples in the film and samples of the whole job, over all pixels. */
uint64_t zn_film_samples_done(const struct zn_film *film);
uint64_t zn_film_samples_total(const struct zn_film *film);

/** Tone-mapped sRGB, 3 bytes a pixel, top row first; black where nothing has come yet.
 *  Out: rgb       width * height * 3 bytes.
 *  In:  exposure  in stops; 0 leaves the scene as it is. */
void zn_film_tonemap(uint8_t *rgb, const struct zn_film *film, double exposure);

#endif
