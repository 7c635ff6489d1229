/* chain/node/rpc.h - the node's JSON-RPC over HTTP: CometBFT's names, shapes and conventions.
 *
 * POST / with {"jsonrpc","id","method","params"}, or GET /method?name=value. Methods: status,
 * health, abci_info, abci_query, broadcast_tx_sync, tx, block, block_results, header, commit,
 * validators. Our own optional parameters begin
 * with x_, and other nodes ignore them: x_wait_ms holds an answer open that would be "not there",
 * x_wait_height one that is older. docs/LEDGER.md §8.
 */
#ifndef ZN_CHAIN_NODE_RPC_H
#define ZN_CHAIN_NODE_RPC_H

#include "chain/node/application.h"
#include "chain/node/solo.h"
#include "io/http_server.h"
#include "io/json.h"
#include "io/loop.h"

struct zn_rpc;

struct zn_rpc_options {
	const char *address;
	uint16_t port;
};

/** Take the port; errors as of zn_http_server_create. Before the loop runs it must be attached to
 *  what answers. */
enum zn_err zn_rpc_create(struct zn_rpc **out, struct zn_loop *loop,
	const struct zn_rpc_options *options);
/** All must outlive it. */
void zn_rpc_attach(struct zn_rpc *rpc, struct zn_application *application,
	struct zn_node_store *store, struct zn_solo *solo);
void zn_rpc_destroy(struct zn_rpc *rpc);
uint16_t zn_rpc_port(const struct zn_rpc *rpc);
/** A block was made: what was held for it is answered. */
void zn_rpc_block(struct zn_rpc *rpc);

#endif
