/* tests/unit/ledger_block.c - blocks: expiry, empty ones, rebuilding, genesis, damage. */
#include "tests/unit/ledger_scene.h"

#include <string.h>

static void an_empty_block_changes_nothing(void **state)
{
	struct scene scene;
	struct zn_hash before, after;
	(void)state;
	scene_start(&scene);
	scene.world.time_s += 100000; /* a job has expired meanwhile */
	zn_ledger_app_hash(&before, scene.world.ledger);
	world_idle(&scene.world, 3);
	zn_ledger_app_hash(&after, scene.world.ledger);
	assert_memory_equal(before.bytes, after.bytes, 32);
	world_finish(&scene.world);
}

struct counted {
	unsigned int jobs;
};

static void count_jobs(void *user, const struct zn_hash *key, const struct zn_state_value *value)
{
	struct counted *counted = user;
	(void)key;
	counted->jobs += value->data[0] == ZN_RECORD_JOB_STATE;
}

static unsigned int jobs_in_state(const struct world *world)
{
	struct counted counted = {0};
	const struct zn_store *store = zn_memory_store_view(world->memory);
	store->each(store->user, count_jobs, &counted);
	return counted.jobs;
}

static void expired_jobs_leave_the_state_with_the_next_transaction(void **state)
{
	struct world world;
	(void)state;
	world_start(&world, ZN_FEE_ZAT_PER_BYTE);
	for (int i = 0; i < ZN_EXPIRIES_PER_BLOCK_MAX + 10; i++) {
		struct zn_transaction announce = {.kind = ZN_TX_ANNOUNCE,
			.body.announce = world_announcement(world.time_s + 10 + (i % 3))};
		assert_int_equal(world_do(&world, &announce, 0), ZN_LEDGER_OK);
	}
	assert_int_equal(jobs_in_state(&world), ZN_EXPIRIES_PER_BLOCK_MAX + 10);
	struct zn_transaction transfer = {.kind = ZN_TX_TRANSFER,
		.body.transfer = {world.accounts[3], {XEN}}};
	world.time_s += 9;
	assert_int_equal(world_do(&world, &transfer, 0), ZN_LEDGER_OK);
	assert_int_equal(jobs_in_state(&world), ZN_EXPIRIES_PER_BLOCK_MAX + 10);
	world.time_s += 100;
	assert_int_equal(world_do(&world, &transfer, 0), ZN_LEDGER_OK);
	assert_int_equal(jobs_in_state(&world), 10); /* a block removes so many at most */
	/* A ledger that was started anew removes the same ones. */
	struct zn_ledger *again;
	struct zn_hash a, b;
	assert_int_equal(zn_ledger_create(&again, zn_memory_store_view(world.memory),
				 zn_ledger_height(world.ledger), world.time_s),
		ZN_LEDGER_SOUND);
	uint8_t bytes[ZN_TX_BYTES_MAX];
	enum zn_ledger_refusal result;
	struct zn_block_tx tx = {bytes, world_sign(&world, bytes, &transfer, 0), false};
	struct zn_block block = {zn_ledger_height(again) + 1, world.time_s, 1, &tx};
	zn_ledger_finalize(again, &result, &block);
	zn_ledger_app_hash(&a, again);
	assert_int_equal(world_block(&world, tx.bytes, tx.count), ZN_LEDGER_OK);
	zn_ledger_app_hash(&b, world.ledger);
	assert_memory_equal(a.bytes, b.bytes, 32);
	assert_int_equal(jobs_in_state(&world), 0);
	zn_ledger_destroy(again);
	world_finish(&world);
}

static void one_block_sees_its_own_transactions_in_order(void **state)
{
	struct world world;
	static uint8_t bytes[3][ZN_TX_BYTES_MAX];
	enum zn_ledger_refusal results[3];
	struct zn_block_tx txs[3];
	(void)state;
	world_start(&world, ZN_FEE_ZAT_PER_BYTE);
	/* 0 pays 3, who passes half of it on to 4 in the same block; a repeat is refused. */
	struct zn_transaction pay = {.kind = ZN_TX_TRANSFER,
		.body.transfer = {world.accounts[3], {10 * XEN}}};
	struct zn_transaction pass = {.kind = ZN_TX_TRANSFER,
		.body.transfer = {world.accounts[4], {5 * XEN}}};
	txs[0] = (struct zn_block_tx){bytes[0], world_sign(&world, bytes[0], &pay, 0), false};
	txs[1] = (struct zn_block_tx){bytes[1], world_sign(&world, bytes[1], &pass, 3), false};
	txs[2] = txs[0];
	struct zn_block block = {1, world.time_s, 3, txs};
	zn_ledger_finalize(world.ledger, results, &block);
	zn_memory_store_commit(world.memory, zn_ledger_changes(world.ledger));
	zn_ledger_commit(world.ledger);
	assert_int_equal(results[0], ZN_LEDGER_OK);
	assert_int_equal(results[1], ZN_LEDGER_OK);
	assert_int_equal(results[2], ZN_LEDGER_NONCE_USED);
	assert_int_equal(world_account(&world, 4).balance.zat, 5 * XEN);
	world_finish(&world);
}

static void a_genesis_must_add_up_and_name_nobody_twice(void **state)
{
	struct world world;
	(void)state;
	world_start(&world, 10);
	struct zn_genesis genesis = world.genesis;
	assert_int_equal(zn_genesis_check(&genesis), ZN_GENESIS_OK);
	genesis.allocations[0].amount.zat++;
	assert_int_equal(zn_genesis_check(&genesis), ZN_GENESIS_SUM);
	genesis.allocations[0].amount.zat = ZN_AMOUNT_MAX_ZAT;
	genesis.allocations[1].amount.zat = ZN_AMOUNT_MAX_ZAT;
	assert_int_equal(zn_genesis_check(&genesis), ZN_GENESIS_SUM);
	genesis = world.genesis;
	genesis.allocations[1].account = genesis.allocations[0].account;
	assert_int_equal(zn_genesis_check(&genesis), ZN_GENESIS_TWICE);
	genesis = world.genesis;
	genesis.allocations[1].amount.zat = 0;
	assert_int_equal(zn_genesis_check(&genesis), ZN_GENESIS_EMPTY_ALLOCATION);
	genesis.allocations_count = 0;
	assert_int_equal(zn_genesis_check(&genesis), ZN_GENESIS_NO_ALLOCATION);
	genesis.grace_s_min = ZN_GRACE_S_MAX + 1;
	assert_int_equal(zn_genesis_check(&genesis), ZN_GENESIS_GRACE);
	genesis.fee_zat_per_byte = ZN_GENESIS_FEE_ZAT_MAX + 1;
	assert_int_equal(zn_genesis_check(&genesis), ZN_GENESIS_FEE);
	genesis.chain.text[0] = '\0';
	assert_int_equal(zn_genesis_check(&genesis), ZN_GENESIS_CHAIN);
	world_finish(&world);
}

static void a_damaged_state_is_found_at_start(void **state)
{
	struct world world;
	struct zn_ledger *ledger;
	(void)state;
	for (int how = 0; how < 3; how++) {
		world_start(&world, 10);
		const struct zn_store *store = zn_memory_store_view(world.memory);
		struct zn_overlay *damage = zn_overlay_create(store);
		struct zn_state_value value;
		struct zn_hash key;
		zn_state_key_account(&key, &world.accounts[0]);
		assert_true(zn_overlay_get(damage, &value, &key));
		if (how == 0)
			value.data[30]++; /* another balance */
		else if (how == 1)
			value.bytes--;
		else
			zn_state_key(&key, ZN_STATE_SUPPLY, NULL, 0);
		if (how == 2)
			zn_overlay_delete(damage, &key);
		else
			zn_overlay_put(damage, &key, &value);
		zn_memory_store_commit(world.memory, damage);
		zn_overlay_destroy(damage);
		static const enum zn_ledger_fault faults[] = {ZN_LEDGER_FAULT_TOTALS,
			ZN_LEDGER_FAULT_RECORD, ZN_LEDGER_FAULT_NO_STATE};
		assert_int_equal(zn_ledger_create(&ledger, store, 0, world.time_s), faults[how]);
		assert_null(ledger);
		world_finish(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_block_changes_nothing),
		cmocka_unit_test(expired_jobs_leave_the_state_with_the_next_transaction),
		cmocka_unit_test(one_block_sees_its_own_transactions_in_order),
		cmocka_unit_test(a_genesis_must_add_up_and_name_nobody_twice),
		cmocka_unit_test(a_damaged_state_is_found_at_start),
	};
	return cmocka_run_group_tests_name("ledger_block", tests, NULL, NULL);
}
