/* Every rule of every check: one thing changed and the refusal that it must get; the row that
 * changes nothing passes. */
/* tables, a row a line */
/* clang-format off */
#include "tests/unit/market_samples.h"

static struct zn_chain_id chain;
static struct zn_secret_key payer;

static struct zn_signature signed_by(const struct zn_secret_key *key, const struct zn_hash *hash)
{
	struct zn_signature signature;
	zn_sign(&signature, key, hash);
	return signature;
}

/* n - s: as good for the curve, and refused, since there must be one signature only. */
static void make_high(struct zn_signature *signature)
{
	uint8_t order[32];
	int borrow = 0;
	test_hex(order, sizeof order,
		"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
	for (int i = 31; i >= 0; i--) {
		int digit = order[i] - signature->bytes[32 + i] - borrow;
		borrow = digit < 0;
		signature->bytes[32 + i] = (uint8_t)(digit & 255);
	}
}

static void every_rule_of_a_manifest_is_kept(void **state)
{
	(void)state;
	for (int rule = ZN_MANIFEST_OK; rule <= ZN_MANIFEST_CHUNK_INPUTS; rule++) {
		struct zn_manifest m = sample_manifest();
		switch ((enum zn_manifest_refusal)rule) {
		case ZN_MANIFEST_OK: break;
		case ZN_MANIFEST_ABI: m.abi_version = 2; break;
		case ZN_MANIFEST_FORM: m.form = 3; break;
		case ZN_MANIFEST_ARITHMETIC: m.arithmetic = ZN_ARITHMETIC_CLOSE; break;
		case ZN_MANIFEST_OPTIONS: m.options = 2; break;
		case ZN_MANIFEST_NO_SOURCE: m.sources_count = 0; break;
		case ZN_MANIFEST_NO_ITEMS: m.items = 0; break;
		case ZN_MANIFEST_TOO_MANY_ITEMS: m.items = ZN_JOB_ITEMS_MAX + 1; break;
		case ZN_MANIFEST_CHUNK_ITEMS: m.chunk_items = 0; break;
		case ZN_MANIFEST_SLOT_BYTES: m.slot_bytes = 6; break;
		case ZN_MANIFEST_CHUNK_OUTPUT: m.chunk_items = ZN_CHUNK_ITEMS_MAX; break;
		case ZN_MANIFEST_TOO_MANY_CHUNKS:
			m.items = (uint64_t)ZN_JOB_CHUNKS_MAX * 64 + 1;
			break;
		case ZN_MANIFEST_GROUP: m.form = ZN_FORM_CHUNK; m.group_items = 48; break;
		case ZN_MANIFEST_LOCAL_BYTES: m.local_bytes = 16; break;
		case ZN_MANIFEST_COUNTER: m.counter_at = m.slot_bytes; break;
		case ZN_MANIFEST_SHARED_INPUT: m.shared_bytes = 0; break;
		case ZN_MANIFEST_CHUNK_INPUTS: m.input_bytes_max = 4; break;
		}
		assert_int_equal(zn_manifest_check(&m), rule);
	}
}

static void manifests_at_their_limits(void **state)
{
	(void)state;
	struct zn_manifest m = sample_manifest();
	m.items = (uint64_t)ZN_JOB_CHUNKS_MAX * 64;
	assert_int_equal(zn_manifest_check(&m), ZN_MANIFEST_OK);
	m.slot_bytes = ZN_SLOT_BYTES_MAX;
	assert_int_equal(zn_manifest_check(&m), ZN_MANIFEST_OK);
	m.slot_bytes += 4;
	assert_int_equal(zn_manifest_check(&m), ZN_MANIFEST_SLOT_BYTES);
	m = sample_manifest();
	m.shared_bytes = ZN_SHARED_BYTES_MAX + 1;
	assert_int_equal(zn_manifest_check(&m), ZN_MANIFEST_SHARED_INPUT);
	m.shared_bytes = 0;
	memset(&m.shared_id, 0, sizeof m.shared_id);
	assert_int_equal(zn_manifest_check(&m), ZN_MANIFEST_OK);
	m.chunk_items = ZN_CHUNK_ITEMS_MAX + 1;
	assert_int_equal(zn_manifest_check(&m), ZN_MANIFEST_CHUNK_ITEMS);
	m.chunk_items = 64;
	m.inputs_id.bytes[31] = 1;
	assert_int_equal(zn_manifest_check(&m), ZN_MANIFEST_CHUNK_INPUTS);
	/* 1000 items in chunks of 64: the last has 40. */
	uint64_t first;
	uint32_t items;
	m = sample_manifest();
	assert_int_equal(zn_manifest_chunks(&m), 16);
	zn_manifest_chunk(&first, &items, &m, 15);
	assert_true(first == 960 && items == 40);
	assert_int_equal(zn_manifest_chunk_output_bytes(&m, 15), 320);
}

static void every_rule_of_an_announcement_is_kept(void **state)
{
	(void)state;
	for (int rule = ZN_ANNOUNCEMENT_OK; rule <= ZN_ANNOUNCEMENT_EXPIRY; rule++) {
		struct zn_announcement a = sample_announcement();
		switch ((enum zn_announcement_refusal)rule) {
		case ZN_ANNOUNCEMENT_OK: break;
		case ZN_ANNOUNCEMENT_KIND: a.kind = 4; break;
		case ZN_ANNOUNCEMENT_UNIT: a.unit = 0; break;
		case ZN_ANNOUNCEMENT_SIZE: a.chunks = 0; break;
		case ZN_ANNOUNCEMENT_DEVICE: a.device_classes = 4; break;
		case ZN_ANNOUNCEMENT_IDENTITY: a.identity_bits = 1; break;
		case ZN_ANNOUNCEMENT_PRICE: a.price_zat = (uint64_t)ZN_AMOUNT_MAX_ZAT + 1; break;
		case ZN_ANNOUNCEMENT_ENDPOINT: a.endpoint[4] = ':'; break;
		case ZN_ANNOUNCEMENT_EXPIRY: a.expiry_s = SAMPLE_NOW_S; break;
		}
		assert_int_equal(zn_announcement_check(&a, SAMPLE_NOW_S), rule);
	}
}

static void an_address_is_https_host_port(void **state)
{
	(void)state;
	static const struct {
		const char *endpoint;
		bool good;
	} rows[] = {{"https://a:1", true}, {"https://127.0.0.1:65535", true},
		{"https://[2001:db8::1]:443", true}, {"https://a-b.example:8443", true},
		{"https://a:0", false}, {"https://a:65536", false}, {"https://a:", false},
		{"https://:1", false}, {"https://a", false}, {"http://a:1", false},
		{"https://a:1/path", false}, {"https://u@a:1", false}, {"https://a b:1", false},
		{"https://::1:1", false}, {"https://[::1:1", false}, {"https://[]:1", false},
		{"https://a:99999999999999999999", false}, {"https://a:+1", false}, {"", false}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct zn_announcement a = sample_announcement();
		strcpy(a.endpoint, rows[i].endpoint);
		if (zn_announcement_check(&a, SAMPLE_NOW_S) !=
			(rows[i].good ? ZN_ANNOUNCEMENT_OK : ZN_ANNOUNCEMENT_ENDPOINT))
			fail_msg("%s", rows[i].endpoint);
	}
}

static void every_rule_of_terms_is_kept(void **state)
{
	(void)state;
	for (int rule = ZN_TERMS_OK; rule <= ZN_TERMS_BAD_SIGNATURE; rule++) {
		struct zn_terms t = sample_terms();
		struct zn_terms_limits limits = {.publisher_key = t.publisher_key,
			.worker_key = t.worker_key, .job_hash = t.job_hash, .session = t.session,
			.price_zat = t.price_zat, .window_chunks_max = 8, .lease_s_min = 60,
			.grace_s_min = 604800, .now_s = SAMPLE_NOW_S};
		switch ((enum zn_terms_refusal)rule) {
		case ZN_TERMS_OK: break;
		case ZN_TERMS_OTHER_PUBLISHER: t.publisher_key = sample_public(3); break;
		case ZN_TERMS_OTHER_WORKER: t.worker_key = sample_public(3); break;
		case ZN_TERMS_OTHER_JOB: t.job_hash.bytes[0] ^= 1; break;
		case ZN_TERMS_OTHER_SESSION: t.session.bytes[31] ^= 128; break;
		case ZN_TERMS_UNIT: t.unit = ZN_UNIT_METERED; break;
		case ZN_TERMS_PRICE: t.price_zat--; break;
		case ZN_TERMS_WINDOW: t.window_chunks = 9; break;
		case ZN_TERMS_PREPAID: t.prepaid_chunks = 1; break;
		case ZN_TERMS_CHECKS: t.check_ppm = 999999; break;
		case ZN_TERMS_LEASE: t.lease_s = 59; break;
		case ZN_TERMS_GRACE: t.grace_s--; break;
		case ZN_TERMS_JUDGE: t.judge = 1; break;
		case ZN_TERMS_EXPIRY: t.expiry_s = SAMPLE_NOW_S; break;
		case ZN_TERMS_BAD_SIGNATURE: break;
		}
		struct zn_hash hash;
		zn_terms_hash(&hash, &chain, &t);
		struct zn_signature signature = signed_by(&payer, &hash);
		if (rule == ZN_TERMS_BAD_SIGNATURE)
			make_high(&signature);
		assert_int_equal(zn_terms_check(&chain, &t, &signature, &limits), rule);
	}
}

static void every_rule_of_a_channel_is_kept(void **state)
{
	(void)state;
	for (int rule = ZN_FUNDING_OK; rule <= ZN_FUNDING_TOO_SMALL; rule++) {
		struct zn_channel c = sample_channel();
		struct zn_funding wanted = {.payer_key = c.payer_key, .payee = c.payee,
			.terms_hash = c.terms_hash, .grace_s = 604800, .least = {9000}};
		switch ((enum zn_funding_refusal)rule) {
		case ZN_FUNDING_OK: break;
		case ZN_FUNDING_OTHER_PAYER: c.payer_key = sample_public(3); break;
		case ZN_FUNDING_OTHER_PAYEE: c.payee.bytes[0] ^= 1; break;
		case ZN_FUNDING_OTHER_TERMS: c.terms_hash.bytes[0] ^= 1; break;
		case ZN_FUNDING_SHORT_GRACE: c.grace_s--; break;
		case ZN_FUNDING_CLOSING: c.closing = true; break;
		case ZN_FUNDING_TOO_SMALL: c.redeemed.zat++; break;
		}
		assert_int_equal(zn_funding_check(&c, &wanted), rule);
	}
}

static struct zn_signed_voucher voucher_signed(struct zn_voucher voucher)
{
	struct zn_signed_voucher out = {.voucher = voucher};
	struct zn_hash hash;
	zn_voucher_hash(&hash, &chain, &voucher);
	out.signature = signed_by(&payer, &hash);
	return out;
}

static void every_rule_of_a_voucher_is_kept(void **state)
{
	(void)state;
	struct zn_channel channel = sample_channel();
	struct zn_voucher best = sample_voucher(); /* 5000 paid, 100 held */
	for (int rule = ZN_VOUCHER_OK; rule <= ZN_VOUCHER_BAD_SIGNATURE; rule++) {
		struct zn_voucher v = sample_voucher();
		v.paid.zat = 6000;
		switch ((enum zn_voucher_refusal)rule) {
		case ZN_VOUCHER_OK: break;
		case ZN_VOUCHER_OTHER_CHAIN: v.chain.text[7] = '2'; break;
		case ZN_VOUCHER_OTHER_CHANNEL: v.channel_id.bytes[31] ^= 1; break;
		case ZN_VOUCHER_SHRINKS: v.paid.zat = 4999; break;
		case ZN_VOUCHER_DOES_NOT_GROW: v.paid.zat = 5000; break;
		case ZN_VOUCHER_OVER_DEPOSIT: v.paid.zat = 9901; break;
		case ZN_VOUCHER_BAD_SIGNATURE: break;
		}
		struct zn_signed_voucher offered = voucher_signed(v);
		if (rule == ZN_VOUCHER_BAD_SIGNATURE)
			make_high(&offered.signature);
		assert_int_equal(zn_voucher_check(&chain, &channel, &best, &offered), rule);
	}
}

static void paid_and_paid_with_held_never_fall(void **state)
{
	(void)state;
	struct zn_channel channel = sample_channel(); /* 10000 in, 1000 redeemed */
	struct zn_voucher best = sample_voucher();    /* 5000 paid, 100 held */
	static const struct {
		bool has_best;
		uint64_t paid, held;
		enum zn_voucher_refusal wanted;
	} rows[] = {
		{true, 5100, 0, ZN_VOUCHER_OK},       /* what was held is paid */
		{true, 5050, 50, ZN_VOUCHER_OK},
		{true, 5000, 101, ZN_VOUCHER_OK},
		{true, 5099, 0, ZN_VOUCHER_SHRINKS},  /* the sum falls */
		{true, 4999, 5000, ZN_VOUCHER_SHRINKS},
		{true, 10000, 0, ZN_VOUCHER_OK},
		{true, 5000, 5001, ZN_VOUCHER_OVER_DEPOSIT},
		{true, ZN_AMOUNT_MAX_ZAT, ZN_AMOUNT_MAX_ZAT, ZN_VOUCHER_OVER_DEPOSIT},
		{false, 1001, 0, ZN_VOUCHER_OK},      /* more than is redeemed */
		{false, 1000, 0, ZN_VOUCHER_DOES_NOT_GROW},
		{false, 999, 5000, ZN_VOUCHER_SHRINKS},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct zn_voucher v = sample_voucher();
		v.paid.zat = rows[i].paid;
		v.held.zat = rows[i].held;
		struct zn_signed_voucher offered = voucher_signed(v);
		assert_int_equal(zn_voucher_check(&chain, &channel,
					 rows[i].has_best ? &best : NULL, &offered),
			rows[i].wanted);
	}
}

static struct zn_lease_limits lease_limits(void)
{
	return (struct zn_lease_limits){.channel_id = sample_hash(0x41),
		.terms_hash = sample_hash(0x42), .publisher_key = sample_public(1), .number = 3,
		.chunks_max = 3, .job_chunks = 10, .lease_s = 60};
}

static struct zn_signed_lease lease_signed(struct zn_lease lease)
{
	struct zn_signed_lease out = {.lease = lease};
	struct zn_hash hash;
	zn_lease_hash(&hash, &chain, &lease);
	out.signature = signed_by(&payer, &hash);
	return out;
}

static void every_rule_of_a_lease_is_kept(void **state)
{
	(void)state;
	for (int rule = ZN_LEASE_OK; rule <= ZN_LEASE_BAD_SIGNATURE; rule++) {
		struct zn_lease l = sample_lease();
		struct zn_lease_limits limits = lease_limits();
		switch ((enum zn_lease_refusal)rule) {
		case ZN_LEASE_OK: break;
		case ZN_LEASE_OTHER_CHAIN: l.chain.text[7] = '2'; break;
		case ZN_LEASE_OTHER_CHANNEL: l.channel_id.bytes[0] ^= 1; break;
		case ZN_LEASE_OTHER_TERMS: l.terms_hash.bytes[0] ^= 1; break;
		case ZN_LEASE_NUMBER: l.number = 4; break;
		case ZN_LEASE_EMPTY: l.chunks_count = 0; break;
		case ZN_LEASE_TOO_MANY: limits.chunks_max = 2; break;
		case ZN_LEASE_NO_SUCH_CHUNK: l.chunks[2] = 10; break;
		case ZN_LEASE_REPEATS: l.chunks[2] = 4; break;
		case ZN_LEASE_DEADLINE: l.deadline_s--; break;
		case ZN_LEASE_BAD_SIGNATURE: break;
		}
		struct zn_signed_lease offered = lease_signed(l);
		if (rule == ZN_LEASE_BAD_SIGNATURE)
			make_high(&offered.signature);
		assert_int_equal(zn_lease_check(&chain, &offered, &limits), rule);
	}
}

/* Two statements and their delivery, signed by the worker, key 2. */
struct delivered {
	struct zn_statement statements[2];
	struct zn_hash roots[2];
	struct zn_signature signature;
};

static struct delivered delivered_make(void)
{
	return (struct delivered){.statements = {sample_statement(4), sample_statement(5)},
		.roots = {sample_hash(0x51), sample_hash(0x51)}};
}

static void delivered_sign(struct delivered *d)
{
	struct zn_secret_key worker = sample_key(2);
	struct zn_delivery delivery;
	struct zn_hash hash;
	zn_delivery_make(&delivery, &chain, d->statements, 2);
	zn_delivery_hash(&hash, &chain, &delivery);
	d->signature = signed_by(&worker, &hash);
}

static enum zn_result_refusal delivered_check(const struct delivered *d, uint32_t count)
{
	struct zn_manifest manifest = sample_manifest();
	struct zn_result_limits limits = {.channel_id = sample_hash(0x41),
		.terms_hash = sample_hash(0x42), .job_hash = sample_hash(0x21),
		.worker_key = sample_public(2), .manifest = &manifest};
	return zn_result_check(&chain, d->statements, d->roots, NULL, count, &d->signature, &limits);
}

static void every_rule_of_a_delivery_is_kept(void **state)
{
	(void)state;
	for (int rule = ZN_RESULT_OK; rule <= ZN_RESULT_BAD_SIGNATURE; rule++) {
		struct delivered d = delivered_make();
		struct zn_statement *last = &d.statements[1];
		switch ((enum zn_result_refusal)rule) {
		case ZN_RESULT_OK: break;
		case ZN_RESULT_EMPTY: break;
		case ZN_RESULT_OTHER_CHAIN: last->chain.text[7] = '2'; break;
		case ZN_RESULT_OTHER_CHANNEL: last->channel_id.bytes[0] ^= 1; break;
		case ZN_RESULT_OTHER_TERMS: last->terms_hash.bytes[0] ^= 1; break;
		case ZN_RESULT_OTHER_JOB: last->job_hash.bytes[0] ^= 1; break;
		case ZN_RESULT_NO_SUCH_CHUNK: last->chunk = 16; break;
		case ZN_RESULT_REPEATS: /* before its other faults, as in the list */
			last->chunk = 4;
			last->output_bytes = 1;
			last->units = 9;
			break;
		case ZN_RESULT_NOT_LEASED: continue; /* the caller knows the leases */
		case ZN_RESULT_OUTPUT_BYTES: last->output_bytes--; break;
		case ZN_RESULT_UNITS: last->units = 2; break;
		case ZN_RESULT_OUTPUT_ROOT: d.roots[1].bytes[0] ^= 1; break;
		case ZN_RESULT_BAD_SIGNATURE: break;
		}
		delivered_sign(&d);
		if (rule == ZN_RESULT_BAD_SIGNATURE)
			make_high(&d.signature);
		assert_int_equal(delivered_check(&d, rule == ZN_RESULT_EMPTY ? 0 : 2), rule);
	}
}

static void a_voucher_with_any_bit_flipped_is_refused(void **state)
{
	(void)state;
	struct zn_channel channel = sample_channel();
	struct zn_signed_voucher good = voucher_signed(sample_voucher()), read;
	uint8_t bytes[512];
	struct zn_codec writer = zn_codec_writer(bytes, sizeof bytes);
	zn_signed_voucher_code(&writer, &good);
	assert_true(zn_codec_done(&writer));
	assert_int_equal(zn_voucher_check(&chain, &channel, NULL, &good), ZN_VOUCHER_OK);
	for (size_t bit = 0; bit < writer.used * 8; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		struct zn_codec reader = zn_codec_reader(bytes, writer.used);
		zn_signed_voucher_code(&reader, &read);
		if (zn_codec_done(&reader))
			assert_int_not_equal(
				zn_voucher_check(&chain, &channel, NULL, &read), ZN_VOUCHER_OK);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void a_lease_with_any_bit_flipped_is_refused(void **state)
{
	(void)state;
	struct zn_signed_lease good = lease_signed(sample_lease()), read;
	struct zn_lease_limits limits = lease_limits();
	uint8_t bytes[512];
	struct zn_codec writer = zn_codec_writer(bytes, sizeof bytes);
	zn_signed_lease_code(&writer, &good);
	assert_true(zn_codec_done(&writer));
	for (size_t bit = 0; bit < writer.used * 8; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		struct zn_codec reader = zn_codec_reader(bytes, writer.used);
		zn_signed_lease_code(&reader, &read);
		if (zn_codec_done(&reader))
			assert_int_not_equal(zn_lease_check(&chain, &read, &limits), ZN_LEASE_OK);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void a_delivery_with_any_bit_flipped_is_refused(void **state)
{
	(void)state;
	struct delivered d = delivered_make();
	uint8_t bytes[512];
	delivered_sign(&d);
	size_t count = zn_statement_encode(bytes, sizeof bytes, &d.statements[1]);
	for (size_t bit = 0; bit < count * 8; bit++) {
		struct delivered flipped = d;
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (zn_statement_decode(&flipped.statements[1], bytes, count)) {
			flipped.roots[1] = flipped.statements[1].output_root;
			assert_int_not_equal(delivered_check(&flipped, 2), ZN_RESULT_OK);
		}
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t bit = 0; bit < sizeof d.signature.bytes * 8; bit++) {
		struct delivered flipped = d;
		flipped.signature.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(delivered_check(&flipped, 2), ZN_RESULT_BAD_SIGNATURE);
	}
	assert_int_equal(delivered_check(&d, 1), ZN_RESULT_BAD_SIGNATURE);
}

static int begin(void **state)
{
	(void)state;
	chain = sample_chain();
	payer = sample_key(1);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_of_a_manifest_is_kept),
		cmocka_unit_test(manifests_at_their_limits),
		cmocka_unit_test(every_rule_of_an_announcement_is_kept),
		cmocka_unit_test(an_address_is_https_host_port),
		cmocka_unit_test(every_rule_of_terms_is_kept),
		cmocka_unit_test(every_rule_of_a_channel_is_kept),
		cmocka_unit_test(every_rule_of_a_voucher_is_kept),
		cmocka_unit_test(paid_and_paid_with_held_never_fall),
		cmocka_unit_test(every_rule_of_a_lease_is_kept),
		cmocka_unit_test(every_rule_of_a_delivery_is_kept),
		cmocka_unit_test(a_voucher_with_any_bit_flipped_is_refused),
		cmocka_unit_test(a_lease_with_any_bit_flipped_is_refused),
		cmocka_unit_test(a_delivery_with_any_bit_flipped_is_refused),
	};
	return cmocka_run_group_tests(tests, begin, NULL);
}
