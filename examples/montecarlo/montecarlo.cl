/* montecarlo.cl - exact class, integers: how many random points of a square lie in the quarter circle?
 * Their share is pi / 4.
 *
 * Work per item: 1024 points. Params: u32 seed. Slot: u64, the points inside; whole numbers, so that
 * the sum does not depend on how the job was cut. A point is two random words x and y of 32 bits, and
 * is inside where x^2 + y^2 < 2^64, told from the upper halves of the squares (an error of 2^-31).
 * Source of the mixing step: C. Wellons, "Prospecting for Hash Functions" (2018), lowbias32.
 */
#define POINTS 1024

/* ZN_WIDTH points at a time; a comparison of vectors gives -1 where it holds, one of numbers 1. */
#if ZN_WIDTH >= 16
#define LANES 16
typedef uint16 word;
#define LANE_NUMBERS (word)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
#define ONE_IF(test) (0 - as_uint16(test))
#define LANES_OUT(x, out) vstore16(x, 0, out)
#elif ZN_WIDTH >= 8
#define LANES 8
typedef uint8 word;
#define LANE_NUMBERS (word)(0, 1, 2, 3, 4, 5, 6, 7)
#define ONE_IF(test) (0 - as_uint8(test))
#define LANES_OUT(x, out) vstore8(x, 0, out)
#elif ZN_WIDTH >= 4
#define LANES 4
typedef uint4 word;
#define LANE_NUMBERS (word)(0, 1, 2, 3)
#define ONE_IF(test) (0 - as_uint4(test))
#define LANES_OUT(x, out) vstore4(x, 0, out)
#else
#define LANES 1
typedef uint word;
#define LANE_NUMBERS 0
#define ONE_IF(test) ((uint)(test))
#define LANES_OUT(x, out) ((out)[0] = (x))
#endif

word mixed(word x)
{
	x ^= x >> 16;
	x *= 0x7feb352du;
	x ^= x >> 15;
	x *= 0x846ca68bu;
	return x ^ (x >> 16);
}

void zn_map(ulong item, __global const uchar *params, __global const uchar *shared,
	__global const uchar *input, __global uchar *slot)
{
	uint seed = ((__global const uint *)params)[0];
	uint key = seed ^ ((uint)(item >> 22) * 0x9e3779b9u); /* 2^22 items use all 2^32 numbers */
	word inside = 0;
	for (uint at = 0; at < POINTS; at += LANES) {
		word number = LANE_NUMBERS + ((uint)item * POINTS + at);
		word x = mixed(number ^ key);
		word y = mixed(x + number + 0x85ebca6bu);
		word a = mul_hi(x, x), b = mul_hi(y, y);
		inside += 1 - ONE_IF(a + b < a); /* a sum that wrapped is outside */
	}
	uint lanes[LANES];
	ulong sum = 0;
	LANES_OUT(inside, lanes);
	for (uint i = 0; i < LANES; i++)
		sum += lanes[i];
	*(__global ulong *)slot = sum;
}
