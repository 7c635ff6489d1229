#include "runner/exact_host.h"

/* It is OpenCL C, and in this order. */
/* clang-format off */
#include "kernels/exact/host.h"
#include "kernels/exact.h"
#include "kernels/exact/host_end.h"
/* clang-format on */

#define FUNCTIONS_AT  13 /* before it are operations, which may give any NaN */
#define INTEGERS_AT   34
#define LANES_AT      45
#define DOUBLES_AT    59 /* first whether there are any */
#define DOUBLES_COUNT 6

static const char *const names[DOUBLES_AT + 1] = {"a / 7.0f", "a / b", "sqrt(a)", "a * b, then + c",
	"fma(a, b, c)", "a * b - c * a", "1 / c", "(a + b) - a", "zn_min", "zn_max", "zn_clamp",
	"rint", "floor", "zn_canonical", "zn_canonical(a / b)", "zn_sin", "zn_cos", "zn_tan",
	"zn_asin", "zn_acos", "zn_atan", "zn_atan2", "zn_exp", "zn_exp2", "zn_log", "zn_log2",
	"zn_log10", "zn_pow", "zn_rsqrt", "zn_copysign", "zn_sincos", "zn_sincos", "zn_sincos_turn",
	"zn_sincos_turn", "zn_to_uint", "zn_to_int", "zn_divide", "zn_remainder", "zn_divide_int",
	"zn_remainder_int", "zn_divide_long", "zn_remainder_long", "zn_to_unit", "int to float",
	"uint to float", "zn_sincos_x4", "zn_sincos_x4", "zn_tan_x4", "zn_asin_x4", "zn_acos_x4",
	"zn_atan2_x4", "zn_exp_x4", "zn_log_x4", "zn_log2_x4", "zn_log10_x4", "zn_pow_x4",
	"zn_rsqrt_x4", "zn_to_int_x4", "zn_canonical_x4", "double"};

/* Volatile: what the compiler knew it could compute itself, and fuse. */
static void operations(uint32_t *to, float given_a, float given_b, float given_c)
{
	volatile float a = given_a, b = given_b, c = given_c;
	volatile float product = a * b, other = c * a, sum = a + b;
	to[0] = as_uint(a / 7.0f);
	to[1] = as_uint(a / b);
	to[2] = as_uint(sqrtf(fabsf(a)));
	to[3] = as_uint(product + c);
	to[4] = as_uint(fmaf(a, b, c));
	to[5] = as_uint(product - other);
	to[6] = as_uint(1.0f / c);
	to[7] = as_uint(sum - a);
	to[8] = as_uint(zn_min(a, b));
	to[9] = as_uint(zn_max(a, b));
	to[10] = as_uint(zn_clamp(a, b, c));
	to[11] = as_uint(rintf(a));
	to[12] = as_uint(floorf(a));
}

static void functions(uint32_t *to, float a, float b)
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

static void integers(uint32_t *to, uint32_t a, uint32_t b)
{
	uint64_t wide = (uint64_t)a << 32 | b;
	to[0] = zn_to_uint(as_float(a));
	to[1] = (uint32_t)zn_to_int(as_float(a));
	to[2] = zn_divide(a, b >> (a & 31u));
	to[3] = zn_remainder(a, b >> (a & 31u));
	to[4] = (uint32_t)zn_divide_int((int32_t)a, (int32_t)b >> (a & 31u));
	to[5] = (uint32_t)zn_remainder_int((int32_t)a, (int32_t)b >> (a & 31u));
	to[6] = (uint32_t)zn_divide_long(wide, b);
	to[7] = (uint32_t)zn_remainder_long(wide, b);
	to[8] = as_uint(zn_to_unit(a));
	to[9] = as_uint((float)(int32_t)a);
	to[10] = as_uint((float)a);
}

/* Four lanes by four calls, summed as the device does it. */
static void lanes(uint32_t *to, const float x[4], const float y[4])
{
	memset(to, 0, (DOUBLES_AT - LANES_AT) * sizeof *to);
	for (uint32_t i = 0; i < 4; i++) {
		uint32_t times = 2 * i + 1;
		float s, c;
		zn_sincos(x[i], &s, &c);
		to[0] += times * as_uint(s);
		to[1] += times * as_uint(c);
		to[2] += times * as_uint(zn_tan(x[i]));
		to[3] += times * as_uint(zn_asin(x[i]));
		to[4] += times * as_uint(zn_acos(x[i]));
		to[5] += times * as_uint(zn_atan2(x[i], y[i]));
		to[6] += times * as_uint(zn_exp(x[i]));
		to[7] += times * as_uint(zn_log(x[i]));
		to[8] += times * as_uint(zn_log2(x[i]));
		to[9] += times * as_uint(zn_log10(x[i]));
		to[10] += times * as_uint(zn_pow(x[i], y[i]));
		to[11] += times * as_uint(zn_rsqrt(x[i]));
		to[12] += times * (uint32_t)zn_to_int(x[i]);
		to[13] += times * as_uint(zn_canonical(x[i] / y[i]));
	}
}

static void doubles(uint32_t *to, const uint32_t in[ZN_KNOWN_TAKES])
{
	volatile double a = as_double((uint64_t)in[0] << 32 | in[1]);
	volatile double b = as_double((uint64_t)in[1] << 32 | in[2]);
	volatile double c = as_double((uint64_t)in[2] << 32 | in[0]);
	volatile double product = a * b, other = c * a;
	const double results[DOUBLES_COUNT] = {a / 7.0, a / b, sqrt(fabs(a)), product + c,
		fma(a, b, c), product - other};
	to[0] = 1;
	for (uint32_t i = 0; i < DOUBLES_COUNT; i++) {
		uint64_t bits;
		memcpy(&bits, &results[i], sizeof bits);
		to[1 + 2 * i] = (uint32_t)bits;
		to[2 + 2 * i] = (uint32_t)(bits >> 32);
	}
}

void zn_exact_host(uint32_t out[ZN_KNOWN_WORDS], const uint32_t in[ZN_KNOWN_TAKES])
{
	float a = as_float(in[0]), b = as_float(in[1]), c = as_float(in[2]);
	const float x[4] = {a, b, c, as_float(in[0] ^ 0x80000000u)}, y[4] = {b, c, a, b};
	memset(out, 0, ZN_KNOWN_WORDS * sizeof *out);
	operations(out, a, b, c);
	functions(out + FUNCTIONS_AT, a, b);
	integers(out + INTEGERS_AT, in[0], in[1]);
	lanes(out + LANES_AT, x, y);
	doubles(out + DOUBLES_AT, in);
}

static bool is_nan(uint32_t bits)
{
	return (bits & 0x7fffffffu) > 0x7f800000u;
}

static bool is_nan_double(const uint32_t *words)
{
	uint32_t high = words[1] & 0x7fffffffu;
	return high > 0x7ff00000u || (high == 0x7ff00000u && words[0] != 0);
}

const char *zn_exact_host_compare(const uint32_t got[ZN_KNOWN_WORDS],
	const uint32_t right[ZN_KNOWN_WORDS])
{
	for (uint32_t i = 0; i < DOUBLES_AT; i++) {
		bool both_nan = i < FUNCTIONS_AT && is_nan(got[i]) && is_nan(right[i]);
		if (got[i] != right[i] && !both_nan)
			return names[i];
	}
	if (got[DOUBLES_AT] == 0)
		return NULL;
	for (uint32_t i = DOUBLES_AT + 1; i < DOUBLES_AT + 1 + 2 * DOUBLES_COUNT; i += 2) {
		bool same = got[i] == right[i] && got[i + 1] == right[i + 1];
		if (!same && !(is_nan_double(got + i) && is_nan_double(right + i)))
			return names[DOUBLES_AT];
	}
	return NULL;
}
