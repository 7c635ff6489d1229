#include "runner/client/process.h"

#include "core/assert.h"
#include "io/clock.h"
#include "io/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SCRATCH_PREFIX    "scratch-"
#define STALE_SEEN_MAX    4096 /* directory entries looked at */
#define WORDS_TOLD_MAX    160
#define ENVIRONMENT_BYTES 1024

static uint8_t buffer[ZN_PIPE_MESSAGE_BYTES_MAX];

/* Scratch directories of processes that are no more: a killed worker cannot tidy up. */
static void remove_stale(const char *cache_dir)
{
	static bool done;
	DIR *directory = done ? NULL : opendir(cache_dir);
	done = true;
	if (directory == NULL)
		return;
	struct dirent *entry;
	for (int seen = 0; seen < STALE_SEEN_MAX && (entry = readdir(directory)) != NULL; seen++) {
		int pid, number;
		char path[PATH_MAX];
		if (sscanf(entry->d_name, SCRATCH_PREFIX "%d-%d", &pid, &number) == 2 && pid > 0 &&
			kill(pid, 0) != 0 && errno == ESRCH &&
			zn_path_make(path, "%s/%s", cache_dir, entry->d_name))
			(void)zn_directory_remove(path);
	}
	closedir(directory);
}

enum zn_err zn_process_cache_dir(char out[PATH_MAX], const char *wanted)
{
	char home[PATH_MAX], real[PATH_MAX]; /* the runner works in / and needs absolute paths */
	enum zn_err err = ZN_ERR_OK;
	if (wanted == NULL)
		err = zn_path_cache(home);
	if (err != ZN_ERR_OK)
		return err;
	bool fits = wanted != NULL ? zn_path_make(out, "%s", wanted)
				   : zn_path_make(out, "%s/runner", home);
	if (!fits)
		return ZN_ERR_TOO_LARGE;
	err = zn_directory_make(out);
	if (err != ZN_ERR_OK || realpath(out, real) == NULL)
		return err != ZN_ERR_OK ? err : ZN_ERR_IO;
	memcpy(out, real, sizeof real);
	return ZN_ERR_OK;
}

static enum zn_err make_scratch(char scratch[PATH_MAX], const char *cache)
{
	static unsigned int counter;
	remove_stale(cache);
	if (!zn_path_make(scratch, "%s/" SCRATCH_PREFIX "%d-%u", cache, (int)getpid(), counter++))
		return ZN_ERR_TOO_LARGE;
	(void)zn_directory_remove(scratch);
	return zn_directory_make(scratch);
}

enum zn_err zn_process_program(char out[PATH_MAX], const char *wanted)
{
	char directory[PATH_MAX];
	if (wanted != NULL)
		return zn_path_make(out, "%s", wanted) ? ZN_ERR_OK : ZN_ERR_TOO_LARGE;
	enum zn_err err = zn_path_program_directory(directory);
	if (err != ZN_ERR_OK)
		return err;
	return zn_path_make(out, "%s/zennet-runner", directory) ? ZN_ERR_OK : ZN_ERR_TOO_LARGE;
}

/* Only what a driver needs to be found; nothing that could change results or tell secrets. */
static void fill_environment(const char *out[], char texts[][ENVIRONMENT_BYTES])
{
	static const char *const kept[] = {"OCL_ICD_VENDORS", "LD_LIBRARY_PATH", "ASAN_OPTIONS"};
	size_t count = 0;
	out[count++] = "PATH=/usr/local/bin:/usr/bin:/bin"; /* PoCL starts ld */
	out[count++] = "LC_ALL=C";
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		const char *value = getenv(kept[i]);
		int length = value == NULL ? 0
					   : snprintf(texts[i], ENVIRONMENT_BYTES, "%s=%s", kept[i],
						     value);
		if (length > 0 && length < ENVIRONMENT_BYTES)
			out[count++] = texts[i];
	}
	out[count] = NULL;
}

static enum zn_err spawn(struct zn_process *out, const char *program,
	const struct zn_process_options *options, int words_fd)
{
	char level[16];
	bool full = options->sandbox_max == 0 || options->sandbox_max >= ZN_SANDBOX_FULL;
	const char *environment[8];
	char texts[3][ENVIRONMENT_BYTES];
	const char *argv[ZN_PROCESS_ARGUMENTS_MAX + 6] = {"zennet-runner"};
	size_t count = 1;
	for (size_t i = 0; i < ZN_PROCESS_ARGUMENTS_MAX && options->arguments[i] != NULL; i++)
		argv[count++] = options->arguments[i];
	snprintf(level, sizeof level, "%d", full ? ZN_SANDBOX_FULL : options->sandbox_max);
	argv[count++] = "--sandbox";
	argv[count++] = level;
	argv[count++] = "--scratch";
	argv[count++] = out->scratch;
	fill_environment(environment, texts);
	struct zn_spawn_options spawning = {.path = program,
		.argv = argv,
		.environment = environment,
		.channel = true,
		.stderr_fd = options->words_fd > 0 ? options->words_fd : words_fd,
		.stdout_fd = options->words_fd > 0 ? options->words_fd : words_fd,
		.own_namespaces = full,
		.own_group = true,
		.die_with_parent = true};
	return zn_spawn(&out->child, &spawning);
}

enum zn_err zn_process_start(struct zn_process *out, const struct zn_process_options *options)
{
	char program[PATH_MAX], cache[PATH_MAX];
	*out = (struct zn_process){.child = {.pidfd = -1, .channel = -1}, .words_fd = -1};
	enum zn_err err = zn_process_program(program, options->program);
	if (err == ZN_ERR_OK && access(program, X_OK) != 0)
		err = errno == ENOENT ? ZN_ERR_NOT_FOUND : ZN_ERR_DENIED;
	if (err == ZN_ERR_OK)
		err = zn_process_cache_dir(cache, options->cache_dir);
	if (err == ZN_ERR_OK)
		err = make_scratch(out->scratch, cache);
	int words[2] = {-1, -1};
	/* non-blocking for the runner too: what does not fit is dropped, nobody waits */
	if (err == ZN_ERR_OK && pipe2(words, O_CLOEXEC | O_NONBLOCK) != 0)
		err = ZN_ERR_IO;
	if (err == ZN_ERR_OK)
		err = spawn(out, program, options, words[1]);
	if (words[1] >= 0)
		close(words[1]);
	out->words_fd = words[0];
	if (err != ZN_ERR_OK)
		zn_process_end(out, NULL);
	else
		zn_process_heard_from(out);
	return err;
}

enum zn_process_heard zn_process_receive(struct zn_process *process, struct zn_pipe_message *out)
{
	struct iovec part = {buffer, sizeof buffer};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1}; /* no room for descriptors */
	ssize_t count = recvmsg(process->child.channel, &header, MSG_DONTWAIT);
	if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return ZN_HEARD_NOTHING;
	if (count <= 0)
		return ZN_HEARD_CLOSED;
	if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 ||
		!zn_pipe_decode(out, buffer, (size_t)count, true))
		return ZN_HEARD_RUBBISH;
	return ZN_HEARD_MESSAGE;
}

enum zn_err zn_process_send(struct zn_process *process, struct zn_pipe_message *message,
	const int *fds, size_t fds_count)
{
	union {
		char bytes[CMSG_SPACE(ZN_PROCESS_FDS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	struct iovec part = {buffer, zn_pipe_encode(buffer, message)};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
	ZN_ASSERT(fds_count <= ZN_PROCESS_FDS_MAX);
	if (fds_count > 0) {
		header.msg_control = control.bytes;
		header.msg_controllen = CMSG_SPACE(fds_count * sizeof(int));
		struct cmsghdr *first = CMSG_FIRSTHDR(&header);
		first->cmsg_level = SOL_SOCKET;
		first->cmsg_type = SCM_RIGHTS;
		first->cmsg_len = CMSG_LEN(fds_count * sizeof(int));
		memcpy(CMSG_DATA(first), fds, fds_count * sizeof(int));
	}
	ssize_t sent;
	do
		sent = sendmsg(process->child.channel, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	if (sent >= 0)
		return ZN_ERR_OK;
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS ? ZN_ERR_BUSY
									   : ZN_ERR_CLOSED;
}

static uint64_t cpu_ns(const struct zn_process *process)
{
	clockid_t clock;
	struct timespec used;
	if (clock_getcpuclockid(process->child.pid, &clock) != 0 ||
		clock_gettime(clock, &used) != 0)
		return 0;
	return (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
}

void zn_process_heard_from(struct zn_process *process)
{
	process->heard_ns = zn_clock_monotonic_ns();
	process->heard_cpu_ns = cpu_ns(process);
}

void zn_process_silence(const struct zn_process *process, uint64_t *cpu_ms, uint64_t *wall_ms)
{
	uint64_t cpu = cpu_ns(process);
	*wall_ms = (zn_clock_monotonic_ns() - process->heard_ns) / 1000000;
	*cpu_ms = cpu > process->heard_cpu_ns ? (cpu - process->heard_cpu_ns) / 1000000 : 0;
}

/* Pages of the size, and of what is resident. */
static bool pages(const struct zn_process *process, unsigned long out[2])
{
	char path[64], text[128] = "";
	snprintf(path, sizeof path, "/proc/%d/statm", (int)process->child.pid);
	int fd = process->child.pid > 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	ssize_t count = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
	if (fd >= 0)
		close(fd);
	return count > 0 && sscanf(text, "%lu %lu", &out[0], &out[1]) == 2;
}

uint64_t zn_process_memory(const struct zn_process *process)
{
	unsigned long found[2];
	return pages(process, found) ? (uint64_t)found[1] * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

void zn_process_limit_growth(const struct zn_process *process, uint64_t bytes)
{
	unsigned long found[2];
	if (!pages(process, found))
		return;
	rlim_t most = (uint64_t)found[0] * (uint64_t)sysconf(_SC_PAGESIZE) + bytes;
	const struct rlimit limit = {most, most};
	prlimit(process->child.pid, RLIMIT_AS, &limit, NULL);
}

/* The last line that it wrote, cleaned. */
static void last_words(char *out, size_t out_bytes, int fd)
{
	static char words[ZN_RUNNER_STDERR_BYTES_MAX];
	out[0] = '\0';
	ssize_t count = fd >= 0 ? read(fd, words, sizeof words) : 0;
	while (count > 0 && (words[count - 1] == '\n' || words[count - 1] == ' '))
		count--;
	ssize_t begin = count;
	while (begin > 0 && words[begin - 1] != '\n')
		begin--;
	if (count > 0)
		zn_pipe_clean(out, out_bytes, words + begin, (size_t)(count - begin), false);
}

void zn_process_end(struct zn_process *process, struct zn_complaint *how)
{
	char words[WORDS_TOLD_MAX];
	int status = 0;
	zn_child_end(&process->child, &status);
	last_words(words, sizeof words, process->words_fd);
	if (process->words_fd >= 0)
		close(process->words_fd);
	process->words_fd = -1;
	if (process->scratch[0] != '\0')
		(void)zn_directory_remove(process->scratch);
	process->scratch[0] = '\0';
	if (how == NULL)
		return;
	const char *gap = words[0] != '\0' ? "; it said: " : "";
	if (WIFSIGNALED(status))
		zn_complain(how, "the runner crashed (signal %d, %s)%s%s", WTERMSIG(status),
			strsignal(WTERMSIG(status)), gap, words);
	else
		zn_complain(how, "the runner ended by itself (status %d)%s%s", WEXITSTATUS(status),
			gap, words);
}
