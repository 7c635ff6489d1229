/* runner/compute.h - the OpenCL devices of this machine, and one of them opened.
 *
 * Platforms without a device, or whose driver fails to answer, are passed over.
 */
#ifndef ZN_RUNNER_COMPUTE_H
#define ZN_RUNNER_COMPUTE_H

#include "core/limits.h"
#include "runner/device.h"

#include <CL/cl.h>

#define ZN_PLATFORMS_MAX 32

struct zn_compute {
	cl_platform_id platform;
	cl_device_id device;
	cl_context context;
	cl_command_queue queue; /* in order, with profiling */
	struct zn_device about;
};

struct zn_compute_list {
	uint32_t count;
	cl_platform_id platforms[ZN_DEVICES_MAX];
	cl_device_id devices[ZN_DEVICES_MAX];
};

/** All devices of all platforms, in the drivers' order. */
void zn_compute_list_all(struct zn_compute_list *out);
/** The list's index of the `class_index`-th device of a class; list->count when there is none. */
uint32_t zn_compute_find(const struct zn_compute_list *list, uint8_t class, uint32_t class_index);
/** What is known of device `index` of the list. */
void zn_compute_describe_listed(struct zn_device *out, const struct zn_compute_list *list,
	uint32_t index);
/** Open device `index` of the list. Returns: NULL, or a sentence that says why it cannot be. */
const char *zn_compute_open(struct zn_compute *out, const struct zn_compute_list *list,
	uint32_t index);
void zn_compute_close(struct zn_compute *compute);

/** What can be known of a device without opening it (describe.c). */
void zn_compute_describe(struct zn_device *out, cl_platform_id platform, cl_device_id device,
	uint32_t index);

#endif
