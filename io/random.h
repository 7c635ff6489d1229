/* io/random.h - the only place that draws randomness: the system's, for keys, nonces and secrets. */
#ifndef ZN_IO_RANDOM_H
#define ZN_IO_RANDOM_H

#include <stddef.h>

/** Fill with random bytes; cannot fail (it stops the program where the system has none). */
void zn_random_bytes(void *bytes, size_t count);

#endif
