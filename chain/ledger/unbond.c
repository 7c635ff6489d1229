/* chain/ledger/unbond.c - coins leave a bond, and are back in the balance three weeks later. */
#include "chain/ledger/rules.h"

#include "core/assert.h"
#include "core/limits.h"

static enum zn_ledger_refusal unbond_check(struct zn_ledger_move *move,
	const struct zn_ledger_view *view, const struct zn_transaction *transaction,
	const struct zn_account *sender)
{
	struct zn_bond bond;
	(void)move;
	if (transaction->body.unbond.zat == 0)
		return ZN_LEDGER_NO_AMOUNT;
	zn_ledger_bond_get(&bond, view, sender);
	if (zn_amount_compare(transaction->body.unbond, bond.bonded) > 0)
		return ZN_LEDGER_NO_BOND;
	return ZN_LEDGER_OK;
}

static void unbond_apply(struct zn_ledger_view *view, const struct zn_transaction *transaction,
	const struct zn_account *sender)
{
	struct zn_bond bond;
	struct zn_unbonding unbonding = {.account = *sender,
		.amount = transaction->body.unbond,
		.release_s = view->time_s + ZN_UNBOND_S};
	zn_ledger_bond_get(&bond, view, sender);
	bool moved = zn_amount_sub(&bond.bonded, bond.bonded, unbonding.amount) &&
		     zn_amount_add(&bond.unbonding, bond.unbonding, unbonding.amount);
	ZN_ASSERT(moved);
	zn_unbonding_id(&unbonding.id, &view->params->chain, sender, transaction->nonce);
	zn_ledger_bond_put(view, &bond);
	zn_ledger_unbonding_put(view, &unbonding);
}

const struct zn_ledger_rule zn_rule_unbond = {unbond_check, unbond_apply};

void zn_ledger_unbonding_end(struct zn_ledger_view *view, const struct zn_unbonding *unbonding)
{
	struct zn_bond bond;
	zn_ledger_bond_get(&bond, view, &unbonding->account);
	bool left = zn_amount_sub(&bond.unbonding, bond.unbonding, unbonding->amount);
	ZN_ASSERT(left);
	zn_ledger_unbonding_delete(view, &unbonding->id);
	zn_ledger_bond_put(view, &bond);
	zn_ledger_account_credit(view, &unbonding->account, unbonding->amount);
}
