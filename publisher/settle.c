/* publisher/settle.c - the end of a job: channels, announcement, and the table read back. */
#include "publisher/settle.h"

#include "core/assert.h"
#include "io/json.h"

#include <stdlib.h>
#include <string.h>

#define ASK_MS     15000
#define CLOSING_MS 30000

/* --- winding up --- */

static void close_silent(struct zn_publisher *publisher)
{
	for (uint16_t i = 0; i < publisher->peers_count; i++) {
		struct zn_peer *peer = publisher->peers[i];
		if (peer != NULL && peer->opening)
			zn_show_line(publisher,
				"worker %u: its channel may open yet; `zennet job settle` closes "
				"it",
				peer->deal.peer + 1u);
		if (peer == NULL || peer->gone || peer->close_requested ||
			peer->deal.stage != ZN_PUBLISHER_WORKING)
			continue;
		zn_show_line(publisher, "worker %u is silent: closing its channel from this side",
			peer->deal.peer + 1u);
		zn_money_request_close(&publisher->money, peer,
			zn_publisher_deal_paid(&peer->deal));
	}
}

static void wait_for_sends(struct zn_publisher *publisher)
{
	const bool never = false;
	for (int i = 0; i < CLOSING_MS / 20 && publisher->money.sends > 0 &&
			!publisher->interrupted && publisher->trouble.text[0] == '\0';
		i++)
		zn_publisher_wait(publisher, &never, 20);
}

void zn_publisher_withdraw(struct zn_publisher *publisher)
{
	struct zn_asked *asked = calloc(1, sizeof *asked);
	struct zn_transaction draft;
	if (!publisher->announced || asked == NULL) {
		free(asked);
		return;
	}
	memset(&draft, 0, sizeof draft);
	draft.kind = ZN_TX_WITHDRAW;
	draft.body.withdraw = publisher->announced_id;
	zn_asked_begin(asked, publisher);
	zn_ledger_send(&asked->call, publisher->ledger, &publisher->key, &draft, ZN_LEDGER_SEND_MS,
		zn_asked_answer, asked);
	zn_asked_wait(asked, publisher, ASK_MS);
	publisher->announced = false;
	free(asked);
}

bool zn_settle(struct zn_publisher *publisher)
{
	struct zn_settlement settlement;
	bool complete = zn_chunk_table_accepted(publisher->job.table) == publisher->plan.chunks;
	close_silent(publisher);
	wait_for_sends(publisher);
	zn_publisher_withdraw(publisher);
	zn_store_set_number(&publisher->store, "order", complete ? ZN_ORDER_DONE : ZN_ORDER_CANCEL);
	zn_store_note(&publisher->store, zn_publisher_now_s(publisher),
		complete ? "completed" : "cancelled");
	zn_store_commit(&publisher->store);
	bool read = zn_settlement_read(&settlement, publisher);
	if (read && publisher->options.json) {
		struct zn_json *root = zn_settlement_json(&settlement, publisher);
		char *text = zn_json_print(root, false);
		fprintf(publisher->options.to, "%s\n", text != NULL ? text : "{}");
		free(text);
		zn_json_destroy(root);
	} else if (read) {
		zn_settlement_print(&settlement, publisher);
	}
	bool good = read && zn_settlement_good(&settlement);
	if (read && !good)
		zn_publisher_trouble(publisher,
			"the settlement does not add up: see the lines above");
	zn_settlement_finish(&settlement);
	return good;
}

/* --- reading back --- */

static bool answered(struct zn_asked *asked, struct zn_publisher *publisher)
{
	if (zn_asked_wait(asked, publisher, ASK_MS))
		return true;
	zn_publisher_trouble(publisher,
		"--ledger %s: the node does not answer; `zennet job status %s`"
		" shows what the journal knows",
		publisher->options.ledger_url, publisher->home.id);
	return false;
}

/* Walk the transactions of an account back to where the job began. */
typedef void tx_fn(void *user, const struct zn_ledger_tx *tx);

static bool walk(struct zn_publisher *publisher, struct zn_asked *asked,
	const struct zn_account *account, tx_fn *fn, void *user)
{
	struct zn_history_query query = {.account = *account, .limit = ZN_PAGE_ENTRIES_MAX};
	for (uint32_t seen = 0; seen < ZN_SETTLE_TXS_MAX;) {
		zn_asked_begin(asked, publisher);
		zn_ledger_list_history(&asked->call, publisher->ledger, &query, zn_asked_answer,
			asked);
		if (!answered(asked, publisher))
			return false;
		if (asked->err != ZN_ERR_OK)
			return false;
		struct zn_history_page page = asked->history;
		for (uint32_t i = 0; i < page.count; i++, seen++) {
			if (page.entries[i].height <= publisher->begun_height)
				return true;
			zn_asked_begin(asked, publisher);
			zn_ledger_get_tx(&asked->call, publisher->ledger, &page.entries[i].tx, 0,
				zn_asked_answer, asked);
			if (!answered(asked, publisher) || asked->err != ZN_ERR_OK)
				return false;
			if (asked->tx.code == ZN_LEDGER_OK)
				fn(user, &asked->tx);
		}
		if (page.next.bytes == 0 || page.count == 0)
			return true;
		query.after = page.next;
	}
	return true;
}

static void max_of(struct zn_amount *amount, struct zn_amount other)
{
	if (zn_amount_compare(other, *amount) > 0)
		*amount = other;
}

/* The worker's side: redeemed and closed. */
static void on_payee_tx(void *user, const struct zn_ledger_tx *tx)
{
	struct zn_settle_line *line = user;
	const struct zn_hash *id = &line->peer->deal.channel_id;
	const struct zn_transaction *transaction = &tx->transaction;
	if (transaction->kind == ZN_TX_REDEEM &&
		zn_hash_equal(&transaction->body.redeem.voucher.channel_id, id))
		max_of(&line->earned, transaction->body.redeem.voucher.paid);
	if (transaction->kind != ZN_TX_CLOSE ||
		!zn_hash_equal(&transaction->body.close.channel_id, id))
		return;
	line->closed_height = tx->height;
	if (transaction->body.close.has_voucher)
		max_of(&line->earned, transaction->body.close.voucher.voucher.paid);
}

struct own_walk {
	struct zn_publisher *publisher;
	struct zn_settlement *settlement;
};

static struct zn_settle_line *line_of(struct zn_settlement *settlement, const struct zn_hash *id)
{
	for (uint32_t i = 0; i < settlement->lines_count; i++)
		if (zn_hash_equal(&settlement->lines[i].peer->deal.channel_id, id))
			return &settlement->lines[i];
	return NULL;
}

static void add(struct zn_amount *sum, struct zn_amount amount)
{
	/* Amounts of the ledger: their sum is within the supply. */
	if (!zn_amount_add(sum, *sum, amount))
		*sum = ZN_AMOUNT_ZERO;
}

static bool own_open(struct own_walk *own, const struct zn_transaction *transaction)
{
	bool ours = true;
	for (uint32_t i = 0; i < transaction->body.open.count; i++) {
		struct zn_hash id;
		zn_channel_id(&id, &own->publisher->job.chain, &own->publisher->account,
			transaction->nonce, i);
		struct zn_settle_line *line = line_of(own->settlement, &id);
		if (line != NULL)
			add(&line->deposit, transaction->body.open.openings[i].deposit);
		ours = ours && line != NULL;
	}
	return ours;
}

/* A worker that is paid from a channel of this job: the rest of it comes back to us with that. */
static bool is_payout(const struct own_walk *own, const struct zn_transaction *transaction)
{
	switch (transaction->kind) {
	case ZN_TX_REDEEM:
		return line_of(own->settlement, &transaction->body.redeem.voucher.channel_id) !=
		       NULL;
	case ZN_TX_CLOSE:
		return line_of(own->settlement, &transaction->body.close.channel_id) != NULL;
	default:
		return false;
	}
}

static void on_own_tx(void *user, const struct zn_ledger_tx *tx)
{
	struct own_walk *own = user;
	const struct zn_transaction *transaction = &tx->transaction;
	struct zn_settle_line *line = NULL;
	struct zn_account sender;
	bool ours = false;
	zn_account_of(&sender, &transaction->sender);
	if (!zn_account_equal(&sender, &own->publisher->account)) {
		own->settlement->foreign = own->settlement->foreign || !is_payout(own, transaction);
		return;
	}
	add(&own->settlement->fees, transaction->fee);
	switch (transaction->kind) {
	case ZN_TX_ANNOUNCE:
		ours = zn_hash_equal(&transaction->body.announce.job_hash,
			&own->publisher->job.job_hash);
		break;
	case ZN_TX_WITHDRAW:
		ours = true; /* moves nothing but its fee, which is counted */
		break;
	case ZN_TX_OPEN:
		ours = own_open(own, transaction);
		break;
	case ZN_TX_TOP_UP:
		line = line_of(own->settlement, &transaction->body.top_up.channel_id);
		if (line != NULL)
			add(&line->deposit, transaction->body.top_up.amount);
		ours = line != NULL;
		break;
	case ZN_TX_REQUEST_CLOSE:
		line = line_of(own->settlement, &transaction->body.request_close.channel_id);
		if (line != NULL)
			max_of(&line->earned, transaction->body.request_close.paid);
		ours = line != NULL;
		break;
	case ZN_TX_REFUND:
		line = line_of(own->settlement, &transaction->body.refund);
		if (line != NULL)
			line->closed_height = tx->height;
		ours = line != NULL;
		break;
	default:
		break;
	}
	own->settlement->foreign = own->settlement->foreign || !ours;
}

static bool line_read(struct zn_settle_line *line, struct zn_asked *asked,
	struct zn_publisher *publisher)
{
	zn_account_of(&line->payee, &line->peer->deal.worker_key);
	line->signed_away = zn_publisher_deal_paid(&line->peer->deal);
	if (!walk(publisher, asked, &line->payee, on_payee_tx, line))
		return false;
	zn_asked_begin(asked, publisher);
	zn_ledger_get_channel(&asked->call, publisher->ledger, &line->peer->deal.channel_id, 0,
		zn_asked_answer, asked);
	if (!answered(asked, publisher))
		return false;
	if (asked->err == ZN_ERR_NOT_FOUND)
		return true;
	if (asked->err != ZN_ERR_OK)
		return false;
	line->closing = true;
	line->earned = asked->channel.redeemed;
	if (asked->channel.closing)
		zn_channel_refund_from(&line->refund_s, &line->refund_height, &asked->channel);
	return true;
}

static void line_finish(struct zn_settlement *settlement, struct zn_settle_line *line)
{
	struct zn_amount rest = ZN_AMOUNT_ZERO;
	/* A worker may leave what we signed on the table; it can never get more. */
	line->good = zn_amount_compare(line->earned, line->signed_away) <= 0 &&
		     zn_amount_sub(&rest, line->deposit, line->earned) &&
		     (line->closing || line->closed_height > 0);
	if (line->closing)
		add(&settlement->waiting, rest);
	else
		line->returned = rest;
	add(&settlement->deposits, line->deposit);
	add(&settlement->earned, line->earned);
	add(&settlement->returned, line->returned);
}

static bool sums_read(struct zn_settlement *settlement, struct zn_asked *asked,
	struct zn_publisher *publisher)
{
	struct zn_amount sum = ZN_AMOUNT_ZERO;
	zn_asked_begin(asked, publisher);
	zn_ledger_get_account(&asked->call, publisher->ledger, &publisher->account, zn_asked_answer,
		asked);
	if (!answered(asked, publisher) || asked->err != ZN_ERR_OK)
		return false;
	settlement->balance = asked->account.balance;
	zn_asked_begin(asked, publisher);
	zn_ledger_get_supply(&asked->call, publisher->ledger, zn_asked_answer, asked);
	if (!answered(asked, publisher) || asked->err != ZN_ERR_OK)
		return false;
	settlement->supply = asked->supply;
	add(&sum, asked->supply.balances);
	add(&sum, asked->supply.deposits);
	add(&sum, asked->supply.bonds);
	add(&sum, asked->supply.stakes);
	add(&sum, asked->supply.fee_pool);
	settlement->supply_good = zn_amount_compare(sum, asked->supply.supply) == 0;
	return true;
}

bool zn_settlement_read(struct zn_settlement *settlement, struct zn_publisher *publisher)
{
	struct own_walk own = {publisher, settlement};
	struct zn_amount sum;
	memset(settlement, 0, sizeof *settlement);
	struct zn_asked *asked = calloc(1, sizeof *asked);
	settlement->lines = calloc(publisher->peers_count + 1u, sizeof settlement->lines[0]);
	bool good = asked != NULL && settlement->lines != NULL;
	for (uint16_t i = 0; good && i < publisher->peers_count; i++) {
		struct zn_peer *peer = publisher->peers[i];
		if (peer == NULL || zn_hash_is_zero(&peer->deal.channel_id))
			continue;
		struct zn_settle_line *line = &settlement->lines[settlement->lines_count++];
		line->peer = peer;
		/* What a refused worker delivered is not in the result, nor are its checks in the bound. */
		if (peer->deal.stage != ZN_PUBLISHER_REFUSED)
			settlement->items_checked += peer->deal.items_checked;
		settlement->workers_refused += peer->deal.stage == ZN_PUBLISHER_REFUSED;
		good = line_read(line, asked, publisher);
	}
	good = good && walk(publisher, asked, &publisher->account, on_own_tx, &own) &&
	       sums_read(settlement, asked, publisher);
	for (uint32_t i = 0; i < settlement->lines_count; i++)
		line_finish(settlement, &settlement->lines[i]);
	sum = settlement->balance;
	add(&sum, settlement->earned);
	add(&sum, settlement->waiting);
	add(&sum, settlement->fees);
	settlement->balance_good = zn_amount_compare(sum, publisher->balance_before) == 0;
	settlement->accepted = zn_chunk_table_accepted(publisher->job.table);
	settlement->chunks = publisher->plan.chunks;
	settlement->counted = publisher->plan.manifest.counter_at != ZN_COUNTER_NONE;
	settlement->units = publisher->units;
	settlement->read = good;
	if (!good)
		zn_publisher_trouble(publisher, "the settlement cannot be read back: %s",
			asked != NULL ? asked->detail.text : "out of memory");
	free(asked);
	return good;
}

void zn_settlement_finish(struct zn_settlement *settlement)
{
	free(settlement->lines);
	settlement->lines = NULL;
}

bool zn_settlement_good(const struct zn_settlement *settlement)
{
	bool good = settlement->supply_good && (settlement->foreign || settlement->balance_good);
	for (uint32_t i = 0; i < settlement->lines_count; i++)
		good = good && settlement->lines[i].good;
	return good;
}
