/* publisher/render/sky.h - an environment picture becomes the sky of a scene. Door of OpenEXR.
 *
 * The picture is equirectangular, as panoramas are; the sky is the same light on the octahedral
 * square (kernels/pathtrace/scene.h), with running sums to draw directions by brightness.
 */
#ifndef ZN_PUBLISHER_RENDER_SKY_H
#define ZN_PUBLISHER_RENDER_SKY_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zn_sky {
	uint32_t side;    /* texels */
	uint32_t *texels; /* side * side, RGB9E5; owned */
	uint32_t cells;   /* per side */
	float *sums;      /* (cells + 1) * (cells + 1); owned */
};

/** Read an EXR panorama. `turn` rotates it about the up axis, in turns; `gain` scales it. */
bool zn_sky_read(struct zn_sky *sky, const char *path, double turn, double gain,
	struct zn_complaint *complaint);
/** A plain overcast sky: brighter above, a soft window on one side. */
bool zn_sky_overcast(struct zn_sky *sky, double turn, double gain, struct zn_complaint *complaint);
void zn_sky_finish(struct zn_sky *sky);

/** Three channels, 0..65408, to RGB9E5 and back. */
uint32_t zn_rgb9e5_pack(const float rgb[3]);
void zn_rgb9e5_unpack(float rgb[3], uint32_t word);

#endif
