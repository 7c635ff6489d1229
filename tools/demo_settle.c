/* tools/demo_settle.c - reads the demo's deals back from the ledger and adds them up.
 *
 * Knows nothing but accounts: what was deposited, paid, returned and charged follows from the
 * transactions in blocks, and is compared with the balances, with the supply, and with what the
 * publisher says it accepted. Exits with 1 when any line does not add up.
 */
#include "tools/ask.h"
#include "tools/commands.h"
#include "tools/demo_parts.h"

#include "io/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define CHANNELS_MAX 64 /* a demo opens a handful */
#define TXS_MAX      512
#define AMOUNT(zat)  zn_amount_text((char[ZN_AMOUNT_TEXT_BYTES]){0}, (struct zn_amount){zat})

struct deal {
	struct zn_hash id;
	struct zn_account payee;
	uint64_t deposit_zat, paid_zat;
	uint64_t ended_height; /* 0: still open */
};

struct party {
	const char *name;
	struct zn_account account;
	uint64_t in_zat, out_zat, fees_zat; /* transfers, and fees of what it sent */
	uint64_t balance_zat;
};

struct sums {
	struct zn_ask *ask;
	struct zn_chain_id chain;
	struct deal deals[CHANNELS_MAX];
	size_t deals_count;
	struct party publisher, operator, workers[ZN_DEMO_WORKERS_MAX];
	size_t workers_count;
	bool wrong;
	struct zn_complaint complaint;
};

static struct deal *deal_find(struct sums *sums, const struct zn_hash *id)
{
	for (size_t i = 0; i < sums->deals_count; i++)
		if (zn_hash_equal(&sums->deals[i].id, id))
			return &sums->deals[i];
	return NULL;
}

static void grow(uint64_t *paid_zat, struct zn_amount amount)
{
	if (amount.zat > *paid_zat)
		*paid_zat = amount.zat;
}

static void take_open(struct sums *sums, const struct zn_transaction *tx,
	const struct zn_account *sender)
{
	for (uint32_t i = 0; i < tx->body.open.count && sums->deals_count < CHANNELS_MAX; i++) {
		struct deal *deal = &sums->deals[sums->deals_count++];
		memset(deal, 0, sizeof *deal);
		zn_channel_id(&deal->id, &sums->chain, sender, tx->nonce, i);
		deal->payee = tx->body.open.openings[i].payee;
		deal->deposit_zat = tx->body.open.openings[i].deposit.zat;
	}
}

static void take_channel(struct sums *sums, const struct zn_transaction *tx, uint64_t height)
{
	const struct zn_tx_close *close = &tx->body.close;
	struct deal *deal;

	switch (tx->kind) {
	case ZN_TX_TOP_UP:
		deal = deal_find(sums, &tx->body.top_up.channel_id);
		if (deal != NULL)
			deal->deposit_zat += tx->body.top_up.amount.zat;
		break;
	case ZN_TX_REDEEM:
		deal = deal_find(sums, &tx->body.redeem.voucher.channel_id);
		if (deal != NULL)
			grow(&deal->paid_zat, tx->body.redeem.voucher.paid);
		break;
	case ZN_TX_CLOSE:
		deal = deal_find(sums, &close->channel_id);
		if (deal != NULL && close->has_voucher)
			grow(&deal->paid_zat, close->voucher.voucher.paid);
		if (deal != NULL)
			deal->ended_height = height;
		break;
	case ZN_TX_REQUEST_CLOSE:
		deal = deal_find(sums, &tx->body.request_close.channel_id);
		if (deal != NULL)
			grow(&deal->paid_zat, tx->body.request_close.paid);
		break;
	case ZN_TX_REFUND:
		deal = deal_find(sums, &tx->body.refund);
		if (deal != NULL)
			deal->ended_height = height;
		break;
	default:
		break;
	}
}

static void take(struct sums *sums, struct party *party, const struct zn_ledger_tx *ledger_tx)
{
	const struct zn_transaction *tx = &ledger_tx->transaction;
	const struct zn_tx_transfer *transfer = &tx->body.transfer;
	struct zn_account sender;

	if (ledger_tx->code != ZN_LEDGER_OK)
		return;
	zn_account_of(&sender, &tx->sender);
	bool own = zn_account_equal(&sender, &party->account);
	if (own)
		party->fees_zat += tx->fee.zat;
	if (tx->kind == ZN_TX_TRANSFER) {
		if (own)
			party->out_zat += transfer->amount.zat;
		if (zn_account_equal(&transfer->to, &party->account))
			party->in_zat += transfer->amount.zat;
	} else if (tx->kind == ZN_TX_OPEN && own) {
		take_open(sums, tx, &sender);
	} else if (own) {
		take_channel(sums, tx, ledger_tx->height);
	}
}

/* All transactions of one account, oldest first: a top-up comes after its opening. */
static bool read_party(struct sums *sums, struct party *party)
{
	static struct zn_hash ids[TXS_MAX];
	struct zn_history_query query = {.account = party->account, .limit = ZN_PAGE_ENTRIES_MAX};
	size_t count = 0;

	do {
		zn_ledger_list_history(NULL, sums->ask->ledger, &query, zn_ask_answer, sums->ask);
		if (!zn_ask_wait(&sums->complaint, sums->ask))
			return false;
		const struct zn_history_page *page = sums->ask->answer.history;
		for (uint32_t i = 0; i < page->count && count < TXS_MAX; i++)
			ids[count++] = page->entries[i].tx;
		query.after = page->next;
	} while (query.after.bytes > 0 && count < TXS_MAX);
	while (count > 0) {
		zn_ledger_get_tx(NULL, sums->ask->ledger, &ids[--count], 0, zn_ask_answer,
			sums->ask);
		if (!zn_ask_wait(&sums->complaint, sums->ask))
			return false;
		take(sums, party, sums->ask->answer.tx);
	}
	zn_ledger_get_account(NULL, sums->ask->ledger, &party->account, zn_ask_answer, sums->ask);
	if (!zn_ask_wait(&sums->complaint, sums->ask))
		return false;
	party->balance_zat = sums->ask->answer.account->balance.zat;
	return true;
}

/* "= what it must be": the sums are of amounts of one supply, so they cannot overflow. */
static void line(struct sums *sums, const char *what, uint64_t zat, uint64_t expected_zat)
{
	bool same = zat == expected_zat;

	printf("  %-44s %22s  %s\n", what, AMOUNT(zat), same ? "adds up" : "DOES NOT ADD UP");
	if (!same) {
		printf("  %-44s %22s\n", "  expected", AMOUNT(expected_zat));
		sums->wrong = true;
	}
}

struct claim {
	uint64_t chunks, items;
	uint64_t paid_zat;
	bool there;
};

/* What the publisher says of one worker: found by account, summed over its deals. It may have signed
 * more than was taken: a worker that is killed loses the voucher that was on its way. */
static struct claim claim_of(const struct zn_json *job, const struct zn_account *account)
{
	const struct zn_json *peers = job != NULL ? zn_json_get(job, "workers") : NULL;
	char wanted[ZN_ACCOUNT_TEXT_BYTES];
	struct claim claim = {0};

	zn_account_text(wanted, account);
	for (size_t i = 0; peers != NULL && i < zn_json_count(peers); i++) {
		const struct zn_json *peer = zn_json_at(peers, i);
		const char *text;
		uint64_t value;
		if (!zn_json_string(&text, zn_json_get(peer, "account")) ||
			strcmp(text, wanted) != 0)
			continue;
		claim.there = true;
		if (zn_json_u64(&value, zn_json_get(peer, "accepted")))
			claim.chunks += value;
		if (zn_json_u64(&value, zn_json_get(peer, "items_checked")))
			claim.items += value;
		if (zn_json_u64(&value, zn_json_get(peer, "paid_zat")))
			claim.paid_zat += value;
	}
	return claim;
}

static void show_workers(struct sums *sums, const struct zn_json *job, uint64_t *chunks)
{
	printf("\n  %-8s %7s %14s %18s  %s\n", "worker", "chunks", "items checked", "earned",
		"channel closed");
	for (size_t i = 0; i < sums->workers_count; i++) {
		const struct party *worker = &sums->workers[i];
		struct claim claim = claim_of(job, &worker->account);
		uint64_t earned_zat = 0;
		*chunks += claim.chunks;
		for (size_t j = 0; j < sums->deals_count; j++)
			if (zn_account_equal(&sums->deals[j].payee, &worker->account))
				earned_zat += sums->deals[j].paid_zat;
		printf("  %-8s %7" PRIu64 " %14" PRIu64 " %18s ", worker->name, claim.chunks,
			claim.items, AMOUNT(earned_zat));
		for (size_t j = 0; j < sums->deals_count; j++) {
			const struct deal *deal = &sums->deals[j];
			if (!zn_account_equal(&deal->payee, &worker->account))
				continue;
			if (deal->ended_height > 0)
				printf(" at height %" PRIu64, deal->ended_height);
			else
				printf(" not yet");
		}
		putchar('\n');
		if (claim.there && claim.paid_zat < earned_zat) {
			printf("  %-8s the publisher signed for %s only: DOES NOT ADD UP\n", "",
				AMOUNT(claim.paid_zat));
			sums->wrong = true;
		}
	}
}

static void show_publisher(struct sums *sums)
{
	const struct party *publisher = &sums->publisher;
	uint64_t deposits_zat = 0, spent_zat = 0, returned_zat = 0, locked_zat = 0;

	for (size_t i = 0; i < sums->deals_count; i++) {
		const struct deal *deal = &sums->deals[i];
		deposits_zat += deal->deposit_zat;
		spent_zat += deal->paid_zat;
		if (deal->ended_height > 0)
			returned_zat += deal->deposit_zat - deal->paid_zat;
		else
			locked_zat += deal->deposit_zat - deal->paid_zat;
	}
	printf("\n  %-44s %22s\n", "publisher: deposits", AMOUNT(deposits_zat));
	printf("  %-44s %22s\n", "publisher: spent on work", AMOUNT(spent_zat));
	printf("  %-44s %22s\n", "publisher: returned from closed channels", AMOUNT(returned_zat));
	if (locked_zat > 0)
		printf("  %-44s %22s\n", "publisher: in channels that are still open",
			AMOUNT(locked_zat));
	line(sums, "deposits = spent + returned + open", deposits_zat,
		spent_zat + returned_zat + locked_zat);
	line(sums, "publisher's balance = funds - deposits + returned",
		publisher->balance_zat + publisher->fees_zat + publisher->out_zat,
		publisher->in_zat - deposits_zat + returned_zat);
}

static void show_balances(struct sums *sums)
{
	for (size_t i = 0; i < sums->workers_count; i++) {
		const struct party *worker = &sums->workers[i];
		uint64_t earned_zat = 0;
		char what[64];
		for (size_t j = 0; j < sums->deals_count; j++)
			if (zn_account_equal(&sums->deals[j].payee, &worker->account))
				earned_zat += sums->deals[j].paid_zat;
		snprintf(what, sizeof what, "%.16s's balance + its fees = earned", worker->name);
		line(sums, what, worker->balance_zat + worker->fees_zat + worker->out_zat,
			worker->in_zat + earned_zat);
	}
}

static bool show_supply(struct sums *sums)
{
	uint64_t fees_zat = sums->publisher.fees_zat + sums->operator.fees_zat;

	for (size_t i = 0; i < sums->workers_count; i++)
		fees_zat += sums->workers[i].fees_zat;
	zn_ledger_get_supply(NULL, sums->ask->ledger, zn_ask_answer, sums->ask);
	if (!zn_ask_wait(&sums->complaint, sums->ask))
		return false;
	const struct zn_supply *supply = sums->ask->answer.supply;
	line(sums, "fees of all transactions = fee pool", supply->fee_pool.zat, fees_zat);
	line(sums, "supply before = after (all five parts)",
		supply->balances.zat + supply->deposits.zat + supply->bonds.zat +
			supply->stakes.zat + supply->fee_pool.zat,
		ZN_SUPPLY_XEN * ZN_ZAT_PER_XEN);
	return true;
}

static bool open_party(struct sums *sums, struct party *party, const struct zn_demo_named *named)
{
	party->name = named->name != NULL ? named->name : "?";
	if (named->value == NULL || !zn_account_parse(&party->account, named->value))
		return zn_complain(&sums->complaint, "%s has no account", party->name);
	return true;
}

static bool read_ledger(struct sums *sums, const struct zn_demo_options *options)
{
	zn_ledger_get_params(NULL, sums->ask->ledger, zn_ask_answer, sums->ask);
	if (!zn_ask_wait(&sums->complaint, sums->ask))
		return false;
	sums->chain = sums->ask->answer.params->chain;
	if (!open_party(sums, &sums->publisher, &options->publisher) ||
		!open_party(sums, &sums->operator, & options->operator) ||
		!read_party(sums, &sums->operator) || !read_party(sums, &sums->publisher))
		return false;
	for (size_t i = 0; i < options->workers_count; i++) {
		struct party *worker = &sums->workers[sums->workers_count++];
		if (!open_party(sums, worker, &options->workers[i]) || !read_party(sums, worker))
			return false;
	}
	return true;
}

int zn_demo_settle(const struct zn_demo_options *options)
{
	static struct sums sums;
	struct zn_json *job = zn_demo_json(options->job);
	uint64_t chunks = 0, wanted = 0;

	sums.ask = zn_ask_open(&sums.complaint, options->ledger);
	bool read = sums.ask != NULL && read_ledger(&sums, options);
	if (read) {
		show_workers(&sums, job, &chunks);
		show_publisher(&sums);
		show_balances(&sums);
		read = show_supply(&sums);
	}
	if (job != NULL && zn_json_u64(&wanted, zn_json_get(job, "chunks")) && chunks != wanted) {
		printf("  %" PRIu64 " chunks of %" PRIu64 " are accounted for: DOES NOT ADD UP\n",
			chunks, wanted);
		sums.wrong = true;
	}
	zn_json_destroy(job);
	zn_ask_close(sums.ask);
	if (!read)
		return zn_command_fail(ZN_EXIT_FAILED, "settle", "%s", sums.complaint.text);
	return sums.wrong ? ZN_EXIT_FAILED : ZN_EXIT_OK;
}
