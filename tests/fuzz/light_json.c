/* A line as tests/vectors/cometbft/chain.jsonl has them, through the decoders and the light client. */
#include "tests/fuzz/fuzz.h"

#include "chain/client/cometbft_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	static struct zn_light_block block;
	static struct zn_light light;
	const struct zn_block_time now = {INT64_C(4000000000), 0};
	struct zn_json *root = zn_json_parse("input", (const char *)bytes, count, NULL);
	if (root == NULL)
		return 0;
	if (zn_json_signed_header(&block.header, &block.commit, zn_json_get(root, "commit")) &&
		zn_json_validators(&block.validators, block.header.height,
			zn_json_get(root, "validators"))) {
		zn_light_begin(&light, 0);
		zn_light_want(&light, block.header.height);
		if (zn_light_take(&light, &block, &now) == ZN_LIGHT_OK)
			ZN_ASSERT(zn_light_find(&light, block.header.height) != NULL);
		zn_commit_check_trusting(&block.commit, &block.validators, &block.header);
	}
	zn_json_destroy(root);
	return 0;
}
