/* chain/node/store.h - a node's disk: state, blocks and indexes. Door of LMDB.
 *
 * One durable write transaction per block: after zn_node_store_block returned OK the block and all
 * that it changed survive a power cut; before it, nothing of it is there.
 */
#ifndef ZN_CHAIN_NODE_STORE_H
#define ZN_CHAIN_NODE_STORE_H

#include "chain/ledger/ledger.h"
#include "chain/node/block.h"
#include "core/err.h"

struct zn_node_store;

/** What the store stands at. */
struct zn_node_head {
	struct zn_chain_id chain;
	struct zn_hash genesis_hash;
	uint64_t height;
	uint64_t time_s;
	struct zn_hash app_hash;   /* of the state after the block */
	struct zn_block_mark mark; /* of the block */
};

/** Open or create the database in a directory. Complains in a sentence on failure. */
enum zn_err zn_node_store_open(struct zn_node_store **out, const char *directory,
	struct zn_complaint *complaint);
/** NULL is fine. */
void zn_node_store_close(struct zn_node_store *store);

/** NOT_FOUND in a new one; UNSUPPORTED in one that another version of the program made; CORRUPT,
 *  IO. */
enum zn_err zn_node_store_head(struct zn_node_head *out, struct zn_node_store *store);
/** Keep blocks for so long, and prune a few older ones with every new one; 0: keep all. */
void zn_node_store_keep(struct zn_node_store *store, uint64_t keep_s);
/** The committed state. A failing read ends the program with a sentence. */
const struct zn_store *zn_node_store_view(const struct zn_node_store *store);

/** Write what changed, and the block (NULL for genesis), durably. Errors: DISK_FULL, IO. */
enum zn_err zn_node_store_block(struct zn_node_store *store, const struct zn_node_head *head,
	const struct zn_overlay *changes, const struct zn_node_block *block);

/** Out: *bytes is the encoded block, borrowed until the next write. False: no such block. */
bool zn_node_store_block_get(const uint8_t **bytes, size_t *count,
	const struct zn_node_store *store, uint64_t height);
/** The lowest height whose block is there; 0: none is. */
uint64_t zn_node_store_earliest(const struct zn_node_store *store);
bool zn_node_store_tx_find(uint64_t *height, uint32_t *index, const struct zn_node_store *store,
	const struct zn_hash *tx_id);

/* Lists; chain/node/index.c. `now_s` hides what has expired. False for a cursor that is none. */
bool zn_node_store_jobs(struct zn_job_page *out, const struct zn_node_store *store,
	const struct zn_jobs_query *query, uint64_t now_s);
bool zn_node_store_channels(struct zn_channel_page *out, const struct zn_node_store *store,
	const struct zn_channels_query *query);
bool zn_node_store_history(struct zn_history_page *out, const struct zn_node_store *store,
	const struct zn_history_query *query);

#endif
