/* kernels/pathtrace/lanes.cl - eight lanes at once: the few vector operations that traversal needs.
 *
 * All that uses the language's vector types is here, so that a test can compile the other files as
 * plain C.
 */
float8 zn_splat8(float x)
{
	return (float8)(x);
}

float8 zn_lower8(float8 a, float8 b)
{
	return a < b ? a : b;
}

float8 zn_higher8(float8 a, float8 b)
{
	return a > b ? a : b;
}

/** One bit per lane whose mask is set, lane 0 lowest. */
uint zn_bits8(int8 mask)
{
	int8 bits = mask & (int8)(1, 2, 4, 8, 16, 32, 64, 128);
	int4 four = bits.lo | bits.hi;
	int2 two = four.lo | four.hi;
	return (uint)(two.x | two.y);
}
