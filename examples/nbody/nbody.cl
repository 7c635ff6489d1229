/* nbody.cl - exact class, chunk form: the pull of all bodies on each body.
 *
 * Work per item: as many interactions of about 20 operations as there are bodies. Groups of 64 items
 * bring the bodies into local memory, 64 at a time, so each is fetched once for 64 items. Params: f32 softening^2,
 * above 0. Shared: four f32 a body, a multiple of 64 bodies: x, y, z, mass. Slot: four f32: the
 * acceleration, and the potential. The bodies are added in their order, so the sums have one answer.
 */
#define TILE ZN_GROUP_ITEMS

void zn_chunk(ulong item, uint place, __global const uchar *params, __global const uchar *shared,
	__global const uchar *input, __global uchar *slot, __local uchar *scratch)
{
	__local float4 *tile = (__local float4 *)scratch;
	__global const float4 *bodies = (__global const float4 *)shared;
	uint count = (uint)(zn_shared_bytes(shared) / sizeof(float4));
	float soft = ((__global const float *)params)[0];
	float4 own = bodies[item], pull = (float4)(0.0f);
	for (uint first = 0; first < count; first += TILE) {
		tile[place] = bodies[first + place];
		barrier(CLK_LOCAL_MEM_FENCE); /* the tile is whole */
		for (uint i = 0; i < TILE; i++) {
			float4 d = tile[i] - own;
			float square = fma(d.x, d.x, fma(d.y, d.y, fma(d.z, d.z, soft)));
			float near = 1.0f / sqrt(square);
			float weight = tile[i].w * near;
			float cube = weight * near * near;
			pull.x = fma(d.x, cube, pull.x);
			pull.y = fma(d.y, cube, pull.y);
			pull.z = fma(d.z, cube, pull.z);
			pull.w -= weight;
		}
		barrier(CLK_LOCAL_MEM_FENCE); /* everybody is done with the tile */
	}
	*(__global float4 *)slot = pull;
}
