/* io/loop_inside.h - the parts of a loop, for its own files only. */
#ifndef ZN_IO_LOOP_INSIDE_H
#define ZN_IO_LOOP_INSIDE_H

#include "core/limits.h"
#include "io/loop.h"

#include <pthread.h>
#include <stddef.h>

struct zn_timers {
	struct zn_timer *root; /* earliest; a pairing heap */
	uint64_t order;        /* of the next start */
};

/** The earliest, or NULL. */
struct zn_timer *zn_timers_first(struct zn_timers *timers);
void zn_timers_add(struct zn_timers *timers, struct zn_timer *timer);
void zn_timers_remove(struct zn_timers *timers, struct zn_timer *timer);

struct zn_pool_job {
	zn_loop_fn *work;
	zn_loop_fn *done;
	void *user;
	struct zn_pool_job *next;
};

struct zn_pool_list {
	struct zn_pool_job *first;
	struct zn_pool_job *last;
};

/* Pieces that the loop's thread waits for. */
struct zn_pool_pieces {
	zn_loop_fn *work;
	void *const *users;
	size_t count, taken, done;
};

struct zn_pool {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_cond_t pieces_done;
	struct zn_pool_pieces pieces;
	pthread_t threads[ZN_POOL_THREADS];
	size_t threads_count;
	bool ending;
	int event_fd; /* readable when something is done */
	struct zn_pool_list spare;
	struct zn_pool_list waiting;
	struct zn_pool_list finished;
	struct zn_pool_job jobs[ZN_POOL_JOBS_MAX];
};

enum zn_err zn_pool_init(struct zn_pool *pool);
void zn_pool_finish(struct zn_pool *pool);
enum zn_err zn_pool_submit(struct zn_pool *pool, const struct zn_pool_job *job);
/** zn_loop_parallel. */
void zn_pool_parallel(struct zn_pool *pool, zn_loop_fn *work, void *const *users, size_t count);
/** Call `done` of everything that has finished. */
void zn_pool_collect(struct zn_pool *pool);

struct zn_watch {
	zn_loop_ready_fn *ready; /* NULL: not watched */
	void *user;
	uint32_t epoll_events;
	uint32_t generation; /* tells an event of an earlier watch of the same number */
};

struct zn_loop {
	int epoll_fd;
	int interrupt_fd;
	bool stopping;
	struct zn_watch *watches; /* by descriptor */
	size_t watches_count;
	uint32_t generation;
	struct zn_timers timers;
	zn_loop_fn *interrupt;
	void *interrupt_user;
	struct zn_pool pool;
};

#endif
