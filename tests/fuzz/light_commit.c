#include "tests/fuzz/fuzz.h"

#include "chain/proof/commit.h"

ZN_FUZZ_RECORD(struct zn_commit, zn_commit_code)
