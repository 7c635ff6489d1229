/* Scene files become jobs, or one sentence that says what is wrong with them. */
#include "publisher/render/scene.h"

#include "io/files.h"
#include "kernels/pathtrace/check.h"
#include "publisher/render/mesh.h"
#include "publisher/render/png.h"
#include "publisher/render/sky.h"
#include "publisher/render/tree.h"
#include "tests/test.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static char folder[] = "/tmp/zennet-scene-XXXXXX";

static int set_up(void **unused)
{
	(void)unused;
	return mkdtemp(folder) == NULL;
}

static int tear_down(void **unused)
{
	(void)unused;
	return zn_directory_remove(folder) != ZN_ERR_OK;
}

static const char *in_folder(const char *name)
{
	static char path[PATH_MAX];
	assert_true(zn_path_make(path, "%s/%s", folder, name));
	return path;
}

static void write_file(const char *name, const char *text)
{
	assert_int_equal(zn_file_replace(in_folder(name), text, strlen(text), 0600), ZN_ERR_OK);
}

static const char box[] =
	"mtllib box.mtl\n"
	"v -1 0 -1\nv 1 0 -1\nv 1 0 1\nv -1 0 1\nv -1 2 -1\nv 1 2 -1\nv 1 2 1\nv -1 2 1\n"
	"vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n"
	"usemtl wood\nf 1/1 2/2 3/3 4/4\nf 5/1 8/2 7/3 6/4\nf 1/1 5/2 6/3 2/4\n"
	"usemtl lamp\nf 3/1 7/2 8/3 4/4\nf 2/1 6/2 7/3 3/4\nf 5/1 1/2 4/3 8/4\n";
static const char box_materials[] =
	"newmtl wood\nKd 0.5 0.4 0.3\nKs 0.5 0.5 0.5\nNs 96\nmap_Kd wood.png\n"
	"newmtl lamp\nKd 0.1 0.1 0.1\nKe 4 3 2\n";

static void write_box(void)
{
	uint8_t rgb[8 * 4 * 3];
	for (size_t i = 0; i < sizeof(rgb); i++)
		rgb[i] = (uint8_t)(i * 5);
	write_file("box.obj", box);
	write_file("box.mtl", box_materials);
	assert_int_equal(zn_png_write(in_folder("wood.png"), rgb, 8, 4), ZN_ERR_OK);
}

static struct zn_render_options options_for(const char *name)
{
	static char path[PATH_MAX];
	struct zn_render_options options = zn_render_options_default();
	snprintf(path, sizeof(path), "%s", in_folder(name));
	options.scene_path = path;
	return options;
}

static void a_box_becomes_a_whole_job(void **unused)
{
	struct zn_render_job job, again;
	struct zn_complaint complaint = {0};
	(void)unused;
	write_box();
	struct zn_render_options options = options_for("box.obj");
	assert_true(zn_render_job_make(&job, &options, &complaint));
	assert_int_equal(job.triangles, 12 + 48); /* the box and its floor */
	assert_int_equal(job.textures, 1);
	assert_int_equal(job.lights, 6);
	assert_int_equal(job.items, 640 * 360 * 16);
	assert_int_equal(zn_pathtrace_check(job.scene, job.scene_bytes, &job.params,
				 sizeof(job.params)),
		ZN_PATHTRACE_OK);
	assert_true(zn_render_job_make(&again, &options, &complaint));
	assert_int_equal(job.scene_bytes, again.scene_bytes);
	assert_memory_equal(job.scene, again.scene, job.scene_bytes);
	zn_render_job_finish(&job);
	zn_render_job_finish(&again);
}

static void materials_come_from_the_file(void **unused)
{
	struct zn_render_job job;
	(void)unused;
	write_box();
	struct zn_render_options options = options_for("box.obj");
	assert_true(zn_render_job_make(&job, &options, NULL));
	const struct zn_scene_header *scene = (const void *)job.scene;
	const struct zn_scene_material *materials =
		(const void *)(job.scene + scene->material_offset);
	const struct zn_scene_material *wood = NULL, *lamp = NULL;
	for (uint32_t i = 0; i < scene->material_count; i++) {
		if (materials[i].texture == 0)
			wood = &materials[i];
		if (materials[i].emission[0] > 0)
			lamp = &materials[i];
	}
	assert_non_null(wood);
	assert_non_null(lamp);
	assert_true(fabsf(wood->base[0] - 0.5f) < 1e-6f);
	assert_true(fabsf(wood->gloss[0] - 0.04f) < 1e-6f);
	assert_true(wood->roughness > 0.05f && wood->roughness < 0.2f);
	assert_true(lamp->emission[0] == 4.0f && lamp->emission[2] == 2.0f);
	zn_render_job_finish(&job);
}

/* Every corner of the object must be inside the picture, and the object must fill much of it. */
static void automatic_camera_holds_the_whole_object(void **unused)
{
	struct zn_render_job job;
	(void)unused;
	write_box();
	struct zn_render_options options = options_for("box.obj");
	assert_true(zn_render_job_make(&job, &options, NULL));
	const float *right = job.params.right, *down = job.params.down;
	double widest = 0;
	for (int corner = 0; corner < 8; corner++) {
		double to[3] = {corner & 1 ? 1 : -1, corner & 2 ? 2 : 0, corner & 4 ? 1 : -1};
		double x = 0, y = 0, z = 0, width = 0, height = 0;
		for (int axis = 0; axis < 3; axis++) {
			double d = to[axis] - (double)job.params.eye[axis];
			double middle = (double)(job.params.corner[axis] + right[axis] / 2 +
						 down[axis] / 2);
			x += d * (double)right[axis];
			y += d * (double)down[axis];
			z += d * middle;
			width += (double)right[axis] * (double)right[axis];
			height += (double)down[axis] * (double)down[axis];
		}
		x = x / z / width;
		y = y / z / height;
		assert_true(fabs(x) < 0.5 && fabs(y) < 0.5);
		widest = fmax(widest, fmax(fabs(x), fabs(y)));
	}
	assert_true(widest > 0.4);
	zn_render_job_finish(&job);
}

static const struct {
	const char *file, *text, *words; /* words that the complaint must hold */
} broken[] = {
	{NULL, NULL, "there is no such file"},
	{"empty.obj", "", "empty.obj"},
	{"text.obj", "this is no model\n", "text.obj"},
	{"points.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\n", "points.obj"},
	{"beyond.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n", "beyond.obj"},
	{"short.glb", "glTF\2\0\0\0", "short.glb"},
	{"broken.gltf", "{\"asset\":{\"version\":\"2.0\"},\"scene\":7}", "broken.gltf"},
	{"picture.obj",
		"mtllib picture.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nusemtl m\n"
		"f 1/1 2/1 3/1\n",
		"missing.png"},
};

static void broken_models_get_one_sentence(void **unused)
{
	(void)unused;
	write_file("picture.mtl", "newmtl m\nmap_Kd missing.png\n");
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct zn_complaint complaint = {0};
		struct zn_render_job job;
		const char *name = broken[i].file != NULL ? broken[i].file : "absent.obj";
		if (broken[i].file != NULL)
			write_file(name, broken[i].text);
		struct zn_render_options options = options_for(name);
		assert_false(zn_render_job_make(&job, &options, &complaint));
		assert_null(job.scene);
		if (strstr(complaint.text, broken[i].words) == NULL ||
			strchr(complaint.text, '\n') != NULL)
			fail_msg("%s: \"%s\"", name, complaint.text);
	}
}

static void broken_environments_get_one_sentence(void **unused)
{
	struct zn_render_job job;
	struct zn_complaint complaint = {0};
	static char path[PATH_MAX];
	(void)unused;
	write_box();
	write_file("sky.exr", "no picture");
	struct zn_render_options options = options_for("box.obj");
	snprintf(path, sizeof(path), "%s", in_folder("sky.exr"));
	options.environment_path = path;
	assert_false(zn_render_job_make(&job, &options, &complaint));
	assert_non_null(strstr(complaint.text, "sky.exr"));
	options.environment_path = "/nowhere/sky.exr";
	assert_false(zn_render_job_make(&job, &options, &complaint));
	assert_non_null(strstr(complaint.text, "there is no such file"));
}

static void options_out_of_range_are_named(void **unused)
{
	struct zn_render_job job;
	struct zn_complaint complaint = {0};
	(void)unused;
	write_box();
	struct zn_render_options options = options_for("box.obj");
	options.samples = 0;
	assert_false(zn_render_job_make(&job, &options, &complaint));
	assert_non_null(strstr(complaint.text, "samples"));
	options = options_for("box.obj");
	options.width = 100000;
	assert_false(zn_render_job_make(&job, &options, &complaint));
	assert_non_null(strstr(complaint.text, "width"));
	options = options_for("box.obj");
	options.camera_given = true;
	options.camera = (struct zn_render_camera){.eye = {1, 2, 3},
		.target = {1, 2, 3},
		.up = {0, 1, 0},
		.fov_deg = 30};
	assert_false(zn_render_job_make(&job, &options, &complaint));
	assert_non_null(strstr(complaint.text, "same point"));
}

static void shared_exponent_keeps_eight_bits(void **unused)
{
	uint64_t state = 1;
	(void)unused;
	for (int i = 0; i < 20000; i++) {
		float rgb[3], back[3], peak = 0;
		for (int c = 0; c < 3; c++) {
			rgb[c] = ldexpf((float)(test_random(&state) % 1000 + 1) / 1000,
				(int)(test_random(&state) % 20) - 8);
			peak = fmaxf(peak, rgb[c]);
		}
		zn_rgb9e5_unpack(back, zn_rgb9e5_pack(rgb));
		for (int c = 0; c < 3; c++)
			assert_true(fabsf(back[c] - rgb[c]) <= peak / 500);
	}
}

/* A mesh that no cut can part: all triangles at one place. Its tree must still be shallow. */
static void equal_triangles_still_make_a_tree(void **unused)
{
	struct zn_mesh mesh = {0};
	struct zn_tree tree;
	(void)unused;
	assert_true(zn_mesh_grow_triangles(&mesh, 5000, NULL));
	for (uint32_t i = 0; i < 5000; i++) {
		mesh.corners[i].at[1][0] = 1;
		mesh.corners[i].at[2][1] = 1;
	}
	mesh.triangle_count = 5000;
	assert_int_equal(zn_tree_build(&tree, &mesh), ZN_ERR_OK);
	assert_int_equal(tree.block_count, 625);
	assert_true(tree.depth <= ZN_SCENE_DEPTH_MAX);
	zn_tree_finish(&tree);
	/* And sizes that double from one to the next, which make cost-driven trees deep. */
	for (uint32_t i = 0; i < 200; i++)
		for (int k = 0; k < 3; k++)
			mesh.corners[i].at[k][0] = ldexpf(1.0f + 0.1f * (float)k, (int)i % 60 - 30);
	mesh.triangle_count = 200;
	assert_int_equal(zn_tree_build(&tree, &mesh), ZN_ERR_OK);
	assert_true(tree.depth <= ZN_SCENE_DEPTH_MAX);
	zn_tree_finish(&tree);
	zn_mesh_finish(&mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_box_becomes_a_whole_job),
		cmocka_unit_test(materials_come_from_the_file),
		cmocka_unit_test(automatic_camera_holds_the_whole_object),
		cmocka_unit_test(broken_models_get_one_sentence),
		cmocka_unit_test(broken_environments_get_one_sentence),
		cmocka_unit_test(options_out_of_range_are_named),
		cmocka_unit_test(shared_exponent_keeps_eight_bits),
		cmocka_unit_test(equal_triangles_still_make_a_tree),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
