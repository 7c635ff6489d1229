/* chain/ledger/rules.h - one kind of transaction after the other: what it must obey, what it does.
 *
 * `check` reads only, and says everything that could go wrong; `apply` is called right after a
 * check that passed, and cannot fail. Envelope, funds and fee are common to all:
 * chain/ledger/execute.c.
 */
#ifndef ZN_CHAIN_LEDGER_RULES_H
#define ZN_CHAIN_LEDGER_RULES_H

#include "chain/ledger/view.h"
#include "chain/tx/refusal.h"
#include "chain/tx/transaction.h"

/** What a transaction moves out of and into the sender's balance, the fee aside. */
struct zn_ledger_move {
	struct zn_amount pays;
	struct zn_amount gets;
};

struct zn_ledger_rule {
	enum zn_ledger_refusal (*check)(struct zn_ledger_move *move,
		const struct zn_ledger_view *view, const struct zn_transaction *transaction,
		const struct zn_account *sender);
	void (*apply)(struct zn_ledger_view *view, const struct zn_transaction *transaction,
		const struct zn_account *sender);
};

extern const struct zn_ledger_rule zn_rule_transfer;
extern const struct zn_ledger_rule zn_rule_announce;
extern const struct zn_ledger_rule zn_rule_update;
extern const struct zn_ledger_rule zn_rule_withdraw;
extern const struct zn_ledger_rule zn_rule_open;
extern const struct zn_ledger_rule zn_rule_top_up;
extern const struct zn_ledger_rule zn_rule_redeem;
extern const struct zn_ledger_rule zn_rule_close;
extern const struct zn_ledger_rule zn_rule_request_close;
extern const struct zn_ledger_rule zn_rule_refund;
extern const struct zn_ledger_rule zn_rule_bond;
extern const struct zn_ledger_rule zn_rule_unbond;

/** May this announcement stand on the ledger now? Shared by announce and update. */
enum zn_ledger_refusal zn_ledger_announcement_check(const struct zn_ledger_view *view,
	const struct zn_announcement *announcement);

/** The coins of an unbonding whose time has come go back into the balance. */
void zn_ledger_unbonding_end(struct zn_ledger_view *view, const struct zn_unbonding *unbonding);

/** End a channel: `held` to the fee pool, the rest to the payer, the channel out of the state.
 *  Shared by close and refund. */
void zn_ledger_channel_end(struct zn_ledger_view *view, const struct zn_channel *channel);
/** What ending it returns to the payer. */
struct zn_amount zn_ledger_channel_rest(const struct zn_channel *channel);
/** Pay the growth of a voucher that passed its check, and note it in `channel` (not yet put). */
void zn_ledger_channel_pay(struct zn_ledger_view *view, struct zn_channel *channel,
	const struct zn_voucher *voucher);

#endif
