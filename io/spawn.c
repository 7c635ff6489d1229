/* io/spawn.c - start another program of ours.
 *
 * The child borrows our memory until it runs its program (CLONE_VM | CLONE_VFORK), so starting costs
 * the same whatever we hold. Hence the rules of child_main: system calls only, nothing allocated,
 * all signals blocked until the handlers are gone.
 */
#include "io/spawn.h"

#include "core/assert.h"
#include "core/limits.h"
#include "io/system_err.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHANNEL_FD  3
#define TARGETS_MAX (ZN_SPAWN_FDS_MAX + 4)

#define NAMESPACES                                                                                 \
	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | \
		CLONE_NEWCGROUP)

/* Children of a sanitized build leave their frames' marks in our memory. */
#define CHILD_FN __attribute__((no_sanitize_address))

struct start {
	const struct zn_spawn_options *options;
	const char *const *environment;
	int sources[TARGETS_MAX]; /* becomes fd i; -1: leave it as it is */
	int targets_count;
	pid_t parent;
	bool namespaces;
	char uid_map[48];
	char gid_map[48];
	volatile int failed; /* errno of what stopped the child */
};

CHILD_FN static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	/* Not mapped means "nobody", which most programs bear. */
	if (write(fd, text, strlen(text)) < 0)
		errno = 0;
	close(fd);
}

CHILD_FN static void signals_reset(void)
{
	struct sigaction action = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		sigaction(i, &action, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* First out of the way of all targets, then each to its place. */
CHILD_FN static bool descriptors_place(struct start *start)
{
	for (int i = 0; i < start->targets_count; i++) {
		if (start->sources[i] < 0)
			continue;
		start->sources[i] = fcntl(start->sources[i], F_DUPFD_CLOEXEC, TARGETS_MAX);
		if (start->sources[i] < 0)
			return false;
	}
	for (int i = 0; i < start->targets_count; i++)
		if (start->sources[i] >= 0 && dup2(start->sources[i], i) < 0)
			return false;
	if (!start->options->channel)
		close(CHANNEL_FD);
	return syscall(SYS_close_range, (unsigned int)start->targets_count, ~0u, 0u) == 0;
}

CHILD_FN static int child_main(void *user)
{
	struct start *start = user;

	if (start->options->die_with_parent) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (!start->namespaces && getppid() != start->parent)
			_exit(127);
	}
	if (start->namespaces) {
		write_file("/proc/self/setgroups", "deny");
		write_file("/proc/self/uid_map", start->uid_map);
		write_file("/proc/self/gid_map", start->gid_map);
	}
	if (start->options->own_group)
		setpgid(0, 0);
	if (descriptors_place(start)) {
		signals_reset();
		execve(start->options->path, (char *const *)start->options->argv,
			(char *const *)start->environment);
	}
	start->failed = errno;
	_exit(127);
}

static pid_t clone_child(struct start *start, int *pidfd, void *stack)
{
	int flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
	char *top = (char *)stack + ZN_SPAWN_STACK_BYTES;
	pid_t pid = -1;

	start->namespaces = start->options->own_namespaces;
	if (start->namespaces)
		pid = clone(child_main, top, flags | NAMESPACES, start, pidfd);
	if (pid < 0) {
		start->namespaces = false;
		pid = clone(child_main, top, flags, start, pidfd);
	}
	return pid;
}

static enum zn_err start_child(struct zn_child *out, struct start *start)
{
	void *stack = NULL;
	sigset_t all, old;
	int pidfd = -1;
	int number;
	pid_t pid;

	if (posix_memalign(&stack, 64, ZN_SPAWN_STACK_BYTES) != 0)
		return ZN_ERR_MEMORY;
	sigfillset(&all);
	ZN_ASSERT(pthread_sigmask(SIG_SETMASK, &all, &old) == 0);
	pid = clone_child(start, &pidfd, stack);
	number = errno;
	ZN_ASSERT(pthread_sigmask(SIG_SETMASK, &old, NULL) == 0);
	free(stack);
	if (pid < 0)
		return number == EAGAIN ? ZN_ERR_MEMORY : zn_err_of_errno(number);
	if (start->failed != 0) {
		waitpid(pid, NULL, 0);
		close(pidfd);
		return zn_err_of_errno(start->failed);
	}
	out->pid = pid;
	out->pidfd = pidfd;
	out->leads = start->options->own_group;
	return ZN_ERR_OK;
}

static void sources_fill(struct start *start, int null_fd, int channel_fd)
{
	const struct zn_spawn_options *options = start->options;

	start->sources[0] = null_fd;
	start->sources[1] = options->stdout_fd;
	start->sources[2] = options->stderr_fd;
	start->sources[CHANNEL_FD] = channel_fd;
	start->targets_count = CHANNEL_FD + 1;
	for (size_t i = 0; i < options->extra_fds_count; i++)
		start->sources[start->targets_count++] = options->extra_fds[i];
}

enum zn_err zn_spawn(struct zn_child *out, const struct zn_spawn_options *options)
{
	static const char *const empty[] = {NULL};
	struct start start = {.options = options, .parent = getpid()};
	int pair[2] = {-1, -1};
	int null_fd;
	enum zn_err err;

	*out = (struct zn_child){.pidfd = -1, .channel = -1};
	ZN_ASSERT(options->extra_fds_count <= ZN_SPAWN_FDS_MAX);
	null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null_fd < 0)
		return zn_err_of_errno(errno);
	if (options->channel && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
		close(null_fd);
		return zn_err_of_errno(errno);
	}
	start.environment = options->environment != NULL ? options->environment : empty;
	snprintf(start.uid_map, sizeof start.uid_map, "0 %u 1\n", geteuid());
	snprintf(start.gid_map, sizeof start.gid_map, "0 %u 1\n", getegid());
	sources_fill(&start, null_fd, pair[1]);
	err = start_child(out, &start);
	close(null_fd);
	if (pair[1] >= 0)
		close(pair[1]);
	if (err == ZN_ERR_OK && options->channel) {
		out->channel = pair[0];
		ZN_ASSERT(fcntl(pair[0], F_SETFL, O_NONBLOCK) == 0);
	} else if (pair[0] >= 0) {
		close(pair[0]);
	}
	return err;
}

void zn_child_end(struct zn_child *child, int *status)
{
	int ended = 0;

	if (child->pid > 0) {
		syscall(SYS_pidfd_send_signal, child->pidfd, SIGKILL, NULL, 0);
		if (child->leads) /* not yet reaped, so the number is still its own */
			kill(-child->pid, SIGKILL);
		while (waitpid(child->pid, &ended, 0) < 0 && errno == EINTR)
			continue;
		close(child->pidfd);
		if (child->channel >= 0)
			close(child->channel);
		*child = (struct zn_child){.pidfd = -1, .channel = -1};
	}
	if (status != NULL)
		*status = ended;
}

static enum zn_err memory_create(int *fd_out, void **mapped, size_t bytes, int more_seals)
{
	int fd = memfd_create("zennet", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	void *map;

	*fd_out = -1;
	*mapped = NULL;
	ZN_ASSERT(bytes > 0);
	if (fd < 0)
		return zn_err_of_errno(errno);
	if (ftruncate(fd, (off_t)bytes) != 0) {
		close(fd);
		return ZN_ERR_MEMORY;
	}
	map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED) {
		close(fd);
		return ZN_ERR_MEMORY;
	}
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL | more_seals) != 0) {
		munmap(map, bytes);
		close(fd);
		return ZN_ERR_MEMORY;
	}
	*fd_out = fd;
	*mapped = map;
	return ZN_ERR_OK;
}

enum zn_err zn_shared_memory_create(int *fd, void **mapped, size_t bytes)
{
	return memory_create(fd, mapped, bytes, 0);
}

enum zn_err zn_shared_memory_create_read_only(int *fd, void **mapped, size_t bytes)
{
	return memory_create(fd, mapped, bytes, F_SEAL_FUTURE_WRITE);
}

void zn_shared_memory_destroy(int fd, void *mapped, size_t bytes)
{
	if (mapped != NULL)
		munmap(mapped, bytes);
	if (fd >= 0)
		close(fd);
}
