#include "runner/machine.h"

#include "runner/pipe.h"

#include <hwloc.h>
#include <inttypes.h>
#include <stdio.h>
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

void zn_machine_look(struct zn_machine *out)
{
	*out = (struct zn_machine){.memory_bytes = zn_machine_memory_bytes()};
	hwloc_topology_t topology;
	if (hwloc_topology_init(&topology) != 0)
		return;
	if (hwloc_topology_load(topology) == 0) {
		out->sockets = count_of(topology, HWLOC_OBJ_PACKAGE);
		out->cores = count_of(topology, HWLOC_OBJ_CORE);
		out->threads = count_of(topology, HWLOC_OBJ_PU);
		out->l1_bytes = cache_bytes(topology, HWLOC_OBJ_L1CACHE);
		out->l2_bytes = cache_bytes(topology, HWLOC_OBJ_L2CACHE);
		out->l3_bytes = cache_bytes(topology, HWLOC_OBJ_L3CACHE);
		hwloc_obj_t package = hwloc_get_obj_by_type(topology, HWLOC_OBJ_PACKAGE, 0);
		const char *cpu =
			package == NULL ? NULL : hwloc_obj_get_info_by_name(package, "CPUModel");
		if (cpu != NULL)
			zn_pipe_clean(out->cpu, sizeof out->cpu, cpu, strlen(cpu), false);
	}
	hwloc_topology_destroy(topology);
}
