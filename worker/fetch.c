#include "worker/fetch.h"

#include "worker/blobs.h"
#include "worker/inside.h"

#include <stdio.h>

#define NOT_IT "what the publisher gave is not what its hash says"

static void give(struct zn_fetch *fetch, uint8_t *bytes, size_t count, const char *why)
{
	zn_fetch_fn *done = fetch->done;
	fetch->done = NULL;
	done(fetch, bytes, count, why);
}

static void on_checked(void *user, uint8_t *bytes, size_t count)
{
	struct zn_fetch *fetch = user;
	fetch->blob = NULL;
	give(fetch, bytes, count, bytes != NULL ? NULL : NOT_IT);
}

static void ask(void *user);

/* A publisher that starts again within a breath costs its workers no chunk. */
static void on_response(void *user, const struct zn_http_response *response)
{
	struct zn_fetch *fetch = user;
	struct zn_worker *worker = fetch->worker;
	fetch->call = NULL;
	if (response->err != ZN_ERR_OK && response->err != ZN_ERR_TOO_LARGE &&
		++fetch->tries < ZN_FETCH_TRIES_MAX) {
		zn_timer_start(&fetch->retry, worker->loop, ZN_FETCH_RETRY_MS, ask, fetch);
		return;
	}
	if (response->err != ZN_ERR_OK)
		give(fetch, NULL, 0, zn_err_sentence(response->err));
	else if (response->status != 200)
		give(fetch, NULL, 0, "the publisher does not give it");
	else if (zn_blob_take(&fetch->blob, worker->loop, &fetch->id, response->body,
			 response->body_bytes, fetch->kept, on_checked, fetch) != ZN_ERR_OK)
		give(fetch, NULL, 0, zn_err_sentence(ZN_ERR_MEMORY));
}

static void ask(void *user)
{
	struct zn_fetch *fetch = user;
	struct zn_worker *worker = fetch->worker;
	char url[ZN_HTTP_URL_BYTES_MAX], id[ZN_HASH_TEXT_BYTES], session[ZN_HASH_TEXT_BYTES];
	snprintf(url, sizeof url, "%s" ZN_PATH_BLOB "%s?session=%s", worker->where.endpoint,
		zn_hash_text(id, &fetch->id), zn_hash_text(session, &worker->deal.session));
	struct zn_http_request request = {.url = url,
		.pin = &worker->deal.tls_pin,
		.allow_private = worker->options.allow_private,
		.timeout_ms = (uint64_t)ZN_POLL_HELD_S * 1000 +
			      fetch->bytes_max * 1000 / ZN_DELIVER_BYTES_PER_S,
		.response_bytes_max = fetch->bytes_max};
	if (zn_http_client_send(&fetch->call, worker->http, &request, on_response, fetch) !=
		ZN_ERR_OK) {
		fetch->call = NULL;
		if (++fetch->tries < ZN_FETCH_TRIES_MAX)
			zn_timer_start(&fetch->retry, worker->loop, ZN_FETCH_RETRY_MS, ask, fetch);
		else
			give(fetch, NULL, 0, "it cannot be asked for");
	}
}

static void on_found(void *user, uint8_t *bytes, size_t count)
{
	struct zn_fetch *fetch = user;
	fetch->blob = NULL;
	if (bytes != NULL)
		give(fetch, bytes, count, NULL);
	else
		ask(fetch);
}

void zn_fetch_start(struct zn_fetch *fetch, struct zn_worker *worker, const struct zn_hash *id,
	uint64_t bytes_max, bool kept, zn_fetch_fn *done)
{
	zn_fetch_cancel(fetch);
	*fetch = (struct zn_fetch){.worker = worker,
		.id = *id,
		.bytes_max = bytes_max,
		.kept = kept,
		.done = done};
	/* Never from inside the call: a look that cannot begin is made up for in a moment. */
	if (!kept || zn_blob_find(&fetch->blob, worker->loop, id, (size_t)bytes_max, on_found,
			     fetch) != ZN_ERR_OK)
		zn_timer_start(&fetch->retry, worker->loop, 0, ask, fetch);
}

void zn_fetch_cancel(struct zn_fetch *fetch)
{
	zn_blob_cancel(fetch->blob);
	zn_http_call_cancel(fetch->call);
	zn_timer_stop(&fetch->retry);
	fetch->blob = NULL;
	fetch->call = NULL;
	fetch->done = NULL;
}
