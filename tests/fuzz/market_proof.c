#include "market/message.h"
#include "tests/fuzz/fuzz.h"

ZN_FUZZ_RECORD(struct zn_proof, zn_proof_code)
