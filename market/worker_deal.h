/* market/worker_deal.h - the worker's side of one deal: events in, actions out.
 *
 * The shell in worker/ feeds events and does the actions in their order; it journals before it
 * speaks. This header only routes; the stages live in worker_talk.c (hello to channel) and
 * worker_work.c (leases to settlement). Pure: no I/O, no clock, no randomness.
 *
 * Invariant: chunks begun and not paid never exceed the terms' window, and their pay never exceeds
 * what the channel still holds, whatever the publisher says. A chunk that the publisher calls late
 * stays unpaid, so a deal with a window of them ends.
 */
#ifndef ZN_MARKET_WORKER_DEAL_H
#define ZN_MARKET_WORKER_DEAL_H

#include "market/message.h"

#define ZN_WORKER_RUNS_MAX 4 /* in the runner at once, of tiny chunks; of others two keep it busy */

enum zn_worker_stage {
	ZN_WORKER_IDLE,
	ZN_WORKER_HELLO, /* asked who the publisher is */
	ZN_WORKER_PROVING,
	ZN_WORKER_PREPARING, /* fetching inputs, building, calibrating */
	ZN_WORKER_OFFERING,
	ZN_WORKER_AGREEING, /* the channel is being opened */
	ZN_WORKER_FUNDING,  /* reading it back from the ledger */
	ZN_WORKER_WORKING,
	ZN_WORKER_SETTLING, /* the close is on its way to the ledger */
	ZN_WORKER_ENDED,
};

const char *zn_worker_stage_name(enum zn_worker_stage stage);

/* Why a deal ended; one list makes enum and sentences. */
#define ZN_WORKER_ENDS(X)                                                                          \
	X(DONE, "the job is done")                                                                 \
	X(CANCELLED, "the publisher cancelled the job")                                            \
	X(LEFT, "the owner wants the machine back")                                                \
	X(REFUSED, "the publisher refused")                                                        \
	X(PRICE, "no price suited both sides")                                                     \
	X(LIED, "the publisher could not prove its key")                                           \
	X(MANIFEST, "the job is not one that this version can run")                                \
	X(PREPARE, "this machine could not prepare the job")                                       \
	X(TERMS, "the publisher's terms were not the agreed ones")                                 \
	X(CHANNEL, "the channel does not fund the terms")                                          \
	X(CLOSING, "the publisher is closing the channel")                                         \
	X(LEASE, "the publisher gave a lease that breaks a rule")                                  \
	X(UNDERPAID, "the publisher paid less than agreed")                                        \
	X(WRONG, "the publisher found a result of ours wrong")                                     \
	X(RUNNER, "the device failed too often")                                                   \
	X(GONE, "the publisher cannot be reached any more")                                        \
	X(NONSENSE, "the publisher answered what does not fit")                                    \
	X(LATE, "a window of work came too late to be paid")

enum zn_worker_end {
	ZN_WORKER_END_NOT,
#define X(name, sentence) ZN_WORKER_END_##name,
	ZN_WORKER_ENDS(X)
#undef X
};

const char *zn_worker_end_sentence(enum zn_worker_end end);

/** What the owner decided. Times in seconds, money in zat. */
struct zn_worker_policy {
	uint64_t floor_zat_per_hour; /* of this device's work; > 0 */
	uint32_t margin_percent;     /* what the first ask adds to the floor */
	uint32_t window_s;           /* unpaid work, at most */
	uint32_t window_chunks_max;  /* the same in chunks, 2 to ZN_WINDOW_CHUNKS_MAX -
					ZN_LEASE_AHEAD */
	uint32_t lease_s_min;
	uint32_t grace_s_min;
	uint32_t patience_s; /* without the publisher, before settling */
	uint64_t redeem_zat; /* pay that may wait in a voucher; 0: no limit, only the close */
};

enum zn_chunk_work {
	ZN_CHUNK_LEASED,
	ZN_CHUNK_BEGUN, /* in the runner */
	ZN_CHUNK_DONE,  /* its output is stored */
	ZN_CHUNK_SENT,
};

struct zn_worker_chunk {
	uint64_t chunk;
	uint64_t deadline_s;
	enum zn_chunk_work work;
	struct zn_hash output_root;
	uint64_t output_bytes;
	uint64_t units; /* metered; of no meaning where the job counts none */
};

struct zn_worker_deal {
	/* Given at the start. */
	struct zn_chain_id chain;
	const struct zn_secret_key *key; /* borrowed, lives longer */
	struct zn_public_key worker_key;
	struct zn_account publisher_account; /* who announced, from the ledger */
	struct zn_hash job_hash;
	struct zn_hash tls_pin;
	struct zn_worker_policy policy;
	uint8_t device_class;
	char device[ZN_DEVICE_NAME_BYTES_MAX + 1];

	enum zn_worker_stage stage;
	enum zn_worker_end end;
	uint8_t refusal; /* the publisher's last enum zn_deal_refusal, 0 for none */

	/* Handshake. */
	struct zn_hash worker_nonce;
	struct zn_hash session;
	struct zn_public_key publisher_key;
	struct zn_manifest manifest;
	bool prepared;
	uint8_t awaiting;    /* the kind of answer that the talk lane waits for; 0: none */
	bool linked;         /* proven on the present session */
	uint64_t unlinked_s; /* ledger time at which the link was lost */

	/* Offer and terms. */
	uint64_t chunk_ns; /* calibrated */
	uint32_t round;
	uint64_t floor_zat;
	uint64_t ask_zat;
	uint32_t window_chunks; /* offered: the terms may not widen it */
	struct zn_terms terms;
	struct zn_hash terms_hash;
	struct zn_signature publisher_signature, worker_signature; /* on the terms */

	/* Channel. */
	struct zn_hash channel_id;
	bool funded;
	struct zn_channel channel; /* as last read */
	bool reading_channel;
	uint64_t channel_read_s; /* 0: never */
	uint32_t channel_reads;  /* in vain, while waiting for it */
	bool has_voucher;
	struct zn_signed_voucher voucher;
	uint64_t units; /* accepted and paid */
	struct zn_amount
		redeemed; /* known of: as read, or what a redeem of ours paid; never falls */
	bool redeeming;   /* one is on its way to the ledger */
	struct zn_amount redeeming_paid; /* of its voucher */
	uint64_t redeem_from_s;          /* after one that failed */

	/* Work. */
	uint8_t order;           /* the publisher's last that is not NONE */
	uint64_t paused_since_s; /* leases stand still while the publisher pauses */
	bool leaving;            /* nothing more is begun; what is begun is delivered */
	enum zn_worker_end leaving_why;
	uint64_t lease_number;
	uint32_t chunks_count;
	struct zn_worker_chunk chunks[ZN_WINDOW_CHUNKS_MAX];
	uint32_t pulls_open;
	bool pull_fresh;      /* the next pull is the first of its session */
	uint32_t pull_want;   /* of the last pull sent */
	uint64_t pull_lease;  /* lease_number when it was sent */
	uint64_t pull_begun;  /* begun_total when it was sent */
	uint64_t begun_total; /* ever: changes when something begins */
	bool delivering;
	uint32_t delivery_count;
	uint64_t delivery[ZN_DELIVERY_CHUNKS_MAX];
	uint64_t worked; /* chunks begun and not failed, ever: what is not paid of them is unpaid */
	uint32_t run_failures; /* since the last output */
};

enum zn_worker_event_kind {
	ZN_WORKER_START,
	ZN_WORKER_MESSAGE,     /* the publisher's answer */
	ZN_WORKER_LANE_FAILED, /* no answer: the connection failed */
	ZN_WORKER_PREPARED,
	ZN_WORKER_PREPARE_FAILED,
	ZN_WORKER_CHANNEL,    /* what the ledger says of the channel */
	ZN_WORKER_OUTPUT,     /* a chunk is done, its output stored and journalled */
	ZN_WORKER_RUN_FAILED, /* the runner could not do a chunk, or its output is lost: it may be
				     tried again */
	ZN_WORKER_LEAVE,      /* the owner wants to stop: deliver what is begun; again: now */
	ZN_WORKER_REDEEMED,   /* the redeem is over: each DO_REDEEM is answered by one of these */
	ZN_WORKER_SETTLED,    /* the close is in a block */
	ZN_WORKER_TICK,       /* about once a second */
};

enum zn_lane { ZN_LANE_TALK, ZN_LANE_DELIVER };

struct zn_worker_event {
	enum zn_worker_event_kind kind;
	uint64_t
		now_s; /* ledger time: the last block's, plus what passed since by the local clock */
	struct zn_hash nonce; /* START and TICK: fresh randomness, for a hello */
	enum zn_lane lane;
	const struct zn_message *message; /* untrusted */
	uint64_t chunk_ns;                /* PREPARED: calibrated time of one chunk */
	const struct zn_channel *channel; /* CHANNEL: as the ledger has it; NULL: not there */
	bool reached;                     /* CHANNEL: the ledger answered */
	uint64_t chunk;                   /* OUTPUT, RUN_FAILED */
	struct zn_hash output_root;
	uint64_t output_bytes;
	uint64_t units; /* OUTPUT: zn_manifest_units of it, where the job counts them */
	bool good;      /* REDEEMED: it is in a block and applied */
};

enum zn_worker_action_kind {
	ZN_WORKER_DO_HANG_UP,         /* cancel what is open on both lanes: no answer will count */
	ZN_WORKER_DO_TALK,            /* send message; its answer is a MESSAGE on the same lane */
	ZN_WORKER_DO_DELIVER,         /* send message and the outputs of deal->delivery */
	ZN_WORKER_DO_PREPARE,         /* fetch what the manifest names, load it, calibrate */
	ZN_WORKER_DO_READ_CHANNEL,    /* ask the ledger for deal->channel_id */
	ZN_WORKER_DO_JOURNAL_TERMS,   /* terms and both signatures */
	ZN_WORKER_DO_JOURNAL_CHANNEL, /* the channel id: from here on it must be settled */
	ZN_WORKER_DO_JOURNAL_VOUCHER, /* voucher and units */
	ZN_WORKER_DO_RUN,             /* chunk: queue it in the runner */
	ZN_WORKER_DO_PAUSE,           /* the runner stops within 200 ms, nothing is lost */
	ZN_WORKER_DO_RESUME,
	ZN_WORKER_DO_STOP,        /* drop what is in the runner */
	ZN_WORKER_DO_DROP_OUTPUT, /* chunk: its output is not needed any more */
	ZN_WORKER_DO_REDEEM,      /* deal->voucher; the deal goes on meanwhile */
	ZN_WORKER_DO_CLOSE,       /* the channel, with deal->voucher if there is one */
	ZN_WORKER_DO_END,         /* deal->end says why */
};

struct zn_worker_action {
	enum zn_worker_action_kind kind;
	uint64_t chunk;
};

#define ZN_WORKER_ACTIONS_MAX (ZN_WINDOW_CHUNKS_MAX + ZN_DELIVERY_CHUNKS_MAX + 16)

/** What to do now, in this order. Messages are kept here, at most one a lane. */
struct zn_worker_actions {
	uint32_t count;
	struct zn_worker_action list[ZN_WORKER_ACTIONS_MAX];
	struct zn_message talk;
	struct zn_message deliver;
};

/** A new deal: fill the first block of *deal, the rest zero. */
void zn_worker_deal_step(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_worker_event *event);

/** A deal that a journal kept: the first block and terms, channel_id, voucher, units are set, and
 *  each stored output is named. The next event must be START. */
void zn_worker_deal_restore(struct zn_worker_deal *deal);
void zn_worker_deal_restore_output(struct zn_worker_deal *deal, uint64_t chunk,
	uint64_t output_bytes, const struct zn_hash *output_root, uint64_t units);

/** Chunks begun and not paid, late ones too, and what they would pay: the amount at risk. */
uint32_t zn_worker_deal_unpaid(const struct zn_worker_deal *deal);
struct zn_amount zn_worker_deal_at_risk(const struct zn_worker_deal *deal);
/** Earned by the best voucher and not known to be paid out. */
struct zn_amount zn_worker_deal_unredeemed(const struct zn_worker_deal *deal);
/** The statement for a chunk whose output is stored. */
void zn_worker_deal_statement(struct zn_statement *out, const struct zn_worker_deal *deal,
	const struct zn_worker_chunk *chunk);

#endif
