/* tests/sim/ledger_random.c - random transactions against the reference model.
 *
 * 10^5 steps (10^6 with ZENNET_TEST_LONG=1), seeded: ZENNET_TEST_SEED=n for another world,
 * ZENNET_TEST_STEPS=n for fewer steps.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chain/ledger/ledger.h"
#include "tests/sim/ledger_model.h"

#define BLOCK_TXS_MAX 12

static uint64_t random_state;
static struct model model;
static struct zn_secret_key keys[MODEL_PEOPLE];
static struct zn_memory_store *memory;
static struct zn_ledger *ledger;
static unsigned int seen[128]; /* how often each refusal came */

static uint64_t draw(void)
{
	uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static uint64_t below(uint64_t bound)
{
	return draw() % bound;
}

static bool once_in(uint64_t n)
{
	return below(n) == 0;
}

/* Mostly something sensible, now and then an edge. */
static uint64_t amount_around(uint64_t most)
{
	switch (below(12)) {
	case 0:
		return most;
	case 1:
		return most + 1;
	case 2:
		return 0;
	case 3:
		return below(INT64_MAX);
	default:
		return below(most / 8 + 2);
	}
}

static struct model_channel *some_channel(void)
{
	for (int tries = 0; tries < 64; tries++) {
		struct model_channel *channel = &model.channels[below(48)];
		if (channel->used)
			return channel;
	}
	return NULL;
}

static struct zn_signed_voucher voucher_make(const struct model_channel *channel,
	struct model_hint *hint)
{
	uint64_t left = channel->deposit - channel->redeemed;
	uint64_t paid = channel->redeemed + amount_around(left);
	uint64_t held = once_in(2) ? channel->held : amount_around(left);
	struct zn_signed_voucher voucher = {
		.voucher = {model.chain, channel->id, {paid & INT64_MAX}, {held & INT64_MAX}}};
	struct zn_hash hash;
	int payer = once_in(24) ? (channel->payer + 1) % MODEL_PEOPLE : channel->payer;
	hint->voucher_right = payer == channel->payer;
	if (once_in(40))
		strcpy(voucher.voucher.chain.text, "elsewhere");
	zn_voucher_hash(&hash, &voucher.voucher.chain, &voucher.voucher);
	zn_sign(&voucher.signature, &keys[payer], &hash);
	return voucher;
}

static void of_channel(struct zn_transaction *tx, int *who, struct model_hint *hint)
{
	const struct model_channel *channel = some_channel();
	struct zn_hash id = {{1}};
	bool payers = tx->kind != ZN_TX_REDEEM && tx->kind != ZN_TX_CLOSE;
	if (channel == NULL) {
		tx->kind = ZN_TX_REFUND;
		tx->body.refund = id;
		return;
	}
	id = channel->id;
	if (once_in(30))
		id.bytes[0] ^= 1;
	if (!once_in(16))
		*who = payers ? channel->payer : channel->payee;
	if (tx->kind == ZN_TX_TOP_UP) {
		tx->body.top_up =
			(struct zn_tx_top_up){id, {amount_around(model.balance[*who]) & INT64_MAX}};
	} else if (tx->kind == ZN_TX_REDEEM) {
		tx->body.redeem = voucher_make(channel, hint);
	} else if (tx->kind == ZN_TX_CLOSE) {
		tx->body.close = (struct zn_tx_close){.channel_id = id};
		tx->body.close.has_voucher = !once_in(3);
		if (tx->body.close.has_voucher)
			tx->body.close.voucher = voucher_make(channel, hint);
	} else if (tx->kind == ZN_TX_REQUEST_CLOSE) {
		uint64_t paid =
			channel->redeemed + amount_around(channel->deposit - channel->redeemed);
		if (once_in(8))
			paid = below(channel->redeemed + 1);
		tx->body.request_close = (struct zn_tx_request_close){id, {paid & INT64_MAX}};
	} else {
		tx->body.refund = id;
	}
}

static void of_open(struct zn_transaction *tx, int who)
{
	static const uint32_t graces[] = {10, 10, 10, 60, 9, 0, 365 * 86400, 365 * 86400 + 1};
	tx->body.open.count = (uint32_t)below(4) + (once_in(2) ? 0 : 1);
	for (uint32_t i = 0; i < tx->body.open.count; i++) {
		int payee = once_in(30) ? who : (int)below(MODEL_PEOPLE);
		uint64_t deposit = once_in(12) ? amount_around(10000)
					       : 10000 + below(model.balance[who] / 64 + 1);
		tx->body.open.openings[i] = (struct zn_tx_opening){model.accounts[payee], {{9}},
			{deposit & INT64_MAX}, once_in(4) ? graces[below(8)] : 10};
	}
}

static void of_announce(struct zn_transaction *tx)
{
	tx->body.announce = (struct zn_announcement){.kind = ZN_JOB_RENDER,
		.unit = ZN_UNIT_METERED,
		.chunks = once_in(20) ? 0 : 1 + below(1000),
		.chunk_output_bytes = 1024,
		.device_classes = ZN_DEVICE_CLASS_GPU,
		.expiry_s = model.now_s + (once_in(10) ? below(60 * 86400) : below(200)),
		.endpoint = "https://a.example:1"};
}

static struct zn_hash some_job(int *who)
{
	struct zn_hash id = {{2}};
	const struct model_job *job = &model.jobs[below(32)];
	if (!job->used)
		return id;
	if (!once_in(8))
		*who = job->owner;
	return job->id;
}

static void of_update(struct zn_transaction *tx, int *who)
{
	tx->body.update = (struct zn_tx_update){.job_id = some_job(who),
		.price_zat = once_in(20) ? UINT64_MAX : below(1000),
		.expiry_s = model.now_s + (once_in(10) ? below(60 * 86400) : below(200)),
		.endpoint = "https://b.example:2"};
}

static bool unbondings_enough(void)
{
	int used = 0;
	for (int i = 0; i < MODEL_UNBONDINGS; i++)
		used += model.unbondings[i].used;
	return used > MODEL_UNBONDINGS / 2;
}

static bool channels_enough(void)
{
	int used = 0;
	for (int i = 0; i < 64; i++)
		used += model.channels[i].used;
	return used > 40;
}

static uint8_t kind_draw(void)
{
	static const uint8_t kinds[] = {ZN_TX_TRANSFER, ZN_TX_TRANSFER, ZN_TX_TRANSFER,
		ZN_TX_ANNOUNCE, ZN_TX_WITHDRAW, ZN_TX_OPEN, ZN_TX_OPEN, ZN_TX_OPEN, ZN_TX_TOP_UP,
		ZN_TX_REDEEM, ZN_TX_REDEEM, ZN_TX_REDEEM, ZN_TX_REDEEM, ZN_TX_CLOSE,
		ZN_TX_REQUEST_CLOSE, ZN_TX_REFUND, ZN_TX_UPDATE, ZN_TX_BOND, ZN_TX_UNBOND};
	return kinds[below(sizeof kinds)];
}

static size_t tx_make(uint8_t bytes[ZN_TX_BYTES_MAX], struct zn_transaction *tx,
	struct model_hint *hint)
{
	int who = (int)below(MODEL_PEOPLE);
	memset(tx, 0, sizeof *tx);
	*hint = (struct model_hint){.signature_right = true, .voucher_right = true};
	tx->kind = kind_draw();
	if (tx->kind == ZN_TX_OPEN && channels_enough())
		tx->kind = once_in(2) ? ZN_TX_CLOSE : ZN_TX_REQUEST_CLOSE;
	if (tx->kind == ZN_TX_UNBOND && unbondings_enough())
		tx->kind = ZN_TX_BOND;
	if (tx->kind == ZN_TX_TRANSFER)
		tx->body.transfer = (struct zn_tx_transfer){model.accounts[below(MODEL_PEOPLE)],
			{amount_around(model.balance[who]) & INT64_MAX}};
	else if (tx->kind == ZN_TX_ANNOUNCE)
		of_announce(tx);
	else if (tx->kind == ZN_TX_UPDATE)
		of_update(tx, &who);
	else if (tx->kind == ZN_TX_BOND)
		tx->body.bond.zat = amount_around(model.balance[who] / 8) & INT64_MAX;
	else if (tx->kind == ZN_TX_UNBOND)
		tx->body.unbond.zat = amount_around(model.bonded[who]) & INT64_MAX;
	else if (tx->kind == ZN_TX_WITHDRAW)
		tx->body.withdraw = some_job(&who);
	else if (tx->kind == ZN_TX_OPEN)
		of_open(tx, who);
	else
		of_channel(tx, &who, hint);

	tx->nonce = model.nonce[who];
	if (once_in(30))
		tx->nonce += once_in(2) ? 1 : UINT64_MAX;
	tx->valid_until_s = once_in(30) ? model.now_s - 1 : model.now_s + below(50);
	tx->sender = model.keys[who];
	hint->bytes = zn_transaction_encode(bytes, tx);
	tx->fee.zat = hint->bytes * model.fee_rate;
	if (once_in(20))
		tx->fee.zat = amount_around(model.balance[who]) & INT64_MAX;
	struct zn_hash hash;
	zn_transaction_hash(&hash, &model.chain, tx);
	zn_sign(&tx->signature, &keys[who], &hash);
	if (once_in(30)) {
		tx->signature.bytes[below(64)] ^= (uint8_t)(1u << below(8));
		hint->signature_right = false;
	}
	return zn_transaction_encode(bytes, tx);
}

static void world_start(void)
{
	struct zn_genesis genesis = {.time_s = 1000,
		.fee_zat_per_byte = 10,
		.grace_s_min = 10,
		.allocations_count = 4};
	const uint64_t supply = ZN_SUPPLY_XEN * ZN_ZAT_PER_XEN;
	assert_true(zn_chain_id_make(&genesis.chain, "random-1"));
	memset(&model, 0, sizeof model);
	model.chain = genesis.chain;
	model.fee_rate = 10;
	model.grace_min_s = 10;
	model.now_s = 1000;
	for (int i = 0; i < MODEL_PEOPLE; i++) {
		uint8_t entropy[32];
		memset(entropy, 40 + i, sizeof entropy);
		assert_true(zn_secret_key_make(&keys[i], entropy));
		zn_public_key_of(&model.keys[i], &keys[i]);
		zn_account_of(&model.accounts[i], &model.keys[i]);
	}
	/* One is very rich, two are poor: fees and dust matter to them. */
	const uint64_t shares[] = {supply - 30020000, 30000000, 10000, 10000};
	for (int i = 0; i < 4; i++) {
		genesis.allocations[i] =
			(struct zn_genesis_allocation){model.accounts[i], {shares[i]}};
		model.balance[i] = shares[i];
	}
	memory = zn_memory_store_create();
	struct zn_overlay *state = zn_overlay_create(zn_memory_store_view(memory));
	zn_genesis_apply(state, &genesis);
	zn_memory_store_commit(memory, state);
	zn_overlay_destroy(state);
	assert_int_equal(zn_ledger_create(&ledger, zn_memory_store_view(memory), 0, 1000),
		ZN_LEDGER_SOUND);
}

static void accounts_compare(void)
{
	struct zn_ledger_view view;
	struct zn_overlay *scratch = zn_overlay_create(zn_memory_store_view(memory));
	zn_ledger_view_next(&view, ledger, scratch, model.now_s);
	static struct model kept;
	kept = model;
	model_block_begin(&model); /* as the view of the next block does */
	for (int i = 0; i < MODEL_PEOPLE; i++) {
		struct zn_account_state account;
		zn_ledger_account_get(&account, &view, &model.accounts[i]);
		assert_true(account.balance.zat == model.balance[i]);
		assert_true(account.nonce == model.nonce[i]);
	}
	assert_true(view.supply.fee_pool.zat == model.fee_pool);
	for (int i = 0; i < MODEL_PEOPLE; i++) {
		struct zn_bond bond;
		zn_ledger_bond_get(&bond, &view, &model.accounts[i]);
		assert_true(bond.bonded.zat == model.bonded[i]);
	}
	for (int i = 0; i < MODEL_CHANNELS; i++) {
		struct zn_channel channel;
		if (!model.channels[i].used)
			continue;
		assert_true(zn_ledger_channel_get(&channel, &view, &model.channels[i].id));
		assert_true(channel.deposit.zat == model.channels[i].deposit);
		assert_true(channel.redeemed.zat == model.channels[i].redeemed);
		assert_true(channel.held.zat == model.channels[i].held);
	}
	model = kept;
	zn_overlay_destroy(scratch);
}

/* The root from a scan, in another ledger over the same store, is the one that grew. */
static void rebuild_compare(void)
{
	struct zn_ledger *again;
	struct zn_hash grown, rebuilt;
	assert_int_equal(zn_ledger_create(&again, zn_memory_store_view(memory),
				 zn_ledger_height(ledger), zn_ledger_time_s(ledger)),
		ZN_LEDGER_SOUND);
	zn_ledger_app_hash(&grown, ledger);
	zn_ledger_app_hash(&rebuilt, again);
	assert_memory_equal(grown.bytes, rebuilt.bytes, sizeof grown.bytes);
	zn_ledger_destroy(again);
}

static size_t block_compare(void)
{
	static uint8_t bytes[BLOCK_TXS_MAX][ZN_TX_BYTES_MAX];
	static struct zn_transaction tx;
	struct zn_block_tx txs[BLOCK_TXS_MAX];
	enum zn_ledger_refusal results[BLOCK_TXS_MAX], expected[BLOCK_TXS_MAX];
	struct model_hint hint;
	size_t count = 1 + below(BLOCK_TXS_MAX);
	model.height = zn_ledger_height(ledger) + 1;
	model.now_s += once_in(3) ? below(4) : 0;
	if (once_in(300)) /* a pause, after which unbonded coins come back */
		model.now_s += below(22 * 86400);
	model_block_begin(&model);
	for (size_t i = 0; i < count; i++) {
		txs[i] = (struct zn_block_tx){bytes[i], tx_make(bytes[i], &tx, &hint), false};
		expected[i] = model_do(&model, &tx, &hint);
	}
	struct zn_block block = {model.height, model.now_s, count, txs};
	zn_ledger_finalize(ledger, results, &block);
	zn_memory_store_commit(memory, zn_ledger_changes(ledger));
	zn_ledger_commit(ledger);
	for (size_t i = 0; i < count; i++) {
		if (results[i] != expected[i])
			fail_msg("height %llu: kind %u: %s, the model says %s",
				(unsigned long long)model.height, bytes[i][59],
				zn_ledger_refusal_name(results[i]),
				zn_ledger_refusal_name(expected[i]));
		seen[results[i]]++;
	}
	assert_true(model_sum(&model) == ZN_SUPPLY_XEN * ZN_ZAT_PER_XEN);
	return count;
}

/* The same blocks give the same hash, whichever compiler and options built this: so many steps of
 * the first world. tests/sim/compilers.sh. */
#define HASH_STEPS 5000
static const char hash_early[] = "6f0c4205dfc2d6368751a61e240ae47c899e75376c7054306efef53a46756690";

static void hash_compare(const char *expected)
{
	struct zn_hash hash;
	char text[ZN_HASH_TEXT_BYTES];
	zn_ledger_app_hash(&hash, ledger);
	assert_string_equal(zn_hash_text(text, &hash), expected);
}

static void the_ledger_does_what_the_model_does(void **state)
{
	const char *text = getenv("ZENNET_TEST_LONG"), *seed = getenv("ZENNET_TEST_SEED"),
		   *fewer = getenv("ZENNET_TEST_STEPS");
	unsigned long steps = text != NULL && text[0] == '1' ? 1000000 : 100000, done = 0;
	(void)state;
	if (fewer != NULL)
		steps = strtoul(fewer, NULL, 10);
	bool compared = seed != NULL;
	random_state = seed != NULL ? strtoull(seed, NULL, 10) : 1;
	world_start();
	for (unsigned long blocks = 0; done < steps; blocks++) {
		uint64_t before = zn_ledger_height(ledger);
		done += block_compare();
		if (blocks % 50 == 0)
			accounts_compare();
		if (blocks % 1000 == 0)
			rebuild_compare();
		assert_true(zn_ledger_height(ledger) == before + 1);
		if (!compared && done >= HASH_STEPS) {
			hash_compare(hash_early);
			compared = true;
		}
	}
	accounts_compare();
	rebuild_compare();
	assert_int_equal(zn_ledger_audit(zn_memory_store_view(memory)), ZN_LEDGER_SOUND);
	zn_ledger_destroy(ledger);
	zn_memory_store_destroy(memory);
	for (uint32_t i = 0; i < 128; i++)
		if (seen[i] > 0)
			print_message("%7u %s\n", seen[i], zn_ledger_refusal_name(i));
	/* A world that does not reach a rule does not test it. */
	static const uint32_t reached[] = {ZN_LEDGER_OK, ZN_LEDGER_EXPIRED, ZN_LEDGER_FEE_TOO_LOW,
		ZN_LEDGER_NONCE_USED, ZN_LEDGER_NONCE_GAP, ZN_LEDGER_BAD_SIGNATURE,
		ZN_LEDGER_NO_AMOUNT, ZN_LEDGER_NO_JOB, ZN_LEDGER_NOT_OWNER, ZN_LEDGER_NO_OPENING,
		ZN_LEDGER_PAYS_ITSELF, ZN_LEDGER_SHORT_GRACE, ZN_LEDGER_LONG_GRACE,
		ZN_LEDGER_DUST_DEPOSIT, ZN_LEDGER_NO_CHANNEL, ZN_LEDGER_NOT_PAYER,
		ZN_LEDGER_NOT_PAYEE, ZN_LEDGER_CLOSING, ZN_LEDGER_NOT_CLOSING,
		ZN_LEDGER_PAID_SHRINKS, ZN_LEDGER_PAID_OVER_DEPOSIT, ZN_LEDGER_TOO_EARLY,
		ZN_LEDGER_NO_FUNDS, ZN_LEDGER_NO_BOND, ZN_LEDGER_ANNOUNCEMENT_PRICE,
		ZN_LEDGER_VOUCHER_OTHER_CHAIN, ZN_LEDGER_VOUCHER_SHRINKS,
		ZN_LEDGER_VOUCHER_DOES_NOT_GROW, ZN_LEDGER_VOUCHER_OVER_DEPOSIT,
		ZN_LEDGER_VOUCHER_BAD_SIGNATURE};
	for (size_t i = 0; fewer == NULL && i < sizeof reached / sizeof *reached; i++)
		if (seen[reached[i]] == 0)
			fail_msg("%s never came", zn_ledger_refusal_name(reached[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_ledger_does_what_the_model_does),
	};
	return cmocka_run_group_tests_name("ledger_random", tests, NULL, NULL);
}
