/* worker/redeem.c - have earned pay paid out while the deal goes on; nothing waits for it. */
#include "worker/inside.h"

static void on_redeemed(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_worker *worker = user;
	char text[ZN_AMOUNT_TEXT_BYTES];
	struct zn_worker_event event = {.kind = ZN_WORKER_REDEEMED,
		.good = answer->err == ZN_ERR_OK && answer->refusal == ZN_LEDGER_OK};
	worker->redeem_call = NULL;
	if (event.good)
		zn_worker_say(worker, "redeemed: %s of this deal are in the account, less the fee",
			zn_amount_text(text, worker->redeeming));
	else if (answer->err != ZN_ERR_OK)
		zn_worker_say(worker, "not redeemed yet: the ledger does not answer");
	else
		zn_worker_say(worker, "not redeemed yet: %s",
			zn_ledger_refusal_sentence(answer->refusal));
	zn_worker_queue(worker, &event);
}

void zn_worker_redeem(struct zn_worker *worker)
{
	struct zn_transaction draft = {.kind = ZN_TX_REDEEM};
	draft.body.redeem = worker->deal.voucher;
	worker->redeeming = worker->deal.voucher.voucher.paid;
	zn_ledger_send(&worker->redeem_call, worker->ledger, &worker->key, &draft,
		ZN_SETTLE_SEND_MS, on_redeemed, worker);
}
