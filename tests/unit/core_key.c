/* Keys, signatures and accounts against published vectors, and everything near them refused. */
#include "core/key.h"

#include "tests/test.h"

#include <string.h>

#define ORDER_HEX        "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
#define ORDER_LESS_1_HEX "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140"
#define ONE_HEX          "0000000000000000000000000000000000000000000000000000000000000001"
#define POINT_HEX        "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"

static struct zn_secret_key secret(const char *hex)
{
	uint8_t bytes[32];
	struct zn_secret_key key;
	test_hex(bytes, sizeof bytes, hex);
	assert_true(zn_secret_key_make(&key, bytes));
	return key;
}

static void public_keys_are_those_of_the_curve(void **state)
{
	(void)state;
	static const struct {
		const char *secret, *public;
	} rows[] = {
		{ONE_HEX, "02" POINT_HEX},
		{"0000000000000000000000000000000000000000000000000000000000000002",
			"02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5"},
		{"0000000000000000000000000000000000000000000000000000000000000003",
			"02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9"},
		{"aa5e28d6a97a2479a65527f7290311a3624d4cc0fa1578598ee3c2613bf99522",
			"0234f9460f0e4f08393d192b3c5133a6ba099aa0ad9fd54ebccfacdfa239ff49c6"},
		{ORDER_LESS_1_HEX, "03" POINT_HEX},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct zn_secret_key key = secret(rows[i].secret);
		struct zn_public_key public, wanted;
		zn_public_key_of(&public, &key);
		test_hex(wanted.bytes, sizeof wanted.bytes, rows[i].public);
		assert_memory_equal(public.bytes, wanted.bytes, sizeof wanted.bytes);
		assert_true(zn_public_key_valid(&public));
	}
}

static void numbers_outside_the_order_are_no_keys(void **state)
{
	(void)state;
	static const char *const rows[] =
		{"0000000000000000000000000000000000000000000000000000000000000000", ORDER_HEX,
			"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t bytes[32];
		struct zn_secret_key key = {{5}};
		test_hex(bytes, sizeof bytes, rows[i]);
		assert_false(zn_secret_key_make(&key, bytes));
		assert_int_equal(key.bytes[0], 5);
	}
	struct zn_secret_key key = secret(ORDER_LESS_1_HEX);
	zn_secret_key_wipe(&key);
	for (size_t i = 0; i < sizeof key.bytes; i++)
		assert_int_equal(key.bytes[i], 0);
}

static void points_off_the_curve_are_no_keys(void **state)
{
	(void)state;
	static const char *const rows[] = {
		"000000000000000000000000000000000000000000000000000000000000000000",
		"00" POINT_HEX,
		"01" POINT_HEX,
		"04" POINT_HEX,
		"05" POINT_HEX,
		"06" POINT_HEX,
		"82" POINT_HEX,
		"ff" POINT_HEX,
		/* x = 5 is on no point; neither is the field's own size, nor above. */
		"020000000000000000000000000000000000000000000000000000000000000005",
		"030000000000000000000000000000000000000000000000000000000000000005",
		"02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
		"02ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	};
	struct zn_hash hash = {{1}};
	struct zn_signature signature;
	struct zn_secret_key one = secret(ONE_HEX);
	zn_sign(&signature, &one, &hash);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct zn_public_key key;
		test_hex(key.bytes, sizeof key.bytes, rows[i]);
		assert_false(zn_public_key_valid(&key));
		assert_false(zn_verify(&key, &hash, &signature));
	}
}

static void signatures_are_those_of_rfc_6979(void **state)
{
	(void)state;
	/* The vectors that libraries of this curve share: key 1, SHA-256 of the text. */
	static const struct {
		const char *text, *signature;
	} rows[] = {
		{"Satoshi Nakamoto",
			"934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8"
			"2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5"},
		{"All those moments will be lost in time, like tears in rain. Time to die...",
			"8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b"
			"547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21"},
	};
	struct zn_secret_key key = secret(ONE_HEX);
	struct zn_public_key public;
	zn_public_key_of(&public, &key);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct zn_hash hash;
		struct zn_signature signature, wanted;
		zn_sha256(&hash, rows[i].text, strlen(rows[i].text));
		zn_sign(&signature, &key, &hash);
		test_hex(wanted.bytes, sizeof wanted.bytes, rows[i].signature);
		assert_memory_equal(signature.bytes, wanted.bytes, sizeof wanted.bytes);
		assert_true(zn_verify(&public, &hash, &signature));
	}
}

static void number_subtract(uint8_t out[32], const uint8_t a[32], const uint8_t b[32])
{
	int borrow = 0;
	for (int i = 31; i >= 0; i--) {
		int digit = a[i] - b[i] - borrow;
		borrow = digit < 0;
		out[i] = (uint8_t)(digit & 0xff);
	}
}

static void a_high_s_is_refused(void **state)
{
	(void)state;
	uint8_t order[32];
	struct zn_secret_key key = secret(ONE_HEX);
	struct zn_public_key public;
	test_hex(order, sizeof order, ORDER_HEX);
	zn_public_key_of(&public, &key);
	for (uint8_t i = 0; i < 50; i++) {
		struct zn_hash hash = {{i}};
		struct zn_signature signature;
		zn_sign(&signature, &key, &hash);
		assert_true(signature.bytes[32] < 0x80);
		assert_true(zn_verify(&public, &hash, &signature));
		number_subtract(signature.bytes + 32, order, signature.bytes + 32);
		assert_false(zn_verify(&public, &hash, &signature));
	}
}

static void one_bit_flipped_anywhere_is_refused(void **state)
{
	(void)state;
	struct zn_secret_key key =
		secret("aa5e28d6a97a2479a65527f7290311a3624d4cc0fa1578598ee3c2613bf99522");
	struct zn_public_key public, other;
	struct zn_hash hash;
	struct zn_signature signature;
	zn_public_key_of(&public, &key);
	zn_sha256(&hash, "bits", 4);
	zn_sign(&signature, &key, &hash);
	assert_true(zn_verify(&public, &hash, &signature));
	for (size_t bit = 0; bit < 8 * sizeof signature.bytes; bit++) {
		struct zn_signature flipped = signature;
		flipped.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(zn_verify(&public, &hash, &flipped));
	}
	for (size_t bit = 0; bit < 8 * sizeof hash.bytes; bit++) {
		struct zn_hash flipped = hash;
		flipped.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(zn_verify(&public, &flipped, &signature));
	}
	for (size_t bit = 0; bit < 8 * sizeof public.bytes; bit++) {
		other = public;
		other.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(zn_public_key_equal(&public, &other));
		assert_false(zn_verify(&other, &hash, &signature));
	}
}

static void signatures_out_of_range_are_refused(void **state)
{
	(void)state;
	static const char *const numbers[] =
		{"0000000000000000000000000000000000000000000000000000000000000000", ONE_HEX,
			ORDER_LESS_1_HEX, ORDER_HEX,
			"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"};
	struct zn_secret_key key = secret(ONE_HEX);
	struct zn_public_key public;
	zn_public_key_of(&public, &key);
	for (size_t r = 0; r < 5; r++)
		for (size_t s = 0; s < 5; s++) {
			struct zn_signature signature;
			struct zn_hash zero = {{0}};
			test_hex(signature.bytes, 32, numbers[r]);
			test_hex(signature.bytes + 32, 32, numbers[s]);
			assert_false(zn_verify(&public, &zero, &signature));
		}
}

static const struct {
	const char *hex, *text;
} accounts[] = {
	/* Texts made apart, in Python, with BIP-350's reference that takes its own vectors. */
	{"751e76e8199196d454941c45d1b3a323f1433bd6",
		"xen1q963uahgrxged4z5jswyt5dn5v3lzsem6ctlyw8h"},
	{"06afd46bcdfd22ef94ac122aa11f241244a37ecc",
		"xen1qyr2l4rteh7j9mu54sfz4gglysfyfgm7espqvvpd"},
	{"0000000000000000000000000000000000000000",
		"xen1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq0axfve"},
	{"ffffffffffffffffffffffffffffffffffffffff",
		"xen1q8lllllllllllllllllllllllllllllllus5zdj3"},
	{"000102030405060708090a0b0c0d0e0f10111213",
		"xen1qyqqzqsrqszsvpcgpy9qkrqdpc83qygjzvajdmyy"},
};

static void an_account_is_the_hash_of_its_key(void **state)
{
	(void)state;
	struct zn_secret_key key = secret(ONE_HEX);
	struct zn_public_key public;
	struct zn_account account, wanted = {.scheme = ZN_ACCOUNT_SCHEME_KEY};
	zn_public_key_of(&public, &key);
	zn_account_of(&account, &public);
	test_hex(wanted.bytes, sizeof wanted.bytes, accounts[0].hex); /* as in BIP-173 */
	assert_true(zn_account_equal(&account, &wanted));
	wanted.scheme = 2;
	assert_false(zn_account_equal(&account, &wanted));
}

static void accounts_are_written_and_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof accounts / sizeof accounts[0]; i++) {
		char text[ZN_ACCOUNT_TEXT_BYTES];
		struct zn_account account = {.scheme = ZN_ACCOUNT_SCHEME_KEY}, read;
		test_hex(account.bytes, sizeof account.bytes, accounts[i].hex);
		assert_string_equal(zn_account_text(text, &account), accounts[i].text);
		assert_true(zn_account_parse(&read, text));
		assert_true(zn_account_equal(&account, &read));
	}
}

static void every_single_character_changed_is_refused(void **state)
{
	(void)state;
	for (size_t row = 0; row < sizeof accounts / sizeof accounts[0]; row++) {
		char text[ZN_ACCOUNT_TEXT_BYTES];
		struct zn_account account = {.scheme = 9};
		strcpy(text, accounts[row].text);
		for (size_t i = 0; text[i] != '\0'; i++) {
			char right = text[i];
			for (int c = 0; c < 256; c++) {
				text[i] = (char)c;
				if (text[i] != right)
					assert_false(zn_account_parse(&account, text));
			}
			text[i] = right;
			if (text[i + 1] != '\0' && text[i] != text[i + 1]) {
				text[i] = text[i + 1];
				text[i + 1] = right;
				assert_false(zn_account_parse(&account, text));
				text[i + 1] = text[i];
				text[i] = right;
			}
		}
		assert_int_equal(account.scheme, 9);
		assert_true(zn_account_parse(&account, text));
	}
}

static void other_texts_are_no_accounts(void **state)
{
	(void)state;
	static const char *const rows[] = {"", "xen", "xen1",
		"q963uahgrxged4z5jswyt5dn5v3lzsem6ctlyw8h",
		"xen1q963uahgrxged4z5jswyt5dn5v3lzsem6c7r5zz4", /* Bech32, not Bech32m */
		"xen1qf63uahgrxged4z5jswyt5dn5v3lzsem6cy6kpfc", /* scheme 2 */
		"xen1qp63uahgrxged4z5jswyt5dn5v3lzsem6cwu2t6j", /* scheme 0 */
		"xen1q963uahgrxged4z5jswyt5dn5v3lzsem6ekfsm69", /* padding bits that are not 0 */
		"xen1q963uahgrxged4z5jswyt5dn5v3lzsem66c69d56",
		"xen1q963uahgrxged4z5jswyt5dn5v3lzsem6m9v3cfg",
		"tb1q963uahgrxged4z5jswyt5dn5v3lzsem6c54g2ws", /* another prefix */
		"xem1q963uahgrxged4z5jswyt5dn5v3lzsem6c5ua38f",
		"xen1q963uahgrxged4z5jswyt5dn5v3lzsemjpr2c2",     /* a byte less */
		"xen1q963uahgrxged4z5jswyt5dn5v3lzsem6cqqp6f3x2", /* a byte more */
		"xen1q963uahgrxged4z5jswyt5dn5v3lzsem6cqpjalx6",  /* a group more */
		"XEN1Q963UAHGRXGED4Z5JSWYT5DN5V3LZSEM6CTLYW8H",   /* capitals */
		"xen1q963uahgrxged4z5jswyt5dn5v3lzsem6ctlyw8h ",
		" xen1q963uahgrxged4z5jswyt5dn5v3lzsem6ctlyw8h",
		"xen1q963uahgrxged4z5jswyt5dn5v3lzsem6ctlyw8hqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq",
		"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct zn_account account;
		if (zn_account_parse(&account, rows[i]))
			fail_msg("\"%s\" was read", rows[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(public_keys_are_those_of_the_curve),
		cmocka_unit_test(numbers_outside_the_order_are_no_keys),
		cmocka_unit_test(points_off_the_curve_are_no_keys),
		cmocka_unit_test(signatures_are_those_of_rfc_6979),
		cmocka_unit_test(a_high_s_is_refused),
		cmocka_unit_test(one_bit_flipped_anywhere_is_refused),
		cmocka_unit_test(signatures_out_of_range_are_refused),
		cmocka_unit_test(an_account_is_the_hash_of_its_key),
		cmocka_unit_test(accounts_are_written_and_read),
		cmocka_unit_test(every_single_character_changed_is_refused),
		cmocka_unit_test(other_texts_are_no_accounts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
