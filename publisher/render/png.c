#include "publisher/render/png.h"

#include "io/files.h"

#include <png.h>

#include <stdlib.h>
#include <string.h>

enum zn_err zn_png_encode(uint8_t **bytes, size_t *count, const uint8_t *rgb, uint32_t width,
	uint32_t height)
{
	png_image image;
	memset(&image, 0, sizeof(image));
	image.version = PNG_IMAGE_VERSION;
	image.width = width;
	image.height = height;
	image.format = PNG_FORMAT_RGB;
	png_alloc_size_t room = PNG_IMAGE_PNG_SIZE_MAX(image);
	*count = 0;
	*bytes = malloc(room);
	if (*bytes != NULL && png_image_write_to_memory(&image, *bytes, &room, 0, rgb, 0, NULL)) {
		*count = room;
		return ZN_ERR_OK;
	}
	png_image_free(&image);
	free(*bytes);
	*bytes = NULL;
	return ZN_ERR_MEMORY;
}

enum zn_err zn_png_write(const char *path, const uint8_t *rgb, uint32_t width, uint32_t height)
{
	uint8_t *bytes = NULL;
	size_t count = 0;
	enum zn_err err = zn_png_encode(&bytes, &count, rgb, width, height);
	if (err == ZN_ERR_OK)
		err = zn_file_replace(path, bytes, count, 0644);
	free(bytes);
	return err;
}
