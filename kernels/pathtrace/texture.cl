/* kernels/pathtrace/texture.cl - colours from pictures: 8-bit textures, and the sky. */

struct zn_texel {
	struct zn_vec3 colour; /* linear */
	float opacity;
};

/** A texel as linear colour; `at` counts texels over all textures. */
struct zn_texel zn_texel_load(__global const struct zn_scene_header *scene, uint at)
{
	__global const uchar *blob = (__global const uchar *)scene;
	__global const float *curve = (__global const float *)(blob + scene->curve_offset);
	uint bounded = at < scene->texel_count ? at : 0u;
	uint word = ((__global const uint *)(blob + scene->texel_offset))[bounded];
	struct zn_texel texel;
	texel.colour = zn_vec3(curve[word & 255u], curve[(word >> 8) & 255u],
		curve[(word >> 16) & 255u]);
	texel.opacity = (float)(word >> 24) * (1.0f / 255.0f);
	return texel;
}

struct zn_texel zn_texel_mix(struct zn_texel a, struct zn_texel b, float share)
{
	struct zn_texel texel;
	texel.colour = zn_along3(a.colour, zn_sub3(b.colour, a.colour), share);
	texel.opacity = fma(b.opacity - a.opacity, share, a.opacity);
	return texel;
}

/** Bilinear, wrapping; v grows upwards as in OBJ files, row 0 is the top. */
struct zn_texel zn_texture_sample(__global const struct zn_scene_header *scene, uint index, float u,
	float v)
{
	__global const uchar *blob = (__global const uchar *)scene;
	__global const struct zn_scene_texture *texture =
		(__global const struct zn_scene_texture *)(blob + scene->texture_offset) + index;
	uint width = texture->width, height = texture->height, offset = texture->offset;
	float x = (u - floor(u)) * (float)width - 0.5f;
	float y = (1.0f - (v - floor(v))) * (float)height - 0.5f;
	float x_floor = floor(x), y_floor = floor(y);
	uint x0 = x_floor < 0.0f ? width - 1u : zn_to_uint(x_floor);
	uint y0 = y_floor < 0.0f ? height - 1u : zn_to_uint(y_floor);
	x0 = x0 < width ? x0 : 0u;
	y0 = y0 < height ? y0 : 0u;
	uint x1 = x0 + 1u < width ? x0 + 1u : 0u;
	uint y1 = y0 + 1u < height ? y0 + 1u : 0u;
	struct zn_texel top = zn_texel_mix(zn_texel_load(scene, offset + y0 * width + x0),
		zn_texel_load(scene, offset + y0 * width + x1), x - x_floor);
	struct zn_texel bottom = zn_texel_mix(zn_texel_load(scene, offset + y1 * width + x0),
		zn_texel_load(scene, offset + y1 * width + x1), x - x_floor);
	return zn_texel_mix(top, bottom, y - y_floor);
}

/* The octahedral square: x, y in [-1, 1]; the upper half of the sky (y up) is the inner diamond. */
struct zn_pair zn_octahedral_from(struct zn_vec3 d)
{
	float sum = fabs(d.x) + fabs(d.y) + fabs(d.z);
	float scale = sum > 0.0f ? 1.0f / sum : 0.0f;
	float x = d.x * scale, z = d.z * scale;
	struct zn_pair square;
	square.u = x;
	square.v = z;
	if (d.y < 0.0f) {
		square.u = (1.0f - fabs(z)) * (x < 0.0f ? -1.0f : 1.0f);
		square.v = (1.0f - fabs(x)) * (z < 0.0f ? -1.0f : 1.0f);
	}
	return square;
}

/** The point of the octahedron, not of unit length: its length's cube is the area's stretch. */
struct zn_vec3 zn_octahedral_to(float x, float z)
{
	float y = 1.0f - fabs(x) - fabs(z);
	if (y >= 0.0f)
		return zn_vec3(x, y, z);
	return zn_vec3((1.0f - fabs(z)) * (x < 0.0f ? -1.0f : 1.0f), y,
		(1.0f - fabs(x)) * (z < 0.0f ? -1.0f : 1.0f));
}

struct zn_vec3 zn_sky_texel(__global const struct zn_scene_header *scene, uint x, uint y)
{
	__global const uchar *blob = (__global const uchar *)scene;
	uint side = scene->sky_side;
	uint last = side - 1u;
	uint at = (y < last ? y : last) * side + (x < last ? x : last);
	uint word = ((__global const uint *)(blob + scene->sky_offset))[at];
	float scale = as_float(((word >> 27) + 103u) << 23); /* 2^(exponent - 24) */
	return zn_vec3((float)(word & 511u) * scale, (float)((word >> 9) & 511u) * scale,
		(float)((word >> 18) & 511u) * scale);
}

/** Radiance that comes from a direction; `smooth` between texels where the camera sees them. */
struct zn_vec3 zn_sky_look(__global const struct zn_scene_header *scene, struct zn_vec3 direction,
	uint smooth)
{
	struct zn_pair square = zn_octahedral_from(direction);
	float side = (float)scene->sky_side;
	float x = fma(square.u, 0.5f, 0.5f) * side;
	float y = fma(square.v, 0.5f, 0.5f) * side;
	if (!smooth)
		return zn_sky_texel(scene, zn_to_uint(x), zn_to_uint(y));
	x = zn_max(x - 0.5f, 0.0f);
	y = zn_max(y - 0.5f, 0.0f);
	uint x0 = zn_to_uint(x), y0 = zn_to_uint(y);
	float u = x - (float)x0, v = y - (float)y0;
	struct zn_vec3 a = zn_sky_texel(scene, x0, y0), b = zn_sky_texel(scene, x0 + 1u, y0);
	struct zn_vec3 c = zn_sky_texel(scene, x0, y0 + 1u);
	struct zn_vec3 d = zn_sky_texel(scene, x0 + 1u, y0 + 1u);
	a = zn_along3(a, zn_sub3(b, a), u);
	c = zn_along3(c, zn_sub3(d, c), u);
	return zn_along3(a, zn_sub3(c, a), v);
}
