/* chain/ledger/transfer.c - coins from one account to another. */
#include "chain/ledger/rules.h"

static enum zn_ledger_refusal transfer_check(struct zn_ledger_move *move,
	const struct zn_ledger_view *view, const struct zn_transaction *transaction,
	const struct zn_account *sender)
{
	(void)view;
	(void)sender;
	if (transaction->body.transfer.amount.zat == 0)
		return ZN_LEDGER_NO_AMOUNT;
	move->pays = transaction->body.transfer.amount;
	return ZN_LEDGER_OK;
}

static void transfer_apply(struct zn_ledger_view *view, const struct zn_transaction *transaction,
	const struct zn_account *sender)
{
	const struct zn_tx_transfer *transfer = &transaction->body.transfer;
	zn_ledger_account_debit(view, sender, transfer->amount);
	zn_ledger_account_credit(view, &transfer->to, transfer->amount);
}

const struct zn_ledger_rule zn_rule_transfer = {transfer_check, transfer_apply};
