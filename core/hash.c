#include "core/hash.h"

#include "core/assert.h"
#include "core/limits.h"

/* SHA256_Init and its like are called old by OpenSSL 3 and kept. */
#define OPENSSL_API_COMPAT 0x10100000L
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

bool zn_chain_id_make(struct zn_chain_id *out, const char *text)
{
	size_t length = strnlen(text, sizeof out->text);
	if (length == 0 || length > ZN_CHAIN_ID_BYTES_MAX)
		return false;
	for (size_t i = 0; i < length; i++)
		if (text[i] < 0x21 || text[i] > 0x7e)
			return false;
	memset(out, 0, sizeof *out);
	memcpy(out->text, text, length);
	return true;
}

bool zn_hash_equal(const struct zn_hash *a, const struct zn_hash *b)
{
	return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

bool zn_hash_is_zero(const struct zn_hash *hash)
{
	static const struct zn_hash zero;
	return zn_hash_equal(hash, &zero);
}

int zn_hash_compare(const struct zn_hash *a, const struct zn_hash *b)
{
	return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

struct zn_sha256_stream {
	EVP_MD_CTX *context;
};

struct zn_sha256_stream *zn_sha256_stream_create(void)
{
	struct zn_sha256_stream *stream = malloc(sizeof *stream);
	if (stream == NULL)
		return NULL;
	stream->context = EVP_MD_CTX_new();
	if (stream->context == NULL ||
		EVP_DigestInit_ex(stream->context, EVP_sha256(), NULL) != 1) {
		zn_sha256_stream_destroy(stream);
		return NULL;
	}
	return stream;
}

void zn_sha256_stream_add(struct zn_sha256_stream *stream, const void *bytes, size_t count)
{
	ZN_ASSERT(EVP_DigestUpdate(stream->context, bytes, count) == 1);
}

void zn_sha256_stream_finish(struct zn_hash *out, struct zn_sha256_stream *stream)
{
	ZN_ASSERT(EVP_DigestFinal_ex(stream->context, out->bytes, NULL) == 1);
}

void zn_sha256_stream_destroy(struct zn_sha256_stream *stream)
{
	if (stream == NULL)
		return;
	EVP_MD_CTX_free(stream->context);
	free(stream);
}

/* The state of a hash on the stack: what most is hashed here is a leaf or a node of a tree, and the
 * envelope around a context costs as much as the hash of it (286 ns against 142 for 65 bytes). */
static SHA256_CTX sha256_begin(void)
{
	SHA256_CTX context;
	ZN_ASSERT(SHA256_Init(&context) == 1);
	return context;
}

static void sha256_add(SHA256_CTX *context, const void *bytes, size_t count)
{
	ZN_ASSERT(SHA256_Update(context, bytes, count) == 1);
}

static void sha256_end(struct zn_hash *out, SHA256_CTX *context)
{
	ZN_ASSERT(SHA256_Final(out->bytes, context) == 1);
}

void zn_sha256(struct zn_hash *out, const void *bytes, size_t count)
{
	SHA256_CTX context = sha256_begin();
	sha256_add(&context, bytes, count);
	sha256_end(out, &context);
}

static void add_short_text(SHA256_CTX *context, const char *prefix, const char *text)
{
	size_t count = strlen(prefix) + strlen(text);
	ZN_ASSERT(count <= UINT8_MAX);
	uint8_t length = (uint8_t)count;
	sha256_add(context, &length, 1);
	sha256_add(context, prefix, strlen(prefix));
	sha256_add(context, text, strlen(text));
}

void zn_hash_tagged(struct zn_hash *out, const char *tag, const struct zn_chain_id *chain,
	const void *record, size_t record_bytes)
{
	SHA256_CTX context = sha256_begin();
	add_short_text(&context, "zennet/", tag);
	add_short_text(&context, "", chain->text);
	sha256_add(&context, record, record_bytes);
	sha256_end(out, &context);
}

void zn_hmac_sha256(struct zn_hash *out, const void *key, size_t key_bytes, const void *bytes,
	size_t count)
{
	unsigned int written = 0;
	ZN_ASSERT(key_bytes <= INT32_MAX);
	/* OpenSSL takes NULL for "the key or message before", even where nothing is meant. */
	if (key_bytes == 0)
		key = "";
	if (count == 0)
		bytes = "";
	ZN_ASSERT(HMAC(EVP_sha256(), key, (int)key_bytes, bytes, count, out->bytes, &written) !=
			  NULL &&
		  written == ZN_HASH_BYTES);
}

void zn_merkle_leaf(struct zn_hash *out, const void *bytes, size_t count)
{
	static const uint8_t prefix = 0;
	SHA256_CTX context = sha256_begin();
	sha256_add(&context, &prefix, 1);
	sha256_add(&context, bytes, count);
	sha256_end(out, &context);
}

void zn_merkle_node(struct zn_hash *out, const struct zn_hash *left, const struct zn_hash *right)
{
	uint8_t bytes[1 + 2 * ZN_HASH_BYTES] = {1};
	memcpy(bytes + 1, left->bytes, ZN_HASH_BYTES);
	memcpy(bytes + 1 + ZN_HASH_BYTES, right->bytes, ZN_HASH_BYTES);
	zn_sha256(out, bytes, sizeof bytes);
}

/* RFC 6962 splits at the largest power of two below n. Pairing neighbours level by level and
 * carrying an odd last one up gives the same tree. */
static size_t merkle_level(struct zn_hash *nodes, size_t count)
{
	size_t kept = 0;
	for (size_t i = 0; i + 1 < count; i += 2)
		zn_merkle_node(&nodes[kept++], &nodes[i], &nodes[i + 1]);
	if (count % 2 == 1)
		nodes[kept++] = nodes[count - 1];
	return kept;
}

void zn_merkle_root(struct zn_hash *out, struct zn_hash *leaves, size_t count)
{
	if (count == 0) {
		zn_sha256(out, "", 0);
		return;
	}
	while (count > 1)
		count = merkle_level(leaves, count);
	*out = leaves[0];
}

size_t zn_merkle_path(struct zn_hash *path, struct zn_hash *leaves, size_t count, size_t index)
{
	ZN_ASSERT(index < count);
	size_t length = 0;
	while (count > 1) {
		size_t sibling = index ^ 1;
		if (sibling < count)
			path[length++] = leaves[sibling];
		index /= 2;
		count = merkle_level(leaves, count);
	}
	return length;
}

bool zn_merkle_path_check(const struct zn_hash *root, const struct zn_hash *leaf, uint64_t index,
	uint64_t count, const struct zn_hash *path, size_t path_count)
{
	if (index >= count)
		return false;
	struct zn_hash node = *leaf;
	size_t at = 0;
	while (count > 1) {
		uint64_t sibling = index ^ 1;
		if (sibling < count) {
			if (at == path_count)
				return false;
			if (sibling > index)
				zn_merkle_node(&node, &node, &path[at]);
			else
				zn_merkle_node(&node, &path[at], &node);
			at++;
		}
		index /= 2;
		count = count / 2 + count % 2;
	}
	return at == path_count && zn_hash_equal(&node, root);
}

bool zn_content_id(struct zn_hash *out, const void *bytes, size_t count)
{
	size_t leaves_count = count / ZN_BLOCK_LEAF_BYTES + (count % ZN_BLOCK_LEAF_BYTES != 0);
	struct zn_hash *leaves = calloc(leaves_count == 0 ? 1 : leaves_count, sizeof *leaves);
	if (leaves == NULL)
		return false;
	const uint8_t *at = bytes;
	for (size_t i = 0; i < leaves_count; i++) {
		size_t left = count - i * ZN_BLOCK_LEAF_BYTES;
		zn_merkle_leaf(&leaves[i], at + i * ZN_BLOCK_LEAF_BYTES,
			left < ZN_BLOCK_LEAF_BYTES ? left : ZN_BLOCK_LEAF_BYTES);
	}
	zn_merkle_root(out, leaves, leaves_count);
	free(leaves);
	return true;
}

void zn_hex_write(char *text, const void *bytes, size_t count)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *at = bytes;
	for (size_t i = 0; i < count; i++) {
		text[2 * i] = digits[at[i] >> 4];
		text[2 * i + 1] = digits[at[i] & 15];
	}
	text[2 * count] = '\0';
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool zn_hex_read(void *bytes, size_t count, const char *text)
{
	uint8_t *at = bytes;
	if (strnlen(text, 2 * count + 1) != 2 * count)
		return false;
	for (size_t i = 0; i < count; i++) {
		int high = hex_digit(text[2 * i]);
		int low = hex_digit(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		at[i] = (uint8_t)(high * 16 + low);
	}
	return true;
}

const char *zn_hash_text(char text[ZN_HASH_TEXT_BYTES], const struct zn_hash *hash)
{
	zn_hex_write(text, hash->bytes, ZN_HASH_BYTES);
	return text;
}

bool zn_hash_parse(struct zn_hash *out, const char *text)
{
	struct zn_hash hash;
	if (!zn_hex_read(hash.bytes, ZN_HASH_BYTES, text))
		return false;
	*out = hash;
	return true;
}
