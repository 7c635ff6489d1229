#include "chain/node/block.h"

#include "core/assert.h"

#include <string.h>

void zn_block_header_code(struct zn_codec *codec, struct zn_block_header *header)
{
	zn_codec_header(codec, ZN_RECORD_BLOCK, 1);
	zn_codec_chain_id(codec, &header->chain);
	zn_codec_u64(codec, &header->height);
	zn_codec_u64(codec, &header->time_s);
	zn_codec_hash(codec, &header->last_block);
	zn_codec_hash(codec, &header->app_hash);
	zn_codec_hash(codec, &header->data_hash);
	zn_codec_count(codec, &header->txs_count, ZN_BLOCK_TXS_MAX);
}
ZN_RECORD_DEFINE(block_header, "block/1")

void zn_block_data_hash(struct zn_hash *out, struct zn_hash *ids, const struct zn_node_tx *txs,
	uint32_t txs_count)
{
	for (uint32_t i = 0; i < txs_count; i++) {
		struct zn_hash id;
		zn_sha256(&id, txs[i].bytes, txs[i].count);
		zn_merkle_leaf(&ids[i], id.bytes, sizeof id.bytes);
	}
	zn_merkle_root(out, ids, txs_count);
}

size_t zn_node_block_encode(uint8_t *bytes, const struct zn_node_block *block)
{
	struct zn_block_header header = block->header;
	struct zn_codec codec = zn_codec_writer(bytes, ZN_NODE_BLOCK_BYTES_MAX);
	zn_block_header_code(&codec, &header);
	for (uint32_t i = 0; i < header.txs_count; i++) {
		struct zn_node_tx tx = block->txs[i];
		zn_codec_u32(&codec, &tx.code);
		zn_codec_u32(&codec, &tx.count);
		zn_codec_raw(&codec, (void *)(uintptr_t)tx.bytes, tx.count);
	}
	ZN_ASSERT(zn_codec_done(&codec));
	return codec.used;
}

bool zn_node_block_header(struct zn_block_header *out, const uint8_t *bytes, size_t count)
{
	struct zn_codec codec = zn_codec_reader(bytes, count);
	memset(out, 0, sizeof *out);
	zn_block_header_code(&codec, out);
	return !codec.failed;
}

bool zn_node_block_tx(struct zn_node_tx *out, const uint8_t *bytes, size_t count, uint32_t index)
{
	struct zn_block_header header = {.height = 0};
	struct zn_codec codec = zn_codec_reader(bytes, count);
	zn_block_header_code(&codec, &header);
	for (uint32_t i = 0; i <= index && i < header.txs_count && !codec.failed; i++) {
		zn_codec_u32(&codec, &out->code);
		zn_codec_u32(&codec, &out->count);
		if (codec.failed || out->count > codec.bytes_max - codec.used)
			return false;
		out->bytes = codec.bytes + codec.used;
		codec.used += out->count;
	}
	return !codec.failed && index < header.txs_count;
}
