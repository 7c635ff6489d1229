/* chain/node/block.h - a block as a node keeps it.
 *
 * The header's hash names the block; it commits to the block before, the transactions and the state
 * before them. (Solo's own header: CometBFT's format is not made here yet, docs/LEDGER.md §9.)
 */
#ifndef ZN_CHAIN_NODE_BLOCK_H
#define ZN_CHAIN_NODE_BLOCK_H

#include "chain/tx/state.h"
#include "core/limits.h"

struct zn_block_header {
	struct zn_chain_id chain;
	uint64_t height;
	uint64_t time_s;
	struct zn_hash last_block; /* zero for the first */
	struct zn_hash app_hash;   /* of the state before this block, as in CometBFT */
	struct zn_hash data_hash;  /* RFC 6962 root over the transactions' ids, CometBFT's rule */
	uint32_t txs_count;
};
ZN_RECORD_DECLARE(block_header); /* tag "block/1" */

struct zn_node_tx {
	const uint8_t *bytes; /* borrowed */
	uint32_t count;
	uint32_t code; /* enum zn_ledger_refusal */
};

struct zn_node_block {
	struct zn_block_header header;
	const struct zn_node_tx *txs; /* header.txs_count of them, borrowed */
};

#define ZN_NODE_BLOCK_BYTES_MAX (ZN_BLOCK_BYTES_MAX + 16 * ZN_BLOCK_TXS_MAX + 512)

/** The data hash of transactions; ids is scratch for as many hashes. */
void zn_block_data_hash(struct zn_hash *out, struct zn_hash *ids, const struct zn_node_tx *txs,
	uint32_t txs_count);
/** Encode into `bytes` (ZN_NODE_BLOCK_BYTES_MAX); returns the bytes used. */
size_t zn_node_block_encode(uint8_t *bytes, const struct zn_node_block *block);
/** The header of an encoded block. */
bool zn_node_block_header(struct zn_block_header *out, const uint8_t *bytes, size_t count)
	__attribute__((warn_unused_result));
/** Transaction `index` of an encoded block, borrowed from `bytes`. */
bool zn_node_block_tx(struct zn_node_tx *out, const uint8_t *bytes, size_t count, uint32_t index)
	__attribute__((warn_unused_result));

#endif
