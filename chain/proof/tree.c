#include "chain/proof/tree.h"

#include "core/assert.h"

#include <stdlib.h>
#include <string.h>

/* Nodes are shared between a tree and its snapshots: one with more than one reference is never
 * changed, but replaced by a copy on the way down. */
struct node {
	struct zn_hash hash; /* of a leaf, or of an inner node that is not stale */
	uint32_t refs;
	bool is_leaf;
	bool stale;
};

struct inner {
	struct node node;
	struct node *child[2];
};

struct leaf {
	struct node node;
	struct zn_hash key, value;
};

struct zn_tree {
	struct node *root; /* NULL: empty */
	size_t count;
};

static struct inner *inner_of(struct node *node)
{
	ZN_ASSERT(!node->is_leaf);
	return (struct inner *)node;
}

static struct leaf *leaf_of(struct node *node)
{
	ZN_ASSERT(node->is_leaf);
	return (struct leaf *)node;
}

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

static struct node *leaf_create(const struct zn_hash *key, const struct zn_hash *value)
{
	struct leaf *leaf = malloc(sizeof *leaf);
	if (leaf == NULL)
		return NULL;
	*leaf = (struct leaf){.node = {.refs = 1, .is_leaf = true}, .key = *key, .value = *value};
	leaf_hash(&leaf->node.hash, key, value);
	return &leaf->node;
}

struct zn_tree *zn_tree_create(void)
{
	return calloc(1, sizeof(struct zn_tree));
}

static void node_release(struct node *node)
{
	if (node == NULL || --node->refs > 0)
		return;
	if (!node->is_leaf) {
		node_release(inner_of(node)->child[0]);
		node_release(inner_of(node)->child[1]);
	}
	free(node);
}

void zn_tree_destroy(struct zn_tree *tree)
{
	if (tree == NULL)
		return;
	node_release(tree->root);
	free(tree);
}

size_t zn_tree_count(const struct zn_tree *tree)
{
	return tree->count;
}

/* Where the path of `key` ends: at a leaf or at nothing. Inner nodes passed are noted in `path`. */
static struct node *const *descend(const struct zn_tree *tree, const struct zn_hash *key,
	struct inner *path[ZN_TREE_DEPTH_MAX], unsigned int *depth)
{
	struct node *const *at = &tree->root;
	for (*depth = 0; *at != NULL && !(*at)->is_leaf; (*depth)++) {
		ZN_ASSERT(*depth < ZN_TREE_DEPTH_MAX);
		path[*depth] = inner_of(*at);
		at = &path[*depth]->child[bit_at(key, *depth)];
	}
	return at;
}

/* An inner node of this tree alone, in place of one that a snapshot has too. */
static bool own(struct node **at)
{
	struct inner *old = inner_of(*at);
	if (old->node.refs == 1)
		return true;
	struct inner *copy = malloc(sizeof *copy);
	if (copy == NULL)
		return false;
	*copy = *old;
	copy->node.refs = 1;
	for (int side = 0; side < 2; side++)
		if (copy->child[side] != NULL)
			copy->child[side]->refs++;
	old->node.refs--;
	*at = &copy->node;
	return true;
}

/* The same, with every node of the path this tree's own. NULL without memory; then nothing that
 * anybody sees has changed. */
static struct node **descend_owning(struct zn_tree *tree, const struct zn_hash *key,
	struct inner *path[ZN_TREE_DEPTH_MAX], unsigned int *depth)
{
	struct node **at = &tree->root;
	for (*depth = 0; *at != NULL && !(*at)->is_leaf; (*depth)++) {
		ZN_ASSERT(*depth < ZN_TREE_DEPTH_MAX);
		if (!own(at))
			return NULL;
		path[*depth] = inner_of(*at);
		at = &path[*depth]->child[bit_at(key, *depth)];
	}
	return at;
}

static void mark_stale(struct inner *const path[], unsigned int depth)
{
	for (unsigned int i = 0; i < depth; i++)
		path[i]->node.stale = true;
}

/* Inner nodes from `depth` to the first bit in which the two leaves differ, put in place of the old
 * one. All or none. */
static bool split(struct node **at, struct node *added, unsigned int depth)
{
	struct node *top = NULL, *old = *at;
	struct node **hook = &top;
	for (unsigned int d = depth;; d++) {
		ZN_ASSERT(d < ZN_TREE_DEPTH_MAX);
		struct inner *inner = malloc(sizeof *inner);
		if (inner == NULL) {
			node_release(top);
			return false;
		}
		*inner = (struct inner){.node = {.refs = 1, .stale = true}};
		*hook = &inner->node;
		int side = bit_at(&leaf_of(added)->key, d);
		if (side != bit_at(&leaf_of(old)->key, d)) {
			inner->child[side] = added;
			inner->child[1 - side] = old;
			*at = top;
			return true;
		}
		hook = &inner->child[side];
	}
}

bool zn_tree_put(struct zn_tree *tree, const struct zn_hash *key, const struct zn_hash *value)
{
	struct inner *path[ZN_TREE_DEPTH_MAX];
	unsigned int depth;
	struct node **at = descend_owning(tree, key, path, &depth);
	if (at == NULL)
		return false;
	bool same = *at != NULL && zn_hash_equal(&leaf_of(*at)->key, key);
	if (same && zn_hash_equal(&leaf_of(*at)->value, value))
		return true;
	struct node *leaf = leaf_create(key, value);
	if (leaf == NULL)
		return false;
	if (!same && *at != NULL && !split(at, leaf, depth)) {
		node_release(leaf);
		return false;
	}
	if (same)
		node_release(*at);
	if (same || *at == NULL)
		*at = leaf;
	mark_stale(path, depth);
	tree->count += !same;
	return true;
}

bool zn_tree_delete(struct zn_tree *tree, const struct zn_hash *key)
{
	struct inner *path[ZN_TREE_DEPTH_MAX];
	unsigned int depth;
	struct node *const *found = descend(tree, key, path, &depth);
	if (*found == NULL || !zn_hash_equal(&leaf_of(*found)->key, key))
		return false;
	struct node **at = descend_owning(tree, key, path, &depth);
	ZN_ASSERT(at != NULL); /* without memory a node stops, as from kill -9 */
	node_release(*at);
	*at = NULL;
	tree->count--;
	/* An inner node that has one leaf below it and nothing else gives way to the leaf. */
	while (depth > 0) {
		struct inner *inner = path[depth - 1];
		struct node *left = inner->child[0], *right = inner->child[1];
		struct node *only = left == NULL ? right : left;
		if ((left != NULL && right != NULL) || (only != NULL && !only->is_leaf))
			break;
		depth--;
		struct node **place =
			depth == 0 ? &tree->root : &path[depth - 1]->child[bit_at(key, depth - 1)];
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
		node_hash(&left, inner_of(node)->child[0]);
		node_hash(&right, inner_of(node)->child[1]);
		zn_merkle_node(&node->hash, &left, &right);
		node->stale = false;
	}
	*out = node->hash;
}

void zn_tree_root(struct zn_hash *out, struct zn_tree *tree)
{
	node_hash(out, tree->root);
}

struct zn_tree *zn_tree_snapshot(struct zn_tree *tree)
{
	struct zn_tree *snapshot = malloc(sizeof *snapshot);
	struct zn_hash root;
	if (snapshot == NULL)
		return NULL;
	node_hash(&root, tree->root); /* shared nodes are never stale */
	*snapshot = *tree;
	if (tree->root != NULL)
		tree->root->refs++;
	return snapshot;
}

void zn_tree_prove(struct zn_tree_proof *out, struct zn_tree *tree, const struct zn_hash *key)
{
	struct inner *path[ZN_TREE_DEPTH_MAX];
	struct zn_hash root;
	memset(out, 0, sizeof *out);
	node_hash(&root, tree->root);
	struct node *const *at = descend(tree, key, path, &out->siblings_count);
	for (unsigned int i = 0; i < out->siblings_count; i++)
		node_hash(&out->siblings[i], path[i]->child[1 - bit_at(key, i)]);
	if (*at != NULL) {
		out->occupied = true;
		out->key = leaf_of(*at)->key;
		out->value = leaf_of(*at)->value;
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
