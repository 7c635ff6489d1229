#include "publisher/reduce_command.h"

#include "core/assert.h"
#include "io/clock.h"
#include "io/system_err.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define POLL_MS 200 /* between two looks at the clock */
#define END_MS  5

struct zn_reduce_command {
	const char *name; /* its first word, borrowed */
	pid_t pid;        /* 0: it was waited for */
	int in, out;      /* ours; -1: closed */
	FILE *to;
	uint64_t written;
	uint64_t moved_ns; /* when bytes last went either way */
	struct zn_reduce_limits limits;
};

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int spawn(struct zn_reduce_command *command, const struct zn_words *words,
	const char *directory, int in, int out)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	char *argv[ZN_COMMAND_WORDS_MAX + 1] = {NULL};
	for (uint32_t i = 0; i < words->count && i < ZN_COMMAND_WORDS_MAX; i++)
		argv[i] = (char *)(uintptr_t)zn_words_at(words, i);
	if (posix_spawn_file_actions_init(&actions) != 0)
		return ENOMEM;
	if (posix_spawnattr_init(&attributes) != 0) {
		posix_spawn_file_actions_destroy(&actions);
		return ENOMEM;
	}
	/* The loop has signals blocked and SIGPIPE ignored; the command shall not. */
	sigemptyset(&none);
	sigfillset(&all);
	int err = posix_spawnattr_setsigmask(&attributes, &none);
	err = err == 0 ? posix_spawnattr_setsigdefault(&attributes, &all) : err;
	if (err == 0)
		err = posix_spawnattr_setflags(&attributes,
			POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (err == 0 && directory[0] != '\0')
		err = posix_spawn_file_actions_addchdir_np(&actions, directory);
	if (err == 0)
		err = posix_spawn_file_actions_adddup2(&actions, in, 0);
	if (err == 0)
		err = posix_spawn_file_actions_adddup2(&actions, out, 1);
	if (err == 0)
		err = posix_spawnp(&command->pid, argv[0], &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return err;
}

struct zn_reduce_command *zn_reduce_command_start(const struct zn_words *words,
	const char *directory, FILE *to, const struct zn_reduce_limits *limits,
	struct zn_complaint *complaint)
{
	int in[2] = {-1, -1}, out[2] = {-1, -1}, err = ENOMEM;
	struct zn_reduce_command *command = calloc(1, sizeof *command);
	ZN_ASSERT(words->count > 0);
	if (command != NULL)
		err = pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0 ? 0 : errno;
	if (err == 0) {
		*command = (struct zn_reduce_command){.name = zn_words_at(words, 0),
			.in = in[1],
			.out = out[0],
			.to = to,
			.moved_ns = zn_clock_monotonic_ns(),
			.limits = {ZN_REDUCE_SILENT_MS, ZN_REDUCE_RESULT_BYTES_MAX}};
		if (limits != NULL)
			command->limits = *limits;
		fcntl(in[1], F_SETFL, O_NONBLOCK);
		fcntl(out[0], F_SETFL, O_NONBLOCK);
		err = spawn(command, words, directory, in[0], out[1]);
	}
	shut(&in[0]);
	shut(&out[1]);
	if (err == 0)
		return command;
	zn_complain(complaint, "reduce: the command %s cannot be started: %s",
		zn_words_at(words, 0), strerror(err));
	shut(&in[1]);
	shut(&out[0]);
	free(command);
	return NULL;
}

static void end(struct zn_reduce_command *command)
{
	if (command->pid > 0) {
		kill(command->pid, SIGKILL);
		while (waitpid(command->pid, NULL, 0) < 0 && errno == EINTR) {
		}
	}
	command->pid = 0;
}

void zn_reduce_command_destroy(struct zn_reduce_command *command)
{
	if (command == NULL)
		return;
	end(command);
	shut(&command->in);
	shut(&command->out);
	free(command);
}

/* What it said; at the end of it `out` is closed. */
static bool take(struct zn_reduce_command *command, struct zn_complaint *complaint)
{
	uint8_t bytes[ZN_REDUCE_PIPE_BYTES];
	ssize_t got = read(command->out, bytes, sizeof bytes);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ||
		       zn_complain(complaint, "reduce: the command %s cannot be read",
			       command->name);
	command->moved_ns = zn_clock_monotonic_ns();
	if (got == 0) {
		shut(&command->out);
		return true;
	}
	command->written += (uint64_t)got;
	if (command->written > command->limits.result_bytes_max) {
		end(command);
		return zn_complain(complaint,
			"reduce: the command %s wrote more than %llu bytes and was ended",
			command->name, (unsigned long long)command->limits.result_bytes_max);
	}
	errno = 0;
	if (fwrite(bytes, 1, (size_t)got, command->to) == (size_t)got)
		return true;
	return zn_complain(complaint, "reduce: the result cannot be written: %s",
		zn_err_sentence(zn_err_of_errno(errno)));
}

static bool give(struct zn_reduce_command *command, const uint8_t **bytes, size_t *count)
{
	ssize_t gave = write(command->in, *bytes, *count);
	if (gave < 0 && errno != EAGAIN && errno != EINTR)
		shut(&command->in); /* it has seen enough, or died: its status will say */
	if (gave <= 0)
		return command->in >= 0;
	command->moved_ns = zn_clock_monotonic_ns();
	*bytes += gave;
	*count -= (size_t)gave;
	return true;
}

/* One wait for either side. */
static bool turn(struct zn_reduce_command *command, const uint8_t **bytes, size_t *count,
	struct zn_complaint *complaint)
{
	struct pollfd fds[2] = {{.fd = command->out, .events = POLLIN},
		{.fd = *count > 0 ? command->in : -1, .events = POLLOUT}};
	/* With nothing to wait for but its end, which poll does not see. */
	int wait_ms = command->out < 0 && fds[1].fd < 0 ? END_MS : POLL_MS;
	if (poll(fds, 2, wait_ms) < 0 && errno != EINTR)
		return zn_complain(complaint, "reduce: the command %s cannot be waited for",
			command->name);
	if (fds[0].revents != 0 && !take(command, complaint))
		return false;
	if (fds[1].revents != 0)
		give(command, bytes, count);
	uint64_t silent_ms = (zn_clock_monotonic_ns() - command->moved_ns) / 1000000;
	if (silent_ms <= command->limits.silent_ms)
		return true;
	end(command);
	return zn_complain(complaint,
		"reduce: the command %s neither read nor wrote for %llu s and was ended",
		command->name, (unsigned long long)(command->limits.silent_ms / 1000));
}

bool zn_reduce_command_feed(struct zn_reduce_command *command, const uint8_t *bytes, size_t count,
	struct zn_complaint *complaint)
{
	while (count > 0 && command->in >= 0)
		if (!turn(command, &bytes, &count, complaint))
			return false;
	return true;
}

/* Its output may be closed before it ends. */
static bool ended(struct zn_reduce_command *command, int *status, struct zn_complaint *complaint)
{
	for (;;) {
		pid_t got = waitpid(command->pid, status, WNOHANG);
		if (got == command->pid || (got < 0 && errno != EINTR)) {
			command->pid = 0;
			return got > 0 || zn_complain(complaint, "reduce: the command %s was lost",
						  command->name);
		}
		const uint8_t *none = NULL;
		size_t nothing = 0;
		if (!turn(command, &none, &nothing, complaint))
			return false;
	}
}

bool zn_reduce_command_finish(struct zn_reduce_command *command, struct zn_complaint *complaint)
{
	const uint8_t *none = NULL;
	size_t nothing = 0;
	int status = 0;
	shut(&command->in);
	while (command->out >= 0)
		if (!turn(command, &none, &nothing, complaint))
			return false;
	if (!ended(command, &status, complaint))
		return false;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	if (WIFSIGNALED(status))
		return zn_complain(complaint, "reduce: the command %s was ended by signal %d",
			command->name, WTERMSIG(status));
	return zn_complain(complaint, "reduce: the command %s ended with status %d", command->name,
		WEXITSTATUS(status));
}
