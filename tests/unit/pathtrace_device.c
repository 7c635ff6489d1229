/* The path tracer on this machine's first OpenCL device gives the bits that plain C gives. */
#include "tests/unit/pathtrace_shim.h"

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#include "kernels/builtin.h"
#include "tests/test.h"
#include "tests/unit/render_fixture.h"

#include <stdio.h>

#define WIDTH  32
#define HEIGHT 18
#define ITEMS  (WIDTH * HEIGHT * 2)

static cl_device_id device;

/* The simplest entry there is; the runner's own is tested with the runner. */
static const char entry[] =
	"__kernel void every_item(__global const uchar *params, __global const uchar *shared,"
	" __global const uchar *input, __global uchar *out)"
	"{ zn_map(get_global_id(0), params, shared, input, out + get_global_id(0) * 24); }";

static bool device_find(void)
{
	cl_platform_id platforms[8];
	cl_uint count = 0;
	if (clGetPlatformIDs(8, platforms, &count) != CL_SUCCESS)
		return false;
	for (cl_uint i = 0; i < count && i < 8; i++)
		if (clGetDeviceIDs(platforms[i], CL_DEVICE_TYPE_ALL, 1, &device, NULL) ==
			CL_SUCCESS)
			return true;
	return false;
}

/* As the runner does: exact.h, the kernel's sources in order, an entry. */
static cl_program program_build(cl_context context)
{
	const char *texts[20] = {zn_kernel_source_find("exact.h")->text};
	cl_uint count = 1;
	const struct zn_builtin_kernel *kernel = zn_builtin_kernel_find("pathtrace");
	assert_non_null(kernel);
	for (const char *const *name = kernel->sources; *name != NULL; name++) {
		assert_non_null(zn_kernel_source_find(*name));
		texts[count++] = zn_kernel_source_find(*name)->text;
	}
	texts[count++] = entry;
	cl_int err = 0;
	cl_program program = clCreateProgramWithSource(context, count, texts, NULL, &err);
	assert_int_equal(err, CL_SUCCESS);
	assert_int_equal(
		clBuildProgram(program, 1, &device,
			"-cl-std=CL1.2 -cl-fp32-correctly-rounded-divide-sqrt -DZN_SLOT_BYTES=24 "
			"-DZN_DEVICE_CPU=1 -DZN_DEVICE_GPU=0 -DZN_WIDTH=8",
			NULL, NULL),
		CL_SUCCESS);
	return program;
}

static void run(uint64_t *out, const struct fixture *fixture)
{
	cl_int err = 0;
	cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, &err);
	cl_command_queue queue = clCreateCommandQueue(context, device, 0, &err);
	assert_int_equal(err, CL_SUCCESS);
	cl_program program = program_build(context);
	cl_kernel kernel = clCreateKernel(program, "every_item", &err);
	assert_int_equal(err, CL_SUCCESS);
	struct zn_pathtrace_params params = fixture->params;
	cl_mem memories[4] = {clCreateBuffer(context, CL_MEM_COPY_HOST_PTR, sizeof(params), &params,
				      NULL),
		clCreateBuffer(context, CL_MEM_COPY_HOST_PTR, fixture->scene_bytes, fixture->scene,
			NULL),
		clCreateBuffer(context, CL_MEM_READ_ONLY, 64, NULL, NULL),
		clCreateBuffer(context, CL_MEM_WRITE_ONLY, ITEMS * 24, NULL, NULL)};
	for (cl_uint i = 0; i < 4; i++)
		clSetKernelArg(kernel, i, sizeof(cl_mem), &memories[i]);
	size_t items = ITEMS, group = 1;
	cl_int started =
		clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &items, &group, 0, NULL, NULL);
	assert_int_equal(started, CL_SUCCESS);
	assert_int_equal(clEnqueueReadBuffer(queue, memories[3], CL_TRUE, 0, ITEMS * 24, out, 0,
				 NULL, NULL),
		CL_SUCCESS);
	for (int i = 0; i < 4; i++)
		clReleaseMemObject(memories[i]);
	clReleaseKernel(kernel);
	clReleaseProgram(program);
	clReleaseCommandQueue(queue);
	clReleaseContext(context);
}

static void device_gives_the_bits_of_plain_c(void **unused)
{
	static const uint8_t none[64] __attribute__((aligned(64)));
	struct fixture fixture;
	uint64_t *out = calloc(ITEMS, 24);
	(void)unused;
	fixture_init(&fixture, WIDTH, HEIGHT, 6, 3, 200);
	run(out, &fixture);
	for (uint64_t i = 0; i < ITEMS; i++) {
		uint64_t slot[3] = {0, 0, 0};
		zn_map(i, (const uint8_t *)&fixture.params, fixture.scene, none, (uint8_t *)slot);
		assert_memory_equal(slot, out + i * 3, 24);
	}
	free(out);
	fixture_finish(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(device_gives_the_bits_of_plain_c)};
	if (!device_find()) {
		printf("SKIP: no OpenCL device\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
