/* What a home remembers of a ledger: what is read is written as the same bytes. */
#include "tests/fuzz/fuzz.h"

#include "chain/proof/light.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	static struct zn_light light;
	static uint8_t again[ZN_LIGHT_RECORD_BYTES_MAX];
	struct zn_codec reader = zn_codec_reader(bytes, count);
	zn_light_begin(&light, 0);
	zn_light_code(&reader, &light);
	if (!zn_codec_done(&reader))
		return 0;
	struct zn_codec writer = zn_codec_writer(again, sizeof again);
	zn_light_code(&writer, &light);
	ZN_ASSERT(zn_codec_done(&writer) && writer.used == count);
	ZN_ASSERT(memcmp(again, bytes, count) == 0);
	return 0;
}
