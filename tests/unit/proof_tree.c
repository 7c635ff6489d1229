/* tests/unit/proof_tree.c - the state tree: incremental is rebuilt, proofs hold, lies do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chain/proof/tree.h"

static struct zn_hash number_hash(uint32_t number)
{
	struct zn_hash hash;
	zn_sha256(&hash, &number, sizeof number);
	return hash;
}

/* The definition, straight: the root of the keys that share the first `depth` bits. */
static void plain_root(struct zn_hash *out, const struct zn_hash *keys,
	const struct zn_hash *values, const bool *present, size_t count, const struct zn_hash *path,
	unsigned int depth)
{
	size_t found = 0, last = 0;
	for (size_t i = 0; i < count; i++) {
		bool here = present[i];
		for (unsigned int d = 0; d < depth && here; d++)
			here = ((keys[i].bytes[d / 8] ^ path->bytes[d / 8]) >> (7 - d % 8) & 1) ==
			       0;
		if (here) {
			found++;
			last = i;
		}
	}
	if (found == 0) {
		memset(out, 0, sizeof *out);
		return;
	}
	if (found == 1) {
		uint8_t leaf[65] = {0};
		memcpy(leaf + 1, keys[last].bytes, 32);
		memcpy(leaf + 33, values[last].bytes, 32);
		zn_sha256(out, leaf, sizeof leaf);
		return;
	}
	struct zn_hash side = *path, left, right;
	side.bytes[depth / 8] &= (uint8_t) ~(0x80u >> depth % 8);
	plain_root(&left, keys, values, present, count, &side, depth + 1);
	side.bytes[depth / 8] |= (uint8_t)(0x80u >> depth % 8);
	plain_root(&right, keys, values, present, count, &side, depth + 1);
	zn_merkle_node(out, &left, &right);
}

static void the_root_is_what_the_definition_says(void **state)
{
	enum { COUNT = 40 };
	struct zn_hash keys[COUNT], values[COUNT], path = {{0}}, expected, root;
	bool present[COUNT] = {false};
	uint32_t random = 1;
	struct zn_tree *tree = zn_tree_create();
	(void)state;
	for (uint32_t i = 0; i < COUNT; i++)
		keys[i] = values[i] = number_hash(i);
	/* Two keys that share 90 bits, one a neighbour of another in its last bit. */
	memcpy(keys[1].bytes, keys[0].bytes, 12);
	keys[3] = keys[2];
	keys[3].bytes[31] ^= 1;
	for (int step = 0; step < 400; step++) {
		random = random * 1664525 + 1013904223;
		uint32_t i = (random >> 8) % COUNT;
		if ((random >> 20) % 3 == 0) {
			assert_int_equal(zn_tree_delete(tree, &keys[i]), present[i]);
			present[i] = false;
		} else {
			values[i] = number_hash(random);
			assert_true(zn_tree_put(tree, &keys[i], &values[i]));
			present[i] = true;
		}
		plain_root(&expected, keys, values, present, COUNT, &path, 0);
		zn_tree_root(&root, tree);
		assert_memory_equal(root.bytes, expected.bytes, 32);
	}
	for (uint32_t i = 0; i < COUNT; i++)
		zn_tree_delete(tree, &keys[i]);
	zn_tree_root(&root, tree);
	assert_true(zn_hash_is_zero(&root));
	assert_int_equal(zn_tree_count(tree), 0);
	zn_tree_destroy(tree);
}

static void the_root_does_not_depend_on_the_order(void **state)
{
	struct zn_tree *up = zn_tree_create(), *down = zn_tree_create();
	struct zn_hash key, a, b;
	(void)state;
	for (uint32_t i = 0; i < 2000; i++) {
		key = number_hash(i);
		assert_true(zn_tree_put(up, &key, &key));
		key = number_hash(2499 - i);
		assert_true(zn_tree_put(down, &key, &key));
	}
	for (uint32_t i = 0; i < 500; i++) { /* 500..1999 stay in both */
		key = number_hash(i);
		assert_true(zn_tree_delete(up, &key));
		key = number_hash(2000 + i);
		assert_true(zn_tree_delete(down, &key));
	}
	zn_tree_root(&a, up);
	zn_tree_root(&b, down);
	assert_memory_equal(a.bytes, b.bytes, 32);
	assert_int_equal(zn_tree_count(up), 1500);
	zn_tree_destroy(up);
	zn_tree_destroy(down);
}

static void presence_and_absence_are_proven_and_lies_are_not(void **state)
{
	struct zn_tree *tree = zn_tree_create();
	static struct zn_tree_proof proof, lie;
	struct zn_hash key, other, root;
	(void)state;
	key = number_hash(5);
	zn_tree_root(&root, tree);
	zn_tree_prove(&proof, tree, &key);
	assert_true(zn_tree_proof_check(&root, &proof, &key, NULL)); /* of an empty tree */
	for (uint32_t i = 0; i < 1000; i++) {
		key = number_hash(i);
		other = number_hash(i + 100000);
		assert_true(zn_tree_put(tree, &key, &other));
	}
	zn_tree_root(&root, tree);
	for (uint32_t i = 0; i < 1100; i++) {
		key = number_hash(i);
		other = number_hash(i + 100000);
		const struct zn_hash *value = i < 1000 ? &other : NULL;
		const struct zn_hash *wrong = i < 1000 ? NULL : &other;
		zn_tree_prove(&proof, tree, &key);
		assert_true(zn_tree_proof_check(&root, &proof, &key, value));
		assert_false(zn_tree_proof_check(&root, &proof, &key, wrong));
		assert_false(zn_tree_proof_check(&root, &proof, &key, &key));
		lie = proof;
		lie.siblings[i % proof.siblings_count].bytes[i % 32] ^= 1;
		assert_false(zn_tree_proof_check(&root, &lie, &key, value));
		lie = proof;
		lie.siblings_count--;
		assert_false(zn_tree_proof_check(&root, &lie, &key, value));
		lie = proof;
		lie.siblings_count = ZN_TREE_DEPTH_MAX + 1;
		assert_false(zn_tree_proof_check(&root, &lie, &key, value));
		lie = proof;
		lie.occupied = !lie.occupied;
		assert_false(zn_tree_proof_check(&root, &lie, &key, NULL) && value != NULL);
	}
	zn_tree_destroy(tree);
}

static void a_snapshot_stays_what_it_was(void **state)
{
	enum { COUNT = 300, STEPS = 4000, KEPT = 8 };
	struct zn_tree *tree = zn_tree_create(), *kept[KEPT] = {NULL};
	struct zn_hash roots[KEPT];
	uint32_t random = 1;
	(void)state;
	for (uint32_t step = 0; step < STEPS; step++) {
		random = random * 1664525 + 1013904223;
		struct zn_hash key = number_hash((random >> 8) % COUNT),
			       value = number_hash(random);
		if (step % 3 == 0)
			zn_tree_delete(tree, &key);
		else
			assert_true(zn_tree_put(tree, &key, &value));
		if (step % 50 != 0)
			continue;
		uint32_t at = step / 50 % KEPT;
		zn_tree_destroy(kept[at]);
		kept[at] = zn_tree_snapshot(tree);
		zn_tree_root(&roots[at], kept[at]);
		for (uint32_t i = 0; i < KEPT; i++) {
			struct zn_hash root;
			struct zn_tree_proof proof;
			if (kept[i] == NULL)
				continue;
			zn_tree_root(&root, kept[i]);
			assert_memory_equal(root.bytes, roots[i].bytes, sizeof root.bytes);
			zn_tree_prove(&proof, kept[i], &key);
			bool there = proof.occupied && zn_hash_equal(&proof.key, &key);
			assert_true(zn_tree_proof_check(&roots[i], &proof, &key,
				there ? &proof.value : NULL));
		}
	}
	for (uint32_t i = 0; i < KEPT; i++)
		zn_tree_destroy(kept[i]);
	zn_tree_destroy(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_root_is_what_the_definition_says),
		cmocka_unit_test(the_root_does_not_depend_on_the_order),
		cmocka_unit_test(presence_and_absence_are_proven_and_lies_are_not),
		cmocka_unit_test(a_snapshot_stays_what_it_was),
	};
	return cmocka_run_group_tests_name("proof_tree", tests, NULL, NULL);
}
