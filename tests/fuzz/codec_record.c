/* A record with every primitive of the codec. */
#include "tests/fuzz/synthetic.h"

#include "tests/fuzz/fuzz.h"

ZN_FUZZ_RECORD(struct synthetic, synthetic_code)
