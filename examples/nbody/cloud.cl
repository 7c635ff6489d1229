/* cloud.cl - exact class: a cloud of bodies, the shared input of nbody.cl.
 *
 * Work per item: one body. Params: u32 seed. Slot: four f32: x, y, z in [-1, 1), a mass in [0.5, 1.5).
 * Source of the mixing step: C. Wellons, "Prospecting for Hash Functions" (2018), lowbias32.
 */
uint mixed(uint x)
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
	__global float *body = (__global float *)slot;
	uint state = mixed((uint)item + mixed(((__global const uint *)params)[0]));
	for (int i = 0; i < 4; i++) {
		state = mixed(state + 0x9e3779b9u);
		float unit = (float)(state >> 8) * 5.9604644775390625e-8f; /* 2^-24 */
		body[i] = i < 3 ? fma(unit, 2.0f, -1.0f) : unit + 0.5f;
	}
}
