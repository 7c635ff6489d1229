#include "market/result.h"

#include "core/assert.h"

#include <string.h>

void zn_statement_code(struct zn_codec *codec, struct zn_statement *statement)
{
	zn_codec_header(codec, ZN_RECORD_STATEMENT, 1);
	zn_codec_chain_id(codec, &statement->chain);
	zn_codec_hash(codec, &statement->channel_id);
	zn_codec_hash(codec, &statement->terms_hash);
	zn_codec_hash(codec, &statement->job_hash);
	zn_codec_u64(codec, &statement->chunk);
	zn_codec_u64(codec, &statement->output_bytes);
	zn_codec_u64(codec, &statement->units);
	zn_codec_hash(codec, &statement->output_root);
}

ZN_RECORD_DEFINE(statement, "statement/1")

void zn_delivery_code(struct zn_codec *codec, struct zn_delivery *delivery)
{
	zn_codec_header(codec, ZN_RECORD_DELIVERY, 1);
	zn_codec_chain_id(codec, &delivery->chain);
	zn_codec_hash(codec, &delivery->channel_id);
	zn_codec_count(codec, &delivery->statements_count, ZN_DELIVERY_CHUNKS_MAX);
	zn_codec_hash(codec, &delivery->statements_root);
}

ZN_RECORD_DEFINE(delivery, "delivery/1")

void zn_delivery_make(struct zn_delivery *out, const struct zn_chain_id *chain,
	const struct zn_statement *statements, uint32_t count)
{
	struct zn_hash leaves[ZN_DELIVERY_CHUNKS_MAX];
	ZN_ASSERT(count > 0 && count <= ZN_DELIVERY_CHUNKS_MAX);
	for (uint32_t i = 0; i < count; i++) {
		struct zn_hash hash;
		zn_statement_hash(&hash, chain, &statements[i]);
		zn_merkle_leaf(&leaves[i], hash.bytes, sizeof hash.bytes);
	}
	*out = (struct zn_delivery){.chain = *chain,
		.channel_id = statements[0].channel_id,
		.statements_count = count};
	zn_merkle_root(&out->statements_root, leaves, count);
}

static enum zn_result_refusal place_check(const struct zn_chain_id *chain,
	const struct zn_statement *statement, const struct zn_result_limits *limits)
{
	if (strcmp(statement->chain.text, chain->text) != 0)
		return ZN_RESULT_OTHER_CHAIN;
	if (!zn_hash_equal(&statement->channel_id, &limits->channel_id))
		return ZN_RESULT_OTHER_CHANNEL;
	if (!zn_hash_equal(&statement->terms_hash, &limits->terms_hash))
		return ZN_RESULT_OTHER_TERMS;
	if (!zn_hash_equal(&statement->job_hash, &limits->job_hash))
		return ZN_RESULT_OTHER_JOB;
	if (statement->chunk >= zn_manifest_chunks(limits->manifest))
		return ZN_RESULT_NO_SUCH_CHUNK;
	return ZN_RESULT_OK;
}

static enum zn_result_refusal output_check(const struct zn_statement *statement,
	const struct zn_hash *output_root, uint64_t units, const struct zn_result_limits *limits)
{
	if (statement->output_bytes !=
		zn_manifest_chunk_output_bytes(limits->manifest, statement->chunk))
		return ZN_RESULT_OUTPUT_BYTES;
	if (statement->units != units)
		return ZN_RESULT_UNITS;
	if (!zn_hash_equal(&statement->output_root, output_root))
		return ZN_RESULT_OUTPUT_ROOT;
	return ZN_RESULT_OK;
}

enum zn_result_refusal zn_result_check(const struct zn_chain_id *chain,
	const struct zn_statement *statements, const struct zn_hash *output_roots,
	const uint64_t *units, uint32_t count, const struct zn_signature *signature,
	const struct zn_result_limits *limits)
{
	if (count == 0 || count > ZN_DELIVERY_CHUNKS_MAX)
		return ZN_RESULT_EMPTY;
	for (uint32_t i = 0; i < count; i++) {
		enum zn_result_refusal refusal = place_check(chain, &statements[i], limits);
		if (refusal != ZN_RESULT_OK)
			return refusal;
		for (uint32_t k = 0; k < i; k++)
			if (statements[i].chunk == statements[k].chunk)
				return ZN_RESULT_REPEATS;
		refusal = output_check(&statements[i], &output_roots[i],
			units == NULL ? 1 : units[i], limits);
		if (refusal != ZN_RESULT_OK)
			return refusal;
	}
	struct zn_delivery delivery;
	struct zn_hash hash;
	zn_delivery_make(&delivery, chain, statements, count);
	zn_delivery_hash(&hash, chain, &delivery);
	if (!zn_verify(&limits->worker_key, &hash, signature))
		return ZN_RESULT_BAD_SIGNATURE;
	return ZN_RESULT_OK;
}

const char *zn_result_refusal_sentence(enum zn_result_refusal refusal)
{
	switch (refusal) {
	case ZN_RESULT_OK:
		return "the delivery is in order";
#define X(name, sentence)                                                                          \
	case ZN_RESULT_##name:                                                                     \
		return sentence;
		ZN_RESULT_REFUSALS(X)
#undef X
	}
	return "?";
}
