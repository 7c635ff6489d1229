#include "tests/fuzz/fuzz.h"

#include "chain/proof/proof_record.h"

ZN_FUZZ_RECORD(struct zn_tree_proof, zn_state_proof_code)
