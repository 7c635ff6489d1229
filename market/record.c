#include "market/record.h"

#include "core/assert.h"
#include "core/limits.h"

size_t zn_record_encode(uint8_t *bytes, size_t bytes_max, zn_record_walk *walk, const void *record)
{
	struct zn_codec codec = zn_codec_writer(bytes, bytes_max);
	walk(&codec, (void *)(uintptr_t)record); /* a writing walk changes nothing */
	ZN_ASSERT(zn_codec_done(&codec));
	return codec.used;
}

bool zn_record_decode(void *record, zn_record_walk *walk, const uint8_t *bytes, size_t count)
{
	struct zn_codec codec = zn_codec_reader(bytes, count);
	walk(&codec, record);
	return zn_codec_done(&codec);
}

void zn_record_hash(struct zn_hash *out, const char *tag, const struct zn_chain_id *chain,
	zn_record_walk *walk, const void *record)
{
	uint8_t bytes[ZN_MANIFEST_BYTES_MAX]; /* the largest record that is hashed */
	size_t count = zn_record_encode(bytes, sizeof bytes, walk, record);
	zn_hash_tagged(out, tag, chain, bytes, count);
}
