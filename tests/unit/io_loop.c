/* tests/unit/io_loop.c - descriptors, timers, signals and the pool. */
#include "tests/unit/cm.h"

#include "core/limits.h"
#include "io/clock.h"
#include "io/loop.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

static struct zn_loop *loop;

static int set_up(void **state)
{
	(void)state;
	return zn_loop_create(&loop) == ZN_ERR_OK ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	zn_loop_destroy(loop);
	return 0;
}

static void stop(void *user)
{
	(void)user;
	zn_loop_stop(loop);
}

/* --- timers --- */

#define TIMERS 500
static struct zn_timer timers[TIMERS];
static uint64_t last_due_ns;
static int fired;

static void note_order(void *user)
{
	struct zn_timer *timer = user;

	assert_false(timer->armed);
	assert_true(timer->due_ns >= last_due_ns);
	assert_true(zn_clock_monotonic_ns() >= timer->due_ns);
	last_due_ns = timer->due_ns;
	fired++;
}

static void timers_fire_in_order_and_stopped_ones_never(void **state)
{
	struct zn_timer end = {0};
	int stopped = 0;

	(void)state;
	srand(7);
	fired = 0;
	last_due_ns = 0;
	memset(timers, 0, sizeof timers);
	for (int i = 0; i < TIMERS; i++)
		zn_timer_start(&timers[i], loop, (uint64_t)(rand() % 40), note_order, &timers[i]);
	for (int i = 0; i < TIMERS; i++) {
		if (rand() % 3 == 0) {
			zn_timer_stop(&timers[i]);
			zn_timer_stop(&timers[i]);
			stopped++;
		} else if (rand() % 2 == 0) {
			zn_timer_start(&timers[i], loop, (uint64_t)(rand() % 40), note_order,
				&timers[i]);
		}
	}
	zn_timer_start(&end, loop, 60, stop, NULL);
	assert_int_equal(zn_loop_run(loop), ZN_ERR_OK);
	assert_int_equal(fired, TIMERS - stopped);
}

static struct zn_timer again;
static int again_count;

static void restart(void *user)
{
	again_count++;
	zn_timer_start(&again, loop, 0, restart, user);
}

static void on_event_stop(void *user, uint32_t epoll_events)
{
	assert_true(epoll_events & EPOLLIN);
	*(int *)user += 1;
	zn_loop_stop(loop);
}

static void a_timer_that_restarts_itself_does_not_starve_descriptors(void **state)
{
	int fd = eventfd(1, EFD_CLOEXEC);
	int seen = 0;

	(void)state;
	again_count = 0;
	zn_timer_start(&again, loop, 0, restart, NULL);
	assert_int_equal(zn_loop_watch(loop, fd, EPOLLIN, on_event_stop, &seen), ZN_ERR_OK);
	assert_int_equal(zn_loop_run(loop), ZN_ERR_OK);
	assert_int_equal(seen, 1);
	assert_true(again_count >= 1 && again_count < 5);
	zn_timer_stop(&again);
	zn_loop_unwatch(loop, fd);
	close(fd);
}

static void timers_are_exact_to_a_millisecond(void **state)
{
	struct zn_timer timer = {0};
	uint64_t begin_ns = zn_clock_monotonic_ns();
	uint64_t took_ns;

	(void)state;
	zn_timer_start(&timer, loop, 20, stop, NULL);
	zn_loop_run(loop);
	took_ns = zn_clock_monotonic_ns() - begin_ns;
	assert_true(took_ns >= 20000000u);
	assert_true(took_ns < 200000000u); /* a loaded machine may be late */
}

/* --- descriptors --- */

static int pipe_a[2], pipe_b[2];
static int calls;

static void take_other_away(void *user, uint32_t epoll_events)
{
	int other = *(int *)user;

	(void)epoll_events;
	calls++;
	/* The other's event lies in the same batch, and a stranger gets its number. */
	zn_loop_unwatch(loop, other);
	close(other);
	assert_int_equal(eventfd(0, EFD_CLOEXEC), other);
	zn_loop_stop(loop);
}

static void fail_if_called(void *user, uint32_t epoll_events)
{
	(void)user;
	(void)epoll_events;
	fail();
}

static void unwatch_and_watch_again(void *user, uint32_t epoll_events)
{
	int other = *(int *)user;

	take_other_away(user, epoll_events);
	assert_int_equal(zn_loop_watch(loop, other, EPOLLIN, fail_if_called, NULL), ZN_ERR_OK);
	zn_loop_unwatch(loop, pipe_a[0]);
	zn_loop_unwatch(loop, pipe_b[0]);
	assert_int_equal(zn_loop_watch(loop, other, EPOLLIN, fail_if_called, NULL), ZN_ERR_OK);
}

static void an_event_of_a_closed_descriptor_never_reaches_its_successor(void **state)
{
	struct zn_timer end = {0};

	(void)state;
	calls = 0;
	assert_int_equal(pipe(pipe_a) | pipe(pipe_b), 0);
	assert_int_equal(write(pipe_a[1], "x", 1) + write(pipe_b[1], "x", 1), 2);
	zn_loop_watch(loop, pipe_a[0], EPOLLIN, unwatch_and_watch_again, &pipe_b[0]);
	zn_loop_watch(loop, pipe_b[0], EPOLLIN, unwatch_and_watch_again, &pipe_a[0]);
	zn_loop_run(loop);
	zn_timer_start(&end, loop, 5, stop, NULL);
	zn_loop_run(loop);
	assert_int_equal(calls, 1);
	for (int i = 0; i < 2; i++) {
		close(pipe_a[i]);
		close(pipe_b[i]);
	}
}

static void watching_again_changes_callback_and_events(void **state)
{
	int fd = eventfd(1, EFD_CLOEXEC);
	int seen = 0;

	(void)state;
	zn_loop_watch(loop, fd, EPOLLIN, fail_if_called, NULL);
	zn_loop_watch(loop, fd, EPOLLIN, on_event_stop, &seen);
	zn_loop_run(loop);
	assert_int_equal(seen, 1);
	zn_loop_unwatch(loop, fd);
	zn_loop_unwatch(loop, fd);
	close(fd);
}

/* --- pool --- */

static atomic_int worked;
static int finished;

static void work(void *user)
{
	(void)user;
	atomic_fetch_add(&worked, 1);
}

static void done(void *user)
{
	if (++finished == *(int *)user)
		zn_loop_stop(loop);
}

static void the_pool_does_all_jobs_and_refuses_too_many(void **state)
{
	int wanted = ZN_POOL_JOBS_MAX;

	(void)state;
	atomic_store(&worked, 0);
	finished = 0;
	/* Slots come back only on this thread, so the count is exact. */
	for (int i = 0; i < ZN_POOL_JOBS_MAX; i++)
		assert_int_equal(zn_loop_submit(loop, work, done, &wanted), ZN_ERR_OK);
	assert_int_equal(zn_loop_submit(loop, work, done, &wanted), ZN_ERR_BUSY);
	zn_loop_run(loop);
	assert_int_equal(finished, wanted);
	assert_int_equal(atomic_load(&worked), wanted);
	wanted++;
	assert_int_equal(zn_loop_submit(loop, work, done, &wanted), ZN_ERR_OK);
	zn_loop_run(loop);
}

static void slow_work(void *user)
{
	(void)user;
	usleep(20000);
	atomic_fetch_add(&worked, 1);
}

static void fail_if_done(void *user)
{
	(void)user;
	fail();
}

static void destroying_a_loop_waits_for_running_work(void **state)
{
	struct zn_loop *other;

	(void)state;
	atomic_store(&worked, 0);
	assert_int_equal(zn_loop_create(&other), ZN_ERR_OK);
	zn_loop_submit(other, slow_work, fail_if_done, NULL);
	while (atomic_load(&worked) == 0) {
		usleep(5000);
		break;
	}
	zn_loop_destroy(other);
	/* Either it never began or it is through. */
	usleep(30000);
	assert_true(atomic_load(&worked) <= 1);
}

/* --- signals --- */

static void on_interrupt_exit(void *user)
{
	(void)user;
	_exit(7);
}

static void on_interrupt_hang(void *user)
{
	char byte = 'x';

	(void)user;
	if (write(pipe_a[1], &byte, 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static int status_of_interrupted(zn_loop_fn *fn, int first, int second)
{
	int status = 0;
	char byte;
	pid_t pid;

	assert_int_equal(pipe(pipe_a), 0);
	pid = fork();
	if (pid == 0) {
		struct zn_loop *own;

		if (zn_loop_create(&own) != ZN_ERR_OK ||
			zn_loop_on_interrupt(own, fn, NULL) != ZN_ERR_OK)
			_exit(1);
		if (write(pipe_a[1], "r", 1) != 1)
			_exit(1);
		zn_loop_run(own);
		_exit(2);
	}
	assert_int_equal(read(pipe_a[0], &byte, 1), 1);
	kill(pid, first);
	if (second != 0) {
		assert_int_equal(read(pipe_a[0], &byte, 1), 1);
		kill(pid, second);
	}
	waitpid(pid, &status, 0);
	close(pipe_a[0]);
	close(pipe_a[1]);
	return status;
}

static void the_first_interrupt_is_told_to_the_loop(void **state)
{
	int status = status_of_interrupted(on_interrupt_exit, SIGTERM, 0);

	(void)state;
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

static void the_second_interrupt_ends_a_hanging_program(void **state)
{
	int status = status_of_interrupted(on_interrupt_hang, SIGINT, SIGTERM);

	(void)state;
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

struct piece {
	unsigned int number, sum;
};

static void piece_work(void *user)
{
	struct piece *piece = user;
	for (unsigned int i = 0; i < 2000; i++)
		piece->sum += piece->number * i;
}

static void pieces_are_all_done_when_parallel_returns(void **state)
{
	enum { PIECES = 333 };
	struct zn_loop *own;
	struct piece pieces[PIECES];
	void *users[PIECES];
	(void)state;
	assert_int_equal(zn_loop_create(&own), ZN_ERR_OK);
	for (unsigned int round = 0; round < 50; round++) {
		for (unsigned int i = 0; i < PIECES; i++) {
			pieces[i] = (struct piece){i, 0};
			users[i] = &pieces[i];
		}
		zn_loop_parallel(own, piece_work, users, round == 0 ? 0 : PIECES);
		for (unsigned int i = 0; i < PIECES && round > 0; i++)
			assert_int_equal(pieces[i].sum, i * (1999 * 1000));
	}
	zn_loop_destroy(own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_fire_in_order_and_stopped_ones_never),
		cmocka_unit_test(a_timer_that_restarts_itself_does_not_starve_descriptors),
		cmocka_unit_test(timers_are_exact_to_a_millisecond),
		cmocka_unit_test(an_event_of_a_closed_descriptor_never_reaches_its_successor),
		cmocka_unit_test(watching_again_changes_callback_and_events),
		cmocka_unit_test(the_pool_does_all_jobs_and_refuses_too_many),
		cmocka_unit_test(destroying_a_loop_waits_for_running_work),
		cmocka_unit_test(the_first_interrupt_is_told_to_the_loop),
		cmocka_unit_test(the_second_interrupt_ends_a_hanging_program),
		cmocka_unit_test(pieces_are_all_done_when_parallel_returns),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
