#include "market/message.h"
#include "tests/fuzz/fuzz.h"

ZN_FUZZ_RECORD(struct zn_message, zn_message_code)
