/* publisher/plan_kernel.c - the job of a person's own kernel: sources read and screened, parameters
 * laid out, inputs cut. */
#include "kernels/screen.h"
#include "publisher/blobs.h"
#include "publisher/plan.h"

#include "core/limits.h"
#include "io/files.h"
#include "runner/client/catalog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool file_read(uint8_t **bytes, size_t *count, const struct zn_job_file *file,
	const char *name, uint64_t bytes_max, struct zn_complaint *complaint)
{
	char path[PATH_MAX];
	if (!zn_job_file_path(path, file, name))
		return zn_complain(complaint, "%s: this path is too long", name);
	enum zn_err err = zn_file_read(bytes, count, path, (size_t)bytes_max);
	if (err == ZN_ERR_TOO_LARGE)
		return zn_complain(complaint, "%s: it is larger than the %llu bytes allowed", path,
			(unsigned long long)bytes_max);
	return err == ZN_ERR_OK || zn_complain(complaint, "%s: %s; name a file that can be read",
					   path, zn_err_sentence(err));
}

/* --- sources --- */

static bool screened(const char *path, const char *text, size_t bytes,
	const struct zn_job_file_kernel *kernel, struct zn_complaint *complaint)
{
	struct zn_screen_finding finding;
	char sentence[ZN_SCREEN_SENTENCE_BYTES];
	unsigned class_bits = ZN_SCREEN_EXACT | (kernel->chunk_form ? ZN_SCREEN_CHUNK : 0u) |
			      (kernel->fp64 ? ZN_SCREEN_DOUBLE : 0u);
	if (zn_screen(&finding, 1, text, bytes, class_bits) == 0)
		return true;
	return zn_complain(complaint, "%s: %s", path,
		zn_screen_sentence(sentence, sizeof sentence, &finding));
}

static bool source_take(struct zn_plan *plan, const struct zn_job_file *file, const char *name,
	struct zn_complaint *complaint)
{
	struct zn_kernel_source *source = &plan->sources[plan->sources_count];
	const char *slash = strrchr(name, '/');
	uint8_t *text;
	size_t bytes;
	if (!file_read(&text, &bytes, file, name, ZN_SOURCE_BYTES_MAX, complaint))
		return false;
	*source = (struct zn_kernel_source){.name = strdup(slash != NULL ? slash + 1 : name),
		.text = (const char *)text,
		.bytes = bytes};
	plan->sources_count++;
	if (source->name == NULL ||
		!zn_content_id(&plan->manifest.sources[plan->sources_count - 1], text, bytes))
		return zn_complain(complaint, "%s: out of memory", name);
	return true;
}

void zn_plan_sources_free(struct zn_plan *plan)
{
	for (uint32_t i = 0; plan->foreign && i < plan->sources_count; i++) {
		free((char *)(uintptr_t)plan->sources[i].name);
		free((char *)(uintptr_t)plan->sources[i].text);
	}
	plan->sources_count = 0;
}

static bool sources_read(struct zn_plan *plan, const struct zn_job_file *file,
	const struct zn_job_home *home, struct zn_complaint *complaint)
{
	const struct zn_job_file_kernel *kernel = &file->kernel;
	char path[PATH_MAX];
	plan->foreign = true;
	for (uint32_t i = 0; i < kernel->sources.count; i++)
		if (!source_take(plan, file, zn_words_at(&kernel->sources, i), complaint))
			return false;
	plan->manifest.sources_count = plan->sources_count;
	/* Workers would take it for the built-in one, with that one's parameters. */
	if (zn_catalog_find(plan->manifest.sources, plan->sources_count) != NULL)
		return zn_complain(complaint,
			"%s: this is a built-in kernel's own source; name it with \"kernel\", or"
			" use a job of kind \"render\"",
			zn_words_at(&kernel->sources, 0));
	for (uint32_t i = 0; i < plan->sources_count; i++) {
		const struct zn_kernel_source *source = &plan->sources[i];
		const char *name = zn_words_at(&kernel->sources, i);
		if (!zn_job_file_path(path, file, name))
			snprintf(path, sizeof path, "%s", source->name);
		if (!screened(path, source->text, source->bytes, kernel, complaint))
			return false;
		if (home != NULL && !zn_blob_put(home, &plan->manifest.sources[i], source->text,
					    source->bytes, complaint))
			return false;
	}
	return true;
}

bool zn_plan_own_sources(struct zn_plan *plan, const struct zn_manifest *manifest,
	const struct zn_job_home *home, struct zn_complaint *complaint)
{
	plan->foreign = true;
	for (uint32_t i = 0; i < manifest->sources_count; i++) {
		uint8_t *text;
		size_t bytes;
		enum zn_err err = zn_blob_get(&text, &bytes, home, &manifest->sources[i],
			ZN_SOURCE_BYTES_MAX);
		if (err == ZN_ERR_NOT_FOUND)
			return zn_complain(complaint,
				"the job's kernel is another version's; finish it with that one");
		if (err != ZN_ERR_OK)
			return zn_complain(complaint,
				"job %s: a stored source: %s; start the job anew", home->id,
				zn_err_sentence(err));
		plan->sources[plan->sources_count++] =
			(struct zn_kernel_source){.name = strdup("source"),
				.text = (const char *)text,
				.bytes = bytes};
	}
	return true;
}

/* --- parameters --- */

static bool params_lay(struct zn_manifest *manifest, const struct zn_job_file *file,
	struct zn_complaint *complaint)
{
	const struct zn_job_file_kernel *kernel = &file->kernel;
	for (uint32_t i = 0; i < kernel->params_count; i++) {
		const struct zn_params_part *part = &kernel->params[i];
		const uint8_t *from = kernel->params_bytes + part->at;
		uint32_t align = zn_number_bytes(part->type);
		uint32_t at = (manifest->params_bytes + align - 1) / align * align;
		size_t count = part->bytes;
		uint8_t *read = NULL;
		if (part->is_file) {
			const char *name = zn_words_at(&kernel->params_files, part->at);
			if (!file_read(&read, &count, file, name, ZN_PARAMS_BYTES_MAX, complaint))
				return false;
			from = read;
		}
		bool fits = at + count <= ZN_PARAMS_BYTES_MAX;
		if (fits) {
			memcpy(manifest->params + at, from, count);
			manifest->params_bytes = at + (uint32_t)count;
		}
		free(read);
		if (!fits)
			return zn_complain(complaint,
				"params: they are more than %u bytes; put large tables into"
				" \"shared\"",
				ZN_PARAMS_BYTES_MAX);
	}
	return true;
}

/* --- inputs --- */

static bool shared_read(struct zn_plan *plan, const struct zn_job_file *file,
	const struct zn_job_home *home, struct zn_complaint *complaint)
{
	const char *name = file->kernel.shared;
	if (name[0] == '\0')
		return true;
	if (!file_read(&plan->shared, &plan->shared_bytes, file, name, ZN_SHARED_BYTES_MAX,
		    complaint))
		return false;
	if (plan->shared_bytes == 0)
		return zn_complain(complaint, "shared: %s is empty; fill it, or remove \"shared\"",
			name);
	plan->manifest.shared_bytes = plan->shared_bytes;
	if (!zn_content_id(&plan->manifest.shared_id, plan->shared, plan->shared_bytes))
		return zn_complain(complaint, "%s: out of memory", name);
	return home == NULL || zn_blob_put(home, &plan->manifest.shared_id, plan->shared,
				       plan->shared_bytes, complaint);
}

static bool inputs_cut(struct zn_plan *plan, const struct zn_job_file *file,
	const struct zn_job_home *home, struct zn_complaint *complaint)
{
	const struct zn_job_file_kernel *kernel = &file->kernel;
	struct zn_manifest *manifest = &plan->manifest;
	struct zn_inputs *inputs = &plan->inputs;
	if (kernel->inputs.count == 0)
		return true;
	if (!zn_inputs_make(inputs, file, home, complaint))
		return false;
	if (kernel->items_per_input > 0)
		manifest->items = inputs->count * kernel->items_per_input;
	if (zn_manifest_chunks(manifest) != inputs->count)
		return zn_complain(complaint,
			"input: it makes %llu pieces, but items and chunk_items make %llu chunks;"
			" give items_per_input in their place",
			(unsigned long long)inputs->count,
			(unsigned long long)zn_manifest_chunks(manifest));
	manifest->input_bytes_max = inputs->bytes_max;
	if (!zn_content_id(&manifest->inputs_id, inputs->ids, inputs->count * ZN_HASH_BYTES))
		return zn_complain(complaint, "input: out of memory");
	return home == NULL || zn_blob_put(home, &manifest->inputs_id, inputs->ids,
				       inputs->count * ZN_HASH_BYTES, complaint);
}

bool zn_plan_own_kernel(struct zn_plan *plan, const struct zn_job_file *file,
	const struct zn_job_home *home, struct zn_complaint *complaint)
{
	const struct zn_job_file_kernel *kernel = &file->kernel;
	struct zn_manifest *manifest = &plan->manifest;
	manifest->form = kernel->chunk_form ? ZN_FORM_CHUNK : ZN_FORM_MAP;
	manifest->options = kernel->fp64 ? ZN_OPTION_FP64 : 0;
	manifest->items = kernel->items;
	manifest->slot_bytes = kernel->slot_bytes;
	manifest->group_items = kernel->group_items;
	manifest->local_bytes = kernel->local_bytes;
	manifest->counter_at = kernel->counter_at;
	if (!sources_read(plan, file, home, complaint) || !params_lay(manifest, file, complaint) ||
		!shared_read(plan, file, home, complaint) ||
		!inputs_cut(plan, file, home, complaint))
		return false;
	snprintf(plan->what, sizeof plan->what, "kernel %.80s, %llu items", plan->sources[0].name,
		(unsigned long long)manifest->items);
	if (plan->inputs.count > 0) {
		size_t used = strlen(plan->what);
		snprintf(plan->what + used, sizeof plan->what - used, " over %llu pieces of input",
			(unsigned long long)plan->inputs.count);
	}
	return true;
}
