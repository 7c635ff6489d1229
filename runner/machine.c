#include "runner/machine.h"

#include "runner/pipe.h"

#include <hwloc.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMINFO_LINES_MAX 128

static uint64_t read_memory_bytes(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	if (file == NULL)
		return 0;
	char line[256];
	uint64_t kib = 0;
	for (int i = 0; i < MEMINFO_LINES_MAX && fgets(line, sizeof line, file) != NULL; i++)
		if (sscanf(line, "MemTotal: %" SCNu64 " kB", &kib) == 1)
			break;
	fclose(file);
	return kib <= UINT64_MAX / 1024 ? kib * 1024 : 0;
}

uint64_t zn_machine_memory_bytes(void)
{
	static uint64_t bytes; /* a fenced-in runner cannot look again */
	if (bytes == 0)
		bytes = read_memory_bytes();
	return bytes;
}

static uint32_t count_of(hwloc_topology_t topology, hwloc_obj_type_t type)
{
	int count = hwloc_get_nbobjs_by_type(topology, type);
	return count > 0 ? (uint32_t)count : 0;
}

static uint64_t cache_bytes(hwloc_topology_t topology, hwloc_obj_type_t type)
{
	hwloc_obj_t cache = hwloc_get_obj_by_type(topology, type, 0);
	return cache != NULL && cache->attr != NULL ? cache->attr->cache.size : 0;
}

/* Display controllers and processing accelerators, by the classes of the PCI standard. */
static bool is_gpu(uint16_t class_id)
{
	return class_id >> 8 == 0x03 || class_id >> 8 == 0x12;
}

static void look_at_pci(struct zn_machine *out, hwloc_topology_t topology)
{
	hwloc_obj_t at = NULL;
	while (out->gpus_count < ZN_GPUS_MAX &&
		(at = hwloc_get_next_pcidev(topology, at)) != NULL) {
		const struct hwloc_pcidev_attr_s *pci = &at->attr->pcidev;
		if (!is_gpu(pci->class_id))
			continue;
		struct zn_pci_gpu *gpu = &out->gpus[out->gpus_count++];
		snprintf(gpu->pci, sizeof gpu->pci, "%04x:%02x:%02x.%x", pci->domain & 0xffffu,
			pci->bus & 0xffu, pci->dev & 0x1fu, pci->func & 7u);
		gpu->vendor = pci->vendor_id;
		gpu->device = pci->device_id;
		hwloc_obj_t beside = hwloc_get_non_io_ancestor_obj(topology, at);
		int node = beside != NULL && beside->nodeset != NULL
				   ? hwloc_bitmap_first(beside->nodeset)
				   : 0;
		gpu->node = node > 0 ? (uint32_t)node : 0;
	}
}

void zn_machine_look(struct zn_machine *out)
{
	*out = (struct zn_machine){.memory_bytes = zn_machine_memory_bytes()};
	hwloc_topology_t topology;
	/* its plugins would load the drivers that were asked already */
	if (setenv("HWLOC_COMPONENTS", "-opencl,-cuda,-nvml,-rsmi,-levelzero,-gl", 1) != 0 ||
		hwloc_topology_init(&topology) != 0)
		return;
	hwloc_topology_set_type_filter(topology, HWLOC_OBJ_PCI_DEVICE,
		HWLOC_TYPE_FILTER_KEEP_IMPORTANT);
	if (hwloc_topology_load(topology) == 0) {
		out->sockets = count_of(topology, HWLOC_OBJ_PACKAGE);
		out->cores = count_of(topology, HWLOC_OBJ_CORE);
		out->threads = count_of(topology, HWLOC_OBJ_PU);
		out->l1_bytes = cache_bytes(topology, HWLOC_OBJ_L1CACHE);
		out->l2_bytes = cache_bytes(topology, HWLOC_OBJ_L2CACHE);
		out->l3_bytes = cache_bytes(topology, HWLOC_OBJ_L3CACHE);
		out->l3_count = count_of(topology, HWLOC_OBJ_L3CACHE);
		out->nodes = count_of(topology, HWLOC_OBJ_NUMANODE);
		look_at_pci(out, topology);
		hwloc_obj_t package = hwloc_get_obj_by_type(topology, HWLOC_OBJ_PACKAGE, 0);
		const char *cpu =
			package == NULL ? NULL : hwloc_obj_get_info_by_name(package, "CPUModel");
		if (cpu != NULL)
			zn_pipe_clean(out->cpu, sizeof out->cpu, cpu, strlen(cpu), false);
	}
	hwloc_topology_destroy(topology);
}
