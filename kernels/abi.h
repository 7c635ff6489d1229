/* kernels/abi.h - ABI v1: what a kernel source gives, and what the runner calls.
 *
 * Read by both sides: the host, and OpenCL C (which defines __OPENCL_C_VERSION__), for which the
 * runner puts it before everything else.
 *
 * A job's source in the MAP form defines one function:
 *
 *     void zn_map(ulong item, __global const uchar *params, __global const uchar *shared,
 *                 __global const uchar *input, __global uchar *slot);
 *
 *   item    job-wide index of the item, below the manifest's item count.
 *   params  the manifest's parameter bytes, 16-byte aligned.
 *   shared  the job's shared input, one blob, 64-byte aligned (never NULL; 64 zero bytes if none).
 *   input   the chunk's own input, 64-byte aligned (64 zero bytes if none).
 *   slot    ZN_SLOT_BYTES bytes of this item's output, zeroed before. zn_map writes here only and
 *           depends on nothing but its arguments, so any single item can be recomputed alone.
 *
 * In the CHUNK form it defines
 *
 *     void zn_chunk(ulong item, uint place, params, shared, input, slot,
 *                   __local uchar *scratch);
 *
 * which ZN_GROUP_ITEMS neighbouring items of a work-group call together: `place` is the item's place
 * in its group, `scratch` has ZN_LOCAL_BYTES bytes of memory that the group shares, zeroed before, and
 * barrier(CLK_LOCAL_MEM_FENCE) may stand wherever all of them pass. An item depends on nothing but
 * its group, so any single group can be recomputed alone.
 *
 * In both forms
 *   zn_shared_bytes(shared)  how long the shared input is
 *   zn_input_bytes(input)    how long the chunk's input is (the last one may be shorter)
 *   zn_input_first(input)    first item of the chunk whose input it is; 0 where the job has none
 *
 * The runner puts together: this, kernels/exact.h (exact class only), the job's sources in their
 * listed order, then kernels/map.cl or kernels/chunk.cl, which holds the entry point below. Range and
 * list come from the same source and give the same bytes.
 *
 *     zn_map_items(__global const ulong *items, ulong listed, ulong first, ulong begin, ulong end,
 *                  ulong stripe, params, shared, input, out)
 *
 * A launch does the places [begin, end) of the chunk or list: place p is item items[p] if
 * `listed`, else first + p, and its slot lies at out + p * ZN_SLOT_BYTES. So a chunk can be cut
 * anywhere; in the chunk form, between groups.
 *
 * Macros that the runner defines at build time:
 *   ZN_SLOT_BYTES   bytes of an output slot (the manifest's)
 *   ZN_DEVICE_CPU   1 on a CPU device: a work-item takes a contiguous stripe, work-groups of one
 *   ZN_DEVICE_GPU   1 on a GPU: neighbours take neighbouring items
 *   ZN_WIDTH        the vector width worth using on this device (1 on GPUs)
 *   ZN_FP64         1 if the job uses double
 *   ZN_GROUP_ITEMS, ZN_LOCAL_BYTES  of the chunk form, else 0
 *
 * OpenCL C 1.2; little-endian devices only.
 */
#ifndef ZN_KERNELS_ABI_H
#define ZN_KERNELS_ABI_H

#define ZN_ABI_VERSION 1

/* Before the shared input and before a chunk's input lies a head, which the accessors read. */
#define ZN_HEAD_BYTES 64

#ifdef __OPENCL_C_VERSION__

#if ZN_FP64
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#endif
#define zn_shared_bytes(shared) (((__global const ulong *)(shared))[-8])
#define zn_input_bytes(input)   (((__global const ulong *)(input))[-8])
#define zn_input_first(input)   (((__global const ulong *)(input))[-7])

#else

#include <stdint.h>

#define ZN_KERNEL_ENTRY "zn_map_items"

struct zn_kernel_head {
	uint64_t bytes; /* of what follows */
	uint64_t first; /* of a chunk's input: the chunk's first item */
	uint8_t zero[ZN_HEAD_BYTES - 16];
};

#endif

#endif
