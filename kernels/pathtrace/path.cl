/* kernels/pathtrace/path.cl - exact class: light carried along a path, pixel by pixel, into integers.
 *
 * Needs scene.h, rng.cl, camera.cl, lanes.cl, bvh.cl, texture.cl, light.cl, material.cl before it.
 * Work per item: samples_per_item paths of at most 1 + bounces hits, a light looked up at each.
 * Every draw of a light or of a direction is weighted against the other (E. Veach, L. Guibas,
 * "Optimally Combining Sampling Techniques", SIGGRAPH 1995).
 */
#define ZN_PATH_PASSES 16u /* see-through surfaces that one ray may pass */
#define ZN_PATH_SURE   2u  /* hits before a dim path may be ended by chance */

struct zn_point {
	struct zn_surface surface;
	struct zn_vec3 at;
	struct zn_vec3 outward; /* geometric normal, on the viewer's side */
	struct zn_vec3 emission;
	float opacity;
	float offset;           /* how far new rays start from the surface */
};

__global const struct zn_scene_material *zn_material_of(
	__global const struct zn_scene_header *scene, __global const struct zn_scene_shade *shade)
{
	__global const uchar *blob = (__global const uchar *)scene;
	uint index = shade->material < scene->material_count ? shade->material : 0u;
	return (__global const struct zn_scene_material *)(blob + scene->material_offset) + index;
}

__global const struct zn_scene_shade *zn_shade_of(__global const struct zn_scene_header *scene,
	uint triangle)
{
	__global const uchar *blob = (__global const uchar *)scene;
	uint index = triangle < scene->triangle_count ? triangle : 0u;
	return (__global const struct zn_scene_shade *)(blob + scene->shade_offset) + index;
}

/** Base colour and opacity where a ray hit. */
struct zn_texel zn_hit_texel(__global const struct zn_scene_header *scene,
	__global const struct zn_scene_shade *shade,
	__global const struct zn_scene_material *material, const struct zn_hit *hit)
{
	struct zn_texel texel;
	texel.colour = zn_load3(material->base);
	texel.opacity = material->opacity;
	if (material->texture < scene->texture_count) {
		float w = 1.0f - hit->u - hit->v;
		float u = shade->texture[0][0] * w + shade->texture[1][0] * hit->u +
			shade->texture[2][0] * hit->v;
		float v = shade->texture[0][1] * w + shade->texture[1][1] * hit->u +
			shade->texture[2][1] * hit->v;
		struct zn_texel look = zn_texture_sample(scene, material->texture, u, v);
		texel.colour = zn_mul3(texel.colour, look.colour);
		texel.opacity *= look.opacity;
	}
	return texel;
}

/** The interpolated normal, turned to the side that the ray came from. */
struct zn_vec3 zn_shading_normal(__global const struct zn_scene_shade *shade,
	const struct zn_hit *hit, struct zn_vec3 outward, struct zn_vec3 direction)
{
	struct zn_vec3 normal = zn_scale3(zn_load3(shade->normal[0]), 1.0f - hit->u - hit->v);
	normal = zn_along3(normal, zn_load3(shade->normal[1]), hit->u);
	normal = zn_unit3(zn_along3(normal, zn_load3(shade->normal[2]), hit->v));
	if (zn_inner3(normal, outward) < 0.0f)
		normal = zn_scale3(normal, -1.0f);
	float facing = zn_inner3(normal, direction);
	if (facing > -0.01f) /* bent away from the viewer: bend it back to just visible */
		normal = zn_unit3(zn_along3(normal, direction, -(facing + 0.02f)));
	return normal;
}

struct zn_point zn_point_at(__global const struct zn_scene_header *scene, const struct zn_hit *hit,
	struct zn_vec3 direction)
{
	struct zn_point point;
	__global const uchar *blob = (__global const uchar *)scene;
	__global const float *block = (__global const float *)(
		(__global const struct zn_scene_block *)(blob + scene->block_offset) +
		(hit->place >> 3)) + (hit->place & 7u);
	struct zn_vec3 edge1 = zn_vec3(block[24], block[32], block[40]);
	struct zn_vec3 edge2 = zn_vec3(block[48], block[56], block[64]);
	__global const struct zn_scene_shade *shade = zn_shade_of(scene, hit->triangle);
	__global const struct zn_scene_material *material = zn_material_of(scene, shade);
	struct zn_texel texel = zn_hit_texel(scene, shade, material, hit);
	struct zn_vec3 gloss = zn_load3(material->gloss);
	point.at = zn_along3(zn_vec3(block[0], block[8], block[16]), edge1, hit->u);
	point.at = zn_along3(point.at, edge2, hit->v);
	point.outward = zn_unit3(zn_cross3(edge1, edge2));
	if (zn_inner3(point.outward, direction) > 0.0f)
		point.outward = zn_scale3(point.outward, -1.0f);
	point.offset = (fabs(point.at.x) + fabs(point.at.y) + fabs(point.at.z) + hit->distance) *
		1.9e-6f;
	point.emission = zn_load3(material->emission);
	point.opacity = texel.opacity;
	point.surface.matte = zn_scale3(texel.colour, 1.0f - material->metal);
	point.surface.gloss = zn_along3(gloss, zn_sub3(texel.colour, gloss), material->metal);
	point.surface.roughness = zn_clamp(material->roughness, 0.002f, 1.0f);
	zn_frame_make(&point.surface, zn_shading_normal(shade, hit, point.outward, direction));
	point.surface.view = zn_to_frame(&point.surface, zn_scale3(direction, -1.0f));
	point.surface.view.z = zn_max(point.surface.view.z, 1e-4f);
	zn_surface_shares(&point.surface);
	return point;
}

/** Does light get from a point to what was drawn? Surfaces let it pass by their opacity. */
uint zn_light_arrives(__global const struct zn_scene_header *scene, struct zn_rng *rng,
	struct zn_ray ray, float most)
{
	if (!scene->see_through)
		return zn_trace(scene, ray, 0.0f, most, 1u).triangle == ZN_SCENE_NONE;
	float least = 0.0f;
	for (uint pass = 0; pass < ZN_PATH_PASSES; pass++) {
		struct zn_hit hit = zn_trace(scene, ray, least, most, 0u);
		if (hit.triangle == ZN_SCENE_NONE)
			return 1u;
		__global const struct zn_scene_shade *shade = zn_shade_of(scene, hit.triangle);
		struct zn_texel texel = zn_hit_texel(scene, shade, zn_material_of(scene, shade),
			&hit);
		if (zn_rng_pair(rng).u < texel.opacity)
			return 0u;
		least = hit.distance * 1.00001f;
	}
	return 0u;
}

/** Light that comes straight from a light to a point and on to the viewer. */
struct zn_vec3 zn_direct(__global const struct zn_scene_header *scene, struct zn_rng *rng,
	const struct zn_point *point)
{
	struct zn_vec3 none = zn_vec3(0.0f, 0.0f, 0.0f);
	struct zn_light_draw draw = zn_light_draw(scene, rng, point->at);
	struct zn_scatter scatter;
	struct zn_ray ray;
	if (!(draw.density > 0.0f) || !(zn_most3(draw.radiance) > 0.0f) ||
		!(zn_inner3(draw.direction, point->outward) > 0.0f))
		return none;
	scatter = zn_scatter_look(&point->surface, zn_to_frame(&point->surface, draw.direction));
	if (!(zn_most3(scatter.value) > 0.0f))
		return none;
	ray.origin = zn_along3(point->at, point->outward, point->offset);
	ray.direction = draw.direction;
	if (!zn_light_arrives(scene, rng, ray, draw.distance))
		return none;
	return zn_scale3(zn_mul3(scatter.value, draw.radiance),
		1.0f / (draw.density + scatter.density));
}

/** Weight of light that a drawn direction found, against drawing that light. */
float zn_found_weight(float scatter_density, float light_density)
{
	return scatter_density / (scatter_density + light_density);
}

/** Per solid angle, of drawing this shining triangle as a light from where the ray began. */
float zn_emitter_density(__global const struct zn_scene_header *scene,
	const struct zn_point *point, const struct zn_hit *hit, struct zn_vec3 direction)
{
	__global const struct zn_scene_light *lights = (__global const struct zn_scene_light *)(
		(__global const uchar *)scene + scene->light_offset);
	if (scene->light_count == 0)
		return 0.0f;
	float cosine = fabs(zn_inner3(point->outward, direction));
	/* A light's density per area is its brightness over the power of all: so any light tells. */
	float per_brightness = lights->area_density /
		zn_max(zn_brightness(zn_load3(lights->emission)), 1e-20f);
	return per_brightness * zn_brightness(point->emission) * (1.0f - scene->sky_share) *
		hit->distance * hit->distance / zn_max(cosine, 1e-6f);
}

struct zn_path {
	struct zn_ray ray;
	struct zn_vec3 share;    /* of radiance found ahead that reaches the eye */
	struct zn_vec3 radiance; /* so far */
	float least;             /* hits nearer than this are passed */
	float density;           /* of the ray's direction when it was drawn */
	uint bounce;
};

void zn_path_add(__global const struct zn_pathtrace_params *params, struct zn_path *path,
	struct zn_vec3 radiance)
{
	struct zn_vec3 seen = zn_mul3(path->share, radiance);
	float most = path->bounce == 0 ? params->clamp : params->indirect_clamp;
	float peak = zn_most3(seen);
	if (peak > most)
		seen = zn_scale3(seen, most / peak);
	path->radiance = zn_add3(path->radiance, seen);
}

/** Go on from a point in a drawn direction; false when the path ends. */
uint zn_path_scatter(struct zn_path *path, struct zn_rng *rng, const struct zn_point *point)
{
	struct zn_vec3 drawn = zn_scatter_draw(&point->surface, zn_rng_pair(rng));
	struct zn_scatter scatter = zn_scatter_look(&point->surface, drawn);
	if (!(scatter.density > 0.0f))
		return 0u;
	path->ray.direction = zn_unit3(zn_from_frame(&point->surface, drawn));
	if (!(zn_inner3(path->ray.direction, point->outward) > 0.0f))
		return 0u;
	path->ray.origin = zn_along3(point->at, point->outward, point->offset);
	path->least = 0.0f;
	path->density = scatter.density;
	path->share = zn_mul3(path->share, zn_scale3(scatter.value, 1.0f / scatter.density));
	path->bounce++;
	if (path->bounce > ZN_PATH_SURE) {
		float survival = zn_min(zn_most3(path->share), 0.95f);
		if (!(zn_rng_pair(rng).u < survival))
			return 0u;
		path->share = zn_scale3(path->share, 1.0f / survival);
	}
	return zn_most3(path->share) > 0.0f;
}

/** Follow a path until it leaves the scene or ends. */
struct zn_vec3 zn_path_follow(__global const struct zn_pathtrace_params *params,
	__global const struct zn_scene_header *scene, struct zn_rng *rng, struct zn_ray ray)
{
	struct zn_path path;
	path.ray = ray;
	path.share = zn_vec3(1.0f, 1.0f, 1.0f);
	path.radiance = zn_vec3(0.0f, 0.0f, 0.0f);
	path.least = 0.0f;
	path.density = 0.0f;
	path.bounce = 0;
	uint bounces = params->bounces < ZN_PATHTRACE_BOUNCES_MAX ? params->bounces
								   : ZN_PATHTRACE_BOUNCES_MAX;
	for (uint step = 0; step <= bounces + ZN_PATH_PASSES; step++) {
		struct zn_hit hit = zn_trace(scene, path.ray, path.least, ZN_FAR, 0u);
		if (hit.triangle == ZN_SCENE_NONE) {
			float weight = path.bounce == 0 ? 1.0f
				: zn_found_weight(path.density, scene->sky_share *
					zn_sky_density(scene, path.ray.direction));
			zn_path_add(params, &path, zn_scale3(zn_sky_look(scene,
				path.ray.direction, path.bounce == 0), weight));
			break;
		}
		struct zn_point point = zn_point_at(scene, &hit, path.ray.direction);
		if (point.opacity < 1.0f && !(zn_rng_pair(rng).u < point.opacity)) {
			path.least = hit.distance * 1.00001f;
			continue;
		}
		if (zn_most3(point.emission) > 0.0f) {
			float weight = path.bounce == 0 ? 1.0f
				: zn_found_weight(path.density, zn_emitter_density(scene, &point,
					&hit, path.ray.direction));
			zn_path_add(params, &path, zn_scale3(point.emission, weight));
		}
		if (path.bounce >= bounces)
			break;
		path.bounce++; /* what a light adds here has bounced once more */
		zn_path_add(params, &path, zn_direct(scene, rng, &point));
		path.bounce--;
		if (!zn_path_scatter(&path, rng, &point))
			break;
	}
	return path.radiance;
}

/** Fixed point; below 0 and NaN become 0. */
ulong zn_film_fixed(float radiance, float most)
{
	float bounded = zn_clamp(radiance, 0.0f, zn_clamp(most, 0.0f, ZN_PATHTRACE_CLAMP_MAX));
	return (ulong)zn_to_uint(fma(bounded, ZN_FILM_ONE, 0.5f));
}

void zn_map(ulong item, __global const uchar *params_bytes, __global const uchar *shared,
	__global const uchar *input, __global uchar *slot)
{
	__global const struct zn_pathtrace_params *params =
		(__global const struct zn_pathtrace_params *)params_bytes;
	__global const struct zn_scene_header *scene =
		(__global const struct zn_scene_header *)shared;
	__global ulong *sums = (__global ulong *)slot;
	ulong pixels = (ulong)params->width * params->height;
	uint pass = (uint)zn_divide_long(item, pixels);
	uint pixel = (uint)(item - pass * pixels);
	uint y = zn_divide(pixel, params->width);
	uint x = pixel - y * params->width;
	ulong first = (ulong)pass * params->samples_per_item;
	ulong end = first + params->samples_per_item;
	ulong red = 0, green = 0, blue = 0;
	if (scene->magic != ZN_SCENE_MAGIC || scene->bytes != params->scene_bytes)
		return;
	end = end < params->samples ? end : params->samples;
	for (ulong sample = first; sample < end; sample++) {
		struct zn_rng rng = zn_rng_begin(pixel, (uint)sample, params->seed);
		struct zn_ray ray = zn_camera_ray(params, x, y, zn_rng_pair(&rng));
		struct zn_vec3 radiance = zn_path_follow(params, scene, &rng, ray);
		red += zn_film_fixed(radiance.x, params->clamp);
		green += zn_film_fixed(radiance.y, params->clamp);
		blue += zn_film_fixed(radiance.z, params->clamp);
	}
	sums[0] = red;
	sums[1] = green;
	sums[2] = blue;
}
