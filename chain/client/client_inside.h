/* chain/client/client_inside.h - a call on its way; nobody outside this room includes it. */
#ifndef ZN_CHAIN_CLIENT_CLIENT_INSIDE_H
#define ZN_CHAIN_CLIENT_CLIENT_INSIDE_H

#include "chain/client/client.h"
#include "chain/proof/light.h"
#include "chain/proof/tree.h"
#include "io/json.h"

#include <limits.h>

#define ZN_CLIENT_URL_BYTES_MAX 512
#define ZN_CLIENT_DETAIL_BYTES  512

struct zn_ledger_client {
	struct zn_loop *loop;
	struct zn_http_client *http;
	char url[ZN_CLIENT_URL_BYTES_MAX];
	struct zn_ledger_call *calls;
	unsigned int calls_count;
	bool knows_params;
	struct zn_ledger_params params;
	bool knows_time;
	uint64_t time_s;                                 /* ledger time as last heard */
	uint64_t time_ns;                                /* local time when it was heard */
	struct zn_ledger_call *sends_first, *sends_last; /* one after the other get their nonces */
	struct zn_account last_sender;
	uint64_t last_nonce_next; /* above what was sent last; 0: nothing */

	/* what is believed, and how it gets on (verify.c) */
	struct zn_light light;
	struct zn_light_block *block;    /* being put together for light.goal */
	struct zn_ledger_call *climbing; /* the question for it; of the witness too */
	struct zn_ledger_call *waiting;  /* calls that wait for a header */
	struct zn_timer verify_timer;
	struct zn_ledger_client *witness; /* NULL: none */
	char trust_file[PATH_MAX];        /* empty: none */
	uint64_t saved_ns;                /* when it was written; 0: never */
	uint64_t answered_height;         /* newest state that a verified answer spoke of */
	bool lied;                        /* then nothing is asked any more */
	char lie[ZN_CLIENT_DETAIL_BYTES];
};

/** What a node said to one question. */
struct zn_rpc_reply {
	enum zn_err err;
	const char *detail;
	const struct zn_json *result; /* NULL unless err is OK */
};

typedef void zn_call_reply_fn(struct zn_ledger_call *call, const struct zn_rpc_reply *reply);

/* The header that was waited for; NULL with call->verify_err OK: newer ones overtook it, ask anew. */
typedef void zn_call_verified_fn(struct zn_ledger_call *call, const struct zn_light_seen *seen);

struct zn_ledger_call {
	struct zn_ledger_client *client;
	struct zn_ledger_call *next, *before;
	zn_ledger_answer_fn *fn;
	void *user;
	bool finished;

	/* the question under way */
	struct zn_http_call *http;
	char *body;
	zn_call_reply_fn *on_reply;
	enum zn_err failed_early; /* why a question could not even be asked */
	char early_detail[ZN_CLIENT_DETAIL_BYTES];
	struct zn_timer timer; /* asking again, and failing later */
	struct zn_timer deadline_timer;
	uint64_t deadline_ns; /* of waiting; 0: one question only */

	/* what is asked for; a union would save little and hide much */
	void (*ask)(struct zn_ledger_call *call);
	const char *path;
	uint8_t data[256];
	size_t data_bytes;
	uint64_t height;
	uint64_t newer_than; /* a state of a later height is waited for; 0: any will do */
	enum zn_err (*take)(struct zn_ledger_call *call, const uint8_t *value, size_t count);
	void *taken; /* malloc'ed: what the answer points to */

	/* proving (query.c): the answer as it came, until a header is there to check it by */
	bool provable;
	struct zn_hash state_key;
	bool has_value;
	uint8_t *value;
	size_t value_bytes;
	struct zn_tree_proof *proof;
	uint64_t state_least; /* the newest state shown before the question */
	unsigned int tries;
	bool verifying;
	struct zn_ledger_call *verify_next;
	uint64_t verify_height;
	uint64_t verify_end_ns;
	zn_call_verified_fn *on_verified;
	enum zn_err verify_err;
	char verify_detail[ZN_CLIENT_DETAIL_BYTES];

	/* sending */
	struct zn_ledger_call *asking; /* a question of its own: nonce, params, time */
	struct zn_ledger_call *send_next;
	bool queued;
	uint8_t *tx_bytes;
	size_t tx_count;
	struct zn_hash tx_id;
	struct zn_secret_key key;
	struct zn_account sender;
	struct zn_transaction *draft;
	unsigned int attempts;
	uint64_t nonce;
	uint32_t refused; /* by broadcast, to be told unless a block has it */
	struct zn_ledger_answer answer;
};

/** A call that is asked soon; NULL (and the callback told later) cannot happen: without memory the
 *  program stops. */
struct zn_ledger_call *zn_call_create(struct zn_ledger_call **out, struct zn_ledger_client *client,
	zn_ledger_answer_fn *fn, void *user);
/** Ask `method` with `params` (taken). `held_ms` more than the usual time is allowed. */
void zn_call_ask(struct zn_ledger_call *call, const char *method, struct zn_json *params,
	uint64_t held_ms, zn_call_reply_fn *on_reply);
/** Call call->ask again, a little later. */
void zn_call_again(struct zn_ledger_call *call, uint64_t delay_ms);
/** How long it may still wait; 0 when its time is over or it does not wait. */
uint64_t zn_call_left_ms(const struct zn_ledger_call *call);
/** Tell the answer and forget the call. */
void zn_call_finish(struct zn_ledger_call *call, enum zn_err err, const char *detail);
/** Out of the queue of sends, if it is there; the next one may go. */
void zn_call_unqueue(struct zn_ledger_call *call);

/** Wait for the verified header of `height`, then on_verified, from the loop. */
void zn_call_verify(struct zn_ledger_call *call, uint64_t height, zn_call_verified_fn *on_verified);
/** Of a call that ends. */
void zn_call_verify_forget(struct zn_ledger_call *call);
/** No header is younger than ZN_LIGHT_STALE_S: false, and the call was finished. */
bool zn_call_fresh(struct zn_ledger_call *call, const struct zn_light_seen *seen);
/** Does the answer speak of an older height than was shown before the question? Then the node was
 *  caught, and the call is finished. */
bool zn_call_older(struct zn_ledger_call *call, uint64_t height);
/** The question once more: newer headers were verified meanwhile, and the way does not lead back. */
void zn_call_anew(struct zn_ledger_call *call);
/** The node lied: everything that waits fails, and nothing is asked any more. Does not end `call`.
 */
void zn_client_caught(struct zn_ledger_client *client, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/** What is trusted now, into its file, unless that was done a moment ago and `now` is false. */
void zn_client_trust_save(struct zn_ledger_client *client, bool now);

void zn_client_time_heard(struct zn_ledger_client *client, uint64_t time_s);
/** Memory or the end of the program. */
void *zn_client_memory(size_t bytes);

/** Have the call wait so long for what is not there yet. */
void zn_call_wait(struct zn_ledger_call *call, uint64_t wait_ms);
/** A call that waits takes "not there" and "cannot be reached" for "not yet": true, and it will be
 *  asked again. */
bool zn_call_waits_on(struct zn_ledger_call *call, enum zn_err err);

/** The result of method tx into call->taken. */
bool zn_answer_tx(struct zn_ledger_call *call, const struct zn_json *result);
struct zn_json *zn_tx_params(const struct zn_hash *tx_id, uint64_t wait_ms);

#endif
