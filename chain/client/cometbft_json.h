/* chain/client/cometbft_json.h - headers, votes and validators as CometBFT's RPC gives them.
 *
 * Gives  the structs of chain/proof. What comes is hostile: exact types (64-bit integers are strings),
 * exact lengths, bounded lists; nothing is guessed. Unknown members are ignored, as CometBFT adds some
 * from version to version. All return false for what is none.
 */
#ifndef ZN_CHAIN_CLIENT_COMETBFT_JSON_H
#define ZN_CHAIN_CLIENT_COMETBFT_JSON_H

#include "chain/proof/light.h"
#include "io/json.h"

/** RFC 3339 in UTC ("Z"), year 1 to 9999, at most nine digits of a fraction. */
bool zn_json_block_time(struct zn_block_time *out, const struct zn_json *value);
/** Exactly 64 hex digits. */
bool zn_json_hash(struct zn_hash *out, const struct zn_json *value);

bool zn_json_header(struct zn_header *out, const struct zn_json *header);
bool zn_json_commit(struct zn_commit *out, const struct zn_json *commit);
/** The result of /commit: a header and its votes. */
bool zn_json_signed_header(struct zn_header *header, struct zn_commit *commit,
	const struct zn_json *result);
/** The result of /validators with all of them in one page, of this height. */
bool zn_json_validators(struct zn_validator_set *out, uint64_t height,
	const struct zn_json *result);

#endif
