/* What a worker finds again after it was killed. */
#include "tests/test.h"

#include "io/files.h"
#include "market/announcement.h"
#include "worker/journal.h"
#include "worker/sweep.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct fixture {
	char folder[64];
	char path[PATH_MAX];
	struct zn_journal *journal;
	struct zn_secret_key worker, publisher;
	struct zn_kept_deal where;
	struct zn_worker_deal deal;
};

static struct fixture fixture;

static void key_make(struct zn_secret_key *key, uint8_t seed)
{
	uint8_t entropy[32];
	memset(entropy, seed, sizeof entropy);
	assert_true(zn_secret_key_make(key, entropy));
}

static int set_up(void **state)
{
	struct zn_worker_deal *deal = &fixture.deal;
	memset(&fixture, 0, sizeof fixture);
	*state = &fixture;
	strcpy(fixture.folder, "/tmp/zennet-test-XXXXXX");
	assert_non_null(mkdtemp(fixture.folder));
	assert_true(zn_path_make(fixture.path, "%s/journal.db", fixture.folder));
	assert_int_equal(zn_worker_journal_open(&fixture.journal, fixture.path), ZN_ERR_OK);
	key_make(&fixture.worker, 3);
	key_make(&fixture.publisher, 5);
	assert_true(zn_chain_id_make(&deal->chain, "test"));
	deal->key = &fixture.worker;
	zn_public_key_of(&deal->worker_key, &fixture.worker);
	deal->terms = (struct zn_terms){.worker_key = deal->worker_key,
		.unit = ZN_UNIT_CHUNK,
		.price_zat = 5000000,
		.window_chunks = 4,
		.check_items = 64,
		.check_ppm = 1000000,
		.lease_s = 60,
		.grace_s = 600,
		.expiry_s = 5000};
	zn_public_key_of(&deal->terms.publisher_key, &fixture.publisher);
	memset(deal->terms.job_hash.bytes, 9, ZN_HASH_BYTES);
	memset(deal->tls_pin.bytes, 8, ZN_HASH_BYTES);
	memset(deal->channel_id.bytes, 7, ZN_HASH_BYTES);
	memset(fixture.where.job_id.bytes, 6, ZN_HASH_BYTES);
	strcpy(fixture.where.endpoint, "https://example.org:4433");
	zn_account_of(&fixture.where.publisher, &deal->terms.publisher_key);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	zn_journal_close(fixture.journal);
	return zn_directory_remove(fixture.folder) == ZN_ERR_OK ? 0 : -1;
}

static void reopen(void)
{
	zn_journal_close(fixture.journal);
	assert_int_equal(zn_worker_journal_open(&fixture.journal, fixture.path), ZN_ERR_OK);
}

static void commit(void)
{
	assert_int_equal(zn_worker_journal_commit(fixture.journal), ZN_ERR_OK);
}

static int64_t deal_write(void)
{
	int64_t id = 0;
	assert_int_equal(zn_worker_journal_terms(&id, fixture.journal, &fixture.where,
				 &fixture.deal),
		ZN_ERR_OK);
	assert_int_equal(zn_worker_journal_channel(fixture.journal, id, &fixture.deal.channel_id),
		ZN_ERR_OK);
	commit();
	return id;
}

static void voucher_write(int64_t id, uint64_t units)
{
	struct zn_signed_voucher *voucher = &fixture.deal.voucher;
	struct zn_hash hash;
	fixture.deal.has_voucher = true;
	fixture.deal.units = units;
	*voucher = (struct zn_signed_voucher){.voucher = {.chain = fixture.deal.chain,
						      .channel_id = fixture.deal.channel_id,
						      .paid = {5 * units}}};
	zn_voucher_hash(&hash, &fixture.deal.chain, &voucher->voucher);
	zn_sign(&voucher->signature, &fixture.publisher, &hash);
	assert_int_equal(zn_worker_journal_voucher(fixture.journal, id, &fixture.deal), ZN_ERR_OK);
}

struct found {
	int count;
	struct zn_kept_deal last;
};

static bool on_kept(void *user, const struct zn_kept_deal *kept)
{
	struct found *found = user;
	found->count++;
	found->last = *kept;
	return true;
}

static struct found unsettled(void)
{
	struct found found = {0};
	assert_int_equal(zn_worker_journal_unsettled(fixture.journal, &fixture.deal.chain,
				 &fixture.deal.worker_key, on_kept, &found),
		ZN_ERR_OK);
	return found;
}

static void an_open_deal_is_found_again_with_its_best_voucher(void **state)
{
	(void)state;
	int64_t id = deal_write();
	voucher_write(id, 3);
	commit();
	voucher_write(id, 8);
	commit();
	reopen();
	struct found found = unsettled();
	assert_int_equal(found.count, 1);
	assert_int_equal(found.last.id, id);
	assert_int_equal(found.last.units, 8);
	assert_true(found.last.has_voucher);
	assert_int_equal(found.last.voucher.voucher.paid.zat, 40);
	assert_memory_equal(&found.last.voucher.signature, &fixture.deal.voucher.signature, 64);
	assert_true(zn_hash_equal(&found.last.channel_id, &fixture.deal.channel_id));
	assert_true(zn_hash_equal(&found.last.tls_pin, &fixture.deal.tls_pin));
	assert_true(zn_hash_equal(&found.last.job_id, &fixture.where.job_id));
	assert_true(zn_account_equal(&found.last.publisher, &fixture.where.publisher));
	assert_string_equal(found.last.endpoint, fixture.where.endpoint);
	struct zn_hash ours, theirs;
	zn_terms_hash(&ours, &fixture.deal.chain, &fixture.deal.terms);
	zn_terms_hash(&theirs, &fixture.deal.chain, &found.last.terms);
	assert_true(zn_hash_equal(&ours, &theirs));
}

static void what_was_not_committed_is_not_found(void **state)
{
	(void)state;
	int64_t id = deal_write();
	voucher_write(id, 3);
	commit();
	voucher_write(id, 8);
	reopen();
	assert_int_equal(unsettled().last.units, 3);
}

static void terms_without_a_channel_are_nothing_to_settle(void **state)
{
	(void)state;
	int64_t id = 0;
	assert_int_equal(zn_worker_journal_terms(&id, fixture.journal, &fixture.where,
				 &fixture.deal),
		ZN_ERR_OK);
	commit();
	assert_int_equal(unsettled().count, 0);
}

static void a_settled_or_forgotten_deal_is_not_found_again(void **state)
{
	(void)state;
	int64_t first = deal_write(), second = deal_write();
	assert_true(second > first);
	assert_int_equal(unsettled().count, 2);
	assert_int_equal(unsettled().last.id, first); /* newest first */
	assert_int_equal(zn_worker_journal_settled(fixture.journal, first, ZN_DEAL_SETTLED,
				 &fixture.where.job_id, 12, (struct zn_amount){40}),
		ZN_ERR_OK);
	assert_int_equal(zn_worker_journal_settled(fixture.journal, second, ZN_DEAL_FORGOTTEN, NULL,
				 0, ZN_AMOUNT_ZERO),
		ZN_ERR_OK);
	commit();
	reopen();
	assert_int_equal(unsettled().count, 0);
}

static void a_deal_of_another_ledger_or_key_is_left_alone(void **state)
{
	(void)state;
	struct zn_chain_id other;
	struct zn_public_key key;
	struct found found = {0};
	deal_write();
	assert_true(zn_chain_id_make(&other, "other"));
	zn_public_key_of(&key, &fixture.publisher);
	assert_int_equal(zn_worker_journal_unsettled(fixture.journal, &other,
				 &fixture.deal.worker_key, on_kept, &found),
		ZN_ERR_OK);
	assert_int_equal(zn_worker_journal_unsettled(fixture.journal, &fixture.deal.chain, &key,
				 on_kept, &found),
		ZN_ERR_OK);
	assert_int_equal(found.count, 0);
}

static bool on_output(void *user, const struct zn_kept_output *output)
{
	int *count = user;
	(*count)++;
	assert_int_equal(output->chunk, 11);
	assert_int_equal(output->count, 3);
	assert_memory_equal(output->bytes, "abc", 3);
	assert_memory_equal(output->root.bytes, fixture.where.job_id.bytes, ZN_HASH_BYTES);
	return true;
}

static void an_output_is_kept_until_it_is_dropped(void **state)
{
	(void)state;
	int count = 0;
	int64_t id = deal_write();
	assert_int_equal(zn_worker_journal_output(fixture.journal, id, 11, &fixture.where.job_id, 3, 1,
				 (const uint8_t *)"abc"),
		ZN_ERR_OK);
	commit();
	reopen();
	assert_int_equal(zn_worker_journal_outputs(fixture.journal, id, on_output, &count),
		ZN_ERR_OK);
	assert_int_equal(count, 1);
	assert_int_equal(zn_worker_journal_output_drop(fixture.journal, id, 11), ZN_ERR_OK);
	commit();
	assert_int_equal(zn_worker_journal_outputs(fixture.journal, id, on_output, &count),
		ZN_ERR_OK);
	assert_int_equal(count, 1);
}

static void files_that_the_journal_does_not_know_are_swept(void **state)
{
	(void)state;
	static const char *const names[] = {"1-11", "1-12", "1-13", "7-11", "notes", "1-11x",
		"01-9"};
	static const bool left[] = {true, false, false, false, true, true, true};
	char folder[PATH_MAX], path[PATH_MAX];
	assert_true(zn_path_make(folder, "%s/outputs", fixture.folder));
	assert_int_equal(zn_directory_make(folder), ZN_ERR_OK);
	int64_t id = deal_write();
	assert_int_equal(id, 1);
	assert_int_equal(zn_worker_journal_output(fixture.journal, id, 11, &fixture.where.job_id, 3, 1,
				 NULL),
		ZN_ERR_OK);
	assert_int_equal(zn_worker_journal_output(fixture.journal, id, 13, &fixture.where.job_id, 3, 1,
				 (const uint8_t *)"abc"), /* in the journal itself */
		ZN_ERR_OK);
	commit();
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		assert_true(zn_path_make(path, "%s/%s", folder, names[i]));
		assert_int_equal(zn_file_write(path, "abc", 3, 0600), ZN_ERR_OK);
	}
	assert_int_equal(zn_outputs_sweep(fixture.journal, folder), 3);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		assert_true(zn_path_make(path, "%s/%s", folder, names[i]));
		assert_int_equal(access(path, F_OK) == 0, left[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_open_deal_is_found_again_with_its_best_voucher,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_not_committed_is_not_found, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(terms_without_a_channel_are_nothing_to_settle,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_settled_or_forgotten_deal_is_not_found_again,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_deal_of_another_ledger_or_key_is_left_alone,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(files_that_the_journal_does_not_know_are_swept,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_output_is_kept_until_it_is_dropped, set_up,
			tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
