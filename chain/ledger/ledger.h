/* chain/ledger/ledger.h - the coin's state machine: blocks in, results and the app hash out.
 *
 * Takes  blocks of transactions (chain/tx) from an engine, solo or CometBFT
 * Gives  changes to a store, which the caller makes durable, and the root that commits to all of it
 *
 * Pure: no I/O, no clock. The order is CometBFT's: finalize, (the caller stores what changed),
 * commit. A process that dies in between starts again from the store, at the block before.
 */
#ifndef ZN_CHAIN_LEDGER_LEDGER_H
#define ZN_CHAIN_LEDGER_LEDGER_H

#include "chain/ledger/execute.h"
#include "chain/ledger/genesis.h"
#include "chain/ledger/store.h"
#include "chain/proof/tree.h"

struct zn_ledger;

/** What is wrong with a stored state. */
#define ZN_LEDGER_FAULTS(X)                                                                        \
	X(NO_STATE, "the ledger's state is empty or unreadable")                                   \
	X(RECORD, "an entry of the ledger's state is damaged")                                     \
	X(SUM, "the ledger's coins do not add up to the supply")                                   \
	X(TOTALS, "the ledger's totals are not what its accounts and channels hold")

enum zn_ledger_fault {
	ZN_LEDGER_SOUND,
#define X(name, sentence) ZN_LEDGER_FAULT_##name,
	ZN_LEDGER_FAULTS(X)
#undef X
};
const char *zn_ledger_fault_sentence(enum zn_ledger_fault fault);

/** Read the whole committed state: the tree, the expiries, the sums.
 *
 *  Returns: ZN_LEDGER_SOUND, or what is wrong; then *out is NULL.
 *  In:      store           must outlive the ledger.
 *           height, time_s  of the last committed block; genesis is height 0.
 */
enum zn_ledger_fault zn_ledger_create(struct zn_ledger **out, const struct zn_store *store,
	uint64_t height, uint64_t time_s);
void zn_ledger_destroy(struct zn_ledger *ledger);

const struct zn_ledger_params *zn_ledger_params(const struct zn_ledger *ledger);
uint64_t zn_ledger_height(const struct zn_ledger *ledger);
uint64_t zn_ledger_time_s(const struct zn_ledger *ledger);
/** Root of the state after the last finalized block. */
void zn_ledger_app_hash(struct zn_hash *out, const struct zn_ledger *ledger);

struct zn_block_tx {
	const uint8_t *bytes;
	size_t count;
	bool signature_known;
};

struct zn_block {
	uint64_t height; /* one above the last */
	uint64_t time_s; /* not before the last */
	size_t txs_count;
	const struct zn_block_tx *txs;
};

/** Execute a block. results[i] is the refusal of txs[i]; a refused one changes nothing and pays
 *  nothing. A block without transactions changes nothing. Asserts that all coins are there. */
void zn_ledger_finalize(struct zn_ledger *ledger, enum zn_ledger_refusal results[],
	const struct zn_block *block);
/** Prove that a key has a value, or none, in the state after block `height`: the committed one or one
 *  of the ZN_PROOF_HEIGHTS_KEPT before it.
 *
 *  Returns: false when that state is not kept (any more).
 *  Out:     proof, present, value  (only if present)
 */
bool zn_ledger_prove(struct zn_tree_proof *proof, bool *present, struct zn_state_value *value,
	const struct zn_ledger *ledger, const struct zn_hash *key, uint64_t height);

/** What the finalized block changed. */
const struct zn_overlay *zn_ledger_changes(const struct zn_ledger *ledger);
/** The changes are in the store now. */
void zn_ledger_commit(struct zn_ledger *ledger);

/** Begin a view over the committed state in an overlay of the caller's, as of the next block: for a
 *  mempool's checks and for choosing what fits a block. */
void zn_ledger_view_next(struct zn_ledger_view *view, struct zn_ledger *ledger,
	struct zn_overlay *scratch, uint64_t time_s);

/** Add everything up from a scan. Returns ZN_LEDGER_SOUND when the totals are right. */
enum zn_ledger_fault zn_ledger_audit(const struct zn_store *store);

#endif
