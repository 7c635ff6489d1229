/* publisher/table.c - the settlement for people and for scripts. */
#include "io/json.h"
#include "market/verdict.h"
#include "publisher/settle.h"

#include <stdlib.h>
#include <time.h>

#define AMOUNT(amount) zn_amount_text((char[ZN_AMOUNT_TEXT_BYTES]){0}, amount)

static const char *date(char out[32], uint64_t at_s)
{
	time_t at = (time_t)at_s;
	struct tm broken;
	if (gmtime_r(&at, &broken) == NULL || strftime(out, 32, "%Y-%m-%d %H:%M UTC", &broken) == 0)
		out[0] = '\0';
	return out;
}

static void line_print(FILE *to, const struct zn_settle_line *line)
{
	char when[32], state[96];
	if (line->closed_height > 0)
		snprintf(state, sizeof state, "closed at height %llu",
			(unsigned long long)line->closed_height);
	else if (line->refund_s > 0)
		snprintf(state, sizeof state, "closing, the rest is due %s",
			date(when, line->refund_s));
	else
		snprintf(state, sizeof state, line->closing ? "still open" : "not found");
	fprintf(to, "  worker %-3u %8llu %10llu  %20s  %20s  %s%s%s\n", line->peer->deal.peer + 1u,
		(unsigned long long)line->peer->accepted,
		(unsigned long long)line->peer->deal.items_checked, AMOUNT(line->deposit),
		AMOUNT(line->earned), state,
		line->peer->deal.stage == ZN_PUBLISHER_REFUSED ? ", refused for a wrong result"
							       : "",
		line->good ? "" : "  DOES NOT ADD UP");
}

static void bound_print(const struct zn_settlement *settlement, FILE *to)
{
	uint64_t bound = zn_check_bound(settlement->items_checked);
	fprintf(to,
		"checked: %llu of %llu chunks, %llu drawn items recomputed on this machine;"
		" refused workers: %llu\n",
		(unsigned long long)settlement->accepted, (unsigned long long)settlement->chunks,
		(unsigned long long)settlement->items_checked,
		(unsigned long long)settlement->workers_refused);
	if (settlement->counted)
		fprintf(to,
			"counted: %llu metered units, which the checked items' slots hold too\n",
			(unsigned long long)settlement->units);
	if (bound > 0)
		fprintf(to, "bound:   at most 1 item in %llu is wrong, at 99 %%\n",
			(unsigned long long)bound);
	else
		fprintf(to, "bound:   too few items were checked to say anything\n");
	fprintf(to, "not verified: the items that were not drawn; nothing surer is claimed\n");
}

void zn_settlement_print(const struct zn_settlement *settlement, struct zn_publisher *publisher)
{
	FILE *to = publisher->options.to;
	fprintf(to, "\nsettlement, read back from ledger %s\n", publisher->job.chain.text);
	fprintf(to, "  %-10s %8s %10s  %20s  %20s  %s\n", "", "chunks", "checked", "deposit",
		"earned", "channel");
	for (uint32_t i = 0; i < settlement->lines_count; i++)
		line_print(to, &settlement->lines[i]);
	fprintf(to, "deposited %s = paid %s + returned %s + in closing channels %s\n",
		AMOUNT(settlement->deposits), AMOUNT(settlement->earned),
		AMOUNT(settlement->returned), AMOUNT(settlement->waiting));
	if (settlement->foreign)
		fprintf(to,
			"balance   %s now; the key was also used for something else meanwhile\n",
			AMOUNT(settlement->balance));
	else
		fprintf(to,
			"balance   %s before = %s now + paid + in closing channels + fees %s%s\n",
			AMOUNT(publisher->balance_before), AMOUNT(settlement->balance),
			AMOUNT(settlement->fees),
			settlement->balance_good ? "" : "  DOES NOT ADD UP");
	fprintf(to, "supply    %s = balances + deposits + bonds + stakes + fees%s\n",
		AMOUNT(settlement->supply.supply),
		settlement->supply_good ? "" : "  DOES NOT ADD UP");
	bound_print(settlement, to);
	fflush(to);
}

static void zat(struct zn_json *object, const char *key, struct zn_amount amount)
{
	zn_json_add_u64_text(object, key, amount.zat);
}

struct zn_json *zn_settlement_json(const struct zn_settlement *settlement,
	struct zn_publisher *publisher)
{
	char account[ZN_ACCOUNT_TEXT_BYTES], id[ZN_HASH_TEXT_BYTES];
	struct zn_json *root = zn_json_object_create(), *lines = zn_json_array_create();
	zn_json_add_string(root, "id", publisher->home.id);
	zn_json_add_string(root, "event", "settled");
	for (uint32_t i = 0; i < settlement->lines_count; i++) {
		const struct zn_settle_line *line = &settlement->lines[i];
		struct zn_json *object = zn_json_object_create();
		zn_json_add_string(object, "account", zn_account_text(account, &line->payee));
		zn_json_add_string(object, "device", line->peer->deal.device);
		zn_json_add_string(object, "channel",
			zn_hash_text(id, &line->peer->deal.channel_id));
		zn_json_add_number(object, "accepted", (double)line->peer->accepted);
		zn_json_add_number(object, "items_checked", (double)line->peer->deal.items_checked);
		zat(object, "deposit_zat", line->deposit);
		zat(object, "earned_zat", line->earned);
		zat(object, "returned_zat", line->returned);
		zn_json_add_number(object, "closed_height", (double)line->closed_height);
		zn_json_add_number(object, "refund_from_s", (double)line->refund_s);
		zn_json_add_bool(object, "refused", line->peer->deal.stage == ZN_PUBLISHER_REFUSED);
		zn_json_add_bool(object, "adds_up", line->good);
		zn_json_add(lines, NULL, object);
	}
	zn_json_add(root, "workers", lines);
	zn_json_add_number(root, "chunks", (double)settlement->chunks);
	zn_json_add_number(root, "accepted", (double)settlement->accepted);
	if (settlement->counted)
		zn_json_add_u64_text(root, "metered_units", settlement->units);
	zn_json_add_number(root, "items_checked", (double)settlement->items_checked);
	zn_json_add_number(root, "one_wrong_in_at_least",
		(double)zn_check_bound(settlement->items_checked));
	zat(root, "deposits_zat", settlement->deposits);
	zat(root, "spent_zat", settlement->earned);
	zat(root, "returned_zat", settlement->returned);
	zat(root, "closing_zat", settlement->waiting);
	zat(root, "fees_zat", settlement->fees);
	zat(root, "balance_before_zat", publisher->balance_before);
	zat(root, "balance_zat", settlement->balance);
	zn_json_add_bool(root, "other_business", settlement->foreign);
	zn_json_add_bool(root, "adds_up", zn_settlement_good(settlement));
	return root;
}
