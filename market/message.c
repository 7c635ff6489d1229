#include "market/message.h"

#include "market/bargain.h"

static void hello_code(struct zn_codec *codec, struct zn_message_hello *hello)
{
	zn_codec_chain_id(codec, &hello->chain);
	zn_codec_hash(codec, &hello->job_hash);
	zn_codec_public_key(codec, &hello->worker_key);
	zn_codec_hash(codec, &hello->worker_nonce);
	zn_codec_bool(codec, &hello->resumes);
	zn_codec_hash(codec, &hello->channel_id);
}

static void challenge_code(struct zn_codec *codec, struct zn_message_challenge *challenge)
{
	zn_codec_public_key(codec, &challenge->publisher_key);
	zn_codec_hash(codec, &challenge->session);
	zn_codec_signature(codec, &challenge->proof);
}

static void welcome_code(struct zn_codec *codec, struct zn_message_welcome *welcome)
{
	zn_manifest_code(codec, &welcome->manifest);
	zn_codec_bool(codec, &welcome->resumed);
	zn_codec_u64(codec, &welcome->lease_number);
	zn_codec_u64(codec, &welcome->units);
	zn_codec_bool(codec, &welcome->has_voucher);
	if (welcome->has_voucher)
		zn_signed_voucher_code(codec, &welcome->voucher);
}

static void offer_code(struct zn_codec *codec, struct zn_message_offer *offer)
{
	zn_codec_hash(codec, &offer->session);
	zn_codec_u8(codec, &offer->round);
	zn_codec_u64(codec, &offer->price_zat);
	zn_codec_u64(codec, &offer->chunks_per_1000s);
	zn_codec_u32(codec, &offer->window_chunks);
	zn_codec_u8(codec, &offer->device_class);
	zn_codec_text(codec, offer->device, ZN_DEVICE_NAME_BYTES_MAX);
}

static void answer_code(struct zn_codec *codec, struct zn_message_answer *answer)
{
	zn_codec_range_u8(codec, &answer->answer, ZN_BARGAIN_ACCEPT, ZN_BARGAIN_REJECT);
	zn_codec_u64(codec, &answer->price_zat);
	if (answer->answer != ZN_BARGAIN_ACCEPT)
		return;
	zn_terms_code(codec, &answer->terms);
	zn_codec_signature(codec, &answer->signature);
}

static void pull_code(struct zn_codec *codec, struct zn_message_pull *pull)
{
	zn_codec_hash(codec, &pull->session);
	zn_codec_bool(codec, &pull->fresh);
	zn_codec_u64(codec, &pull->lease_number);
	zn_codec_u32(codec, &pull->want);
	zn_codec_count(codec, &pull->chunks_count, ZN_WINDOW_CHUNKS_MAX);
	zn_codec_count(codec, &pull->begun_count, pull->chunks_count);
	for (uint32_t i = 0; i < pull->chunks_count; i++)
		zn_codec_u64(codec, &pull->chunks[i]);
}

static void order_code(struct zn_codec *codec, struct zn_message_order *order)
{
	zn_codec_range_u8(codec, &order->order, ZN_ORDER_NONE, ZN_ORDER_DONE);
	zn_codec_bool(codec, &order->has_lease);
	if (order->has_lease)
		zn_signed_lease_code(codec, &order->lease);
}

static void deliver_code(struct zn_codec *codec, struct zn_message_deliver *deliver)
{
	zn_codec_hash(codec, &deliver->session);
	zn_codec_count(codec, &deliver->statements_count, ZN_DELIVERY_CHUNKS_MAX);
	for (uint32_t i = 0; i < deliver->statements_count; i++)
		zn_statement_code(codec, &deliver->statements[i]);
	zn_codec_signature(codec, &deliver->signature);
}

static void verdict_code(struct zn_codec *codec, struct zn_message_verdict *verdict)
{
	zn_codec_count(codec, &verdict->verdicts_count, ZN_DELIVERY_CHUNKS_MAX);
	for (uint32_t i = 0; i < verdict->verdicts_count; i++)
		zn_codec_range_u8(codec, &verdict->verdicts[i], ZN_VERDICT_ACCEPTED,
			ZN_VERDICT_UNPAID);
	zn_codec_u64(codec, &verdict->units);
	zn_codec_bool(codec, &verdict->has_voucher);
	if (verdict->has_voucher)
		zn_signed_voucher_code(codec, &verdict->voucher);
}

static void body_code(struct zn_codec *codec, struct zn_message *message)
{
	switch ((enum zn_message_kind)message->kind) {
	case ZN_MESSAGE_HELLO:
		hello_code(codec, &message->hello);
		break;
	case ZN_MESSAGE_CHALLENGE:
		challenge_code(codec, &message->challenge);
		break;
	case ZN_MESSAGE_PROVE:
		zn_codec_hash(codec, &message->prove.session);
		zn_codec_signature(codec, &message->prove.proof);
		break;
	case ZN_MESSAGE_WELCOME:
		welcome_code(codec, &message->welcome);
		break;
	case ZN_MESSAGE_OFFER:
		offer_code(codec, &message->offer);
		break;
	case ZN_MESSAGE_ANSWER:
		answer_code(codec, &message->answer);
		break;
	case ZN_MESSAGE_AGREE:
		zn_codec_hash(codec, &message->agree.session);
		zn_codec_signature(codec, &message->agree.signature);
		break;
	case ZN_MESSAGE_OPENED:
		zn_codec_hash(codec, &message->opened.channel_id);
		break;
	case ZN_MESSAGE_PULL:
		pull_code(codec, &message->pull);
		break;
	case ZN_MESSAGE_ORDER:
		order_code(codec, &message->order);
		break;
	case ZN_MESSAGE_DELIVER:
		deliver_code(codec, &message->deliver);
		break;
	case ZN_MESSAGE_VERDICT:
		verdict_code(codec, &message->verdict);
		break;
	case ZN_MESSAGE_REFUSAL:
		zn_codec_u8(codec, &message->refusal.refusal);
		zn_codec_u8(codec, &message->refusal.detail);
		break;
	}
}

void zn_message_code(struct zn_codec *codec, struct zn_message *message)
{
	zn_codec_header(codec, ZN_RECORD_MESSAGE, 1);
	zn_codec_range_u8(codec, &message->kind, ZN_MESSAGE_HELLO, ZN_MESSAGE_REFUSAL);
	if (!codec->failed)
		body_code(codec, message);
}

static void message_walk(struct zn_codec *codec, void *record)
{
	zn_message_code(codec, record);
}

size_t zn_message_encode(uint8_t *bytes, size_t bytes_max, const struct zn_message *message)
{
	return zn_record_encode(bytes, bytes_max, message_walk, message);
}

bool zn_message_decode(struct zn_message *message, const uint8_t *bytes, size_t count)
{
	*message = (struct zn_message){0};
	return zn_record_decode(message, message_walk, bytes, count);
}

const struct zn_hash *zn_message_session(const struct zn_message *message)
{
	switch ((enum zn_message_kind)message->kind) {
	case ZN_MESSAGE_PROVE:
		return &message->prove.session;
	case ZN_MESSAGE_OFFER:
		return &message->offer.session;
	case ZN_MESSAGE_AGREE:
		return &message->agree.session;
	case ZN_MESSAGE_PULL:
		return &message->pull.session;
	case ZN_MESSAGE_DELIVER:
		return &message->deliver.session;
	default:
		return NULL;
	}
}

const char *zn_deal_refusal_sentence(uint8_t refusal)
{
	switch ((enum zn_deal_refusal)refusal) {
#define X(name, value, sentence)                                                                   \
	case ZN_DEAL_##name:                                                                       \
		return sentence;
		ZN_DEAL_REFUSALS(X)
#undef X
	}
	return "the publisher refused, for a reason that this version does not know";
}

void zn_proof_code(struct zn_codec *codec, struct zn_proof *proof)
{
	zn_codec_header(codec, ZN_RECORD_PROOF, 1);
	zn_codec_range_u8(codec, &proof->role, ZN_PROOF_PUBLISHER, ZN_PROOF_WORKER);
	zn_codec_hash(codec, &proof->job_hash);
	zn_codec_hash(codec, &proof->tls_pin);
	zn_codec_public_key(codec, &proof->publisher_key);
	zn_codec_public_key(codec, &proof->worker_key);
	zn_codec_hash(codec, &proof->worker_nonce);
	zn_codec_hash(codec, &proof->session);
}

ZN_RECORD_DEFINE(proof, "proof/1")

void zn_proof_sign(struct zn_signature *out, const struct zn_chain_id *chain,
	const struct zn_proof *proof, const struct zn_secret_key *key)
{
	struct zn_hash hash;
	zn_proof_hash(&hash, chain, proof);
	zn_sign(out, key, &hash);
}

bool zn_proof_check(const struct zn_chain_id *chain, const struct zn_proof *proof,
	const struct zn_signature *signature)
{
	struct zn_hash hash;
	zn_proof_hash(&hash, chain, proof);
	return zn_verify(proof->role == ZN_PROOF_WORKER ? &proof->worker_key
							: &proof->publisher_key,
		&hash, signature);
}
