#include "market/lease.h"

#include <string.h>

void zn_lease_code(struct zn_codec *codec, struct zn_lease *lease)
{
	zn_codec_header(codec, ZN_RECORD_LEASE, 1);
	zn_codec_chain_id(codec, &lease->chain);
	zn_codec_hash(codec, &lease->channel_id);
	zn_codec_hash(codec, &lease->terms_hash);
	zn_codec_u64(codec, &lease->number);
	zn_codec_u64(codec, &lease->issued_s);
	zn_codec_u64(codec, &lease->deadline_s);
	zn_codec_count(codec, &lease->chunks_count, ZN_LEASE_CHUNKS_MAX);
	for (uint32_t i = 0; i < lease->chunks_count; i++)
		zn_codec_u64(codec, &lease->chunks[i]);
}

ZN_RECORD_DEFINE(lease, "lease/1")

void zn_signed_lease_code(struct zn_codec *codec, struct zn_signed_lease *signed_lease)
{
	zn_lease_code(codec, &signed_lease->lease);
	zn_codec_signature(codec, &signed_lease->signature);
}

static enum zn_lease_refusal chunks_check(const struct zn_lease *lease,
	const struct zn_lease_limits *limits)
{
	if (lease->chunks_count == 0)
		return ZN_LEASE_EMPTY;
	if (lease->chunks_count > limits->chunks_max)
		return ZN_LEASE_TOO_MANY;
	for (uint32_t i = 0; i < lease->chunks_count; i++)
		if (lease->chunks[i] >= limits->job_chunks)
			return ZN_LEASE_NO_SUCH_CHUNK;
	for (uint32_t i = 0; i < lease->chunks_count; i++)
		for (uint32_t k = 0; k < i; k++)
			if (lease->chunks[i] == lease->chunks[k])
				return ZN_LEASE_REPEATS;
	return ZN_LEASE_OK;
}

enum zn_lease_refusal zn_lease_check(const struct zn_chain_id *chain,
	const struct zn_signed_lease *offered, const struct zn_lease_limits *limits)
{
	const struct zn_lease *lease = &offered->lease;
	if (strcmp(lease->chain.text, chain->text) != 0)
		return ZN_LEASE_OTHER_CHAIN;
	if (!zn_hash_equal(&lease->channel_id, &limits->channel_id))
		return ZN_LEASE_OTHER_CHANNEL;
	if (!zn_hash_equal(&lease->terms_hash, &limits->terms_hash))
		return ZN_LEASE_OTHER_TERMS;
	if (lease->number != limits->number)
		return ZN_LEASE_NUMBER;
	enum zn_lease_refusal refusal = chunks_check(lease, limits);
	if (refusal != ZN_LEASE_OK)
		return refusal;
	if (lease->deadline_s < lease->issued_s ||
		lease->deadline_s - lease->issued_s < limits->lease_s)
		return ZN_LEASE_DEADLINE;
	struct zn_hash hash;
	zn_lease_hash(&hash, chain, lease);
	if (!zn_verify(&limits->publisher_key, &hash, &offered->signature))
		return ZN_LEASE_BAD_SIGNATURE;
	return ZN_LEASE_OK;
}

const char *zn_lease_refusal_sentence(enum zn_lease_refusal refusal)
{
	switch (refusal) {
	case ZN_LEASE_OK:
		return "the lease is good";
#define X(name, sentence)                                                                          \
	case ZN_LEASE_##name:                                                                      \
		return sentence;
		ZN_LEASE_REFUSALS(X)
#undef X
	}
	return "?";
}
