#include "chain/ledger/ledger.h"

#include "chain/ledger/expiry.h"
#include "chain/proof/tree.h"
#include "core/assert.h"

#include <stdlib.h>
#include <string.h>

struct zn_ledger {
	const struct zn_store *store;
	struct zn_ledger_params params;
	uint64_t height, time_s;
	bool finalized; /* changes wait for commit */
	struct zn_overlay *changes;
	struct zn_tree *tree;
	struct zn_hash app_hash;
	struct zn_expiries expiries;
	struct zn_transaction decoded; /* scratch */
};

const char *zn_ledger_fault_sentence(enum zn_ledger_fault fault)
{
	switch (fault) {
	case ZN_LEDGER_SOUND:
		return "the ledger's state is sound";
#define X(name, sentence)                                                                          \
	case ZN_LEDGER_FAULT_##name:                                                               \
		return sentence;
		ZN_LEDGER_FAULTS(X)
#undef X
	}
	return "?";
}

static void tree_put(struct zn_tree *tree, const struct zn_hash *key,
	const struct zn_state_value *value)
{
	struct zn_hash hash;
	zn_sha256(&hash, value->data, value->bytes);
	bool put = zn_tree_put(tree, key, &hash);
	ZN_ASSERT(put); /* without memory a node stops, as from kill -9 */
}

static void expiry_add(struct zn_expiries *expiries, const struct zn_job *job)
{
	struct zn_expiry expiry = {job->announcement.expiry_s, job->id};
	zn_expiries_add(expiries, &expiry);
}

struct scan {
	struct zn_ledger *ledger; /* NULL: sums only */
	struct zn_amount balances, deposits;
	bool damaged, overflow;
};

static void scan_sum(struct scan *scan, struct zn_amount *sum, struct zn_amount amount)
{
	if (!zn_amount_add(sum, *sum, amount))
		scan->overflow = true;
}

static void scan_channel(struct scan *scan, const struct zn_state_value *value)
{
	struct zn_channel channel;
	struct zn_amount holds;
	if (!zn_channel_decode(&channel, value->data, value->bytes) ||
		!zn_amount_sub(&holds, channel.deposit, channel.redeemed))
		scan->damaged = true;
	else
		scan_sum(scan, &scan->deposits, holds);
}

static void scan_entry(void *user, const struct zn_hash *key, const struct zn_state_value *value)
{
	struct scan *scan = user;
	struct zn_account_state account;
	struct zn_job job;
	switch (value->bytes > 0 ? value->data[0] : 0) {
	case ZN_RECORD_ACCOUNT_STATE:
		if (zn_account_state_decode(&account, value->data, value->bytes))
			scan_sum(scan, &scan->balances, account.balance);
		else
			scan->damaged = true;
		break;
	case ZN_RECORD_CHANNEL_STATE:
		scan_channel(scan, value);
		break;
	case ZN_RECORD_JOB_STATE:
		if (!zn_job_decode(&job, value->data, value->bytes))
			scan->damaged = true;
		else if (scan->ledger != NULL)
			expiry_add(&scan->ledger->expiries, &job);
		break;
	case ZN_RECORD_LEDGER_STATE:
	case ZN_RECORD_LEDGER_PARAMS:
		break;
	default:
		scan->damaged = true;
	}
	if (scan->ledger != NULL)
		tree_put(scan->ledger->tree, key, value);
}

static enum zn_ledger_fault scan_store(struct zn_ledger *ledger, const struct zn_store *store,
	const struct zn_overlay *state)
{
	struct zn_ledger_view view = {0};
	struct scan scan = {.ledger = ledger};
	if (!zn_ledger_supply_load(&view.supply, state))
		return ZN_LEDGER_FAULT_NO_STATE;
	store->each(store->user, scan_entry, &scan);
	if (scan.damaged)
		return ZN_LEDGER_FAULT_RECORD;
	if (scan.overflow || !zn_ledger_view_conserved(&view))
		return ZN_LEDGER_FAULT_SUM;
	if (zn_amount_compare(scan.balances, view.supply.balances) != 0 ||
		zn_amount_compare(scan.deposits, view.supply.deposits) != 0)
		return ZN_LEDGER_FAULT_TOTALS;
	return ZN_LEDGER_SOUND;
}

enum zn_ledger_fault zn_ledger_audit(const struct zn_store *store)
{
	struct zn_overlay *state = zn_overlay_create(store);
	ZN_ASSERT(state != NULL);
	enum zn_ledger_fault fault = scan_store(NULL, store, state);
	zn_overlay_destroy(state);
	return fault;
}

enum zn_ledger_fault zn_ledger_create(struct zn_ledger **out, const struct zn_store *store,
	uint64_t height, uint64_t time_s)
{
	struct zn_ledger *ledger = calloc(1, sizeof *ledger);
	ZN_ASSERT(ledger != NULL);
	*ledger = (struct zn_ledger){.store = store, .height = height, .time_s = time_s};
	ledger->changes = zn_overlay_create(store);
	ledger->tree = zn_tree_create();
	ZN_ASSERT(ledger->changes != NULL && ledger->tree != NULL);
	enum zn_ledger_fault fault = ZN_LEDGER_FAULT_NO_STATE;
	if (zn_ledger_params_load(&ledger->params, ledger->changes))
		fault = scan_store(ledger, store, ledger->changes);
	if (fault != ZN_LEDGER_SOUND) {
		zn_ledger_destroy(ledger);
		ledger = NULL;
	} else {
		zn_tree_root(&ledger->app_hash, ledger->tree);
	}
	*out = ledger;
	return fault;
}

void zn_ledger_destroy(struct zn_ledger *ledger)
{
	if (ledger == NULL)
		return;
	zn_overlay_destroy(ledger->changes);
	zn_tree_destroy(ledger->tree);
	zn_expiries_finish(&ledger->expiries);
	free(ledger);
}

const struct zn_ledger_params *zn_ledger_params(const struct zn_ledger *ledger)
{
	return &ledger->params;
}

uint64_t zn_ledger_height(const struct zn_ledger *ledger)
{
	return ledger->height;
}

uint64_t zn_ledger_time_s(const struct zn_ledger *ledger)
{
	return ledger->time_s;
}

void zn_ledger_app_hash(struct zn_hash *out, const struct zn_ledger *ledger)
{
	*out = ledger->app_hash;
}

void zn_ledger_view_next(struct zn_ledger_view *view, const struct zn_ledger *ledger,
	struct zn_overlay *scratch, uint64_t time_s)
{
	ZN_ASSERT(!ledger->finalized);
	zn_ledger_view_begin(view, &ledger->params, scratch, ledger->height + 1,
		time_s > ledger->time_s ? time_s : ledger->time_s);
}

/* Only removals count towards the maximum: a heap that was rebuilt holds no withdrawn jobs, one
 * that was not may, and both must do the same. */
static void expired_remove(struct zn_ledger *ledger, struct zn_ledger_view *view)
{
	struct zn_expiry expiry;
	struct zn_state_value value;
	struct zn_hash key;
	unsigned int removed = 0;
	while (removed < ZN_EXPIRIES_PER_BLOCK_MAX &&
		zn_expiries_take(&expiry, &ledger->expiries, view->time_s)) {
		zn_state_key(&key, ZN_STATE_JOB, expiry.job_id.bytes, sizeof expiry.job_id.bytes);
		if (!zn_overlay_get(view->state, &value, &key))
			continue;
		zn_ledger_job_delete(view, &expiry.job_id);
		removed++;
	}
}

static void change_take(void *user, const struct zn_hash *key, const struct zn_state_value *value)
{
	struct zn_ledger *ledger = user;
	struct zn_job job;
	if (value == NULL) {
		zn_tree_delete(ledger->tree, key);
		return;
	}
	tree_put(ledger->tree, key, value);
	if (value->data[0] == ZN_RECORD_JOB_STATE) {
		bool decoded = zn_job_decode(&job, value->data, value->bytes);
		ZN_ASSERT(decoded);
		expiry_add(&ledger->expiries, &job);
	}
}

void zn_ledger_finalize(struct zn_ledger *ledger, enum zn_ledger_refusal results[],
	const struct zn_block *block)
{
	struct zn_ledger_view view;
	ZN_ASSERT(!ledger->finalized);
	ZN_ASSERT(block->height == ledger->height + 1 && block->time_s >= ledger->time_s);
	zn_ledger_view_begin(&view, &ledger->params, ledger->changes, block->height, block->time_s);
	if (block->txs_count > 0)
		expired_remove(ledger, &view);
	for (size_t i = 0; i < block->txs_count; i++)
		results[i] = zn_ledger_execute_bytes(&view, &ledger->decoded, block->txs[i].bytes,
			block->txs[i].count, block->txs[i].signature_known);
	ZN_ASSERT(zn_ledger_view_conserved(&view));
	zn_ledger_view_end(&view);
	zn_overlay_each(ledger->changes, change_take, ledger);
	zn_tree_root(&ledger->app_hash, ledger->tree);
	ledger->height = block->height;
	ledger->time_s = block->time_s;
	ledger->finalized = true;
}

const struct zn_overlay *zn_ledger_changes(const struct zn_ledger *ledger)
{
	return ledger->changes;
}

void zn_ledger_commit(struct zn_ledger *ledger)
{
	ZN_ASSERT(ledger->finalized);
	zn_overlay_clear(ledger->changes);
	ledger->finalized = false;
}
