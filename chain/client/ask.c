/* chain/client/ask.c - questions: status, entries of the state, lists, blocks, transactions. */
#include "chain/client/client.h"

#include "chain/client/client_inside.h"
#include "core/assert.h"
#include "io/clock.h"

#include <stdlib.h>
#include <string.h>

static void wait_until(struct zn_ledger_call *call, uint64_t wait_ms)
{
	if (wait_ms > 0)
		call->deadline_ns = zn_clock_monotonic_ns() + wait_ms * 1000000;
}

/* A call that waits takes "not there" and "cannot be reached" for "not yet". */
static bool waits_on(struct zn_ledger_call *call, enum zn_err err)
{
	bool unreachable = err == ZN_ERR_UNREACHABLE || err == ZN_ERR_CLOSED;
	if ((err != ZN_ERR_NOT_FOUND && !unreachable) || zn_call_left_ms(call) == 0)
		return false;
	zn_call_again(call, unreachable ? ZN_CLIENT_RETRY_MS : ZN_CLIENT_POLL_MS);
	return true;
}

/* --- status
 * --------------------------------------------------------------------------------------------- */

static bool status_read(struct zn_ledger_status *out, const struct zn_json *result)
{
	const struct zn_json *info = zn_json_get(result, "node_info");
	const struct zn_json *sync = zn_json_get(result, "sync_info");
	const struct zn_json *other = info != NULL ? zn_json_get(info, "other") : NULL;
	const char *chain, *engine;
	if (info == NULL || sync == NULL || !zn_json_string(&chain, zn_json_get(info, "network")) ||
		!zn_chain_id_make(&out->chain, chain) ||
		!zn_json_u64(&out->height, zn_json_get(sync, "latest_block_height")) ||
		!zn_answer_time(&out->time_s, zn_json_get(sync, "latest_block_time")) ||
		!zn_answer_hash(&out->app_hash, zn_json_get(sync, "latest_app_hash")))
		return false;
	if (other != NULL && zn_json_string(&engine, zn_json_get(other, "engine")) &&
		strlen(engine) < sizeof out->engine)
		strcpy(out->engine, engine);
	if (other != NULL && !zn_json_u64(&out->operators, zn_json_get(other, "operators")))
		out->operators = 0;
	return true;
}

static void on_status(struct zn_ledger_call *call, const struct zn_rpc_reply *reply)
{
	struct zn_ledger_status status = {.height = 0};
	if (reply->err != ZN_ERR_OK) {
		zn_call_finish(call, reply->err, reply->detail);
		return;
	}
	if (!status_read(&status, reply->result)) {
		zn_call_finish(call, ZN_ERR_MALFORMED, "the node's status is none");
		return;
	}
	zn_client_time_heard(call->client, status.time_s);
	call->answer.status = &status;
	call->answer.height = status.height;
	zn_call_finish(call, ZN_ERR_OK, NULL);
}

void zn_ledger_get_status(struct zn_ledger_call **call, struct zn_ledger_client *client,
	zn_ledger_answer_fn *fn, void *user)
{
	zn_call_ask(zn_call_create(call, client, fn, user), "status", zn_json_object_create(), 0,
		on_status);
}

/* --- abci_query
 * ------------------------------------------------------------------------------------------ */

static void on_query(struct zn_ledger_call *call, const struct zn_rpc_reply *reply)
{
	uint8_t *value = NULL;
	size_t count = 0;
	uint64_t code = 0;
	enum zn_err err = reply->err;
	const char *detail = reply->detail;
	if (err == ZN_ERR_OK) {
		const struct zn_json *response = zn_json_get(reply->result, "response");
		if (response == NULL ||
			!zn_json_u64(&call->answer.height, zn_json_get(response, "height"))) {
			zn_call_finish(call, ZN_ERR_MALFORMED, "the node's answer is none");
			return;
		}
		detail = NULL;
		if (zn_json_u64(&code, zn_json_get(response, "code")) && code != 0) {
			err = code == 1 ? ZN_ERR_NOT_FOUND : ZN_ERR_MALFORMED;
			if (!zn_json_string(&detail, zn_json_get(response, "log")))
				detail = NULL;
		} else if (!zn_json_base64(&value, &count, zn_json_get(response, "value"))) {
			err = ZN_ERR_MALFORMED;
		}
	}
	if (waits_on(call, err)) {
		free(value);
		return;
	}
	if (err == ZN_ERR_OK || err == ZN_ERR_NOT_FOUND) {
		enum zn_err taken = call->take(call, err == ZN_ERR_OK ? value : NULL, count);
		if (taken == ZN_ERR_MALFORMED)
			detail = "the node's answer is not the record that was asked for";
		err = taken;
	}
	free(value);
	zn_call_finish(call, err, detail);
}

static void ask_query(struct zn_ledger_call *call)
{
	char hex[2 * sizeof call->data + 1];
	struct zn_json *params = zn_json_object_create();
	uint64_t wait_ms = zn_call_left_ms(call);
	if (wait_ms > ZN_POLL_HELD_S * 1000)
		wait_ms = ZN_POLL_HELD_S * 1000;
	zn_hex_write(hex, call->data, call->data_bytes);
	zn_json_add_string(params, "path", call->path);
	zn_json_add_string(params, "data", hex);
	if (wait_ms > 0)
		zn_json_add_u64_text(params, "x_wait_ms", wait_ms);
	if (wait_ms > 0 && call->newer_than > 0)
		zn_json_add_u64_text(params, "x_wait_height", call->newer_than + 1);
	zn_call_ask(call, "abci_query", params, wait_ms, on_query);
}

static void query(struct zn_ledger_call *call, const char *path, const void *data, size_t count,
	enum zn_err (*take)(struct zn_ledger_call *call, const uint8_t *value, size_t count))
{
	ZN_ASSERT(count <= sizeof call->data);
	call->path = path;
	if (count > 0)
		memcpy(call->data, data, count);
	call->data_bytes = count;
	call->take = take;
	call->ask = ask_query;
	ask_query(call);
}

/* Decodes what was answered into call->taken and points the answer's member to it. */
#define TAKE(name, type, member)                                                                   \
	static enum zn_err take_##name(struct zn_ledger_call *call, const uint8_t *value,          \
		size_t count)                                                                      \
	{                                                                                          \
		if (value == NULL)                                                                 \
			return ZN_ERR_NOT_FOUND;                                                   \
		type *taken = zn_client_memory(sizeof *taken);                                     \
		call->taken = taken;                                                               \
		if (!zn_##name##_decode(taken, value, count))                                      \
			return ZN_ERR_MALFORMED;                                                   \
		call->answer.member = taken;                                                       \
		return ZN_ERR_OK;                                                                  \
	}

TAKE(supply, struct zn_supply, supply)
TAKE(channel, struct zn_channel, channel)
TAKE(job, struct zn_job, job)
TAKE(job_page, struct zn_job_page, jobs)
TAKE(channel_page, struct zn_channel_page, channels)
TAKE(history_page, struct zn_history_page, history)

static enum zn_err take_params(struct zn_ledger_call *call, const uint8_t *value, size_t count)
{
	struct zn_ledger_client *client = call->client;
	if (value == NULL)
		return ZN_ERR_NOT_FOUND;
	struct zn_ledger_params *taken = zn_client_memory(sizeof *taken);
	call->taken = taken;
	if (!zn_ledger_params_decode(taken, value, count))
		return ZN_ERR_MALFORMED;
	client->params = *taken;
	client->knows_params = true;
	call->answer.params = taken;
	return ZN_ERR_OK;
}

static enum zn_err take_account(struct zn_ledger_call *call, const uint8_t *value, size_t count)
{
	struct zn_account_state *taken = zn_client_memory(sizeof *taken);
	call->taken = taken;
	taken->account = call->sender;
	if (value != NULL && (!zn_account_state_decode(taken, value, count) ||
				     !zn_account_equal(&taken->account, &call->sender)))
		return ZN_ERR_MALFORMED;
	call->answer.account = taken;
	return ZN_ERR_OK;
}

void zn_ledger_get_params(struct zn_ledger_call **call, struct zn_ledger_client *client,
	zn_ledger_answer_fn *fn, void *user)
{
	query(zn_call_create(call, client, fn, user), "/params", NULL, 0, take_params);
}

void zn_ledger_get_supply(struct zn_ledger_call **call, struct zn_ledger_client *client,
	zn_ledger_answer_fn *fn, void *user)
{
	query(zn_call_create(call, client, fn, user), "/supply", NULL, 0, take_supply);
}

void zn_ledger_get_account(struct zn_ledger_call **call, struct zn_ledger_client *client,
	const struct zn_account *account, zn_ledger_answer_fn *fn, void *user)
{
	struct zn_ledger_call *made = zn_call_create(call, client, fn, user);
	uint8_t id[1 + sizeof account->bytes];
	id[0] = account->scheme;
	memcpy(id + 1, account->bytes, sizeof account->bytes);
	made->sender = *account;
	query(made, "/account", id, sizeof id, take_account);
}

/* The channel that was asked for, and no other. */
static enum zn_err take_this_channel(struct zn_ledger_call *call, const uint8_t *value,
	size_t count)
{
	enum zn_err err = take_channel(call, value, count);
	if (err == ZN_ERR_OK &&
		memcmp(call->answer.channel->id.bytes, call->data, call->data_bytes) != 0) {
		call->answer.channel = NULL;
		return ZN_ERR_MALFORMED;
	}
	return err;
}

void zn_ledger_get_channel(struct zn_ledger_call **call, struct zn_ledger_client *client,
	const struct zn_hash *channel_id, uint64_t wait_ms, zn_ledger_answer_fn *fn, void *user)
{
	struct zn_ledger_call *made = zn_call_create(call, client, fn, user);
	wait_until(made, wait_ms);
	query(made, "/channel", channel_id->bytes, sizeof channel_id->bytes, take_this_channel);
}

void zn_ledger_wait_newer(struct zn_ledger_call **call, struct zn_ledger_client *client,
	uint64_t height, uint64_t wait_ms, zn_ledger_answer_fn *fn, void *user)
{
	struct zn_ledger_call *made = zn_call_create(call, client, fn, user);
	made->newer_than = height;
	wait_until(made, wait_ms);
	query(made, "/supply", NULL, 0, take_supply);
}

static enum zn_err take_this_job(struct zn_ledger_call *call, const uint8_t *value, size_t count)
{
	enum zn_err err = take_job(call, value, count);
	if (err == ZN_ERR_OK &&
		memcmp(call->answer.job->id.bytes, call->data, call->data_bytes) != 0) {
		call->answer.job = NULL;
		return ZN_ERR_MALFORMED;
	}
	return err;
}

void zn_ledger_get_job(struct zn_ledger_call **call, struct zn_ledger_client *client,
	const struct zn_hash *job_id, zn_ledger_answer_fn *fn, void *user)
{
	query(zn_call_create(call, client, fn, user), "/job", job_id->bytes, sizeof job_id->bytes,
		take_this_job);
}

/* A list: the query's own walk makes the data. */
#define LIST(what, type, walk, where, take)                                                        \
	void zn_ledger_list_##what(struct zn_ledger_call **call, struct zn_ledger_client *client,  \
		const type *wanted, zn_ledger_answer_fn *fn, void *user)                           \
	{                                                                                          \
		uint8_t data[256];                                                                 \
		type copy = *wanted;                                                               \
		struct zn_codec codec = zn_codec_writer(data, sizeof data);                        \
		walk(&codec, &copy);                                                               \
		ZN_ASSERT(zn_codec_done(&codec));                                                  \
		query(zn_call_create(call, client, fn, user), where, data, codec.used, take);      \
	}

LIST(jobs, struct zn_jobs_query, zn_jobs_query_code, "/jobs", take_job_page)
LIST(channels, struct zn_channels_query, zn_channels_query_code, "/channels", take_channel_page)
LIST(history, struct zn_history_query, zn_history_query_code, "/history", take_history_page)

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
	if (waits_on(call, reply->err))
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
	wait_until(made, wait_ms);
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
	return zn_answer_hash(&out->hash, zn_json_get(id, "hash")) &&
	       zn_json_u64(&out->height, zn_json_get(header, "height")) &&
	       zn_answer_time(&out->time_s, zn_json_get(header, "time")) &&
	       zn_answer_hash(&out->app_hash, zn_json_get(header, "app_hash"));
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
