/* tests/flow/hostile_publisher.c - a publisher that says whatever it likes; the worker's risk stays
 * within its window, and nothing it hears stops the program. */
#include "tests/flow/hostile_worker_machine.h"

#define DEPOSIT UINT64_C(1000000000)

static struct machine machine;

static void ends_with(enum zn_worker_end end)
{
	assert_int_equal(machine.deal.end, end);
	assert_true(machine.deal.stage >= ZN_WORKER_SETTLING);
	assert_int_equal(machine.runs_count, 0);
}

static void hear_order(uint8_t order, uint64_t first, uint32_t count)
{
	struct zn_message message = machine_order(&machine, order, first, count);
	machine_hear(&machine, ZN_LANE_TALK, &message);
}

static void hear_verdict(uint8_t verdict)
{
	struct zn_message message = machine_verdict(&machine, verdict);
	machine_hear(&machine, ZN_LANE_DELIVER, &message);
}

static void hear_refusal(enum zn_lane lane, uint8_t refusal)
{
	struct zn_message message = {.kind = ZN_MESSAGE_REFUSAL, .refusal = {.refusal = refusal}};
	machine_hear(&machine, lane, &message);
}

/* Everything the runner holds becomes an output. */
static void run_all(void)
{
	while (machine.runs_count > 0)
		machine_run_done(&machine, true);
}

static void a_publisher_that_keeps_its_word_is_served(void **state)
{
	(void)state;
	machine_to_work(&machine, 1, DEPOSIT);
	for (uint64_t first = 0; first < 40; first += 8) {
		hear_order(ZN_ORDER_WORK, first, 8);
		while (machine.deal.chunks_count > 0) {
			run_all();
			hear_verdict(ZN_VERDICT_ACCEPTED);
		}
	}
	assert_int_equal(machine.deal.units, 40);
	assert_int_equal(machine.begun, 40);
	hear_order(ZN_ORDER_DONE, 0, 0);
	ends_with(ZN_WORKER_END_DONE);
}

static void a_publisher_that_never_pays_gets_one_window(void **state)
{
	(void)state;
	machine_to_work(&machine, 2, DEPOSIT);
	hear_order(ZN_ORDER_WORK, 0, 10);
	for (int i = 0; i < 50; i++) {
		run_all();
		machine_tick(&machine, 1);
	}
	assert_int_equal(machine.begun, machine.deal.terms.window_chunks);
	assert_int_equal(machine.unpaid_most, machine.deal.terms.window_chunks);
}

static void accepted_without_a_voucher_ends_the_deal(void **state)
{
	(void)state;
	machine_to_work(&machine, 3, DEPOSIT);
	hear_order(ZN_ORDER_WORK, 0, 8);
	run_all();
	struct zn_message message = machine_verdict(&machine, ZN_VERDICT_ACCEPTED);
	message.verdict.has_voucher = false;
	machine_hear(&machine, ZN_LANE_DELIVER, &message);
	ends_with(ZN_WORKER_END_UNDERPAID);
}

/* Late is no reproach, and for the publisher it is free: so it may not be said for ever. */
static void a_publisher_that_calls_everything_late_gets_one_window(void **state)
{
	(void)state;
	machine_to_work(&machine, 4, DEPOSIT);
	for (uint64_t first = 0; first < 160 && !machine.close_open; first += 8) {
		hear_order(ZN_ORDER_WORK, first, 8);
		for (int i = 0; i < 8 && !machine.close_open; i++) {
			run_all();
			if (machine.deliver_open)
				hear_verdict(ZN_VERDICT_LATE);
		}
	}
	ends_with(ZN_WORKER_END_LATE);
	assert_true(machine.begun <= machine.deal.terms.window_chunks);
}

static void a_verdict_that_was_lost_is_not_counted_as_unpaid(void **state)
{
	(void)state;
	machine_to_work(&machine, 5, DEPOSIT);
	for (uint64_t round = 0; round < 20; round++) {
		hear_order(ZN_ORDER_WORK, round * 2, 2);
		run_all();
		if (machine.deliver_open && machine.deliver.deliver.statements_count == 1)
			hear_verdict(ZN_VERDICT_ACCEPTED);
		/* The second was accepted too, and that answer is lost with the line. */
		assert_true(machine.deliver_open);
		struct zn_message verdict = machine_verdict(&machine, ZN_VERDICT_ACCEPTED);
		machine_feed(&machine, (struct zn_worker_event){.kind = ZN_WORKER_LANE_FAILED,
					       .lane = ZN_LANE_DELIVER});
		machine_tick(&machine, 1);
		struct zn_hash session = hostile_hash(&machine.world);
		struct zn_message message =
			machine_challenge(&machine, &machine.world.publisher, &session);
		machine_hear(&machine, ZN_LANE_TALK, &message);
		message = machine_welcome(&machine, true);
		message.welcome.units = verdict.verdict.units;
		message.welcome.has_voucher = true;
		message.welcome.voucher = verdict.verdict.voucher;
		machine_hear(&machine, ZN_LANE_TALK, &message);
		hear_verdict(ZN_VERDICT_LATE); /* it was done before */
		assert_int_equal(machine.deal.stage, ZN_WORKER_WORKING);
		assert_int_equal(zn_worker_deal_unpaid(&machine.deal), 0);
	}
	assert_int_equal(machine.deal.units, 40);
}

/* The first delivery is still being checked when the line comes back. */
static void a_delivery_that_comes_too_early_is_made_again(void **state)
{
	(void)state;
	machine_to_work(&machine, 6, DEPOSIT);
	hear_order(ZN_ORDER_WORK, 0, 2);
	run_all();
	hear_refusal(ZN_LANE_DELIVER, ZN_DEAL_OUT_OF_TURN);
	assert_int_equal(machine.deal.stage, ZN_WORKER_WORKING);
	machine_tick(&machine, 1);
	machine_shake_hands(&machine, true);
	assert_true(machine.deliver_open);
	assert_int_equal(machine.deliver.deliver.statements_count, 2);
	hear_verdict(ZN_VERDICT_ACCEPTED);
	assert_int_equal(machine.deal.units, 2);
}

static void an_output_that_is_lost_is_made_again(void **state)
{
	(void)state;
	machine_to_work(&machine, 6, DEPOSIT);
	hear_order(ZN_ORDER_WORK, 0, 2);
	run_all();
	machine.deliver_open = false;
	machine_feed(&machine,
		(struct zn_worker_event){.kind = ZN_WORKER_LANE_FAILED, .lane = ZN_LANE_DELIVER});
	machine.begun--;
	machine_feed(&machine, (struct zn_worker_event){.kind = ZN_WORKER_RUN_FAILED, .chunk = 0});
	assert_int_equal(machine.runs_count, 1);
	assert_int_equal(zn_worker_deal_unpaid(&machine.deal), 2);
	run_all();
	machine_tick(&machine, 1);
	machine_shake_hands(&machine, true);
	assert_int_equal(machine.deliver.deliver.statements_count, 2);
	hear_verdict(ZN_VERDICT_ACCEPTED);
	assert_int_equal(machine.deal.units, 2);
}

static void one_redeem_is_under_way_and_a_refused_one_waits(void **state)
{
	(void)state;
	machine_to_work(&machine, 18, DEPOSIT);
	machine.deal.policy.redeem_zat = 1;
	hear_order(ZN_ORDER_WORK, 0, 8);
	while (machine.deal.chunks_count > 0) {
		run_all();
		hear_verdict(ZN_VERDICT_ACCEPTED);
	}
	assert_int_equal(machine.redeems, 1);
	machine_redeemed(&machine, false);
	machine_tick(&machine, 59);
	assert_int_equal(machine.redeems, 1);
	machine_tick(&machine, 1);
	assert_int_equal(machine.redeems, 2);
	machine_redeemed(&machine, true);
	machine_tick(&machine, 60);
	assert_int_equal(machine.redeems, 2); /* all of it is paid out */
	assert_int_equal(zn_worker_deal_unredeemed(&machine.deal).zat, 0);
}

static void what_is_redeemed_spoils_no_later_voucher(void **state)
{
	(void)state;
	uint64_t before = 0;
	machine_to_work(&machine, 19, DEPOSIT);
	machine.deal.policy.redeem_zat = 1;
	for (uint64_t first = 0; first < 40; first += 8) {
		hear_order(ZN_ORDER_WORK, first, 8);
		while (machine.deal.chunks_count > 0) {
			run_all();
			hear_verdict(ZN_VERDICT_ACCEPTED);
		}
		assert_true(machine.redeem_open);
		machine_redeemed(&machine, true);
		machine_tick(&machine, 11);
		if (machine.read_open)
			machine_read(&machine, true, true);
		assert_true(machine.deal.redeemed.zat > before);
		before = machine.deal.redeemed.zat;
		if (machine.redeem_open)
			machine_redeemed(&machine, true);
	}
	assert_int_equal(machine.deal.units, 40);
	machine.channel.redeemed.zat = machine.deal.voucher.voucher.paid.zat + 1;
	machine_tick(&machine, 11); /* a voucher that never reached us was redeemed by another */
	machine_read(&machine, true, true);
	assert_int_equal(zn_worker_deal_unredeemed(&machine.deal).zat, 0);
	hear_order(ZN_ORDER_DONE, 0, 0);
	ends_with(ZN_WORKER_END_DONE);
}

static void leases_that_break_a_rule_end_the_deal(void **state)
{
	(void)state;
	for (int row = 0; row < 10; row++) {
		machine_to_work(&machine, 7, DEPOSIT);
		hear_order(ZN_ORDER_WORK, 0, 4);
		assert_int_equal(machine.deal.chunks_count, 4);
		bool good = row == 0;
		struct zn_message message = machine_order(&machine, ZN_ORDER_WORK, 20, 4);
		struct zn_lease *lease = &message.order.lease.lease;
		if (row == 1)
			lease->deadline_s = lease->issued_s - 1;
		if (row == 2)
			lease->chunks[2] = lease->chunks[1];
		if (row == 3)
			lease->chunks[2] = HOSTILE_CHUNKS;
		if (row == 4)
			lease->number--;
		if (row == 5)
			lease->number++;
		if (row == 6)
			lease->deadline_s--;
		if (row == 7)
			lease->chunks[0] = UINT64_MAX;
		if (row == 8)
			message = machine_order(&machine, ZN_ORDER_WORK, 20, 7); /* room for 6 */
		if (row == 9)
			lease->channel_id.bytes[0] ^= 1;
		message.order.lease.signature = hostile_sign_lease(&machine.world, lease);
		machine_hear(&machine, ZN_LANE_TALK, &message);
		if (good)
			assert_int_equal(machine.deal.stage, ZN_WORKER_WORKING);
		else
			ends_with(ZN_WORKER_END_LEASE);
	}
}

/* The publisher's clock ended the lease while we were at it, and the chunk was free again. */
static void a_lease_of_a_chunk_in_hand_only_gives_it_more_time(void **state)
{
	(void)state;
	machine_to_work(&machine, 17, DEPOSIT);
	hear_order(ZN_ORDER_WORK, 0, 4);
	machine.now_s += 59;
	hear_order(ZN_ORDER_WORK, 1, 5); /* 1 to 3 are held */
	assert_int_equal(machine.deal.stage, ZN_WORKER_WORKING);
	assert_int_equal(machine.deal.chunks_count, 6);
	assert_int_equal(machine.deal.chunks[0].deadline_s, HOSTILE_NOW_S + 60);
	assert_int_equal(machine.deal.chunks[1].deadline_s, HOSTILE_NOW_S + 119);
	assert_int_equal(machine.begun, 2);
}

static void a_lease_whose_deadline_is_past_is_not_begun(void **state)
{
	(void)state;
	machine_to_work(&machine, 8, DEPOSIT);
	struct zn_message message = machine_order(&machine, ZN_ORDER_WORK, 0, 4);
	struct zn_lease *lease = &message.order.lease.lease;
	lease->issued_s = machine.now_s - 60;
	lease->deadline_s = machine.now_s;
	message.order.lease.signature = hostile_sign_lease(&machine.world, lease);
	machine_hear(&machine, ZN_LANE_TALK, &message);
	assert_int_equal(machine.begun, 0);
}

static void vouchers_that_break_a_rule_end_the_deal(void **state)
{
	(void)state;
	for (int row = 0; row < 8; row++) {
		machine_to_work(&machine, 9, DEPOSIT);
		hear_order(ZN_ORDER_WORK, 0, 4);
		run_all();
		hear_verdict(ZN_VERDICT_ACCEPTED);
		run_all();
		struct zn_message message = machine_verdict(&machine, ZN_VERDICT_ACCEPTED);
		struct zn_signed_voucher *voucher = &message.verdict.voucher;
		uint64_t paid = voucher->voucher.paid.zat;
		struct zn_hash id = machine.deal.channel_id, other = hostile_hash(&machine.world);
		if (row == 1) /* equal to the one held */
			*voucher = machine.deal.voucher;
		if (row == 2)
			*voucher = hostile_voucher(&machine.world, &id, paid - 1);
		if (row == 3)
			*voucher = hostile_voucher(&machine.world, &id, 1);
		if (row == 4)
			*voucher = hostile_voucher(&machine.world, &id, DEPOSIT + 1);
		if (row == 5)
			*voucher = hostile_voucher(&machine.world, &other, paid);
		if (row == 6)
			voucher->signature.bytes[20] ^= 1;
		if (row == 7)
			voucher->voucher.chain.text[0] = 'x';
		machine_hear(&machine, ZN_LANE_DELIVER, &message);
		if (row == 0)
			assert_int_equal(machine.deal.stage, ZN_WORKER_WORKING);
		else
			ends_with(ZN_WORKER_END_UNDERPAID);
		assert_true(machine.close_open == (row != 0));
	}
}

static void a_publisher_that_closes_in_secret_gets_no_more_work(void **state)
{
	(void)state;
	machine_to_work(&machine, 10, DEPOSIT);
	uint64_t next = 0;
	uint64_t closed_s = 0;
	for (int second = 0; second < 60 && !machine.close_open; second++) {
		if (second == 5) {
			machine.channel.closing = true;
			closed_s = machine.now_s;
		}
		if (machine.talks_open > 0 && machine.deal.chunks_count < 8) {
			hear_order(ZN_ORDER_WORK, next, 2);
			next += 2;
		}
		run_all();
		if (machine.deliver_open)
			hear_verdict(ZN_VERDICT_ACCEPTED);
		machine_tick(&machine, 1);
		if (machine.read_open)
			machine_read(&machine, true, true);
	}
	ends_with(ZN_WORKER_END_CLOSING);
	assert_true(machine.now_s - closed_s <= 11);
	assert_int_equal(machine.begun_after_close, 0);
}

static void with_a_ledger_that_is_silent_for_long_nothing_is_begun(void **state)
{
	(void)state;
	machine_to_work(&machine, 11, DEPOSIT);
	for (int second = 0; second < 200; second++) {
		machine_tick(&machine, 1);
		if (machine.read_open)
			machine_read(&machine, false, false);
	}
	hear_order(ZN_ORDER_WORK, 0, 4);
	assert_int_equal(machine.begun, 0); /* a close may have been asked for, unseen */
	machine_tick(&machine, 1);
	machine_read(&machine, true, true);
	assert_int_equal(machine.begun, 2);
}

static void orders_that_flap_neither_start_nor_lose_anything(void **state)
{
	(void)state;
	machine_to_work(&machine, 12, DEPOSIT);
	hear_order(ZN_ORDER_WORK, 0, 8);
	uint64_t deadline = machine.deal.chunks[0].deadline_s;
	for (int i = 0; i < 100; i++) {
		hear_order(i % 2 == 0 ? ZN_ORDER_PAUSE : ZN_ORDER_WORK, 0, 0);
		machine_tick(&machine, 1);
		if (machine.read_open)
			machine_read(&machine, true, true);
	}
	assert_int_equal(machine.begun, 2);
	assert_int_equal(machine.deal.chunks[0].deadline_s, deadline + 50);
	hear_order(ZN_ORDER_CANCEL, 0, 0);
	hear_order(ZN_ORDER_WORK, 100, 2); /* too late: the worker is leaving */
	run_all();
	while (machine.deliver_open)
		hear_verdict(ZN_VERDICT_ACCEPTED);
	ends_with(ZN_WORKER_END_CANCELLED);
	assert_int_equal(machine.deal.units, 2);
}

static void handshakes_that_lie_end_the_deal(void **state)
{
	(void)state;
	struct zn_hash session;
	struct zn_message message;
	machine_begin(&machine, 13);
	machine_deal_begin(&machine);
	session = hostile_hash(&machine.world);
	message = machine_challenge(&machine, &machine.world.stranger, &session);
	machine_hear(&machine, ZN_LANE_TALK, &message);
	ends_with(ZN_WORKER_END_LIED);

	machine_deal_begin(&machine); /* the proof is over another session */
	message = machine_challenge(&machine, &machine.world.publisher, &session);
	message.challenge.session.bytes[3] ^= 1;
	machine_hear(&machine, ZN_LANE_TALK, &message);
	ends_with(ZN_WORKER_END_LIED);

	machine_deal_begin(&machine); /* a stranger who proves its own key */
	message = machine_challenge(&machine, &machine.world.stranger, &session);
	message.challenge.publisher_key = machine.world.stranger_key;
	machine_hear(&machine, ZN_LANE_TALK, &message);
	ends_with(ZN_WORKER_END_LIED);

	machine_deal_begin(&machine);
	message = machine_challenge(&machine, &machine.world.publisher, &session);
	machine_hear(&machine, ZN_LANE_TALK, &message);
	message = machine_welcome(&machine, false);
	message.welcome.manifest.items++;
	machine_hear(&machine, ZN_LANE_TALK, &message);
	ends_with(ZN_WORKER_END_MANIFEST);
}

/* Five seconds a chunk and ten seconds of risk: two chunks, though up to eight are allowed. */
static void terms_that_widen_the_offered_window_are_not_signed(void **state)
{
	(void)state;
	for (uint32_t window = 2; window <= 3; window++) {
		machine_begin(&machine, 18);
		machine_deal_begin(&machine);
		machine_shake_hands(&machine, false);
		machine_feed(&machine, (struct zn_worker_event){.kind = ZN_WORKER_PREPARED,
					       .chunk_ns = UINT64_C(5000000000)});
		assert_int_equal(machine.talk.offer.window_chunks, 2);
		struct zn_message message = machine_accept(&machine);
		struct zn_hash hash;
		message.answer.terms.window_chunks = window;
		zn_terms_hash(&hash, &machine.world.chain, &message.answer.terms);
		zn_sign(&message.answer.signature, &machine.world.publisher, &hash);
		machine_hear(&machine, ZN_LANE_TALK, &message);
		if (window == 2)
			assert_int_equal(machine.deal.stage, ZN_WORKER_AGREEING);
		else
			ends_with(ZN_WORKER_END_TERMS);
	}
}

static void resumed_without_a_channel_changes_nothing(void **state)
{
	(void)state;
	machine_begin(&machine, 14);
	machine_deal_begin(&machine);
	struct zn_hash session = hostile_hash(&machine.world);
	struct zn_hash id = hostile_hash(&machine.world);
	struct zn_message message = machine_challenge(&machine, &machine.world.publisher, &session);
	machine_hear(&machine, ZN_LANE_TALK, &message);
	message = machine_welcome(&machine, true);
	message.welcome.units = 1000;
	message.welcome.has_voucher = true;
	message.welcome.voucher = hostile_voucher(&machine.world, &id, 5);
	machine_hear(&machine, ZN_LANE_TALK, &message);
	assert_int_equal(machine.deal.stage, ZN_WORKER_PREPARING);
	assert_int_equal(machine.deal.units, 0);
	assert_false(machine.deal.has_voucher);
	assert_false(machine.deal.funded);
}

static void a_channel_that_is_not_resumed_is_settled(void **state)
{
	(void)state;
	machine_to_work(&machine, 15, DEPOSIT);
	hear_order(ZN_ORDER_WORK, 0, 4);
	hear_refusal(ZN_LANE_TALK, ZN_DEAL_UNKNOWN_SESSION);
	machine_tick(&machine, 1);
	machine_shake_hands(&machine, false);
	ends_with(ZN_WORKER_END_REFUSED);
	assert_true(machine.close_open);
}

static void a_verdict_on_another_count_ends_the_deal(void **state)
{
	(void)state;
	for (int off = -1; off <= 1; off += 2) {
		machine_to_work(&machine, 16, DEPOSIT);
		hear_order(ZN_ORDER_WORK, 0, 4);
		run_all();
		struct zn_message message = machine_verdict(&machine, ZN_VERDICT_ACCEPTED);
		message.verdict.verdicts_count += (uint32_t)off;
		message.verdict.verdicts[message.verdict.verdicts_count == 0
						 ? 0
						 : message.verdict.verdicts_count - 1] =
			ZN_VERDICT_ACCEPTED;
		machine_hear(&machine, ZN_LANE_DELIVER, &message);
		ends_with(ZN_WORKER_END_NONSENSE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_publisher_that_keeps_its_word_is_served),
		cmocka_unit_test(a_publisher_that_never_pays_gets_one_window),
		cmocka_unit_test(accepted_without_a_voucher_ends_the_deal),
		cmocka_unit_test(a_publisher_that_calls_everything_late_gets_one_window),
		cmocka_unit_test(a_verdict_that_was_lost_is_not_counted_as_unpaid),
		cmocka_unit_test(a_delivery_that_comes_too_early_is_made_again),
		cmocka_unit_test(an_output_that_is_lost_is_made_again),
		cmocka_unit_test(leases_that_break_a_rule_end_the_deal),
		cmocka_unit_test(a_lease_of_a_chunk_in_hand_only_gives_it_more_time),
		cmocka_unit_test(a_lease_whose_deadline_is_past_is_not_begun),
		cmocka_unit_test(vouchers_that_break_a_rule_end_the_deal),
		cmocka_unit_test(a_publisher_that_closes_in_secret_gets_no_more_work),
		cmocka_unit_test(with_a_ledger_that_is_silent_for_long_nothing_is_begun),
		cmocka_unit_test(orders_that_flap_neither_start_nor_lose_anything),
		cmocka_unit_test(handshakes_that_lie_end_the_deal),
		cmocka_unit_test(terms_that_widen_the_offered_window_are_not_signed),
		cmocka_unit_test(one_redeem_is_under_way_and_a_refused_one_waits),
		cmocka_unit_test(what_is_redeemed_spoils_no_later_voucher),
		cmocka_unit_test(resumed_without_a_channel_changes_nothing),
		cmocka_unit_test(a_channel_that_is_not_resumed_is_settled),
		cmocka_unit_test(a_verdict_on_another_count_ends_the_deal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
