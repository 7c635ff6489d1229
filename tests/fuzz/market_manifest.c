#include "market/manifest.h"
#include "tests/fuzz/fuzz.h"

ZN_FUZZ_RECORD(struct zn_manifest, zn_manifest_code)
