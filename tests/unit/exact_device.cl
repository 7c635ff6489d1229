/* tests/unit/exact_device.cl - every function of exact.h at every width, hashed block by block.
 *
 * Exact class, map form. An item is one block of inputs of one function: item = function * blocks +
 * block. Params: u32 blocks, inputs of a block, stride, offset, every. Slot: one u32 for each of the
 * widths 16, 8, 4, 2, 1, of the last three only in every so many blocks: a sum over the block's
 * results, each mixed with its place. The same in C, and what the numbers of the functions are:
 * tests/unit/exact_functions.c.
 */
#define CALLS(F, I, U, S)                                                                          \
	switch (function) {                                                                        \
	case 0: return as_##U(zn_sin##S(x));                                                       \
	case 1: return as_##U(zn_cos##S(x));                                                       \
	case 2: return as_##U(zn_tan##S(x));                                                       \
	case 3: return as_##U(zn_asin##S(x));                                                      \
	case 4: return as_##U(zn_acos##S(x));                                                      \
	case 5: return as_##U(zn_atan##S(x));                                                      \
	case 6: return as_##U(zn_exp##S(x));                                                       \
	case 7: return as_##U(zn_exp2##S(x));                                                      \
	case 8: return as_##U(zn_log##S(x));                                                       \
	case 9: return as_##U(zn_log2##S(x));                                                      \
	case 10: return as_##U(zn_log10##S(x));                                                    \
	case 11: return as_##U(zn_rsqrt##S(x));                                                    \
	case 12: zn_sincos##S(x, &s, &c); return as_##U(s) ^ (as_##U(c) * 3u);                     \
	case 13: return as_##U(zn_canonical##S(x));                                                \
	case 14: return zn_to_uint##S(x);                                                          \
	case 15: return as_##U(zn_to_int##S(x));                                                   \
	case 16: return as_##U(zn_atan2##S(x, y));                                                 \
	case 17: return as_##U(zn_pow##S(x, y));                                                   \
	case 18: return as_##U(zn_min##S(x, y));                                                   \
	case 19: return as_##U(zn_max##S(x, y));                                                   \
	case 20: return as_##U(zn_clamp##S(x, y, (F)(2.0f)));                                      \
	case 21: return as_##U(zn_copysign##S(x, y));                                              \
	case 22: return zn_divide##S(a, b);                                                        \
	case 23: return zn_remainder##S(a, b);                                                     \
	case 24: return as_##U(zn_divide_int##S(as_##I(a), as_##I(b)));                            \
	default: return as_##U(zn_remainder_int##S(as_##I(a), as_##I(b)));                         \
	}

/* The first input is any bits; of the second and of what both become, a fourth each is any bits,
 * ordinary numbers, numbers near 1 with any power, small integers. */
#define WIDTH(LANES, F, I, U, S, PLACES, TOTAL)                                                    \
	U call##S(uint function, U a, U b)                                                         \
	{                                                                                          \
		F x = as_##F(a), y = as_##F(b), s, c;                                              \
		CALLS(F, I, U, S)                                                                  \
	}                                                                                          \
	uint block##S(uint function, uint first, uint count, uint stride, uint offset)             \
	{                                                                                          \
		U sum = (U)(0u);                                                                   \
		for (uint i = 0; i < count; i += LANES) {                                          \
			U place = (U)(first + i) + PLACES;                                         \
			U a = place * stride + offset;                                             \
			if (function >= 16) {                                                      \
				U b = a * 2654435761u;                                             \
				b = (b ^ (b >> 15)) * 2246822519u;                                 \
				b ^= b >> 13;                                                      \
				U kind = place & 3u;                                               \
				U tame = (a & 0x83ffffffu) + 0x3e000000u;                          \
				a = (kind == 1u) ? tame : a;                                       \
				b = (kind == 1u) ? (b & 0x83ffffffu) + 0x3e000000u : b;            \
				a = (kind == 2u) ? (a & 0x00ffffffu) + 0x3f000000u : a;            \
				a = (kind == 3u) ? a >> 20 : a;                                    \
				b = (kind == 3u) ? (U)(0u) - (b >> 29) : b;                        \
				sum = mix##S(sum, call##S(function, a, b), place);                 \
			} else {                                                                   \
				sum = mix##S(sum, call##S(function, a, a), place);                 \
			}                                                                          \
		}                                                                                  \
		return TOTAL;                                                                      \
	}

#define MIX(U, S)                                                                                  \
	U mix##S(U sum, U bits, U place)                                                           \
	{                                                                                          \
		U t = (bits ^ (place * 2654435769u)) * 2246822507u;                                \
		t = (t ^ (t >> 15)) * 3266489909u;                                                 \
		return sum + (t ^ (t >> 16));                                                      \
	}

uint total_x2(uint2 v) { return v.x + v.y; }
uint total_x4(uint4 v) { return total_x2(v.lo + v.hi); }
uint total_x8(uint8 v) { return total_x4(v.lo + v.hi); }
uint total_x16(uint16 v) { return total_x8(v.lo + v.hi); }

MIX(uint, )
MIX(uint2, _x2)
MIX(uint4, _x4)
MIX(uint8, _x8)
MIX(uint16, _x16)
WIDTH(1, float, int, uint, , 0u, sum)
WIDTH(2, float2, int2, uint2, _x2, (uint2)(0, 1), total_x2(sum))
WIDTH(4, float4, int4, uint4, _x4, (uint4)(0, 1, 2, 3), total_x4(sum))
WIDTH(8, float8, int8, uint8, _x8, (uint8)(0, 1, 2, 3, 4, 5, 6, 7), total_x8(sum))
WIDTH(16, float16, int16, uint16, _x16,
	(uint16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), total_x16(sum))

void zn_map(ulong item, __global const uchar *params, __global const uchar *shared,
	__global const uchar *input, __global uchar *slot)
{
	__global const uint *words = (__global const uint *)params;
	__global uint *out = (__global uint *)slot;
	uint function = (uint)(item / words[0]), count = words[1];
	uint first = (uint)(item % words[0]) * count;
	out[0] = block_x16(function, first, count, words[2], words[3]);
	out[1] = block_x8(function, first, count, words[2], words[3]);
	if (item % words[0] % words[4] != 0)
		return;
	out[2] = block_x4(function, first, count, words[2], words[3]);
	out[3] = block_x2(function, first, count, words[2], words[3]);
	out[4] = block(function, first, count, words[2], words[3]);
}
