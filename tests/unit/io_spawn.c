/* tests/unit/io_spawn.c - children with channels, namespaces and shared memory.
 *
 * The child is this program with an argument.
 */
#include "tests/unit/cm.h"

#include "io/clock.h"
#include "io/spawn.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define SELF         "/proc/self/exe"
#define SHARED_BYTES 8192

/* --- what the child does --- */

static int child_report(void)
{
	char text[512];
	int fds = 0, variables = 0, first = 0, interfaces = 0;
	uint8_t *shared;
	sigset_t mask;
	struct sigaction pipe_action;
	struct if_nameindex *names;

	for (int fd = 0; fd < 1024; fd++)
		fds += fcntl(fd, F_GETFD) >= 0;
	while (environ[variables] != NULL)
		variables++;
	shared = mmap(NULL, SHARED_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, 4, 0);
	if (shared != MAP_FAILED) {
		first = shared[0];
		shared[1] = 99;
	}
	names = if_nameindex();
	for (int i = 0; names != NULL && names[i].if_index != 0; i++)
		interfaces++;
	if_freenameindex(names);
	sigprocmask(SIG_BLOCK, NULL, &mask);
	sigaction(SIGPIPE, NULL, &pipe_action);
	snprintf(text, sizeof text, "%d %d %d %d %d %d %u %u %d", fds, variables, first, interfaces,
		sigismember(&mask, SIGTERM), pipe_action.sa_handler == SIG_DFL, getuid(), getgid(),
		ftruncate(4, 1) == 0);
	return send(3, text, strlen(text), 0) > 0 ? 5 : 1;
}

static int child_main(const char *what)
{
	if (strcmp(what, "report") == 0)
		return child_report();
	if (strcmp(what, "echo") == 0) {
		char bytes[70000];
		ssize_t got;

		while ((got = recv(3, bytes, sizeof bytes, 0)) > 0)
			if (send(3, bytes, (size_t)got, 0) != got)
				return 1;
		return 0;
	}
	for (;;)
		pause();
}

/* --- tests --- */

static ssize_t channel_read(const struct zn_child *child, void *bytes, size_t count)
{
	struct pollfd wait = {.fd = child->channel, .events = POLLIN};

	assert_int_equal(poll(&wait, 1, 10000), 1);
	return recv(child->channel, bytes, count, 0);
}

static void report_of(char *text, size_t text_bytes, bool own_namespaces, uint8_t *shared, int fd)
{
	static const char *const argv[] = {"child", "report", NULL};
	static const char *const environment[] = {"A=b", "C=d", NULL};
	struct zn_spawn_options options = {.path = SELF,
		.argv = argv,
		.environment = environment,
		.channel = true,
		.extra_fds = &fd,
		.extra_fds_count = 1,
		.stderr_fd = -1,
		.stdout_fd = -1,
		.own_namespaces = own_namespaces,
		.own_group = own_namespaces,
		.die_with_parent = true};
	struct zn_child child;
	struct pollfd wait = {.events = POLLIN};
	ssize_t got;
	int status;

	shared[0] = 42;
	assert_int_equal(zn_spawn(&child, &options), ZN_ERR_OK);
	got = channel_read(&child, text, text_bytes - 1);
	assert_true(got > 0);
	text[got] = '\0';
	wait.fd = child.pidfd;
	assert_int_equal(poll(&wait, 1, 10000), 1);
	zn_child_end(&child, &status);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 5);
	assert_int_equal(shared[1], 99);
	zn_child_end(&child, NULL);
}

static void a_child_gets_what_it_was_given_and_nothing_else(void **state)
{
	char text[512];
	void *shared;
	int fd, stray = dup(2);
	int fds, variables, first, interfaces, blocked, pipe_default, shrunk;
	unsigned int uid, gid;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(zn_shared_memory_create(&fd, &shared, SHARED_BYTES), ZN_ERR_OK);
	for (int own = 0; own < 2; own++) {
		report_of(text, sizeof text, own == 1, shared, fd);
		assert_int_equal(sscanf(text, "%d %d %d %d %d %d %u %u %d", &fds, &variables,
					 &first, &interfaces, &blocked, &pipe_default, &uid, &gid,
					 &shrunk),
			9);
		assert_int_equal(fds, 5);
		assert_int_equal(variables, 2);
		assert_int_equal(first, 42);
		assert_int_equal(blocked, 0);
		assert_int_equal(pipe_default, 1);
		/* user 0 of its own namespace, where it has one */
		assert_int_equal(uid, own == 1 && interfaces == 1 ? 0 : getuid());
		assert_int_equal(gid, own == 1 && interfaces == 1 ? 0 : getgid());
		assert_int_equal(shrunk, 0);
		if (own == 1 && interfaces != 1)
			print_message("own_namespaces: %d interfaces; forbidden here\n",
				interfaces);
	}
	zn_shared_memory_destroy(fd, shared, SHARED_BYTES);
	close(stray);
}

static void messages_keep_their_borders(void **state)
{
	static const char *const argv[] = {"child", "echo", NULL};
	static const char *const environment[] = {NULL};
	struct zn_spawn_options options = {.path = SELF,
		.argv = argv,
		.environment = environment,
		.channel = true,
		.stderr_fd = -1,
		.stdout_fd = -1};
	static char bytes[66000], back[70000];
	struct zn_child child;

	(void)state;
	assert_int_equal(zn_spawn(&child, &options), ZN_ERR_OK);
	assert_int_equal(recv(child.channel, back, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
	memset(bytes, 'm', sizeof bytes);
	assert_int_equal(send(child.channel, "one", 3, 0), 3);
	assert_int_equal(send(child.channel, bytes, sizeof bytes, 0), sizeof bytes);
	assert_int_equal(channel_read(&child, back, sizeof back), 3);
	assert_int_equal(channel_read(&child, back, sizeof back), sizeof bytes);
	zn_child_end(&child, NULL);
	assert_int_equal(child.pid, 0);
}

static void ending_a_child_kills_it(void **state)
{
	static const char *const argv[] = {"child", "sleep", NULL};
	struct zn_spawn_options options = {.path = SELF,
		.argv = argv,
		.stderr_fd = -1,
		.stdout_fd = -1};
	struct zn_child child, none = {0};
	int status;

	(void)state;
	zn_child_end(&none, &status);
	assert_int_equal(zn_spawn(&child, &options), ZN_ERR_OK);
	assert_int_equal(child.channel, -1);
	zn_child_end(&child, &status);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void what_cannot_be_started_is_said_at_once(void **state)
{
	static const char *const argv[] = {"x", NULL};
	struct zn_spawn_options options = {.path = "/nonexistent",
		.argv = argv,
		.channel = true,
		.stderr_fd = -1,
		.stdout_fd = -1,
		.own_namespaces = true};
	struct zn_child child;

	(void)state;
	assert_int_equal(zn_spawn(&child, &options), ZN_ERR_NOT_FOUND);
	options.path = "/etc/passwd";
	assert_int_equal(zn_spawn(&child, &options), ZN_ERR_DENIED);
	assert_int_equal(child.channel, -1);
	zn_child_end(&child, NULL);
}

static void a_child_dies_with_its_parent(void **state)
{
	static const char *const argv[] = {"child", "sleep", NULL};
	struct zn_spawn_options options = {.path = SELF,
		.argv = argv,
		.stderr_fd = -1,
		.stdout_fd = -1,
		.die_with_parent = true,
		.own_namespaces = true};
	struct zn_child child;
	int ends[2], status = 0;
	pid_t parent, grandchild = 0;

	(void)state;
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	assert_int_equal(pipe(ends), 0);
	parent = fork();
	if (parent == 0) {
		if (zn_spawn(&child, &options) != ZN_ERR_OK ||
			write(ends[1], &child.pid, sizeof child.pid) != sizeof child.pid)
			_exit(1);
		raise(SIGKILL);
	}
	assert_int_equal(read(ends[0], &grandchild, sizeof grandchild), sizeof grandchild);
	assert_int_equal(waitpid(parent, &status, 0), parent);
	assert_int_equal(waitpid(grandchild, &status, 0), grandchild);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	close(ends[0]);
	close(ends[1]);
}

static void starting_costs_the_same_with_much_memory(void **state)
{
	static const char *const argv[] = {"true", NULL};
	struct zn_spawn_options options = {.path = "/bin/true",
		.argv = argv,
		.stderr_fd = -1,
		.stdout_fd = -1};
	size_t bytes = 256u << 20;
	uint8_t *much = malloc(bytes);
	struct zn_child child;
	uint64_t begin_ns;

	(void)state;
	assert_non_null(much);
	memset(much, 1, bytes);
	begin_ns = zn_clock_monotonic_ns();
	for (int i = 0; i < 10; i++) {
		assert_int_equal(zn_spawn(&child, &options), ZN_ERR_OK);
		zn_child_end(&child, NULL);
	}
	print_message("spawn and end: %llu us\n",
		(unsigned long long)(zn_clock_monotonic_ns() - begin_ns) / 10000);
	free(much);
}

static void shared_memory_cannot_change_its_size(void **state)
{
	void *shared;
	int fd;

	(void)state;
	assert_int_equal(zn_shared_memory_create(&fd, &shared, SHARED_BYTES), ZN_ERR_OK);
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(ftruncate(fd, 2 * SHARED_BYTES), -1);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
	memset(shared, 1, SHARED_BYTES);
	zn_shared_memory_destroy(fd, shared, SHARED_BYTES);
	zn_shared_memory_destroy(-1, NULL, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_gets_what_it_was_given_and_nothing_else),
		cmocka_unit_test(messages_keep_their_borders),
		cmocka_unit_test(ending_a_child_kills_it),
		cmocka_unit_test(what_cannot_be_started_is_said_at_once),
		cmocka_unit_test(a_child_dies_with_its_parent),
		cmocka_unit_test(starting_costs_the_same_with_much_memory),
		cmocka_unit_test(shared_memory_cannot_change_its_size),
	};

	if (argc > 1)
		return child_main(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
