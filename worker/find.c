/* worker/find.c - asking the ledger for open jobs until one suits. */
#include "worker/inside.h"

#include "io/clock.h"
#include "io/random.h"

#include <string.h>

static void ask(void *user);

static void ask_later(struct zn_worker *worker)
{
	uint64_t idle_ms = (zn_clock_monotonic_ns() - worker->idle_since_ns) / 1000000;
	uint64_t wait_ms = idle_ms < 60000 ? ZN_SEARCH_POLL_MS : ZN_SEARCH_POLL_MS_MAX;
	uint64_t random;
	zn_random_bytes(&random, sizeof random);
	zn_timer_start(&worker->search_timer, worker->loop, wait_ms + random % (wait_ms / 4 + 1),
		ask, worker);
}

/* A node that holds answers open tells of a new block at once; any other is asked now and then. */
static void on_newer(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_worker *worker = user;
	uint64_t waited_ms = (zn_clock_monotonic_ns() - worker->search_asked_ns) / 1000000;
	worker->search_call = NULL;
	if (answer->err != ZN_ERR_OK ||
		(answer->height <= worker->search_height && waited_ms < ZN_SEARCH_POLL_MS))
		ask_later(worker);
	else
		ask(worker);
}

static void ask_when_newer(struct zn_worker *worker)
{
	worker->search_asked_ns = zn_clock_monotonic_ns();
	zn_ledger_wait_newer(&worker->search_call, worker->ledger, worker->search_height,
		ZN_SEARCH_POLL_MS_MAX, on_newer, worker);
}

static void say_why(struct zn_worker *worker)
{
	if (worker->search_seen == 0)
		zn_worker_idle(worker, "no open job on the ledger");
	else if (worker->search_seen == 1)
		zn_worker_idle(worker, "the only open job does not suit: %s",
			zn_search_refusal_sentence(worker->search_reason));
	else
		zn_worker_idle(worker, "none of %u open jobs suits; of the last: %s",
			worker->search_seen, zn_search_refusal_sentence(worker->search_reason));
}

static void choose(struct zn_worker *worker)
{
	char account[ZN_ACCOUNT_TEXT_BYTES];
	if (!worker->search_found) {
		say_why(worker);
		ask_when_newer(worker);
		return;
	}
	zn_worker_say(worker, "found a job of %s: %llu chunks",
		zn_account_text(account, &worker->search_best.owner),
		(unsigned long long)worker->search_best.announcement.chunks);
	zn_worker_deal_begin(worker, &worker->search_best);
}

static void look_at(struct zn_worker *worker, const struct zn_job *job)
{
	enum zn_search_refusal refusal = zn_search_check(&worker->search, job, &worker->device,
		zn_worker_now_s(worker), zn_clock_monotonic_ns());
	worker->search_seen++;
	if (refusal != ZN_SEARCH_OK) {
		worker->search_reason = refusal;
	} else if (zn_search_better(job, worker->search_found ? &worker->search_best : NULL)) {
		worker->search_best = *job;
		worker->search_found = true;
	}
}

static void on_jobs(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_worker *worker = user;
	worker->search_call = NULL;
	if (answer->err != ZN_ERR_OK || answer->jobs == NULL) {
		zn_worker_idle(worker, "the ledger does not answer: %s", answer->detail);
		ask_later(worker);
		return;
	}
	worker->search_height = answer->height;
	for (uint32_t i = 0; i < answer->jobs->count; i++)
		look_at(worker, &answer->jobs->jobs[i]);
	worker->search_query.after = answer->jobs->next;
	if (answer->jobs->next.bytes > 0 && ++worker->search_pages < ZN_SEARCH_PAGES_MAX)
		zn_ledger_list_jobs(&worker->search_call, worker->ledger, &worker->search_query,
			on_jobs, worker);
	else
		choose(worker);
}

static void ask(void *user)
{
	struct zn_worker *worker = user;
	if (worker->care.cap.held) {
		zn_worker_idle(worker, "%s", worker->care.cap.sentence.text);
		ask_later(worker);
		return;
	}
	worker->search_query = (struct zn_jobs_query){.limit = ZN_PAGE_ENTRIES_MAX};
	worker->search_pages = 0;
	worker->search_seen = 0;
	worker->search_found = false;
	zn_ledger_list_jobs(&worker->search_call, worker->ledger, &worker->search_query, on_jobs,
		worker);
}

void zn_worker_search_begin(struct zn_worker *worker)
{
	zn_worker_search_stop(worker);
	worker->stage = ZN_PROGRAM_SEARCHING;
	worker->idle_since_ns = zn_clock_monotonic_ns();
	worker->idle[0] = '\0';
	zn_worker_say(worker, "searching the ledger for work");
	zn_worker_status_touch(worker);
	ask(worker);
}

void zn_worker_search_stop(struct zn_worker *worker)
{
	zn_ledger_call_cancel(worker->search_call);
	worker->search_call = NULL;
	zn_timer_stop(&worker->search_timer);
}

/* --- a publisher that moved --- */

static bool moved(const struct zn_worker *worker, const struct zn_job *job)
{
	const struct zn_announcement *announcement = &job->announcement;
	return zn_hash_equal(&announcement->job_hash, &worker->where.job_hash) &&
	       zn_account_equal(&job->owner, &worker->where.publisher) &&
	       (strcmp(announcement->endpoint, worker->where.endpoint) != 0 ||
		       !zn_hash_equal(&announcement->tls_pin, &worker->where.tls_pin));
}

static void on_where(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_worker *worker = user;
	worker->where_call = NULL;
	for (uint32_t i = 0;
		answer->err == ZN_ERR_OK && answer->jobs != NULL && i < answer->jobs->count; i++) {
		const struct zn_job *job = &answer->jobs->jobs[i];
		if (!moved(worker, job) || zn_announcement_check(&job->announcement,
						   zn_worker_now_s(worker)) != ZN_ANNOUNCEMENT_OK)
			continue;
		memcpy(worker->where.endpoint, job->announcement.endpoint,
			sizeof worker->where.endpoint);
		worker->where.tls_pin = job->announcement.tls_pin;
		worker->deal.tls_pin = job->announcement.tls_pin;
		zn_worker_hang_up(worker); /* the machine hears of it as a failed lane */
		zn_worker_journal_moved(worker->journal, worker->where.id, worker->where.endpoint,
			&worker->where.tls_pin);
		struct zn_worker_event event = {.kind = ZN_WORKER_LANE_FAILED,
			.lane = ZN_LANE_TALK};
		zn_worker_queue(worker, &event);
		return; /* newest first */
	}
}

void zn_worker_where_look(struct zn_worker *worker)
{
	struct zn_jobs_query query = {.limit = ZN_PAGE_ENTRIES_MAX};
	if (worker->where_call == NULL && worker->deal.stage < ZN_WORKER_SETTLING)
		zn_ledger_list_jobs(&worker->where_call, worker->ledger, &query, on_where, worker);
}
