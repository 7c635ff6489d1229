#include "market/lease.h"
#include "tests/fuzz/fuzz.h"

ZN_FUZZ_RECORD(struct zn_lease, zn_lease_code)
