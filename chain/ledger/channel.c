/* chain/ledger/channel.c - what redeem, close and refund do alike. */
#include "chain/ledger/rules.h"

#include "core/assert.h"

void zn_ledger_channel_pay(struct zn_ledger_view *view, struct zn_channel *channel,
	const struct zn_voucher *voucher)
{
	struct zn_amount growth;
	bool grows = zn_amount_sub(&growth, voucher->paid, channel->redeemed);
	ZN_ASSERT(grows);
	zn_ledger_account_credit(view, &channel->payee, growth);
	channel->redeemed = voucher->paid;
	channel->held = voucher->held;
}

struct zn_amount zn_ledger_channel_rest(const struct zn_channel *channel)
{
	struct zn_amount rest;
	bool fits = zn_amount_sub(&rest, channel->deposit, channel->redeemed) &&
		    zn_amount_sub(&rest, rest, channel->held);
	ZN_ASSERT(fits); /* the voucher's check and request-close keep the sum below the deposit */
	return rest;
}

void zn_ledger_channel_end(struct zn_ledger_view *view, const struct zn_channel *channel)
{
	struct zn_account payer;
	zn_account_of(&payer, &channel->payer_key);
	zn_ledger_channel_delete(view, channel);
	zn_ledger_account_credit(view, &payer, zn_ledger_channel_rest(channel));
	zn_ledger_fee_pool_add(view, channel->held);
}
