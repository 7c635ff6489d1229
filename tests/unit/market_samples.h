/* tests/unit/market_samples.h - one right record of each kind, with fixed fields. Key 1 signs. */
#ifndef ZN_TESTS_UNIT_MARKET_SAMPLES_H
#define ZN_TESTS_UNIT_MARKET_SAMPLES_H

/* tables, a row a line */
/* clang-format off */
#include "market/announcement.h"
#include "market/message.h"
#include "tests/test.h"

#include <string.h>

#define SAMPLE_NOW_S UINT64_C(1800000000)

static inline struct zn_secret_key sample_key(uint8_t number)
{
	uint8_t bytes[32] = {[31] = number};
	struct zn_secret_key key;
	assert_true(zn_secret_key_make(&key, bytes));
	return key;
}

static inline struct zn_public_key sample_public(uint8_t number)
{
	struct zn_secret_key key = sample_key(number);
	struct zn_public_key out;
	zn_public_key_of(&out, &key);
	return out;
}

static inline struct zn_chain_id sample_chain(void)
{
	struct zn_chain_id chain;
	assert_true(zn_chain_id_make(&chain, "zennet-1"));
	return chain;
}

/* 32 times the same byte. */
static inline struct zn_hash sample_hash(uint8_t byte)
{
	struct zn_hash hash;
	memset(hash.bytes, byte, sizeof hash.bytes);
	return hash;
}

static inline struct zn_manifest sample_manifest(void)
{
	struct zn_manifest out = {.abi_version = 1, .form = ZN_FORM_MAP,
		.counter_at = ZN_COUNTER_NONE,
		.arithmetic = ZN_ARITHMETIC_EXACT, .sources_count = 2,
		.sources = {sample_hash(0x11), sample_hash(0x12)}, .params_bytes = 4,
		.params = {1, 2, 3, 4}, .shared_id = sample_hash(0x13), .shared_bytes = 1000,
		.items = 1000, .chunk_items = 64, .slot_bytes = 8};
	return out;
}

static inline struct zn_announcement sample_announcement(void)
{
	struct zn_announcement out = {.job_hash = sample_hash(0x21), .kind = ZN_JOB_RENDER,
		.unit = ZN_UNIT_CHUNK, .chunks = 16, .chunk_output_bytes = 512,
		.shared_bytes = 1000, .memory_bytes = 1048576,
		.device_classes = ZN_DEVICE_CLASS_CPU | ZN_DEVICE_CLASS_GPU,
		.features = ZN_FEATURE_EXACT, .price_zat = 5000000, .deadline_s = 1800003600,
		.expiry_s = 1800086400, .tls_pin = sample_hash(0x22),
		.endpoint = "https://publisher.example:8443"};
	return out;
}

static inline struct zn_terms sample_terms(void)
{
	struct zn_terms out = {.publisher_key = sample_public(1), .worker_key = sample_public(2),
		.job_hash = sample_hash(0x21), .unit = ZN_UNIT_CHUNK, .price_zat = 5000000,
		.window_chunks = 8, .check_items = 64, .check_ppm = 1000000, .lease_s = 60,
		.grace_s = 604800, .expiry_s = 1800086400, .session = sample_hash(0x31)};
	return out;
}

static inline struct zn_channel sample_channel(void)
{
	struct zn_public_key payee = sample_public(2);
	struct zn_channel out = {.id = sample_hash(0x41), .payer_key = sample_public(1),
		.terms_hash = sample_hash(0x42), .deposit = {10000}, .redeemed = {1000},
		.held = {0}, .grace_s = 604800, .opened_height = 7};
	zn_account_of(&out.payee, &payee);
	return out;
}

static inline struct zn_voucher sample_voucher(void)
{
	struct zn_voucher out = {.chain = sample_chain(), .channel_id = sample_hash(0x41),
		.paid = {5000}, .held = {100}};
	return out;
}

static inline struct zn_lease sample_lease(void)
{
	struct zn_lease out = {.chain = sample_chain(), .channel_id = sample_hash(0x41),
		.terms_hash = sample_hash(0x42), .number = 3, .issued_s = 1800000000,
		.deadline_s = 1800000060, .chunks_count = 3, .chunks = {4, 5, 9}};
	return out;
}

static inline struct zn_statement sample_statement(uint64_t chunk)
{
	struct zn_statement out = {.chain = sample_chain(), .channel_id = sample_hash(0x41),
		.terms_hash = sample_hash(0x42), .job_hash = sample_hash(0x21), .chunk = chunk,
		.output_bytes = 512, .units = 1, .output_root = sample_hash(0x51)};
	return out;
}

static inline struct zn_delivery sample_delivery(void)
{
	struct zn_chain_id chain = sample_chain();
	struct zn_statement statements[3] = {
		sample_statement(4), sample_statement(5), sample_statement(9)};
	struct zn_delivery out;
	zn_delivery_make(&out, &chain, statements, 3);
	return out;
}

static inline struct zn_proof sample_proof(void)
{
	struct zn_proof out = {.role = ZN_PROOF_PUBLISHER, .job_hash = sample_hash(0x21),
		.tls_pin = sample_hash(0x22), .publisher_key = sample_public(1),
		.worker_key = sample_public(2), .worker_nonce = sample_hash(0x61),
		.session = sample_hash(0x31)};
	return out;
}

/* Of each kind, in the order of enum zn_message_kind. */
static inline struct zn_message sample_message(uint8_t kind)
{
	struct zn_message out = {.kind = kind};
	struct zn_signature signature;
	memset(signature.bytes, 0x71, sizeof signature.bytes);
	switch ((enum zn_message_kind)kind) {
	case ZN_MESSAGE_HELLO:
		out.hello = (struct zn_message_hello){.chain = sample_chain(),
			.job_hash = sample_hash(0x21), .worker_key = sample_public(2),
			.worker_nonce = sample_hash(0x61), .resumes = true,
			.channel_id = sample_hash(0x41)};
		break;
	case ZN_MESSAGE_CHALLENGE:
		out.challenge = (struct zn_message_challenge){
			sample_public(1), sample_hash(0x31), signature};
		break;
	case ZN_MESSAGE_PROVE:
		out.prove = (struct zn_message_prove){sample_hash(0x31), signature};
		break;
	case ZN_MESSAGE_WELCOME:
		out.welcome = (struct zn_message_welcome){.manifest = sample_manifest(),
			.resumed = true, .lease_number = 3, .units = 2, .has_voucher = true,
			.voucher = {sample_voucher(), signature}};
		break;
	case ZN_MESSAGE_OFFER:
		out.offer = (struct zn_message_offer){.session = sample_hash(0x31), .round = 1,
			.price_zat = 5000000, .chunks_per_1000s = 2500, .window_chunks = 8,
			.device_class = 1, .device = "a device of 16 cores"};
		break;
	case ZN_MESSAGE_ANSWER:
		out.answer = (struct zn_message_answer){1, 5000000, sample_terms(), signature};
		break;
	case ZN_MESSAGE_AGREE:
		out.agree = (struct zn_message_agree){sample_hash(0x31), signature};
		break;
	case ZN_MESSAGE_OPENED:
		out.opened = (struct zn_message_opened){sample_hash(0x41)};
		break;
	case ZN_MESSAGE_PULL:
		out.pull = (struct zn_message_pull){.session = sample_hash(0x31), .fresh = true,
			.lease_number = 3, .want = 7, .begun_count = 1, .chunks_count = 2,
			.chunks = {4, 5}};
		break;
	case ZN_MESSAGE_ORDER:
		out.order = (struct zn_message_order){
			ZN_ORDER_WORK, true, {sample_lease(), signature}};
		break;
	case ZN_MESSAGE_DELIVER:
		out.deliver = (struct zn_message_deliver){.session = sample_hash(0x31),
			.statements_count = 2, .signature = signature};
		out.deliver.statements[0] = sample_statement(4);
		out.deliver.statements[1] = sample_statement(5);
		break;
	case ZN_MESSAGE_VERDICT:
		out.verdict = (struct zn_message_verdict){.verdicts_count = 2,
			.verdicts = {ZN_VERDICT_ACCEPTED, ZN_VERDICT_LATE}, .units = 3,
			.has_voucher = true, .voucher = {sample_voucher(), signature}};
		break;
	case ZN_MESSAGE_REFUSAL:
		out.refusal = (struct zn_message_refusal){ZN_DEAL_RESULT, ZN_RESULT_UNITS};
		break;
	}
	return out;
}

#endif
