/* runner/exact_host.h - the host's half of kernels/selftest.cl: the right answers, by plain C.
 *
 * The host's compiler keeps to IEEE with the flags of this build, so what a device gives otherwise is
 * the device's fault.
 */
#ifndef ZN_RUNNER_EXACT_HOST_H
#define ZN_RUNNER_EXACT_HOST_H

#include <stdbool.h>
#include <stdint.h>

#define ZN_KNOWN_TAKES 3  /* words of a case's input */
#define ZN_KNOWN_WORDS 80 /* of its answers, as in selftest.cl */

/** The right answers for these bits. */
void zn_exact_host(uint32_t out[ZN_KNOWN_WORDS], const uint32_t in[ZN_KNOWN_TAKES]);

/** Is the device's answer the right one? Where an operation may give any NaN, any NaN is right; what
 *  a device without doubles leaves out is not looked at.
 *  Returns: NULL, or the name of the first operation that is wrong. */
const char *zn_exact_host_compare(const uint32_t got[ZN_KNOWN_WORDS],
	const uint32_t right[ZN_KNOWN_WORDS]);

#endif
