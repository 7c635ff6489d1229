/* chain/ledger/bond.c - a provider puts coins up, where nobody can spend them. */
#include "chain/ledger/rules.h"

#include "core/assert.h"

static enum zn_ledger_refusal bond_check(struct zn_ledger_move *move,
	const struct zn_ledger_view *view, const struct zn_transaction *transaction,
	const struct zn_account *sender)
{
	(void)view;
	(void)sender;
	if (transaction->body.bond.zat == 0)
		return ZN_LEDGER_NO_AMOUNT;
	move->pays = transaction->body.bond;
	return ZN_LEDGER_OK;
}

static void bond_apply(struct zn_ledger_view *view, const struct zn_transaction *transaction,
	const struct zn_account *sender)
{
	struct zn_bond bond;
	zn_ledger_bond_get(&bond, view, sender);
	zn_ledger_account_debit(view, sender, transaction->body.bond);
	bool added = zn_amount_add(&bond.bonded, bond.bonded, transaction->body.bond);
	ZN_ASSERT(added); /* the supply bounds it */
	zn_ledger_bond_put(view, &bond);
}

const struct zn_ledger_rule zn_rule_bond = {bond_check, bond_apply};
