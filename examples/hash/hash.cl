/* hash.cl - exact class, integers: which of the messages "zennet00000000" to "zennetffffffff" has one
 * of the wanted SHA-256 digests? (FIPS 180-4; a message of 14 bytes is one block.)
 *
 * Work per item: 256 compressions of 64 rounds. Item i tries the numbers from 256 i on.
 * Params: u32 wanted count (1 to 8), u32 0, then two u32 for each: the digest's first 8 bytes, as two
 * big-endian words. Slot, four u32: how many were found; the first number found; which one it is; a
 * witness mixed from every digest, so that "nothing found" cannot be said without the work.
 */
#define TRIED 256

/* ZN_WIDTH messages at a time: PoCL does not vectorise a loop by itself. */
#if ZN_WIDTH >= 16
#define LANES 16
typedef uint16 word;
#define LANE_NUMBERS (word)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
#define LANES_OUT(x, out) vstore16(x, 0, out)
#elif ZN_WIDTH >= 8
#define LANES 8
typedef uint8 word;
#define LANE_NUMBERS (word)(0, 1, 2, 3, 4, 5, 6, 7)
#define LANES_OUT(x, out) vstore8(x, 0, out)
#elif ZN_WIDTH >= 4
#define LANES 4
typedef uint4 word;
#define LANE_NUMBERS (word)(0, 1, 2, 3)
#define LANES_OUT(x, out) vstore4(x, 0, out)
#else
#define LANES 1
typedef uint word;
#define LANE_NUMBERS 0
#define LANES_OUT(x, out) ((out)[0] = (x))
#endif

__constant uint round_constants[64] = {
	0x428a2f98u, 0x71374491u, 0xb5c0fbcfu, 0xe9b5dba5u, 0x3956c25bu, 0x59f111f1u,
	0x923f82a4u, 0xab1c5ed5u, 0xd807aa98u, 0x12835b01u, 0x243185beu, 0x550c7dc3u,
	0x72be5d74u, 0x80deb1feu, 0x9bdc06a7u, 0xc19bf174u, 0xe49b69c1u, 0xefbe4786u,
	0x0fc19dc6u, 0x240ca1ccu, 0x2de92c6fu, 0x4a7484aau, 0x5cb0a9dcu, 0x76f988dau,
	0x983e5152u, 0xa831c66du, 0xb00327c8u, 0xbf597fc7u, 0xc6e00bf3u, 0xd5a79147u,
	0x06ca6351u, 0x14292967u, 0x27b70a85u, 0x2e1b2138u, 0x4d2c6dfcu, 0x53380d13u,
	0x650a7354u, 0x766a0abbu, 0x81c2c92eu, 0x92722c85u, 0xa2bfe8a1u, 0xa81a664bu,
	0xc24b8b70u, 0xc76c51a3u, 0xd192e819u, 0xd6990624u, 0xf40e3585u, 0x106aa070u,
	0x19a4c116u, 0x1e376c08u, 0x2748774cu, 0x34b0bcb5u, 0x391c0cb3u, 0x4ed8aa4au,
	0x5b9cca4fu, 0x682e6ff3u, 0x748f82eeu, 0x78a5636fu, 0x84c87814u, 0x8cc70208u,
	0x90befffau, 0xa4506cebu, 0xbef9a3f7u, 0xc67178f2u,
};

/* Hexadecimal digit at `shift` of each number, as a letter. */
word digit(word number, uint shift)
{
	word nibble = (number >> shift) & 15;
	return nibble + 48 + ((nibble + 6) >> 4) * 39;
}

word turn(word x, uint by)
{
	return (x >> by) | (x << (32 - by));
}

/* The first two words of the digests. */
void digest(word number, word *first, word *second)
{
	word w[16];
	word s0 = 0x6a09e667u, s1 = 0xbb67ae85u, s2 = 0x3c6ef372u, s3 = 0xa54ff53au;
	word s4 = 0x510e527fu, s5 = 0x9b05688cu, s6 = 0x1f83d9abu, s7 = 0x5be0cd19u;
	for (int i = 4; i < 15; i++)
		w[i] = 0;
	w[0] = 0x7a656e6eu; /* "zenn" */
	w[1] = 0x65740000u | digit(number, 28) << 8 | digit(number, 24);
	w[2] = digit(number, 20) << 24 | digit(number, 16) << 16 | digit(number, 12) << 8 |
	       digit(number, 8);
	w[3] = digit(number, 4) << 24 | digit(number, 0) << 16 | 0x8000u;
	w[15] = 14 * 8;
	for (int i = 0; i < 64; i++) {
		word x = w[i & 15];
		if (i >= 16) {
			word a = w[(i + 1) & 15], b = w[(i + 14) & 15];
			x += w[(i + 9) & 15] + (turn(a, 7) ^ turn(a, 18) ^ (a >> 3)) +
			     (turn(b, 17) ^ turn(b, 19) ^ (b >> 10));
			w[i & 15] = x;
		}
		word one = s7 + (turn(s4, 6) ^ turn(s4, 11) ^ turn(s4, 25)) +
			   ((s4 & s5) ^ (~s4 & s6)) + round_constants[i] + x;
		word two = (turn(s0, 2) ^ turn(s0, 13) ^ turn(s0, 22)) +
			   ((s0 & s1) ^ (s0 & s2) ^ (s1 & s2));
		s7 = s6;
		s6 = s5;
		s5 = s4;
		s4 = s3 + one;
		s3 = s2;
		s2 = s1;
		s1 = s0;
		s0 = one + two;
	}
	*first = s0 + 0x6a09e667u;
	*second = s1 + 0xbb67ae85u;
}

void zn_map(ulong item, __global const uchar *params, __global const uchar *shared,
	__global const uchar *input, __global uchar *slot)
{
	__global const uint *wanted = (__global const uint *)params;
	__global uint *out = (__global uint *)slot;
	uint count = min(wanted[0], 8u), found = 0, witness = 0;
	for (uint at = 0; at < TRIED; at += LANES) {
		uint number = (uint)item * TRIED + at;
		uint first[LANES], second[LANES];
		word a, b;
		digest(LANE_NUMBERS + number, &a, &b);
		LANES_OUT(a, first);
		LANES_OUT(b, second);
		for (uint lane = 0; lane < LANES; lane++) {
			witness = (witness ^ first[lane]) * 0x9e3779b1u + second[lane];
			for (uint i = 0; i < count; i++) {
				if (first[lane] != wanted[2 + 2 * i] ||
					second[lane] != wanted[3 + 2 * i])
					continue;
				if (found++ == 0) {
					out[1] = number + lane;
					out[2] = i;
				}
			}
		}
	}
	out[0] = found;
	out[3] = witness;
}
