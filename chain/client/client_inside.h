/* chain/client/client_inside.h - a call on its way; nobody outside this room includes it. */
#ifndef ZN_CHAIN_CLIENT_CLIENT_INSIDE_H
#define ZN_CHAIN_CLIENT_CLIENT_INSIDE_H

#include "chain/client/client.h"
#include "io/json.h"

#define ZN_CLIENT_URL_BYTES_MAX 512

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
};

/** What a node said to one question. */
struct zn_rpc_reply {
	enum zn_err err;
	const char *detail;
	const struct zn_json *result; /* NULL unless err is OK */
};

typedef void zn_call_reply_fn(struct zn_ledger_call *call, const struct zn_rpc_reply *reply);

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
	char early_detail[96];
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

void zn_client_time_heard(struct zn_ledger_client *client, uint64_t time_s);
/** Memory or the end of the program. */
void *zn_client_memory(size_t bytes);

/* Reading answers; false: not what was agreed on. */
bool zn_answer_hash(struct zn_hash *out, const struct zn_json *value);
bool zn_answer_time(uint64_t *out, const struct zn_json *value);
/** The result of method tx into call->taken. */
bool zn_answer_tx(struct zn_ledger_call *call, const struct zn_json *result);
struct zn_json *zn_tx_params(const struct zn_hash *tx_id, uint64_t wait_ms);

#endif
