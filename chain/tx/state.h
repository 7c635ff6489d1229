/* chain/tx/state.h - what the ledger holds: the values of its state, their keys, and lists of them.
 *
 * Gives  keys and records to chain/ledger (which changes them) and to chain/client (which reads
 * them)
 *
 * A key is SHA-256(tag byte | id); a value is a record. A channel's value is struct zn_channel of
 * market/channel.h. docs/LEDGER.md §4. Pure.
 */
#ifndef ZN_CHAIN_TX_STATE_H
#define ZN_CHAIN_TX_STATE_H

#include "core/limits.h"
#include "market/announcement.h"
#include "market/channel.h"

/* Hashed: never renumbered. 4 and 5 are kept for validators and delegations. */
enum zn_state_tag {
	ZN_STATE_ACCOUNT = 1,
	ZN_STATE_CHANNEL = 2,
	ZN_STATE_JOB = 3,
	ZN_STATE_PARAMS = 6,
	ZN_STATE_SUPPLY = 7,
	ZN_STATE_BOND = 8,
	ZN_STATE_UNBONDING = 9,
};

void zn_state_key(struct zn_hash *out, enum zn_state_tag tag, const void *id, size_t id_bytes);
void zn_state_key_account(struct zn_hash *out, const struct zn_account *account);
void zn_state_key_bond(struct zn_hash *out, const struct zn_account *account);

/** The key of a value, which its own content says; false if it is no value of the state. */
bool zn_state_key_of(struct zn_hash *out, const uint8_t *value, size_t count);

/** Never removed, so that nonces never restart. One that is not there has balance 0 and nonce 0. */
struct zn_account_state {
	struct zn_account account;
	struct zn_amount balance;
	uint64_t nonce; /* of the next transaction */
};
ZN_RECORD_DECLARE(account_state);

/** An announced job; removed when withdrawn, or by a block after its expiry. */
struct zn_job {
	struct zn_hash id;
	struct zn_account owner;
	uint64_t announced_s; /* and not when it was updated */
	uint64_t announced_height;
	struct zn_announcement announcement;
};
ZN_RECORD_DECLARE(job);

/** What an account has put up as a provider; counted for nothing yet. In the state while it holds
 *  anything. */
struct zn_bond {
	struct zn_account account;
	struct zn_amount bonded;
	struct zn_amount unbonding; /* the sum of the account's unbondings */
};
ZN_RECORD_DECLARE(bond);

/** Coins on their way out of a bond; back in the balance with the first block that has a
 *  transaction and is not before release_s, and out of the state. */
struct zn_unbonding {
	struct zn_hash id;
	struct zn_account account;
	struct zn_amount amount;
	uint64_t release_s;
};
ZN_RECORD_DECLARE(unbonding);

/** Where all coins are: the five parts add up to `supply`, in every block. */
struct zn_supply {
	struct zn_amount supply;
	struct zn_amount balances;
	struct zn_amount deposits; /* of open channels, less what was redeemed */
	struct zn_amount bonds;    /* those that unbond included */
	struct zn_amount stakes;   /* none yet, those that unbond included */
	struct zn_amount fee_pool;
};
ZN_RECORD_DECLARE(supply);

/** What genesis fixed. */
struct zn_ledger_params {
	struct zn_chain_id chain;
	uint64_t genesis_s;
	uint64_t fee_zat_per_byte;
	uint32_t grace_s_min;
	struct zn_amount supply;
};
ZN_RECORD_DECLARE(ledger_params);

/* --- lists, as a node answers them; never complete proofs, each entry can be asked for alone ---
 */

#define ZN_PAGE_CURSOR_BYTES_MAX 64

/** Where to go on; empty: from the start, or nothing is left. Opaque. */
struct zn_page_cursor {
	uint32_t bytes;
	uint8_t data[ZN_PAGE_CURSOR_BYTES_MAX];
};

enum zn_channel_role { ZN_ROLE_PAYER = 1, ZN_ROLE_PAYEE = 2 };

/** Open jobs, newest first. Query data of /jobs. What is 0 asks for nothing. */
struct zn_jobs_query {
	uint8_t kind;              /* enum zn_job_kind */
	uint8_t unit;              /* enum zn_price_unit */
	uint8_t device_classes;    /* one of these will do for the job */
	uint32_t features_lacking; /* ZN_FEATURE_...: not a job that needs one of these */
	uint64_t memory_bytes;     /* not a job that needs more */
	uint64_t price_zat_min;    /* not a job that names a lower price */
	uint64_t since_s;          /* not a job that was announced before */
	uint8_t limit;             /* 1 to ZN_PAGE_ENTRIES_MAX */
	struct zn_page_cursor after;
};
void zn_jobs_query_code(struct zn_codec *codec, struct zn_jobs_query *query);

/** Open channels of an account, by id. Query data of /channels. */
struct zn_channels_query {
	struct zn_account account;
	uint8_t role; /* enum zn_channel_role */
	uint8_t limit;
	struct zn_page_cursor after;
};
void zn_channels_query_code(struct zn_codec *codec, struct zn_channels_query *query);

/** Transactions that touched an account, newest first. Query data of /history. */
struct zn_history_query {
	struct zn_account account;
	uint8_t limit;
	struct zn_page_cursor after;
};
void zn_history_query_code(struct zn_codec *codec, struct zn_history_query *query);

struct zn_job_page {
	uint32_t count;
	struct zn_job jobs[ZN_PAGE_ENTRIES_MAX];
	struct zn_page_cursor next;
};
ZN_RECORD_DECLARE(job_page);

struct zn_channel_page {
	uint32_t count;
	struct zn_channel channels[ZN_PAGE_ENTRIES_MAX];
	struct zn_page_cursor next;
};
ZN_RECORD_DECLARE(channel_page);

struct zn_history_entry {
	struct zn_hash tx;
	uint64_t height;
	uint32_t index; /* in its block */
};

struct zn_history_page {
	uint32_t count;
	struct zn_history_entry entries[ZN_PAGE_ENTRIES_MAX];
	struct zn_page_cursor next;
};
ZN_RECORD_DECLARE(history_page);

#define ZN_PAGE_BYTES_MAX 65536 /* a page of the largest jobs, encoded */

#endif
