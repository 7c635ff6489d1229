#include "kernels/exact/host.h"
#include "kernels/exact.h"
#include "kernels/exact/host_end.h"

#include "tests/unit/exact_functions.h"

const char *const exact_names[EXACT_FUNCTIONS] = {"sin", "cos", "tan", "asin", "acos", "atan",
	"exp", "exp2", "log", "log2", "log10", "rsqrt", "sincos", "canonical", "to_uint", "to_int",
	"atan2", "pow", "min", "max", "clamp", "copysign", "divide", "remainder", "divide_int",
	"remainder_int"};

static inline uint32_t call_one(enum exact_function function, uint32_t bits)
{
	float x = as_float(bits), s, c;
	switch (function) {
	case EXACT_SIN:
		return as_uint(zn_sin(x));
	case EXACT_COS:
		return as_uint(zn_cos(x));
	case EXACT_TAN:
		return as_uint(zn_tan(x));
	case EXACT_ASIN:
		return as_uint(zn_asin(x));
	case EXACT_ACOS:
		return as_uint(zn_acos(x));
	case EXACT_ATAN:
		return as_uint(zn_atan(x));
	case EXACT_EXP:
		return as_uint(zn_exp(x));
	case EXACT_EXP2:
		return as_uint(zn_exp2(x));
	case EXACT_LOG:
		return as_uint(zn_log(x));
	case EXACT_LOG2:
		return as_uint(zn_log2(x));
	case EXACT_LOG10:
		return as_uint(zn_log10(x));
	case EXACT_RSQRT:
		return as_uint(zn_rsqrt(x));
	case EXACT_SINCOS:
		zn_sincos(x, &s, &c);
		return as_uint(s) ^ (as_uint(c) * 3u);
	case EXACT_CANONICAL:
		return as_uint(zn_canonical(x));
	case EXACT_TO_UINT:
		return zn_to_uint(x);
	default:
		return (uint32_t)zn_to_int(x);
	}
}

static inline uint32_t call_two(enum exact_function function, uint32_t a, uint32_t b)
{
	float x = as_float(a), y = as_float(b);
	switch (function) {
	case EXACT_ATAN2:
		return as_uint(zn_atan2(x, y));
	case EXACT_POW:
		return as_uint(zn_pow(x, y));
	case EXACT_MIN:
		return as_uint(zn_min(x, y));
	case EXACT_MAX:
		return as_uint(zn_max(x, y));
	case EXACT_CLAMP:
		return as_uint(zn_clamp(x, y, 2.0f));
	case EXACT_COPYSIGN:
		return as_uint(zn_copysign(x, y));
	case EXACT_DIVIDE:
		return zn_divide(a, b);
	case EXACT_REMAINDER:
		return zn_remainder(a, b);
	case EXACT_DIVIDE_INT:
		return (uint32_t)zn_divide_int((int32_t)a, (int32_t)b);
	default:
		return (uint32_t)zn_remainder_int((int32_t)a, (int32_t)b);
	}
}

uint32_t exact_call(enum exact_function function, uint32_t a, uint32_t b)
{
	return function < EXACT_ATAN2 ? call_one(function, a) : call_two(function, a, b);
}

static inline uint32_t mix(uint32_t sum, uint32_t bits, uint32_t place)
{
	uint32_t t = (bits ^ (place * 2654435769u)) * 2246822507u;
	t = (t ^ (t >> 15)) * 3266489909u;
	return sum + (t ^ (t >> 16));
}

static inline uint32_t block_one(enum exact_function function, uint32_t first, uint32_t count,
	uint32_t stride, uint32_t offset)
{
	uint32_t sum = 0;
	for (uint32_t place = first; place < first + count; place++)
		sum = mix(sum, call_one(function, place * stride + offset), place);
	return sum;
}

static inline uint32_t block_two(enum exact_function function, uint32_t first, uint32_t count,
	uint32_t stride, uint32_t offset)
{
	uint32_t sum = 0;
	for (uint32_t place = first; place < first + count; place++) {
		uint32_t a = place * stride + offset;
		uint32_t b = a * 2654435761u;
		b = (b ^ (b >> 15)) * 2246822519u;
		b ^= b >> 13;
		switch (place & 3u) {
		case 1:
			a = (a & 0x83ffffffu) + 0x3e000000u;
			b = (b & 0x83ffffffu) + 0x3e000000u;
			break;
		case 2:
			a = (a & 0x00ffffffu) + 0x3f000000u;
			break;
		case 3:
			a = a >> 20;
			b = 0u - (b >> 29);
			break;
		default:
			break;
		}
		sum = mix(sum, call_two(function, a, b), place);
	}
	return sum;
}

/* A loop of its own for each function, so that the compiler can use the machine's vectors. */
#define ONE(function)                                                                              \
	case function:                                                                             \
		return block_one(function, first, count, stride, offset);
#define TWO(function)                                                                              \
	case function:                                                                             \
		return block_two(function, first, count, stride, offset);

uint32_t exact_block(enum exact_function function, uint32_t first, uint32_t count, uint32_t stride,
	uint32_t offset)
{
	switch (function) {
		ONE(EXACT_SIN)
		ONE(EXACT_COS)
		ONE(EXACT_TAN)
		ONE(EXACT_ASIN)
		ONE(EXACT_ACOS)
		ONE(EXACT_ATAN)
		ONE(EXACT_EXP)
		ONE(EXACT_EXP2)
		ONE(EXACT_LOG)
		ONE(EXACT_LOG2)
		ONE(EXACT_LOG10)
		ONE(EXACT_RSQRT)
		ONE(EXACT_SINCOS)
		ONE(EXACT_CANONICAL)
		ONE(EXACT_TO_UINT)
		ONE(EXACT_TO_INT)
		TWO(EXACT_ATAN2)
		TWO(EXACT_POW)
		TWO(EXACT_MIN)
		TWO(EXACT_MAX)
		TWO(EXACT_CLAMP)
		TWO(EXACT_COPYSIGN)
		TWO(EXACT_DIVIDE)
		TWO(EXACT_REMAINDER)
		TWO(EXACT_DIVIDE_INT)
		TWO(EXACT_REMAINDER_INT)
	default:
		return 0;
	}
}

double exact_reference(enum exact_function function, double a, double b)
{
	switch (function) {
	case EXACT_SIN:
		return sin(a);
	case EXACT_COS:
		return cos(a);
	case EXACT_TAN:
		return tan(a);
	case EXACT_ASIN:
		return asin(a);
	case EXACT_ACOS:
		return acos(a);
	case EXACT_ATAN:
		return atan(a);
	case EXACT_EXP:
		return exp(a);
	case EXACT_EXP2:
		return exp2(a);
	case EXACT_LOG:
		return log(a);
	case EXACT_LOG2:
		return log2(a);
	case EXACT_LOG10:
		return log10(a);
	case EXACT_RSQRT:
		return 1 / sqrt(a);
	case EXACT_ATAN2:
		return atan2(a, b);
	default:
		return pow(a, b);
	}
}

/* What lies between two floats of the size of `truth`, or between the least two. */
static inline double last_place(double truth)
{
	uint64_t bits;
	memcpy(&bits, &truth, sizeof bits);
	uint64_t power = bits >> 52 & 2047u;
	power = power < 1023 - 126 ? 1023 - 126 : power;
	bits = (power - 23) << 52;
	memcpy(&truth, &bits, sizeof truth);
	return truth;
}

static inline double error_of(float got, double truth)
{
	if (isnan(got) || isnan(truth))
		return isnan(got) && isnan(truth) ? 0 : (double)INFINITY;
	if (isinf(got) || isinf(truth)) {
		/* Half a place above the largest float is where infinity is the right rounding; twice
		 * that is within the one place that we allow. */
		bool large = fabs(truth) >= 0x1.ffffffp127;
		return isinf(got) && large && (got > 0) == (truth > 0) ? 0 : (double)INFINITY;
	}
	return fabs((double)got - truth) / last_place(truth);
}

double exact_error(enum exact_function function, uint32_t a, uint32_t b)
{
	return error_of(as_float(exact_call(function, a, b)),
		exact_reference(function, (double)as_float(a), (double)as_float(b)));
}

static inline double scan(uint32_t *worst_bits, enum exact_function function, uint64_t first,
	uint64_t step)
{
	double worst = 0;
	for (uint64_t bits = first; bits < UINT64_C(1) << 32; bits += step) {
		uint32_t a = (uint32_t)bits;
		double error = error_of(as_float(call_one(function, a)),
			exact_reference(function, (double)as_float(a), 0));
		if (error > worst) {
			worst = error;
			*worst_bits = a;
		}
	}
	return worst;
}

#define SCAN(function)                                                                             \
	case function:                                                                             \
		return scan(worst_bits, function, first, step);

double exact_error_scan(uint32_t *worst_bits, enum exact_function function, uint64_t first,
	uint64_t step)
{
	*worst_bits = 0;
	switch (function) {
		SCAN(EXACT_SIN)
		SCAN(EXACT_COS)
		SCAN(EXACT_TAN)
		SCAN(EXACT_ASIN)
		SCAN(EXACT_ACOS)
		SCAN(EXACT_ATAN)
		SCAN(EXACT_EXP)
		SCAN(EXACT_EXP2)
		SCAN(EXACT_LOG)
		SCAN(EXACT_LOG2)
		SCAN(EXACT_LOG10)
		SCAN(EXACT_RSQRT)
	default:
		return 0;
	}
}
