/* chain/node/rpc_answer.c - the result of each method, in CometBFT's shape. */
#include "chain/node/rpc_inside.h"

#include "chain/proof/proof_record.h"
#include "core/assert.h"
#include "io/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_hash(struct zn_json *object, const char *key, const struct zn_hash *hash)
{
	zn_json_add_hex_upper(object, key, hash->bytes, sizeof hash->bytes);
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
	static struct zn_block_reader block;
	struct zn_hash app_hash = head->app_hash;
	uint64_t earliest = zn_node_store_earliest(rpc->store);
	if (zn_rpc_block_load(&block, rpc, head->height))
		memcpy(app_hash.bytes, block.header.app_hash.bytes, sizeof app_hash.bytes);
	add_hash(info, "latest_block_hash", &head->mark.block.hash);
	add_hash(info, "latest_app_hash", &app_hash);
	zn_json_add_u64_text(info, "latest_block_height", head->height);
	zn_rpc_add_time(info, "latest_block_time", &head->mark.time);
	zn_json_add_u64_text(info, "earliest_block_height", earliest);
	zn_rpc_add_time(info, "earliest_block_time",
		zn_rpc_block_load(&block, rpc, earliest) ? &block.header.time : &head->mark.time);
	zn_json_add_bool(info, "catching_up", false);
	return info;
}

static struct zn_json *answer_status(struct zn_rpc_error *error, bool *wait, struct zn_rpc *rpc,
	const struct zn_rpc_request *request)
{
	struct zn_json *result = zn_json_object_create();
	(void)error;
	zn_json_add(result, "node_info", node_info(rpc));
	zn_json_add(result, "sync_info", sync_info(rpc));
	zn_json_add(result, "validator_info",
		zn_rpc_validator_json(&zn_solo_signer(rpc->solo)->set.list[0]));
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

/* --- abci_query ------------------------------------------------------------------------------- */

static struct zn_json *proof_ops(const struct zn_query_answer *answer)
{
	static uint8_t bytes[ZN_STATE_PROOF_BYTES_MAX];
	struct zn_json *object = zn_json_object_create(), *ops = zn_json_array_create(),
		       *op = zn_json_object_create();
	struct zn_tree_proof proof = answer->proof;
	struct zn_codec codec = zn_codec_writer(bytes, sizeof bytes);
	zn_state_proof_code(&codec, &proof);
	ZN_ASSERT(zn_codec_done(&codec));
	zn_json_add_string(op, "type", ZN_STATE_PROOF_OP);
	zn_json_add_base64(op, "key", answer->key.bytes, sizeof answer->key.bytes);
	zn_json_add_base64(op, "data", bytes, codec.used);
	zn_json_add(ops, NULL, op);
	zn_json_add(object, "ops", ops);
	return object;
}

static struct zn_json *answer_abci_query(struct zn_rpc_error *error, bool *wait, struct zn_rpc *rpc,
	const struct zn_rpc_request *request)
{
	static struct zn_query_answer answer; /* one at a time: one thread */
	(void)error;
	struct zn_query query = {request->path, request->data, request->data_bytes, request->height,
		request->prove};
	zn_application_query(&answer, rpc->application, &query);
	*wait = answer.height < request->wait_height || answer.code == ZN_QUERY_NOT_FOUND ||
		(answer.code == ZN_QUERY_NO_PROOF &&
			answer.height >= zn_application_provable(rpc->application));
	struct zn_json *result = zn_json_object_create(), *response = zn_json_object_create();
	zn_json_add_number(response, "code", answer.code);
	zn_json_add_string(response, "log", answer.log);
	zn_json_add_string(response, "info", "");
	zn_json_add_string(response, "index", "0");
	zn_json_add_base64(response, "key", answer.key.bytes,
		zn_hash_is_zero(&answer.key) ? 0 : sizeof answer.key.bytes);
	zn_json_add_base64(response, "value", answer.value, answer.bytes);
	if (answer.proven)
		zn_json_add(response, "proofOps", proof_ops(&answer));
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

struct zn_json *zn_rpc_tx_result(uint32_t code)
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
	zn_json_add(result, "tx_result", zn_rpc_tx_result(tx.code));
	zn_json_add_base64(result, "tx", tx.bytes, tx.count);
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
		[ZN_RPC_BLOCK] = zn_rpc_answer_block,
		[ZN_RPC_BLOCK_RESULTS] = zn_rpc_answer_block_results,
		[ZN_RPC_HEADER] = zn_rpc_answer_header,
		[ZN_RPC_COMMIT] = zn_rpc_answer_commit,
		[ZN_RPC_VALIDATORS] = zn_rpc_answer_validators,
	};
	*wait = false;
	return answers[request->method](error, wait, rpc, request);
}
