/* tools/probe.h - the devices of this machine and their sensors, asked for and waited for. */
#ifndef ZN_TOOLS_PROBE_H
#define ZN_TOOLS_PROBE_H

#include "core/limits.h"
#include "runner/client/devices.h"
#include "runner/client/sensors.h"

struct zn_tool_probe {
	struct zn_loop *loop;
	bool done, read; /* devices, sensors */
	enum zn_err err;
	uint32_t devices_count;
	struct zn_device devices[ZN_DEVICES_MAX];
	struct zn_complaint changes[ZN_DEVICES_MAX]; /* since the last test of each; "" for none */
	uint32_t drivers_count;
	struct zn_driver drivers[ZN_DRIVERS_MAX];
	struct zn_machine machine;
	struct zn_readings readings;
	struct zn_complaint note; /* of a driver that misbehaved; else "" */
};

/** Probe and wait. False with a complaint that says what to do; no device at all is no failure. */
bool zn_tool_probe(struct zn_complaint *complaint, struct zn_tool_probe *out, bool self_test)
	__attribute__((warn_unused_result));
/** "CPU", "GPU", "accelerator". */
const char *zn_tool_device_class(const struct zn_device *device);
/** Is an OpenCL device at that place? Told by no driver, it may be. */
bool zn_tool_gpu_is_driven(const struct zn_tool_probe *probe, const struct zn_pci_gpu *gpu);
/** "AMD", "Intel", "NVIDIA", else "". */
const char *zn_tool_pci_vendor(uint16_t vendor);

#endif
