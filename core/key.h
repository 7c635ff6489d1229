/* core/key.h - secp256k1 keys, signatures and the accounts they own. Door of libsecp256k1.
 *
 * Signatures are 64 bytes r | s, ECDSA with low s (high s is refused), deterministic (RFC 6979).
 * Secret keys live only here: wiped after use, never logged.
 */
#ifndef ZN_CORE_KEY_H
#define ZN_CORE_KEY_H

#include "core/hash.h"

#include <stdbool.h>
#include <stdint.h>

struct zn_secret_key {
	uint8_t bytes[32];
};

struct zn_public_key {
	uint8_t bytes[33]; /* compressed */
};

struct zn_signature {
	uint8_t bytes[64];
};

#define ZN_ACCOUNT_SCHEME_KEY 1 /* RIPEMD160(SHA256(compressed key)); 2 is kept free */

struct zn_account {
	uint8_t scheme;
	uint8_t bytes[20];
};

/** Take 32 random bytes as a key; false if they are none (then draw again: one in 2^128). */
bool zn_secret_key_make(struct zn_secret_key *out, const uint8_t entropy[32])
	__attribute__((warn_unused_result));
void zn_secret_key_wipe(struct zn_secret_key *key);
void zn_public_key_of(struct zn_public_key *out, const struct zn_secret_key *key);
/** A point on the curve? For keys that came from outside. */
bool zn_public_key_valid(const struct zn_public_key *key);
bool zn_public_key_equal(const struct zn_public_key *a, const struct zn_public_key *b);

void zn_sign(struct zn_signature *out, const struct zn_secret_key *key, const struct zn_hash *hash);
/** False for a wrong signature, a high s, a key that is none. Any input is safe. */
bool zn_verify(const struct zn_public_key *key, const struct zn_hash *hash,
	const struct zn_signature *signature) __attribute__((warn_unused_result));

void zn_account_of(struct zn_account *out, const struct zn_public_key *key);
bool zn_account_equal(const struct zn_account *a, const struct zn_account *b);

#define ZN_ACCOUNT_TEXT_BYTES 64

/** Bech32m with prefix "xen" (BIP-350 over the 21 bytes scheme | hash): "xen1…"; returns `text`. */
const char *zn_account_text(char text[ZN_ACCOUNT_TEXT_BYTES], const struct zn_account *account);
/** Lower case only, one text per account; false for anything else. */
bool zn_account_parse(struct zn_account *out, const char *text) __attribute__((warn_unused_result));

#endif
