/* kernels/map.cl - the entry point of the map form; comes after the job's own sources.
 *
 * One launch, a slice, does the places [begin, end) of the chunk or list. `stripe` of them belong to
 * one work-item: on a CPU neighbours (one cache-friendly run per work-item), on a GPU neighbouring
 * work-items take neighbouring places. Range and list share one entry, since a compiler inlines the
 * whole job into each.
 */
#if ZN_DEVICE_CPU
#define ZN_STRIPE_AT(k) (begin + get_global_id(0) * stripe + (k))
#else
#define ZN_STRIPE_AT(k) (begin + get_global_id(0) + get_global_size(0) * (k))
#endif

__kernel void zn_map_items(__global const ulong *items, ulong listed, ulong first, ulong begin,
	ulong end, ulong stripe, __global const uchar *params, __global const uchar *shared,
	__global const uchar *input, __global uchar *out)
{
	for (ulong k = 0; k < stripe; k++) {
		ulong at = ZN_STRIPE_AT(k);
		if (at >= end)
			return;
		ulong item = listed ? items[at] : first + at;
		zn_map(item, params, shared + ZN_HEAD_BYTES, input + ZN_HEAD_BYTES,
			out + at * ZN_SLOT_BYTES);
	}
}
