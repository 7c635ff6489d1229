/* market/verdict.h - stage 7: which items of a chunk are recomputed, and what that proves.
 *
 * Items are drawn with HMAC-SHA256(secret, channel id | chunk | counter): the worker cannot know
 * them before it has signed, and the publisher cannot change them afterwards, since the secret is
 * journalled at the start of the job. Pure.
 */
#ifndef ZN_MARKET_VERDICT_H
#define ZN_MARKET_VERDICT_H

#include "core/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Draw `wanted` different items of a chunk of `chunk_items`, ascending, 0-based in the chunk.
 *  Out: drawn  room for `wanted`. Returns their count: all of the chunk if it has no more. */
uint32_t zn_check_draw(uint32_t *drawn, uint32_t wanted, const struct zn_hash *secret,
	const struct zn_hash *channel_id, uint64_t chunk, uint32_t chunk_items);

/** Chunk form: all items of the groups that the drawn ones are in, ascending, 0-based in the chunk.
 *  Out: items  room for drawn_count * group_items. Returns how many. */
uint32_t zn_check_groups(uint32_t *items, const uint32_t *drawn, uint32_t drawn_count,
	uint32_t group_items);

/** Compare drawn items: slot k of `recomputed` against slot drawn[k] of `output`.
 *  Returns the count of drawn items that agree before the first that does not. */
uint32_t zn_check_compare(const uint8_t *output, const uint8_t *recomputed, const uint32_t *drawn,
	uint32_t drawn_count, uint32_t slot_bytes);

/** With `items` recomputed at random and none wrong, at most one item in the returned number is
 *  wrong, at 99 % confidence: items / ln 100, rounded down; 0 says that nothing follows. */
uint64_t zn_check_bound(uint64_t items);

#endif
