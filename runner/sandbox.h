/* runner/sandbox.h - the fence around drivers and foreign code, put up by the process that is inside.
 *
 * zn_sandbox_enter is called once, before any driver is loaded and before there are threads. It does as
 * much as the system allows and says how much that is. What each level means, and why, stands in
 * docs/SECURITY.md. io/spawn gave the process its namespaces, where that was possible.
 *
 *   sandbox_paths.c     what a driver has to see
 *   sandbox_root.c      a root of its own that has nothing else (full level)
 *   sandbox_landlock.c  the same set as rules of the kernel (both levels, where the kernel has it)
 *   sandbox_calls.c     which system calls there are
 */
#ifndef ZN_RUNNER_SANDBOX_H
#define ZN_RUNNER_SANDBOX_H

#include "runner/pipe.h"

#include <limits.h>
#include <stdbool.h>

enum zn_sandbox_stage {
	ZN_STAGE_PROBE, /* nothing foreign runs; it sees the whole machine, and only tries the fence */
	ZN_STAGE_BUILDER, /* compiler and linker */
	ZN_STAGE_RUN,     /* takes binaries, starts nothing */
	ZN_STAGE_SENSORS, /* nothing foreign runs; it sees /sys, and is not fenced in */
};

struct zn_sandbox_plan {
	enum zn_sandbox_stage stage;
	enum zn_sandbox_level level_max;
	bool gpu;                /* the device's driver needs its nodes in /dev */
	const char *scratch_dir; /* an empty directory of ours */
};

/** Fence this process in. Out: `scratch`, where it may write from now on.
 *  Returns: the level reached. */
enum zn_sandbox_level zn_sandbox_enter(char scratch[PATH_MAX], const struct zn_sandbox_plan *plan);

/** Run stage, after the job's kernel was launched once: no file is opened and no code is mapped any
 *  more, by no thread. Nothing below ZN_SANDBOX_PARTIAL and on GPUs, whose drivers go on opening. */
void zn_sandbox_lock_down(enum zn_sandbox_level level, bool gpu);

/* --- between its files ---------------------------------------------------------------------------- */

#define ZN_SANDBOX_PATHS_MAX 64

enum zn_sandbox_right { ZN_PATH_READ, ZN_PATH_EXECUTE, ZN_PATH_DEVICE };

struct zn_sandbox_paths {
	struct {
		char at[PATH_MAX];   /* as the driver names it */
		char real[PATH_MAX]; /* without symbolic links */
		enum zn_sandbox_right right;
		bool directory;
	} path[ZN_SANDBOX_PATHS_MAX];
	unsigned count;
	char driver_dir[PATH_MAX]; /* of a driver outside the system's libraries; "" if none */
};

void zn_sandbox_paths_find(struct zn_sandbox_paths *out, const struct zn_sandbox_plan *plan);
/** Is this process alone in namespaces of its own? Then private root it. False: nothing was changed
 *  that would matter to the other layers. */
bool zn_sandbox_root(const struct zn_sandbox_paths *paths, const char *scratch_dir);
bool zn_sandbox_landlock(const struct zn_sandbox_paths *paths, const char *scratch);
bool zn_sandbox_calls(enum zn_sandbox_stage stage, bool gpu);
bool zn_sandbox_calls_lock_down(void);

#define ZN_SANDBOX_SCRATCH "/scratch" /* in the private root */

#endif
