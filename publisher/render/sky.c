#include "publisher/render/sky.h"

#include "core/limits.h"
#include "kernels/pathtrace/scene.h"

#include <OpenEXR/ImfCRgbaFile.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SKY_PLAIN    64   /* side of a sky without a picture */
#define SKY_SPLIT    2    /* points per texel and axis when resampling */
#define SKY_LEAST    0.02 /* share of draws spread evenly, so that no direction is never drawn */
#define TURN_RADIANS 6.283185307179586

struct panorama {
	int width, height;
	float *rgb;
};

uint32_t zn_rgb9e5_pack(const float rgb[3])
{
	float bounded[3], peak = 0;
	for (int c = 0; c < 3; c++) {
		bounded[c] = rgb[c] > 0 ? (rgb[c] < 65408.0f ? rgb[c] : 65408.0f) : 0;
		peak = bounded[c] > peak ? bounded[c] : peak;
	}
	int power = 0;
	frexpf(peak, &power); /* peak < 2^power */
	if (power < -15)
		power = -15;
	float scale = ldexpf(1.0f, 9 - power);
	if ((uint32_t)(peak * scale + 0.5f) == 512) {
		power++;
		scale *= 0.5f;
	}
	uint32_t word = (uint32_t)(power + 15) << 27;
	for (int c = 0; c < 3; c++)
		word |= (uint32_t)(bounded[c] * scale + 0.5f) << (9 * c);
	return word;
}

void zn_rgb9e5_unpack(float rgb[3], uint32_t word)
{
	for (int c = 0; c < 3; c++)
		rgb[c] = ldexpf((float)(word >> (9 * c) & 511u), (int)(word >> 27) - 24);
}

static bool pixels_read(struct panorama *panorama, ImfInputFile *file, const char *path,
	struct zn_complaint *complaint)
{
	int x0, y0, x1, y1;
	ImfHeaderDataWindow(ImfInputHeader(file), &x0, &y0, &x1, &y1);
	int64_t width = (int64_t)x1 - x0 + 1, height = (int64_t)y1 - y0 + 1;
	if (width < 2 || height < 2 || width > 65536 || height > 65536 ||
		width * height > ZN_PICTURE_PIXELS_MAX / 2)
		return zn_complain(complaint, "%s: a panorama of %lld x %lld is out of range", path,
			(long long)width, (long long)height);
	size_t count = (size_t)(width * height);
	ImfRgba *pixels = calloc(count, sizeof(*pixels));
	panorama->rgb = malloc(count * 3 * sizeof(float));
	bool fine = pixels != NULL && panorama->rgb != NULL;
	if (!fine)
		zn_complain(complaint, "%s: out of memory", path);
	if (fine && (!ImfInputSetFrameBuffer(file, pixels - x0 - y0 * width, 1, (size_t)width) ||
			    !ImfInputReadPixels(file, y0, y1)))
		fine = zn_complain(complaint, "%s: the picture is damaged: %.200s", path,
			ImfErrorMessage());
	for (size_t i = 0; fine && i < count; i++) {
		panorama->rgb[i * 3 + 0] = ImfHalfToFloat(pixels[i].r);
		panorama->rgb[i * 3 + 1] = ImfHalfToFloat(pixels[i].g);
		panorama->rgb[i * 3 + 2] = ImfHalfToFloat(pixels[i].b);
	}
	free(pixels);
	panorama->width = (int)width;
	panorama->height = (int)height;
	return fine;
}

static bool panorama_read(struct panorama *panorama, const char *path,
	struct zn_complaint *complaint)
{
	struct stat status;
	if (stat(path, &status) != 0)
		return zn_complain(complaint, "%s: cannot read the environment: %s", path,
			errno == ENOENT ? "there is no such file" : strerror(errno));
	if (!S_ISREG(status.st_mode) || status.st_size > (off_t)ZN_PICTURE_FILE_BYTES_MAX)
		return zn_complain(complaint, "%s: is no file of at most %u bytes", path,
			ZN_PICTURE_FILE_BYTES_MAX);
	ImfInputFile *file = ImfOpenInputFile(path);
	if (file == NULL)
		return zn_complain(complaint, "%s: not an EXR picture: %.200s", path,
			ImfErrorMessage());
	bool fine = pixels_read(panorama, file, path, complaint);
	ImfCloseInputFile(file);
	return fine;
}

static void panorama_look(float rgb[3], const struct panorama *panorama, double u, double v)
{
	double x = (u - floor(u)) * panorama->width - 0.5, y = v * panorama->height - 0.5;
	int x0 = (int)floor(x), y0 = (int)floor(y);
	double s = x - x0, t = y - y0;
	for (int c = 0; c < 3; c++)
		rgb[c] = 0;
	for (int k = 0; k < 4; k++) {
		int px = (x0 + (k & 1) + panorama->width) % panorama->width;
		int py = y0 + (k >> 1);
		py = py < 0 ? 0 : py >= panorama->height ? panorama->height - 1 : py;
		double share = ((k & 1) ? s : 1 - s) * ((k >> 1) ? t : 1 - t);
		const float *from = panorama->rgb + ((size_t)py * panorama->width + px) * 3;
		for (int c = 0; c < 3; c++)
			if (from[c] > 0 && from[c] <= 65504) /* no NaN, no infinity, no minus */
				rgb[c] += (float)(share * (double)from[c]);
	}
}

/* What a source of light shows in a direction (unit length, y up). */
typedef void look_function(float rgb[3], const void *from, const double direction[3]);

static void look_panorama(float rgb[3], const void *from, const double direction[3])
{
	double u = 0.5 + atan2(direction[0], -direction[2]) / TURN_RADIANS;
	double v = acos(fmax(-1, fmin(1, direction[1]))) / (TURN_RADIANS / 2);
	panorama_look(rgb, from, u, v);
}

static void look_overcast(float rgb[3], const void *from, const double direction[3])
{
	(void)from;
	double up = direction[1];
	double sky = up > 0 ? 0.5 + 0.5 * up : 0.18;
	double window = fmax(0, direction[0] * 0.6 + up * 0.64 - direction[2] * 0.48 - 0.93) * 180;
	rgb[0] = (float)(sky + window);
	rgb[1] = (float)(sky * 1.02 + window * 0.97);
	rgb[2] = (float)(sky * 1.08 + window * 0.88);
}

/* Octahedral square to direction; returns the octahedron's radius there. */
static double octahedral(double direction[3], double x, double z)
{
	double y = 1 - fabs(x) - fabs(z);
	direction[0] = y >= 0 ? x : copysign(1 - fabs(z), x);
	direction[1] = y;
	direction[2] = y >= 0 ? z : copysign(1 - fabs(x), z);
	double radius = sqrt(direction[0] * direction[0] + y * y + direction[2] * direction[2]);
	for (int i = 0; i < 3; i++)
		direction[i] /= radius;
	return radius;
}

/* Fill one texel; its weight is its brightness times its solid angle. */
static double texel_fill(struct zn_sky *sky, uint32_t column, uint32_t row, look_function *look,
	const void *from, double turn, double gain)
{
	float sum[3] = {0, 0, 0};
	double area = 0;
	double sine = sin(turn * TURN_RADIANS), cosine = cos(turn * TURN_RADIANS);
	for (int k = 0; k < SKY_SPLIT * SKY_SPLIT; k++) {
		double direction[3], turned[3];
		float rgb[3];
		double x = (column + (k % SKY_SPLIT + 0.5) / SKY_SPLIT) / sky->side * 2 - 1;
		double z = (row + (k / SKY_SPLIT + 0.5) / SKY_SPLIT) / sky->side * 2 - 1;
		double radius = octahedral(direction, x, z);
		turned[0] = cosine * direction[0] + sine * direction[2];
		turned[1] = direction[1];
		turned[2] = cosine * direction[2] - sine * direction[0];
		look(rgb, from, turned);
		area += 1 / (radius * radius * radius);
		for (int c = 0; c < 3; c++)
			sum[c] += rgb[c] * (float)(gain / (SKY_SPLIT * SKY_SPLIT));
	}
	uint32_t word = zn_rgb9e5_pack(sum);
	sky->texels[(size_t)row * sky->side + column] = word;
	zn_rgb9e5_unpack(sum, word);
	return area * (0.2126 * (double)sum[0] + 0.7152 * (double)sum[1] + 0.0722 * (double)sum[2]);
}

/* A running sum from 0 to exactly 1 over weights that are not all 0. Returns their total. */
static double sums_fill(float *sums, const double *weights, uint32_t count)
{
	double total = 0, run = 0;
	for (uint32_t i = 0; i < count; i++)
		total += weights[i];
	sums[0] = 0;
	for (uint32_t i = 0; i < count; i++) {
		run += weights[i];
		sums[i + 1] = total > 0 ? (float)(run / total) : (float)(i + 1) / (float)count;
	}
	sums[count] = 1;
	return total;
}

static bool sky_make(struct zn_sky *sky, uint32_t side, look_function *look, const void *from,
	double turn, double gain, struct zn_complaint *complaint)
{
	/* A cell per texel where that is allowed: lamps are small, and coarse cells miss them. */
	size_t cells = side < ZN_SCENE_SKY_CELLS_MAX ? side : ZN_SCENE_SKY_CELLS_MAX;
	double total = 0;
	double *weights = calloc(cells * cells + cells, sizeof(*weights));
	sky->side = side;
	sky->cells = (uint32_t)cells;
	sky->texels = malloc((size_t)side * side * sizeof(*sky->texels));
	sky->sums = malloc((cells + 1) * (cells + 1) * sizeof(*sky->sums));
	if (weights == NULL || sky->texels == NULL || sky->sums == NULL) {
		free(weights);
		zn_sky_finish(sky);
		return zn_complain(complaint, "out of memory for the environment");
	}
	for (uint32_t row = 0; row < side; row++)
		for (uint32_t column = 0; column < side; column++) {
			double weight = texel_fill(sky, column, row, look, from, turn, gain);
			weights[(row * cells / side) * cells + column * cells / side] += weight;
			total += weight;
		}
	double *rows = weights + cells * cells;
	for (size_t i = 0; i < cells * cells; i++)
		weights[i] += SKY_LEAST * total / (double)(cells * cells);
	for (size_t row = 0; row < cells; row++)
		rows[row] = sums_fill(sky->sums + (row + 1) * (cells + 1), weights + row * cells,
			sky->cells);
	sums_fill(sky->sums, rows, sky->cells);
	free(weights);
	return true;
}

bool zn_sky_read(struct zn_sky *sky, const char *path, double turn, double gain,
	struct zn_complaint *complaint)
{
	struct panorama panorama = {0};
	memset(sky, 0, sizeof(*sky));
	bool fine = panorama_read(&panorama, path, complaint);
	if (fine) {
		/* The largest power of two that needs no more texels than the panorama has. */
		double side = exp2(floor(log2((double)panorama.width * panorama.height) / 2));
		side = fmin(fmax(side, 4), ZN_SCENE_SKY_SIDE_MAX);
		fine = sky_make(sky, (uint32_t)side, look_panorama, &panorama, turn, gain,
			complaint);
	}
	free(panorama.rgb);
	return fine;
}

bool zn_sky_overcast(struct zn_sky *sky, double turn, double gain, struct zn_complaint *complaint)
{
	memset(sky, 0, sizeof(*sky));
	return sky_make(sky, SKY_PLAIN, look_overcast, NULL, turn, gain, complaint);
}

void zn_sky_finish(struct zn_sky *sky)
{
	free(sky->texels);
	free(sky->sums);
	memset(sky, 0, sizeof(*sky));
}
