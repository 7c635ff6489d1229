#include "runner/compute.h"

void zn_compute_list_all(struct zn_compute_list *out)
{
	*out = (struct zn_compute_list){0};
	cl_platform_id platforms[ZN_PLATFORMS_MAX];
	cl_uint platforms_count = 0;
	if (clGetPlatformIDs(ZN_PLATFORMS_MAX, platforms, &platforms_count) != CL_SUCCESS)
		return;
	if (platforms_count > ZN_PLATFORMS_MAX)
		platforms_count = ZN_PLATFORMS_MAX;
	for (cl_uint p = 0; p < platforms_count && out->count < ZN_DEVICES_MAX; p++) {
		cl_uint room = ZN_DEVICES_MAX - out->count;
		cl_uint found = 0;
		if (clGetDeviceIDs(platforms[p], CL_DEVICE_TYPE_ALL, room,
			    out->devices + out->count, &found) != CL_SUCCESS)
			continue;
		for (cl_uint i = 0; i < found && i < room; i++)
			out->platforms[out->count++] = platforms[p];
	}
}

static uint8_t class_of(cl_device_id device)
{
	cl_device_type type = 0;
	clGetDeviceInfo(device, CL_DEVICE_TYPE, sizeof type, &type, NULL);
	return type & CL_DEVICE_TYPE_CPU   ? ZN_DEVICE_CPU
	       : type & CL_DEVICE_TYPE_GPU ? ZN_DEVICE_GPU
					   : ZN_DEVICE_OTHER;
}

uint32_t zn_compute_find(const struct zn_compute_list *list, uint8_t class, uint32_t class_index)
{
	for (uint32_t i = 0, seen = 0; i < list->count; i++)
		if (class_of(list->devices[i]) == class && seen++ == class_index)
			return i;
	return list->count;
}

void zn_compute_describe_listed(struct zn_device *out, const struct zn_compute_list *list,
	uint32_t index)
{
	zn_compute_describe(out, list->platforms[index], list->devices[index], index);
	for (uint32_t i = 0; i < index; i++)
		out->class_index += class_of(list->devices[i]) == out->class;
}

const char *zn_compute_open(struct zn_compute *out, const struct zn_compute_list *list,
	uint32_t index)
{
	*out = (struct zn_compute){0};
	if (index >= list->count)
		return list->count == 0 ? "no OpenCL device was found"
					: "there is no device with that number";
	out->platform = list->platforms[index];
	out->device = list->devices[index];
	zn_compute_describe_listed(&out->about, list, index);
	cl_bool usable = CL_FALSE;
	clGetDeviceInfo(out->device, CL_DEVICE_COMPILER_AVAILABLE, sizeof usable, &usable, NULL);
	if (!usable)
		return "its driver has no compiler";
	clGetDeviceInfo(out->device, CL_DEVICE_ENDIAN_LITTLE, sizeof usable, &usable, NULL);
	if (!usable)
		return "it is big-endian; only little-endian devices can be used";
	cl_context_properties properties[] = {CL_CONTEXT_PLATFORM,
		(cl_context_properties)out->platform, 0};
	cl_int err;
	out->context = clCreateContext(properties, 1, &out->device, NULL, NULL, &err);
	if (out->context == NULL)
		return "its driver refused to make a context";
	out->queue =
		clCreateCommandQueue(out->context, out->device, CL_QUEUE_PROFILING_ENABLE, &err);
	if (out->queue == NULL) {
		zn_compute_close(out);
		return "its driver refused to make a command queue";
	}
	return NULL;
}

void zn_compute_close(struct zn_compute *compute)
{
	if (compute->queue != NULL)
		clReleaseCommandQueue(compute->queue);
	if (compute->context != NULL)
		clReleaseContext(compute->context);
	*compute = (struct zn_compute){0};
}
