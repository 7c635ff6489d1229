/* tests/unit/ledger_bond.c - bonds: put up, asked back, back after three weeks. */
#include "tests/unit/ledger_scene.h"

#include <string.h>

#define CHANGE(name, ...)                                                                          \
	static void name(struct scene *scene)                                                      \
	{                                                                                          \
		__VA_ARGS__;                                                                       \
	}

CHANGE(base_bond, scene->tx.kind = ZN_TX_BOND; scene->tx.body.bond.zat = XEN)
CHANGE(bond_nothing, scene->tx.body.bond.zat = 0)
CHANGE(bond_all,
	scene->tx.body.bond.zat = world_account(&scene->world, 0).balance.zat - scene->tx.fee.zat)
CHANGE(bond_more, bond_all(scene); scene->tx.body.bond.zat++)
CHANGE(bond_largest, scene->tx.body.bond.zat = ZN_AMOUNT_MAX_ZAT)

static void bond(void **state)
{
	static const struct row rows[] = {
		{"as it is", NULL, ZN_LEDGER_OK},
		{"nothing", bond_nothing, ZN_LEDGER_NO_AMOUNT},
		{"all it has", bond_all, ZN_LEDGER_OK},
		{"a zat more", bond_more, ZN_LEDGER_NO_FUNDS},
		{"the largest amount", bond_largest, ZN_LEDGER_NO_FUNDS},
	};
	(void)state;
	ROWS_RUN(base_bond, rows);
}

static void bond_first(struct scene *scene)
{
	struct zn_transaction tx = {.kind = ZN_TX_BOND, .body.bond = {5 * XEN}};
	assert_int_equal(world_do(&scene->world, &tx, 0), ZN_LEDGER_OK);
}

CHANGE(base_unbond, bond_first(scene); scene->tx.kind = ZN_TX_UNBOND;
	scene->tx.body.unbond.zat = XEN)
CHANGE(unbond_nothing, scene->tx.body.unbond.zat = 0)
CHANGE(unbond_all, scene->tx.body.unbond.zat = 5 * XEN)
CHANGE(unbond_more, scene->tx.body.unbond.zat = 5 * XEN + 1)

static void unbond(void **state)
{
	static const struct row rows[] = {
		{"as it is", NULL, ZN_LEDGER_OK},
		{"nothing", unbond_nothing, ZN_LEDGER_NO_AMOUNT},
		{"all of it", unbond_all, ZN_LEDGER_OK},
		{"a zat more than bonded", unbond_more, ZN_LEDGER_NO_BOND},
		{"by who has no bond", by_other, ZN_LEDGER_NO_BOND},
		{"fee above balance", fee_above_all, ZN_LEDGER_NO_FUNDS},
	};
	(void)state;
	ROWS_RUN(base_unbond, rows);
}

struct counted {
	unsigned int bonds, unbondings;
};

static void count(void *user, const struct zn_hash *key, const struct zn_state_value *value)
{
	struct counted *counted = user;
	(void)key;
	counted->bonds += value->data[0] == ZN_RECORD_BOND_STATE;
	counted->unbondings += value->data[0] == ZN_RECORD_UNBONDING_STATE;
}

static struct counted counted(const struct world *world)
{
	struct counted result = {0};
	const struct zn_store *store = zn_memory_store_view(world->memory);
	store->each(store->user, count, &result);
	return result;
}

static void unbonded_coins_come_back_after_three_weeks_and_can_be_spent_at_once(void **state)
{
	struct world world;
	(void)state;
	world_start(&world, ZN_FEE_ZAT_PER_BYTE);
	uint64_t all = 100 * XEN;
	struct zn_transaction tx = {.kind = ZN_TX_BOND};
	tx.body.bond.zat = all - 5000; /* keeps what two fees cost */
	assert_int_equal(world_do(&world, &tx, 2), ZN_LEDGER_OK);
	uint64_t bonded = all - 5000, left = 5000 - tx.fee.zat;
	assert_int_equal(world_supply(&world).bonds.zat, bonded);
	struct zn_transaction unbond = {.kind = ZN_TX_UNBOND};
	unbond.body.unbond.zat = bonded;
	assert_int_equal(world_do(&world, &unbond, 2), ZN_LEDGER_OK);
	left -= unbond.fee.zat;
	assert_int_equal(world_do(&world, &unbond, 2), ZN_LEDGER_NO_BOND);
	assert_int_equal(world_supply(&world).bonds.zat, bonded);
	assert_int_equal(world_account(&world, 2).balance.zat, left);
	assert_int_equal(counted(&world).unbondings, 1);

	struct zn_transaction spend = {.kind = ZN_TX_TRANSFER,
		.body.transfer = {world.accounts[3], {90 * XEN}}};
	world.time_s += ZN_UNBOND_S - 1;
	assert_int_equal(world_do(&world, &spend, 2), ZN_LEDGER_NO_FUNDS);
	world.time_s++;
	assert_int_equal(world_do(&world, &spend, 2), ZN_LEDGER_OK);
	assert_int_equal(world_supply(&world).bonds.zat, 0);
	assert_int_equal(world_account(&world, 2).balance.zat,
		left + bonded - 90 * XEN - spend.fee.zat);
	assert_int_equal(counted(&world).unbondings, 0);
	assert_int_equal(counted(&world).bonds, 0);
	world_finish(&world);
}

static void parts_of_a_bond_come_back_each_in_its_time(void **state)
{
	struct world world;
	(void)state;
	world_start(&world, ZN_FEE_ZAT_PER_BYTE);
	struct zn_transaction tx = {.kind = ZN_TX_BOND, .body.bond = {10 * XEN}};
	assert_int_equal(world_do(&world, &tx, 0), ZN_LEDGER_OK);
	struct zn_transaction unbond = {.kind = ZN_TX_UNBOND, .body.unbond = {XEN}};
	for (int i = 0; i < 3; i++) {
		assert_int_equal(world_do(&world, &unbond, 0), ZN_LEDGER_OK);
		world.time_s += 100;
	}
	world.time_s += ZN_UNBOND_S - 300;
	struct zn_transaction transfer = {.kind = ZN_TX_TRANSFER,
		.body.transfer = {world.accounts[3], {XEN}}};
	for (unsigned int left = 2; left < 3; left--) { /* 2, 1, 0 */
		assert_int_equal(world_do(&world, &transfer, 1), ZN_LEDGER_OK);
		assert_int_equal(counted(&world).unbondings, left);
		assert_int_equal(world_supply(&world).bonds.zat, (7 + left) * XEN);
		world.time_s += 100;
	}
	assert_int_equal(counted(&world).bonds, 1);
	world_finish(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bond),
		cmocka_unit_test(unbond),
		cmocka_unit_test(
			unbonded_coins_come_back_after_three_weeks_and_can_be_spent_at_once),
		cmocka_unit_test(parts_of_a_bond_come_back_each_in_its_time),
	};
	return cmocka_run_group_tests_name("ledger_bond", tests, NULL, NULL);
}
