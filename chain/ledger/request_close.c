/* chain/ledger/request_close.c - the payer wants its rest back: what it owes is paid at once, then
 * the grace runs, in which the payee can still redeem or close. */
#include "chain/ledger/rules.h"

#include "core/assert.h"

static enum zn_ledger_refusal request_close_check(struct zn_ledger_move *move,
	const struct zn_ledger_view *view, const struct zn_transaction *transaction,
	const struct zn_account *sender)
{
	const struct zn_tx_request_close *request = &transaction->body.request_close;
	struct zn_channel channel;
	(void)move;
	(void)sender;
	if (!zn_ledger_channel_get(&channel, view, &request->channel_id))
		return ZN_LEDGER_NO_CHANNEL;
	if (!zn_public_key_equal(&channel.payer_key, &transaction->sender))
		return ZN_LEDGER_NOT_PAYER;
	if (channel.closing)
		return ZN_LEDGER_CLOSING;
	if (zn_amount_compare(request->paid, channel.redeemed) < 0)
		return ZN_LEDGER_PAID_SHRINKS;
	if (zn_amount_compare(request->paid, channel.deposit) > 0)
		return ZN_LEDGER_PAID_OVER_DEPOSIT;
	return ZN_LEDGER_OK;
}

static void request_close_apply(struct zn_ledger_view *view,
	const struct zn_transaction *transaction, const struct zn_account *sender)
{
	const struct zn_tx_request_close *request = &transaction->body.request_close;
	struct zn_channel channel;
	struct zn_amount lost;
	(void)sender;
	bool found = zn_ledger_channel_get(&channel, view, &request->channel_id);
	ZN_ASSERT(found);
	/* As with a voucher, paid + held never falls: what is paid now comes out of held first. */
	bool fits = zn_amount_add(&lost, channel.redeemed, channel.held);
	ZN_ASSERT(fits);
	struct zn_voucher owed = {.paid = request->paid};
	if (!zn_amount_sub(&owed.held, lost, request->paid))
		owed.held = ZN_AMOUNT_ZERO;
	zn_ledger_channel_pay(view, &channel, &owed);
	channel.closing = true;
	channel.closing_s = view->time_s;
	channel.closing_height = view->height;
	zn_ledger_channel_put(view, &channel);
}

const struct zn_ledger_rule zn_rule_request_close = {request_close_check, request_close_apply};
