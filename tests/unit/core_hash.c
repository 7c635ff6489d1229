/* Hashes against published vectors; trees also against a recursive oracle and every corruption. */
#include "core/hash.h"

#include "core/limits.h"
#include "tests/test.h"

#include <string.h>

static void sha256_gives_the_standard_digests(void **state)
{
	(void)state;
	/* FIPS 180-4 examples. */
	static const struct {
		const char *text, *hex;
	} rows[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct zn_hash hash;
		zn_sha256(&hash, rows[i].text, strlen(rows[i].text));
		test_hash_is(&hash, rows[i].hex);
	}
	struct zn_hash nothing;
	zn_sha256(&nothing, NULL, 0);
	test_hash_is(&nothing, rows[0].hex);
}

static void a_stream_gives_the_hash_of_its_pieces_together(void **state)
{
	(void)state;
	static uint8_t bytes[1000000];
	memset(bytes, 'a', sizeof bytes); /* FIPS 180-4: a million times "a" */
	struct zn_sha256_stream *stream = zn_sha256_stream_create();
	assert_non_null(stream);
	size_t at = 0;
	for (size_t piece = 0; at < sizeof bytes; piece++) {
		size_t count = piece % 4099;
		if (count > sizeof bytes - at)
			count = sizeof bytes - at;
		zn_sha256_stream_add(stream, bytes + at, count);
		at += count;
		struct zn_hash between; /* other hashes of this thread do not disturb it */
		zn_sha256(&between, "x", 1);
	}
	struct zn_hash hash;
	zn_sha256_stream_finish(&hash, stream);
	zn_sha256_stream_destroy(stream);
	zn_sha256_stream_destroy(NULL);
	test_hash_is(&hash, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void hmac_gives_the_digests_of_rfc_4231(void **state)
{
	(void)state;
	uint8_t bytes[200];
	struct zn_hash mac;
	memset(bytes, 0x0b, 20); /* case 1 */
	zn_hmac_sha256(&mac, bytes, 20, "Hi There", 8);
	test_hash_is(&mac, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	zn_hmac_sha256(&mac, "Jefe", 4, "what do ya want for nothing?", 28); /* case 2 */
	test_hash_is(&mac, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	uint8_t key[131], data[50];
	memset(key, 0xaa, sizeof key);
	memset(data, 0xdd, sizeof data);
	zn_hmac_sha256(&mac, key, 20, data, sizeof data); /* case 3 */
	test_hash_is(&mac, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
	for (uint8_t i = 0; i < 25; i++)
		bytes[i] = (uint8_t)(i + 1);
	memset(data, 0xcd, sizeof data);
	zn_hmac_sha256(&mac, bytes, 25, data, sizeof data); /* case 4 */
	test_hash_is(&mac, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
	const char *text = "Test Using Larger Than Block-Size Key - Hash Key First";
	zn_hmac_sha256(&mac, key, sizeof key, text, strlen(text)); /* case 6 */
	test_hash_is(&mac, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	text = "This is a test using a larger than block-size key and a larger than block-size "
	       "data. The key needs to be hashed before being used by the HMAC algorithm.";
	zn_hmac_sha256(&mac, key, sizeof key, text, strlen(text)); /* case 7 */
	test_hash_is(&mac, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
	zn_hmac_sha256(&mac, NULL, 0, NULL, 0);
	test_hash_is(&mac, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void a_tagged_hash_separates_tag_chain_and_record(void **state)
{
	(void)state;
	struct zn_chain_id chain, other;
	struct zn_hash hash, changed;
	const uint8_t record[5] = {1, 2, 3, 4, 5};
	assert_true(zn_chain_id_make(&chain, "zennet-test-1"));
	assert_true(zn_chain_id_make(&other, "zennet-test-2"));
	zn_hash_tagged(&hash, "voucher/1", &chain, record, sizeof record);
	/* Made apart, in Python, from the rule of PROTOCOL 2.2. */
	test_hash_is(&hash, "a4b8dbcd46a85af08bf41ec465e662671a9621ae990c96c11f8d1111db910a8f");
	zn_hash_tagged(&changed, "voucher/2", &chain, record, sizeof record);
	assert_false(zn_hash_equal(&hash, &changed));
	zn_hash_tagged(&changed, "voucher/1", &other, record, sizeof record);
	assert_false(zn_hash_equal(&hash, &changed));
	zn_hash_tagged(&changed, "voucher/1", &chain, record, sizeof record - 1);
	assert_false(zn_hash_equal(&hash, &changed));
}

static void chain_ids_are_one_to_fifty_printable_bytes(void **state)
{
	(void)state;
	struct zn_chain_id id = {"before"};
	char text[52];
	memset(text, 'x', sizeof text);
	text[51] = '\0';
	assert_false(zn_chain_id_make(&id, text));
	assert_string_equal(id.text, "before");
	text[50] = '\0';
	assert_true(zn_chain_id_make(&id, text));
	assert_string_equal(id.text, text);
	assert_false(zn_chain_id_make(&id, ""));
	assert_false(zn_chain_id_make(&id, "two words"));
	assert_false(zn_chain_id_make(&id, "line\n"));
	assert_false(zn_chain_id_make(&id, "\xc3\xa9"));
	assert_true(zn_chain_id_make(&id, "a"));
	for (size_t i = 1; i < sizeof id.text; i++)
		assert_int_equal(id.text[i], 0);
}

/* The eight leaves that Certificate Transparency's own tests use, and their roots by count. */
static const char *const ct_leaves[8] = {"", "00", "10", "2021", "3031", "40414243",
	"5051525354555657", "606162636465666768696a6b6c6d6e6f"};
static const char *const ct_roots[9] = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static void roots_are_those_of_certificate_transparency(void **state)
{
	(void)state;
	for (size_t count = 0; count <= 8; count++) {
		struct zn_hash leaves[8], root;
		for (size_t i = 0; i < count; i++) {
			uint8_t bytes[16];
			size_t bytes_count = strlen(ct_leaves[i]) / 2;
			test_hex(bytes, bytes_count, ct_leaves[i]);
			zn_merkle_leaf(&leaves[i], bytes, bytes_count);
		}
		zn_merkle_root(&root, leaves, count);
		test_hash_is(&root, ct_roots[count]);
	}
}

/* RFC 6962 §2.1 as it is written, recursive: split at the largest power of two below the count. */
static void oracle_root(struct zn_hash *out, const struct zn_hash *leaves, size_t count)
{
	if (count == 1) {
		*out = leaves[0];
		return;
	}
	struct zn_hash left, right;
	size_t split = 1;
	while (split * 2 < count)
		split *= 2;
	oracle_root(&left, leaves, split);
	oracle_root(&right, leaves + split, count - split);
	zn_merkle_node(out, &left, &right);
}

#define TREE_LEAVES_MAX 33

static void make_leaves(struct zn_hash *leaves, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint8_t byte = (uint8_t)i;
		zn_merkle_leaf(&leaves[i], &byte, 1);
	}
}

/* Every way to spoil one right path; none may lead to the root. */
static void corruptions_fail(const struct zn_hash *root, const struct zn_hash *leaf, size_t index,
	size_t count, struct zn_hash *path, size_t length)
{
	struct zn_hash spoilt = *leaf;
	spoilt.bytes[31] ^= 1;
	assert_false(zn_merkle_path_check(root, &spoilt, index, count, path, length));
	spoilt = *root;
	spoilt.bytes[0] ^= 0x80;
	assert_false(zn_merkle_path_check(&spoilt, leaf, index, count, path, length));
	for (size_t i = 0; i < length; i++) {
		path[i].bytes[i] ^= 4;
		assert_false(zn_merkle_path_check(root, leaf, index, count, path, length));
		path[i].bytes[i] ^= 4;
	}
	for (size_t shorter = 0; shorter < length; shorter++)
		assert_false(zn_merkle_path_check(root, leaf, index, count, path, shorter));
	path[length] = *leaf;
	assert_false(zn_merkle_path_check(root, leaf, index, count, path, length + 1));
	for (size_t other = 0; other < count + 2; other++)
		if (other != index)
			assert_false(zn_merkle_path_check(root, leaf, other, count, path, length));
}

static void paths_lead_to_the_root_and_no_corruption_does(void **state)
{
	(void)state;
	for (size_t count = 1; count <= TREE_LEAVES_MAX; count++) {
		struct zn_hash leaves[TREE_LEAVES_MAX], scratch[TREE_LEAVES_MAX], root, oracle;
		make_leaves(leaves, count);
		oracle_root(&oracle, leaves, count);
		memcpy(scratch, leaves, sizeof scratch);
		zn_merkle_root(&root, scratch, count);
		assert_true(zn_hash_equal(&root, &oracle));
		for (size_t index = 0; index < count; index++) {
			struct zn_hash path[65];
			memcpy(scratch, leaves, sizeof scratch);
			size_t length = zn_merkle_path(path, scratch, count, index);
			assert_true(zn_merkle_path_check(&root, &leaves[index], index, count, path,
				length));
			corruptions_fail(&root, &leaves[index], index, count, path, length);
		}
	}
}

static void any_index_and_count_is_safe(void **state)
{
	(void)state;
	static const uint64_t numbers[] = {0, 1, 2, 3, UINT32_MAX, UINT64_C(1) << 63,
		(UINT64_C(1) << 63) + 1, UINT64_MAX - 1, UINT64_MAX};
	const size_t numbers_count = sizeof numbers / sizeof numbers[0];
	struct zn_hash path[70], leaf = {{1}}, root = {{2}};
	memset(path, 3, sizeof path);
	for (size_t i = 0; i < numbers_count; i++)
		for (size_t j = 0; j < numbers_count; j++)
			for (size_t length = 0; length <= 70; length++)
				assert_false(zn_merkle_path_check(&root, &leaf, numbers[i],
					numbers[j], path, length));
	assert_true(zn_merkle_path_check(&leaf, &leaf, 0, 1, NULL, 0));
	assert_false(zn_merkle_path_check(&leaf, &leaf, 0, 0, NULL, 0));
	assert_false(zn_merkle_path_check(&leaf, &leaf, 0, UINT64_MAX, NULL, 0));
}

static void a_leaf_is_no_node(void **state)
{
	(void)state;
	struct zn_hash leaves[2], root, forged;
	make_leaves(leaves, 2);
	uint8_t inner[2 * ZN_HASH_BYTES];
	memcpy(inner, leaves, sizeof inner);
	zn_merkle_root(&root, leaves, 2);
	zn_merkle_leaf(&forged, inner, sizeof inner);
	assert_false(zn_hash_equal(&root, &forged));
}

static void content_ids_are_roots_over_blocks(void **state)
{
	(void)state;
	/* Made apart, in Python; byte i is i mod 251. */
	static const struct {
		size_t count;
		const char *hex;
	} rows[] = {
		{0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{1, "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"},
		{4095, "5d6b173f044ad9abfa7c7ed1d064a2581c0cf8a20a9829a5d18d6e47c3ebf163"},
		{4096, "c46b7e9f32bd7ac69139854bf809012fd58ea09765b26f84425175557b080a31"},
		{4097, "20d6edb4716923f423bc8d5ffbe4e0caff847f4f8edf46308de4ee9654f0f663"},
		{8192, "4199f3315bb6cef8ee8ff505ca35574761bab4cf7750c701ee452985e0bcc4c8"},
		{12289, "936e03679cee9fd55b940d6c12ea1ce93b8412e97c58dd64e9d5c5807d91bc77"},
		{100000, "0d49b111076039aa5aedaf1a11c970467dea281316afe947b8605b0423044887"},
	};
	static uint8_t bytes[100000];
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i % 251);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct zn_hash id;
		assert_true(zn_content_id(&id, bytes, rows[i].count));
		test_hash_is(&id, rows[i].hex);
	}
	struct zn_hash nothing;
	assert_true(zn_content_id(&nothing, NULL, 0));
	test_hash_is(&nothing, rows[0].hex);
}

static void hashes_compare_bytewise(void **state)
{
	(void)state;
	struct zn_hash zero = {{0}}, low = {{0}}, high = {{0x80}};
	low.bytes[31] = 1;
	assert_true(zn_hash_is_zero(&zero));
	assert_false(zn_hash_is_zero(&low));
	assert_true(zn_hash_compare(&low, &high) < 0);
	assert_true(zn_hash_compare(&high, &low) > 0);
	assert_int_equal(zn_hash_compare(&low, &low), 0);
	assert_false(zn_hash_equal(&low, &zero));
}

static void hex_is_read_exactly(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "0", "00f", "00ff0", "00ff00", "0g00", "00f ", "0xff",
		" 0ff", "00-f", "\xff\xff\xff\xff"};
	uint8_t bytes[2] = {9, 9};
	char text[5];
	assert_true(zn_hex_read(bytes, 2, "00fF"));
	assert_int_equal(bytes[0] << 8 | bytes[1], 0x00ff);
	zn_hex_write(text, bytes, 2);
	assert_string_equal(text, "00ff");
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(zn_hex_read(bytes, 2, bad[i]));
	assert_true(zn_hex_read(bytes, 0, ""));

	struct zn_hash hash = {{7}};
	assert_false(zn_hash_parse(&hash, "00"));
	assert_int_equal(hash.bytes[0], 7);
	assert_true(zn_hash_parse(&hash, ct_roots[8]));
	test_hash_is(&hash, ct_roots[8]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_gives_the_standard_digests),
		cmocka_unit_test(a_stream_gives_the_hash_of_its_pieces_together),
		cmocka_unit_test(hmac_gives_the_digests_of_rfc_4231),
		cmocka_unit_test(a_tagged_hash_separates_tag_chain_and_record),
		cmocka_unit_test(chain_ids_are_one_to_fifty_printable_bytes),
		cmocka_unit_test(roots_are_those_of_certificate_transparency),
		cmocka_unit_test(paths_lead_to_the_root_and_no_corruption_does),
		cmocka_unit_test(any_index_and_count_is_safe),
		cmocka_unit_test(a_leaf_is_no_node),
		cmocka_unit_test(content_ids_are_roots_over_blocks),
		cmocka_unit_test(hashes_compare_bytewise),
		cmocka_unit_test(hex_is_read_exactly),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
