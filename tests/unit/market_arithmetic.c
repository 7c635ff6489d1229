/* Bargaining, drawing and the bound; the chunk table against a tiny model of it. */
#include "market/bargain.h"

#include "core/limits.h"
#include "market/chunk_table.h"
#include "market/manifest.h"
#include "market/verdict.h"
#include "tests/test.h"

#include <string.h>

/* The agreed price, or 0. */
static uint64_t bargain(uint64_t floor_zat, uint64_t ceiling_zat, uint32_t margin)
{
	uint64_t ask = 0, bid = 0;
	for (uint32_t round = 1; round <= ZN_OFFER_ROUNDS_MAX; round++) {
		ask = zn_bargain_ask(round, floor_zat, margin, ask, bid);
		assert_true(ask >= floor_zat && ask <= ZN_AMOUNT_MAX_ZAT);
		enum zn_bargain_answer answer = zn_bargain_answer(&bid, round, ask, ceiling_zat);
		if (answer == ZN_BARGAIN_ACCEPT)
			return ask;
		if (answer == ZN_BARGAIN_REJECT)
			return 0;
		assert_true(bid > 0 && bid <= ceiling_zat);
	}
	fail_msg("no end of bargaining");
	return 0;
}

static void there_is_a_deal_whenever_the_floor_is_within_the_ceiling(void **state)
{
	(void)state;
	static const uint32_t margins[] = {0, 1, 10, 25, 100, 900};
	for (uint64_t floor = 1; floor <= 120; floor++)
		for (uint64_t ceiling = 0; ceiling <= 120; ceiling++)
			for (size_t i = 0; i < sizeof margins / sizeof margins[0]; i++) {
				uint64_t price = bargain(floor, ceiling, margins[i]);
				assert_true((price > 0) == (floor <= ceiling));
				assert_true(price == 0 || (price >= floor && price <= ceiling));
			}
}

static void the_largest_prices_are_bargained_too(void **state)
{
	(void)state;
	const uint64_t most = ZN_AMOUNT_MAX_ZAT;
	assert_int_equal(bargain(most, most, UINT32_MAX), most);
	assert_true(bargain(most - 1, most, 0) >= most - 1);
	assert_int_equal(bargain(most, most - 1, 100), 0);
	uint64_t bid = 0;
	assert_int_equal(zn_bargain_answer(&bid, 1, 0, most), ZN_BARGAIN_REJECT);
	assert_int_equal(zn_bargain_answer(&bid, 1, most + 1, most), ZN_BARGAIN_REJECT);
}

static void drawn_items_are_different_ascending_and_in_the_chunk(void **state)
{
	(void)state;
	uint32_t drawn[64];
	struct zn_hash secret = {{1}}, channel = {{2}};
	for (uint32_t items = 1; items <= 200; items++) {
		uint32_t count = zn_check_draw(drawn, 64, &secret, &channel, items, items);
		assert_int_equal(count, items < 64 ? items : 64);
		for (uint32_t i = 0; i < count; i++)
			assert_true(drawn[i] < items && (i == 0 || drawn[i] > drawn[i - 1]));
	}
}

static void a_draw_depends_on_secret_channel_and_chunk_only(void **state)
{
	(void)state;
	uint32_t a[16], b[16];
	struct zn_hash secret = {{1}}, channel = {{2}}, other = {{3}};
	zn_check_draw(a, 16, &secret, &channel, 5, 100000);
	zn_check_draw(b, 16, &secret, &channel, 5, 100000);
	assert_memory_equal(a, b, sizeof a);
	zn_check_draw(b, 16, &other, &channel, 5, 100000);
	assert_memory_not_equal(a, b, sizeof a);
	zn_check_draw(b, 16, &secret, &other, 5, 100000);
	assert_memory_not_equal(a, b, sizeof a);
	zn_check_draw(b, 16, &secret, &channel, 6, 100000);
	assert_memory_not_equal(a, b, sizeof a);
}

static void every_item_is_drawn_about_as_often(void **state)
{
	(void)state;
	uint32_t seen[32] = {0}, drawn[8];
	struct zn_hash secret = {{7}}, channel = {{8}};
	for (uint64_t chunk = 0; chunk < 8000; chunk++) {
		zn_check_draw(drawn, 8, &secret, &channel, chunk, 32);
		for (int i = 0; i < 8; i++)
			seen[drawn[i]]++;
	}
	for (int i = 0; i < 32; i++) /* 2000 each; the deviation of one is 39 */
		assert_true(seen[i] > 1800 && seen[i] < 2200);
}

static void comparing_ends_at_the_first_item_that_differs(void **state)
{
	(void)state;
	uint8_t output[40], again[12];
	static const uint32_t drawn[] = {1, 4, 9};
	for (uint8_t i = 0; i < 40; i++)
		output[i] = i;
	for (int i = 0; i < 3; i++)
		memcpy(again + i * 4, output + drawn[i] * 4, 4);
	assert_int_equal(zn_check_compare(output, again, drawn, 3, 4), 3);
	output[16] ^= 1;
	assert_int_equal(zn_check_compare(output, again, drawn, 3, 4), 1);
	output[8] ^= 1; /* not drawn */
	assert_int_equal(zn_check_compare(output, again, drawn, 3, 4), 1);
}

static void the_bound_is_rounded_down(void **state)
{
	(void)state;
	assert_int_equal(zn_check_bound(0), 0);
	assert_int_equal(zn_check_bound(4), 0);
	assert_int_equal(zn_check_bound(5), 1);
	assert_int_equal(zn_check_bound(64), 13);
	assert_int_equal(zn_check_bound(100 * 64), 1389);
	assert_int_equal(zn_check_bound(UINT64_MAX), UINT64_C(4005651043761492843));
}

/* --- the chunk table --------------------------------------------------------------------------- */

#define CHUNKS 24
#define PEERS  5

/* Who holds each chunk, whose result was accepted; nothing else. */
struct model {
	bool held[CHUNKS][PEERS];
	int acceptor[CHUNKS]; /* -1: none */
	bool slow[PEERS];
	bool taken_out[CHUNKS];
};

static int holders(const struct model *model, int chunk)
{
	int count = 0;
	for (int p = 0; p < PEERS; p++)
		count += model->held[chunk][p];
	return count;
}

static void same(const struct zn_chunk_table *table, const struct model *model)
{
	uint64_t accepted = 0, leased = 0;
	for (int c = 0; c < CHUNKS; c++) {
		accepted += model->acceptor[c] >= 0;
		leased += model->acceptor[c] < 0 && holders(model, c) > 0;
		assert_int_equal(zn_chunk_table_acceptor(table, (uint64_t)c),
			model->acceptor[c] < 0 ? ZN_PEER_NONE : model->acceptor[c]);
		for (uint16_t p = 0; p < PEERS; p++)
			assert_int_equal(zn_chunk_table_holds(table, (uint64_t)c, p),
				model->held[c][p]);
	}
	assert_int_equal(zn_chunk_table_accepted(table), accepted);
	assert_int_equal(zn_chunk_table_leased(table), leased);
	assert_int_equal(zn_chunk_table_free(table), CHUNKS - accepted - leased);
}

static bool all_slow(const struct model *model, int chunk)
{
	for (int p = 0; p < PEERS; p++)
		if (model->held[chunk][p] && !model->slow[p])
			return false;
	return true;
}

static void lease(struct zn_chunk_table *table, struct model *model, uint16_t peer, uint32_t wanted)
{
	uint64_t got[CHUNKS];
	uint32_t count = zn_chunk_table_lease(table, got, wanted, peer), expected = 0;
	for (int copies = 0; copies < 2 && expected == 0; copies++)
		for (int c = 0; c < CHUNKS && expected < wanted; c++) {
			int held = holders(model, c);
			bool fits = copies ? held == 1 && all_slow(model, c) : held == 0;
			if (model->acceptor[c] >= 0 || !fits || model->held[c][peer])
				continue;
			assert_true(expected < count);
			assert_int_equal(got[expected++], c);
		}
	assert_int_equal(count, expected);
	for (uint32_t i = 0; i < count; i++)
		model->held[got[i]][peer] = true;
}

static void taken_out(void *user, uint64_t chunk)
{
	struct model *model = user;
	assert_false(model->taken_out[chunk]);
	model->taken_out[chunk] = true;
}

static void refuse(struct zn_chunk_table *table, struct model *model, uint16_t peer)
{
	memset(model->taken_out, 0, sizeof model->taken_out);
	zn_chunk_table_refuse(table, peer, taken_out, model);
	for (int c = 0; c < CHUNKS; c++) {
		model->held[c][peer] = false;
		assert_int_equal(model->taken_out[c], model->acceptor[c] == peer);
		if (model->acceptor[c] == peer)
			model->acceptor[c] = -1;
	}
}

static void accept_one(struct zn_chunk_table *table, struct model *model, uint16_t peer, int chunk)
{
	bool first = model->acceptor[chunk] < 0;
	assert_int_equal(zn_chunk_table_accept(table, (uint64_t)chunk, peer), first);
	if (first)
		model->acceptor[chunk] = peer;
	model->held[chunk][peer] = false;
}

static void the_chunk_table_does_what_a_tiny_model_does(void **state)
{
	(void)state;
	uint64_t random = 5;
	struct zn_chunk_table *table = NULL;
	struct model model;
	for (int i = 0; i < 60000; i++) {
		if (i % 500 == 0) {
			zn_chunk_table_destroy(table);
			table = zn_chunk_table_create(CHUNKS);
			assert_non_null(table);
			memset(&model, 0, sizeof model);
			for (int c = 0; c < CHUNKS; c++)
				model.acceptor[c] = -1;
		}
		uint16_t peer = (uint16_t)(test_random(&random) % PEERS);
		int chunk = (int)(test_random(&random) % CHUNKS);
		uint64_t what = test_random(&random) % 20;
		if (what < 6) {
			lease(table, &model, peer, (uint32_t)(test_random(&random) % 5));
		} else if (what < 10) {
			zn_chunk_table_release(table, (uint64_t)chunk, peer);
			model.held[chunk][peer] = false;
		} else if (what < 15) {
			accept_one(table, &model, peer, chunk);
		} else if (what < 18) {
			model.slow[peer] = !model.slow[peer];
			zn_chunk_table_slow(table, peer, model.slow[peer]);
		} else if (what < 19) {
			refuse(table, &model, peer);
		} else if (holders(&model, chunk) < 2) {
			zn_chunk_table_lease_restore(table, (uint64_t)chunk, peer);
			model.held[chunk][peer] = true;
		}
		same(table, &model);
	}
	zn_chunk_table_destroy(table);
}

static void groups_of_drawn_items_are_whole_and_each_once(void **state)
{
	const uint32_t drawn[] = {0, 3, 9, 10, 31};
	const uint32_t wanted[] = {0, 1, 2, 3, 8, 9, 10, 11, 28, 29, 30, 31};
	uint32_t items[20];
	(void)state;
	assert_int_equal(zn_check_groups(items, drawn, 5, 4), 12);
	assert_memory_equal(items, wanted, sizeof wanted);
	assert_int_equal(zn_check_groups(items, drawn, 5, 1), 5);
	assert_memory_equal(items, drawn, sizeof drawn);
}

static void units_are_the_sum_of_the_slots_counters(void **state)
{
	struct zn_manifest manifest = {.slot_bytes = 8, .counter_at = 4};
	const uint8_t output[] = {9, 9, 9, 9, 1, 2, 0, 0, 9, 9, 9, 9, 0xff, 0xff, 0xff, 0xff};
	(void)state;
	assert_true(
		zn_manifest_units(&manifest, output, sizeof output) == 513 + (uint64_t)UINT32_MAX);
	assert_true(zn_manifest_units(&manifest, output, 0) == 0);
	manifest.counter_at = ZN_COUNTER_NONE;
	assert_true(zn_manifest_units(&manifest, output, sizeof output) == 1);
}

static void a_chunk_to_be_done_again_is_free_once_more(void **state)
{
	struct zn_chunk_table *table = zn_chunk_table_create(3);
	uint64_t chunks[3];
	(void)state;
	assert_int_equal(zn_chunk_table_lease(table, chunks, 3, 1), 3);
	for (uint64_t i = 0; i < 3; i++)
		assert_true(zn_chunk_table_accept(table, i, 1));
	zn_chunk_table_redo(table, 1);
	zn_chunk_table_redo(table, 1);
	assert_int_equal(zn_chunk_table_accepted(table), 2);
	assert_int_equal(zn_chunk_table_lease(table, chunks, 3, 1), 1);
	assert_int_equal(chunks[0], 1);
	assert_true(zn_chunk_table_accept(table, 1, 1));
	zn_chunk_table_destroy(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_is_a_deal_whenever_the_floor_is_within_the_ceiling),
		cmocka_unit_test(the_largest_prices_are_bargained_too),
		cmocka_unit_test(drawn_items_are_different_ascending_and_in_the_chunk),
		cmocka_unit_test(a_draw_depends_on_secret_channel_and_chunk_only),
		cmocka_unit_test(every_item_is_drawn_about_as_often),
		cmocka_unit_test(comparing_ends_at_the_first_item_that_differs),
		cmocka_unit_test(the_bound_is_rounded_down),
		cmocka_unit_test(groups_of_drawn_items_are_whole_and_each_once),
		cmocka_unit_test(units_are_the_sum_of_the_slots_counters),
		cmocka_unit_test(a_chunk_to_be_done_again_is_free_once_more),
		cmocka_unit_test(the_chunk_table_does_what_a_tiny_model_does),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
