/* chain/proof/header.h - a block's header in CometBFT's format, and the hash that is voted on.
 *
 * Gives  struct zn_header  to  chain/proof/commit.h (who signed it), chain/proof/light.h (whether to
 *        believe it) and chain/node (which makes one for each block)
 *
 * The app hash of header H is the root of the state after block H - 1: what a block did is proven by
 * the header after it. docs/LEDGER.md, "Headers"; the rules were verified byte for byte against
 * CometBFT v0.39.4 (tests/vectors/cometbft). Pure: no I/O, no clock.
 */
#ifndef ZN_CHAIN_PROOF_HEADER_H
#define ZN_CHAIN_PROOF_HEADER_H

#include "core/codec.h"
#include "core/hash.h"

#include <stdbool.h>
#include <stdint.h>

#define ZN_VALIDATOR_ADDRESS_BYTES 20
#define ZN_BLOCK_VERSION           11 /* CometBFT's block protocol on v0.38 to v0.40 */

/** Seconds and nanoseconds since 1970, UTC; Go's zero time (of an absent vote) is before it. */
struct zn_block_time {
	int64_t s;
	uint32_t ns; /* below 10^9 */
};

#define ZN_BLOCK_TIME_NONE_S (-INT64_C(62135596800)) /* 0001-01-01, CometBFT's "no time" */

/** Before, equal, after: < 0, 0, > 0. */
int zn_block_time_compare(const struct zn_block_time *a, const struct zn_block_time *b);

/** What a vote is for: a header's hash, and the parts that its block was sent in. */
struct zn_block_id {
	bool present; /* false in the header of the first block: there is none before it */
	struct zn_hash hash;
	uint32_t parts_total;
	struct zn_hash parts_hash;
};

bool zn_block_id_equal(const struct zn_block_id *a, const struct zn_block_id *b);

/** Any bytes of an application, at most 32; XenCoin's are always a root of 32. */
struct zn_app_hash {
	uint8_t count;
	uint8_t bytes[ZN_HASH_BYTES];
};

void zn_app_hash_of_root(struct zn_app_hash *out, const struct zn_hash *root);
/** False when it is no root of 32 bytes. */
bool zn_app_hash_root(struct zn_hash *out, const struct zn_app_hash *app_hash)
	__attribute__((warn_unused_result));

struct zn_header {
	uint64_t block_version, app_version;
	struct zn_chain_id chain;
	uint64_t height; /* 1 and on */
	struct zn_block_time time;
	struct zn_block_id last_block;
	struct zn_hash last_commit_hash; /* zn_commit_hash of the commit of the block before */
	struct zn_hash data_hash;        /* zn_data_hash of the transactions */
	struct zn_hash validators_hash;  /* who votes on this block: zn_validators_hash */
	struct zn_hash next_validators_hash;
	struct zn_hash consensus_hash; /* zn_consensus_hash */
	struct zn_app_hash app_hash;   /* of the state before this block */
	struct zn_hash last_results_hash;
	struct zn_hash evidence_hash; /* zn_empty_hash: there was none */
	uint8_t proposer[ZN_VALIDATOR_ADDRESS_BYTES];
};

/** The block's hash: RFC 6962 root over 14 leaves, one for each field in CometBFT's order. */
void zn_header_hash(struct zn_hash *out, const struct zn_header *header);

/** SHA-256(""): the root of no leaves (no evidence, no transactions, no results, no commit). */
void zn_empty_hash(struct zn_hash *out);
/** Over the ids (SHA-256) of a block's transactions. `tx_ids` is scratch: its content is lost. */
void zn_data_hash(struct zn_hash *out, struct zn_hash *tx_ids, size_t count);
/** `gas_max` -1: no limit. */
void zn_consensus_hash(struct zn_hash *out, uint64_t block_bytes_max, int64_t gas_max);

/** What CometBFT hashes of a transaction's result; XenCoin's have a code only. */
struct zn_tx_result {
	uint32_t code;
	int64_t gas_wanted, gas_used;
};

/** The leaf of one result, and the root over them (zn_merkle_root): last_results_hash of the next
 *  header. */
void zn_tx_result_leaf(struct zn_hash *out, const struct zn_tx_result *result);

/** The record in which headers are kept: type ZN_RECORD_HEADER. */
void zn_header_code(struct zn_codec *codec, struct zn_header *header);
void zn_block_time_code(struct zn_codec *codec, struct zn_block_time *time);
void zn_block_id_code(struct zn_codec *codec, struct zn_block_id *id);

#define ZN_HEADER_RECORD_BYTES_MAX 640

#endif
