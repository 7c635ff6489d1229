#include "market/voucher.h"

#include <string.h>

void zn_voucher_code(struct zn_codec *codec, struct zn_voucher *voucher)
{
	zn_codec_header(codec, ZN_RECORD_VOUCHER, 1);
	zn_codec_chain_id(codec, &voucher->chain);
	zn_codec_hash(codec, &voucher->channel_id);
	zn_codec_amount(codec, &voucher->paid);
	zn_codec_amount(codec, &voucher->held);
}

ZN_RECORD_DEFINE(voucher, "voucher/1")

void zn_signed_voucher_code(struct zn_codec *codec, struct zn_signed_voucher *signed_voucher)
{
	zn_voucher_code(codec, &signed_voucher->voucher);
	zn_codec_signature(codec, &signed_voucher->signature);
}

/* paid and paid + held never fall, one of them grows. */
static enum zn_voucher_refusal growth_check(const struct zn_channel *channel,
	const struct zn_voucher *best, const struct zn_voucher *offered)
{
	struct zn_amount paid_before = best != NULL ? best->paid : channel->redeemed;
	struct zn_amount held_before = best != NULL ? best->held : channel->held;
	struct zn_amount sum_before, sum;
	if (!zn_amount_add(&sum_before, paid_before, held_before))
		return ZN_VOUCHER_SHRINKS;
	if (!zn_amount_add(&sum, offered->paid, offered->held))
		return ZN_VOUCHER_OVER_DEPOSIT;
	int paid_grows = zn_amount_compare(offered->paid, paid_before);
	int sum_grows = zn_amount_compare(sum, sum_before);
	if (paid_grows < 0 || sum_grows < 0)
		return ZN_VOUCHER_SHRINKS;
	if (paid_grows == 0 && sum_grows == 0)
		return ZN_VOUCHER_DOES_NOT_GROW;
	if (zn_amount_compare(sum, channel->deposit) > 0)
		return ZN_VOUCHER_OVER_DEPOSIT;
	return ZN_VOUCHER_OK;
}

enum zn_voucher_refusal zn_voucher_check(const struct zn_chain_id *chain,
	const struct zn_channel *channel, const struct zn_voucher *best,
	const struct zn_signed_voucher *offered)
{
	const struct zn_voucher *voucher = &offered->voucher;
	if (strcmp(voucher->chain.text, chain->text) != 0)
		return ZN_VOUCHER_OTHER_CHAIN;
	if (!zn_hash_equal(&voucher->channel_id, &channel->id))
		return ZN_VOUCHER_OTHER_CHANNEL;
	enum zn_voucher_refusal refusal = growth_check(channel, best, voucher);
	if (refusal != ZN_VOUCHER_OK)
		return refusal;
	struct zn_hash hash;
	zn_voucher_hash(&hash, chain, voucher);
	if (!zn_verify(&channel->payer_key, &hash, &offered->signature))
		return ZN_VOUCHER_BAD_SIGNATURE;
	return ZN_VOUCHER_OK;
}

const char *zn_voucher_refusal_sentence(enum zn_voucher_refusal refusal)
{
	switch (refusal) {
	case ZN_VOUCHER_OK:
		return "the voucher is good";
#define X(name, sentence)                                                                          \
	case ZN_VOUCHER_##name:                                                                    \
		return sentence;
		ZN_VOUCHER_REFUSALS(X)
#undef X
	}
	return "?";
}
