/* market/publisher_deal.h - the publisher's side: one job, and one deal with each worker.
 *
 * Events in, actions out, as in market/worker_deal.h; the stages live in publisher_talk.c (hello to
 * channel) and publisher_work.c (leases to settlement). Pure.
 *
 * Invariants: nothing is signed away for a chunk that was not checked; leases never exceed what the
 * channel's deposit pays; deposits never exceed the budget.
 */
#ifndef ZN_MARKET_PUBLISHER_DEAL_H
#define ZN_MARKET_PUBLISHER_DEAL_H

#include "market/chunk_table.h"
#include "market/message.h"

/** What the buyer decided. */
struct zn_publisher_policy {
	uint64_t ceiling_zat;    /* per ZN_PRICE_PER_UNITS chunks */
	struct zn_amount budget; /* deposits of the job, all together, at most */
	uint32_t window_chunks_max;
	uint32_t check_items;
	uint32_t lease_s;
	uint32_t grace_s;
	uint32_t deposit_s;           /* of pay, in a top-up; the first deposit is a window's */
	struct zn_amount deposit_min; /* the ledger opens no channel with less */
	uint32_t silent_s; /* a worker not heard of for so long is slow: others copy its chunks */
	uint64_t expiry_s; /* of the terms, ledger time */
};

#define ZN_REFUSED_KEYS_MAX 4096 /* workers that this job has refused; the oldest are forgotten */

/** What all deals of one job share. The shell owns it and fills the first block. */
struct zn_publisher_job {
	struct zn_chain_id chain;
	const struct zn_secret_key *key; /* borrowed, lives longer */
	struct zn_public_key publisher_key;
	struct zn_manifest manifest;
	struct zn_hash job_hash;
	struct zn_hash tls_pin;
	struct zn_publisher_policy policy;
	struct zn_chunk_table *table; /* borrowed */

	uint8_t order; /* enum zn_order: WORK, PAUSE, CANCEL, DONE; a step makes it DONE
					 with the last chunk, and WORK again if a worker that is
					 refused after that takes chunks with it */
	struct zn_amount deposited; /* by all deals, and not returned yet */
	uint32_t pulling;           /* deals whose worker is heard of: they share what is left */
	uint32_t refused_count;
	struct zn_public_key refused[ZN_REFUSED_KEYS_MAX];
};

bool zn_publisher_job_refuses(const struct zn_publisher_job *job,
	const struct zn_public_key *worker_key);
void zn_publisher_job_refuse(struct zn_publisher_job *job, const struct zn_public_key *worker_key);

enum zn_publisher_stage {
	ZN_PUBLISHER_NEW,
	ZN_PUBLISHER_CHALLENGED,
	ZN_PUBLISHER_PROVED,
	ZN_PUBLISHER_AGREED,  /* we signed the terms */
	ZN_PUBLISHER_OPENING, /* both did; the channel is on its way */
	ZN_PUBLISHER_WORKING,
	ZN_PUBLISHER_REFUSED, /* nothing more is paid */
	ZN_PUBLISHER_ENDED,
};

struct zn_publisher_lease {
	uint64_t chunk;
	uint64_t deadline_s;
	uint64_t leased_s;
	bool begun;     /* the worker said so: paid if in time, whatever we order */
	bool delivered; /* its output is here, being checked */
};

struct zn_publisher_deal {
	/* Given at the start. */
	uint16_t peer; /* our number for this worker in the chunk table */

	enum zn_publisher_stage stage;
	struct zn_public_key worker_key;
	struct zn_hash session;      /* the proven one; zero: none */
	struct zn_hash next_session; /* challenged, not proven yet: whoever knows a channel's id and
					says hello must not be able to disturb its deal */
	struct zn_hash next_nonce;   /* the worker's, of that hello */
	uint64_t heard_s;

	uint32_t round;
	uint64_t bid_zat;
	uint64_t chunks_per_1000s; /* the worker's claim */
	char device[ZN_DEVICE_NAME_BYTES_MAX + 1];
	struct zn_terms terms;
	struct zn_hash terms_hash;
	struct zn_signature publisher_signature, worker_signature;

	struct zn_hash channel_id;
	struct zn_amount deposit;
	struct zn_amount topping_up; /* on its way */
	uint64_t top_up_from_s;      /* not before: the last one failed */
	uint64_t units;              /* accepted */
	bool has_voucher;
	struct zn_signed_voucher voucher;

	bool pulling;   /* counted in job->pulling */
	bool pull_open; /* a pull is held */
	uint32_t pull_want;
	uint64_t pull_lease; /* the lease that the worker expects: none overtakes another */
	uint64_t pull_since_s;
	uint64_t paused_since_s; /* leases stand still while we pause; 0: we do not */
	uint8_t order_told;      /* the last order that the worker was told */
	uint64_t lease_number;
	uint32_t leases_count;
	struct zn_publisher_lease leases[ZN_WINDOW_CHUNKS_MAX];

	bool delivering; /* a delivery is being checked */
	uint32_t delivery_count;
	uint32_t checks_left;
	struct zn_statement delivery[ZN_DELIVERY_CHUNKS_MAX];
	uint8_t verdicts[ZN_DELIVERY_CHUNKS_MAX]; /* 0: not known yet */
	uint64_t items_checked;
	uint64_t items_wrong;
};

enum zn_publisher_event_kind {
	ZN_PUBLISHER_MESSAGE, /* from the worker, decoded */
	ZN_PUBLISHER_OPENED,  /* the channel is in a block */
	ZN_PUBLISHER_OPEN_FAILED,
	ZN_PUBLISHER_TOPPED_UP, /* or not: see good */
	ZN_PUBLISHER_CHECKED,   /* one statement of the delivery: see good */
	ZN_PUBLISHER_HUNG_UP,   /* the held pull is gone */
	ZN_PUBLISHER_ORDERED,   /* job->order or the table changed: look again */
	ZN_PUBLISHER_TICK,      /* about once a second */
};

struct zn_publisher_event {
	enum zn_publisher_event_kind kind;
	uint64_t now_s;                     /* ledger time, extrapolated */
	const struct zn_message *message;   /* untrusted */
	struct zn_hash nonce;               /* MESSAGE: fresh randomness, for a challenge */
	const struct zn_hash *output_roots; /* of a deliver message: content ids of what came */
	const uint64_t *output_units;       /* and their units; NULL: the job counts none */
	struct zn_hash channel_id;          /* OPENED */
	uint32_t index;                     /* CHECKED: in the delivery */
	uint32_t items;                     /* CHECKED: recomputed */
	bool good;                          /* CHECKED, TOPPED_UP */
};

enum zn_publisher_action_kind {
	ZN_PUBLISHER_DO_REPLY,          /* talk: to the request of this event */
	ZN_PUBLISHER_DO_HOLD,           /* keep the request of this event open */
	ZN_PUBLISHER_DO_REPLY_HELD,     /* held[index]: to the request kept open, if it still is */
	ZN_PUBLISHER_DO_HOLD_DELIVERY,  /* keep the request of this event open as the delivery */
	ZN_PUBLISHER_DO_REPLY_DELIVERY, /* delivery: to the delivery kept open */
	ZN_PUBLISHER_DO_JOURNAL_TERMS,  /* terms and both signatures: the channel will be opened */
	ZN_PUBLISHER_DO_OPEN,           /* the channel, with amount */
	ZN_PUBLISHER_DO_JOURNAL_CHANNEL,
	ZN_PUBLISHER_DO_TOP_UP,        /* the channel, by amount */
	ZN_PUBLISHER_DO_JOURNAL_LEASE, /* the last leases */
	ZN_PUBLISHER_DO_CHECK,         /* index: recompute drawn items of this statement's output */
	ZN_PUBLISHER_DO_JOURNAL_ACCEPTED, /* index: keep the output; with voucher and units */
	ZN_PUBLISHER_DO_USE,              /* index: the first result for its chunk: add it up */
	ZN_PUBLISHER_DO_JOURNAL_REFUSED,  /* the worker; its chunks are free again */
	ZN_PUBLISHER_DO_REQUEST_CLOSE,    /* of the channel, with what the voucher pays */
	ZN_PUBLISHER_DO_END,              /* the worker may be forgotten */
};

struct zn_publisher_action {
	enum zn_publisher_action_kind kind;
	uint32_t index;
	struct zn_amount amount;
};

#define ZN_PUBLISHER_ACTIONS_MAX (4 * ZN_DELIVERY_CHUNKS_MAX + 32)

struct zn_publisher_actions {
	uint32_t count;
	struct zn_publisher_action list[ZN_PUBLISHER_ACTIONS_MAX];
	struct zn_message talk;
	uint32_t held_count;
	struct zn_message held[2]; /* a pull that a newer one replaced, and that one */
	struct zn_message delivery;
	/* A refused worker's chunks can be more than the list holds: for each, this is called while
	 * the step runs, before any action is done. Set by the caller. */
	zn_chunk_retracted_fn *retracted;
	void *retracted_user;
};

/** A new deal: *deal zero but for its peer number. */
void zn_publisher_deal_step(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal, const struct zn_publisher_event *event);

/** After a restart: terms, both signatures, channel_id, deposit, units, voucher, lease_number and the
 *  leases are set. The worker comes back with a hello. */
void zn_publisher_deal_restore(struct zn_publisher_job *job, struct zn_publisher_deal *deal);

/** Is it this deal's session, proven or challenged? */
bool zn_publisher_deal_knows(const struct zn_publisher_deal *deal, const struct zn_hash *session);

/** What the worker may claim now. */
struct zn_amount zn_publisher_deal_paid(const struct zn_publisher_deal *deal);

#endif
