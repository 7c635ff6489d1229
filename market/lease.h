/* market/lease.h - stage 5: which chunks a worker may begin, signed by the publisher.
 *
 * Takes  the channel and the terms
 * Gives  struct zn_lease to the worker's queue. A leased chunk that was begun is paid if delivered
 *        before the deadline, cancelled or duplicated or not.
 */
#ifndef ZN_MARKET_LEASE_H
#define ZN_MARKET_LEASE_H

#include "core/limits.h"
#include "market/record.h"

struct zn_lease {
	struct zn_chain_id chain;
	struct zn_hash channel_id;
	struct zn_hash terms_hash;
	uint64_t number;     /* 1, 2, 3 ... within a channel */
	uint64_t issued_s;   /* ledger time */
	uint64_t deadline_s; /* ledger time by which a result must arrive */
	uint32_t chunks_count;
	uint64_t chunks[ZN_LEASE_CHUNKS_MAX];
};

ZN_RECORD_DECLARE(lease); /* tag "lease/1" */

struct zn_signed_lease {
	struct zn_lease lease;
	struct zn_signature signature; /* the publisher's */
};

void zn_signed_lease_code(struct zn_codec *codec, struct zn_signed_lease *signed_lease);

#define ZN_LEASE_REFUSALS(X)                                                                       \
	X(OTHER_CHAIN, "the lease is for another ledger")                                          \
	X(OTHER_CHANNEL, "the lease is for another channel")                                       \
	X(OTHER_TERMS, "the lease is under other terms")                                           \
	X(NUMBER, "the lease is out of order")                                                     \
	X(EMPTY, "the lease names no chunk")                                                       \
	X(TOO_MANY, "the lease names more chunks than were asked for")                             \
	X(NO_SUCH_CHUNK, "the lease names a chunk that the job does not have")                     \
	X(REPEATS, "the lease names a chunk twice")                                                \
	X(DEADLINE, "the lease gives less time than the terms say")                                \
	X(BAD_SIGNATURE, "the publisher did not sign this lease")

enum zn_lease_refusal {
	ZN_LEASE_OK,
#define X(name, sentence) ZN_LEASE_##name,
	ZN_LEASE_REFUSALS(X)
#undef X
};

struct zn_lease_limits {
	struct zn_hash channel_id;
	struct zn_hash terms_hash;
	struct zn_public_key publisher_key;
	uint64_t number;     /* the next one */
	uint32_t chunks_max; /* asked for */
	uint64_t job_chunks;
	uint32_t lease_s;
};

/** First rule broken. A chunk that is held already and leased again has a new deadline. */
enum zn_lease_refusal zn_lease_check(const struct zn_chain_id *chain,
	const struct zn_signed_lease *offered, const struct zn_lease_limits *limits);
const char *zn_lease_refusal_sentence(enum zn_lease_refusal refusal);

#endif
