#include "market/worker_deal.h"

#include "core/assert.h"
#include "market/worker_stages.h"

#include <string.h>

const char *zn_worker_stage_name(enum zn_worker_stage stage)
{
	static const char *const names[] = {"idle", "saying hello", "proving its key", "preparing",
		"offering", "waiting for its channel", "reading its channel", "working", "settling",
		"ended"};
	ZN_ASSERT((size_t)stage < sizeof names / sizeof names[0]);
	return names[stage];
}

const char *zn_worker_end_sentence(enum zn_worker_end end)
{
	switch (end) {
	case ZN_WORKER_END_NOT:
		return "the deal goes on";
#define X(name, sentence)                                                                          \
	case ZN_WORKER_END_##name:                                                                 \
		return sentence;
		ZN_WORKER_ENDS(X)
#undef X
	}
	return "?";
}

void zn_worker_do(struct zn_worker_actions *out, enum zn_worker_action_kind kind, uint64_t chunk)
{
	ZN_ASSERT(out->count < ZN_WORKER_ACTIONS_MAX);
	out->list[out->count++] = (struct zn_worker_action){kind, chunk};
}

struct zn_message *zn_worker_talk(struct zn_worker_actions *out, uint8_t kind)
{
	for (uint32_t i = 0; i < out->count; i++)
		ZN_ASSERT(out->list[i].kind != ZN_WORKER_DO_TALK);
	memset(&out->talk, 0, sizeof out->talk);
	out->talk.kind = kind;
	zn_worker_do(out, ZN_WORKER_DO_TALK, 0);
	return &out->talk;
}

static void message(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_worker_event *event)
{
	if (deal->stage == ZN_WORKER_SETTLING)
		return;
	if (event->lane == ZN_LANE_DELIVER)
		zn_worker_verdict(out, deal, event);
	else if (deal->awaiting != 0)
		zn_worker_talk_message(out, deal, event);
	else
		zn_worker_order(out, deal, event);
}

static void lane_failed(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_worker_event *event)
{
	if (deal->stage == ZN_WORKER_SETTLING)
		return;
	if (deal->funded)
		zn_worker_unlink(out, deal, event->now_s);
	else
		zn_worker_finish(out, deal, ZN_WORKER_END_GONE);
}

/* How often the worker looks at its channel: a publisher that closes in secret must be noticed
 * long before the grace ends, and before much is worked for nothing. */
static uint64_t watch_s(const struct zn_worker_deal *deal)
{
	uint64_t quarter = deal->terms.grace_s / 4;
	return quarter < 10 ? quarter : 10;
}

/* A deal that the journal kept looks at its channel first of all; a tick then says hello. */
static void start(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_worker_event *event)
{
	deal->unlinked_s = event->now_s;
	if (deal->funded)
		zn_worker_read_channel(out, deal);
	else
		zn_worker_hello(out, deal, &event->nonce);
}

/* Asked twice, it does not wait for what is begun. */
static void leave(struct zn_worker_actions *out, struct zn_worker_deal *deal)
{
	if (deal->leaving && deal->leaving_why == ZN_WORKER_END_LEFT)
		zn_worker_finish(out, deal, ZN_WORKER_END_LEFT);
	else if (deal->leaving)
		deal->leaving_why = ZN_WORKER_END_LEFT;
	else
		zn_worker_wind_up(out, deal, ZN_WORKER_END_LEFT);
}

static void tick(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_worker_event *event)
{
	if (deal->stage == ZN_WORKER_FUNDING) {
		zn_worker_read_channel(out, deal);
		return;
	}
	if (!deal->funded || deal->stage == ZN_WORKER_SETTLING)
		return;
	if (event->now_s >= deal->channel_read_s + watch_s(deal))
		zn_worker_read_channel(out, deal);
	if (deal->linked || deal->channel_read_s == 0)
		return;
	if (event->now_s > deal->unlinked_s + deal->policy.patience_s)
		zn_worker_finish(out, deal, ZN_WORKER_END_GONE);
	else if (deal->awaiting == 0 && deal->stage != ZN_WORKER_PREPARING)
		zn_worker_hello(out, deal, &event->nonce);
}

void zn_worker_deal_step(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_worker_event *event)
{
	out->count = 0;
	if (deal->stage == ZN_WORKER_ENDED)
		return;
	switch (event->kind) {
	case ZN_WORKER_START:
		start(out, deal, event);
		break;
	case ZN_WORKER_MESSAGE:
		message(out, deal, event);
		break;
	case ZN_WORKER_LANE_FAILED:
		lane_failed(out, deal, event);
		break;
	case ZN_WORKER_PREPARED:
		zn_worker_prepared(out, deal, event);
		break;
	case ZN_WORKER_PREPARE_FAILED:
		zn_worker_finish(out, deal, ZN_WORKER_END_PREPARE);
		break;
	case ZN_WORKER_CHANNEL:
		zn_worker_channel_read(out, deal, event);
		break;
	case ZN_WORKER_OUTPUT:
		zn_worker_output(out, deal, event);
		break;
	case ZN_WORKER_RUN_FAILED:
		zn_worker_run_failed(out, deal, event);
		break;
	case ZN_WORKER_LEAVE:
		leave(out, deal);
		break;
	case ZN_WORKER_REDEEMED:
		zn_worker_redeemed(deal, event);
		break;
	case ZN_WORKER_SETTLED:
		deal->stage = ZN_WORKER_ENDED;
		zn_worker_do(out, ZN_WORKER_DO_END, 0);
		break;
	case ZN_WORKER_TICK:
		tick(out, deal, event);
		break;
	}
	if (deal->stage == ZN_WORKER_WORKING)
		zn_worker_work(out, deal, event->now_s);
}
