/* chain/client/query.c - entries of the state, each proven against a header, and lists, which cannot be.
 *
 * An answer speaks of the state after block H; the app hash that it must lead to is in header H + 1.
 */
#include "chain/client/client_inside.h"
#include "chain/proof/proof_record.h"
#include "core/assert.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void forget_value(struct zn_ledger_call *call)
{
	free(call->value);
	free(call->proof);
	call->value = NULL;
	call->value_bytes = 0;
	call->has_value = false;
	call->proof = NULL;
}

static void take(struct zn_ledger_call *call)
{
	enum zn_err err = call->take(call, call->has_value ? call->value : NULL, call->value_bytes);
	zn_call_finish(call, err,
		err == ZN_ERR_MALFORMED ? "the node's answer is not the record that was asked for"
					: NULL);
}

/* --- proofs
 * --------------------------------------------------------------------------------------------- */

static bool proof_read(struct zn_tree_proof *out, const struct zn_json *response)
{
	const struct zn_json *ops = zn_json_get(zn_json_get(response, "proofOps"), "ops");
	const struct zn_json *op = zn_json_at(ops, 0);
	const char *type;
	uint8_t *bytes;
	size_t count;
	if (zn_json_count(ops) != 1 || !zn_json_string(&type, zn_json_get(op, "type")) ||
		strcmp(type, ZN_STATE_PROOF_OP) != 0 ||
		!zn_json_base64(&bytes, &count, zn_json_get(op, "data")))
		return false;
	struct zn_codec reader = zn_codec_reader(bytes, count);
	zn_state_proof_code(&reader, out);
	bool sound = zn_codec_done(&reader);
	free(bytes);
	return sound;
}

static bool proof_holds(const struct zn_ledger_call *call, const struct zn_light_seen *seen)
{
	struct zn_hash root, value;
	if (!zn_app_hash_root(&root, &seen->app_hash))
		return false;
	if (call->has_value)
		zn_sha256(&value, call->value, call->value_bytes);
	return zn_tree_proof_check(&root, call->proof, &call->state_key,
		call->has_value ? &value : NULL);
}

static void on_state_verified(struct zn_ledger_call *call, const struct zn_light_seen *seen)
{
	struct zn_ledger_client *client = call->client;
	if (call->verify_err != ZN_ERR_OK) {
		zn_call_finish(call, call->verify_err, call->verify_detail);
		return;
	}
	if (seen == NULL) {
		zn_call_anew(call);
		return;
	}
	if (!proof_holds(call, seen)) {
		zn_client_caught(client, "its proof of %s at height %" PRIu64 " does not hold",
			call->path, call->answer.height);
		zn_call_finish(call, ZN_ERR_UNPROVEN, client->lie);
		return;
	}
	if (!zn_call_fresh(call, seen))
		return;
	if (call->answer.height > client->answered_height)
		client->answered_height = call->answer.height;
	zn_client_time_heard(client, (uint64_t)seen->time.s);
	take(call);
}

static void prove(struct zn_ledger_call *call, const struct zn_json *response)
{
	call->proof = zn_client_memory(sizeof *call->proof);
	if (!proof_read(call->proof, response)) {
		zn_call_finish(call, ZN_ERR_UNPROVEN,
			"the ledger node gives no proof of what it says");
		return;
	}
	/* An account that nobody paid is answered with a record; the proof says that there is none. */
	if (!call->proof->occupied || !zn_hash_equal(&call->proof->key, &call->state_key))
		call->has_value = false;
	if (!zn_call_older(call, call->answer.height))
		zn_call_verify(call, call->answer.height + 1, on_state_verified);
}

/* --- abci_query
 * ------------------------------------------------------------------------------------------ */

/* The answer's value into the call; NOT_FOUND: it says that there is none. */
static enum zn_err response_read(struct zn_ledger_call *call, const struct zn_json *response,
	const char **detail)
{
	uint64_t code = 0;
	if (response == NULL ||
		!zn_json_u64(&call->answer.height, zn_json_get(response, "height")) ||
		call->answer.height >= INT64_MAX)
		return ZN_ERR_MALFORMED;
	if (zn_json_u64(&code, zn_json_get(response, "code")) && code != 0) {
		if (!zn_json_string(detail, zn_json_get(response, "log")))
			*detail = NULL;
		return code == 1 ? ZN_ERR_NOT_FOUND : ZN_ERR_MALFORMED;
	}
	if (!zn_json_base64(&call->value, &call->value_bytes, zn_json_get(response, "value"))) {
		call->value = NULL;
		return ZN_ERR_MALFORMED;
	}
	call->has_value = true;
	return ZN_ERR_OK;
}

static void on_query(struct zn_ledger_call *call, const struct zn_rpc_reply *reply)
{
	enum zn_err err = reply->err;
	const char *detail = reply->detail;
	const struct zn_json *response = NULL;
	forget_value(call);
	if (err == ZN_ERR_OK) {
		detail = "the node's answer is none";
		response = zn_json_get(reply->result, "response");
		err = response_read(call, response, &detail);
	}
	if (zn_call_waits_on(call, err))
		return;
	if (err != ZN_ERR_OK && (err != ZN_ERR_NOT_FOUND || response == NULL))
		zn_call_finish(call, err, detail);
	else if (call->provable)
		prove(call, response);
	else
		take(call);
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
	if (call->provable)
		zn_json_add_bool(params, "prove", true);
	call->state_least = call->client->answered_height;
	if (wait_ms > 0)
		zn_json_add_u64_text(params, "x_wait_ms", wait_ms);
	if (wait_ms > 0 && call->newer_than > 0)
		zn_json_add_u64_text(params, "x_wait_height", call->newer_than + 1);
	zn_call_ask(call, "abci_query", params, wait_ms, on_query);
}

static void query_list(struct zn_ledger_call *call, const char *path, const void *data,
	size_t count,
	enum zn_err (*taker)(struct zn_ledger_call *call, const uint8_t *value, size_t count))
{
	ZN_ASSERT(count <= sizeof call->data);
	call->path = path;
	if (count > 0)
		memcpy(call->data, data, count);
	call->data_bytes = count;
	call->take = taker;
	call->ask = ask_query;
	ask_query(call);
}

/* One entry, by the id that its key is made of. */
static void query_state(struct zn_ledger_call *call, const char *path, enum zn_state_tag tag,
	const void *id, size_t count,
	enum zn_err (*taker)(struct zn_ledger_call *call, const uint8_t *value, size_t count))
{
	call->provable = true;
	zn_state_key(&call->state_key, tag, id, count);
	query_list(call, path, id, count, taker);
}

/* Decodes what was answered into call->taken and points the answer's member to it. */
#define TAKE(name, type, member)                                                                   \
	static enum zn_err take_##name(struct zn_ledger_call *call, const uint8_t *value,          \
		size_t count)                                                                      \
	{                                                                                          \
		if (value == NULL)                                                                 \
			return ZN_ERR_NOT_FOUND;                                                   \
		free(call->taken);                                                                 \
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
	free(call->taken);
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
	free(call->taken);
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
	query_state(zn_call_create(call, client, fn, user), "/params", ZN_STATE_PARAMS, NULL, 0,
		take_params);
}

void zn_ledger_get_supply(struct zn_ledger_call **call, struct zn_ledger_client *client,
	zn_ledger_answer_fn *fn, void *user)
{
	query_state(zn_call_create(call, client, fn, user), "/supply", ZN_STATE_SUPPLY, NULL, 0,
		take_supply);
}

void zn_ledger_get_account(struct zn_ledger_call **call, struct zn_ledger_client *client,
	const struct zn_account *account, zn_ledger_answer_fn *fn, void *user)
{
	struct zn_ledger_call *made = zn_call_create(call, client, fn, user);
	uint8_t id[1 + sizeof account->bytes];
	id[0] = account->scheme;
	memcpy(id + 1, account->bytes, sizeof account->bytes);
	made->sender = *account;
	query_state(made, "/account", ZN_STATE_ACCOUNT, id, sizeof id, take_account);
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
	zn_call_wait(made, wait_ms);
	query_state(made, "/channel", ZN_STATE_CHANNEL, channel_id->bytes, sizeof channel_id->bytes,
		take_this_channel);
}

void zn_ledger_wait_newer(struct zn_ledger_call **call, struct zn_ledger_client *client,
	uint64_t height, uint64_t wait_ms, zn_ledger_answer_fn *fn, void *user)
{
	struct zn_ledger_call *made = zn_call_create(call, client, fn, user);
	made->newer_than = height;
	zn_call_wait(made, wait_ms);
	query_state(made, "/supply", ZN_STATE_SUPPLY, NULL, 0, take_supply);
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
	query_state(zn_call_create(call, client, fn, user), "/job", ZN_STATE_JOB, job_id->bytes,
		sizeof job_id->bytes, take_this_job);
}

/* A list: the query's own walk makes the data. */
#define LIST(what, type, walk, where, taker)                                                       \
	void zn_ledger_list_##what(struct zn_ledger_call **call, struct zn_ledger_client *client,  \
		const type *wanted, zn_ledger_answer_fn *fn, void *user)                           \
	{                                                                                          \
		uint8_t data[256];                                                                 \
		type copy = *wanted;                                                               \
		struct zn_codec codec = zn_codec_writer(data, sizeof data);                        \
		walk(&codec, &copy);                                                               \
		ZN_ASSERT(zn_codec_done(&codec));                                                  \
		query_list(zn_call_create(call, client, fn, user), where, data, codec.used,        \
			taker);                                                                    \
	}

LIST(jobs, struct zn_jobs_query, zn_jobs_query_code, "/jobs", take_job_page)
LIST(channels, struct zn_channels_query, zn_channels_query_code, "/channels", take_channel_page)
LIST(history, struct zn_history_query, zn_history_query_code, "/history", take_history_page)
