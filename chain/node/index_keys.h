/* chain/node/index_keys.h - the keys of the indexes; for index.c, lists.c and prune.c only. */
#ifndef ZN_CHAIN_NODE_INDEX_KEYS_H
#define ZN_CHAIN_NODE_INDEX_KEYS_H

#include "core/codec.h"
#include "core/hash.h"
#include "core/key.h"

#include <stdint.h>
#include <string.h>

#define ACCOUNT_BYTES     21
#define JOB_KEY_BYTES     (8 + ZN_HASH_BYTES)
#define CHANNEL_KEY_BYTES (ACCOUNT_BYTES + 1 + ZN_HASH_BYTES)
#define HISTORY_KEY_BYTES (ACCOUNT_BYTES + 12)

static inline void big_endian(uint8_t *out, uint64_t value, int width)
{
	for (int i = 0; i < width; i++)
		out[i] = (uint8_t)(value >> (8 * (width - 1 - i)));
}

static inline uint64_t big_endian_read(const uint8_t *bytes, int width)
{
	uint64_t value = 0;
	for (int i = 0; i < width; i++)
		value = value << 8 | bytes[i];
	return value;
}

static inline void account_key(uint8_t out[ACCOUNT_BYTES], const struct zn_account *account)
{
	out[0] = account->scheme;
	memcpy(out + 1, account->bytes, sizeof account->bytes);
}

/* What a search looks at before the job itself is read. */
struct zn_job_index {
	uint8_t kind, unit, device_classes;
	uint32_t features;
	uint64_t memory_bytes, price_zat, announced_s, expiry_s;
};
#define ZN_JOB_INDEX_BYTES (3 + 4 + 4 * 8)

static inline void zn_job_index_code(struct zn_codec *codec, struct zn_job_index *index)
{
	zn_codec_u8(codec, &index->kind);
	zn_codec_u8(codec, &index->unit);
	zn_codec_u8(codec, &index->device_classes);
	zn_codec_u32(codec, &index->features);
	zn_codec_u64(codec, &index->memory_bytes);
	zn_codec_u64(codec, &index->price_zat);
	zn_codec_u64(codec, &index->announced_s);
	zn_codec_u64(codec, &index->expiry_s);
}

#endif
