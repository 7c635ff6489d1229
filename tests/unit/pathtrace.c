/* The path tracer, compiled as plain C: what rays hit, and what a picture's integers are. */
#include "tests/unit/pathtrace_shim.h"

#include "kernels/pathtrace/check.h"
#include "tests/unit/render_fixture.h"

#include "tests/test.h"

#define WIDTH   32
#define HEIGHT  18
#define SAMPLES 5

/* SHA-256 of the sums of the fixture at 32 x 18, 5 samples in items of 2. */
#define KNOWN_PICTURE "198a7778f8de37eff6e525eef81bfd2478a5c4f1969511197b2959baac23c5b9"

static void item(const struct fixture *fixture, uint64_t index, uint64_t slot[3])
{
	static const uint8_t none[64] __attribute__((aligned(64)));
	memset(slot, 0, 24);
	zn_map(index, (const uint8_t *)&fixture->params, fixture->scene, none, (uint8_t *)slot);
}

/* All triangles, one by one, by the same test as the kernel's blocks: the truth about a ray. */
static struct zn_hit hit_slowly(const struct fixture *fixture, struct zn_ray ray)
{
	struct zn_hit hit = {.distance = ZN_FAR, .triangle = ZN_SCENE_NONE};
	for (uint32_t i = 0; i < fixture->mesh.triangle_count; i++) {
		struct zn_scene_block block;
		float(*at)[3] = fixture->mesh.corners[i].at;
		memset(&block, 0, sizeof(block));
		memset(block.triangle, 0xff, sizeof(block.triangle));
		block.triangle[0] = i;
		block.corner_x[0] = at[0][0];
		block.corner_y[0] = at[0][1];
		block.corner_z[0] = at[0][2];
		block.edge1_x[0] = at[1][0] - at[0][0];
		block.edge1_y[0] = at[1][1] - at[0][1];
		block.edge1_z[0] = at[1][2] - at[0][2];
		block.edge2_x[0] = at[2][0] - at[0][0];
		block.edge2_y[0] = at[2][1] - at[0][1];
		block.edge2_z[0] = at[2][2] - at[0][2];
		zn_block_meet(&hit, &block, 0, ray.origin, ray.direction, 0);
	}
	return hit;
}

static float random_between(uint32_t *state, float low, float high)
{
	*state = *state * 747796405u + 2891336453u;
	return low + (high - low) * zn_to_unit(zn_hash(*state));
}

static void tree_finds_what_all_triangles_one_by_one_give(void **unused)
{
	struct fixture fixture;
	uint32_t state = 99, found = 0;
	(void)unused;
	fixture_init(&fixture, WIDTH, HEIGHT, 1, 1, 1500);
	const struct zn_scene_header *scene = (const void *)fixture.scene;
	assert_int_equal(zn_pathtrace_check(fixture.scene, fixture.scene_bytes, &fixture.params,
				 sizeof(fixture.params)),
		ZN_PATHTRACE_OK);
	for (int i = 0; i < 2500; i++) {
		struct zn_ray ray;
		float *numbers[2] = {&ray.origin.x, &ray.direction.x};
		for (int k = 0; k < 6; k++)
			numbers[k / 3][k % 3] =
				random_between(&state, k < 3 ? -4 : -1, k < 3 ? 4 : 1);
		if (i % 5 == 0)
			ray.direction.x = 0; /* along an axis, where 1 / 0 lurks */
		if (i % 10 == 0)
			ray.direction.z = 0;
		ray.direction = zn_unit3(ray.direction);
		struct zn_hit fast = zn_trace(scene, ray, 0, ZN_FAR, 0);
		struct zn_hit slow = hit_slowly(&fixture, ray);
		assert_int_equal(fast.triangle, slow.triangle);
		if (slow.triangle == ZN_SCENE_NONE)
			continue;
		found++;
		assert_true(fast.distance == slow.distance);
		assert_true(zn_trace(scene, ray, 0, ZN_FAR, 1).triangle != ZN_SCENE_NONE);
		assert_true(zn_trace(scene, ray, 0, slow.distance * 0.999f, 1).triangle ==
			    ZN_SCENE_NONE);
	}
	assert_true(found > 800);
	fixture_finish(&fixture);
}

static void lower_triangle_wins_at_equal_distance(void **unused)
{
	struct fixture fixture;
	(void)unused;
	fixture_init(&fixture, WIDTH, HEIGHT, 1, 1, 0);
	struct zn_scene_header *scene = (void *)fixture.scene;
	struct zn_scene_block *block = (void *)(fixture.scene + scene->block_offset);
	struct zn_hit hit = {.distance = ZN_FAR, .triangle = ZN_SCENE_NONE};
	for (int lane = 1; lane < 8; lane++) { /* the same triangle eight times */
		float *numbers = block->corner_x;
		for (int k = 0; k < 9; k++)
			numbers[k * 8 + lane] = numbers[k * 8];
		block->triangle[lane] = (uint32_t)(20 - lane * 2);
	}
	block->triangle[0] = 21;
	struct zn_vec3 to =
		zn_vec3(block->corner_x[0] + 0.3f * (block->edge1_x[0] + block->edge2_x[0]),
			block->corner_y[0] + 0.3f * (block->edge1_y[0] + block->edge2_y[0]),
			block->corner_z[0] + 0.3f * (block->edge1_z[0] + block->edge2_z[0]));
	struct zn_vec3 from = zn_vec3(7, 11, 13);
	zn_block_meet(&hit, block, 0, from, zn_unit3(zn_sub3(to, from)), 0);
	assert_int_equal(hit.triangle, 6);
	fixture_finish(&fixture);
}

static void any_cut_into_items_gives_the_same_sums(void **unused)
{
	struct fixture whole, cut;
	(void)unused;
	fixture_init(&whole, WIDTH, HEIGHT, SAMPLES, SAMPLES, 200);
	fixture_init(&cut, WIDTH, HEIGHT, SAMPLES, 2, 200);
	for (uint64_t pixel = 0; pixel < WIDTH * HEIGHT; pixel += 7) {
		uint64_t all[3], sum[3] = {0, 0, 0};
		item(&whole, pixel, all);
		for (uint64_t pass = 3; pass-- > 0;) {
			uint64_t part[3];
			item(&cut, pass * WIDTH * HEIGHT + pixel, part);
			for (int c = 0; c < 3; c++)
				sum[c] += part[c];
		}
		assert_memory_equal(all, sum, sizeof(all));
	}
	fixture_finish(&whole);
	fixture_finish(&cut);
}

static void picture_has_its_known_answer(void **unused)
{
	struct fixture fixture;
	uint64_t *sums = calloc(3 * WIDTH * HEIGHT * 3, sizeof(*sums));
	struct zn_hash hash;
	double mean = 0;
	(void)unused;
	fixture_init(&fixture, WIDTH, HEIGHT, SAMPLES, 2, 200);
	for (uint64_t i = 0; i < 3 * WIDTH * HEIGHT; i++) {
		item(&fixture, i, sums + i * 3);
		for (int c = 0; c < 3; c++)
			mean += (double)sums[i * 3 + (uint64_t)c];
	}
	mean /= 3.0 * WIDTH * HEIGHT * SAMPLES * (double)ZN_FILM_ONE;
	assert_true(mean > 0.05 && mean < 2);
	zn_sha256(&hash, sums, 3 * WIDTH * HEIGHT * 24);
	test_hash_is(&hash, KNOWN_PICTURE);
	free(sums);
	fixture_finish(&fixture);
}

/* Inside a white, matte ball under a sky of 1 nothing is lost: energy in is energy out. */
static void surfaces_do_not_make_light(void **unused)
{
	uint32_t state = 5;
	(void)unused;
	for (int k = 0; k < 40; k++) {
		struct zn_surface surface;
		double sum = 0;
		int count = 4000;
		surface.matte = zn_vec3(1, 1, 1);
		surface.gloss = k % 2 ? zn_vec3(0.04f, 0.04f, 0.04f) : zn_vec3(1, 1, 1);
		surface.roughness = random_between(&state, 0.02f, 1);
		if (k % 2 == 0)
			surface.matte = zn_vec3(0, 0, 0);
		zn_frame_make(&surface, zn_vec3(0, 0, 1));
		surface.view = zn_unit3(zn_vec3(random_between(&state, -1, 1), 0.3f, 0.5f));
		zn_surface_shares(&surface);
		for (int i = 0; i < count; i++) {
			struct zn_pair pair = {random_between(&state, 0, 1),
				random_between(&state, 0, 1)};
			struct zn_vec3 light = zn_scatter_draw(&surface, pair);
			struct zn_scatter scatter = zn_scatter_look(&surface, light);
			if (scatter.density > 0)
				sum += (double)(scatter.value.x / scatter.density);
		}
		/* One bounce between facets is all that the model follows: rough metal loses some. */
		assert_true(sum / count < 1.02);
		assert_true(sum / count > (k % 2 ? 0.8 : 0.35));
	}
}

/* The density that a draw claims must be how often it comes: both integrate to 1 over the sphere. */
static void sky_density_integrates_to_one(void **unused)
{
	struct fixture fixture;
	uint32_t state = 8;
	double sum = 0;
	int count = 200000;
	(void)unused;
	fixture_init(&fixture, WIDTH, HEIGHT, 1, 1, 0);
	const struct zn_scene_header *scene = (const void *)fixture.scene;
	for (int i = 0; i < count; i++) {
		float z = random_between(&state, -1, 1);
		float s, c, flat = sqrtf(1 - z * z);
		zn_sincos_turn(random_between(&state, 0, 1), &s, &c);
		sum += (double)zn_sky_density(scene, zn_vec3(flat * c, z, flat * s)) * 12.566370614;
	}
	assert_true(fabs(sum / count - 1) < 0.02);
	for (int i = 0; i < 2000; i++) {
		struct zn_pair pair = {random_between(&state, 0, 1), random_between(&state, 0, 1)};
		struct zn_light_draw draw = zn_sky_draw(scene, pair);
		float claimed = zn_sky_density(scene, draw.direction) * scene->sky_share;
		assert_true(fabsf(draw.density / claimed - 1) < 0.02f || i % 50 != 0);
	}
	fixture_finish(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree_finds_what_all_triangles_one_by_one_give),
		cmocka_unit_test(lower_triangle_wins_at_equal_distance),
		cmocka_unit_test(any_cut_into_items_gives_the_same_sums),
		cmocka_unit_test(picture_has_its_known_answer),
		cmocka_unit_test(surfaces_do_not_make_light),
		cmocka_unit_test(sky_density_integrates_to_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
