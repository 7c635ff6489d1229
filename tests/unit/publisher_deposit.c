/* tests/unit/publisher_deposit.c - how much a publisher puts into a worker's channel. */
#include "tests/test.h"

#include "market/publisher_stages.h"

#include <string.h>

static struct zn_publisher_job job;
static struct zn_publisher_deal deal;

static void begin(uint64_t budget_zat, uint64_t price_zat)
{
	memset(&job, 0, sizeof job);
	memset(&deal, 0, sizeof deal);
	job.table = zn_chunk_table_create(100);
	assert_non_null(job.table);
	job.policy.budget.zat = budget_zat;
	job.policy.deposit_s = 600;
	job.policy.deposit_min.zat = 10000;
	deal.chunks_per_1000s = 1000;
	deal.terms.price_zat = price_zat;
	deal.terms.window_chunks = 10;
}

static void a_deposit_is_at_least_what_the_ledger_takes(void **state)
{
	struct zn_amount deposit;
	(void)state;
	begin(1000000, 5 * 1000000); /* 5 zat a chunk: 505 for all of it */
	assert_true(zn_publisher_deposit(&deposit, &job, &deal));
	assert_int_equal(deposit.zat, 10000);
	zn_chunk_table_destroy(job.table);
}

static void a_deposit_above_the_least_is_left_alone(void **state)
{
	struct zn_amount deposit;
	(void)state;
	begin(100000000, UINT64_C(1000) * 1000000);
	deal.units = 1;
	assert_true(zn_publisher_deposit(&deposit, &job, &deal));
	assert_int_equal(deposit.zat, 101000);
	zn_chunk_table_destroy(job.table);
}

static void a_worker_without_accepted_work_gets_a_windows_pay(void **state)
{
	struct zn_amount deposit;
	(void)state;
	begin(100000000, UINT64_C(1000) * 1000000);
	assert_true(zn_publisher_deposit(&deposit, &job, &deal));
	assert_int_equal(deposit.zat, (10 + ZN_LEASE_AHEAD + 1) * 1000);
	deal.chunks_per_1000s = UINT64_MAX; /* whatever it claims */
	assert_true(zn_publisher_deposit(&deposit, &job, &deal));
	assert_int_equal(deposit.zat, (10 + ZN_LEASE_AHEAD + 1) * 1000);
	zn_chunk_table_destroy(job.table);
}

static void a_budget_below_the_least_opens_nothing(void **state)
{
	struct zn_amount deposit;
	(void)state;
	begin(9999, 5 * 1000000);
	assert_false(zn_publisher_deposit(&deposit, &job, &deal));
	zn_chunk_table_destroy(job.table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_deposit_is_at_least_what_the_ledger_takes),
		cmocka_unit_test(a_deposit_above_the_least_is_left_alone),
		cmocka_unit_test(a_worker_without_accepted_work_gets_a_windows_pay),
		cmocka_unit_test(a_budget_below_the_least_opens_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
