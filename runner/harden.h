/* runner/harden.h - what a runner gives up before it loads any driver: descriptors, limits, environment,
 * and with runner/sandbox.h all the rest.
 */
#ifndef ZN_RUNNER_HARDEN_H
#define ZN_RUNNER_HARDEN_H

#include "runner/sandbox.h"

#include <stdint.h>

struct zn_runner_place {
	enum zn_sandbox_stage stage;
	enum zn_sandbox_level level_max;
	bool gpu;                /* the device's class, as the driver program knows it */
	const char *scratch_dir; /* empty, writable, ours: PoCL shows no device without one */
	uint8_t class;           /* enum zn_device_class that an index counts in; 0: in all */
	uint32_t cpu_threads;    /* 0: all */
	uint32_t build_cpu_s;    /* builder: CPU time that any process of it may use; 0: no limit */
	bool idle_priority;
	enum zn_sandbox_level level; /* out: what holds now */
};

/** False, with a line on standard error, when something that must hold cannot be had. A probe is not
 *  fenced in here: it has to see the machine, and tries the fence with zn_runner_fence when it is done. */
bool zn_runner_harden(struct zn_runner_place *place);
/** Fence in, and point the drivers to where they may write. Out: place->level. */
bool zn_runner_fence(struct zn_runner_place *place);

#endif
