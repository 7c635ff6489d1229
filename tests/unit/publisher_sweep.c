/* tests/unit/publisher_sweep.c - what `zennet job settle` finds on a real ledger. */
#include "tests/unit/node_harness.h"

#include "io/files.h"
#include "io/keyfile.h"
#include "publisher/publisher.h"
#include "publisher/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct node_harness harness;
static char home[64];

static int start(void **state)
{
	(void)state;
	strcpy(home, "/tmp/zennet-sweep.XXXXXX");
	if (mkdtemp(home) == NULL || setenv("ZENNET_HOME", home, 1) != 0)
		return 1;
	harness_start(&harness);
	zn_ledger_get_params(NULL, harness.client, harness_answered, &harness);
	return harness_wait(&harness)->err == ZN_ERR_OK ? 0 : 1;
}

static int finish(void **state)
{
	(void)state;
	harness_finish(&harness);
	return zn_directory_remove(home) == ZN_ERR_OK ? 0 : 1;
}

static void key_write(void)
{
	char path[PATH_MAX];
	assert_true(zn_path_make(path, "%s/operator.key", home));
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	for (size_t i = 0; i < sizeof harness.operator_key; i++)
		dprintf(fd, "%02x", harness.operator_key.bytes[i]);
	dprintf(fd, "\n");
	close(fd);
}

/* A job that ended before it heard of its channel's opening. */
static void job_make(struct zn_publisher_deal *deal, enum zn_order order, enum zn_store_stage stage)
{
	struct zn_job_home job_home;
	struct zn_complaint complaint;
	struct zn_public_key key;
	struct zn_store store;
	const char *chain = harness.params.chain.text;
	assert_true(zn_job_home_create(&job_home, &complaint));
	assert_true(zn_job_home_write(&job_home, "job.json", "{}", 2, &complaint));
	assert_int_equal(zn_store_open(&store, &job_home), ZN_ERR_OK);
	zn_public_key_of(&key, &harness.operator_key);
	zn_store_set(&store, "key", key.bytes, sizeof key);
	zn_store_set(&store, "chain", chain, strlen(chain));
	zn_store_set_number(&store, "order", order);
	zn_store_deal(&store, deal, stage);
	assert_int_equal(zn_store_commit(&store), ZN_ERR_OK);
	zn_store_close(&store);
}

static struct zn_publisher_deal deal_make(uint8_t session)
{
	struct zn_publisher_deal deal;
	memset(&deal, 0, sizeof deal);
	deal.terms.unit = 1;
	deal.terms.price_zat = 1000;
	deal.terms.window_chunks = 8;
	deal.terms.check_items = 64;
	deal.terms.check_ppm = 1000000;
	memset(deal.terms.session.bytes, session, sizeof deal.terms.session);
	zn_terms_hash(&deal.terms_hash, &harness.params.chain, &deal.terms);
	return deal;
}

static struct zn_hash channel_open(const struct zn_publisher_deal *deal)
{
	struct zn_account worker;
	struct zn_hash id;
	harness_key(7, &worker);
	struct zn_transaction open = {.kind = ZN_TX_OPEN,
		.body.open = {.count = 1,
			.openings = {{worker, deal->terms_hash, {ZN_ZAT_PER_XEN}, 1}}}};
	const struct zn_ledger_answer *answer =
		harness_send(&harness, &harness.operator_key, &open);
	assert_int_equal(answer->err, ZN_ERR_OK);
	assert_int_equal(answer->refusal, ZN_LEDGER_OK);
	zn_channel_id(&id, &harness.params.chain, &harness.operator_account, answer->nonce, 0);
	return id;
}

static bool closing(const struct zn_hash *id)
{
	zn_ledger_get_channel(NULL, harness.client, id, 0, harness_answered, &harness);
	assert_int_equal(harness_wait(&harness)->err, ZN_ERR_OK);
	return harness.channel.closing;
}

static void settle(void)
{
	char path[PATH_MAX];
	assert_true(zn_path_make(path, "%s/operator.key", home));
	struct zn_publisher_options options = {.ledger_url = harness.url,
		.key_path = path,
		.to = stdout};
	assert_int_equal(zn_publisher_settle_all(&options), 0);
}

static void a_channel_that_opened_after_its_job_ended_is_closed(void **state)
{
	struct zn_publisher_deal late = deal_make(1), given_up = deal_make(2),
				 going_on = deal_make(3);
	(void)state;
	key_write();
	job_make(&late, ZN_ORDER_CANCEL, ZN_STORE_OPENING);
	job_make(&given_up, ZN_ORDER_DONE, ZN_STORE_FAILED);
	job_make(&going_on, ZN_ORDER_WORK, ZN_STORE_OPENING);
	struct zn_hash late_id = channel_open(&late), given_up_id = channel_open(&given_up);
	struct zn_hash going_on_id = channel_open(&going_on);
	settle();
	assert_true(closing(&late_id));
	assert_true(closing(&given_up_id));
	assert_false(closing(&going_on_id)); /* whoever resumes that job finds it */
	settle();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_channel_that_opened_after_its_job_ended_is_closed),
	};
	return cmocka_run_group_tests_name("publisher_sweep", tests, start, finish);
}
