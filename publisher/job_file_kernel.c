/* publisher/job_file_kernel.c - a job file of kind "kernel": sources, sizes, inputs. */
#include "publisher/job_file_inside.h"

#include "io/files.h"
#include "market/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_ITEMS 65536 /* where the file says nothing */

bool zn_words_add(struct zn_words *words, const char *word)
{
	size_t bytes = strlen(word) + 1;
	if (bytes > sizeof words->text - words->used)
		return false;
	memcpy(words->text + words->used, word, bytes);
	words->used += (uint32_t)bytes;
	words->count++;
	return true;
}

bool zn_job_read_words(struct zn_words *words, struct zn_json_reader *reader, const char *key,
	bool required, uint32_t most)
{
	const struct zn_json *value;
	const char *word;
	if (!zn_json_read_any(reader, key, required, &value))
		return false;
	bool one = zn_json_string(&word, value);
	size_t count = one ? 1 : zn_json_count(value);
	if (count == 0) {
		zn_job_key_wrong(reader, key, "give text in \"\", or a list of texts");
		return false;
	}
	if (count > most) {
		zn_job_key_wrong(reader, key, "%zu are too many; give at most %u", count, most);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if ((!one && !zn_json_string(&word, zn_json_at(value, i))) || word[0] == '\0') {
			zn_job_key_wrong(reader, key, "number %zu of the list is no text or empty",
				i + 1);
			return false;
		}
		if (strlen(word) >= PATH_MAX || !zn_words_add(words, word)) {
			zn_job_key_wrong(reader, key, "number %zu of the list is too long", i + 1);
			return false;
		}
	}
	return true;
}

/* "1 MiB", "64 KiB", "4096 B" into bytes; 0 for another text. */
static uint64_t size_parse(const char *text)
{
	static const struct {
		const char *name;
		uint64_t bytes;
	} units[] = {{"B", 1}, {"kB", 1000}, {"MB", 1000000}, {"KiB", 1024}, {"MiB", 1048576}};
	char *end;
	if (text[0] < '0' || text[0] > '9')
		return 0;
	unsigned long long value = strtoull(text, &end, 10);
	while (*end == ' ')
		end++;
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (strcmp(end, units[i].name) == 0 && value <= ZN_CHUNK_INPUT_BYTES_MAX)
			return value * units[i].bytes;
	return 0;
}

static void read_cut(struct zn_job_file_kernel *kernel, struct zn_json_reader *input)
{
	const char *text;
	if (zn_json_read_string(input, "cut", false, &text)) {
		if (strcmp(text, "lines") == 0)
			kernel->cut = ZN_CUT_LINES;
		else if (strcmp(text, "bytes") != 0)
			zn_job_key_wrong(input, "cut",
				"\"%.40s\" is no way to cut; give \"lines\" or \"bytes\"", text);
	}
	if (zn_json_read_string(input, "bytes", false, &text)) {
		uint64_t bytes = size_parse(text);
		if (bytes == 0 || bytes > ZN_CHUNK_INPUT_BYTES_MAX)
			zn_job_key_wrong(input, "bytes",
				"\"%.40s\" is no size of a piece; give 1 B to 64 MiB, like"
				" \"1 MiB\"",
				text);
		else
			kernel->cut_bytes = (uint32_t)bytes;
	}
}

static void read_input(struct zn_job_file_kernel *kernel, struct zn_json_reader *reader)
{
	char name[PATH_MAX + 64];
	const struct zn_json *object;
	kernel->cut_bytes = ZN_CHUNK_INPUT_BYTES;
	if (zn_json_read_object(reader, "input", false, &object)) {
		struct zn_json_reader input = zn_job_reader_inner(name, reader, "input", object);
		zn_job_read_words(&kernel->inputs, &input, "file", true, ZN_INPUT_FILES_MAX);
		read_cut(kernel, &input);
		if (!zn_json_reader_done(&input))
			reader->failed = true;
	}
	zn_job_read_u32(reader, "items_per_input", 1, ZN_CHUNK_ITEMS_MAX, &kernel->items_per_input);
	if (kernel->items_per_input > 0 && kernel->inputs.count == 0)
		zn_job_key_wrong(reader, "items_per_input",
			"there is no input to cut; add \"input\" or remove it");
}

static void read_form(struct zn_job_file_kernel *kernel, struct zn_json_reader *reader)
{
	const char *text;
	uint64_t counter;
	if (zn_json_read_string(reader, "form", false, &text)) {
		kernel->chunk_form = strcmp(text, "chunk") == 0;
		if (!kernel->chunk_form && strcmp(text, "map") != 0)
			zn_job_key_wrong(reader, "form",
				"\"%.40s\" is no form; give \"map\" or \"chunk\"", text);
	}
	zn_job_read_u32(reader, "group_items", 1, ZN_GROUP_ITEMS_MAX, &kernel->group_items);
	zn_job_read_u32(reader, "local_bytes", 0, ZN_LOCAL_BYTES_MAX, &kernel->local_bytes);
	if (kernel->chunk_form && kernel->group_items == 0)
		zn_job_key_wrong(reader, "group_items",
			"it is missing; the chunk form needs it, 1 to %u", ZN_GROUP_ITEMS_MAX);
	if (!kernel->chunk_form && (kernel->group_items > 0 || kernel->local_bytes > 0))
		zn_job_key_wrong(reader, kernel->group_items > 0 ? "group_items" : "local_bytes",
			"only the chunk form has it; add \"form\": \"chunk\" or remove it");
	if (kernel->local_bytes % 16 != 0)
		zn_job_key_wrong(reader, "local_bytes", "give a multiple of 16");
	uint64_t slot;
	if (zn_json_read_u64(reader, "slot_bytes", true, 4, ZN_SLOT_BYTES_MAX, &slot)) {
		kernel->slot_bytes = (uint32_t)slot;
		if (slot % 4 != 0)
			zn_job_key_wrong(reader, "slot_bytes", "give a multiple of 4");
	}
	if (zn_json_read_u64(reader, "counter_at", false, 0, ZN_SLOT_BYTES_MAX, &counter)) {
		kernel->counter_at = (uint32_t)counter;
		if (counter % 4 != 0 || counter >= kernel->slot_bytes)
			zn_job_key_wrong(reader, "counter_at",
				"the counter is 4 bytes inside of the slot; give a multiple of 4"
				" below slot_bytes");
	}
	zn_json_read_bool(reader, "fp64", false, &kernel->fp64);
}

static void read_builtin(struct zn_job_file_kernel *kernel, struct zn_json_reader *reader,
	const char *text)
{
	char name[PATH_MAX + 64];
	const struct zn_json *object;
	kernel->rounds = 1000;
	kernel->slot_bytes = 8;
	/* A render job makes the path tracer's parameters; "mix" is the only other one. */
	if (strcmp(text, "mix") != 0)
		zn_job_key_wrong(reader, "kernel",
			"there is no such built-in kernel for a job of this kind; give \"mix\","
			" or name your own with \"source\"");
	else
		snprintf(kernel->name, sizeof kernel->name, "%s", text);
	if (!zn_json_read_object(reader, "params", false, &object))
		return;
	struct zn_json_reader params = zn_job_reader_inner(name, reader, "params", object);
	zn_job_read_u32(&params, "rounds", 0, UINT32_MAX, &kernel->rounds);
	zn_job_read_u32(&params, "seed", 0, UINT32_MAX, &kernel->seed);
	if (!zn_json_reader_done(&params))
		reader->failed = true;
}

static void read_own(struct zn_job_file_kernel *kernel, struct zn_json_reader *reader)
{
	const char *text;
	zn_job_read_words(&kernel->sources, reader, "source", true, ZN_SOURCES_MAX);
	read_form(kernel, reader);
	zn_job_read_params(kernel, reader);
	if (zn_json_read_string(reader, "shared", false, &text)) {
		if (text[0] == '\0' || !zn_path_make(kernel->shared, "%s", text))
			zn_job_key_wrong(reader, "shared", "this is no path of a file; name one");
	}
	read_input(kernel, reader);
}

/* Chunks by default of a second or so, in whole groups and within a delivery. */
static uint32_t chunk_items_default(const struct zn_job_file_kernel *kernel)
{
	uint32_t items = CHUNK_ITEMS, group = kernel->chunk_form ? kernel->group_items : 1;
	if (kernel->slot_bytes > 0 && items > ZN_CHUNK_OUTPUT_BYTES_MAX / kernel->slot_bytes)
		items = ZN_CHUNK_OUTPUT_BYTES_MAX / kernel->slot_bytes;
	if (group > 1)
		items -= items % group;
	return items;
}

static void read_chunk_items(struct zn_job_file *file, struct zn_json_reader *reader)
{
	struct zn_job_file_kernel *kernel = &file->kernel;
	uint32_t given = 0;
	zn_job_read_u32(reader, "chunk_items", 1, ZN_CHUNK_ITEMS_MAX, &given);
	kernel->chunk_items_given = given > 0;
	if (kernel->items_per_input > 0 && given > 0 && given != kernel->items_per_input)
		zn_job_key_wrong(reader, "chunk_items",
			"each input is one chunk of items_per_input items; remove one of the two");
	if (kernel->items_per_input > 0)
		given = kernel->items_per_input;
	file->chunk_items = given > 0 ? given : chunk_items_default(kernel);
	if (kernel->chunk_form && kernel->group_items > 0 &&
		file->chunk_items % kernel->group_items != 0)
		zn_job_key_wrong(reader,
			kernel->items_per_input > 0 ? "items_per_input" : "chunk_items",
			"%u is no multiple of group_items, %u; groups are never cut",
			file->chunk_items, kernel->group_items);
	if (kernel->slot_bytes > 0 &&
		(uint64_t)file->chunk_items * kernel->slot_bytes > ZN_CHUNK_OUTPUT_BYTES_MAX)
		zn_job_key_wrong(reader,
			kernel->items_per_input > 0 ? "items_per_input" : "chunk_items",
			"%u slots of %u bytes are more than the 64 MiB of a chunk's output; give"
			" at most %u",
			file->chunk_items, kernel->slot_bytes,
			ZN_CHUNK_OUTPUT_BYTES_MAX / kernel->slot_bytes);
}

static void read_items(struct zn_job_file *file, struct zn_json_reader *reader)
{
	struct zn_job_file_kernel *kernel = &file->kernel;
	bool follows = kernel->items_per_input > 0;
	zn_json_read_u64(reader, "items", !follows, 1, ZN_JOB_ITEMS_MAX, &kernel->items);
	if (follows && kernel->items > 0)
		zn_job_key_wrong(reader, "items",
			"it follows from the inputs, items_per_input of each; remove one of the"
			" two");
	if (kernel->chunk_form && kernel->group_items > 0 &&
		kernel->items % kernel->group_items != 0)
		zn_job_key_wrong(reader, "items", "give a multiple of group_items, %u",
			kernel->group_items);
	uint64_t chunks = (kernel->items + file->chunk_items - 1) / file->chunk_items;
	if (chunks > ZN_JOB_CHUNKS_MAX)
		zn_job_key_wrong(reader, "items",
			"%llu items make %llu chunks of %u, a job has at most %u; give fewer or"
			" larger chunks (chunk_items)",
			(unsigned long long)kernel->items, (unsigned long long)chunks,
			file->chunk_items, ZN_JOB_CHUNKS_MAX);
}

void zn_job_read_kernel(struct zn_job_file *file, struct zn_json_reader *reader)
{
	struct zn_job_file_kernel *kernel = &file->kernel;
	const struct zn_json *source;
	const char *text;
	kernel->counter_at = ZN_COUNTER_NONE;
	bool builtin = zn_json_read_string(reader, "kernel", false, &text);
	if (builtin && zn_json_read_any(reader, "source", false, &source))
		zn_job_key_wrong(reader, "source",
			"a built-in kernel is named too; remove \"kernel\" or \"source\"");
	else if (builtin)
		read_builtin(kernel, reader, text);
	else if (!reader->failed)
		read_own(kernel, reader);
	if (reader->failed)
		return;
	read_chunk_items(file, reader);
	if (!reader->failed)
		read_items(file, reader);
	if (!reader->failed)
		zn_job_read_reduce(&kernel->reduce, reader, kernel->slot_bytes);
}
