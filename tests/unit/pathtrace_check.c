/* Hostile scenes and parameters: each row changes one thing and gets its refusal. */
#include "kernels/pathtrace/check.h"

#include "tests/test.h"
#include "tests/unit/render_fixture.h"

#include <math.h>
#include <string.h>

static struct fixture whole;

static int set_up(void **unused)
{
	(void)unused;
	fixture_init(&whole, 32, 18, 4, 2, 300);
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	fixture_finish(&whole);
	return 0;
}

struct change {
	struct zn_scene_header *scene;
	struct zn_pathtrace_params *params;
	size_t scene_bytes, params_bytes;
};

static void *at(const struct change *change, uint32_t offset)
{
	return (uint8_t *)change->scene + offset;
}

#define ROW(name, statement)                                                                       \
	static void name(struct change *change)                                                    \
	{                                                                                          \
		struct zn_scene_header *scene = change->scene;                                     \
		struct zn_pathtrace_params *params = change->params;                               \
		(void)scene;                                                                       \
		(void)params;                                                                      \
		statement;                                                                         \
	}
#define NODES     ((struct zn_scene_node *)at(change, scene->node_offset))
#define BLOCKS    ((struct zn_scene_block *)at(change, scene->block_offset))
#define SHADES    ((struct zn_scene_shade *)at(change, scene->shade_offset))
#define MATERIALS ((struct zn_scene_material *)at(change, scene->material_offset))
#define TEXTURES  ((struct zn_scene_texture *)at(change, scene->texture_offset))
#define LIGHTS    ((struct zn_scene_light *)at(change, scene->light_offset))
#define SUMS      ((float *)at(change, scene->sky_cell_offset))

ROW(nothing, (void)0)
ROW(params_short, change->params_bytes -= 4)
ROW(params_magic, params->magic++)
ROW(params_version, params->version++)
ROW(params_unused, params->zero[8] = 1)
ROW(no_width, params->width = 0)
ROW(huge_height, params->height = ZN_PATHTRACE_SIDE_MAX + 1)
ROW(no_samples, params->samples = 0)
ROW(many_samples, params->samples = ZN_PATHTRACE_SAMPLES_MAX + 1)
ROW(more_per_item, params->samples_per_item = params->samples + 1)
ROW(many_bounces, params->bounces = 1000)
ROW(clamp_nan, params->clamp = NAN)
ROW(clamp_huge, params->clamp = 1e20f)
ROW(eye_nan, params->eye[1] = NAN)
ROW(right_infinite, params->right[0] = INFINITY)
ROW(flat_picture, memcpy(params->down, params->right, sizeof(params->down)))
ROW(scene_short, change->scene_bytes = 100)
ROW(scene_cut, change->scene_bytes -= 64)
ROW(scene_magic, scene->magic = 0)
ROW(scene_version, scene->version = 9)
ROW(other_scene, params->scene_bytes += 64)
ROW(no_nodes, scene->node_count = 0)
ROW(no_materials, scene->material_count = 0)
ROW(many_triangles, scene->triangle_count = 0xffffffffu)
ROW(odd_cells, scene->sky_cells = 3)
ROW(no_sky, scene->sky_side = 0)
ROW(see_through_two, scene->see_through = 2)
ROW(nodes_in_header, scene->node_offset = 0)
ROW(blocks_unaligned, scene->block_offset += 4)
ROW(shades_outside, scene->shade_offset = scene->bytes)
ROW(texels_overflow, scene->texel_count = 0xffffffffu)
ROW(sky_outside, scene->sky_side = ZN_SCENE_SKY_SIDE_MAX)
ROW(curve_outside, scene->curve_offset = 0xffffffc0u)
ROW(size_nan, scene->size = NAN)
ROW(share_two, scene->sky_share = 2)
ROW(node_cycle, NODES[1].child[0] = 0)
ROW(node_itself, NODES[0].child[0] = 0)
ROW(node_twice, NODES[0].child[0] = NODES[0].child[1])
ROW(node_orphan, NODES[0].child[0] = ZN_SCENE_NONE)
ROW(node_beyond, NODES[0].child[0] = scene->node_count)
ROW(block_beyond, NODES[0].child[0] = ZN_SCENE_BLOCK | scene->block_count)
ROW(node_nan, NODES[0].low_y[3] = NAN)
ROW(block_triangle, BLOCKS[0].triangle[0] = scene->triangle_count)
ROW(block_nan, BLOCKS[1].edge2_z[0] = NAN)
ROW(shade_material, SHADES[3].material = scene->material_count)
ROW(shade_normal, SHADES[3].normal[1][2] = 2)
ROW(shade_texture, SHADES[3].texture[0][0] = INFINITY)
ROW(material_texture, MATERIALS[0].texture = scene->texture_count)
ROW(material_bright, MATERIALS[0].base[2] = 1.5f)
ROW(material_smooth, MATERIALS[0].roughness = 0)
ROW(texture_wide, TEXTURES[0].width = 0)
ROW(texture_beyond, TEXTURES[0].offset = scene->texel_count)
ROW(curve_nan, ((float *)at(change, scene->curve_offset))[77] = NAN)
ROW(light_other, LIGHTS[1].other = scene->light_count)
ROW(light_nan, LIGHTS[0].area_density = NAN)
ROW(sums_fall, SUMS[5] = 0.9f)
ROW(sums_end, SUMS[scene->sky_cells] = 0.99f)

static const struct {
	const char *name;
	void (*apply)(struct change *change);
	enum zn_pathtrace_refusal refusal;
} rows[] = {
#define EXPECT(row, refusal)                                                                       \
	{                                                                                          \
#row, row, ZN_PATHTRACE_##refusal                                                  \
	}
	EXPECT(nothing, OK),
	EXPECT(params_short, PARAMS_BYTES),
	EXPECT(params_magic, PARAMS_BYTES),
	EXPECT(params_version, PARAMS_BYTES),
	EXPECT(params_unused, PARAMS_BYTES),
	EXPECT(no_width, PICTURE),
	EXPECT(huge_height, PICTURE),
	EXPECT(no_samples, PICTURE),
	EXPECT(many_samples, PICTURE),
	EXPECT(more_per_item, PICTURE),
	EXPECT(many_bounces, PICTURE),
	EXPECT(clamp_nan, PICTURE),
	EXPECT(clamp_huge, PICTURE),
	EXPECT(eye_nan, CAMERA),
	EXPECT(right_infinite, CAMERA),
	EXPECT(flat_picture, CAMERA),
	EXPECT(scene_short, HEADER),
	EXPECT(scene_cut, HEADER),
	EXPECT(scene_magic, HEADER),
	EXPECT(scene_version, HEADER),
	EXPECT(other_scene, OTHER_SCENE),
	EXPECT(no_nodes, COUNT),
	EXPECT(no_materials, COUNT),
	EXPECT(many_triangles, COUNT),
	EXPECT(odd_cells, COUNT),
	EXPECT(no_sky, COUNT),
	EXPECT(see_through_two, COUNT),
	EXPECT(nodes_in_header, OUTSIDE),
	EXPECT(blocks_unaligned, OUTSIDE),
	EXPECT(shades_outside, OUTSIDE),
	EXPECT(texels_overflow, OUTSIDE),
	EXPECT(sky_outside, OUTSIDE),
	EXPECT(curve_outside, OUTSIDE),
	EXPECT(size_nan, NUMBER),
	EXPECT(share_two, NUMBER),
	EXPECT(node_cycle, TREE),
	EXPECT(node_itself, TREE),
	EXPECT(node_twice, TREE),
	EXPECT(node_orphan, TREE),
	EXPECT(node_beyond, INDEX),
	EXPECT(block_beyond, INDEX),
	EXPECT(node_nan, NUMBER),
	EXPECT(block_triangle, INDEX),
	EXPECT(block_nan, NUMBER),
	EXPECT(shade_material, INDEX),
	EXPECT(shade_normal, NUMBER),
	EXPECT(shade_texture, NUMBER),
	EXPECT(material_texture, INDEX),
	EXPECT(material_bright, NUMBER),
	EXPECT(material_smooth, NUMBER),
	EXPECT(texture_wide, COUNT),
	EXPECT(texture_beyond, INDEX),
	EXPECT(curve_nan, NUMBER),
	EXPECT(light_other, INDEX),
	EXPECT(light_nan, NUMBER),
	EXPECT(sums_fall, NUMBER),
	EXPECT(sums_end, NUMBER),
};

static enum zn_pathtrace_refusal refusal_after(void (*apply)(struct change *change))
{
	struct zn_pathtrace_params params = whole.params;
	struct change change = {.params = &params,
		.scene_bytes = whole.scene_bytes,
		.params_bytes = sizeof(params)};
	change.scene = malloc(whole.scene_bytes);
	assert_non_null(change.scene);
	memcpy(change.scene, whole.scene, whole.scene_bytes);
	apply(&change);
	enum zn_pathtrace_refusal refusal =
		zn_pathtrace_check(change.scene, change.scene_bytes, &params, change.params_bytes);
	free(change.scene);
	return refusal;
}

static void one_changed_thing_gets_its_refusal(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum zn_pathtrace_refusal refusal = refusal_after(rows[i].apply);
		if (refusal != rows[i].refusal)
			fail_msg("%s: \"%s\"", rows[i].name,
				zn_pathtrace_refusal_sentence(refusal));
	}
}

/* A scene cut anywhere, or with random bytes, is looked at without a step outside of it. */
static void damaged_scenes_are_read_within_their_bytes(void **unused)
{
	uint64_t state = 3;
	(void)unused;
	for (int round = 0; round < 400; round++) {
		size_t bytes = round % 2 ? whole.scene_bytes
					 : test_random(&state) % whole.scene_bytes / 64 * 64;
		uint8_t *copy = malloc(bytes + 1);
		assert_non_null(copy);
		memcpy(copy, whole.scene, bytes);
		for (int k = 0; k < 8 && bytes >= sizeof(struct zn_scene_header); k++) {
			size_t limit = k < 4 ? sizeof(struct zn_scene_header) : bytes;
			copy[test_random(&state) % limit] = (uint8_t)test_random(&state);
			((struct zn_scene_header *)(void *)copy)->magic = ZN_SCENE_MAGIC;
			((struct zn_scene_header *)(void *)copy)->version = ZN_SCENE_VERSION;
			((struct zn_scene_header *)(void *)copy)->bytes = (uint32_t)bytes;
		}
		struct zn_pathtrace_params params = whole.params;
		params.scene_bytes = (uint32_t)bytes;
		enum zn_pathtrace_refusal refusal =
			zn_pathtrace_check(copy, bytes, &params, sizeof(params));
		assert_true(round % 2 == 1 || refusal != ZN_PATHTRACE_OK);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_changed_thing_gets_its_refusal),
		cmocka_unit_test(damaged_scenes_are_read_within_their_bytes),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
