/* tests/unit/fake_nvml.c - stands in for libnvidia-ml.so.1: two cards, of which one tells little. */
#include <stdint.h>
#include <string.h>

struct fake_pci {
	char legacy[16];
	unsigned int domain, bus, device, id, subsystem;
	char text[32];
};

int nvmlInit_v2(void);
int nvmlDeviceGetCount_v2(unsigned int *count);
int nvmlDeviceGetHandleByIndex_v2(unsigned int index, void **device);
int nvmlDeviceGetName(void *device, char *name, unsigned int bytes);
int nvmlDeviceGetPciInfo_v3(void *device, struct fake_pci *pci);
int nvmlDeviceGetTemperature(void *device, int which, unsigned int *celsius);
int nvmlDeviceGetPowerUsage(void *device, unsigned int *milliwatt);

int nvmlInit_v2(void)
{
	return 0;
}

int nvmlDeviceGetCount_v2(unsigned int *count)
{
	*count = 2;
	return 0;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned int index, void **device)
{
	*device = (void *)(uintptr_t)(index + 1);
	return 0;
}

int nvmlDeviceGetName(void *device, char *name, unsigned int bytes)
{
	if ((uintptr_t)device == 2)
		return 1;
	strncpy(name, "Some card", bytes);
	return 0;
}

int nvmlDeviceGetPciInfo_v3(void *device, struct fake_pci *pci)
{
	memset(pci, 0xff, sizeof *pci);
	pci->domain = 0;
	pci->bus = 0x0a + (unsigned int)(uintptr_t)device - 1;
	pci->device = 0;
	return 0;
}

int nvmlDeviceGetTemperature(void *device, int which, unsigned int *celsius)
{
	*celsius = (uintptr_t)device == 1 ? 64 : 100000; /* no card is so hot */
	return which;
}

int nvmlDeviceGetPowerUsage(void *device, unsigned int *milliwatt)
{
	*milliwatt = 250500;
	return (uintptr_t)device == 1 ? 0 : 3; /* not supported */
}
