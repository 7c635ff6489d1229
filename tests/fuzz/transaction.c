/* tests/fuzz/transaction.c - what decodes as a transaction encodes to the same bytes, and executes.
 */
#include "chain/ledger/ledger.h"
#include "core/assert.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

/* A ledger with one account: most inputs are refused early, none may stop the program. */
static struct zn_ledger *ledger_make(struct zn_memory_store **memory)
{
	struct zn_genesis genesis = {.time_s = 1, .allocations_count = 1};
	struct zn_ledger *ledger;
	ZN_ASSERT(zn_chain_id_make(&genesis.chain, "fuzz-1"));
	genesis.allocations[0] = (struct zn_genesis_allocation){{ZN_ACCOUNT_SCHEME_KEY, {1}},
		{ZN_SUPPLY_XEN * ZN_ZAT_PER_XEN}};
	*memory = zn_memory_store_create();
	struct zn_overlay *state = zn_overlay_create(zn_memory_store_view(*memory));
	zn_genesis_apply(state, &genesis);
	zn_memory_store_commit(*memory, state);
	zn_overlay_destroy(state);
	ZN_ASSERT(
		zn_ledger_create(&ledger, zn_memory_store_view(*memory), 0, 1) == ZN_LEDGER_SOUND);
	return ledger;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	static struct zn_memory_store *memory;
	static struct zn_ledger *ledger;
	static struct zn_transaction transaction;
	static uint8_t again[ZN_TX_BYTES_MAX];
	if (ledger == NULL)
		ledger = ledger_make(&memory);
	if (zn_transaction_decode(&transaction, bytes, count)) {
		ZN_ASSERT(zn_transaction_encode(again, &transaction) == count);
		ZN_ASSERT(memcmp(again, bytes, count) == 0);
	}
	/* Signatures aside: a fuzzer makes none that is right. */
	struct zn_ledger_view view;
	struct zn_overlay *scratch = zn_overlay_create(zn_memory_store_view(memory));
	zn_ledger_view_next(&view, ledger, scratch, 1);
	zn_ledger_execute_bytes(&view, &transaction, bytes, count, true);
	ZN_ASSERT(zn_ledger_view_conserved(&view));
	zn_overlay_destroy(scratch);
	return 0;
}
