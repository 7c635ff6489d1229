/* worker/worker.h - the provider's program as a library: it finds jobs, makes deals and works.
 *
 * Takes  open jobs from the ledger, and what the owner decided
 * Gives  outputs to publishers, closes to the ledger, sentences and a status to people
 *
 * One worker, one device, one deal at a time. All on one loop. What the deal does is decided in
 * market/worker_deal.h; this room is its shell: it journals before it speaks.
 */
#ifndef ZN_WORKER_WORKER_H
#define ZN_WORKER_WORKER_H

#include "core/amount.h"
#include "io/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zn_worker;

struct zn_worker_handlers {
	/** A line for people, without its end of line. */
	void (*say)(void *user, const char *line);
	/** The status as one line of JSON, at most twice a second (PROTOCOL 7). */
	void (*status)(void *user, const char *json);
	/** It is over. `failure` is NULL or a sentence; the worker can be destroyed now, not earlier
	 *  than after this callback. */
	void (*ended)(void *user, const char *failure);
	void *user;
};

/** All texts are borrowed until zn_worker_destroy. */
struct zn_worker_options {
	const char *ledger_url;     /* http://host:port */
	const char *home;           /* an existing directory: worker/ and keys/ are made in it */
	const char *key_path;       /* created at first start; NULL: home/keys/worker.key */
	const char *runner_program; /* NULL: beside this program */
	int32_t device;             /* as `zennet devices` numbers them; -1: the best one */
	uint32_t threads;           /* of a CPU device; 0: all */
	uint32_t duty_percent;      /* of the time, 10 to 100; 0: all */
	uint32_t temperature_c_max; /* above it the device rests; 0: no limit */
	uint32_t power_w_max;       /* the device works less above it; 0: no limit */
	struct zn_amount rate_per_hour; /* least pay for an hour of this device; > 0 */
	uint32_t margin_percent;        /* the first ask is so much more */
	uint32_t window_s;              /* unpaid work, at most */
	struct zn_amount redeem;        /* pay that may wait in a voucher before it is redeemed in
					   the midst of a deal; 0: no limit */
	uint32_t patience_s;            /* for a publisher that is gone; 0: ZN_WORKER_PATIENCE_S */
	bool builtin_only;              /* run no kernel that is a publisher's own */
	bool once;                      /* end after one deal */
	bool settle_only;               /* collect what is owed, then end: needs no device */
	bool allow_private; /* dial loopback and private addresses that strangers announce */
	struct zn_worker_handlers handlers;

	/* The seams of tests, never set by the product: what a worker that cheats does to a chunk's
	 * output before it states it. */
	void (*output_filter)(void *user, uint64_t chunk, uint8_t *output, size_t output_bytes,
		uint32_t slot_bytes);
	void *output_filter_user;
	const char *sys_root; /* sensors of a recorded tree; NULL: /sys */
};

/** Start; everything else is told by the handlers. Errors: MEMORY, IO. */
enum zn_err zn_worker_create(struct zn_worker **out, struct zn_loop *loop,
	const struct zn_worker_options *options);
/** The owner wants to stop: deliver what is begun if that is quick, settle, end within 2 s. */
void zn_worker_leave(struct zn_worker *worker);
/** What was not settled is settled at the next start. NULL is fine. */
void zn_worker_destroy(struct zn_worker *worker);

#endif
