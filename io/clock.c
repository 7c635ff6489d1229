/* io/clock.c - the only place that reads a clock. */
#include "io/clock.h"

#include "core/assert.h"

#include <time.h>

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	ZN_ASSERT(clock_gettime(clock, &now) == 0);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

uint64_t zn_clock_monotonic_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

uint64_t zn_clock_wall_s(void)
{
	return clock_ns(CLOCK_REALTIME) / UINT64_C(1000000000);
}

uint64_t zn_clock_wall_ns(void)
{
	return clock_ns(CLOCK_REALTIME);
}
