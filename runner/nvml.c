#include "runner/nvml.h"

#include "runner/pipe.h"
#include "runner/sensors.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#define LIBRARY    "libnvidia-ml.so.1"
#define NAME_BYTES 96

/* From NVIDIA's NVML API reference: what is used of it. Every call returns 0 for success. */
typedef struct nvml_device *nvml_device;
struct nvml_pci {
	char bus_id_legacy[16];
	unsigned int domain, bus, device, pci_device_id, pci_subsystem_id;
	char bus_id[32];
};
#define NVML_TEMPERATURE_GPU 0

static struct {
	bool started;
	int (*init)(void);
	int (*count)(unsigned int *count);
	int (*by_index)(unsigned int index, nvml_device *device);
	int (*name)(nvml_device device, char *name, unsigned int bytes);
	int (*pci)(nvml_device device, struct nvml_pci *pci);
	int (*temperature)(nvml_device device, int which, unsigned int *celsius);
	int (*power)(nvml_device device, unsigned int *milliwatt);
} nvml;

static bool find(void *library, const char *name, void *function, size_t bytes)
{
	void *symbol = dlsym(library, name);
	memcpy(function, &symbol, bytes); /* ISO C has no cast from one to the other */
	return symbol != NULL;
}

#define FIND(name, member) find(library, name, &nvml.member, sizeof nvml.member)

void zn_nvml_open(void)
{
	void *library = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL);
	if (library == NULL)
		return;
	nvml.started = FIND("nvmlInit_v2", init) && FIND("nvmlDeviceGetCount_v2", count) &&
		       FIND("nvmlDeviceGetHandleByIndex_v2", by_index) &&
		       FIND("nvmlDeviceGetName", name) && FIND("nvmlDeviceGetPciInfo_v3", pci) &&
		       FIND("nvmlDeviceGetTemperature", temperature) &&
		       FIND("nvmlDeviceGetPowerUsage", power) && nvml.init() == 0;
}

static void read_one(struct zn_readings *out, nvml_device device)
{
	struct zn_sensor sensor = {.of = ZN_SENSOR_OF_GPU};
	struct nvml_pci pci;
	char name[NAME_BYTES + 1] = "";
	unsigned int value = 0;
	memset(&pci, 0, sizeof pci);
	if (nvml.name(device, name, NAME_BYTES) != 0)
		strcpy(name, "NVIDIA");
	zn_pipe_clean(sensor.name, sizeof sensor.name, name, NAME_BYTES, false);
	if (nvml.pci(device, &pci) == 0)
		snprintf(sensor.pci, sizeof sensor.pci, "%04x:%02x:%02x.0", pci.domain & 0xffff,
			pci.bus & 0xff, pci.device & 0x1f);
	if (nvml.temperature(device, NVML_TEMPERATURE_GPU, &value) == 0 && value < 1000) {
		sensor.kind = ZN_SENSOR_TEMPERATURE;
		sensor.milli = (int32_t)value * 1000;
		zn_readings_add(out, &sensor);
	}
	if (nvml.power(device, &value) == 0 && value < ZN_SENSOR_MILLI_W_MAX) {
		sensor.kind = ZN_SENSOR_POWER;
		sensor.milli = (int32_t)value;
		zn_readings_add(out, &sensor);
	}
}

void zn_nvml_read(struct zn_readings *out)
{
	unsigned int count = 0;
	nvml_device device;
	if (!nvml.started || nvml.count(&count) != 0)
		return;
	for (unsigned int i = 0; i < count && i < ZN_GPUS_MAX; i++)
		if (nvml.by_index(i, &device) == 0)
			read_one(out, device);
}
