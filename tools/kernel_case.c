#include "tools/kernel_case.h"

#include "io/files.h"
#include "io/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASSUMED_ITEMS      1000
#define ASSUMED_SLOT_BYTES 8

static bool ends_in(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);
	return length > end_length && strcmp(text + length - end_length, end) == 0;
}

/* "a/b.cl" -> "a/b.json", if that is a file. */
static bool job_beside(char out[PATH_MAX], const char *path)
{
	const char *dot = strrchr(path, '.'), *slash = strrchr(path, '/');
	int stem = dot != NULL && (slash == NULL || dot > slash) ? (int)(dot - path)
								 : (int)strlen(path);
	return zn_path_make(out, "%.*s.json", stem, path) && zn_file_exists(out);
}

static bool open_job(struct zn_kernel_case *out, const char *path, struct zn_complaint *complaint)
{
	snprintf(out->job_path, sizeof out->job_path, "%s", path);
	return zn_job_file_read(&out->file, path, complaint);
}

/* What stands for the job file of a source alone. */
static bool open_source(struct zn_kernel_case *out, const char *path,
	struct zn_complaint *complaint)
{
	const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
	char directory[PATH_MAX] = "";
	if (!zn_file_exists(path))
		return zn_complain(complaint,
			"%s: there is no such file; `zennet kernel new NAME` writes an example",
			path);
	if (slash != NULL &&
		!zn_path_make(directory, "%.*s", (int)(slash - path + (slash == path)), path))
		return zn_complain(complaint, "%s: this path is too long", path);
	struct zn_json *job = zn_json_object_create();
	zn_json_add_string(job, "kind", "kernel");
	zn_json_add_string(job, "source", name);
	zn_json_add_number(job, "items", ASSUMED_ITEMS);
	zn_json_add_number(job, "slot_bytes", ASSUMED_SLOT_BYTES);
	zn_json_add_string(job, "budget", "1 XEN");
	char *text = zn_json_print(job, false);
	zn_json_destroy(job);
	bool good = text == NULL ? zn_complain(complaint, "out of memory")
				 : zn_job_file_parse(&out->file, path, directory, text,
					   strlen(text), complaint);
	free(text);
	return good;
}

bool zn_kernel_case_open(struct zn_kernel_case *out, const char *path,
	struct zn_complaint *complaint)
{
	char job[PATH_MAX];
	memset(out, 0, sizeof *out);
	bool good;
	if (ends_in(path, ".json"))
		good = open_job(out, path, complaint);
	else if (job_beside(job, path))
		good = open_job(out, job, complaint);
	else
		good = open_source(out, path, complaint);
	if (good && out->file.kind != ZN_JOB_KERNEL)
		return zn_complain(complaint,
			"%s: kind: only jobs of kind \"kernel\" have a kernel to check", path);
	return good;
}

bool zn_kernel_case_source(const struct zn_kernel_case *kernel, uint32_t index, uint8_t **text,
	size_t *bytes, const char **name, struct zn_complaint *complaint)
{
	char path[PATH_MAX];
	const char *word = zn_words_at(&kernel->file.kernel.sources, index);
	const char *slash = strrchr(word, '/');
	*name = slash != NULL ? slash + 1 : word;
	enum zn_err err = zn_job_file_path(path, &kernel->file, word)
				  ? zn_file_read(text, bytes, path, ZN_SOURCE_BYTES_MAX)
				  : ZN_ERR_TOO_LARGE;
	return err == ZN_ERR_OK || zn_complain(complaint, "%s: %s", word, zn_err_sentence(err));
}

bool zn_kernel_case_plan(struct zn_kernel_case *kernel, struct zn_complaint *complaint)
{
	return zn_plan_make(&kernel->plan, &kernel->file, NULL, complaint);
}

void zn_kernel_case_close(struct zn_kernel_case *kernel)
{
	zn_plan_finish(&kernel->plan);
}

bool zn_kernel_case_input(const struct zn_kernel_case *kernel, uint64_t chunk, uint8_t **bytes,
	uint32_t *count, struct zn_complaint *complaint)
{
	*bytes = NULL;
	*count = 0;
	return kernel->plan.inputs.count == 0 ||
	       zn_inputs_read(bytes, count, &kernel->plan.inputs, chunk, complaint);
}
