/* chain/ledger/close.c - the payee ends a channel, with its best voucher or with none. */
#include "chain/ledger/rules.h"

#include "core/assert.h"

static enum zn_ledger_refusal close_check(struct zn_ledger_move *move,
	const struct zn_ledger_view *view, const struct zn_transaction *transaction,
	const struct zn_account *sender)
{
	const struct zn_tx_close *close = &transaction->body.close;
	struct zn_channel channel;
	if (!zn_ledger_channel_get(&channel, view, &close->channel_id))
		return ZN_LEDGER_NO_CHANNEL;
	if (!zn_account_equal(&channel.payee, sender))
		return ZN_LEDGER_NOT_PAYEE;
	if (!close->has_voucher)
		return ZN_LEDGER_OK;
	enum zn_voucher_refusal refusal =
		zn_voucher_check(&view->params->chain, &channel, NULL, &close->voucher);
	if (refusal != ZN_VOUCHER_OK)
		return (enum zn_ledger_refusal)(ZN_LEDGER_VOUCHER_BASE + (int)refusal);
	bool grows = zn_amount_sub(&move->gets, close->voucher.voucher.paid, channel.redeemed);
	ZN_ASSERT(grows);
	return ZN_LEDGER_OK;
}

static void close_apply(struct zn_ledger_view *view, const struct zn_transaction *transaction,
	const struct zn_account *sender)
{
	const struct zn_tx_close *close = &transaction->body.close;
	struct zn_channel channel;
	(void)sender;
	bool found = zn_ledger_channel_get(&channel, view, &close->channel_id);
	ZN_ASSERT(found);
	if (close->has_voucher)
		zn_ledger_channel_pay(view, &channel, &close->voucher.voucher);
	zn_ledger_channel_end(view, &channel);
}

const struct zn_ledger_rule zn_rule_close = {close_check, close_apply};
