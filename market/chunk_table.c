#include "market/chunk_table.h"

#include "core/assert.h"
#include "core/limits.h"

#include <stdlib.h>

#define COPIES_MAX 2

struct chunk {
	uint16_t holder[COPIES_MAX];
	uint16_t acceptor;
};

struct zn_chunk_table {
	uint64_t count;
	uint64_t accepted;
	uint64_t leased;
	uint64_t first_free; /* no chunk below it is free */
	bool slow[ZN_PEERS_MAX];
	struct chunk chunks[];
};

struct zn_chunk_table *zn_chunk_table_create(uint64_t chunks)
{
	ZN_ASSERT(chunks > 0 && chunks <= ZN_JOB_CHUNKS_MAX);
	struct zn_chunk_table *table =
		calloc(1, sizeof *table + (size_t)chunks * sizeof table->chunks[0]);
	if (table == NULL)
		return NULL;
	table->count = chunks;
	for (uint64_t i = 0; i < chunks; i++)
		table->chunks[i] = (struct chunk){{ZN_PEER_NONE, ZN_PEER_NONE}, ZN_PEER_NONE};
	return table;
}

void zn_chunk_table_destroy(struct zn_chunk_table *table)
{
	free(table);
}

static bool held(const struct chunk *chunk)
{
	return chunk->holder[0] != ZN_PEER_NONE || chunk->holder[1] != ZN_PEER_NONE;
}

static bool held_by(const struct chunk *chunk, uint16_t peer)
{
	return chunk->holder[0] == peer || chunk->holder[1] == peer;
}

static bool is_free(const struct chunk *chunk)
{
	return chunk->acceptor == ZN_PEER_NONE && !held(chunk);
}

static struct chunk *chunk_at(struct zn_chunk_table *table, uint64_t chunk)
{
	ZN_ASSERT(chunk < table->count);
	return &table->chunks[chunk];
}

static bool hold(struct zn_chunk_table *table, struct chunk *chunk, uint16_t peer)
{
	if (held_by(chunk, peer))
		return false;
	int place = chunk->holder[0] == ZN_PEER_NONE ? 0 : 1;
	if (chunk->holder[place] != ZN_PEER_NONE)
		return false;
	if (!held(chunk) && chunk->acceptor == ZN_PEER_NONE)
		table->leased++;
	chunk->holder[place] = peer;
	return true;
}

static void let_go(struct zn_chunk_table *table, uint64_t index, uint16_t peer)
{
	struct chunk *chunk = chunk_at(table, index);
	if (!held_by(chunk, peer))
		return;
	for (int i = 0; i < COPIES_MAX; i++)
		if (chunk->holder[i] == peer)
			chunk->holder[i] = ZN_PEER_NONE;
	if (!held(chunk) && chunk->acceptor == ZN_PEER_NONE) {
		table->leased--;
		if (index < table->first_free)
			table->first_free = index;
	}
}

static uint32_t lease_free(struct zn_chunk_table *table, uint64_t *chunks, uint32_t wanted,
	uint16_t peer)
{
	uint32_t count = 0;
	uint64_t at = table->first_free;
	for (; at < table->count && count < wanted; at++)
		if (is_free(&table->chunks[at]) && hold(table, &table->chunks[at], peer))
			chunks[count++] = at;
	table->first_free = at;
	return count;
}

static bool holder_slow(const struct zn_chunk_table *table, const struct chunk *chunk)
{
	for (int i = 0; i < COPIES_MAX; i++)
		if (chunk->holder[i] != ZN_PEER_NONE && !table->slow[chunk->holder[i]])
			return false;
	return true;
}

static uint32_t lease_copies(struct zn_chunk_table *table, uint64_t *chunks, uint32_t wanted,
	uint16_t peer)
{
	uint32_t count = 0;
	uint64_t open = table->leased; /* so the walk ends early when nothing is left to copy */
	for (uint64_t at = 0; at < table->count && count < wanted && open > 0; at++) {
		struct chunk *chunk = &table->chunks[at];
		if (chunk->acceptor != ZN_PEER_NONE || !held(chunk))
			continue;
		open--;
		if (holder_slow(table, chunk) && hold(table, chunk, peer))
			chunks[count++] = at;
	}
	return count;
}

uint32_t zn_chunk_table_lease(struct zn_chunk_table *table, uint64_t *chunks, uint32_t wanted,
	uint16_t peer)
{
	ZN_ASSERT(peer < ZN_PEERS_MAX);
	uint32_t count = lease_free(table, chunks, wanted, peer);
	return count > 0 ? count : lease_copies(table, chunks, wanted, peer);
}

void zn_chunk_table_lease_restore(struct zn_chunk_table *table, uint64_t chunk, uint16_t peer)
{
	hold(table, chunk_at(table, chunk), peer);
}

bool zn_chunk_table_holds(const struct zn_chunk_table *table, uint64_t chunk, uint16_t peer)
{
	return chunk < table->count && held_by(&table->chunks[chunk], peer);
}

void zn_chunk_table_slow(struct zn_chunk_table *table, uint16_t peer, bool slow)
{
	ZN_ASSERT(peer < ZN_PEERS_MAX);
	table->slow[peer] = slow;
}

void zn_chunk_table_release(struct zn_chunk_table *table, uint64_t chunk, uint16_t peer)
{
	let_go(table, chunk, peer);
}

bool zn_chunk_table_accept(struct zn_chunk_table *table, uint64_t chunk, uint16_t peer)
{
	struct chunk *entry = chunk_at(table, chunk);
	bool first = entry->acceptor == ZN_PEER_NONE;
	if (first) {
		if (held(entry))
			table->leased--;
		entry->acceptor = peer;
		table->accepted++;
	}
	let_go(table, chunk, peer);
	return first;
}

void zn_chunk_table_redo(struct zn_chunk_table *table, uint64_t chunk)
{
	struct chunk *entry = chunk_at(table, chunk);
	if (entry->acceptor == ZN_PEER_NONE)
		return;
	entry->acceptor = ZN_PEER_NONE;
	table->accepted--;
	if (held(entry))
		table->leased++;
	else if (chunk < table->first_free)
		table->first_free = chunk;
}

void zn_chunk_table_refuse(struct zn_chunk_table *table, uint16_t peer,
	zn_chunk_retracted_fn *retracted, void *user)
{
	for (uint64_t at = 0; at < table->count; at++) {
		struct chunk *chunk = &table->chunks[at];
		let_go(table, at, peer);
		if (chunk->acceptor != peer)
			continue;
		zn_chunk_table_redo(table, at);
		retracted(user, at);
	}
}

uint64_t zn_chunk_table_chunks(const struct zn_chunk_table *table)
{
	return table->count;
}

uint64_t zn_chunk_table_accepted(const struct zn_chunk_table *table)
{
	return table->accepted;
}

uint64_t zn_chunk_table_leased(const struct zn_chunk_table *table)
{
	return table->leased;
}

uint64_t zn_chunk_table_free(const struct zn_chunk_table *table)
{
	return table->count - table->accepted - table->leased;
}

bool zn_chunk_table_is_accepted(const struct zn_chunk_table *table, uint64_t chunk)
{
	return zn_chunk_table_acceptor(table, chunk) != ZN_PEER_NONE;
}

uint16_t zn_chunk_table_acceptor(const struct zn_chunk_table *table, uint64_t chunk)
{
	ZN_ASSERT(chunk < table->count);
	return table->chunks[chunk].acceptor;
}
