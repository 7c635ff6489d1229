#include "chain/proof/header.h"

#include "chain/proof/header_inside.h"
#include "core/assert.h"

#include <string.h>

#define LEAVES 14

int zn_block_time_compare(const struct zn_block_time *a, const struct zn_block_time *b)
{
	if (a->s != b->s)
		return a->s < b->s ? -1 : 1;
	return a->ns < b->ns ? -1 : a->ns > b->ns;
}

bool zn_block_id_equal(const struct zn_block_id *a, const struct zn_block_id *b)
{
	if (!a->present || !b->present)
		return a->present == b->present;
	return zn_hash_equal(&a->hash, &b->hash) && a->parts_total == b->parts_total &&
	       zn_hash_equal(&a->parts_hash, &b->parts_hash);
}

void zn_app_hash_of_root(struct zn_app_hash *out, const struct zn_hash *root)
{
	out->count = ZN_HASH_BYTES;
	memcpy(out->bytes, root->bytes, ZN_HASH_BYTES);
}

bool zn_app_hash_root(struct zn_hash *out, const struct zn_app_hash *app_hash)
{
	if (app_hash->count != ZN_HASH_BYTES)
		return false;
	memcpy(out->bytes, app_hash->bytes, ZN_HASH_BYTES);
	return true;
}

/* --- preimages
 * ------------------------------------------------------------------------------------------ */

void zn_proto_time(struct zn_proto *out, const struct zn_block_time *time)
{
	zn_proto_u64(out, 1, (uint64_t)time->s);
	zn_proto_u64(out, 2, time->ns);
}

void zn_proto_block_id(struct zn_proto *out, const struct zn_block_id *id)
{
	struct zn_proto parts = {.used = 0};
	if (id->present) {
		zn_proto_bytes(out, 1, id->hash.bytes, sizeof id->hash.bytes);
		zn_proto_u64(&parts, 1, id->parts_total);
		zn_proto_bytes(&parts, 2, id->parts_hash.bytes, sizeof id->parts_hash.bytes);
	}
	zn_proto_message(out, 2, &parts);
}

static void leaf_of(struct zn_hash *out, const struct zn_proto *content)
{
	zn_merkle_leaf(out, content->bytes, content->used);
}

static void leaf_bytes(struct zn_hash *out, const void *bytes, size_t count)
{
	struct zn_proto content = {.used = 0};
	zn_proto_bytes(&content, 1, bytes, count);
	leaf_of(out, &content);
}

static void leaf_hash(struct zn_hash *out, const struct zn_hash *hash)
{
	leaf_bytes(out, hash->bytes, sizeof hash->bytes);
}

void zn_header_hash(struct zn_hash *out, const struct zn_header *header)
{
	struct zn_hash leaves[LEAVES];
	struct zn_proto version = {.used = 0}, height = {.used = 0}, time = {.used = 0},
			last = {.used = 0};
	zn_proto_u64(&version, 1, header->block_version);
	zn_proto_u64(&version, 2, header->app_version);
	zn_proto_u64(&height, 1, header->height);
	zn_proto_time(&time, &header->time);
	zn_proto_block_id(&last, &header->last_block);
	leaf_of(&leaves[0], &version);
	leaf_bytes(&leaves[1], header->chain.text, strlen(header->chain.text));
	leaf_of(&leaves[2], &height);
	leaf_of(&leaves[3], &time);
	leaf_of(&leaves[4], &last);
	leaf_hash(&leaves[5], &header->last_commit_hash);
	leaf_hash(&leaves[6], &header->data_hash);
	leaf_hash(&leaves[7], &header->validators_hash);
	leaf_hash(&leaves[8], &header->next_validators_hash);
	leaf_hash(&leaves[9], &header->consensus_hash);
	ZN_ASSERT(header->app_hash.count <= sizeof header->app_hash.bytes);
	leaf_bytes(&leaves[10], header->app_hash.bytes, header->app_hash.count);
	leaf_hash(&leaves[11], &header->last_results_hash);
	leaf_hash(&leaves[12], &header->evidence_hash);
	leaf_bytes(&leaves[13], header->proposer, sizeof header->proposer);
	zn_merkle_root(out, leaves, LEAVES);
}

void zn_empty_hash(struct zn_hash *out)
{
	zn_sha256(out, "", 0);
}

void zn_data_hash(struct zn_hash *out, struct zn_hash *tx_ids, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct zn_hash id = tx_ids[i];
		zn_merkle_leaf(&tx_ids[i], id.bytes, sizeof id.bytes);
	}
	zn_merkle_root(out, tx_ids, count);
}

void zn_consensus_hash(struct zn_hash *out, uint64_t block_bytes_max, int64_t gas_max)
{
	struct zn_proto params = {.used = 0};
	zn_proto_u64(&params, 1, block_bytes_max);
	zn_proto_u64(&params, 2, (uint64_t)gas_max);
	zn_sha256(out, params.bytes, params.used);
}

void zn_tx_result_leaf(struct zn_hash *out, const struct zn_tx_result *result)
{
	struct zn_proto content = {.used = 0};
	zn_proto_u64(&content, 1, result->code);
	zn_proto_u64(&content, 5, (uint64_t)result->gas_wanted);
	zn_proto_u64(&content, 6, (uint64_t)result->gas_used);
	leaf_of(out, &content);
}

/* --- records
 * -------------------------------------------------------------------------------------------- */

void zn_block_time_code(struct zn_codec *codec, struct zn_block_time *time)
{
	uint64_t s = (uint64_t)time->s;
	zn_codec_u64(codec, &s);
	zn_codec_u32(codec, &time->ns);
	if (codec->reading)
		time->s = (int64_t)s;
	if (time->ns >= 1000000000)
		zn_codec_fail(codec);
}

void zn_block_id_code(struct zn_codec *codec, struct zn_block_id *id)
{
	zn_codec_bool(codec, &id->present);
	if (codec->failed || !id->present) {
		if (codec->reading)
			*id = (struct zn_block_id){.present = false};
		return;
	}
	zn_codec_hash(codec, &id->hash);
	zn_codec_u32(codec, &id->parts_total);
	zn_codec_hash(codec, &id->parts_hash);
}

void zn_header_code(struct zn_codec *codec, struct zn_header *header)
{
	zn_codec_header(codec, ZN_RECORD_HEADER, 1);
	zn_codec_u64(codec, &header->block_version);
	zn_codec_u64(codec, &header->app_version);
	zn_codec_chain_id(codec, &header->chain);
	zn_codec_u64(codec, &header->height);
	zn_block_time_code(codec, &header->time);
	zn_block_id_code(codec, &header->last_block);
	zn_codec_hash(codec, &header->last_commit_hash);
	zn_codec_hash(codec, &header->data_hash);
	zn_codec_hash(codec, &header->validators_hash);
	zn_codec_hash(codec, &header->next_validators_hash);
	zn_codec_hash(codec, &header->consensus_hash);
	zn_codec_range_u8(codec, &header->app_hash.count, 0, ZN_HASH_BYTES);
	if (codec->failed)
		return;
	zn_codec_raw(codec, header->app_hash.bytes, header->app_hash.count);
	zn_codec_hash(codec, &header->last_results_hash);
	zn_codec_hash(codec, &header->evidence_hash);
	zn_codec_raw(codec, header->proposer, sizeof header->proposer);
}
