/* kernels/exact/math.h - the functions of one width; included by exact.h once for each.
 *
 * Sources, of methods only: argument reduction by parts of pi/2 with fma (Cody, Waite, Software Manual
 * for the Elementary Functions, 1980; Boldo, Daumas, Li, "Formally verified argument reduction with
 * a fused multiply-add", IEEE ToC 2009), by bits of 2/pi for large ones (Payne, Hanek, "Radian
 * reduction for trigonometric functions", SIGNUM 1983); sums and products of two floats (Dekker 1971;
 * Muller et al., Handbook of Floating-Point Arithmetic, 2nd ed., ch. 4, 5); the rest from Muller,
 * Elementary Functions, 3rd ed. The polynomials are our own: tools/exact-coefficients prints them.
 *
 * Where a value is the sum of two floats, the second is named after the first with _low. All lanes do
 * the same steps; only very large angles take a way of their own, which a lane that does not need it
 * computes too and leaves.
 */

/* --- two of a kind, conversions, bits ------------------------------------------------------- */

static inline ZN_F ZN_N(zn_min)(ZN_F a, ZN_F b)
{
	return a < b ? a : b;
}

static inline ZN_F ZN_N(zn_max)(ZN_F a, ZN_F b)
{
	return a > b ? a : b;
}

static inline ZN_F ZN_N(zn_clamp)(ZN_F x, ZN_F low, ZN_F high)
{
	return ZN_N(zn_min)(ZN_N(zn_max)(x, low), high);
}

static inline ZN_F ZN_N(zn_canonical)(ZN_F x)
{
	return x == x ? x : ZN_NAN_EACH;
}

/** The size of the first, the sign of the second. */
static inline ZN_F ZN_N(zn_copysign)(ZN_F size, ZN_F sign)
{
	return ZN_AS_F((ZN_AS_U(size) & 0x7fffffffu) | (ZN_AS_U(sign) & 0x80000000u));
}

static inline ZN_U ZN_N(zn_to_uint)(ZN_F x)
{
	ZN_F inside = ((x >= 1.0f) & (x < 4294967296.0f)) ? x : ZN_EACH(0.0f);
	return x >= 4294967296.0f ? ZN_EACH_UINT(0xffffffffu) : ZN_TO_UINT(inside);
}

static inline ZN_I ZN_N(zn_to_int)(ZN_F x)
{
	ZN_F inside = fabs(x) < 2147483648.0f ? x : ZN_EACH(0.0f);
	ZN_I result = ZN_TO_INT(inside);
	result = x >= 2147483648.0f ? ZN_EACH_INT(2147483647) : result;
	return x <= -2147483648.0f ? ZN_EACH_INT(-2147483647 - 1) : result;
}

static inline ZN_U ZN_N(zn_divide)(ZN_U a, ZN_U b)
{
	ZN_U result = a / (b == 0u ? ZN_EACH_UINT(1u) : b);
	return b == 0u ? ZN_EACH_UINT(0u) : result;
}

static inline ZN_U ZN_N(zn_remainder)(ZN_U a, ZN_U b)
{
	ZN_U result = a % (b == 0u ? ZN_EACH_UINT(1u) : b);
	return b == 0u ? ZN_EACH_UINT(0u) : result;
}

/* By sizes, since the least integer divided by -1 has no place in an int; it gives itself. */
static inline ZN_I ZN_N(zn_divide_int)(ZN_I a, ZN_I b)
{
	ZN_U size_a = a < 0 ? ZN_EACH_UINT(0u) - ZN_AS_U(a) : ZN_AS_U(a);
	ZN_U size_b = b < 0 ? ZN_EACH_UINT(0u) - ZN_AS_U(b) : ZN_AS_U(b);
	ZN_U size = ZN_N(zn_divide)(size_a, size_b);
	return ZN_AS_I((a ^ b) < 0 ? ZN_EACH_UINT(0u) - size : size);
}

static inline ZN_I ZN_N(zn_remainder_int)(ZN_I a, ZN_I b)
{
	ZN_U size_a = a < 0 ? ZN_EACH_UINT(0u) - ZN_AS_U(a) : ZN_AS_U(a);
	ZN_U size_b = b < 0 ? ZN_EACH_UINT(0u) - ZN_AS_U(b) : ZN_AS_U(b);
	ZN_U size = ZN_N(zn_remainder)(size_a, size_b);
	return ZN_AS_I(a < 0 ? ZN_EACH_UINT(0u) - size : size);
}

/* --- angles --------------------------------------------------------------------------------- */

#ifndef ZN_ROUNDER
#define ZN_ROUNDER          12582912.0f /* 1.5 * 2^23: adding it rounds to an integer */
#define ZN_ANGLE_PARTS_MAX  32768.0f    /* up to here three parts of pi/2 are enough */
#define ZN_HALF_PI          1.57079637f
#define ZN_HALF_PI_LOW      -4.37113883e-08f
#define ZN_HALF_PI_LEAST    -1.71512451e-15f
#define ZN_TWO_OVER_PI      0.636619747f
#define ZN_NORMAL_LEAST     1.17549435e-38f
#define ZN_SHIFT_FLOAT_BITS 0x3f3504f3u /* of sqrt(1/2): a mantissa becomes one from there on */
#endif

/* Word k + at of 2/pi in binary, one word of zeros before it. */
static inline ZN_U ZN_N(zn_core_two_over_pi)(ZN_U k, uint w0, uint w1, uint w2, uint w3, uint w4)
{
	ZN_U word = k == 0u ? ZN_EACH_UINT(w0) : ZN_EACH_UINT(w1);
	word = k == 2u ? ZN_EACH_UINT(w2) : word;
	word = k == 3u ? ZN_EACH_UINT(w3) : word;
	return k == 4u ? ZN_EACH_UINT(w4) : word;
}

/* Of |x| >= 1024: its mantissa times those 96 bits of 2/pi that do not only add whole turns. What
 * follows them is less than 2^-61 of a quarter; no float comes nearer to a multiple than 2^-30. */
static inline ZN_F ZN_N(zn_core_angle_large)(ZN_F x, ZN_F *low, ZN_U *quarters)
{
	ZN_U bits = ZN_AS_U(x);
	ZN_U mantissa = (bits & 0x007fffffu) | 0x00800000u;
	ZN_U at = ((bits >> 23) & 255u) - 120u; /* of the first bit, after 32 zeros */
	ZN_U k = at >> 5, shift = at & 31u, back = 31u - (at & 31u);
	ZN_U t0 = ZN_N(
		zn_core_two_over_pi)(k, 0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u);
	ZN_U t1 = ZN_N(zn_core_two_over_pi)(k, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u,
		0xdb629599u);
	ZN_U t2 = ZN_N(zn_core_two_over_pi)(k, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u,
		0x3c439041u);
	ZN_U t3 = ZN_N(zn_core_two_over_pi)(k, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u,
		0xfe5163abu);
	ZN_U w0 = (t0 << shift) | ((t1 >> 1) >> back);
	ZN_U w1 = (t1 << shift) | ((t2 >> 1) >> back);
	ZN_U w2 = (t2 << shift) | ((t3 >> 1) >> back);
	/* 2 bits of quarters, 62 of what is left of one */
	ZN_U middle = mantissa * w1;
	ZN_U least = middle + mul_hi(mantissa, w2);
	ZN_U most = mantissa * w0 + mul_hi(mantissa, w1) +
		    (least < middle ? ZN_EACH_UINT(1u) : ZN_EACH_UINT(0u));
	ZN_U count = (most + 0x20000000u) >> 30;
	most -= count << 30; /* now -1/2 to 1/2, two's complement */
	ZN_U sign = ZN_EACH_UINT(0u) - (most >> 31);
	most ^= sign; /* off by one unit of 2^-62 where negative */
	least ^= sign;
	ZN_F a = ZN_FROM_INT(ZN_AS_I(most >> 6)) * 5.9604644775390625e-08f; /* 2^-24 */
	ZN_F b = ZN_FROM_INT(ZN_AS_I(((most & 63u) << 18) | (least >> 14))) *
		 3.5527136788005009e-15f;                                         /* 2^-48 */
	ZN_F c = ZN_FROM_INT(ZN_AS_I(least & 0x3fffu)) * 2.1684043449710089e-19f; /* 2^-62 */
	ZN_F part = a + b;
	ZN_F part_low = ((a - part) + b) + c;
	ZN_F most_of_it = part * ZN_HALF_PI;
	ZN_F rest = fma(part, ZN_EACH(ZN_HALF_PI), -most_of_it);
	rest = fma(part, ZN_EACH(ZN_HALF_PI_LOW), rest);
	rest = fma(part_low, ZN_EACH(ZN_HALF_PI), rest);
	ZN_F angle = most_of_it + rest;
	ZN_F angle_low = (most_of_it - angle) + rest;
	ZN_U flip = (sign ^ bits) & 0x80000000u;
	*low = ZN_AS_F(ZN_AS_U(angle_low) ^ flip);
	*quarters = (bits >> 31) == 0u ? count : ZN_EACH_UINT(0u) - count;
	return ZN_AS_F(ZN_AS_U(angle) ^ flip);
}

/* x = quarters * pi/2 + result + low, |result| < 0.787; anything for infinities and NaN. */
static inline ZN_F ZN_N(zn_core_angle)(ZN_F x, ZN_F *low, ZN_U *quarters)
{
	ZN_F rounded = fma(x, ZN_EACH(ZN_TWO_OVER_PI), ZN_EACH(ZN_ROUNDER));
	ZN_F n = ZN_EACH(ZN_ROUNDER) - rounded;     /* the number of quarters, negative */
	ZN_F near = fma(n, ZN_EACH(ZN_HALF_PI), x); /* exact */
	ZN_F second = n * ZN_HALF_PI_LOW;
	ZN_F angle = near + second;
	/* exact, for `near` is a multiple of the last place of `second` (Handbook, theorem 4.3) */
	ZN_F rest = (near - angle) + second;
	rest += fma(n, ZN_EACH(ZN_HALF_PI_LOW), -second);
	rest = fma(n, ZN_EACH(ZN_HALF_PI_LEAST), rest);
	ZN_U count = ZN_AS_U(rounded);
	ZN_I small = fabs(x) <= ZN_ANGLE_PARTS_MAX;
	if (!ZN_ALL(small)) {
		ZN_F large_low;
		ZN_U large_count;
		ZN_F large = ZN_N(zn_core_angle_large)(x, &large_low, &large_count);
		angle = small ? angle : large;
		rest = small ? rest : large_low;
		count = small ? count : large_count;
	}
	*low = rest;
	*quarters = count;
	return angle;
}

static inline ZN_F ZN_N(zn_core_sin)(ZN_F x, ZN_F low)
{
	ZN_F y = x * x;
	ZN_F p = fma(y, ZN_EACH(2.80014024e-06f), ZN_EACH(-0.000198498907f));
	p = fma(y, p, ZN_EACH(0.00833337195f));
	p = fma(y, p, ZN_EACH(-0.166666672f));
	ZN_F slope = fma(x * -0.5f, x, ZN_EACH(1.0f));
	return x + fma(x * y, p, low * slope);
}

static inline ZN_F ZN_N(zn_core_cos)(ZN_F x, ZN_F low)
{
	ZN_F y = x * x;
	ZN_F minus = x * -0.5f;
	ZN_F most = fma(minus, x, ZN_EACH(1.0f));
	ZN_F rest = fma(minus, x, 1.0f - most);
	ZN_F p = fma(y, ZN_EACH(2.4432089e-05f), ZN_EACH(-0.00138873083f));
	p = fma(y, p, ZN_EACH(0.0416666456f));
	return most + fma(y * y, p, fma(-x, low, rest));
}

static inline void ZN_N(zn_sincos)(ZN_F x, ZN_F *sine, ZN_F *cosine)
{
	ZN_F low;
	ZN_U quarters;
	ZN_F angle = ZN_N(zn_core_angle)(x, &low, &quarters);
	ZN_F s = ZN_N(zn_core_sin)(angle, low);
	ZN_F c = ZN_N(zn_core_cos)(angle, low);
	ZN_I even = (quarters & 1u) == 0u;
	ZN_F s2 = even ? s : c;
	ZN_F c2 = even ? c : s;
	s2 = ZN_AS_F(ZN_AS_U(s2) ^ ((quarters & 2u) << 30));
	c2 = ZN_AS_F(ZN_AS_U(c2) ^ (((quarters + 1u) & 2u) << 30));
	ZN_I finite = fabs(x) < ZN_INF_EACH;
	s2 = x == 0.0f ? x : s2;
	*sine = finite ? s2 : ZN_NAN_EACH;
	*cosine = finite ? c2 : ZN_NAN_EACH;
}

static inline ZN_F ZN_N(zn_sin)(ZN_F x)
{
	ZN_F sine, cosine;
	ZN_N(zn_sincos)(x, &sine, &cosine);
	return sine;
}

static inline ZN_F ZN_N(zn_cos)(ZN_F x)
{
	ZN_F sine, cosine;
	ZN_N(zn_sincos)(x, &sine, &cosine);
	return cosine;
}

static inline ZN_F ZN_N(zn_tan)(ZN_F x)
{
	ZN_F low;
	ZN_U quarters;
	ZN_F angle = ZN_N(zn_core_angle)(x, &low, &quarters);
	ZN_F y = angle * angle;
	ZN_F p = fma(y, ZN_EACH(0.00437957933f), ZN_EACH(8.71743177e-05f));
	p = fma(y, p, ZN_EACH(0.0108338241f));
	p = fma(y, p, ZN_EACH(0.021284664f));
	p = fma(y, p, ZN_EACH(0.0540590435f));
	p = fma(y, p, ZN_EACH(0.133326754f));
	p = fma(y, p, ZN_EACH(0.333333492f));
	ZN_F cube = angle * y;
	ZN_F cube_low = fma(angle, y, -cube) + angle * fma(angle, angle, -y);
	ZN_F about = fma(cube, p, angle);
	ZN_F rest = fma(low, about * about, low); /* the slope is 1 + tan^2 */
	rest = fma(cube, p, fma(cube_low, p, rest));
	ZN_F tangent = angle + rest;
	rest += angle - tangent;
	/* -1 / (tangent + rest), the quotient mended once */
	ZN_F inverse = -1.0f / tangent;
	ZN_F mend = fma(inverse, rest, fma(inverse, tangent, ZN_EACH(1.0f)));
	ZN_F result = (quarters & 1u) == 0u ? tangent : fma(inverse, mend, inverse);
	result = x == 0.0f ? x : result;
	return fabs(x) < ZN_INF_EACH ? result : ZN_NAN_EACH;
}

/* --- angles back ---------------------------------------------------------------------------- */

/* atan(t + low) - t for |t| <= 1; the slope there is 1 / (1 + z), near enough 1 - z / 2. */
static inline ZN_F ZN_N(zn_core_atan)(ZN_F t, ZN_F low)
{
	ZN_F z = t * t;
	ZN_F p = fma(z, ZN_EACH(0.00107747898f), ZN_EACH(-0.00713443151f));
	p = fma(z, p, ZN_EACH(0.0221450254f));
	p = fma(z, p, ZN_EACH(-0.0442187749f));
	p = fma(z, p, ZN_EACH(0.0670754537f));
	p = fma(z, p, ZN_EACH(-0.0879582092f));
	p = fma(z, p, ZN_EACH(0.110540435f));
	p = fma(z, p, ZN_EACH(-0.142791748f));
	p = fma(z, p, ZN_EACH(0.199996188f));
	p = fma(z, p, ZN_EACH(-0.333333254f));
	ZN_F cube = t * z;
	ZN_F cube_low = fma(t, z, -cube) + t * fma(t, t, -z);
	ZN_F slope = fma(z, ZN_EACH(-0.5f), ZN_EACH(1.0f));
	ZN_F result = fma(cube, p, fma(cube_low, p, low * slope));
	return t == 1.0f ? ZN_EACH(-0.214601837f)
			 : result; /* an eighth of a turn, as pi / 4 rounds */
}

/* most + most_low + part + rest; of the first and the third the first is larger or 0. */
static inline ZN_F ZN_N(zn_core_sum)(ZN_F most, ZN_F most_low, ZN_F part, ZN_F rest)
{
	ZN_F sum = most + part;
	return sum + (((most - sum) + part) + (most_low + rest));
}

static inline ZN_F ZN_N(zn_atan)(ZN_F x)
{
	ZN_F size = fabs(x);
	ZN_I small = size <= 1.0f;
	ZN_F inverse = -1.0f / size;
	ZN_F t = small ? size : inverse;
	ZN_F t_low = inverse * fma(inverse, size, ZN_EACH(1.0f));
	t_low = (small | (size == ZN_INF_EACH)) ? ZN_EACH(0.0f) : t_low;
	ZN_F most = small ? ZN_EACH(0.0f) : ZN_EACH(ZN_HALF_PI);
	ZN_F most_low = small ? ZN_EACH(0.0f) : ZN_EACH(ZN_HALF_PI_LOW);
	ZN_F result = ZN_N(zn_core_sum)(most, most_low, t, ZN_N(zn_core_atan)(t, t_low));
	return x == x ? ZN_N(zn_copysign)(result, x) : ZN_NAN_EACH;
}

static inline ZN_F ZN_N(zn_atan2)(ZN_F y, ZN_F x)
{
	ZN_F size_x = fabs(x), size_y = fabs(y);
	ZN_I steep = size_y > size_x;
	ZN_F more = steep ? size_y : size_x;
	ZN_F less = steep ? size_x : size_y;
	ZN_I tiny = more < 7.88860905e-31f; /* 2^-100: what a quotient leaves would be lost */
	more = tiny ? more * 1.8446744073709552e19f : more;
	less = tiny ? less * 1.8446744073709552e19f : less;
	ZN_F divisor = more == 0.0f ? ZN_EACH(1.0f) : more;
	ZN_F t = less / divisor;
	ZN_F t_low = fma(-t, divisor, less) / divisor;
	ZN_I infinite = more == ZN_INF_EACH;
	ZN_F t_special = less == ZN_INF_EACH ? ZN_EACH(1.0f) : ZN_EACH(0.0f);
	t = infinite ? t_special : t;
	t_low = infinite ? ZN_EACH(0.0f) : t_low;
	ZN_F rest = ZN_N(zn_core_atan)(t, t_low);
	ZN_I left = ZN_AS_I(x) < 0;
	ZN_F most = left ? ZN_EACH(2.0f) : ZN_EACH(0.0f);
	most = steep ? ZN_EACH(1.0f) : most; /* quarters of a turn */
	ZN_U flip = (left ? ZN_EACH_UINT(0x80000000u) : ZN_EACH_UINT(0u)) ^
		    (steep ? ZN_EACH_UINT(0x80000000u) : ZN_EACH_UINT(0u));
	t = ZN_AS_F(ZN_AS_U(t) ^ flip);
	rest = ZN_AS_F(ZN_AS_U(rest) ^ flip);
	ZN_F result = ZN_N(zn_core_sum)(most * ZN_HALF_PI, most * ZN_HALF_PI_LOW, t, rest);
	result = ZN_N(zn_copysign)(result, y);
	return ((x == x) & (y == y)) ? result : ZN_NAN_EACH;
}

/* asin(root) = root + result, root <= 1/2: of |x|, or where that is more, of sqrt((1 - |x|) / 2). */
static inline ZN_F ZN_N(zn_core_asin)(ZN_F size, ZN_F *root)
{
	ZN_I large = size > 0.5f;
	ZN_F z = large ? (1.0f - size) * 0.5f : size * size;
	ZN_F s = large ? sqrt(z) : size;
	ZN_F s_low = fma(-s, s, z) / (s + s);
	s_low = (large & (s > 0.0f)) ? s_low : ZN_EACH(0.0f);
	ZN_F p = fma(z, ZN_EACH(0.0421087146f), ZN_EACH(0.0242115986f));
	p = fma(z, p, ZN_EACH(0.0454645492f));
	p = fma(z, p, ZN_EACH(0.07495334f));
	p = fma(z, p, ZN_EACH(0.166667521f));
	*root = s;
	return fma(s * z, p, s_low);
}

static inline ZN_F ZN_N(zn_asin)(ZN_F x)
{
	ZN_F size = fabs(x), root;
	ZN_F rest = ZN_N(zn_core_asin)(size, &root);
	ZN_F large = ZN_N(zn_core_sum)(ZN_EACH(ZN_HALF_PI), ZN_EACH(ZN_HALF_PI_LOW), root * -2.0f,
		rest * -2.0f);
	ZN_F result = size > 0.5f ? large : root + rest;
	return size <= 1.0f ? ZN_N(zn_copysign)(result, x) : ZN_NAN_EACH;
}

static inline ZN_F ZN_N(zn_acos)(ZN_F x)
{
	ZN_F size = fabs(x), root;
	ZN_F rest = ZN_N(zn_core_asin)(size, &root);
	ZN_I small = size <= 0.5f;
	ZN_F most = x < 0.0f ? ZN_EACH(2.0f) : ZN_EACH(0.0f);
	most = small ? ZN_EACH(1.0f) : most; /* quarters of a turn */
	ZN_F times = x < 0.0f ? ZN_EACH(-2.0f) : ZN_EACH(2.0f);
	times = small ? times * -0.5f : times;
	ZN_F result = ZN_N(
		zn_core_sum)(most * ZN_HALF_PI, most * ZN_HALF_PI_LOW, root * times, rest * times);
	return size <= 1.0f ? result : ZN_NAN_EACH;
}

/* --- powers --------------------------------------------------------------------------------- */

/* x * 2^power for x near 1, power from -252 to 252, in two steps: denormals are rounded once. */
static inline ZN_F ZN_N(zn_core_scale)(ZN_F x, ZN_I power)
{
	ZN_I lesser = power >> 1;
	ZN_F first = ZN_AS_F(ZN_AS_U(x) + (ZN_AS_U(lesser) << 23));
	return first * ZN_AS_F(ZN_AS_U(power - lesser + 127) << 23);
}

/* 2^(x + low) for any x; NaN stays. */
static inline ZN_F ZN_N(zn_core_exp2)(ZN_F x, ZN_F low)
{
	ZN_F rounded = x + ZN_ROUNDER;
	ZN_F r = x - (rounded - ZN_ROUNDER) + low;
	ZN_F p = fma(r, ZN_EACH(1.50965652e-05f), ZN_EACH(0.000154559646f));
	p = fma(r, p, ZN_EACH(0.00133342552f));
	p = fma(r, p, ZN_EACH(0.00961807836f));
	p = fma(r, p, ZN_EACH(0.0555041023f));
	p = fma(r, p, ZN_EACH(0.240226507f));
	p = fma(r, p, ZN_EACH(-1.90465421e-09f)); /* ln 2 has two parts */
	p = 1.0f + fma(r, ZN_EACH(0.693147182f), r * p);
	return ZN_N(zn_core_scale)(p, ZN_AS_I(ZN_AS_U(rounded) - 0x4b400000u));
}

static inline ZN_F ZN_N(zn_exp2)(ZN_F x)
{
	/* In this order of arguments NaN passes. */
	ZN_F bounded = ZN_N(zn_max)(ZN_EACH(-151.0f), x);
	bounded = ZN_N(zn_min)(ZN_EACH(129.0f), bounded);
	ZN_F result = ZN_N(zn_core_exp2)(bounded, ZN_EACH(0.0f));
	return x == x ? result : ZN_NAN_EACH;
}

static inline ZN_F ZN_N(zn_exp)(ZN_F x)
{
	ZN_F bounded = ZN_N(zn_max)(ZN_EACH(-105.0f), x);
	bounded = ZN_N(zn_min)(ZN_EACH(89.5f), bounded);
	ZN_F rounded = fma(bounded, ZN_EACH(1.44269502f), ZN_EACH(ZN_ROUNDER));
	ZN_F n = ZN_EACH(ZN_ROUNDER) - rounded;
	ZN_F r = fma(n, ZN_EACH(0.693145752f), bounded); /* exact */
	r = fma(n, ZN_EACH(1.42860677e-06f), r);
	ZN_F p = fma(r, ZN_EACH(0.000195756395f), ZN_EACH(0.0013935779f));
	p = fma(r, p, ZN_EACH(0.00833388977f));
	p = fma(r, p, ZN_EACH(0.0416664556f));
	p = fma(r, p, ZN_EACH(0.166666642f));
	p = fma(r, p, ZN_EACH(0.5f));
	p = fma(r * r, p, r) + 1.0f;
	ZN_F result = ZN_N(zn_core_scale)(p, ZN_AS_I(ZN_AS_U(rounded) - 0x4b400000u));
	return x == x ? result : ZN_NAN_EACH;
}

/* --- logarithms ----------------------------------------------------------------------------- */

/* x = 2^n * (1 + result), from sqrt(1/2) to sqrt(2); for x > 0. */
static inline ZN_F ZN_N(zn_core_split)(ZN_F x, ZN_F *n)
{
	ZN_I tiny = x < ZN_NORMAL_LEAST;
	ZN_F y = tiny ? x * 8388608.0f : x;
	ZN_I power = ZN_AS_I(ZN_AS_U(y) - ZN_SHIFT_FLOAT_BITS) >> 23;
	ZN_F m = ZN_AS_F(ZN_AS_U(y) - ZN_AS_U(power) * 8388608u);
	*n = ZN_FROM_INT(tiny ? power - 23 : power);
	return m - 1.0f;
}

/* log(1 + f) - f */
static inline ZN_F ZN_N(zn_core_log)(ZN_F f)
{
	ZN_F p = fma(f, ZN_EACH(0.0668415576f), ZN_EACH(-0.116551459f));
	p = fma(f, p, ZN_EACH(0.119054131f));
	p = fma(f, p, ZN_EACH(-0.124097466f));
	p = fma(f, p, ZN_EACH(0.14217563f));
	p = fma(f, p, ZN_EACH(-0.166677266f));
	p = fma(f, p, ZN_EACH(0.200022265f));
	p = fma(f, p, ZN_EACH(-0.250000149f));
	p = fma(f, p, ZN_EACH(0.333333105f));
	ZN_F square = f * f;
	return fma(f * square, p, square * -0.5f);
}

/* What a logarithm of x is where it is not `result`: poles, NaN, infinity. */
static inline ZN_F ZN_N(zn_core_log_ends)(ZN_F x, ZN_F result)
{
	ZN_F other = x == 0.0f ? -ZN_INF_EACH : ZN_NAN_EACH;
	result = x < ZN_INF_EACH ? result : ZN_INF_EACH;
	return x > 0.0f ? result : other;
}

static inline ZN_F ZN_N(zn_log)(ZN_F x)
{
	ZN_F n;
	ZN_F f = ZN_N(zn_core_split)(x, &n);
	ZN_F rest = fma(n, ZN_EACH(1.42860677e-06f), ZN_N(zn_core_log)(f));
	ZN_F most = n * 0.693145752f; /* exact */
	return ZN_N(zn_core_log_ends)(x, ZN_N(zn_core_sum)(most, ZN_EACH(0.0f), f, rest));
}

/* n + n_low + f * (times + times_low) + the rest of log(1 + f) times `times` */
static inline ZN_F ZN_N(zn_core_log_times)(ZN_F n, ZN_F n_low, ZN_F f, float times, float times_low)
{
	ZN_F part = f * times;
	ZN_F rest = fma(f, ZN_EACH(times), -part);
	rest = fma(f, ZN_EACH(times_low), rest);
	rest = fma(ZN_N(zn_core_log)(f), ZN_EACH(times), rest);
	return ZN_N(zn_core_sum)(n, n_low, part, rest);
}

static inline ZN_F ZN_N(zn_log2)(ZN_F x)
{
	ZN_F n;
	ZN_F f = ZN_N(zn_core_split)(x, &n);
	ZN_F result = ZN_N(zn_core_log_times)(n, ZN_EACH(0.0f), f, 1.44269502f, 1.92596303e-08f);
	return ZN_N(zn_core_log_ends)(x, result);
}

static inline ZN_F ZN_N(zn_log10)(ZN_F x)
{
	ZN_F n;
	ZN_F f = ZN_N(zn_core_split)(x, &n);
	ZN_F result = ZN_N(zn_core_log_times)(n * 0.301025391f, n * 4.60503907e-06f, f,
		0.434294492f, -1.010305e-08f);
	return ZN_N(zn_core_log_ends)(x, result);
}

/* --- powers of two variables ---------------------------------------------------------------- */

/* log2 of x > 0 to 2^-36 of itself: 2/ln 2 * artanh(s), s = (m - 1) / (m + 1), in pairs of floats
 * up to s^3. */
static inline ZN_F ZN_N(zn_core_log2)(ZN_F x, ZN_F *low)
{
	ZN_F n;
	ZN_F f = ZN_N(zn_core_split)(x, &n);
	ZN_F below = f + 2.0f;
	ZN_F below_low = f - (below - 2.0f);
	ZN_F inverse = 1.0f / below;
	ZN_F s = f * inverse;
	ZN_F s_low = fma(-s, below_low, fma(-s, below, f)) * inverse;
	ZN_F z = s * s;
	ZN_F z_low = fma(s, s, -z) + 2.0f * s * s_low;
	ZN_F p = fma(z, ZN_EACH(0.281420052f), ZN_EACH(0.320025265f));
	p = fma(z, p, ZN_EACH(0.412205786f));
	p = fma(z, p, ZN_EACH(0.577077985f)) * z;
	ZN_F third = p + 0.961796701f;
	ZN_F third_low = ((0.961796701f - third) + p) + -7.02846181e-09f;
	ZN_F cube = s * z;
	ZN_F cube_low = fma(s, z, -cube) + fma(s, z_low, s_low * z);
	ZN_F more = cube * third;
	ZN_F more_low = fma(cube, third, -more) + fma(cube, third_low, cube_low * third);
	ZN_F most = s * 2.88539004f;
	ZN_F most_low = fma(s, ZN_EACH(2.88539004f), -most) +
			fma(s, ZN_EACH(3.85192607e-08f), s_low * 2.88539004f);
	ZN_F sum = n + most;
	ZN_F rest = (n - sum) + most;
	ZN_F all = sum + more;
	rest += (sum - all) + more;
	rest += most_low + more_low;
	ZN_F result = all + rest;
	*low = (all - result) + rest;
	return result;
}

/* size^y, size >= 0 and no NaN; y^1 = 1 however large y. */
static inline ZN_F ZN_N(zn_core_pow)(ZN_F size, ZN_F y)
{
	ZN_F low;
	ZN_F power = ZN_N(zn_core_log2)(size, &low);
	/* No logarithm but 0 is below 2^-24, so that from here on it is all or nothing. */
	ZN_F bounded = ZN_N(zn_clamp)(y, ZN_EACH(-8589934592.0f), ZN_EACH(8589934592.0f));
	ZN_F product = bounded * power;
	ZN_F product_low = fma(bounded, power, -product) + bounded * low;
	ZN_I inside = fabs(product) < 160.0f;
	product_low = inside ? product_low : ZN_EACH(0.0f);
	product = ZN_N(zn_clamp)(product, ZN_EACH(-160.0f), ZN_EACH(160.0f));
	ZN_F result = ZN_N(zn_core_exp2)(product, product_low);
	ZN_F end = ((size > 1.0f) == (y > 0.0f)) ? ZN_INF_EACH : ZN_EACH(0.0f);
	return ((size == 0.0f) | (size == ZN_INF_EACH)) ? end : result;
}

static inline ZN_F ZN_N(zn_pow)(ZN_F x, ZN_F y)
{
	ZN_F size = fabs(x);
	ZN_I whole = rint(y) == y;
	ZN_I odd = whole & (rint(y * 0.5f) != y * 0.5f);
	ZN_F result = ZN_N(zn_core_pow)(size, y);
	ZN_U sign = odd ? ZN_AS_U(x) & 0x80000000u : ZN_EACH_UINT(0u);
	result = ZN_AS_F(ZN_AS_U(result) ^ sign);
	ZN_I no_number = (x < 0.0f) & (size < ZN_INF_EACH) & (whole == 0);
	result = (no_number | (x != x) | (y != y)) ? ZN_NAN_EACH : result;
	return ((x == 1.0f) | (y == 0.0f)) ? ZN_EACH(1.0f) : result;
}

static inline ZN_F ZN_N(zn_rsqrt)(ZN_F x)
{
	ZN_I tiny = x < ZN_NORMAL_LEAST * 16777216.0f;
	ZN_F y = tiny ? x * 16777216.0f : x;
	ZN_F root = sqrt(y);
	ZN_F result = 1.0f / root;
	/* what the root and then the quotient left, to the first order */
	ZN_F left = fma(-root, root, y) * result * result * 0.5f;
	result = fma(result, fma(-root, result, ZN_EACH(1.0f)) - left, result);
	result = tiny ? result * 4096.0f : result;
	ZN_F pole = ZN_N(zn_copysign)(ZN_INF_EACH, x);
	ZN_F other = x == 0.0f ? pole : ZN_NAN_EACH;
	result = x < ZN_INF_EACH ? result : ZN_EACH(0.0f);
	return x > 0.0f ? result : other;
}
