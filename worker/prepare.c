/* worker/prepare.c - everything that a job needs before its first chunk: sources, inputs, build. */
#include "worker/inside.h"

#include "core/assert.h"
#include "kernels/screen.h"
#include "runner/client/catalog.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void zn_worker_prepare_failed(struct zn_worker *worker, const char *format, ...)
{
	struct zn_worker_event event = {.kind = ZN_WORKER_PREPARE_FAILED};
	char sentence[ZN_COMPLAINT_BYTES_MAX];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(sentence, sizeof sentence, format, arguments);
	va_end(arguments);
	zn_worker_say(worker, "cannot prepare the job: %s", sentence);
	worker->prepare.under_way = worker->prepare.timing = false;
	zn_worker_duty_apply(worker);
	zn_worker_queue(worker, &event);
}

void zn_worker_prepare_drop(struct zn_worker *worker)
{
	struct zn_prepare *prepare = &worker->prepare;
	zn_fetch_cancel(&prepare->fetch);
	zn_timer_stop(&prepare->retry);
	for (uint32_t i = 0; i < prepare->texts_count; i++)
		free(prepare->texts[i]);
	free(prepare->inputs);
	free(prepare->shared);
	free(prepare->input);
	free(prepare->list);
	*prepare = (struct zn_prepare){0};
	zn_worker_duty_apply(worker);
}

/* --- what is fetched --- */

static void next(struct zn_worker *worker);

static const char *fence_fault(const struct zn_worker *worker)
{
	if (worker->options.builtin_only)
		return "its kernel is its publisher's own, and --builtin-only was asked for";
	if (worker->device.sandbox < ZN_SANDBOX_PARTIAL)
		return "its kernel is its publisher's own, and this machine cannot fence such one "
		       "in;"
		       " `zennet doctor` says why";
	return NULL;
}

static bool sources_begin(struct zn_worker *worker)
{
	const struct zn_manifest *manifest = &worker->deal.manifest;
	struct zn_prepare *prepare = &worker->prepare;
	prepare->kernel = zn_catalog_find(manifest->sources, manifest->sources_count);
	if (prepare->kernel != NULL)
		zn_catalog_sources(prepare->sources, ZN_SOURCES_MAX, prepare->kernel);
	const char *fault = prepare->kernel != NULL ? NULL : fence_fault(worker);
	if (fault == NULL && manifest->arithmetic == ZN_ARITHMETIC_EXACT &&
		worker->device.exact != ZN_EXACT_YES)
		fault = "it is exact work, and this device is not exact";
	if (fault == NULL && (manifest->options & ZN_OPTION_FP64) != 0 && !worker->device.fp64)
		fault = "it computes in double precision, which this device cannot";
	if (fault != NULL)
		zn_worker_prepare_failed(worker, "%s", fault);
	return fault == NULL;
}

/* The sandbox is the boundary; the screen keeps what is plainly hostile away from a compiler. */
static bool text_screen(struct zn_worker *worker, const char *text, size_t count)
{
	const struct zn_manifest *manifest = &worker->deal.manifest;
	struct zn_screen_finding finding;
	char sentence[ZN_SCREEN_SENTENCE_BYTES];
	unsigned classes = (manifest->arithmetic == ZN_ARITHMETIC_EXACT ? ZN_SCREEN_EXACT : 0) |
			   (manifest->form == ZN_FORM_CHUNK ? ZN_SCREEN_CHUNK : 0) |
			   ((manifest->options & ZN_OPTION_FP64) != 0 ? ZN_SCREEN_DOUBLE : 0);
	if (zn_screen(&finding, 1, text, count, classes) == 0)
		return true;
	zn_worker_prepare_failed(worker, "its kernel is refused: %s",
		zn_screen_sentence(sentence, sizeof sentence, &finding));
	return false;
}

static void on_source(struct zn_fetch *fetch, uint8_t *bytes, size_t count, const char *why)
{
	struct zn_worker *worker = fetch->worker;
	struct zn_prepare *prepare = &worker->prepare;
	static const char *const names[] = {"1.cl", "2.cl", "3.cl", "4.cl", "5.cl", "6.cl", "7.cl",
		"8.cl", "9.cl", "10.cl", "11.cl", "12.cl", "13.cl", "14.cl", "15.cl", "16.cl"};
	_Static_assert(sizeof names / sizeof *names == ZN_SOURCES_MAX, "a name for each source");
	if (bytes == NULL) {
		zn_worker_prepare_failed(worker, "its kernel did not come: %s", why);
		return;
	}
	uint32_t at = prepare->texts_count++;
	prepare->texts[at] = bytes;
	prepare->sources[at] = (struct zn_kernel_source){names[at], (const char *)bytes, count};
	if (text_screen(worker, (const char *)bytes, count))
		next(worker);
}

static void on_inputs(struct zn_fetch *fetch, uint8_t *bytes, size_t count, const char *why)
{
	struct zn_worker *worker = fetch->worker;
	worker->prepare.inputs = bytes;
	if (bytes == NULL || count != zn_manifest_inputs_bytes(&worker->deal.manifest))
		zn_worker_prepare_failed(worker, "the list of its chunk inputs did not come: %s",
			bytes == NULL ? why : "it has not one entry for each chunk");
	else
		next(worker);
}

static void on_shared(struct zn_fetch *fetch, uint8_t *bytes, size_t count, const char *why)
{
	struct zn_worker *worker = fetch->worker;
	worker->prepare.shared = bytes;
	worker->prepare.shared_bytes = count;
	if (bytes == NULL || count != worker->deal.manifest.shared_bytes)
		zn_worker_prepare_failed(worker, "the shared input did not come: %s",
			bytes == NULL ? why : "it has another size than the job says");
	else
		next(worker);
}

void zn_worker_input_id(struct zn_hash *out, const struct zn_worker *worker, uint64_t chunk)
{
	ZN_ASSERT(chunk < zn_manifest_chunks(&worker->deal.manifest));
	memcpy(out->bytes, worker->prepare.inputs + chunk * ZN_HASH_BYTES, ZN_HASH_BYTES);
}

/* --- what is looked at and loaded --- */

/* A kernel believes its input, so a stranger's is looked at before it comes near a device. A
 * stranger's kernel is fenced in with whatever it believes. */
static bool input_check(struct zn_worker *worker)
{
	const struct zn_manifest *manifest = &worker->deal.manifest;
	struct zn_prepare *prepare = &worker->prepare;
	_Alignas(16) uint8_t params[ZN_PARAMS_BYTES_MAX];
	if (prepare->kernel == NULL)
		return true;
	memcpy(params, manifest->params, manifest->params_bytes);
	struct zn_kernel_input input = {.params = params,
		.params_bytes = manifest->params_bytes,
		.shared = prepare->shared,
		.shared_bytes = prepare->shared_bytes,
		.slot_bytes = manifest->slot_bytes,
		.items = manifest->items};
	const char *why = prepare->kernel->check(&input);
	if (why != NULL)
		zn_worker_prepare_failed(worker, "kernel %s refuses its input: %s",
			prepare->kernel->name, why);
	return why == NULL;
}

static void load(void *user)
{
	struct zn_worker *worker = user;
	struct zn_prepare *prepare = &worker->prepare;
	if (prepare->retries == 0 && !input_check(worker))
		return;
	enum zn_err err = zn_worker_load(worker);
	if (err == ZN_ERR_BUSY && prepare->retries++ < 200) { /* ten seconds */
		zn_timer_start(&prepare->retry, worker->loop, 50, load, worker);
		return;
	}
	if (err != ZN_ERR_OK)
		zn_worker_prepare_failed(worker, "%s", zn_err_sentence(err));
}

static void next(struct zn_worker *worker)
{
	const struct zn_manifest *manifest = &worker->deal.manifest;
	struct zn_prepare *prepare = &worker->prepare;
	struct zn_fetch *fetch = &prepare->fetch;
	if (prepare->kernel == NULL && prepare->texts_count < manifest->sources_count) {
		zn_fetch_start(fetch, worker, &manifest->sources[prepare->texts_count],
			ZN_SOURCE_BYTES_MAX, true, on_source);
	} else if (manifest->input_bytes_max != 0 && prepare->inputs == NULL) {
		zn_fetch_start(fetch, worker, &manifest->inputs_id,
			zn_manifest_inputs_bytes(manifest), true, on_inputs);
	} else if (manifest->shared_bytes != 0 && prepare->shared == NULL) {
		zn_worker_say(worker, "fetching %.1f MB of shared input",
			(double)manifest->shared_bytes / 1e6);
		zn_fetch_start(fetch, worker, &manifest->shared_id, manifest->shared_bytes, true,
			on_shared);
	} else {
		load(worker);
	}
}

void zn_worker_prepare(struct zn_worker *worker)
{
	zn_worker_prepare_drop(worker);
	worker->job_loaded = false;
	worker->prepare.under_way = true;
	if (sources_begin(worker))
		next(worker);
}
