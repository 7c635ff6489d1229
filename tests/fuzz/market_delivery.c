#include "market/result.h"
#include "tests/fuzz/fuzz.h"

ZN_FUZZ_RECORD(struct zn_delivery, zn_delivery_code)
