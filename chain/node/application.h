/* chain/node/application.h - the XenCoin application as an engine drives it: ABCI 2.0's calls in C.
 *
 * The solo engine calls it directly; behind CometBFT the same calls come over ABCI's socket. Their
 * order is chain/node/abci_order.h's, and asserted. Nothing is durable before commit. Snapshots are
 * not offered: zn_application_snapshots says 0.
 */
#ifndef ZN_CHAIN_NODE_APPLICATION_H
#define ZN_CHAIN_NODE_APPLICATION_H

#include "chain/ledger/ledger.h"
#include "chain/node/store.h"
#include "io/loop.h"

struct zn_application;

/** Open the ledger in `store` (borrowed), or begin it from `genesis` when the store is new: Info,
 *  then InitChain at height 0, as an engine's handshake.
 *
 *  Returns false and complains when there is neither, when `genesis` is not what the store was
 *  begun with, or when what is stored is damaged (the tree's root is compared with the stored one)
 *  or another version's.
 *  In:     genesis  NULL: whatever the store holds.
 */
bool zn_application_open(struct zn_application **out, struct zn_node_store *store,
	const struct zn_genesis *genesis, struct zn_complaint *complaint);
void zn_application_close(struct zn_application *application);

/** Check signatures on the pool of this loop too (borrowed; NULL: on the calling thread alone). */
void zn_application_pool_set(struct zn_application *application, struct zn_loop *loop);

/** Where it stands, `head` as committed. */
const struct zn_node_head *zn_application_head(const struct zn_application *application);
const struct zn_ledger_params *zn_application_params(const struct zn_application *application);
/** The newest height whose state a header commits to: one below the latest block. */
uint64_t zn_application_provable(const struct zn_application *application);

/** Info: the last committed height (0: InitChain comes next), its state's root. */
struct zn_application_info {
	const char *data, *version;
	uint64_t app_version;
	uint64_t last_height;
	struct zn_hash last_app_hash;
};
void zn_application_info(struct zn_application_info *out, struct zn_application *application);
/** InitChain: begin from `genesis`; again while no block has been committed is fine.
 *  Out: app_hash, the root that the header of block 1 must have. */
bool zn_application_init_chain(struct zn_hash *app_hash, struct zn_application *application,
	const struct zn_genesis *genesis, struct zn_complaint *complaint);

/** CheckTx: against the committed state and all that were checked since. What passes is counted on:
 *  the next check sees its nonce and its spending. `signature_known`: a recheck. */
enum zn_ledger_refusal zn_application_check(struct zn_application *application,
	const uint8_t *bytes, size_t count, bool signature_known, uint64_t now_s);
/** After a commit: forget what was checked; the engine checks again what it still holds. */
void zn_application_check_restart(struct zn_application *application, uint64_t now_s);
/** Is it one that settles (redeem, close)? Of any bytes. */
bool zn_application_settles(const uint8_t *bytes, size_t count);

/** PrepareProposal: which of these, in their order, fit a block of bytes_max (as CometBFT counts:
 *  each with its protobuf frame) and pass in it. take[i] says so. A quarter is kept for settling. */
void zn_application_prepare(struct zn_application *application, bool take[],
	const struct zn_block_tx *txs, size_t txs_count, uint64_t bytes_max, uint64_t time_s);
/** ProcessProposal: may it be voted for? Depends on the block alone: every transaction decodes, and
 *  ordinary ones leave the room that is kept for settling. What fails in it pays nothing. */
bool zn_application_process(struct zn_application *application, const struct zn_block *block);
/** FinalizeBlock. Signatures that are not known are checked first, in parallel. */
void zn_application_finalize(struct zn_application *application, enum zn_ledger_refusal results[],
	const struct zn_block *block, struct zn_hash *app_hash);
/** Commit: make it durable, with the block itself. On an error the process must end: what was
 *  finalized is in memory and not on disk.
 *  In:  mark  of the block, computed by the engine. */
enum zn_err zn_application_commit(struct zn_application *application,
	const struct zn_node_block *block, const struct zn_block_mark *mark);

/** ListSnapshots: how many; there are none, an engine must replay blocks. */
unsigned int zn_application_snapshots(struct zn_application *application);

struct zn_query_answer {
	uint32_t code;      /* 0; ZN_QUERY_NOT_FOUND, ... */
	const char *log;    /* a sentence when code is not 0, else "" */
	struct zn_hash key; /* of the state, where one entry was asked for; else zero */
	uint64_t height;    /* of the state that it speaks of */
	bool proven;        /* proof is filled in */
	struct zn_tree_proof proof;
	size_t bytes;
	uint8_t value[ZN_PAGE_BYTES_MAX];
};
#define ZN_QUERY_NOT_FOUND 1
#define ZN_QUERY_BAD       2
#define ZN_QUERY_NO_PROOF  3 /* that height's state is not kept, or has no header yet */

struct zn_query {
	const char *path;
	const uint8_t *data;
	size_t count;
	uint64_t height; /* with prove: 0 is the newest that can be proven */
	bool prove;      /* entries of the state only; lists are not provable */
};

/** Query: /account, /channel, /job, /bond, /supply, /params, /jobs, /channels, /history.
 *  docs/LEDGER.md §8. Any path and data are safe; the cost is bounded by a page. */
void zn_application_query(struct zn_query_answer *out, struct zn_application *application,
	const struct zn_query *query);

#endif
