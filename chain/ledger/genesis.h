/* chain/ledger/genesis.h - what a ledger begins with. The node reads it from a JSON file. */
#ifndef ZN_CHAIN_LEDGER_GENESIS_H
#define ZN_CHAIN_LEDGER_GENESIS_H

#include "chain/ledger/store.h"
#include "market/record.h"

struct zn_genesis_allocation {
	struct zn_account account;
	struct zn_amount amount;
};

struct zn_genesis {
	struct zn_chain_id chain;
	uint64_t time_s;
	uint64_t fee_zat_per_byte;
	uint32_t grace_s_min;
	uint32_t allocations_count;
	struct zn_genesis_allocation allocations[ZN_GENESIS_ALLOCATIONS_MAX];
	/* Or, of a ledger that goes on elsewhere: its whole state but the params, each value behind
	 * its length (u32), in the order of the keys. The caller's memory; NULL: none. */
	const uint8_t *entries;
	size_t entries_bytes;
};

/** Walk the entries: false at their end, or (then *sound is false) where they are none. `at` is 0 at
 *  first. */
bool zn_genesis_entry(struct zn_hash *key, struct zn_state_value *value, bool *sound, size_t *at,
	const struct zn_genesis *genesis);

/** Its content; two ledgers with one chain id and another hash are not the same. */
void zn_genesis_hash(struct zn_hash *out, const struct zn_genesis *genesis);

#define ZN_GENESIS_FEE_ZAT_MAX                                                                     \
	UINT64_C(1000000000) /* ten XEN a byte: times 8192 still an amount  \
						     */

#define ZN_GENESIS_REFUSALS(X)                                                                     \
	X(CHAIN, "chain_id must have 1 to 50 printable characters without blanks")                 \
	X(FEE, "fee_zat_per_byte is above 1,000,000,000")                                          \
	X(GRACE, "grace_s_min is longer than a year")                                              \
	X(NO_ALLOCATION, "it allocates no coins to anybody")                                       \
	X(TWICE, "it allocates coins to one account twice")                                        \
	X(EMPTY_ALLOCATION, "an allocation of no coins")                                           \
	X(BOTH, "give allocations or a state, not both")                                           \
	X(STATE, "its state is damaged, or its coins do not add up")                               \
	X(SUM, "the allocations must add up to exactly 1,000,000,000 XEN")

enum zn_genesis_refusal {
	ZN_GENESIS_OK,
#define X(name, sentence) ZN_GENESIS_##name,
	ZN_GENESIS_REFUSALS(X)
#undef X
};

enum zn_genesis_refusal zn_genesis_check(const struct zn_genesis *genesis);
const char *zn_genesis_refusal_sentence(enum zn_genesis_refusal refusal);

/** Put its state (of height 0) into an empty overlay. Of a genesis that passed the check. */
void zn_genesis_apply(struct zn_overlay *state, const struct zn_genesis *genesis);

#endif
