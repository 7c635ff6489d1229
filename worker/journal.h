/* worker/journal.h - what a worker must not forget: deals, vouchers, outputs, earnings.
 *
 * Takes  struct zn_worker_deal at the moments that the deal's actions name
 * Gives  the unsettled deals back after a restart
 *
 * Writes gather in one batch until zn_worker_journal_commit; nothing of it may be spoken before.
 * Every write returns the first error of the batch.
 */
#ifndef ZN_WORKER_JOURNAL_H
#define ZN_WORKER_JOURNAL_H

#include "io/journal.h"
#include "market/worker_deal.h"

/** Stored: never renumbered. */
enum zn_deal_state {
	ZN_DEAL_AGREED = 1, /* terms are signed; there may be no channel yet */
	ZN_DEAL_OPEN = 2,   /* the channel is there and must be settled */
	ZN_DEAL_SETTLED = 3,
	ZN_DEAL_FORGOTTEN = 4, /* it held nothing that was worth a transaction */
};

/** A deal as it is found again. */
struct zn_kept_deal {
	int64_t id; /* the journal's own */
	struct zn_hash job_id;
	struct zn_hash job_hash;
	struct zn_account publisher;
	struct zn_hash tls_pin;
	char endpoint[ZN_ENDPOINT_BYTES_MAX + 1];
	struct zn_terms terms;
	struct zn_signature publisher_signature, worker_signature;
	struct zn_hash channel_id;
	uint64_t units;
	bool has_voucher;
	struct zn_signed_voucher voucher;
};

/** Open or create; BUSY if another program has it. */
enum zn_err zn_worker_journal_open(struct zn_journal **out, const char *path);

/** Signed terms. Out: `id`. In: `where` its job id, publisher and endpoint; `deal` the rest. */
enum zn_err zn_worker_journal_terms(int64_t *id, struct zn_journal *journal,
	const struct zn_kept_deal *where, const struct zn_worker_deal *deal);
enum zn_err zn_worker_journal_channel(struct zn_journal *journal, int64_t id,
	const struct zn_hash *channel_id);
/** The deal's best voucher, if it has one, and its units. */
enum zn_err zn_worker_journal_voucher(struct zn_journal *journal, int64_t id,
	const struct zn_worker_deal *deal);
/** `bytes` NULL: they are in a file of their own. */
enum zn_err zn_worker_journal_output(struct zn_journal *journal, int64_t id, uint64_t chunk,
	const struct zn_hash *root, uint64_t count, uint64_t units, const uint8_t *bytes);
enum zn_err zn_worker_journal_output_drop(struct zn_journal *journal, int64_t id, uint64_t chunk);
/** The deal is over: settled in transaction `tx` (NULL: by somebody else) or forgotten. */
enum zn_err zn_worker_journal_settled(struct zn_journal *journal, int64_t id,
	enum zn_deal_state state, const struct zn_hash *tx, uint64_t height,
	struct zn_amount earned);
/** Where the publisher listens now. */
enum zn_err zn_worker_journal_moved(struct zn_journal *journal, int64_t id, const char *endpoint,
	const struct zn_hash *tls_pin);
enum zn_err zn_worker_journal_commit(struct zn_journal *journal);

/** Open deals of this ledger and key, newest first. Return false to stop. */
typedef bool zn_kept_deal_fn(void *user, const struct zn_kept_deal *kept);
enum zn_err zn_worker_journal_unsettled(struct zn_journal *journal, const struct zn_chain_id *chain,
	const struct zn_public_key *worker_key, zn_kept_deal_fn *fn, void *user);

/** How many open deals of this ledger belong to another key: only that key can settle them. */
enum zn_err zn_worker_journal_foreign(uint64_t *count, struct zn_journal *journal,
	const struct zn_chain_id *chain, const struct zn_public_key *worker_key);

struct zn_kept_output {
	uint64_t chunk;
	struct zn_hash root;
	uint64_t count;
	uint64_t units;       /* metered */
	const uint8_t *bytes; /* NULL: in a file; borrowed for the callback */
};
typedef bool zn_kept_output_fn(void *user, const struct zn_kept_output *output);
enum zn_err zn_worker_journal_outputs(struct zn_journal *journal, int64_t id, zn_kept_output_fn *fn,
	void *user);
/** Is there a row for an output that lies in a file? */
enum zn_err zn_worker_journal_has_output(bool *out, struct zn_journal *journal, int64_t id,
	uint64_t chunk);

#endif
