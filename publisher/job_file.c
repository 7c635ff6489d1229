#include "publisher/job_file.h"

#include "core/assert.h"
#include "core/limits.h"
#include "io/files.h"
#include "io/json.h"
#include "kernels/pathtrace/scene.h"
#include "publisher/job_file_inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_ITEMS_RENDER    65536 /* about a second of a median device at four samples an item */
#define CHUNK_ITEMS_KERNEL    65536
#define WINDOW_CHUNKS_DEFAULT 64

const char *zn_words_at(const struct zn_words *words, uint32_t index)
{
	const char *at = words->text;
	ZN_ASSERT(index < words->count);
	while (index-- > 0)
		at += strlen(at) + 1;
	return at;
}

void zn_job_key_wrong(struct zn_json_reader *reader, const char *key, const char *format, ...)
{
	char what[ZN_COMPLAINT_BYTES_MAX];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(what, sizeof what, format, arguments);
	va_end(arguments);
	if (!reader->failed)
		zn_complain(reader->complaint, "%s: %s: %s", reader->name, key, what);
	reader->failed = true;
}

void zn_job_read_u32(struct zn_json_reader *reader, const char *key, uint32_t least, uint32_t most,
	uint32_t *out)
{
	uint64_t value;
	if (zn_json_read_u64(reader, key, false, least, most, &value))
		*out = (uint32_t)value;
}

struct zn_json_reader zn_job_reader_inner(char name[PATH_MAX + 64],
	const struct zn_json_reader *parent, const char *key, const struct zn_json *value)
{
	snprintf(name, PATH_MAX + 64, "%s: %s", parent->name, key);
	return zn_json_reader_begin(name, value, parent->complaint);
}

bool zn_job_file_path(char out[PATH_MAX], const struct zn_job_file *file, const char *path)
{
	if (path[0] == '/' || file->directory[0] == '\0')
		return zn_path_make(out, "%s", path);
	return zn_path_make(out, "%s/%s", file->directory, path);
}

static void read_path(struct zn_json_reader *reader, const char *key, bool required,
	const char *directory, char out[PATH_MAX])
{
	const char *text;
	if (!zn_json_read_string(reader, key, required, &text))
		return;
	bool fits = text[0] == '/' || directory[0] == '\0'
			    ? zn_path_make(out, "%s", text)
			    : zn_path_make(out, "%s/%s", directory, text);
	if (text[0] == '\0' || !fits)
		zn_job_key_wrong(reader, key, "this is no path of a file; name one");
}

bool zn_job_price_parse(uint64_t *out, const char *text)
{
	char amount_text[ZN_AMOUNT_TEXT_BYTES];
	struct zn_amount amount, million;
	const char *per = strstr(text, " per ");
	char *end;
	if (per == NULL || (size_t)(per - text) >= sizeof amount_text)
		return false;
	memcpy(amount_text, text, (size_t)(per - text));
	amount_text[per - text] = '\0';
	per += strlen(" per ");
	unsigned long long chunks = 1;
	if (per[0] >= '0' && per[0] <= '9') {
		chunks = strtoull(per, &end, 10);
		if (end[0] != ' ' || chunks == 0 || chunks > ZN_JOB_CHUNKS_MAX)
			return false;
		per = end + 1;
	}
	if (strcmp(per, "chunk") != 0 && strcmp(per, "chunks") != 0)
		return false;
	if (!zn_amount_parse(&amount, amount_text) ||
		!zn_amount_price_floor(&million, ZN_PRICE_PER_UNITS, amount.zat, chunks))
		return false;
	*out = million.zat;
	return million.zat > 0;
}

static void read_price(struct zn_json_reader *reader, const char *key, uint64_t *out)
{
	const char *text;
	if (zn_json_read_string(reader, key, false, &text) && !zn_job_price_parse(out, text))
		zn_job_key_wrong(reader, key,
			"this is no price; give an amount and a count, like \"2 XEN per 1000 "
			"chunks\"");
}

static void read_camera(struct zn_job_file_render *render, struct zn_json_reader *parent)
{
	const struct zn_json *object;
	if (!zn_json_read_object(parent, "camera", false, &object))
		return;
	char name[PATH_MAX + 64];
	struct zn_json_reader reader = zn_job_reader_inner(name, parent, "camera", object);
	render->camera_given = true;
	zn_json_read_doubles(&reader, "eye", true, 3, render->eye);
	zn_json_read_doubles(&reader, "target", true, 3, render->target);
	zn_json_read_doubles(&reader, "up", false, 3, render->up);
	zn_json_read_double(&reader, "fov", false, 1, 170, &render->fov_deg);
	if (!zn_json_reader_done(&reader))
		parent->failed = true;
}

static void read_size(struct zn_job_file_render *render, struct zn_json_reader *reader)
{
	double size[2];
	if (!zn_json_read_doubles(reader, "size", false, 2, size))
		return;
	for (int i = 0; i < 2; i++)
		if (!(size[i] >= 1 && size[i] <= ZN_PATHTRACE_SIDE_MAX) ||
			size[i] != (double)(uint32_t)size[i]) {
			zn_job_key_wrong(reader, "size",
				"give width and height in pixels, each 1 to 16,384, like [640, "
				"360]");
			return;
		}
	render->width = (uint32_t)size[0];
	render->height = (uint32_t)size[1];
}

static void read_render(struct zn_job_file_render *render, struct zn_json_reader *reader,
	const char *directory)
{
	*render = (struct zn_job_file_render){.environment_gain = 1,
		.floor = true,
		.up = {0, 1, 0},
		.fov_deg = 40,
		.width = 640,
		.height = 360,
		.samples = 64,
		.samples_per_item = 4,
		.bounces = 6};
	read_path(reader, "scene", true, directory, render->scene);
	read_path(reader, "environment", false, directory, render->environment);
	zn_json_read_double(reader, "environment_turn", false, -1, 1, &render->environment_turn);
	zn_json_read_double(reader, "environment_gain", false, 0, 1000, &render->environment_gain);
	zn_json_read_bool(reader, "floor", false, &render->floor);
	read_camera(render, reader);
	read_size(render, reader);
	zn_job_read_u32(reader, "samples", 1, ZN_PATHTRACE_SAMPLES_MAX, &render->samples);
	if (render->samples_per_item > render->samples)
		render->samples_per_item = render->samples;
	zn_job_read_u32(reader, "samples_per_item", 1, render->samples, &render->samples_per_item);
	zn_job_read_u32(reader, "bounces", 0, ZN_PATHTRACE_BOUNCES_MAX, &render->bounces);
	zn_job_read_u32(reader, "seed", 0, UINT32_MAX, &render->seed);
	zn_json_read_double(reader, "exposure", false, -16, 16, &render->exposure);
}

static void read_deal(struct zn_job_file *file, struct zn_json_reader *reader)
{
	uint64_t grace_s = ZN_GRACE_S_DEFAULT, lease_s = ZN_LEASE_DEADLINE_S;
	zn_json_read_amount(reader, "budget", true, &file->budget);
	if (!reader->failed && file->budget.zat == 0)
		zn_job_key_wrong(reader, "budget",
			"nobody works for nothing; give an amount like \"5 XEN\"");
	read_price(reader, "max_price", &file->ceiling_zat);
	read_price(reader, "price", &file->price_zat);
	zn_json_read_duration_s(reader, "deadline", false, &file->deadline_s);
	if (!reader->failed && file->deadline_s > ZN_JOB_LIFE_S_MAX)
		zn_job_key_wrong(reader, "deadline", "a job may take 30 days at most; give less");
	zn_json_read_duration_s(reader, "grace", false, &grace_s);
	zn_json_read_duration_s(reader, "lease", false, &lease_s);
	if (!reader->failed && (grace_s == 0 || grace_s > ZN_GRACE_S_MAX))
		zn_job_key_wrong(reader, "grace", "give 1 second to 365 days, like \"7d\"");
	if (!reader->failed && (lease_s == 0 || lease_s > 86400))
		zn_job_key_wrong(reader, "lease", "give 1 second to 1 day, like \"60s\"");
	file->grace_s = (uint32_t)grace_s;
	file->lease_s = (uint32_t)lease_s;
	zn_job_read_u32(reader, "check_items", 1, ZN_CHECK_ITEMS_MAX, &file->check_items);
	zn_job_read_u32(reader, "window_chunks", 2, ZN_WINDOW_CHUNKS_MAX - ZN_LEASE_AHEAD,
		&file->window_chunks);
	zn_job_read_u32(reader, "chunk_items", 1, ZN_CHUNK_ITEMS_MAX, &file->chunk_items);
	if (!reader->failed && file->ceiling_zat > 0 && file->price_zat > file->ceiling_zat)
		zn_job_key_wrong(reader, "price",
			"it is above max_price; lower it or leave one of them out");
}

bool zn_job_file_parse(struct zn_job_file *file, const char *name, const char *directory,
	const char *text, size_t count, struct zn_complaint *complaint)
{
	const char *kind = "";
	memset(file, 0, sizeof *file);
	if (!zn_path_make(file->directory, "%s", directory))
		return zn_complain(complaint, "%s: this path is too long", name);
	struct zn_json *root = zn_json_parse(name, text, count, complaint);
	if (root == NULL)
		return false;
	struct zn_json_reader reader = zn_json_reader_begin(name, root, complaint);
	file->check_items = ZN_CHECK_ITEMS_DEFAULT;
	file->window_chunks = WINDOW_CHUNKS_DEFAULT;
	zn_json_read_string(&reader, "kind", true, &kind);
	if (strcmp(kind, "render") == 0) {
		file->kind = ZN_JOB_RENDER;
		file->chunk_items = CHUNK_ITEMS_RENDER;
		read_render(&file->render, &reader, directory);
	} else if (strcmp(kind, "kernel") == 0) {
		file->kind = ZN_JOB_KERNEL;
		file->chunk_items = CHUNK_ITEMS_KERNEL;
		zn_job_read_kernel(file, &reader);
	} else {
		zn_job_key_wrong(&reader, "kind",
			"there is no such kind of job; give \"render\" or \"kernel\"");
	}
	read_deal(file, &reader);
	read_path(&reader, "output", false, directory, file->out);
	if (file->out[0] == '\0')
		read_path(&reader, "out", false, directory, file->out);
	bool good = zn_json_reader_done(&reader);
	zn_json_destroy(root);
	return good;
}

bool zn_job_file_read(struct zn_job_file *file, const char *path, struct zn_complaint *complaint)
{
	char directory[PATH_MAX] = "";
	uint8_t *bytes;
	size_t count;
	const char *slash = strrchr(path, '/');
	if (slash != NULL && !zn_path_make(directory, "%.*s", (int)(slash - path), path))
		return zn_complain(complaint, "%s: this path is too long", path);
	if (slash == path)
		snprintf(directory, sizeof directory, "/.");
	enum zn_err err = zn_file_read(&bytes, &count, path, ZN_JOB_FILE_BYTES_MAX);
	if (err != ZN_ERR_OK)
		return zn_complain(complaint,
			"%s: %s; `zennet job new render %s` writes an example to start from", path,
			zn_err_sentence(err), err == ZN_ERR_NOT_FOUND ? path : "job.json");
	bool good = zn_job_file_parse(file, path, directory, (const char *)bytes, count, complaint);
	free(bytes);
	return good;
}

static const char render_example[] = "{\n"
				     "\t\"kind\": \"render\",\n"
				     "\t\"scene\": \"" ZN_JOB_EXAMPLE_SCENE "\",\n"
				     "\t\"environment\": \"" ZN_JOB_EXAMPLE_SKY "\",\n"
				     "\t\"environment_turn\": 0,\n"
				     "\t\"environment_gain\": 1,\n"
				     "\t\"floor\": true,\n"
				     "\t\"size\": [640, 360],\n"
				     "\t\"samples\": 64,\n"
				     "\t\"samples_per_item\": 4,\n"
				     "\t\"bounces\": 6,\n"
				     "\t\"seed\": 1,\n"
				     "\t\"exposure\": 0,\n"
				     "\t\"chunk_items\": 65536,\n"
				     "\t\"budget\": \"5 XEN\",\n"
				     "\t\"max_price\": \"20 XEN per 1000 chunks\",\n"
				     "\t\"price\": \"5 XEN per 1000 chunks\",\n"
				     "\t\"deadline\": \"2h\",\n"
				     "\t\"grace\": \"7d\",\n"
				     "\t\"lease\": \"60s\",\n"
				     "\t\"check_items\": 64,\n"
				     "\t\"window_chunks\": 64,\n"
				     "\t\"output\": \"picture.png\"\n"
				     "}\n";

static const char kernel_example[] = "{\n"
				     "\t\"kind\": \"kernel\",\n"
				     "\t\"source\": \"kernel.cl\",\n"
				     "\t\"params\": {\"u32\": [1000]},\n"
				     "\t\"items\": 10000000,\n"
				     "\t\"slot_bytes\": 4,\n"
				     "\t\"chunk_items\": 65536,\n"
				     "\t\"reduce\": {\"max\": \"u32\"},\n"
				     "\t\"print\": \"u32\",\n"
				     "\t\"budget\": \"5 XEN\",\n"
				     "\t\"max_price\": \"10 XEN per 1000 chunks\",\n"
				     "\t\"price\": \"2 XEN per 1000 chunks\",\n"
				     "\t\"deadline\": \"2h\",\n"
				     "\t\"grace\": \"7d\",\n"
				     "\t\"lease\": \"60s\",\n"
				     "\t\"check_items\": 64,\n"
				     "\t\"window_chunks\": 64,\n"
				     "\t\"output\": \"result.txt\"\n"
				     "}\n";

const char *zn_job_file_example(const char *kind)
{
	if (strcmp(kind, "render") == 0)
		return render_example;
	return strcmp(kind, "kernel") == 0 ? kernel_example : NULL;
}
