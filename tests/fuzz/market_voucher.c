#include "market/voucher.h"
#include "tests/fuzz/fuzz.h"

ZN_FUZZ_RECORD(struct zn_voucher, zn_voucher_code)
