/* core/hash.h - SHA-256, tagged preimages, RFC 6962 trees and content ids. Door of libcrypto. */
#ifndef ZN_CORE_HASH_H
#define ZN_CORE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZN_HASH_BYTES 32

struct zn_hash {
	uint8_t bytes[ZN_HASH_BYTES];
};

/** Which ledger a hash or signature belongs to: CometBFT's chain id, 1 to 50 printable bytes. */
struct zn_chain_id {
	char text[51];
};

bool zn_chain_id_make(struct zn_chain_id *out, const char *text)
	__attribute__((warn_unused_result));

bool zn_hash_equal(const struct zn_hash *a, const struct zn_hash *b);
bool zn_hash_is_zero(const struct zn_hash *hash);
int zn_hash_compare(const struct zn_hash *a, const struct zn_hash *b);

void zn_sha256(struct zn_hash *out, const void *bytes, size_t count);

/** A running SHA-256 for what does not lie in one piece. */
struct zn_sha256_stream;
struct zn_sha256_stream *zn_sha256_stream_create(void);
void zn_sha256_stream_add(struct zn_sha256_stream *stream, const void *bytes, size_t count);
void zn_sha256_stream_finish(struct zn_hash *out, struct zn_sha256_stream *stream);
void zn_sha256_stream_destroy(struct zn_sha256_stream *stream);

/** The preimage rule of everything that is hashed or signed (PROTOCOL 2.2):
 *  SHA-256 of  u8 n | "zennet/<tag>" (n bytes) | u8 m | chain id (m bytes) | record.
 *  `tag` is "<type>/<version>", as in "voucher/1". */
void zn_hash_tagged(struct zn_hash *out, const char *tag, const struct zn_chain_id *chain,
	const void *record, size_t record_bytes);

void zn_hmac_sha256(struct zn_hash *out, const void *key, size_t key_bytes, const void *bytes,
	size_t count);

/** RFC 6962 hashes: leaf = SHA-256(0x00 | bytes), node = SHA-256(0x01 | left | right). */
void zn_merkle_leaf(struct zn_hash *out, const void *bytes, size_t count);
void zn_merkle_node(struct zn_hash *out, const struct zn_hash *left, const struct zn_hash *right);

/** Root over leaf hashes (already zn_merkle_leaf'ed); of none: SHA-256(""). Source: RFC 6962 §2.1.
 *  `leaves` is scratch: its content is lost. */
void zn_merkle_root(struct zn_hash *out, struct zn_hash *leaves, size_t count);

/** The content id of a blob (PROTOCOL 2.4): RFC 6962 root over its ZN_BLOCK_LEAF_BYTES blocks, the
 *  last one as short as it is. One block of anything can be proven against it. False: no memory. */
bool zn_content_id(struct zn_hash *out, const void *bytes, size_t count)
	__attribute__((warn_unused_result));

/** Walk the path of leaf `index` of `count` up to the root: the audit path of RFC 6962 §2.1.1.
 *  Returns: true when it leads to `root`. Hostile input: any path, index or count is safe. */
bool zn_merkle_path_check(const struct zn_hash *root, const struct zn_hash *leaf, uint64_t index,
	uint64_t count, const struct zn_hash *path, size_t path_count);

/** Write the audit path of leaf `index` (at most 64 hashes). Leaves are scratch. Returns its length. */
size_t zn_merkle_path(struct zn_hash *path, struct zn_hash *leaves, size_t count, size_t index);

#define ZN_HASH_TEXT_BYTES 65

/** Lower-case hex; returns `text`. */
const char *zn_hash_text(char text[ZN_HASH_TEXT_BYTES], const struct zn_hash *hash);
bool zn_hash_parse(struct zn_hash *out, const char *text) __attribute__((warn_unused_result));

/** Hex of any bytes; `text` has 2 * count + 1 bytes. Parsing takes both cases, exactly `count`. */
void zn_hex_write(char *text, const void *bytes, size_t count);
bool zn_hex_read(void *bytes, size_t count, const char *text) __attribute__((warn_unused_result));

#endif
