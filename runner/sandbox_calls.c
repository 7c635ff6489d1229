/* runner/sandbox_calls.c - which system calls there are: lists of what is allowed, by libseccomp.
 *
 * What is on no list ends the process (SIGSYS), so that nothing goes on after an attempt. A few that
 * honest drivers try and can do without get an error instead.
 */
#include "runner/sandbox.h"

#include "runner/pipe.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#define CALL(name) SCMP_SYS(name)
#define COUNT(of)  (sizeof(of) / sizeof *(of))

#define CLONE_NEW_ANY                                                                              \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |             \
		CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWTIME)

/* Work on what is open already: all that is left after the lock-down. */
static const int closed_world[] = {CALL(read), CALL(write), CALL(readv), CALL(writev),
	CALL(pread64), CALL(pwrite64), CALL(close), CALL(lseek), CALL(fstat), CALL(poll),
	CALL(ppoll), CALL(select), CALL(pselect6), CALL(futex), CALL(munmap), CALL(mremap),
	CALL(madvise), CALL(brk), CALL(membarrier), CALL(rt_sigaction), CALL(rt_sigprocmask),
	CALL(rt_sigreturn), CALL(sigaltstack), CALL(sched_yield), CALL(sched_getaffinity),
	CALL(nanosleep), CALL(clock_nanosleep), CALL(clock_gettime), CALL(clock_getres),
	CALL(gettimeofday), CALL(time), CALL(getrusage), CALL(times), CALL(getpid), CALL(gettid),
	CALL(getcpu), CALL(getrandom), CALL(rseq), CALL(set_robust_list), CALL(restart_syscall),
	CALL(exit), CALL(exit_group)};

/* Drivers starting up, and reading a binary: files (the root and Landlock say which), code, settings
 * of oneself. */
static const int opening[] = {CALL(open), CALL(openat), CALL(access), CALL(faccessat),
	CALL(faccessat2), CALL(stat), CALL(lstat), CALL(newfstatat), CALL(statx), CALL(statfs),
	CALL(fstatfs), CALL(getdents64), CALL(readlink), CALL(readlinkat), CALL(getcwd),
	CALL(chdir), CALL(mkdir), CALL(mkdirat), CALL(rmdir), CALL(unlink), CALL(unlinkat),
	CALL(rename), CALL(renameat), CALL(renameat2), CALL(ftruncate), CALL(truncate),
	CALL(fallocate), CALL(fsync), CALL(fdatasync), CALL(flock), CALL(umask), CALL(chmod),
	CALL(fchmod), CALL(fchmodat), CALL(utimensat), CALL(symlink), CALL(copy_file_range),
	CALL(sendfile), CALL(fadvise64), CALL(fcntl), CALL(dup), CALL(dup2), CALL(dup3), CALL(pipe),
	CALL(pipe2), CALL(eventfd2), CALL(epoll_create1), CALL(epoll_ctl), CALL(epoll_wait),
	CALL(epoll_pwait), CALL(mmap), CALL(mprotect), CALL(mincore), CALL(msync),
	CALL(set_tid_address), CALL(get_robust_list), CALL(arch_prctl), CALL(getppid), CALL(getuid),
	CALL(geteuid), CALL(getgid), CALL(getegid), CALL(sysinfo), CALL(uname), CALL(getrlimit),
	CALL(sched_getparam), CALL(sched_getscheduler), CALL(sched_setaffinity), CALL(getpriority),
	CALL(seccomp), CALL(recvmsg), CALL(sendmsg), CALL(recvfrom), CALL(getpgrp), CALL(getpgid)};

static const int building[] = {CALL(execve), CALL(vfork), CALL(wait4), CALL(waitid)};

/* Tried by honest drivers, which get on without. */
static const int refused[] = {CALL(ioctl), CALL(prctl), CALL(socket), CALL(get_mempolicy),
	CALL(set_mempolicy), CALL(mbind), CALL(sched_setscheduler), CALL(setpriority),
	CALL(setrlimit), CALL(kcmp), CALL(mlock), CALL(perf_event_open), CALL(fchown),
	CALL(fchownat), CALL(chown), CALL(lchown)};

/* A GPU's driver besides: ioctl on its nodes, and memory that the device sees. */
static const int gpu[] = {CALL(ioctl), CALL(mlock), CALL(munlock), CALL(mbind), CALL(set_mempolicy),
	CALL(get_mempolicy), CALL(memfd_create), CALL(eventfd), CALL(kcmp), CALL(timerfd_create),
	CALL(timerfd_settime), CALL(process_madvise)};

static bool allow_all(scmp_filter_ctx filter, const int *calls, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0) != 0)
			return false;
	return true;
}

static scmp_filter_ctx start(bool all_threads)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (filter == NULL)
		return NULL;
	if (seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 &&
		seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0) == 0 &&
		seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0 &&
		seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, all_threads) == 0)
		return filter;
	seccomp_release(filter);
	return NULL;
}

/* glibc tries clone3 first, whose flags no filter can see; without it, it takes clone. */
static bool allow_threads(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), CALL(clone3), 0) == 0 &&
	       seccomp_rule_add(filter, SCMP_ACT_ALLOW, CALL(clone), 1,
		       SCMP_A0_64(SCMP_CMP_MASKED_EQ, CLONE_THREAD | CLONE_NEW_ANY,
			       CLONE_THREAD)) == 0;
}

/* Answer over the pipe only; end oneself only, as abort() does. */
static bool allow_own(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, CALL(sendto), 1,
		       SCMP_A0_64(SCMP_CMP_EQ, ZN_PIPE_FD)) == 0 &&
	       seccomp_rule_add(filter, SCMP_ACT_ALLOW, CALL(tgkill), 1,
		       SCMP_A0_64(SCMP_CMP_EQ, (scmp_datum_t)getpid())) == 0;
}

static bool load(scmp_filter_ctx filter, bool whole)
{
	bool loaded = whole && seccomp_load(filter) == 0;
	seccomp_release(filter);
	return loaded;
}

static bool allow_building(scmp_filter_ctx filter)
{
	/* ld raises its own signals by other numbers than ours */
	return allow_all(filter, building, COUNT(building)) &&
	       seccomp_rule_add(filter, SCMP_ACT_ALLOW, CALL(clone), 1,
		       SCMP_A0_64(SCMP_CMP_MASKED_EQ, CLONE_THREAD | CLONE_NEW_ANY, 0)) == 0;
}

bool zn_sandbox_calls(enum zn_sandbox_stage stage, bool with_gpu)
{
	scmp_filter_ctx filter = start(false);
	if (filter == NULL)
		return false;
	bool whole = allow_all(filter, closed_world, COUNT(closed_world)) &&
		     allow_all(filter, opening, COUNT(opening)) && allow_threads(filter) &&
		     allow_own(filter);
	if (stage == ZN_STAGE_BUILDER)
		whole = whole && allow_building(filter);
	if (with_gpu)
		whole = whole && allow_all(filter, gpu, COUNT(gpu));
	for (size_t i = 0; i < COUNT(refused); i++) {
		/* EEXIST: it is allowed above */
		int err = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
		whole = whole && (err == 0 || err == -EEXIST);
	}
	/* of its own limits a process may only be told */
	whole = whole &&
		seccomp_rule_add(filter, SCMP_ACT_ALLOW, CALL(prlimit64), 2,
			SCMP_A0_64(SCMP_CMP_EQ, 0), SCMP_A2_64(SCMP_CMP_EQ, 0)) == 0 &&
		seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), CALL(prlimit64), 1,
			SCMP_A2_64(SCMP_CMP_NE, 0)) == 0;
	return load(filter, whole);
}

bool zn_sandbox_calls_lock_down(void)
{
	scmp_filter_ctx filter = start(true);
	if (filter == NULL)
		return false;
	bool whole = allow_all(filter, closed_world, COUNT(closed_world)) &&
		     allow_threads(filter) && allow_own(filter) &&
		     seccomp_rule_add(filter, SCMP_ACT_ALLOW, CALL(recvmsg), 1,
			     SCMP_A0_64(SCMP_CMP_EQ, ZN_PIPE_FD)) == 0 &&
		     seccomp_rule_add(filter, SCMP_ACT_ALLOW, CALL(mmap), 1,
			     SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0 &&
		     seccomp_rule_add(filter, SCMP_ACT_ALLOW, CALL(mprotect), 1,
			     SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0 &&
		     seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), CALL(ioctl), 0) == 0 &&
		     seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), CALL(prctl), 0) == 0;
	return load(filter, whole);
}
