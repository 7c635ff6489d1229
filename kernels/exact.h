/* kernels/exact.h - put before every source of the exact class by the runner.
 *
 * With contraction off and the options that the runner passes, + - * / sqrt fma, floor and rint are
 * IEEE's on every device that passes the known answers; everything else here is built from them and
 * from integers, so it gives the same bits everywhere. docs/KERNELS.md has the table of functions with
 * the error of each against the true value, as tests/unit/exact_error.c measures it.
 *
 * Every function of math.h exists for one float and, with the number of lanes after its name, for
 * vectors: zn_sin(float), zn_sin_x2(float2), zn_sin_x4, zn_sin_x8, zn_sin_x16. Each lane gets the bits
 * that the scalar function gives. C99's annex F says what they give at infinities, zeros and NaN; a NaN
 * result is always the one of zn_canonical. What begins with zn_core_ is for this file only.
 *
 * The lines that include are replaced by the files when this is embedded (cmake/embed.cmake): a
 * device's compiler is given one text and no folder.
 *
 * Angles in radians unless the name says turn (1 turn = 2 pi).
 */
#pragma OPENCL FP_CONTRACT OFF

#define ZN_PI     3.14159265f
#define ZN_INV_PI 0.318309886f

#define ZN_LANES 1
#include "kernels/exact/lanes.h"
#include "kernels/exact/math.h"
#undef ZN_LANES

/* Widths that nobody calls are left out: ZN_LANES_USED, defined before
 * this by the runner, is the sum of the others. */
#ifdef __OPENCL_C_VERSION__
#if ZN_LANES_USED & 2
#define ZN_LANES 2
#include "kernels/exact/lanes.h"
#include "kernels/exact/math.h"
#undef ZN_LANES
#endif
#if ZN_LANES_USED & 4
#define ZN_LANES 4
#include "kernels/exact/lanes.h"
#include "kernels/exact/math.h"
#undef ZN_LANES
#endif
#if ZN_LANES_USED & 8
#define ZN_LANES 8
#include "kernels/exact/lanes.h"
#include "kernels/exact/math.h"
#undef ZN_LANES
#endif
#if ZN_LANES_USED & 16
#define ZN_LANES 16
#include "kernels/exact/lanes.h"
#include "kernels/exact/math.h"
#undef ZN_LANES
#endif
#else
#define ZN_FP64 1
#endif

/* Doubles, where the job says that it needs them (kernels/abi.h): + - * / sqrt and fma are IEEE's
 * there too on every device that has them, and what is below is all that they need beside. */
#if ZN_FP64
static inline double zn_min_double(double a, double b)
{
	return a < b ? a : b;
}

static inline double zn_max_double(double a, double b)
{
	return a > b ? a : b;
}

static inline double zn_canonical_double(double x)
{
	return x == x ? x : as_double(0x7ff8000000000000UL);
}

/** NaN becomes 0, what does not fit the nearest that does. */
static inline long zn_double_to_long(double x)
{
	if (x >= 9223372036854775808.0)
		return 0x7fffffffffffffffL;
	if (x <= -9223372036854775808.0)
		return -0x7fffffffffffffffL - 1;
	return x == x ? (long)x : 0;
}

static inline int zn_double_to_int(double x)
{
	long wide = zn_double_to_long(x);
	if (wide > 2147483647L)
		return 2147483647;
	return wide < -2147483648L ? -2147483647 - 1 : (int)wide;
}
#endif

/* Integer division where 0 as divisor gives 0. */
static inline ulong zn_divide_long(ulong a, ulong b)
{
	return b == 0 ? 0 : a / b;
}

static inline ulong zn_remainder_long(ulong a, ulong b)
{
	return b == 0 ? 0 : a % b;
}

/** 32 random bits to [0, 1), a multiple of 2^-24. */
static inline float zn_to_unit(uint bits)
{
	return (float)(bits >> 8) * 5.9604644775390625e-8f;
}

/* Sine and cosine on [-pi/4, pi/4]: Taylor's series, whose first term left out is below 2^-27. */
static inline float zn_core_sin_turn(float x)
{
	float y = x * x;
	float p = fma(y, 2.7557319e-6f, -1.98412698e-4f);
	p = fma(y, p, 8.33333333e-3f);
	p = fma(y, p, -1.66666667e-1f);
	return fma(x * y, p, x);
}

static inline float zn_core_cos_turn(float x)
{
	float y = x * x;
	float p = fma(y, -2.75573192e-7f, 2.48015873e-5f);
	p = fma(y, p, -1.38888889e-3f);
	p = fma(y, p, 4.16666667e-2f);
	p = fma(y, p, -0.5f);
	return fma(y, p, 1.0f);
}

/** Both of an angle in turns; any finite number of them below 2^21. */
static inline void zn_sincos_turn(float turns, float *sine, float *cosine)
{
	float quarters = rint(turns * 4.0f);
	float rest = fma(quarters, -0.25f, turns); /* exact */
	float x = rest * 6.28318531f;
	float s = zn_core_sin_turn(x);
	float c = zn_core_cos_turn(x);
	uint quarter = (uint)zn_to_int(quarters) & 3u;
	float s2 = (quarter & 1u) ? c : s;
	float c2 = (quarter & 1u) ? s : c;
	*sine = (quarter & 2u) ? -s2 : s2;
	*cosine = (quarter == 1u || quarter == 2u) ? -c2 : c2;
}

/* Points and directions: plain structs, which every compiler keeps in registers. */
struct zn_vec3 {
	float x, y, z;
};

static inline struct zn_vec3 zn_vec3(float x, float y, float z)
{
	struct zn_vec3 v;
	v.x = x;
	v.y = y;
	v.z = z;
	return v;
}

static inline struct zn_vec3 zn_add3(struct zn_vec3 a, struct zn_vec3 b)
{
	return zn_vec3(a.x + b.x, a.y + b.y, a.z + b.z);
}

static inline struct zn_vec3 zn_sub3(struct zn_vec3 a, struct zn_vec3 b)
{
	return zn_vec3(a.x - b.x, a.y - b.y, a.z - b.z);
}

static inline struct zn_vec3 zn_mul3(struct zn_vec3 a, struct zn_vec3 b)
{
	return zn_vec3(a.x * b.x, a.y * b.y, a.z * b.z);
}

static inline struct zn_vec3 zn_scale3(struct zn_vec3 a, float s)
{
	return zn_vec3(a.x * s, a.y * s, a.z * s);
}

/** a + b * s */
static inline struct zn_vec3 zn_along3(struct zn_vec3 a, struct zn_vec3 b, float s)
{
	return zn_vec3(fma(b.x, s, a.x), fma(b.y, s, a.y), fma(b.z, s, a.z));
}

static inline float zn_inner3(struct zn_vec3 a, struct zn_vec3 b)
{
	return fma(a.x, b.x, fma(a.y, b.y, a.z * b.z));
}

static inline struct zn_vec3 zn_cross3(struct zn_vec3 a, struct zn_vec3 b)
{
	return zn_vec3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x);
}

/** To unit length; what has none (or NaN) becomes (0, 0, 1). */
static inline struct zn_vec3 zn_unit3(struct zn_vec3 a)
{
	float square = zn_inner3(a, a);
	if (!(square > 1e-36f && square < 1e36f))
		return zn_vec3(0.0f, 0.0f, 1.0f);
	return zn_scale3(a, 1.0f / sqrt(square));
}

static inline float zn_most3(struct zn_vec3 a)
{
	return zn_max(a.x, zn_max(a.y, a.z));
}

/** Brightness of a linear colour (Rec. 709). */
static inline float zn_brightness(struct zn_vec3 a)
{
	return fma(a.x, 0.2126f, fma(a.y, 0.7152f, a.z * 0.0722f));
}
