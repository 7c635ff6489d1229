/* chain/node/solo.h - the engine of one: a mempool and a clock, no consensus.
 *
 * A transaction is in a block at most ZN_BLOCK_DELAY_MS after it was accepted: at once when the
 * last block is ZN_BLOCK_GAP_MS old, else when it is. A block that changed the state is followed by
 * another one ZN_BLOCK_GAP_MS later, empty if need be: its header commits to what was changed.
 * Without transactions a block every idle interval.
 */
#ifndef ZN_CHAIN_NODE_SOLO_H
#define ZN_CHAIN_NODE_SOLO_H

#include "chain/node/application.h"
#include "chain/node/signer.h"
#include "io/loop.h"

struct zn_solo;

/** After every block. */
typedef void zn_solo_block_fn(void *user);
/** The disk failed: nothing can be done but to end. */
typedef void zn_solo_failed_fn(void *user, enum zn_err err);

struct zn_solo_options {
	const struct zn_signer *signer; /* borrowed; must fit the application's head */
	uint64_t idle_ms;               /* between empty blocks */
	zn_solo_block_fn *block;
	zn_solo_failed_fn *failed;
	void *user;
};

/** The loop and the application must outlive it. The first block comes at once. */
struct zn_solo *zn_solo_create(struct zn_loop *loop, struct zn_application *application,
	const struct zn_solo_options *options);
void zn_solo_destroy(struct zn_solo *solo);

/** broadcast_tx_sync: check it and, if it is in order, take it for the next block. One that waits
 *  already is taken as new. */
enum zn_ledger_refusal zn_solo_submit(struct zn_solo *solo, const uint8_t *bytes, size_t count);
/** Who signs its blocks. */
const struct zn_signer *zn_solo_signer(const struct zn_solo *solo);
bool zn_solo_holds(const struct zn_solo *solo, const struct zn_hash *tx_id);
size_t zn_solo_waiting(const struct zn_solo *solo);

#endif
