#include "market/channel.h"
#include "tests/fuzz/fuzz.h"

ZN_FUZZ_RECORD(struct zn_channel, zn_channel_code)
