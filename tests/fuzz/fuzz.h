/* tests/fuzz/fuzz.h - one libFuzzer target per decoder; its corpus is replayed as a plain test.
 *
 * A target is one file: LLVMFuzzerTestOneInput() or, for a record with a walk function, one line:
 *
 *     ZN_FUZZ_RECORD(struct zn_voucher, zn_voucher_code)
 *
 * It holds that what was read is written again as the same bytes. Register it in
 * tests/fuzz/<room>.cmake with zn_fuzz(<name> SOURCES fuzz/<name>.c ROOMS <room>), and put a few
 * right inputs, one a file, into tests/fuzz/corpus/<name>/.
 */
#ifndef ZN_TESTS_FUZZ_FUZZ_H
#define ZN_TESTS_FUZZ_FUZZ_H

#include "core/assert.h"
#include "core/codec.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ZN_FUZZ_INPUT_BYTES_MAX (1u << 20) /* no record and no message is longer */

/** libFuzzer's own name. Returns 0; aborts where a rule is broken. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

#define ZN_FUZZ_RECORD(type, walk)                                                                 \
	int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)                             \
	{                                                                                          \
		static type value;                                                                 \
		memset(&value, 0xa5, sizeof value);                                                \
		struct zn_codec reader = zn_codec_reader(bytes, count);                            \
		walk(&reader, &value);                                                             \
		if (!zn_codec_done(&reader))                                                       \
			return 0;                                                                  \
		uint8_t *again = malloc(count + 1);                                                \
		ZN_ASSERT(again != NULL);                                                          \
		struct zn_codec writer = zn_codec_writer(again, count + 1);                        \
		walk(&writer, &value);                                                             \
		ZN_ASSERT(zn_codec_done(&writer) && writer.used == count);                         \
		ZN_ASSERT(memcmp(again, bytes, count) == 0);                                       \
		free(again);                                                                       \
		return 0;                                                                          \
	}

#endif
