#include "market/announcement.h"
#include "tests/fuzz/fuzz.h"

ZN_FUZZ_RECORD(struct zn_announcement, zn_announcement_code)
