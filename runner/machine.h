/* runner/machine.h - sockets, cores, caches and memory, as hwloc and /proc/meminfo see them. */
#ifndef ZN_RUNNER_MACHINE_H
#define ZN_RUNNER_MACHINE_H

#include "runner/device.h"

void zn_machine_look(struct zn_machine *out);
/** Bytes of RAM, or 0. From /proc/meminfo, since hwloc's figure grows lazily on virtual machines. */
uint64_t zn_machine_memory_bytes(void);

#endif
