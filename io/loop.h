/* io/loop.h - one thread, one event loop: descriptors, timers, signals, and a small pool for work
 * that would block it (signatures, hashing, fsync). No lock outside the pool.
 *
 * Callbacks run on the loop's thread, one at a time. Local time is monotonic nanoseconds.
 */
#ifndef ZN_IO_LOOP_H
#define ZN_IO_LOOP_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zn_loop;

enum zn_err zn_loop_create(struct zn_loop **out);
/** Everything that hangs on the loop must be gone; NULL is fine. */
void zn_loop_destroy(struct zn_loop *loop);
/** Run until zn_loop_stop. */
enum zn_err zn_loop_run(struct zn_loop *loop);
void zn_loop_stop(struct zn_loop *loop);

typedef void zn_loop_ready_fn(void *user, uint32_t epoll_events);

/** Call `ready` when `fd` has any of `epoll_events` (EPOLLIN, EPOLLOUT; level-triggered). Watching a
 *  watched fd changes its events and callback. The fd stays the caller's. */
enum zn_err zn_loop_watch(struct zn_loop *loop, int fd, uint32_t epoll_events,
	zn_loop_ready_fn *ready, void *user);
void zn_loop_unwatch(struct zn_loop *loop, int fd);

typedef void zn_loop_fn(void *user);

/** A one-shot timer in the caller's memory; zero-initialised means stopped. */
struct zn_timer {
	struct zn_loop *loop;
	uint64_t due_ns;
	zn_loop_fn *fn;
	void *user;
	bool armed;
	uint64_t order; /* the loop's, as all that follows: equal times go first come first */
	struct zn_timer *child;  /* first child in a pairing heap */
	struct zn_timer *next;   /* right sibling */
	struct zn_timer *before; /* left sibling, or the parent of a first child */
};

/** (Re)start: `fn` once, `delay_ms` from now; 0 means after the current callback. */
void zn_timer_start(struct zn_timer *timer, struct zn_loop *loop, uint64_t delay_ms, zn_loop_fn *fn,
	void *user);
void zn_timer_stop(struct zn_timer *timer);

/** Call `fn` once on the first SIGINT or SIGTERM; a second one ends the process at once. SIGPIPE is
 *  ignored from here on. */
enum zn_err zn_loop_on_interrupt(struct zn_loop *loop, zn_loop_fn *fn, void *user);

/** Run `work` on a pool thread, then `done` on the loop's thread. At most ZN_POOL_JOBS_MAX wait;
 *  then BUSY. `work` must not touch what the loop's thread may touch meanwhile. Jobs of one loop
 *  finish in any order. zn_loop_destroy waits for running work; what still waits is dropped,
 *  and no `done` is called any more. */
enum zn_err zn_loop_submit(struct zn_loop *loop, zn_loop_fn *work, zn_loop_fn *done, void *user);

/** Run `work` once with each of `users`, on the pool's threads and on this one, and return when all
 *  are done: for short, independent pieces of arithmetic. From the loop's thread only. */
void zn_loop_parallel(struct zn_loop *loop, zn_loop_fn *work, void *const *users, size_t count);

#endif
