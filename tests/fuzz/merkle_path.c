/* A Merkle path from a stranger: u64 index, u64 count, root, leaf, then the path's hashes. No read
 * behind its end, and a path that holds no longer does when its leaf is another. */
#include "tests/fuzz/fuzz.h"

#define PATH_MAX_HASHES 70 /* longer than any right path */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	uint64_t index = 0, leaves = 0;
	struct zn_hash root, leaf;
	struct zn_codec codec = zn_codec_reader(bytes, count);
	zn_codec_u64(&codec, &index);
	zn_codec_u64(&codec, &leaves);
	zn_codec_hash(&codec, &root);
	zn_codec_hash(&codec, &leaf);
	if (codec.failed)
		return 0;
	size_t length = (count - codec.used) / ZN_HASH_BYTES;
	if (length > PATH_MAX_HASHES)
		length = PATH_MAX_HASHES;
	struct zn_hash *path = malloc(length * sizeof *path + 1);
	ZN_ASSERT(path != NULL);
	for (size_t i = 0; i < length; i++)
		zn_codec_hash(&codec, &path[i]);
	if (zn_merkle_path_check(&root, &leaf, index, leaves, path, length)) {
		ZN_ASSERT(index < leaves && length <= 64);
		leaf.bytes[0] ^= 1;
		ZN_ASSERT(!zn_merkle_path_check(&root, &leaf, index, leaves, path, length));
	}
	free(path);
	return 0;
}
