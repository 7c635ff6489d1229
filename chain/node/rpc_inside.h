/* chain/node/rpc_inside.h - one request on its way through rpc*.c; nobody else includes it. */
#ifndef ZN_CHAIN_NODE_RPC_INSIDE_H
#define ZN_CHAIN_NODE_RPC_INSIDE_H

#include "chain/node/rpc.h"

#define ZN_RPC_PATH_BYTES_MAX 32
#define ZN_RPC_ID_BYTES_MAX   64
#define ZN_RPC_DATA_BYTES_MAX ZN_TX_BYTES_MAX

enum zn_rpc_method {
	ZN_RPC_STATUS,
	ZN_RPC_HEALTH,
	ZN_RPC_ABCI_INFO,
	ZN_RPC_ABCI_QUERY,
	ZN_RPC_BROADCAST_TX_SYNC,
	ZN_RPC_TX,
	ZN_RPC_BLOCK,
	ZN_RPC_METHODS
};

struct zn_rpc_request {
	enum zn_rpc_method method;
	bool is_get;
	bool id_is_text;
	char id[ZN_RPC_ID_BYTES_MAX + 1]; /* to be given back; empty: none */
	char path[ZN_RPC_PATH_BYTES_MAX + 1];
	uint8_t *data; /* malloc'ed: a transaction, a hash or a query's data; NULL: none */
	size_t data_bytes;
	uint64_t height;
	uint64_t wait_ms, wait_height;
};

/* JSON-RPC's own codes, as CometBFT uses them. */
enum zn_rpc_error_code {
	ZN_RPC_PARSE = -32700,
	ZN_RPC_INVALID_REQUEST = -32600,
	ZN_RPC_NO_METHOD = -32601,
	ZN_RPC_INVALID_PARAMS = -32602,
	ZN_RPC_INTERNAL = -32603,
};

struct zn_rpc_error {
	int code; /* 0: none */
	char data[160];
};

/** Read a request. False: `error` says why; the request is fit for zn_rpc_request_finish. */
bool zn_rpc_request_read(struct zn_rpc_request *out, struct zn_rpc_error *error,
	const struct zn_http_exchange *exchange);
void zn_rpc_request_finish(struct zn_rpc_request *request);
bool zn_rpc_fail(struct zn_rpc_error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

struct zn_rpc {
	struct zn_loop *loop;
	struct zn_application *application;
	struct zn_node_store *store;
	struct zn_solo *solo;
	struct zn_rpc_options options;
	struct zn_http_server *server;
	struct zn_rpc_held *held; /* list of answers held open */
	unsigned int held_count;
};

/** Answer a request now.
 *
 *  Returns: the result (the caller's), or NULL with an error.
 *  Out:     wait  true: it is "not there (yet)", and a request that may wait should.
 */
struct zn_json *zn_rpc_answer(struct zn_rpc_error *error, bool *wait, struct zn_rpc *rpc,
	const struct zn_rpc_request *request);

#endif
