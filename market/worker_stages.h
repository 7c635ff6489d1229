/* market/worker_stages.h - between worker_deal.c and its stages; nobody else includes it. */
#ifndef ZN_MARKET_WORKER_STAGES_H
#define ZN_MARKET_WORKER_STAGES_H

#include "market/worker_deal.h"

void zn_worker_do(struct zn_worker_actions *out, enum zn_worker_action_kind kind, uint64_t chunk);
/** The talk message of this step, zeroed and of this kind; the action is appended. */
struct zn_message *zn_worker_talk(struct zn_worker_actions *out, uint8_t kind);

/* worker_talk.c: hello to channel */
void zn_worker_hello(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_hash *nonce);
void zn_worker_talk_message(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_worker_event *event);
void zn_worker_prepared(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_worker_event *event);
void zn_worker_channel_read(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_worker_event *event);
void zn_worker_read_channel(struct zn_worker_actions *out, struct zn_worker_deal *deal);

/* worker_work.c: leases to settlement */
void zn_worker_order(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_worker_event *event);
void zn_worker_verdict(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_worker_event *event);
void zn_worker_output(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_worker_event *event);
void zn_worker_run_failed(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_worker_event *event);
void zn_worker_redeemed(struct zn_worker_deal *deal, const struct zn_worker_event *event);
/** What the ledger has paid out of the channel, as somebody says who knows. */
void zn_worker_redeemed_learn(struct zn_worker_deal *deal, struct zn_amount redeemed);
/** The link to the publisher is lost; work goes on within the window. */
void zn_worker_unlink(struct zn_worker_actions *out, struct zn_worker_deal *deal, uint64_t now_s);
/** Proven on a new session: the next pull tells what we hold. */
void zn_worker_link(struct zn_worker_deal *deal);
/** Keep a voucher if it is good and better than ours; the same one again is no fault. `units` is
 *  what the publisher says it pays, believed as far as the voucher covers it. False: it is bad. */
bool zn_worker_voucher_take(struct zn_worker_deal *deal, const struct zn_signed_voucher *voucher,
	uint64_t units);
/** Begin nothing more; end with `why` when what is begun is delivered. */
void zn_worker_wind_up(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	enum zn_worker_end why);
/** Stop at once: settle what is earned, or just end. */
void zn_worker_finish(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	enum zn_worker_end why);
/** Whatever can be done now: runs, pulls, deliveries. Call after every event while working. */
void zn_worker_work(struct zn_worker_actions *out, struct zn_worker_deal *deal, uint64_t now_s);

#endif
