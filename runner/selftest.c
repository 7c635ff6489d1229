#include "runner/selftest.h"

#include "kernels/abi.h"
#include "kernels/builtin.h"
#include "runner/exact_host.h"
#include "runner/pipe.h"
#include "runner/selftest_kernel.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ROUNDS      37
#define SEED        0x5eedu
#define MIX_ITEMS   64
#define FLOAT_CASES 256
#define PLAIN_OPS   8
#define FLOAT_OPS   (PLAIN_OPS + ZN_EXACT_HOST_OPS)
#define INTEGER_OPS 2 /* the last ones */
#define FLOAT_TAKES 3
#define GROUPS      16

static const char *const op_names[FLOAT_OPS] = {"a / 7.0f", "a / b", "sqrt(a)", "a * b, then + c",
	"fma(a, b, c)", "a * b - c * a", "1 / c", "(a + b) - a", "zn_sin", "zn_cos", "zn_exp",
	"zn_log", "zn_to_uint", "zn_to_int"};

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

static uint32_t bits_of(float value)
{
	uint32_t bits;
	memcpy(&bits, &value, sizeof bits);
	return bits;
}

static float float_of(uint32_t bits)
{
	float value;
	memcpy(&value, &bits, sizeof value);
	return value;
}

/* An eighth any bits at all, a quarter around the denormals, the rest ordinary or large. */
static uint32_t case_bits(uint32_t index)
{
	uint32_t random = (uint32_t)mix_steps(index, 1);
	switch ((index / FLOAT_TAKES) % 8) {
	case 0:
		return random;
	case 1:
		return random & 0x80ffffffu; /* denormals and the smallest normals */
	case 2:
		return index % FLOAT_TAKES == 0 ? (random & 0x80ffffffu) | 0x00800000u
						: (random & 0x807fffffu) | 0x41000000u;
	case 3:
		return (random & 0x87ffffffu) | 0x40000000u; /* 2 to 2^17 */
	default:
		return (random & 0x83ffffffu) | 0x3c000000u; /* 2^-7 to 2 */
	}
}

static void expect(uint32_t out[FLOAT_OPS], const uint32_t in[FLOAT_TAKES])
{
	volatile float a = float_of(in[0]), b = float_of(in[1]), c = float_of(in[2]);
	volatile float product = a * b, other = c * a, sum = a + b;
	out[0] = bits_of(a / 7.0f);
	out[1] = bits_of(a / b);
	out[2] = bits_of(sqrtf(fabsf(a)));
	out[3] = bits_of(product + c);
	out[4] = bits_of(fmaf(a, b, c));
	out[5] = bits_of(product - other);
	out[6] = bits_of(1.0f / c);
	out[7] = bits_of(sum - a);
	zn_exact_host(out + PLAIN_OPS, in[0]);
}

static bool is_nan(uint32_t bits)
{
	return (bits & 0x7fffffffu) > 0x7f800000u;
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
	static uint32_t in[FLOAT_CASES * FLOAT_TAKES], got[FLOAT_CASES * FLOAT_OPS];
	const cl_uint cases = FLOAT_CASES;
	for (uint32_t i = 0; i < FLOAT_CASES * FLOAT_TAKES; i++)
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
		uint32_t right[FLOAT_OPS];
		expect(right, in + (size_t)i * FLOAT_TAKES);
		for (uint32_t op = 0; op < FLOAT_OPS; op++) {
			uint32_t is = got[i * FLOAT_OPS + op];
			bool both_nan =
				op < FLOAT_OPS - INTEGER_OPS && is_nan(is) && is_nan(right[op]);
			if (is != right[op] && !both_nan)
				return fail(compute, "its floats are not exact: ", op_names[op]);
		}
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
