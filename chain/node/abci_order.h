/* chain/node/abci_order.h - in which order an engine may call the application: ABCI 2.0's grammar.
 *
 *     start      = info, [init_chain if it said height 0]
 *     height     = any number of prepare_proposal and process_proposal, finalize_block, commit
 *     any time after start: check_tx, query, the snapshot calls (which are not offered)
 *
 * An engine that breaks it is our bug (solo) or a protocol we do not speak: the process ends.
 * Source: CometBFT v0.39, spec/abci/abci++_comet_expected_behavior.md. On replay there is neither
 * prepare nor process.
 */
#ifndef ZN_CHAIN_NODE_ABCI_ORDER_H
#define ZN_CHAIN_NODE_ABCI_ORDER_H

#include <stdbool.h>
#include <stdint.h>

enum zn_abci_call {
	ZN_ABCI_INFO,
	ZN_ABCI_INIT_CHAIN,
	ZN_ABCI_CHECK_TX,
	ZN_ABCI_QUERY,
	ZN_ABCI_PREPARE_PROPOSAL,
	ZN_ABCI_PROCESS_PROPOSAL,
	ZN_ABCI_FINALIZE_BLOCK,
	ZN_ABCI_COMMIT,
	ZN_ABCI_SNAPSHOT,
	ZN_ABCI_CALLS
};

enum zn_abci_stage {
	ZN_ABCI_UNKNOWN,   /* info has not been asked yet */
	ZN_ABCI_NEW,       /* height 0: init_chain comes next */
	ZN_ABCI_READY,     /* between two blocks */
	ZN_ABCI_FINALIZED, /* commit comes next */
};

struct zn_abci_order {
	enum zn_abci_stage stage;
};

/** Is the call legal now? */
bool zn_abci_order_allows(const struct zn_abci_order *order, enum zn_abci_call call);
/** Note a call; asserts that it is legal. `height` is the last committed one. */
void zn_abci_order_step(struct zn_abci_order *order, enum zn_abci_call call, uint64_t height);

#endif
