#include "market/verdict.h"

#include "core/assert.h"
#include "core/limits.h"

#include <stdlib.h>
#include <string.h>

static uint64_t draw_u64(const struct zn_hash *secret, const struct zn_hash *channel_id,
	uint64_t chunk, uint64_t counter)
{
	uint8_t message[ZN_HASH_BYTES + 16];
	struct zn_hash mac;
	memcpy(message, channel_id->bytes, ZN_HASH_BYTES);
	for (int i = 0; i < 8; i++) {
		message[ZN_HASH_BYTES + i] = (uint8_t)(chunk >> (8 * i));
		message[ZN_HASH_BYTES + 8 + i] = (uint8_t)(counter >> (8 * i));
	}
	zn_hmac_sha256(&mac, secret->bytes, sizeof secret->bytes, message, sizeof message);
	uint64_t value = 0;
	for (int i = 0; i < 8; i++)
		value |= (uint64_t)mac.bytes[i] << (8 * i);
	return value;
}

static int compare_u32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

static bool drawn_before(const uint32_t *drawn, uint32_t count, uint32_t item)
{
	for (uint32_t i = 0; i < count; i++)
		if (drawn[i] == item)
			return true;
	return false;
}

/* Robert Floyd's sampling: each set of `wanted` different items is equally likely, in exactly
 * `wanted` draws. (Bentley, "Programming pearls: a sample of brilliance", CACM 30(9), 1987.) The
 * modulo's bias is below 2^-40 for a chunk of 2^24 items. */
uint32_t zn_check_draw(uint32_t *drawn, uint32_t wanted, const struct zn_hash *secret,
	const struct zn_hash *channel_id, uint64_t chunk, uint32_t chunk_items)
{
	ZN_ASSERT(wanted <= ZN_CHECK_ITEMS_MAX && chunk_items <= ZN_CHUNK_ITEMS_MAX);
	if (wanted >= chunk_items) {
		for (uint32_t i = 0; i < chunk_items; i++)
			drawn[i] = i;
		return chunk_items;
	}
	for (uint32_t i = 0; i < wanted; i++) {
		uint32_t top = chunk_items - wanted + i;
		uint32_t item = (uint32_t)(draw_u64(secret, channel_id, chunk, i) % (top + 1u));
		drawn[i] = drawn_before(drawn, i, item) ? top : item;
	}
	qsort(drawn, wanted, sizeof *drawn, compare_u32);
	return wanted;
}

uint32_t zn_check_groups(uint32_t *items, const uint32_t *drawn, uint32_t drawn_count,
	uint32_t group_items)
{
	uint32_t count = 0, next = 0; /* the first item of no group taken yet */
	ZN_ASSERT(group_items > 0);
	for (uint32_t i = 0; i < drawn_count; i++) {
		uint32_t first = drawn[i] - drawn[i] % group_items;
		if (drawn[i] < next)
			continue;
		for (uint32_t k = 0; k < group_items; k++)
			items[count++] = first + k;
		next = first + group_items;
	}
	return count;
}

uint32_t zn_check_compare(const uint8_t *output, const uint8_t *recomputed, const uint32_t *drawn,
	uint32_t drawn_count, uint32_t slot_bytes)
{
	for (uint32_t i = 0; i < drawn_count; i++)
		if (memcmp(output + (size_t)drawn[i] * slot_bytes,
			    recomputed + (size_t)i * slot_bytes, slot_bytes) != 0)
			return i;
	return drawn_count;
}

uint64_t zn_check_bound(uint64_t items)
{
	/* ln 100 = 4.605170..., rounded up so that the bound is never too good. */
	return items / 460518 * 100000 + items % 460518 * 100000 / 460518;
}
