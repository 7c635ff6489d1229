#include "tests/fuzz/fuzz.h"

#include "chain/proof/validators.h"

ZN_FUZZ_RECORD(struct zn_validator_set, zn_validator_set_code)
