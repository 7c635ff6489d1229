/* runner/exact_host.h - the functions of kernels/exact.h, compiled here as plain C, for the self-test.
 *
 * The host's compiler keeps to IEEE with the flags of this build, so what a device gives otherwise is
 * the device's fault.
 */
#ifndef ZN_RUNNER_EXACT_HOST_H
#define ZN_RUNNER_EXACT_HOST_H

#include <stdint.h>

#define ZN_EXACT_HOST_OPS                                                                          \
	6 /* zn_sin, zn_cos, zn_exp, zn_log, zn_to_uint, zn_to_int, in this order */

/** The bits of each function's result for the float with these bits. */
void zn_exact_host(uint32_t out[ZN_EXACT_HOST_OPS], uint32_t bits);

#endif
