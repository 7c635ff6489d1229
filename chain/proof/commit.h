/* chain/proof/commit.h - the votes that make a header final, and whether they are enough.
 *
 * Takes  struct zn_header         from chain/proof/header.h
 *        struct zn_validator_set  from chain/proof/validators.h
 * Gives  the two rules of light verification: more than 2/3 of a known set signed, and more than 1/3
 *        of an older set signed.
 *
 * Pure: no I/O, no clock. Everything may come from a liar.
 */
#ifndef ZN_CHAIN_PROOF_COMMIT_H
#define ZN_CHAIN_PROOF_COMMIT_H

#include "chain/proof/header.h"
#include "chain/proof/validators.h"

enum zn_vote_flag {
	ZN_VOTE_ABSENT = 1, /* no address, no time, no signature */
	ZN_VOTE_COMMIT = 2, /* for the block */
	ZN_VOTE_NIL = 3,    /* for none */
};

/** One validator's vote; its time is its own and is part of what it signed. */
struct zn_commit_vote {
	uint8_t flag; /* enum zn_vote_flag */
	uint8_t address[ZN_VALIDATOR_ADDRESS_BYTES];
	struct zn_block_time time;
	struct zn_signature signature;
};

struct zn_commit {
	uint64_t height;
	uint32_t round;
	struct zn_block_id block;
	uint32_t votes_count;
	struct zn_commit_vote votes[ZN_VALIDATORS_MAX]; /* in the order of the set */
};

/** An absent vote, as CometBFT writes one. */
void zn_commit_vote_absent(struct zn_commit_vote *out);

/** What a validator signs (and zn_verify takes): SHA-256 of the length-prefixed CanonicalVote of a
 *  precommit for `block` (a block that is not present: for nil). */
void zn_vote_hash(struct zn_hash *out, const struct zn_chain_id *chain, uint64_t height,
	uint32_t round, const struct zn_block_id *block, const struct zn_block_time *time);

/** last_commit_hash of the next header. */
void zn_commit_hash(struct zn_hash *out, const struct zn_commit *commit);

/* One list makes the enum, the sentences and the order of the checks. */
#define ZN_COMMIT_REFUSALS(X)                                                                      \
	X(OTHER_HEIGHT, "the votes are for another height")                                        \
	X(OTHER_BLOCK, "the votes are for another block")                                          \
	X(OTHER_SET, "the votes are not those of the header's validators")                         \
	X(BAD_VOTE, "a vote is none, or somebody votes twice")                                     \
	X(BAD_SIGNATURE, "a vote's signature is wrong")                                            \
	X(TOO_FEW, "too few of the validators signed")

enum zn_commit_refusal {
	ZN_COMMIT_OK = 0,
#define X(name, sentence) ZN_COMMIT_##name,
	ZN_COMMIT_REFUSALS(X)
#undef X
};

const char *zn_commit_refusal_sentence(enum zn_commit_refusal refusal);

/** Is the header final: did more than 2/3 of `set`, its own validators, sign it?
 *
 *  Returns: ZN_COMMIT_OK, or the first rule broken, in the order of enum zn_commit_refusal.
 *  In:      set     valid, and known to be the header's (its hash is the header's validators_hash).
 *           header  the header that the votes must be for.
 *  Cost:    one signature check (about 35 us) for each vote until there are enough: a wrong one
 *           behind those is not looked at, as in CometBFT.
 */
enum zn_commit_refusal zn_commit_check(const struct zn_commit *commit,
	const struct zn_validator_set *set, const struct zn_header *header);

/** Did more than 1/3 of `set`, an older set that is trusted, sign it? Votes of others count nothing.
 *  TOO_FEW asks for a header between. The same returns and cost. */
enum zn_commit_refusal zn_commit_check_trusting(const struct zn_commit *commit,
	const struct zn_validator_set *set, const struct zn_header *header);

/** The record in which commits are kept: type ZN_RECORD_COMMIT. */
void zn_commit_code(struct zn_codec *codec, struct zn_commit *commit);

#define ZN_COMMIT_RECORD_BYTES_MAX (90 + ZN_VALIDATORS_MAX * (1 + 20 + 12 + 64))

#endif
