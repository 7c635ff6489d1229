/* chain/proof/tree.h - the tree that the state's root, the app hash, is the top of.
 *
 * A compact binary sparse Merkle tree over SHA-256, in memory. A key is 32 bytes, its path is its
 * bits from the most significant. leaf = SHA-256(0x00 | key | hash of the value), node =
 * SHA-256(0x01 | left | right), nothing = 32 zero bytes, and a subtree with one leaf is that leaf;
 * so the root depends on what is in it and not on the order in which it came. docs/LEDGER.md §5.
 *
 * Keys must be hashes: the depth is what the longest common prefix of two keys makes it.
 */
#ifndef ZN_CHAIN_PROOF_TREE_H
#define ZN_CHAIN_PROOF_TREE_H

#include "core/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zn_tree;

/** NULL without memory. */
struct zn_tree *zn_tree_create(void);
/** NULL is fine. */
void zn_tree_destroy(struct zn_tree *tree);

/** Add a leaf or change its value. False without memory: nothing has changed. */
bool zn_tree_put(struct zn_tree *tree, const struct zn_hash *key, const struct zn_hash *value)
	__attribute__((warn_unused_result));
/** Remove a leaf; false if it was not there. */
bool zn_tree_delete(struct zn_tree *tree, const struct zn_hash *key);
size_t zn_tree_count(const struct zn_tree *tree);

/** The root; hashes only what changed since it was last asked for. */
void zn_tree_root(struct zn_hash *out, struct zn_tree *tree);

/** The tree as it is now, to be kept while the other one changes: they share what is equal. O(1), save
 *  for hashing what changed. NULL without memory. Destroyed like any tree. */
struct zn_tree *zn_tree_snapshot(struct zn_tree *tree);

#define ZN_TREE_DEPTH_MAX 256

/** That a key has a value, or has none. */
struct zn_tree_proof {
	bool occupied;        /* another leaf or this one sits at the end of the path */
	struct zn_hash key;   /* of that leaf */
	struct zn_hash value; /* its value's hash */
	uint32_t siblings_count;
	struct zn_hash siblings[ZN_TREE_DEPTH_MAX]; /* from the root down */
};

void zn_tree_prove(struct zn_tree_proof *out, struct zn_tree *tree, const struct zn_hash *key);

/** Does `proof` show, against `root`, that `key` has the value with this hash, or (value NULL) that
 *  it has none? Hostile input: any proof is safe. */
bool zn_tree_proof_check(const struct zn_hash *root, const struct zn_tree_proof *proof,
	const struct zn_hash *key, const struct zn_hash *value);

#endif
