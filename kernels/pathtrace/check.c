#include "kernels/pathtrace/check.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static const char *const sentences[] = {
#define X(name, sentence) sentence,
	ZN_PATHTRACE_REFUSALS(X)
#undef X
};

const char *zn_pathtrace_refusal_sentence(enum zn_pathtrace_refusal refusal)
{
	size_t count = sizeof(sentences) / sizeof(sentences[0]);
	return (size_t)refusal < count ? sentences[refusal] : "?";
}

/* Sizes are part of the format: both sides must lay the structs out alike. */
_Static_assert(sizeof(struct zn_scene_header) == 128, "header");
_Static_assert(sizeof(struct zn_scene_node) == 256, "node");
_Static_assert(sizeof(struct zn_scene_block) == 320, "block");
_Static_assert(sizeof(struct zn_scene_shade) == 64, "shade");
_Static_assert(sizeof(struct zn_scene_material) == 64, "material");
_Static_assert(sizeof(struct zn_scene_light) == 64, "light");
_Static_assert(sizeof(struct zn_pathtrace_params) == 128, "params");

static bool finite_all(const float *values, size_t count, float most)
{
	for (size_t i = 0; i < count; i++)
		if (!(fabsf(values[i]) <= most)) /* false for NaN too */
			return false;
	return true;
}

static bool within(const float *values, size_t count, float least, float most)
{
	for (size_t i = 0; i < count; i++)
		if (!(values[i] >= least && values[i] <= most))
			return false;
	return true;
}

enum zn_pathtrace_refusal zn_pathtrace_params_check(const void *params_bytes, size_t bytes)
{
	const struct zn_pathtrace_params *params = params_bytes;
	if (bytes != sizeof(*params) || params->magic != ZN_PATHTRACE_MAGIC ||
		params->version != ZN_SCENE_VERSION)
		return ZN_PATHTRACE_PARAMS_BYTES;
	for (size_t i = 0; i < sizeof(params->zero) / sizeof(params->zero[0]); i++)
		if (params->zero[i] != 0)
			return ZN_PATHTRACE_PARAMS_BYTES;
	if (params->width < 1 || params->width > ZN_PATHTRACE_SIDE_MAX || params->height < 1 ||
		params->height > ZN_PATHTRACE_SIDE_MAX || params->samples < 1 ||
		params->samples > ZN_PATHTRACE_SAMPLES_MAX || params->samples_per_item < 1 ||
		params->samples_per_item > params->samples ||
		params->bounces > ZN_PATHTRACE_BOUNCES_MAX ||
		!within(&params->clamp, 1, 1e-3f, ZN_PATHTRACE_CLAMP_MAX) ||
		!within(&params->indirect_clamp, 1, 1e-3f, ZN_PATHTRACE_CLAMP_MAX))
		return ZN_PATHTRACE_PICTURE;
	if (!finite_all(params->eye, 3, 1e9f) || !finite_all(params->corner, 3, 1e9f) ||
		!finite_all(params->right, 3, 1e9f) || !finite_all(params->down, 3, 1e9f))
		return ZN_PATHTRACE_CAMERA;
	const float *r = params->right, *d = params->down;
	float x = r[1] * d[2] - r[2] * d[1], y = r[2] * d[0] - r[0] * d[2];
	float z = r[0] * d[1] - r[1] * d[0];
	if (!(x * x + y * y + z * z > 0))
		return ZN_PATHTRACE_CAMERA;
	return ZN_PATHTRACE_OK;
}

static const void *at(const struct zn_scene_header *scene, uint32_t offset)
{
	return (const uint8_t *)scene + offset;
}

/* Does an array lie behind the header and inside the blob, aligned? */
static bool inside(const struct zn_scene_header *scene, uint32_t offset, uint64_t count,
	size_t each)
{
	return offset % ZN_SCENE_ALIGN == 0 && offset >= sizeof(*scene) && offset <= scene->bytes &&
	       count <= (scene->bytes - offset) / each;
}

static uint64_t sky_sums(const struct zn_scene_header *scene)
{
	return (uint64_t)(scene->sky_cells + 1) * (scene->sky_cells + 1);
}

static enum zn_pathtrace_refusal header_check(const struct zn_scene_header *scene)
{
	if (scene->node_count < 1 || scene->node_count > ZN_SCENE_TRIANGLES_MAX ||
		scene->block_count > ZN_SCENE_TRIANGLES_MAX ||
		scene->triangle_count > ZN_SCENE_TRIANGLES_MAX || scene->material_count < 1 ||
		scene->material_count > ZN_SCENE_MATERIALS_MAX ||
		scene->texture_count > ZN_SCENE_TEXTURES_MAX ||
		scene->light_count > ZN_SCENE_LIGHTS_MAX || scene->sky_side < 1 ||
		scene->sky_side > ZN_SCENE_SKY_SIDE_MAX || scene->sky_cells < 1 ||
		scene->sky_cells > ZN_SCENE_SKY_CELLS_MAX ||
		(scene->sky_cells & (scene->sky_cells - 1)) != 0 || scene->see_through > 1)
		return ZN_PATHTRACE_COUNT;
	uint64_t sky_texels = (uint64_t)scene->sky_side * scene->sky_side;
	if (!inside(scene, scene->node_offset, scene->node_count, sizeof(struct zn_scene_node)) ||
		!inside(scene, scene->block_offset, scene->block_count,
			sizeof(struct zn_scene_block)) ||
		!inside(scene, scene->shade_offset, scene->triangle_count,
			sizeof(struct zn_scene_shade)) ||
		!inside(scene, scene->material_offset, scene->material_count,
			sizeof(struct zn_scene_material)) ||
		!inside(scene, scene->texture_offset, scene->texture_count,
			sizeof(struct zn_scene_texture)) ||
		!inside(scene, scene->texel_offset, scene->texel_count, 4) ||
		!inside(scene, scene->light_offset, scene->light_count,
			sizeof(struct zn_scene_light)) ||
		!inside(scene, scene->sky_offset, sky_texels, 4) ||
		!inside(scene, scene->sky_cell_offset, sky_sums(scene), 4) ||
		!inside(scene, scene->curve_offset, 256, 4))
		return ZN_PATHTRACE_OUTSIDE;
	if (!finite_all(scene->low, 3, 1e9f) || !finite_all(scene->high, 3, 1e9f) ||
		!within(&scene->size, 1, 0, 1e10f) || !within(&scene->sky_share, 1, 0, 1) ||
		(scene->light_count == 0 && scene->sky_share < 1))
		return ZN_PATHTRACE_NUMBER;
	return ZN_PATHTRACE_OK;
}

/* Every node but the root and every block has exactly one parent, before it: a tree. */
static enum zn_pathtrace_refusal tree_check(const struct zn_scene_header *scene, uint8_t *levels,
	uint8_t *blocks_seen)
{
	const struct zn_scene_node *nodes = at(scene, scene->node_offset);
	levels[0] = 1;
	for (uint32_t i = 0; i < scene->node_count; i++) {
		if (levels[i] == 0 || levels[i] > ZN_SCENE_DEPTH_MAX)
			return ZN_PATHTRACE_TREE;
		for (int lane = 0; lane < ZN_SCENE_WIDTH; lane++) {
			uint32_t child = nodes[i].child[lane];
			if (child == ZN_SCENE_NONE)
				continue;
			uint8_t *mark = child & ZN_SCENE_BLOCK
						? blocks_seen + (child & ~ZN_SCENE_BLOCK)
						: levels + child;
			uint32_t count =
				child & ZN_SCENE_BLOCK ? scene->block_count : scene->node_count;
			if ((child & ~ZN_SCENE_BLOCK) >= count)
				return ZN_PATHTRACE_INDEX;
			if (*mark != 0 || (!(child & ZN_SCENE_BLOCK) && child <= i))
				return ZN_PATHTRACE_TREE;
			*mark = (uint8_t)(levels[i] + 1);
		}
		if (!finite_all(nodes[i].low_x, 48, 1.1e30f))
			return ZN_PATHTRACE_NUMBER;
	}
	for (uint32_t i = 0; i < scene->block_count; i++)
		if (blocks_seen[i] == 0)
			return ZN_PATHTRACE_TREE;
	return ZN_PATHTRACE_OK;
}

static enum zn_pathtrace_refusal blocks_check(const struct zn_scene_header *scene)
{
	const struct zn_scene_block *blocks = at(scene, scene->block_offset);
	for (uint32_t i = 0; i < scene->block_count; i++) {
		for (int lane = 0; lane < ZN_SCENE_WIDTH; lane++)
			if (blocks[i].triangle[lane] != ZN_SCENE_NONE &&
				blocks[i].triangle[lane] >= scene->triangle_count)
				return ZN_PATHTRACE_INDEX;
		if (!finite_all(blocks[i].corner_x, 72, 1e9f))
			return ZN_PATHTRACE_NUMBER;
	}
	return ZN_PATHTRACE_OK;
}

static enum zn_pathtrace_refusal materials_check(const struct zn_scene_header *scene)
{
	const struct zn_scene_shade *shades = at(scene, scene->shade_offset);
	const struct zn_scene_material *materials = at(scene, scene->material_offset);
	for (uint32_t i = 0; i < scene->triangle_count; i++) {
		if (shades[i].material >= scene->material_count)
			return ZN_PATHTRACE_INDEX;
		if (!finite_all(&shades[i].normal[0][0], 9, 1.01f) ||
			!finite_all(&shades[i].texture[0][0], 6, 1e6f))
			return ZN_PATHTRACE_NUMBER;
	}
	for (uint32_t i = 0; i < scene->material_count; i++) {
		const struct zn_scene_material *material = materials + i;
		if (material->texture != ZN_SCENE_NONE && material->texture >= scene->texture_count)
			return ZN_PATHTRACE_INDEX;
		if (!within(material->base, 3, 0, 1) || !within(material->gloss, 3, 0, 1) ||
			!within(&material->roughness, 1, 0.002f, 1) ||
			!within(material->emission, 3, 0, 1e6f) ||
			!within(&material->opacity, 1, 0, 1) || !within(&material->metal, 1, 0, 1))
			return ZN_PATHTRACE_NUMBER;
	}
	return ZN_PATHTRACE_OK;
}

static enum zn_pathtrace_refusal textures_check(const struct zn_scene_header *scene)
{
	const struct zn_scene_texture *textures = at(scene, scene->texture_offset);
	for (uint32_t i = 0; i < scene->texture_count; i++) {
		const struct zn_scene_texture *texture = textures + i;
		if (texture->width < 1 || texture->width > ZN_SCENE_TEXTURE_SIDE_MAX ||
			texture->height < 1 || texture->height > ZN_SCENE_TEXTURE_SIDE_MAX)
			return ZN_PATHTRACE_COUNT;
		if ((uint64_t)texture->offset + (uint64_t)texture->width * texture->height >
			scene->texel_count)
			return ZN_PATHTRACE_INDEX;
	}
	return within(at(scene, scene->curve_offset), 256, 0, 1) ? ZN_PATHTRACE_OK
								 : ZN_PATHTRACE_NUMBER;
}

static bool sums_rise(const float *sums, uint32_t cells)
{
	for (uint32_t i = 0; i < cells; i++)
		if (!(sums[i + 1] >= sums[i]))
			return false;
	return sums[0] == 0 && sums[cells] == 1;
}

static enum zn_pathtrace_refusal lights_check(const struct zn_scene_header *scene)
{
	const struct zn_scene_light *lights = at(scene, scene->light_offset);
	const float *sums = at(scene, scene->sky_cell_offset);
	for (uint32_t i = 0; i < scene->light_count; i++) {
		if (lights[i].other >= scene->light_count)
			return ZN_PATHTRACE_INDEX;
		if (!finite_all(lights[i].corner, 9, 1e9f) ||
			!within(lights[i].emission, 3, 0, 1e6f) ||
			!within(&lights[i].keep, 1, 0, 1) ||
			!within(&lights[i].area_density, 1, 0, 1e30f))
			return ZN_PATHTRACE_NUMBER;
	}
	for (uint32_t row = 0; row <= scene->sky_cells; row++)
		if (!sums_rise(sums + (size_t)row * (scene->sky_cells + 1), scene->sky_cells))
			return ZN_PATHTRACE_NUMBER;
	return ZN_PATHTRACE_OK;
}

static enum zn_pathtrace_refusal tree_check_marked(const struct zn_scene_header *scene)
{
	uint8_t *levels = calloc(scene->node_count, 1);
	uint8_t *blocks_seen = calloc((size_t)scene->block_count + 1, 1);
	enum zn_pathtrace_refusal refusal = ZN_PATHTRACE_COUNT;
	if (levels != NULL && blocks_seen != NULL)
		refusal = tree_check(scene, levels, blocks_seen);
	free(levels);
	free(blocks_seen);
	return refusal;
}

enum zn_pathtrace_refusal zn_pathtrace_check(const void *scene_bytes, size_t bytes,
	const void *params_bytes, size_t params_count)
{
	const struct zn_scene_header *scene = scene_bytes;
	const struct zn_pathtrace_params *params = params_bytes;
	enum zn_pathtrace_refusal refusal = zn_pathtrace_params_check(params_bytes, params_count);
	if (refusal != ZN_PATHTRACE_OK)
		return refusal;
	if (bytes < sizeof(*scene) || scene->magic != ZN_SCENE_MAGIC ||
		scene->version != ZN_SCENE_VERSION || scene->bytes != bytes)
		return ZN_PATHTRACE_HEADER;
	if (params->scene_bytes != scene->bytes)
		return ZN_PATHTRACE_OTHER_SCENE;
	refusal = header_check(scene);
	if (refusal == ZN_PATHTRACE_OK)
		refusal = tree_check_marked(scene);
	if (refusal == ZN_PATHTRACE_OK)
		refusal = blocks_check(scene);
	if (refusal == ZN_PATHTRACE_OK)
		refusal = textures_check(scene);
	if (refusal == ZN_PATHTRACE_OK)
		refusal = materials_check(scene);
	if (refusal == ZN_PATHTRACE_OK)
		refusal = lights_check(scene);
	return refusal;
}
