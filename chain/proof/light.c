#include "chain/proof/light.h"

#include "core/assert.h"

#include <string.h>

const char *zn_light_refusal_sentence(enum zn_light_refusal refusal)
{
	switch (refusal) {
	case ZN_LIGHT_OK:
		return "the header is verified";
#define X(name, sentence, lie)                                                                     \
	case ZN_LIGHT_##name:                                                                      \
		return sentence;
		ZN_LIGHT_REFUSALS(X)
#undef X
	}
	return "?";
}

bool zn_light_refusal_is_lie(enum zn_light_refusal refusal)
{
	switch (refusal) {
	case ZN_LIGHT_OK:
		return false;
#define X(name, sentence, lie)                                                                     \
	case ZN_LIGHT_##name:                                                                      \
		return lie;
		ZN_LIGHT_REFUSALS(X)
#undef X
	}
	return true;
}

void zn_light_begin(struct zn_light *light, uint64_t period_s)
{
	memset(light, 0, sizeof *light);
	light->period_s = period_s != 0 ? period_s : ZN_LIGHT_PERIOD_S;
}

void zn_light_root(struct zn_light *light, uint64_t height, const struct zn_hash *hash)
{
	ZN_ASSERT(height > 0);
	light->has_root = true;
	light->root_height = height;
	light->root_hash = *hash;
	if (!light->trusts || light->trusted.height > height)
		return;
	/* A person's word is newer than what we knew, or against it. */
	struct zn_hash known;
	zn_header_hash(&known, &light->trusted);
	if (light->trusted.height < height || !zn_hash_equal(&known, hash)) {
		light->trusts = false;
		light->seen_count = 0;
	}
}

static bool root_is_first(const struct zn_light *light)
{
	return !light->trusts && light->has_root;
}

void zn_light_want(struct zn_light *light, uint64_t height)
{
	ZN_ASSERT(!light->trusts || height > light->trusted.height);
	light->steps = 0;
	light->target = height;
	light->goal = root_is_first(light) ? light->root_height : height;
}

uint64_t zn_light_goal(const struct zn_light *light)
{
	return light->goal;
}

static void see(struct zn_light *light, const struct zn_header *header)
{
	struct zn_light_seen *seen = &light->seen[light->seen_count++ % ZN_LIGHT_SEEN_MAX];
	*seen = (struct zn_light_seen){.height = header->height,
		.app_hash = header->app_hash,
		.time = header->time};
	zn_header_hash(&seen->hash, header);
}

const struct zn_light_seen *zn_light_find(const struct zn_light *light, uint64_t height)
{
	for (uint32_t i = 0; i < light->seen_count && i < ZN_LIGHT_SEEN_MAX; i++)
		if (light->seen[i].height == height)
			return &light->seen[i];
	return NULL;
}

/* --- rules
 * ---------------------------------------------------------------------------------------------- */

static enum zn_light_refusal of_commit(enum zn_commit_refusal refusal)
{
	static const enum zn_light_refusal table[] = {[ZN_COMMIT_OK] = ZN_LIGHT_OK,
#define X(name, sentence) [ZN_COMMIT_##name] = ZN_LIGHT_##name,
		ZN_COMMIT_REFUSALS(X)
#undef X
	};
	return table[refusal];
}

static enum zn_light_refusal check_alone(const struct zn_light *light,
	const struct zn_light_block *block, const struct zn_block_time *now)
{
	const struct zn_header *header = &block->header;
	struct zn_hash hash;
	if (header->height != light->goal)
		return ZN_LIGHT_NOT_ASKED;
	if (light->trusts && strcmp(header->chain.text, light->trusted.chain.text) != 0)
		return ZN_LIGHT_OTHER_CHAIN;
	if (!zn_validator_set_valid(&block->validators))
		return ZN_LIGHT_OTHER_VALIDATORS;
	zn_validators_hash(&hash, &block->validators);
	if (!zn_hash_equal(&hash, &header->validators_hash))
		return ZN_LIGHT_OTHER_VALIDATORS;
	if (light->has_root && header->height == light->root_height) {
		zn_header_hash(&hash, header);
		if (!zn_hash_equal(&hash, &light->root_hash))
			return ZN_LIGHT_OTHER_ROOT;
	}
	struct zn_block_time latest = {now->s + ZN_LIGHT_DRIFT_S, now->ns};
	return zn_block_time_compare(&header->time, &latest) > 0 ? ZN_LIGHT_FUTURE : ZN_LIGHT_OK;
}

/* What the trusted header says of a later one, before the votes are counted. */
static enum zn_light_refusal check_after(const struct zn_light *light,
	const struct zn_light_block *block, const struct zn_block_time *now)
{
	const struct zn_header *header = &block->header, *trusted = &light->trusted;
	struct zn_block_time end = {trusted->time.s + (int64_t)light->period_s, trusted->time.ns};
	struct zn_hash hash;
	if (zn_block_time_compare(&end, now) <= 0)
		return ZN_LIGHT_EXPIRED;
	if (zn_block_time_compare(&header->time, &trusted->time) <= 0)
		return ZN_LIGHT_NOT_LATER;
	if (header->height != trusted->height + 1)
		return of_commit(
			zn_commit_check_trusting(&block->commit, &light->validators, header));
	zn_header_hash(&hash, trusted);
	if (!zn_hash_equal(&header->validators_hash, &trusted->next_validators_hash) ||
		!header->last_block.present || !zn_hash_equal(&header->last_block.hash, &hash))
		return ZN_LIGHT_BROKEN_CHAIN;
	return ZN_LIGHT_OK;
}

static enum zn_light_refusal refuse(struct zn_light *light, enum zn_light_refusal refusal)
{
	light->target = light->goal = 0;
	return refusal;
}

/* The trusted validators do not vouch for a header so far on: one between, nearer to it than to us,
 * since sets change slowly (CometBFT's 9/16). */
static enum zn_light_refusal halve(struct zn_light *light)
{
	uint64_t ahead = light->goal - light->trusted.height;
	uint64_t step = ahead / 16 * 9 + ahead % 16 * 9 / 16;
	ZN_ASSERT(ahead > 1);
	light->goal = light->trusted.height + (step > 0 ? step : 1);
	return ZN_LIGHT_OK;
}

static void advance(struct zn_light *light, const struct zn_light_block *block)
{
	light->trusts = true;
	light->trusted = block->header;
	light->validators = block->validators;
	see(light, &block->header);
	if (light->target <= block->header.height)
		light->target = light->goal = 0;
	else
		light->goal = light->target;
}

enum zn_light_refusal zn_light_take(struct zn_light *light, const struct zn_light_block *block,
	const struct zn_block_time *now)
{
	enum zn_light_refusal refusal;
	ZN_ASSERT(light->goal > 0);
	if (++light->steps > ZN_LIGHT_STEPS_MAX)
		return refuse(light, ZN_LIGHT_TOO_FAR);
	refusal = check_alone(light, block, now);
	if (refusal == ZN_LIGHT_OK && light->trusts) {
		refusal = check_after(light, block, now);
		if (refusal == ZN_LIGHT_TOO_FEW)
			return halve(light);
	}
	if (refusal == ZN_LIGHT_OK)
		refusal = of_commit(
			zn_commit_check(&block->commit, &block->validators, &block->header));
	if (refusal != ZN_LIGHT_OK)
		return refuse(light, refusal);
	advance(light, block);
	return ZN_LIGHT_OK;
}

/* --- the record
 * ----------------------------------------------------------------------------------------- */

void zn_light_code(struct zn_codec *codec, struct zn_light *light)
{
	struct zn_hash hash;
	zn_codec_header(codec, ZN_RECORD_LIGHT_TRUST, 1);
	zn_header_code(codec, &light->trusted);
	if (codec->failed)
		return;
	zn_validator_set_code(codec, &light->validators);
	if (codec->failed)
		return;
	zn_validators_hash(&hash, &light->validators);
	if (!zn_hash_equal(&hash, &light->trusted.validators_hash) || light->trusted.height == 0 ||
		light->trusted.height > INT64_MAX) {
		zn_codec_fail(codec);
		return;
	}
	if (codec->reading && !light->trusts) {
		light->trusts = true;
		light->seen_count = 0;
		see(light, &light->trusted);
	}
}
