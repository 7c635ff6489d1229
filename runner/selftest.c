#include "runner/selftest.h"

#include "kernels/abi.h"
#include "kernels/builtin.h"
#include "runner/exact_host.h"
#include "runner/pipe.h"

#include <stdio.h>
#include <string.h>

#define ROUNDS      37
#define SEED        0x5eedu
#define MIX_ITEMS   64
#define FLOAT_CASES 384
#define SPECIALS    12
#define GROUPS      16

static uint64_t mix_steps(uint64_t state, uint32_t rounds)
{
	for (uint32_t i = 0; i < rounds; i++) {
		state += UINT64_C(0x9e3779b97f4a7c15);
		state = (state ^ (state >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		state = (state ^ (state >> 27)) * UINT64_C(0x94d049bb133111eb);
		state ^= state >> 31;
	}
	return state;
}

/* Each of them with each of the others: the first SPECIALS^2 cases. */
static const uint32_t specials[SPECIALS] = {
	0x00000000u, /* 0 */
	0x80000000u, /* -0 */
	0x3f800000u, /* 1 */
	0xbf800000u, /* -1 */
	0x7f800000u, /* infinity */
	0xff800000u, /* -infinity */
	0x7fc00123u, /* a NaN, not our own */
	0x00000001u, /* the least denormal */
	0x807fffffu, /* the largest denormal, negative */
	0x7f7fffffu, /* the largest float */
	0xc0400000u, /* -3 */
	0x6f79be45u, /* 7.73e28: 2^-29 from a multiple of pi / 2 */
};

/* An eighth any bits at all, a quarter around the denormals, the rest ordinary or large. */
static uint32_t case_bits(uint32_t index)
{
	uint32_t at = index / ZN_KNOWN_TAKES;
	if (at < SPECIALS * SPECIALS && index % ZN_KNOWN_TAKES < 2)
		return specials[index % ZN_KNOWN_TAKES == 0 ? at / SPECIALS : at % SPECIALS];
	uint32_t random = (uint32_t)mix_steps(index, 1);
	switch (at % 8) {
	case 0:
		return random;
	case 1:
		return random & 0x80ffffffu; /* denormals and the smallest normals */
	case 2:
		return index % ZN_KNOWN_TAKES == 0 ? (random & 0x80ffffffu) | 0x00800000u
						   : (random & 0x807fffffu) | 0x41000000u;
	case 3:
		return (random & 0x87ffffffu) | 0x40000000u; /* 2 to 2^17 */
	default:
		return (random & 0x83ffffffu) | 0x3c000000u; /* 2^-7 to 2 */
	}
}

static bool fail(struct zn_compute *compute, const char *reason, const char *detail)
{
	compute->about.exact = ZN_EXACT_NO;
	char text[ZN_DEVICE_REASON_BYTES_MAX + 1];
	snprintf(text, sizeof text, "%s%.100s", reason, detail);
	zn_pipe_clean(compute->about.exact_reason, sizeof compute->about.exact_reason, text,
		strlen(text), false);
	return false;
}

/* Run one kernel over buffers made from `given` and read `taken` back. */
static bool launch(const struct zn_compute *compute, cl_kernel kernel, cl_uint out_arg, void *taken,
	size_t taken_bytes)
{
	cl_int err;
	cl_mem out = clCreateBuffer(compute->context, CL_MEM_READ_WRITE, taken_bytes, NULL, &err);
	if (out == NULL)
		return false;
	const uint8_t zero = 0;
	const size_t grid = GROUPS, group = 1;
	err = clSetKernelArg(kernel, out_arg, sizeof(cl_mem), &out);
	err |= clEnqueueFillBuffer(compute->queue, out, &zero, 1, 0, taken_bytes, 0, NULL, NULL);
	if (err == CL_SUCCESS)
		err = clEnqueueNDRangeKernel(compute->queue, kernel, 1, NULL, &grid, &group, 0,
			NULL, NULL);
	if (err == CL_SUCCESS)
		err = clEnqueueReadBuffer(compute->queue, out, CL_TRUE, 0, taken_bytes, taken, 0,
			NULL, NULL);
	clReleaseMemObject(out);
	return err == CL_SUCCESS;
}

static cl_mem given(const struct zn_compute *compute, const void *bytes, size_t count)
{
	return clCreateBuffer(compute->context, CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR, count,
		(void *)(uintptr_t)bytes, NULL);
}

static bool check_mix(struct zn_compute *compute, cl_kernel kernel)
{
	const uint32_t params[16] = {ROUNDS, SEED};
	const cl_ulong listed = 0, first = UINT64_C(0x123456789), begin = 0, end = MIX_ITEMS,
		       stripe = MIX_ITEMS / GROUPS;
	uint64_t got[MIX_ITEMS];
	cl_mem in = given(compute, params, sizeof params);
	cl_int err = in == NULL ? CL_OUT_OF_RESOURCES : CL_SUCCESS;
	err |= clSetKernelArg(kernel, 0, sizeof in, &in);
	err |= clSetKernelArg(kernel, 1, sizeof listed, &listed);
	err |= clSetKernelArg(kernel, 2, sizeof first, &first);
	err |= clSetKernelArg(kernel, 3, sizeof begin, &begin);
	err |= clSetKernelArg(kernel, 4, sizeof end, &end);
	err |= clSetKernelArg(kernel, 5, sizeof stripe, &stripe);
	for (cl_uint i = 6; i < 9; i++)
		err |= clSetKernelArg(kernel, i, sizeof in, &in);
	bool ran = err == CL_SUCCESS && launch(compute, kernel, 9, got, sizeof got);
	if (in != NULL)
		clReleaseMemObject(in);
	if (!ran)
		return fail(compute, "it could not run the integer test", "");
	for (uint64_t i = 0; i < MIX_ITEMS; i++)
		if (got[i] != mix_steps((first + i) ^ (uint64_t)SEED << 32, ROUNDS))
			return fail(compute, "its integers are wrong: mix", "");
	return true;
}

static bool check_floats(struct zn_compute *compute, cl_kernel kernel)
{
	static uint32_t in[FLOAT_CASES * ZN_KNOWN_TAKES], got[FLOAT_CASES * ZN_KNOWN_WORDS];
	const cl_uint cases = FLOAT_CASES;
	for (uint32_t i = 0; i < FLOAT_CASES * ZN_KNOWN_TAKES; i++)
		in[i] = case_bits(i);
	cl_mem mem = given(compute, in, sizeof in);
	cl_int err = mem == NULL ? CL_OUT_OF_RESOURCES : CL_SUCCESS;
	err |= clSetKernelArg(kernel, 0, sizeof mem, &mem);
	err |= clSetKernelArg(kernel, 2, sizeof cases, &cases);
	bool ran = err == CL_SUCCESS && launch(compute, kernel, 1, got, sizeof got);
	if (mem != NULL)
		clReleaseMemObject(mem);
	if (!ran)
		return fail(compute, "it could not run the float test", "");
	for (uint32_t i = 0; i < FLOAT_CASES; i++) {
		uint32_t right[ZN_KNOWN_WORDS];
		zn_exact_host(right, in + (size_t)i * ZN_KNOWN_TAKES);
		const char *wrong = zn_exact_host_compare(got + (size_t)i * ZN_KNOWN_WORDS, right);
		if (wrong != NULL)
			return fail(compute, "its floats are not exact: ", wrong);
	}
	return true;
}

void zn_selftest_run(struct zn_compute *compute, cl_program program)
{
	if (program == NULL) {
		fail(compute, "its compiler refused the test kernels", "");
		return;
	}
	cl_kernel map = clCreateKernel(program, ZN_KERNEL_ENTRY, NULL);
	cl_kernel floats = clCreateKernel(program, "zn_selftest", NULL);
	if (map == NULL || floats == NULL)
		fail(compute, "its compiler lost the test kernels", "");
	else if (check_mix(compute, map) && check_floats(compute, floats))
		compute->about.exact = ZN_EXACT_YES;
	if (map != NULL)
		clReleaseKernel(map);
	if (floats != NULL)
		clReleaseKernel(floats);
}
