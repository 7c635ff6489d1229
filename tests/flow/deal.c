/* tests/flow/deal.c - whole deals, from announcement's terms to settlement, one story a test. */
#include "tests/sim/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HOUR_MS 3600000

static struct world_options plain(uint32_t workers, uint64_t chunks)
{
	return (struct world_options){.seed = 7, .workers = workers, .chunks = chunks};
}

static uint64_t earned_on_ledger(struct world *world, uint32_t worker)
{
	struct zn_account account = world_worker_account(world, worker);
	return world_balance(world, &account);
}

static void one_worker_does_the_whole_job_and_is_paid_to_the_zat(void **state)
{
	(void)state;
	struct world_options options = plain(1, 40);
	struct world *world = world_create(&options);
	assert_true(world_run(world, HOUR_MS));
	assert_true(world_result_right(world));
	assert_int_equal(world->workers[0].ended, ZN_WORKER_END_DONE);
	struct zn_amount due;
	assert_true(zn_terms_due(&due, &world->peers[0].kept.terms, 40));
	assert_int_equal(world->workers[0].earned_zat, due.zat);
	/* The fee of closing came out of the pay; the worker never had a coin before. */
	uint64_t got = earned_on_ledger(world, 0);
	assert_true(got < due.zat && got > due.zat - 10000);
	assert_int_equal(world->workers[0].chunks_begun, 40);
	assert_int_equal(world->refunds, 0);
	world_destroy(world);
}

static void three_workers_share_a_job_and_the_result_is_the_same(void **state)
{
	(void)state;
	struct world_options options = plain(3, 120);
	options.chunk_ms[1] = 300;
	options.chunk_ms[2] = 4000;
	struct world *world = world_create(&options);
	assert_true(world_run(world, HOUR_MS));
	assert_true(world_result_right(world));
	for (uint32_t i = 0; i < 3; i++)
		assert_true(earned_on_ledger(world, i) > 0);
	world_destroy(world);
}

static void a_killed_worker_keeps_its_pay_and_others_do_its_chunks(void **state)
{
	(void)state;
	struct world_options options = plain(3, 90);
	options.kill_worker_ms[1] = 9000;
	options.stays_dead[1] = true;
	struct world *world = world_create(&options);
	assert_true(world_run(world, HOUR_MS));
	assert_true(world_result_right(world));
	assert_true(earned_on_ledger(world, 1) > 0);
	assert_true(world->workers[0].chunks_begun + world->workers[2].chunks_begun > 60);
	world_destroy(world);
}

static void a_killed_worker_that_comes_back_goes_on_with_its_channel(void **state)
{
	(void)state;
	struct world_options options = plain(1, 40);
	options.kill_worker_ms[0] = 9000;
	struct world *world = world_create(&options);
	assert_true(world_run(world, HOUR_MS));
	assert_true(world_result_right(world));
	struct zn_amount due;
	assert_true(zn_terms_due(&due, &world->peers[0].kept.terms, 40));
	assert_int_equal(world->workers[0].earned_zat, due.zat);
	world_destroy(world);
}

static void a_killed_publisher_resumes_and_pays_nothing_twice(void **state)
{
	(void)state;
	struct world_options options = plain(2, 80);
	options.kill_publisher_ms = 12000;
	struct world *world = world_create(&options);
	assert_true(world_run(world, HOUR_MS));
	assert_true(world_result_right(world));
	uint64_t units = 0;
	for (uint32_t i = 0; i < WORLD_PEERS_MAX; i++)
		units += world->peers[i].kept.units;
	assert_int_equal(units, 80);
	for (uint64_t chunk = 0; chunk < 80; chunk++)
		assert_int_equal(world->times_used[chunk], 1);
	world_destroy(world);
}

static void a_lazy_worker_is_found_and_what_it_delivered_is_redone(void **state)
{
	(void)state;
	struct world_options options = plain(3, 90);
	options.lazy[2] = true;
	struct world *world = world_create(&options);
	assert_true(world_run(world, 2 * HOUR_MS));
	assert_true(world_result_right(world));
	assert_int_equal(world->workers[2].ended, ZN_WORKER_END_WRONG);
	assert_true(world->workers[2].chunks_begun < 60);
	world_destroy(world);
}

static void pause_stops_the_work_and_resume_ends_with_the_same_result(void **state)
{
	(void)state;
	struct world_options options = plain(2, 60);
	struct world *world = world_create(&options);
	world_run_until(world, 8000);
	world_order(world, ZN_ORDER_PAUSE);
	world_run_until(world, 9000);
	uint64_t begun = world->workers[0].chunks_begun + world->workers[1].chunks_begun;
	uint64_t accepted = zn_chunk_table_accepted(world->job.table);
	world_run_until(world, 200000); /* longer than a lease: its time stands still */
	assert_int_equal(begun, world->workers[0].chunks_begun + world->workers[1].chunks_begun);
	assert_int_equal(accepted, zn_chunk_table_accepted(world->job.table));
	assert_true(accepted < 60);
	world_order(world, ZN_ORDER_WORK);
	assert_true(world_run(world, HOUR_MS));
	assert_true(world_result_right(world));
	assert_int_equal(world->workers[0].chunks_begun + world->workers[1].chunks_begun, 60);
	world_destroy(world);
}

static void a_cancelled_job_pays_what_was_begun_and_settles(void **state)
{
	(void)state;
	struct world_options options = plain(2, 200);
	struct world *world = world_create(&options);
	world_run_until(world, 8000);
	uint64_t begun = world->workers[0].chunks_begun + world->workers[1].chunks_begun;
	world_order(world, ZN_ORDER_CANCEL);
	assert_true(world_run(world, HOUR_MS));
	assert_int_equal(begun, world->workers[0].chunks_begun + world->workers[1].chunks_begun);
	uint64_t units = world->peers[0].kept.units + world->peers[1].kept.units;
	assert_int_equal(units, begun);
	assert_int_equal(world->workers[0].ended, ZN_WORKER_END_CANCELLED);
	world_destroy(world);
}

static void a_worker_that_leaves_delivers_what_it_began_and_is_paid(void **state)
{
	(void)state;
	struct world_options options = plain(2, 60);
	options.leave_ms[0] = 7000;
	struct world *world = world_create(&options);
	assert_true(world_run(world, HOUR_MS));
	assert_true(world_result_right(world));
	assert_int_equal(world->workers[0].ended, ZN_WORKER_END_LEFT);
	assert_true(earned_on_ledger(world, 0) > 0);
	world_destroy(world);
}

static void no_deal_is_made_above_the_ceiling_or_below_the_floor(void **state)
{
	(void)state;
	struct world_options options = plain(1, 10);
	options.ceiling_zat = 1000000;
	struct world *world = world_create(&options);
	world_run_until(world, 60000);
	assert_int_equal(world->workers[0].ended, ZN_WORKER_END_PRICE);
	assert_int_equal(world->job.deposited.zat, 0);
	assert_int_equal(world->workers[0].chunks_begun, 0);
	world_destroy(world);
}

static void a_deal_is_made_whenever_the_floor_is_within_the_ceiling(void **state)
{
	(void)state;
	struct world_options options = plain(1, 10);
	/* One second a chunk at 100,000,000 zat an hour: a floor of 27,777,777,778 a million. */
	options.ceiling_zat = UINT64_C(27777777778);
	struct world *world = world_create(&options);
	assert_true(world_run(world, HOUR_MS));
	assert_int_equal(world->peers[0].kept.terms.price_zat, UINT64_C(27777777778));
	world_destroy(world);
}

static void a_small_budget_is_never_exceeded_and_ends_the_deals(void **state)
{
	(void)state;
	struct world_options options = plain(3, 200);
	options.budget_zat = 3000000; /* about a hundred chunks */
	struct world *world = world_create(&options);
	world_run_until(world, 600000);
	assert_true(zn_chunk_table_accepted(world->job.table) > 20);
	assert_true(zn_chunk_table_accepted(world->job.table) < 200);
	world_order(world, ZN_ORDER_CANCEL);
	assert_true(world_run(world, 2 * HOUR_MS));
	world_destroy(world);
}

static void a_network_that_loses_a_tenth_only_delays(void **state)
{
	(void)state;
	struct world_options options = plain(3, 60);
	options.loss_percent = 10;
	struct world *world = world_create(&options);
	assert_true(world_run(world, 2 * HOUR_MS));
	assert_true(world_result_right(world));
	world_destroy(world);
}

static void pay_that_passes_its_limit_is_redeemed_in_the_midst_of_the_deal(void **state)
{
	(void)state;
	struct world_options options = plain(1, 80);
	options.redeem_zat = 300000; /* about nine chunks */
	struct world *world = world_create(&options);
	world_run_until(world, 60000);
	uint64_t before = earned_on_ledger(world, 0);
	assert_true(before > 900000);
	assert_true(world->workers[0].deal.stage == ZN_WORKER_WORKING);
	assert_true(zn_worker_deal_unredeemed(&world->workers[0].deal).zat < 600000);
	assert_true(world_run(world, HOUR_MS));
	assert_true(world_result_right(world));
	assert_int_equal(world->workers[0].deals, 1);
	assert_true(world->workers[0].redeems >= 4);
	struct zn_amount due;
	assert_true(zn_terms_due(&due, &world->peers[0].kept.terms, 80));
	assert_int_equal(world->workers[0].earned_zat, due.zat);
	assert_int_equal(earned_on_ledger(world, 0) + world->workers[0].fees_zat, due.zat);
	world_destroy(world);
}

static void a_worker_that_is_killed_redeems_nothing_twice(void **state)
{
	(void)state;
	struct world_options options = plain(3, 120);
	options.redeem_zat = 150000;
	options.kill_worker_ms[0] = 9000;
	options.kill_worker_ms[1] = 14000;
	options.stays_dead[1] = true;
	options.leave_ms[2] = 20000;
	options.loss_percent = 5;
	struct world *world = world_create(&options);
	assert_true(world_run(world, HOUR_MS));
	assert_true(world_result_right(world));
	for (uint32_t i = 0; i < 3; i++) {
		const struct world_worker *worker = &world->workers[i];
		assert_true(worker->redeems > 0);
		/* A redeem for each limit's worth, and no more. */
		assert_true(worker->redeems <= worker->earned_zat / options.redeem_zat);
		assert_true(earned_on_ledger(world, i) + worker->fees_zat >= worker->earned_zat);
	}
	world_destroy(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_worker_does_the_whole_job_and_is_paid_to_the_zat),
		cmocka_unit_test(three_workers_share_a_job_and_the_result_is_the_same),
		cmocka_unit_test(a_killed_worker_keeps_its_pay_and_others_do_its_chunks),
		cmocka_unit_test(a_killed_worker_that_comes_back_goes_on_with_its_channel),
		cmocka_unit_test(a_killed_publisher_resumes_and_pays_nothing_twice),
		cmocka_unit_test(a_lazy_worker_is_found_and_what_it_delivered_is_redone),
		cmocka_unit_test(pause_stops_the_work_and_resume_ends_with_the_same_result),
		cmocka_unit_test(a_cancelled_job_pays_what_was_begun_and_settles),
		cmocka_unit_test(a_worker_that_leaves_delivers_what_it_began_and_is_paid),
		cmocka_unit_test(no_deal_is_made_above_the_ceiling_or_below_the_floor),
		cmocka_unit_test(a_deal_is_made_whenever_the_floor_is_within_the_ceiling),
		cmocka_unit_test(a_small_budget_is_never_exceeded_and_ends_the_deals),
		cmocka_unit_test(a_network_that_loses_a_tenth_only_delays),
		cmocka_unit_test(pay_that_passes_its_limit_is_redeemed_in_the_midst_of_the_deal),
		cmocka_unit_test(a_worker_that_is_killed_redeems_nothing_twice),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
