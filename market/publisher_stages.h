/* market/publisher_stages.h - between publisher_deal.c and its stages; nobody else includes it. */
#ifndef ZN_MARKET_PUBLISHER_STAGES_H
#define ZN_MARKET_PUBLISHER_STAGES_H

#include "market/publisher_deal.h"

struct zn_publisher_action *zn_publisher_do(struct zn_publisher_actions *out,
	enum zn_publisher_action_kind kind);
/** The answer to the request of this event, zeroed and of this kind; the action is appended. */
struct zn_message *zn_publisher_reply(struct zn_publisher_actions *out, uint8_t kind);
/** The same for the request that is held open. */
struct zn_message *zn_publisher_reply_held(struct zn_publisher_actions *out, uint8_t kind);
void zn_publisher_refuse(struct zn_publisher_actions *out, enum zn_deal_refusal refusal);

/* publisher_talk.c */
void zn_publisher_hello(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal, const struct zn_publisher_event *event);
void zn_publisher_prove(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal, const struct zn_publisher_event *event);
void zn_publisher_offer(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal, const struct zn_publisher_event *event);
void zn_publisher_agree(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal, const struct zn_publisher_event *event);
void zn_publisher_opened(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal, const struct zn_publisher_event *event);
void zn_publisher_open_failed(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal);
/** What may be deposited for this worker now: deposit_s of pay, within job and budget; before its first
 *  accepted chunk only what may be out with it at once. */
bool zn_publisher_deposit(struct zn_amount *out, const struct zn_publisher_job *job,
	const struct zn_publisher_deal *deal);

/* publisher_work.c */
void zn_publisher_pull(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal, const struct zn_publisher_event *event);
void zn_publisher_delivery(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal, const struct zn_publisher_event *event);
void zn_publisher_checked(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal, const struct zn_publisher_event *event);
/** Answer the held pull, with the lease if there is one (else NULL) and the order told last. */
void zn_publisher_answer_pull(struct zn_publisher_actions *out, struct zn_publisher_deal *deal,
	const struct zn_signed_lease *lease);
/** The worker is there, or not: job->pulling counts it. */
void zn_publisher_present(struct zn_publisher_job *job, struct zn_publisher_deal *deal,
	bool present);
void zn_publisher_expire(struct zn_publisher_job *job, struct zn_publisher_deal *deal,
	uint64_t now_s);
/** Answer the held pull if there is something to say, and top up if the deposit runs low. */
void zn_publisher_serve(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal, uint64_t now_s);

#endif
