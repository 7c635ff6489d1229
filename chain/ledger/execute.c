#include "chain/ledger/execute.h"

#include "chain/ledger/rules.h"
#include "core/assert.h"

static const struct zn_ledger_rule *const rules[ZN_TX_KIND_MAX + 1] = {
	[ZN_TX_TRANSFER] = &zn_rule_transfer,
	[ZN_TX_ANNOUNCE] = &zn_rule_announce,
	[ZN_TX_UPDATE] = &zn_rule_update,
	[ZN_TX_WITHDRAW] = &zn_rule_withdraw,
	[ZN_TX_OPEN] = &zn_rule_open,
	[ZN_TX_TOP_UP] = &zn_rule_top_up,
	[ZN_TX_REDEEM] = &zn_rule_redeem,
	[ZN_TX_CLOSE] = &zn_rule_close,
	[ZN_TX_REQUEST_CLOSE] = &zn_rule_request_close,
	[ZN_TX_REFUND] = &zn_rule_refund,
	[ZN_TX_BOND] = &zn_rule_bond,
	[ZN_TX_UNBOND] = &zn_rule_unbond,
};

/* What every transaction must obey, whatever its kind; the signature last, since it costs most. */
static enum zn_ledger_refusal envelope_check(const struct zn_ledger_view *view,
	const struct zn_transaction *transaction, const struct zn_account_state *sender,
	size_t count, bool signature_known)
{
	struct zn_amount fee = zn_transaction_fee(count, view->params->fee_zat_per_byte);
	if (transaction->valid_until_s < view->time_s)
		return ZN_LEDGER_EXPIRED;
	if (zn_amount_compare(transaction->fee, fee) < 0)
		return ZN_LEDGER_FEE_TOO_LOW;
	if (transaction->nonce < sender->nonce)
		return ZN_LEDGER_NONCE_USED;
	if (transaction->nonce > sender->nonce)
		return ZN_LEDGER_NONCE_GAP;
	if (signature_known)
		return ZN_LEDGER_OK;
	struct zn_hash hash;
	zn_transaction_hash(&hash, &view->params->chain, transaction);
	if (!zn_verify(&transaction->sender, &hash, &transaction->signature))
		return ZN_LEDGER_BAD_SIGNATURE;
	return ZN_LEDGER_OK;
}

/* balance + gets >= pays + fee. A sum that is no amount is more than there is. */
static bool funds_suffice(struct zn_amount balance, const struct zn_ledger_move *move,
	struct zn_amount fee)
{
	struct zn_amount has, needs;
	if (!zn_amount_add(&needs, move->pays, fee))
		return false;
	/* What it pays must be there before what it gets. */
	if (zn_amount_compare(move->pays, balance) > 0)
		return false;
	bool fits = zn_amount_add(&has, balance, move->gets);
	ZN_ASSERT(fits);
	return zn_amount_compare(has, needs) >= 0;
}

static void fee_take(struct zn_ledger_view *view, const struct zn_transaction *transaction,
	const struct zn_account *sender)
{
	struct zn_account_state state;
	zn_ledger_account_get(&state, view, sender);
	bool taken = zn_amount_sub(&state.balance, state.balance, transaction->fee);
	ZN_ASSERT(taken);
	state.nonce++;
	zn_ledger_account_put(view, &state);
	zn_ledger_fee_pool_add(view, transaction->fee);
}

enum zn_ledger_refusal zn_ledger_execute(struct zn_ledger_view *view,
	const struct zn_transaction *transaction, size_t count, bool signature_known)
{
	struct zn_account account;
	struct zn_account_state sender;
	zn_account_of(&account, &transaction->sender);
	zn_ledger_account_get(&sender, view, &account);
	enum zn_ledger_refusal refusal =
		envelope_check(view, transaction, &sender, count, signature_known);
	if (refusal != ZN_LEDGER_OK)
		return refusal;

	ZN_ASSERT(transaction->kind <= ZN_TX_KIND_MAX && rules[transaction->kind] != NULL);
	const struct zn_ledger_rule *rule = rules[transaction->kind];
	struct zn_ledger_move move = {0};
	refusal = rule->check(&move, view, transaction, &account);
	if (refusal != ZN_LEDGER_OK)
		return refusal;
	if (!funds_suffice(sender.balance, &move, transaction->fee))
		return ZN_LEDGER_NO_FUNDS;

	rule->apply(view, transaction, &account);
	fee_take(view, transaction, &account);
	ZN_ASSERT(zn_ledger_view_conserved(view));
	return ZN_LEDGER_OK;
}

enum zn_ledger_refusal zn_ledger_execute_bytes(struct zn_ledger_view *view,
	struct zn_transaction *out, const uint8_t *bytes, size_t count, bool signature_known)
{
	if (count > ZN_TX_BYTES_MAX)
		return ZN_LEDGER_TOO_LARGE;
	if (!zn_transaction_decode(out, bytes, count))
		return ZN_LEDGER_MALFORMED;
	return zn_ledger_execute(view, out, count, signature_known);
}
