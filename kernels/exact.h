/* kernels/exact.h - put before every source of the exact class by the runner.
 *
 * With contraction off and the options that the runner passes, + - * / sqrt fma, floor and rint are
 * IEEE's on every device that passes the known answers; everything else here is built from them, so
 * it gives the same bits everywhere. Errors against the true value, in units of the last place of a
 * float, are measured by tests/unit/pathtrace_exact.c.
 *
 * Angles in radians unless the name says turn (1 turn = 2 pi).
 */
#pragma OPENCL FP_CONTRACT OFF

#define ZN_PI     3.14159265f
#define ZN_INV_PI 0.318309886f

/* Of two, with NaN defined: the second wins when a comparison is false. */
float zn_min(float a, float b)
{
	return a < b ? a : b;
}

float zn_max(float a, float b)
{
	return a > b ? a : b;
}

/** Into [low, high]; NaN becomes low. */
float zn_clamp(float x, float low, float high)
{
	return zn_min(zn_max(x, low), high);
}

/* Conversions of any float: NaN becomes 0, what does not fit the nearest that does. */
uint zn_to_uint(float x)
{
	if (!(x >= 1.0f))
		return 0;
	return x >= 4294967296.0f ? 0xffffffffu : (uint)x;
}

int zn_to_int(float x)
{
	if (x >= 2147483648.0f)
		return 2147483647;
	if (x <= -2147483648.0f)
		return -2147483647 - 1;
	return x == x ? (int)x : 0;
}

/* Integer division where 0 as divisor gives 0. */
uint zn_divide(uint a, uint b)
{
	return b == 0 ? 0 : a / b;
}

ulong zn_divide_long(ulong a, ulong b)
{
	return b == 0 ? 0 : a / b;
}

/** 32 random bits to [0, 1), a multiple of 2^-24. */
float zn_to_unit(uint bits)
{
	return (float)(bits >> 8) * 5.9604644775390625e-8f;
}

/* Sine and cosine on [-pi/4, pi/4]: Taylor's series, whose first term left out is below 2^-27. */
float zn_sin_kernel(float x)
{
	float y = x * x;
	float p = fma(y, 2.7557319e-6f, -1.98412698e-4f);
	p = fma(y, p, 8.33333333e-3f);
	p = fma(y, p, -1.66666667e-1f);
	return fma(x * y, p, x);
}

float zn_cos_kernel(float x)
{
	float y = x * x;
	float p = fma(y, -2.75573192e-7f, 2.48015873e-5f);
	p = fma(y, p, -1.38888889e-3f);
	p = fma(y, p, 4.16666667e-2f);
	p = fma(y, p, -0.5f);
	return fma(y, p, 1.0f);
}

/** Both of an angle in turns; any finite number of them below 2^21. */
void zn_sincos_turn(float turns, float *sine, float *cosine)
{
	float quarters = rint(turns * 4.0f);
	float rest = fma(quarters, -0.25f, turns); /* exact */
	float x = rest * 6.28318531f;
	float s = zn_sin_kernel(x);
	float c = zn_cos_kernel(x);
	uint quarter = (uint)zn_to_int(quarters) & 3u;
	float s2 = (quarter & 1u) ? c : s;
	float c2 = (quarter & 1u) ? s : c;
	*sine = (quarter & 2u) ? -s2 : s2;
	*cosine = (quarter == 1u || quarter == 2u) ? -c2 : c2;
}

/** Both of an angle in radians, |x| <= 8192; pi/2 is taken off in three parts. */
void zn_sincos(float x, float *sine, float *cosine)
{
	float quarters = rint(x * 0.636619772f);
	float rest = fma(quarters, -1.57079625f, x);
	rest = fma(quarters, -7.54978942e-8f, rest);
	rest = fma(quarters, -5.39030253e-15f, rest);
	float s = zn_sin_kernel(rest);
	float c = zn_cos_kernel(rest);
	uint quarter = (uint)zn_to_int(quarters) & 3u;
	float s2 = (quarter & 1u) ? c : s;
	float c2 = (quarter & 1u) ? s : c;
	*sine = (quarter & 2u) ? -s2 : s2;
	*cosine = (quarter == 1u || quarter == 2u) ? -c2 : c2;
}

float zn_sin(float x)
{
	float s, c;
	zn_sincos(x, &s, &c);
	return s;
}

float zn_cos(float x)
{
	float s, c;
	zn_sincos(x, &s, &c);
	return c;
}

/** e^x; 0 below -104, infinity above 88.73. */
float zn_exp(float x)
{
	float bounded = zn_clamp(x, -105.0f, 90.0f);
	float n = rint(bounded * 1.44269504f);
	float r = fma(n, -0.693147182f, bounded);
	r = fma(n, 1.90465421e-9f, r);
	float p = fma(r, 1.98412698e-4f, 1.38888889e-3f);
	p = fma(r, p, 8.33333333e-3f);
	p = fma(r, p, 4.16666667e-2f);
	p = fma(r, p, 1.66666667e-1f);
	p = fma(r, p, 0.5f);
	p = fma(r * r, p, r) + 1.0f;
	int power = zn_to_int(n);
	int lesser = power / 2; /* two steps, so that denormals are rounded once */
	float first = as_float((uint)(lesser + 127) << 23);
	float second = as_float((uint)(power - lesser + 127) << 23);
	return x == x ? p * first * second : x;
}

/** Natural logarithm; -infinity at 0, NaN below. */
float zn_log(float x)
{
	int power = 0;
	float y = x;
	if (y < 1.17549435e-38f) {
		y = y * 8388608.0f;
		power = -23;
	}
	uint bits = as_uint(y);
	uint shifted = bits - 0x3f3504f3u; /* from sqrt(1/2) on */
	power += (int)(shifted >> 23) - (shifted >> 31 ? 512 : 0);
	float m = as_float((shifted & 0x007fffffu) + 0x3f3504f3u);
	float f = m - 1.0f;
	float s = f / (2.0f + f);
	float z = s * s;
	float p = fma(z, 0.222222222f, 0.285714286f);
	p = fma(z, p, 0.4f);
	p = fma(z, p, 0.666666667f);
	float n = (float)power;
	float near = fma(s * z, p, fma(n, -1.90465421e-9f, 2.0f * s));
	float result = fma(n, 0.693147182f, near);
	if (!(x > 0.0f))
		return x == 0.0f ? -as_float(0x7f800000u) : as_float(0x7fc00000u);
	return as_uint(x) == 0x7f800000u ? x : result;
}

/* Points and directions: plain structs, which every compiler keeps in registers. */
struct zn_vec3 {
	float x, y, z;
};

struct zn_vec3 zn_vec3(float x, float y, float z)
{
	struct zn_vec3 v;
	v.x = x;
	v.y = y;
	v.z = z;
	return v;
}

struct zn_vec3 zn_add3(struct zn_vec3 a, struct zn_vec3 b)
{
	return zn_vec3(a.x + b.x, a.y + b.y, a.z + b.z);
}

struct zn_vec3 zn_sub3(struct zn_vec3 a, struct zn_vec3 b)
{
	return zn_vec3(a.x - b.x, a.y - b.y, a.z - b.z);
}

struct zn_vec3 zn_mul3(struct zn_vec3 a, struct zn_vec3 b)
{
	return zn_vec3(a.x * b.x, a.y * b.y, a.z * b.z);
}

struct zn_vec3 zn_scale3(struct zn_vec3 a, float s)
{
	return zn_vec3(a.x * s, a.y * s, a.z * s);
}

/** a + b * s */
struct zn_vec3 zn_along3(struct zn_vec3 a, struct zn_vec3 b, float s)
{
	return zn_vec3(fma(b.x, s, a.x), fma(b.y, s, a.y), fma(b.z, s, a.z));
}

float zn_inner3(struct zn_vec3 a, struct zn_vec3 b)
{
	return fma(a.x, b.x, fma(a.y, b.y, a.z * b.z));
}

struct zn_vec3 zn_cross3(struct zn_vec3 a, struct zn_vec3 b)
{
	return zn_vec3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x);
}

/** To unit length; what has none (or NaN) becomes (0, 0, 1). */
struct zn_vec3 zn_unit3(struct zn_vec3 a)
{
	float square = zn_inner3(a, a);
	if (!(square > 1e-36f && square < 1e36f))
		return zn_vec3(0.0f, 0.0f, 1.0f);
	return zn_scale3(a, 1.0f / sqrt(square));
}

float zn_most3(struct zn_vec3 a)
{
	return zn_max(a.x, zn_max(a.y, a.z));
}

/** Brightness of a linear colour (Rec. 709). */
float zn_brightness(struct zn_vec3 a)
{
	return fma(a.x, 0.2126f, fma(a.y, 0.7152f, a.z * 0.0722f));
}
