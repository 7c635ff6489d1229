/* chain/ledger/view.h - the state as one block, or a mempool, sees and changes it.
 *
 * The only way to the accounts, channels and jobs: each write books what it moves into the totals,
 * so that a rule that makes or loses a coin is caught by zn_ledger_view_conserved.
 */
#ifndef ZN_CHAIN_LEDGER_VIEW_H
#define ZN_CHAIN_LEDGER_VIEW_H

#include "chain/ledger/store.h"
#include "chain/tx/state.h"

struct zn_ledger_view {
	const struct zn_ledger_params *params; /* borrowed */
	struct zn_overlay *state;              /* borrowed */
	uint64_t height;                       /* of the block that is being made */
	uint64_t time_s;                       /* its ledger time */
	struct zn_supply supply;               /* as changed so far */
};

/** Params and totals as the store has them; false if there are none (an empty store) or they do not
 *  decode. */
bool zn_ledger_params_load(struct zn_ledger_params *out, const struct zn_overlay *state);
bool zn_ledger_supply_load(struct zn_supply *out, const struct zn_overlay *state);

void zn_ledger_view_begin(struct zn_ledger_view *view, const struct zn_ledger_params *params,
	struct zn_overlay *state, uint64_t height, uint64_t time_s);
/** Write the totals into the state, if they changed. */
void zn_ledger_view_end(struct zn_ledger_view *view);
/** Do the five parts add up to the supply? */
bool zn_ledger_view_conserved(const struct zn_ledger_view *view);

/** An account that is not there yet comes with balance 0 and nonce 0. */
void zn_ledger_account_get(struct zn_account_state *out, const struct zn_ledger_view *view,
	const struct zn_account *account);
void zn_ledger_account_put(struct zn_ledger_view *view, const struct zn_account_state *account);
/** Add to a balance. The supply bounds it: an overflow is our bug. */
void zn_ledger_account_credit(struct zn_ledger_view *view, const struct zn_account *account,
	struct zn_amount amount);
/** Take from a balance that was checked to hold it. */
void zn_ledger_account_debit(struct zn_ledger_view *view, const struct zn_account *account,
	struct zn_amount amount);
void zn_ledger_fee_pool_add(struct zn_ledger_view *view, struct zn_amount amount);

bool zn_ledger_channel_get(struct zn_channel *out, const struct zn_ledger_view *view,
	const struct zn_hash *channel_id);
void zn_ledger_channel_put(struct zn_ledger_view *view, const struct zn_channel *channel);
void zn_ledger_channel_delete(struct zn_ledger_view *view, const struct zn_channel *channel);

/** A bond that is not there yet comes with nothing in it; one that holds nothing leaves. */
void zn_ledger_bond_get(struct zn_bond *out, const struct zn_ledger_view *view,
	const struct zn_account *account);
void zn_ledger_bond_put(struct zn_ledger_view *view, const struct zn_bond *bond);
void zn_ledger_unbonding_put(struct zn_ledger_view *view, const struct zn_unbonding *unbonding);
void zn_ledger_unbonding_delete(struct zn_ledger_view *view, const struct zn_hash *id);

/** False for an expired one too. */
bool zn_ledger_job_get(struct zn_job *out, const struct zn_ledger_view *view,
	const struct zn_hash *job_id);
void zn_ledger_job_put(struct zn_ledger_view *view, const struct zn_job *job);
void zn_ledger_job_delete(struct zn_ledger_view *view, const struct zn_hash *job_id);

#endif
