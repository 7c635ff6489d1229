#include "publisher/render/mesh.h"

#include "core/assert.h"
#include "core/limits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FLOOR_SIDES 48

/* realloc an array of *max elements so that `needed` fit; the new ones are zeroed. */
static bool grow(void **array, uint32_t *max, uint32_t needed, size_t each)
{
	if (needed <= *max)
		return true;
	uint32_t more = needed > *max * 2 ? needed : *max * 2;
	void *bigger = realloc(*array, more * each);
	if (bigger == NULL)
		return false;
	memset((uint8_t *)bigger + *max * each, 0, (more - *max) * each);
	*array = bigger;
	*max = more;
	return true;
}

bool zn_mesh_grow_triangles(struct zn_mesh *mesh, uint32_t more, struct zn_complaint *complaint)
{
	if (more > ZN_SCENE_TRIANGLES_MAX - mesh->triangle_count)
		return zn_complain(complaint, "the scene has more than %u triangles; simplify it",
			ZN_SCENE_TRIANGLES_MAX);
	uint32_t needed = mesh->triangle_count + more;
	uint32_t max = mesh->triangles_max;
	if (!grow((void **)&mesh->corners, &max, needed, sizeof(*mesh->corners)) ||
		!grow((void **)&mesh->shades, &mesh->triangles_max, needed, sizeof(*mesh->shades)))
		return zn_complain(complaint, "out of memory for %u triangles", needed);
	return true;
}

bool zn_mesh_grow_materials(struct zn_mesh *mesh, uint32_t more, struct zn_complaint *complaint)
{
	if (more > ZN_SCENE_MATERIALS_MAX - mesh->material_count)
		return zn_complain(complaint, "the scene has more than %u materials",
			ZN_SCENE_MATERIALS_MAX);
	if (!grow((void **)&mesh->materials, &mesh->materials_max, mesh->material_count + more,
		    sizeof(*mesh->materials)))
		return zn_complain(complaint, "out of memory for materials");
	return true;
}

bool zn_mesh_take_texture(struct zn_mesh *mesh, uint32_t *index, struct zn_picture *picture,
	struct zn_complaint *complaint)
{
	uint64_t texels = (uint64_t)picture->width * picture->height;
	if (mesh->texture_count >= ZN_SCENE_TEXTURES_MAX)
		return zn_complain(complaint, "the scene has more than %u textures",
			ZN_SCENE_TEXTURES_MAX);
	if (mesh->texel_count + texels > ZN_SCENE_TEXELS_MAX)
		return zn_complain(complaint, "the scene's textures have more than %u texels",
			ZN_SCENE_TEXELS_MAX);
	if (!grow((void **)&mesh->textures, &mesh->textures_max, mesh->texture_count + 1,
		    sizeof(*mesh->textures)))
		return zn_complain(complaint, "out of memory for textures");
	*index = mesh->texture_count++;
	mesh->textures[*index] = *picture;
	mesh->texel_count += texels;
	memset(picture, 0, sizeof(*picture));
	return true;
}

void zn_mesh_box(double low[3], double high[3], const struct zn_mesh *mesh)
{
	for (int axis = 0; axis < 3; axis++) {
		low[axis] = mesh->triangle_count == 0 ? 0 : INFINITY;
		high[axis] = mesh->triangle_count == 0 ? 0 : -INFINITY;
		for (uint32_t i = 0; i < mesh->triangle_count; i++)
			for (int corner = 0; corner < 3; corner++) {
				double x = (double)mesh->corners[i].at[corner][axis];
				low[axis] = x < low[axis] ? x : low[axis];
				high[axis] = x > high[axis] ? x : high[axis];
			}
	}
}

bool zn_mesh_add_floor(struct zn_mesh *mesh, const double centre[3], double radius,
	struct zn_complaint *complaint)
{
	if (!zn_mesh_grow_triangles(mesh, FLOOR_SIDES, complaint) ||
		!zn_mesh_grow_materials(mesh, 1, complaint))
		return false;
	uint32_t index = mesh->material_count++;
	struct zn_scene_material *material = &mesh->materials[index];
	*material = (struct zn_scene_material){.base = {0.20f, 0.19f, 0.18f},
		.gloss = {0.04f, 0.04f, 0.04f},
		.roughness = 0.3f,
		.opacity = 1,
		.texture = ZN_SCENE_NONE};
	for (int side = 0; side < FLOOR_SIDES; side++) {
		struct zn_corners *corners = &mesh->corners[mesh->triangle_count];
		struct zn_scene_shade *shade = &mesh->shades[mesh->triangle_count++];
		for (int corner = 0; corner < 3; corner++) {
			double turn = (side + (corner == 1)) * 6.283185307179586 / FLOOR_SIDES;
			double reach = corner == 0 ? 0 : radius;
			corners->at[corner][0] = (float)(centre[0] + reach * cos(turn));
			corners->at[corner][1] = (float)centre[1];
			corners->at[corner][2] = (float)(centre[2] + reach * sin(turn));
			shade->normal[corner][1] = 1;
		}
		shade->material = index;
	}
	return true;
}

void zn_mesh_finish(struct zn_mesh *mesh)
{
	for (uint32_t i = 0; i < mesh->texture_count; i++)
		zn_picture_finish(&mesh->textures[i]);
	free(mesh->corners);
	free(mesh->shades);
	free(mesh->materials);
	free(mesh->textures);
	memset(mesh, 0, sizeof(*mesh));
}
