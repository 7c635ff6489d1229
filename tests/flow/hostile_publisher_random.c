/* tests/flow/hostile_publisher_random.c - random and nearly right answers, in any order, to the
 * worker's machine: its invariants hold after every step (machine_look), and nothing stops it. */
#include "tests/flow/hostile_worker_machine.h"

#include <stdio.h>

#define KEPT 8

static struct machine machine;
static struct zn_message kept[KEPT];
static uint64_t chunk_next, ends[32], deals;

static uint64_t draw(uint64_t below)
{
	return hostile_draw(&machine.world, below);
}

static bool once_in(uint64_t of)
{
	return hostile_once_in(&machine.world, of);
}

static struct zn_message some_order(void)
{
	static const uint8_t orders[] = {ZN_ORDER_WORK, ZN_ORDER_WORK, ZN_ORDER_WORK, ZN_ORDER_NONE,
		ZN_ORDER_PAUSE, ZN_ORDER_WORK};
	uint8_t order = once_in(200) ? (uint8_t)draw(5) : orders[draw(6)];
	uint64_t first = once_in(20) ? draw(HOSTILE_CHUNKS) : chunk_next;
	uint32_t count = (uint32_t)draw(machine.deal.chunks_count < 8 ? 4 : 2);
	struct zn_message out = machine_order(&machine, order, first, count);
	struct zn_lease *lease = &out.order.lease.lease;
	chunk_next = (chunk_next + count) % (HOSTILE_CHUNKS - 8);
	if (once_in(30)) {
		lease->issued_s -= draw(100);
		lease->deadline_s = lease->issued_s + draw(200);
	}
	if (once_in(100))
		lease->number += draw(3);
	if (once_in(100))
		lease->deadline_s = UINT64_MAX;
	out.order.lease.signature = hostile_sign_lease(&machine.world, lease);
	return out;
}

static struct zn_message some_verdict(void)
{
	uint8_t verdict = ZN_VERDICT_ACCEPTED;
	if (once_in(4))
		verdict = ZN_VERDICT_LATE;
	if (once_in(100))
		verdict = (uint8_t)(1 + draw(4));
	struct zn_message out = machine_verdict(&machine, verdict);
	if (once_in(30)) {
		out.verdict.units = draw(1000);
		out.verdict.has_voucher = true;
		out.verdict.voucher = hostile_voucher(&machine.world, &machine.deal.channel_id,
			draw(2 * machine.channel.deposit.zat + 2));
	}
	if (once_in(60))
		out.verdict.verdicts_count = (uint32_t)draw(ZN_DELIVERY_CHUNKS_MAX + 1);
	for (uint32_t i = 0; i < out.verdict.verdicts_count; i++)
		if (out.verdict.verdicts[i] == 0 || once_in(300))
			out.verdict.verdicts[i] = (uint8_t)(1 + draw(4));
	return out;
}

static struct zn_message some_answer(void)
{
	struct zn_message out = machine_accept(&machine);
	if (!once_in(3))
		return out;
	out.answer.answer = (uint8_t)(2 + once_in(5));
	out.answer.price_zat = once_in(4) ? draw(UINT64_MAX) : draw(2 * HOSTILE_PRICE * 40);
	return out;
}

static struct zn_message some_welcome(void)
{
	struct zn_message out = machine_welcome(&machine, machine.deal.funded || once_in(4));
	if (once_in(10)) {
		out.welcome.units += draw(10);
		out.welcome.has_voucher = true;
		out.welcome.voucher = hostile_voucher(&machine.world, &machine.deal.channel_id,
			draw(machine.channel.deposit.zat + 2));
	}
	if (once_in(10))
		out.welcome.lease_number = draw(4) == 0 ? UINT64_MAX : draw(5);
	return out;
}

static struct zn_message made(uint8_t kind)
{
	struct zn_message out = {.kind = kind};
	struct zn_hash session = hostile_hash(&machine.world);
	switch (kind) {
	case ZN_MESSAGE_CHALLENGE:
		return machine_challenge(&machine,
			once_in(50) ? &machine.world.stranger : &machine.world.publisher, &session);
	case ZN_MESSAGE_WELCOME:
		return some_welcome();
	case ZN_MESSAGE_ANSWER:
		return some_answer();
	case ZN_MESSAGE_OPENED:
		out.opened.channel_id = session;
		return out;
	case ZN_MESSAGE_ORDER:
		return some_order();
	case ZN_MESSAGE_VERDICT:
		return some_verdict();
	default:
		out.kind = ZN_MESSAGE_REFUSAL;
		out.refusal.refusal = once_in(3) ? (uint8_t)draw(256) : ZN_DEAL_UNKNOWN_SESSION;
		if (once_in(3))
			out.refusal.refusal = ZN_DEAL_OUT_OF_TURN;
		return out;
	}
}

/* One byte of it is another, where that still is a message. */
static void spoil(struct zn_message *message)
{
	static uint8_t bytes[ZN_MESSAGE_BYTES_MAX];
	struct zn_message read;
	size_t count = zn_message_encode(bytes, sizeof bytes, message);
	bytes[draw(count)] ^= (uint8_t)(1u << draw(8));
	if (zn_message_decode(&read, bytes, count))
		*message = read;
}

static void hear(enum zn_lane lane)
{
	uint8_t awaited = machine.deal.awaiting != 0 ? machine.deal.awaiting : ZN_MESSAGE_ORDER;
	uint8_t kind = lane == ZN_LANE_DELIVER ? ZN_MESSAGE_VERDICT : awaited;
	if (once_in(150))
		kind = (uint8_t)draw(14);
	if (once_in(100))
		kind = ZN_MESSAGE_REFUSAL;
	struct zn_message message = made(kind);
	if (once_in(100))
		message = kept[draw(KEPT)];
	if (once_in(50))
		spoil(&message);
	if (message.kind == 0)
		return;
	kept[draw(KEPT)] = message;
	bool funding = machine.deal.stage == ZN_WORKER_FUNDING;
	machine_hear(&machine, lane, &message);
	if (!funding && machine.deal.stage == ZN_WORKER_FUNDING) {
		machine_channel_make(&machine, once_in(3) ? draw(3000000) : 1000000000);
		machine.channel.payer_key.bytes[5] ^= once_in(50);
	}
}

static void read_ledger(void)
{
	if (once_in(200) && machine.deal.funded)
		machine.channel.closing = true;
	if (once_in(10) && machine.channel.deposit.zat < 100000000000)
		machine.channel.deposit.zat += draw(100000);
	machine_read(&machine, !once_in(10), !once_in(200));
	if (machine.told_closing)
		ZN_ASSERT(machine.deal.stage >= ZN_WORKER_SETTLING || !machine.deal.funded);
}

static void lane_fails(void)
{
	enum zn_lane lane = machine.deliver_open && once_in(2) ? ZN_LANE_DELIVER : ZN_LANE_TALK;
	if ((lane == ZN_LANE_TALK && machine.talks_open == 0) ||
		(!machine.deal.funded && !once_in(20)))
		return;
	machine.talks_open -= lane == ZN_LANE_TALK;
	machine.deliver_open = machine.deliver_open && lane != ZN_LANE_DELIVER;
	machine_feed(&machine,
		(struct zn_worker_event){.kind = ZN_WORKER_LANE_FAILED, .lane = lane});
}

static void shell_does(void)
{
	if (machine.close_open && once_in(4)) {
		machine_feed(&machine, (struct zn_worker_event){.kind = ZN_WORKER_SETTLED});
	} else if (machine.prepare_open) {
		machine.prepare_open = false;
		machine_feed(&machine,
			(struct zn_worker_event){.kind = once_in(100) ? ZN_WORKER_PREPARE_FAILED
								      : ZN_WORKER_PREPARED,
				.chunk_ns = once_in(20) ? draw(UINT64_MAX) : 1000000000});
	} else if (machine.redeem_open && once_in(4)) {
		machine_redeemed(&machine, !once_in(4));
	} else if (machine.runs_count > 0) {
		machine_run_done(&machine, !once_in(50));
	} else if (once_in(2000)) {
		machine_feed(&machine, (struct zn_worker_event){.kind = ZN_WORKER_LEAVE});
	}
}

static void step(void)
{
	uint64_t what = draw(100);
	if (machine.ended) {
		ends[machine.deal.end]++;
		deals++;
		machine_deal_begin(&machine);
		machine.deal.policy.redeem_zat = draw(3) * 50000;
	} else if (what < 50 && machine.talks_open > 0) {
		hear(ZN_LANE_TALK);
	} else if (what < 70 && machine.deliver_open) {
		hear(ZN_LANE_DELIVER);
	} else if (what < 71) {
		hear(once_in(2) ? ZN_LANE_TALK : ZN_LANE_DELIVER); /* nobody asked */
	} else if (what < 80 && machine.read_open) {
		read_ledger();
	} else if (what < 82) {
		lane_fails();
	} else if (what < 90) {
		machine_tick(&machine, once_in(100) ? draw(200) : draw(2));
	} else {
		shell_does();
	}
}

static void nothing_a_publisher_says_breaks_the_worker(void **state)
{
	(void)state;
	uint64_t begun = 0, redeems = 0, steps = test_is_long() ? 2000000 : 100000;
	machine_begin(&machine, 99);
	machine_deal_begin(&machine);
	for (uint64_t i = 0; i < steps; i++) {
		uint64_t before = machine.begun;
		uint32_t redeems_before = machine.redeems;
		step();
		begun += machine.begun > before ? machine.begun - before : 0;
		redeems += machine.redeem_open && machine.redeems > redeems_before;
	}
	printf("%llu deals, %llu chunks begun, %llu redeems; ends:", (unsigned long long)deals,
		(unsigned long long)begun, (unsigned long long)redeems);
	for (int i = 0; i <= ZN_WORKER_END_LATE; i++)
		printf(" %llu", (unsigned long long)ends[i]);
	printf("\n");
	assert_true(redeems > 0);
	assert_true(begun > steps / 100); /* it gets as far as work, often */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_a_publisher_says_breaks_the_worker),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
