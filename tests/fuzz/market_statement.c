#include "market/result.h"
#include "tests/fuzz/fuzz.h"

ZN_FUZZ_RECORD(struct zn_statement, zn_statement_code)
