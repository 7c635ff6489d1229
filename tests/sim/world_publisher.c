/* tests/sim/world_publisher.c - the publisher's shell of the simulation. */
#include "core/assert.h"
#include "market/verdict.h"
#include "tests/sim/world.h"

#include <stdlib.h>
#include <string.h>

#define SETTLE_WAIT_MS 20000 /* after the end a silent worker's channel is asked to close */

static void feed(struct world *world, struct world_peer *peer, struct zn_publisher_event event);

static uint16_t number_of(const struct world *world, const struct world_peer *peer)
{
	return (uint16_t)(peer - world->peers);
}

static void answer(struct world *world, struct world_exchange *exchange,
	const struct zn_message *message)
{
	if (!exchange->open)
		return;
	exchange->open = false;
	struct world_event event = {.kind = WORLD_TO_WORKER,
		.worker = exchange->worker,
		.incarnation = exchange->incarnation,
		.generation = exchange->generation,
		.lane = exchange->lane};
	if (world_draw(world, 100) < world->options.loss_percent) {
		event.kind = WORLD_CALL_LOST;
		world_schedule(world, 2000, event);
		return;
	}
	event.bytes = malloc(ZN_MESSAGE_BYTES_MAX);
	ZN_ASSERT(event.bytes != NULL);
	event.count = zn_message_encode(event.bytes, ZN_MESSAGE_BYTES_MAX, message);
	world_schedule(world, world->options.latency_ms + world_draw(world, 5), event);
}

static void refuse(struct world *world, struct world_exchange *exchange, uint8_t refusal)
{
	static struct zn_message message;
	memset(&message, 0, sizeof message);
	message.kind = ZN_MESSAGE_REFUSAL;
	message.refusal.refusal = refusal;
	answer(world, exchange, &message);
}

static void opened(struct world *world, const struct zn_transaction *transaction,
	enum zn_ledger_refusal refusal, uint32_t tag, uint32_t incarnation)
{
	struct world_peer *peer = &world->peers[tag];
	struct zn_publisher_event event = {.kind = ZN_PUBLISHER_OPEN_FAILED};
	zn_channel_id(&event.channel_id, &world->chain, &world->publisher_account,
		transaction->nonce, 0);
	if (incarnation != world->publisher_incarnation) {
		/* The publisher died in between; it finds the channel by its terms on the ledger. */
		peer->kept.channel_id = event.channel_id;
		peer->kept_channel = refusal == ZN_LEDGER_OK;
		return;
	}
	if (refusal == ZN_LEDGER_OK)
		event.kind = ZN_PUBLISHER_OPENED;
	feed(world, peer, event);
}

static void open_channel(struct world *world, struct world_peer *peer, struct zn_amount deposit)
{
	struct zn_transaction transaction = {.kind = ZN_TX_OPEN};
	struct zn_tx_opening *opening = &transaction.body.open.openings[0];
	transaction.body.open.count = 1;
	zn_account_of(&opening->payee, &peer->deal.worker_key);
	opening->terms_hash = peer->deal.terms_hash;
	opening->deposit = deposit;
	opening->grace_s = peer->deal.terms.grace_s;
	world_submit(world, &world->publisher_key, &transaction, opened, number_of(world, peer),
		world->publisher_incarnation);
}

static void topped_up(struct world *world, const struct zn_transaction *transaction,
	enum zn_ledger_refusal refusal, uint32_t tag, uint32_t incarnation)
{
	struct world_peer *peer = &world->peers[tag];
	(void)transaction;
	if (incarnation == world->publisher_incarnation)
		feed(world, peer,
			(struct zn_publisher_event){.kind = ZN_PUBLISHER_TOPPED_UP,
				.good = refusal == ZN_LEDGER_OK});
	if (refusal == ZN_LEDGER_OK)
		peer->kept.deposit = peer->deal.deposit;
}

static void top_up(struct world *world, struct world_peer *peer, struct zn_amount amount)
{
	struct zn_transaction transaction = {.kind = ZN_TX_TOP_UP};
	transaction.body.top_up.channel_id = peer->deal.channel_id;
	transaction.body.top_up.amount = amount;
	world_submit(world, &world->publisher_key, &transaction, topped_up, number_of(world, peer),
		world->publisher_incarnation);
}

static void sent(struct world *world, const struct zn_transaction *transaction,
	enum zn_ledger_refusal refusal, uint32_t tag, uint32_t incarnation)
{
	(void)tag;
	(void)incarnation;
	ZN_ASSERT(refusal == ZN_LEDGER_OK || refusal == ZN_LEDGER_NO_CHANNEL ||
		  refusal == ZN_LEDGER_CLOSING);
	if (transaction->kind == ZN_TX_REFUND && refusal == ZN_LEDGER_OK)
		world->refunds++;
}

static void request_close(struct world *world, struct world_peer *peer)
{
	struct zn_transaction transaction = {.kind = ZN_TX_REQUEST_CLOSE};
	if (peer->request_close_sent)
		return;
	peer->request_close_sent = true;
	transaction.body.request_close.channel_id = peer->kept.channel_id;
	transaction.body.request_close.paid = zn_publisher_deal_paid(&peer->kept);
	world_submit(world, &world->publisher_key, &transaction, sent, 0, 0);
}

static void check(struct world *world, struct world_peer *peer, uint32_t index)
{
	uint32_t drawn[WORLD_CHUNK_ITEMS];
	uint8_t recomputed[64];
	uint64_t chunk = peer->deal.delivery[index].chunk;
	uint32_t count = zn_check_draw(drawn, world->job.policy.check_items, &world->secret,
		&peer->deal.channel_id, chunk, WORLD_CHUNK_ITEMS);
	for (uint32_t i = 0; i < count; i++) {
		uint64_t value = world_item(chunk * WORLD_CHUNK_ITEMS + drawn[i]);
		memcpy(recomputed + (size_t)i * 8, &value, 8);
	}
	world_schedule(world, 20,
		(struct world_event){.kind = WORLD_CHECKED,
			.worker = number_of(world, peer),
			.incarnation = world->publisher_incarnation,
			.index = index,
			.number = count,
			.good = zn_check_compare(peer->outputs[index], recomputed, drawn, count,
					8) == count});
}

static void use(struct world *world, struct world_peer *peer, uint32_t index)
{
	uint64_t chunk = peer->deal.delivery[index].chunk;
	ZN_ASSERT(!world->used[chunk]);
	world->used[chunk] = true;
	world->times_used[chunk]++;
	world->result[chunk] = 0;
	for (size_t i = 0; i < WORLD_CHUNK_ITEMS; i++) {
		uint64_t value;
		memcpy(&value, peer->outputs[index] + i * 8, 8);
		world->result[chunk] ^= value;
	}
}

static void retracted(void *user, uint64_t chunk)
{
	struct world *world = user;
	ZN_ASSERT(world->used[chunk]);
	world->used[chunk] = false;
	world->kept_acceptor[chunk] = ZN_PEER_NONE;
}

static void act(struct world *world, struct world_peer *peer,
	const struct zn_publisher_action *action, const struct zn_publisher_actions *actions)
{
	switch (action->kind) {
	case ZN_PUBLISHER_DO_REPLY:
		answer(world, &peer->now, &actions->talk);
		break;
	case ZN_PUBLISHER_DO_HOLD:
		peer->held = peer->now;
		peer->now.open = false;
		break;
	case ZN_PUBLISHER_DO_REPLY_HELD:
		answer(world, &peer->held, &actions->held[action->index]);
		break;
	case ZN_PUBLISHER_DO_HOLD_DELIVERY:
		peer->delivery = peer->now;
		peer->now.open = false;
		break;
	case ZN_PUBLISHER_DO_REPLY_DELIVERY:
		answer(world, &peer->delivery, &actions->delivery);
		break;
	case ZN_PUBLISHER_DO_JOURNAL_TERMS:
		peer->kept_terms = true;
		peer->kept = peer->deal;
		break;
	case ZN_PUBLISHER_DO_OPEN:
		open_channel(world, peer, action->amount);
		break;
	case ZN_PUBLISHER_DO_JOURNAL_CHANNEL:
		peer->kept_channel = true;
		peer->kept = peer->deal;
		break;
	case ZN_PUBLISHER_DO_TOP_UP:
		top_up(world, peer, action->amount);
		break;
	case ZN_PUBLISHER_DO_JOURNAL_LEASE:
	case ZN_PUBLISHER_DO_JOURNAL_REFUSED:
		peer->kept = peer->deal;
		break;
	case ZN_PUBLISHER_DO_CHECK:
		check(world, peer, action->index);
		break;
	case ZN_PUBLISHER_DO_JOURNAL_ACCEPTED: {
		uint64_t chunk = peer->deal.delivery[action->index].chunk;
		peer->kept = peer->deal;
		world->kept_acceptor[chunk] = zn_chunk_table_acceptor(world->job.table, chunk);
		break;
	}
	case ZN_PUBLISHER_DO_USE:
		use(world, peer, action->index);
		break;
	case ZN_PUBLISHER_DO_REQUEST_CLOSE:
		request_close(world, peer);
		break;
	case ZN_PUBLISHER_DO_END:
		peer->used = peer->kept_terms;
		break;
	}
}

/* What must hold after every step: nothing signed away unchecked, nothing beyond deposit and budget. */
static void look(const struct world *world, const struct world_peer *peer)
{
	const struct zn_publisher_deal *deal = &peer->deal;
	struct zn_amount due;
	uint64_t units = 0;
	for (uint32_t i = 0; i < WORLD_PEERS_MAX; i++)
		units += world->peers[i].deal.units;
	ZN_ASSERT(units <= world->checked_good);
	ZN_ASSERT(world->job.deposited.zat <= world->job.policy.budget.zat);
	if (deal->stage != ZN_PUBLISHER_WORKING)
		return;
	ZN_ASSERT(zn_terms_due(&due, &deal->terms, deal->units + deal->leases_count));
	ZN_ASSERT(due.zat <= deal->deposit.zat);
	ZN_ASSERT(deal->leases_count <= deal->terms.window_chunks + ZN_LEASE_AHEAD);
}

static void feed(struct world *world, struct world_peer *peer, struct zn_publisher_event event)
{
	struct zn_publisher_actions *actions = world->publisher_actions;
	uint8_t order = world->job.order;
	event.now_s = world_now_s(world);
	actions->retracted = retracted;
	actions->retracted_user = world;
	zn_publisher_deal_step(actions, &world->job, &peer->deal, &event);
	for (uint32_t i = 0; i < actions->count; i++)
		act(world, peer, &actions->list[i], actions);
	look(world, peer);
	if (world->job.order != order)
		world_order(world, world->job.order);
}

void world_order(struct world *world, uint8_t order)
{
	world->job.order = order;
	for (uint32_t i = 0; i < WORLD_PEERS_MAX; i++)
		if (world->peers[i].used)
			feed(world, &world->peers[i],
				(struct zn_publisher_event){.kind = ZN_PUBLISHER_ORDERED});
}

static struct world_peer *peer_new(struct world *world)
{
	for (uint32_t i = 0; i < WORLD_PEERS_MAX; i++) {
		struct world_peer *peer = &world->peers[i];
		if (peer->used)
			continue;
		memset(peer, 0, sizeof *peer);
		peer->used = true;
		peer->deal.peer = (uint16_t)i;
		return peer;
	}
	return NULL;
}

static struct world_peer *peer_find(struct world *world, const struct zn_message *message)
{
	const struct zn_hash *session = zn_message_session(message);
	for (uint32_t i = 0; i < WORLD_PEERS_MAX; i++) {
		struct world_peer *peer = &world->peers[i];
		if (!peer->used)
			continue;
		if (session != NULL && zn_publisher_deal_knows(&peer->deal, session))
			return peer;
		if (message->kind == ZN_MESSAGE_HELLO && message->hello.resumes &&
			peer->deal.stage == ZN_PUBLISHER_WORKING &&
			zn_hash_equal(&peer->deal.channel_id, &message->hello.channel_id))
			return peer;
	}
	return message->kind == ZN_MESSAGE_HELLO ? peer_new(world) : NULL;
}

static void received(struct world *world, const struct world_event *event)
{
	static struct zn_message message;
	struct zn_hash roots[ZN_DELIVERY_CHUNKS_MAX];
	struct world_exchange exchange = {.open = true,
		.worker = event->worker,
		.incarnation = event->incarnation,
		.generation = event->generation,
		.lane = event->lane};
	if (!zn_message_decode(&message, event->bytes, event->count)) {
		refuse(world, &exchange, ZN_DEAL_MALFORMED);
		return;
	}
	struct world_peer *peer = peer_find(world, &message);
	if (peer == NULL) {
		refuse(world, &exchange, ZN_DEAL_UNKNOWN_SESSION);
		return;
	}
	peer->now = exchange;
	if (message.kind == ZN_MESSAGE_DELIVER && !peer->deal.delivering)
		for (uint32_t i = 0; i < message.deliver.statements_count; i++) {
			memcpy(peer->outputs[i], event->outputs + (size_t)i * 64, 64);
			ZN_ASSERT(zn_content_id(&roots[i], peer->outputs[i], 64));
		}
	feed(world, peer,
		(struct zn_publisher_event){.kind = ZN_PUBLISHER_MESSAGE,
			.message = &message,
			.nonce = world_nonce(world),
			.output_roots = roots});
}

static void hung_up(struct world *world, const struct world_event *event)
{
	for (uint32_t i = 0; i < WORLD_PEERS_MAX; i++) {
		struct world_peer *peer = &world->peers[i];
		if (!peer->used || !peer->held.open || peer->held.worker != event->worker ||
			peer->held.generation != event->generation)
			continue;
		peer->held.open = false;
		if (peer->deal.pull_open)
			feed(world, peer,
				(struct zn_publisher_event){.kind = ZN_PUBLISHER_HUNG_UP});
	}
}

static void exchange_lost(struct world *world, const struct world_exchange *exchange)
{
	if (exchange->open)
		world_schedule(world, 1,
			(struct world_event){.kind = WORLD_CALL_LOST,
				.worker = exchange->worker,
				.incarnation = exchange->incarnation,
				.generation = exchange->generation,
				.lane = exchange->lane});
}

static void kill_process(struct world *world)
{
	world->publisher_alive = false;
	world->publisher_incarnation++;
	for (uint32_t i = 0; i < WORLD_PEERS_MAX; i++) {
		exchange_lost(world, &world->peers[i].held);
		exchange_lost(world, &world->peers[i].delivery);
		world->peers[i].held.open = world->peers[i].delivery.open = false;
	}
	world_schedule(world, 3000, (struct world_event){.kind = WORLD_START_PUBLISHER});
}

static void job_begin(struct world *world)
{
	struct zn_publisher_job *job = &world->job;
	memset(job, 0, sizeof *job);
	job->chain = world->chain;
	job->key = &world->publisher_key;
	zn_public_key_of(&job->publisher_key, job->key);
	zn_sha256(&job->tls_pin, "pin", 3);
	job->manifest = (struct zn_manifest){.abi_version = 1,
		.form = ZN_FORM_MAP,
		.counter_at = ZN_COUNTER_NONE,
		.arithmetic = ZN_ARITHMETIC_EXACT,
		.sources_count = 1,
		.items = world->options.chunks * WORLD_CHUNK_ITEMS,
		.chunk_items = WORLD_CHUNK_ITEMS,
		.slot_bytes = 8};
	ZN_ASSERT(zn_manifest_check(&job->manifest) == ZN_MANIFEST_OK);
	zn_manifest_hash(&job->job_hash, &job->chain, &job->manifest);
	job->policy = (struct zn_publisher_policy){.ceiling_zat = world->options.ceiling_zat,
		.budget.zat = world->options.budget_zat,
		.window_chunks_max = 16,
		.check_items = 4,
		.lease_s = (uint32_t)world->options.lease_s,
		.grace_s = world->options.grace_s,
		.deposit_s = 60,
		.silent_s = 3,
		.expiry_s = world->genesis_s + 86400};
	job->order = ZN_ORDER_WORK;
}

static void peer_restore(struct world *world, struct world_peer *peer)
{
	struct zn_publisher_deal kept = peer->kept;
	memset(&peer->deal, 0, sizeof peer->deal);
	peer->used = peer->kept_terms;
	if (!peer->kept_terms)
		return;
	peer->deal.peer = number_of(world, peer);
	peer->deal.terms = kept.terms;
	peer->deal.channel_id = kept.channel_id;
	peer->deal.deposit = kept.deposit;
	peer->deal.units = kept.units;
	peer->deal.has_voucher = kept.has_voucher;
	peer->deal.voucher = kept.voucher;
	peer->deal.lease_number = kept.lease_number;
	peer->deal.leases_count = kept.leases_count;
	memcpy(peer->deal.leases, kept.leases, sizeof kept.leases);
	for (uint32_t i = 0; i < kept.leases_count; i++)
		peer->deal.leases[i].delivered = false;
	ZN_ASSERT(zn_amount_add(&world->job.deposited, world->job.deposited, kept.deposit));
	if (kept.stage == ZN_PUBLISHER_REFUSED) {
		zn_publisher_job_refuse(&world->job, &kept.terms.worker_key);
		peer->deal.stage = ZN_PUBLISHER_REFUSED;
	} else if (kept.stage == ZN_PUBLISHER_WORKING) {
		zn_publisher_deal_restore(&world->job, &peer->deal);
	} else {
		peer->deal.stage =
			ZN_PUBLISHER_ENDED; /* its opening was under way: taken back later */
	}
}

void world_publisher_start(struct world *world)
{
	zn_chunk_table_destroy(world->job.table);
	job_begin(world);
	world->job.table = zn_chunk_table_create(world->options.chunks);
	ZN_ASSERT(world->job.table != NULL);
	for (uint64_t chunk = 0; chunk < world->options.chunks; chunk++)
		if (world->kept_acceptor[chunk] != ZN_PEER_NONE)
			ZN_ASSERT(zn_chunk_table_accept(world->job.table, chunk,
				world->kept_acceptor[chunk]));
	for (uint32_t i = 0; i < WORLD_PEERS_MAX; i++)
		peer_restore(world, &world->peers[i]);
	if (zn_chunk_table_accepted(world->job.table) == world->options.chunks)
		world->job.order = ZN_ORDER_DONE;
	world->publisher_alive = true;
}

void world_publisher_event(struct world *world, const struct world_event *event)
{
	if (event->kind == WORLD_START_PUBLISHER) {
		world_publisher_start(world);
	} else if (!world->publisher_alive) {
		struct world_exchange exchange = {.open = event->kind == WORLD_TO_PUBLISHER,
			.worker = event->worker,
			.incarnation = event->incarnation,
			.generation = event->generation,
			.lane = event->lane};
		exchange_lost(world, &exchange);
	} else if (event->kind == WORLD_KILL_PUBLISHER) {
		kill_process(world);
	} else if (event->kind == WORLD_TO_PUBLISHER) {
		received(world, event);
	} else if (event->kind == WORLD_HUNG_UP) {
		hung_up(world, event);
	} else if (event->incarnation == world->publisher_incarnation) {
		world->checked_good += event->good;
		feed(world, &world->peers[event->worker],
			(struct zn_publisher_event){.kind = ZN_PUBLISHER_CHECKED,
				.index = event->index,
				.items = (uint32_t)event->number,
				.good = event->good});
	}
}

static void settle(struct world *world, struct world_peer *peer)
{
	struct zn_channel channel;
	uint64_t from_s, from_height;
	if (!peer->kept_channel || !world_channel(&channel, world, &peer->kept.channel_id))
		return;
	if (!channel.closing) {
		request_close(world, peer);
		return;
	}
	zn_channel_refund_from(&from_s, &from_height, &channel);
	struct zn_transaction transaction = {.kind = ZN_TX_REFUND};
	transaction.body.refund = channel.id;
	if (world_now_s(world) >= from_s + 1 && zn_ledger_height(world->ledger) >= from_height)
		world_submit(world, &world->publisher_key, &transaction, sent, 0, 0);
}

void world_publisher_tick(struct world *world)
{
	static uint64_t over_since_ms;
	bool over = world->job.order == ZN_ORDER_DONE || world->job.order == ZN_ORDER_CANCEL;
	if (!world->publisher_alive)
		return;
	if (!over)
		over_since_ms = world->now_ms;
	for (uint32_t i = 0; i < WORLD_PEERS_MAX; i++) {
		if (world->peers[i].used)
			feed(world, &world->peers[i],
				(struct zn_publisher_event){.kind = ZN_PUBLISHER_TICK});
		if (over && world->now_ms > over_since_ms + SETTLE_WAIT_MS)
			settle(world, &world->peers[i]);
	}
}
