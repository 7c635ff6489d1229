/* chain/client/ask.c - questions about blocks: status, a transaction's, a block itself. */
#include "chain/client/client.h"

#include "chain/client/client_inside.h"
#include "chain/client/cometbft_json.h"
#include "core/assert.h"
#include "io/clock.h"

#include <stdlib.h>
#include <string.h>

void zn_call_wait(struct zn_ledger_call *call, uint64_t wait_ms)
{
	if (wait_ms > 0)
		call->deadline_ns = zn_clock_monotonic_ns() + wait_ms * 1000000;
}

bool zn_call_waits_on(struct zn_ledger_call *call, enum zn_err err)
{
	bool unreachable = err == ZN_ERR_UNREACHABLE || err == ZN_ERR_CLOSED;
	if ((err != ZN_ERR_NOT_FOUND && !unreachable) || zn_call_left_ms(call) == 0)
		return false;
	zn_call_again(call, unreachable ? ZN_CLIENT_RETRY_MS : ZN_CLIENT_POLL_MS);
	return true;
}

/* --- status
 * --------------------------------------------------------------------------------------------- */

static bool time_read(uint64_t *out_s, const struct zn_json *value)
{
	struct zn_block_time time;
	if (!zn_json_block_time(&time, value) || time.s < 0)
		return false;
	*out_s = (uint64_t)time.s;
	return true;
}

static bool status_read(struct zn_ledger_status *out, const struct zn_json *result)
{
	const struct zn_json *info = zn_json_get(result, "node_info");
	const struct zn_json *sync = zn_json_get(result, "sync_info");
	const struct zn_json *other = info != NULL ? zn_json_get(info, "other") : NULL;
	const char *chain, *engine;
	if (info == NULL || sync == NULL || !zn_json_string(&chain, zn_json_get(info, "network")) ||
		!zn_chain_id_make(&out->chain, chain) ||
		!zn_json_u64(&out->height, zn_json_get(sync, "latest_block_height")) ||
		!time_read(&out->time_s, zn_json_get(sync, "latest_block_time")) ||
		!zn_json_hash(&out->app_hash, zn_json_get(sync, "latest_app_hash")))
		return false;
	if (other != NULL && zn_json_string(&engine, zn_json_get(other, "engine")) &&
		strlen(engine) < sizeof out->engine)
		strcpy(out->engine, engine);
	if (other != NULL && !zn_json_u64(&out->operators, zn_json_get(other, "operators")))
		out->operators = 0;
	return true;
}

static void on_status_verified(struct zn_ledger_call *call, const struct zn_light_seen *seen)
{
	struct zn_ledger_status *status = call->taken;
	if (call->verify_err != ZN_ERR_OK) {
		zn_call_finish(call, call->verify_err, call->verify_detail);
		return;
	}
	if (seen == NULL) {
		zn_call_anew(call);
		return;
	}
	if (!zn_call_fresh(call, seen))
		return;
	if (strcmp(status->chain.text, call->client->light.trusted.chain.text) != 0 ||
		!zn_app_hash_root(&status->app_hash, &seen->app_hash)) {
		zn_client_caught(call->client, "its status is not that of its blocks");
		zn_call_finish(call, ZN_ERR_UNPROVEN, call->client->lie);
		return;
	}
	status->time_s = (uint64_t)seen->time.s;
	zn_client_time_heard(call->client, status->time_s);
	call->answer.status = status;
	call->answer.height = status->height;
	zn_call_finish(call, ZN_ERR_OK, NULL);
}

static void on_status(struct zn_ledger_call *call, const struct zn_rpc_reply *reply)
{
	struct zn_ledger_status *status = zn_client_memory(sizeof *status);
	free(call->taken);
	call->taken = status;
	if (reply->err != ZN_ERR_OK)
		zn_call_finish(call, reply->err, reply->detail);
	else if (!status_read(status, reply->result) || status->height > INT64_MAX)
		zn_call_finish(call, ZN_ERR_MALFORMED, "the node's status is none");
	else if (status->height == 0)
		zn_call_finish(call, ZN_ERR_NOT_FOUND, "the ledger has no block yet");
	else if (!zn_call_older(call, status->height))
		zn_call_verify(call, status->height, on_status_verified);
}

static void ask_status(struct zn_ledger_call *call)
{
	call->state_least = call->client->answered_height;
	zn_call_ask(call, "status", zn_json_object_create(), 0, on_status);
}

void zn_ledger_get_status(struct zn_ledger_call **call, struct zn_ledger_client *client,
	zn_ledger_answer_fn *fn, void *user)
{
	struct zn_ledger_call *made = zn_call_create(call, client, fn, user);
	made->ask = ask_status;
	ask_status(made);
}

/* --- transactions and blocks
 * ----------------------------------------------------------------------------- */

bool zn_answer_tx(struct zn_ledger_call *call, const struct zn_json *result)
{
	struct zn_ledger_tx *tx = zn_client_memory(sizeof *tx);
	const struct zn_json *inner = zn_json_get(result, "tx_result");
	uint64_t code;
	uint8_t *bytes = NULL;
	size_t count = 0;
	free(call->taken);
	call->taken = tx;
	if (inner == NULL || !zn_json_u64(&tx->height, zn_json_get(result, "height")) ||
		!zn_json_u64(&code, zn_json_get(inner, "code")) || code > UINT32_MAX ||
		!zn_json_base64(&bytes, &count, zn_json_get(result, "tx")))
		return false;
	tx->code = (uint32_t)code;
	zn_transaction_id(&tx->id, bytes, count);
	bool sound = zn_hash_equal(&tx->id, &call->tx_id);
	/* A block may hold bytes that are no transaction, refused as such. */
	if (sound && !zn_transaction_decode(&tx->transaction, bytes, count))
		sound = tx->code != 0;
	free(bytes);
	if (!sound)
		return false;
	call->answer.tx = tx;
	call->answer.height = tx->height;
	call->answer.refusal = (enum zn_ledger_refusal)tx->code;
	return true;
}

struct zn_json *zn_tx_params(const struct zn_hash *tx_id, uint64_t wait_ms)
{
	struct zn_json *params = zn_json_object_create();
	zn_json_add_base64(params, "hash", tx_id->bytes, sizeof tx_id->bytes);
	zn_json_add_bool(params, "prove", false);
	if (wait_ms > 0)
		zn_json_add_u64_text(params, "x_wait_ms", wait_ms);
	return params;
}

static void on_tx(struct zn_ledger_call *call, const struct zn_rpc_reply *reply)
{
	if (zn_call_waits_on(call, reply->err))
		return;
	if (reply->err != ZN_ERR_OK)
		zn_call_finish(call, reply->err, reply->detail);
	else if (!zn_answer_tx(call, reply->result))
		zn_call_finish(call, ZN_ERR_MALFORMED, "the node's answer is another transaction");
	else
		zn_call_finish(call, ZN_ERR_OK, NULL);
}

static void ask_tx(struct zn_ledger_call *call)
{
	uint64_t wait_ms = zn_call_left_ms(call);
	if (wait_ms > ZN_POLL_HELD_S * 1000)
		wait_ms = ZN_POLL_HELD_S * 1000;
	zn_call_ask(call, "tx", zn_tx_params(&call->tx_id, wait_ms), wait_ms, on_tx);
}

void zn_ledger_get_tx(struct zn_ledger_call **call, struct zn_ledger_client *client,
	const struct zn_hash *tx_id, uint64_t wait_ms, zn_ledger_answer_fn *fn, void *user)
{
	struct zn_ledger_call *made = zn_call_create(call, client, fn, user);
	zn_call_wait(made, wait_ms);
	made->tx_id = *tx_id;
	made->ask = ask_tx;
	ask_tx(made);
}

static bool block_read(struct zn_ledger_block *out, const struct zn_json *result)
{
	const struct zn_json *id = zn_json_get(result, "block_id");
	const struct zn_json *block = zn_json_get(result, "block");
	const struct zn_json *header = block != NULL ? zn_json_get(block, "header") : NULL;
	const struct zn_json *data = block != NULL ? zn_json_get(block, "data") : NULL;
	if (id == NULL || header == NULL || data == NULL)
		return false;
	const struct zn_json *txs = zn_json_get(data, "txs");
	out->txs_count = txs != NULL ? (uint32_t)zn_json_count(txs) : 0;
	return zn_json_hash(&out->hash, zn_json_get(id, "hash")) &&
	       zn_json_u64(&out->height, zn_json_get(header, "height")) &&
	       time_read(&out->time_s, zn_json_get(header, "time")) &&
	       zn_json_hash(&out->app_hash, zn_json_get(header, "app_hash"));
}

static void on_block(struct zn_ledger_call *call, const struct zn_rpc_reply *reply)
{
	struct zn_ledger_block block = {.height = 0};
	if (reply->err != ZN_ERR_OK) {
		zn_call_finish(call, reply->err, reply->detail);
		return;
	}
	if (!block_read(&block, reply->result) ||
		(call->height != 0 && block.height != call->height)) {
		zn_call_finish(call, ZN_ERR_MALFORMED, "the node's block is none");
		return;
	}
	call->answer.block = &block;
	call->answer.height = block.height;
	zn_call_finish(call, ZN_ERR_OK, NULL);
}

void zn_ledger_get_block(struct zn_ledger_call **call, struct zn_ledger_client *client,
	uint64_t height, zn_ledger_answer_fn *fn, void *user)
{
	struct zn_ledger_call *made = zn_call_create(call, client, fn, user);
	struct zn_json *params = zn_json_object_create();
	made->height = height;
	if (height > 0)
		zn_json_add_u64_text(params, "height", height);
	zn_call_ask(made, "block", params, 0, on_block);
}
