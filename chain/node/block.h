/* chain/node/block.h - a block as a node keeps it: header, commit, transactions and their results.
 *
 * Header, commit and every hash in them are CometBFT's (chain/proof/header.h); the record that they
 * are kept in is our own. docs/LEDGER.md §7.
 */
#ifndef ZN_CHAIN_NODE_BLOCK_H
#define ZN_CHAIN_NODE_BLOCK_H

#include "chain/proof/commit.h"
#include "core/limits.h"

struct zn_node_tx {
	const uint8_t *bytes; /* borrowed */
	uint32_t count;
	uint32_t code; /* enum zn_ledger_refusal */
};

struct zn_node_block {
	struct zn_header header;
	const struct zn_commit *commit; /* of this block; borrowed */
	uint32_t txs_count;
	const struct zn_node_tx *txs; /* borrowed */
};

/** What the header after a block needs to know of it. */
struct zn_block_mark {
	struct zn_block_id block; /* not present at height 0 */
	struct zn_block_time time;
	struct zn_hash commit_hash;
	struct zn_hash results_hash;
	struct zn_hash next_validators_hash; /* zero at height 0 */
};

#define ZN_NODE_BLOCK_BYTES_MAX                                                                    \
	(ZN_BLOCK_BYTES_MAX + 8 * ZN_BLOCK_TXS_MAX + ZN_HEADER_RECORD_BYTES_MAX +                  \
		ZN_COMMIT_RECORD_BYTES_MAX + 8)

/** Of genesis: there is no block yet. */
void zn_block_mark_genesis(struct zn_block_mark *out, uint64_t time_s);
/** `scratch` is for as many hashes as there are transactions. */
void zn_block_mark_of(struct zn_block_mark *out, const struct zn_node_block *block,
	struct zn_hash *scratch);
/** The id of a block of one part. Solo sends no parts: theirs is the leaf hash of the header's. */
void zn_block_id_of(struct zn_block_id *out, const struct zn_header *header);
void zn_block_data_hash(struct zn_hash *out, struct zn_hash *scratch, const struct zn_node_tx *txs,
	uint32_t txs_count);

/** Encode into `bytes` (ZN_NODE_BLOCK_BYTES_MAX); returns the bytes used. */
size_t zn_node_block_encode(uint8_t *bytes, const struct zn_node_block *block);

/** A walk over an encoded block. */
struct zn_block_reader {
	struct zn_codec codec;
	struct zn_header header;
	struct zn_commit commit;
	uint32_t txs_count, txs_read;
};

/** False if the bytes do not begin with a block's header and commit. */
bool zn_block_reader_begin(struct zn_block_reader *out, const uint8_t *bytes, size_t count)
	__attribute__((warn_unused_result));
/** The next transaction, borrowed from the bytes; false after the last, or where they are damaged. */
bool zn_block_reader_next(struct zn_node_tx *out, struct zn_block_reader *reader);
/** Transaction `index`. */
bool zn_node_block_tx(struct zn_node_tx *out, const uint8_t *bytes, size_t count, uint32_t index)
	__attribute__((warn_unused_result));

void zn_block_mark_code(struct zn_codec *codec, struct zn_block_mark *mark);

#endif
