/* market/publisher_talk.c - the publisher's talk: challenge, welcome, answers, terms, channel. */
#include "core/assert.h"
#include "market/announcement.h"
#include "market/bargain.h"
#include "market/publisher_stages.h"

#include <string.h>

static struct zn_proof proof_make(const struct zn_publisher_job *job,
	const struct zn_publisher_deal *deal, enum zn_proof_role role)
{
	return (struct zn_proof){.role = (uint8_t)role,
		.job_hash = job->job_hash,
		.tls_pin = job->tls_pin,
		.publisher_key = job->publisher_key,
		.worker_key = deal->worker_key,
		.worker_nonce = deal->next_nonce,
		.session = deal->next_session};
}

static bool over(const struct zn_publisher_job *job)
{
	return job->order == ZN_ORDER_CANCEL || job->order == ZN_ORDER_DONE;
}

void zn_publisher_hello(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal, const struct zn_publisher_event *event)
{
	const struct zn_message_hello *hello = &event->message->hello;
	bool ours = deal->stage == ZN_PUBLISHER_WORKING;
	if (strcmp(hello->chain.text, job->chain.text) != 0) {
		zn_publisher_refuse(out, ZN_DEAL_OTHER_CHAIN);
	} else if (!zn_hash_equal(&hello->job_hash, &job->job_hash)) {
		zn_publisher_refuse(out, ZN_DEAL_OTHER_JOB);
	} else if (!zn_public_key_valid(&hello->worker_key)) {
		zn_publisher_refuse(out, ZN_DEAL_BAD_PROOF);
	} else if (zn_publisher_job_refuses(job, &hello->worker_key)) {
		zn_publisher_refuse(out, ZN_DEAL_REFUSED);
	} else if (over(job) && !ours) {
		zn_publisher_refuse(out, ZN_DEAL_OVER);
	} else if (ours && !zn_public_key_equal(&hello->worker_key, &deal->worker_key)) {
		zn_publisher_refuse(out, ZN_DEAL_BAD_PROOF);
	} else {
		deal->worker_key = hello->worker_key;
		deal->next_nonce = hello->worker_nonce;
		deal->next_session = event->nonce;
		if (!ours)
			deal->stage = ZN_PUBLISHER_CHALLENGED;
		struct zn_message_challenge *challenge =
			&zn_publisher_reply(out, ZN_MESSAGE_CHALLENGE)->challenge;
		struct zn_proof proof = proof_make(job, deal, ZN_PROOF_PUBLISHER);
		challenge->publisher_key = job->publisher_key;
		challenge->session = deal->next_session;
		zn_proof_sign(&challenge->proof, &job->chain, &proof, job->key);
	}
}

void zn_publisher_prove(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal, const struct zn_publisher_event *event)
{
	struct zn_proof proof = proof_make(job, deal, ZN_PROOF_WORKER);
	if (!zn_proof_check(&job->chain, &proof, &event->message->prove.proof)) {
		zn_publisher_refuse(out, ZN_DEAL_BAD_PROOF);
		return;
	}
	deal->session = deal->next_session;
	deal->next_session = (struct zn_hash){{0}};
	deal->order_told = ZN_ORDER_NONE;
	if (deal->pull_open) /* of the session before */
		zn_publisher_answer_pull(out, deal, NULL);
	struct zn_message_welcome *welcome = &zn_publisher_reply(out, ZN_MESSAGE_WELCOME)->welcome;
	welcome->manifest = job->manifest;
	if (deal->stage == ZN_PUBLISHER_WORKING) {
		welcome->resumed = true;
		welcome->lease_number = deal->lease_number;
		welcome->units = deal->units;
		welcome->has_voucher = deal->has_voucher;
		welcome->voucher = deal->voucher;
	} else {
		deal->stage = ZN_PUBLISHER_PROVED;
		deal->round = 0;
		deal->bid_zat = 0;
	}
}

bool zn_publisher_deposit(struct zn_amount *out, const struct zn_publisher_job *job,
	const struct zn_publisher_deal *deal)
{
	uint64_t rate = deal->chunks_per_1000s < UINT32_MAX ? deal->chunks_per_1000s : UINT32_MAX;
	uint64_t chunks = rate * job->policy.deposit_s / 1000;
	uint64_t left = zn_chunk_table_chunks(job->table) - zn_chunk_table_accepted(job->table);
	uint64_t least = deal->terms.window_chunks + ZN_LEASE_AHEAD;
	struct zn_amount budget_left, share;
	chunks = chunks > left ? left : chunks;
	/* Keys are free: one that showed no work yet locks no more than what it may begin. */
	chunks = chunks < least || deal->units == 0 ? least : chunks;
	if (!zn_amount_sub(&budget_left, job->policy.budget, job->deposited) ||
		!zn_terms_due(out, &deal->terms, chunks + 1) ||
		!zn_terms_due(&share, &deal->terms, least))
		return false;
	/* A claimed rate is only a claim: one worker may not lock more than half of what is left. */
	struct zn_amount half = {budget_left.zat / 2};
	if (zn_amount_compare(half, share) >= 0 && zn_amount_compare(*out, half) > 0)
		*out = half;
	else if (zn_amount_compare(*out, budget_left) > 0)
		*out = budget_left;
	if (out->zat == 0 || zn_amount_compare(*out, share) < 0)
		return false;
	if (zn_amount_compare(*out, job->policy.deposit_min) < 0)
		*out = job->policy.deposit_min;
	return zn_amount_compare(*out, budget_left) <= 0;
}

static void terms_make(struct zn_publisher_job *job, struct zn_publisher_deal *deal,
	uint32_t window_chunks)
{
	uint32_t window = window_chunks < job->policy.window_chunks_max
				  ? window_chunks
				  : job->policy.window_chunks_max;
	deal->terms = (struct zn_terms){.publisher_key = job->publisher_key,
		.worker_key = deal->worker_key,
		.job_hash = job->job_hash,
		.unit = ZN_UNIT_CHUNK,
		.price_zat = deal->bid_zat,
		.window_chunks = window,
		.check_items = job->policy.check_items,
		.check_ppm = 1000000,
		.lease_s = job->policy.lease_s,
		.grace_s = job->policy.grace_s,
		.judge = ZN_JUDGE_NONE,
		.expiry_s = job->policy.expiry_s,
		.session = deal->session};
	zn_terms_hash(&deal->terms_hash, &job->chain, &deal->terms);
	zn_sign(&deal->publisher_signature, job->key, &deal->terms_hash);
}

void zn_publisher_offer(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal, const struct zn_publisher_event *event)
{
	const struct zn_message_offer *offer = &event->message->offer;
	if (offer->round != deal->round + 1 || offer->round > ZN_OFFER_ROUNDS_MAX ||
		offer->window_chunks < 2 || offer->chunks_per_1000s == 0) {
		zn_publisher_refuse(out, ZN_DEAL_ROUND);
		return;
	}
	deal->round = offer->round;
	deal->chunks_per_1000s = offer->chunks_per_1000s;
	memcpy(deal->device, offer->device, sizeof deal->device);
	enum zn_bargain_answer answer = zn_bargain_answer(&deal->bid_zat, deal->round,
		offer->price_zat, job->policy.ceiling_zat);
	if (answer == ZN_BARGAIN_REJECT) {
		zn_publisher_refuse(out, ZN_DEAL_PRICE);
		return;
	}
	if (answer == ZN_BARGAIN_ACCEPT) {
		struct zn_amount deposit;
		deal->bid_zat = offer->price_zat;
		terms_make(job, deal, offer->window_chunks);
		if (!zn_publisher_deposit(&deposit, job, deal)) {
			zn_publisher_refuse(out, ZN_DEAL_BUDGET);
			return;
		}
		deal->stage = ZN_PUBLISHER_AGREED;
	}
	struct zn_message_answer *reply = &zn_publisher_reply(out, ZN_MESSAGE_ANSWER)->answer;
	reply->answer = (uint8_t)answer;
	reply->price_zat = deal->bid_zat;
	reply->terms = deal->terms;
	reply->signature = deal->publisher_signature;
}

void zn_publisher_agree(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal, const struct zn_publisher_event *event)
{
	struct zn_amount deposit;
	deal->worker_signature = event->message->agree.signature;
	if (!zn_verify(&deal->worker_key, &deal->terms_hash, &deal->worker_signature)) {
		zn_publisher_refuse(out, ZN_DEAL_TERMS);
		return;
	}
	if (over(job)) {
		zn_publisher_refuse(out, ZN_DEAL_OVER);
		return;
	}
	if (zn_publisher_job_refuses(job, &deal->worker_key)) { /* since its hello */
		zn_publisher_refuse(out, ZN_DEAL_REFUSED);
		return;
	}
	if (!zn_publisher_deposit(&deposit, job, deal) ||
		!zn_amount_add(&job->deposited, job->deposited, deposit)) {
		zn_publisher_refuse(out, ZN_DEAL_BUDGET);
		return;
	}
	deal->deposit = deposit;
	deal->stage = ZN_PUBLISHER_OPENING;
	zn_publisher_do(out, ZN_PUBLISHER_DO_HOLD);
	zn_publisher_do(out, ZN_PUBLISHER_DO_JOURNAL_TERMS);
	zn_publisher_do(out, ZN_PUBLISHER_DO_OPEN)->amount = deposit;
}

void zn_publisher_opened(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal, const struct zn_publisher_event *event)
{
	ZN_ASSERT(deal->stage == ZN_PUBLISHER_OPENING);
	(void)job;
	deal->channel_id = event->channel_id;
	deal->lease_number = 1;
	deal->heard_s = event->now_s;
	deal->stage = ZN_PUBLISHER_WORKING;
	zn_publisher_do(out, ZN_PUBLISHER_DO_JOURNAL_CHANNEL);
	zn_publisher_reply_held(out, ZN_MESSAGE_OPENED)->opened.channel_id = deal->channel_id;
}

void zn_publisher_open_failed(struct zn_publisher_actions *out, struct zn_publisher_job *job,
	struct zn_publisher_deal *deal)
{
	ZN_ASSERT(deal->stage == ZN_PUBLISHER_OPENING);
	ZN_ASSERT(zn_amount_sub(&job->deposited, job->deposited, deal->deposit));
	deal->deposit = ZN_AMOUNT_ZERO;
	deal->stage = ZN_PUBLISHER_ENDED;
	zn_publisher_reply_held(out, ZN_MESSAGE_REFUSAL)->refusal.refusal = ZN_DEAL_CHANNEL;
	zn_publisher_do(out, ZN_PUBLISHER_DO_END);
}
