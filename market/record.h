/* market/record.h - from a record to its bytes, its hash and its signature, once for all of them.
 *
 * Every record of the deal has a walk `zn_<record>_code(struct zn_codec *, struct zn_<record> *)`.
 */
#ifndef ZN_MARKET_RECORD_H
#define ZN_MARKET_RECORD_H

#include "core/codec.h"

typedef void zn_record_walk(struct zn_codec *codec, void *record);

/** Encode; returns the bytes used. A record that does not fit `bytes_max` is a bug of ours. */
size_t zn_record_encode(uint8_t *bytes, size_t bytes_max, zn_record_walk *walk, const void *record);
/** Decode exactly `count` bytes; false (and a zeroed or half-filled record) otherwise. */
bool zn_record_decode(void *record, zn_record_walk *walk, const uint8_t *bytes, size_t count)
	__attribute__((warn_unused_result));
/** The tagged hash of a record (PROTOCOL 2.2); `tag` as in "voucher/1". */
void zn_record_hash(struct zn_hash *out, const char *tag, const struct zn_chain_id *chain,
	zn_record_walk *walk, const void *record);

/** Declares typed forms of the three for one record: zn_<name>_encode, _decode, _hash. */
#define ZN_RECORD_DECLARE(name)                                                                    \
	void zn_##name##_code(struct zn_codec *codec, struct zn_##name *name);                     \
	size_t zn_##name##_encode(uint8_t *bytes, size_t bytes_max, const struct zn_##name *name); \
	bool zn_##name##_decode(struct zn_##name *name, const uint8_t *bytes, size_t count)        \
		__attribute__((warn_unused_result));                                               \
	void zn_##name##_hash(struct zn_hash *out, const struct zn_chain_id *chain,                \
		const struct zn_##name *name)

/** Defines them from the walk, with the tag of its preimage. */
#define ZN_RECORD_DEFINE(name, tag)                                                                \
	static void name##_walk(struct zn_codec *codec, void *record)                              \
	{                                                                                          \
		zn_##name##_code(codec, record);                                                   \
	}                                                                                          \
	size_t zn_##name##_encode(uint8_t *bytes, size_t bytes_max, const struct zn_##name *name)  \
	{                                                                                          \
		return zn_record_encode(bytes, bytes_max, name##_walk, name);                      \
	}                                                                                          \
	bool zn_##name##_decode(struct zn_##name *name, const uint8_t *bytes, size_t count)        \
	{                                                                                          \
		return zn_record_decode(name, name##_walk, bytes, count);                          \
	}                                                                                          \
	void zn_##name##_hash(struct zn_hash *out, const struct zn_chain_id *chain,                \
		const struct zn_##name *name)                                                      \
	{                                                                                          \
		zn_record_hash(out, tag, chain, name##_walk, name);                                \
	}

#endif
