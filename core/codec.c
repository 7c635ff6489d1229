#include "core/codec.h"

#include "core/assert.h"
#include "core/limits.h"

#include <string.h>

struct zn_codec zn_codec_writer(uint8_t *bytes, size_t bytes_max)
{
	return (struct zn_codec){.bytes = bytes, .bytes_max = bytes_max};
}

struct zn_codec zn_codec_reader(const uint8_t *bytes, size_t count)
{
	return (struct zn_codec){.bytes = (uint8_t *)(uintptr_t)bytes,
		.bytes_max = count,
		.reading = true};
}

void zn_codec_fail(struct zn_codec *codec)
{
	codec->failed = true;
}

bool zn_codec_done(const struct zn_codec *codec)
{
	return !codec->failed && (!codec->reading || codec->used == codec->bytes_max);
}

void zn_codec_raw(struct zn_codec *codec, void *bytes, size_t count)
{
	if (codec->failed || count > codec->bytes_max - codec->used) {
		codec->failed = true;
		if (codec->reading && count > 0)
			memset(bytes, 0, count);
		return;
	}
	if (count == 0)
		return;
	if (codec->reading)
		memcpy(bytes, codec->bytes + codec->used, count);
	else
		memcpy(codec->bytes + codec->used, bytes, count);
	codec->used += count;
}

static void little_endian(struct zn_codec *codec, uint64_t *value, size_t width)
{
	uint8_t raw[8] = {0};
	for (size_t i = 0; !codec->reading && i < width; i++)
		raw[i] = (uint8_t)(*value >> (8 * i));
	zn_codec_raw(codec, raw, width);
	if (!codec->reading)
		return;
	*value = 0;
	for (size_t i = 0; i < width; i++)
		*value |= (uint64_t)raw[i] << (8 * i);
}

void zn_codec_u8(struct zn_codec *codec, uint8_t *value)
{
	zn_codec_raw(codec, value, 1);
}

void zn_codec_u16(struct zn_codec *codec, uint16_t *value)
{
	uint64_t wide = codec->reading ? 0 : *value;
	little_endian(codec, &wide, 2);
	if (codec->reading)
		*value = (uint16_t)wide;
}

void zn_codec_u32(struct zn_codec *codec, uint32_t *value)
{
	uint64_t wide = codec->reading ? 0 : *value;
	little_endian(codec, &wide, 4);
	if (codec->reading)
		*value = (uint32_t)wide;
}

void zn_codec_u64(struct zn_codec *codec, uint64_t *value)
{
	little_endian(codec, value, 8);
}

void zn_codec_range_u8(struct zn_codec *codec, uint8_t *value, uint8_t least, uint8_t most)
{
	ZN_ASSERT(codec->reading || (*value >= least && *value <= most));
	zn_codec_u8(codec, value);
	if (codec->reading && (*value < least || *value > most)) {
		codec->failed = true;
		*value = least;
	}
}

void zn_codec_header(struct zn_codec *codec, uint8_t type, uint8_t version)
{
	zn_codec_range_u8(codec, &type, type, type);
	zn_codec_range_u8(codec, &version, version, version);
}

void zn_codec_bool(struct zn_codec *codec, bool *value)
{
	/* What lies in an unread bool need not be one, so it is not looked at. */
	uint8_t byte = !codec->reading && *value;
	zn_codec_range_u8(codec, &byte, 0, 1);
	if (codec->reading)
		*value = byte == 1;
}

void zn_codec_amount(struct zn_codec *codec, struct zn_amount *amount)
{
	ZN_ASSERT(codec->reading || amount->zat <= ZN_AMOUNT_MAX_ZAT);
	uint64_t zat = codec->reading ? 0 : amount->zat;
	little_endian(codec, &zat, 8);
	if (codec->reading && !zn_amount_make(amount, zat)) {
		codec->failed = true;
		*amount = ZN_AMOUNT_ZERO;
	}
}

void zn_codec_count(struct zn_codec *codec, uint32_t *count, uint32_t count_max)
{
	ZN_ASSERT(codec->reading || *count <= count_max);
	zn_codec_u32(codec, count);
	if (codec->reading && (codec->failed || *count > count_max)) {
		codec->failed = true;
		*count = 0;
	}
}

void zn_codec_blob(struct zn_codec *codec, uint8_t *bytes, uint32_t *count, uint32_t bytes_max)
{
	zn_codec_count(codec, count, bytes_max);
	zn_codec_raw(codec, bytes, *count);
	if (codec->reading && codec->failed)
		*count = 0;
}

static bool text_printable(const char *text, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return false;
	return true;
}

static void text_read(struct zn_codec *codec, char *text, uint16_t text_bytes_max)
{
	uint16_t count = 0;
	zn_codec_u16(codec, &count);
	if (!codec->failed && count <= text_bytes_max)
		zn_codec_raw(codec, text, count);
	else
		codec->failed = true;
	if (codec->failed || !text_printable(text, count)) {
		codec->failed = true;
		count = 0;
	}
	text[count] = '\0';
}

void zn_codec_text(struct zn_codec *codec, char *text, uint16_t text_bytes_max)
{
	if (codec->reading) {
		text_read(codec, text, text_bytes_max);
		return;
	}
	size_t length = strnlen(text, (size_t)text_bytes_max + 1);
	ZN_ASSERT(length <= text_bytes_max);
	uint16_t count = (uint16_t)length;
	zn_codec_u16(codec, &count);
	zn_codec_raw(codec, text, count);
	if (!text_printable(text, count))
		codec->failed = true;
}

void zn_codec_hash(struct zn_codec *codec, struct zn_hash *hash)
{
	zn_codec_raw(codec, hash->bytes, sizeof hash->bytes);
}

void zn_codec_public_key(struct zn_codec *codec, struct zn_public_key *key)
{
	zn_codec_raw(codec, key->bytes, sizeof key->bytes);
}

void zn_codec_signature(struct zn_codec *codec, struct zn_signature *signature)
{
	zn_codec_raw(codec, signature->bytes, sizeof signature->bytes);
}

void zn_codec_account(struct zn_codec *codec, struct zn_account *account)
{
	zn_codec_range_u8(codec, &account->scheme, ZN_ACCOUNT_SCHEME_KEY, ZN_ACCOUNT_SCHEME_KEY);
	zn_codec_raw(codec, account->bytes, sizeof account->bytes);
}

void zn_codec_chain_id(struct zn_codec *codec, struct zn_chain_id *chain)
{
	struct zn_chain_id checked;
	zn_codec_text(codec, chain->text, ZN_CHAIN_ID_BYTES_MAX);
	if (!zn_chain_id_make(&checked, chain->text))
		codec->failed = true;
}
