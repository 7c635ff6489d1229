#include "market/channel.h"

#include "core/assert.h"
#include "core/limits.h"

void zn_channel_code(struct zn_codec *codec, struct zn_channel *channel)
{
	zn_codec_header(codec, ZN_RECORD_CHANNEL_STATE, 1);
	zn_codec_hash(codec, &channel->id);
	zn_codec_public_key(codec, &channel->payer_key);
	zn_codec_account(codec, &channel->payee);
	zn_codec_hash(codec, &channel->terms_hash);
	zn_codec_amount(codec, &channel->deposit);
	zn_codec_amount(codec, &channel->redeemed);
	zn_codec_amount(codec, &channel->held);
	zn_codec_u32(codec, &channel->grace_s);
	zn_codec_u64(codec, &channel->opened_height);
	zn_codec_bool(codec, &channel->closing);
	zn_codec_u64(codec, &channel->closing_s);
	zn_codec_u64(codec, &channel->closing_height);
}

ZN_RECORD_DEFINE(channel, "channel/1")

void zn_channel_id(struct zn_hash *out, const struct zn_chain_id *chain,
	const struct zn_account *payer, uint64_t nonce, uint32_t index)
{
	uint8_t bytes[64];
	struct zn_account account = *payer;
	struct zn_codec codec = zn_codec_writer(bytes, sizeof bytes);
	zn_codec_account(&codec, &account);
	zn_codec_u64(&codec, &nonce);
	zn_codec_u32(&codec, &index);
	ZN_ASSERT(zn_codec_done(&codec));
	zn_hash_tagged(out, "channel-id/1", chain, bytes, codec.used);
}

void zn_channel_refund_from(uint64_t *from_s, uint64_t *from_height,
	const struct zn_channel *channel)
{
	ZN_ASSERT(channel->closing);
	*from_s = channel->closing_s + channel->grace_s;
	*from_height = channel->closing_height + ZN_GRACE_BLOCKS;
}

enum zn_funding_refusal zn_funding_check(const struct zn_channel *channel,
	const struct zn_funding *wanted)
{
	struct zn_amount left;
	if (!zn_public_key_equal(&channel->payer_key, &wanted->payer_key))
		return ZN_FUNDING_OTHER_PAYER;
	if (!zn_account_equal(&channel->payee, &wanted->payee))
		return ZN_FUNDING_OTHER_PAYEE;
	if (!zn_hash_equal(&channel->terms_hash, &wanted->terms_hash))
		return ZN_FUNDING_OTHER_TERMS;
	if (channel->grace_s < wanted->grace_s)
		return ZN_FUNDING_SHORT_GRACE;
	if (channel->closing)
		return ZN_FUNDING_CLOSING;
	if (!zn_amount_sub(&left, channel->deposit, channel->redeemed) ||
		zn_amount_compare(left, wanted->least) < 0)
		return ZN_FUNDING_TOO_SMALL;
	return ZN_FUNDING_OK;
}

const char *zn_funding_refusal_sentence(enum zn_funding_refusal refusal)
{
	switch (refusal) {
	case ZN_FUNDING_OK:
		return "the channel funds the terms";
#define X(name, sentence)                                                                          \
	case ZN_FUNDING_##name:                                                                    \
		return sentence;
		ZN_FUNDING_REFUSALS(X)
#undef X
	}
	return "?";
}
