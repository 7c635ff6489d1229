#include "tools/bench_bare.h"

#include "io/files.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

static FILE *to, *from;
static pid_t pid;

void bench_fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("bench-runner: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(1);
}

void bare_start(void)
{
	char directory[PATH_MAX], path[PATH_MAX];
	int in[2], out[2];

	if (zn_path_program_directory(directory) != ZN_ERR_OK ||
		!zn_path_make(path, "%s/zennet-bare", directory) || access(path, X_OK) != 0)
		bench_fail("zennet-bare is not beside this program");
	signal(SIGPIPE, SIG_IGN);
	if (pipe(in) != 0 || pipe(out) != 0 || (pid = fork()) < 0)
		bench_fail("no more processes");
	if (pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		close(in[1]);
		close(out[0]);
		execl(path, path, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	to = fdopen(in[1], "w");
	from = fdopen(out[0], "r");
	if (to == NULL || from == NULL)
		bench_fail("no memory");
}

void bare_end(void)
{
	if (to != NULL)
		fclose(to);
	if (from != NULL)
		fclose(from);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	to = from = NULL;
	pid = 0;
}

static double answer(void)
{
	char line[128];
	double value;

	if (fgets(line, sizeof line, from) == NULL || sscanf(line, "%lf", &value) != 1)
		bench_fail("the bare program failed");
	return value;
}

static void ask(const char *format, va_list arguments)
{
	vfprintf(to, format, arguments);
	fputc('\n', to);
	if (fflush(to) != 0)
		bench_fail("the bare program is gone");
}

double bare_ask(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	ask(format, arguments);
	va_end(arguments);
	return answer();
}

static void on_answer(void *user, uint32_t epoll_events)
{
	(void)epoll_events;
	zn_loop_unwatch(user, fileno(from));
	zn_loop_stop(user);
}

double bare_ask_on(struct zn_loop *loop, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	ask(format, arguments);
	va_end(arguments);
	if (zn_loop_watch(loop, fileno(from), EPOLLIN, on_answer, loop) != ZN_ERR_OK ||
		zn_loop_run(loop) != ZN_ERR_OK)
		bench_fail("the loop failed");
	return answer();
}
