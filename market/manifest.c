#include "market/manifest.h"

#include "core/assert.h"

void zn_manifest_code(struct zn_codec *codec, struct zn_manifest *manifest)
{
	zn_codec_header(codec, ZN_RECORD_MANIFEST, 2);
	zn_codec_u8(codec, &manifest->abi_version);
	zn_codec_u8(codec, &manifest->form);
	zn_codec_u8(codec, &manifest->arithmetic);
	zn_codec_u32(codec, &manifest->options);
	zn_codec_count(codec, &manifest->sources_count, ZN_SOURCES_MAX);
	for (uint32_t i = 0; i < manifest->sources_count; i++)
		zn_codec_hash(codec, &manifest->sources[i]);
	zn_codec_blob(codec, manifest->params, &manifest->params_bytes, ZN_PARAMS_BYTES_MAX);
	zn_codec_hash(codec, &manifest->shared_id);
	zn_codec_u64(codec, &manifest->shared_bytes);
	zn_codec_u64(codec, &manifest->items);
	zn_codec_u32(codec, &manifest->chunk_items);
	zn_codec_u32(codec, &manifest->slot_bytes);
	zn_codec_u32(codec, &manifest->group_items);
	zn_codec_u32(codec, &manifest->local_bytes);
	zn_codec_u32(codec, &manifest->counter_at);
	zn_codec_hash(codec, &manifest->inputs_id);
	zn_codec_u32(codec, &manifest->input_bytes_max);
}

ZN_RECORD_DEFINE(manifest, "manifest/2")

static bool group_fits(const struct zn_manifest *manifest)
{
	if (manifest->form == ZN_FORM_MAP)
		return manifest->group_items == 0;
	return manifest->group_items > 0 && manifest->group_items <= ZN_GROUP_ITEMS_MAX &&
	       manifest->chunk_items % manifest->group_items == 0 &&
	       manifest->items % manifest->group_items == 0;
}

static bool counter_fits(const struct zn_manifest *manifest)
{
	return manifest->counter_at == ZN_COUNTER_NONE ||
	       (manifest->counter_at % 4 == 0 && manifest->counter_at < manifest->slot_bytes);
}

enum zn_manifest_refusal zn_manifest_check(const struct zn_manifest *manifest)
{
	if (manifest->abi_version != 1)
		return ZN_MANIFEST_ABI;
	if (manifest->form != ZN_FORM_MAP && manifest->form != ZN_FORM_CHUNK)
		return ZN_MANIFEST_FORM;
	if (manifest->arithmetic != ZN_ARITHMETIC_EXACT)
		return ZN_MANIFEST_ARITHMETIC;
	if ((manifest->options & ~ZN_OPTION_FP64) != 0)
		return ZN_MANIFEST_OPTIONS;
	if (manifest->sources_count == 0)
		return ZN_MANIFEST_NO_SOURCE;
	if (manifest->items == 0)
		return ZN_MANIFEST_NO_ITEMS;
	if (manifest->items > ZN_JOB_ITEMS_MAX)
		return ZN_MANIFEST_TOO_MANY_ITEMS;
	if (manifest->chunk_items == 0 || manifest->chunk_items > ZN_CHUNK_ITEMS_MAX)
		return ZN_MANIFEST_CHUNK_ITEMS;
	if (manifest->slot_bytes == 0 || manifest->slot_bytes > ZN_SLOT_BYTES_MAX ||
		manifest->slot_bytes % 4 != 0)
		return ZN_MANIFEST_SLOT_BYTES;
	if ((uint64_t)manifest->chunk_items * manifest->slot_bytes > ZN_CHUNK_OUTPUT_BYTES_MAX)
		return ZN_MANIFEST_CHUNK_OUTPUT;
	if (zn_manifest_chunks(manifest) > ZN_JOB_CHUNKS_MAX)
		return ZN_MANIFEST_TOO_MANY_CHUNKS;
	if (!group_fits(manifest))
		return ZN_MANIFEST_GROUP;
	if (manifest->local_bytes > ZN_LOCAL_BYTES_MAX || manifest->local_bytes % 16 != 0 ||
		(manifest->form == ZN_FORM_MAP && manifest->local_bytes != 0))
		return ZN_MANIFEST_LOCAL_BYTES;
	if (!counter_fits(manifest))
		return ZN_MANIFEST_COUNTER;
	if (manifest->shared_bytes > ZN_SHARED_BYTES_MAX ||
		(manifest->shared_bytes == 0) != zn_hash_is_zero(&manifest->shared_id))
		return ZN_MANIFEST_SHARED_INPUT;
	if (manifest->input_bytes_max > ZN_CHUNK_INPUT_BYTES_MAX ||
		(manifest->input_bytes_max == 0) != zn_hash_is_zero(&manifest->inputs_id))
		return ZN_MANIFEST_CHUNK_INPUTS;
	return ZN_MANIFEST_OK;
}

const char *zn_manifest_refusal_sentence(enum zn_manifest_refusal refusal)
{
	switch (refusal) {
	case ZN_MANIFEST_OK:
		return "the job is in order";
#define X(name, sentence)                                                                          \
	case ZN_MANIFEST_##name:                                                                   \
		return sentence;
		ZN_MANIFEST_REFUSALS(X)
#undef X
	}
	return "?";
}

uint64_t zn_manifest_chunks(const struct zn_manifest *manifest)
{
	ZN_ASSERT(manifest->chunk_items > 0);
	return manifest->items / manifest->chunk_items +
	       (manifest->items % manifest->chunk_items != 0);
}

void zn_manifest_chunk(uint64_t *first, uint32_t *items, const struct zn_manifest *manifest,
	uint64_t chunk)
{
	ZN_ASSERT(chunk < zn_manifest_chunks(manifest));
	*first = chunk * manifest->chunk_items;
	uint64_t left = manifest->items - *first;
	*items = left < manifest->chunk_items ? (uint32_t)left : manifest->chunk_items;
}

uint64_t zn_manifest_chunk_output_bytes(const struct zn_manifest *manifest, uint64_t chunk)
{
	uint64_t first;
	uint32_t items;
	zn_manifest_chunk(&first, &items, manifest, chunk);
	return (uint64_t)items * manifest->slot_bytes;
}

uint64_t zn_manifest_units(const struct zn_manifest *manifest, const uint8_t *output,
	uint64_t bytes)
{
	uint64_t units = 0;
	if (manifest->counter_at == ZN_COUNTER_NONE)
		return 1;
	for (uint64_t slot = 0; slot + manifest->slot_bytes <= bytes;
		slot += manifest->slot_bytes) {
		const uint8_t *at = output + slot + manifest->counter_at;
		units += (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 |
			 (uint64_t)at[3] << 24;
	}
	return units;
}

uint64_t zn_manifest_inputs_bytes(const struct zn_manifest *manifest)
{
	return manifest->input_bytes_max == 0 ? 0 : zn_manifest_chunks(manifest) * ZN_HASH_BYTES;
}
