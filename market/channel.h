/* market/channel.h - stage 4: a payment channel as the ledger holds it, and whether it funds a deal.
 *
 * Takes  the terms hash from market/terms.h
 * Gives  struct zn_channel to market/voucher.h, to the ledger's state and to the settlement
 *
 * One direction: the payer's deposit, spent by vouchers to the payee. Times are ledger seconds.
 */
#ifndef ZN_MARKET_CHANNEL_H
#define ZN_MARKET_CHANNEL_H

#include "market/record.h"

struct zn_channel {
	struct zn_hash id;              /* tagged hash of (payer, nonce of the opening, index) */
	struct zn_public_key payer_key; /* signs vouchers */
	struct zn_account payee;
	struct zn_hash terms_hash;
	struct zn_amount deposit;  /* everything ever put in */
	struct zn_amount redeemed; /* already paid out to the payee */
	struct zn_amount held;     /* of the best voucher seen on the ledger */
	uint32_t grace_s;
	uint64_t opened_height;
	bool closing;       /* the payer has requested close */
	uint64_t closing_s; /* ledger time and height of the request; 0 while open */
	uint64_t closing_height;
};

ZN_RECORD_DECLARE(channel); /* the ledger's state value; tag "channel/1" */

/** The id of the `index`-th channel that `payer` opens in its transaction with `nonce`. */
void zn_channel_id(struct zn_hash *out, const struct zn_chain_id *chain,
	const struct zn_account *payer, uint64_t nonce, uint32_t index);

/** When may the payer take the rest? Both must have passed. Of a closing channel. */
void zn_channel_refund_from(uint64_t *from_s, uint64_t *from_height,
	const struct zn_channel *channel);

/* Does the channel that the publisher names fund the agreed terms? Order of the checks. */
#define ZN_FUNDING_REFUSALS(X)                                                                     \
	X(OTHER_PAYER, "the channel is not the publisher's")                                       \
	X(OTHER_PAYEE, "the channel pays somebody else")                                           \
	X(OTHER_TERMS, "the channel was opened for other terms")                                   \
	X(SHORT_GRACE, "the channel's grace is shorter than agreed")                               \
	X(CLOSING, "the channel is already being closed")                                          \
	X(TOO_SMALL, "the channel's deposit does not cover one window of work")

enum zn_funding_refusal {
	ZN_FUNDING_OK,
#define X(name, sentence) ZN_FUNDING_##name,
	ZN_FUNDING_REFUSALS(X)
#undef X
};

struct zn_funding {
	struct zn_public_key payer_key;
	struct zn_account payee;
	struct zn_hash terms_hash;
	uint32_t grace_s;
	struct zn_amount least; /* that must still be unspent */
};

enum zn_funding_refusal zn_funding_check(const struct zn_channel *channel,
	const struct zn_funding *wanted);
const char *zn_funding_refusal_sentence(enum zn_funding_refusal refusal);

#endif
