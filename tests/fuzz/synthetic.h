/* tests/fuzz/synthetic.h - a record with every primitive of core/codec.h, for its tests. */
#ifndef ZN_TESTS_FUZZ_SYNTHETIC_H
#define ZN_TESTS_FUZZ_SYNTHETIC_H

#include "core/codec.h"

#define SYNTHETIC_TYPE      200
#define SYNTHETIC_BLOB_MAX  5
#define SYNTHETIC_TEXT_MAX  6
#define SYNTHETIC_ITEMS_MAX 3

struct synthetic {
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;
	bool flag;
	struct zn_amount amount;
	uint8_t raw[3];
	uint32_t blob_bytes;
	uint8_t blob[SYNTHETIC_BLOB_MAX];
	char text[SYNTHETIC_TEXT_MAX + 1];
	uint32_t items_count;
	uint16_t items[SYNTHETIC_ITEMS_MAX];
	uint8_t level;
	struct zn_hash hash;
	struct zn_public_key key;
	struct zn_signature signature;
	struct zn_account account;
};

static inline void synthetic_code(struct zn_codec *codec, struct synthetic *record)
{
	zn_codec_header(codec, SYNTHETIC_TYPE, 1);
	zn_codec_u8(codec, &record->u8);
	zn_codec_u16(codec, &record->u16);
	zn_codec_u32(codec, &record->u32);
	zn_codec_u64(codec, &record->u64);
	zn_codec_bool(codec, &record->flag);
	zn_codec_amount(codec, &record->amount);
	zn_codec_raw(codec, record->raw, sizeof record->raw);
	zn_codec_blob(codec, record->blob, &record->blob_bytes, SYNTHETIC_BLOB_MAX);
	zn_codec_text(codec, record->text, SYNTHETIC_TEXT_MAX);
	zn_codec_count(codec, &record->items_count, SYNTHETIC_ITEMS_MAX);
	for (uint32_t i = 0; i < record->items_count; i++)
		zn_codec_u16(codec, &record->items[i]);
	zn_codec_range_u8(codec, &record->level, 2, 9);
	zn_codec_hash(codec, &record->hash);
	zn_codec_public_key(codec, &record->key);
	zn_codec_signature(codec, &record->signature);
	zn_codec_account(codec, &record->account);
}

#endif
