/* tests/sim/world.h - one publisher, some workers and a ledger in one seeded process.
 *
 * Everything between the pure rooms is simulated: a network that loses and delays, a clock, runners,
 * journals that survive a kill, processes that are killed. Messages pass through their codec. What
 * must never happen is asserted at every step; a story looks at the end.
 */
#ifndef ZN_TESTS_SIM_WORLD_H
#define ZN_TESTS_SIM_WORLD_H

#include "chain/ledger/ledger.h"
#include "market/publisher_deal.h"
#include "market/worker_deal.h"

#include <stdbool.h>
#include <stdint.h>

#define WORLD_WORKERS_MAX 8
#define WORLD_PEERS_MAX   256
#define WORLD_CHUNKS_MAX  512

struct world_options {
	uint64_t seed;
	uint32_t workers;
	uint64_t chunks;
	uint32_t loss_percent; /* of requests and of answers */
	uint64_t latency_ms;
	bool lazy[WORLD_WORKERS_MAX]; /* fakes a tenth of its items */
	uint64_t chunk_ms[WORLD_WORKERS_MAX];
	uint64_t floor_zat_per_hour[WORLD_WORKERS_MAX]; /* 0: 100,000,000 */
	uint64_t kill_worker_ms[WORLD_WORKERS_MAX];     /* 0: never; it comes back after a while */
	bool stays_dead[WORLD_WORKERS_MAX];             /* until the job is over */
	uint64_t kill_publisher_ms;                     /* 0: never */
	uint64_t leave_ms[WORLD_WORKERS_MAX];
	uint64_t budget_zat;  /* 0: plenty */
	uint64_t ceiling_zat; /* per million chunks; 0: plenty */
	uint32_t grace_s;
	uint64_t lease_s;
	uint64_t redeem_zat; /* of all workers; 0: only at the close */
};

struct world;

struct world_worker {
	struct world *world;
	uint32_t index;
	struct zn_secret_key key;
	bool alive, dealing;
	uint32_t incarnation; /* of the process */
	uint32_t generation;  /* of its calls: hanging up raises it */
	struct zn_worker_deal deal;
	uint32_t calls_open[2];
	bool paused;
	/* In the runner: started in this order; the first one computes. */
	uint32_t runs_count;
	uint64_t runs[ZN_WORKER_RUNS_MAX];
	uint64_t run_left_ms;
	uint64_t run_event; /* number of the timer that is valid */
	/* Durable. */
	bool kept_funded;
	struct zn_worker_deal kept;
	bool kept_outputs[WORLD_CHUNKS_MAX];
	/* Seen. */
	uint64_t earned_zat;
	uint64_t fees_zat; /* paid by its account */
	uint64_t left_zat; /* less than the fee of fetching it */
	uint32_t redeems;  /* that the ledger did */
	uint64_t chunks_begun;
	uint32_t unpaid_most;
	enum zn_worker_end ended;
	uint32_t deals;
	uint64_t give_up_ms;
};

struct world_exchange {
	bool open;
	uint32_t worker, incarnation, generation;
	enum zn_lane lane;
};

struct world_peer {
	bool used;
	struct zn_publisher_deal deal;
	struct world_exchange now, held, delivery;
	uint8_t outputs[ZN_DELIVERY_CHUNKS_MAX][64];
	/* Durable. */
	bool kept_terms, kept_channel;
	struct zn_publisher_deal kept;
	bool request_close_sent;
};

struct world {
	struct world_options options;
	uint64_t random;
	uint64_t now_ms;
	struct world_event *events; /* heap */
	size_t events_count, events_max;
	uint64_t events_made;

	struct zn_chain_id chain;
	struct zn_memory_store *store;
	struct zn_ledger *ledger;
	uint64_t genesis_s;
	uint32_t pending_count;
	struct world_tx *pending;
	bool block_due;

	bool publisher_alive;
	uint32_t publisher_incarnation;
	struct zn_secret_key publisher_key;
	struct zn_account publisher_account;
	struct zn_publisher_job job;
	struct world_peer peers[WORLD_PEERS_MAX];
	struct zn_hash secret;
	uint64_t result[WORLD_CHUNKS_MAX]; /* xor of all items of a used chunk */
	bool used[WORLD_CHUNKS_MAX];
	uint16_t kept_acceptor[WORLD_CHUNKS_MAX];
	uint32_t times_used[WORLD_CHUNKS_MAX];
	uint64_t checked_good; /* chunks found good, ever */
	uint64_t refunds;

	struct world_worker workers[WORLD_WORKERS_MAX];
	struct zn_worker_actions *worker_actions;
	struct zn_publisher_actions *publisher_actions;
};

struct world *world_create(const struct world_options *options);
void world_destroy(struct world *world);
/** Run until everything is settled, or the virtual clock passes limit_ms. True: settled. */
bool world_run(struct world *world, uint64_t limit_ms);
/** The publisher gives an order now. */
void world_order(struct world *world, uint8_t order);
/** Run up to this moment only. */
void world_run_until(struct world *world, uint64_t ms);

/* What a story looks at. */
bool world_result_right(const struct world *world);
uint64_t world_balance(const struct world *world, const struct zn_account *account);
struct zn_account world_worker_account(const struct world *world, uint32_t worker);

/* Between the files of the world. */
enum world_event_kind {
	WORLD_TO_PUBLISHER,
	WORLD_TO_WORKER,
	WORLD_CALL_LOST,
	WORLD_RUN_DONE,
	WORLD_PREPARED,
	WORLD_BLOCK,
	WORLD_CHECKED,
	WORLD_CHANNEL_READ,
	WORLD_TICK,
	WORLD_KILL_WORKER,
	WORLD_START_WORKER,
	WORLD_KILL_PUBLISHER,
	WORLD_START_PUBLISHER,
	WORLD_LEAVE,
	WORLD_HUNG_UP,
	WORLD_SETTLE_AGAIN,
	WORLD_REDEEMED,
};

struct world_event {
	uint64_t at_ms, order;
	enum world_event_kind kind;
	uint32_t worker, incarnation, generation, index;
	enum zn_lane lane;
	uint64_t number;
	bool good;
	uint8_t *bytes; /* owned */
	size_t count;
	uint8_t *outputs; /* owned: 64 bytes for each statement */
};

typedef void world_tx_fn(struct world *world, const struct zn_transaction *transaction,
	enum zn_ledger_refusal refusal, uint32_t tag, uint32_t incarnation);

struct world_tx {
	uint8_t bytes[ZN_TX_BYTES_MAX];
	size_t count;
	struct zn_transaction transaction;
	world_tx_fn *fn;
	uint32_t tag, incarnation;
};

uint64_t world_draw(struct world *world, uint64_t below);
void world_schedule(struct world *world, uint64_t in_ms, struct world_event event);
uint64_t world_now_s(const struct world *world);
struct zn_hash world_nonce(struct world *world);
/** Sign and put into the next block. */
void world_submit(struct world *world, const struct zn_secret_key *key,
	struct zn_transaction *transaction, world_tx_fn *fn, uint32_t tag, uint32_t incarnation);
bool world_channel(struct zn_channel *out, const struct world *world, const struct zn_hash *id);
uint64_t world_nonce_of(const struct world *world, const struct zn_account *account);
void world_block(struct world *world);
uint64_t world_item(uint64_t item);
#define WORLD_CHUNK_ITEMS 8
void world_output(uint8_t out[64], uint64_t chunk);

void world_worker_event(struct world *world, const struct world_event *event);
void world_worker_tick(struct world_worker *worker);
void world_publisher_event(struct world *world, const struct world_event *event);
void world_publisher_tick(struct world *world);
void world_publisher_start(struct world *world);

#endif
