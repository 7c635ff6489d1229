/* market/publisher_work.c - the publisher at work: leases, deliveries, verdicts, vouchers. */
#include "core/assert.h"
#include "market/publisher_stages.h"

#include <string.h>

static struct zn_publisher_lease *lease_find(struct zn_publisher_deal *deal, uint64_t chunk)
{
	for (uint32_t i = 0; i < deal->leases_count; i++)
		if (deal->leases[i].chunk == chunk)
			return &deal->leases[i];
	return NULL;
}

static void lease_drop(struct zn_publisher_deal *deal, struct zn_publisher_lease *lease)
{
	*lease = deal->leases[--deal->leases_count];
}

void zn_publisher_answer_pull(struct zn_publisher_actions *out, struct zn_publisher_deal *deal,
	const struct zn_signed_lease *lease)
{
	struct zn_message_order *order = &zn_publisher_reply_held(out, ZN_MESSAGE_ORDER)->order;
	order->order = deal->order_told;
	if (lease != NULL) {
		order->has_lease = true;
		order->lease = *lease;
	}
	deal->pull_open = false;
}

void zn_publisher_present(struct zn_publisher_job *job, struct zn_publisher_deal *deal,
	bool present)
{
	if (deal->pulling == present)
		return;
	deal->pulling = present;
	job->pulling += present ? 1 : -1u;
}

/* The first pull of a session says what the worker still holds: the rest was lost on the way. */
static void reconcile(struct zn_publisher_job *job, struct zn_publisher_deal *deal,
	const struct zn_message_pull *pull)
{
	for (uint32_t i = deal->leases_count; i-- > 0;) {
		bool named = deal->leases[i].delivered;
		for (uint32_t k = 0; k < pull->chunks_count; k++)
			named = named || pull->chunks[k] == deal->leases[i].chunk;
		if (!named) {
			zn_chunk_table_release(job->table, deal->leases[i].chunk, deal->peer);
			lease_drop(deal, &deal->leases[i]);
		}
	}
}

void zn_publisher_pull(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal, const struct zn_publisher_event *event)
{
	const struct zn_message_pull *pull = &event->message->pull;
	if (deal->pull_open) /* a newer one takes its place */
		zn_publisher_answer_pull(out, deal, NULL);
	zn_publisher_present(job, deal, true);
	for (uint32_t i = 0; i < pull->begun_count; i++) {
		struct zn_publisher_lease *lease = lease_find(deal, pull->chunks[i]);
		if (lease != NULL)
			lease->begun = true;
	}
	if (pull->fresh) {
		reconcile(job, deal, pull);
		deal->order_told = ZN_ORDER_NONE; /* so that serve answers at once */
	}
	deal->pull_open = true;
	deal->pull_want = pull->want;
	deal->pull_lease = pull->lease_number;
	deal->pull_since_s = event->now_s;
	zn_publisher_do(out, ZN_PUBLISHER_DO_HOLD);
}

static enum zn_result_refusal delivery_check(const struct zn_publisher_job *job,
	const struct zn_publisher_deal *deal, const struct zn_publisher_event *event)
{
	const struct zn_message_deliver *deliver = &event->message->deliver;
	struct zn_result_limits limits = {.channel_id = deal->channel_id,
		.terms_hash = deal->terms_hash,
		.job_hash = job->job_hash,
		.worker_key = deal->worker_key,
		.manifest = &job->manifest};
	return zn_result_check(&job->chain, deliver->statements, event->output_roots,
		event->output_units, deliver->statements_count, &deliver->signature, &limits);
}

static void retract(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal)
{
	zn_chunk_table_refuse(job->table, deal->peer, out->retracted, out->retracted_user);
	zn_publisher_job_refuse(job, &deal->worker_key);
	zn_publisher_present(job, deal, false);
	deal->leases_count = 0;
	deal->stage = ZN_PUBLISHER_REFUSED;
	zn_publisher_do(out, ZN_PUBLISHER_DO_JOURNAL_REFUSED);
}

/* All verdicts are there: one wrong item refuses the worker, and nothing of the delivery is paid. */
static void verdict(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal)
{
	struct zn_message_verdict *reply = &out->delivery.verdict;
	bool wrong = false;
	deal->delivering = false;
	for (uint32_t i = 0; i < deal->delivery_count; i++)
		wrong = wrong || deal->verdicts[i] == ZN_VERDICT_WRONG;
	memset(&out->delivery, 0, sizeof out->delivery);
	out->delivery.kind = ZN_MESSAGE_VERDICT;
	reply->verdicts_count = deal->delivery_count;
	for (uint32_t i = 0; i < deal->delivery_count; i++) {
		if (wrong && deal->verdicts[i] == ZN_VERDICT_ACCEPTED)
			deal->verdicts[i] = ZN_VERDICT_UNPAID;
		reply->verdicts[i] = deal->verdicts[i];
		deal->units += deal->verdicts[i] == ZN_VERDICT_ACCEPTED;
	}
	if (wrong) {
		retract(out, job, deal);
		return;
	}
	struct zn_amount due;
	struct zn_hash hash;
	/* Leases were only given as far as the deposit pays, so the due is an amount within it. */
	ZN_ASSERT(zn_terms_due(&due, &deal->terms, deal->units));
	ZN_ASSERT(zn_amount_compare(due, deal->deposit) <= 0);
	if (zn_amount_compare(due, zn_publisher_deal_paid(deal)) > 0) {
		deal->has_voucher = true;
		deal->voucher.voucher = (struct zn_voucher){.chain = job->chain,
			.channel_id = deal->channel_id,
			.paid = due};
		zn_voucher_hash(&hash, &job->chain, &deal->voucher.voucher);
		zn_sign(&deal->voucher.signature, job->key, &hash);
	}
}

static void verdict_speak(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal)
{
	struct zn_message_verdict *reply = &out->delivery.verdict;
	verdict(out, job, deal);
	for (uint32_t i = 0; i < deal->delivery_count; i++) {
		if (deal->verdicts[i] != ZN_VERDICT_ACCEPTED)
			continue;
		struct zn_publisher_lease *lease = lease_find(deal, deal->delivery[i].chunk);
		ZN_ASSERT(lease != NULL);
		lease_drop(deal, lease);
		zn_publisher_do(out, ZN_PUBLISHER_DO_JOURNAL_ACCEPTED)->index = i;
		if (zn_chunk_table_accept(job->table, deal->delivery[i].chunk, deal->peer))
			zn_publisher_do(out, ZN_PUBLISHER_DO_USE)->index = i;
	}
	reply->units = deal->units;
	reply->has_voucher = deal->has_voucher;
	if (deal->has_voucher)
		reply->voucher = deal->voucher;
	zn_publisher_do(out, ZN_PUBLISHER_DO_REPLY_DELIVERY);
	if (deal->stage == ZN_PUBLISHER_REFUSED) {
		if (deal->pull_open)
			zn_publisher_answer_pull(out, deal, NULL);
		zn_publisher_do(out, ZN_PUBLISHER_DO_REQUEST_CLOSE)->amount =
			zn_publisher_deal_paid(deal);
	}
	/* A copy that comes after the last chunk may show that its worker cheated before. */
	if (zn_chunk_table_accepted(job->table) == zn_chunk_table_chunks(job->table))
		job->order = ZN_ORDER_DONE;
	else if (job->order == ZN_ORDER_DONE)
		job->order = ZN_ORDER_WORK;
}

void zn_publisher_delivery(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal, const struct zn_publisher_event *event)
{
	const struct zn_message_deliver *deliver = &event->message->deliver;
	if (deal->delivering) {
		zn_publisher_refuse(out, ZN_DEAL_OUT_OF_TURN);
		return;
	}
	enum zn_result_refusal refusal = delivery_check(job, deal, event);
	if (refusal != ZN_RESULT_OK) {
		zn_publisher_refuse(out, ZN_DEAL_RESULT);
		out->talk.refusal.detail = (uint8_t)refusal;
		return;
	}
	deal->delivering = true;
	deal->delivery_count = deliver->statements_count;
	deal->checks_left = 0;
	zn_publisher_do(out, ZN_PUBLISHER_DO_HOLD_DELIVERY);
	for (uint32_t i = 0; i < deal->delivery_count; i++) {
		struct zn_publisher_lease *lease = lease_find(deal, deliver->statements[i].chunk);
		deal->delivery[i] = deliver->statements[i];
		deal->verdicts[i] = lease == NULL ? ZN_VERDICT_LATE : 0;
		if (lease == NULL)
			continue;
		lease->delivered = true;
		deal->checks_left++;
		zn_publisher_do(out, ZN_PUBLISHER_DO_CHECK)->index = i;
	}
	if (deal->checks_left == 0)
		verdict_speak(out, job, deal);
}

void zn_publisher_checked(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal, const struct zn_publisher_event *event)
{
	ZN_ASSERT(deal->delivering && event->index < deal->delivery_count &&
		  deal->verdicts[event->index] == 0);
	deal->verdicts[event->index] = event->good ? ZN_VERDICT_ACCEPTED : ZN_VERDICT_WRONG;
	deal->items_checked += event->items;
	deal->items_wrong += !event->good;
	if (--deal->checks_left == 0)
		verdict_speak(out, job, deal);
}

void zn_publisher_expire(struct zn_publisher_job *job, struct zn_publisher_deal *deal,
	uint64_t now_s)
{
	if (job->order == ZN_ORDER_PAUSE) {
		if (deal->paused_since_s == 0)
			deal->paused_since_s = now_s;
		return;
	}
	uint64_t paused_s = deal->paused_since_s == 0 ? 0 : now_s - deal->paused_since_s;
	deal->paused_since_s = 0;
	for (uint32_t i = 0; i < deal->leases_count; i++) {
		deal->leases[i].deadline_s += paused_s;
		deal->leases[i].leased_s += paused_s;
	}
	for (uint32_t i = deal->leases_count; i-- > 0;) {
		struct zn_publisher_lease *lease = &deal->leases[i];
		if (lease->delivered || lease->deadline_s > now_s)
			continue;
		zn_chunk_table_release(job->table, lease->chunk, deal->peer);
		lease_drop(deal, lease);
	}
}

/* How many more chunks may be out with this worker: by window, wish, and what the deposit pays. */
static uint32_t leasable(const struct zn_publisher_job *job, const struct zn_publisher_deal *deal)
{
	uint32_t room_max = deal->terms.window_chunks + ZN_LEASE_AHEAD;
	/* Towards the end a fair share, so that nobody sits on a queue while others idle; never so
	 * little that a device waits for the next pull. */
	uint64_t share = zn_chunk_table_free(job->table) / (2 * (uint64_t)job->pulling + 1) +
			 2 * ZN_LEASE_AHEAD;
	if (share < room_max)
		room_max = (uint32_t)share;
	uint32_t room = deal->leases_count < room_max ? room_max - deal->leases_count : 0;
	uint32_t count = deal->pull_want < room ? deal->pull_want : room;
	struct zn_amount due;
	if (job->order != ZN_ORDER_WORK || deal->pull_lease != deal->lease_number)
		return 0;
	if (count > ZN_LEASE_CHUNKS_MAX)
		count = ZN_LEASE_CHUNKS_MAX;
	while (count > 0 &&
		(!zn_terms_due(&due, &deal->terms, deal->units + deal->leases_count + count) ||
			zn_amount_compare(due, deal->deposit) > 0))
		count--;
	return count;
}

static bool lease_make(struct zn_signed_lease *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal, uint64_t now_s)
{
	struct zn_lease *lease = &out->lease;
	struct zn_hash hash;
	uint32_t count = now_s < deal->terms.expiry_s ? leasable(job, deal) : 0;
	*lease = (struct zn_lease){.chain = job->chain,
		.channel_id = deal->channel_id,
		.terms_hash = deal->terms_hash,
		.number = deal->lease_number,
		.issued_s = now_s,
		.deadline_s = now_s + deal->terms.lease_s};
	lease->chunks_count = zn_chunk_table_lease(job->table, lease->chunks, count, deal->peer);
	if (lease->chunks_count == 0)
		return false;
	for (uint32_t i = 0; i < lease->chunks_count; i++)
		deal->leases[deal->leases_count++] =
			(struct zn_publisher_lease){.chunk = lease->chunks[i],
				.deadline_s = lease->deadline_s,
				.leased_s = now_s};
	deal->lease_number++;
	zn_lease_hash(&hash, &job->chain, lease);
	zn_sign(&out->signature, job->key, &hash);
	return true;
}

/* Top up when less than half of what a deposit should cover is left, work remains for it, and the
 * worker is there to do it: one that left would lock what others could be paid with. The first
 * deposit pays for all that may be out before a chunk was accepted; the first acceptance tops up. */
static void top_up(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal, uint64_t now_s)
{
	struct zn_amount all, committed, left, amount;
	uint64_t remaining = zn_chunk_table_free(job->table);
	if (deal->units == 0 || !deal->pull_open || deal->topping_up.zat > 0 ||
		job->order != ZN_ORDER_WORK || remaining == 0 || now_s < deal->top_up_from_s ||
		!zn_terms_due(&all, &deal->terms, deal->units + deal->leases_count + remaining) ||
		zn_amount_compare(all, deal->deposit) <= 0 ||
		!zn_terms_due(&committed, &deal->terms, deal->units + deal->leases_count) ||
		!zn_amount_sub(&left, deal->deposit, committed) ||
		!zn_publisher_deposit(&amount, job, deal) ||
		zn_amount_compare(left, (struct zn_amount){amount.zat / 2}) >= 0 ||
		!zn_amount_add(&job->deposited, job->deposited, amount))
		return;
	deal->topping_up = amount;
	zn_publisher_do(out, ZN_PUBLISHER_DO_TOP_UP)->amount = amount;
}

void zn_publisher_serve(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal, uint64_t now_s)
{
	struct zn_signed_lease lease;
	top_up(out, job, deal, now_s);
	if (!deal->pull_open)
		return;
	bool news = job->order != deal->order_told;
	zn_publisher_expire(job, deal, now_s);
	bool leased = lease_make(&lease, job, deal, now_s);
	if (!news && !leased && now_s < deal->pull_since_s + ZN_POLL_HELD_S)
		return;
	deal->order_told = job->order;
	if (leased)
		zn_publisher_do(out, ZN_PUBLISHER_DO_JOURNAL_LEASE);
	zn_publisher_answer_pull(out, deal, leased ? &lease : NULL);
}
