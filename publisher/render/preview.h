/* publisher/render/preview.h - a picture as text: half blocks in 24-bit colour, for terminals. */
#ifndef ZN_PUBLISHER_RENDER_PREVIEW_H
#define ZN_PUBLISHER_RENDER_PREVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZN_PREVIEW_COLUMNS_MAX 400 /* wider than any terminal that shows a preview well */

/** Text rows that a preview of `columns` has for a picture of this shape. */
uint32_t zn_preview_rows(uint32_t columns, uint32_t width, uint32_t height);
/** Bytes that are enough for zn_preview_make, with the zero. */
size_t zn_preview_bytes_max(uint32_t columns, uint32_t width, uint32_t height);

/** Average the picture down and write it as rows of upper half blocks, each row ended by a colour
 *  reset and a newline, zero-terminated. Columns are cut to 1..ZN_PREVIEW_COLUMNS_MAX.
 *  Returns: bytes written without the zero, or 0 when `text` is too small. */
size_t zn_preview_make(char *text, size_t bytes_max, const uint8_t *rgb, uint32_t width,
	uint32_t height, uint32_t columns);

#endif
