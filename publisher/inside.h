/* publisher/inside.h - the parts of a running publisher, for this room's own files only.
 *
 * One thread, one loop. The deals decide (market/publisher_deal.h); here events are fed and actions
 * are done in their order: the journal first, then what is spoken.
 */
#ifndef ZN_PUBLISHER_INSIDE_H
#define ZN_PUBLISHER_INSIDE_H

#include "chain/client/client.h"
#include "io/http_client.h"
#include "io/http_server.h"
#include "market/publisher_deal.h"
#include "publisher/check.h"
#include "publisher/money.h"
#include "publisher/plan.h"
#include "publisher/publisher.h"
#include "publisher/results.h"
#include "publisher/store.h"

/** A delivery from its last byte to its verdict. */
struct zn_incoming {
	struct zn_publisher *publisher;
	struct zn_peer *peer;              /* NULL: forgotten while it was hashed */
	struct zn_http_exchange *exchange; /* NULL: hung up */
	struct zn_message message;
	uint8_t *outputs;
	size_t outputs_bytes;
	size_t places[ZN_DELIVERY_CHUNKS_MAX];
	struct zn_hash roots[ZN_DELIVERY_CHUNKS_MAX];
	uint64_t units[ZN_DELIVERY_CHUNKS_MAX]; /* metered */
	bool hashed;                            /* false after hashing: no memory */
};

struct zn_peer {
	struct zn_publisher_deal deal;
	enum zn_store_stage stored_stage;
	bool stored;                   /* it has a row in the journal */
	struct zn_http_exchange *held; /* talk kept open */
	struct zn_incoming *incoming;  /* being hashed or checked */
	uint64_t heard_ns;             /* any request of its session */
	uint64_t looked_ns;            /* for its channel on the ledger */
	uint64_t first_ask_zat, last_ask_zat, last_bid_zat;
	uint64_t opening_ns, opened_ms;
	uint64_t opening_until_s; /* ledger: no later block takes its opening */
	uint64_t accepted;        /* chunks whose result of this worker is in use */
	bool opening;             /* its channel may come into a block any moment */
	bool gone;                /* its channel is not on the ledger any more */
	bool close_requested;
	bool looking; /* the ledger is being asked for its channel */
};

struct zn_publisher {
	struct zn_publisher_options options;
	struct zn_job_home home;
	struct zn_job_file file;
	struct zn_plan plan;
	struct zn_secret_key key;
	struct zn_account account;
	struct zn_hash secret; /* draws the items that are checked */

	struct zn_loop *loop;
	struct zn_http_client *http;
	struct zn_ledger_client *ledger;
	struct zn_http_server *server, *control;
	struct zn_job_control control_access;
	struct zn_store store;
	struct zn_checks checks;
	struct zn_money money;
	struct zn_results results;

	struct zn_publisher_job job;
	struct zn_publisher_actions actions;
	struct zn_peer *peers[ZN_PEERS_MAX];
	uint16_t peers_count; /* numbers below were given once */
	uint64_t deliveries_bytes;
	uint64_t retracted_count, retracted_room;
	uint64_t *retracted; /* chunks, of the step under way */
	uint64_t units;      /* metered, of all results in use; UINT64_MAX: more than that */

	struct zn_hash announced_id; /* the job on the ledger */
	bool announced;
	bool announce_refused;          /* the last try: it is on no ledger */
	uint64_t begun_s, begun_height; /* ledger, at the first start */
	struct zn_amount balance_before;
	uint64_t begun_ns; /* of this run */
	uint64_t accepted_at_start;
	uint64_t accepting_ns; /* since the first chunk of this run came in; 0: none yet */
	char endpoint[ZN_ENDPOINT_BYTES_MAX + 1];

	struct zn_timer tick, broadcast, show;
	uint32_t frame_rows; /* on the terminal, to be drawn over */
	bool terminal;

	bool interrupted;
	struct zn_complaint trouble; /* empty: none. What ends the run */
	bool ending;                 /* deals wind up; the loop stops when they have */
	uint64_t ending_ns;
};

#define ZN_SECOND_NS UINT64_C(1000000000)

/* --- publisher/deals.c: peers and their steps --- */

/** A new peer, or NULL when there is no room. */
struct zn_peer *zn_peer_create(struct zn_publisher *publisher);
/** Forget one that has no channel. */
void zn_peer_forget(struct zn_publisher *publisher, struct zn_peer *peer);
struct zn_peer *zn_peer_by_session(struct zn_publisher *publisher, const struct zn_hash *session);
struct zn_peer *zn_peer_by_channel(struct zn_publisher *publisher,
	const struct zn_hash *channel_id);
/** Its channel is not on the ledger any more: the worker took its pay, we have the rest again. */
void zn_peer_gone(struct zn_publisher *publisher, struct zn_peer *peer);
/** Feed an event and do what follows. `exchange` is the request that brought it, or NULL; it is
 *  answered or held afterwards. */
void zn_peer_step(struct zn_publisher *publisher, struct zn_peer *peer,
	struct zn_publisher_event *event, struct zn_http_exchange *exchange);
/** Feed one to all deals. */
void zn_peers_step(struct zn_publisher *publisher, enum zn_publisher_event_kind kind);
/** Once a second: ticks, and who is forgotten. */
void zn_peers_tick(struct zn_publisher *publisher);
void zn_peers_finish(struct zn_publisher *publisher);
/** Free a delivery; nobody answers it any more. */
void zn_incoming_destroy(struct zn_incoming *incoming);

/* --- publisher/actions.c --- */

/** Do the actions of a step, in order. */
void zn_actions_do(struct zn_publisher *publisher, struct zn_peer *peer,
	struct zn_http_exchange *exchange, struct zn_incoming *incoming);
void zn_message_reply(struct zn_http_exchange *exchange, const struct zn_message *message);
void zn_refusal_reply(struct zn_http_exchange *exchange, enum zn_deal_refusal refusal);

/* --- publisher/server.c: what workers reach --- */

bool zn_server_start(struct zn_publisher *publisher, struct zn_complaint *complaint);

/* --- publisher/control.c: what the owner reaches --- */

bool zn_control_start(struct zn_publisher *publisher, struct zn_complaint *complaint);
/** WORK, PAUSE or CANCEL, now. */
void zn_publisher_order(struct zn_publisher *publisher, enum zn_order order);

/* --- publisher/status.c --- */

/** How it stands, for scripts and `zennet job status`; malloc'ed text. */
char *zn_status_json(struct zn_publisher *publisher, bool pretty);

/* --- publisher/show.c: what people see while it runs --- */

void zn_show_start(struct zn_publisher *publisher);
/** A line that stays. */
void zn_show_line(struct zn_publisher *publisher, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/** Until the job is done, at the rate of this run; 0: not known. */
uint64_t zn_publisher_left_s(const struct zn_publisher *publisher);
/** Progress once more, and leave it standing. */
void zn_show_finish(struct zn_publisher *publisher);

/* --- publisher/settle.c --- */

/** Wind up: channels, announcement, final table. True when every line adds up. */
bool zn_settle(struct zn_publisher *publisher);
/** Take the announcement back, if one stands. */
void zn_publisher_withdraw(struct zn_publisher *publisher);

/* --- publisher/publisher.c --- */

/** End the run with a sentence; the first one stands. */
void zn_publisher_trouble(struct zn_publisher *publisher, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/** The metered units of the results in use, anew from the journal. */
void zn_publisher_units_count(struct zn_publisher *publisher);
/** The stored output of an accepted chunk is damaged: the chunk is done again. */
void zn_publisher_redo(struct zn_publisher *publisher, uint64_t chunk);
/** Start winding up: the job is done or cancelled. */
void zn_publisher_end(struct zn_publisher *publisher);
uint64_t zn_publisher_now_s(struct zn_publisher *publisher);
/** Serve the loop until *flag, at most so long. False: time is up, interrupted or trouble. */
bool zn_publisher_wait(struct zn_publisher *publisher, const bool *flag, uint64_t timeout_ms);

/* --- publisher/sweep.c --- */

/** Take back what is left in channels of this key whose grace is over, and request the close of those
 *  whose opening an ended job never heard of. False: trouble. */
bool zn_refunds_collect(struct zn_publisher *publisher);

/* --- publisher/restore.c: a job that does not run, for looking at it --- */

/** Journal and deals, without ledger or results; `publisher` is zeroed, its outputs_fd -1. */
bool zn_stored_open(struct zn_publisher *publisher, const struct zn_job_home *home,
	struct zn_complaint *complaint);
/** Also after a failed opening. */
void zn_stored_close(struct zn_publisher *publisher);

/* --- publisher/start.c --- */

/** Everything up to the announcement. False: trouble says why, and nothing was changed. */
bool zn_publisher_start(struct zn_publisher *publisher);

#endif
