#include "tools/kernel_case.h"

#include "io/files.h"
#include "kernels/abi.h"

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
	struct zn_job_file file;
	snprintf(out->job_path, sizeof out->job_path, "%s", path);
	if (!zn_job_file_read(&file, path, complaint))
		return false;
	if (file.kind != ZN_JOB_KERNEL)
		return zn_complain(complaint,
			"%s: kind: only jobs of kind \"kernel\" have a kernel to check", path);
	return zn_plan_make(&out->plan, &file, complaint);
}

static bool open_source(struct zn_kernel_case *out, const char *path,
	struct zn_complaint *complaint)
{
	uint8_t *text;
	size_t bytes;
	const char *slash = strrchr(path, '/');
	enum zn_err err = zn_file_read(&text, &bytes, path, ZN_SOURCE_BYTES_MAX);
	if (err != ZN_ERR_OK)
		return zn_complain(complaint, "%s: %s%s", path, zn_err_sentence(err),
			err == ZN_ERR_NOT_FOUND ? "; `zennet kernel new NAME` writes an example"
						: "");
	struct zn_plan *plan = &out->plan;
	plan->manifest.abi_version = ZN_ABI_VERSION;
	plan->manifest.form = ZN_FORM_MAP;
	plan->manifest.arithmetic = ZN_ARITHMETIC_EXACT;
	plan->manifest.items = ASSUMED_ITEMS;
	plan->manifest.chunk_items = ASSUMED_ITEMS;
	plan->manifest.slot_bytes = ASSUMED_SLOT_BYTES;
	plan->manifest.counter_at = ZN_COUNTER_NONE;
	plan->manifest.sources_count = plan->sources_count = 1;
	snprintf(out->name, sizeof out->name, "%s", slash != NULL ? slash + 1 : path);
	out->text = text;
	plan->sources[0] =
		(struct zn_kernel_source){out->name, (const char *)out->text, bytes};
	return true;
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
	if (good)
		out->chunks = zn_manifest_chunks(&out->plan.manifest);
	else
		zn_kernel_case_close(out);
	return good;
}

void zn_kernel_case_close(struct zn_kernel_case *kernel)
{
	zn_plan_finish(&kernel->plan);
	free(kernel->text);
	kernel->text = NULL;
}

bool zn_kernel_case_input(const struct zn_kernel_case *kernel, uint64_t chunk, uint8_t **bytes,
	uint32_t *count, struct zn_complaint *complaint)
{
	(void)kernel;
	(void)chunk;
	(void)complaint;
	*bytes = NULL;
	*count = 0;
	return true;
}
