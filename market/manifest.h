/* market/manifest.h - what a job is: the record that fixes the right output of every chunk.
 *
 * Gives  struct zn_manifest  to  everything after it; later stages hold its hash, the job hash.
 *
 * Items are numbered over the whole job; chunk c holds items [c * chunk_items, ...), the last chunk
 * may be shorter. Pure.
 */
#ifndef ZN_MARKET_MANIFEST_H
#define ZN_MARKET_MANIFEST_H

#include "core/limits.h"
#include "market/record.h"

/* Stored and sent: never renumbered. */
enum zn_kernel_form { ZN_FORM_MAP = 1, ZN_FORM_CHUNK = 2 };
enum zn_arithmetic { ZN_ARITHMETIC_EXACT = 1, ZN_ARITHMETIC_CLOSE = 2 };
#define ZN_OPTION_FP64  1u         /* the kernel uses double */
#define ZN_COUNTER_NONE UINT32_MAX /* the kernel counts no metered units */

struct zn_manifest {
	uint8_t abi_version; /* 1 */
	uint8_t form;        /* enum zn_kernel_form */
	uint8_t arithmetic;  /* enum zn_arithmetic */
	uint32_t options;    /* ZN_OPTION_ bits */
	uint32_t sources_count;
	struct zn_hash sources[ZN_SOURCES_MAX]; /* content ids, in the order they are joined */
	uint32_t params_bytes;
	uint8_t params[ZN_PARAMS_BYTES_MAX];
	struct zn_hash shared_id; /* content id of the shared input; zero if shared_bytes is 0 */
	uint64_t shared_bytes;
	uint64_t items;       /* of the whole job, > 0 */
	uint32_t chunk_items; /* items of a chunk, > 0 */
	uint32_t slot_bytes;  /* output bytes of an item, a multiple of 4 */
	uint32_t
		group_items; /* chunk form: items of a work-group; they divide the chunk. Map form: 0 */
	uint32_t
		local_bytes; /* chunk form: local memory of a work-group, a multiple of 16; else 0 */
	uint32_t counter_at; /* where in a slot the u32 of metered units is, or ZN_COUNTER_NONE */
	struct zn_hash
		inputs_id; /* content id of the list of the chunk inputs' content ids, chunk by
	                             chunk, 32 bytes each; zero: chunks have no input of their own */
	uint32_t input_bytes_max; /* of one chunk input; 0: none */
};

ZN_RECORD_DECLARE(manifest); /* the hash is the job hash; tag "manifest/2" */

/* What a manifest may break, in the order of the checks. Sizes first: they bound the others. */
#define ZN_MANIFEST_REFUSALS(X)                                                                    \
	X(ABI, "the job's kernel interface version is not known here")                             \
	X(FORM, "the job's kernel form is not offered by this version")                            \
	X(ARITHMETIC, "the job's arithmetic class is not offered by this version")                 \
	X(OPTIONS, "the job asks for build options that are not known here")                       \
	X(NO_SOURCE, "the job names no kernel source")                                             \
	X(NO_ITEMS, "the job has no items")                                                        \
	X(TOO_MANY_ITEMS, "the job has more items than a job may have")                            \
	X(CHUNK_ITEMS, "a chunk of the job has no items or too many")                              \
	X(SLOT_BYTES, "the job's output slot is empty, too large or no multiple of 4 bytes")       \
	X(CHUNK_OUTPUT, "a chunk's output is larger than a delivery may be")                       \
	X(TOO_MANY_CHUNKS, "the job has more chunks than a job may have")                          \
	X(GROUP, "the job's work-groups are too large or do not divide its chunks and items")      \
	X(LOCAL_BYTES, "the job asks for too much local memory, or no multiple of 16 bytes")       \
	X(COUNTER, "the job's counter of metered units lies outside of the output slot")           \
	X(SHARED_INPUT, "the job's shared input is larger than allowed or contradicts its hash")   \
	X(CHUNK_INPUTS, "the job's chunk inputs are larger than allowed or contradict their hash")

enum zn_manifest_refusal {
	ZN_MANIFEST_OK,
#define X(name, sentence) ZN_MANIFEST_##name,
	ZN_MANIFEST_REFUSALS(X)
#undef X
};

/** Is it a job that this version can run? Returns ZN_MANIFEST_OK or the first rule broken. */
enum zn_manifest_refusal zn_manifest_check(const struct zn_manifest *manifest);
const char *zn_manifest_refusal_sentence(enum zn_manifest_refusal refusal);

/* Of a manifest that passed the check: */
uint64_t zn_manifest_chunks(const struct zn_manifest *manifest);
/** First item and item count of a chunk below zn_manifest_chunks. */
void zn_manifest_chunk(uint64_t *first, uint32_t *items, const struct zn_manifest *manifest,
	uint64_t chunk);
uint64_t zn_manifest_chunk_output_bytes(const struct zn_manifest *manifest, uint64_t chunk);
/** Metered units of a chunk's output of `bytes` bytes, whole slots: the sum of its slots' counters, or 1
 *  where the job counts none. Cannot overflow. */
uint64_t zn_manifest_units(const struct zn_manifest *manifest, const uint8_t *output,
	uint64_t bytes);
/** Size of the list that inputs_id names; 0 if there is none. */
uint64_t zn_manifest_inputs_bytes(const struct zn_manifest *manifest);

#endif
