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
	ZN_RPC_BLOCK_RESULTS,
	ZN_RPC_HEADER,
	ZN_RPC_COMMIT,
	ZN_RPC_VALIDATORS,
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
	bool prove;
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

/* Answers about blocks; rpc_block.c. As zn_rpc_answer. */
typedef struct zn_json *zn_rpc_answer_fn(struct zn_rpc_error *error, bool *wait, struct zn_rpc *rpc,
	const struct zn_rpc_request *request);
zn_rpc_answer_fn zn_rpc_answer_block, zn_rpc_answer_block_results, zn_rpc_answer_header,
	zn_rpc_answer_commit, zn_rpc_answer_validators;

bool zn_rpc_block_load(struct zn_block_reader *out, const struct zn_rpc *rpc, uint64_t height);
void zn_rpc_add_time(struct zn_json *object, const char *key, const struct zn_block_time *time);
struct zn_json *zn_rpc_validator_json(const struct zn_validator *validator);
struct zn_json *zn_rpc_tx_result(uint32_t code);

/** Answer a request now.
 *
 *  Returns: the result (the caller's), or NULL with an error.
 *  Out:     wait  true: it is "not there (yet)", and a request that may wait should.
 */
struct zn_json *zn_rpc_answer(struct zn_rpc_error *error, bool *wait, struct zn_rpc *rpc,
	const struct zn_rpc_request *request);

#endif
