/* bench_exact [seconds] - the functions of exact.h beside the device's own, on the first OpenCL device.
 *
 * Each of them at widths 1, 8 and 16: work-items of a group of their own go over 1,024 numbers again and
 * again. Ours and the device's take turns; the medians are printed, in millions of values a second of
 * the whole device, and their ratio. Only figures of one run on a quiet machine compare.
 */
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#include "kernels/builtin.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define INPUTS     1024
#define ROUNDS     9
#define WIDTHS     3
#define KINDS      2 /* ours, the device's */
#define TEXT_BYTES 65536
#define ITEMS_EACH 4 /* work-items for each compute unit */

struct function {
	const char *name, *arguments;
	float low, high, low_y, high_y;
};

static const struct function functions[] = {
	{"sin", "x", -100, 100, 0, 0},
	{"cos", "x", -100, 100, 0, 0},
	{"tan", "x", -100, 100, 0, 0},
	{"asin", "x", -1, 1, 0, 0},
	{"acos", "x", -1, 1, 0, 0},
	{"atan", "x", -10, 10, 0, 0},
	{"atan2", "x, y", -10, 10, -10, 10},
	{"exp", "x", -20, 20, 0, 0},
	{"exp2", "x", -20, 20, 0, 0},
	{"log", "x", 1e-3f, 1e3f, 0, 0},
	{"log2", "x", 1e-3f, 1e3f, 0, 0},
	{"log10", "x", 1e-3f, 1e3f, 0, 0},
	{"pow", "x, y", 1e-3f, 10, -10, 10},
	{"rsqrt", "x", 1e-3f, 1e3f, 0, 0},
};
#define FUNCTIONS (sizeof functions / sizeof *functions)

static const unsigned widths[WIDTHS] = {1, 8, 16};

static cl_context context;
static cl_command_queue queue;
static cl_device_id device;

static void must(cl_int err, const char *what)
{
	if (err == CL_SUCCESS)
		return;
	fprintf(stderr, "bench_exact: %s failed (error %d)\n", what, err);
	exit(1);
}

static double now_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void open_device(void)
{
	cl_platform_id platforms[8];
	cl_uint count = 0;
	cl_int err = clGetPlatformIDs(8, platforms, &count);
	for (cl_uint i = 0; err == CL_SUCCESS && i < count && i < 8 && device == NULL; i++)
		if (clGetDeviceIDs(platforms[i], CL_DEVICE_TYPE_ALL, 1, &device, NULL) !=
			CL_SUCCESS)
			device = NULL;
	if (device == NULL) {
		fprintf(stderr, "bench_exact: there is no OpenCL device\n");
		exit(1);
	}
	context = clCreateContext(NULL, 1, &device, NULL, NULL, &err);
	must(err, "making a context");
	queue = clCreateCommandQueue(context, device, 0, &err);
	must(err, "making a queue");
}

static size_t kernel_text(char *to, size_t room, const struct function *function, unsigned width,
	bool ours)
{
	char lanes[16] = "", suffix[16] = "";
	if (width > 1) {
		snprintf(lanes, sizeof lanes, "%u", width);
		snprintf(suffix, sizeof suffix, "_x%u", width);
	}
	int length = snprintf(to, room,
		"__kernel void %s_%u(__global const float%s *in, __global float%s *out, uint "
		"times)\n"
		"{ float%s sum = (float%s)(0.0f);\n"
		"  for (uint t = 0; t < times; t++) for (uint i = 0; i < %u; i++)\n"
		"  { float%s x = in[i], y = in[i + %u]; sum += %s%s%s(%s); }\n"
		"  out[get_global_id(0)] = sum; }\n",
		function->name, width, lanes, lanes, lanes, lanes, INPUTS / width, lanes,
		INPUTS / width, ours ? "zn_" : "", function->name, ours ? suffix : "",
		function->arguments);
	if (length < 0 || (size_t)length >= room)
		abort();
	return (size_t)length;
}

/* A built-in is compiled as anybody would: without our pragma and our option. */
static cl_program build(bool ours)
{
	static char text[TEXT_BYTES];
	size_t bytes = 0;
	for (size_t f = 0; f < FUNCTIONS; f++)
		for (unsigned w = 0; w < WIDTHS; w++)
			bytes += kernel_text(text + bytes, sizeof text - bytes, &functions[f],
				widths[w], ours);
	const char *texts[3] = {"#define ZN_LANES_USED 24\n",
		zn_kernel_source_find("exact.h")->text, text};
	cl_int err;
	cl_program program = clCreateProgramWithSource(context, ours ? 3 : 1,
		ours ? texts : texts + 2, NULL, &err);
	must(err, "taking the source");
	must(clBuildProgram(program, 1, &device,
		     ours ? "-cl-std=CL1.2 -cl-fp32-correctly-rounded-divide-sqrt"
			  : "-cl-std=CL1.2",
		     NULL, NULL),
		"building");
	return program;
}

static double launch(cl_kernel kernel, cl_uint times, size_t items)
{
	const size_t one = 1;
	must(clSetKernelArg(kernel, 2, sizeof times, &times), "setting times");
	double began_s = now_s();
	must(clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &items, &one, 0, NULL, NULL),
		"launching");
	must(clFinish(queue), "running");
	return now_s() - began_s;
}

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

static cl_mem inputs(const struct function *function)
{
	static float values[2 * INPUTS];
	unsigned random = 1;
	for (unsigned i = 0; i < 2 * INPUTS; i++) {
		random = random * 747796405u + 2891336453u;
		float share = (float)(random >> 8) / 16777216.0f;
		float low = i < INPUTS ? function->low : function->low_y;
		float high = i < INPUTS ? function->high : function->high_y;
		values[i] = low + (high - low) * share;
	}
	cl_int err;
	cl_mem mem = clCreateBuffer(context, CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR, sizeof values,
		values, &err);
	must(err, "making a buffer");
	return mem;
}

/* Out: rates  medians of ours and of the device's, millions of values a second. */
static void measure(double rates[KINDS], cl_program programs[KINDS],
	const struct function *function, unsigned width, size_t items, double launch_s)
{
	char name[32];
	double seconds[KINDS][ROUNDS];
	cl_uint times[KINDS];
	cl_kernel kernels[KINDS];
	cl_int err;
	cl_mem in = inputs(function);
	cl_mem out = clCreateBuffer(context, CL_MEM_WRITE_ONLY, items * 64, NULL, &err);
	must(err, "making a buffer");
	snprintf(name, sizeof name, "%s_%u", function->name, width);
	for (int k = 0; k < KINDS; k++) {
		kernels[k] = clCreateKernel(programs[k], name, &err);
		must(err, "making a kernel");
		must(clSetKernelArg(kernels[k], 0, sizeof in, &in), "setting in");
		must(clSetKernelArg(kernels[k], 1, sizeof out, &out), "setting out");
		launch(kernels[k], 1, items); /* compiled here */
		double probe_s = launch(kernels[k], 20, items) / 20;
		times[k] = probe_s > 0 && probe_s < launch_s ? (cl_uint)(launch_s / probe_s) : 1;
	}
	for (int round = 0; round < ROUNDS; round++)
		for (int k = 0; k < KINDS; k++)
			seconds[k][round] = launch(kernels[k], times[k], items);
	for (int k = 0; k < KINDS; k++) {
		qsort(seconds[k], ROUNDS, sizeof seconds[k][0], by_size);
		rates[k] = (double)items * INPUTS * times[k] / seconds[k][ROUNDS / 2] * 1e-6;
		clReleaseKernel(kernels[k]);
	}
	clReleaseMemObject(in);
	clReleaseMemObject(out);
}

int main(int count, char **arguments)
{
	double launch_s =
		count > 1 ? atof(arguments[1]) / (FUNCTIONS * WIDTHS * KINDS * ROUNDS) : 0.01;
	open_device();
	cl_uint units = 1;
	char name[128] = "";
	clGetDeviceInfo(device, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof units, &units, NULL);
	clGetDeviceInfo(device, CL_DEVICE_NAME, sizeof name - 1, name, NULL);
	cl_program programs[KINDS] = {build(true), build(false)};
	printf("%s, %u compute units; millions of values a second, medians of %d\n", name, units,
		ROUNDS);
	printf("%-8s %5s %10s %10s %7s\n", "function", "width", "zn_", "built-in", "ratio");
	for (size_t f = 0; f < FUNCTIONS; f++)
		for (unsigned w = 0; w < WIDTHS; w++) {
			double rates[KINDS];
			measure(rates, programs, &functions[f], widths[w],
				(size_t)units * ITEMS_EACH, launch_s);
			printf("%-8s %5u %10.0f %10.0f %7.2f\n", functions[f].name, widths[w],
				rates[0], rates[1], rates[0] / rates[1]);
			fflush(stdout);
		}
	for (int k = 0; k < KINDS; k++)
		clReleaseProgram(programs[k]);
	clReleaseCommandQueue(queue);
	clReleaseContext(context);
	return 0;
}
