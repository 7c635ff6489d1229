/* runner/describe.c - a device in our words. A driver's answers are bounded and cleaned. */
#include "runner/compute.h"

#include "runner/machine.h"
#include "runner/pipe.h"

#include <CL/cl_ext.h>

#include <stdio.h>
#include <string.h>

#define WIDTH_MAX 16

/* NVIDIA's, which our headers may lack. */
#define PCI_BUS_NVIDIA    0x4008
#define PCI_SLOT_NVIDIA   0x4009
#define PCI_DOMAIN_NVIDIA 0x400A

static void text(char *out, cl_device_id device, cl_device_info what)
{
	char raw[1024] = {0};
	size_t bytes = 0;
	out[0] = '\0';
	if (clGetDeviceInfo(device, what, sizeof raw - 1, raw, &bytes) == CL_SUCCESS)
		zn_pipe_clean(out, ZN_DEVICE_TEXT_BYTES_MAX + 1, raw, strnlen(raw, sizeof raw),
			false);
}

static uint64_t number(cl_device_id device, cl_device_info what, size_t bytes)
{
	uint64_t value = 0;
	if (clGetDeviceInfo(device, what, bytes, &value, NULL) != CL_SUCCESS)
		return 0;
	return value;
}

static uint32_t number32(cl_device_id device, cl_device_info what)
{
	return (uint32_t)number(device, what, sizeof(cl_uint));
}

/* Where the card is plugged in: the common extension first, then what each maker has. */
static void pci_of(char *out, cl_device_id device)
{
	cl_device_pci_bus_info_khr bus = {0};
	cl_device_topology_amd amd;
	size_t bytes = 0;
	memset(&amd, 0, sizeof amd);
	if (clGetDeviceInfo(device, CL_DEVICE_PCI_BUS_INFO_KHR, sizeof bus, &bus, &bytes) !=
			CL_SUCCESS ||
		bytes != sizeof bus) {
		bool is_amd = clGetDeviceInfo(device, CL_DEVICE_TOPOLOGY_AMD, sizeof amd, &amd,
				      NULL) == CL_SUCCESS &&
			      amd.raw.type == CL_DEVICE_TOPOLOGY_TYPE_PCIE_AMD;
		cl_uint at = 0, slot = 0;
		if (!is_amd && (clGetDeviceInfo(device, PCI_BUS_NVIDIA, sizeof at, &at, NULL) !=
					       CL_SUCCESS ||
				       clGetDeviceInfo(device, PCI_SLOT_NVIDIA, sizeof slot, &slot,
					       NULL) != CL_SUCCESS))
			return; /* it does not tell */
		bus.pci_domain = is_amd ? 0 : number32(device, PCI_DOMAIN_NVIDIA);
		bus.pci_bus = is_amd ? (cl_uchar)amd.pcie.bus : at;
		bus.pci_device = is_amd ? (cl_uchar)amd.pcie.device : slot >> 3;
		bus.pci_function = is_amd ? (cl_uchar)amd.pcie.function : slot & 7;
	}
	snprintf(out, ZN_PCI_TEXT_BYTES_MAX + 1, "%04x:%02x:%02x.%x", bus.pci_domain & 0xffff,
		bus.pci_bus & 0xff, bus.pci_device & 0x1f, bus.pci_function & 7);
}

static uint32_t width_of(cl_device_id device, uint8_t class)
{
	if (class != ZN_DEVICE_CPU)
		return 1;
	uint32_t width = number32(device, CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT);
	uint32_t power = 4; /* every CPU that matters adds four floats at once */
	while (power < width && power < WIDTH_MAX)
		power *= 2;
	return power;
}

void zn_compute_describe(struct zn_device *out, cl_platform_id platform, cl_device_id device,
	uint32_t index)
{
	*out = (struct zn_device){.index = index,
		.exact = ZN_EXACT_UNKNOWN,
		.sandbox = ZN_SANDBOX_NONE};
	uint64_t type = number(device, CL_DEVICE_TYPE, sizeof(cl_device_type));
	out->class = type & CL_DEVICE_TYPE_CPU   ? ZN_DEVICE_CPU
		     : type & CL_DEVICE_TYPE_GPU ? ZN_DEVICE_GPU
						 : ZN_DEVICE_OTHER;
	out->shares_memory = out->class == ZN_DEVICE_CPU;
	uint64_t fp64 = number(device, CL_DEVICE_DOUBLE_FP_CONFIG, sizeof(cl_device_fp_config));
	out->fp64 = fp64 != 0;
	out->compute_units = number32(device, CL_DEVICE_MAX_COMPUTE_UNITS);
	out->clock_mhz = number32(device, CL_DEVICE_MAX_CLOCK_FREQUENCY);
	out->width = width_of(device, out->class);
	out->group_items_max =
		(uint32_t)number(device, CL_DEVICE_MAX_WORK_GROUP_SIZE, sizeof(size_t));
	out->memory_bytes = number(device, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof(cl_ulong));
	out->alloc_bytes_max = number(device, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof(cl_ulong));
	out->local_bytes = number(device, CL_DEVICE_LOCAL_MEM_SIZE, sizeof(cl_ulong));
	out->constant_bytes = number(device, CL_DEVICE_MAX_CONSTANT_BUFFER_SIZE, sizeof(cl_ulong));
	uint64_t machine = zn_machine_memory_bytes();
	if (out->class == ZN_DEVICE_CPU && machine != 0 && out->memory_bytes > machine)
		out->memory_bytes = machine;
	char raw[1024] = {0};
	if (clGetPlatformInfo(platform, CL_PLATFORM_NAME, sizeof raw - 1, raw, NULL) == CL_SUCCESS)
		zn_pipe_clean(out->platform, sizeof out->platform, raw, strnlen(raw, sizeof raw),
			false);
	text(out->name, device, CL_DEVICE_NAME);
	text(out->vendor, device, CL_DEVICE_VENDOR);
	text(out->driver, device, CL_DRIVER_VERSION);
	text(out->version, device, CL_DEVICE_VERSION);
	if (out->class != ZN_DEVICE_CPU)
		pci_of(out->pci, device);
}
