/* worker/settle.c - close a channel with its best voucher; for ever, until the ledger says it is. */
#include "worker/inside.h"

#include "io/random.h"

static void attempt(void *user);

static void again(struct zn_worker *worker)
{
	struct zn_settling *settling = &worker->settling;
	uint64_t wait_ms = ZN_SETTLE_RETRY_MS;
	uint64_t random;
	for (uint32_t i = 0; i < settling->attempts && wait_ms < ZN_SETTLE_RETRY_MS_MAX; i++)
		wait_ms *= 2;
	zn_random_bytes(&random, sizeof random);
	settling->attempts++;
	zn_timer_start(&settling->retry, worker->loop, wait_ms + random % wait_ms / 4, attempt,
		worker);
}

static void say_settled(struct zn_worker *worker, struct zn_amount earned)
{
	const struct zn_settling *settling = &worker->settling;
	char amount[ZN_AMOUNT_TEXT_BYTES], voucher[ZN_AMOUNT_TEXT_BYTES];
	if (settling->height > 0)
		zn_worker_say(worker, "settled: %s, channel closed at height %llu",
			zn_amount_text(amount, earned), (unsigned long long)settling->height);
	else if (settling->has_voucher &&
		 zn_amount_compare(earned, settling->voucher.voucher.paid) < 0)
		zn_worker_say(worker, "settled: the channel is gone; it paid %s of a voucher of %s",
			zn_amount_text(amount, earned),
			zn_amount_text(voucher, settling->voucher.voucher.paid));
	else
		zn_worker_say(worker, "settled: %s, the channel is closed already",
			zn_amount_text(amount, earned));
}

static void learn(struct zn_settling *settling, struct zn_amount paid)
{
	if (zn_amount_compare(paid, settling->redeemed) > 0)
		settling->redeemed = paid;
}

/* What it earned is what was paid, not what was promised. */
static void settled(struct zn_worker *worker, enum zn_deal_state state)
{
	struct zn_settling *settling = &worker->settling;
	struct zn_worker_event event = {.kind = ZN_WORKER_SETTLED};
	struct zn_amount earned = settling->redeemed;
	worker->figures.deal_earned = earned;
	zn_worker_journal_settled(worker->journal, settling->deal_id, state,
		settling->sent ? &settling->tx_id : NULL, settling->height, earned);
	enum zn_err err = zn_worker_journal_commit(worker->journal);
	if (err != ZN_ERR_OK) {
		zn_worker_fail(worker, "the settlement cannot be written down: %s",
			zn_err_sentence(err));
		return;
	}
	settling->under_way = false;
	if (state == ZN_DEAL_SETTLED)
		say_settled(worker, earned);
	else
		zn_worker_say(worker, "the channel holds less for us than closing it costs: left");
	if (!zn_amount_add(&worker->figures.earned, worker->figures.earned, earned))
		worker->figures.earned = earned;
	worker->figures.deals += state == ZN_DEAL_SETTLED;
	if (worker->stage == ZN_PROGRAM_COLLECTING)
		zn_worker_collect_next(worker);
	else
		zn_worker_feed(worker, &event);
}

static bool voucher_refused(enum zn_ledger_refusal refusal)
{
	return (int)refusal > ZN_LEDGER_VOUCHER_BASE && (int)refusal < ZN_LEDGER_VOUCHER_BASE + 32;
}

static void on_sent(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_worker *worker = user;
	struct zn_settling *settling = &worker->settling;
	settling->call = NULL;
	settling->tx_id = answer->tx_id;
	if (answer->err != ZN_ERR_OK) {
		zn_worker_idle(worker, "the ledger does not answer; settling again soon");
		again(worker);
		return;
	}
	switch (answer->refusal) {
	case ZN_LEDGER_OK:
		settling->height = answer->height;
		if (settling->has_voucher)
			learn(settling, settling->voucher.voucher.paid);
		settled(worker, ZN_DEAL_SETTLED);
		return;
	case ZN_LEDGER_NO_CHANNEL:
		zn_worker_paid_read(worker);
		return;
	case ZN_LEDGER_NO_FUNDS: /* the fee is more than what there is to get */
	case ZN_LEDGER_NOT_PAYEE:
		settling->sent = false;
		settled(worker, ZN_DEAL_FORGOTTEN);
		return;
	case ZN_LEDGER_VOUCHER_SHRINKS:
	case ZN_LEDGER_VOUCHER_DOES_NOT_GROW: /* since we looked, a request to close has paid it */
		again(worker);
		return;
	default:
		break;
	}
	if (voucher_refused(answer->refusal) && settling->has_voucher) {
		zn_worker_say(worker, "the ledger refused the voucher: %s",
			zn_ledger_refusal_sentence(answer->refusal));
		settling->sent = false;
		settled(worker, ZN_DEAL_FORGOTTEN);
		return;
	}
	again(worker);
}

static void close_send(struct zn_worker *worker, const struct zn_channel *channel)
{
	struct zn_settling *settling = &worker->settling;
	struct zn_transaction draft = {.kind = ZN_TX_CLOSE};
	struct zn_tx_close *close = &draft.body.close;
	close->channel_id = settling->channel_id;
	/* One that was redeemed already adds nothing, and the ledger refuses what adds nothing. */
	close->has_voucher =
		settling->has_voucher &&
		zn_amount_compare(settling->voucher.voucher.paid, channel->redeemed) > 0;
	if (close->has_voucher)
		close->voucher = settling->voucher;
	settling->sent = true;
	zn_ledger_send(&settling->call, worker->ledger, &worker->key, &draft, ZN_SETTLE_SEND_MS,
		on_sent, worker);
}

static void on_channel(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_worker *worker = user;
	worker->settling.call = NULL;
	if (answer->err == ZN_ERR_NOT_FOUND) {
		zn_worker_paid_read(worker);
	} else if (answer->err != ZN_ERR_OK || answer->channel == NULL) {
		zn_worker_idle(worker, "the ledger does not answer; settling again soon");
		again(worker);
	} else {
		learn(&worker->settling, answer->channel->redeemed);
		close_send(worker, answer->channel);
	}
}

void zn_worker_settle_paid(struct zn_worker *worker, enum zn_err err, struct zn_amount paid)
{
	if (err == ZN_ERR_UNREACHABLE || err == ZN_ERR_CLOSED || err == ZN_ERR_TIMEOUT) {
		zn_worker_idle(worker, "the ledger does not answer; settling again soon");
		again(worker);
		return;
	}
	learn(&worker->settling, paid); /* from a node without a history: what is known otherwise */
	settled(worker, ZN_DEAL_SETTLED);
}

static void attempt(void *user)
{
	struct zn_worker *worker = user;
	zn_ledger_get_channel(&worker->settling.call, worker->ledger, &worker->settling.channel_id,
		0, on_channel, worker);
}

void zn_worker_settle(struct zn_worker *worker, int64_t deal_id, const struct zn_hash *channel_id,
	const struct zn_signed_voucher *voucher, const struct zn_account *publisher,
	struct zn_amount redeemed)
{
	struct zn_settling *settling = &worker->settling;
	zn_worker_settle_drop(worker);
	*settling = (struct zn_settling){.under_way = true,
		.deal_id = deal_id,
		.channel_id = *channel_id,
		.has_voucher = voucher != NULL,
		.publisher = *publisher,
		.redeemed = redeemed};
	if (voucher != NULL)
		settling->voucher = *voucher;
	attempt(worker);
}

void zn_worker_settle_drop(struct zn_worker *worker)
{
	zn_ledger_call_cancel(worker->settling.call);
	zn_ledger_call_cancel(worker->settling.paid.call);
	zn_timer_stop(&worker->settling.retry);
	worker->settling = (struct zn_settling){0};
}
