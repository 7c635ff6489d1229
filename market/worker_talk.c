/* market/worker_talk.c - the worker's talk: hello, proof, offer, terms, channel. */
#include "core/assert.h"
#include "market/bargain.h"
#include "market/worker_stages.h"

#define CHANNEL_READS_MAX 60 /* about a minute of ticks: the ledger makes a block in 50 ms */

__extension__ typedef unsigned __int128 zn_wide;

void zn_worker_hello(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_hash *nonce)
{
	struct zn_message_hello *hello = &zn_worker_talk(out, ZN_MESSAGE_HELLO)->hello;
	deal->worker_nonce = *nonce;
	*hello = (struct zn_message_hello){.chain = deal->chain,
		.job_hash = deal->job_hash,
		.worker_key = deal->worker_key,
		.worker_nonce = *nonce,
		.resumes = deal->funded};
	if (deal->funded)
		hello->channel_id = deal->channel_id;
	else
		deal->stage = ZN_WORKER_HELLO;
	deal->awaiting = ZN_MESSAGE_CHALLENGE;
}

static struct zn_proof proof_make(const struct zn_worker_deal *deal, enum zn_proof_role role)
{
	return (struct zn_proof){.role = (uint8_t)role,
		.job_hash = deal->job_hash,
		.tls_pin = deal->tls_pin,
		.publisher_key = deal->publisher_key,
		.worker_key = deal->worker_key,
		.worker_nonce = deal->worker_nonce,
		.session = deal->session};
}

static void challenge(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_message_challenge *challenge)
{
	struct zn_account account;
	deal->publisher_key = challenge->publisher_key;
	deal->session = challenge->session;
	zn_account_of(&account, &challenge->publisher_key);
	struct zn_proof theirs = proof_make(deal, ZN_PROOF_PUBLISHER);
	if (!zn_account_equal(&account, &deal->publisher_account) ||
		!zn_proof_check(&deal->chain, &theirs, &challenge->proof)) {
		zn_worker_finish(out, deal, ZN_WORKER_END_LIED);
		return;
	}
	struct zn_proof ours = proof_make(deal, ZN_PROOF_WORKER);
	struct zn_message_prove *prove = &zn_worker_talk(out, ZN_MESSAGE_PROVE)->prove;
	prove->session = deal->session;
	zn_proof_sign(&prove->proof, &deal->chain, &ours, deal->key);
	deal->awaiting = ZN_MESSAGE_WELCOME;
	if (!deal->funded)
		deal->stage = ZN_WORKER_PROVING;
}

static void welcome_back(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_message_welcome *welcome)
{
	if (!welcome->resumed) {
		zn_worker_finish(out, deal, ZN_WORKER_END_REFUSED);
		return;
	}
	/* A voucher may have been signed that never reached us. */
	if (welcome->has_voucher && zn_worker_voucher_take(deal, &welcome->voucher, welcome->units))
		zn_worker_do(out, ZN_WORKER_DO_JOURNAL_VOUCHER, 0);
	deal->lease_number = welcome->lease_number;
	zn_worker_link(deal);
}

static void welcome(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_message_welcome *welcome)
{
	struct zn_hash job_hash;
	zn_manifest_hash(&job_hash, &deal->chain, &welcome->manifest);
	if (!zn_hash_equal(&job_hash, &deal->job_hash) ||
		zn_manifest_check(&welcome->manifest) != ZN_MANIFEST_OK) {
		zn_worker_finish(out, deal, ZN_WORKER_END_MANIFEST);
		return;
	}
	deal->manifest = welcome->manifest;
	if (deal->funded)
		welcome_back(out, deal, welcome);
	if (deal->prepared || deal->stage >= ZN_WORKER_SETTLING)
		return;
	deal->stage = ZN_WORKER_PREPARING;
	zn_worker_do(out, ZN_WORKER_DO_PREPARE, 0);
}

static void offer(struct zn_worker_actions *out, struct zn_worker_deal *deal, uint64_t counter_zat)
{
	struct zn_message_offer *offer = &zn_worker_talk(out, ZN_MESSAGE_OFFER)->offer;
	uint64_t in_window = (uint64_t)deal->policy.window_s * 1000000000u / deal->chunk_ns;
	deal->round++;
	deal->ask_zat = zn_bargain_ask(deal->round, deal->floor_zat, deal->policy.margin_percent,
		deal->ask_zat, counter_zat);
	offer->session = deal->session;
	offer->round = (uint8_t)deal->round;
	offer->price_zat = deal->ask_zat;
	offer->chunks_per_1000s = UINT64_C(1000000000000) / deal->chunk_ns;
	if (offer->chunks_per_1000s == 0)
		offer->chunks_per_1000s = 1;
	offer->window_chunks = in_window < 2 ? 2 : deal->policy.window_chunks_max;
	if (in_window >= 2 && in_window < deal->policy.window_chunks_max)
		offer->window_chunks = (uint32_t)in_window;
	deal->window_chunks = offer->window_chunks;
	offer->device_class = deal->device_class;
	for (size_t i = 0; i < sizeof offer->device; i++)
		offer->device[i] = deal->device[i];
	deal->awaiting = ZN_MESSAGE_ANSWER;
	deal->stage = ZN_WORKER_OFFERING;
}

void zn_worker_prepared(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_worker_event *event)
{
	if (deal->stage != ZN_WORKER_PREPARING)
		return;
	deal->prepared = true;
	deal->chunk_ns = event->chunk_ns == 0 ? 1 : event->chunk_ns;
	if (deal->funded) {
		deal->stage = ZN_WORKER_WORKING;
		return;
	}
	/* What an hour costs, times the share of an hour that a million chunks take; up. */
	zn_wide floor =
		((zn_wide)deal->chunk_ns * deal->policy.floor_zat_per_hour + 3599999) / 3600000;
	deal->floor_zat = floor > ZN_AMOUNT_MAX_ZAT ? ZN_AMOUNT_MAX_ZAT : (uint64_t)floor;
	offer(out, deal, 0);
}

static void agree(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_message_answer *answer, uint64_t now_s)
{
	struct zn_terms_limits limits = {.publisher_key = deal->publisher_key,
		.worker_key = deal->worker_key,
		.job_hash = deal->job_hash,
		.session = deal->session,
		.price_zat = deal->ask_zat,
		.window_chunks_max = deal->window_chunks,
		.lease_s_min = deal->policy.lease_s_min,
		.grace_s_min = deal->policy.grace_s_min,
		.now_s = now_s};
	if (zn_terms_check(&deal->chain, &answer->terms, &answer->signature, &limits) !=
		ZN_TERMS_OK) {
		zn_worker_finish(out, deal, ZN_WORKER_END_TERMS);
		return;
	}
	deal->terms = answer->terms;
	deal->publisher_signature = answer->signature;
	zn_terms_hash(&deal->terms_hash, &deal->chain, &deal->terms);
	zn_sign(&deal->worker_signature, deal->key, &deal->terms_hash);
	zn_worker_do(out, ZN_WORKER_DO_JOURNAL_TERMS, 0);
	struct zn_message_agree *agree = &zn_worker_talk(out, ZN_MESSAGE_AGREE)->agree;
	agree->session = deal->session;
	agree->signature = deal->worker_signature;
	deal->awaiting = ZN_MESSAGE_OPENED;
	deal->stage = ZN_WORKER_AGREEING;
}

static void answer(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_message_answer *answer, uint64_t now_s)
{
	if (answer->answer == ZN_BARGAIN_ACCEPT)
		agree(out, deal, answer, now_s);
	else if (answer->answer == ZN_BARGAIN_COUNTER && deal->round < ZN_OFFER_ROUNDS_MAX &&
		 answer->price_zat <= ZN_AMOUNT_MAX_ZAT)
		offer(out, deal, answer->price_zat);
	else
		zn_worker_finish(out, deal, ZN_WORKER_END_PRICE);
}

void zn_worker_read_channel(struct zn_worker_actions *out, struct zn_worker_deal *deal)
{
	if (deal->reading_channel)
		return;
	deal->reading_channel = true;
	zn_worker_do(out, ZN_WORKER_DO_READ_CHANNEL, 0);
}

static void opened(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_message_opened *opened)
{
	deal->channel_id = opened->channel_id;
	deal->stage = ZN_WORKER_FUNDING;
	zn_worker_read_channel(out, deal);
}

static bool funds(const struct zn_worker_deal *deal, const struct zn_channel *channel)
{
	struct zn_funding wanted = {.payer_key = deal->publisher_key,
		.terms_hash = deal->terms_hash,
		.grace_s = deal->terms.grace_s};
	zn_account_of(&wanted.payee, &deal->worker_key);
	return zn_hash_equal(&channel->id, &deal->channel_id) &&
	       zn_terms_due(&wanted.least, &deal->terms, 1) &&
	       zn_funding_check(channel, &wanted) == ZN_FUNDING_OK;
}

static void first_read(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_channel *channel, uint64_t now_s)
{
	if (channel == NULL) {
		if (++deal->channel_reads >= CHANNEL_READS_MAX)
			zn_worker_finish(out, deal, ZN_WORKER_END_CHANNEL);
		return; /* a tick asks again */
	}
	if (!funds(deal, channel)) {
		zn_worker_finish(out, deal, ZN_WORKER_END_CHANNEL);
		return;
	}
	deal->channel = *channel;
	deal->channel_read_s = now_s;
	deal->funded = true;
	deal->lease_number = 1;
	deal->stage = ZN_WORKER_WORKING;
	zn_worker_do(out, ZN_WORKER_DO_JOURNAL_CHANNEL, 0);
	zn_worker_link(deal);
}

void zn_worker_channel_read(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_worker_event *event)
{
	deal->reading_channel = false;
	if (deal->stage == ZN_WORKER_SETTLING)
		return;
	if (deal->stage == ZN_WORKER_FUNDING) {
		first_read(out, deal, event->reached ? event->channel : NULL, event->now_s);
		return;
	}
	if (!deal->funded || !event->reached)
		return;
	deal->channel_read_s = event->now_s;
	if (event->channel == NULL || event->channel->closing ||
		!zn_hash_equal(&event->channel->id, &deal->channel_id)) {
		zn_worker_finish(out, deal, ZN_WORKER_END_CLOSING);
		return;
	}
	deal->channel = *event->channel;
	zn_worker_redeemed_learn(deal, deal->channel.redeemed);
}

static void refused(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_worker_event *event)
{
	deal->refusal = event->message->refusal.refusal;
	if (deal->funded && deal->refusal == ZN_DEAL_UNKNOWN_SESSION)
		zn_worker_unlink(out, deal, event->now_s);
	else if (deal->refusal == ZN_DEAL_PRICE)
		zn_worker_finish(out, deal, ZN_WORKER_END_PRICE);
	else if (deal->refusal == ZN_DEAL_OVER)
		zn_worker_finish(out, deal, ZN_WORKER_END_DONE);
	else
		zn_worker_finish(out, deal, ZN_WORKER_END_REFUSED);
}

void zn_worker_talk_message(struct zn_worker_actions *out, struct zn_worker_deal *deal,
	const struct zn_worker_event *event)
{
	const struct zn_message *message = event->message;
	uint8_t awaited = deal->awaiting;
	deal->awaiting = 0;
	if (message->kind == ZN_MESSAGE_REFUSAL)
		refused(out, deal, event);
	else if (message->kind != awaited)
		zn_worker_finish(out, deal, ZN_WORKER_END_NONSENSE);
	else if (message->kind == ZN_MESSAGE_CHALLENGE)
		challenge(out, deal, &message->challenge);
	else if (message->kind == ZN_MESSAGE_WELCOME)
		welcome(out, deal, &message->welcome);
	else if (message->kind == ZN_MESSAGE_ANSWER)
		answer(out, deal, &message->answer, event->now_s);
	else
		opened(out, deal, &message->opened);
}
