/* kernels/exact/host.h - enough OpenCL C to compile kernels/exact.h as plain C.
 *
 * Include it, then kernels/exact.h, then host_end.h, which takes the names back that the
 * mathematical library has too.
 */
#ifndef ZN_KERNELS_EXACT_HOST_H
#define ZN_KERNELS_EXACT_HOST_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#pragma GCC diagnostic ignored "-Wunknown-pragmas"
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wconversion"

static inline float as_float(uint32_t bits)
{
	float x;
	memcpy(&x, &bits, sizeof x);
	return x;
}

static inline uint32_t as_uint(float x)
{
	uint32_t bits;
	memcpy(&bits, &x, sizeof bits);
	return bits;
}

static inline double as_double(uint64_t bits)
{
	double x;
	memcpy(&x, &bits, sizeof x);
	return x;
}

static inline uint32_t mul_hi(uint32_t a, uint32_t b)
{
	return (uint32_t)((uint64_t)a * b >> 32);
}

#endif

/* as_int and as_uint take either kind of 32 bits. */
#define as_int(x)  _Generic((x), float : (int32_t)as_uint((float)(x)), default : (int32_t)(x))
#define as_uint(x) _Generic((x), float : as_uint((float)(x)), default : (uint32_t)(x))

#define uchar zn_uchar
#define uint  zn_uint
#define ulong zn_ulong
typedef uint8_t zn_uchar;
typedef uint32_t zn_uint;
typedef uint64_t zn_ulong;

#define fma   fmaf
#define sqrt  sqrtf
#define floor floorf
#define rint  rintf
#define fabs  fabsf
