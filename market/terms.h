/* market/terms.h - stage 3: what both sides agreed on, hashed and signed by both.
 *
 * Takes  the job hash, and the price that market/bargain.h ended with
 * Gives  struct zn_terms; its hash goes into the channel, every lease and every statement
 */
#ifndef ZN_MARKET_TERMS_H
#define ZN_MARKET_TERMS_H

#include "market/record.h"

/* Stored and sent: never renumbered. */
enum zn_judge { ZN_JUDGE_NONE = 0 };

struct zn_terms {
	struct zn_public_key publisher_key;
	struct zn_public_key worker_key;
	struct zn_hash job_hash;
	uint8_t unit;            /* enum zn_price_unit */
	uint64_t price_zat;      /* per ZN_PRICE_PER_UNITS; one rounding, down, on the total */
	uint32_t window_chunks;  /* begun and not yet paid, at most: the worker's risk */
	uint32_t prepaid_chunks; /* paid and not yet delivered, at most; 0 is the only value yet */
	uint32_t check_items;    /* recomputed of a checked chunk */
	uint32_t check_ppm; /* of all chunks that are checked; 1,000,000 is the only value yet */
	uint32_t held_ppm;  /* of the pay that is held back; 0 is the only value yet */
	uint32_t lease_s;   /* from a lease to its deadline */
	uint32_t grace_s;   /* of the channel */
	uint8_t judge;      /* enum zn_judge */
	uint64_t expiry_s;  /* ledger time after which no lease is given */
	struct zn_hash session; /* the publisher's nonce: no two terms are alike */
};

ZN_RECORD_DECLARE(terms); /* tag "terms/1" */

/* What a worker refuses in terms that it is asked to sign, in the order of the checks. */
#define ZN_TERMS_REFUSALS(X)                                                                       \
	X(OTHER_PUBLISHER, "the terms are of another publisher")                                   \
	X(OTHER_WORKER, "the terms are for another worker")                                        \
	X(OTHER_JOB, "the terms are for another job")                                              \
	X(OTHER_SESSION, "the terms are of another session")                                       \
	X(UNIT, "the terms price a unit that is not offered yet")                                  \
	X(PRICE, "the terms name another price than the one agreed")                               \
	X(WINDOW, "the terms want more unpaid work than this worker risks")                        \
	X(PREPAID, "the terms ask for prepayment, which is not offered yet")                       \
	X(CHECKS, "the terms check in a way that is not offered yet")                              \
	X(LEASE, "the terms give too little time for a lease")                                     \
	X(GRACE, "the terms give too little grace for closing")                                    \
	X(JUDGE, "the terms name a judge, and there is none yet")                                  \
	X(EXPIRY, "the terms have expired")                                                        \
	X(BAD_SIGNATURE, "the publisher did not sign these terms")

enum zn_terms_refusal {
	ZN_TERMS_OK,
#define X(name, sentence) ZN_TERMS_##name,
	ZN_TERMS_REFUSALS(X)
#undef X
};

/** What the worker knows and accepts. */
struct zn_terms_limits {
	struct zn_public_key publisher_key;
	struct zn_public_key worker_key;
	struct zn_hash job_hash;
	struct zn_hash session;
	uint64_t price_zat;
	uint32_t window_chunks_max;
	uint32_t lease_s_min;
	uint32_t grace_s_min;
	uint64_t now_s;
};

/** First rule broken. Cost: one signature check, last. */
enum zn_terms_refusal zn_terms_check(const struct zn_chain_id *chain, const struct zn_terms *terms,
	const struct zn_signature *publisher_signature, const struct zn_terms_limits *limits);
const char *zn_terms_refusal_sentence(enum zn_terms_refusal refusal);

/** What is due for `units` accepted units, in whole zat, rounded down once. False: no amount. */
bool zn_terms_due(struct zn_amount *out, const struct zn_terms *terms, uint64_t units)
	__attribute__((warn_unused_result));

#endif
