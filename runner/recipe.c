#include "runner/recipe.h"

#include "core/assert.h"
#include "kernels/builtin.h"

#include <stdio.h>
#include <string.h>

#define KEY_TAG "zennet-runner binary 3, pipe 2" /* raised with the way of building */

static void add(struct zn_recipe_pieces *all, const char *text, size_t bytes)
{
	ZN_ASSERT(all->count < ZN_RECIPE_PIECES_MAX);
	all->texts[all->count] = text;
	all->bytes[all->count++] = bytes;
}

static void add_file(struct zn_recipe_pieces *all, const char *name, const char *text, size_t bytes)
{
	char *line = all->lines[all->lines_count++];
	char safe[ZN_PIPE_NAME_BYTES_MAX + 1];
	zn_pipe_clean(safe, sizeof safe, name, strlen(name), false);
	for (char *at = safe; *at != '\0'; at++)
		if (*at == '"' || *at == '\\')
			*at = '?';
	snprintf(line, ZN_RECIPE_LINE_BYTES, "\n#line 1 \"%s\"\n", safe);
	add(all, line, strlen(line));
	add(all, text, bytes);
}

static void add_own(struct zn_recipe_pieces *all, const char *name)
{
	const struct zn_kernel_source *source = zn_kernel_source_find(name);
	ZN_ASSERT(source != NULL);
	add_file(all, name, source->text, source->bytes);
}

void zn_recipe_options(char out[ZN_RECIPE_OPTIONS_BYTES], const struct zn_recipe *recipe,
	uint8_t device_class)
{
	bool cpu = device_class == ZN_DEVICE_CPU;
	int length = snprintf(out, ZN_RECIPE_OPTIONS_BYTES,
		"-cl-std=CL1.2%s%s -DZN_SLOT_BYTES=%u -DZN_DEVICE_CPU=%d -DZN_DEVICE_GPU=%d "
		"-DZN_WIDTH=%u -DZN_FP64=%d -DZN_GROUP_ITEMS=%u -DZN_LOCAL_BYTES=%u",
		recipe->exact ? " -cl-fp32-correctly-rounded-divide-sqrt" : "",
		recipe->as_written ? " -cl-opt-disable" : "", recipe->slot_bytes,
		cpu, !cpu, recipe->width, recipe->fp64, recipe->group_items, recipe->local_bytes);
	ZN_ASSERT(length > 0 && length < ZN_RECIPE_OPTIONS_BYTES);
}

static void add_exact(struct zn_recipe_pieces *all, const struct zn_recipe *recipe)
{
	uint32_t lanes = 0;
	for (uint32_t i = 0; i < recipe->texts_count; i++)
		lanes |= zn_kernel_lanes(recipe->texts[i].text, recipe->texts[i].bytes);
	snprintf(all->lanes, sizeof all->lanes, "\n#define ZN_LANES_USED %u\n", lanes);
	add(all, all->lanes, strlen(all->lanes));
	add_own(all, "exact.h");
}

void zn_recipe_assemble(struct zn_recipe_pieces *out, const struct zn_recipe *recipe,
	uint8_t device_class)
{
	*out = (struct zn_recipe_pieces){0};
	add_own(out, "abi.h");
	if (recipe->exact)
		add_exact(out, recipe);
	for (uint32_t i = 0; i < recipe->texts_count; i++)
		add_file(out, recipe->texts[i].name, recipe->texts[i].text, recipe->texts[i].bytes);
	add_own(out, recipe->group_items == 0 ? "map.cl" : "chunk.cl");
	zn_recipe_options(out->options, recipe, device_class);
}

void zn_recipe_of_load(struct zn_recipe *out, const struct zn_pipe_load *load,
	const uint8_t *job_memory)
{
	struct zn_pipe_layout layout;
	zn_pipe_layout_of(&layout, load);
	*out = (struct zn_recipe){.exact = load->exact,
		.fp64 = load->fp64,
		.group_items = load->group_items,
		.local_bytes = load->local_bytes,
		.slot_bytes = load->slot_bytes,
		.width = load->width};
	if (job_memory == NULL)
		return;
	out->texts_count = load->sources_count;
	for (uint32_t i = 0; i < load->sources_count; i++)
		out->texts[i] = (struct zn_recipe_text){load->source_names[i],
			(const char *)job_memory + layout.source_at[i], load->source_bytes[i]};
}

void zn_recipe_of_self_test(struct zn_pipe_load *out, struct zn_recipe_text texts[ZN_SOURCES_MAX])
{
	const struct zn_kernel_source *mix = zn_kernel_source_find("mix.cl");
	const struct zn_kernel_source *known = zn_kernel_source_find("selftest.cl");
	ZN_ASSERT(mix != NULL && known != NULL);
	texts[0] = (struct zn_recipe_text){"mix.cl", mix->text, mix->bytes};
	texts[1] = (struct zn_recipe_text){known->name, known->text, known->bytes};
	*out = (struct zn_pipe_load){.self_test = true,
		.exact = true,
		.slot_bytes = 8,
		.width = 1,
		.chunk_items_max = 1,
		.sources_count = 2,
		.source_bytes = {(uint32_t)texts[0].bytes, (uint32_t)texts[1].bytes},
		.source_names = {"mix.cl", "selftest.cl"}};
}

static void hash_text(struct zn_sha256_stream *stream, const char *text, size_t bytes)
{
	uint64_t count = bytes;
	zn_sha256_stream_add(stream, &count, sizeof count);
	zn_sha256_stream_add(stream, text, bytes);
}

void zn_recipe_key(struct zn_hash *out, const struct zn_recipe_pieces *pieces,
	const struct zn_device *device)
{
	struct zn_sha256_stream *stream = zn_sha256_stream_create();
	const char *const names[] = {KEY_TAG, device->platform, device->name, device->vendor,
		device->driver, device->version, pieces->options};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		hash_text(stream, names[i], strlen(names[i]));
	for (uint32_t i = 0; i < pieces->count; i++)
		hash_text(stream, pieces->texts[i], pieces->bytes[i]);
	zn_sha256_stream_finish(out, stream);
	zn_sha256_stream_destroy(stream);
}
