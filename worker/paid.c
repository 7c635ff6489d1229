/* worker/paid.c - what a channel that is gone did pay: read from the ledger's history.
 *
 * Our own redeems and closes are in our account's history, what the publisher paid when it asked to
 * close is in the publisher's. A channel's pay never falls, so of each account the newest counts.
 */
#include "worker/inside.h"

#define TXS_MAX 256 /* of each account, newest first: a channel that is gone went lately */

static void page_ask(struct zn_worker *worker);
static void next(struct zn_worker *worker);

static void done(struct zn_worker *worker, enum zn_err err)
{
	struct zn_paid *paid = &worker->settling.paid;
	paid->call = NULL;
	zn_worker_settle_paid(worker, err, paid->most);
}

static void account_next(struct zn_worker *worker)
{
	struct zn_paid *paid = &worker->settling.paid;
	paid->seen = 0;
	paid->after = (struct zn_page_cursor){0};
	if (++paid->account < 2)
		page_ask(worker);
	else
		done(worker, ZN_ERR_OK);
}

/* False: it says nothing of what this channel paid. */
static bool pays(struct zn_amount *out, const struct zn_transaction *transaction,
	const struct zn_hash *channel_id)
{
	const struct zn_tx_close *close = &transaction->body.close;
	const struct zn_voucher *redeem = &transaction->body.redeem.voucher;
	const struct zn_tx_request_close *request = &transaction->body.request_close;
	if (transaction->kind == ZN_TX_REDEEM && zn_hash_equal(&redeem->channel_id, channel_id))
		*out = redeem->paid;
	else if (transaction->kind == ZN_TX_CLOSE && close->has_voucher &&
		 zn_hash_equal(&close->channel_id, channel_id))
		*out = close->voucher.voucher.paid;
	else if (transaction->kind == ZN_TX_REQUEST_CLOSE &&
		 zn_hash_equal(&request->channel_id, channel_id))
		*out = request->paid;
	else
		return false;
	return true;
}

static void on_tx(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_worker *worker = user;
	struct zn_paid *paid = &worker->settling.paid;
	struct zn_amount amount;
	paid->call = NULL;
	if (answer->err != ZN_ERR_OK || answer->tx == NULL) {
		done(worker, answer->err == ZN_ERR_OK ? ZN_ERR_MALFORMED : answer->err);
		return;
	}
	if (answer->tx->code != ZN_LEDGER_OK ||
		!pays(&amount, &answer->tx->transaction, &worker->settling.channel_id)) {
		next(worker);
		return;
	}
	if (zn_amount_compare(amount, paid->most) > 0)
		paid->most = amount;
	account_next(worker);
}

static void next(struct zn_worker *worker)
{
	struct zn_paid *paid = &worker->settling.paid;
	if (paid->at < paid->page.count && paid->seen++ < TXS_MAX)
		zn_ledger_get_tx(&paid->call, worker->ledger, &paid->page.entries[paid->at++].tx, 0,
			on_tx, worker);
	else if (paid->page.next.bytes > 0 && paid->page.count > 0 && paid->seen < TXS_MAX)
		page_ask(worker);
	else
		account_next(worker);
}

static void on_page(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_worker *worker = user;
	struct zn_paid *paid = &worker->settling.paid;
	paid->call = NULL;
	if (answer->err != ZN_ERR_OK || answer->history == NULL) {
		done(worker, answer->err == ZN_ERR_OK ? ZN_ERR_MALFORMED : answer->err);
		return;
	}
	paid->page = *answer->history;
	paid->after = paid->page.next;
	paid->at = 0;
	next(worker);
}

static void page_ask(struct zn_worker *worker)
{
	struct zn_paid *paid = &worker->settling.paid;
	struct zn_history_query query = {.account = worker->settling.publisher,
		.limit = ZN_PAGE_ENTRIES_MAX,
		.after = paid->after};
	if (paid->account == 0)
		zn_account_of(&query.account, &worker->public_key);
	zn_ledger_list_history(&paid->call, worker->ledger, &query, on_page, worker);
}

void zn_worker_paid_read(struct zn_worker *worker)
{
	worker->settling.paid = (struct zn_paid){.most = worker->settling.redeemed};
	page_ask(worker);
}
