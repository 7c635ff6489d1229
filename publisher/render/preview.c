#include "publisher/render/preview.h"

#include <stdio.h>

/* "\x1b[38;2;255;255;255m\x1b[48;2;255;255;255m" and three bytes of UTF-8 */
#define CELL_BYTES_MAX 41
#define LINE_END       "\x1b[0m\n"

static uint32_t columns_bounded(uint32_t columns)
{
	return columns < 1                        ? 1
	       : columns > ZN_PREVIEW_COLUMNS_MAX ? ZN_PREVIEW_COLUMNS_MAX
						  : columns;
}

uint32_t zn_preview_rows(uint32_t columns, uint32_t width, uint32_t height)
{
	uint64_t cells = columns_bounded(columns);
	if (width == 0 || height == 0)
		return 0;
	/* A cell is twice as high as wide and shows two pixels, one above the other. */
	uint64_t rows = (cells * height + width) / (2 * (uint64_t)width);
	return rows < 1                        ? 1
	       : rows > ZN_PREVIEW_COLUMNS_MAX ? ZN_PREVIEW_COLUMNS_MAX
					       : (uint32_t)rows;
}

size_t zn_preview_bytes_max(uint32_t columns, uint32_t width, uint32_t height)
{
	size_t cells = columns_bounded(columns);
	return zn_preview_rows(columns, width, height) *
		       (cells * CELL_BYTES_MAX + sizeof(LINE_END)) +
	       1;
}

/* The mean of the pixels under one half of a cell; at least one pixel. */
static void mean(uint8_t out[3], const uint8_t *rgb, uint32_t width, uint32_t height,
	const uint64_t across[2], const uint64_t down[2])
{
	uint64_t x0 = across[0] * width / across[1], x1 = (across[0] + 1) * width / across[1];
	uint64_t y0 = down[0] * height / down[1], y1 = (down[0] + 1) * height / down[1];
	uint64_t sums[3] = {0, 0, 0}, count = 0;
	x1 = x1 > x0 ? x1 : x0 + 1;
	y1 = y1 > y0 ? y1 : y0 + 1;
	for (uint64_t y = y0; y < y1 && y < height; y++)
		for (uint64_t x = x0; x < x1 && x < width; x++) {
			for (int c = 0; c < 3; c++)
				sums[c] += rgb[(y * width + x) * 3 + (uint64_t)c];
			count++;
		}
	for (int c = 0; c < 3; c++)
		out[c] = (uint8_t)(count == 0 ? 0 : sums[c] / count);
}

size_t zn_preview_make(char *text, size_t bytes_max, const uint8_t *rgb, uint32_t width,
	uint32_t height, uint32_t columns)
{
	uint64_t cells = columns_bounded(columns);
	uint64_t rows = zn_preview_rows(columns, width, height);
	size_t used = 0;
	if (bytes_max < zn_preview_bytes_max(columns, width, height))
		return 0;
	text[0] = 0;
	for (uint64_t row = 0; row < rows; row++) {
		for (uint64_t column = 0; column < cells; column++) {
			const uint64_t across[2] = {column, cells};
			const uint64_t upper[2] = {row * 2, rows * 2};
			const uint64_t lower[2] = {row * 2 + 1, rows * 2};
			uint8_t a[3], b[3];
			mean(a, rgb, width, height, across, upper);
			mean(b, rgb, width, height, across, lower);
			int wrote = snprintf(text + used, bytes_max - used,
				"\x1b[38;2;%u;%u;%um\x1b[48;2;%u;%u;%um\xe2\x96\x80", a[0], a[1],
				a[2], b[0], b[1], b[2]);
			used += (size_t)wrote;
		}
		used += (size_t)snprintf(text + used, bytes_max - used, "%s", LINE_END);
	}
	return used;
}
