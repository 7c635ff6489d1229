/* chain/node/signer.h - solo's one validator: makes headers and signs them.
 *
 * Its key is a file of its own in the home (validator.key, mode 0600), not an account's: whoever has
 * it can sign another history of this ledger. Headers are CometBFT's, with two differences that
 * light verification does not see: a header's time is the operator's clock (in CometBFT the median
 * of the votes for the block before), and a block has one part, made of its header.
 */
#ifndef ZN_CHAIN_NODE_SIGNER_H
#define ZN_CHAIN_NODE_SIGNER_H

#include "chain/node/store.h"
#include "chain/proof/validators.h"
#include "core/key.h"

#define ZN_APP_VERSION UINT64_C(1)

struct zn_signer {
	struct zn_secret_key key;
	struct zn_validator_set set; /* of one, with power 1 */
	struct zn_hash set_hash;
};

void zn_signer_make(struct zn_signer *out, const struct zn_secret_key *key);
void zn_signer_wipe(struct zn_signer *signer);
/** Did this signer's key sign the last block? True at height 0, when nobody has signed yet. */
bool zn_signer_fits(const struct zn_signer *signer, const struct zn_node_head *head);

/** The header of the block after `head`, whose transactions have this data hash. */
void zn_signer_header(struct zn_header *out, const struct zn_signer *signer,
	const struct zn_node_head *head, const struct zn_block_time *time,
	const struct zn_hash *data_hash);
/** The commit of one. */
void zn_signer_commit(struct zn_commit *out, const struct zn_signer *signer,
	const struct zn_header *header);
/** The time of the next block: the wall clock, and later than the last header's in any case. */
void zn_signer_time(struct zn_block_time *out, const struct zn_node_head *head, uint64_t wall_ns);

#endif
