/* tests/unit/publisher_store.c - what a publisher remembers is what it wrote, and only that. */
#include "tests/test.h"

#include "core/limits.h"
#include "io/files.h"
#include "publisher/store.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct zn_job_home home;
static struct zn_store store;

static int begin(void **state)
{
	char template[] = "/tmp/zennet-store.XXXXXX";
	(void)state;
	memset(&home, 0, sizeof home);
	if (mkdtemp(template) == NULL || !zn_path_make(home.directory, "%s", template))
		return 1;
	return zn_store_open(&store, &home) == ZN_ERR_OK ? 0 : 1;
}

static int end(void **state)
{
	(void)state;
	zn_store_close(&store);
	return zn_directory_remove(home.directory) == ZN_ERR_OK ? 0 : 1;
}

static void again(void)
{
	zn_store_close(&store);
	assert_int_equal(zn_store_open(&store, &home), ZN_ERR_OK);
}

static struct zn_publisher_deal deal_make(uint16_t peer)
{
	struct zn_publisher_deal deal;
	memset(&deal, 0, sizeof deal);
	deal.peer = peer;
	snprintf(deal.device, sizeof deal.device, "device %u", peer);
	deal.terms.unit = 1;
	deal.terms.price_zat = 1000 + peer;
	deal.terms.window_chunks = 8;
	deal.terms.check_items = 64;
	deal.terms.check_ppm = 1000000;
	memset(deal.channel_id.bytes, 7 + peer, sizeof deal.channel_id);
	memset(deal.publisher_signature.bytes, 1, sizeof deal.publisher_signature);
	memset(deal.worker_signature.bytes, 2, sizeof deal.worker_signature);
	deal.deposit.zat = 5000;
	deal.units = 12;
	deal.has_voucher = true;
	deal.voucher.voucher.paid.zat = 4321;
	memset(deal.voucher.signature.bytes, 3, sizeof deal.voucher.signature);
	deal.lease_number = 4;
	deal.leases_count = 2;
	deal.leases[0] = (struct zn_publisher_lease){.chunk = 9,
		.deadline_s = 99,
		.leased_s = 39,
		.begun = true};
	deal.leases[1] = (struct zn_publisher_lease){.chunk = 10, .deadline_s = 98, .leased_s = 38};
	deal.items_checked = 768;
	return deal;
}

struct kept {
	struct zn_publisher_deal deals[4];
	enum zn_store_stage stages[4];
	uint32_t count;
};

static bool keep(void *user, struct zn_publisher_deal *deal, enum zn_store_stage stage)
{
	struct kept *kept = user;
	kept->stages[kept->count] = stage;
	kept->deals[kept->count++] = *deal;
	return true;
}

static void a_deal_comes_back_with_voucher_and_leases(void **state)
{
	static struct kept kept;
	struct zn_chain_id chain = {"test"};
	struct zn_publisher_deal deal = deal_make(3);
	(void)state;
	memset(&kept, 0, sizeof kept);
	zn_store_deal(&store, &deal, ZN_STORE_OPEN);
	assert_int_equal(zn_store_commit(&store), ZN_ERR_OK);
	deal.units = 13;
	zn_store_deal(&store, &deal, ZN_STORE_REFUSED);
	assert_int_equal(zn_store_commit(&store), ZN_ERR_OK);
	again();
	assert_int_equal(zn_store_deals(&store, &chain, keep, &kept), ZN_ERR_OK);
	assert_int_equal(kept.count, 1);
	assert_int_equal(kept.stages[0], ZN_STORE_REFUSED);
	const struct zn_publisher_deal *back = &kept.deals[0];
	assert_int_equal(back->peer, 3);
	assert_string_equal(back->device, "device 3");
	assert_int_equal(back->units, 13);
	assert_true(back->has_voucher);
	assert_int_equal(back->voucher.voucher.paid.zat, 4321);
	assert_memory_equal(&back->voucher.voucher.channel_id, &deal.channel_id,
		sizeof deal.channel_id);
	assert_memory_equal(&back->voucher.signature, &deal.voucher.signature,
		sizeof deal.voucher.signature);
	assert_int_equal(back->terms.price_zat, 1003);
	assert_int_equal(back->leases_count, 2);
	assert_int_equal(back->leases[0].deadline_s, 99);
	assert_true(back->leases[0].begun);
	assert_int_equal(back->items_checked, 768);
}

static void what_was_not_committed_is_not_there(void **state)
{
	static struct kept kept;
	struct zn_chain_id chain = {"test"};
	struct zn_publisher_deal deal = deal_make(1);
	uint64_t number;
	(void)state;
	memset(&kept, 0, sizeof kept);
	zn_store_set_number(&store, "one", 1);
	assert_int_equal(zn_store_commit(&store), ZN_ERR_OK);
	zn_store_set_number(&store, "two", 2);
	zn_store_deal(&store, &deal, ZN_STORE_OPEN);
	again();
	assert_true(zn_store_get_number(&store, "one", &number));
	assert_int_equal(number, 1);
	assert_false(zn_store_get_number(&store, "two", &number));
	assert_int_equal(zn_store_deals(&store, &chain, keep, &kept), ZN_ERR_OK);
	assert_int_equal(kept.count, 0);
}

static void result_add(uint64_t chunk, uint16_t peer, const char *text)
{
	struct zn_hash id;
	assert_true(zn_content_id(&id, text, strlen(text)));
	zn_store_result(&store, chunk, peer, &id, (const uint8_t *)text, strlen(text), 5);
}

static void outputs_come_back_as_they_were_and_retracted_ones_do_not(void **state)
{
	struct zn_stored_result result;
	uint8_t *bytes;
	(void)state;
	result_add(4, 0, "four");
	result_add(2, 1, "second");
	result_add(7, 1, "seventh");
	assert_int_equal(zn_store_commit(&store), ZN_ERR_OK);
	zn_store_retract(&store, 1);
	assert_false(zn_store_result_find(&store, &result, 2));
	result_add(2, 0, "two again");
	assert_int_equal(zn_store_commit(&store), ZN_ERR_OK);
	again();
	assert_false(zn_store_result_find(&store, &result, 7));
	assert_true(zn_store_result_find(&store, &result, 2));
	assert_int_equal(result.peer, 0);
	assert_int_equal(zn_store_output(&bytes, &store, &result), ZN_ERR_OK);
	assert_memory_equal(bytes, "two again", 9);
	free(bytes);
	assert_true(zn_store_result_find(&store, &result, 4));
	assert_int_equal(zn_store_output(&bytes, &store, &result), ZN_ERR_OK);
	assert_memory_equal(bytes, "four", 4);
	free(bytes);
}

static void a_damaged_output_is_not_given_out(void **state)
{
	struct zn_stored_result result;
	uint8_t *bytes;
	(void)state;
	result_add(0, 0, "whole");
	assert_int_equal(zn_store_commit(&store), ZN_ERR_OK);
	assert_int_equal(pwrite(store.outputs_fd, "W", 1, 0), 1);
	assert_true(zn_store_result_find(&store, &result, 0));
	assert_int_equal(zn_store_output(&bytes, &store, &result), ZN_ERR_CORRUPT);
}

static void two_publishers_cannot_have_one_job(void **state)
{
	struct zn_store other;
	(void)state;
	assert_int_equal(zn_store_open(&other, &home), ZN_ERR_BUSY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_deal_comes_back_with_voucher_and_leases, begin,
			end),
		cmocka_unit_test_setup_teardown(what_was_not_committed_is_not_there, begin, end),
		cmocka_unit_test_setup_teardown(
			outputs_come_back_as_they_were_and_retracted_ones_do_not, begin, end),
		cmocka_unit_test_setup_teardown(a_damaged_output_is_not_given_out, begin, end),
		cmocka_unit_test_setup_teardown(two_publishers_cannot_have_one_job, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
