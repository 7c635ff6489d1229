/* io/pool.c - a few threads for work that would block the loop. The only locks of the program. */
#include "io/loop_inside.h"

#include "core/assert.h"

#include <errno.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void list_put(struct zn_pool_list *list, struct zn_pool_job *job)
{
	job->next = NULL;
	if (list->last != NULL)
		list->last->next = job;
	else
		list->first = job;
	list->last = job;
}

static struct zn_pool_job *list_take(struct zn_pool_list *list)
{
	struct zn_pool_job *job = list->first;

	if (job != NULL) {
		list->first = job->next;
		if (list->first == NULL)
			list->last = NULL;
	}
	return job;
}

static void signal_done(struct zn_pool *pool)
{
	uint64_t one = 1;

	ZN_ASSERT(
		write(pool->event_fd, &one, sizeof one) == (ssize_t)sizeof one || errno == EAGAIN);
}

/* One piece, if there is any left; called and left with the lock held. */
static bool piece_do(struct zn_pool *pool)
{
	struct zn_pool_pieces *pieces = &pool->pieces;
	if (pieces->taken == pieces->count)
		return false;
	void *user = pieces->users[pieces->taken++];
	zn_loop_fn *work = pieces->work;
	pthread_mutex_unlock(&pool->lock);
	work(user);
	pthread_mutex_lock(&pool->lock);
	if (++pieces->done == pieces->count)
		pthread_cond_signal(&pool->pieces_done);
	return true;
}

static void *thread_main(void *user)
{
	struct zn_pool *pool = user;

	pthread_mutex_lock(&pool->lock);
	for (;;) {
		struct zn_pool_job *job;

		while (!pool->ending && pool->waiting.first == NULL && !piece_do(pool))
			pthread_cond_wait(&pool->wake, &pool->lock);
		if (pool->ending)
			break;
		if (pool->waiting.first == NULL)
			continue;
		job = list_take(&pool->waiting);
		pthread_mutex_unlock(&pool->lock);
		job->work(job->user);
		pthread_mutex_lock(&pool->lock);
		list_put(&pool->finished, job);
		signal_done(pool);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

enum zn_err zn_pool_init(struct zn_pool *pool)
{
	pool->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (pool->event_fd < 0)
		return ZN_ERR_MEMORY;
	ZN_ASSERT(pthread_mutex_init(&pool->lock, NULL) == 0);
	ZN_ASSERT(pthread_cond_init(&pool->wake, NULL) == 0);
	ZN_ASSERT(pthread_cond_init(&pool->pieces_done, NULL) == 0);
	for (size_t i = 0; i < ZN_POOL_JOBS_MAX; i++)
		list_put(&pool->spare, &pool->jobs[i]);
	return ZN_ERR_OK;
}

/* At the first job, so that a program that submits none has one thread. Signals are the loop's. */
static enum zn_err threads_start(struct zn_pool *pool)
{
	sigset_t all, old;

	sigfillset(&all);
	ZN_ASSERT(pthread_sigmask(SIG_SETMASK, &all, &old) == 0);
	while (pool->threads_count < ZN_POOL_THREADS) {
		if (pthread_create(&pool->threads[pool->threads_count], NULL, thread_main, pool) !=
			0)
			break;
		pool->threads_count++;
	}
	ZN_ASSERT(pthread_sigmask(SIG_SETMASK, &old, NULL) == 0);
	return pool->threads_count > 0 ? ZN_ERR_OK : ZN_ERR_MEMORY;
}

void zn_pool_finish(struct zn_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->ending = true;
	pthread_cond_broadcast(&pool->wake);
	pthread_mutex_unlock(&pool->lock);
	for (size_t i = 0; i < pool->threads_count; i++)
		pthread_join(pool->threads[i], NULL);
	pthread_cond_destroy(&pool->wake);
	pthread_cond_destroy(&pool->pieces_done);
	pthread_mutex_destroy(&pool->lock);
	close(pool->event_fd);
}

enum zn_err zn_pool_submit(struct zn_pool *pool, const struct zn_pool_job *wanted)
{
	struct zn_pool_job *job;

	if (pool->threads_count == 0 && threads_start(pool) != ZN_ERR_OK)
		return ZN_ERR_MEMORY;
	pthread_mutex_lock(&pool->lock);
	job = list_take(&pool->spare);
	if (job != NULL) {
		*job = *wanted;
		list_put(&pool->waiting, job);
		pthread_cond_signal(&pool->wake);
	}
	pthread_mutex_unlock(&pool->lock);
	return job != NULL ? ZN_ERR_OK : ZN_ERR_BUSY;
}

void zn_pool_parallel(struct zn_pool *pool, zn_loop_fn *work, void *const *users, size_t count)
{
	/* Without threads this one does it all. */
	if (pool->threads_count == 0)
		(void)threads_start(pool);
	pthread_mutex_lock(&pool->lock);
	ZN_ASSERT(pool->pieces.done == pool->pieces.count);
	pool->pieces = (struct zn_pool_pieces){work, users, count, 0, 0};
	pthread_cond_broadcast(&pool->wake);
	while (piece_do(pool)) {
	}
	while (pool->pieces.done < count)
		pthread_cond_wait(&pool->pieces_done, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
}

void zn_pool_collect(struct zn_pool *pool)
{
	uint64_t count;

	if (read(pool->event_fd, &count, sizeof count) != (ssize_t)sizeof count)
		return;
	/* What finishes meanwhile signals again, so as many as there are slots is enough. */
	for (size_t i = 0; i < ZN_POOL_JOBS_MAX; i++) {
		struct zn_pool_job *job;
		struct zn_pool_job copy;

		pthread_mutex_lock(&pool->lock);
		job = list_take(&pool->finished);
		if (job != NULL) {
			copy = *job;
			list_put(&pool->spare, job);
		}
		pthread_mutex_unlock(&pool->lock);
		if (job == NULL)
			return;
		copy.done(copy.user);
	}
	signal_done(pool);
}
