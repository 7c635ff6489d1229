/* Films, PNG files and previews. */
#include "publisher/render/film.h"

#include "io/files.h"
#include "publisher/render/picture.h"
#include "publisher/render/png.h"
#include "publisher/render/preview.h"
#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#define WIDTH  7
#define HEIGHT 5
#define PIXELS (WIDTH * HEIGHT)
#define PASSES 3 /* 5 samples by 2, 2 and 1 */
#define ITEMS  (PIXELS * PASSES)

static const struct zn_pathtrace_params params = {.magic = ZN_PATHTRACE_MAGIC,
	.version = ZN_SCENE_VERSION,
	.width = WIDTH,
	.height = HEIGHT,
	.samples = 5,
	.samples_per_item = 2,
	.clamp = 4};

static void output_fill(uint8_t *output)
{
	uint64_t state = 1;
	for (uint64_t i = 0; i < ITEMS * 3; i++) {
		uint64_t samples = i / 3 / PIXELS == 2 ? 1 : 2;
		uint64_t value = test_random(&state) % (samples * 4 * 1048576);
		memcpy(output + i * 8, &value, 8);
	}
}

static bool same(const struct zn_film *a, const struct zn_film *b)
{
	return memcmp(a->sums, b->sums, PIXELS * 24) == 0 &&
	       memcmp(a->counts, b->counts, PIXELS * 4) == 0;
}

static void any_order_and_any_cut_gives_the_same_film(void **unused)
{
	uint8_t output[ITEMS * 24];
	struct zn_film whole, cut;
	(void)unused;
	output_fill(output);
	assert_int_equal(zn_film_init(&whole, &params), ZN_ERR_OK);
	assert_int_equal(zn_film_init(&cut, &params), ZN_ERR_OK);
	assert_true(zn_film_add(&whole, 0, ITEMS, output, sizeof(output)));
	for (int chunk = 10; chunk >= 0; chunk--) { /* 11 chunks of 10 or 5 items, last one first */
		uint64_t first = (uint64_t)chunk * 10, count = chunk == 10 ? 5 : 10;
		assert_true(zn_film_add(&cut, first, count, output + first * 24, count * 24));
	}
	assert_true(same(&whole, &cut));
	assert_int_equal(zn_film_samples_done(&cut), zn_film_samples_total(&cut));
	zn_film_finish(&whole);
	zn_film_finish(&cut);
}

static void what_was_added_can_be_taken_out(void **unused)
{
	uint8_t output[ITEMS * 24];
	struct zn_film film, before;
	(void)unused;
	output_fill(output);
	assert_int_equal(zn_film_init(&film, &params), ZN_ERR_OK);
	assert_int_equal(zn_film_init(&before, &params), ZN_ERR_OK);
	assert_true(zn_film_add(&film, 3, 40, output + 3 * 24, 40 * 24));
	assert_true(zn_film_add(&before, 3, 40, output + 3 * 24, 40 * 24));
	assert_true(zn_film_add(&film, 60, 30, output + 60 * 24, 30 * 24));
	assert_true(zn_film_subtract(&film, 60, 30, output + 60 * 24, 30 * 24));
	assert_true(same(&film, &before));
	/* What was never there does not come out, and the try changes nothing. */
	assert_false(zn_film_subtract(&film, 0, ITEMS, output, sizeof(output)));
	assert_true(same(&film, &before));
	zn_film_finish(&film);
	zn_film_finish(&before);
}

static void strange_chunks_are_refused_and_change_nothing(void **unused)
{
	uint8_t output[ITEMS * 24];
	struct zn_film film, empty;
	(void)unused;
	output_fill(output);
	assert_int_equal(zn_film_init(&film, &params), ZN_ERR_OK);
	assert_int_equal(zn_film_init(&empty, &params), ZN_ERR_OK);
	assert_false(zn_film_add(&film, 0, ITEMS + 1, output, sizeof(output)));
	assert_false(zn_film_add(&film, ITEMS, 1, output, 24));
	assert_false(zn_film_add(&film, UINT64_MAX, 2, output, 48));
	assert_false(zn_film_add(&film, 0, 2, output, 47));
	assert_false(zn_film_add(&film, 0, 2, output, 72));
	assert_false(zn_film_add(&film, 0, UINT64_MAX / 8, output, 0));
	uint64_t bright = 2 * (4 * 1048576) + 5; /* more than two samples of 4 and their rounding */
	memcpy(output + (PIXELS + 4) * 24 + 8, &bright, 8);
	assert_false(zn_film_add(&film, 0, ITEMS, output, sizeof(output)));
	assert_true(same(&film, &empty));
	output_fill(output);
	assert_true(zn_film_add(&film, 0, ITEMS, output, sizeof(output)));
	assert_false(zn_film_add(&film, 0, 1, output, 24)); /* a pixel has its samples already */
	/* What is plausible is so whatever the film holds: it may be taken out again. */
	assert_true(zn_film_plausible(&film, 0, ITEMS, output, sizeof(output)));
	assert_false(zn_film_plausible(&film, 0, ITEMS + 1, output, sizeof(output)));
	assert_false(zn_film_plausible(&film, 0, 2, output, 47));
	memcpy(output + (PIXELS + 4) * 24 + 8, &bright, 8);
	assert_false(zn_film_plausible(&film, 0, ITEMS, output, sizeof(output)));
	assert_true(zn_film_plausible(&film, 0, PIXELS, output, PIXELS * 24));
	zn_film_finish(&film);
	zn_film_finish(&empty);
}

static void tone_map_rises_and_starts_black(void **unused)
{
	uint8_t output[ITEMS * 24] = {0}, rgb[PIXELS * 3];
	struct zn_film film;
	(void)unused;
	assert_int_equal(zn_film_init(&film, &params), ZN_ERR_OK);
	for (uint64_t pixel = 0; pixel < PIXELS; pixel++)
		for (uint64_t c = 0; c < 3; c++) {
			uint64_t value = pixel * 200000;
			memcpy(output + pixel * 24 + c * 8, &value, 8);
		}
	zn_film_tonemap(rgb, &film, 0);
	for (int i = 0; i < PIXELS * 3; i++)
		assert_int_equal(rgb[i], 0);
	assert_true(zn_film_add(&film, 0, PIXELS, output, PIXELS * 24));
	zn_film_tonemap(rgb, &film, 0);
	assert_int_equal(rgb[0], 0);
	for (int i = 3; i < PIXELS * 3; i++)
		assert_true(rgb[i] >= rgb[i - 3] && (i % 3 == 0 || rgb[i] == rgb[i - 1]));
	assert_true(rgb[PIXELS * 3 - 1] > 200);
	int at = rgb[30];
	zn_film_tonemap(rgb, &film, 1);
	assert_true(rgb[30] > at);
	zn_film_finish(&film);
}

static void png_comes_back_as_it_went(void **unused)
{
	uint8_t rgb[PIXELS * 3], *bytes = NULL;
	size_t count = 0;
	struct zn_picture picture;
	(void)unused;
	for (int i = 0; i < PIXELS * 3; i++)
		rgb[i] = (uint8_t)(i * 37);
	assert_int_equal(zn_png_encode(&bytes, &count, rgb, WIDTH, HEIGHT), ZN_ERR_OK);
	assert_true(zn_picture_decode(&picture, "own", bytes, count, NULL));
	assert_int_equal(picture.width, WIDTH);
	assert_int_equal(picture.height, HEIGHT);
	for (int i = 0; i < PIXELS; i++)
		assert_memory_equal(picture.rgba + i * 4, rgb + i * 3, 3);
	zn_picture_finish(&picture);
	assert_false(zn_picture_decode(&picture, "half", bytes, count / 2, NULL));
	zn_picture_finish(&picture);
	free(bytes);
}

static void preview_shows_two_pixels_in_a_cell(void **unused)
{
	/* Two columns, one row of cells: red over blue, green over white. */
	const uint8_t rgb[12] = {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255};
	char text[256];
	(void)unused;
	assert_int_equal(zn_preview_rows(2, 2, 2), 1);
	assert_true(zn_preview_bytes_max(2, 2, 2) <= sizeof(text));
	size_t used = zn_preview_make(text, sizeof(text), rgb, 2, 2, 2);
	assert_int_equal(used, strlen(text));
	assert_string_equal(text, "\x1b[38;2;255;0;0m\x1b[48;2;0;0;255m\xe2\x96\x80"
				  "\x1b[38;2;0;255;0m\x1b[48;2;255;255;255m\xe2\x96\x80\x1b[0m\n");
	assert_int_equal(zn_preview_make(text, 40, rgb, 2, 2, 2), 0);
	assert_int_equal(zn_preview_rows(80, 640, 360), 23);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_and_any_cut_gives_the_same_film),
		cmocka_unit_test(what_was_added_can_be_taken_out),
		cmocka_unit_test(strange_chunks_are_refused_and_change_nothing),
		cmocka_unit_test(tone_map_rises_and_starts_black),
		cmocka_unit_test(png_comes_back_as_it_went),
		cmocka_unit_test(preview_shows_two_pixels_in_a_cell),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
