/* io/timers.c - a pairing heap of timers in their owners' memory.
 *
 * Source: Fredman, Sedgewick, Sleator, Tarjan, "The pairing heap" (1986). Start takes constant time,
 * stop and expiry an amortised logarithm; nothing is allocated, so a timer cannot fail to start.
 */
#include "io/clock.h"
#include "io/loop_inside.h"

#include "core/assert.h"

static bool earlier(const struct zn_timer *a, const struct zn_timer *b)
{
	return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->order < b->order;
}

/* Both are roots or NULL. */
static struct zn_timer *meld(struct zn_timer *a, struct zn_timer *b)
{
	if (a == NULL)
		return b;
	if (b == NULL)
		return a;
	if (earlier(b, a)) {
		struct zn_timer *other = a;

		a = b;
		b = other;
	}
	b->before = a;
	b->next = a->child;
	if (a->child != NULL)
		a->child->before = b;
	a->child = b;
	return a;
}

/* Two passes without recursion: pair from the left, then meld the pairs from the right. */
static struct zn_timer *meld_siblings(struct zn_timer *first)
{
	struct zn_timer *pairs = NULL;
	struct zn_timer *root = NULL;

	while (first != NULL) {
		struct zn_timer *a = first;
		struct zn_timer *b = a->next;

		first = b != NULL ? b->next : NULL;
		a->next = a->before = NULL;
		if (b != NULL)
			b->next = b->before = NULL;
		a = meld(a, b);
		a->next = pairs;
		pairs = a;
	}
	while (pairs != NULL) {
		struct zn_timer *a = pairs;

		pairs = a->next;
		a->next = NULL;
		root = meld(root, a);
	}
	return root;
}

struct zn_timer *zn_timers_first(struct zn_timers *timers)
{
	return timers->root;
}

void zn_timers_add(struct zn_timers *timers, struct zn_timer *timer)
{
	timer->child = timer->next = timer->before = NULL;
	timer->order = timers->order++;
	timer->armed = true;
	timers->root = meld(timers->root, timer);
}

void zn_timers_remove(struct zn_timers *timers, struct zn_timer *timer)
{
	struct zn_timer *rest = meld_siblings(timer->child);

	if (timers->root == timer) {
		timers->root = rest;
	} else {
		if (timer->before->child == timer)
			timer->before->child = timer->next;
		else
			timer->before->next = timer->next;
		if (timer->next != NULL)
			timer->next->before = timer->before;
		timers->root = meld(timers->root, rest);
	}
	timer->child = timer->next = timer->before = NULL;
	timer->armed = false;
}

void zn_timer_start(struct zn_timer *timer, struct zn_loop *loop, uint64_t delay_ms, zn_loop_fn *fn,
	void *user)
{
	uint64_t now_ns = zn_clock_monotonic_ns();

	ZN_ASSERT(fn != NULL);
	zn_timer_stop(timer);
	timer->loop = loop;
	timer->fn = fn;
	timer->user = user;
	if (delay_ms > (UINT64_MAX - now_ns) / 1000000u)
		timer->due_ns = UINT64_MAX;
	else
		timer->due_ns = now_ns + delay_ms * 1000000u;
	zn_timers_add(&loop->timers, timer);
}

void zn_timer_stop(struct zn_timer *timer)
{
	if (timer->armed)
		zn_timers_remove(&timer->loop->timers, timer);
}
