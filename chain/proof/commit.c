#include "chain/proof/commit.h"

#include "chain/proof/header_inside.h"
#include "core/assert.h"

#include <string.h>

#define PRECOMMIT 2

void zn_commit_vote_absent(struct zn_commit_vote *out)
{
	*out = (struct zn_commit_vote){.flag = ZN_VOTE_ABSENT,
		.time = {.s = ZN_BLOCK_TIME_NONE_S, .ns = 0}};
}

void zn_vote_hash(struct zn_hash *out, const struct zn_chain_id *chain, uint64_t height,
	uint32_t round, const struct zn_block_id *block, const struct zn_block_time *time)
{
	struct zn_proto vote = {.used = 0}, id = {.used = 0}, stamp = {.used = 0},
			whole = {.used = 0};
	zn_proto_u64(&vote, 1, PRECOMMIT);
	zn_proto_fixed64(&vote, 2, height);
	zn_proto_fixed64(&vote, 3, round);
	if (block->present) {
		zn_proto_block_id(&id, block);
		zn_proto_message(&vote, 4, &id);
	}
	zn_proto_time(&stamp, time);
	zn_proto_message(&vote, 5, &stamp);
	zn_proto_bytes(&vote, 6, chain->text, strlen(chain->text));
	zn_proto_varint(&whole, vote.used);
	ZN_ASSERT(whole.used + vote.used <= sizeof whole.bytes);
	memcpy(whole.bytes + whole.used, vote.bytes, vote.used);
	zn_sha256(out, whole.bytes, whole.used + vote.used);
}

void zn_commit_hash(struct zn_hash *out, const struct zn_commit *commit)
{
	struct zn_hash leaves[ZN_VALIDATORS_MAX];
	ZN_ASSERT(commit->votes_count <= ZN_VALIDATORS_MAX);
	for (uint32_t i = 0; i < commit->votes_count; i++) {
		const struct zn_commit_vote *vote = &commit->votes[i];
		struct zn_proto leaf = {.used = 0}, stamp = {.used = 0};
		bool there = vote->flag != ZN_VOTE_ABSENT;
		zn_proto_u64(&leaf, 1, vote->flag);
		if (there)
			zn_proto_bytes(&leaf, 2, vote->address, sizeof vote->address);
		zn_proto_time(&stamp, &vote->time);
		zn_proto_message(&leaf, 3, &stamp);
		if (there)
			zn_proto_bytes(&leaf, 4, vote->signature.bytes,
				sizeof vote->signature.bytes);
		zn_merkle_leaf(&leaves[i], leaf.bytes, leaf.used);
	}
	zn_merkle_root(out, leaves, commit->votes_count);
}

const char *zn_commit_refusal_sentence(enum zn_commit_refusal refusal)
{
	switch (refusal) {
	case ZN_COMMIT_OK:
		return "the votes are enough";
#define X(name, sentence)                                                                          \
	case ZN_COMMIT_##name:                                                                     \
		return sentence;
		ZN_COMMIT_REFUSALS(X)
#undef X
	}
	return "?";
}

/* --- checks
 * --------------------------------------------------------------------------------------------- */

static enum zn_commit_refusal check_subject(const struct zn_commit *commit,
	const struct zn_header *header)
{
	struct zn_hash hash;
	if (commit->height != header->height)
		return ZN_COMMIT_OTHER_HEIGHT;
	zn_header_hash(&hash, header);
	if (!commit->block.present || !zn_hash_equal(&commit->block.hash, &hash))
		return ZN_COMMIT_OTHER_BLOCK;
	return ZN_COMMIT_OK;
}

static bool signature_right(const struct zn_commit *commit, const struct zn_commit_vote *vote,
	const struct zn_validator *validator, const struct zn_chain_id *chain)
{
	struct zn_hash hash;
	zn_vote_hash(&hash, chain, commit->height, commit->round, &commit->block, &vote->time);
	return zn_verify(&validator->key, &hash, &vote->signature);
}

/* More than numerator / denominator, without overflow: a total is below 2^63 / 8. */
static bool power_exceeds(uint64_t power, uint64_t total, unsigned int numerator)
{
	return 3 * power > numerator * total;
}

enum zn_commit_refusal zn_commit_check(const struct zn_commit *commit,
	const struct zn_validator_set *set, const struct zn_header *header)
{
	uint64_t total = zn_validator_set_power(set), power = 0;
	struct zn_hash hash;
	enum zn_commit_refusal refusal = check_subject(commit, header);
	if (refusal != ZN_COMMIT_OK)
		return refusal;
	zn_validators_hash(&hash, set);
	if (!zn_hash_equal(&hash, &header->validators_hash) || commit->votes_count != set->count)
		return ZN_COMMIT_OTHER_SET;
	for (uint32_t i = 0; i < set->count; i++) {
		const struct zn_commit_vote *vote = &commit->votes[i];
		if (vote->flag < ZN_VOTE_ABSENT || vote->flag > ZN_VOTE_NIL)
			return ZN_COMMIT_BAD_VOTE;
		if (vote->flag != ZN_VOTE_ABSENT &&
			memcmp(vote->address, set->list[i].address, sizeof vote->address) != 0)
			return ZN_COMMIT_OTHER_SET;
	}
	for (uint32_t i = 0; i < set->count; i++) {
		if (commit->votes[i].flag != ZN_VOTE_COMMIT)
			continue;
		if (!signature_right(commit, &commit->votes[i], &set->list[i], &header->chain))
			return ZN_COMMIT_BAD_SIGNATURE;
		power += set->list[i].power;
		if (power_exceeds(power, total, 2))
			return ZN_COMMIT_OK;
	}
	return ZN_COMMIT_TOO_FEW;
}

enum zn_commit_refusal zn_commit_check_trusting(const struct zn_commit *commit,
	const struct zn_validator_set *set, const struct zn_header *header)
{
	uint64_t total = zn_validator_set_power(set), power = 0;
	bool seen[ZN_VALIDATORS_MAX] = {false};
	enum zn_commit_refusal refusal = check_subject(commit, header);
	if (refusal != ZN_COMMIT_OK)
		return refusal;
	ZN_ASSERT(commit->votes_count <= ZN_VALIDATORS_MAX);
	for (uint32_t i = 0; i < commit->votes_count; i++) {
		const struct zn_commit_vote *vote = &commit->votes[i];
		const struct zn_validator *validator;
		if (vote->flag != ZN_VOTE_COMMIT)
			continue;
		validator = zn_validator_find(set, vote->address);
		if (validator == NULL)
			continue;
		size_t index = (size_t)(validator - set->list);
		if (seen[index])
			return ZN_COMMIT_BAD_VOTE;
		seen[index] = true;
		if (!signature_right(commit, vote, validator, &header->chain))
			return ZN_COMMIT_BAD_SIGNATURE;
		power += validator->power;
		if (power_exceeds(power, total, 1))
			return ZN_COMMIT_OK;
	}
	return ZN_COMMIT_TOO_FEW;
}

/* --- the record
 * ----------------------------------------------------------------------------------------- */

static void vote_code(struct zn_codec *codec, struct zn_commit_vote *vote)
{
	zn_codec_range_u8(codec, &vote->flag, ZN_VOTE_ABSENT, ZN_VOTE_NIL);
	if (codec->failed)
		return;
	if (vote->flag == ZN_VOTE_ABSENT) {
		if (codec->reading)
			zn_commit_vote_absent(vote);
		return;
	}
	zn_codec_raw(codec, vote->address, sizeof vote->address);
	zn_block_time_code(codec, &vote->time);
	zn_codec_signature(codec, &vote->signature);
}

void zn_commit_code(struct zn_codec *codec, struct zn_commit *commit)
{
	zn_codec_header(codec, ZN_RECORD_COMMIT, 1);
	zn_codec_u64(codec, &commit->height);
	zn_codec_u32(codec, &commit->round);
	zn_block_id_code(codec, &commit->block);
	zn_codec_count(codec, &commit->votes_count, ZN_VALIDATORS_MAX);
	for (uint32_t i = 0; i < commit->votes_count && !codec->failed; i++)
		vote_code(codec, &commit->votes[i]);
}
