/* chain/proof/proof_record.h - the bytes in which a proof of the state travels.
 *
 * Takes and gives  struct zn_tree_proof  of  chain/proof/tree.h
 *
 * Type ZN_RECORD_STATE_PROOF, version 1: occupied (bool), and if so key (32) and value hash (32);
 * then a count (u32, at most 256) of siblings from the root down, each a bool and, unless it is
 * nothing, its hash. In abci_query it is the data of the one proof operation "zennet:smt".
 */
#ifndef ZN_CHAIN_PROOF_PROOF_RECORD_H
#define ZN_CHAIN_PROOF_PROOF_RECORD_H

#include "chain/proof/tree.h"
#include "core/codec.h"

#define ZN_STATE_PROOF_OP        "zennet:smt"
#define ZN_STATE_PROOF_BYTES_MAX (2 + 1 + 64 + 4 + ZN_TREE_DEPTH_MAX * 33)

void zn_state_proof_code(struct zn_codec *codec, struct zn_tree_proof *proof);

#endif
