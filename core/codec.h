/* core/codec.h - the one cursor that encodes and decodes every record that is hashed or signed.
 *
 * A record is described once, by a function that walks its fields over a cursor:
 *
 *     void zn_voucher_code(struct zn_codec *codec, struct zn_voucher *voucher)
 *     {
 *             zn_codec_header(codec, ZN_RECORD_VOUCHER, 1);
 *             zn_codec_hash(codec, &voucher->channel_id);
 *             zn_codec_amount(codec, &voucher->paid);
 *             ...
 *     }
 *
 * In writing mode the walk fills bytes and leaves the struct alone, in reading mode it fills the
 * struct (whose content before does not matter), so the two cannot disagree. Integers are little-endian and fixed; a list has its count before it. Failure is sticky:
 * walk on and look once, at the end. Reading accepts exactly the bytes that writing makes (no
 * unknown fields, no trailing bytes, one encoding per value).
 */
#ifndef ZN_CORE_CODEC_H
#define ZN_CORE_CODEC_H

#include "core/amount.h"
#include "core/hash.h"
#include "core/key.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zn_codec {
	uint8_t *bytes; /* borrowed; never written in reading mode */
	size_t bytes_max;
	size_t used;
	bool reading;
	bool failed;
};

/** First byte of every record: what it is. Never renumbered. docs/PROTOCOL.md §2. */
enum zn_record_type {
	ZN_RECORD_MANIFEST = 1,
	ZN_RECORD_ANNOUNCEMENT = 2,
	ZN_RECORD_TERMS = 3,
	ZN_RECORD_LEASE = 4,
	ZN_RECORD_STATEMENT = 5,
	ZN_RECORD_DELIVERY = 6,
	ZN_RECORD_VOUCHER = 7,
	ZN_RECORD_PROOF = 8, /* of a ledger key, in the handshake */
	ZN_RECORD_TRANSACTION = 16,
	ZN_RECORD_ACCOUNT_STATE = 32,
	ZN_RECORD_JOB_STATE = 33,
	ZN_RECORD_CHANNEL_STATE = 34,
	ZN_RECORD_LEDGER_STATE = 35, /* the totals */
	ZN_RECORD_LEDGER_PARAMS = 36,
	ZN_RECORD_GENESIS = 37,
	ZN_RECORD_BLOCK = 38,
	ZN_RECORD_PAGE = 39, /* of a list that a ledger node answers with */
	ZN_RECORD_BOND_STATE = 40,
	ZN_RECORD_UNBONDING_STATE = 41,
	ZN_RECORD_STATE_PROOF = 42,
	ZN_RECORD_HEADER = 43,
	ZN_RECORD_COMMIT = 44,
	ZN_RECORD_VALIDATORS = 45,
	ZN_RECORD_LIGHT_TRUST = 46, /* the newest header that a light client believes */
	ZN_RECORD_MESSAGE = 64,     /* between worker and publisher; the second byte is the version,
				   then the message's kind */
};

struct zn_codec zn_codec_writer(uint8_t *bytes, size_t bytes_max);
struct zn_codec zn_codec_reader(const uint8_t *bytes, size_t count);

/** Type and version byte. Reading: anything else fails. */
void zn_codec_header(struct zn_codec *codec, uint8_t type, uint8_t version);
void zn_codec_u8(struct zn_codec *codec, uint8_t *value);
void zn_codec_u16(struct zn_codec *codec, uint16_t *value);
void zn_codec_u32(struct zn_codec *codec, uint32_t *value);
void zn_codec_u64(struct zn_codec *codec, uint64_t *value);
/** A byte 0 or 1. */
void zn_codec_bool(struct zn_codec *codec, bool *value);
/** A u64 that is an amount. */
void zn_codec_amount(struct zn_codec *codec, struct zn_amount *amount);
/** Exactly `count` raw bytes. */
void zn_codec_raw(struct zn_codec *codec, void *bytes, size_t count);
/** u32 count, then that many bytes; at most `bytes_max`, which is also the room behind `bytes`. */
void zn_codec_blob(struct zn_codec *codec, uint8_t *bytes, uint32_t *count, uint32_t bytes_max);
/** u16 count, then that many bytes of printable ASCII; `text` has text_bytes_max + 1 bytes and is
 *  zero-terminated. */
void zn_codec_text(struct zn_codec *codec, char *text, uint16_t text_bytes_max);
/** The count of a list, u32, at most `count_max`. Reading: on failure *count
 *  is 0, so a loop ends. */
void zn_codec_count(struct zn_codec *codec, uint32_t *count, uint32_t count_max);
/** A u8 that must lie in [least, most]: enums and versions of things. */
void zn_codec_range_u8(struct zn_codec *codec, uint8_t *value, uint8_t least, uint8_t most);

void zn_codec_hash(struct zn_codec *codec, struct zn_hash *hash);
void zn_codec_public_key(struct zn_codec *codec, struct zn_public_key *key);
void zn_codec_signature(struct zn_codec *codec, struct zn_signature *signature);
void zn_codec_account(struct zn_codec *codec, struct zn_account *account);
/** As a text of 1 to ZN_CHAIN_ID_BYTES_MAX bytes without blanks. */
void zn_codec_chain_id(struct zn_codec *codec, struct zn_chain_id *chain);

/** True when the walk succeeded and, in reading mode, nothing is left over. */
bool zn_codec_done(const struct zn_codec *codec) __attribute__((warn_unused_result));
void zn_codec_fail(struct zn_codec *codec);

#endif
