/* chain/ledger/open.c - one to 64 payment channels, paid for by the sender. */
#include "chain/ledger/rules.h"

#include "core/assert.h"

static enum zn_ledger_refusal opening_check(const struct zn_ledger_view *view,
	const struct zn_tx_opening *opening, const struct zn_account *sender)
{
	struct zn_amount dust =
		zn_transaction_fee(ZN_DEPOSIT_BYTES_MIN, view->params->fee_zat_per_byte);
	if (zn_account_equal(&opening->payee, sender))
		return ZN_LEDGER_PAYS_ITSELF;
	if (opening->grace_s < view->params->grace_s_min)
		return ZN_LEDGER_SHORT_GRACE;
	if (opening->grace_s > ZN_GRACE_S_MAX)
		return ZN_LEDGER_LONG_GRACE;
	if (opening->deposit.zat == 0 || zn_amount_compare(opening->deposit, dust) < 0)
		return ZN_LEDGER_DUST_DEPOSIT;
	return ZN_LEDGER_OK;
}

static enum zn_ledger_refusal open_check(struct zn_ledger_move *move,
	const struct zn_ledger_view *view, const struct zn_transaction *transaction,
	const struct zn_account *sender)
{
	const struct zn_tx_open *open = &transaction->body.open;
	bool fits = true;
	if (open->count == 0)
		return ZN_LEDGER_NO_OPENING;
	for (uint32_t i = 0; i < open->count; i++) {
		enum zn_ledger_refusal refusal = opening_check(view, &open->openings[i], sender);
		if (refusal != ZN_LEDGER_OK)
			return refusal;
		fits = fits && zn_amount_add(&move->pays, move->pays, open->openings[i].deposit);
	}
	return fits ? ZN_LEDGER_OK : ZN_LEDGER_NO_FUNDS;
}

static void open_apply(struct zn_ledger_view *view, const struct zn_transaction *transaction,
	const struct zn_account *sender)
{
	const struct zn_tx_open *open = &transaction->body.open;
	for (uint32_t i = 0; i < open->count; i++) {
		const struct zn_tx_opening *opening = &open->openings[i];
		struct zn_channel channel = {.payer_key = transaction->sender,
			.payee = opening->payee,
			.terms_hash = opening->terms_hash,
			.deposit = opening->deposit,
			.grace_s = opening->grace_s,
			.opened_height = view->height};
		zn_channel_id(&channel.id, &view->params->chain, sender, transaction->nonce, i);
		zn_ledger_account_debit(view, sender, opening->deposit);
		zn_ledger_channel_put(view, &channel);
	}
}

const struct zn_ledger_rule zn_rule_open = {open_check, open_apply};
