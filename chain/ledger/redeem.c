/* chain/ledger/redeem.c - pay out what a voucher adds; the channel stays open.
 *
 * Anyone may submit it. Only for the payee can the fee come out of the payment, because the fee is
 * the sender's: else a payer could eat its worker's pay up by redeeming zat after zat.
 */
#include "chain/ledger/rules.h"

#include "core/assert.h"

static enum zn_ledger_refusal redeem_check(struct zn_ledger_move *move,
	const struct zn_ledger_view *view, const struct zn_transaction *transaction,
	const struct zn_account *sender)
{
	const struct zn_signed_voucher *voucher = &transaction->body.redeem;
	struct zn_channel channel;
	if (!zn_ledger_channel_get(&channel, view, &voucher->voucher.channel_id))
		return ZN_LEDGER_NO_CHANNEL;
	enum zn_voucher_refusal refusal =
		zn_voucher_check(&view->params->chain, &channel, NULL, voucher);
	if (refusal != ZN_VOUCHER_OK)
		return (enum zn_ledger_refusal)(ZN_LEDGER_VOUCHER_BASE + (int)refusal);
	if (zn_account_equal(&channel.payee, sender)) {
		bool grows = zn_amount_sub(&move->gets, voucher->voucher.paid, channel.redeemed);
		ZN_ASSERT(grows);
	}
	return ZN_LEDGER_OK;
}

static void redeem_apply(struct zn_ledger_view *view, const struct zn_transaction *transaction,
	const struct zn_account *sender)
{
	const struct zn_voucher *voucher = &transaction->body.redeem.voucher;
	struct zn_channel channel;
	(void)sender;
	bool found = zn_ledger_channel_get(&channel, view, &voucher->channel_id);
	ZN_ASSERT(found);
	zn_ledger_channel_pay(view, &channel, voucher);
	zn_ledger_channel_put(view, &channel);
}

const struct zn_ledger_rule zn_rule_redeem = {redeem_check, redeem_apply};
