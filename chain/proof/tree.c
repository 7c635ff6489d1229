#include "chain/proof/tree.h"

#include "core/assert.h"

#include <stdlib.h>
#include <string.h>

struct node {
	struct zn_hash hash; /* of a leaf, or of an inner node that is not stale */
	bool is_leaf;
	bool stale;
	union {
		struct node *child[2];
		struct {
			struct zn_hash key, value;
		} leaf;
	} as;
};

struct zn_tree {
	struct node *root; /* NULL: empty */
	size_t count;
};

static int bit_at(const struct zn_hash *key, unsigned int depth)
{
	return (key->bytes[depth / 8] >> (7 - depth % 8)) & 1;
}

static void leaf_hash(struct zn_hash *out, const struct zn_hash *key, const struct zn_hash *value)
{
	uint8_t bytes[1 + 2 * ZN_HASH_BYTES] = {0};
	memcpy(bytes + 1, key->bytes, ZN_HASH_BYTES);
	memcpy(bytes + 1 + ZN_HASH_BYTES, value->bytes, ZN_HASH_BYTES);
	zn_sha256(out, bytes, sizeof bytes);
}

static void leaf_value_set(struct node *leaf, const struct zn_hash *value)
{
	leaf->as.leaf.value = *value;
	leaf_hash(&leaf->hash, &leaf->as.leaf.key, value);
}

struct zn_tree *zn_tree_create(void)
{
	return calloc(1, sizeof(struct zn_tree));
}

static void node_destroy(struct node *node)
{
	if (node == NULL)
		return;
	if (!node->is_leaf) {
		node_destroy(node->as.child[0]);
		node_destroy(node->as.child[1]);
	}
	free(node);
}

void zn_tree_destroy(struct zn_tree *tree)
{
	if (tree == NULL)
		return;
	node_destroy(tree->root);
	free(tree);
}

size_t zn_tree_count(const struct zn_tree *tree)
{
	return tree->count;
}

/* Where the path of `key` ends: at a leaf or at nothing. Inner nodes passed are noted in `path`. */
static struct node **descend(struct zn_tree *tree, const struct zn_hash *key,
	struct node *path[ZN_TREE_DEPTH_MAX], unsigned int *depth)
{
	struct node **at = &tree->root;
	for (*depth = 0; *at != NULL && !(*at)->is_leaf; (*depth)++) {
		ZN_ASSERT(*depth < ZN_TREE_DEPTH_MAX);
		path[*depth] = *at;
		at = &(*at)->as.child[bit_at(key, *depth)];
	}
	return at;
}

static void mark_stale(struct node *const path[], unsigned int depth)
{
	for (unsigned int i = 0; i < depth; i++)
		path[i]->stale = true;
}

/* Inner nodes from `depth` to the first bit in which the two leaves differ, put in place of the old
 * one. All or none. */
static bool split(struct node **at, struct node *old, struct node *added, unsigned int depth)
{
	struct node *top = NULL;
	struct node **hook = &top;
	for (unsigned int d = depth;; d++) {
		ZN_ASSERT(d < ZN_TREE_DEPTH_MAX);
		struct node *inner = calloc(1, sizeof *inner);
		if (inner == NULL) {
			node_destroy(top);
			return false;
		}
		inner->stale = true;
		*hook = inner;
		int side = bit_at(&added->as.leaf.key, d);
		if (side != bit_at(&old->as.leaf.key, d)) {
			inner->as.child[side] = added;
			inner->as.child[1 - side] = old;
			*at = top;
			return true;
		}
		hook = &inner->as.child[side];
	}
}

bool zn_tree_put(struct zn_tree *tree, const struct zn_hash *key, const struct zn_hash *value)
{
	struct node *path[ZN_TREE_DEPTH_MAX];
	unsigned int depth;
	struct node **at = descend(tree, key, path, &depth);
	if (*at != NULL && zn_hash_equal(&(*at)->as.leaf.key, key)) {
		if (zn_hash_equal(&(*at)->as.leaf.value, value))
			return true;
		leaf_value_set(*at, value);
		mark_stale(path, depth);
		return true;
	}
	struct node *leaf = calloc(1, sizeof *leaf);
	if (leaf == NULL)
		return false;
	leaf->is_leaf = true;
	leaf->as.leaf.key = *key;
	leaf_value_set(leaf, value);
	if (*at == NULL) {
		*at = leaf;
	} else if (!split(at, *at, leaf, depth)) {
		free(leaf);
		return false;
	}
	mark_stale(path, depth);
	tree->count++;
	return true;
}

bool zn_tree_delete(struct zn_tree *tree, const struct zn_hash *key)
{
	struct node *path[ZN_TREE_DEPTH_MAX];
	unsigned int depth;
	struct node **at = descend(tree, key, path, &depth);
	if (*at == NULL || !zn_hash_equal(&(*at)->as.leaf.key, key))
		return false;
	free(*at);
	*at = NULL;
	tree->count--;
	/* An inner node that has one leaf below it and nothing else gives way to the leaf. */
	while (depth > 0) {
		struct node *inner = path[depth - 1];
		struct node *left = inner->as.child[0], *right = inner->as.child[1];
		struct node *only = left == NULL ? right : left;
		if ((left != NULL && right != NULL) || (only != NULL && !only->is_leaf))
			break;
		depth--;
		struct node **place = depth == 0
					      ? &tree->root
					      : &path[depth - 1]->as.child[bit_at(key, depth - 1)];
		*place = only;
		free(inner);
	}
	mark_stale(path, depth);
	return true;
}

static void node_hash(struct zn_hash *out, struct node *node)
{
	if (node == NULL) {
		memset(out, 0, sizeof *out);
		return;
	}
	if (!node->is_leaf && node->stale) {
		struct zn_hash left, right;
		node_hash(&left, node->as.child[0]);
		node_hash(&right, node->as.child[1]);
		zn_merkle_node(&node->hash, &left, &right);
		node->stale = false;
	}
	*out = node->hash;
}

void zn_tree_root(struct zn_hash *out, struct zn_tree *tree)
{
	node_hash(out, tree->root);
}

void zn_tree_prove(struct zn_tree_proof *out, struct zn_tree *tree, const struct zn_hash *key)
{
	struct node *path[ZN_TREE_DEPTH_MAX];
	struct zn_hash root;
	memset(out, 0, sizeof *out);
	node_hash(&root, tree->root);
	struct node *const *at = descend(tree, key, path, &out->siblings_count);
	for (unsigned int i = 0; i < out->siblings_count; i++)
		node_hash(&out->siblings[i], path[i]->as.child[1 - bit_at(key, i)]);
	if (*at != NULL) {
		out->occupied = true;
		out->key = (*at)->as.leaf.key;
		out->value = (*at)->as.leaf.value;
	}
}

static bool prefix_equal(const struct zn_hash *a, const struct zn_hash *b, unsigned int bits)
{
	for (unsigned int i = 0; i < bits; i++)
		if (bit_at(a, i) != bit_at(b, i))
			return false;
	return true;
}

bool zn_tree_proof_check(const struct zn_hash *root, const struct zn_tree_proof *proof,
	const struct zn_hash *key, const struct zn_hash *value)
{
	struct zn_hash hash = {{0}};
	unsigned int depth = proof->siblings_count;
	if (depth > ZN_TREE_DEPTH_MAX)
		return false;
	if (proof->occupied) {
		/* The leaf must be able to sit at the end of this path. */
		if (!prefix_equal(&proof->key, key, depth))
			return false;
		leaf_hash(&hash, &proof->key, &proof->value);
	}
	bool same = proof->occupied && zn_hash_equal(&proof->key, key);
	if (value == NULL ? same : !same || !zn_hash_equal(&proof->value, value))
		return false;
	while (depth-- > 0) {
		const struct zn_hash *sibling = &proof->siblings[depth];
		if (bit_at(key, depth) == 0)
			zn_merkle_node(&hash, &hash, sibling);
		else
			zn_merkle_node(&hash, sibling, &hash);
	}
	return zn_hash_equal(&hash, root);
}
