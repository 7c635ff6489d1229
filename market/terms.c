#include "market/terms.h"

#include "core/limits.h"
#include "market/announcement.h"

void zn_terms_code(struct zn_codec *codec, struct zn_terms *terms)
{
	zn_codec_header(codec, ZN_RECORD_TERMS, 1);
	zn_codec_public_key(codec, &terms->publisher_key);
	zn_codec_public_key(codec, &terms->worker_key);
	zn_codec_hash(codec, &terms->job_hash);
	zn_codec_u8(codec, &terms->unit);
	zn_codec_u64(codec, &terms->price_zat);
	zn_codec_u32(codec, &terms->window_chunks);
	zn_codec_u32(codec, &terms->prepaid_chunks);
	zn_codec_u32(codec, &terms->check_items);
	zn_codec_u32(codec, &terms->check_ppm);
	zn_codec_u32(codec, &terms->held_ppm);
	zn_codec_u32(codec, &terms->lease_s);
	zn_codec_u32(codec, &terms->grace_s);
	zn_codec_u8(codec, &terms->judge);
	zn_codec_u64(codec, &terms->expiry_s);
	zn_codec_hash(codec, &terms->session);
}

ZN_RECORD_DEFINE(terms, "terms/1")

enum zn_terms_refusal zn_terms_check(const struct zn_chain_id *chain, const struct zn_terms *terms,
	const struct zn_signature *publisher_signature, const struct zn_terms_limits *limits)
{
	if (!zn_public_key_equal(&terms->publisher_key, &limits->publisher_key))
		return ZN_TERMS_OTHER_PUBLISHER;
	if (!zn_public_key_equal(&terms->worker_key, &limits->worker_key))
		return ZN_TERMS_OTHER_WORKER;
	if (!zn_hash_equal(&terms->job_hash, &limits->job_hash))
		return ZN_TERMS_OTHER_JOB;
	if (!zn_hash_equal(&terms->session, &limits->session))
		return ZN_TERMS_OTHER_SESSION;
	if (terms->unit != ZN_UNIT_CHUNK)
		return ZN_TERMS_UNIT;
	if (terms->price_zat != limits->price_zat)
		return ZN_TERMS_PRICE;
	if (terms->window_chunks == 0 || terms->window_chunks > limits->window_chunks_max)
		return ZN_TERMS_WINDOW;
	if (terms->prepaid_chunks != 0)
		return ZN_TERMS_PREPAID;
	if (terms->check_items == 0 || terms->check_items > ZN_CHECK_ITEMS_MAX ||
		terms->check_ppm != 1000000 || terms->held_ppm != 0)
		return ZN_TERMS_CHECKS;
	if (terms->lease_s < limits->lease_s_min)
		return ZN_TERMS_LEASE;
	if (terms->grace_s < limits->grace_s_min)
		return ZN_TERMS_GRACE;
	if (terms->judge != ZN_JUDGE_NONE)
		return ZN_TERMS_JUDGE;
	if (terms->expiry_s <= limits->now_s)
		return ZN_TERMS_EXPIRY;
	struct zn_hash hash;
	zn_terms_hash(&hash, chain, terms);
	if (!zn_verify(&terms->publisher_key, &hash, publisher_signature))
		return ZN_TERMS_BAD_SIGNATURE;
	return ZN_TERMS_OK;
}

const char *zn_terms_refusal_sentence(enum zn_terms_refusal refusal)
{
	switch (refusal) {
	case ZN_TERMS_OK:
		return "the terms are as agreed";
#define X(name, sentence)                                                                          \
	case ZN_TERMS_##name:                                                                      \
		return sentence;
		ZN_TERMS_REFUSALS(X)
#undef X
	}
	return "?";
}

bool zn_terms_due(struct zn_amount *out, const struct zn_terms *terms, uint64_t units)
{
	return zn_amount_price_floor(out, units, terms->price_zat, ZN_PRICE_PER_UNITS);
}
