/* runner/selftest_kernel.h - OpenCL C of the known answers for floats; runner/selftest.c has the other half.
 */
#ifndef ZN_RUNNER_SELFTEST_KERNEL_H
#define ZN_RUNNER_SELFTEST_KERNEL_H

extern const char zn_selftest_kernel[]; /* goes behind mix.cl and exact.h */

#endif
