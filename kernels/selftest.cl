/* kernels/selftest.cl - the device's half of the known answers for floats (runner/selftest.c has the
 * other): IEEE's operations, every function of exact.h for one float, and most for four.
 *
 * A case is three words, any bits. Its answers: ZN_KNOWN_WORDS words, in the order below; of what four
 * lanes give, one sum. The inputs are not constants, so that nothing is computed by the compiler.
 */
#define ZN_KNOWN_WORDS 80

#ifdef cl_khr_fp64
#pragma OPENCL EXTENSION cl_khr_fp64 : enable

/* Doubles are given whole, in two words each. */
void zn_known_doubles(__global uint *to, uint3 bits)
{
	double a = as_double((ulong)bits.x << 32 | bits.y);
	double b = as_double((ulong)bits.y << 32 | bits.z);
	double c = as_double((ulong)bits.z << 32 | bits.x);
	double product = a * b;
	double sum = product + c;
	double results[6] = {a / 7.0, a / b, sqrt(fabs(a)), sum, fma(a, b, c), a * b - c * a};
	to[0] = 1;
	for (int i = 0; i < 6; i++) {
		to[1 + 2 * i] = (uint)as_ulong(results[i]);
		to[2 + 2 * i] = (uint)(as_ulong(results[i]) >> 32);
	}
}
#endif

void zn_known_operations(__global uint *to, float a, float b, float c)
{
	float product = a * b;
	float sum = product + c;
	to[0] = as_uint(a / 7.0f);
	to[1] = as_uint(a / b);
	to[2] = as_uint(sqrt(fabs(a)));
	to[3] = as_uint(sum);
	to[4] = as_uint(fma(a, b, c));
	to[5] = as_uint(a * b - c * a);
	to[6] = as_uint(1.0f / c);
	to[7] = as_uint((a + b) - a);
	to[8] = as_uint(zn_min(a, b));
	to[9] = as_uint(zn_max(a, b));
	to[10] = as_uint(zn_clamp(a, b, c));
	to[11] = as_uint(rint(a));
	to[12] = as_uint(floor(a));
}

/* From here on NaN has to be the one NaN. */
void zn_known_functions(__global uint *to, float a, float b)
{
	float s, c;
	to[0] = as_uint(zn_canonical(a));
	to[1] = as_uint(zn_canonical(a / b));
	to[2] = as_uint(zn_sin(a));
	to[3] = as_uint(zn_cos(a));
	to[4] = as_uint(zn_tan(a));
	to[5] = as_uint(zn_asin(a));
	to[6] = as_uint(zn_acos(a));
	to[7] = as_uint(zn_atan(a));
	to[8] = as_uint(zn_atan2(a, b));
	to[9] = as_uint(zn_exp(a));
	to[10] = as_uint(zn_exp2(a));
	to[11] = as_uint(zn_log(a));
	to[12] = as_uint(zn_log2(a));
	to[13] = as_uint(zn_log10(a));
	to[14] = as_uint(zn_pow(a, b));
	to[15] = as_uint(zn_rsqrt(a));
	to[16] = as_uint(zn_copysign(a, b));
	zn_sincos(b, &s, &c);
	to[17] = as_uint(s);
	to[18] = as_uint(c);
	zn_sincos_turn(a, &s, &c);
	to[19] = as_uint(zn_canonical(s));
	to[20] = as_uint(zn_canonical(c));
}

void zn_known_integers(__global uint *to, uint a, uint b)
{
	to[0] = zn_to_uint(as_float(a));
	to[1] = (uint)zn_to_int(as_float(a));
	to[2] = zn_divide(a, b >> (a & 31u));
	to[3] = zn_remainder(a, b >> (a & 31u));
	to[4] = (uint)zn_divide_int((int)a, (int)b >> (a & 31u));
	to[5] = (uint)zn_remainder_int((int)a, (int)b >> (a & 31u));
	to[6] = (uint)zn_divide_long((ulong)a << 32 | b, b);
	to[7] = (uint)zn_remainder_long((ulong)a << 32 | b, b);
	to[8] = as_uint(zn_to_unit(a));
	to[9] = as_uint((float)(int)a);
	to[10] = as_uint((float)a);
}

uint zn_known_sum(float4 v)
{
	uint4 bits = as_uint4(v) * (uint4)(1, 3, 5, 7);
	uint2 two = bits.lo + bits.hi;
	return two.x + two.y;
}

void zn_known_lanes(__global uint *to, float4 x, float4 y)
{
	float4 s, c;
	zn_sincos_x4(x, &s, &c);
	to[0] = zn_known_sum(s);
	to[1] = zn_known_sum(c);
	to[2] = zn_known_sum(zn_tan_x4(x));
	to[3] = zn_known_sum(zn_asin_x4(x));
	to[4] = zn_known_sum(zn_acos_x4(x));
	to[5] = zn_known_sum(zn_atan2_x4(x, y));
	to[6] = zn_known_sum(zn_exp_x4(x));
	to[7] = zn_known_sum(zn_log_x4(x));
	to[8] = zn_known_sum(zn_log2_x4(x));
	to[9] = zn_known_sum(zn_log10_x4(x));
	to[10] = zn_known_sum(zn_pow_x4(x, y));
	to[11] = zn_known_sum(zn_rsqrt_x4(x));
	to[12] = zn_known_sum(as_float4(zn_to_int_x4(x)));
	to[13] = zn_known_sum(zn_canonical_x4(x / y));
}

/* One work-item per stripe of cases, as map.cl does it. */
__kernel void zn_selftest(__global const uint *in, __global uint *out, uint cases)
{
	uint stripe = (cases + (uint)get_global_size(0) - 1) / (uint)get_global_size(0);
	for (uint k = 0; k < stripe; k++) {
		uint at = (uint)get_global_id(0) * stripe + k;
		if (at >= cases)
			return;
		uint3 bits = vload3(at, in);
		float a = as_float(bits.x), b = as_float(bits.y), c = as_float(bits.z);
		__global uint *to = out + at * ZN_KNOWN_WORDS;
		zn_known_operations(to, a, b, c);
		zn_known_functions(to + 13, a, b);
		zn_known_integers(to + 34, bits.x, bits.y);
		zn_known_lanes(to + 45, (float4)(a, b, c, -a), (float4)(b, c, a, b));
#ifdef cl_khr_fp64
		zn_known_doubles(to + 59, bits);
#endif
	}
}
