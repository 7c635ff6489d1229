/* tests/fuzz/runner_pipe.c - messages of a runner and of its driver, as the other side decodes them. */
#include "tests/fuzz/fuzz.h"

#include "runner/pipe.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	static struct zn_pipe_message message;
	static uint8_t again[ZN_PIPE_MESSAGE_BYTES_MAX];
	struct zn_pipe_layout layout;
	for (int from_runner = 0; from_runner < 2; from_runner++) {
		memset(&message, 0xa5, sizeof message);
		if (!zn_pipe_decode(&message, bytes, count, from_runner == 1))
			continue;
		ZN_ASSERT(zn_pipe_encode(again, &message) == count);
		ZN_ASSERT(memcmp(again, bytes, count) == 0);
		if (message.kind == ZN_PIPE_LOAD)
			zn_pipe_layout_of(&layout, &message.load);
	}
	return 0;
}
