/* chain/proof/validators.h - who votes on a block, with how much power.
 *
 * Gives  struct zn_validator_set  to  chain/proof/commit.h and chain/proof/light.h
 *
 * secp256k1 keys only. The order is CometBFT's (power falling, then address rising) and is part of
 * the hash; it is taken as given, since a header commits to the hash. Pure.
 */
#ifndef ZN_CHAIN_PROOF_VALIDATORS_H
#define ZN_CHAIN_PROOF_VALIDATORS_H

#include "chain/proof/header.h"
#include "core/key.h"
#include "core/limits.h"

struct zn_validator {
	struct zn_public_key key;
	uint8_t address[ZN_VALIDATOR_ADDRESS_BYTES]; /* of the key: zn_validator_address */
	uint64_t power;                              /* above 0 */
};

struct zn_validator_set {
	uint32_t count;
	struct zn_validator list[ZN_VALIDATORS_MAX];
};

/** RIPEMD160(SHA256(compressed key)). */
void zn_validator_address(uint8_t out[ZN_VALIDATOR_ADDRESS_BYTES], const struct zn_public_key *key);
/** Key and power; the address follows. */
void zn_validator_make(struct zn_validator *out, const struct zn_public_key *key, uint64_t power);

/** Not empty, every power above 0, a total that CometBFT allows (2^63 / 8), nobody twice. */
bool zn_validator_set_valid(const struct zn_validator_set *set);
/** Sum of the powers of a valid set. */
uint64_t zn_validator_set_power(const struct zn_validator_set *set);
/** By address; NULL if it is nobody's. */
const struct zn_validator *zn_validator_find(const struct zn_validator_set *set,
	const uint8_t address[ZN_VALIDATOR_ADDRESS_BYTES]);

/** validators_hash of a header. */
void zn_validators_hash(struct zn_hash *out, const struct zn_validator_set *set);

/** The record in which sets are kept: type ZN_RECORD_VALIDATORS. Reading refuses a set that is not
 *  valid. */
void zn_validator_set_code(struct zn_codec *codec, struct zn_validator_set *set);

#define ZN_VALIDATORS_RECORD_BYTES_MAX (6 + ZN_VALIDATORS_MAX * (33 + 8))

#endif
