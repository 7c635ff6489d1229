/* chain/ledger/store.h - where the ledger's state lies: what is committed, and what is not yet.
 *
 * A store is the committed state, read through two functions: LMDB in the node, memory in tests and
 * simulations. An overlay holds puts and deletions over it until somebody commits them. A store
 * that cannot read must end the program: the ledger's rules know no answer "perhaps".
 */
#ifndef ZN_CHAIN_LEDGER_STORE_H
#define ZN_CHAIN_LEDGER_STORE_H

#include "core/hash.h"
#include "core/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zn_state_value {
	uint32_t bytes;
	uint8_t data[ZN_STATE_VALUE_BYTES_MAX];
};

/** `value` NULL: deleted (only from zn_overlay_each). */
typedef void zn_store_each_fn(void *user, const struct zn_hash *key,
	const struct zn_state_value *value);

struct zn_store {
	void *user;
	/** False if the key is not there. */
	bool (*get)(void *user, struct zn_state_value *out, const struct zn_hash *key);
	/** Every entry, in any order. */
	void (*each)(void *user, zn_store_each_fn *fn, void *fn_user);
};

struct zn_overlay;

/** NULL without memory. The store must outlive it. */
struct zn_overlay *zn_overlay_create(const struct zn_store *store);
/** NULL is fine. */
void zn_overlay_destroy(struct zn_overlay *overlay);
/** Forget all changes. */
void zn_overlay_clear(struct zn_overlay *overlay);
bool zn_overlay_get(const struct zn_overlay *overlay, struct zn_state_value *out,
	const struct zn_hash *key);
/** Was this key put or deleted? */
bool zn_overlay_holds(const struct zn_overlay *overlay, const struct zn_hash *key);
void zn_overlay_put(struct zn_overlay *overlay, const struct zn_hash *key,
	const struct zn_state_value *value);
void zn_overlay_delete(struct zn_overlay *overlay, const struct zn_hash *key);
/** Every changed key with its new value, in the order in which they were first changed. */
void zn_overlay_each(const struct zn_overlay *overlay, zn_store_each_fn *fn, void *fn_user);

/* In memory, for tests and simulations: an overlay over nothing. */
struct zn_memory_store;
struct zn_memory_store *zn_memory_store_create(void);
void zn_memory_store_destroy(struct zn_memory_store *memory);
const struct zn_store *zn_memory_store_view(struct zn_memory_store *memory);
/** Take over what changed. */
void zn_memory_store_commit(struct zn_memory_store *memory, const struct zn_overlay *changes);

#endif
