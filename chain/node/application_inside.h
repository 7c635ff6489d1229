/* chain/node/application_inside.h - what application.c and query.c share; nobody else includes it. */
#ifndef ZN_CHAIN_NODE_APPLICATION_INSIDE_H
#define ZN_CHAIN_NODE_APPLICATION_INSIDE_H

#include "chain/node/abci_order.h"
#include "chain/node/application.h"

struct zn_application {
	struct zn_node_store *store;
	struct zn_loop *loop; /* its pool checks signatures; may be NULL */
	struct zn_ledger *ledger;
	struct zn_node_head head;
	bool begun; /* the store has a head */
	struct zn_abci_order order;
	struct zn_overlay *pending; /* what was checked since the last commit */
	struct zn_ledger_view pending_view;
	struct zn_transaction decoded; /* scratch */
	struct zn_block_tx *txs;       /* scratch: ZN_BLOCK_TXS_MAX */
};

#endif
