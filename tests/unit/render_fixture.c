#include "tests/unit/render_fixture.h"

#include "core/assert.h"
#include "publisher/render/blob.h"
#include "publisher/render/scene.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BALL_SIDES 12

static uint32_t add_material(struct zn_mesh *mesh, const struct zn_scene_material *material)
{
	ZN_ASSERT(zn_mesh_grow_materials(mesh, 1, NULL));
	mesh->materials[mesh->material_count] = *material;
	return mesh->material_count++;
}

static void add_triangle(struct zn_mesh *mesh, float corners[3][3], uint32_t material, bool round)
{
	ZN_ASSERT(zn_mesh_grow_triangles(mesh, 1, NULL));
	struct zn_scene_shade *shade = &mesh->shades[mesh->triangle_count];
	memcpy(mesh->corners[mesh->triangle_count].at, corners, sizeof(float[3][3]));
	for (int i = 0; i < 3; i++) {
		shade->normal[i][1] = 1;
		for (int axis = 0; round && axis < 3; axis++) /* the ball has radius 1 at 0 1 0 */
			shade->normal[i][axis] = corners[i][axis] - (axis == 1 ? 1.0f : 0.0f);
		shade->texture[i][0] = corners[i][0];
		shade->texture[i][1] = corners[i][1];
	}
	shade->material = material;
	mesh->triangle_count++;
}

static void add_quad(struct zn_mesh *mesh, const float a[3], const float b[3], const float c[3],
	uint32_t material)
{
	float first[3][3], second[3][3];
	for (int axis = 0; axis < 3; axis++) {
		first[0][axis] = second[0][axis] = a[axis];
		first[1][axis] = b[axis];
		first[2][axis] = second[1][axis] = c[axis];
		second[2][axis] = a[axis] + c[axis] - b[axis];
	}
	add_triangle(mesh, first, material, false);
	add_triangle(mesh, second, material, false);
}

static void ball_point(float out[3], int ring, int side)
{
	double down = ring * 3.141592653589793 / (BALL_SIDES / 2);
	double turn = side * 6.283185307179586 / BALL_SIDES;
	out[0] = (float)(sin(down) * cos(turn));
	out[1] = (float)(1 + cos(down));
	out[2] = (float)(sin(down) * sin(turn));
}

static void add_ball(struct zn_mesh *mesh, uint32_t material)
{
	for (int ring = 0; ring < BALL_SIDES / 2; ring++)
		for (int side = 0; side < BALL_SIDES; side++) {
			float corners[4][3], other[3][3];
			for (int k = 0; k < 4; k++)
				ball_point(corners[k], ring + (k >> 1), side + (k & 1));
			memcpy(other[0], corners[1], sizeof(other[0]));
			memcpy(other[1], corners[3], sizeof(other[1]));
			memcpy(other[2], corners[2], sizeof(other[2]));
			add_triangle(mesh, corners, material, true);
			add_triangle(mesh, other, material, true);
		}
}

static void add_dust(struct zn_mesh *mesh, uint32_t material, uint32_t count)
{
	uint32_t state = 12345;
	for (uint32_t i = 0; i < count; i++) {
		float corners[3][3];
		for (int k = 0; k < 9; k++) {
			state = state * 747796405u + 2891336453u;
			float x = (float)(state >> 8) * 5.9604645e-8f - 0.5f;
			corners[k / 3][k % 3] = k < 3 ? x * 6 : corners[0][k % 3] + x * 0.4f;
		}
		add_triangle(mesh, corners, material, false);
	}
}

static uint32_t add_pane_texture(struct zn_mesh *mesh)
{
	struct zn_picture picture = {.width = 4, .height = 2, .rgba = malloc(32)};
	uint32_t index;
	ZN_ASSERT(picture.rgba != NULL);
	for (int i = 0; i < 8; i++) {
		picture.rgba[i * 4 + 0] = (uint8_t)(40 + i * 25);
		picture.rgba[i * 4 + 1] = (uint8_t)(200 - i * 20);
		picture.rgba[i * 4 + 2] = 90;
		picture.rgba[i * 4 + 3] = i % 3 == 0 ? 60 : 255;
	}
	ZN_ASSERT(zn_mesh_take_texture(mesh, &index, &picture, NULL));
	return index;
}

static void mesh_fill(struct zn_mesh *mesh, uint32_t dust)
{
	const double origin[3] = {0, 0, 0};
	struct zn_scene_material red = {.base = {0.7f, 0.2f, 0.15f},
		.texture = ZN_SCENE_NONE,
		.gloss = {0.05f, 0.05f, 0.05f},
		.roughness = 0.1f,
		.opacity = 1};
	struct zn_scene_material lamp = {.base = {0.5f, 0.5f, 0.5f},
		.texture = ZN_SCENE_NONE,
		.roughness = 1,
		.emission = {9, 8, 6},
		.opacity = 1};
	struct zn_scene_material pane = {.base = {0.9f, 0.9f, 0.9f},
		.roughness = 0.3f,
		.gloss = {0.04f, 0.04f, 0.04f},
		.opacity = 0.9f,
		.metal = 0.5f};
	pane.texture = add_pane_texture(mesh);
	add_ball(mesh, add_material(mesh, &red));
	add_quad(mesh, (float[3]){-0.8f, 3, -0.5f}, (float[3]){0.8f, 3, -0.5f},
		(float[3]){0.8f, 3, 0.5f}, add_material(mesh, &lamp));
	add_quad(mesh, (float[3]){-2, 0, 1}, (float[3]){-0.5f, 0, 1.6f},
		(float[3]){-0.5f, 1.5f, 1.6f}, add_material(mesh, &pane));
	add_dust(mesh, 0, dust);
	ZN_ASSERT(zn_mesh_add_floor(mesh, origin, 8, NULL));
}

void fixture_init(struct fixture *fixture, uint32_t width, uint32_t height, uint32_t samples,
	uint32_t samples_per_item, uint32_t dust)
{
	struct zn_render_options options = zn_render_options_default();
	const struct zn_render_camera camera = {.eye = {2.5, 2.2, 5},
		.target = {0, 1, 0},
		.up = {0, 1, 0},
		.fov_deg = 40};
	struct zn_tree tree;
	struct zn_sky sky;
	uint32_t lights;
	memset(fixture, 0, sizeof(*fixture));
	options.width = width;
	options.height = height;
	options.samples = samples;
	options.samples_per_item = samples_per_item;
	options.bounces = 4;
	mesh_fill(&fixture->mesh, dust);
	ZN_ASSERT(zn_tree_build(&tree, &fixture->mesh) == ZN_ERR_OK);
	ZN_ASSERT(zn_sky_overcast(&sky, 0, 1, NULL));
	ZN_ASSERT(zn_blob_make(&fixture->scene, &fixture->scene_bytes, &lights, &fixture->mesh,
		&tree, &sky, NULL));
	ZN_ASSERT(lights == 2);
	ZN_ASSERT(zn_pathtrace_params_make(&fixture->params, &options, &camera,
		fixture->scene_bytes, NULL));
	zn_tree_finish(&tree);
	zn_sky_finish(&sky);
}

void fixture_finish(struct fixture *fixture)
{
	zn_mesh_finish(&fixture->mesh);
	free(fixture->scene);
	memset(fixture, 0, sizeof(*fixture));
}
