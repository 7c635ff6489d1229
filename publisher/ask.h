/* publisher/ask.h - ask the ledger and serve the loop until the answer is there. */
#ifndef ZN_PUBLISHER_ASK_H
#define ZN_PUBLISHER_ASK_H

#include "chain/client/client.h"
#include "core/limits.h"

struct zn_publisher;

/** A copy of the last answer; what was not asked for is old or zero. */
struct zn_asked {
	struct zn_loop *loop;
	struct zn_ledger_call *call;
	bool answered;
	enum zn_err err;
	struct zn_complaint detail;
	enum zn_ledger_refusal refusal;
	uint64_t nonce, height;
	struct zn_ledger_status status;
	struct zn_ledger_params params;
	struct zn_account_state account;
	struct zn_supply supply;
	struct zn_channel channel;
	struct zn_job job;
	struct zn_history_page history;
	struct zn_channel_page channels;
	struct zn_ledger_tx tx;
};

/** For the `fn` and `user` of a call; `call` is its handle's place. */
void zn_asked_answer(void *user, const struct zn_ledger_answer *answer);
/** Before each call. */
void zn_asked_begin(struct zn_asked *asked, struct zn_publisher *publisher);
/** True when an answer came, whatever it says. Else the call was cancelled. */
bool zn_asked_wait(struct zn_asked *asked, struct zn_publisher *publisher, uint64_t timeout_ms);

#endif
