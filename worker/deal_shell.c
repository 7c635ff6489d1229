/* worker/deal_shell.c - the deal's machine between the world's events and its actions. */
#include "worker/inside.h"

#include "core/assert.h"
#include "io/clock.h"
#include "io/random.h"

#include <string.h>

#define LEASE_S_MIN 5 /* a shorter lease cannot be kept over a slow line */

/* An hour by the clock has that part of an hour's work; up. */
static uint64_t floor_zat_per_hour(const struct zn_worker *worker)
{
	uint64_t zat = worker->options.rate_per_hour.zat, duty = worker->care.limits.duty_percent;
	return zat / 100 * duty + (zat % 100 * duty + 99) / 100;
}

static void deal_init(struct zn_worker *worker)
{
	const struct zn_worker_options *options = &worker->options;
	struct zn_worker_deal *deal = &worker->deal;
	zn_worker_deal_drop(worker);
	worker->stage = ZN_PROGRAM_DEALING;
	worker->generation++;
	worker->wrong_pin = false;
	worker->idle[0] = '\0';
	memset(deal, 0, sizeof *deal);
	deal->chain = worker->chain;
	deal->key = &worker->key;
	deal->worker_key = worker->public_key;
	deal->publisher_account = worker->where.publisher;
	deal->job_hash = worker->where.job_hash;
	deal->tls_pin = worker->where.tls_pin;
	deal->policy = (struct zn_worker_policy){.floor_zat_per_hour = floor_zat_per_hour(worker),
		.margin_percent = options->margin_percent,
		.window_s = options->window_s,
		.window_chunks_max = ZN_WINDOW_CHUNKS_MAX - ZN_LEASE_AHEAD,
		.lease_s_min = LEASE_S_MIN,
		.grace_s_min = worker->grace_s_min,
		.patience_s = options->patience_s != 0 ? options->patience_s : ZN_WORKER_PATIENCE_S,
		.redeem_zat = options->redeem.zat};
	deal->device_class =
		worker->device.class == ZN_DEVICE_CPU ? ZN_DEVICE_CLASS_CPU : ZN_DEVICE_CLASS_GPU;
	size_t count = strnlen(worker->device.name, ZN_DEVICE_NAME_BYTES_MAX);
	memcpy(deal->device, worker->device.name, count);
	worker->figures.done = 0;
	worker->figures.accepted_told = 0;
	worker->figures.said_begun = false;
	worker->figures.said_paid = false;
}

static void on_tick(void *user)
{
	struct zn_worker *worker = user;
	struct zn_worker_event event = {.kind = ZN_WORKER_TICK};
	zn_timer_start(&worker->tick_timer, worker->loop, 1000, on_tick, worker);
	zn_worker_say_progress(worker);
	if (worker->deal.funded && !worker->deal.linked)
		zn_worker_where_look(worker);
	zn_worker_feed(worker, &event);
}

static void start(struct zn_worker *worker)
{
	struct zn_worker_event event = {.kind = ZN_WORKER_START};
	zn_timer_start(&worker->tick_timer, worker->loop, 1000, on_tick, worker);
	zn_worker_feed(worker, &event);
}

void zn_worker_deal_begin(struct zn_worker *worker, const struct zn_job *job)
{
	worker->where = (struct zn_kept_deal){.job_id = job->id,
		.job_hash = job->announcement.job_hash,
		.publisher = job->owner,
		.tls_pin = job->announcement.tls_pin};
	memcpy(worker->where.endpoint, job->announcement.endpoint, sizeof worker->where.endpoint);
	worker->in_journal = false;
	deal_init(worker);
	start(worker);
}

void zn_worker_deal_begin_kept(struct zn_worker *worker, const struct zn_kept_deal *kept)
{
	struct zn_worker_deal *deal = &worker->deal;
	worker->where = *kept;
	worker->in_journal = true;
	deal_init(worker);
	deal->terms = kept->terms;
	deal->publisher_signature = kept->publisher_signature;
	deal->worker_signature = kept->worker_signature;
	deal->channel_id = kept->channel_id;
	deal->units = kept->units;
	deal->has_voucher = kept->has_voucher;
	deal->voucher = kept->voucher;
	zn_worker_deal_restore(deal);
	if (zn_worker_outputs_restore(worker) != ZN_ERR_OK)
		zn_worker_say(worker, "some stored outputs could not be read back");
	worker->figures.done = deal->chunks_count;
	start(worker);
}

void zn_worker_deal_drop(struct zn_worker *worker)
{
	zn_timer_stop(&worker->tick_timer);
	zn_timer_stop(&worker->events_timer);
	worker->events_count = 0;
	zn_worker_hang_up(worker);
	zn_ledger_call_cancel(worker->channel_call);
	zn_ledger_call_cancel(worker->redeem_call);
	zn_ledger_call_cancel(worker->where_call);
	worker->channel_call = NULL;
	worker->redeem_call = NULL;
	worker->where_call = NULL;
	zn_worker_stop(worker);
	zn_worker_prepare_drop(worker);
	zn_worker_settle_drop(worker);
	zn_worker_outputs_clear(worker);
	worker->job_loaded = false;
	worker->generation++;
}

/* --- actions --- */

static void journal_terms(struct zn_worker *worker)
{
	worker->figures.agreed_ns = zn_clock_monotonic_ns();
	worker->in_journal = zn_worker_journal_terms(&worker->where.id, worker->journal,
				     &worker->where, &worker->deal) == ZN_ERR_OK;
	zn_worker_say_agreed(worker);
}

static void journal_channel(struct zn_worker *worker)
{
	zn_worker_journal_channel(worker->journal, worker->where.id, &worker->deal.channel_id);
	zn_worker_say(worker, "channel open in %llu ms",
		(unsigned long long)((zn_clock_monotonic_ns() - worker->figures.agreed_ns) /
				     1000000));
}

static void journal_voucher(struct zn_worker *worker)
{
	char text[ZN_AMOUNT_TEXT_BYTES];
	zn_worker_journal_voucher(worker->journal, worker->where.id, &worker->deal);
	if (!worker->deal.has_voucher) /* a verdict that pays nothing */
		return;
	if (!worker->figures.said_paid)
		zn_worker_say(worker, "first voucher: %s",
			zn_amount_text(text, worker->deal.voucher.voucher.paid));
	worker->figures.said_paid = true;
}

static void run(struct zn_worker *worker, uint64_t chunk)
{
	zn_worker_run(worker, chunk);
	if (!worker->figures.said_begun)
		zn_worker_say(worker, "the first chunk runs");
	worker->figures.said_begun = true;
}

static void on_channel(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_worker *worker = user;
	struct zn_worker_event event = {.kind = ZN_WORKER_CHANNEL,
		.reached = answer->err == ZN_ERR_OK || answer->err == ZN_ERR_NOT_FOUND,
		.channel = answer->err == ZN_ERR_OK ? answer->channel : NULL};
	worker->channel_call = NULL;
	zn_worker_feed(worker, &event);
}

static void read_channel(struct zn_worker *worker)
{
	uint64_t wait_ms = worker->deal.stage == ZN_WORKER_FUNDING ? 2000 : 0;
	zn_ledger_get_channel(&worker->channel_call, worker->ledger, &worker->deal.channel_id,
		wait_ms, on_channel, worker);
}

static void close_channel(struct zn_worker *worker)
{
	zn_worker_say(worker, "%s; settling", zn_worker_end_sentence(worker->deal.end));
	zn_worker_settle(worker, worker->where.id, &worker->deal.channel_id,
		worker->deal.has_voucher ? &worker->deal.voucher : NULL, &worker->where.publisher,
		worker->deal.redeemed);
}

/* What is spoken rests on what is written: false when the disk failed us. */
static bool written(struct zn_worker *worker)
{
	enum zn_err err = zn_worker_journal_commit(worker->journal);
	if (err == ZN_ERR_OK)
		return true;
	zn_worker_fail(worker,
		"%s/worker/journal.db cannot be written (%s): free some space or"
		" choose another --home; what was earned before is kept",
		worker->options.home, zn_err_sentence(err));
	return false;
}

static void act_spoken(struct zn_worker *worker, const struct zn_worker_action *action)
{
	/* A pull rests on nothing that is written. */
	bool pulls =
		action->kind == ZN_WORKER_DO_TALK && worker->actions.talk.kind == ZN_MESSAGE_PULL;
	if (!pulls && !written(worker))
		return;
	if (action->kind == ZN_WORKER_DO_TALK)
		zn_worker_talk_send(worker, &worker->actions.talk);
	else if (action->kind == ZN_WORKER_DO_DELIVER)
		zn_worker_deliver_send(worker, &worker->actions.deliver);
	else if (action->kind == ZN_WORKER_DO_REDEEM)
		zn_worker_redeem(worker);
	else
		close_channel(worker);
}

static void act(struct zn_worker *worker, const struct zn_worker_action *action)
{
	switch (action->kind) {
	case ZN_WORKER_DO_HANG_UP:
		zn_worker_hang_up(worker);
		break;
	case ZN_WORKER_DO_TALK:
	case ZN_WORKER_DO_DELIVER:
	case ZN_WORKER_DO_REDEEM:
	case ZN_WORKER_DO_CLOSE:
		act_spoken(worker, action);
		break;
	case ZN_WORKER_DO_PREPARE:
		zn_worker_prepare(worker);
		break;
	case ZN_WORKER_DO_READ_CHANNEL:
		read_channel(worker);
		break;
	case ZN_WORKER_DO_JOURNAL_TERMS:
		journal_terms(worker);
		break;
	case ZN_WORKER_DO_JOURNAL_CHANNEL:
		journal_channel(worker);
		break;
	case ZN_WORKER_DO_JOURNAL_VOUCHER:
		journal_voucher(worker);
		break;
	case ZN_WORKER_DO_RUN:
		run(worker, action->chunk);
		break;
	case ZN_WORKER_DO_PAUSE:
		worker->paused = true;
		zn_worker_say(worker, "paused by the publisher");
		zn_worker_pause_apply(worker);
		break;
	case ZN_WORKER_DO_RESUME:
		worker->paused = false;
		zn_worker_say(worker, "resumed");
		zn_worker_pause_apply(worker);
		break;
	case ZN_WORKER_DO_STOP:
		zn_worker_stop(worker);
		break;
	case ZN_WORKER_DO_DROP_OUTPUT:
		zn_worker_output_drop(worker, action->chunk);
		break;
	case ZN_WORKER_DO_END:
		break; /* seen by the stage, when all is done */
	}
}

void zn_worker_feed(struct zn_worker *worker, const struct zn_worker_event *event)
{
	struct zn_worker_event fed = *event;
	if (worker->stage != ZN_PROGRAM_DEALING)
		return;
	ZN_ASSERT(!worker->stepping);
	fed.now_s = zn_worker_now_s(worker);
	zn_random_bytes(fed.nonce.bytes, sizeof fed.nonce.bytes);
	worker->stepping = true;
	zn_worker_deal_step(&worker->actions, &worker->deal, &fed);
	for (uint32_t i = 0; i < worker->actions.count && worker->stage == ZN_PROGRAM_DEALING; i++)
		act(worker, &worker->actions.list[i]);
	worker->stepping = false;
	if (worker->stage != ZN_PROGRAM_DEALING)
		return;
	zn_worker_status_touch(worker);
	/* An output is on disk before its delivery speaks of it, many at once; a tick is the latest. */
	if (fed.kind == ZN_WORKER_OUTPUT && worker->deal.stage == ZN_WORKER_WORKING)
		return;
	if (!written(worker))
		return;
	zn_worker_outputs_dropped(worker);
	if (worker->deal.stage == ZN_WORKER_ENDED)
		zn_worker_next(worker);
}

static void on_events(void *user)
{
	static struct zn_worker_event events[ZN_WORKER_EVENTS_MAX];
	struct zn_worker *worker = user;
	uint32_t count = worker->events_count;
	uint64_t generation = worker->generation;
	memcpy(events, worker->events, count * sizeof events[0]);
	worker->events_count = 0;
	for (uint32_t i = 0; i < count && worker->generation == generation; i++)
		zn_worker_feed(worker, &events[i]);
}

void zn_worker_queue(struct zn_worker *worker, const struct zn_worker_event *event)
{
	ZN_ASSERT(worker->events_count < ZN_WORKER_EVENTS_MAX);
	worker->events[worker->events_count++] = *event;
	if (!worker->events_timer.armed)
		zn_timer_start(&worker->events_timer, worker->loop, 0, on_events, worker);
}
