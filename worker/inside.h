/* worker/inside.h - the state of one worker, shared by this room's files and nobody else. */
#ifndef ZN_WORKER_INSIDE_H
#define ZN_WORKER_INSIDE_H

#include "chain/client/client.h"
#include "io/http_client.h"
#include "io/loop.h"
#include "market/worker_deal.h"
#include "runner/client/devices.h"
#include "runner/client/runner.h"
#include "runner/client/sensors.h"
#include "worker/cap.h"
#include "worker/fetch.h"
#include "worker/journal.h"
#include "worker/ledger_time.h"
#include "worker/search.h"
#include "worker/worker.h"

#include <limits.h>

enum zn_program_stage {
	ZN_PROGRAM_STARTING,
	ZN_PROGRAM_COLLECTING, /* settling what an earlier run left */
	ZN_PROGRAM_SEARCHING,
	ZN_PROGRAM_DEALING,
	ZN_PROGRAM_ENDED,
};

/* One question to the publisher on its way. */
struct zn_ask {
	struct zn_worker *worker;
	struct zn_http_call *call;
	uint8_t *body;
	enum zn_lane lane;
};
#define ZN_ASKS_MAX 4 /* two pulls, a delivery, and one to spare */

/* A chunk in the runner. */
struct zn_run_slot {
	struct zn_worker *worker;
	bool used;
	bool asked;          /* the runner has it; else it waits for its input or the load */
	uint64_t generation; /* of the deal that asked */
	uint64_t chunk;
	struct zn_fetch fetch; /* of the chunk's own input */
	bool has_input;
	uint8_t *input;
	size_t input_bytes;
};

/* An output that is stored and not yet paid. */
struct zn_output {
	bool used;
	uint64_t chunk;
	uint64_t count;
	uint8_t *bytes; /* NULL: in its file */
};
#define ZN_OUTPUTS_MAX (ZN_WINDOW_CHUNKS_MAX + ZN_LEASE_AHEAD)

/* Fetching, loading, timing. */
struct zn_prepare {
	bool under_way;
	const struct zn_builtin_kernel *kernel; /* NULL: a stranger's */
	struct zn_kernel_source sources[ZN_SOURCES_MAX];
	uint8_t *texts[ZN_SOURCES_MAX]; /* of a stranger's */
	uint32_t texts_count;
	uint8_t *
		inputs; /* content ids of the chunk inputs, as the manifest's inputs_id names them */
	uint8_t *shared;
	uint64_t shared_bytes;
	struct zn_fetch fetch;
	uint8_t *input; /* of the chunk that is timed */
	size_t input_bytes;
	struct zn_timer retry; /* the runner still holds runs of the deal before */
	uint32_t retries;
	bool loading;
	uint32_t rounds;
	uint64_t first; /* of the chunk that is timed */
	uint32_t chunk_items;
	uint32_t items;
	uint64_t begun_ns;
	bool timing;    /* with the whole device */
	bool disturbed; /* this round was paused: its time says nothing */
	uint64_t *list;
};

/* The limits on temperature and power, and what is read. */
struct zn_care {
	struct zn_cap_limits limits;
	struct zn_cap cap;
	struct zn_cap_reading last;
	bool seen; /* every reading that the limits need was there once */
	struct zn_sensors *sensors;
	struct zn_timer again; /* until they are started anew */
	uint64_t again_ms;
};

/* Reading what a channel that is gone did pay. */
struct zn_paid {
	struct zn_ledger_call *call;
	uint32_t account; /* 0: ours, 1: the publisher's */
	uint32_t seen;    /* transactions of this account */
	uint32_t at;      /* in the page */
	struct zn_history_page page;
	struct zn_page_cursor after;
	struct zn_amount most;
};

struct zn_settling {
	bool under_way;
	int64_t deal_id;
	struct zn_hash channel_id;
	bool has_voucher;
	struct zn_signed_voucher voucher;
	struct zn_account publisher;
	struct zn_amount redeemed; /* known of */
	struct zn_paid paid;
	struct zn_ledger_call *call;
	struct zn_timer retry;
	uint32_t attempts;
	bool sent;            /* a close of ours may be in a block already */
	struct zn_hash tx_id; /* of the last one sent */
	uint64_t height;
};

struct zn_collecting {
	struct zn_kept_deal *list; /* newest first */
	size_t count, next;
};

struct zn_figures {
	uint64_t done;               /* chunks of this deal whose output was stored */
	uint64_t deals, chunks_paid; /* settled ones, of this run of the program */
	struct zn_amount earned;
	struct zn_amount deal_earned; /* of the one that was settled last */
	uint64_t agreed_ns;           /* when the terms were signed, monotonic */
	uint64_t status_ns;
	uint64_t accepted_told;
	bool said_begun, said_paid; /* of this deal */
};

struct zn_worker {
	struct zn_loop *loop;
	struct zn_worker_options options;
	struct zn_http_client *http;
	struct zn_ledger_client *ledger;
	struct zn_journal *journal;
	struct zn_secret_key key;
	struct zn_public_key public_key;
	struct zn_chain_id chain;
	uint32_t grace_s_min;
	struct zn_ledger_time time;
	struct zn_ledger_call *time_call;
	struct zn_timer time_timer, tick_timer, end_timer, status_timer;
	enum zn_program_stage stage;
	bool leaving;
	const char *failure; /* static or in `complaint` */
	struct zn_complaint complaint;
	char idle[ZN_COMPLAINT_BYTES_MAX]; /* why there is nothing to do; "" while there is */
	char last_end[ZN_COMPLAINT_BYTES_MAX];
	struct zn_figures figures;

	struct zn_probe *probe;
	struct zn_device device;
	bool has_device;
	struct zn_runner *runner;
	bool runner_ready;
	uint64_t runner_ready_ns;
	uint32_t runner_deaths;       /* since the last output */
	struct zn_timer runner_timer; /* until the next one is started */
	bool runner_reload;           /* with the job of the deal of this generation */
	uint64_t reload_generation;
	bool job_loaded; /* the present deal's */
	bool paused;     /* by the publisher */
	struct zn_care care;
	uint64_t generation; /* of deals: what an earlier one asked for does not count */
	struct zn_run_slot runs[ZN_RUNS_QUEUED_MAX];
	uint64_t run_tags;

	struct zn_search search;
	struct zn_ledger_call *search_call;
	struct zn_timer search_timer;
	struct zn_jobs_query search_query;
	uint64_t search_height;   /* of the state that was searched last */
	uint64_t search_asked_ns; /* when the wait for a newer one began */
	uint32_t search_pages;
	uint32_t search_seen, search_refused;
	enum zn_search_refusal search_reason;
	bool search_found;
	struct zn_job search_best;
	uint64_t idle_since_ns;

	struct zn_kept_deal
		where; /* of the present deal: job id, publisher, endpoint, journal id */
	bool in_journal;
	bool wrong_pin;
	struct zn_worker_deal deal;
	struct zn_worker_actions actions;
	bool stepping;
	struct zn_ask asks[ZN_ASKS_MAX];
	struct zn_ledger_call *channel_call;
	struct zn_ledger_call *redeem_call;
	struct zn_amount redeeming;        /* what it would have paid out in all */
	struct zn_ledger_call *where_call; /* looking for a publisher that moved */
	struct zn_worker_event events[ZN_WORKER_EVENTS_MAX];
	uint32_t events_count;
	struct zn_timer events_timer;
	struct zn_output outputs[ZN_OUTPUTS_MAX];
	uint64_t dropped[ZN_WORKER_ACTIONS_MAX]; /* files to remove once the journal knows */
	uint32_t dropped_count;
	struct zn_prepare prepare;
	struct zn_settling settling;
	struct zn_collecting collecting;
};

/* status.c */
void zn_worker_say(struct zn_worker *worker, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/** Tell and write the status, now or when half a second has passed since the last. */
void zn_worker_status_touch(struct zn_worker *worker);
void zn_worker_status_write(struct zn_worker *worker);
void zn_worker_say_progress(struct zn_worker *worker);
void zn_worker_say_talk(struct zn_worker *worker, const struct zn_message *message);
void zn_worker_say_agreed(struct zn_worker *worker);
void zn_worker_say_end(struct zn_worker *worker);
/** Why there is nothing to do; said once when it changes. */
void zn_worker_idle(struct zn_worker *worker, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* worker.c */
/** End with a sentence: what is earned stays in the journal. */
void zn_worker_fail(struct zn_worker *worker, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void zn_worker_end(struct zn_worker *worker);
uint64_t zn_worker_now_s(struct zn_worker *worker);
/** The deal is over, or collecting is: what next? */
void zn_worker_next(struct zn_worker *worker);

/* find.c */
void zn_worker_search_begin(struct zn_worker *worker);
void zn_worker_search_stop(struct zn_worker *worker);
/** A publisher that started again may listen elsewhere: look at its announcement. */
void zn_worker_where_look(struct zn_worker *worker);

/* deal_shell.c */
void zn_worker_deal_begin(struct zn_worker *worker, const struct zn_job *job);
void zn_worker_deal_begin_kept(struct zn_worker *worker, const struct zn_kept_deal *kept);
/** Not from inside an action: use zn_worker_queue there. */
void zn_worker_feed(struct zn_worker *worker, const struct zn_worker_event *event);
/** Feed soon; the event borrows nothing. */
void zn_worker_queue(struct zn_worker *worker, const struct zn_worker_event *event);
/** Cancel everything of the present deal; nothing of it calls back any more. */
void zn_worker_deal_drop(struct zn_worker *worker);

/* lanes.c */
void zn_worker_talk_send(struct zn_worker *worker, const struct zn_message *message);
void zn_worker_deliver_send(struct zn_worker *worker, const struct zn_message *message);
void zn_worker_hang_up(struct zn_worker *worker);

/* prepare.c and calibrate.c */
void zn_worker_prepare(struct zn_worker *worker);
void zn_worker_prepare_drop(struct zn_worker *worker);
void zn_worker_prepare_failed(struct zn_worker *worker, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void zn_worker_calibrate(struct zn_worker *worker);
/** Content id of a chunk's own input, of a job that has any. */
void zn_worker_input_id(struct zn_hash *out, const struct zn_worker *worker, uint64_t chunk);

/* work.c */
bool zn_worker_runner_start(struct zn_worker *worker);
/** False (and nothing happens later) when the job cannot be asked for now. */
enum zn_err zn_worker_load(struct zn_worker *worker);
void zn_worker_run(struct zn_worker *worker, uint64_t chunk);
void zn_worker_stop(struct zn_worker *worker);

/* care.c */
/** What the owner decided; then, once the device is known, the sensors where a limit needs them. */
void zn_worker_care_begin(struct zn_worker *worker);
void zn_worker_care_watch(struct zn_worker *worker);
void zn_worker_care_end(struct zn_worker *worker);
/** Pause or resume the runner, as publisher and owner's limits want it. */
void zn_worker_pause_apply(struct zn_worker *worker);
void zn_worker_duty_apply(struct zn_worker *worker);

/* outputs.c */
/** Takes `bytes`: hashes, stores and journals them, then queues OUTPUT (RUN_FAILED on failure). */
void zn_worker_output_store(struct zn_worker *worker, uint64_t chunk, uint8_t *bytes, size_t count);
/** Copy a stored output. False: it is lost. */
bool zn_worker_output_copy(struct zn_worker *worker, uint64_t chunk, uint8_t *bytes, size_t count);
/** Forget one that cannot be copied, and queue RUN_FAILED. */
void zn_worker_output_lost(struct zn_worker *worker, uint64_t chunk);
void zn_worker_output_drop(struct zn_worker *worker, uint64_t chunk);
void zn_worker_outputs_dropped(struct zn_worker *worker);
void zn_worker_outputs_clear(struct zn_worker *worker);
/** Those that the journal kept, into memory and into the deal. */
enum zn_err zn_worker_outputs_restore(struct zn_worker *worker);

/* redeem.c */
/** The deal's best voucher; queues REDEEMED when it is known how it went. */
void zn_worker_redeem(struct zn_worker *worker);

/* settle.c */
/** Close the channel of the deal and write down what it earned. In: `voucher` NULL for none;
 *  `publisher` its payer; `redeemed` as far as it is known. */
void zn_worker_settle(struct zn_worker *worker, int64_t deal_id, const struct zn_hash *channel_id,
	const struct zn_signed_voucher *voucher, const struct zn_account *publisher,
	struct zn_amount redeemed);
/** From paid.c: so much was paid by the channel that is gone; or the ledger did not say. */
void zn_worker_settle_paid(struct zn_worker *worker, enum zn_err err, struct zn_amount paid);
void zn_worker_settle_drop(struct zn_worker *worker);

/* paid.c */
void zn_worker_paid_read(struct zn_worker *worker);

/* restore.c */
/** Every unsettled channel of an earlier run, first of all. */
void zn_worker_collect(struct zn_worker *worker);
void zn_worker_collect_next(struct zn_worker *worker);

#endif
