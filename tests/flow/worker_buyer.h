/* tests/flow/worker_buyer.h - a small publisher for tests of the worker: the deal's machine over
 * real TLS and a real ledger, with the mix kernel, whose answers are recomputed here in C. */
#ifndef ZN_TESTS_FLOW_WORKER_BUYER_H
#define ZN_TESTS_FLOW_WORKER_BUYER_H

#include "tests/unit/node_harness.h"

#include "io/http_server.h"
#include "market/publisher_deal.h"

#define BUYER_PEERS  4
#define BUYER_QUEUED 256

struct buyer_peer {
	struct buyer *buyer;
	bool used;
	struct zn_publisher_deal deal;
	struct zn_http_exchange *held, *delivery;
	uint8_t *outputs[ZN_DELIVERY_CHUNKS_MAX]; /* borrowed from the delivery */
	bool right[ZN_DELIVERY_CHUNKS_MAX];
};

struct buyer_event {
	struct buyer_peer *peer;
	struct zn_publisher_event event;
};

struct buyer {
	struct node_harness *node;
	struct zn_http_server *server;
	char *key_pem, *certificate_pem;
	struct zn_publisher_job job;
	struct zn_chunk_table *table;
	struct zn_publisher_actions actions;
	struct buyer_peer peers[BUYER_PEERS];
	struct buyer_event queue[BUYER_QUEUED];
	uint32_t queued;
	struct zn_timer soon, tick;
	uint32_t rounds;        /* of mix, an item */
	const char *source;     /* of its own kernel, or NULL */
	struct zn_hash *inputs; /* content ids of the chunks' inputs, or NULL */
	uint64_t inputs_asked;
	uint64_t accepted, wrong, channels_opened, deliveries;
	uint32_t chunks_per_delivery_most;
	bool silent; /* answers nothing any more */
};

struct buyer_options {
	uint64_t chunks;
	uint32_t chunk_items;
	uint32_t rounds;
	const char *source; /* a kernel of its own, BUYER_KERNEL or a hostile one; NULL: mix */
	bool inputs;        /* every chunk has one */
};

/* Mix, and whatever its chunk's input adds. */
extern const char BUYER_KERNEL[];

/** Start it on the harness's loop and announce the job. */
void buyer_start(struct buyer *buyer, struct node_harness *node,
	const struct buyer_options *options);
void buyer_finish(struct buyer *buyer);
void buyer_order(struct buyer *buyer, uint8_t order);

#endif
