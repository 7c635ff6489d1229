/* market/worker_work.c - the worker at work: leases, runs, deliveries, vouchers, settlement. */
#include "core/assert.h"
#include "market/worker_stages.h"

#include <string.h>

#define TINY_CHUNK_NS    UINT64_C(20000000)
#define RUN_FAILURES_MAX 8  /* one after the other: the device is not fit for this job */
#define REDEEM_AGAIN_S   60 /* after one that failed: the ledger is away, or the fee is too much */

static struct zn_worker_chunk *find(struct zn_worker_deal *deal, uint64_t chunk)
{
	for (uint32_t i = 0; i < deal->chunks_count; i++)
		if (deal->chunks[i].chunk == chunk)
			return &deal->chunks[i];
	return NULL;
}

static void drop(struct zn_worker_deal *deal, uint64_t chunk)
{
	struct zn_worker_chunk *found = find(deal, chunk);
	ZN_ASSERT(found != NULL);
	size_t after = (size_t)(&deal->chunks[deal->chunks_count] - (found + 1));
	memmove(found, found + 1, after * sizeof *found);
	deal->chunks_count--;
}

static uint32_t count_of(const struct zn_worker_deal *deal, enum zn_chunk_work work)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < deal->chunks_count; i++)
		count += deal->chunks[i].work == work;
	return count;
}

/* Begun, done or sent. */
static uint32_t in_hand(const struct zn_worker_deal *deal)
{
	return deal->chunks_count - count_of(deal, ZN_CHUNK_LEASED);
}

/* What was dropped without pay counts for ever: that a delivery was late is the publisher's word.
 * Where a verdict was lost and its voucher came later, work in hand is paid already. */
uint32_t zn_worker_deal_unpaid(const struct zn_worker_deal *deal)
{
	uint64_t unpaid = deal->worked > deal->units ? deal->worked - deal->units : 0;
	return unpaid > in_hand(deal) ? (uint32_t)unpaid : in_hand(deal);
}

struct zn_amount zn_worker_deal_at_risk(const struct zn_worker_deal *deal)
{
	struct zn_amount paid, all, risk;
	uint32_t unpaid = zn_worker_deal_unpaid(deal);
	if (unpaid == 0 || !zn_terms_due(&paid, &deal->terms, deal->units) ||
		!zn_terms_due(&all, &deal->terms, deal->units + unpaid) ||
		!zn_amount_sub(&risk, all, paid))
		return ZN_AMOUNT_ZERO;
	return risk;
}

struct zn_amount zn_worker_deal_unredeemed(const struct zn_worker_deal *deal)
{
	struct zn_amount unredeemed;
	if (!deal->has_voucher ||
		!zn_amount_sub(&unredeemed, deal->voucher.voucher.paid, deal->redeemed))
		return ZN_AMOUNT_ZERO; /* somebody redeemed a voucher that never reached us */
	return unredeemed;
}

void zn_worker_redeemed_learn(struct zn_worker_deal *deal, struct zn_amount redeemed)
{
	if (zn_amount_compare(redeemed, deal->redeemed) > 0)
		deal->redeemed = redeemed;
}

void zn_worker_redeemed(struct zn_worker_deal *deal, const struct zn_worker_event *event)
{
	if (!deal->redeeming)
		return;
	deal->redeeming = false;
	if (event->good)
		zn_worker_redeemed_learn(deal, deal->redeeming_paid);
	else
		deal->redeem_from_s = event->now_s + REDEEM_AGAIN_S;
}

/* Nothing is redeemed twice: the channel is read before, and one is on its way at most. A deal that
 * winds up closes soon, which costs no second fee. */
static void redeem(struct zn_worker_actions *out, struct zn_worker_deal *deal, uint64_t now_s)
{
	if (deal->policy.redeem_zat == 0 || deal->redeeming || deal->leaving ||
		deal->channel_read_s == 0 || now_s < deal->redeem_from_s ||
		zn_worker_deal_unredeemed(deal).zat < deal->policy.redeem_zat)
		return;
	deal->redeeming = true;
	deal->redeeming_paid = deal->voucher.voucher.paid;
	zn_worker_do(out, ZN_WORKER_DO_REDEEM, 0);
}

void zn_worker_link(struct zn_worker_deal *deal)
{
	deal->linked = true;
	deal->pull_fresh = true;
	if (deal->order == ZN_ORDER_NONE)
		deal->order = ZN_ORDER_WORK;
}

static void hang_up(struct zn_worker_actions *out, struct zn_worker_deal *deal)
{
	deal->awaiting = 0;
	deal->pulls_open = 0;
	deal->delivering = false;
	for (uint32_t i = 0; i < deal->chunks_count; i++)
		if (deal->chunks[i].work == ZN_CHUNK_SENT)
			deal->chunks[i].work = ZN_CHUNK_DONE;
	zn_worker_do(out, ZN_WORKER_DO_HANG_UP, 0);
}

void zn_worker_unlink(struct zn_worker_actions *out, struct zn_worker_deal *deal, uint64_t now_s)
{
	hang_up(out, deal);
	if (deal->linked)
		deal->unlinked_s = now_s;
	deal->linked = false;
}

void zn_worker_wind_up(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	enum zn_worker_end why)
{
	if (deal->stage == ZN_WORKER_SETTLING || deal->leaving)
		return;
	if (!deal->funded) {
		zn_worker_finish(out, deal, why);
		return;
	}
	deal->leaving = true;
	deal->leaving_why = why;
	for (uint32_t i = deal->chunks_count; i-- > 0;)
		if (deal->chunks[i].work == ZN_CHUNK_LEASED)
			drop(deal, deal->chunks[i].chunk);
	if (deal->order == ZN_ORDER_PAUSE) /* what is begun can only be paid when it is done */
		zn_worker_do(out, ZN_WORKER_DO_RESUME, 0);
	deal->order = ZN_ORDER_CANCEL;
}

void zn_worker_finish(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	enum zn_worker_end why)
{
	if (deal->stage == ZN_WORKER_SETTLING || deal->stage == ZN_WORKER_ENDED)
		return;
	deal->end = why;
	hang_up(out, deal);
	zn_worker_do(out, ZN_WORKER_DO_STOP, 0);
	for (uint32_t i = 0; i < deal->chunks_count; i++)
		if (deal->chunks[i].work == ZN_CHUNK_DONE)
			zn_worker_do(out, ZN_WORKER_DO_DROP_OUTPUT, deal->chunks[i].chunk);
	deal->chunks_count = 0;
	if (deal->funded) {
		deal->stage = ZN_WORKER_SETTLING;
		zn_worker_do(out, ZN_WORKER_DO_CLOSE, 0);
	} else {
		deal->stage = ZN_WORKER_ENDED;
		zn_worker_do(out, ZN_WORKER_DO_END, 0);
	}
}

/* Chunks that may be held besides those held now. */
static uint32_t room(const struct zn_worker_deal *deal)
{
	uint32_t most = deal->terms.window_chunks + ZN_LEASE_AHEAD;
	return deal->chunks_count < most ? most - deal->chunks_count : 0;
}

static void lease_take(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_signed_lease *lease)
{
	struct zn_lease_limits limits = {.channel_id = deal->channel_id,
		.terms_hash = deal->terms_hash,
		.publisher_key = deal->publisher_key,
		.number = deal->lease_number,
		.chunks_max = room(deal),
		.job_chunks = zn_manifest_chunks(&deal->manifest),
		.lease_s = deal->terms.lease_s};
	if (zn_lease_check(&deal->chain, lease, &limits) != ZN_LEASE_OK) {
		zn_worker_finish(out, deal, ZN_WORKER_END_LEASE);
		return;
	}
	deal->lease_number++;
	for (uint32_t i = 0; i < lease->lease.chunks_count && !deal->leaving; i++) {
		struct zn_worker_chunk *held = find(deal, lease->lease.chunks[i]);
		if (held == NULL) {
			held = &deal->chunks[deal->chunks_count++];
			*held = (struct zn_worker_chunk){.chunk = lease->lease.chunks[i],
				.work = ZN_CHUNK_LEASED};
		}
		held->deadline_s = lease->lease.deadline_s; /* one held already was too slow */
	}
}

static void pause(struct zn_worker_actions *out, struct zn_worker_deal *deal, uint64_t now_s)
{
	deal->paused_since_s = now_s;
	zn_worker_do(out, ZN_WORKER_DO_PAUSE, 0);
}

static void resume(struct zn_worker_actions *out, struct zn_worker_deal *deal, uint64_t now_s)
{
	for (uint32_t i = 0; i < deal->chunks_count; i++)
		if (deal->chunks[i].deadline_s < UINT64_MAX - now_s)
			deal->chunks[i].deadline_s += now_s - deal->paused_since_s;
	zn_worker_do(out, ZN_WORKER_DO_RESUME, 0);
}

static void obey(struct zn_worker_actions *out, struct zn_worker_deal *deal, uint8_t order,
	uint64_t now_s)
{
	if (order == ZN_ORDER_CANCEL) {
		zn_worker_wind_up(out, deal, ZN_WORKER_END_CANCELLED);
	} else if (order == ZN_ORDER_DONE) {
		zn_worker_wind_up(out, deal, ZN_WORKER_END_DONE);
	} else if (order != ZN_ORDER_NONE && order != deal->order && !deal->leaving) {
		(order == ZN_ORDER_PAUSE ? pause : resume)(out, deal, now_s);
		deal->order = order;
	}
}

/* A refusal while working: an unknown session is a publisher that was restarted; a delivery out of
 * turn came while an earlier one, of a line that broke, is still being checked. */
static void refused(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_worker_event *event)
{
	deal->refusal = event->message->refusal.refusal;
	bool early = deal->refusal == ZN_DEAL_OUT_OF_TURN && event->lane == ZN_LANE_DELIVER;
	if (deal->refusal == ZN_DEAL_UNKNOWN_SESSION || early)
		zn_worker_unlink(out, deal, event->now_s);
	else
		zn_worker_finish(out, deal, ZN_WORKER_END_REFUSED);
}

void zn_worker_order(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_worker_event *event)
{
	const struct zn_message *message = event->message;
	if (deal->pulls_open == 0) /* of a call that we gave up: the shell should have dropped it */
		return;
	deal->pulls_open--;
	if (message->kind == ZN_MESSAGE_REFUSAL) {
		refused(out, deal, event);
	} else if (message->kind != ZN_MESSAGE_ORDER) {
		zn_worker_finish(out, deal, ZN_WORKER_END_NONSENSE);
	} else {
		deal->pull_fresh = false;
		if (message->order.has_lease)
			lease_take(out, deal, &message->order.lease);
		if (deal->stage == ZN_WORKER_WORKING)
			obey(out, deal, message->order.order, event->now_s);
	}
}

bool zn_worker_voucher_take(struct zn_worker_deal *deal, const struct zn_signed_voucher *voucher,
	uint64_t units)
{
	struct zn_amount due;
	enum zn_voucher_refusal refusal = zn_voucher_check(&deal->chain, &deal->channel,
		deal->has_voucher ? &deal->voucher.voucher : NULL, voucher);
	if (refusal == ZN_VOUCHER_OK) {
		deal->voucher = *voucher;
		deal->has_voucher = true;
	} else if (refusal != ZN_VOUCHER_DOES_NOT_GROW) {
		return false;
	}
	if (units > deal->units && zn_terms_due(&due, &deal->terms, units) &&
		zn_amount_compare(due, voucher->voucher.paid) <= 0)
		deal->units = units;
	return true;
}

static uint32_t verdicts_apply(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_message_verdict *verdict, bool *wrong)
{
	uint32_t accepted = 0;
	for (uint32_t i = 0; i < verdict->verdicts_count; i++) {
		accepted += verdict->verdicts[i] == ZN_VERDICT_ACCEPTED;
		*wrong = *wrong || verdict->verdicts[i] >= ZN_VERDICT_WRONG;
		drop(deal, deal->delivery[i]);
		zn_worker_do(out, ZN_WORKER_DO_DROP_OUTPUT, deal->delivery[i]);
	}
	return accepted;
}

/* The pay for what is accepted must be there, to the last zat. */
static bool paid_as_due(struct zn_worker_deal *deal, const struct zn_message_verdict *verdict,
	uint32_t accepted)
{
	struct zn_amount due, paid = ZN_AMOUNT_ZERO;
	uint64_t units = deal->units + accepted;
	bool good = !verdict->has_voucher ||
		    zn_worker_voucher_take(deal, &verdict->voucher, verdict->units);
	if (deal->units < units)
		deal->units = units;
	if (deal->has_voucher)
		paid = deal->voucher.voucher.paid;
	return good && zn_terms_due(&due, &deal->terms, units) && zn_amount_compare(paid, due) >= 0;
}

void zn_worker_verdict(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_worker_event *event)
{
	const struct zn_message *message = event->message;
	bool wrong = false;
	if (!deal->delivering)
		return;
	deal->delivering = false;
	if (message->kind == ZN_MESSAGE_REFUSAL) {
		refused(out, deal, event);
		return;
	}
	if (message->kind != ZN_MESSAGE_VERDICT ||
		message->verdict.verdicts_count != deal->delivery_count) {
		zn_worker_finish(out, deal, ZN_WORKER_END_NONSENSE);
		return;
	}
	uint32_t accepted = verdicts_apply(out, deal, &message->verdict, &wrong);
	bool paid = paid_as_due(deal, &message->verdict, accepted);
	zn_worker_do(out, ZN_WORKER_DO_JOURNAL_VOUCHER, 0);
	if (!paid)
		zn_worker_finish(out, deal, ZN_WORKER_END_UNDERPAID);
	else if (wrong)
		zn_worker_finish(out, deal, ZN_WORKER_END_WRONG);
	else if (zn_worker_deal_unpaid(deal) >= deal->terms.window_chunks && in_hand(deal) == 0)
		zn_worker_finish(out, deal, ZN_WORKER_END_LATE);
}

void zn_worker_output(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_worker_event *event)
{
	struct zn_worker_chunk *chunk = find(deal, event->chunk);
	if (chunk == NULL || chunk->work != ZN_CHUNK_BEGUN) {
		zn_worker_do(out, ZN_WORKER_DO_DROP_OUTPUT, event->chunk);
		return;
	}
	deal->run_failures = 0;
	chunk->work = ZN_CHUNK_DONE;
	chunk->output_root = event->output_root;
	chunk->output_bytes = event->output_bytes;
	chunk->units = event->units;
}

void zn_worker_run_failed(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_worker_event *event)
{
	struct zn_worker_chunk *chunk = find(deal, event->chunk);
	if (chunk == NULL || (chunk->work != ZN_CHUNK_BEGUN && chunk->work != ZN_CHUNK_DONE))
		return;
	chunk->work = ZN_CHUNK_LEASED;
	deal->worked--;
	if (++deal->run_failures >= RUN_FAILURES_MAX)
		zn_worker_finish(out, deal, ZN_WORKER_END_RUNNER);
	else if (deal->leaving)
		drop(deal, event->chunk);
}

/* May one more chunk be begun without risking more than the window or the deposit? Not where a close
 * may have been asked for unseen and a quarter of its grace be gone. */
static bool may_begin(struct zn_worker_actions *out, struct zn_worker_deal *deal, uint64_t now_s)
{
	struct zn_amount due;
	if (zn_worker_deal_unpaid(deal) >= deal->terms.window_chunks ||
		now_s > deal->channel_read_s + deal->terms.grace_s / 4)
		return false;
	if (zn_terms_due(&due, &deal->terms, deal->units + in_hand(deal) + 1) &&
		zn_amount_compare(due, deal->channel.deposit) <= 0)
		return true;
	if (now_s > deal->channel_read_s) /* perhaps it was topped up */
		zn_worker_read_channel(out, deal);
	return false;
}

static void begin_runs(struct zn_worker_actions *out, struct zn_worker_deal *deal, uint64_t now_s)
{
	/* What is begun must be finished even when the job is cancelled: so few, unless it is nothing. */
	uint32_t runs_max = deal->chunk_ns < TINY_CHUNK_NS ? ZN_WORKER_RUNS_MAX : 2;
	for (uint32_t i = 0; i < deal->chunks_count; i++) {
		struct zn_worker_chunk *chunk = &deal->chunks[i];
		if (chunk->work != ZN_CHUNK_LEASED)
			continue;
		if (chunk->deadline_s <= now_s) {
			drop(deal, chunk->chunk);
			i--;
			continue;
		}
		if (count_of(deal, ZN_CHUNK_BEGUN) >= runs_max || !may_begin(out, deal, now_s))
			return;
		chunk->work = ZN_CHUNK_BEGUN;
		deal->begun_total++;
		deal->worked++;
		zn_worker_do(out, ZN_WORKER_DO_RUN, chunk->chunk);
	}
}

void zn_worker_deal_statement(struct zn_statement *out, const struct zn_worker_deal *deal,
	const struct zn_worker_chunk *chunk)
{
	*out = (struct zn_statement){.chain = deal->chain,
		.channel_id = deal->channel_id,
		.terms_hash = deal->terms_hash,
		.job_hash = deal->job_hash,
		.chunk = chunk->chunk,
		.output_bytes = chunk->output_bytes,
		.units = deal->manifest.counter_at == ZN_COUNTER_NONE ? 1 : chunk->units,
		.output_root = chunk->output_root};
}

static void deliver(struct zn_worker_actions *out, struct zn_worker_deal *deal)
{
	struct zn_message_deliver *deliver = &out->deliver.deliver;
	uint64_t bytes = 0;
	memset(&out->deliver, 0, sizeof out->deliver);
	out->deliver.kind = ZN_MESSAGE_DELIVER;
	deal->delivery_count = 0;
	for (uint32_t i = 0;
		i < deal->chunks_count && deal->delivery_count < ZN_DELIVERY_CHUNKS_MAX; i++) {
		struct zn_worker_chunk *chunk = &deal->chunks[i];
		if (chunk->work != ZN_CHUNK_DONE ||
			bytes + chunk->output_bytes > ZN_CHUNK_OUTPUT_BYTES_MAX)
			continue;
		bytes += chunk->output_bytes;
		chunk->work = ZN_CHUNK_SENT;
		zn_worker_deal_statement(&deliver->statements[deal->delivery_count], deal, chunk);
		deal->delivery[deal->delivery_count++] = chunk->chunk;
	}
	if (deal->delivery_count == 0)
		return;
	struct zn_delivery delivery;
	struct zn_hash hash;
	deliver->session = deal->session;
	deliver->statements_count = deal->delivery_count;
	zn_delivery_make(&delivery, &deal->chain, deliver->statements, deal->delivery_count);
	zn_delivery_hash(&hash, &deal->chain, &delivery);
	zn_sign(&deliver->signature, deal->key, &hash);
	deal->delivering = true;
	zn_worker_do(out, ZN_WORKER_DO_DELIVER, 0);
}

static uint32_t wanted(const struct zn_worker_deal *deal)
{
	return room(deal) < ZN_LEASE_CHUNKS_MAX ? room(deal) : ZN_LEASE_CHUNKS_MAX;
}

static void pull(struct zn_worker_actions *out, struct zn_worker_deal *deal)
{
	uint32_t want = wanted(deal);
	/* Tiny chunks are delivered before anybody could cancel them: not worth a message each. */
	bool began = deal->begun_total != deal->pull_begun && deal->chunk_ns >= TINY_CHUNK_NS;
	bool news = want > deal->pull_want || began || deal->lease_number != deal->pull_lease;
	bool first_unanswered = deal->pulls_open > 0 && deal->pull_fresh;
	if (first_unanswered || deal->pulls_open >= 2 || (deal->pulls_open == 1 && !news))
		return;
	struct zn_message_pull *pull = &zn_worker_talk(out, ZN_MESSAGE_PULL)->pull;
	pull->session = deal->session;
	pull->fresh = deal->pull_fresh;
	pull->want = want;
	pull->lease_number = deal->lease_number;
	for (int begun = 1; begun >= 0; begun--)
		for (uint32_t i = 0; i < deal->chunks_count; i++)
			if ((deal->chunks[i].work != ZN_CHUNK_LEASED) == (begun == 1)) {
				pull->chunks[pull->chunks_count++] = deal->chunks[i].chunk;
				pull->begun_count += begun == 1;
			}
	deal->pulls_open++;
	deal->pull_want = want;
	deal->pull_lease = deal->lease_number;
	deal->pull_begun = deal->begun_total;
}

void zn_worker_work(struct zn_worker_actions *out, struct zn_worker_deal *deal, uint64_t now_s)
{
	if (deal->order == ZN_ORDER_WORK && !deal->leaving)
		begin_runs(out, deal, now_s);
	if (deal->linked && !deal->delivering)
		deliver(out, deal);
	if (deal->leaving && deal->chunks_count == 0) {
		zn_worker_finish(out, deal, deal->leaving_why);
		return;
	}
	redeem(out, deal, now_s);
	if (deal->linked && !deal->leaving)
		pull(out, deal);
}

void zn_worker_deal_restore(struct zn_worker_deal *deal)
{
	zn_terms_hash(&deal->terms_hash, &deal->chain, &deal->terms);
	deal->publisher_key = deal->terms.publisher_key;
	deal->worked = deal->units;
	deal->funded = true;
	deal->stage = ZN_WORKER_HELLO;
}

void zn_worker_deal_restore_output(struct zn_worker_deal *deal, uint64_t chunk,
	uint64_t output_bytes, const struct zn_hash *output_root, uint64_t units)
{
	ZN_ASSERT(deal->chunks_count < ZN_WINDOW_CHUNKS_MAX);
	deal->chunks[deal->chunks_count++] = (struct zn_worker_chunk){.chunk = chunk,
		.deadline_s = UINT64_MAX,
		.work = ZN_CHUNK_DONE,
		.output_root = *output_root,
		.output_bytes = output_bytes,
		.units = units};
	deal->worked++;
	deal->begun_total++;
}
