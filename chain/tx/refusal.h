/* chain/tx/refusal.h - the rules that a transaction may break, in the order of the checks.
 *
 * The number is the `code` of every RPC answer about the transaction; 0 is accepted. Stored and
 * sent: never renumbered. Announcement and voucher rules follow with their own order, each from its
 * list.
 */
#ifndef ZN_CHAIN_TX_REFUSAL_H
#define ZN_CHAIN_TX_REFUSAL_H

#include "market/announcement.h"
#include "market/voucher.h"

#define ZN_LEDGER_REFUSALS(X)                                                                      \
	X(TOO_LARGE, 1, "the transaction is larger than a transaction may be")                     \
	X(MALFORMED, 2, "these bytes are no transaction")                                          \
	X(EXPIRED, 3, "the transaction's valid-until has passed")                                  \
	X(FEE_TOO_LOW, 4, "the fee is lower than the ledger's rate for so many bytes")             \
	X(NONCE_USED, 5, "the nonce has been used already")                                        \
	X(NONCE_GAP, 6, "an earlier transaction of this account is missing")                       \
	X(BAD_SIGNATURE, 7, "the sender did not sign this, or signed it for another ledger")       \
	X(NO_AMOUNT, 8, "it moves no coins")                                                       \
	X(JOB_TOO_LONG, 9, "the announcement would stay for longer than 30 days")                  \
	X(NO_JOB, 10, "there is no such job")                                                      \
	X(NOT_OWNER, 11, "the job was announced by somebody else")                                 \
	X(NO_OPENING, 12, "it opens no channel")                                                   \
	X(PAYS_ITSELF, 13, "a channel must pay somebody else")                                     \
	X(SHORT_GRACE, 14, "the grace is shorter than the ledger's minimum")                       \
	X(LONG_GRACE, 15, "the grace is longer than a year")                                       \
	X(DUST_DEPOSIT, 16, "the deposit is smaller than what settling it costs")                  \
	X(DEPOSIT_TOO_LARGE, 27, "so much was never put into one channel: open another")           \
	X(NO_CHANNEL, 17, "there is no such channel")                                              \
	X(NOT_PAYER, 18, "only the payer may do this to a channel")                                \
	X(NOT_PAYEE, 19, "only the payee may do this to a channel")                                \
	X(CLOSING, 20, "the channel's close has been requested already")                           \
	X(NOT_CLOSING, 21, "the channel's close has not been requested")                           \
	X(PAID_SHRINKS, 22, "less than what has been paid out already")                            \
	X(PAID_OVER_DEPOSIT, 23, "more than the channel's deposit")                                \
	X(TOO_EARLY, 24, "the channel's grace is not over")                                        \
	X(NO_BOND, 28, "the account has not bonded so much")                                       \
	X(NO_FUNDS, 25, "the account does not hold so much")                                       \
	X(MEMPOOL_FULL, 26, "this node has no room for more transactions now")

#define ZN_LEDGER_ANNOUNCEMENT_BASE 64
#define ZN_LEDGER_VOUCHER_BASE      96

enum zn_ledger_refusal {
	ZN_LEDGER_OK = 0,
#define X(name, value, sentence) ZN_LEDGER_##name = value,
	ZN_LEDGER_REFUSALS(X)
#undef X
#define X(name, sentence)                                                                          \
	ZN_LEDGER_ANNOUNCEMENT_##name = ZN_LEDGER_ANNOUNCEMENT_BASE + (int)ZN_ANNOUNCEMENT_##name,
		ZN_ANNOUNCEMENT_REFUSALS(X)
#undef X
#define X(name, sentence)                                                                          \
	ZN_LEDGER_VOUCHER_##name = ZN_LEDGER_VOUCHER_BASE + (int)ZN_VOUCHER_##name,
			ZN_VOUCHER_REFUSALS(X)
#undef X
};

/** The name ("NO_FUNDS") or the sentence; "?" for a number that names none. */
const char *zn_ledger_refusal_name(uint32_t refusal);
const char *zn_ledger_refusal_sentence(uint32_t refusal);

#endif
