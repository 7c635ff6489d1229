/* publisher/render/png.h - a picture as a PNG file. Door of libpng. */
#ifndef ZN_PUBLISHER_RENDER_PNG_H
#define ZN_PUBLISHER_RENDER_PNG_H

#include "core/err.h"

#include <stddef.h>
#include <stdint.h>

/** Encode 8-bit sRGB, 3 bytes a pixel, top row first. Out: *bytes malloc'ed. Error: MEMORY. */
enum zn_err zn_png_encode(uint8_t **bytes, size_t *count, const uint8_t *rgb, uint32_t width,
	uint32_t height);
/** Encode and write, replacing the file as a whole. Errors: as zn_file_replace. */
enum zn_err zn_png_write(const char *path, const uint8_t *rgb, uint32_t width, uint32_t height);

#endif
