/* chain/proof/light.h - which header to believe, without trusting whom one asks.
 *
 * Takes  struct zn_light_block  header, votes and validators of one height, from anybody
 * Gives  struct zn_light_seen   verified headers: the app hash that a proof of the state needs
 *
 * From one trusted header to a later one: the next one if its validators are those that the trusted
 * header announces and more than 2/3 of them signed; one further on if also more than 1/3 of the
 * trusted validators signed it; else one between is asked for first. Trust ends after a period, in
 * which validators who left can still be punished. These are CometBFT's rules (its light/verifier.go).
 *
 * Pure: the shell asks for zn_light_goal()'s height, hands over what came and looks again.
 */
#ifndef ZN_CHAIN_PROOF_LIGHT_H
#define ZN_CHAIN_PROOF_LIGHT_H

#include "chain/proof/commit.h"
#include "core/limits.h"

struct zn_light_block {
	struct zn_header header;
	struct zn_commit commit;
	struct zn_validator_set validators;
};

/* One list makes the enum, the sentences and the order of the checks. The last of a row: was it a
 * lie, or may our own clock or patience be to blame? */
#define ZN_LIGHT_REFUSALS(X)                                                                       \
	X(NOT_ASKED, "its header is of another height than was asked for", true)                   \
	X(OTHER_CHAIN, "its header is of another ledger", true)                                    \
	X(OTHER_VALIDATORS, "its validators are not those that the header names", true)            \
	X(OTHER_ROOT, "its header is not the one that was given to be trusted", true)              \
	X(FUTURE, "its header is from the future, or this machine's clock is behind", false)       \
	X(EXPIRED, "the newest header known here is too old to check later ones by", false)        \
	X(NOT_LATER, "its header is later, but not its time", true)                                \
	X(BROKEN_CHAIN, "its header does not follow the one before it", true)                      \
	X(OTHER_HEIGHT, "the votes are for another height", true)                                  \
	X(OTHER_BLOCK, "the votes are for another block", true)                                    \
	X(OTHER_SET, "the votes are not those of the header's validators", true)                   \
	X(BAD_VOTE, "a vote is none, or somebody votes twice", true)                               \
	X(BAD_SIGNATURE, "a vote's signature is wrong", true)                                      \
	X(TOO_FEW, "too few of the validators signed its header", true)                            \
	X(TOO_FAR, "its header cannot be reached from the one known here", true)

enum zn_light_refusal {
	ZN_LIGHT_OK = 0,
#define X(name, sentence, lie) ZN_LIGHT_##name,
	ZN_LIGHT_REFUSALS(X)
#undef X
};

const char *zn_light_refusal_sentence(enum zn_light_refusal refusal);
bool zn_light_refusal_is_lie(enum zn_light_refusal refusal);

/** A header that was verified. */
struct zn_light_seen {
	uint64_t height;
	struct zn_hash hash;
	struct zn_app_hash app_hash; /* of the state before this block */
	struct zn_block_time time;
};

struct zn_light {
	bool trusts;
	struct zn_header trusted;           /* the newest; its chain is the ledger's */
	struct zn_validator_set validators; /* of that header */
	bool has_root;                      /* a person named a header */
	uint64_t root_height;
	struct zn_hash root_hash;
	uint64_t period_s;
	uint64_t target, goal; /* 0: nothing is wanted */
	unsigned int steps;
	uint32_t seen_count;
	struct zn_light_seen seen[ZN_LIGHT_SEEN_MAX]; /* a ring */
};

/** Nothing is trusted yet. `period_s` 0: ZN_LIGHT_PERIOD_S. */
void zn_light_begin(struct zn_light *light, uint64_t period_s);
/** What a person says: this height has this hash. It wins over an older header that is trusted. */
void zn_light_root(struct zn_light *light, uint64_t height, const struct zn_hash *hash);

/** A header of this height is wanted: look at zn_light_goal. Above the trusted height. */
void zn_light_want(struct zn_light *light, uint64_t height);
/** The height to ask for now; 0: nothing (what was wanted is in `seen`). */
uint64_t zn_light_goal(const struct zn_light *light);
/** What came for the goal. OK: look at the goal again; else nothing has changed but that nothing
 *  is wanted any more. Without a root, the first header that comes is trusted if its own validators
 *  signed it: first use.
 *  In:   block  untrusted.
 *        now    the wall clock. */
enum zn_light_refusal zn_light_take(struct zn_light *light, const struct zn_light_block *block,
	const struct zn_block_time *now);

/** A verified header of this height, if it is among the last ones; else NULL. */
const struct zn_light_seen *zn_light_find(const struct zn_light *light, uint64_t height);

/** What a home keeps: type ZN_RECORD_LIGHT_TRUST, the newest trusted header and its validators.
 *  Reading sets `trusts`, and refuses validators that are not the header's. */
void zn_light_code(struct zn_codec *codec, struct zn_light *light);

#define ZN_LIGHT_RECORD_BYTES_MAX (2 + ZN_HEADER_RECORD_BYTES_MAX + ZN_VALIDATORS_RECORD_BYTES_MAX)

#endif
