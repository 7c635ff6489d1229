#include "chain/ledger/ledger.h"

#include "chain/ledger/expiry.h"
#include "chain/ledger/past.h"
#include "chain/ledger/rules.h"
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
	struct zn_past past;
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

/* When an entry leaves the state by itself; false for one that does not. */
static bool expiry_of(struct zn_expiry *out, struct zn_job *job, struct zn_unbonding *unbonding,
	const struct zn_hash *key, const struct zn_state_value *value)
{
	out->key = *key;
	if (value->data[0] == ZN_RECORD_JOB_STATE &&
		zn_job_decode(job, value->data, value->bytes)) {
		out->expiry_s = job->announcement.expiry_s;
		return true;
	}
	if (value->data[0] == ZN_RECORD_UNBONDING_STATE &&
		zn_unbonding_decode(unbonding, value->data, value->bytes)) {
		out->expiry_s = unbonding->release_s;
		return true;
	}
	return false;
}

static void expiry_add(struct zn_ledger *ledger, const struct zn_hash *key,
	const struct zn_state_value *value)
{
	struct zn_expiry expiry;
	struct zn_job job;
	struct zn_unbonding unbonding;
	if (expiry_of(&expiry, &job, &unbonding, key, value))
		zn_expiries_add(&ledger->expiries, &expiry);
}

struct scan {
	struct zn_ledger *ledger; /* NULL: sums only */
	struct zn_amount balances, deposits, bonds, unbonding, unbondings;
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

static void scan_bond(struct scan *scan, const struct zn_state_value *value)
{
	struct zn_bond bond;
	if (!zn_bond_decode(&bond, value->data, value->bytes)) {
		scan->damaged = true;
		return;
	}
	scan_sum(scan, &scan->bonds, bond.bonded);
	scan_sum(scan, &scan->bonds, bond.unbonding);
	scan_sum(scan, &scan->unbonding, bond.unbonding);
}

static void scan_unbonding(struct scan *scan, const struct zn_state_value *value)
{
	struct zn_unbonding unbonding;
	if (zn_unbonding_decode(&unbonding, value->data, value->bytes))
		scan_sum(scan, &scan->unbondings, unbonding.amount);
	else
		scan->damaged = true;
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
		break;
	case ZN_RECORD_BOND_STATE:
		scan_bond(scan, value);
		break;
	case ZN_RECORD_UNBONDING_STATE:
		scan_unbonding(scan, value);
		break;
	case ZN_RECORD_LEDGER_STATE:
	case ZN_RECORD_LEDGER_PARAMS:
		break;
	default:
		scan->damaged = true;
	}
	if (scan->ledger == NULL || scan->damaged)
		return;
	tree_put(scan->ledger->tree, key, value);
	expiry_add(scan->ledger, key, value);
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
		zn_amount_compare(scan.deposits, view.supply.deposits) != 0 ||
		zn_amount_compare(scan.bonds, view.supply.bonds) != 0 ||
		zn_amount_compare(scan.unbonding, scan.unbondings) != 0)
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
	zn_past_finish(&ledger->past);
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

/* Only removals count towards the maximum: a heap that was rebuilt holds no withdrawn or updated
 * jobs, one that was not may, and both must do the same. */
static void expired_remove(struct zn_ledger *ledger, struct zn_ledger_view *view, bool for_good)
{
	struct zn_expiry taken[ZN_EXPIRIES_PER_BLOCK_MAX];
	struct zn_expiry due, now;
	struct zn_state_value value;
	struct zn_job job;
	struct zn_unbonding unbonding;
	unsigned int removed = 0;
	while (removed < ZN_EXPIRIES_PER_BLOCK_MAX &&
		zn_expiries_take(&due, &ledger->expiries, view->time_s)) {
		if (!zn_overlay_get(view->state, &value, &due.key))
			continue;
		bool leaves = expiry_of(&now, &job, &unbonding, &due.key, &value);
		ZN_ASSERT(leaves);
		if (now.expiry_s != due.expiry_s) /* updated; it is in the heap again */
			continue;
		if (value.data[0] == ZN_RECORD_JOB_STATE)
			zn_ledger_job_delete(view, &job.id);
		else
			zn_ledger_unbonding_end(view, &unbonding);
		taken[removed++] = due;
	}
	for (unsigned int i = 0; i < removed && !for_good; i++)
		zn_expiries_add(&ledger->expiries, &taken[i]);
}

void zn_ledger_view_next(struct zn_ledger_view *view, struct zn_ledger *ledger,
	struct zn_overlay *scratch, uint64_t time_s)
{
	ZN_ASSERT(!ledger->finalized);
	zn_ledger_view_begin(view, &ledger->params, scratch, ledger->height + 1,
		time_s > ledger->time_s ? time_s : ledger->time_s);
	/* Coins that come back with the next block may be spent in it. */
	expired_remove(ledger, view, false);
}

static void change_take(void *user, const struct zn_hash *key, const struct zn_state_value *value)
{
	struct zn_ledger *ledger = user;
	if (value == NULL) {
		zn_tree_delete(ledger->tree, key);
		return;
	}
	tree_put(ledger->tree, key, value);
	expiry_add(ledger, key, value);
}

void zn_ledger_finalize(struct zn_ledger *ledger, enum zn_ledger_refusal results[],
	const struct zn_block *block)
{
	struct zn_ledger_view view;
	ZN_ASSERT(!ledger->finalized);
	ZN_ASSERT(block->height == ledger->height + 1 && block->time_s >= ledger->time_s);
	zn_ledger_view_begin(&view, &ledger->params, ledger->changes, block->height, block->time_s);
	if (block->txs_count > 0)
		expired_remove(ledger, &view, true);
	for (size_t i = 0; i < block->txs_count; i++)
		results[i] = zn_ledger_execute_bytes(&view, &ledger->decoded, block->txs[i].bytes,
			block->txs[i].count, block->txs[i].signature_known);
	ZN_ASSERT(zn_ledger_view_conserved(&view));
	zn_ledger_view_end(&view);
	zn_past_keep(&ledger->past, ledger->height, ledger->tree, ledger->store, ledger->changes);
	zn_overlay_each(ledger->changes, change_take, ledger);
	zn_tree_root(&ledger->app_hash, ledger->tree);
	ledger->height = block->height;
	ledger->time_s = block->time_s;
	ledger->finalized = true;
}

bool zn_ledger_prove(struct zn_tree_proof *proof, bool *present, struct zn_state_value *value,
	const struct zn_ledger *ledger, const struct zn_hash *key, uint64_t height)
{
	const struct zn_past_state *state = zn_past_find(&ledger->past, height);
	if (height == ledger->height && !ledger->finalized) {
		zn_tree_prove(proof, ledger->tree, key);
		*present = ledger->store->get(ledger->store->user, value, key);
		return true;
	}
	if (state == NULL || height >= ledger->height)
		return false;
	zn_tree_prove(proof, state->tree, key);
	*present = zn_past_get(&ledger->past, value, height, ledger->height, ledger->store, key);
	return true;
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
