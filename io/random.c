/* io/random.c - the only place that draws randomness. */
#include "io/random.h"

#include "core/assert.h"

#include <errno.h>
#include <stdint.h>
#include <sys/random.h>

void zn_random_bytes(void *bytes, size_t count)
{
	uint8_t *at = bytes;

	while (count > 0) {
		ssize_t got = getrandom(at, count, 0);

		if (got < 0 && errno == EINTR)
			continue;
		ZN_ASSERT(got > 0);
		at += got;
		count -= (size_t)got;
	}
}
