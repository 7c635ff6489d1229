/* publisher/store.h - what a publisher must not forget: its journal and the accepted outputs.
 *
 * Changes gather in a batch; zn_store_commit makes the outputs and then the batch durable. Nothing
 * of a batch may be spoken before. A failure sticks: later changes do nothing, and the commit says
 * what went wrong.
 */
#ifndef ZN_PUBLISHER_STORE_H
#define ZN_PUBLISHER_STORE_H

#include "core/err.h"
#include "io/journal.h"
#include "market/publisher_deal.h"
#include "publisher/job_home.h"

/* Stored: never renumbered. */
enum zn_store_stage {
	ZN_STORE_OPENING = 0,
	ZN_STORE_OPEN = 1,
	ZN_STORE_REFUSED = 2,
	ZN_STORE_FAILED = 3, /* the channel was never opened */
};

struct zn_store {
	struct zn_journal *journal;
	int outputs_fd;
	uint64_t outputs_bytes;
	bool dirty, outputs_dirty;
	enum zn_err failed;
};

/** Open or make the journal and the outputs of a job. BUSY when its publisher runs. */
enum zn_err zn_store_open(struct zn_store *store, const struct zn_job_home *home);
void zn_store_close(struct zn_store *store);
enum zn_err zn_store_commit(struct zn_store *store);

void zn_store_set(struct zn_store *store, const char *name, const void *bytes, size_t count);
void zn_store_set_number(struct zn_store *store, const char *name, uint64_t value);
/** Exactly `count` bytes, or false. */
bool zn_store_get(struct zn_store *store, const char *name, void *bytes, size_t count);
bool zn_store_get_number(struct zn_store *store, const char *name, uint64_t *value);
/** Text, or any bytes up to bytes_max - 1; a zero is put behind. *count may be NULL. */
bool zn_store_get_text(struct zn_store *store, const char *name, char *out, size_t bytes_max,
	size_t *count);
void zn_store_note(struct zn_store *store, uint64_t at_s, const char *words);

/** The whole row of a deal: terms and signatures, channel, voucher, leases. */
void zn_store_deal(struct zn_store *store, const struct zn_publisher_deal *deal,
	enum zn_store_stage stage);
/** Called with a deal whose fields are set as zn_publisher_deal_restore wants them; false stops. */
typedef bool zn_store_deal_fn(void *user, struct zn_publisher_deal *deal,
	enum zn_store_stage stage);
enum zn_err zn_store_deals(struct zn_store *store, const struct zn_chain_id *chain,
	zn_store_deal_fn *fn, void *user);

/** Append an output and say that it is its chunk's. */
void zn_store_result(struct zn_store *store, uint64_t chunk, uint16_t peer,
	const struct zn_hash *output_id, const uint8_t *bytes, size_t count, uint64_t units);
/** Forget the results of a refused worker, and give their room on the disk back. */
void zn_store_retract(struct zn_store *store, uint16_t peer);
/** Forget one result: it is damaged. */
void zn_store_forget(struct zn_store *store, uint64_t chunk);
/** Metered units of all results. */
uint64_t zn_store_units(struct zn_store *store);

struct zn_stored_result {
	uint64_t chunk;
	uint16_t peer;
	uint64_t place, bytes, units;
	struct zn_hash output_id;
};
typedef bool zn_store_result_fn(void *user, const struct zn_stored_result *result);
/** By chunk, ascending. */
enum zn_err zn_store_results(struct zn_store *store, zn_store_result_fn *fn, void *user);
bool zn_store_result_find(struct zn_store *store, struct zn_stored_result *out, uint64_t chunk);
/** malloc'ed; CORRUPT when it is not what was stored. */
enum zn_err zn_store_output(uint8_t **bytes, struct zn_store *store,
	const struct zn_stored_result *result);

#endif
