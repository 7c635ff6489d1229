/* publisher/actions.c - do what a step decided, in its order: journal, then speak. */
#include "core/assert.h"
#include "io/clock.h"
#include "publisher/inside.h"

#include <stdlib.h>
#include <string.h>

#define BINARY "application/octet-stream"

void zn_message_reply(struct zn_http_exchange *exchange, const struct zn_message *message)
{
	uint8_t bytes[ZN_MESSAGE_BYTES_MAX];
	size_t count = zn_message_encode(bytes, sizeof bytes, message);
	zn_http_reply(exchange, 200, BINARY, bytes, count);
}

void zn_refusal_reply(struct zn_http_exchange *exchange, enum zn_deal_refusal refusal)
{
	struct zn_message message;
	memset(&message, 0, sizeof message);
	message.kind = ZN_MESSAGE_REFUSAL;
	message.refusal.refusal = (uint8_t)refusal;
	zn_message_reply(exchange, &message);
}

/* Everything that a step does, while it is done. */
struct doing {
	struct zn_publisher *publisher;
	struct zn_peer *peer;
	struct zn_http_exchange *exchange;
	struct zn_incoming *incoming;
	bool incoming_held; /* it waits for its checks */
	bool verdict;       /* it is answered */
};

/* Nothing is spoken before it is on disk. */
static bool durable(struct zn_publisher *publisher)
{
	if (!publisher->store.dirty && publisher->store.failed == ZN_ERR_OK)
		return true;
	enum zn_err err = zn_store_commit(&publisher->store);
	if (err == ZN_ERR_OK)
		return true;
	zn_publisher_trouble(publisher,
		"the job's journal cannot be written: %s; mend it, then `zennet job run --resume "
		"%s`",
		zn_err_sentence(err), publisher->home.id);
	return false;
}

static void speak(struct doing *doing, struct zn_http_exchange **to,
	const struct zn_message *message)
{
	if (*to == NULL)
		return;
	if (durable(doing->publisher))
		zn_message_reply(*to, message);
	else
		zn_refusal_reply(*to, ZN_DEAL_TROUBLE);
	*to = NULL;
}

static void journal_deal(struct doing *doing, enum zn_store_stage stage)
{
	doing->peer->stored = true;
	doing->peer->stored_stage = stage;
	zn_store_deal(&doing->publisher->store, &doing->peer->deal, stage);
}

static const uint8_t *output_of(const struct doing *doing, uint32_t index, size_t *count)
{
	*count = (size_t)doing->peer->deal.delivery[index].output_bytes;
	return doing->incoming->outputs + doing->incoming->places[index];
}

static void use(struct doing *doing, uint32_t index)
{
	size_t count;
	const uint8_t *bytes = output_of(doing, index, &count);
	const struct zn_statement *statement = &doing->peer->deal.delivery[index];
	zn_store_result(&doing->publisher->store, statement->chunk, doing->peer->deal.peer,
		&statement->output_root, bytes, count, statement->units);
	doing->publisher->units += statement->units;
	if (doing->publisher->units < statement->units)
		doing->publisher->units = UINT64_MAX;
	doing->peer->accepted++;
	if (doing->publisher->accepting_ns == 0)
		doing->publisher->accepting_ns = zn_clock_monotonic_ns();
	/* Checked for plausibility before the verdict, so it fits. */
	ZN_ASSERT(zn_results_add(&doing->publisher->results, statement->chunk, bytes, count));
}

static bool retract(struct zn_publisher *publisher, uint64_t chunk)
{
	struct zn_stored_result result;
	uint8_t *bytes;
	if (!publisher->plan.is_render)
		return true; /* it is in the journal alone */
	if (!zn_store_result_find(&publisher->store, &result, chunk) ||
		zn_store_output(&bytes, &publisher->store, &result) != ZN_ERR_OK)
		return false;
	ZN_ASSERT(zn_results_subtract(&publisher->results, result.chunk, bytes,
		(size_t)result.bytes));
	free(bytes);
	return true;
}

static void refuse(struct doing *doing)
{
	struct zn_publisher *publisher = doing->publisher;
	char key_text[ZN_ACCOUNT_TEXT_BYTES];
	struct zn_account account;
	journal_deal(doing, ZN_STORE_REFUSED);
	/* The run ends when one cannot be taken out of the picture; the journal forgets them all. */
	for (uint64_t i = 0; i < publisher->retracted_count; i++)
		if (!retract(publisher, publisher->retracted[i]))
			zn_publisher_trouble(publisher,
				"outputs.bin of job %s cannot be read; mend the disk, then"
				" `zennet job run --resume %s`",
				publisher->home.id, publisher->home.id);
	zn_store_retract(&publisher->store, doing->peer->deal.peer);
	zn_publisher_units_count(publisher);
	doing->peer->accepted = 0;
	zn_account_of(&account, &doing->peer->deal.worker_key);
	zn_show_line(publisher,
		"worker %u (%s, %s) gave a wrong result: refused; what it delivered is done again,"
		" %llu accepted chunks among it",
		doing->peer->deal.peer + 1u, doing->peer->deal.device,
		zn_account_text(key_text, &account),
		(unsigned long long)publisher->retracted_count);
}

static void journal(struct doing *doing, const struct zn_publisher_action *action)
{
	switch (action->kind) {
	case ZN_PUBLISHER_DO_JOURNAL_TERMS:
		journal_deal(doing, ZN_STORE_OPENING);
		break;
	case ZN_PUBLISHER_DO_JOURNAL_REFUSED:
		refuse(doing);
		break;
	default: /* channel, lease, accepted: the row has them all */
		journal_deal(doing, ZN_STORE_OPEN);
		break;
	}
}

static void opened_shown(struct doing *doing)
{
	struct zn_peer *peer = doing->peer;
	char deposit[ZN_AMOUNT_TEXT_BYTES];
	peer->opening = false;
	peer->opened_ms = (zn_clock_monotonic_ns() - peer->opening_ns) / 1000000;
	zn_show_line(doing->publisher, "worker %u: channel open in %llu ms, deposit %s",
		peer->deal.peer + 1u, (unsigned long long)peer->opened_ms,
		zn_amount_text(deposit, peer->deal.deposit));
}

static void hold_delivery(struct doing *doing)
{
	doing->incoming_held = true;
	doing->peer->incoming = doing->incoming;
	doing->exchange = NULL; /* the incoming one has it */
}

static void act(struct doing *doing, const struct zn_publisher_action *action)
{
	struct zn_publisher *publisher = doing->publisher;
	struct zn_publisher_actions *actions = &publisher->actions;
	switch (action->kind) {
	case ZN_PUBLISHER_DO_REPLY:
		speak(doing, &doing->exchange, &actions->talk);
		break;
	case ZN_PUBLISHER_DO_HOLD:
		doing->peer->held = doing->exchange;
		doing->exchange = NULL;
		break;
	case ZN_PUBLISHER_DO_REPLY_HELD:
		speak(doing, &doing->peer->held, &actions->held[action->index]);
		break;
	case ZN_PUBLISHER_DO_HOLD_DELIVERY:
		hold_delivery(doing);
		break;
	case ZN_PUBLISHER_DO_REPLY_DELIVERY:
		doing->verdict = true;
		speak(doing, &doing->incoming->exchange, &actions->delivery);
		break;
	case ZN_PUBLISHER_DO_OPEN:
		doing->peer->opening = true;
		doing->peer->opening_ns = zn_clock_monotonic_ns();
		if (durable(publisher))
			zn_money_open(&publisher->money, doing->peer);
		break;
	case ZN_PUBLISHER_DO_TOP_UP:
		if (durable(publisher))
			zn_money_top_up(&publisher->money, doing->peer, action->amount);
		break;
	case ZN_PUBLISHER_DO_CHECK:
		zn_checks_add(&publisher->checks, doing->peer, action->index);
		break;
	case ZN_PUBLISHER_DO_USE:
		use(doing, action->index);
		break;
	case ZN_PUBLISHER_DO_REQUEST_CLOSE:
		if (durable(publisher))
			zn_money_request_close(&publisher->money, doing->peer, action->amount);
		break;
	default:
		journal(doing, action);
		if (action->kind == ZN_PUBLISHER_DO_JOURNAL_CHANNEL)
			opened_shown(doing);
		break;
	}
}

void zn_actions_do(struct zn_publisher *publisher, struct zn_peer *peer,
	struct zn_http_exchange *exchange, struct zn_incoming *incoming)
{
	struct doing doing = {.publisher = publisher,
		.peer = peer,
		.exchange = exchange,
		.incoming = incoming};
	struct zn_publisher_actions *actions = &publisher->actions;
	bool accepted = false, ended = false;
	for (uint32_t i = 0; i < actions->count; i++) {
		const struct zn_publisher_action *action = &actions->list[i];
		if (action->kind == ZN_PUBLISHER_DO_END) {
			ended = true;
			continue;
		}
		/* One row for all that was accepted at once: it holds the voucher for the lot. */
		if (action->kind == ZN_PUBLISHER_DO_JOURNAL_ACCEPTED) {
			if (!accepted)
				journal(&doing, action);
			accepted = true;
			continue;
		}
		act(&doing, action);
	}
	if (doing.exchange != NULL) /* an event of a request must end in an answer */
		zn_refusal_reply(doing.exchange, ZN_DEAL_OUT_OF_TURN);
	if (doing.verdict) {
		peer->incoming = NULL;
		zn_incoming_destroy(incoming);
	}
	durable(publisher);
	if (ended) {
		if (peer->stored)
			zn_store_deal(&publisher->store, &peer->deal, ZN_STORE_FAILED);
		durable(publisher);
		peer->opening = false;
		zn_show_line(publisher, "worker %u: its channel could not be opened",
			peer->deal.peer + 1u);
	}
}
