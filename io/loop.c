/* io/loop.c - one thread, one epoll. */
#include "io/loop.h"

#include "core/assert.h"
#include "io/clock.h"
#include "io/loop_inside.h"
#include "io/system_err.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Signals belong to the process, so this one thing is global. */
static volatile sig_atomic_t interrupt_fd = -1;

static void on_signal(int number)
{
	int saved = errno;
	uint64_t one = 1;

	(void)number;
	/* The second one must end us even when the loop hangs in a callback. */
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	if (interrupt_fd >= 0 && write(interrupt_fd, &one, sizeof one) < 0)
		_exit(1);
	errno = saved;
}

static void on_interrupt_ready(void *user, uint32_t epoll_events)
{
	struct zn_loop *loop = user;
	uint64_t count;

	(void)epoll_events;
	if (read(loop->interrupt_fd, &count, sizeof count) == (ssize_t)sizeof count)
		loop->interrupt(loop->interrupt_user);
}

static void on_pool_ready(void *user, uint32_t epoll_events)
{
	struct zn_loop *loop = user;

	(void)epoll_events;
	zn_pool_collect(&loop->pool);
}

enum zn_err zn_loop_create(struct zn_loop **out)
{
	struct zn_loop *loop = calloc(1, sizeof *loop);
	enum zn_err err;

	*out = NULL;
	if (loop == NULL)
		return ZN_ERR_MEMORY;
	loop->interrupt_fd = -1;
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll_fd < 0) {
		free(loop);
		return ZN_ERR_MEMORY;
	}
	err = zn_pool_init(&loop->pool);
	if (err != ZN_ERR_OK) {
		close(loop->epoll_fd);
		free(loop);
		return err;
	}
	err = zn_loop_watch(loop, loop->pool.event_fd, EPOLLIN, on_pool_ready, loop);
	if (err != ZN_ERR_OK)
		zn_loop_destroy(loop);
	else
		*out = loop;
	return err;
}

void zn_loop_destroy(struct zn_loop *loop)
{
	if (loop == NULL)
		return;
	if (loop->interrupt_fd >= 0) {
		signal(SIGINT, SIG_DFL);
		signal(SIGTERM, SIG_DFL);
		interrupt_fd = -1;
		close(loop->interrupt_fd);
	}
	zn_pool_finish(&loop->pool);
	close(loop->epoll_fd);
	free(loop->watches);
	free(loop);
}

void zn_loop_stop(struct zn_loop *loop)
{
	loop->stopping = true;
}

static enum zn_err watches_grow(struct zn_loop *loop, int fd)
{
	size_t count = loop->watches_count == 0 ? 64 : loop->watches_count;
	struct zn_watch *grown;

	if (fd >= ZN_LOOP_FDS_MAX)
		return ZN_ERR_TOO_LARGE;
	while (count <= (size_t)fd)
		count *= 2;
	grown = realloc(loop->watches, count * sizeof *grown);
	if (grown == NULL)
		return ZN_ERR_MEMORY;
	memset(grown + loop->watches_count, 0, (count - loop->watches_count) * sizeof *grown);
	loop->watches = grown;
	loop->watches_count = count;
	return ZN_ERR_OK;
}

enum zn_err zn_loop_watch(struct zn_loop *loop, int fd, uint32_t epoll_events,
	zn_loop_ready_fn *ready, void *user)
{
	struct epoll_event event = {.events = epoll_events};
	struct zn_watch *watch;
	uint32_t generation;
	int failed;

	ZN_ASSERT(fd >= 0 && ready != NULL);
	if ((size_t)fd >= loop->watches_count && watches_grow(loop, fd) != ZN_ERR_OK)
		return ZN_ERR_MEMORY;
	watch = &loop->watches[fd];
	generation = watch->ready != NULL ? watch->generation : ++loop->generation;
	event.data.u64 = (uint64_t)generation << 32 | (uint32_t)fd;
	failed = epoll_ctl(loop->epoll_fd, watch->ready != NULL ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd,
		&event);
	/* A watched number may have been closed and given out again. */
	if (failed && (errno == ENOENT || errno == EEXIST))
		failed = epoll_ctl(loop->epoll_fd, errno == ENOENT ? EPOLL_CTL_ADD : EPOLL_CTL_MOD,
			fd, &event);
	if (failed)
		return zn_err_of_errno(errno);
	*watch = (struct zn_watch){.ready = ready,
		.user = user,
		.epoll_events = epoll_events,
		.generation = generation};
	return ZN_ERR_OK;
}

void zn_loop_unwatch(struct zn_loop *loop, int fd)
{
	if (fd < 0 || (size_t)fd >= loop->watches_count || loop->watches[fd].ready == NULL)
		return;
	loop->watches[fd] = (struct zn_watch){0};
	/* It may be closed already: then the kernel has forgotten it itself. */
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

/* Only timers that were due at the start: one that restarts itself must not starve descriptors. */
static void run_timers(struct zn_loop *loop)
{
	uint64_t now_ns = zn_clock_monotonic_ns();
	uint64_t order_end = loop->timers.order;

	while (!loop->stopping) {
		struct zn_timer *timer = zn_timers_first(&loop->timers);

		if (timer == NULL || timer->due_ns > now_ns || timer->order >= order_end)
			return;
		zn_timers_remove(&loop->timers, timer);
		timer->fn(timer->user);
	}
}

static int wait_events(struct zn_loop *loop, struct epoll_event *events)
{
	struct timespec wait;
	struct zn_timer *first = zn_timers_first(&loop->timers);
	uint64_t left_ns = 0;

	if (first == NULL)
		return epoll_pwait2(loop->epoll_fd, events, ZN_LOOP_EVENTS_MAX, NULL, NULL);
	if (first->due_ns != 0) {
		uint64_t now_ns = zn_clock_monotonic_ns();

		left_ns = first->due_ns > now_ns ? first->due_ns - now_ns : 0;
	}
	wait.tv_sec = (time_t)(left_ns / UINT64_C(1000000000));
	wait.tv_nsec = (long)(left_ns % UINT64_C(1000000000));
	return epoll_pwait2(loop->epoll_fd, events, ZN_LOOP_EVENTS_MAX, &wait, NULL);
}

static void dispatch(struct zn_loop *loop, const struct epoll_event *event)
{
	size_t fd = (uint32_t)event->data.u64;
	uint32_t generation = (uint32_t)(event->data.u64 >> 32);
	struct zn_watch watch;

	ZN_ASSERT(fd < loop->watches_count);
	watch = loop->watches[fd];
	if (watch.ready != NULL && watch.generation == generation)
		watch.ready(watch.user, event->events);
}

enum zn_err zn_loop_run(struct zn_loop *loop)
{
	struct epoll_event events[ZN_LOOP_EVENTS_MAX];
	enum zn_err err = ZN_ERR_OK;

	for (;;) {
		int count;

		run_timers(loop);
		if (loop->stopping)
			break;
		count = wait_events(loop, events);
		if (count < 0 && errno != EINTR) {
			err = zn_err_of_errno(errno);
			break;
		}
		for (int i = 0; i < count && !loop->stopping; i++)
			dispatch(loop, &events[i]);
	}
	loop->stopping = false;
	return err;
}

enum zn_err zn_loop_on_interrupt(struct zn_loop *loop, zn_loop_fn *fn, void *user)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	enum zn_err err;

	loop->interrupt = fn;
	loop->interrupt_user = user;
	if (loop->interrupt_fd < 0) {
		loop->interrupt_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (loop->interrupt_fd < 0)
			return ZN_ERR_MEMORY;
	}
	err = zn_loop_watch(loop, loop->interrupt_fd, EPOLLIN, on_interrupt_ready, loop);
	if (err != ZN_ERR_OK)
		return err;
	interrupt_fd = loop->interrupt_fd;
	sigemptyset(&action.sa_mask);
	sigaddset(&action.sa_mask, SIGINT);
	sigaddset(&action.sa_mask, SIGTERM);
	signal(SIGPIPE, SIG_IGN);
	if (sigaction(SIGINT, &action, NULL) != 0 || sigaction(SIGTERM, &action, NULL) != 0)
		return ZN_ERR_IO;
	return ZN_ERR_OK;
}

enum zn_err zn_loop_submit(struct zn_loop *loop, zn_loop_fn *work, zn_loop_fn *done, void *user)
{
	struct zn_pool_job job = {.work = work, .done = done, .user = user};

	ZN_ASSERT(work != NULL && done != NULL);
	return zn_pool_submit(&loop->pool, &job);
}

void zn_loop_parallel(struct zn_loop *loop, zn_loop_fn *work, void *const *users, size_t count)
{
	zn_pool_parallel(&loop->pool, work, users, count);
}
