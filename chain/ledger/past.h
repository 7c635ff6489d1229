/* chain/ledger/past.h - the last few states, for proofs at recent heights.
 *
 * What a block did is proven by the header after it; so while blocks come one after the other, what
 * can be proven is a state that is no longer the newest. Kept in memory: for each of the last
 * ZN_PROOF_HEIGHTS_KEPT blocks the tree before it, sharing what is equal, and the values that it
 * changed. Gone with the process.
 */
#ifndef ZN_CHAIN_LEDGER_PAST_H
#define ZN_CHAIN_LEDGER_PAST_H

#include "chain/ledger/store.h"
#include "chain/proof/tree.h"
#include "core/limits.h"

struct zn_past_state {
	uint64_t height;
	struct zn_tree *tree;      /* NULL: not used */
	struct zn_overlay *values; /* of the keys that the next block changed, as they were */
};

struct zn_past {
	struct zn_past_state states[ZN_PROOF_HEIGHTS_KEPT]; /* by height, modulo */
};

/** Keep the state of `height`, which `changes` (not yet in the store) will change. */
void zn_past_keep(struct zn_past *past, uint64_t height, struct zn_tree *tree,
	const struct zn_store *store, const struct zn_overlay *changes);
/** NULL: not kept. */
const struct zn_past_state *zn_past_find(const struct zn_past *past, uint64_t height);
/** A value as it was at `height`, a kept one. `now` is the height of the store. */
bool zn_past_get(const struct zn_past *past, struct zn_state_value *out, uint64_t height,
	uint64_t now, const struct zn_store *store, const struct zn_hash *key);
void zn_past_finish(struct zn_past *past);

#endif
