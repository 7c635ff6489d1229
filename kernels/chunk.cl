/* kernels/chunk.cl - the entry point of the chunk form; comes after the job's own sources.
 *
 * One launch, a slice, does the places [begin, end), whole groups of them. A group's items are in
 * one work-group and share local memory. `stripe` is of the map form.
 */
__kernel __attribute__((reqd_work_group_size(ZN_GROUP_ITEMS, 1, 1)))
void zn_map_items(__global const ulong *items, ulong listed, ulong first, ulong begin,
	ulong end, ulong stripe, __global const uchar *params, __global const uchar *shared,
	__global const uchar *input, __global uchar *out)
{
	__local ulong2 zn_local[ZN_LOCAL_BYTES / 16 + 1];
	uint place = (uint)get_local_id(0);
	ulong at = begin + get_group_id(0) * ZN_GROUP_ITEMS + place;
	for (uint i = place; i < ZN_LOCAL_BYTES / 16 + 1; i += ZN_GROUP_ITEMS)
		zn_local[i] = (ulong2)(0);
	barrier(CLK_LOCAL_MEM_FENCE);
	if (begin + get_group_id(0) * ZN_GROUP_ITEMS >= end)
		return; /* the whole group: a larger grid than there are places */
	ulong item = listed ? items[at] : first + at;
	zn_chunk(item, place, params, shared + ZN_HEAD_BYTES, input + ZN_HEAD_BYTES,
		out + at * ZN_SLOT_BYTES, (__local uchar *)zn_local);
}
