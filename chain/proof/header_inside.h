/* chain/proof/header_inside.h - pieces of preimages that headers, votes and commits share. */
#ifndef ZN_CHAIN_PROOF_HEADER_INSIDE_H
#define ZN_CHAIN_PROOF_HEADER_INSIDE_H

#include "chain/proof/header.h"
#include "chain/proof/proto.h"

/** google.protobuf.Timestamp. */
void zn_proto_time(struct zn_proto *out, const struct zn_block_time *time);
/** BlockID, and CanonicalBlockID, which has the same bytes. */
void zn_proto_block_id(struct zn_proto *out, const struct zn_block_id *id);

#endif
