/* worker/prepare.c - everything that a job needs before its first chunk: sources, input, build. */
#include "worker/blobs.h"
#include "worker/inside.h"

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
	zn_blob_cancel(prepare->blob);
	zn_http_call_cancel(prepare->call);
	zn_timer_stop(&prepare->retry);
	free(prepare->shared);
	free(prepare->list);
	*prepare = (struct zn_prepare){0};
	zn_worker_duty_apply(worker);
}

/* This version runs only kernels that it carries itself, each whole and in its order. */
static bool sources_take(struct zn_worker *worker)
{
	const struct zn_manifest *manifest = &worker->deal.manifest;
	struct zn_prepare *prepare = &worker->prepare;
	prepare->kernel = zn_catalog_find(manifest->sources, manifest->sources_count);
	if (prepare->kernel == NULL) {
		zn_worker_prepare_failed(worker, "its kernel is not one that this version carries,"
						 " and foreign kernels are not run yet");
		return false;
	}
	zn_catalog_sources(prepare->sources, ZN_SOURCES_MAX, prepare->kernel);
	if (manifest->arithmetic == ZN_ARITHMETIC_EXACT && worker->device.exact != ZN_EXACT_YES) {
		zn_worker_prepare_failed(worker, "it is exact work, and this device is not exact");
		return false;
	}
	return true;
}

/* A kernel believes its input, so a stranger's is looked at before it comes near a device. */
static bool input_check(struct zn_worker *worker)
{
	const struct zn_manifest *manifest = &worker->deal.manifest;
	struct zn_prepare *prepare = &worker->prepare;
	_Alignas(16) uint8_t params[ZN_PARAMS_BYTES_MAX];
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

static void shared_take(struct zn_worker *worker, uint8_t *bytes, size_t count)
{
	worker->prepare.shared = bytes;
	worker->prepare.shared_bytes = count;
	load(worker);
}

static void on_kept(void *user, uint8_t *bytes, size_t count)
{
	struct zn_worker *worker = user;
	worker->prepare.blob = NULL;
	if (bytes == NULL)
		zn_worker_prepare_failed(worker, "the shared input that came is not the job's");
	else
		shared_take(worker, bytes, count);
}

static void on_fetched(void *user, const struct zn_http_response *response)
{
	struct zn_worker *worker = user;
	const struct zn_manifest *manifest = &worker->deal.manifest;
	worker->prepare.call = NULL;
	if (response->err != ZN_ERR_OK || response->status != 200 ||
		response->body_bytes != manifest->shared_bytes) {
		zn_worker_prepare_failed(worker, "the shared input did not come: %s",
			response->err != ZN_ERR_OK ? zn_err_sentence(response->err)
						   : "the publisher does not give it");
		return;
	}
	if (zn_blob_keep(&worker->prepare.blob, worker->loop, &manifest->shared_id, response->body,
		    response->body_bytes, on_kept, worker) != ZN_ERR_OK)
		zn_worker_prepare_failed(worker, "no memory for its shared input");
}

static void fetch(struct zn_worker *worker)
{
	const struct zn_manifest *manifest = &worker->deal.manifest;
	char url[ZN_HTTP_URL_BYTES_MAX], id[ZN_HASH_TEXT_BYTES], session[ZN_HASH_TEXT_BYTES];
	snprintf(url, sizeof url, "%s" ZN_PATH_BLOB "%s?session=%s", worker->where.endpoint,
		zn_hash_text(id, &manifest->shared_id),
		zn_hash_text(session, &worker->deal.session));
	struct zn_http_request request = {.url = url,
		.pin = &worker->deal.tls_pin,
		.allow_private = worker->options.allow_private,
		.timeout_ms = (uint64_t)ZN_POLL_HELD_S * 1000 +
			      manifest->shared_bytes * 1000 / ZN_DELIVER_BYTES_PER_S,
		.response_bytes_max = manifest->shared_bytes};
	zn_worker_say(worker, "fetching %.1f MB of shared input",
		(double)manifest->shared_bytes / 1e6);
	if (zn_http_client_send(&worker->prepare.call, worker->http, &request, on_fetched,
		    worker) != ZN_ERR_OK)
		zn_worker_prepare_failed(worker, "the shared input cannot be asked for");
}

static void on_found(void *user, uint8_t *bytes, size_t count)
{
	struct zn_worker *worker = user;
	worker->prepare.blob = NULL;
	if (bytes != NULL)
		shared_take(worker, bytes, count);
	else
		fetch(worker);
}

void zn_worker_prepare(struct zn_worker *worker)
{
	const struct zn_manifest *manifest = &worker->deal.manifest;
	zn_worker_prepare_drop(worker);
	worker->job_loaded = false;
	worker->prepare.under_way = true;
	if (!sources_take(worker))
		return;
	if (manifest->shared_bytes == 0)
		load(worker);
	else if (zn_blob_find(&worker->prepare.blob, worker->loop, &manifest->shared_id,
			 manifest->shared_bytes, on_found, worker) != ZN_ERR_OK)
		zn_worker_prepare_failed(worker, "no memory for its shared input");
}
