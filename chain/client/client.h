/* chain/client/client.h - ask a ledger node, and have transactions put into blocks.
 *
 * Everything is asynchronous on one loop: each function starts a call, the answer comes later and
 * exactly once through the callback, unless the call was cancelled. What a node answers is decoded
 * as hostile, and bounded.
 *
 * The node is not believed. Status, params, supply, accounts, channels and jobs are answered only
 * when a proof leads from the value (or its absence) to a header that the validators signed and that
 * follows from one trusted before; a transaction counts as applied when its sender's proven nonce
 * says so. Else err is UNPROVEN and the detail says what was wrong; after a lie nothing is asked of
 * that node any more. Lists, transactions and blocks looked up are what the node says: their entries
 * can be asked for one by one. docs/LEDGER.md, "Light client".
 */
#ifndef ZN_CHAIN_CLIENT_CLIENT_H
#define ZN_CHAIN_CLIENT_CLIENT_H

#include "chain/tx/refusal.h"
#include "chain/tx/state.h"
#include "chain/tx/transaction.h"
#include "core/err.h"
#include "io/http_client.h"
#include "io/loop.h"

struct zn_ledger_client;
struct zn_ledger_call;

/** `rpc_url` as "http://127.0.0.1:26657", copied. The loop and the HTTP client must outlive it. */
enum zn_err zn_ledger_client_create(struct zn_ledger_client **out, struct zn_loop *loop,
	struct zn_http_client *http, const char *rpc_url);
/** Cancels what is under way, without calling back. NULL is fine. */
void zn_ledger_client_destroy(struct zn_ledger_client *client);

/** What to trust to begin with. Nothing given: the first header that the node shows (first use), which
 *  is said in the log. */
struct zn_ledger_trust {
	const char *file; /* where the newest verified header is kept; NULL: nowhere */
	uint64_t height;  /* a header that a person knows; 0: none. It wins over the file */
	const struct zn_hash *hash; /* its hash */
	const char *witness_url;    /* a second node, asked for each header too; NULL: none */
	uint64_t period_s;          /* how long a header is trusted; 0: ZN_LIGHT_PERIOD_S */
};

/** Before the first question. False, and a complaint: the file is damaged, or the witness is none. */
bool zn_ledger_client_trust(struct zn_ledger_client *client, const struct zn_ledger_trust *trust,
	struct zn_complaint *complaint);
/** The same as a home has it: home/ledger-trust, and what a person wrote into home/ledger.json, all of
 *  which may be absent:  {"trust_height": 1200, "trust_hash": "<64 hex digits>",
 *  "witness": "http://host:26657", "trust_period": "14d"}. `home` NULL: zn_path_home's. */
bool zn_ledger_client_home(struct zn_ledger_client *client, const char *home,
	struct zn_complaint *complaint);

struct zn_ledger_status {
	struct zn_chain_id chain;
	uint64_t height;
	uint64_t time_s;         /* ledger time: of the latest block */
	struct zn_hash app_hash; /* as the latest block's header has it */
	char engine[32];         /* "solo"; empty if the node does not say */
	uint64_t operators;      /* who run the ledger; 0 if the node does not say */
};

/** A transaction in a block. */
struct zn_ledger_tx {
	struct zn_hash id;
	uint64_t height;
	uint32_t code; /* enum zn_ledger_refusal */
	struct zn_transaction transaction;
};

struct zn_ledger_block {
	uint64_t height;
	uint64_t time_s;
	struct zn_hash hash;
	struct zn_hash app_hash; /* of the state before this block */
	uint32_t txs_count;
};

struct zn_ledger_answer {
	enum zn_err err;    /* OK; NOT_FOUND: the node says there is no such thing; CANCELLED never.
			       MALFORMED: the node's answer is none. UNPROVEN: it cannot be
			       believed. TIMEOUT, UNREACHABLE, ... */
	const char *detail; /* one sentence for a person, never NULL */
	uint64_t height;    /* of the state that the answer speaks of, or of the transaction */
	/* Of a sent transaction: OK when it is in a block and applied. err is OK for a refused one
	 * too: the ledger answered. */
	enum zn_ledger_refusal refusal;
	struct zn_hash tx_id;
	uint64_t nonce; /* that zn_ledger_send used */
	/* What was asked for, by the function that asked; borrowed for the callback. NULL on error.
	 */
	const struct zn_ledger_status *status;
	const struct zn_account_state *account;
	const struct zn_channel *channel;
	const struct zn_job *job;
	const struct zn_job_page *jobs;
	const struct zn_channel_page *channels;
	const struct zn_history_page *history;
	const struct zn_supply *supply;
	const struct zn_ledger_params *params;
	const struct zn_ledger_tx *tx;
	const struct zn_ledger_block *block;
};

typedef void zn_ledger_answer_fn(void *user, const struct zn_ledger_answer *answer);

/* `call` may be NULL for all below; what it points to is gone when the callback returns. */

void zn_ledger_get_status(struct zn_ledger_call **call, struct zn_ledger_client *client,
	zn_ledger_answer_fn *fn, void *user);
void zn_ledger_get_params(struct zn_ledger_call **call, struct zn_ledger_client *client,
	zn_ledger_answer_fn *fn, void *user);
void zn_ledger_get_supply(struct zn_ledger_call **call, struct zn_ledger_client *client,
	zn_ledger_answer_fn *fn, void *user);
/** Wait, at most wait_ms, for a state of a later height than this: a new block. answer->height says
 *  what it is now; a node that holds no answers open says it at once. answer->supply is set. */
void zn_ledger_wait_newer(struct zn_ledger_call **call, struct zn_ledger_client *client,
	uint64_t height, uint64_t wait_ms, zn_ledger_answer_fn *fn, void *user);
/** An account that nobody ever paid is answered OK, with balance 0 and nonce 0. */
void zn_ledger_get_account(struct zn_ledger_call **call, struct zn_ledger_client *client,
	const struct zn_account *account, zn_ledger_answer_fn *fn, void *user);
/** `wait_ms` > 0: wait so long for a channel that is not there yet (a publisher names a channel as
 *  soon as its opening is sent), then NOT_FOUND. */
void zn_ledger_get_channel(struct zn_ledger_call **call, struct zn_ledger_client *client,
	const struct zn_hash *channel_id, uint64_t wait_ms, zn_ledger_answer_fn *fn, void *user);
void zn_ledger_get_job(struct zn_ledger_call **call, struct zn_ledger_client *client,
	const struct zn_hash *job_id, zn_ledger_answer_fn *fn, void *user);
void zn_ledger_list_jobs(struct zn_ledger_call **call, struct zn_ledger_client *client,
	const struct zn_jobs_query *query, zn_ledger_answer_fn *fn, void *user);
void zn_ledger_list_channels(struct zn_ledger_call **call, struct zn_ledger_client *client,
	const struct zn_channels_query *query, zn_ledger_answer_fn *fn, void *user);
void zn_ledger_list_history(struct zn_ledger_call **call, struct zn_ledger_client *client,
	const struct zn_history_query *query, zn_ledger_answer_fn *fn, void *user);
/** `wait_ms` as above. */
void zn_ledger_get_tx(struct zn_ledger_call **call, struct zn_ledger_client *client,
	const struct zn_hash *tx_id, uint64_t wait_ms, zn_ledger_answer_fn *fn, void *user);
/** Height 0: the latest. */
void zn_ledger_get_block(struct zn_ledger_call **call, struct zn_ledger_client *client,
	uint64_t height, zn_ledger_answer_fn *fn, void *user);

/** Send the bytes of a signed transaction and wait until a block has it, at most timeout_ms (then
 *  err is TIMEOUT: it may still come). Sending the same bytes again is safe. The answer has
 * refusal, tx_id, height. */
void zn_ledger_submit(struct zn_ledger_call **call, struct zn_ledger_client *client,
	const uint8_t *bytes, size_t count, uint64_t timeout_ms, zn_ledger_answer_fn *fn,
	void *user);

/** Sign and submit: asks for chain id, fee rate, time and nonce itself where it does not know them.
 *
 *  In:      key    of the sender; copied for the call, wiped after it.
 *           draft  kind and body; the rest is filled in. valid_until_s 0: ZN_TX_VALID_S from now.
 *  Several sends with one key may be under way: they get nonces in the order of the calls. A nonce
 *  that another program of the same key took meanwhile is asked for again, three times at most.
 */
void zn_ledger_send(struct zn_ledger_call **call, struct zn_ledger_client *client,
	const struct zn_secret_key *key, const struct zn_transaction *draft, uint64_t timeout_ms,
	zn_ledger_answer_fn *fn, void *user);

/** Forget it: no callback. What was sent stays sent. */
void zn_ledger_call_cancel(struct zn_ledger_call *call);

#endif
