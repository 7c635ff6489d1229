#include "market/terms.h"
#include "tests/fuzz/fuzz.h"

ZN_FUZZ_RECORD(struct zn_terms, zn_terms_code)
