/* runner/harden.h - what a runner gives up before it loads any driver.
 *
 * The driver program gives it an own network namespace where it can; namespaces, Landlock and
 * seccomp belong here as well.
 */
#ifndef ZN_RUNNER_HARDEN_H
#define ZN_RUNNER_HARDEN_H

#include <stdbool.h>
#include <stdint.h>

struct zn_runner_place {
	const char *cache_dir;   /* binaries that outlive the process; NULL: none are kept */
	const char *scratch_dir; /* empty, writable, ours: PoCL shows no device without one */
	uint32_t cpu_threads;    /* 0: all */
	bool idle_priority;
};

/** False, with a line on standard error, when something that must hold cannot be had. */
bool zn_runner_harden(const struct zn_runner_place *place);

#endif
