/* publisher/status.c - how a job stands, as JSON: the one text that everybody else shows. */
#include "io/json.h"
#include "market/verdict.h"
#include "publisher/inside.h"

#include <stdlib.h>

static const char *order_name(uint8_t order)
{
	static const char *const names[] = {"none", "work", "pause", "cancel", "done"};
	return order < sizeof names / sizeof names[0] ? names[order] : "?";
}

static const char *stage_name(const struct zn_publisher *publisher, const struct zn_peer *peer)
{
	static const char *const names[] = {"new", "challenged", "proved", "agreed", "opening",
		"working", "refused", "ended"};
	if (peer->gone)
		return "settled";
	/* A job that does not run knows no more than that it was paid. */
	if (publisher->server == NULL && peer->deal.stage == ZN_PUBLISHER_WORKING)
		return publisher->job.order == ZN_ORDER_WORK ? "stopped" : "over";
	return names[peer->deal.stage];
}

static struct zn_json *peer_json(const struct zn_publisher *publisher, const struct zn_peer *peer)
{
	const struct zn_publisher_deal *deal = &peer->deal;
	struct zn_account account;
	char text[ZN_ACCOUNT_TEXT_BYTES], id[ZN_HASH_TEXT_BYTES];
	uint64_t begun = 0, checking = 0;
	for (uint32_t i = 0; i < deal->leases_count; i++) {
		begun += deal->leases[i].begun || deal->leases[i].delivered;
		checking += deal->leases[i].delivered;
	}
	struct zn_json *object = zn_json_object_create();
	zn_account_of(&account, &deal->worker_key);
	zn_json_add_number(object, "number", (double)(deal->peer + 1u));
	zn_json_add_string(object, "account", zn_account_text(text, &account));
	zn_json_add_string(object, "device", deal->device);
	zn_json_add_string(object, "stage", stage_name(publisher, peer));
	zn_json_add_u64_text(object, "ask_zat", peer->last_ask_zat);
	zn_json_add_u64_text(object, "price_zat", deal->terms.price_zat);
	zn_json_add_string(object, "channel", zn_hash_text(id, &deal->channel_id));
	zn_json_add_number(object, "open_ms", (double)peer->opened_ms);
	zn_json_add_u64_text(object, "deposit_zat", deal->deposit.zat);
	zn_json_add_number(object, "leased", (double)deal->leases_count);
	zn_json_add_number(object, "done", (double)(peer->accepted + checking));
	zn_json_add_number(object, "accepted", (double)peer->accepted);
	zn_json_add_number(object, "units", (double)deal->units);
	zn_json_add_u64_text(object, "paid_zat", zn_publisher_deal_paid(deal).zat);
	struct zn_amount due;
	uint64_t risk_zat = 0;
	if (zn_terms_due(&due, &deal->terms, deal->units + begun) &&
		due.zat > zn_publisher_deal_paid(deal).zat)
		risk_zat = due.zat - zn_publisher_deal_paid(deal).zat;
	zn_json_add_number(object, "at_risk", (double)begun);
	zn_json_add_u64_text(object, "at_risk_zat", risk_zat);
	zn_json_add_number(object, "items_checked", (double)deal->items_checked);
	zn_json_add_number(object, "items_wrong", (double)deal->items_wrong);
	return object;
}

static void sums_add(struct zn_json *root, const struct zn_publisher *publisher)
{
	struct zn_amount paid = ZN_AMOUNT_ZERO;
	uint64_t checked = 0;
	for (uint16_t i = 0; i < publisher->peers_count; i++) {
		const struct zn_peer *peer = publisher->peers[i];
		if (peer == NULL)
			continue;
		if (peer->deal.stage != ZN_PUBLISHER_REFUSED) /* its chunks are not in the result */
			checked += peer->deal.items_checked;
		if (!zn_amount_add(&paid, paid, zn_publisher_deal_paid(&peer->deal)))
			paid = ZN_AMOUNT_ZERO;
	}
	zn_json_add_u64_text(root, "spent_zat", paid.zat);
	zn_json_add_u64_text(root, "deposited_zat", publisher->job.deposited.zat);
	zn_json_add_u64_text(root, "budget_zat", publisher->job.policy.budget.zat);
	zn_json_add_u64_text(root, "ceiling_zat", publisher->job.policy.ceiling_zat);
	zn_json_add_number(root, "items_checked", (double)checked);
	zn_json_add_number(root, "one_wrong_in_at_least", (double)zn_check_bound(checked));
}

char *zn_status_json(struct zn_publisher *publisher, bool pretty)
{
	struct zn_json *root = zn_json_object_create(), *workers = zn_json_array_create();
	uint64_t chunks = zn_chunk_table_chunks(publisher->job.table);
	uint64_t accepted = zn_chunk_table_accepted(publisher->job.table);
	char id[ZN_HASH_TEXT_BYTES];
	zn_json_add_string(root, "id", publisher->home.id);
	zn_json_add_string(root, "what", publisher->plan.what);
	zn_json_add_string(root, "order", order_name(publisher->job.order));
	zn_json_add_bool(root, "running", publisher->server != NULL);
	zn_json_add_string(root, "job_hash", zn_hash_text(id, &publisher->job.job_hash));
	zn_json_add_string(root, "announced", zn_hash_text(id, &publisher->announced_id));
	zn_json_add_string(root, "endpoint", publisher->endpoint);
	zn_json_add_string(root, "output", publisher->results.out);
	zn_json_add_number(root, "chunks", (double)chunks);
	zn_json_add_number(root, "accepted", (double)accepted);
	if (publisher->plan.manifest.counter_at != ZN_COUNTER_NONE)
		zn_json_add_u64_text(root, "metered_units", publisher->units);
	zn_json_add_number(root, "leased", (double)zn_chunk_table_leased(publisher->job.table));
	zn_json_add_number(root, "left_s", (double)zn_publisher_left_s(publisher));
	sums_add(root, publisher);
	for (uint16_t i = 0; i < publisher->peers_count; i++)
		if (publisher->peers[i] != NULL &&
			publisher->peers[i]->deal.stage >= ZN_PUBLISHER_PROVED)
			zn_json_add(workers, NULL, peer_json(publisher, publisher->peers[i]));
	zn_json_add(root, "workers", workers);
	char *text = zn_json_print(root, pretty);
	zn_json_destroy(root);
	return text;
}
