/* publisher/deals.c - the peers of a job: who they are, their steps, who is forgotten. */
#include "core/assert.h"
#include "io/clock.h"
#include "io/random.h"
#include "publisher/inside.h"

#include <stdlib.h>
#include <string.h>

#define NO_PEER ((size_t)ZN_PEERS_MAX)
#define LOOK_S  5 /* a silent worker may have left and closed its channel */

static bool unproven(const struct zn_peer *peer)
{
	return peer->deal.stage == ZN_PUBLISHER_NEW || peer->deal.stage == ZN_PUBLISHER_CHALLENGED;
}

/* Whoever proved nothing, and whoever only talked so far, costs others their place: the oldest of
 * them makes room. An honest worker proves within a round trip. */
static void make_room(struct zn_publisher *publisher)
{
	struct zn_peer *oldest = NULL, *idlest = NULL;
	uint32_t count = 0, taken = 0;
	for (uint16_t i = 0; i < publisher->peers_count; i++) {
		struct zn_peer *peer = publisher->peers[i];
		if (peer == NULL)
			continue;
		taken++;
		if (peer->deal.stage < ZN_PUBLISHER_OPENING &&
			(idlest == NULL || peer->heard_ns < idlest->heard_ns))
			idlest = peer;
		if (!unproven(peer))
			continue;
		count++;
		if (oldest == NULL || peer->heard_ns < oldest->heard_ns)
			oldest = peer;
	}
	if (count >= ZN_UNPROVEN_MAX)
		zn_peer_forget(publisher, oldest);
	else if (taken == ZN_PEERS_MAX && idlest != NULL)
		zn_peer_forget(publisher, idlest);
}

struct zn_peer *zn_peer_create(struct zn_publisher *publisher)
{
	size_t place = NO_PEER;
	make_room(publisher);
	for (uint16_t i = 0; i < publisher->peers_count && place == NO_PEER; i++)
		if (publisher->peers[i] == NULL)
			place = i;
	if (place == NO_PEER && publisher->peers_count < ZN_PEERS_MAX)
		place = publisher->peers_count;
	struct zn_peer *peer = place == NO_PEER ? NULL : calloc(1, sizeof *peer);
	if (peer == NULL)
		return NULL;
	if (place == publisher->peers_count)
		publisher->peers_count++;
	peer->deal.peer = (uint16_t)place;
	peer->heard_ns = zn_clock_monotonic_ns();
	publisher->peers[place] = peer;
	return peer;
}

void zn_incoming_destroy(struct zn_incoming *incoming)
{
	if (incoming == NULL)
		return;
	incoming->publisher->deliveries_bytes -= incoming->outputs_bytes;
	free(incoming->outputs);
	free(incoming);
}

void zn_peer_forget(struct zn_publisher *publisher, struct zn_peer *peer)
{
	ZN_ASSERT(publisher->peers[peer->deal.peer] == peer);
	if (peer->held != NULL)
		zn_refusal_reply(peer->held, ZN_DEAL_UNKNOWN_SESSION);
	if (peer->incoming != NULL) /* the pool has it: it is freed when hashed */
		peer->incoming->peer = NULL;
	publisher->peers[peer->deal.peer] = NULL;
	free(peer);
}

void zn_peers_finish(struct zn_publisher *publisher)
{
	for (uint16_t i = 0; i < publisher->peers_count; i++) {
		if (publisher->peers[i] == NULL)
			continue;
		if (publisher->peers[i]->incoming != NULL)
			zn_incoming_destroy(publisher->peers[i]->incoming);
		free(publisher->peers[i]);
		publisher->peers[i] = NULL;
	}
	free(publisher->retracted);
}

struct zn_peer *zn_peer_by_session(struct zn_publisher *publisher, const struct zn_hash *session)
{
	for (uint16_t i = 0; i < publisher->peers_count; i++)
		if (publisher->peers[i] != NULL &&
			zn_publisher_deal_knows(&publisher->peers[i]->deal, session))
			return publisher->peers[i];
	return NULL;
}

struct zn_peer *zn_peer_by_channel(struct zn_publisher *publisher, const struct zn_hash *channel_id)
{
	for (uint16_t i = 0; i < publisher->peers_count; i++)
		if (publisher->peers[i] != NULL && !zn_hash_is_zero(channel_id) &&
			zn_hash_equal(&publisher->peers[i]->deal.channel_id, channel_id))
			return publisher->peers[i];
	return NULL;
}

void zn_peer_gone(struct zn_publisher *publisher, struct zn_peer *peer)
{
	struct zn_amount paid = zn_publisher_deal_paid(&peer->deal), returned, left;
	if (peer->gone)
		return;
	peer->gone = true;
	/* What came back may be deposited again. The deal itself is left alone: its deposit bounds
	 * what was leased, and who closed its channel has nothing from a voucher any more. */
	if (zn_amount_sub(&returned, peer->deal.deposit, paid) &&
		zn_amount_sub(&left, publisher->job.deposited, returned))
		publisher->job.deposited = left;
}

/* --- steps --- */

static void retracted(void *user, uint64_t chunk)
{
	struct zn_publisher *publisher = user;
	if (publisher->retracted_count == publisher->retracted_room) {
		uint64_t room = publisher->retracted_room == 0 ? 64 : publisher->retracted_room * 2;
		uint64_t *grown = realloc(publisher->retracted, room * sizeof *grown);
		/* Without the list the result would be wrong. */
		ZN_ASSERT(grown != NULL);
		publisher->retracted = grown;
		publisher->retracted_room = room;
	}
	publisher->retracted[publisher->retracted_count++] = chunk;
}

static void broadcast(void *user)
{
	zn_peers_step(user, ZN_PUBLISHER_ORDERED);
}

void zn_peer_step(struct zn_publisher *publisher, struct zn_peer *peer,
	struct zn_publisher_event *event, struct zn_http_exchange *exchange)
{
	struct zn_incoming *incoming = peer->incoming;
	uint64_t free_before = zn_chunk_table_free(publisher->job.table);
	uint8_t order_before = publisher->job.order;
	event->now_s = zn_publisher_now_s(publisher);
	zn_random_bytes(event->nonce.bytes, sizeof event->nonce);
	publisher->retracted_count = 0;
	publisher->actions.retracted = retracted;
	publisher->actions.retracted_user = publisher;
	zn_publisher_deal_step(&publisher->actions, &publisher->job, &peer->deal, event);
	zn_actions_do(publisher, peer, exchange, incoming);
	/* What became free, or a new order, may be news to somebody whose pull waits. */
	if (publisher->job.order != order_before ||
		zn_chunk_table_free(publisher->job.table) > free_before)
		zn_timer_start(&publisher->broadcast, publisher->loop, 0, broadcast, publisher);
	if (publisher->job.order == ZN_ORDER_DONE && !publisher->ending)
		zn_publisher_end(publisher);
	else if (publisher->job.order == ZN_ORDER_WORK)
		publisher->ending = false; /* a worker was refused after the last chunk */
}

void zn_peers_step(struct zn_publisher *publisher, enum zn_publisher_event_kind kind)
{
	for (uint16_t i = 0; i < publisher->peers_count; i++) {
		struct zn_publisher_event event = {.kind = kind};
		if (publisher->peers[i] != NULL)
			zn_peer_step(publisher, publisher->peers[i], &event, NULL);
	}
}

static bool outdated(const struct zn_peer *peer, uint64_t now_ns)
{
	uint64_t silent_s = (now_ns - peer->heard_ns) / ZN_SECOND_NS;
	switch (peer->deal.stage) {
	case ZN_PUBLISHER_NEW:
	case ZN_PUBLISHER_CHALLENGED:
		return silent_s > ZN_UNPROVEN_S;
	case ZN_PUBLISHER_PROVED:
	case ZN_PUBLISHER_AGREED:
		return silent_s > ZN_PROVEN_SILENT_S;
	case ZN_PUBLISHER_ENDED:
		return true;
	default:
		return false;
	}
}

void zn_peers_tick(struct zn_publisher *publisher)
{
	uint64_t now_ns = zn_clock_monotonic_ns();
	for (uint16_t i = 0; i < publisher->peers_count; i++)
		if (publisher->peers[i] != NULL && outdated(publisher->peers[i], now_ns))
			zn_peer_forget(publisher, publisher->peers[i]);
	for (uint16_t i = 0; i < publisher->peers_count; i++) {
		struct zn_peer *peer = publisher->peers[i];
		if (peer == NULL || peer->deal.stage != ZN_PUBLISHER_WORKING || peer->gone ||
			peer->deal.pull_open || peer->deal.topping_up.zat > 0 ||
			now_ns < peer->heard_ns + LOOK_S * ZN_SECOND_NS ||
			now_ns < peer->looked_ns + LOOK_S * ZN_SECOND_NS)
			continue;
		peer->looked_ns = now_ns;
		zn_money_look(&publisher->money, peer);
	}
	zn_peers_step(publisher, ZN_PUBLISHER_TICK);
}
