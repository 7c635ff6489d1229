/* tests/unit/node_solo.c - the solo engine in this process: floods, full mempools, full blocks. */
#include "tests/unit/ledger_scene.h"

#include "chain/node/solo.h"
#include "io/clock.h"
#include "io/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ground {
	char home[64];
	struct world people; /* keys, chain and genesis; its own ledger is not used */
	struct zn_node_store *store;
	struct zn_application *application;
	struct zn_loop *loop;
	struct zn_signer signer;
	struct zn_solo *solo;
	uint64_t nonce[WORLD_PEOPLE];
	unsigned int blocks_left;
};

static void on_block(void *user)
{
	struct ground *ground = user;
	if (ground->blocks_left > 0 && --ground->blocks_left == 0)
		zn_loop_stop(ground->loop);
}

static void on_failed(void *user, enum zn_err err)
{
	(void)user;
	fail_msg("%s", zn_err_sentence(err));
}

static void blocks_make(struct ground *ground, unsigned int count)
{
	ground->blocks_left = count;
	assert_int_equal(zn_loop_run(ground->loop), ZN_ERR_OK);
}

static void ground_start_idle(struct ground *ground, uint64_t idle_ms)
{
	struct zn_complaint complaint = {""};
	struct zn_solo_options options = {&ground->signer, idle_ms, on_block, on_failed, ground};
	memset(ground, 0, sizeof *ground);
	strcpy(ground->home, "/tmp/zennet-solo-XXXXXX");
	assert_non_null(mkdtemp(ground->home));
	world_start(&ground->people, ZN_FEE_ZAT_PER_BYTE);
	assert_int_equal(zn_node_store_open(&ground->store, ground->home, &complaint), ZN_ERR_OK);
	assert_true(zn_application_open(&ground->application, ground->store,
		&ground->people.genesis, &complaint));
	assert_int_equal(zn_loop_create(&ground->loop), ZN_ERR_OK);
	zn_signer_make(&ground->signer, &ground->people.keys[0]);
	ground->solo = zn_solo_create(ground->loop, ground->application, &options);
	blocks_make(ground, 1);
}

static void ground_start(struct ground *ground)
{
	ground_start_idle(ground, 5);
}

static void ground_finish(struct ground *ground)
{
	assert_int_equal(zn_ledger_audit(zn_node_store_view(ground->store)), ZN_LEDGER_SOUND);
	zn_solo_destroy(ground->solo);
	zn_loop_destroy(ground->loop);
	zn_application_close(ground->application);
	zn_node_store_close(ground->store);
	world_finish(&ground->people);
	zn_directory_remove(ground->home);
}

static enum zn_ledger_refusal submit(struct ground *ground, struct zn_transaction *draft, int who,
	struct zn_hash *id)
{
	uint8_t bytes[ZN_TX_BYTES_MAX];
	draft->nonce = ground->nonce[who];
	draft->valid_until_s = zn_clock_wall_s() + 600;
	size_t count = zn_transaction_sign(bytes, draft, &ground->people.keys[who],
		&ground->people.chain, ZN_FEE_ZAT_PER_BYTE);
	zn_transaction_id(id, bytes, count);
	enum zn_ledger_refusal refusal = zn_solo_submit(ground->solo, bytes, count);
	if (refusal == ZN_LEDGER_OK)
		ground->nonce[who]++;
	return refusal;
}

static uint64_t height_of(const struct ground *ground, const struct zn_hash *id, uint32_t *code)
{
	uint64_t height;
	uint32_t index;
	const uint8_t *bytes;
	size_t count;
	struct zn_node_tx tx;
	if (!zn_node_store_tx_find(&height, &index, ground->store, id))
		return 0;
	assert_true(zn_node_store_block_get(&bytes, &count, ground->store, height));
	assert_true(zn_node_block_tx(&tx, bytes, count, index));
	*code = tx.code;
	return height;
}

static struct zn_hash channel_open(struct ground *ground)
{
	struct zn_hash tx_id, id;
	struct zn_transaction open = {.kind = ZN_TX_OPEN,
		.body.open = {.count = 1,
			.openings = {{ground->people.accounts[5], {{1}}, {10 * XEN}, 10}}}};
	zn_channel_id(&id, &ground->people.chain, &ground->people.accounts[0], ground->nonce[0], 0);
	assert_int_equal(submit(ground, &open, 0, &tx_id), ZN_LEDGER_OK);
	blocks_make(ground, 1);
	return id;
}

static void a_worker_redeems_through_a_full_mempool(void **state)
{
	struct ground ground;
	struct zn_hash id, redeem_id;
	uint32_t code = 99;
	unsigned int taken = 0;
	(void)state;
	ground_start(&ground);
	struct zn_hash channel = channel_open(&ground);
	struct zn_transaction transfer = {.kind = ZN_TX_TRANSFER,
		.body.transfer = {ground.people.accounts[2], {1}}};
	enum zn_ledger_refusal refusal;
	while ((refusal = submit(&ground, &transfer, 1, &id)) == ZN_LEDGER_OK)
		taken++;
	assert_int_equal(refusal, ZN_LEDGER_MEMPOOL_FULL);
	assert_int_equal(taken, ZN_MEMPOOL_TXS_MAX - ZN_MEMPOOL_TXS_MAX / ZN_SETTLE_SHARE);
	struct zn_transaction redeem = {.kind = ZN_TX_REDEEM,
		.body.redeem = world_voucher(&ground.people, 0, &channel, XEN, 0)};
	assert_int_equal(submit(&ground, &redeem, 5, &redeem_id), ZN_LEDGER_OK);
	/* The same bytes again are the same transaction, not a used nonce. */
	ground.nonce[5]--;
	assert_int_equal(submit(&ground, &redeem, 5, &redeem_id), ZN_LEDGER_OK);
	assert_int_equal(zn_solo_waiting(ground.solo), taken + 1);
	blocks_make(&ground, 1);
	assert_int_equal(height_of(&ground, &redeem_id, &code),
		zn_application_head(ground.application)->height);
	assert_int_equal(code, ZN_LEDGER_OK);
	assert_int_equal(zn_solo_waiting(ground.solo), 0);
	ground_finish(&ground);
}

/* 64 channels a transaction: about 190 of them fill the ordinary part of a block. */
static void a_worker_redeems_in_the_first_of_many_full_blocks(void **state)
{
	enum { OPENS = 420 };
	struct ground ground;
	static struct zn_transaction open;
	static struct zn_hash ids[OPENS];
	struct zn_hash redeem_id;
	uint32_t code;
	(void)state;
	ground_start(&ground);
	struct zn_hash channel = channel_open(&ground);
	memset(&open, 0, sizeof open);
	open.kind = ZN_TX_OPEN;
	open.body.open.count = ZN_CHANNELS_PER_TX_MAX;
	for (uint32_t i = 0; i < ZN_CHANNELS_PER_TX_MAX; i++)
		open.body.open.openings[i] = (struct zn_tx_opening){ground.people.accounts[4],
			{{(uint8_t)i}}, {XEN}, 10};
	for (int i = 0; i < OPENS; i++)
		assert_int_equal(submit(&ground, &open, 1, &ids[i]), ZN_LEDGER_OK);
	struct zn_transaction redeem = {.kind = ZN_TX_REDEEM,
		.body.redeem = world_voucher(&ground.people, 0, &channel, XEN, 0)};
	assert_int_equal(submit(&ground, &redeem, 5, &redeem_id), ZN_LEDGER_OK);
	uint64_t first = zn_application_head(ground.application)->height + 1;
	blocks_make(&ground, 1);
	assert_int_equal(height_of(&ground, &redeem_id, &code), first);
	assert_true(zn_solo_waiting(ground.solo) > 0);
	while (zn_solo_waiting(ground.solo) > 0)
		blocks_make(&ground, 1);
	uint64_t last = first;
	for (int i = 0; i < OPENS; i++) { /* in their order, none lost, none refused */
		uint64_t height = height_of(&ground, &ids[i], &code);
		assert_int_equal(code, ZN_LEDGER_OK);
		assert_true(height >= last);
		last = height;
	}
	assert_true(last >= first + 2);
	print_message("%d opens of 64 channels in %d blocks\n", OPENS, (int)(last - first + 1));
	ground_finish(&ground);
}

/* What costs most for its bytes: two signatures in 256 of them. */
static void a_block_full_of_the_costliest_transactions_is_made_in_time(void **state)
{
	enum { OPENS = 48, CHANNELS = OPENS * ZN_CHANNELS_PER_TX_MAX };
	static struct ground ground;
	static struct zn_transaction open;
	static struct zn_hash channels[CHANNELS], ids[CHANNELS];
	struct zn_hash id;
	uint32_t code;
	(void)state;
	ground_start(&ground);
	memset(&open, 0, sizeof open);
	open.kind = ZN_TX_OPEN;
	open.body.open.count = ZN_CHANNELS_PER_TX_MAX;
	for (uint32_t i = 0; i < ZN_CHANNELS_PER_TX_MAX; i++)
		open.body.open.openings[i] =
			(struct zn_tx_opening){ground.people.accounts[5], {{1}}, {XEN}, 10};
	for (uint32_t i = 0; i < OPENS; i++) {
		for (uint32_t j = 0; j < ZN_CHANNELS_PER_TX_MAX; j++)
			zn_channel_id(&channels[i * ZN_CHANNELS_PER_TX_MAX + j],
				&ground.people.chain, &ground.people.accounts[1], ground.nonce[1],
				j);
		assert_int_equal(submit(&ground, &open, 1, &id), ZN_LEDGER_OK);
	}
	blocks_make(&ground, 1);
	for (uint32_t i = 0; i < CHANNELS; i++) {
		struct zn_transaction redeem = {.kind = ZN_TX_REDEEM,
			.body.redeem = world_voucher(&ground.people, 1, &channels[i], XEN / 2, 0)};
		assert_int_equal(submit(&ground, &redeem, 5, &ids[i]), ZN_LEDGER_OK);
	}
	uint64_t start_ns = zn_clock_monotonic_ns();
	blocks_make(&ground, 1);
	uint64_t ms = (zn_clock_monotonic_ns() - start_ns) / 1000000;
	uint64_t height = height_of(&ground, &ids[0], &code);
	for (uint32_t i = 0; i < CHANNELS; i++) {
		assert_int_equal(height_of(&ground, &ids[i], &code), height);
		assert_int_equal(code, ZN_LEDGER_OK);
	}
	print_message("%d redeems in one block: %llu ms\n", CHANNELS, (unsigned long long)ms);
	assert_true(ms < 30000); /* the idle interval: ledger time does not get stale by it */
	ground_finish(&ground);
}

static void a_change_is_followed_by_a_header_that_commits_to_it(void **state)
{
	struct ground ground;
	struct zn_hash id;
	uint32_t code;
	const uint8_t *bytes;
	size_t count;
	static struct zn_block_reader after;
	(void)state;
	ground_start_idle(&ground, 60000);
	struct zn_transaction transfer = {.kind = ZN_TX_TRANSFER,
		.body.transfer = {ground.people.accounts[2], {1}}};
	assert_int_equal(submit(&ground, &transfer, 1, &id), ZN_LEDGER_OK);
	while (height_of(&ground, &id, &code) == 0)
		blocks_make(&ground, 1);
	uint64_t height = height_of(&ground, &id, &code), start_ns = zn_clock_monotonic_ns();
	struct zn_hash changed = zn_application_head(ground.application)->app_hash;
	blocks_make(&ground, 1);
	assert_true((zn_clock_monotonic_ns() - start_ns) / 1000000 < 2000);
	assert_int_equal(zn_application_provable(ground.application), height);
	assert_true(zn_node_store_block_get(&bytes, &count, ground.store, height + 1));
	assert_true(zn_block_reader_begin(&after, bytes, count));
	assert_memory_equal(after.header.app_hash.bytes, changed.bytes, 32);
	ground_finish(&ground);
}

static void an_empty_block_comes_when_nothing_does(void **state)
{
	struct ground ground;
	struct zn_hash before, after;
	(void)state;
	ground_start(&ground);
	before = zn_application_head(ground.application)->app_hash;
	uint64_t height = zn_application_head(ground.application)->height;
	blocks_make(&ground, 5);
	after = zn_application_head(ground.application)->app_hash;
	assert_int_equal(zn_application_head(ground.application)->height, height + 5);
	assert_memory_equal(before.bytes, after.bytes, 32);
	ground_finish(&ground);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_worker_redeems_through_a_full_mempool),
		cmocka_unit_test(a_worker_redeems_in_the_first_of_many_full_blocks),
		cmocka_unit_test(a_block_full_of_the_costliest_transactions_is_made_in_time),
		cmocka_unit_test(a_change_is_followed_by_a_header_that_commits_to_it),
		cmocka_unit_test(an_empty_block_comes_when_nothing_does),
	};
	return cmocka_run_group_tests_name("node_solo", tests, NULL, NULL);
}
