#include "runner/harden.h"

#include "core/limits.h"
#include "runner/machine.h"
#include "runner/pipe.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

extern char **environ;

#define ENVIRONMENT_MAX 4096         /* variables looked at; the driver program gives three */
#define FILE_BYTES_MAX  (256u << 20) /* a kernel's printf must not fill the disk */
#define FILES_OPEN_MAX  256

/* What a user sets for experiments with a driver would change our results. */
static void clear_environment(void)
{
	static const char *const prefixes[] = {"POCL_", "CL_CONFIG_"};
	for (size_t i = 0, seen = 0; environ[i] != NULL && seen < ENVIRONMENT_MAX; seen++) {
		char name[256];
		size_t length = strcspn(environ[i], "=");
		bool cleared = false;
		for (size_t p = 0; p < sizeof prefixes / sizeof *prefixes; p++)
			if (strncmp(environ[i], prefixes[p], strlen(prefixes[p])) == 0 &&
				length < sizeof name) {
				memcpy(name, environ[i], length);
				name[length] = '\0';
				cleared = unsetenv(name) == 0;
				break;
			}
		if (!cleared)
			i++;
	}
}

static bool set_environment(const struct zn_runner_place *place)
{
	clear_environment();
	if (getenv("PATH") == NULL && setenv("PATH", "/usr/bin:/bin", 1) != 0)
		return false; /* PoCL starts ld */
	if (place->cpu_threads == 0)
		return true;
	char text[16];
	snprintf(text, sizeof text, "%u", place->cpu_threads);
	return setenv("POCL_MAX_PTHREAD_COUNT", text, 1) == 0;
}

static void limit(int resource, rlim_t most)
{
	struct rlimit now;
	if (getrlimit(resource, &now) != 0)
		return;
	if (now.rlim_max == RLIM_INFINITY || now.rlim_max > most)
		now.rlim_max = most;
	now.rlim_cur = now.rlim_max;
	setrlimit(resource, &now);
}

static bool set_scratch(const char *scratch)
{
	return setenv("POCL_CACHE_DIR", scratch, 1) == 0 && setenv("TMPDIR", scratch, 1) == 0;
}

static void limit_all(const struct zn_runner_place *place)
{
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, FILE_BYTES_MAX);
	limit(RLIMIT_NOFILE, FILES_OPEN_MAX);
	if (place->stage != ZN_STAGE_BUILDER)
		return; /* a run's memory is limited by the driver program, which knows the job */
	if (!ZN_SANITIZED && !place->gpu) /* GPU drivers reserve more than any compiler uses */
		limit(RLIMIT_AS, ZN_BUILD_ADDRESS_BYTES_MAX);
	if (place->build_cpu_s != 0)
		limit(RLIMIT_CPU, place->build_cpu_s);
}

bool zn_runner_fence(struct zn_runner_place *place)
{
	static char scratch[PATH_MAX];
	struct zn_sandbox_plan plan = {.stage = place->stage,
		.level_max = place->level_max,
		.gpu = place->gpu,
		.scratch_dir = place->scratch_dir};
	if (plan.stage == ZN_STAGE_PROBE)
		plan.stage = ZN_STAGE_RUN;
	place->level = zn_sandbox_enter(scratch, &plan);
	return set_scratch(scratch);
}

bool zn_runner_harden(struct zn_runner_place *place)
{
	(void)zn_machine_memory_bytes(); /* while /proc is there: it remembers */
	if (!set_environment(place) || !set_scratch(place->scratch_dir) ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || chdir("/") != 0) {
		perror("zennet-runner");
		return false;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close_range(ZN_PIPE_FD + 1, UINT_MAX, 0);
	fcntl(ZN_PIPE_FD, F_SETFD, FD_CLOEXEC); /* not for the linker that PoCL starts */
	limit_all(place);
	/* Ctrl-C is for the driver program, which ends us when it is done */
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (place->idle_priority) {
		/* before any driver starts threads, which inherit it */
		struct sched_param none = {0};
		sched_setscheduler(0, SCHED_IDLE, &none);
	}
	return place->stage == ZN_STAGE_PROBE || place->stage == ZN_STAGE_SENSORS ||
	       zn_runner_fence(place);
}
