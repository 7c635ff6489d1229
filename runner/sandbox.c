#include "runner/sandbox.h"

#include "core/limits.h"

#include <linux/capability.h>
#include <linux/securebits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CAPABILITIES_MAX 64

/* Also what a later execve could give back to user 0. */
static bool drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};
	for (unsigned long cap = 0; cap < CAPABILITIES_MAX; cap++)
		prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	prctl(PR_SET_SECUREBITS,
		SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
			SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE |
			SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED,
		0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return syscall(SYS_capset, &header, none) == 0;
}

static void limit_threads(void)
{
	/* in a user namespace of its own only its own threads count */
	const struct rlimit threads = {ZN_RUNNER_THREADS_MAX, ZN_RUNNER_THREADS_MAX};
	setrlimit(RLIMIT_NPROC, &threads);
}

enum zn_sandbox_level zn_sandbox_enter(char scratch[PATH_MAX], const struct zn_sandbox_plan *plan)
{
	static struct zn_sandbox_paths paths;
	snprintf(scratch, PATH_MAX, "%s", plan->scratch_dir);
	bool rooted = false;
	if (plan->level_max > ZN_SANDBOX_NONE)
		zn_sandbox_paths_find(&paths, plan);
	if (plan->level_max >= ZN_SANDBOX_FULL && zn_sandbox_root(&paths, plan->scratch_dir)) {
		rooted = true;
		snprintf(scratch, PATH_MAX, "%s", ZN_SANDBOX_SCRATCH);
		limit_threads();
	}
	bool bare = drop_capabilities();
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (plan->level_max <= ZN_SANDBOX_NONE || !bare)
		return ZN_SANDBOX_NONE;
	bool ruled = zn_sandbox_landlock(&paths, scratch);
	if (paths.driver_dir[0] != '\0' && chdir(paths.driver_dir) != 0)
		return ZN_SANDBOX_NONE; /* Intel's looks for its parts there, as it has no /proc */
	if (!zn_sandbox_calls(plan->stage, plan->gpu))
		return ZN_SANDBOX_NONE;
	if (rooted)
		return ZN_SANDBOX_FULL;
	return ruled ? ZN_SANDBOX_PARTIAL : ZN_SANDBOX_NONE;
}

/* A compiler's library prints stacks and tidies up files when it crashes: calls that are gone now, so
 * that the true reason would be lost. SIGFPE stays: PoCL's divisions by zero need it. */
static void forget_crash_handlers(void)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGABRT, SIGTRAP, SIGSYS, SIGQUIT};
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		signal(signals[i], SIG_DFL);
}

void zn_sandbox_lock_down(enum zn_sandbox_level level, bool gpu)
{
	forget_crash_handlers();
	if (level >= ZN_SANDBOX_PARTIAL && !gpu && !zn_sandbox_calls_lock_down())
		_exit(1); /* the filter before it could be set: this one is our bug */
}
