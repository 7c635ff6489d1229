/* io/clock.h - the only place that reads a clock. */
#ifndef ZN_IO_CLOCK_H
#define ZN_IO_CLOCK_H

#include <stdint.h>

uint64_t zn_clock_monotonic_ns(void);
/** Unix time, for people, logs and the solo engine's block time. May jump. */
uint64_t zn_clock_wall_s(void);
uint64_t zn_clock_wall_ns(void);

#endif
