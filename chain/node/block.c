#include "chain/node/block.h"

#include "core/assert.h"

#include <string.h>

void zn_block_mark_genesis(struct zn_block_mark *out, uint64_t time_s)
{
	*out = (struct zn_block_mark){.time = {.s = (int64_t)time_s}};
	zn_empty_hash(&out->commit_hash);
	zn_empty_hash(&out->results_hash);
}

void zn_block_id_of(struct zn_block_id *out, const struct zn_header *header)
{
	*out = (struct zn_block_id){.present = true, .parts_total = 1};
	zn_header_hash(&out->hash, header);
	zn_merkle_leaf(&out->parts_hash, out->hash.bytes, sizeof out->hash.bytes);
}

void zn_block_data_hash(struct zn_hash *out, struct zn_hash *scratch, const struct zn_node_tx *txs,
	uint32_t txs_count)
{
	for (uint32_t i = 0; i < txs_count; i++)
		zn_sha256(&scratch[i], txs[i].bytes, txs[i].count);
	zn_data_hash(out, scratch, txs_count);
}

void zn_block_mark_of(struct zn_block_mark *out, const struct zn_node_block *block,
	struct zn_hash *scratch)
{
	*out = (struct zn_block_mark){.block = block->commit->block,
		.time = block->header.time,
		.next_validators_hash = block->header.next_validators_hash};
	zn_commit_hash(&out->commit_hash, block->commit);
	for (uint32_t i = 0; i < block->txs_count; i++) {
		struct zn_tx_result result = {.code = block->txs[i].code};
		zn_tx_result_leaf(&scratch[i], &result);
	}
	zn_merkle_root(&out->results_hash, scratch, block->txs_count);
}

static void front_code(struct zn_codec *codec, struct zn_header *header, struct zn_commit *commit,
	uint32_t *txs_count)
{
	zn_codec_header(codec, ZN_RECORD_BLOCK, 2);
	zn_header_code(codec, header);
	zn_commit_code(codec, commit);
	zn_codec_count(codec, txs_count, ZN_BLOCK_TXS_MAX);
}

size_t zn_node_block_encode(uint8_t *bytes, const struct zn_node_block *block)
{
	struct zn_header header = block->header;
	uint32_t txs_count = block->txs_count;
	struct zn_codec codec = zn_codec_writer(bytes, ZN_NODE_BLOCK_BYTES_MAX);
	front_code(&codec, &header, (struct zn_commit *)(uintptr_t)block->commit, &txs_count);
	for (uint32_t i = 0; i < txs_count; i++) {
		struct zn_node_tx tx = block->txs[i];
		zn_codec_u32(&codec, &tx.code);
		zn_codec_u32(&codec, &tx.count);
		zn_codec_raw(&codec, (void *)(uintptr_t)tx.bytes, tx.count);
	}
	ZN_ASSERT(zn_codec_done(&codec));
	return codec.used;
}

bool zn_block_reader_begin(struct zn_block_reader *out, const uint8_t *bytes, size_t count)
{
	memset(out, 0, sizeof *out);
	out->codec = zn_codec_reader(bytes, count);
	front_code(&out->codec, &out->header, &out->commit, &out->txs_count);
	return !out->codec.failed;
}

bool zn_block_reader_next(struct zn_node_tx *out, struct zn_block_reader *reader)
{
	struct zn_codec *codec = &reader->codec;
	if (reader->txs_read == reader->txs_count)
		return false;
	reader->txs_read++;
	zn_codec_u32(codec, &out->code);
	zn_codec_u32(codec, &out->count);
	if (codec->failed || out->count > codec->bytes_max - codec->used)
		return false;
	out->bytes = codec->bytes + codec->used;
	codec->used += out->count;
	return true;
}

bool zn_node_block_tx(struct zn_node_tx *out, const uint8_t *bytes, size_t count, uint32_t index)
{
	static struct zn_block_reader reader; /* large; one thread */
	if (!zn_block_reader_begin(&reader, bytes, count) || index >= reader.txs_count)
		return false;
	for (uint32_t i = 0; i <= index; i++)
		if (!zn_block_reader_next(out, &reader))
			return false;
	return true;
}

void zn_block_mark_code(struct zn_codec *codec, struct zn_block_mark *mark)
{
	zn_block_id_code(codec, &mark->block);
	zn_block_time_code(codec, &mark->time);
	zn_codec_hash(codec, &mark->commit_hash);
	zn_codec_hash(codec, &mark->results_hash);
	zn_codec_hash(codec, &mark->next_validators_hash);
}
