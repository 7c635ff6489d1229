/* tests/flow/hostile_publisher_machine.h - the publisher's machine, with a few workers' deals, in a
 * shell that a test drives. */
#ifndef ZN_TESTS_FLOW_HOSTILE_PUBLISHER_MACHINE_H
#define ZN_TESTS_FLOW_HOSTILE_PUBLISHER_MACHINE_H

#include "tests/flow/hostile.h"

#define PEERS   4
#define BUDGET  UINT64_C(400000)
#define CEILING HOSTILE_PRICE

struct peer {
	struct zn_secret_key key;
	struct zn_public_key public_key;
	struct zn_publisher_deal deal;
	/* What the shell has under way. */
	bool open_open, top_up_open, held, delivery_held;
	bool check_open[ZN_DELIVERY_CHUNKS_MAX];
	/* Seen. */
	struct zn_message reply, held_reply, verdict;
	uint32_t replies, held_replies, verdicts;
	uint64_t deposited;
	bool close_requested;
};

struct machine {
	struct hostile_world world;
	struct zn_publisher_job job;
	struct zn_publisher_actions actions;
	struct peer peers[PEERS];
	uint64_t now_s;
	uint64_t good; /* chunks found good, ever */
	bool used[HOSTILE_CHUNKS];
	uint64_t dropped, dropped_deposited; /* units and deposits of deals that the shell forgot */
};

static inline void machine_retracted(void *user, uint64_t chunk)
{
	struct machine *m = user;
	ZN_ASSERT(m->used[chunk]);
	m->used[chunk] = false;
}

static inline void machine_act(struct machine *m, struct peer *peer,
	const struct zn_publisher_action *action)
{
	switch (action->kind) {
	case ZN_PUBLISHER_DO_REPLY:
		peer->reply = m->actions.talk;
		hostile_wire(&peer->reply);
		peer->replies++;
		break;
	case ZN_PUBLISHER_DO_HOLD:
		peer->held = true;
		break;
	case ZN_PUBLISHER_DO_REPLY_HELD:
		peer->held_reply = m->actions.held[action->index];
		hostile_wire(&peer->held_reply);
		peer->held_replies++;
		peer->held = false;
		break;
	case ZN_PUBLISHER_DO_HOLD_DELIVERY:
		ZN_ASSERT(!peer->delivery_held);
		peer->delivery_held = true;
		break;
	case ZN_PUBLISHER_DO_REPLY_DELIVERY:
		ZN_ASSERT(peer->delivery_held);
		peer->verdict = m->actions.delivery;
		hostile_wire(&peer->verdict);
		peer->delivery_held = false;
		peer->verdicts++;
		break;
	case ZN_PUBLISHER_DO_OPEN:
		ZN_ASSERT(!peer->open_open);
		peer->open_open = true;
		peer->deposited += action->amount.zat;
		break;
	case ZN_PUBLISHER_DO_TOP_UP:
		ZN_ASSERT(!peer->top_up_open);
		peer->top_up_open = true;
		peer->deposited += action->amount.zat;
		break;
	case ZN_PUBLISHER_DO_CHECK:
		ZN_ASSERT(!peer->check_open[action->index]);
		peer->check_open[action->index] = true;
		break;
	case ZN_PUBLISHER_DO_USE: {
		uint64_t chunk = peer->deal.delivery[action->index].chunk;
		ZN_ASSERT(!m->used[chunk]);
		m->used[chunk] = true;
		break;
	}
	case ZN_PUBLISHER_DO_REQUEST_CLOSE:
		ZN_ASSERT(!peer->close_requested);
		peer->close_requested = true;
		break;
	default:
		break;
	}
}

static inline void machine_look_at(const struct machine *m, const struct peer *peer)
{
	const struct zn_publisher_deal *deal = &peer->deal;
	struct zn_amount due;
	if (deal->stage != ZN_PUBLISHER_WORKING && deal->stage != ZN_PUBLISHER_REFUSED)
		return;
	ZN_ASSERT(zn_terms_due(&due, &deal->terms, deal->units + deal->leases_count));
	ZN_ASSERT(due.zat <= deal->deposit.zat);
	ZN_ASSERT(deal->leases_count <= deal->terms.window_chunks + ZN_LEASE_AHEAD);
	ZN_ASSERT(zn_terms_due(&due, &deal->terms, deal->units));
	ZN_ASSERT(zn_publisher_deal_paid(deal).zat == due.zat);
	for (uint32_t i = 0; i < deal->leases_count; i++) {
		ZN_ASSERT(zn_chunk_table_holds(m->job.table, deal->leases[i].chunk, deal->peer));
		for (uint32_t k = 0; k < i; k++)
			ZN_ASSERT(deal->leases[i].chunk != deal->leases[k].chunk);
	}
}

/* What must hold whatever the workers say. */
static inline void machine_look(const struct machine *m)
{
	uint64_t units = m->dropped, deposited = m->dropped_deposited, used = 0;
	for (uint32_t i = 0; i < PEERS; i++) {
		units += m->peers[i].deal.units;
		deposited += m->peers[i].deposited;
		machine_look_at(m, &m->peers[i]);
	}
	for (uint32_t i = 0; i < HOSTILE_CHUNKS; i++) {
		used += m->used[i];
		ZN_ASSERT(m->used[i] == zn_chunk_table_is_accepted(m->job.table, i));
	}
	ZN_ASSERT(units <= m->good);
	ZN_ASSERT(deposited == m->job.deposited.zat);
	ZN_ASSERT(m->job.deposited.zat <= m->job.policy.budget.zat);
	ZN_ASSERT(m->job.order != ZN_ORDER_DONE || used == HOSTILE_CHUNKS);
}

static inline void machine_feed(struct machine *m, struct peer *peer,
	struct zn_publisher_event event)
{
	uint8_t order = m->job.order;
	event.now_s = m->now_s;
	event.nonce = hostile_hash(&m->world);
	m->actions.retracted = machine_retracted;
	m->actions.retracted_user = m;
	zn_publisher_deal_step(&m->actions, &m->job, &peer->deal, &event);
	for (uint32_t i = 0; i < m->actions.count; i++)
		machine_act(m, peer, &m->actions.list[i]);
	machine_look(m);
	if (m->job.order == order)
		return;
	for (uint32_t i = 0; i < PEERS; i++)
		machine_feed(m, &m->peers[i],
			(struct zn_publisher_event){.kind = ZN_PUBLISHER_ORDERED});
}

/* Outputs are as stated, unless a test says otherwise. */
static inline void machine_say(struct machine *m, struct peer *peer, struct zn_message *message)
{
	struct zn_hash roots[ZN_DELIVERY_CHUNKS_MAX];
	hostile_wire(message);
	for (uint32_t i = 0; i < ZN_DELIVERY_CHUNKS_MAX; i++)
		roots[i] = message->deliver.statements[i].output_root;
	machine_feed(m, peer,
		(struct zn_publisher_event){.kind = ZN_PUBLISHER_MESSAGE,
			.message = message,
			.output_roots = roots});
}

static inline void machine_check(struct machine *m, struct peer *peer, uint32_t index, bool good)
{
	peer->check_open[index] = false;
	m->good += good;
	machine_feed(m, peer,
		(struct zn_publisher_event){.kind = ZN_PUBLISHER_CHECKED,
			.index = index,
			.items = 4,
			.good = good});
}

static inline void machine_tick(struct machine *m, struct peer *peer, uint64_t seconds)
{
	m->now_s += seconds;
	machine_feed(m, peer, (struct zn_publisher_event){.kind = ZN_PUBLISHER_TICK});
}

static inline void machine_opened(struct machine *m, struct peer *peer, bool good)
{
	struct zn_publisher_event event = {.kind = good ? ZN_PUBLISHER_OPENED
							: ZN_PUBLISHER_OPEN_FAILED,
		.channel_id = hostile_hash(&m->world)};
	peer->open_open = false;
	if (!good)
		peer->deposited = 0;
	machine_feed(m, peer, event);
}

/* --- a worker that knows the right words ----------------------------------------------------- */

static inline struct zn_message machine_hello(struct machine *m, const struct peer *peer)
{
	struct zn_message out = {.kind = ZN_MESSAGE_HELLO};
	out.hello = (struct zn_message_hello){.chain = m->world.chain,
		.job_hash = m->world.job_hash,
		.worker_key = peer->public_key,
		.worker_nonce = hostile_hash(&m->world)};
	out.hello.resumes = peer->deal.stage == ZN_PUBLISHER_WORKING;
	if (out.hello.resumes)
		out.hello.channel_id = peer->deal.channel_id;
	return out;
}

static inline struct zn_message machine_prove(const struct machine *m, const struct peer *peer,
	const struct zn_secret_key *key)
{
	struct zn_message out = {.kind = ZN_MESSAGE_PROVE};
	struct zn_proof proof = {.role = ZN_PROOF_WORKER,
		.job_hash = m->world.job_hash,
		.tls_pin = m->world.pin,
		.publisher_key = m->world.publisher_key,
		.worker_key = peer->deal.worker_key,
		.worker_nonce = peer->deal.next_nonce,
		.session = peer->deal.next_session};
	out.prove.session = peer->deal.next_session;
	zn_proof_sign(&out.prove.proof, &m->world.chain, &proof, key);
	return out;
}

static inline struct zn_message machine_offer(const struct peer *peer, uint64_t price_zat,
	uint64_t rate, uint32_t window)
{
	struct zn_message out = {.kind = ZN_MESSAGE_OFFER};
	out.offer = (struct zn_message_offer){.session = peer->deal.session,
		.round = (uint8_t)(peer->deal.round + 1),
		.price_zat = price_zat,
		.chunks_per_1000s = rate,
		.window_chunks = window,
		.device_class = 1};
	return out;
}

static inline struct zn_message machine_agree(const struct peer *peer,
	const struct zn_secret_key *key)
{
	struct zn_message out = {.kind = ZN_MESSAGE_AGREE};
	out.agree.session = peer->deal.session;
	zn_sign(&out.agree.signature, key, &peer->deal.terms_hash);
	return out;
}

static inline struct zn_message machine_pull(const struct peer *peer, bool fresh, uint32_t want)
{
	struct zn_message out = {.kind = ZN_MESSAGE_PULL};
	out.pull = (struct zn_message_pull){.session = peer->deal.session,
		.fresh = fresh,
		.lease_number = peer->deal.lease_number,
		.want = want};
	for (uint32_t i = 0; i < peer->deal.leases_count; i++)
		out.pull.chunks[out.pull.chunks_count++] = peer->deal.leases[i].chunk;
	return out;
}

static inline void machine_sign_delivery(const struct machine *m, const struct peer *peer,
	struct zn_message *message)
{
	struct zn_delivery delivery;
	struct zn_hash hash;
	zn_delivery_make(&delivery, &m->world.chain, message->deliver.statements,
		message->deliver.statements_count);
	zn_delivery_hash(&hash, &m->world.chain, &delivery);
	zn_sign(&message->deliver.signature, &peer->key, &hash);
}

/** A signed delivery of some chunks. */
static inline struct zn_message machine_deliver(const struct machine *m, const struct peer *peer,
	const uint64_t *chunks, uint32_t count)
{
	struct zn_message out = {.kind = ZN_MESSAGE_DELIVER};
	out.deliver.session = peer->deal.session;
	out.deliver.statements_count = count;
	for (uint32_t i = 0; i < count; i++) {
		out.deliver.statements[i] = (struct zn_statement){.chain = m->world.chain,
			.channel_id = peer->deal.channel_id,
			.terms_hash = peer->deal.terms_hash,
			.job_hash = m->world.job_hash,
			.chunk = chunks[i],
			.output_bytes = 64,
			.units = 1};
		zn_sha256(&out.deliver.statements[i].output_root, &chunks[i], sizeof chunks[i]);
	}
	if (count > 0)
		machine_sign_delivery(m, peer, &out);
	return out;
}

static inline void machine_begin(struct machine *m, uint64_t seed)
{
	if (m->job.table != NULL)
		zn_chunk_table_destroy(m->job.table);
	memset(m, 0, sizeof *m);
	hostile_begin(&m->world, seed);
	m->now_s = HOSTILE_NOW_S;
	m->job.chain = m->world.chain;
	m->job.key = &m->world.publisher;
	m->job.publisher_key = m->world.publisher_key;
	m->job.manifest = m->world.manifest;
	m->job.job_hash = m->world.job_hash;
	m->job.tls_pin = m->world.pin;
	m->job.policy = (struct zn_publisher_policy){.ceiling_zat = CEILING,
		.budget.zat = BUDGET,
		.window_chunks_max = 16,
		.check_items = 4,
		.lease_s = 60,
		.grace_s = 600,
		.deposit_s = 60,
		.silent_s = 3,
		.expiry_s = m->now_s + 10000000};
	m->job.order = ZN_ORDER_WORK;
	m->job.table = zn_chunk_table_create(HOSTILE_CHUNKS);
	ZN_ASSERT(m->job.table != NULL);
	for (uint32_t i = 0; i < PEERS; i++) {
		m->peers[i].key = hostile_key((uint8_t)(10 + i));
		zn_public_key_of(&m->peers[i].public_key, &m->peers[i].key);
		m->peers[i].deal.peer = (uint16_t)i;
	}
}

static inline void machine_shake_hands(struct machine *m, struct peer *peer)
{
	struct zn_message message = machine_hello(m, peer);
	machine_say(m, peer, &message);
	message = machine_prove(m, peer, &peer->key);
	machine_say(m, peer, &message);
	ZN_ASSERT(peer->reply.kind == ZN_MESSAGE_WELCOME);
}

/** An honest deal up to the first lease. */
static inline void machine_to_work(struct machine *m, struct peer *peer, uint32_t window)
{
	machine_shake_hands(m, peer);
	struct zn_message message = machine_offer(peer, CEILING / 2, 1000, window);
	machine_say(m, peer, &message);
	message = machine_agree(peer, &peer->key);
	machine_say(m, peer, &message);
	machine_opened(m, peer, true);
	message = machine_pull(peer, true, 64);
	machine_say(m, peer, &message);
	ZN_ASSERT(peer->deal.stage == ZN_PUBLISHER_WORKING && peer->deal.leases_count > 0);
}

#endif
