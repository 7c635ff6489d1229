/* chain/tx/transaction.h - what a person or program asks the ledger to do, signed once.
 *
 * Takes  struct zn_announcement and struct zn_signed_voucher from market/
 * Gives  struct zn_transaction  to chain/ledger (which checks and applies it) and to chain/client
 *
 * Bytes: the record (type, version, envelope, kind, body), then the sender's 64-byte signature over
 * the record's tagged hash "transaction/1", which names the ledger. docs/LEDGER.md §2. Pure.
 */
#ifndef ZN_CHAIN_TX_TRANSACTION_H
#define ZN_CHAIN_TX_TRANSACTION_H

#include "core/limits.h"
#include "market/announcement.h"
#include "market/voucher.h"

/* Stored and sent: never renumbered. 13 and on are kept for delegation and validators. */
enum zn_transaction_kind {
	ZN_TX_TRANSFER = 1,
	ZN_TX_ANNOUNCE = 2,
	ZN_TX_UPDATE = 3,
	ZN_TX_WITHDRAW = 4,
	ZN_TX_OPEN = 5,
	ZN_TX_TOP_UP = 6,
	ZN_TX_REDEEM = 7,
	ZN_TX_CLOSE = 8,
	ZN_TX_REQUEST_CLOSE = 9,
	ZN_TX_REFUND = 10,
	ZN_TX_BOND = 11,
	ZN_TX_UNBOND = 12,
};
#define ZN_TX_KIND_MAX 12

struct zn_tx_transfer {
	struct zn_account to;
	struct zn_amount amount;
};

/** What may change about a job on the ledger; the work itself, its size and needs may not. */
struct zn_tx_update {
	struct zn_hash job_id;
	uint64_t price_zat;
	uint64_t deadline_s;
	uint64_t expiry_s;
	struct zn_hash tls_pin;
	char endpoint[ZN_ENDPOINT_BYTES_MAX + 1];
};

/** One channel to open; the payer is the sender. */
struct zn_tx_opening {
	struct zn_account payee;
	struct zn_hash terms_hash;
	struct zn_amount deposit;
	uint32_t grace_s;
};

struct zn_tx_open {
	uint32_t count; /* 1 to ZN_CHANNELS_PER_TX_MAX */
	struct zn_tx_opening openings[ZN_CHANNELS_PER_TX_MAX];
};

struct zn_tx_top_up {
	struct zn_hash channel_id;
	struct zn_amount amount;
};

struct zn_tx_close {
	struct zn_hash channel_id;
	bool has_voucher;
	struct zn_signed_voucher voucher; /* only if has_voucher */
};

struct zn_tx_request_close {
	struct zn_hash channel_id;
	struct zn_amount paid; /* all that the payee gets, cumulative as in a voucher */
};

struct zn_transaction {
	struct zn_public_key sender;
	uint64_t nonce;         /* how many transactions of the sender went before */
	uint64_t valid_until_s; /* last ledger second at which it may be in a block */
	struct zn_amount fee;
	uint8_t kind; /* enum zn_transaction_kind */
	union {
		struct zn_tx_transfer transfer;
		struct zn_announcement announce;
		struct zn_tx_update update;
		struct zn_hash withdraw; /* job id */
		struct zn_tx_open open;
		struct zn_tx_top_up top_up;
		struct zn_signed_voucher redeem;
		struct zn_tx_close close;
		struct zn_tx_request_close request_close;
		struct zn_hash refund;   /* channel id */
		struct zn_amount bond;   /* how much */
		struct zn_amount unbond; /* how much */
	} body;
	struct zn_signature signature;
};

/** Write record and signature; returns the bytes used. */
size_t zn_transaction_encode(uint8_t bytes[ZN_TX_BYTES_MAX],
	const struct zn_transaction *transaction);
/** Hostile input: any bytes are safe. False unless they are exactly one transaction. */
bool zn_transaction_decode(struct zn_transaction *out, const uint8_t *bytes, size_t count)
	__attribute__((warn_unused_result));

/** What the sender signs: everything but the signature, and which ledger. */
void zn_transaction_hash(struct zn_hash *out, const struct zn_chain_id *chain,
	const struct zn_transaction *transaction);
/** What RPC calls the transaction's hash: SHA-256 of its bytes, CometBFT's rule. */
void zn_transaction_id(struct zn_hash *out, const uint8_t *bytes, size_t count);

/** Make the bytes of a transaction whose nonce, valid_until_s, kind and body are set.
 *
 *  Returns: the bytes used.
 *  Out:     transaction  its sender, fee (the least: bytes * fee_zat_per_byte) and signature.
 */
size_t zn_transaction_sign(uint8_t bytes[ZN_TX_BYTES_MAX], struct zn_transaction *transaction,
	const struct zn_secret_key *key, const struct zn_chain_id *chain,
	uint64_t fee_zat_per_byte);

/** The least fee of `count` bytes. */
struct zn_amount zn_transaction_fee(size_t count, uint64_t fee_zat_per_byte);

/** The id of the job that `owner` announces in its transaction with `nonce`. (A channel's is
 *  zn_channel_id in market/channel.h.) */
void zn_job_id(struct zn_hash *out, const struct zn_chain_id *chain, const struct zn_account *owner,
	uint64_t nonce);

/** The id of the unbonding that `owner` begins in its transaction with `nonce`. */
void zn_unbonding_id(struct zn_hash *out, const struct zn_chain_id *chain,
	const struct zn_account *owner, uint64_t nonce);

/** "transfer", "request-close"; "?" for a number that names none. */
const char *zn_transaction_kind_name(uint8_t kind);

#endif
