#include "publisher/render/picture.h"

#include "core/limits.h"
#include "io/files.h"
#include "kernels/pathtrace/scene.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Reported at the end of the file, so it cannot be popped. */
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wundef"
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_STDIO
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_ONLY_TGA
#define STBI_ONLY_BMP
#define STBI_MAX_DIMENSIONS 65536
#include <stb/stb_image.h>
#pragma GCC diagnostic pop

static void halve(struct zn_picture *picture)
{
	uint32_t width = picture->width > 1 ? picture->width / 2 : 1;
	uint32_t height = picture->height > 1 ? picture->height / 2 : 1;
	uint32_t right = picture->width > 1 ? 4 : 0;
	uint32_t down = picture->height > 1 ? picture->width * 4 : 0;
	for (uint32_t y = 0; y < height; y++)
		for (uint32_t x = 0; x < width; x++) {
			const uint8_t *from =
				picture->rgba + ((size_t)y * (down ? 2 : 1) * picture->width +
							x * (right ? 2 : 1)) *
							4;
			uint8_t *to = picture->rgba + ((size_t)y * width + x) * 4;
			for (int c = 0; c < 4; c++)
				to[c] = (uint8_t)((from[c] + from[c + right] + from[c + down] +
							  from[c + right + down] + 2) /
						  4);
		}
	picture->width = width;
	picture->height = height;
}

bool zn_picture_decode(struct zn_picture *picture, const char *name, const uint8_t *bytes,
	size_t count, struct zn_complaint *complaint)
{
	int width = 0, height = 0, channels = 0;
	memset(picture, 0, sizeof(*picture));
	if (count > ZN_PICTURE_FILE_BYTES_MAX)
		return zn_complain(complaint, "%s: a picture of %zu bytes is too large; at most %u",
			name, count, ZN_PICTURE_FILE_BYTES_MAX);
	if (!stbi_info_from_memory(bytes, (int)count, &width, &height, &channels))
		return zn_complain(complaint, "%s: not a PNG, JPEG, TGA or BMP picture", name);
	if (width < 1 || height < 1 || (uint64_t)width * (uint64_t)height > ZN_PICTURE_PIXELS_MAX)
		return zn_complain(complaint,
			"%s: a picture of %d x %d is too large; at most %u pixels", name, width,
			height, ZN_PICTURE_PIXELS_MAX);
	picture->rgba = stbi_load_from_memory(bytes, (int)count, &width, &height, &channels, 4);
	if (picture->rgba == NULL)
		return zn_complain(complaint, "%s: the picture is damaged (%s)", name,
			stbi_failure_reason());
	picture->width = (uint32_t)width;
	picture->height = (uint32_t)height;
	while (picture->width > ZN_SCENE_TEXTURE_SIDE_MAX ||
		picture->height > ZN_SCENE_TEXTURE_SIDE_MAX)
		halve(picture);
	return true;
}

bool zn_picture_read(struct zn_picture *picture, const char *path, struct zn_complaint *complaint)
{
	uint8_t *bytes = NULL;
	size_t count = 0;
	memset(picture, 0, sizeof(*picture));
	enum zn_err err = zn_file_read(&bytes, &count, path, ZN_PICTURE_FILE_BYTES_MAX);
	if (err != ZN_ERR_OK)
		return zn_complain(complaint, "%s: cannot read the picture: %s", path,
			zn_err_sentence(err));
	bool fine = zn_picture_decode(picture, path, bytes, count, complaint);
	free(bytes);
	return fine;
}

bool zn_picture_see_through(const struct zn_picture *picture)
{
	size_t count = (size_t)picture->width * picture->height;
	for (size_t i = 0; i < count; i++)
		if (picture->rgba[i * 4 + 3] != 255)
			return true;
	return false;
}

void zn_picture_make_opaque(struct zn_picture *picture)
{
	size_t count = (size_t)picture->width * picture->height;
	for (size_t i = 0; i < count; i++)
		picture->rgba[i * 4 + 3] = 255;
}

void zn_picture_finish(struct zn_picture *picture)
{
	free(picture->rgba);
	memset(picture, 0, sizeof(*picture));
}
