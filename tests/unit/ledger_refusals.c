/* tests/unit/ledger_refusals.c - the rules of envelope, transfer, jobs and opening. */
#include "tests/unit/ledger_scene.h"

#include <string.h>

/* A change in one line. */
#define CHANGE(name, ...)                                                                          \
	static void name(struct scene *scene)                                                      \
	{                                                                                          \
		__VA_ARGS__;                                                                       \
	}

CHANGE(base_transfer, scene->tx.kind = ZN_TX_TRANSFER;
	scene->tx.body.transfer = (struct zn_tx_transfer){scene->world.accounts[4], {XEN}})
CHANGE(one_byte_too_few, scene->cut = true)
CHANGE(one_byte_too_many, scene->extend = true)
CHANGE(past, scene->tx.valid_until_s = scene->world.time_s - 1)
CHANGE(last_second, scene->tx.valid_until_s = scene->world.time_s)
CHANGE(cheap, scene->tx.fee.zat--)
CHANGE(generous, scene->tx.fee.zat += XEN)
CHANGE(nonce_used, scene->tx.nonce--)
CHANGE(nonce_gap, scene->tx.nonce++)
CHANGE(signature_bit, scene->break_signature = true)
CHANGE(other_ledger, assert_true(zn_chain_id_make(&scene->world.chain, "world-2")))
CHANGE(no_amount, scene->tx.body.transfer.amount.zat = 0)
CHANGE(largest, scene->tx.body.transfer.amount.zat = ZN_AMOUNT_MAX_ZAT)
CHANGE(all_of_it, scene->tx.body.transfer.amount.zat = world_account(&scene->world, 0).balance.zat -
						       scene->tx.fee.zat)
CHANGE(one_zat_too_much, all_of_it(scene); scene->tx.body.transfer.amount.zat++)
CHANGE(to_itself, all_of_it(scene); scene->tx.body.transfer.to = scene->world.accounts[0])

static void transfer_and_envelope(void **state)
{
	static const struct row rows[] = {
		{"as it is", NULL, ZN_LEDGER_OK},
		{"one byte too few", one_byte_too_few, ZN_LEDGER_MALFORMED},
		{"one byte too many", one_byte_too_many, ZN_LEDGER_MALFORMED},
		{"valid until a second ago", past, ZN_LEDGER_EXPIRED},
		{"valid until now", last_second, ZN_LEDGER_OK},
		{"fee a zat too low", cheap, ZN_LEDGER_FEE_TOO_LOW},
		{"fee above the least", generous, ZN_LEDGER_OK},
		{"nonce used", nonce_used, ZN_LEDGER_NONCE_USED},
		{"nonce gap", nonce_gap, ZN_LEDGER_NONCE_GAP},
		{"one bit of the signature", signature_bit, ZN_LEDGER_BAD_SIGNATURE},
		{"signed for another ledger", other_ledger, ZN_LEDGER_BAD_SIGNATURE},
		{"no amount", no_amount, ZN_LEDGER_NO_AMOUNT},
		{"all it has", all_of_it, ZN_LEDGER_OK},
		{"one zat more than it has", one_zat_too_much, ZN_LEDGER_NO_FUNDS},
		{"the largest amount", largest, ZN_LEDGER_NO_FUNDS},
		{"to itself", to_itself, ZN_LEDGER_OK},
		{"from an account without coins", by_poor, ZN_LEDGER_NO_FUNDS},
	};
	(void)state;
	ROWS_RUN(base_transfer, rows);
}

static void bytes_above_the_maximum_are_refused_unread(void **state)
{
	static uint8_t bytes[ZN_TX_BYTES_MAX + 1];
	struct world world;
	(void)state;
	world_start(&world, ZN_FEE_ZAT_PER_BYTE);
	assert_int_equal(world_block(&world, bytes, sizeof bytes), ZN_LEDGER_TOO_LARGE);
	assert_int_equal(world_block(&world, bytes, sizeof bytes - 1), ZN_LEDGER_MALFORMED);
	assert_int_equal(world_block(&world, bytes, 0), ZN_LEDGER_MALFORMED);
	world_finish(&world);
}

/* --- jobs ---------------------------------------------------------------------------------------
 */

CHANGE(base_announce, scene->tx.kind = ZN_TX_ANNOUNCE;
	scene->tx.body.announce = world_announcement(scene->world.time_s + 3600))
CHANGE(bad_kind, scene->tx.body.announce.kind = 9)
CHANGE(bad_unit, scene->tx.body.announce.unit = 0)
CHANGE(no_chunks, scene->tx.body.announce.chunks = 0)
CHANGE(no_device, scene->tx.body.announce.device_classes = 0)
CHANGE(identity, scene->tx.body.announce.identity_bits = 1)
CHANGE(price, scene->tx.body.announce.price_zat = UINT64_MAX)
CHANGE(endpoint, strcpy(scene->tx.body.announce.endpoint, "http://publisher.example:80"))
CHANGE(expired, scene->tx.body.announce.expiry_s = scene->world.time_s)
CHANGE(month, scene->tx.body.announce.expiry_s = scene->world.time_s + ZN_JOB_LIFE_S_MAX)
CHANGE(longer_than_month, month(scene); scene->tx.body.announce.expiry_s++)

static void announce(void **state)
{
	static const struct row rows[] = {
		{"as it is", NULL, ZN_LEDGER_OK},
		{"unknown kind", bad_kind, ZN_LEDGER_ANNOUNCEMENT_KIND},
		{"unknown unit", bad_unit, ZN_LEDGER_ANNOUNCEMENT_UNIT},
		{"no chunks", no_chunks, ZN_LEDGER_ANNOUNCEMENT_SIZE},
		{"no device class", no_device, ZN_LEDGER_ANNOUNCEMENT_DEVICE},
		{"identity work", identity, ZN_LEDGER_ANNOUNCEMENT_IDENTITY},
		{"a price that is none", price, ZN_LEDGER_ANNOUNCEMENT_PRICE},
		{"not https", endpoint, ZN_LEDGER_ANNOUNCEMENT_ENDPOINT},
		{"expired", expired, ZN_LEDGER_ANNOUNCEMENT_EXPIRY},
		{"for a month", month, ZN_LEDGER_OK},
		{"for longer than a month", longer_than_month, ZN_LEDGER_JOB_TOO_LONG},
		{"all it has as fee", fee_of_all, ZN_LEDGER_OK},
		{"a zat more than it has as fee", fee_above_all, ZN_LEDGER_NO_FUNDS},
	};
	(void)state;
	ROWS_RUN(base_announce, rows);
}

CHANGE(base_withdraw, scene->tx.kind = ZN_TX_WITHDRAW; scene->tx.body.withdraw = scene->job_id)
CHANGE(other_job, scene->tx.body.withdraw.bytes[0] ^= 1)

static void withdraw(void **state)
{
	static const struct row rows[] = {
		{"as it is", NULL, ZN_LEDGER_OK},
		{"no such job", other_job, ZN_LEDGER_NO_JOB},
		{"by somebody else", by_other, ZN_LEDGER_NOT_OWNER},
		{"fee above balance", fee_above_all, ZN_LEDGER_NO_FUNDS},
	};
	(void)state;
	ROWS_RUN(base_withdraw, rows);
}

static void an_expired_job_cannot_be_withdrawn(void **state)
{
	struct scene scene;
	struct zn_job job;
	(void)state;
	scene_start(&scene);
	base_withdraw(&scene);
	assert_true(world_job(&scene.world, &job, &scene.job_id));
	scene.world.time_s = job.announcement.expiry_s;
	assert_false(world_job(&scene.world, &job, &scene.job_id));
	assert_int_equal(world_do(&scene.world, &scene.tx, 0), ZN_LEDGER_NO_JOB);
	world_finish(&scene.world);
}

CHANGE(base_update, scene->tx.kind = ZN_TX_UPDATE;
	scene->tx.body.update = (struct zn_tx_update){scene->job_id, 5, 6,
		scene->world.time_s + 7200, {{7}}, "https://other.example:443"})
CHANGE(update_other, scene->tx.body.update.job_id.bytes[0] ^= 1)
CHANGE(update_price, scene->tx.body.update.price_zat = UINT64_MAX)
CHANGE(update_endpoint, strcpy(scene->tx.body.update.endpoint, "https://other.example"))
CHANGE(update_expired, scene->tx.body.update.expiry_s = scene->world.time_s)
CHANGE(update_sooner, scene->tx.body.update.expiry_s = scene->world.time_s + 1)
CHANGE(update_month, scene->tx.body.update.expiry_s = scene->world.time_s + ZN_JOB_LIFE_S_MAX)
CHANGE(update_longer, update_month(scene); scene->tx.body.update.expiry_s++)

static void update(void **state)
{
	static const struct row rows[] = {
		{"as it is", NULL, ZN_LEDGER_OK},
		{"no such job", update_other, ZN_LEDGER_NO_JOB},
		{"by somebody else", by_other, ZN_LEDGER_NOT_OWNER},
		{"a price that is none", update_price, ZN_LEDGER_ANNOUNCEMENT_PRICE},
		{"an address that is none", update_endpoint, ZN_LEDGER_ANNOUNCEMENT_ENDPOINT},
		{"expired", update_expired, ZN_LEDGER_ANNOUNCEMENT_EXPIRY},
		{"sooner than before", update_sooner, ZN_LEDGER_OK},
		{"for a month from now", update_month, ZN_LEDGER_OK},
		{"for longer than a month", update_longer, ZN_LEDGER_JOB_TOO_LONG},
		{"fee above balance", fee_above_all, ZN_LEDGER_NO_FUNDS},
	};
	(void)state;
	ROWS_RUN(base_update, rows);
}

static void an_update_changes_price_times_and_address_and_nothing_else(void **state)
{
	struct scene scene;
	struct zn_job before, after;
	(void)state;
	scene_start(&scene);
	base_update(&scene);
	assert_true(world_job(&scene.world, &before, &scene.job_id));
	assert_int_equal(world_do(&scene.world, &scene.tx, 0), ZN_LEDGER_OK);
	assert_true(world_job(&scene.world, &after, &scene.job_id));
	assert_int_equal(after.announcement.price_zat, 5);
	assert_int_equal(after.announcement.deadline_s, 6);
	assert_int_equal(after.announcement.tls_pin.bytes[0], 7);
	assert_string_equal(after.announcement.endpoint, "https://other.example:443");
	/* It leaves with its new time and not with its old one. */
	scene.world.time_s = before.announcement.expiry_s;
	assert_true(world_job(&scene.world, &after, &scene.job_id));
	struct zn_transaction again = scene.tx;
	again.body.update.expiry_s = after.announcement.expiry_s;
	again.body.update.price_zat = before.announcement.price_zat;
	assert_int_equal(world_do(&scene.world, &again, 0), ZN_LEDGER_OK);
	assert_true(world_job(&scene.world, &after, &scene.job_id));
	after.announcement.price_zat = before.announcement.price_zat;
	after.announcement.deadline_s = before.announcement.deadline_s;
	after.announcement.expiry_s = before.announcement.expiry_s;
	after.announcement.tls_pin = before.announcement.tls_pin;
	strcpy(after.announcement.endpoint, before.announcement.endpoint);
	uint8_t a[ZN_STATE_VALUE_BYTES_MAX], b[ZN_STATE_VALUE_BYTES_MAX];
	size_t count = zn_job_encode(a, sizeof a, &before);
	assert_int_equal(zn_job_encode(b, sizeof b, &after), count);
	assert_memory_equal(a, b, count);
	world_finish(&scene.world);
}

/* --- opening channels ----------------------------------------------------------------------------
 */

static struct zn_tx_opening *opening(struct scene *scene)
{
	return scene->tx.body.open.openings;
}

CHANGE(base_open, scene->tx.kind = ZN_TX_OPEN; scene->tx.body.open.count = 2;
	opening(scene)[0] = (struct zn_tx_opening){scene->world.accounts[3], {{1}}, {XEN}, 10};
	opening(scene)[1] = (struct zn_tx_opening){scene->world.accounts[4], {{2}}, {XEN}, 3600})
CHANGE(no_opening, scene->tx.body.open.count = 0)
CHANGE(pays_itself, opening(scene)[1].payee = scene->world.accounts[0])
CHANGE(short_grace, opening(scene)[0].grace_s = 9)
CHANGE(year, opening(scene)[0].grace_s = ZN_GRACE_S_MAX)
CHANGE(long_grace, opening(scene)[0].grace_s = ZN_GRACE_S_MAX + 1)
CHANGE(least_deposit, opening(scene)[1].deposit.zat = ZN_DEPOSIT_BYTES_MIN * ZN_FEE_ZAT_PER_BYTE)
CHANGE(dust, least_deposit(scene); opening(scene)[1].deposit.zat--)
CHANGE(overflow_in_two,
	opening(scene)[0].deposit.zat = opening(scene)[1].deposit.zat = ZN_AMOUNT_MAX_ZAT)
CHANGE(all_in_two,
	uint64_t balance = world_account(&scene->world, 0).balance.zat - scene->tx.fee.zat;
	opening(scene)[0].deposit.zat = balance / 3;
	opening(scene)[1].deposit.zat = balance - balance / 3)
CHANGE(too_much_in_two, all_in_two(scene); opening(scene)[0].deposit.zat++)

static void open_channels(void **state)
{
	static const struct row rows[] = {
		{"as it is", NULL, ZN_LEDGER_OK},
		{"none", no_opening, ZN_LEDGER_NO_OPENING},
		{"to itself", pays_itself, ZN_LEDGER_PAYS_ITSELF},
		{"grace too short", short_grace, ZN_LEDGER_SHORT_GRACE},
		{"grace of a year", year, ZN_LEDGER_OK},
		{"grace too long", long_grace, ZN_LEDGER_LONG_GRACE},
		{"least deposit", least_deposit, ZN_LEDGER_OK},
		{"dust", dust, ZN_LEDGER_DUST_DEPOSIT},
		{"all it has", all_in_two, ZN_LEDGER_OK},
		{"a zat more than it has", too_much_in_two, ZN_LEDGER_NO_FUNDS},
		{"deposits that overflow", overflow_in_two, ZN_LEDGER_NO_FUNDS},
	};
	(void)state;
	ROWS_RUN(base_open, rows);
}

static void every_refusal_has_a_name_and_a_sentence(void **state)
{
	(void)state;
	for (uint32_t code = 0; code <= ZN_LEDGER_NO_BOND; code++) {
		assert_string_not_equal(zn_ledger_refusal_name(code), "?");
		assert_string_not_equal(zn_ledger_refusal_sentence(code), "?");
	}
	assert_string_equal(zn_ledger_refusal_name(ZN_LEDGER_VOUCHER_SHRINKS), "VOUCHER_SHRINKS");
	assert_string_equal(zn_ledger_refusal_name(200), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(transfer_and_envelope),
		cmocka_unit_test(bytes_above_the_maximum_are_refused_unread),
		cmocka_unit_test(announce),
		cmocka_unit_test(update),
		cmocka_unit_test(an_update_changes_price_times_and_address_and_nothing_else),
		cmocka_unit_test(withdraw),
		cmocka_unit_test(an_expired_job_cannot_be_withdrawn),
		cmocka_unit_test(open_channels),
		cmocka_unit_test(every_refusal_has_a_name_and_a_sentence),
	};
	return cmocka_run_group_tests_name("ledger_refusals", tests, NULL, NULL);
}
