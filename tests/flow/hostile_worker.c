/* tests/flow/hostile_worker.c - workers that say whatever they like; nothing unchecked is paid, no
 * deposit leaves the budget, nobody's deal is disturbed by a stranger. */
#include "tests/flow/hostile_publisher_machine.h"

static struct machine machine;
static struct peer *const peer = &machine.peers[0];

static void begin(void)
{
	machine_begin(&machine, 1);
	machine_to_work(&machine, peer, 8);
}

static void refused_with(const struct peer *who, uint8_t refusal, uint8_t detail)
{
	assert_int_equal(who->reply.kind, ZN_MESSAGE_REFUSAL);
	assert_int_equal(who->reply.refusal.refusal, refusal);
	assert_int_equal(who->reply.refusal.detail, detail);
}

static void say(struct peer *who, struct zn_message message)
{
	machine_say(&machine, who, &message);
}

static void deliver(struct peer *who, const uint64_t *chunks, uint32_t count)
{
	say(who, machine_deliver(&machine, who, chunks, count));
}

static void check_all(struct peer *who, bool good)
{
	for (uint32_t i = 0; i < ZN_DELIVERY_CHUNKS_MAX; i++)
		if (who->check_open[i])
			machine_check(&machine, who, i, good);
}

static uint64_t paid(const struct peer *who)
{
	return zn_publisher_deal_paid(&who->deal).zat;
}

static void an_honest_worker_is_paid_for_what_was_checked(void **state)
{
	(void)state;
	begin();
	deliver(peer, (uint64_t[]){0, 1}, 2);
	assert_int_equal(paid(peer), 0);
	check_all(peer, true);
	assert_int_equal(paid(peer), 2 * CEILING / 2 / ZN_PRICE_PER_UNITS);
}

static void chunks_never_leased_are_neither_checked_nor_paid(void **state)
{
	(void)state;
	begin();
	deliver(peer, (uint64_t[]){100, 101}, 2);
	assert_int_equal(peer->verdict.verdict.verdicts[0], ZN_VERDICT_LATE);
	assert_int_equal(peer->verdict.verdict.verdicts[1], ZN_VERDICT_LATE);
	assert_int_equal(paid(peer), 0);
	assert_false(peer->check_open[0]);
}

static void a_chunk_is_paid_once(void **state)
{
	(void)state;
	begin();
	for (int i = 0; i < 3; i++) {
		deliver(peer, (uint64_t[]){0}, 1);
		check_all(peer, true);
	}
	assert_int_equal(peer->deal.units, 1);
	deliver(peer, (uint64_t[]){1, 1}, 2);
	refused_with(peer, ZN_DEAL_RESULT, ZN_RESULT_REPEATS);
	assert_int_equal(peer->deal.units, 1);
}

static void deliveries_that_break_a_rule_are_refused(void **state)
{
	(void)state;
	static const enum zn_result_refusal wanted[] = {ZN_RESULT_OUTPUT_BYTES,
		ZN_RESULT_OUTPUT_BYTES, ZN_RESULT_OTHER_CHANNEL, ZN_RESULT_OTHER_TERMS,
		ZN_RESULT_OTHER_JOB, ZN_RESULT_UNITS, ZN_RESULT_OTHER_CHAIN,
		ZN_RESULT_NO_SUCH_CHUNK};
	for (size_t row = 0; row < sizeof wanted / sizeof wanted[0]; row++) {
		begin();
		struct zn_message message = machine_deliver(&machine, peer, (uint64_t[]){0}, 1);
		struct zn_statement *statement = &message.deliver.statements[0];
		if (row == 0)
			statement->output_bytes++;
		if (row == 1)
			statement->output_bytes = UINT64_MAX;
		if (row == 2)
			statement->channel_id.bytes[0] ^= 1;
		if (row == 3)
			statement->terms_hash.bytes[0] ^= 1;
		if (row == 4)
			statement->job_hash.bytes[0] ^= 1;
		if (row == 5)
			statement->units = 1000000;
		if (row == 6)
			statement->chain.text[0] = 'x';
		if (row == 7)
			statement->chunk = UINT64_MAX;
		machine_sign_delivery(&machine, peer, &message);
		say(peer, message);
		refused_with(peer, ZN_DEAL_RESULT, (uint8_t)wanted[row]);
		assert_int_equal(paid(peer), 0);
		assert_false(peer->deal.delivering);
	}
	begin();
	deliver(peer, NULL, 0);
	refused_with(peer, ZN_DEAL_RESULT, ZN_RESULT_EMPTY);
	struct zn_message message = machine_deliver(&machine, peer, (uint64_t[]){0}, 1);
	message.deliver.signature.bytes[9] ^= 1;
	say(peer, message);
	refused_with(peer, ZN_DEAL_RESULT, ZN_RESULT_BAD_SIGNATURE);
}

static void a_second_delivery_waits_for_the_first(void **state)
{
	(void)state;
	begin();
	deliver(peer, (uint64_t[]){0}, 1);
	deliver(peer, (uint64_t[]){1}, 1);
	refused_with(peer, ZN_DEAL_OUT_OF_TURN, 0);
	check_all(peer, true);
	assert_int_equal(peer->deal.units, 1);
}

static void a_refused_worker_gets_nothing_more(void **state)
{
	(void)state;
	begin();
	deliver(peer, (uint64_t[]){0, 1}, 2);
	check_all(peer, true);
	deliver(peer, (uint64_t[]){2, 3}, 2);
	machine_check(&machine, peer, 0, true);
	uint64_t before = paid(peer);
	machine_check(&machine, peer, 1, false);
	assert_int_equal(peer->verdict.verdict.verdicts[0], ZN_VERDICT_UNPAID);
	assert_int_equal(peer->verdict.verdict.verdicts[1], ZN_VERDICT_WRONG);
	assert_int_equal(peer->deal.stage, ZN_PUBLISHER_REFUSED);
	assert_true(peer->close_requested);
	assert_int_equal(zn_chunk_table_accepted(machine.job.table), 0);
	deliver(peer, (uint64_t[]){4}, 1);
	refused_with(peer, ZN_DEAL_REFUSED, 0);
	say(peer, machine_pull(peer, true, 64));
	refused_with(peer, ZN_DEAL_REFUSED, 0);
	assert_int_equal(paid(peer), before);
	/* The same key again, as if it were new. */
	struct peer *again = &machine.peers[1];
	again->key = peer->key;
	again->public_key = peer->public_key;
	say(again, machine_hello(&machine, again));
	refused_with(again, ZN_DEAL_REFUSED, 0);
}

static void a_worker_refused_meanwhile_gets_no_second_channel(void **state)
{
	(void)state;
	struct peer *again = &machine.peers[1];
	machine_begin(&machine, 8);
	machine.job.policy.budget.zat = 100 * BUDGET;
	again->key = peer->key;
	again->public_key = peer->public_key;
	machine_shake_hands(&machine, again);
	say(again, machine_offer(again, 1000000, 1000, 8));
	machine_to_work(&machine, peer, 8);
	deliver(peer, (uint64_t[]){0}, 1);
	check_all(peer, false);
	say(again, machine_agree(again, &again->key));
	refused_with(again, ZN_DEAL_REFUSED, 0);
	assert_false(again->open_open);
}

/* A copy that comes after the last chunk was accepted may still show that its worker cheats. */
static void a_job_that_was_done_is_open_again_when_results_are_taken_out(void **state)
{
	(void)state;
	struct peer *other = &machine.peers[1];
	machine_begin(&machine, 2);
	machine.job.policy.budget.zat = 100 * BUDGET;
	machine_to_work(&machine, peer, 8);
	deliver(peer, (uint64_t[]){0}, 1);
	check_all(peer, true);
	machine_to_work(&machine, other, 8);
	for (int i = 0; i < 400 && machine.job.order == ZN_ORDER_WORK; i++) {
		uint64_t first = other->deal.leases_count > 0 ? other->deal.leases[0].chunk : 0;
		if (other->deal.leases_count > 0) {
			deliver(other, &first, 1);
			check_all(other, true);
		}
		machine_tick(&machine, peer, 1); /* what peer holds may be copied after a while */
		say(other, machine_pull(other, false, 64));
		if (other->top_up_open) {
			other->top_up_open = false;
			machine_feed(&machine, other,
				(struct zn_publisher_event){.kind = ZN_PUBLISHER_TOPPED_UP,
					.good = true});
		}
		if (peer->deal.leases_count == 0 && !peer->deal.pull_open)
			say(peer, machine_pull(peer, false, 1));
	}
	assert_int_equal(machine.job.order, ZN_ORDER_DONE);
	assert_true(peer->deal.leases_count > 0);
	deliver(peer, &peer->deal.leases[0].chunk, 1);
	check_all(peer, false);
	assert_int_equal(zn_chunk_table_accepted(machine.job.table), HOSTILE_CHUNKS - 1);
	assert_int_equal(machine.job.order, ZN_ORDER_WORK);
}

static void a_pause_makes_nobody_slow(void **state)
{
	(void)state;
	struct peer *other = &machine.peers[1];
	uint64_t rest[HOSTILE_CHUNKS];
	machine_begin(&machine, 9);
	machine.job.policy.budget.zat = 100 * BUDGET;
	machine_to_work(&machine, peer, 8);
	machine_to_work(&machine, other, 8);
	uint32_t count = zn_chunk_table_lease(machine.job.table, rest, HOSTILE_CHUNKS, 3);
	for (uint32_t i = 0; i < count; i++)
		machine.used[rest[i]] = zn_chunk_table_accept(machine.job.table, rest[i], 3);
	while (other->deal.leases_count > 0) {
		deliver(other, &other->deal.leases[0].chunk, 1);
		check_all(other, true);
	}
	machine.job.order = ZN_ORDER_PAUSE;
	for (int second = 0; second < 100; second++) {
		machine_tick(&machine, peer, 1);
		machine_tick(&machine, other, 0);
		say(peer, machine_pull(peer, false, 0));
		say(other, machine_pull(other, false, 8));
	}
	machine.job.order = ZN_ORDER_WORK;
	for (uint32_t i = PEERS; i-- > 0;)
		machine_feed(&machine, &machine.peers[i],
			(struct zn_publisher_event){.kind = ZN_PUBLISHER_ORDERED});
	assert_int_equal(other->deal.leases_count, 0); /* no copies of what peer works on */
	assert_int_equal(peer->deal.leases_count, 10);
}

static void a_stranger_who_says_hello_for_a_channel_disturbs_nothing(void **state)
{
	(void)state;
	begin();
	struct zn_hash session = peer->deal.session;
	struct zn_message hello = machine_hello(&machine, peer);
	for (int i = 0; i < 100; i++)
		say(peer, hello); /* the key and the channel stand on the ledger */
	struct zn_message prove = machine_prove(&machine, peer, &machine.world.stranger);
	say(peer, prove);
	refused_with(peer, ZN_DEAL_BAD_PROOF, 0);
	struct zn_message own_key = hello;
	own_key.hello.worker_key = machine.world.stranger_key;
	say(peer, own_key);
	refused_with(peer, ZN_DEAL_BAD_PROOF, 0);
	assert_true(zn_hash_equal(&session, &peer->deal.session));
	deliver(peer, (uint64_t[]){0}, 1);
	check_all(peer, true);
	assert_int_equal(peer->deal.units, 1);
	/* What was challenged and not proven opens nothing. */
	struct zn_message message = machine_pull(peer, true, 4);
	message.pull.session = peer->deal.next_session;
	say(peer, message);
	refused_with(peer, ZN_DEAL_OUT_OF_TURN, 0);
}

static void messages_of_an_old_session_are_out_of_turn(void **state)
{
	(void)state;
	begin();
	struct zn_message old = machine_deliver(&machine, peer, (uint64_t[]){0}, 1);
	machine_shake_hands(&machine, peer);
	say(peer, old);
	refused_with(peer, ZN_DEAL_OUT_OF_TURN, 0);
	struct zn_message none = old;
	memset(&none.deliver.session, 0, sizeof none.deliver.session);
	say(peer, none);
	refused_with(peer, ZN_DEAL_OUT_OF_TURN, 0);
	none = (struct zn_message){.kind = ZN_MESSAGE_PROVE};
	say(peer, none); /* the zero session of nobody */
	refused_with(peer, ZN_DEAL_OUT_OF_TURN, 0);
}

/* To the last round if need be. */
static void offer(uint64_t price_zat, uint64_t rate, uint32_t window)
{
	do
		say(peer, machine_offer(peer, price_zat, rate, window));
	while (peer->reply.kind == ZN_MESSAGE_ANSWER && peer->reply.answer.answer != 1);
}

static void a_huge_claimed_rate_locks_half_of_the_budget_at_most(void **state)
{
	(void)state;
	machine_begin(&machine, 3);
	machine_shake_hands(&machine, peer);
	offer(CEILING, UINT64_MAX, UINT32_MAX);
	assert_int_equal(peer->reply.kind, ZN_MESSAGE_ANSWER);
	assert_true(peer->deal.terms.window_chunks <= machine.job.policy.window_chunks_max);
	say(peer, machine_agree(peer, &peer->key));
	assert_true(peer->deposited > 0 && peer->deposited <= BUDGET / 2);
}

static void a_deposit_is_no_larger_than_wanted_though_the_budget_ends(void **state)
{
	(void)state;
	machine_begin(&machine, 4);
	/* 18 chunks are the least for a window of 16; half of the budget does not cover them. */
	machine.job.policy.budget.zat = 30 * CEILING / ZN_PRICE_PER_UNITS;
	machine_shake_hands(&machine, peer);
	offer(CEILING, 1, 16);
	say(peer, machine_agree(peer, &peer->key));
	assert_int_equal(peer->deposited, 19 * CEILING / ZN_PRICE_PER_UNITS);
}

static void a_key_that_showed_no_work_locks_no_more_than_it_may_begin(void **state)
{
	(void)state;
	machine_begin(&machine, 5);
	machine_shake_hands(&machine, peer);
	offer(CEILING, UINT64_MAX, 16);
	say(peer, machine_agree(peer, &peer->key));
	uint64_t first =
		19 * CEILING / ZN_PRICE_PER_UNITS; /* a window of 16, two ahead, rounding */
	assert_int_equal(peer->deposited, first);
	machine_opened(&machine, peer, true);
	struct zn_message pull = machine_pull(peer, true, 64);
	say(peer, pull);
	pull = machine_pull(peer, false, 64);
	say(peer, pull); /* it waits, and nothing is topped up */
	for (uint32_t i = 0; i < 10; i++)
		machine_tick(&machine, peer, 1);
	assert_int_equal(peer->deposited, first);
	deliver(peer, (uint64_t[]){0}, 1);
	check_all(peer, true);
	assert_true(peer->deposited > first); /* with the first acceptance, not later */
}

static void a_worker_that_hung_up_gets_no_more_deposit(void **state)
{
	(void)state;
	begin();
	struct zn_publisher_event event = {.kind = ZN_PUBLISHER_TICK};
	peer->deal.pull_open = false;
	deliver(peer, (uint64_t[]){0, 1}, 2);
	check_all(peer, true);
	uint64_t before = peer->deposited;
	machine.job.policy.deposit_s *= 100; /* so that what is left is little */
	machine.job.policy.budget.zat *= 1000;
	machine_feed(&machine, peer, event);
	assert_int_equal(peer->deposited, before);
	peer->deal.pull_open = true;
	machine_feed(&machine, peer, event);
	assert_true(peer->deposited > before);
}

static void terms_signed_by_somebody_else_open_no_channel(void **state)
{
	(void)state;
	machine_begin(&machine, 5);
	machine_shake_hands(&machine, peer);
	say(peer, machine_offer(peer, 1000000, 1000, 8));
	say(peer, machine_agree(peer, &machine.world.stranger));
	refused_with(peer, ZN_DEAL_TERMS, 0);
	assert_int_equal(machine.job.deposited.zat, 0);
	struct zn_message again = machine_offer(peer, 1000000, 1000, 8);
	say(peer, again); /* the price is settled */
	refused_with(peer, ZN_DEAL_OUT_OF_TURN, 0);
}

static void offers_out_of_their_round_are_refused(void **state)
{
	(void)state;
	machine_begin(&machine, 6);
	machine_shake_hands(&machine, peer);
	static const uint8_t rounds[] = {0, 2, 4, 255};
	for (size_t i = 0; i < sizeof rounds; i++) {
		struct zn_message message = machine_offer(peer, CEILING, 1000, 8);
		message.offer.round = rounds[i];
		say(peer, message);
		refused_with(peer, ZN_DEAL_ROUND, 0);
	}
	for (int round = 1; round <= 3; round++)
		say(peer, machine_offer(peer, CEILING + 1, 1000, 8));
	refused_with(peer, ZN_DEAL_PRICE, 0);
	say(peer, machine_offer(peer, 1, 1000, 8));
	refused_with(peer, ZN_DEAL_ROUND, 0);
}

static void a_chunk_is_leased_once_though_two_workers_had_it_at_a_restart(void **state)
{
	(void)state;
	/* Three journals name chunk 0: the lease of the third had ended, unwritten, before it was
	 * leased anew. The table knows two copies. */
	machine_begin(&machine, 7);
	for (uint32_t i = 0; i < 3; i++) {
		struct peer *who = &machine.peers[i];
		machine_to_work(&machine, who, 2);
		zn_chunk_table_release(machine.job.table, who->deal.leases[0].chunk, (uint16_t)i);
		who->deal.leases_count = 0;
	}
	zn_chunk_table_destroy(machine.job.table);
	machine.job.table = zn_chunk_table_create(1);
	machine.job.manifest.items = 8;
	struct peer *last = &machine.peers[2];
	for (uint32_t i = 0; i < 3; i++) {
		struct peer *who = &machine.peers[i];
		who->deal.leases[0] = (struct zn_publisher_lease){
			.deadline_s = machine.now_s + (i == 2 ? 60 : 5)};
		who->deal.leases_count = 1;
		zn_publisher_deal_restore(&machine.job, &who->deal);
	}
	assert_int_equal(last->deal.leases_count, 0);
	zn_chunk_table_destroy(machine.job.table);
	machine.job.table = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_honest_worker_is_paid_for_what_was_checked),
		cmocka_unit_test(chunks_never_leased_are_neither_checked_nor_paid),
		cmocka_unit_test(a_chunk_is_paid_once),
		cmocka_unit_test(deliveries_that_break_a_rule_are_refused),
		cmocka_unit_test(a_second_delivery_waits_for_the_first),
		cmocka_unit_test(a_refused_worker_gets_nothing_more),
		cmocka_unit_test(a_worker_refused_meanwhile_gets_no_second_channel),
		cmocka_unit_test(a_job_that_was_done_is_open_again_when_results_are_taken_out),
		cmocka_unit_test(a_pause_makes_nobody_slow),
		cmocka_unit_test(a_stranger_who_says_hello_for_a_channel_disturbs_nothing),
		cmocka_unit_test(messages_of_an_old_session_are_out_of_turn),
		cmocka_unit_test(a_huge_claimed_rate_locks_half_of_the_budget_at_most),
		cmocka_unit_test(a_deposit_is_no_larger_than_wanted_though_the_budget_ends),
		cmocka_unit_test(a_key_that_showed_no_work_locks_no_more_than_it_may_begin),
		cmocka_unit_test(a_worker_that_hung_up_gets_no_more_deposit),
		cmocka_unit_test(terms_signed_by_somebody_else_open_no_channel),
		cmocka_unit_test(offers_out_of_their_round_are_refused),
		cmocka_unit_test(a_chunk_is_leased_once_though_two_workers_had_it_at_a_restart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
