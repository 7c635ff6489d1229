/* chain/node/application.h - the XenCoin application as an engine drives it: ABCI's calls in C.
 *
 * The solo engine calls it directly; behind CometBFT the same calls come over ABCI's socket. Order:
 * check at any time, then finalize and commit for each block. Nothing is durable before commit.
 */
#ifndef ZN_CHAIN_NODE_APPLICATION_H
#define ZN_CHAIN_NODE_APPLICATION_H

#include "chain/ledger/ledger.h"
#include "chain/node/store.h"

struct zn_application;

/** Open the ledger in `store` (borrowed), or begin it from `genesis` when the store is new.
 *
 *  Returns false and complains when there is neither, when `genesis` is not what the store was
 * begun with, or when what is stored is damaged (the tree's root is compared with the stored one).
 *  In:     genesis  NULL: whatever the store holds.
 */
bool zn_application_open(struct zn_application **out, struct zn_node_store *store,
	const struct zn_genesis *genesis, struct zn_complaint *complaint);
void zn_application_close(struct zn_application *application);

/** Info: where it stands. `head` as committed. */
const struct zn_node_head *zn_application_head(const struct zn_application *application);
const struct zn_ledger_params *zn_application_params(const struct zn_application *application);

/** CheckTx: against the committed state and all that were checked since. What passes is counted on:
 *  the next check sees its nonce and its spending. */
enum zn_ledger_refusal zn_application_check(struct zn_application *application,
	const uint8_t *bytes, size_t count, bool signature_known, uint64_t now_s);
/** After a commit: forget what was checked; the engine checks again what it still holds. */
void zn_application_check_restart(struct zn_application *application, uint64_t now_s);
/** Is it one that settles (redeem, close)? Of bytes that passed the check. */
bool zn_application_settles(const uint8_t *bytes, size_t count);

/** PrepareProposal: which of these, in their order, fit a block and pass in it. take[i] says so. */
void zn_application_prepare(struct zn_application *application, bool take[],
	const struct zn_block_tx *txs, size_t txs_count, uint64_t time_s);
/** FinalizeBlock. */
void zn_application_finalize(struct zn_application *application, enum zn_ledger_refusal results[],
	const struct zn_block *block);
/** Commit: make it durable, with the block itself. On an error the process must end: what was
 *  finalized is in memory and not on disk. */
enum zn_err zn_application_commit(struct zn_application *application,
	const struct zn_node_block *block);

struct zn_query_answer {
	uint32_t code;      /* 0; ZN_QUERY_NOT_FOUND, ZN_QUERY_BAD */
	const char *log;    /* a sentence when code is not 0, else "" */
	struct zn_hash key; /* of the state, where one entry was asked for; else zero */
	uint64_t height;
	size_t bytes;
	uint8_t value[ZN_PAGE_BYTES_MAX];
};
#define ZN_QUERY_NOT_FOUND 1
#define ZN_QUERY_BAD       2

/** Query: /account, /channel, /job, /jobs, /channels, /history, /supply, /params.
 *  docs/LEDGER.md §8. Any path and data are safe; the cost is bounded by a page. */
void zn_application_query(struct zn_query_answer *out, const struct zn_application *application,
	const char *path, const uint8_t *data, size_t count);

#endif
