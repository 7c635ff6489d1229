/* tests/flow/hostile_worker_machine.h - the worker's machine in a shell that a test drives. */
#ifndef ZN_TESTS_FLOW_HOSTILE_WORKER_MACHINE_H
#define ZN_TESTS_FLOW_HOSTILE_WORKER_MACHINE_H

#include "tests/flow/hostile.h"

struct machine {
	struct hostile_world world;
	struct zn_worker_deal deal;
	struct zn_worker_actions actions;
	struct zn_channel channel; /* as the ledger has it */
	uint64_t now_s;
	/* What the shell has under way. */
	uint32_t runs_count;
	uint64_t runs[ZN_WINDOW_CHUNKS_MAX];
	uint32_t talks_open;
	struct zn_message talk, deliver; /* the last of each */
	bool deliver_open, prepare_open, read_open, close_open, redeem_open, ended;
	/* Seen. */
	uint64_t begun; /* chunks begun and not failed */
	uint32_t unpaid_most;
	uint64_t begun_after_close;
	bool told_closing;
	uint64_t best_paid;
	uint32_t redeems; /* asked for */
};

/* Chunks that the voucher in hand pays, to the last zat. */
static inline uint64_t machine_paid_chunks(const struct machine *m)
{
	__extension__ typedef unsigned __int128 wide;
	struct zn_amount next;
	if (!m->deal.has_voucher || m->deal.terms.price_zat == 0)
		return 0;
	uint64_t paid = m->deal.voucher.voucher.paid.zat;
	wide units = (wide)paid * ZN_PRICE_PER_UNITS / m->deal.terms.price_zat;
	if (units >= UINT64_MAX)
		return UINT64_MAX;
	bool one_more = zn_terms_due(&next, &m->deal.terms, (uint64_t)units + 1) &&
			next.zat <= paid; /* pay is rounded down */
	return (uint64_t)units + one_more;
}

static inline void machine_act(struct machine *m, const struct zn_worker_action *action)
{
	switch (action->kind) {
	case ZN_WORKER_DO_HANG_UP:
		m->talks_open = 0;
		m->deliver_open = false;
		break;
	case ZN_WORKER_DO_TALK:
		m->talks_open++;
		m->talk = m->actions.talk;
		hostile_wire(&m->talk);
		break;
	case ZN_WORKER_DO_DELIVER:
		ZN_ASSERT(!m->deliver_open);
		m->deliver_open = true;
		m->deliver = m->actions.deliver;
		hostile_wire(&m->deliver);
		break;
	case ZN_WORKER_DO_PREPARE:
		m->prepare_open = true;
		break;
	case ZN_WORKER_DO_READ_CHANNEL:
		ZN_ASSERT(!m->read_open);
		m->read_open = true;
		break;
	case ZN_WORKER_DO_RUN:
		ZN_ASSERT(m->runs_count < ZN_WORKER_RUNS_MAX);
		m->runs[m->runs_count++] = action->chunk;
		m->begun++;
		m->begun_after_close += m->told_closing;
		break;
	case ZN_WORKER_DO_STOP:
		m->runs_count = 0;
		break;
	case ZN_WORKER_DO_REDEEM:
		ZN_ASSERT(!m->redeem_open && m->deal.has_voucher);
		ZN_ASSERT(zn_worker_deal_unredeemed(&m->deal).zat >= m->deal.policy.redeem_zat);
		m->redeem_open = true;
		m->redeems++;
		break;
	case ZN_WORKER_DO_CLOSE:
		m->close_open = true;
		break;
	case ZN_WORKER_DO_END:
		ZN_ASSERT(!m->ended);
		m->ended = true;
		break;
	default:
		break;
	}
}

/* What must hold whatever the publisher says. */
static inline void machine_look(struct machine *m)
{
	const struct zn_worker_deal *deal = &m->deal;
	ZN_ASSERT(m->talks_open <= 2);
	ZN_ASSERT((deal->stage == ZN_WORKER_ENDED) == m->ended);
	if (deal->has_voucher) {
		struct zn_hash hash;
		const struct zn_voucher *voucher = &deal->voucher.voucher;
		ZN_ASSERT(voucher->paid.zat >= m->best_paid);
		if (voucher->paid.zat > m->best_paid) {
			zn_voucher_hash(&hash, &m->world.chain, voucher);
			ZN_ASSERT(zn_verify(&m->world.publisher_key, &hash,
				&deal->voucher.signature));
			ZN_ASSERT(zn_hash_equal(&voucher->channel_id, &deal->channel_id));
			ZN_ASSERT(voucher->paid.zat <= m->channel.deposit.zat);
		}
		m->best_paid = voucher->paid.zat;
	}
	uint64_t paid = machine_paid_chunks(m);
	uint64_t unpaid = m->begun > paid ? m->begun - paid : 0;
	if (unpaid > m->unpaid_most)
		m->unpaid_most = (uint32_t)unpaid;
	if (deal->funded)
		ZN_ASSERT(unpaid <= deal->terms.window_chunks);
	if (deal->stage != ZN_WORKER_WORKING)
		return;
	ZN_ASSERT(zn_worker_deal_unpaid(deal) <= deal->terms.window_chunks);
	ZN_ASSERT(deal->chunks_count <= deal->terms.window_chunks + ZN_LEASE_AHEAD);
}

static inline void machine_feed(struct machine *m, struct zn_worker_event event)
{
	event.now_s = m->now_s;
	zn_worker_deal_step(&m->actions, &m->deal, &event);
	for (uint32_t i = 0; i < m->actions.count; i++)
		machine_act(m, &m->actions.list[i]);
	machine_look(m);
}

static inline void machine_hear(struct machine *m, enum zn_lane lane, struct zn_message *message)
{
	if (lane == ZN_LANE_TALK && m->talks_open > 0)
		m->talks_open--;
	if (lane == ZN_LANE_DELIVER)
		m->deliver_open = false;
	hostile_wire(message);
	machine_feed(m, (struct zn_worker_event){.kind = ZN_WORKER_MESSAGE,
				.lane = lane,
				.message = message});
}

static inline void machine_tick(struct machine *m, uint64_t seconds)
{
	m->now_s += seconds;
	machine_feed(m,
		(struct zn_worker_event){.kind = ZN_WORKER_TICK, .nonce = hostile_hash(&m->world)});
}

static inline void machine_read(struct machine *m, bool reached, bool there)
{
	m->read_open = false;
	m->told_closing = m->told_closing || (reached && m->deal.funded && m->channel.closing);
	machine_feed(m, (struct zn_worker_event){.kind = ZN_WORKER_CHANNEL,
				.reached = reached,
				.channel = there ? &m->channel : NULL});
}

/** The first chunk in the runner is done. */
static inline void machine_run_done(struct machine *m, bool good)
{
	ZN_ASSERT(m->runs_count > 0);
	struct zn_worker_event event = {.kind = good ? ZN_WORKER_OUTPUT : ZN_WORKER_RUN_FAILED,
		.chunk = m->runs[0],
		.output_bytes = 64};
	zn_sha256(&event.output_root, &event.chunk, sizeof event.chunk);
	m->begun -= !good;
	m->runs_count--;
	memmove(m->runs, m->runs + 1, m->runs_count * sizeof m->runs[0]);
	machine_feed(m, event);
}

/* --- a publisher that knows the right words -------------------------------------------------- */

static inline struct zn_message machine_challenge(const struct machine *m,
	const struct zn_secret_key *key, const struct zn_hash *session)
{
	struct zn_message out = {.kind = ZN_MESSAGE_CHALLENGE};
	out.challenge.publisher_key = m->world.publisher_key;
	out.challenge.session = *session;
	struct zn_proof proof = {.role = ZN_PROOF_PUBLISHER,
		.job_hash = m->world.job_hash,
		.tls_pin = m->world.pin,
		.publisher_key = m->world.publisher_key,
		.worker_key = m->world.worker_key,
		.worker_nonce = m->deal.worker_nonce,
		.session = *session};
	zn_proof_sign(&out.challenge.proof, &m->world.chain, &proof, key);
	return out;
}

static inline struct zn_message machine_accept(const struct machine *m)
{
	struct zn_message out = {.kind = ZN_MESSAGE_ANSWER};
	struct zn_hash hash;
	out.answer.answer = 1; /* accepted */
	out.answer.price_zat = m->deal.ask_zat;
	out.answer.terms = (struct zn_terms){.publisher_key = m->world.publisher_key,
		.worker_key = m->world.worker_key,
		.job_hash = m->world.job_hash,
		.unit = ZN_UNIT_CHUNK,
		.price_zat = m->deal.ask_zat,
		.window_chunks = 8,
		.check_items = 4,
		.check_ppm = 1000000,
		.lease_s = 60,
		.grace_s = 600,
		.expiry_s = m->now_s + 86400,
		.session = m->deal.session};
	zn_terms_hash(&hash, &m->world.chain, &out.answer.terms);
	zn_sign(&out.answer.signature, &m->world.publisher, &hash);
	return out;
}

/** An order with the next lease over chunks [first, first + count); none when count is 0. */
static inline struct zn_message machine_order(const struct machine *m, uint8_t order,
	uint64_t first, uint32_t count)
{
	struct zn_message out = {.kind = ZN_MESSAGE_ORDER, .order = {.order = order}};
	struct zn_lease *lease = &out.order.lease.lease;
	out.order.has_lease = count > 0;
	*lease = (struct zn_lease){.chain = m->world.chain,
		.channel_id = m->deal.channel_id,
		.terms_hash = m->deal.terms_hash,
		.number = m->deal.lease_number,
		.issued_s = m->now_s,
		.deadline_s = m->now_s + m->deal.terms.lease_s,
		.chunks_count = count};
	for (uint32_t i = 0; i < count; i++)
		lease->chunks[i] = first + i;
	out.order.lease.signature = hostile_sign_lease(&m->world, lease);
	return out;
}

/** The verdict that an honest publisher gives on what was delivered last. */
static inline struct zn_message machine_verdict(const struct machine *m, uint8_t verdict)
{
	struct zn_message out = {.kind = ZN_MESSAGE_VERDICT};
	struct zn_amount due;
	uint32_t count = m->deliver.deliver.statements_count;
	out.verdict.verdicts_count = count;
	for (uint32_t i = 0; i < count; i++)
		out.verdict.verdicts[i] = verdict;
	out.verdict.units = m->deal.units + (verdict == ZN_VERDICT_ACCEPTED ? count : 0);
	if (!zn_terms_due(&due, &m->deal.terms, out.verdict.units))
		due = ZN_AMOUNT_ZERO;
	out.verdict.has_voucher = due.zat > 0;
	if (due.zat > 0)
		out.verdict.voucher = hostile_voucher(&m->world, &m->deal.channel_id, due.zat);
	return out;
}

static inline struct zn_message machine_welcome(const struct machine *m, bool resumed)
{
	struct zn_message out = {.kind = ZN_MESSAGE_WELCOME};
	out.welcome.manifest = m->world.manifest;
	out.welcome.resumed = resumed;
	out.welcome.lease_number = m->deal.lease_number;
	out.welcome.units = m->deal.units;
	out.welcome.has_voucher = m->deal.has_voucher;
	out.welcome.voucher = m->deal.voucher;
	return out;
}

static inline void machine_begin(struct machine *m, uint64_t seed)
{
	memset(m, 0, sizeof *m);
	hostile_begin(&m->world, seed);
	m->now_s = HOSTILE_NOW_S;
}

/** The redeem is over: in a block, or not. */
static inline void machine_redeemed(struct machine *m, bool good)
{
	ZN_ASSERT(m->redeem_open);
	m->redeem_open = false;
	if (good)
		m->channel.redeemed = m->deal.redeeming_paid;
	machine_feed(m, (struct zn_worker_event){.kind = ZN_WORKER_REDEEMED, .good = good});
}

/** A new deal in the same world. */
static inline void machine_deal_begin(struct machine *m)
{
	struct hostile_world world = m->world;
	uint64_t now_s = m->now_s;
	memset(m, 0, sizeof *m);
	m->world = world;
	m->now_s = now_s;
	struct zn_worker_deal *deal = &m->deal;
	deal->chain = world.chain;
	deal->key = &m->world.worker;
	deal->worker_key = world.worker_key;
	zn_account_of(&deal->publisher_account, &world.publisher_key);
	deal->job_hash = world.job_hash;
	deal->tls_pin = world.pin;
	deal->device_class = 1;
	deal->policy = (struct zn_worker_policy){.floor_zat_per_hour = 100000000,
		.margin_percent = 25,
		.window_s = 10,
		.window_chunks_max = 8,
		.lease_s_min = 10,
		.grace_s_min = 600,
		.patience_s = 30};
	machine_feed(m, (struct zn_worker_event){.kind = ZN_WORKER_START,
				.nonce = hostile_hash(&m->world)});
}

static inline void machine_channel_make(struct machine *m, uint64_t deposit)
{
	m->channel = (struct zn_channel){.id = m->deal.channel_id,
		.payer_key = m->world.publisher_key,
		.terms_hash = m->deal.terms_hash,
		.deposit = {deposit},
		.grace_s = m->deal.terms.grace_s,
		.opened_height = 1};
	zn_account_of(&m->channel.payee, &m->world.worker_key);
}

static inline void machine_shake_hands(struct machine *m, bool resumed)
{
	struct zn_hash session = hostile_hash(&m->world);
	struct zn_message message = machine_challenge(m, &m->world.publisher, &session);
	machine_hear(m, ZN_LANE_TALK, &message);
	message = machine_welcome(m, resumed);
	machine_hear(m, ZN_LANE_TALK, &message);
}

static inline void machine_prepared(struct machine *m)
{
	m->prepare_open = false;
	machine_feed(m,
		(struct zn_worker_event){.kind = ZN_WORKER_PREPARED, .chunk_ns = 1000000000});
}

/** An honest deal up to the first pull. */
static inline void machine_to_work(struct machine *m, uint64_t seed, uint64_t deposit)
{
	machine_begin(m, seed);
	machine_deal_begin(m);
	machine_shake_hands(m, false);
	machine_prepared(m);
	struct zn_message message = machine_accept(m);
	machine_hear(m, ZN_LANE_TALK, &message);
	message = (struct zn_message){.kind = ZN_MESSAGE_OPENED};
	message.opened.channel_id = hostile_hash(&m->world);
	machine_hear(m, ZN_LANE_TALK, &message);
	machine_channel_make(m, deposit);
	machine_read(m, true, true);
	ZN_ASSERT(m->deal.stage == ZN_WORKER_WORKING && m->talks_open == 1);
}

#endif
