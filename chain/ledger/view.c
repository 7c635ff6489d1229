#include "chain/ledger/view.h"

#include "core/assert.h"

#include <string.h>

static struct zn_hash params_key(void)
{
	struct zn_hash key;
	zn_state_key(&key, ZN_STATE_PARAMS, NULL, 0);
	return key;
}

static struct zn_hash supply_key(void)
{
	struct zn_hash key;
	zn_state_key(&key, ZN_STATE_SUPPLY, NULL, 0);
	return key;
}

static struct zn_hash channel_key(const struct zn_hash *channel_id)
{
	struct zn_hash key;
	zn_state_key(&key, ZN_STATE_CHANNEL, channel_id->bytes, sizeof channel_id->bytes);
	return key;
}

static struct zn_hash job_key(const struct zn_hash *job_id)
{
	struct zn_hash key;
	zn_state_key(&key, ZN_STATE_JOB, job_id->bytes, sizeof job_id->bytes);
	return key;
}

bool zn_ledger_params_load(struct zn_ledger_params *out, const struct zn_overlay *state)
{
	struct zn_state_value value;
	struct zn_hash key = params_key();
	return zn_overlay_get(state, &value, &key) &&
	       zn_ledger_params_decode(out, value.data, value.bytes);
}

bool zn_ledger_supply_load(struct zn_supply *out, const struct zn_overlay *state)
{
	struct zn_state_value value;
	struct zn_hash key = supply_key();
	return zn_overlay_get(state, &value, &key) &&
	       zn_supply_decode(out, value.data, value.bytes);
}

void zn_ledger_view_begin(struct zn_ledger_view *view, const struct zn_ledger_params *params,
	struct zn_overlay *state, uint64_t height, uint64_t time_s)
{
	*view = (struct zn_ledger_view){.params = params,
		.state = state,
		.height = height,
		.time_s = time_s};
	bool loaded = zn_ledger_supply_load(&view->supply, state);
	ZN_ASSERT(loaded); /* genesis wrote it, and the scan at start read it */
}

void zn_ledger_view_end(struct zn_ledger_view *view)
{
	struct zn_state_value value, before;
	struct zn_hash key = supply_key();
	value.bytes = (uint32_t)zn_supply_encode(value.data, sizeof value.data, &view->supply);
	if (zn_overlay_get(view->state, &before, &key) && before.bytes == value.bytes &&
		memcmp(before.data, value.data, value.bytes) == 0)
		return;
	zn_overlay_put(view->state, &key, &value);
}

bool zn_ledger_view_conserved(const struct zn_ledger_view *view)
{
	const struct zn_supply *supply = &view->supply;
	struct zn_amount sum = supply->balances;
	return zn_amount_add(&sum, sum, supply->deposits) &&
	       zn_amount_add(&sum, sum, supply->bonds) &&
	       zn_amount_add(&sum, sum, supply->stakes) &&
	       zn_amount_add(&sum, sum, supply->fee_pool) &&
	       zn_amount_compare(sum, supply->supply) == 0;
}

/* total += now - before */
static void book(struct zn_amount *total, struct zn_amount before, struct zn_amount now)
{
	bool booked = zn_amount_sub(total, *total, before) && zn_amount_add(total, *total, now);
	ZN_ASSERT(booked);
}

void zn_ledger_account_get(struct zn_account_state *out, const struct zn_ledger_view *view,
	const struct zn_account *account)
{
	struct zn_state_value value;
	struct zn_hash key;
	zn_state_key_account(&key, account);
	*out = (struct zn_account_state){.account = *account};
	if (zn_overlay_get(view->state, &value, &key)) {
		bool decoded = zn_account_state_decode(out, value.data, value.bytes);
		ZN_ASSERT(decoded);
	}
}

void zn_ledger_account_put(struct zn_ledger_view *view, const struct zn_account_state *account)
{
	struct zn_account_state before;
	struct zn_state_value value;
	struct zn_hash key;
	zn_ledger_account_get(&before, view, &account->account);
	book(&view->supply.balances, before.balance, account->balance);
	zn_state_key_account(&key, &account->account);
	value.bytes = (uint32_t)zn_account_state_encode(value.data, sizeof value.data, account);
	zn_overlay_put(view->state, &key, &value);
}

void zn_ledger_account_credit(struct zn_ledger_view *view, const struct zn_account *account,
	struct zn_amount amount)
{
	struct zn_account_state state;
	if (amount.zat == 0)
		return; /* must not bring an account into being */
	zn_ledger_account_get(&state, view, account);
	bool added = zn_amount_add(&state.balance, state.balance, amount);
	ZN_ASSERT(added);
	/* The totals pass through supply + amount while coins are under way; both fit. */
	zn_ledger_account_put(view, &state);
}

void zn_ledger_account_debit(struct zn_ledger_view *view, const struct zn_account *account,
	struct zn_amount amount)
{
	struct zn_account_state state;
	zn_ledger_account_get(&state, view, account);
	bool taken = zn_amount_sub(&state.balance, state.balance, amount);
	ZN_ASSERT(taken);
	zn_ledger_account_put(view, &state);
}

void zn_ledger_fee_pool_add(struct zn_ledger_view *view, struct zn_amount amount)
{
	book(&view->supply.fee_pool, ZN_AMOUNT_ZERO, amount);
}

bool zn_ledger_channel_get(struct zn_channel *out, const struct zn_ledger_view *view,
	const struct zn_hash *channel_id)
{
	struct zn_state_value value;
	struct zn_hash key = channel_key(channel_id);
	if (!zn_overlay_get(view->state, &value, &key))
		return false;
	bool decoded = zn_channel_decode(out, value.data, value.bytes);
	ZN_ASSERT(decoded);
	return true;
}

/* What a channel holds of the coins: its deposit less what was redeemed. */
static struct zn_amount channel_holds(const struct zn_ledger_view *view, const struct zn_hash *id)
{
	struct zn_channel channel;
	struct zn_amount holds = ZN_AMOUNT_ZERO;
	if (zn_ledger_channel_get(&channel, view, id)) {
		bool left = zn_amount_sub(&holds, channel.deposit, channel.redeemed);
		ZN_ASSERT(left);
	}
	return holds;
}

void zn_ledger_channel_put(struct zn_ledger_view *view, const struct zn_channel *channel)
{
	struct zn_amount now;
	bool left = zn_amount_sub(&now, channel->deposit, channel->redeemed);
	ZN_ASSERT(left);
	book(&view->supply.deposits, channel_holds(view, &channel->id), now);
	struct zn_state_value value;
	struct zn_hash key = channel_key(&channel->id);
	value.bytes = (uint32_t)zn_channel_encode(value.data, sizeof value.data, channel);
	zn_overlay_put(view->state, &key, &value);
}

void zn_ledger_channel_delete(struct zn_ledger_view *view, const struct zn_channel *channel)
{
	struct zn_hash key = channel_key(&channel->id);
	book(&view->supply.deposits, channel_holds(view, &channel->id), ZN_AMOUNT_ZERO);
	zn_overlay_delete(view->state, &key);
}

static struct zn_amount bond_holds(const struct zn_bond *bond)
{
	struct zn_amount holds;
	bool fits = zn_amount_add(&holds, bond->bonded, bond->unbonding);
	ZN_ASSERT(fits);
	return holds;
}

void zn_ledger_bond_get(struct zn_bond *out, const struct zn_ledger_view *view,
	const struct zn_account *account)
{
	struct zn_state_value value;
	struct zn_hash key;
	zn_state_key_bond(&key, account);
	*out = (struct zn_bond){.account = *account};
	if (zn_overlay_get(view->state, &value, &key)) {
		bool decoded = zn_bond_decode(out, value.data, value.bytes);
		ZN_ASSERT(decoded);
	}
}

void zn_ledger_bond_put(struct zn_ledger_view *view, const struct zn_bond *bond)
{
	struct zn_bond before;
	struct zn_state_value value;
	struct zn_hash key;
	zn_ledger_bond_get(&before, view, &bond->account);
	struct zn_amount now = bond_holds(bond);
	book(&view->supply.bonds, bond_holds(&before), now);
	zn_state_key_bond(&key, &bond->account);
	if (now.zat == 0) {
		zn_overlay_delete(view->state, &key);
		return;
	}
	value.bytes = (uint32_t)zn_bond_encode(value.data, sizeof value.data, bond);
	zn_overlay_put(view->state, &key, &value);
}

static struct zn_hash unbonding_key(const struct zn_hash *id)
{
	struct zn_hash key;
	zn_state_key(&key, ZN_STATE_UNBONDING, id->bytes, sizeof id->bytes);
	return key;
}

void zn_ledger_unbonding_put(struct zn_ledger_view *view, const struct zn_unbonding *unbonding)
{
	struct zn_state_value value;
	struct zn_hash key = unbonding_key(&unbonding->id);
	value.bytes = (uint32_t)zn_unbonding_encode(value.data, sizeof value.data, unbonding);
	zn_overlay_put(view->state, &key, &value);
}

void zn_ledger_unbonding_delete(struct zn_ledger_view *view, const struct zn_hash *id)
{
	struct zn_hash key = unbonding_key(id);
	zn_overlay_delete(view->state, &key);
}

bool zn_ledger_job_get(struct zn_job *out, const struct zn_ledger_view *view,
	const struct zn_hash *job_id)
{
	struct zn_state_value value;
	struct zn_hash key = job_key(job_id);
	if (!zn_overlay_get(view->state, &value, &key))
		return false;
	bool decoded = zn_job_decode(out, value.data, value.bytes);
	ZN_ASSERT(decoded);
	return out->announcement.expiry_s > view->time_s;
}

void zn_ledger_job_put(struct zn_ledger_view *view, const struct zn_job *job)
{
	struct zn_state_value value;
	struct zn_hash key = job_key(&job->id);
	value.bytes = (uint32_t)zn_job_encode(value.data, sizeof value.data, job);
	zn_overlay_put(view->state, &key, &value);
}

void zn_ledger_job_delete(struct zn_ledger_view *view, const struct zn_hash *job_id)
{
	struct zn_hash key = job_key(job_id);
	zn_overlay_delete(view->state, &key);
}
