/* chain/node/rpc_block.c - block, block_results, header, commit, validators in CometBFT's shapes. */
#include "chain/node/rpc_inside.h"

#include "core/assert.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void add_hash(struct zn_json *object, const char *key, const struct zn_hash *hash)
{
	zn_json_add_hex_upper(object, key, hash->bytes, sizeof hash->bytes);
}

/* RFC 3339 with as many decimals as there are, as Go writes it. */
void zn_rpc_add_time(struct zn_json *object, const char *key, const struct zn_block_time *time)
{
	char text[64];
	struct tm parts;
	time_t seconds = (time_t)time->s;
	gmtime_r(&seconds, &parts);
	size_t used = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
	if (time->ns != 0) {
		used += (size_t)snprintf(text + used, sizeof text - used, ".%09" PRIu32, time->ns);
		while (text[used - 1] == '0')
			used--;
	}
	strcpy(text + used, "Z");
	zn_json_add_string(object, key, text);
}

bool zn_rpc_block_load(struct zn_block_reader *out, const struct zn_rpc *rpc, uint64_t height)
{
	const uint8_t *bytes;
	size_t count;
	return zn_node_store_block_get(&bytes, &count, rpc->store, height) &&
	       zn_block_reader_begin(out, bytes, count);
}

/* The block that a request names; absent: the latest. An error when there is none. */
static bool load(struct zn_block_reader *out, struct zn_rpc_error *error, bool *wait,
	const struct zn_rpc *rpc, const struct zn_rpc_request *request)
{
	uint64_t latest = zn_application_head(rpc->application)->height;
	uint64_t height = request->height == 0 ? latest : request->height;
	if (zn_rpc_block_load(out, rpc, height))
		return true;
	*wait = height > latest;
	if (height > 0 && height <= latest)
		return zn_rpc_fail(error, ZN_RPC_INTERNAL,
			"height %" PRIu64 " is not available, lowest height is %" PRIu64, height,
			zn_node_store_earliest(rpc->store));
	return zn_rpc_fail(error, ZN_RPC_INTERNAL,
		"height %" PRIu64 " must be from 1 to the latest, %" PRIu64, height, latest);
}

static struct zn_json *block_id_json(const struct zn_block_id *id)
{
	struct zn_json *object = zn_json_object_create(), *parts = zn_json_object_create();
	zn_json_add_hex_upper(object, "hash", id->hash.bytes,
		id->present ? sizeof id->hash.bytes : 0);
	zn_json_add_number(parts, "total", id->parts_total);
	zn_json_add_hex_upper(parts, "hash", id->parts_hash.bytes,
		id->present ? sizeof id->parts_hash.bytes : 0);
	zn_json_add(object, "parts", parts);
	return object;
}

static struct zn_json *header_json(const struct zn_header *header)
{
	struct zn_json *object = zn_json_object_create(), *version = zn_json_object_create();
	zn_json_add_u64_text(version, "block", header->block_version);
	zn_json_add_u64_text(version, "app", header->app_version);
	zn_json_add(object, "version", version);
	zn_json_add_string(object, "chain_id", header->chain.text);
	zn_json_add_u64_text(object, "height", header->height);
	zn_rpc_add_time(object, "time", &header->time);
	zn_json_add(object, "last_block_id", block_id_json(&header->last_block));
	add_hash(object, "last_commit_hash", &header->last_commit_hash);
	add_hash(object, "data_hash", &header->data_hash);
	add_hash(object, "validators_hash", &header->validators_hash);
	add_hash(object, "next_validators_hash", &header->next_validators_hash);
	add_hash(object, "consensus_hash", &header->consensus_hash);
	zn_json_add_hex_upper(object, "app_hash", header->app_hash.bytes, header->app_hash.count);
	add_hash(object, "last_results_hash", &header->last_results_hash);
	add_hash(object, "evidence_hash", &header->evidence_hash);
	zn_json_add_hex_upper(object, "proposer_address", header->proposer,
		sizeof header->proposer);
	return object;
}

static struct zn_json *commit_json(const struct zn_commit *commit)
{
	struct zn_json *object = zn_json_object_create(), *list = zn_json_array_create();
	zn_json_add_u64_text(object, "height", commit->height);
	zn_json_add_number(object, "round", commit->round);
	zn_json_add(object, "block_id", block_id_json(&commit->block));
	for (uint32_t i = 0; i < commit->votes_count; i++) {
		const struct zn_commit_vote *vote = &commit->votes[i];
		struct zn_json *one = zn_json_object_create();
		zn_json_add_number(one, "block_id_flag", vote->flag);
		zn_json_add_hex_upper(one, "validator_address", vote->address,
			sizeof vote->address);
		zn_rpc_add_time(one, "timestamp", &vote->time);
		zn_json_add_base64(one, "signature", vote->signature.bytes,
			sizeof vote->signature.bytes);
		zn_json_add(list, NULL, one);
	}
	zn_json_add(object, "signatures", list);
	return object;
}

struct zn_json *zn_rpc_answer_block(struct zn_rpc_error *error, bool *wait, struct zn_rpc *rpc,
	const struct zn_rpc_request *request)
{
	static struct zn_block_reader reader, before;
	static const struct zn_commit no_commit;
	struct zn_node_tx tx;
	if (!load(&reader, error, wait, rpc, request))
		return NULL;
	struct zn_json *result = zn_json_object_create(), *block = zn_json_object_create();
	struct zn_json *evidence = zn_json_object_create(), *data = zn_json_object_create(),
		       *txs = zn_json_array_create();
	while (zn_block_reader_next(&tx, &reader))
		zn_json_add_base64(txs, NULL, tx.bytes, tx.count);
	zn_json_add(data, "txs", txs);
	zn_json_add(result, "block_id", block_id_json(&reader.commit.block));
	zn_json_add(block, "header", header_json(&reader.header));
	zn_json_add(block, "data", data);
	zn_json_add(evidence, "evidence", zn_json_array_create());
	zn_json_add(block, "evidence", evidence);
	bool any = zn_rpc_block_load(&before, rpc, reader.header.height - 1);
	zn_json_add(block, "last_commit", commit_json(any ? &before.commit : &no_commit));
	zn_json_add(result, "block", block);
	return result;
}

struct zn_json *zn_rpc_answer_block_results(struct zn_rpc_error *error, bool *wait,
	struct zn_rpc *rpc, const struct zn_rpc_request *request)
{
	static struct zn_block_reader reader;
	struct zn_node_tx tx;
	if (!load(&reader, error, wait, rpc, request))
		return NULL;
	struct zn_json *result = zn_json_object_create(), *results = zn_json_array_create();
	zn_json_add_u64_text(result, "height", reader.header.height);
	while (zn_block_reader_next(&tx, &reader))
		zn_json_add(results, NULL, zn_rpc_tx_result(tx.code));
	zn_json_add(result, "txs_results", results);
	zn_json_add(result, "finalize_block_events", zn_json_array_create());
	zn_json_add(result, "validator_updates", zn_json_array_create());
	return result;
}

struct zn_json *zn_rpc_answer_header(struct zn_rpc_error *error, bool *wait, struct zn_rpc *rpc,
	const struct zn_rpc_request *request)
{
	static struct zn_block_reader reader;
	if (!load(&reader, error, wait, rpc, request))
		return NULL;
	struct zn_json *result = zn_json_object_create();
	zn_json_add(result, "header", header_json(&reader.header));
	return result;
}

struct zn_json *zn_rpc_answer_commit(struct zn_rpc_error *error, bool *wait, struct zn_rpc *rpc,
	const struct zn_rpc_request *request)
{
	static struct zn_block_reader reader;
	if (!load(&reader, error, wait, rpc, request))
		return NULL;
	struct zn_json *result = zn_json_object_create(), *header = zn_json_object_create();
	zn_json_add(header, "header", header_json(&reader.header));
	zn_json_add(header, "commit", commit_json(&reader.commit));
	zn_json_add(result, "signed_header", header);
	zn_json_add_bool(result, "canonical",
		reader.header.height < zn_application_head(rpc->application)->height);
	return result;
}

struct zn_json *zn_rpc_validator_json(const struct zn_validator *validator)
{
	struct zn_json *object = zn_json_object_create(), *key = zn_json_object_create();
	zn_json_add_hex_upper(object, "address", validator->address, sizeof validator->address);
	zn_json_add_string(key, "type", "tendermint/PubKeySecp256k1");
	zn_json_add_base64(key, "value", validator->key.bytes, sizeof validator->key.bytes);
	zn_json_add(object, "pub_key", key);
	zn_json_add_u64_text(object, "voting_power", validator->power);
	return object;
}

/* One operator: the same set at every height, and one page. */
struct zn_json *zn_rpc_answer_validators(struct zn_rpc_error *error, bool *wait, struct zn_rpc *rpc,
	const struct zn_rpc_request *request)
{
	static struct zn_block_reader reader;
	if (!load(&reader, error, wait, rpc, request))
		return NULL;
	const struct zn_validator_set *set = &zn_solo_signer(rpc->solo)->set;
	struct zn_json *result = zn_json_object_create(), *list = zn_json_array_create();
	zn_json_add_u64_text(result, "block_height", reader.header.height);
	for (uint32_t i = 0; i < set->count; i++) {
		struct zn_json *one = zn_rpc_validator_json(&set->list[i]);
		zn_json_add_string(one, "proposer_priority", "0");
		zn_json_add(list, NULL, one);
	}
	zn_json_add(result, "validators", list);
	zn_json_add_u64_text(result, "count", set->count);
	zn_json_add_u64_text(result, "total", set->count);
	return result;
}
