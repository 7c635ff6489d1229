/* publisher/render/picture.h - 8-bit pictures from untrusted PNG and JPEG bytes. Door of stb. */
#ifndef ZN_PUBLISHER_RENDER_PICTURE_H
#define ZN_PUBLISHER_RENDER_PICTURE_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zn_picture {
	uint32_t width, height;
	uint8_t *rgba; /* top row first; owned, malloc'ed */
};

/** Decode. `name` begins the complaint. Pictures larger than a texture may be are halved until they
 *  fit ZN_SCENE_TEXTURE_SIDE_MAX. */
bool zn_picture_decode(struct zn_picture *picture, const char *name, const uint8_t *bytes,
	size_t count, struct zn_complaint *complaint);
bool zn_picture_read(struct zn_picture *picture, const char *path, struct zn_complaint *complaint);
/** Any texel that is not opaque? */
bool zn_picture_see_through(const struct zn_picture *picture);
/** glTF's alpha mode OPAQUE: whatever the file's alpha says. */
void zn_picture_make_opaque(struct zn_picture *picture);
void zn_picture_finish(struct zn_picture *picture);

#endif
