#include "publisher/render/blob.h"

#include "core/assert.h"
#include "core/limits.h"
#include "publisher/render/lights.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SKY_SHARE_WITH_LIGHTS 0.5f

/* Takes the next aligned place for an array. */
static uint32_t place(uint64_t *used, uint64_t bytes)
{
	uint64_t at = *used;
	*used = (at + bytes + ZN_SCENE_ALIGN - 1) / ZN_SCENE_ALIGN * ZN_SCENE_ALIGN;
	return (uint32_t)at;
}

static uint64_t layout(struct zn_scene_header *header, const struct zn_mesh *mesh,
	const struct zn_tree *tree, const struct zn_sky *sky, uint32_t light_count)
{
	uint64_t used = sizeof(*header);
	header->node_count = tree->node_count;
	header->node_offset = place(&used, (uint64_t)tree->node_count * sizeof(*tree->nodes));
	header->block_count = tree->block_count;
	header->block_offset = place(&used, (uint64_t)tree->block_count * sizeof(*tree->blocks));
	header->triangle_count = mesh->triangle_count;
	header->shade_offset = place(&used, (uint64_t)mesh->triangle_count * sizeof(*mesh->shades));
	header->material_count = mesh->material_count;
	header->material_offset = place(&used, mesh->material_count * sizeof(*mesh->materials));
	header->texture_count = mesh->texture_count;
	header->texture_offset =
		place(&used, mesh->texture_count * sizeof(struct zn_scene_texture));
	header->texel_count = (uint32_t)mesh->texel_count;
	header->texel_offset = place(&used, mesh->texel_count * 4);
	header->light_count = light_count;
	header->light_offset = place(&used, (uint64_t)light_count * sizeof(struct zn_scene_light));
	header->sky_side = sky->side;
	header->sky_offset = place(&used, (uint64_t)sky->side * sky->side * 4);
	header->sky_cells = sky->cells;
	header->sky_cell_offset = place(&used, (uint64_t)(sky->cells + 1) * (sky->cells + 1) * 4);
	header->curve_offset = place(&used, 256 * 4);
	return used;
}

static void textures_fill(struct zn_scene_texture *textures, uint8_t *texels,
	const struct zn_mesh *mesh)
{
	uint32_t offset = 0;
	for (uint32_t i = 0; i < mesh->texture_count; i++) {
		const struct zn_picture *picture = &mesh->textures[i];
		uint32_t count = picture->width * picture->height;
		textures[i].offset = offset;
		textures[i].width = picture->width;
		textures[i].height = picture->height;
		memcpy(texels + (size_t)offset * 4, picture->rgba, (size_t)count * 4);
		offset += count;
	}
}

static void curve_fill(float *curve)
{
	for (int i = 0; i < 256; i++) {
		double x = i / 255.0;
		curve[i] = (float)(x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4));
	}
}

static bool see_through(const struct zn_mesh *mesh)
{
	for (uint32_t i = 0; i < mesh->material_count; i++) {
		const struct zn_scene_material *material = &mesh->materials[i];
		if (material->opacity < 1 ||
			(material->texture != ZN_SCENE_NONE &&
				zn_picture_see_through(&mesh->textures[material->texture])))
			return true;
	}
	return false;
}

static void header_fill(struct zn_scene_header *header, const struct zn_mesh *mesh)
{
	double low[3], high[3], square = 0;
	zn_mesh_box(low, high, mesh);
	for (int axis = 0; axis < 3; axis++) {
		header->low[axis] = (float)low[axis];
		header->high[axis] = (float)high[axis];
		square += (high[axis] - low[axis]) * (high[axis] - low[axis]);
	}
	header->size = (float)sqrt(square);
	header->magic = ZN_SCENE_MAGIC;
	header->version = ZN_SCENE_VERSION;
	header->sky_share = header->light_count > 0 ? SKY_SHARE_WITH_LIGHTS : 1;
	header->see_through = see_through(mesh);
}

bool zn_blob_make(uint8_t **bytes, size_t *count, uint32_t *light_count, const struct zn_mesh *mesh,
	const struct zn_tree *tree, const struct zn_sky *sky, struct zn_complaint *complaint)
{
	struct zn_scene_header header = {0};
	*bytes = NULL;
	*count = 0;
	*light_count = zn_lights_count(mesh);
	if (*light_count > ZN_SCENE_LIGHTS_MAX)
		return zn_complain(complaint, "the scene has %u shining triangles; at most %u",
			*light_count, ZN_SCENE_LIGHTS_MAX);
	uint64_t size = layout(&header, mesh, tree, sky, *light_count);
	if (size > ZN_SHARED_BYTES_MAX)
		return zn_complain(complaint,
			"the scene takes %llu bytes; at most %llu: use smaller textures",
			(unsigned long long)size, (unsigned long long)ZN_SHARED_BYTES_MAX);
	uint8_t *blob = aligned_alloc(ZN_SCENE_ALIGN, size);
	if (blob == NULL)
		return zn_complain(complaint, "out of memory for a scene of %llu bytes",
			(unsigned long long)size);
	memset(blob, 0, size);
	header.bytes = (uint32_t)size;
	header_fill(&header, mesh);
	memcpy(blob, &header, sizeof(header));
	memcpy(blob + header.node_offset, tree->nodes, tree->node_count * sizeof(*tree->nodes));
	if (tree->block_count > 0)
		memcpy(blob + header.block_offset, tree->blocks,
			tree->block_count * sizeof(*tree->blocks));
	if (mesh->triangle_count > 0)
		memcpy(blob + header.shade_offset, mesh->shades,
			mesh->triangle_count * sizeof(*mesh->shades));
	memcpy(blob + header.material_offset, mesh->materials,
		mesh->material_count * sizeof(*mesh->materials));
	textures_fill((struct zn_scene_texture *)(void *)(blob + header.texture_offset),
		blob + header.texel_offset, mesh);
	if (!zn_lights_fill((struct zn_scene_light *)(void *)(blob + header.light_offset),
		    *light_count, mesh)) {
		free(blob);
		return zn_complain(complaint, "out of memory for the scene's lights");
	}
	memcpy(blob + header.sky_offset, sky->texels, (size_t)sky->side * sky->side * 4);
	memcpy(blob + header.sky_cell_offset, sky->sums,
		(size_t)(sky->cells + 1) * (sky->cells + 1) * 4);
	curve_fill((float *)(void *)(blob + header.curve_offset));
	*bytes = blob;
	*count = size;
	return true;
}
