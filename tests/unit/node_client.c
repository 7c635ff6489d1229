/* tests/unit/node_client.c - a deal's life on a real node, through the client. */
#include "tests/unit/node_harness.h"

#include "io/clock.h"
#include "io/http_server.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define XEN ZN_ZAT_PER_XEN

static struct node_harness harness;

static int start(void **state)
{
	(void)state;
	harness_start(&harness);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	harness_finish(&harness);
	return 0;
}

static struct zn_transaction transfer_to(const struct zn_account *to, uint64_t zat)
{
	return (struct zn_transaction){.kind = ZN_TX_TRANSFER, .body.transfer = {*to, {zat}}};
}

static void ok(const struct zn_ledger_answer *answer)
{
	if (answer->err != ZN_ERR_OK || answer->refusal != ZN_LEDGER_OK)
		fail_msg("%s: %s", zn_ledger_refusal_name(answer->refusal), answer->detail);
}

static void the_status_names_the_ledger_and_its_one_operator(void **state)
{
	(void)state;
	zn_ledger_get_status(NULL, harness.client, harness_answered, &harness);
	ok(harness_wait(&harness));
	assert_string_equal(harness.status.chain.text, "harness-1");
	assert_string_equal(harness.status.engine, "solo");
	assert_int_equal(harness.status.operators, 1);
	assert_true(harness.status.height >= 1);
	assert_in_range(harness.status.time_s, zn_clock_wall_s() - 5, zn_clock_wall_s());
	zn_ledger_get_params(NULL, harness.client, harness_answered, &harness);
	ok(harness_wait(&harness));
	assert_int_equal(harness.params.grace_s_min, 1);
	assert_int_equal(harness.params.fee_zat_per_byte, ZN_FEE_ZAT_PER_BYTE);
}

static void a_transfer_is_in_a_block_soon(void **state)
{
	struct zn_account to;
	(void)state;
	harness_key(2, &to);
	assert_int_equal(harness_account(&harness, &to).balance.zat, 0);
	struct zn_transaction draft = transfer_to(&to, 5 * XEN);
	ok(harness_send(&harness, &harness.operator_key, &draft)); /* learns params and time */
	uint64_t before_ns = zn_clock_monotonic_ns();
	ok(harness_send(&harness, &harness.operator_key, &draft));
	uint64_t took_ms = (zn_clock_monotonic_ns() - before_ns) / 1000000;
	print_message("sent, in a block and read back in %llu ms\n", (unsigned long long)took_ms);
	assert_int_equal(harness_account(&harness, &to).balance.zat, 10 * XEN);
	zn_ledger_get_supply(NULL, harness.client, harness_answered, &harness);
	ok(harness_wait(&harness));
	assert_true(harness.supply.fee_pool.zat > 0);
}

static void refusals_come_with_their_number_and_sentence(void **state)
{
	struct zn_account to;
	struct zn_secret_key poor = harness_key(9, NULL);
	(void)state;
	harness_key(2, &to);
	struct zn_transaction draft = transfer_to(&to, XEN);
	const struct zn_ledger_answer *answer = harness_send(&harness, &poor, &draft);
	assert_int_equal(answer->err, ZN_ERR_OK);
	assert_int_equal(answer->refusal, ZN_LEDGER_NO_FUNDS);
	assert_string_equal(answer->detail, zn_ledger_refusal_sentence(ZN_LEDGER_NO_FUNDS));
	/* Signed for another ledger. */
	struct zn_chain_id other;
	uint8_t bytes[ZN_TX_BYTES_MAX];
	assert_true(zn_chain_id_make(&other, "harness-2"));
	draft.nonce = harness_account(&harness, &harness.operator_account).nonce;
	draft.valid_until_s = zn_clock_wall_s() + 60;
	size_t count = zn_transaction_sign(bytes, &draft, &harness.operator_key, &other,
		ZN_FEE_ZAT_PER_BYTE);
	zn_ledger_submit(NULL, harness.client, bytes, count, 5000, harness_answered, &harness);
	answer = harness_wait(&harness);
	assert_int_equal(answer->err, ZN_ERR_OK);
	assert_int_equal(answer->refusal, ZN_LEDGER_BAD_SIGNATURE);
}

static unsigned int many_ok, many_left;
static uint64_t many_nonce;

static void on_many(void *user, const struct zn_ledger_answer *answer)
{
	many_ok += answer->err == ZN_ERR_OK && answer->refusal == ZN_LEDGER_OK;
	if (answer->nonce > many_nonce)
		many_nonce = answer->nonce;
	if (--many_left == 0)
		harness_answered(user, answer);
}

static void sends_at_once_get_nonces_in_their_order(void **state)
{
	struct zn_account to;
	(void)state;
	harness_key(3, &to);
	uint64_t nonce = harness_account(&harness, &harness.operator_account).nonce;
	many_left = 50;
	for (int i = 0; i < 50; i++) {
		struct zn_transaction draft = transfer_to(&to, XEN);
		zn_ledger_send(NULL, harness.client, &harness.operator_key, &draft, 20000, on_many,
			&harness);
	}
	harness_wait(&harness);
	assert_int_equal(many_ok, 50);
	assert_int_equal(many_nonce, nonce + 49);
	assert_int_equal(harness_account(&harness, &to).balance.zat, 50 * XEN);
}

static void a_nonce_that_another_program_took_is_asked_for_again(void **state)
{
	struct zn_account to;
	struct zn_ledger_client *other;
	(void)state;
	harness_key(4, &to);
	assert_int_equal(zn_ledger_client_create(&other, harness.loop, harness.http, harness.url),
		ZN_ERR_OK);
	struct zn_transaction draft = transfer_to(&to, XEN);
	many_left = 2;
	many_ok = 0;
	zn_ledger_send(NULL, harness.client, &harness.operator_key, &draft, 5000, on_many,
		&harness);
	draft.body.transfer.amount.zat = 2 * XEN;
	zn_ledger_send(NULL, other, &harness.operator_key, &draft, 5000, on_many, &harness);
	harness_wait(&harness);
	assert_int_equal(many_ok, 2);
	assert_int_equal(harness_account(&harness, &to).balance.zat, 3 * XEN);
	zn_ledger_client_destroy(other);
}

static void jobs_are_found_by_kind_newest_first_and_page_by_page(void **state)
{
	(void)state;
	struct zn_hash ids[5];
	for (int i = 0; i < 5; i++) {
		struct zn_transaction draft = {.kind = ZN_TX_ANNOUNCE,
			.body.announce = {.job_hash = {{(uint8_t)i}},
				.kind = i % 2 == 0 ? ZN_JOB_KERNEL : ZN_JOB_RENDER,
				.unit = ZN_UNIT_CHUNK,
				.chunks = 1,
				.chunk_output_bytes = 4,
				.device_classes = ZN_DEVICE_CLASS_CPU,
				.expiry_s = zn_clock_wall_s() + 3600,
				.endpoint = "https://127.0.0.1:1"}};
		ok(harness_send(&harness, &harness.operator_key, &draft));
		zn_job_id(&ids[i], &harness.params.chain, &harness.operator_account,
			harness.answer.nonce);
	}
	struct zn_jobs_query query = {.kind = ZN_JOB_KERNEL, .limit = 2};
	zn_ledger_list_jobs(NULL, harness.client, &query, harness_answered, &harness);
	ok(harness_wait(&harness));
	assert_int_equal(harness.jobs.count, 2);
	assert_true(zn_hash_equal(&harness.jobs.jobs[0].id, &ids[4]));
	assert_true(zn_hash_equal(&harness.jobs.jobs[1].id, &ids[2]));
	assert_true(harness.jobs.next.bytes > 0);
	query.after = harness.jobs.next;
	zn_ledger_list_jobs(NULL, harness.client, &query, harness_answered, &harness);
	ok(harness_wait(&harness));
	assert_int_equal(harness.jobs.count, 1);
	assert_true(zn_hash_equal(&harness.jobs.jobs[0].id, &ids[0]));
	assert_int_equal(harness.jobs.next.bytes, 0);
	struct zn_transaction withdraw = {.kind = ZN_TX_WITHDRAW, .body.withdraw = ids[0]};
	ok(harness_send(&harness, &harness.operator_key, &withdraw));
	zn_ledger_get_job(NULL, harness.client, &ids[0], harness_answered, &harness);
	assert_int_equal(harness_wait(&harness)->err, ZN_ERR_NOT_FOUND);
	zn_ledger_get_job(NULL, harness.client, &ids[1], harness_answered, &harness);
	ok(harness_wait(&harness));
}

static void a_channel_is_waited_for_found_and_closed(void **state)
{
	struct zn_account worker;
	struct zn_secret_key worker_key = harness_key(7, &worker);
	(void)state;
	uint64_t nonce = harness_account(&harness, &harness.operator_account).nonce;
	struct zn_hash id;
	zn_channel_id(&id, &harness.params.chain, &harness.operator_account, nonce, 0);

	/* Nobody opens it: the wait ends. */
	zn_ledger_get_channel(NULL, harness.client, &id, 200, harness_answered, &harness);
	assert_int_equal(harness_wait(&harness)->err, ZN_ERR_NOT_FOUND);

	struct zn_transaction open = {.kind = ZN_TX_OPEN,
		.body.open = {.count = 1, .openings = {{worker, {{3}}, {10 * XEN}, 1}}}};
	many_left = 2;
	many_ok = 0;
	zn_ledger_get_channel(NULL, harness.client, &id, 5000, on_many, &harness);
	zn_ledger_send(NULL, harness.client, &harness.operator_key, &open, 5000, on_many, &harness);
	harness_wait(&harness);
	assert_int_equal(many_ok, 2);

	struct zn_channels_query query = {.account = worker, .role = ZN_ROLE_PAYEE, .limit = 10};
	zn_ledger_list_channels(NULL, harness.client, &query, harness_answered, &harness);
	ok(harness_wait(&harness));
	assert_int_equal(harness.channels.count, 1);
	assert_true(zn_hash_equal(&harness.channels.channels[0].id, &id));

	struct zn_transaction close = {.kind = ZN_TX_CLOSE,
		.body.close = {id, true,
			{.voucher = {harness.params.chain, id, {4 * XEN}, {XEN}}}}};
	struct zn_hash hash;
	zn_voucher_hash(&hash, &harness.params.chain, &close.body.close.voucher.voucher);
	zn_sign(&close.body.close.voucher.signature, &harness.operator_key, &hash);
	ok(harness_send(&harness, &worker_key, &close));
	uint64_t pay = harness_account(&harness, &worker).balance.zat;
	assert_in_range(pay, 4 * XEN - 10000, 4 * XEN - 1);
	zn_ledger_list_channels(NULL, harness.client, &query, harness_answered, &harness);
	ok(harness_wait(&harness));
	assert_int_equal(harness.channels.count, 0);
	struct zn_history_query history = {.account = worker, .limit = 10};
	zn_ledger_list_history(NULL, harness.client, &history, harness_answered, &harness);
	ok(harness_wait(&harness));
	assert_int_equal(harness.history.count, 2); /* opened for it, closed by it */
}

static void what_a_third_party_redeems_is_in_the_payees_history(void **state)
{
	struct zn_account worker, stranger;
	struct zn_secret_key stranger_key = harness_key(12, &stranger);
	struct zn_transaction give = {.kind = ZN_TX_TRANSFER};
	struct zn_hash id, hash;
	(void)state;
	harness_key(11, &worker);
	give.body.transfer = (struct zn_tx_transfer){stranger, {XEN}};
	ok(harness_send(&harness, &harness.operator_key, &give));
	struct zn_transaction open = {.kind = ZN_TX_OPEN,
		.body.open = {.count = 1, .openings = {{worker, {{4}}, {10 * XEN}, 1}}}};
	ok(harness_send(&harness, &harness.operator_key, &open));
	zn_channel_id(&id, &harness.params.chain, &harness.operator_account, harness.answer.nonce,
		0);
	struct zn_transaction redeem = {.kind = ZN_TX_REDEEM,
		.body.redeem = {.voucher = {harness.params.chain, id, {4 * XEN}, {0}}}};
	zn_voucher_hash(&hash, &harness.params.chain, &redeem.body.redeem.voucher);
	zn_sign(&redeem.body.redeem.signature, &harness.operator_key, &hash);
	ok(harness_send(&harness, &stranger_key, &redeem));
	struct zn_hash redeem_id = harness.answer.tx_id;
	assert_int_equal(harness_account(&harness, &worker).balance.zat, 4 * XEN);
	struct zn_history_query history = {.account = worker, .limit = 10};
	zn_ledger_list_history(NULL, harness.client, &history, harness_answered, &harness);
	ok(harness_wait(&harness));
	assert_int_equal(harness.history.count, 2);
	assert_true(zn_hash_equal(&harness.history.entries[0].tx, &redeem_id));
}

static void a_restart_changes_nothing(void **state)
{
	char before[64], after[64];
	uint64_t height, height_after;
	(void)state;
	harness_app_hash(&harness, before, &height);
	uint64_t start_ns = zn_clock_monotonic_ns();
	int status = harness_kill(&harness, SIGTERM);
	assert_true(zn_clock_monotonic_ns() - start_ns < 2000000000);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_true(harness_run(&harness));
	do
		harness_app_hash(&harness, after, &height_after);
	while (height_after <= height); /* it makes an empty block at start */
	assert_string_equal(before, after);
	zn_ledger_get_block(NULL, harness.client, 1, harness_answered, &harness);
	ok(harness_wait(&harness));
	assert_int_equal(harness.block.height, 1);
}

static void stop_loop(void *user)
{
	zn_loop_stop(user);
}

static void a_send_outlives_a_restart_of_the_node(void **state)
{
	struct zn_account to;
	(void)state;
	harness_key(5, &to);
	struct zn_transaction draft = transfer_to(&to, XEN);
	harness_kill(&harness, SIGKILL);
	zn_ledger_send(NULL, harness.client, &harness.operator_key, &draft, 10000, harness_answered,
		&harness);
	struct zn_timer timer = {0};
	zn_timer_start(&timer, harness.loop, 300, stop_loop, harness.loop);
	zn_loop_run(harness.loop);
	assert_false(harness.answered);
	assert_true(harness_run(&harness));
	ok(harness_wait(&harness));
	assert_int_equal(harness_account(&harness, &to).balance.zat, XEN);
}

static void a_node_that_is_not_there_is_said_so(void **state)
{
	struct zn_ledger_client *nobody;
	(void)state;
	assert_int_equal(zn_ledger_client_create(&nobody, harness.loop, harness.http,
				 "http://127.0.0.1:1/"),
		ZN_ERR_OK);
	zn_ledger_get_status(NULL, nobody, harness_answered, &harness);
	assert_int_equal(harness_wait(&harness)->err, ZN_ERR_UNREACHABLE);
	assert_non_null(strstr(harness.detail, "127.0.0.1:1"));
	struct zn_transaction draft = transfer_to(&harness.operator_account, XEN);
	zn_ledger_send(NULL, nobody, &harness.operator_key, &draft, 500, harness_answered,
		&harness);
	assert_int_equal(harness_wait(&harness)->err, ZN_ERR_TIMEOUT);
	zn_ledger_send(NULL, nobody, &harness.operator_key, &draft, 500, harness_answered,
		&harness);
	zn_ledger_client_destroy(nobody); /* with a call under way */
}

static void answer_rudely(void *user, struct zn_http_exchange *exchange)
{
	const char *text = "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":1,\"data\":"
			   "\"\\u001b[2J\\u0007\\nzennet: all is paid\"}}";
	(void)user;
	zn_http_reply(exchange, 200, "application/json", text, strlen(text));
}

static void nobody_gone(void *user, struct zn_http_exchange *exchange)
{
	(void)user;
	(void)exchange;
}

static size_t body_limit(void *user, const char *method, const char *path)
{
	(void)user;
	(void)method;
	(void)path;
	return 65536;
}

static void a_terminal_obeys_no_node(void **state)
{
	struct zn_http_server_options options = {.address = "127.0.0.1",
		.connections_max = 4,
		.idle_s = 60,
		.handler = answer_rudely,
		.gone = nobody_gone,
		.body_limit = body_limit};
	struct zn_http_server *server;
	struct zn_ledger_client *rude;
	char url[64];
	(void)state;
	assert_int_equal(zn_http_server_create(&server, harness.loop, &options), ZN_ERR_OK);
	snprintf(url, sizeof url, "http://127.0.0.1:%u", zn_http_server_port(server));
	assert_int_equal(zn_ledger_client_create(&rude, harness.loop, harness.http, url),
		ZN_ERR_OK);
	zn_ledger_get_status(NULL, rude, harness_answered, &harness);
	assert_int_not_equal(harness_wait(&harness)->err, ZN_ERR_OK);
	assert_non_null(strstr(harness.detail, "all is paid"));
	for (const char *at = harness.detail; *at != '\0'; at++)
		assert_in_range(*at, 0x20, 0x7e);
	zn_ledger_client_destroy(rude);
	zn_http_server_destroy(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_status_names_the_ledger_and_its_one_operator),
		cmocka_unit_test(a_transfer_is_in_a_block_soon),
		cmocka_unit_test(refusals_come_with_their_number_and_sentence),
		cmocka_unit_test(sends_at_once_get_nonces_in_their_order),
		cmocka_unit_test(a_nonce_that_another_program_took_is_asked_for_again),
		cmocka_unit_test(jobs_are_found_by_kind_newest_first_and_page_by_page),
		cmocka_unit_test(a_channel_is_waited_for_found_and_closed),
		cmocka_unit_test(what_a_third_party_redeems_is_in_the_payees_history),
		cmocka_unit_test(a_restart_changes_nothing),
		cmocka_unit_test(a_send_outlives_a_restart_of_the_node),
		cmocka_unit_test(a_node_that_is_not_there_is_said_so),
		cmocka_unit_test(a_terminal_obeys_no_node),
	};
	return cmocka_run_group_tests_name("node_client", tests, start, finish);
}
