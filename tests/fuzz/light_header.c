#include "tests/fuzz/fuzz.h"

#include "chain/proof/header.h"

ZN_FUZZ_RECORD(struct zn_header, zn_header_code)
