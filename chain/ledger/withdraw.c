/* chain/ledger/withdraw.c - a job off the ledger before its expiry, by who announced it. */
#include "chain/ledger/rules.h"

static enum zn_ledger_refusal withdraw_check(struct zn_ledger_move *move,
	const struct zn_ledger_view *view, const struct zn_transaction *transaction,
	const struct zn_account *sender)
{
	struct zn_job job;
	(void)move;
	if (!zn_ledger_job_get(&job, view, &transaction->body.withdraw))
		return ZN_LEDGER_NO_JOB;
	if (!zn_account_equal(&job.owner, sender))
		return ZN_LEDGER_NOT_OWNER;
	return ZN_LEDGER_OK;
}

static void withdraw_apply(struct zn_ledger_view *view, const struct zn_transaction *transaction,
	const struct zn_account *sender)
{
	(void)sender;
	zn_ledger_job_delete(view, &transaction->body.withdraw);
}

const struct zn_ledger_rule zn_rule_withdraw = {withdraw_check, withdraw_apply};
