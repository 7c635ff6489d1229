/* publisher/sweep.c - `zennet job settle`: close and collect what jobs that do not run left open. */
#include "io/keyfile.h"
#include "publisher/ask.h"
#include "publisher/inside.h"

#include <stdlib.h>
#include <string.h>

#define ASK_MS 15000

struct sweep {
	struct zn_publisher *publisher; /* only its loop, clients and key are used */
	struct zn_asked *asked;
	uint32_t refunded, requested, waiting;
	struct zn_amount amount;
	struct zn_hash *lost; /* terms whose opening nobody confirmed */
	uint32_t lost_count, lost_room;
};

static void complain(struct sweep *sweep)
{
	zn_publisher_trouble(sweep->publisher, "--ledger %s: %s",
		sweep->publisher->options.ledger_url,
		sweep->asked->answered ? sweep->asked->detail.text : "the node does not answer");
}

static bool send(struct sweep *sweep, const struct zn_transaction *draft)
{
	struct zn_publisher *publisher = sweep->publisher;
	zn_asked_begin(sweep->asked, publisher);
	zn_ledger_send(&sweep->asked->call, publisher->ledger, &publisher->key, draft,
		ZN_LEDGER_SEND_MS, zn_asked_answer, sweep->asked);
	if (zn_asked_wait(sweep->asked, publisher, 2 * ZN_LEDGER_SEND_MS) &&
		sweep->asked->err == ZN_ERR_OK)
		return true;
	complain(sweep);
	return false;
}

static bool refund(struct sweep *sweep, const struct zn_channel *channel)
{
	struct zn_transaction draft;
	struct zn_amount rest;
	uint64_t from_s, from_height;
	zn_channel_refund_from(&from_s, &from_height, channel);
	if (sweep->publisher->money.time_s < from_s ||
		sweep->publisher->money.height < from_height) {
		sweep->waiting++;
		return true;
	}
	memset(&draft, 0, sizeof draft);
	draft.kind = ZN_TX_REFUND;
	draft.body.refund = channel->id;
	if (!send(sweep, &draft))
		return false;
	if (sweep->asked->refusal == ZN_LEDGER_OK) {
		sweep->refunded++;
		if (!zn_amount_sub(&rest, channel->deposit, channel->redeemed) ||
			!zn_amount_add(&sweep->amount, sweep->amount, rest))
			return false;
	}
	return true;
}

/* The payer's word, `paid` in all. */
static bool close_request(struct sweep *sweep, const struct zn_hash *channel_id,
	struct zn_amount paid)
{
	struct zn_transaction draft;
	memset(&draft, 0, sizeof draft);
	draft.kind = ZN_TX_REQUEST_CLOSE;
	draft.body.request_close.channel_id = *channel_id;
	draft.body.request_close.paid = paid;
	if (!send(sweep, &draft))
		return false;
	sweep->requested += sweep->asked->refusal == ZN_LEDGER_OK;
	return true;
}

/* --- openings that our journals do not know the end of --- */

struct lost_walk {
	struct sweep *sweep;
	struct zn_chain_id chain;
};

static bool on_lost_deal(void *user, struct zn_publisher_deal *deal, enum zn_store_stage stage)
{
	struct lost_walk *walk = user;
	struct sweep *sweep = walk->sweep;
	(void)stage; /* also what was given up: journals of older programs did so too early */
	if (!zn_hash_is_zero(&deal->channel_id))
		return true;
	if (sweep->lost_count == sweep->lost_room) {
		uint32_t room = sweep->lost_room == 0 ? 64 : sweep->lost_room * 2;
		struct zn_hash *grown = realloc(sweep->lost, room * sizeof *grown);
		if (grown == NULL)
			return false;
		sweep->lost = grown;
		sweep->lost_room = room;
	}
	zn_terms_hash(&sweep->lost[sweep->lost_count++], &walk->chain, &deal->terms);
	return true;
}

static void job_lost(void *user, const struct zn_job_home *home)
{
	struct lost_walk walk = {.sweep = user};
	struct zn_store store;
	struct zn_public_key key;
	uint64_t order;
	char chain[ZN_CHAIN_ID_BYTES_MAX + 1];
	if (zn_store_open(&store, home) != ZN_ERR_OK) /* it runs, or is damaged */
		return;
	if (zn_store_get(&store, "key", key.bytes, sizeof key) &&
		zn_public_key_equal(&key, &walk.sweep->publisher->job.publisher_key) &&
		zn_store_get_number(&store, "order", &order) &&
		(order == ZN_ORDER_DONE || order == ZN_ORDER_CANCEL) &&
		zn_store_get_text(&store, "chain", chain, sizeof chain, NULL) &&
		zn_chain_id_make(&walk.chain, chain))
		zn_store_deals(&store, &walk.chain, on_lost_deal, &walk);
	zn_store_close(&store);
}

static bool is_lost(const struct sweep *sweep, const struct zn_channel *channel)
{
	for (uint32_t i = 0; i < sweep->lost_count; i++)
		if (zn_hash_equal(&sweep->lost[i], &channel->terms_hash))
			return true;
	return false;
}

/* --- channels that our journals know --- */

struct known {
	struct sweep *sweep;
	bool good;
};

static void job_sweep(void *user, const struct zn_job_home *home)
{
	struct known *known = user;
	struct sweep *sweep = known->sweep;
	struct zn_publisher *stored = calloc(1, sizeof *stored);
	struct zn_complaint complaint;
	if (stored == NULL)
		return;
	stored->store.outputs_fd = -1;
	/* One that runs, or is another key's, is none of ours now. */
	if (zn_stored_open(stored, home, &complaint) &&
		zn_public_key_equal(&stored->job.publisher_key,
			&sweep->publisher->job.publisher_key) &&
		(stored->job.order == ZN_ORDER_DONE || stored->job.order == ZN_ORDER_CANCEL))
		for (uint16_t i = 0; i < stored->peers_count && known->good; i++) {
			struct zn_peer *peer = stored->peers[i];
			if (peer == NULL || zn_hash_is_zero(&peer->deal.channel_id))
				continue;
			zn_asked_begin(sweep->asked, sweep->publisher);
			zn_ledger_get_channel(&sweep->asked->call, sweep->publisher->ledger,
				&peer->deal.channel_id, 0, zn_asked_answer, sweep->asked);
			if (!zn_asked_wait(sweep->asked, sweep->publisher, ASK_MS) ||
				sweep->asked->err != ZN_ERR_OK || sweep->asked->channel.closing)
				continue;
			known->good = close_request(sweep, &peer->deal.channel_id,
				zn_publisher_deal_paid(&peer->deal));
		}
	zn_stored_close(stored);
	free(stored);
}

/* --- all channels of the account that are closing, or should be --- */

static bool channel_sweep(struct sweep *sweep, const struct zn_channel *channel)
{
	if (channel->closing)
		return refund(sweep, channel);
	return !is_lost(sweep, channel) || close_request(sweep, &channel->id, channel->redeemed);
}

static bool channels_sweep(struct sweep *sweep)
{
	struct zn_publisher *publisher = sweep->publisher;
	struct zn_channels_query query = {.account = publisher->account,
		.role = ZN_ROLE_PAYER,
		.limit = ZN_PAGE_ENTRIES_MAX};
	for (uint32_t seen = 0; seen < ZN_SETTLE_TXS_MAX;) {
		zn_asked_begin(sweep->asked, publisher);
		zn_ledger_list_channels(&sweep->asked->call, publisher->ledger, &query,
			zn_asked_answer, sweep->asked);
		if (!zn_asked_wait(sweep->asked, publisher, ASK_MS) ||
			sweep->asked->err != ZN_ERR_OK) {
			complain(sweep);
			return false;
		}
		struct zn_channel_page page = sweep->asked->channels;
		for (uint32_t i = 0; i < page.count; i++, seen++)
			if (!channel_sweep(sweep, &page.channels[i]))
				return false;
		if (page.next.bytes == 0 || page.count == 0)
			return true;
		query.after = page.next;
	}
	return true;
}

bool zn_refunds_collect(struct zn_publisher *publisher)
{
	struct sweep sweep = {.publisher = publisher, .asked = calloc(1, sizeof *sweep.asked)};
	char amount[ZN_AMOUNT_TEXT_BYTES];
	bool good = sweep.asked != NULL &&
		    zn_job_home_list(job_lost, &sweep, &publisher->trouble) &&
		    channels_sweep(&sweep);
	if (sweep.refunded > 0)
		zn_show_line(publisher, "collected %s from %u channels whose grace is over",
			zn_amount_text(amount, sweep.amount), sweep.refunded);
	free(sweep.lost);
	free(sweep.asked);
	return good;
}

static bool begin(struct sweep *sweep)
{
	struct zn_publisher *publisher = sweep->publisher;
	enum zn_err err = zn_keyfile_read(&publisher->key, publisher->options.key_path);
	if (err != ZN_ERR_OK) {
		zn_publisher_trouble(publisher, "--key %s: %s", publisher->options.key_path,
			zn_err_sentence(err));
		return false;
	}
	zn_public_key_of(&publisher->job.publisher_key, &publisher->key);
	zn_account_of(&publisher->account, &publisher->job.publisher_key);
	err = zn_http_client_create(&publisher->http, publisher->loop);
	if (err == ZN_ERR_OK)
		err = zn_ledger_client_create(&publisher->ledger, publisher->loop, publisher->http,
			publisher->options.ledger_url);
	if (err != ZN_ERR_OK) {
		zn_publisher_trouble(publisher, "--ledger %s: %s", publisher->options.ledger_url,
			zn_err_sentence(err));
		return false;
	}
	if (!zn_ledger_client_home(publisher->ledger, NULL, &publisher->trouble))
		return false;
	zn_asked_begin(sweep->asked, publisher);
	zn_ledger_get_status(&sweep->asked->call, publisher->ledger, zn_asked_answer, sweep->asked);
	if (!zn_asked_wait(sweep->asked, publisher, ASK_MS) || sweep->asked->err != ZN_ERR_OK) {
		complain(sweep);
		return false;
	}
	publisher->money.time_s = sweep->asked->status.time_s;
	publisher->money.height = sweep->asked->status.height;
	return true;
}

static int sweep_run(struct sweep *sweep)
{
	struct zn_publisher *publisher = sweep->publisher;
	struct known known = {.sweep = sweep, .good = true};
	char amount[ZN_AMOUNT_TEXT_BYTES];
	if (!begin(sweep) || !zn_job_home_list(job_sweep, &known, &publisher->trouble) ||
		!known.good || !zn_job_home_list(job_lost, sweep, &publisher->trouble) ||
		!channels_sweep(sweep))
		return 1;
	fprintf(publisher->options.to,
		"%u closes requested, %u channels refunded (%s), %u still in"
		" their grace\n",
		sweep->requested, sweep->refunded, zn_amount_text(amount, sweep->amount),
		sweep->waiting);
	return 0;
}

int zn_publisher_settle_all(const struct zn_publisher_options *options)
{
	struct sweep sweep = {.publisher = calloc(1, sizeof *sweep.publisher),
		.asked = calloc(1, sizeof *sweep.asked)};
	int status = 1;
	if (sweep.publisher != NULL && sweep.asked != NULL &&
		zn_loop_create(&sweep.publisher->loop) == ZN_ERR_OK) {
		sweep.publisher->options = *options;
		status = sweep_run(&sweep);
		if (sweep.publisher->trouble.text[0] != '\0')
			fprintf(stderr, "zennet job: %s\n", sweep.publisher->trouble.text);
		zn_ledger_client_destroy(sweep.publisher->ledger);
		zn_http_client_destroy(sweep.publisher->http);
		zn_loop_destroy(sweep.publisher->loop);
		zn_secret_key_wipe(&sweep.publisher->key);
	}
	free(sweep.lost);
	free(sweep.asked);
	free(sweep.publisher);
	return status;
}
