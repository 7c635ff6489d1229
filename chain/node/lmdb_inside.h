/* chain/node/lmdb_inside.h - what store.c and index.c share; nobody else includes it. */
#ifndef ZN_CHAIN_NODE_LMDB_INSIDE_H
#define ZN_CHAIN_NODE_LMDB_INSIDE_H

#include "chain/node/store.h"

#include <lmdb.h>

enum zn_node_table {
	ZN_TABLE_META,     /* "head" -> struct zn_node_head */
	ZN_TABLE_STATE,    /* state key -> value */
	ZN_TABLE_BLOCKS,   /* height, big-endian -> block */
	ZN_TABLE_TXS,      /* transaction id -> height, index */
	ZN_TABLE_JOBS,     /* announced height, big-endian | job id -> struct zn_job_index */
	ZN_TABLE_CHANNELS, /* account | role | channel id -> nothing */
	ZN_TABLE_HISTORY,  /* account | height | index, big-endian -> transaction id */
	ZN_TABLE_TOUCHED,  /* height, big-endian -> (account | index, big-endian) of its history */
	ZN_TABLES
};

struct zn_node_store {
	MDB_env *env;
	MDB_dbi tables[ZN_TABLES];
	MDB_txn *reading; /* renewed after every write */
	struct zn_store view;
	uint64_t keep_s; /* blocks older than this are pruned; 0: none is */
};

/** Follow one change of the state into the indexes, before it is written. Returns an LMDB code. */
int zn_index_change(struct zn_node_store *store, MDB_txn *writing, const struct zn_hash *key,
	const struct zn_state_value *now);
/** Index a block's transactions by id and by the accounts that they touch. */
int zn_index_block(struct zn_node_store *store, MDB_txn *writing,
	const struct zn_node_block *block);

/** Remove blocks that are older than what is kept, and what was indexed of them: a bounded number at
 *  each block. `height` and `now_s` are those of the block that is written. */
int zn_prune(struct zn_node_store *store, MDB_txn *writing, uint64_t height, int64_t now_s);

/** A read that fails is no answer: ends the program with a sentence. */
_Noreturn void zn_node_store_broken(int code);

#endif
