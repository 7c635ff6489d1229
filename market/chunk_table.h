/* market/chunk_table.h - the only place that knows in which state each chunk of a job is.
 *
 * FREE -> LEASED to one or two workers -> ACCEPTED from one of them; back to FREE when its holders
 * are gone, or when the worker whose result was accepted is refused later.
 *
 * Peers are small numbers that the publisher gives (0 to ZN_PEERS_MAX - 1). Pure; not thread-safe.
 */
#ifndef ZN_MARKET_CHUNK_TABLE_H
#define ZN_MARKET_CHUNK_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#define ZN_PEER_NONE UINT16_MAX

struct zn_chunk_table;

struct zn_chunk_table *zn_chunk_table_create(uint64_t chunks);
void zn_chunk_table_destroy(struct zn_chunk_table *table);

/** Lease up to `wanted` chunks to a peer: free ones in order; when none is free, second copies of
 *  chunks whose holder is named slow by zn_chunk_table_slow. Never a chunk the peer holds already.
 *  Returns how many. */
uint32_t zn_chunk_table_lease(struct zn_chunk_table *table, uint64_t *chunks, uint32_t wanted,
	uint16_t peer);
/** Say that a chunk was leased before a restart. */
void zn_chunk_table_lease_restore(struct zn_chunk_table *table, uint64_t chunk, uint16_t peer);
bool zn_chunk_table_holds(const struct zn_chunk_table *table, uint64_t chunk, uint16_t peer);
/** The peer is not heard of: others may have copies of what it holds (true), or not (false). */
void zn_chunk_table_slow(struct zn_chunk_table *table, uint16_t peer, bool slow);
/** A lease ended without a result. */
void zn_chunk_table_release(struct zn_chunk_table *table, uint64_t chunk, uint16_t peer);
/** The peer's result passed. True: the first for this chunk, use it; false: it was done already (the
 *  peer is paid all the same). Ends the peer's lease. */
bool zn_chunk_table_accept(struct zn_chunk_table *table, uint64_t chunk, uint16_t peer);
/** An accepted chunk's output is lost: it is free again. */
void zn_chunk_table_redo(struct zn_chunk_table *table, uint64_t chunk);
/** Called for each chunk that must be taken out of the result again. */
typedef void zn_chunk_retracted_fn(void *user, uint64_t chunk);
/** The peer is refused: its leases end, and what was accepted from it is free again. */
void zn_chunk_table_refuse(struct zn_chunk_table *table, uint16_t peer,
	zn_chunk_retracted_fn *retracted, void *user);

uint64_t zn_chunk_table_chunks(const struct zn_chunk_table *table);
uint64_t zn_chunk_table_accepted(const struct zn_chunk_table *table);
uint64_t zn_chunk_table_leased(const struct zn_chunk_table *table); /* by anybody, not accepted */
uint64_t zn_chunk_table_free(const struct zn_chunk_table *table);
bool zn_chunk_table_is_accepted(const struct zn_chunk_table *table, uint64_t chunk);
/** Who did it; ZN_PEER_NONE if it is not accepted. */
uint16_t zn_chunk_table_acceptor(const struct zn_chunk_table *table, uint64_t chunk);

#endif
