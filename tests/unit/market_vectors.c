/* Every record and message of a deal against committed bytes, hashes and signatures.
 *
 * tests/vectors/market.txt: a line "name bytes hash signature" for each; "-" where there is none. */
#include "tests/unit/market_samples.h"

#include <stdio.h>

#define LINE_BYTES_MAX 20000

static const char *path;

/* The line of a name: three fields of hex. */
static void vector_find(char *bytes, char *hash, char *signature, const char *name)
{
	static char line[LINE_BYTES_MAX];
	char found[64];
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	bytes[0] = '\0';
	while (fgets(line, sizeof line, file) != NULL)
		if (line[0] != '#' && sscanf(line, "%63s", found) == 1 && strcmp(found, name) == 0)
			assert_int_equal(sscanf(line, "%*s %17000s %64s %128s", bytes, hash,
						 signature),
				3);
	fclose(file);
	if (bytes[0] == '\0')
		fail_msg("%s: no vector", name);
}

static void is_vector(const char *name, const uint8_t *bytes, size_t count,
	const struct zn_hash *hash, bool is_signed)
{
	static char text[LINE_BYTES_MAX], wanted_bytes[LINE_BYTES_MAX];
	char wanted_hash[65], wanted_signature[129], hash_text[ZN_HASH_TEXT_BYTES] = "-";
	char signature_text[129] = "-";
	struct zn_secret_key key = sample_key(1);
	struct zn_signature signature;
	vector_find(wanted_bytes, wanted_hash, wanted_signature, name);
	zn_hex_write(text, bytes, count);
	if (hash != NULL)
		zn_hash_text(hash_text, hash);
	if (is_signed) {
		zn_sign(&signature, &key, hash);
		zn_hex_write(signature_text, signature.bytes, sizeof signature.bytes);
	}
	assert_string_equal(text, wanted_bytes);
	assert_string_equal(hash_text, wanted_hash);
	assert_string_equal(signature_text, wanted_signature);
}

#define IS_VECTOR(name, record, is_signed)                                                         \
	do {                                                                                       \
		uint8_t bytes[ZN_MANIFEST_BYTES_MAX];                                              \
		struct zn_##name value = record, again;                                            \
		struct zn_hash hash;                                                               \
		struct zn_chain_id chain = sample_chain();                                         \
		size_t count = zn_##name##_encode(bytes, sizeof bytes, &value);                    \
		zn_##name##_hash(&hash, &chain, &value);                                           \
		is_vector(#name, bytes, count, &hash, is_signed);                                  \
		assert_true(zn_##name##_decode(&again, bytes, count));                             \
		for (size_t cut = 0; cut < count; cut++)                                           \
			assert_false(zn_##name##_decode(&again, bytes, cut));                      \
		bytes[count] = 0;                                                                  \
		assert_false(zn_##name##_decode(&again, bytes, count + 1));                        \
	} while (0)

static void every_record_has_its_bytes_its_hash_and_its_signature(void **state)
{
	(void)state;
	IS_VECTOR(manifest, sample_manifest(), false);
	IS_VECTOR(announcement, sample_announcement(), false);
	IS_VECTOR(terms, sample_terms(), true);
	IS_VECTOR(channel, sample_channel(), false);
	IS_VECTOR(voucher, sample_voucher(), true);
	IS_VECTOR(lease, sample_lease(), true);
	IS_VECTOR(statement, sample_statement(4), false);
	IS_VECTOR(delivery, sample_delivery(), true);
	IS_VECTOR(proof, sample_proof(), true);
}

static void every_message_has_its_bytes(void **state)
{
	(void)state;
	static const char *const names[] = {"hello", "challenge", "prove", "welcome", "offer",
		"answer", "agree", "opened", "pull", "order", "deliver", "verdict", "refusal"};
	static uint8_t bytes[ZN_MESSAGE_BYTES_MAX];
	for (uint8_t kind = ZN_MESSAGE_HELLO; kind <= ZN_MESSAGE_REFUSAL; kind++) {
		struct zn_message message = sample_message(kind), again;
		size_t count = zn_message_encode(bytes, sizeof bytes, &message);
		is_vector(names[kind - 1], bytes, count, NULL, false);
		for (size_t cut = 0; cut < count; cut++)
			assert_false(zn_message_decode(&again, bytes, cut));
		bytes[count] = 0;
		assert_false(zn_message_decode(&again, bytes, count + 1));
		assert_true(zn_message_decode(&again, bytes, count));
		assert_int_equal(zn_message_encode(bytes, sizeof bytes, &again), count);
		is_vector(names[kind - 1], bytes, count, NULL, false);
	}
}

static void a_channel_id_and_a_content_id_are_as_written(void **state)
{
	(void)state;
	struct zn_chain_id chain = sample_chain();
	struct zn_public_key payer_key = sample_public(1);
	struct zn_account payer;
	struct zn_hash hash;
	static uint8_t blob[10000];
	zn_account_of(&payer, &payer_key);
	zn_channel_id(&hash, &chain, &payer, 5, 1);
	is_vector("channel-id", hash.bytes, sizeof hash.bytes, NULL, false);
	for (size_t i = 0; i < sizeof blob; i++)
		blob[i] = (uint8_t)i;
	assert_true(zn_content_id(&hash, blob, sizeof blob));
	is_vector("content-id", hash.bytes, sizeof hash.bytes, NULL, false);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_record_has_its_bytes_its_hash_and_its_signature),
		cmocka_unit_test(every_message_has_its_bytes),
		cmocka_unit_test(a_channel_id_and_a_content_id_are_as_written),
	};
	path = argc > 1 ? argv[1] : "tests/vectors/market.txt";
	return cmocka_run_group_tests(tests, NULL, NULL);
}
