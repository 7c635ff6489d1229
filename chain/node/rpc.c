#include "chain/node/rpc.h"

#include "chain/node/rpc_inside.h"
#include "core/assert.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An answer that is not there yet, and how long somebody waits for it. */
struct zn_rpc_held {
	struct zn_rpc *rpc;
	struct zn_http_exchange *exchange;
	struct zn_rpc_request request;
	struct zn_timer timer;
	struct zn_rpc_held *next, *before;
};

static void held_remove(struct zn_rpc_held *held)
{
	struct zn_rpc *rpc = held->rpc;
	if (held->before != NULL)
		held->before->next = held->next;
	else
		rpc->held = held->next;
	if (held->next != NULL)
		held->next->before = held->before;
	rpc->held_count--;
	zn_timer_stop(&held->timer);
	zn_rpc_request_finish(&held->request);
	free(held);
}

static const char *error_message(int code)
{
	switch (code) {
	case ZN_RPC_PARSE:
		return "Parse error";
	case ZN_RPC_INVALID_REQUEST:
		return "Invalid Request";
	case ZN_RPC_NO_METHOD:
		return "Method not found";
	case ZN_RPC_INVALID_PARAMS:
		return "Invalid params";
	default:
		return "Internal error";
	}
}

static void add_id(struct zn_json *root, const struct zn_rpc_request *request)
{
	double number = 0;
	if (request->id_is_text)
		zn_json_add_string(root, "id", request->id);
	else if (sscanf(request->id, "%lf", &number) == 1)
		zn_json_add_number(root, "id", number);
}

/* Takes `result`; NULL: the error is sent. */
static void reply(struct zn_http_exchange *exchange, const struct zn_rpc_request *request,
	struct zn_json *result, const struct zn_rpc_error *error)
{
	struct zn_json *root = zn_json_object_create();
	int status = 200;
	zn_json_add_string(root, "jsonrpc", "2.0");
	add_id(root, request);
	if (result != NULL) {
		zn_json_add(root, "result", result);
	} else {
		struct zn_json *object = zn_json_object_create();
		zn_json_add_number(object, "code", error->code);
		zn_json_add_string(object, "message", error_message(error->code));
		zn_json_add_string(object, "data", error->data);
		zn_json_add(root, "error", object);
		if (request->is_get)
			status = error->code == ZN_RPC_NO_METHOD ? 404 : 500;
	}
	char *text = zn_json_print(root, false);
	zn_json_destroy(root);
	if (text != NULL)
		zn_http_reply(exchange, status, "application/json", text, strlen(text));
	else
		zn_http_reply(exchange, 500, "text/plain", "out of memory", 13);
	free(text);
}

/* Answer; or, if it should wait and may, say false. */
static bool answer(struct zn_rpc *rpc, struct zn_http_exchange *exchange,
	const struct zn_rpc_request *request, bool may_wait)
{
	struct zn_rpc_error error = {.code = 0};
	bool wait;
	struct zn_json *result = zn_rpc_answer(&error, &wait, rpc, request);
	if (wait && may_wait) {
		zn_json_destroy(result);
		return false;
	}
	reply(exchange, request, result, &error);
	return true;
}

static void held_expire(void *user)
{
	struct zn_rpc_held *held = user;
	answer(held->rpc, held->exchange, &held->request, false);
	held_remove(held);
}

/* Takes the request's data. */
static bool hold(struct zn_rpc *rpc, struct zn_http_exchange *exchange,
	const struct zn_rpc_request *request)
{
	struct zn_rpc_held *held = calloc(1, sizeof *held);
	if (held == NULL)
		return false;
	*held = (struct zn_rpc_held){.rpc = rpc,
		.exchange = exchange,
		.request = *request,
		.next = rpc->held};
	if (held->next != NULL)
		held->next->before = held;
	rpc->held = held;
	rpc->held_count++;
	zn_http_exchange_user_set(exchange, held);
	zn_timer_start(&held->timer, rpc->loop, request->wait_ms, held_expire, held);
	return true;
}

static void on_request(void *user, struct zn_http_exchange *exchange)
{
	struct zn_rpc *rpc = user;
	struct zn_rpc_request request;
	struct zn_rpc_error error = {.code = 0};
	zn_http_exchange_user_set(exchange, NULL);
	if (!zn_rpc_request_read(&request, &error, exchange)) {
		reply(exchange, &request, NULL, &error);
		zn_rpc_request_finish(&request);
		return;
	}
	bool may_wait = request.wait_ms > 0 && rpc->held_count < ZN_RPC_HELD_MAX;
	if (!answer(rpc, exchange, &request, may_wait)) {
		if (hold(rpc, exchange, &request))
			return;
		answer(rpc, exchange, &request, false);
	}
	zn_rpc_request_finish(&request);
}

static void on_gone(void *user, struct zn_http_exchange *exchange)
{
	struct zn_rpc_held *held = zn_http_exchange_user(exchange);
	(void)user;
	if (held != NULL)
		held_remove(held);
}

static size_t body_limit(void *user, const char *method, const char *path)
{
	(void)user;
	(void)path;
	return strcmp(method, "POST") == 0 ? ZN_RPC_BODY_BYTES_MAX : 0;
}

void zn_rpc_block(struct zn_rpc *rpc)
{
	struct zn_rpc_held *next;
	for (struct zn_rpc_held *held = rpc->held; held != NULL; held = next) {
		next = held->next;
		if (answer(rpc, held->exchange, &held->request, true))
			held_remove(held);
	}
}

enum zn_err zn_rpc_create(struct zn_rpc **out, struct zn_loop *loop,
	const struct zn_rpc_options *options)
{
	struct zn_rpc *rpc = calloc(1, sizeof *rpc);
	*out = NULL;
	if (rpc == NULL)
		return ZN_ERR_MEMORY;
	*rpc = (struct zn_rpc){.loop = loop, .options = *options};
	struct zn_http_server_options http = {.address = options->address,
		.port = options->port,
		.connections_max = ZN_RPC_CONNECTIONS_MAX,
		.connections_per_address_max = ZN_RPC_CONNECTIONS_ADDRESS_MAX,
		.idle_s = 2 * ZN_POLL_HELD_S,
		.handler = on_request,
		.gone = on_gone,
		.body_limit = body_limit,
		.user = rpc};
	enum zn_err err = zn_http_server_create(&rpc->server, loop, &http);
	if (err != ZN_ERR_OK) {
		free(rpc);
		return err;
	}
	*out = rpc;
	return ZN_ERR_OK;
}

void zn_rpc_attach(struct zn_rpc *rpc, struct zn_application *application,
	struct zn_node_store *store, struct zn_solo *solo)
{
	rpc->application = application;
	rpc->store = store;
	rpc->solo = solo;
}

void zn_rpc_destroy(struct zn_rpc *rpc)
{
	if (rpc == NULL)
		return;
	zn_http_server_destroy(rpc->server);
	while (rpc->held != NULL)
		held_remove(rpc->held);
	free(rpc);
}

uint16_t zn_rpc_port(const struct zn_rpc *rpc)
{
	return zn_http_server_port(rpc->server);
}
