/* chain/client/client.c - calls: one question after the other over HTTP, until there is an answer.
 */
#include "chain/client/client.h"

#include "chain/client/client_inside.h"
#include "core/assert.h"
#include "io/clock.h"
#include "io/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *zn_client_memory(size_t bytes)
{
	void *memory = calloc(1, bytes);
	ZN_ASSERT(memory != NULL);
	return memory;
}

enum zn_err zn_ledger_client_create(struct zn_ledger_client **out, struct zn_loop *loop,
	struct zn_http_client *http, const char *rpc_url)
{
	struct zn_ledger_client *client = calloc(1, sizeof *client);
	*out = NULL;
	if (client == NULL)
		return ZN_ERR_MEMORY;
	client->loop = loop;
	client->http = http;
	size_t length = strlen(rpc_url);
	while (length > 0 && rpc_url[length - 1] == '/')
		length--;
	if (length == 0 || length + 2 > sizeof client->url) {
		free(client);
		return length == 0 ? ZN_ERR_MALFORMED : ZN_ERR_TOO_LARGE;
	}
	memcpy(client->url, rpc_url, length);
	client->url[length] = '/';
	zn_light_begin(&client->light, 0);
	*out = client;
	return ZN_ERR_OK;
}

void zn_ledger_client_destroy(struct zn_ledger_client *client)
{
	if (client == NULL)
		return;
	if (client->saved_ns != 0)
		zn_client_trust_save(client, true);
	zn_timer_stop(&client->verify_timer);
	zn_ledger_call_cancel(client->climbing);
	client->sends_first = client->sends_last = NULL;
	while (client->calls != NULL)
		zn_ledger_call_cancel(client->calls);
	zn_ledger_client_destroy(client->witness);
	free(client->block);
	free(client);
}

void zn_client_time_heard(struct zn_ledger_client *client, uint64_t time_s)
{
	if (client->knows_time && time_s < client->time_s)
		return;
	client->knows_time = true;
	client->time_s = time_s;
	client->time_ns = zn_clock_monotonic_ns();
}

struct zn_ledger_call *zn_call_create(struct zn_ledger_call **out, struct zn_ledger_client *client,
	zn_ledger_answer_fn *fn, void *user)
{
	struct zn_ledger_call *call = zn_client_memory(sizeof *call);
	call->client = client;
	call->fn = fn;
	call->user = user;
	call->next = client->calls;
	if (call->next != NULL)
		call->next->before = call;
	client->calls = call;
	client->calls_count++;
	if (out != NULL)
		*out = call;
	return call;
}

static void unlink_call(struct zn_ledger_call *call)
{
	struct zn_ledger_client *client = call->client;
	if (call->before != NULL)
		call->before->next = call->next;
	else
		client->calls = call->next;
	if (call->next != NULL)
		call->next->before = call->before;
	client->calls_count--;
	zn_timer_stop(&call->timer);
	zn_timer_stop(&call->deadline_timer);
	zn_call_verify_forget(call);
	zn_http_call_cancel(call->http);
	call->http = NULL;
	call->finished = true;
	zn_ledger_call_cancel(call->asking);
	call->asking = NULL;
}

static void free_call(struct zn_ledger_call *call)
{
	zn_secret_key_wipe(&call->key);
	free(call->body);
	free(call->taken);
	free(call->value);
	free(call->proof);
	free(call->tx_bytes);
	free(call->draft);
	free(call);
}

void zn_ledger_call_cancel(struct zn_ledger_call *call)
{
	if (call == NULL || call->finished)
		return;
	zn_call_unqueue(call);
	unlink_call(call);
	free_call(call);
}

void zn_call_finish(struct zn_ledger_call *call, enum zn_err err, const char *detail)
{
	char clean[ZN_CLIENT_DETAIL_BYTES];
	ZN_ASSERT(!call->finished);
	zn_call_unqueue(call);
	unlink_call(call);
	call->answer.err = err;
	if (detail == NULL)
		detail = zn_err_sentence(err);
	/* Part of it may be the node's: a terminal must not obey it. */
	call->answer.detail = zn_log_clean(clean, sizeof clean, detail, strlen(detail));
	call->answer.tx_id = call->tx_id;
	call->answer.nonce = call->nonce;
	/* The callback may destroy the client: nothing but the call itself is touched after it. */
	call->fn(call->user, &call->answer);
	free_call(call);
}

uint64_t zn_call_left_ms(const struct zn_ledger_call *call)
{
	uint64_t now_ns = zn_clock_monotonic_ns();
	return call->deadline_ns > now_ns ? (call->deadline_ns - now_ns) / 1000000 : 0;
}

static void ask_again(void *user)
{
	struct zn_ledger_call *call = user;
	call->ask(call);
}

void zn_call_again(struct zn_ledger_call *call, uint64_t delay_ms)
{
	zn_timer_start(&call->timer, call->client->loop, delay_ms, ask_again, call);
}

/* --- one question
 * ------------------------------------------------------------------------------------ */

static void reply_fail(struct zn_ledger_call *call, enum zn_err err, const char *detail)
{
	struct zn_rpc_reply reply = {err, detail, NULL};
	call->on_reply(call, &reply);
}

/* An error that the node answered: its sentence, and whether it means "not there". */
static void reply_error(struct zn_ledger_call *call, const struct zn_json *error)
{
	const char *data = "";
	char text[256];
	if (!zn_json_string(&data, zn_json_get(error, "data")) &&
		!zn_json_string(&data, zn_json_get(error, "message")))
		data = "no reason given";
	snprintf(text, sizeof text, "the ledger node says: %.200s", data);
	/* CometBFT has no code for it either. */
	bool missing = strstr(data, "not found") != NULL || strstr(data, "must be") != NULL;
	reply_fail(call, missing ? ZN_ERR_NOT_FOUND : ZN_ERR_MALFORMED, text);
}

static void on_http(void *user, const struct zn_http_response *response)
{
	struct zn_ledger_call *call = user;
	call->http = NULL;
	free(call->body);
	call->body = NULL;
	if (response->err != ZN_ERR_OK) {
		char text[400];
		snprintf(text, sizeof text, "%.200s: %.150s", call->client->url,
			response->detail != NULL ? response->detail
						 : zn_err_sentence(response->err));
		reply_fail(call, response->err, text);
		return;
	}
	struct zn_json *root =
		zn_json_parse("answer", (const char *)response->body, response->body_bytes, NULL);
	const struct zn_json *result = root != NULL ? zn_json_get(root, "result") : NULL;
	const struct zn_json *error = root != NULL ? zn_json_get(root, "error") : NULL;
	if (result != NULL) {
		struct zn_rpc_reply reply = {ZN_ERR_OK, "", result};
		call->on_reply(call, &reply);
	} else if (error != NULL) {
		reply_error(call, error);
	} else {
		reply_fail(call, ZN_ERR_MALFORMED, "what answers there is no ledger node");
	}
	zn_json_destroy(root);
}

static void early_fail(void *user)
{
	struct zn_ledger_call *call = user;
	reply_fail(call, call->failed_early, call->early_detail);
}

/* The callback must not come before the function that starts the call has returned. */
static void fail_early(struct zn_ledger_call *call, enum zn_err err, const char *detail)
{
	call->failed_early = err;
	snprintf(call->early_detail, sizeof call->early_detail, "%s", detail);
	zn_timer_start(&call->timer, call->client->loop, 0, early_fail, call);
}

void zn_call_ask(struct zn_ledger_call *call, const char *method, struct zn_json *params,
	uint64_t held_ms, zn_call_reply_fn *on_reply)
{
	if (call->client->lied) {
		zn_json_destroy(params);
		ZN_ASSERT(call->http == NULL);
		call->on_reply = on_reply;
		fail_early(call, ZN_ERR_UNPROVEN, call->client->lie);
		return;
	}
	struct zn_json *root = zn_json_object_create();
	zn_json_add_string(root, "jsonrpc", "2.0");
	zn_json_add_number(root, "id", 1);
	zn_json_add_string(root, "method", method);
	zn_json_add(root, "params", params);
	free(call->body);
	call->body = zn_json_print(root, false);
	zn_json_destroy(root);
	ZN_ASSERT(call->body != NULL && call->http == NULL);
	call->on_reply = on_reply;
	struct zn_http_request request = {.url = call->client->url,
		.body = call->body,
		.body_bytes = strlen(call->body),
		.content_type = "application/json",
		.allow_private = true, /* a person configured it */
		.timeout_ms = ZN_CLIENT_TIMEOUT_MS + held_ms,
		.response_bytes_max = ZN_RPC_ANSWER_BYTES_MAX};
	enum zn_err err = call->client->calls_count > ZN_CLIENT_CALLS_MAX
				  ? ZN_ERR_BUSY
				  : zn_http_client_send(&call->http, call->client->http, &request,
					    on_http, call);
	if (err == ZN_ERR_OK)
		return;
	fail_early(call, err, zn_err_sentence(err));
}
