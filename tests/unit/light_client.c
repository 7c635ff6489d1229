/* tests/unit/light_client.c - a client against a ledger node that lies, and against one that does not.
 */
#include "tests/unit/fake_ledger.h"

#include "chain/client/client.h"
#include "io/clock.h"
#include "io/files.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define XEN ZN_ZAT_PER_XEN

static struct zn_loop *loop;
static struct zn_http_client *http;
static struct fake_ledger fake;
static struct zn_ledger_client *client;

/* the last answer */
static unsigned int answers;
static struct zn_ledger_answer answer;
static char detail[1024];
static struct zn_account_state account;
static struct zn_ledger_status status;

static void on_answer(void *user, const struct zn_ledger_answer *given)
{
	unsigned int *wanted = user;
	answers++;
	answer = *given;
	snprintf(detail, sizeof detail, "%s", given->detail);
	if (given->account != NULL)
		account = *given->account;
	if (given->status != NULL)
		status = *given->status;
	if (wanted == NULL || --*wanted == 0)
		zn_loop_stop(loop);
}

static enum zn_err ask_account(const struct zn_account *whose)
{
	memset(&account, 0xa5, sizeof account);
	zn_ledger_get_account(NULL, client, whose, on_answer, NULL);
	assert_int_equal(zn_loop_run(loop), ZN_ERR_OK);
	return answer.err;
}

static enum zn_err ask_channel(const struct zn_hash *id)
{
	zn_ledger_get_channel(NULL, client, id, 0, on_answer, NULL);
	assert_int_equal(zn_loop_run(loop), ZN_ERR_OK);
	return answer.err;
}

static enum zn_err ask_status(void)
{
	zn_ledger_get_status(NULL, client, on_answer, NULL);
	assert_int_equal(zn_loop_run(loop), ZN_ERR_OK);
	return answer.err;
}

static int start(void **state)
{
	(void)state;
	assert_int_equal(zn_loop_create(&loop), ZN_ERR_OK);
	assert_int_equal(zn_http_client_create(&http, loop), ZN_ERR_OK);
	fake_start(&fake, loop);
	assert_int_equal(zn_ledger_client_create(&client, loop, http, fake.url), ZN_ERR_OK);
	answers = 0;
	return 0;
}

static int finish(void **state)
{
	(void)state;
	zn_ledger_client_destroy(client);
	fake_stop(&fake);
	zn_http_client_destroy(http);
	zn_loop_destroy(loop);
	return 0;
}

static void an_honest_node_is_believed_by_its_proofs(void **state)
{
	struct zn_account nobody = {.scheme = 1, .bytes = {9}};
	struct zn_hash none = {{8}};
	(void)state;
	for (fake.height = 2; fake.height <= 30; fake.height += 7) {
		assert_int_equal(ask_account(&fake.account), ZN_ERR_OK);
		assert_int_equal(answer.height, fake.height - 1);
		assert_int_equal(account.balance.zat, (99 + fake.height) * XEN);
		assert_int_equal(ask_account(&nobody), ZN_ERR_OK);
		assert_int_equal(account.balance.zat, 0);
		assert_int_equal(ask_channel(&fake.channel_id), ZN_ERR_OK);
		assert_int_equal(ask_channel(&none), ZN_ERR_NOT_FOUND);
		assert_int_equal(ask_status(), ZN_ERR_OK);
		assert_int_equal(status.height, fake.height);
		assert_int_equal(status.time_s, fake.begin_s + (int64_t)fake.height);
	}
	zn_ledger_get_params(NULL, client, on_answer, NULL);
	zn_loop_run(loop);
	assert_int_equal(answer.err, ZN_ERR_OK);
	zn_ledger_get_supply(NULL, client, on_answer, NULL);
	zn_loop_run(loop);
	assert_int_equal(answer.err, ZN_ERR_OK);
}

static void many_questions_share_one_header(void **state)
{
	unsigned int wanted = 50;
	(void)state;
	assert_int_equal(ask_status(), ZN_ERR_OK);
	fake.height++;
	fake.asked = 0;
	answers = 0;
	for (int i = 0; i < 50; i++)
		zn_ledger_get_account(NULL, client, &fake.account, on_answer, &wanted);
	zn_loop_run(loop);
	assert_int_equal(answers, 50);
	assert_int_equal(answer.err, ZN_ERR_OK);
	assert_in_range(fake.asked, 51, 53);
}

static void stop_soon(void *user)
{
	(void)user;
	zn_loop_stop(loop);
}

static void a_cancelled_question_is_forgotten_at_any_moment(void **state)
{
	struct zn_timer timer = {.armed = false};
	(void)state;
	for (unsigned int turn = 0; turn < 60; turn++) {
		struct zn_ledger_call *call;
		answers = 0;
		fake.height = 12 + turn / 3;
		zn_ledger_get_account(&call, client, &fake.account, on_answer, NULL);
		zn_timer_start(&timer, loop, turn % 12, stop_soon, NULL);
		zn_loop_run(loop);
		zn_timer_stop(&timer);
		if (answers == 0 && turn % 2 == 0)
			zn_ledger_call_cancel(call);
		else if (answers == 0)
			zn_loop_run(loop);
		assert_int_equal(answers, answers != 0);
		if (turn % 3 != 0)
			continue;
		/* Or the client itself goes. */
		zn_ledger_get_account(&call, client, &fake.account, on_answer, NULL);
		zn_ledger_client_destroy(client);
		assert_int_equal(zn_ledger_client_create(&client, loop, http, fake.url), ZN_ERR_OK);
	}
	answers = 0;
	fake.height = 40;
	assert_int_equal(ask_account(&fake.account), ZN_ERR_OK);
	assert_int_equal(answers, 1);
}

/* --- lies */

static void run_lie(enum fake_lie lie, enum zn_err expected, const char *sentence, bool caught)
{
	struct zn_hash none = {{8}};
	assert_int_equal(ask_account(&fake.account), ZN_ERR_OK);
	fake.lie = lie;
	/* Enough blocks for other validators. */
	fake.height += 4;
	if (lie == FAKE_PRESENT || lie == FAKE_PROOF_OTHER)
		ask_channel(&none);
	else
		ask_account(&fake.account);
	if (answer.err != expected || strstr(detail, sentence) == NULL)
		fail_msg("lie %d: %s: %s", lie, zn_err_name(answer.err), detail);
	if (expected != ZN_ERR_OK) {
		assert_null(answer.account);
		assert_null(answer.channel);
	}
	assert_int_equal(answers, 2);
	/* Caught once, never asked again. */
	fake.lie = FAKE_HONEST;
	fake.asked = 0;
	assert_int_equal(ask_account(&fake.account), caught ? ZN_ERR_UNPROVEN : ZN_ERR_OK);
	if (caught)
		assert_int_equal(fake.asked, 0);
	else
		assert_int_equal(account.balance.zat, (99 + fake.height) * XEN);
}

static void every_lie_is_found_out_by_its_name(void **state)
{
	static const struct {
		enum fake_lie lie;
		enum zn_err err;
		const char *sentence;
		bool caught;
	} rows[] = {
		{FAKE_HONEST, ZN_ERR_OK, "", false},
		{FAKE_VALUE, ZN_ERR_UNPROVEN, "its proof of /account at height 15", true},
		{FAKE_PROOF, ZN_ERR_UNPROVEN, "its proof of /account at height 15", true},
		{FAKE_PROOF_OTHER, ZN_ERR_UNPROVEN, "its proof of /channel at height 15", true},
		{FAKE_PROOF_CUT, ZN_ERR_UNPROVEN, "gives no proof", false},
		{FAKE_PROOF_NONE, ZN_ERR_UNPROVEN, "gives no proof", false},
		{FAKE_ABSENT, ZN_ERR_UNPROVEN, "its proof of /account at height 15", true},
		{FAKE_PRESENT, ZN_ERR_NOT_FOUND, "", false}, /* the proof speaks, not the code */
		{FAKE_HEADER, ZN_ERR_UNPROVEN, "the votes are for another block", true},
		{FAKE_FEW, ZN_ERR_UNPROVEN, "too few of the validators signed", true},
		{FAKE_STRANGERS, ZN_ERR_UNPROVEN, "does not follow the one before it", true},
		{FAKE_FOREIGN_SET, ZN_ERR_UNPROVEN, "not those that the header names", true},
		{FAKE_FORGED_VOTE, ZN_ERR_UNPROVEN, "a vote's signature is wrong", true},
		{FAKE_OLD_STATE, ZN_ERR_UNPROVEN, "after it showed block 11", true},
		{FAKE_OLD_HEADER, ZN_ERR_UNPROVEN, "of another height", true},
		{FAKE_OTHER_CHAIN, ZN_ERR_UNPROVEN, "its ledger is fake-2", true},
		{FAKE_FUTURE, ZN_ERR_UNPROVEN, "from the future", false},
		{FAKE_JSON_CUT, ZN_ERR_MALFORMED, "no ledger node", false},
		{FAKE_JSON_HUGE, ZN_ERR_TOO_LARGE, "", false},
		{FAKE_JSON_DEEP, ZN_ERR_MALFORMED, "no ledger node", false},
		{FAKE_JSON_TYPES, ZN_ERR_MALFORMED, "answer is none", false},
		{FAKE_NO_JSON, ZN_ERR_MALFORMED, "no ledger node", false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		run_lie(rows[i].lie, rows[i].err, rows[i].sentence, rows[i].caught);
		finish(NULL);
		start(NULL);
	}
}

static void an_old_ledger_is_not_taken_for_the_present_one(void **state)
{
	(void)state;
	fake.begin_s -= ZN_LIGHT_STALE_S;
	assert_int_equal(ask_account(&fake.account), ZN_ERR_UNPROVEN);
	assert_non_null(strstr(detail, "s old"));
	assert_int_equal(ask_status(), ZN_ERR_UNPROVEN);
}

static void a_transaction_counts_when_the_senders_nonce_says_so(void **state)
{
	struct zn_transaction draft = {.kind = ZN_TX_TRANSFER,
		.body.transfer = {fake.account, {XEN}}};
	struct zn_chain_id chain;
	uint8_t bytes[ZN_TX_BYTES_MAX];
	(void)state;
	assert_true(zn_chain_id_make(&chain, FAKE_CHAIN));
	draft.valid_until_s = zn_clock_wall_s() + 60;
	/* The account's next nonce is 3: one with 2 was applied, one with 3 was not. */
	for (draft.nonce = 2; draft.nonce <= 3; draft.nonce++) {
		size_t count = zn_transaction_sign(bytes, &draft, &fake.account_key, &chain, 10);
		zn_ledger_submit(NULL, client, bytes, count, 5000, on_answer, NULL);
		zn_loop_run(loop);
		assert_int_equal(answer.err, draft.nonce == 2 ? ZN_ERR_OK : ZN_ERR_UNPROVEN);
	}
	assert_non_null(strstr(detail, "the state says otherwise"));
}

/* --- what is trusted to begin with */

static void a_header_that_a_person_named_is_the_only_beginning(void **state)
{
	struct zn_hash right = fake_hash(&fake, 5), wrong = fake_hash(&fake, 6);
	struct zn_complaint complaint;
	(void)state;
	struct zn_ledger_trust trust = {.height = 5, .hash = &right};
	assert_true(zn_ledger_client_trust(client, &trust, &complaint));
	assert_int_equal(ask_account(&fake.account), ZN_ERR_OK);
	finish(NULL);
	start(NULL);
	trust.hash = &wrong;
	assert_true(zn_ledger_client_trust(client, &trust, &complaint));
	assert_int_equal(ask_account(&fake.account), ZN_ERR_UNPROVEN);
	assert_non_null(strstr(detail, "not the one that was given to be trusted"));
}

static void a_home_remembers_its_ledger_and_takes_no_other(void **state)
{
	char path[] = "/tmp/zennet-trust-XXXXXX";
	struct zn_complaint complaint;
	struct zn_ledger_trust trust = {.file = path};
	(void)state;
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	assert_false(zn_ledger_client_trust(client, &trust, &complaint)); /* empty is damaged */
	assert_non_null(strstr(complaint.text, "remove it"));
	unlink(path);
	assert_true(zn_ledger_client_trust(client, &trust, &complaint));
	assert_int_equal(ask_account(&fake.account), ZN_ERR_OK);
	fake.height += 9;
	assert_int_equal(ask_account(&fake.account), ZN_ERR_OK);
	zn_ledger_client_destroy(client);
	/* The same ledger, later and by another name of the node. */
	assert_int_equal(zn_ledger_client_create(&client, loop, http, fake.url), ZN_ERR_OK);
	assert_true(zn_ledger_client_trust(client, &trust, &complaint));
	fake.height += 9;
	assert_int_equal(ask_account(&fake.account), ZN_ERR_OK);
	zn_ledger_client_destroy(client);
	/* Another one. */
	assert_int_equal(zn_ledger_client_create(&client, loop, http, fake.url), ZN_ERR_OK);
	assert_true(zn_ledger_client_trust(client, &trust, &complaint));
	fake.lie = FAKE_OTHER_CHAIN;
	fake.height++;
	assert_int_equal(ask_status(), ZN_ERR_UNPROVEN);
	assert_non_null(strstr(detail, path)); /* what to do about it */
	zn_ledger_client_destroy(client);
	/* And when too much time has passed. */
	fake.lie = FAKE_HONEST;
	trust.period_s = 1;
	assert_int_equal(zn_ledger_client_create(&client, loop, http, fake.url), ZN_ERR_OK);
	assert_true(zn_ledger_client_trust(client, &trust, &complaint));
	assert_int_equal(ask_account(&fake.account), ZN_ERR_UNPROVEN);
	assert_non_null(strstr(detail, "too old"));
	assert_non_null(strstr(detail, path));
	unlink(path);
}

static void a_witness_that_shows_another_block_stops_everything(void **state)
{
	static struct fake_ledger other;
	struct zn_complaint complaint;
	(void)state;
	fake_start(&other, loop);
	other.begin_s = fake.begin_s;
	struct zn_ledger_trust trust = {.witness_url = other.url};
	assert_true(zn_ledger_client_trust(client, &trust, &complaint));
	assert_int_equal(ask_account(&fake.account), ZN_ERR_OK);
	assert_true(other.asked > 0);
	fake.height++;
	other.height++;
	other.lie = FAKE_FUTURE;
	assert_int_equal(ask_account(&fake.account), ZN_ERR_UNPROVEN);
	assert_non_null(strstr(detail, "one of them lies"));
	zn_ledger_client_destroy(client);
	/* A witness that is gone is not passed over. */
	assert_int_equal(zn_ledger_client_create(&client, loop, http, fake.url), ZN_ERR_OK);
	trust.witness_url = "http://127.0.0.1:1";
	assert_true(zn_ledger_client_trust(client, &trust, &complaint));
	assert_int_equal(ask_account(&fake.account), ZN_ERR_UNREACHABLE);
	assert_non_null(strstr(detail, "witness"));
	fake_stop(&other);
}

/* --- bodies without an end, and slow ones: a server of bare sockets */

struct tap {
	int listening, fd;
	bool endless;
	struct zn_timer timer;
	unsigned int sent;
};

static void tap_more(void *user)
{
	static char spaces[65536];
	struct tap *tap = user;
	memset(spaces, ' ', sizeof spaces);
	ssize_t got = send(tap->fd, spaces, tap->endless ? sizeof spaces : 1,
		MSG_NOSIGNAL | MSG_DONTWAIT);
	tap->sent += got > 0 ? (unsigned int)got : 0;
	zn_timer_start(&tap->timer, loop, tap->endless ? 1 : 1000, tap_more, tap);
}

static void tap_accept(void *user, uint32_t events)
{
	struct tap *tap = user;
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
	(void)events;
	int fd = accept(tap->listening, NULL, NULL);
	if (fd < 0)
		return;
	if (tap->fd >= 0)
		close(tap->fd);
	tap->fd = fd;
	assert_int_equal(send(fd, head, sizeof head - 1, MSG_NOSIGNAL), sizeof head - 1);
	tap_more(tap);
}

static void tap_open(struct tap *tap, char url[64], bool endless)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t bytes = sizeof address;
	*tap = (struct tap){.fd = -1, .endless = endless};
	tap->listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(tap->listening, (struct sockaddr *)&address, bytes), 0);
	assert_int_equal(listen(tap->listening, 8), 0);
	assert_int_equal(getsockname(tap->listening, (struct sockaddr *)&address, &bytes), 0);
	snprintf(url, 64, "http://127.0.0.1:%u", ntohs(address.sin_port));
	assert_int_equal(zn_loop_watch(loop, tap->listening, EPOLLIN, tap_accept, tap), ZN_ERR_OK);
}

static void tap_close(struct tap *tap)
{
	zn_timer_stop(&tap->timer);
	zn_loop_unwatch(loop, tap->listening);
	close(tap->listening);
	if (tap->fd >= 0)
		close(tap->fd);
}

static enum zn_err first_err, second_err;

static void on_slow(void *user, const struct zn_ledger_answer *given)
{
	enum zn_err *err = user;
	*err = given->err;
	answers++;
}

static void on_withheld(void *user, const struct zn_ledger_answer *given)
{
	(void)user;
	snprintf(detail, sizeof detail, "%s", given->detail);
	answer.err = given->err;
	answers++;
}

static void stop_when_three_came(void *user)
{
	struct zn_timer *timer = user;
	if (answers >= 3)
		zn_loop_stop(loop);
	else
		zn_timer_start(timer, loop, 20, stop_when_three_came, timer);
}

static void bodies_without_an_end_and_headers_that_never_come_end_in_time(void **state)
{
	struct tap endless, drip;
	char endless_url[64], drip_url[64];
	struct zn_ledger_client *first, *second;
	struct zn_timer timer = {.armed = false};
	(void)state;
	assert_int_equal(ask_status(), ZN_ERR_OK);
	answers = 0;
	tap_open(&endless, endless_url, true);
	tap_open(&drip, drip_url, false);
	assert_int_equal(zn_ledger_client_create(&first, loop, http, endless_url), ZN_ERR_OK);
	assert_int_equal(zn_ledger_client_create(&second, loop, http, drip_url), ZN_ERR_OK);
	uint64_t begin_ns = zn_clock_monotonic_ns();
	zn_ledger_get_account(NULL, first, &fake.account, on_slow, &first_err);
	zn_ledger_get_account(NULL, second, &fake.account, on_slow, &second_err);
	fake.lie = FAKE_WITHHELD;
	fake.height++;
	zn_ledger_get_account(NULL, client, &fake.account, on_withheld, NULL);
	stop_when_three_came(&timer);
	zn_loop_run(loop);
	uint64_t took_ms = (zn_clock_monotonic_ns() - begin_ns) / 1000000;
	assert_int_equal(answers, 3);
	assert_int_equal(first_err, ZN_ERR_TOO_LARGE);
	assert_in_range(endless.sent, ZN_RPC_ANSWER_BYTES_MAX, 16 * ZN_RPC_ANSWER_BYTES_MAX);
	assert_int_equal(second_err, ZN_ERR_TIMEOUT);
	assert_int_equal(answer.err, ZN_ERR_TIMEOUT);
	assert_non_null(strstr(detail, "does not show the header of height 13"));
	assert_in_range(took_ms, ZN_CLIENT_TIMEOUT_MS - 100, 2 * ZN_CLIENT_TIMEOUT_MS);
	zn_ledger_client_destroy(first);
	zn_ledger_client_destroy(second);
	tap_close(&endless);
	tap_close(&drip);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, start, finish)
	const struct CMUnitTest tests[] = {
		CASE(an_honest_node_is_believed_by_its_proofs),
		CASE(many_questions_share_one_header),
		CASE(a_cancelled_question_is_forgotten_at_any_moment),
		CASE(every_lie_is_found_out_by_its_name),
		CASE(an_old_ledger_is_not_taken_for_the_present_one),
		CASE(a_transaction_counts_when_the_senders_nonce_says_so),
		CASE(a_header_that_a_person_named_is_the_only_beginning),
		CASE(a_home_remembers_its_ledger_and_takes_no_other),
		CASE(a_witness_that_shows_another_block_stops_everything),
		CASE(bodies_without_an_end_and_headers_that_never_come_end_in_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
