#include "publisher/money.h"

#include "core/assert.h"
#include "io/clock.h"
#include "io/log.h"
#include "publisher/inside.h"

#include <stdlib.h>
#include <string.h>

/* --- time --- */

void zn_money_learn(struct zn_money *money, uint64_t height, uint64_t time_s)
{
	if (money->time_known && height <= money->height) /* that block is older now */
		return;
	money->time_known = true;
	money->height = height;
	money->time_s = time_s;
	money->heard_ns = zn_clock_monotonic_ns();
}

uint64_t zn_money_now_s(struct zn_money *money)
{
	uint64_t now_s = money->time_s + (zn_clock_monotonic_ns() - money->heard_ns) / ZN_SECOND_NS;
	if (money->time_known && now_s > money->told_s)
		money->told_s = now_s;
	return money->told_s;
}

static void look(void *user);

static void on_status(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_money *money = user;
	money->looking = false;
	if (answer->err == ZN_ERR_OK)
		zn_money_learn(money, answer->status->height, answer->status->time_s);
	zn_timer_start(&money->look, money->publisher->loop, ZN_LEDGER_LOOK_MS, look, money);
}

static void look(void *user)
{
	struct zn_money *money = user;
	money->looking = true;
	zn_ledger_get_status(NULL, money->publisher->ledger, on_status, money);
}

void zn_money_start(struct zn_money *money, struct zn_publisher *publisher)
{
	money->publisher = publisher;
	zn_timer_start(&money->look, publisher->loop, ZN_LEDGER_LOOK_MS, look, money);
}

/* --- opening --- */

static void pump(void *user);
static void search(void *user);

static void opened(struct zn_money *money, uint16_t peer_number, const struct zn_hash *channel_id)
{
	struct zn_peer *peer = money->publisher->peers[peer_number];
	struct zn_publisher_event event = {
		.kind = channel_id != NULL ? ZN_PUBLISHER_OPENED : ZN_PUBLISHER_OPEN_FAILED};
	ZN_ASSERT(peer != NULL && peer->deal.stage == ZN_PUBLISHER_OPENING);
	if (channel_id != NULL)
		event.channel_id = *channel_id;
	zn_peer_step(money->publisher, peer, &event, NULL);
}

static void search_later(struct zn_money *money)
{
	zn_timer_start(&money->search, money->publisher->loop, ZN_LEDGER_RETRY_MS, search, money);
}

static void lose(struct zn_money *money, uint16_t peer_number)
{
	ZN_ASSERT(money->lost_count < ZN_PEERS_MAX);
	money->lost[money->lost_count++] = peer_number;
	if (!money->searching)
		search_later(money);
	money->searching = true;
}

static void on_opened(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_money *money = user;
	struct zn_publisher *publisher = money->publisher;
	uint32_t count = money->batch_count;
	bool known = answer->err == ZN_ERR_OK;
	money->sends--;
	money->batch_count = 0;
	if (!known) /* it may be in a block or not: the ledger will tell */
		zn_log(ZN_LOG_WARN, "publisher", "opening a channel: %s", answer->detail);
	else if (answer->refusal != ZN_LEDGER_OK)
		zn_show_line(publisher, "the ledger refuses to open a channel: %s", answer->detail);
	for (uint32_t i = 0; i < count && !known; i++)
		lose(money, money->batch[i]);
	for (uint32_t i = 0; i < count && known; i++) {
		struct zn_hash id;
		zn_channel_id(&id, &publisher->job.chain, &publisher->account, answer->nonce, i);
		opened(money, money->batch[i], answer->refusal == ZN_LEDGER_OK ? &id : NULL);
	}
	zn_timer_start(&money->pump, publisher->loop, 0, pump, money);
}

static void pump(void *user)
{
	struct zn_money *money = user;
	struct zn_publisher *publisher = money->publisher;
	if (money->batch_count > 0 || money->wishes_count == 0)
		return;
	struct zn_transaction *draft = calloc(1, sizeof *draft);
	ZN_ASSERT(draft != NULL);
	draft->kind = ZN_TX_OPEN;
	draft->valid_until_s = zn_money_now_s(money) + ZN_OPENING_VALID_S;
	while (money->batch_count < ZN_CHANNELS_PER_TX_MAX &&
		money->batch_count < money->wishes_count) {
		uint16_t number = money->wishes[money->batch_count];
		const struct zn_publisher_deal *deal = &publisher->peers[number]->deal;
		struct zn_tx_opening *opening = &draft->body.open.openings[money->batch_count];
		money->batch[money->batch_count++] = number;
		zn_account_of(&opening->payee, &deal->worker_key);
		opening->terms_hash = deal->terms_hash;
		opening->deposit = deal->deposit;
		opening->grace_s = deal->terms.grace_s;
		publisher->peers[number]->opening_until_s = draft->valid_until_s;
	}
	draft->body.open.count = money->batch_count;
	money->wishes_count -= money->batch_count;
	memmove(money->wishes, money->wishes + money->batch_count,
		money->wishes_count * sizeof money->wishes[0]);
	money->sends++;
	zn_ledger_send(NULL, publisher->ledger, &publisher->key, draft, ZN_LEDGER_SEND_MS,
		on_opened, money);
	free(draft);
}

void zn_money_open(struct zn_money *money, struct zn_peer *peer)
{
	ZN_ASSERT(money->wishes_count < ZN_PEERS_MAX);
	money->wishes[money->wishes_count++] = peer->deal.peer;
	zn_timer_start(&money->pump, money->publisher->loop, 0, pump, money);
}

/* --- looking for channels whose opening nobody confirmed --- */

static void found(struct zn_money *money, uint32_t place, const struct zn_hash *channel_id)
{
	uint16_t number = money->lost[place];
	money->lost[place] = money->lost[--money->lost_count];
	opened(money, number, channel_id);
}

static void search_page(struct zn_money *money, const struct zn_channel_page *page)
{
	struct zn_publisher *publisher = money->publisher;
	for (uint32_t c = 0; c < page->count; c++)
		for (uint32_t i = money->lost_count; i-- > 0;)
			if (zn_hash_equal(&page->channels[c].terms_hash,
				    &publisher->peers[money->lost[i]]->deal.terms_hash))
				found(money, i, &page->channels[c].id);
}

static void search_ended(struct zn_money *money)
{
	struct zn_publisher *publisher = money->publisher;
	for (uint32_t i = money->lost_count; i-- > 0;)
		if (money->searched_s > publisher->peers[money->lost[i]]->opening_until_s)
			found(money, i, NULL);
	money->searching = money->lost_count > 0;
	if (money->searching)
		search_later(money);
}

static void ask_page(struct zn_money *money, const struct zn_page_cursor *after);

static void on_channels(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_money *money = user;
	if (answer->err != ZN_ERR_OK) {
		search_later(money);
		return;
	}
	struct zn_page_cursor next = answer->channels->next;
	search_page(money, answer->channels);
	if (money->lost_count > 0 && next.bytes > 0)
		ask_page(money, &next);
	else
		search_ended(money);
}

static void ask_page(struct zn_money *money, const struct zn_page_cursor *after)
{
	struct zn_channels_query query = {.account = money->publisher->account,
		.role = ZN_ROLE_PAYER,
		.limit = ZN_PAGE_ENTRIES_MAX};
	if (after != NULL)
		query.after = *after;
	zn_ledger_list_channels(NULL, money->publisher->ledger, &query, on_channels, money);
}

static void search(void *user)
{
	struct zn_money *money = user;
	money->searched_s = money->time_s;
	ask_page(money, NULL);
}

void zn_money_search(struct zn_money *money, struct zn_peer *peer)
{
	/* Sent before now, by the clock of then: a block's age may be between the two. */
	peer->opening_until_s = zn_money_now_s(money) + ZN_OPENING_VALID_S + ZN_BLOCK_IDLE_S;
	lose(money, peer->deal.peer);
}

/* --- one channel: topping up, closing, looking --- */

struct zn_errand {
	struct zn_errand *next, *before;
	struct zn_money *money;
	struct zn_peer *peer; /* it has a channel, so it stays */
	struct zn_amount amount;
	struct zn_timer timer;
};

static struct zn_errand *errand_create(struct zn_money *money, struct zn_peer *peer,
	struct zn_amount amount)
{
	struct zn_errand *errand = calloc(1, sizeof *errand);
	ZN_ASSERT(errand != NULL);
	*errand = (struct zn_errand){.money = money, .peer = peer, .amount = amount};
	errand->next = money->errands;
	if (errand->next != NULL)
		errand->next->before = errand;
	money->errands = errand;
	money->sends++;
	return errand;
}

static void errand_end(struct zn_errand *errand)
{
	struct zn_money *money = errand->money;
	money->sends--;
	if (errand->before != NULL)
		errand->before->next = errand->next;
	else
		money->errands = errand->next;
	if (errand->next != NULL)
		errand->next->before = errand->before;
	zn_timer_stop(&errand->timer);
	free(errand);
}

static void topped_up(struct zn_errand *errand, bool good)
{
	struct zn_money *money = errand->money;
	struct zn_peer *peer = errand->peer;
	struct zn_publisher_event event = {.kind = ZN_PUBLISHER_TOPPED_UP, .good = good};
	errand_end(errand);
	zn_peer_step(money->publisher, peer, &event, NULL);
	if (good)
		zn_store_deal(&money->publisher->store, &peer->deal, peer->stored_stage);
}

static void read_deposit(void *user);

static void on_deposit(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_errand *errand = user;
	struct zn_amount wanted;
	if (answer->err != ZN_ERR_OK && answer->err != ZN_ERR_NOT_FOUND) {
		zn_timer_start(&errand->timer, errand->money->publisher->loop, ZN_LEDGER_RETRY_MS,
			read_deposit, errand);
		return;
	}
	topped_up(errand,
		answer->err == ZN_ERR_OK &&
			zn_amount_add(&wanted, errand->peer->deal.deposit, errand->amount) &&
			zn_amount_compare(answer->channel->deposit, wanted) >= 0);
}

static void read_deposit(void *user)
{
	struct zn_errand *errand = user;
	zn_ledger_get_channel(NULL, errand->money->publisher->ledger,
		&errand->peer->deal.channel_id, 0, on_deposit, errand);
}

static void on_topped_up(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_errand *errand = user;
	if (answer->err == ZN_ERR_OK)
		topped_up(errand, answer->refusal == ZN_LEDGER_OK);
	else
		read_deposit(errand);
}

void zn_money_top_up(struct zn_money *money, struct zn_peer *peer, struct zn_amount amount)
{
	struct zn_errand *errand = errand_create(money, peer, amount);
	struct zn_transaction draft;
	memset(&draft, 0, sizeof draft);
	draft.kind = ZN_TX_TOP_UP;
	draft.body.top_up.channel_id = peer->deal.channel_id;
	draft.body.top_up.amount = amount;
	zn_ledger_send(NULL, money->publisher->ledger, &money->publisher->key, &draft,
		ZN_LEDGER_SEND_MS, on_topped_up, errand);
}

static void send_close(void *user);

static void on_close_requested(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_errand *errand = user;
	if (answer->err != ZN_ERR_OK) { /* asking twice changes nothing */
		zn_timer_start(&errand->timer, errand->money->publisher->loop, ZN_LEDGER_RETRY_MS,
			send_close, errand);
		return;
	}
	if (answer->refusal == ZN_LEDGER_NO_CHANNEL)
		zn_peer_gone(errand->money->publisher, errand->peer);
	else if (answer->refusal != ZN_LEDGER_OK && answer->refusal != ZN_LEDGER_CLOSING)
		zn_log(ZN_LOG_WARN, "publisher", "requesting a close: %s", answer->detail);
	errand_end(errand);
}

static void send_close(void *user)
{
	struct zn_errand *errand = user;
	struct zn_transaction draft;
	memset(&draft, 0, sizeof draft);
	draft.kind = ZN_TX_REQUEST_CLOSE;
	draft.body.request_close.channel_id = errand->peer->deal.channel_id;
	draft.body.request_close.paid = errand->amount;
	zn_ledger_send(NULL, errand->money->publisher->ledger, &errand->money->publisher->key,
		&draft, ZN_LEDGER_SEND_MS, on_close_requested, errand);
}

void zn_money_request_close(struct zn_money *money, struct zn_peer *peer, struct zn_amount amount)
{
	if (peer->close_requested)
		return;
	peer->close_requested = true;
	send_close(errand_create(money, peer, amount));
}

static void on_look(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_errand *errand = user;
	errand->peer->looking = false;
	if (answer->err == ZN_ERR_NOT_FOUND)
		zn_peer_gone(errand->money->publisher, errand->peer);
	else if (answer->err == ZN_ERR_OK && answer->channel->closing)
		errand->peer->close_requested = true;
	errand_end(errand);
}

void zn_money_look(struct zn_money *money, struct zn_peer *peer)
{
	if (peer->looking || peer->gone)
		return;
	peer->looking = true;
	zn_ledger_get_channel(NULL, money->publisher->ledger, &peer->deal.channel_id, 0, on_look,
		errand_create(money, peer, ZN_AMOUNT_ZERO));
}

void zn_money_finish(struct zn_money *money)
{
	zn_timer_stop(&money->look);
	zn_timer_stop(&money->search);
	zn_timer_stop(&money->pump);
	while (money->errands != NULL)
		errand_end(money->errands);
}
