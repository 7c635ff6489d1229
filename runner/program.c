#include "runner/program.h"

#include "kernels/abi.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LOG_RAW_BYTES_MAX (64u << 20)

uint64_t zn_runner_now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void zn_report(struct zn_pipe_loaded *report, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	int length = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	zn_pipe_clean(report->sentence, sizeof report->sentence, text,
		length < 0 ? 0 : strnlen(text, sizeof text), false);
}

static void fetch_log(struct zn_pipe_loaded *report, cl_program program, cl_device_id device)
{
	size_t bytes = 0;
	report->log_bytes = 0;
	if (clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, 0, NULL, &bytes) !=
			CL_SUCCESS ||
		bytes <= 1 || bytes > LOG_RAW_BYTES_MAX)
		return;
	char *raw = calloc(1, bytes + 1);
	if (raw == NULL)
		return;
	if (clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, bytes, raw, NULL) ==
		CL_SUCCESS)
		report->log_bytes = (uint32_t)zn_pipe_clean((char *)report->log, sizeof report->log,
			raw, strnlen(raw, bytes), true);
	free(raw);
}

enum zn_err zn_program_build(cl_program *out, const struct zn_compute *compute,
	const struct zn_recipe *recipe, struct zn_pipe_loaded *report)
{
	static struct zn_recipe_pieces pieces;
	cl_int err;
	zn_recipe_assemble(&pieces, recipe, compute->about.class);
	*out = clCreateProgramWithSource(compute->context, pieces.count, pieces.texts, pieces.bytes,
		&err);
	if (*out == NULL) {
		zn_report(report, "the driver did not take the kernel's source (error %d)", err);
		return err == CL_OUT_OF_HOST_MEMORY ? ZN_ERR_MEMORY : ZN_ERR_DEVICE;
	}
	err = clBuildProgram(*out, 1, &compute->device, pieces.options, NULL, NULL);
	fetch_log(report, *out, compute->device);
	if (err == CL_SUCCESS)
		return ZN_ERR_OK;
	zn_report(report, "the kernel does not build (error %d); the compiler's log says why", err);
	clReleaseProgram(*out);
	*out = NULL;
	return err == CL_OUT_OF_HOST_MEMORY ? ZN_ERR_MEMORY : ZN_ERR_BUILD;
}

cl_program zn_program_load(const struct zn_compute *compute, const struct zn_recipe *recipe,
	const uint8_t *binary, size_t bytes)
{
	char options[ZN_RECIPE_OPTIONS_BYTES];
	cl_int status = CL_SUCCESS, err = CL_SUCCESS;
	const unsigned char *given = binary;
	zn_recipe_options(options, recipe, compute->about.class);
	cl_program program = clCreateProgramWithBinary(compute->context, 1, &compute->device,
		&bytes, &given, &status, &err);
	if (program == NULL)
		return NULL;
	if (status == CL_SUCCESS &&
		clBuildProgram(program, 1, &compute->device, options, NULL, NULL) == CL_SUCCESS)
		return program;
	clReleaseProgram(program);
	return NULL;
}

enum zn_err zn_program_binary(uint8_t *out, size_t *bytes, size_t bytes_max, cl_program program)
{
	unsigned char *to = out;
	if (clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof *bytes, bytes, NULL) !=
			CL_SUCCESS ||
		*bytes == 0)
		return ZN_ERR_DEVICE;
	if (*bytes > bytes_max)
		return ZN_ERR_TOO_LARGE;
	return clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof to, &to, NULL) == CL_SUCCESS
		       ? ZN_ERR_OK
		       : ZN_ERR_DEVICE;
}

cl_kernel zn_program_kernel(cl_program program, cl_int *status)
{
	return clCreateKernel(program, ZN_KERNEL_ENTRY, status);
}

enum zn_err zn_program_warm_up(cl_kernel kernel, const struct zn_compute *compute,
	uint32_t group_items, uint32_t groups, const cl_mem mems[5])
{
	const cl_ulong none = 0;
	const size_t group = group_items != 0 ? group_items : 1;
	const size_t grid = groups * group;
	const bool grouped = group_items != 0 || compute->about.class == ZN_DEVICE_CPU;
	cl_int err = clSetKernelArg(kernel, 0, sizeof(cl_mem), &mems[0]);
	for (cl_uint i = 1; i < 6; i++)
		err |= clSetKernelArg(kernel, i, sizeof none, &none);
	for (cl_uint i = 6; i < 10; i++)
		err |= clSetKernelArg(kernel, i, sizeof(cl_mem), &mems[i - 5]);
	if (err == CL_SUCCESS)
		err = clEnqueueNDRangeKernel(compute->queue, kernel, 1, NULL, &grid,
			grouped ? &group : NULL, 0, NULL, NULL);
	if (err == CL_SUCCESS)
		err = clFinish(compute->queue);
	return err == CL_SUCCESS ? ZN_ERR_OK : ZN_ERR_DEVICE;
}
