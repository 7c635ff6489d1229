/* chain/node/signatures.h - the senders' signatures of many transactions, on all cores.
 *
 * The one costly part of a block that depends on nothing before it.
 */
#ifndef ZN_CHAIN_NODE_SIGNATURES_H
#define ZN_CHAIN_NODE_SIGNATURES_H

#include "chain/ledger/ledger.h"
#include "io/loop.h"

/** Set signature_known where the sender's signature is right; what is already known is not looked
 *  at. Bytes that are no transaction stay unknown. `loop` may be NULL. Returns when all is done. */
void zn_signatures_check(struct zn_block_tx *txs, size_t count, const struct zn_chain_id *chain,
	struct zn_loop *loop);

#endif
