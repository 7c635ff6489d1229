/* chain/node/rpc_request.c - from an HTTP request to a method and its parameters, POST or GET. */
#include "chain/node/rpc_inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const method_names[ZN_RPC_METHODS] = {"status", "health", "abci_info",
	"abci_query", "broadcast_tx_sync", "tx", "block", "block_results", "header", "commit",
	"validators"};

bool zn_rpc_fail(struct zn_rpc_error *error, int code, const char *format, ...)
{
	va_list arguments;
	error->code = code;
	va_start(arguments, format);
	vsnprintf(error->data, sizeof error->data, format, arguments);
	va_end(arguments);
	return false;
}

void zn_rpc_request_finish(struct zn_rpc_request *request)
{
	free(request->data);
	request->data = NULL;
}

static bool method_find(struct zn_rpc_request *out, struct zn_rpc_error *error, const char *name)
{
	for (int i = 0; i < ZN_RPC_METHODS; i++)
		if (strcmp(name, method_names[i]) == 0) {
			out->method = (enum zn_rpc_method)i;
			return true;
		}
	return zn_rpc_fail(error, ZN_RPC_NO_METHOD, "there is no method %.40s", name);
}

/* Where a parameter comes from: a member of "params", or the URL. */
struct source {
	const struct zn_json *params;
	const struct zn_http_exchange *exchange; /* NULL for POST */
	struct zn_rpc_error *error;
};

/* A parameter as a JSON value: what the URL has is one too, save 0x... and bare words. `*owned` is
 * the caller's to destroy. */
static const struct zn_json *value_of(const struct source *source, const char *name,
	struct zn_json **owned)
{
	*owned = NULL;
	if (source->exchange == NULL)
		return zn_json_get(source->params, name);
	const char *text = zn_http_exchange_query(source->exchange, name);
	if (text != NULL)
		*owned = zn_json_parse("url", text, strlen(text), NULL);
	return *owned;
}

static bool u64_param(const struct source *source, const char *name, uint64_t *out)
{
	struct zn_json *owned;
	const struct zn_json *value = value_of(source, name, &owned);
	bool sound = value == NULL || zn_json_u64(out, value);
	zn_json_destroy(owned);
	return sound || zn_rpc_fail(source->error, ZN_RPC_INVALID_PARAMS, "%s is no number", name);
}

static bool bytes_of_hex(struct zn_rpc_request *out, const char *hex)
{
	size_t digits = strlen(hex);
	if (digits % 2 != 0 || digits / 2 > ZN_RPC_DATA_BYTES_MAX + 1)
		return false;
	out->data = malloc(digits / 2 + 1);
	out->data_bytes = digits / 2;
	return out->data != NULL && zn_hex_read(out->data, out->data_bytes, hex);
}

static bool bool_param(const struct source *source, const char *name, bool *out)
{
	struct zn_json *owned;
	const struct zn_json *value = value_of(source, name, &owned);
	bool sound = value == NULL || zn_json_bool(out, value);
	zn_json_destroy(owned);
	return sound ||
	       zn_rpc_fail(source->error, ZN_RPC_INVALID_PARAMS, "%s is not true or false", name);
}

/* Bytes: 0x... in a URL; in JSON a string of base64, or of hex where CometBFT has HexBytes. */
static bool bytes_param(const struct source *source, const char *name, bool hex,
	struct zn_rpc_request *out)
{
	const char *text =
		source->exchange != NULL ? zn_http_exchange_query(source->exchange, name) : NULL;
	struct zn_json *owned;
	bool sound = true;
	if (text != NULL && strncmp(text, "0x", 2) == 0) {
		sound = bytes_of_hex(out, text + 2);
	} else {
		const struct zn_json *value = value_of(source, name, &owned);
		if (text != NULL && value == NULL)
			sound = false;
		else if (value != NULL && hex)
			sound = zn_json_string(&text, value) && bytes_of_hex(out, text);
		else if (value != NULL)
			sound = zn_json_base64(&out->data, &out->data_bytes, value) &&
				out->data_bytes <= ZN_RPC_DATA_BYTES_MAX + 1;
		zn_json_destroy(owned);
	}
	return sound || zn_rpc_fail(source->error, ZN_RPC_INVALID_PARAMS,
				"%s is no bytes, or too many", name);
}

static bool path_param(const struct source *source, struct zn_rpc_request *out)
{
	struct zn_json *owned;
	const struct zn_json *value = value_of(source, "path", &owned);
	const char *text;
	bool sound = value != NULL && zn_json_string(&text, value) &&
		     strlen(text) <= ZN_RPC_PATH_BYTES_MAX;
	if (sound)
		strcpy(out->path, text);
	zn_json_destroy(owned);
	return sound || zn_rpc_fail(source->error, ZN_RPC_INVALID_PARAMS,
				"path is missing or unknown; give one as \"/account\"");
}

static bool params_read(struct zn_rpc_request *out, const struct source *source)
{
	if (!u64_param(source, "height", &out->height) ||
		!u64_param(source, "x_wait_ms", &out->wait_ms) ||
		!u64_param(source, "x_wait_height", &out->wait_height))
		return false;
	if (out->wait_ms > ZN_POLL_HELD_S * 1000)
		out->wait_ms = ZN_POLL_HELD_S * 1000;
	switch (out->method) {
	case ZN_RPC_ABCI_QUERY:
		return bool_param(source, "prove", &out->prove) && path_param(source, out) &&
		       bytes_param(source, "data", true, out);
	case ZN_RPC_TX:
		if (!bytes_param(source, "hash", false, out))
			return false;
		return out->data_bytes == ZN_HASH_BYTES ||
		       zn_rpc_fail(source->error, ZN_RPC_INVALID_PARAMS, "hash must have 32 bytes");
	case ZN_RPC_BROADCAST_TX_SYNC:
		if (!bytes_param(source, "tx", false, out))
			return false;
		return out->data != NULL ||
		       zn_rpc_fail(source->error, ZN_RPC_INVALID_PARAMS, "tx is missing");
	default:
		return true;
	}
}

static void id_read(struct zn_rpc_request *out, const struct zn_json *id)
{
	const char *text;
	double number;
	out->id_is_text = zn_json_string(&text, id);
	if (out->id_is_text)
		snprintf(out->id, sizeof out->id, "%s", text);
	else if (zn_json_double(&number, id))
		snprintf(out->id, sizeof out->id, "%.0f", number);
}

static bool post_read(struct zn_rpc_request *out, struct zn_rpc_error *error,
	const struct zn_http_exchange *exchange)
{
	size_t count;
	const char *method;
	struct zn_complaint complaint = {""};
	const uint8_t *body = zn_http_exchange_body(exchange, &count);
	struct zn_json *root = zn_json_parse("request", (const char *)body, count, &complaint);
	if (root == NULL)
		return zn_rpc_fail(error, ZN_RPC_PARSE, "%.150s", complaint.text);
	struct source source = {.params = zn_json_get(root, "params"), .error = error};
	id_read(out, zn_json_get(root, "id"));
	bool sound = zn_json_string(&method, zn_json_get(root, "method"))
			     ? method_find(out, error, method) && params_read(out, &source)
			     : zn_rpc_fail(error, ZN_RPC_INVALID_REQUEST,
				       "give one object with jsonrpc, id, method and params");
	zn_json_destroy(root);
	return sound;
}

bool zn_rpc_request_read(struct zn_rpc_request *out, struct zn_rpc_error *error,
	const struct zn_http_exchange *exchange)
{
	*out = (struct zn_rpc_request){.height = 0};
	const char *method = zn_http_exchange_method(exchange);
	const char *path = zn_http_exchange_path(exchange);
	if (strcmp(method, "POST") == 0)
		return post_read(out, error, exchange);
	struct source source = {.exchange = exchange, .error = error};
	out->is_get = true;
	strcpy(out->id, "-1"); /* CometBFT's, for a URL */
	if (strcmp(method, "GET") != 0)
		return zn_rpc_fail(error, ZN_RPC_INVALID_REQUEST, "only GET and POST");
	return method_find(out, error, path[0] == '/' ? path + 1 : path) &&
	       params_read(out, &source);
}
