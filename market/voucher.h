/* market/voucher.h - stage 8: what the payer has signed away, and whether to believe it.
 *
 * Takes  struct zn_channel from market/channel.h
 * Gives  struct zn_voucher to settlement
 *
 * A voucher is cumulative. `paid` is the payee's; `held` is lost to the payer and not yet the
 * payee's. paid and paid + held never fall, one of them grows, and the sum stays within the deposit.
 */
#ifndef ZN_MARKET_VOUCHER_H
#define ZN_MARKET_VOUCHER_H

#include "market/channel.h"

struct zn_voucher {
	struct zn_chain_id chain;
	struct zn_hash channel_id;
	struct zn_amount paid;
	struct zn_amount held;
};

ZN_RECORD_DECLARE(voucher); /* tag "voucher/1" */

struct zn_signed_voucher {
	struct zn_voucher voucher;
	struct zn_signature signature; /* the payer's, over the voucher's hash */
};

void zn_signed_voucher_code(struct zn_codec *codec, struct zn_signed_voucher *signed_voucher);

/* One list makes the enum, the names, the sentences and the order of the checks. */
#define ZN_VOUCHER_REFUSALS(X)                                                                     \
	X(OTHER_CHAIN, "the voucher is for another ledger")                                        \
	X(OTHER_CHANNEL, "the voucher is for another channel")                                     \
	X(SHRINKS, "the voucher is worth less than one already held")                              \
	X(DOES_NOT_GROW, "the voucher adds nothing to one already held")                           \
	X(OVER_DEPOSIT, "the voucher exceeds the deposit")                                         \
	X(BAD_SIGNATURE, "the payer did not sign this voucher")

enum zn_voucher_refusal {
	ZN_VOUCHER_OK,
#define X(name, sentence) ZN_VOUCHER_##name,
	ZN_VOUCHER_REFUSALS(X)
#undef X
};

/** Check a voucher against the channel that it claims to spend from.
 *
 *  Returns: ZN_VOUCHER_OK, or the first rule broken, in the order of the list.
 *  In:      channel  as the ledger has it.
 *           best     the best voucher held so far, NULL for none.
 *           offered  untrusted, as decoded from the peer.
 *  Cost:    one signature check, last.
 */
enum zn_voucher_refusal zn_voucher_check(const struct zn_chain_id *chain,
	const struct zn_channel *channel, const struct zn_voucher *best,
	const struct zn_signed_voucher *offered);
const char *zn_voucher_refusal_sentence(enum zn_voucher_refusal refusal);

#endif
