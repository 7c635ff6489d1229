/* tests/fuzz/genesis_state.c - the state in a genesis: every value that a ledger holds is read here. */
#include "chain/ledger/genesis.h"
#include "chain/tx/state.h"
#include "core/assert.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	static const uint8_t nothing;
	struct zn_genesis genesis = {.time_s = 1,
		.fee_zat_per_byte = 10,
		.grace_s_min = 10,
		.entries = count == 0 ? &nothing : bytes,
		.entries_bytes = count};
	struct zn_hash key, again;
	struct zn_state_value value;
	bool sound;
	ZN_ASSERT(zn_chain_id_make(&genesis.chain, "fuzz-1"));
	for (size_t at = 0; zn_genesis_entry(&key, &value, &sound, &at, &genesis);)
		ZN_ASSERT(zn_state_key_of(&again, value.data, value.bytes) &&
			  zn_hash_equal(&key, &again));
	if (zn_genesis_check(&genesis) != ZN_GENESIS_OK)
		return 0;
	/* What is sound can be begun with. */
	struct zn_memory_store *memory = zn_memory_store_create();
	struct zn_overlay *state = zn_overlay_create(zn_memory_store_view(memory));
	zn_genesis_apply(state, &genesis);
	zn_overlay_destroy(state);
	zn_memory_store_destroy(memory);
	return 0;
}
