#include "chain/proof/proof_record.h"

#include <string.h>

static void sibling_code(struct zn_codec *codec, struct zn_hash *sibling)
{
	bool there = !codec->reading && !zn_hash_is_zero(sibling);
	zn_codec_bool(codec, &there);
	if (codec->reading)
		memset(sibling, 0, sizeof *sibling);
	if (codec->failed || !there)
		return;
	zn_codec_hash(codec, sibling);
	/* Nothing has one encoding. */
	if (zn_hash_is_zero(sibling))
		zn_codec_fail(codec);
}

void zn_state_proof_code(struct zn_codec *codec, struct zn_tree_proof *proof)
{
	zn_codec_header(codec, ZN_RECORD_STATE_PROOF, 1);
	zn_codec_bool(codec, &proof->occupied);
	if (codec->reading) {
		memset(&proof->key, 0, sizeof proof->key);
		memset(&proof->value, 0, sizeof proof->value);
	}
	if (!codec->failed && proof->occupied) {
		zn_codec_hash(codec, &proof->key);
		zn_codec_hash(codec, &proof->value);
	}
	zn_codec_count(codec, &proof->siblings_count, ZN_TREE_DEPTH_MAX);
	for (uint32_t i = 0; i < proof->siblings_count && !codec->failed; i++)
		sibling_code(codec, &proof->siblings[i]);
}
