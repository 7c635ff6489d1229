/* market/result.h - stage 6: a worker's signed word on what a chunk's output is.
 *
 * Takes  a lease and the output of its chunks
 * Gives  struct zn_statement and struct zn_delivery to the verdict; two statements for one chunk, or
 *        one statement and a recomputed item, are a proof that anybody can check
 */
#ifndef ZN_MARKET_RESULT_H
#define ZN_MARKET_RESULT_H

#include "core/limits.h"
#include "market/manifest.h"
#include "market/record.h"

struct zn_statement {
	struct zn_chain_id chain;
	struct zn_hash channel_id;
	struct zn_hash terms_hash;
	struct zn_hash job_hash;
	uint64_t chunk;
	uint64_t output_bytes;
	uint64_t units;             /* metered units: zn_manifest_units; 1 where none are counted */
	struct zn_hash output_root; /* content id of the output */
};

ZN_RECORD_DECLARE(statement); /* tag "statement/1" */

/** What the worker signs: the RFC 6962 root over the leaf hashes of its statements' hashes. */
struct zn_delivery {
	struct zn_chain_id chain;
	struct zn_hash channel_id;
	uint32_t statements_count;
	struct zn_hash statements_root;
};

ZN_RECORD_DECLARE(delivery); /* tag "delivery/1" */

/** The delivery record over some statements (1 to ZN_DELIVERY_CHUNKS_MAX) of one channel. */
void zn_delivery_make(struct zn_delivery *out, const struct zn_chain_id *chain,
	const struct zn_statement *statements, uint32_t count);

#define ZN_RESULT_REFUSALS(X)                                                                      \
	X(EMPTY, "the delivery holds no statement")                                                \
	X(OTHER_CHAIN, "the statement is for another ledger")                                      \
	X(OTHER_CHANNEL, "the statement is for another channel")                                   \
	X(OTHER_TERMS, "the statement is under other terms")                                       \
	X(OTHER_JOB, "the statement is for another job")                                           \
	X(NO_SUCH_CHUNK, "the statement is for a chunk that the job does not have")                \
	X(REPEATS, "the delivery names a chunk twice")                                             \
	X(NOT_LEASED, "the chunk is not leased to this worker")                                    \
	X(OUTPUT_BYTES, "the output is not as long as the chunk's slots")                          \
	X(UNITS, "the statement counts other units than the chunk has")                            \
	X(OUTPUT_ROOT, "the output that came is not the one that was stated")                      \
	X(BAD_SIGNATURE, "the worker did not sign this delivery")

enum zn_result_refusal {
	ZN_RESULT_OK,
#define X(name, sentence) ZN_RESULT_##name,
	ZN_RESULT_REFUSALS(X)
#undef X
};

struct zn_result_limits {
	struct zn_hash channel_id;
	struct zn_hash terms_hash;
	struct zn_hash job_hash;
	struct zn_public_key worker_key;
	const struct zn_manifest *manifest;
};

/** Check a delivery but for the leases, which the caller knows (ZN_RESULT_NOT_LEASED). Statement by
 *  statement, each in the order of the list.
 *  In: statements  untrusted; output_roots[i] the content id of the output that came with each.
 *      units       zn_manifest_units of each output; NULL where the job counts none.
 *  Cost: hashing the statements and one signature check, last. */
enum zn_result_refusal zn_result_check(const struct zn_chain_id *chain,
	const struct zn_statement *statements, const struct zn_hash *output_roots,
	const uint64_t *units, uint32_t count, const struct zn_signature *signature,
	const struct zn_result_limits *limits);
const char *zn_result_refusal_sentence(enum zn_result_refusal refusal);

#endif
