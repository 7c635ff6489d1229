/* chain/ledger/top_up.c - more deposit for an open channel. */
#include "chain/ledger/rules.h"

#include "core/assert.h"

static enum zn_ledger_refusal top_up_check(struct zn_ledger_move *move,
	const struct zn_ledger_view *view, const struct zn_transaction *transaction,
	const struct zn_account *sender)
{
	const struct zn_tx_top_up *top_up = &transaction->body.top_up;
	struct zn_channel channel;
	(void)sender;
	if (!zn_ledger_channel_get(&channel, view, &top_up->channel_id))
		return ZN_LEDGER_NO_CHANNEL;
	if (!zn_public_key_equal(&channel.payer_key, &transaction->sender))
		return ZN_LEDGER_NOT_PAYER;
	if (channel.closing)
		return ZN_LEDGER_CLOSING;
	if (top_up->amount.zat == 0)
		return ZN_LEDGER_NO_AMOUNT;
	/* A deposit counts everything ever put in, and coins can go round. */
	if (!zn_amount_add(&channel.deposit, channel.deposit, top_up->amount))
		return ZN_LEDGER_DEPOSIT_TOO_LARGE;
	move->pays = top_up->amount;
	return ZN_LEDGER_OK;
}

static void top_up_apply(struct zn_ledger_view *view, const struct zn_transaction *transaction,
	const struct zn_account *sender)
{
	const struct zn_tx_top_up *top_up = &transaction->body.top_up;
	struct zn_channel channel;
	bool found = zn_ledger_channel_get(&channel, view, &top_up->channel_id);
	ZN_ASSERT(found);
	zn_ledger_account_debit(view, sender, top_up->amount);
	bool added = zn_amount_add(&channel.deposit, channel.deposit, top_up->amount);
	ZN_ASSERT(added);
	zn_ledger_channel_put(view, &channel);
}

const struct zn_ledger_rule zn_rule_top_up = {top_up_check, top_up_apply};
