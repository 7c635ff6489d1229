/* runner/device.h - what is known of a compute device and of the machine around it.
 *
 * Filled by zennet-runner, which asks OpenCL and hwloc; read by everybody through runner/client.
 * Texts are printable ASCII. A driver's words are hostile: they are bounded and cleaned, not believed.
 */
#ifndef ZN_RUNNER_DEVICE_H
#define ZN_RUNNER_DEVICE_H

#include "core/limits.h"

#include <stdbool.h>
#include <stdint.h>

#define ZN_PCI_TEXT_BYTES_MAX      15 /* "0000:0a:00.0", lower case */
#define ZN_DEVICE_TEXT_BYTES_MAX   127
#define ZN_DEVICE_REASON_BYTES_MAX 255

/** Sent over the pipe: never renumbered. */
enum zn_device_class {
	ZN_DEVICE_CPU = 1,
	ZN_DEVICE_GPU = 2,
	ZN_DEVICE_OTHER = 3, /* accelerators: driven like a GPU */
};

/** May it do work of the exact class? */
enum zn_device_exact {
	ZN_EXACT_UNKNOWN = 1, /* not tested yet */
	ZN_EXACT_YES = 2,     /* it gave all the known answers */
	ZN_EXACT_NO = 3,      /* `exact_reason` says why not */
};

/** How well a runner is fenced in (docs/SECURITY.md). A higher one is a better one, and foreign kernels
 *  need ZN_SANDBOX_PARTIAL at least. Sent over the pipe: never renumbered. */
enum zn_sandbox_level {
	ZN_SANDBOX_NONE = 1,    /* nothing can be enforced here: built-in kernels only */
	ZN_SANDBOX_PARTIAL = 2, /* Landlock, system call filter, limits; no user namespaces */
	ZN_SANDBOX_FULL = 3,    /* and namespaces with a private, almost empty root */
};

struct zn_device {
	uint32_t index;       /* in the drivers' order; what a runner is started with */
	uint32_t class_index; /* in their order among those of its class */
	uint8_t class;        /* enum zn_device_class */
	uint8_t exact;        /* enum zn_device_exact */
	uint8_t sandbox; /* enum zn_sandbox_level of the runner that opened it; listed only: NONE */
	bool fp64;
	bool shares_memory; /* with the host: nothing is copied to it */
	uint32_t compute_units;
	uint32_t clock_mhz; /* as the driver says; 0 if it does not */
	uint32_t width;     /* float vector width worth using; 1 on GPUs */
	uint32_t group_items_max;
	uint64_t memory_bytes; /* usable: on a CPU at most what the machine has */
	uint64_t alloc_bytes_max;
	uint64_t local_bytes;
	uint64_t constant_bytes;
	char platform[ZN_DEVICE_TEXT_BYTES_MAX + 1];
	char name[ZN_DEVICE_TEXT_BYTES_MAX + 1];
	char vendor[ZN_DEVICE_TEXT_BYTES_MAX + 1];
	char driver[ZN_DEVICE_TEXT_BYTES_MAX + 1];         /* driver version */
	char version[ZN_DEVICE_TEXT_BYTES_MAX + 1];        /* OpenCL version of the device */
	char exact_reason[ZN_DEVICE_REASON_BYTES_MAX + 1]; /* empty unless ZN_EXACT_NO */
	char pci[ZN_PCI_TEXT_BYTES_MAX + 1];               /* its place; empty if not told */
};

/** Sent over the pipe: never renumbered. */
enum zn_driver_state {
	ZN_DRIVER_LOADING = 1, /* what a probe ends with when this one takes it down */
	ZN_DRIVER_GOOD = 2,
	ZN_DRIVER_EMPTY = 3,  /* a platform without a device, or a file that gives no platform */
	ZN_DRIVER_BROKEN = 4, /* `reason` says how */
};

/** A file that should give an OpenCL platform, or a platform. */
struct zn_driver {
	uint32_t index;
	uint8_t state;    /* enum zn_driver_state */
	bool is_file;     /* `name` is that of the .icd file; else that of the platform */
	uint32_t devices; /* of a platform */
	char name[ZN_DEVICE_TEXT_BYTES_MAX + 1];
	char vendor[ZN_DEVICE_TEXT_BYTES_MAX + 1];
	char version[ZN_DEVICE_TEXT_BYTES_MAX + 1];
	char reason[ZN_DEVICE_REASON_BYTES_MAX + 1]; /* empty unless EMPTY or BROKEN */
};

/** A graphics or compute card as the bus has it, with or without a driver. */
struct zn_pci_gpu {
	char pci[ZN_PCI_TEXT_BYTES_MAX + 1];
	uint16_t vendor, device; /* PCI numbers */
	uint32_t node;           /* the NUMA node beside it */
};

struct zn_machine {
	uint8_t sandbox;  /* enum zn_sandbox_level that runners get here */
	uint32_t sockets; /* 0 in any of these: not known */
	uint32_t cores;
	uint32_t threads;                      /* hardware threads */
	uint64_t l1_bytes, l2_bytes, l3_bytes; /* of one cache of that level */
	uint64_t memory_bytes;
	uint32_t nodes;    /* NUMA nodes */
	uint32_t l3_count; /* caches of that level */
	char cpu[ZN_DEVICE_TEXT_BYTES_MAX + 1];
	uint32_t gpus_count;
	struct zn_pci_gpu gpus[ZN_GPUS_MAX];
};

#endif
