#include "core/key.h"

#include "core/assert.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <secp256k1.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

static secp256k1_context *shared_context; /* constant after creation, so threads may share it */
static once_flag context_once = ONCE_FLAG_INIT;

static void context_create(void)
{
	shared_context =
		secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
}

static const secp256k1_context *context(void)
{
	call_once(&context_once, context_create);
	ZN_ASSERT(shared_context != NULL);
	return shared_context;
}

bool zn_secret_key_make(struct zn_secret_key *out, const uint8_t entropy[32])
{
	if (secp256k1_ec_seckey_verify(context(), entropy) != 1)
		return false;
	memcpy(out->bytes, entropy, sizeof out->bytes);
	return true;
}

void zn_secret_key_wipe(struct zn_secret_key *key)
{
	OPENSSL_cleanse(key, sizeof *key);
}

void zn_public_key_of(struct zn_public_key *out, const struct zn_secret_key *key)
{
	secp256k1_pubkey point;
	size_t count = sizeof out->bytes;
	ZN_ASSERT(secp256k1_ec_pubkey_create(context(), &point, key->bytes) == 1);
	ZN_ASSERT(secp256k1_ec_pubkey_serialize(context(), out->bytes, &count, &point,
			  SECP256K1_EC_COMPRESSED) == 1);
}

static bool point_parse(secp256k1_pubkey *out, const struct zn_public_key *key)
{
	return secp256k1_ec_pubkey_parse(context(), out, key->bytes, sizeof key->bytes) == 1;
}

bool zn_public_key_valid(const struct zn_public_key *key)
{
	secp256k1_pubkey point;
	return point_parse(&point, key);
}

bool zn_public_key_equal(const struct zn_public_key *a, const struct zn_public_key *b)
{
	return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

void zn_sign(struct zn_signature *out, const struct zn_secret_key *key, const struct zn_hash *hash)
{
	secp256k1_ecdsa_signature signature;
	ZN_ASSERT(secp256k1_ecdsa_sign(context(), &signature, hash->bytes, key->bytes, NULL,
			  NULL) == 1);
	ZN_ASSERT(secp256k1_ecdsa_signature_serialize_compact(context(), out->bytes, &signature) ==
		  1);
}

bool zn_verify(const struct zn_public_key *key, const struct zn_hash *hash,
	const struct zn_signature *signature)
{
	secp256k1_pubkey point;
	secp256k1_ecdsa_signature parsed;
	if (!point_parse(&point, key) ||
		secp256k1_ecdsa_signature_parse_compact(context(), &parsed, signature->bytes) != 1)
		return false;
	return secp256k1_ecdsa_verify(context(), &parsed, hash->bytes, &point) == 1;
}

void zn_account_of(struct zn_account *out, const struct zn_public_key *key)
{
	struct zn_hash inner;
	unsigned int written = 0;
	zn_sha256(&inner, key->bytes, sizeof key->bytes);
	out->scheme = ZN_ACCOUNT_SCHEME_KEY;
	ZN_ASSERT(EVP_Digest(inner.bytes, sizeof inner.bytes, out->bytes, &written, EVP_ripemd160(),
			  NULL) == 1 &&
		  written == sizeof out->bytes);
}

bool zn_account_equal(const struct zn_account *a, const struct zn_account *b)
{
	return a->scheme == b->scheme && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* Bech32m. Source: BIP-173 and BIP-350. */
#define BECH32M_PREFIX "xen"
#define BECH32M_FINAL  0x2bc830a3u
#define GROUPS         34 /* ceil(21 bytes * 8 / 5) */
#define CHECK_GROUPS   6

static const char charset[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static uint32_t polymod(uint32_t check, uint8_t value)
{
	static const uint32_t generator[5] = {0x3b6a57b2u, 0x26508e6du, 0x1ea119fau, 0x3d4233ddu,
		0x2a1462b3u};
	uint32_t top = check >> 25;
	check = (check & 0x1ffffffu) << 5 ^ value;
	for (int i = 0; i < 5; i++)
		if (top >> i & 1)
			check ^= generator[i];
	return check;
}

static uint32_t checksum_of(const uint8_t *groups, size_t count)
{
	uint32_t check = 1;
	for (const char *c = BECH32M_PREFIX; *c != '\0'; c++)
		check = polymod(check, (uint8_t)(*c >> 5));
	check = polymod(check, 0);
	for (const char *c = BECH32M_PREFIX; *c != '\0'; c++)
		check = polymod(check, (uint8_t)(*c & 31));
	for (size_t i = 0; i < count; i++)
		check = polymod(check, groups[i]);
	return check;
}

static void groups_from_bytes(uint8_t groups[GROUPS], const uint8_t bytes[21])
{
	uint32_t bits = 0;
	int held = 0;
	size_t at = 0;
	for (size_t i = 0; i < 21; i++) {
		bits = bits << 8 | bytes[i];
		held += 8;
		while (held >= 5) {
			held -= 5;
			groups[at++] = (uint8_t)(bits >> held & 31);
		}
	}
	groups[at++] = (uint8_t)(bits << (5 - held) & 31);
	ZN_ASSERT(at == GROUPS);
}

const char *zn_account_text(char text[ZN_ACCOUNT_TEXT_BYTES], const struct zn_account *account)
{
	uint8_t bytes[21] = {account->scheme};
	uint8_t groups[GROUPS + CHECK_GROUPS] = {0};
	memcpy(bytes + 1, account->bytes, sizeof account->bytes);
	groups_from_bytes(groups, bytes);
	uint32_t check = checksum_of(groups, GROUPS + CHECK_GROUPS) ^ BECH32M_FINAL;
	for (int i = 0; i < CHECK_GROUPS; i++)
		groups[GROUPS + i] = (uint8_t)(check >> (5 * (5 - i)) & 31);
	char *at = text;
	for (const char *c = BECH32M_PREFIX "1"; *c != '\0'; c++)
		*at++ = *c;
	for (int i = 0; i < GROUPS + CHECK_GROUPS; i++)
		*at++ = charset[groups[i]];
	*at = '\0';
	return text;
}

bool zn_account_parse(struct zn_account *out, const char *text)
{
	const size_t prefix_bytes = sizeof BECH32M_PREFIX; /* with the separator "1" */
	uint8_t groups[GROUPS + CHECK_GROUPS];
	if (strnlen(text, ZN_ACCOUNT_TEXT_BYTES) != prefix_bytes + sizeof groups ||
		memcmp(text, BECH32M_PREFIX "1", prefix_bytes) != 0)
		return false;
	for (size_t i = 0; i < sizeof groups; i++) {
		const char *found = strchr(charset, text[prefix_bytes + i]);
		if (found == NULL || *found == '\0')
			return false;
		groups[i] = (uint8_t)(found - charset);
	}
	if (checksum_of(groups, sizeof groups) != BECH32M_FINAL)
		return false;
	uint8_t bytes[21];
	uint32_t bits = 0;
	int held = 0;
	size_t at = 0;
	for (size_t i = 0; i < GROUPS; i++) {
		bits = bits << 5 | groups[i];
		held += 5;
		if (held >= 8 && at < sizeof bytes) {
			held -= 8;
			bytes[at++] = (uint8_t)(bits >> held);
		}
	}
	if ((bits & ((1u << held) - 1)) != 0 || bytes[0] != ZN_ACCOUNT_SCHEME_KEY)
		return false;
	out->scheme = bytes[0];
	memcpy(out->bytes, bytes + 1, sizeof out->bytes);
	return true;
}
