/* chain/ledger/refund.c - after the grace the payer takes the rest, and the channel ends. */
#include "chain/ledger/rules.h"

#include "core/assert.h"

static enum zn_ledger_refusal refund_check(struct zn_ledger_move *move,
	const struct zn_ledger_view *view, const struct zn_transaction *transaction,
	const struct zn_account *sender)
{
	struct zn_channel channel;
	uint64_t from_s, from_height;
	(void)sender;
	if (!zn_ledger_channel_get(&channel, view, &transaction->body.refund))
		return ZN_LEDGER_NO_CHANNEL;
	if (!zn_public_key_equal(&channel.payer_key, &transaction->sender))
		return ZN_LEDGER_NOT_PAYER;
	if (!channel.closing)
		return ZN_LEDGER_NOT_CLOSING;
	zn_channel_refund_from(&from_s, &from_height, &channel);
	if (view->time_s < from_s || view->height < from_height)
		return ZN_LEDGER_TOO_EARLY;
	move->gets = zn_ledger_channel_rest(&channel);
	return ZN_LEDGER_OK;
}

static void refund_apply(struct zn_ledger_view *view, const struct zn_transaction *transaction,
	const struct zn_account *sender)
{
	struct zn_channel channel;
	(void)sender;
	bool found = zn_ledger_channel_get(&channel, view, &transaction->body.refund);
	ZN_ASSERT(found);
	zn_ledger_channel_end(view, &channel);
}

const struct zn_ledger_rule zn_rule_refund = {refund_check, refund_apply};
