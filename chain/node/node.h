/* chain/node/node.h - a ledger node: home, store, application, engine and RPC on one loop. */
#ifndef ZN_CHAIN_NODE_NODE_H
#define ZN_CHAIN_NODE_NODE_H

#include "core/err.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

struct zn_node_options {
	char home[PATH_MAX];
	char address[64];
	uint16_t port;             /* 0: the system chooses */
	const char *genesis;       /* a file, or NULL */
	const char *operator_text; /* xen1..., or NULL: a key file in the home */
	uint64_t idle_ms;
	uint64_t keep_s; /* blocks; 0: all */
};

/** Run until SIGINT or SIGTERM. Returns the exit status; complaints go to standard error. */
int zn_node_run(const struct zn_node_options *options);

#endif
