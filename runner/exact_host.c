#include "runner/exact_host.h"

#include <math.h>
#include <string.h>

/* It is OpenCL C: helpers without prototypes, and a pragma that is not ours. */
#pragma GCC diagnostic ignored "-Wunknown-pragmas"
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wconversion"

static float as_float(uint32_t bits)
{
	float value;
	memcpy(&value, &bits, sizeof value);
	return value;
}

static uint32_t as_uint(float value)
{
	uint32_t bits;
	memcpy(&bits, &value, sizeof bits);
	return bits;
}

#define uint  uint32_t
#define ulong uint64_t
#define fma   fmaf
#define sqrt  sqrtf
#define rint  rintf
#define floor floorf
#define fabs  fabsf
#include "kernels/exact.h"
#undef uint
#undef ulong
#undef fma
#undef sqrt
#undef rint
#undef floor
#undef fabs

void zn_exact_host(uint32_t out[ZN_EXACT_HOST_OPS], uint32_t bits)
{
	float x = as_float(bits);
	out[0] = as_uint(zn_sin(x));
	out[1] = as_uint(zn_cos(x));
	out[2] = as_uint(zn_exp(x));
	out[3] = as_uint(zn_log(x));
	out[4] = zn_to_uint(x);
	out[5] = (uint32_t)zn_to_int(x);
}
