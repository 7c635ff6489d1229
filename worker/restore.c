/* worker/restore.c - first of all at start: what earlier runs of this program are still owed. */
#include "worker/inside.h"

#include <stdlib.h>

#define KEPT_MAX 4096 /* deals of a worker that could not reach its ledger for years */

static bool on_kept(void *user, const struct zn_kept_deal *kept)
{
	struct zn_collecting *collecting = user;
	size_t count = collecting->count + 1;
	struct zn_kept_deal *list = realloc(collecting->list, count * sizeof *list);
	if (list == NULL)
		return false;
	list[collecting->count] = *kept;
	collecting->list = list;
	collecting->count = count;
	return count < KEPT_MAX;
}

static void finish(struct zn_worker *worker)
{
	free(worker->collecting.list);
	worker->collecting = (struct zn_collecting){0};
}

/* Oldest first; the newest deal goes on, if this run is for working. */
void zn_worker_collect_next(struct zn_worker *worker)
{
	struct zn_collecting *collecting = &worker->collecting;
	size_t least = worker->options.settle_only ? 0 : 1;
	if (collecting->count > least) {
		struct zn_kept_deal *kept = &collecting->list[--collecting->count];
		zn_worker_settle(worker, kept->id, &kept->channel_id,
			kept->has_voucher ? &kept->voucher : NULL, &kept->publisher,
			ZN_AMOUNT_ZERO);
		return;
	}
	if (collecting->count == 1) {
		struct zn_kept_deal kept = collecting->list[0];
		finish(worker);
		zn_worker_say(worker, "going on with an unsettled deal: %llu chunks accepted",
			(unsigned long long)kept.units);
		zn_worker_deal_begin_kept(worker, &kept);
		return;
	}
	finish(worker);
	if (worker->options.settle_only)
		zn_worker_end(worker);
	else
		zn_worker_search_begin(worker);
}

void zn_worker_collect(struct zn_worker *worker)
{
	struct zn_collecting *collecting = &worker->collecting;
	worker->stage = ZN_PROGRAM_COLLECTING;
	enum zn_err err = zn_worker_journal_unsettled(worker->journal, &worker->chain,
		&worker->public_key, on_kept, collecting);
	if (err != ZN_ERR_OK) {
		zn_worker_fail(worker, "%s/worker/journal.db cannot be read: %s",
			worker->options.home, zn_err_sentence(err));
		return;
	}
	uint64_t foreign;
	if (zn_worker_journal_foreign(&foreign, worker->journal, &worker->chain,
		    &worker->public_key) == ZN_ERR_OK &&
		foreign > 0) {
		if (worker->options.settle_only && collecting->count == 0) {
			zn_worker_fail(worker,
				"%llu channels of earlier deals belong to another key; bring that"
				" key file back, or name it with --key",
				(unsigned long long)foreign);
			return;
		}
		zn_worker_say(worker,
			"%llu channels of earlier deals belong to another key: only that one can"
			" collect them (--key)",
			(unsigned long long)foreign);
	}
	if (collecting->count == 0 && worker->options.settle_only)
		zn_worker_say(worker, "nothing is owed");
	else if (collecting->count > 0)
		zn_worker_say(worker, "%zu channel%s of earlier deals to settle", collecting->count,
			collecting->count == 1 ? "" : "s");
	zn_worker_collect_next(worker);
}
