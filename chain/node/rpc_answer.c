/* chain/node/rpc_answer.c - the result of each method, in CometBFT's shape. */
#include "chain/node/rpc_inside.h"

#include "core/assert.h"
#include "io/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void add_hash(struct zn_json *object, const char *key, const struct zn_hash *hash)
{
	zn_json_add_hex_upper(object, key, hash->bytes, sizeof hash->bytes);
}

static void add_time(struct zn_json *object, const char *key, uint64_t time_s)
{
	char text[64];
	struct tm parts;
	time_t seconds = (time_t)time_s;
	gmtime_r(&seconds, &parts);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
	zn_json_add_string(object, key, text);
}

static void add_version(struct zn_json *object)
{
	struct zn_json *version = zn_json_object_create();
	zn_json_add_string(version, "block", "0"); /* not CometBFT's header */
	zn_json_add_string(version, "app", "1");
	zn_json_add(object, "version", version);
}

static void add_block_id(struct zn_json *object, const char *key, const struct zn_hash *hash)
{
	struct zn_json *id = zn_json_object_create(), *parts = zn_json_object_create();
	add_hash(id, "hash", hash);
	zn_json_add_number(parts, "total", zn_hash_is_zero(hash) ? 0 : 1);
	add_hash(parts, "hash", hash);
	zn_json_add(id, "parts", parts);
	zn_json_add(object, key, id);
}

static bool block_load(struct zn_block_header *header, const uint8_t **bytes, size_t *count,
	const struct zn_rpc *rpc, uint64_t height)
{
	return zn_node_store_block_get(bytes, count, rpc->store, height) &&
	       zn_node_block_header(header, *bytes, *count);
}

/* --- status
 * ------------------------------------------------------------------------------------------ */

static struct zn_json *node_info(const struct zn_rpc *rpc)
{
	struct zn_json *info = zn_json_object_create(), *other = zn_json_object_create();
	char address[64];
	snprintf(address, sizeof address, "tcp://%.40s:%u", rpc->options.address,
		zn_http_server_port(rpc->server));
	zn_json_add_string(info, "id", "");
	zn_json_add_string(info, "listen_addr", "");
	zn_json_add_string(info, "network", zn_application_head(rpc->application)->chain.text);
	zn_json_add_string(info, "version", "xencoind-1");
	zn_json_add_string(info, "moniker", "xencoind");
	zn_json_add_string(other, "tx_index", "on");
	zn_json_add_string(other, "rpc_address", address);
	zn_json_add_string(other, "engine", "solo");
	zn_json_add_string(other, "operators", "1");
	zn_json_add(info, "other", other);
	return info;
}

static struct zn_json *sync_info(const struct zn_rpc *rpc)
{
	struct zn_json *info = zn_json_object_create();
	const struct zn_node_head *head = zn_application_head(rpc->application);
	struct zn_block_header header = {.app_hash = head->app_hash},
			       first = {.time_s = head->time_s};
	const uint8_t *bytes;
	size_t count;
	bool any = block_load(&header, &bytes, &count, rpc, head->height);
	block_load(&first, &bytes, &count, rpc, 1);
	add_hash(info, "latest_block_hash", &head->block_hash);
	add_hash(info, "latest_app_hash", &header.app_hash);
	zn_json_add_u64_text(info, "latest_block_height", head->height);
	add_time(info, "latest_block_time", head->time_s);
	zn_json_add_string(info, "earliest_block_height", any ? "1" : "0");
	add_time(info, "earliest_block_time", first.time_s);
	zn_json_add_bool(info, "catching_up", false);
	return info;
}

static struct zn_json *answer_status(struct zn_rpc_error *error, bool *wait, struct zn_rpc *rpc,
	const struct zn_rpc_request *request)
{
	struct zn_json *result = zn_json_object_create(), *validator = zn_json_object_create();
	(void)error;
	zn_json_add(result, "node_info", node_info(rpc));
	zn_json_add(result, "sync_info", sync_info(rpc));
	zn_json_add_string(validator, "address", "");
	zn_json_add_string(validator, "voting_power", "1");
	zn_json_add(result, "validator_info", validator);
	*wait = zn_application_head(rpc->application)->height < request->wait_height;
	return result;
}

static struct zn_json *answer_health(struct zn_rpc_error *error, bool *wait, struct zn_rpc *rpc,
	const struct zn_rpc_request *request)
{
	(void)error;
	(void)wait;
	(void)rpc;
	(void)request;
	return zn_json_object_create();
}

static struct zn_json *answer_abci_info(struct zn_rpc_error *error, bool *wait, struct zn_rpc *rpc,
	const struct zn_rpc_request *request)
{
	struct zn_json *result = zn_json_object_create(), *response = zn_json_object_create();
	const struct zn_node_head *head = zn_application_head(rpc->application);
	(void)error;
	(void)wait;
	(void)request;
	zn_json_add_string(response, "data", "xencoin");
	zn_json_add_string(response, "version", "1");
	zn_json_add_string(response, "app_version", "1");
	zn_json_add_u64_text(response, "last_block_height", head->height);
	zn_json_add_base64(response, "last_block_app_hash", head->app_hash.bytes,
		sizeof head->app_hash.bytes);
	zn_json_add(result, "response", response);
	return result;
}

/* --- abci_query
 * -------------------------------------------------------------------------------------- */

static struct zn_json *answer_abci_query(struct zn_rpc_error *error, bool *wait, struct zn_rpc *rpc,
	const struct zn_rpc_request *request)
{
	static struct zn_query_answer answer; /* one at a time: one thread */
	(void)error;
	zn_application_query(&answer, rpc->application, request->path, request->data,
		request->data_bytes);
	*wait = answer.code == ZN_QUERY_NOT_FOUND ? true : answer.height < request->wait_height;
	struct zn_json *result = zn_json_object_create(), *response = zn_json_object_create();
	zn_json_add_number(response, "code", answer.code);
	zn_json_add_string(response, "log", answer.log);
	zn_json_add_string(response, "info", "");
	zn_json_add_string(response, "index", "0");
	zn_json_add_base64(response, "key", answer.key.bytes,
		zn_hash_is_zero(&answer.key) ? 0 : sizeof answer.key.bytes);
	zn_json_add_base64(response, "value", answer.value, answer.bytes);
	zn_json_add_u64_text(response, "height", answer.height);
	zn_json_add_string(response, "codespace", answer.code == 0 ? "" : "xencoin");
	zn_json_add(result, "response", response);
	return result;
}

/* --- transactions
 * ------------------------------------------------------------------------------------- */

static struct zn_json *answer_broadcast(struct zn_rpc_error *error, bool *wait, struct zn_rpc *rpc,
	const struct zn_rpc_request *request)
{
	struct zn_hash id;
	(void)error;
	(void)wait;
	enum zn_ledger_refusal refusal =
		zn_solo_submit(rpc->solo, request->data, request->data_bytes);
	zn_transaction_id(&id, request->data, request->data_bytes);
	struct zn_json *result = zn_json_object_create();
	zn_json_add_number(result, "code", refusal);
	zn_json_add_string(result, "data", "");
	zn_json_add_string(result, "log", refusal == 0 ? "" : zn_ledger_refusal_sentence(refusal));
	zn_json_add_string(result, "codespace", refusal == 0 ? "" : "xencoin");
	add_hash(result, "hash", &id);
	return result;
}

static struct zn_json *tx_result(uint32_t code)
{
	struct zn_json *result = zn_json_object_create();
	zn_json_add_number(result, "code", code);
	zn_json_add_string(result, "data", "");
	zn_json_add_string(result, "log", code == 0 ? "" : zn_ledger_refusal_sentence(code));
	zn_json_add_string(result, "info", "");
	zn_json_add_string(result, "gas_wanted", "0");
	zn_json_add_string(result, "gas_used", "0");
	zn_json_add(result, "events", zn_json_array_create());
	zn_json_add_string(result, "codespace", code == 0 ? "" : "xencoin");
	return result;
}

static struct zn_json *answer_tx(struct zn_rpc_error *error, bool *wait, struct zn_rpc *rpc,
	const struct zn_rpc_request *request)
{
	struct zn_hash id;
	uint64_t height;
	uint32_t index;
	const uint8_t *bytes;
	size_t count;
	struct zn_node_tx tx;
	memcpy(id.bytes, request->data, sizeof id.bytes);
	if (!zn_node_store_tx_find(&height, &index, rpc->store, &id)) {
		char text[ZN_HASH_TEXT_BYTES];
		*wait = true;
		zn_rpc_fail(error, ZN_RPC_INTERNAL, "tx (%s) not found",
			zn_hash_text(text, &id)); /* CometBFT's words */
		return NULL;
	}
	if (!zn_node_store_block_get(&bytes, &count, rpc->store, height) ||
		!zn_node_block_tx(&tx, bytes, count, index)) {
		zn_rpc_fail(error, ZN_RPC_INTERNAL, "block %" PRIu64 " is damaged", height);
		return NULL;
	}
	struct zn_json *result = zn_json_object_create();
	add_hash(result, "hash", &id);
	zn_json_add_u64_text(result, "height", height);
	zn_json_add_number(result, "index", index);
	zn_json_add(result, "tx_result", tx_result(tx.code));
	zn_json_add_base64(result, "tx", tx.bytes, tx.count);
	return result;
}

/* --- block
 * --------------------------------------------------------------------------------------------- */

static struct zn_json *header_json(const struct zn_block_header *header)
{
	struct zn_json *object = zn_json_object_create();
	add_version(object);
	zn_json_add_string(object, "chain_id", header->chain.text);
	zn_json_add_u64_text(object, "height", header->height);
	add_time(object, "time", header->time_s);
	add_block_id(object, "last_block_id", &header->last_block);
	add_hash(object, "data_hash", &header->data_hash);
	add_hash(object, "app_hash", &header->app_hash);
	zn_json_add_string(object, "proposer_address", "");
	return object;
}

static struct zn_json *data_json(const struct zn_block_header *header, const uint8_t *bytes,
	size_t count)
{
	struct zn_json *data = zn_json_object_create(), *txs = zn_json_array_create();
	struct zn_block_header again = *header;
	struct zn_codec codec = zn_codec_reader(bytes, count);
	zn_block_header_code(&codec, &again);
	for (uint32_t i = 0; i < header->txs_count && !codec.failed; i++) {
		uint32_t code = 0, tx_bytes = 0;
		zn_codec_u32(&codec, &code);
		zn_codec_u32(&codec, &tx_bytes);
		if (codec.failed || tx_bytes > codec.bytes_max - codec.used)
			break;
		zn_json_add_base64(txs, NULL, codec.bytes + codec.used, tx_bytes);
		codec.used += tx_bytes;
	}
	zn_json_add(data, "txs", txs);
	return data;
}

static struct zn_json *answer_block(struct zn_rpc_error *error, bool *wait, struct zn_rpc *rpc,
	const struct zn_rpc_request *request)
{
	uint64_t latest = zn_application_head(rpc->application)->height;
	uint64_t height = request->height == 0 ? latest : request->height;
	struct zn_block_header header;
	struct zn_hash hash;
	const uint8_t *bytes;
	size_t count;
	if (!block_load(&header, &bytes, &count, rpc, height)) {
		*wait = height > latest;
		zn_rpc_fail(error, ZN_RPC_INTERNAL,
			"height %" PRIu64 " must be from 1 to the latest, %" PRIu64, height,
			latest);
		return NULL;
	}
	zn_block_header_hash(&hash, &header.chain, &header);
	struct zn_json *result = zn_json_object_create(), *block = zn_json_object_create();
	struct zn_json *evidence = zn_json_object_create();
	add_block_id(result, "block_id", &hash);
	zn_json_add(block, "header", header_json(&header));
	zn_json_add(block, "data", data_json(&header, bytes, count));
	zn_json_add(evidence, "evidence", zn_json_array_create());
	zn_json_add(block, "evidence", evidence);
	zn_json_add(result, "block", block);
	return result;
}

struct zn_json *zn_rpc_answer(struct zn_rpc_error *error, bool *wait, struct zn_rpc *rpc,
	const struct zn_rpc_request *request)
{
	static struct zn_json *(*const answers[ZN_RPC_METHODS])(struct zn_rpc_error * error,
		bool *wait, struct zn_rpc *rpc, const struct zn_rpc_request *request) = {
		[ZN_RPC_STATUS] = answer_status,
		[ZN_RPC_HEALTH] = answer_health,
		[ZN_RPC_ABCI_INFO] = answer_abci_info,
		[ZN_RPC_ABCI_QUERY] = answer_abci_query,
		[ZN_RPC_BROADCAST_TX_SYNC] = answer_broadcast,
		[ZN_RPC_TX] = answer_tx,
		[ZN_RPC_BLOCK] = answer_block,
	};
	*wait = false;
	return answers[request->method](error, wait, rpc, request);
}
