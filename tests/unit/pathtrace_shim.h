/* tests/unit/pathtrace_shim.h - enough OpenCL C to compile the path tracer as plain C.
 *
 * Include it in one file of a program; it brings all of the kernel's sources with it. What
 * kernels/pathtrace/lanes.cl says with the language's vectors is said here with the compiler's.
 */
#ifndef ZN_TESTS_PATHTRACE_SHIM_H
#define ZN_TESTS_PATHTRACE_SHIM_H

#include "kernels/exact/host.h"

#pragma GCC diagnostic ignored "-Wunused-parameter"

#define __global
typedef float float8 __attribute__((vector_size(32)));
typedef int int8 __attribute__((vector_size(32)));

static inline uint32_t clz(uint32_t x)
{
	return x == 0 ? 32u : (uint32_t)__builtin_clz(x);
}

static inline float8 vload8(size_t offset, const float *from)
{
	float8 x;
	memcpy(&x, from + offset * 8, sizeof(x));
	return x;
}

static inline void vstore8(float8 x, size_t offset, float *to)
{
	memcpy(to + offset * 8, &x, sizeof(x));
}

static inline float8 zn_splat8(float x)
{
	return (float8){x, x, x, x, x, x, x, x};
}

static inline float8 zn_lower8(float8 a, float8 b)
{
	for (int i = 0; i < 8; i++)
		a[i] = a[i] < b[i] ? a[i] : b[i];
	return a;
}

static inline float8 zn_higher8(float8 a, float8 b)
{
	for (int i = 0; i < 8; i++)
		a[i] = a[i] > b[i] ? a[i] : b[i];
	return a;
}

static inline uint32_t zn_bits8(int8 mask)
{
	uint32_t bits = 0;
	for (int i = 0; i < 8; i++)
		bits |= mask[i] != 0 ? 1u << i : 0;
	return bits;
}

#include "kernels/exact.h"
#include "kernels/pathtrace/scene.h"
#include "kernels/pathtrace/rng.cl"
#include "kernels/pathtrace/camera.cl"
#include "kernels/pathtrace/bvh.cl"
#include "kernels/pathtrace/texture.cl"
#include "kernels/pathtrace/light.cl"
#include "kernels/pathtrace/material.cl"
#include "kernels/pathtrace/path.cl"

#include "kernels/exact/host_end.h"

#endif
