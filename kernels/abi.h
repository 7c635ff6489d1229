/* kernels/abi.h - ABI v1: what a kernel source gives, and what the runner calls.
 *
 * Read by both sides: OpenCL C (which defines __OPENCL_C_VERSION__) and the host.
 *
 * A job's source in the MAP form defines one function:
 *
 *     void zn_map(ulong item, __global const uchar *params, __global const uchar *shared,
 *                 __global const uchar *input, __global uchar *slot);
 *
 *   item    job-wide index of the item, below the manifest's item count.
 *   params  the manifest's parameter bytes, 16-byte aligned.
 *   shared  the job's shared input, one blob, 64-byte aligned (never NULL; 64 zero bytes if none).
 *   input   the chunk's own input (64 zero bytes if none).
 *   slot    ZN_SLOT_BYTES bytes of this item's output, zeroed before. zn_map writes here only and
 *           depends on nothing but its arguments, so any single item can be recomputed alone.
 *
 * The runner puts together: kernels/exact.h (exact class only), the job's sources in their listed
 * order, then kernels/map.cl, which holds the entry point below. Range and list come from the same
 * source and give the same bytes.
 *
 *     zn_map_items(__global const ulong *items, ulong listed, ulong first, ulong begin, ulong end,
 *                  ulong stripe, params, shared, input, out)
 *
 * A launch does the places [begin, end) of the chunk or list: place p is item items[p] if
 * `listed`, else first + p,
 * and its slot lies at out + p * ZN_SLOT_BYTES. So a chunk can be cut anywhere.
 *
 * Macros that the runner defines at build time:
 *   ZN_SLOT_BYTES   bytes of an output slot (the manifest's)
 *   ZN_DEVICE_CPU   1 on a CPU device: a work-item takes a contiguous stripe, work-groups of one
 *   ZN_DEVICE_GPU   1 on a GPU: neighbours take neighbouring items
 *   ZN_WIDTH        the vector width worth using on this device (1 on GPUs)
 *
 * OpenCL C 1.2; little-endian devices only.
 */
#ifndef ZN_KERNELS_ABI_H
#define ZN_KERNELS_ABI_H

#define ZN_ABI_VERSION 1

#define ZN_KERNEL_ENTRY "zn_map_items"

#endif
