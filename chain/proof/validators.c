#include "chain/proof/validators.h"

#include "chain/proof/proto.h"
#include "core/assert.h"

#include <string.h>

#define POWER_MAX ((uint64_t)INT64_MAX / 8)

void zn_validator_address(uint8_t out[ZN_VALIDATOR_ADDRESS_BYTES], const struct zn_public_key *key)
{
	struct zn_account account; /* the same hash of the same bytes */
	zn_account_of(&account, key);
	memcpy(out, account.bytes, ZN_VALIDATOR_ADDRESS_BYTES);
}

void zn_validator_make(struct zn_validator *out, const struct zn_public_key *key, uint64_t power)
{
	out->key = *key;
	out->power = power;
	zn_validator_address(out->address, key);
}

bool zn_validator_set_valid(const struct zn_validator_set *set)
{
	uint64_t total = 0;
	if (set->count == 0 || set->count > ZN_VALIDATORS_MAX)
		return false;
	for (uint32_t i = 0; i < set->count; i++) {
		const struct zn_validator *validator = &set->list[i];
		if (validator->power == 0 || validator->power > POWER_MAX - total ||
			zn_validator_find(set, validator->address) != validator)
			return false;
		total += validator->power;
	}
	return true;
}

uint64_t zn_validator_set_power(const struct zn_validator_set *set)
{
	uint64_t total = 0;
	for (uint32_t i = 0; i < set->count; i++)
		total += set->list[i].power;
	return total;
}

const struct zn_validator *zn_validator_find(const struct zn_validator_set *set,
	const uint8_t address[ZN_VALIDATOR_ADDRESS_BYTES])
{
	for (uint32_t i = 0; i < set->count; i++)
		if (memcmp(set->list[i].address, address, ZN_VALIDATOR_ADDRESS_BYTES) == 0)
			return &set->list[i];
	return NULL;
}

void zn_validators_hash(struct zn_hash *out, const struct zn_validator_set *set)
{
	struct zn_hash leaves[ZN_VALIDATORS_MAX];
	ZN_ASSERT(set->count <= ZN_VALIDATORS_MAX);
	for (uint32_t i = 0; i < set->count; i++) {
		struct zn_proto key = {.used = 0}, leaf = {.used = 0};
		zn_proto_bytes(&key, 2, set->list[i].key.bytes, sizeof set->list[i].key.bytes);
		zn_proto_message(&leaf, 1, &key);
		zn_proto_u64(&leaf, 2, set->list[i].power);
		zn_merkle_leaf(&leaves[i], leaf.bytes, leaf.used);
	}
	zn_merkle_root(out, leaves, set->count);
}

void zn_validator_set_code(struct zn_codec *codec, struct zn_validator_set *set)
{
	zn_codec_header(codec, ZN_RECORD_VALIDATORS, 1);
	zn_codec_count(codec, &set->count, ZN_VALIDATORS_MAX);
	for (uint32_t i = 0; i < set->count && !codec->failed; i++) {
		zn_codec_public_key(codec, &set->list[i].key);
		zn_codec_u64(codec, &set->list[i].power);
		if (codec->reading && !codec->failed)
			zn_validator_address(set->list[i].address, &set->list[i].key);
	}
	if (!codec->failed && !zn_validator_set_valid(set))
		zn_codec_fail(codec);
}
