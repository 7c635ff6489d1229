#include "market/publisher_deal.h"

#include "core/assert.h"
#include "market/publisher_stages.h"

#include <string.h>

bool zn_publisher_job_refuses(const struct zn_publisher_job *job,
	const struct zn_public_key *worker_key)
{
	uint32_t count =
		job->refused_count < ZN_REFUSED_KEYS_MAX ? job->refused_count : ZN_REFUSED_KEYS_MAX;
	for (uint32_t i = 0; i < count; i++)
		if (zn_public_key_equal(&job->refused[i], worker_key))
			return true;
	return false;
}

void zn_publisher_job_refuse(struct zn_publisher_job *job, const struct zn_public_key *worker_key)
{
	job->refused[job->refused_count % ZN_REFUSED_KEYS_MAX] = *worker_key;
	job->refused_count++;
}

struct zn_publisher_action *zn_publisher_do(struct zn_publisher_actions *out,
	enum zn_publisher_action_kind kind)
{
	ZN_ASSERT(out->count < ZN_PUBLISHER_ACTIONS_MAX);
	struct zn_publisher_action *action = &out->list[out->count++];
	*action = (struct zn_publisher_action){.kind = kind};
	return action;
}

struct zn_message *zn_publisher_reply(struct zn_publisher_actions *out, uint8_t kind)
{
	memset(&out->talk, 0, sizeof out->talk);
	out->talk.kind = kind;
	zn_publisher_do(out, ZN_PUBLISHER_DO_REPLY);
	return &out->talk;
}

struct zn_message *zn_publisher_reply_held(struct zn_publisher_actions *out, uint8_t kind)
{
	ZN_ASSERT(out->held_count < sizeof out->held / sizeof out->held[0]);
	struct zn_message *message = &out->held[out->held_count];
	memset(message, 0, sizeof *message);
	message->kind = kind;
	zn_publisher_do(out, ZN_PUBLISHER_DO_REPLY_HELD)->index = out->held_count++;
	return message;
}

void zn_publisher_refuse(struct zn_publisher_actions *out, enum zn_deal_refusal refusal)
{
	zn_publisher_reply(out, ZN_MESSAGE_REFUSAL)->refusal.refusal = (uint8_t)refusal;
}

struct zn_amount zn_publisher_deal_paid(const struct zn_publisher_deal *deal)
{
	return deal->has_voucher ? deal->voucher.voucher.paid : ZN_AMOUNT_ZERO;
}

bool zn_publisher_deal_knows(const struct zn_publisher_deal *deal, const struct zn_hash *session)
{
	return !zn_hash_is_zero(session) && (zn_hash_equal(&deal->session, session) ||
						    zn_hash_equal(&deal->next_session, session));
}

/* Which messages fit which stage and session. */
static bool in_turn(const struct zn_publisher_deal *deal, const struct zn_message *message)
{
	const struct zn_hash *session = zn_message_session(message);
	if (message->kind == ZN_MESSAGE_HELLO)
		return deal->stage == ZN_PUBLISHER_NEW || deal->stage == ZN_PUBLISHER_WORKING;
	if (session == NULL || zn_hash_is_zero(session))
		return false;
	if (message->kind == ZN_MESSAGE_PROVE)
		return zn_hash_equal(session, &deal->next_session);
	if (!zn_hash_equal(session, &deal->session))
		return false;
	switch (message->kind) {
	case ZN_MESSAGE_OFFER:
		return deal->stage == ZN_PUBLISHER_PROVED;
	case ZN_MESSAGE_AGREE:
		return deal->stage == ZN_PUBLISHER_AGREED;
	case ZN_MESSAGE_PULL:
	case ZN_MESSAGE_DELIVER:
		return deal->stage == ZN_PUBLISHER_WORKING;
	default:
		return false;
	}
}

static void message(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal, const struct zn_publisher_event *event)
{
	if (deal->stage == ZN_PUBLISHER_REFUSED) {
		zn_publisher_refuse(out, ZN_DEAL_REFUSED);
		return;
	}
	if (!in_turn(deal, event->message)) {
		zn_publisher_refuse(out, ZN_DEAL_OUT_OF_TURN);
		return;
	}
	deal->heard_s = event->now_s;
	switch (event->message->kind) {
	case ZN_MESSAGE_HELLO:
		zn_publisher_hello(out, job, deal, event);
		break;
	case ZN_MESSAGE_PROVE:
		zn_publisher_prove(out, job, deal, event);
		break;
	case ZN_MESSAGE_OFFER:
		zn_publisher_offer(out, job, deal, event);
		break;
	case ZN_MESSAGE_AGREE:
		zn_publisher_agree(out, job, deal, event);
		break;
	case ZN_MESSAGE_PULL:
		zn_publisher_pull(out, job, deal, event);
		break;
	default:
		zn_publisher_delivery(out, job, deal, event);
		break;
	}
}

#define TOP_UP_AGAIN_S 10 /* after a top-up that the ledger refused */

static void topped_up(struct zn_publisher_job *job, struct zn_publisher_deal *deal, bool good,
	uint64_t now_s)
{
	if (!good)
		deal->top_up_from_s = now_s + TOP_UP_AGAIN_S;
	if (good)
		ZN_ASSERT(zn_amount_add(&deal->deposit, deal->deposit, deal->topping_up));
	else
		ZN_ASSERT(zn_amount_sub(&job->deposited, job->deposited, deal->topping_up));
	deal->topping_up = ZN_AMOUNT_ZERO;
}

static void tick(struct zn_publisher_job *job, struct zn_publisher_deal *deal, uint64_t now_s)
{
	bool silent = !deal->pull_open && !deal->delivering &&
		      now_s > deal->heard_s + job->policy.silent_s;
	if (deal->stage != ZN_PUBLISHER_WORKING)
		return;
	zn_publisher_expire(job, deal, now_s);
	if (job->order == ZN_ORDER_PAUSE) /* nobody is slow at standing still */
		return;
	for (uint32_t i = 0; i < deal->leases_count; i++)
		silent = silent || now_s > deal->leases[i].leased_s + job->policy.lease_s / 2;
	zn_chunk_table_slow(job->table, deal->peer, silent);
	if (silent && !deal->pull_open)
		zn_publisher_present(job, deal, false);
}

void zn_publisher_deal_step(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal, const struct zn_publisher_event *event)
{
	out->count = 0;
	out->held_count = 0;
	switch (event->kind) {
	case ZN_PUBLISHER_MESSAGE:
		message(out, job, deal, event);
		break;
	case ZN_PUBLISHER_OPENED:
		zn_publisher_opened(out, job, deal, event);
		break;
	case ZN_PUBLISHER_OPEN_FAILED:
		zn_publisher_open_failed(out, job, deal);
		break;
	case ZN_PUBLISHER_TOPPED_UP:
		topped_up(job, deal, event->good, event->now_s);
		break;
	case ZN_PUBLISHER_CHECKED:
		zn_publisher_checked(out, job, deal, event);
		break;
	case ZN_PUBLISHER_HUNG_UP:
		deal->pull_open = false;
		break;
	case ZN_PUBLISHER_ORDERED:
		break;
	case ZN_PUBLISHER_TICK:
		tick(job, deal, event->now_s);
		break;
	}
	if (deal->stage == ZN_PUBLISHER_WORKING)
		zn_publisher_serve(out, job, deal, event->now_s);
}

void zn_publisher_deal_restore(struct zn_publisher_job *job, struct zn_publisher_deal *deal)
{
	deal->stage = ZN_PUBLISHER_WORKING;
	deal->worker_key = deal->terms.worker_key;
	zn_terms_hash(&deal->terms_hash, &job->chain, &deal->terms);
	/* That a lease ended is not written down: two others may have the chunk by now. */
	for (uint32_t i = deal->leases_count; i-- > 0;) {
		zn_chunk_table_lease_restore(job->table, deal->leases[i].chunk, deal->peer);
		if (!zn_chunk_table_holds(job->table, deal->leases[i].chunk, deal->peer))
			deal->leases[i] = deal->leases[--deal->leases_count];
	}
}
