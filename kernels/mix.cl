/* kernels/mix.cl - exact class, integers only: a chain of SplitMix64 steps from the item's index.
 *
 * Work per item: `rounds` steps of 3 multiplications-and-xors. Slot: 8 bytes, the last state.
 * Params: u32 rounds, u32 seed. Source of the mixing step: Steele, Lea, Flood, "Fast splittable
 * pseudorandom number generators", OOPSLA 2014.
 */
void zn_map(ulong item, __global const uchar *params, __global const uchar *shared,
	__global const uchar *input, __global uchar *slot)
{
	__global const uint *words = (__global const uint *)params;
	uint rounds = words[0];
	ulong state = item ^ ((ulong)words[1] << 32);
	for (uint i = 0; i < rounds; i++) {
		state += 0x9e3779b97f4a7c15UL;
		state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9UL;
		state = (state ^ (state >> 27)) * 0x94d049bb133111ebUL;
		state ^= state >> 31;
	}
	*(__global ulong *)slot = state;
}
