/* publisher/render/mesh.h - a scene in memory, between the loader and the blob.
 *
 * Filled by model.h and floor, indexed by tree.h, written by scene.c.
 */
#ifndef ZN_PUBLISHER_RENDER_MESH_H
#define ZN_PUBLISHER_RENDER_MESH_H

#include "core/err.h"
#include "kernels/pathtrace/scene.h"
#include "publisher/render/picture.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zn_corners {
	float at[3][3]; /* a triangle's corners */
};

struct zn_mesh {
	uint32_t triangle_count, triangles_max;
	struct zn_corners *corners;
	struct zn_scene_shade *shades; /* of the same triangles */
	uint32_t material_count, materials_max;
	struct zn_scene_material *materials;
	uint32_t texture_count, textures_max;
	struct zn_picture *textures;
	uint64_t texel_count; /* of all textures */
};

/** Room for more, at the end; the new ones are zeroed. False and a sentence above the maxima of
 *  kernels/pathtrace/scene.h or without memory. */
bool zn_mesh_grow_triangles(struct zn_mesh *mesh, uint32_t more, struct zn_complaint *complaint);
bool zn_mesh_grow_materials(struct zn_mesh *mesh, uint32_t more, struct zn_complaint *complaint);
/** Takes the picture's texels, on success only. */
bool zn_mesh_take_texture(struct zn_mesh *mesh, uint32_t *index, struct zn_picture *picture,
	struct zn_complaint *complaint);
/** The box of triangles [first, count). An empty one is the origin. */
void zn_mesh_box(double low[3], double high[3], const struct zn_mesh *mesh);
/** A round matte floor that ends `radius` from `centre`, facing up along y. */
bool zn_mesh_add_floor(struct zn_mesh *mesh, const double centre[3], double radius,
	struct zn_complaint *complaint);
void zn_mesh_finish(struct zn_mesh *mesh);

#endif
