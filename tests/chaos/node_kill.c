/* tests/chaos/node_kill.c - kill -9 at random instants: what was answered as in a block stays, the
 * hash is the same. 20 kills, 200 with ZENNET_TEST_LONG=1. */
#include "tests/unit/node_harness.h"

#include "io/clock.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SENDERS 4

static struct node_harness harness;
static uint64_t random_state = 7;

static uint64_t draw(void)
{
	uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* Transfers without an end, each of a zat more than the last, by four accounts at once. */
struct sender {
	struct zn_secret_key key;
	struct zn_account account;
	uint64_t sent, acknowledged; /* in a block, by the node's word */
	uint64_t acknowledged_height;
	struct zn_hash last;
	struct zn_ledger_call *call;
	bool stopped;
};

static struct sender senders[SENDERS];
static struct zn_account sink;
static unsigned int trouble;

static void send_one(struct sender *sender);

static void on_sent(void *user, const struct zn_ledger_answer *answer)
{
	struct sender *sender = user;
	sender->call = NULL;
	if (answer->err == ZN_ERR_OK && answer->refusal == ZN_LEDGER_OK) {
		sender->acknowledged++;
		sender->acknowledged_height = answer->height;
		sender->last = answer->tx_id;
	} else {
		print_message("%s %s\n", zn_ledger_refusal_name(answer->refusal), answer->detail);
		trouble++;
	}
	if (!sender->stopped)
		send_one(sender);
}

static void send_one(struct sender *sender)
{
	struct zn_transaction draft = {.kind = ZN_TX_TRANSFER,
		.body.transfer = {sink, {++sender->sent}}};
	zn_ledger_send(&sender->call, harness.client, &sender->key, &draft, 60000, on_sent, sender);
}

static void stop_loop(void *user)
{
	zn_loop_stop(user);
}

static void run_ms(uint64_t ms)
{
	struct zn_timer timer = {0};
	zn_timer_start(&timer, harness.loop, ms, stop_loop, harness.loop);
	zn_loop_run(harness.loop);
	zn_timer_stop(&timer);
}

/* The app hash that the node prints at its start is of the state that it rebuilt. */
static void printed_hash(char out[65], uint64_t *height)
{
	const char *at = strstr(harness.said, "at height ");
	assert_non_null(at);
	unsigned long long number;
	assert_int_equal(sscanf(at, "at height %llu, app hash %64s", &number, out), 2);
	*height = number;
}

static void start_again(void)
{
	char first[65], second[65];
	uint64_t height, height_again;
	if (!harness_run(&harness))
		fail_msg("the node did not start again: %s", harness.said);
	printed_hash(first, &height);
	/* At once again, from the same disk: the same hash (or a block more was made since). */
	harness_kill(&harness, SIGKILL);
	assert_true(harness_run(&harness));
	printed_hash(second, &height_again);
	assert_true(height_again >= height);
	/* What it made in between was empty or not; only equal heights must be equal. */
	if (height == height_again)
		assert_string_equal(first, second);
	for (int i = 0; i < SENDERS; i++)
		assert_true(senders[i].acknowledged_height <= height);
}

static void all_is_there(void)
{
	for (int i = 0; i < SENDERS; i++) {
		struct zn_account_state state = harness_account(&harness, &senders[i].account);
		/* One at a time: what is acknowledged is a prefix, one more may be in a block. */
		assert_in_range(state.nonce, senders[i].acknowledged, senders[i].acknowledged + 1);
		if (senders[i].acknowledged == 0)
			continue;
		zn_ledger_get_tx(NULL, harness.client, &senders[i].last, 0, harness_answered,
			&harness);
		assert_int_equal(harness_wait(&harness)->err, ZN_ERR_OK);
	}
}

static void kills_lose_no_acknowledged_transaction(void **state)
{
	const char *text = getenv("ZENNET_TEST_LONG");
	int kills = text != NULL && text[0] == '1' ? 200 : 20;
	(void)state;
	harness_start(&harness);
	harness_key(200, &sink);
	for (int i = 0; i < SENDERS; i++) {
		senders[i].key = harness_key((uint8_t)(100 + i), &senders[i].account);
		struct zn_transaction draft = {.kind = ZN_TX_TRANSFER,
			.body.transfer = {senders[i].account, {1000 * ZN_ZAT_PER_XEN}}};
		assert_int_equal(harness_send(&harness, &harness.operator_key, &draft)->refusal,
			ZN_LEDGER_OK);
	}
	for (int i = 0; i < SENDERS; i++)
		send_one(&senders[i]);
	for (int i = 0; i < kills; i++) {
		run_ms(20 + draw() % 150);
		usleep((useconds_t)(draw() % 12000)); /* anywhere within a block */
		harness_kill(&harness, SIGKILL);
		start_again();
	}
	run_ms(300);
	for (int i = 0; i < SENDERS; i++)
		senders[i].stopped = true;
	uint64_t until_ns = zn_clock_monotonic_ns() + UINT64_C(20000000000);
	for (int i = 0; i < SENDERS; i++)
		while (senders[i].call != NULL && zn_clock_monotonic_ns() < until_ns)
			run_ms(20);
	all_is_there();
	uint64_t all = 0, sum = 0;
	for (int i = 0; i < SENDERS; i++) {
		all += senders[i].acknowledged;
		sum += senders[i].sent * (senders[i].sent + 1) / 2;
	}
	print_message("%d kills, %llu transactions acknowledged\n", 2 * kills,
		(unsigned long long)all);
	assert_int_equal(trouble, 0);
	assert_int_equal(harness_account(&harness, &sink).balance.zat, sum);
	assert_true(all > (uint64_t)kills);
	harness_finish(&harness);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kills_lose_no_acknowledged_transaction),
	};
	return cmocka_run_group_tests_name("node_kill", tests, NULL, NULL);
}
