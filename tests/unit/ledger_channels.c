/* tests/unit/ledger_channels.c - the rules of a channel's life: top up, redeem, close, refund. */
#include "tests/unit/ledger_scene.h"

#define CHANGE(name, ...)                                                                          \
	static void name(struct scene *scene)                                                      \
	{                                                                                          \
		__VA_ARGS__;                                                                       \
	}

CHANGE(base_top_up, scene->tx.kind = ZN_TX_TOP_UP;
	scene->tx.body.top_up = (struct zn_tx_top_up){scene->open_id, {XEN}})
CHANGE(top_up_other, scene->tx.body.top_up.channel_id.bytes[3] ^= 1)
CHANGE(top_up_closing, scene->tx.body.top_up.channel_id = scene->closing_id)
CHANGE(top_up_nothing, scene->tx.body.top_up.amount.zat = 0)
CHANGE(top_up_all, scene->tx.body.top_up.amount.zat = world_account(&scene->world, 0).balance.zat -
						      scene->tx.fee.zat)
CHANGE(top_up_more, top_up_all(scene); scene->tx.body.top_up.amount.zat++)
CHANGE(top_up_overflow, scene->tx.body.top_up.amount.zat = ZN_AMOUNT_MAX_ZAT)

static void top_up(void **state)
{
	static const struct row rows[] = {
		{"as it is", NULL, ZN_LEDGER_OK},
		{"no such channel", top_up_other, ZN_LEDGER_NO_CHANNEL},
		{"by somebody else", by_other, ZN_LEDGER_NOT_PAYER},
		{"closing", top_up_closing, ZN_LEDGER_CLOSING},
		{"nothing", top_up_nothing, ZN_LEDGER_NO_AMOUNT},
		{"deposit overflows", top_up_overflow, ZN_LEDGER_DEPOSIT_TOO_LARGE},
		{"all it has", top_up_all, ZN_LEDGER_OK},
		{"a zat more", top_up_more, ZN_LEDGER_NO_FUNDS},
	};
	(void)state;
	ROWS_RUN(base_top_up, rows);
}

/* --- redeem -------------------------------------------------------------------------------------
 */

static void redeem_set(struct scene *scene, const struct zn_hash *id, int payer, uint64_t paid,
	uint64_t held)
{
	scene->tx.body.redeem = world_voucher(&scene->world, payer, id, paid, held);
}

CHANGE(base_redeem, scene->who = 3; scene->tx.kind = ZN_TX_REDEEM;
	redeem_set(scene, &scene->open_id, 0, 2 * XEN, XEN))
CHANGE(redeem_closing, redeem_set(scene, &scene->closing_id, 0, 2 * XEN, 3 * XEN))
CHANGE(redeem_unknown, redeem_set(scene, &scene->job_id, 0, 2 * XEN, XEN))
CHANGE(redeem_other_chain,
	assert_true(zn_chain_id_make(&scene->tx.body.redeem.voucher.chain, "world-2")))
CHANGE(redeem_shrinks, redeem_set(scene, &scene->open_id, 0, XEN - 1, 5 * XEN))
CHANGE(redeem_sum_shrinks, redeem_set(scene, &scene->open_id, 0, 2 * XEN, XEN - 1))
CHANGE(redeem_same, redeem_set(scene, &scene->open_id, 0, XEN, 2 * XEN))
CHANGE(redeem_to_the_brim, redeem_set(scene, &scene->open_id, 0, 9 * XEN, XEN))
CHANGE(redeem_over, redeem_set(scene, &scene->open_id, 0, 9 * XEN, XEN + 1))
CHANGE(redeem_forged, redeem_set(scene, &scene->open_id, 1, 2 * XEN, XEN))
CHANGE(redeem_bit, scene->tx.body.redeem.signature.bytes[40] ^= 4)
CHANGE(fee_of_all_and_growth, fee_of_all(scene); scene->tx.fee.zat += XEN)
CHANGE(fee_above_all_and_growth, fee_of_all_and_growth(scene); scene->tx.fee.zat++)

static void redeem(void **state)
{
	static const struct row rows[] = {
		{"as it is", NULL, ZN_LEDGER_OK},
		{"while closing", redeem_closing, ZN_LEDGER_OK},
		{"no such channel", redeem_unknown, ZN_LEDGER_NO_CHANNEL},
		{"another ledger", redeem_other_chain, ZN_LEDGER_VOUCHER_OTHER_CHAIN},
		{"paid falls", redeem_shrinks, ZN_LEDGER_VOUCHER_SHRINKS},
		{"paid and held together fall", redeem_sum_shrinks, ZN_LEDGER_VOUCHER_SHRINKS},
		{"again", redeem_same, ZN_LEDGER_VOUCHER_DOES_NOT_GROW},
		{"the whole deposit", redeem_to_the_brim, ZN_LEDGER_OK},
		{"above the deposit", redeem_over, ZN_LEDGER_VOUCHER_OVER_DEPOSIT},
		{"signed by another", redeem_forged, ZN_LEDGER_VOUCHER_BAD_SIGNATURE},
		{"one bit", redeem_bit, ZN_LEDGER_VOUCHER_BAD_SIGNATURE},
		{"by a stranger who pays", by_other, ZN_LEDGER_OK},
		{"by a stranger who cannot", by_poor, ZN_LEDGER_NO_FUNDS},
		{"fee of all it has and gets", fee_of_all_and_growth, ZN_LEDGER_OK},
		{"fee above what it has and gets", fee_above_all_and_growth, ZN_LEDGER_NO_FUNDS},
	};
	(void)state;
	ROWS_RUN(base_redeem, rows);
}

/* --- close --------------------------------------------------------------------------------------
 */

static void close_set(struct scene *scene, int payer, uint64_t paid, uint64_t held)
{
	scene->tx.body.close = (struct zn_tx_close){scene->open_id, true,
		world_voucher(&scene->world, payer, &scene->open_id, paid, held)};
}

CHANGE(base_close, scene->who = 3; scene->tx.kind = ZN_TX_CLOSE; close_set(scene, 0, 2 * XEN, XEN))
CHANGE(close_without, scene->tx.body.close.has_voucher = false)
CHANGE(close_unknown, scene->tx.body.close.channel_id.bytes[0] ^= 1)
CHANGE(close_closing, scene->tx.body.close = (struct zn_tx_close){scene->closing_id, true,
			      world_voucher(&scene->world, 0, &scene->closing_id, 9 * XEN, XEN)})
CHANGE(close_by_payer, scene->who = 0; scene->tx.nonce = world_account(&scene->world, 0).nonce)
CHANGE(close_other_channel, scene->tx.body.close.voucher = world_voucher(&scene->world, 0,
				    &scene->closing_id, 2 * XEN, XEN))
CHANGE(close_again, close_set(scene, 0, XEN, 2 * XEN))
CHANGE(close_over, close_set(scene, 0, 11 * XEN, 0))
CHANGE(close_forged, close_set(scene, 3, 2 * XEN, XEN))

static void close_channel(void **state)
{
	static const struct row rows[] = {
		{"as it is", NULL, ZN_LEDGER_OK},
		{"without a voucher", close_without, ZN_LEDGER_OK},
		{"while closing", close_closing, ZN_LEDGER_OK},
		{"no such channel", close_unknown, ZN_LEDGER_NO_CHANNEL},
		{"by the payer", close_by_payer, ZN_LEDGER_NOT_PAYEE},
		{"voucher of another channel", close_other_channel,
			ZN_LEDGER_VOUCHER_OTHER_CHANNEL},
		{"voucher redeemed before", close_again, ZN_LEDGER_VOUCHER_DOES_NOT_GROW},
		{"above the deposit", close_over, ZN_LEDGER_VOUCHER_OVER_DEPOSIT},
		{"signed by the payee", close_forged, ZN_LEDGER_VOUCHER_BAD_SIGNATURE},
		{"fee above what it has and gets", fee_above_all_and_growth, ZN_LEDGER_NO_FUNDS},
	};
	(void)state;
	ROWS_RUN(base_close, rows);
}

/* --- request-close and refund -------------------------------------------------------------------
 */

CHANGE(base_request, scene->tx.kind = ZN_TX_REQUEST_CLOSE;
	scene->tx.body.request_close = (struct zn_tx_request_close){scene->open_id, {2 * XEN}})
CHANGE(request_unknown, scene->tx.body.request_close.channel_id.bytes[0] ^= 1)
CHANGE(request_again, scene->tx.body.request_close.channel_id = scene->closing_id)
CHANGE(request_same, scene->tx.body.request_close.paid.zat = XEN)
CHANGE(request_less, scene->tx.body.request_close.paid.zat = XEN - 1)
CHANGE(request_all, scene->tx.body.request_close.paid.zat = 10 * XEN)
CHANGE(request_more, scene->tx.body.request_close.paid.zat = 10 * XEN + 1)

static void request_close(void **state)
{
	static const struct row rows[] = {
		{"as it is", NULL, ZN_LEDGER_OK},
		{"no such channel", request_unknown, ZN_LEDGER_NO_CHANNEL},
		{"by somebody else", by_other, ZN_LEDGER_NOT_PAYER},
		{"twice", request_again, ZN_LEDGER_CLOSING},
		{"nothing more than redeemed", request_same, ZN_LEDGER_OK},
		{"less than redeemed", request_less, ZN_LEDGER_PAID_SHRINKS},
		{"the whole deposit", request_all, ZN_LEDGER_OK},
		{"above the deposit", request_more, ZN_LEDGER_PAID_OVER_DEPOSIT},
		{"fee above balance", fee_above_all, ZN_LEDGER_NO_FUNDS},
	};
	(void)state;
	ROWS_RUN(base_request, rows);
}

CHANGE(base_refund, scene->tx.kind = ZN_TX_REFUND; scene->tx.body.refund = scene->closing_id)
CHANGE(refund_unknown, scene->tx.body.refund.bytes[0] ^= 1)
CHANGE(refund_open, scene->tx.body.refund = scene->open_id)

static void refund(void **state)
{
	static const struct row rows[] = {
		{"as it is, in the first block that may", NULL, ZN_LEDGER_OK},
		{"no such channel", refund_unknown, ZN_LEDGER_NO_CHANNEL},
		{"by somebody else", by_other, ZN_LEDGER_NOT_PAYER},
		{"not closing", refund_open, ZN_LEDGER_NOT_CLOSING},
	};
	(void)state;
	ROWS_RUN(base_refund, rows);
}

static void refund_waits_for_seconds_and_for_blocks(void **state)
{
	(void)state;
	for (int early = 0; early < 3; early++) {
		struct world world;
		world_start(&world, ZN_FEE_ZAT_PER_BYTE);
		struct zn_hash id = world_open(&world, 0, 3, 10 * XEN, 20);
		struct zn_transaction request = {.kind = ZN_TX_REQUEST_CLOSE,
			.body.request_close = {id, {XEN}}};
		assert_int_equal(world_do(&world, &request, 0), ZN_LEDGER_OK);
		world.time_s += early == 1 ? 19 : 20;
		world_idle(&world, ZN_GRACE_BLOCKS - (early == 2 ? 2 : 1));
		struct zn_transaction tx = {.kind = ZN_TX_REFUND, .body.refund = id};
		assert_int_equal(world_do(&world, &tx, 0),
			early == 0 ? ZN_LEDGER_OK : ZN_LEDGER_TOO_EARLY);
		world_finish(&world);
	}
}

/* Until a refund is in a block: even in the same one, before it. */
static void a_worker_redeems_in_the_last_block_of_the_grace(void **state)
{
	(void)state;
	for (int first = 0; first < 2; first++) { /* who comes first */
		struct scene scene;
		uint8_t bytes[2][ZN_TX_BYTES_MAX];
		struct zn_block_tx txs[2];
		enum zn_ledger_refusal results[2];
		scene_start(&scene);
		struct world *world = &scene.world;
		struct zn_transaction redeem = {.kind = ZN_TX_REDEEM,
					      .body.redeem = world_voucher(world, 0,
						      &scene.closing_id, 7 * XEN, 0)},
				      refund = {.kind = ZN_TX_REFUND,
					      .body.refund = scene.closing_id};
		txs[first] = (struct zn_block_tx){bytes[0], world_sign(world, bytes[0], &redeem, 3),
			false};
		txs[1 - first] = (struct zn_block_tx){bytes[1],
			world_sign(world, bytes[1], &refund, 0), false};
		struct zn_block block = {zn_ledger_height(world->ledger) + 1, world->time_s, 2,
			txs};
		zn_ledger_finalize(world->ledger, results, &block);
		zn_memory_store_commit(world->memory, zn_ledger_changes(world->ledger));
		zn_ledger_commit(world->ledger);
		assert_int_equal(results[first], first == 0 ? ZN_LEDGER_OK : ZN_LEDGER_NO_CHANNEL);
		assert_int_equal(results[1 - first], ZN_LEDGER_OK);
		world_finish(world);
	}
}

/* --- where the coins go -------------------------------------------------------------------------
 */

static uint64_t balance(const struct scene *scene, int who)
{
	return world_account(&scene->world, who).balance.zat;
}

static void held_pay_goes_to_the_fee_pool_when_the_channel_ends(void **state)
{
	struct scene scene;
	struct zn_channel channel;
	(void)state;
	scene_start(&scene);
	base_close(&scene);
	uint64_t payer = balance(&scene, 0), payee = balance(&scene, 3);
	uint64_t pool = world_supply(&scene.world).fee_pool.zat;
	assert_int_equal(world_do(&scene.world, &scene.tx, 3), ZN_LEDGER_OK);
	assert_false(world_channel(&scene.world, &channel, &scene.open_id));
	assert_int_equal(balance(&scene, 3), payee + XEN - scene.tx.fee.zat);
	assert_int_equal(balance(&scene, 0), payer + 7 * XEN);
	assert_int_equal(world_supply(&scene.world).fee_pool.zat, pool + XEN + scene.tx.fee.zat);
	assert_int_equal(world_do(&scene.world, &scene.tx, 3), ZN_LEDGER_NO_CHANNEL);
	base_redeem(&scene);
	assert_int_equal(world_do(&scene.world, &scene.tx, 3), ZN_LEDGER_NO_CHANNEL);
	world_finish(&scene.world);
}

static void a_request_pays_at_once_and_out_of_held_first(void **state)
{
	static const struct {
		uint64_t paid, held_after;
	} cases[] = {{XEN, 2 * XEN}, {2 * XEN, XEN}, {3 * XEN, 0}, {9 * XEN, 0}};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct scene scene;
		struct zn_channel channel;
		scene_start(&scene);
		base_request(&scene);
		scene.tx.body.request_close.paid.zat = cases[i].paid;
		uint64_t payee = balance(&scene, 3);
		assert_int_equal(world_do(&scene.world, &scene.tx, 0), ZN_LEDGER_OK);
		assert_int_equal(balance(&scene, 3), payee + cases[i].paid - XEN);
		assert_true(world_channel(&scene.world, &channel, &scene.open_id));
		assert_true(channel.closing);
		assert_int_equal(channel.redeemed.zat, cases[i].paid);
		assert_int_equal(channel.held.zat, cases[i].held_after);
		world_finish(&scene.world);
	}
}

static void a_refund_returns_the_rest_and_not_the_held(void **state)
{
	struct scene scene;
	(void)state;
	scene_start(&scene);
	base_refund(&scene);
	uint64_t payer = balance(&scene, 0), pool = world_supply(&scene.world).fee_pool.zat;
	assert_int_equal(world_do(&scene.world, &scene.tx, 0), ZN_LEDGER_OK);
	assert_int_equal(balance(&scene, 0), payer + 7 * XEN - scene.tx.fee.zat);
	assert_int_equal(world_supply(&scene.world).fee_pool.zat,
		pool + 2 * XEN + scene.tx.fee.zat);
	world_finish(&scene.world);
}

static void a_worker_without_coins_settles_out_of_its_pay(void **state)
{
	struct world world;
	(void)state;
	world_start(&world, ZN_FEE_ZAT_PER_BYTE);
	struct zn_hash id = world_open(&world, 0, 5, 10 * XEN, 20);
	struct zn_transaction close = {.kind = ZN_TX_CLOSE, .body.close = {id, false, {{{{0}}}}}};
	assert_int_equal(world_do(&world, &close, 5), ZN_LEDGER_NO_FUNDS);
	struct zn_transaction redeem = {.kind = ZN_TX_REDEEM,
		.body.redeem = world_voucher(&world, 0, &id, 4 * XEN, 0)};
	assert_int_equal(world_do(&world, &redeem, 5), ZN_LEDGER_OK);
	assert_int_equal(world_account(&world, 5).balance.zat, 4 * XEN - redeem.fee.zat);
	assert_int_equal(world_account(&world, 5).nonce, 1);
	assert_int_equal(world_do(&world, &close, 5), ZN_LEDGER_OK);
	world_finish(&world);
}

static void a_payer_cannot_eat_its_workers_pay_up_in_fees(void **state)
{
	struct scene scene;
	(void)state;
	scene_start(&scene);
	base_redeem(&scene);
	uint64_t payee = balance(&scene, 3), payer = balance(&scene, 0);
	assert_int_equal(world_do(&scene.world, &scene.tx, 0), ZN_LEDGER_OK);
	assert_int_equal(balance(&scene, 3), payee + XEN);
	assert_int_equal(balance(&scene, 0), payer - scene.tx.fee.zat);
	world_finish(&scene.world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(top_up),
		cmocka_unit_test(redeem),
		cmocka_unit_test(close_channel),
		cmocka_unit_test(request_close),
		cmocka_unit_test(refund),
		cmocka_unit_test(refund_waits_for_seconds_and_for_blocks),
		cmocka_unit_test(a_worker_redeems_in_the_last_block_of_the_grace),
		cmocka_unit_test(held_pay_goes_to_the_fee_pool_when_the_channel_ends),
		cmocka_unit_test(a_request_pays_at_once_and_out_of_held_first),
		cmocka_unit_test(a_refund_returns_the_rest_and_not_the_held),
		cmocka_unit_test(a_worker_without_coins_settles_out_of_its_pay),
		cmocka_unit_test(a_payer_cannot_eat_its_workers_pay_up_in_fees),
	};
	return cmocka_run_group_tests_name("ledger_channels", tests, NULL, NULL);
}
