/* Which open jobs a worker tries, and how ledger time passes between blocks. */
#include "tests/test.h"

#include "worker/ledger_time.h"
#include "worker/search.h"

#include <string.h>

#define NOW_S  1000
#define SECOND UINT64_C(1000000000)

static struct zn_job job_make(uint8_t id)
{
	struct zn_job job = {.announced_height = 7,
		.announcement = {.kind = ZN_JOB_RENDER,
			.unit = ZN_UNIT_CHUNK,
			.chunks = 10,
			.chunk_output_bytes = 4096,
			.shared_bytes = 1 << 20,
			.memory_bytes = 1 << 20,
			.device_classes = ZN_DEVICE_CLASS_CPU,
			.features = ZN_FEATURE_EXACT,
			.price_zat = 100,
			.expiry_s = NOW_S + 60,
			.endpoint = "https://127.0.0.1:4433"}};
	memset(job.id.bytes, id, sizeof job.id.bytes);
	return job;
}

static struct zn_device device_make(void)
{
	return (struct zn_device){.class = ZN_DEVICE_CPU,
		.exact = ZN_EXACT_YES,
		.memory_bytes = UINT64_C(1) << 30};
}

static void expect(enum zn_search_refusal wanted, const struct zn_job *job,
	const struct zn_device *device)
{
	static const struct zn_search nothing;
	assert_int_equal(zn_search_check(&nothing, job, device, NOW_S, SECOND), wanted);
}

static void a_job_is_tried_when_nothing_speaks_against_it(void **state)
{
	(void)state;
	struct zn_job job = job_make(1);
	struct zn_device device = device_make();
	expect(ZN_SEARCH_OK, &job, &device);
}

static void each_need_has_its_own_refusal(void **state)
{
	(void)state;
	struct zn_device device = device_make();
	struct zn_job job = job_make(1);
	job.announcement.expiry_s = NOW_S;
	expect(ZN_SEARCH_ANNOUNCEMENT, &job, &device);
	job = job_make(1);
	strcpy(job.announcement.endpoint, "http://127.0.0.1:4433");
	expect(ZN_SEARCH_ANNOUNCEMENT, &job, &device);
	job = job_make(1);
	job.announcement.unit = ZN_UNIT_METERED;
	expect(ZN_SEARCH_UNIT, &job, &device);
	job = job_make(1);
	job.announcement.device_classes = ZN_DEVICE_CLASS_GPU;
	expect(ZN_SEARCH_DEVICE, &job, &device);
	job = job_make(1);
	job.announcement.features |= ZN_FEATURE_FP64;
	expect(ZN_SEARCH_FP64, &job, &device);
	job = job_make(1);
	job.announcement.memory_bytes = UINT64_C(2) << 30;
	expect(ZN_SEARCH_MEMORY, &job, &device);
	job = job_make(1);
	job.announcement.shared_bytes = ZN_SHARED_BYTES_MAX + 1;
	expect(ZN_SEARCH_ANNOUNCEMENT, &job, &device);
	job = job_make(1);
	job.announcement.deadline_s = NOW_S;
	expect(ZN_SEARCH_OVER, &job, &device);
	device.exact = ZN_EXACT_NO;
	job = job_make(1);
	expect(ZN_SEARCH_EXACT, &job, &device);
}

static void a_dropped_job_is_never_tried_again(void **state)
{
	(void)state;
	struct zn_search search = {0};
	struct zn_job job = job_make(1), other = job_make(2);
	struct zn_device device = device_make();
	zn_search_drop(&search, &job.id, SECOND);
	assert_int_equal(zn_search_check(&search, &job, &device, NOW_S, 1000000 * SECOND),
		ZN_SEARCH_DROPPED);
	assert_int_equal(zn_search_check(&search, &other, &device, NOW_S, SECOND), ZN_SEARCH_OK);
}

static void a_failed_job_waits_longer_after_each_failure(void **state)
{
	(void)state;
	struct zn_search search = {0};
	struct zn_job job = job_make(1);
	struct zn_device device = device_make();
	uint64_t now = SECOND;
	uint64_t wait = ZN_SEARCH_BACK_OFF_MS * UINT64_C(1000000);
	for (int i = 0; i < 5; i++, wait *= 2) {
		zn_search_back_off(&search, &job.id, ZN_SEARCH_BACK_OFF_MS, now, 0);
		assert_int_equal(zn_search_check(&search, &job, &device, NOW_S, now + wait - 1),
			ZN_SEARCH_WAITING);
		assert_int_equal(zn_search_check(&search, &job, &device, NOW_S, now + wait),
			ZN_SEARCH_OK);
		now += wait;
	}
	for (int i = 0; i < 100; i++)
		zn_search_back_off(&search, &job.id, ZN_SEARCH_BACK_OFF_MS, now, UINT64_MAX);
	wait = ZN_SEARCH_BACK_OFF_MS_MAX * UINT64_C(1500000) + 1;
	assert_int_equal(zn_search_check(&search, &job, &device, NOW_S, now + wait), ZN_SEARCH_OK);
}

static void the_longest_untouched_job_is_forgotten_first(void **state)
{
	(void)state;
	struct zn_search search = {0};
	struct zn_device device = device_make();
	struct zn_job job = job_make(0);
	for (uint32_t i = 0; i <= ZN_SEARCH_REMEMBERED_MAX; i++) {
		memcpy(job.id.bytes, &i, sizeof i);
		zn_search_drop(&search, &job.id, i + 1);
	}
	for (uint32_t i = 0; i <= ZN_SEARCH_REMEMBERED_MAX; i++) {
		memcpy(job.id.bytes, &i, sizeof i);
		assert_int_equal(zn_search_check(&search, &job, &device, NOW_S, SECOND),
			i == 0 ? ZN_SEARCH_OK : ZN_SEARCH_DROPPED);
	}
}

static void the_better_paid_job_is_chosen_and_then_the_newer(void **state)
{
	(void)state;
	struct zn_job cheap = job_make(1), dear = job_make(2), newer = job_make(3);
	dear.announcement.price_zat = 101;
	newer.announced_height = 8;
	assert_true(zn_search_better(&cheap, NULL));
	assert_true(zn_search_better(&dear, &cheap));
	assert_false(zn_search_better(&newer, &dear));
	assert_true(zn_search_better(&newer, &cheap));
	assert_false(zn_search_better(&cheap, &newer));
}

static void ledger_time_goes_on_between_blocks_and_never_back(void **state)
{
	(void)state;
	struct zn_ledger_time time = {0};
	assert_int_equal(zn_ledger_time_now(&time, 5 * SECOND), 0);
	zn_ledger_time_learn(&time, 3, 1000, 5 * SECOND);
	assert_int_equal(zn_ledger_time_now(&time, 5 * SECOND), 1000);
	assert_int_equal(zn_ledger_time_now(&time, 15 * SECOND), 1010);
	zn_ledger_time_learn(&time, 3, 1000, 15 * SECOND); /* the same block again */
	assert_int_equal(zn_ledger_time_now(&time, 16 * SECOND), 1011);
	zn_ledger_time_learn(&time, 4, 1005, 17 * SECOND); /* a slow ledger */
	assert_int_equal(zn_ledger_time_now(&time, 17 * SECOND), 1011);
	assert_int_equal(zn_ledger_time_now(&time, 27 * SECOND), 1015);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_is_tried_when_nothing_speaks_against_it),
		cmocka_unit_test(each_need_has_its_own_refusal),
		cmocka_unit_test(a_dropped_job_is_never_tried_again),
		cmocka_unit_test(a_failed_job_waits_longer_after_each_failure),
		cmocka_unit_test(the_longest_untouched_job_is_forgotten_first),
		cmocka_unit_test(the_better_paid_job_is_chosen_and_then_the_newer),
		cmocka_unit_test(ledger_time_goes_on_between_blocks_and_never_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
