#include "chain/ledger/genesis.h"

#include "chain/ledger/ledger.h"
#include "chain/ledger/view.h"
#include "core/assert.h"
#include "core/limits.h"

#include <string.h>

static void genesis_code(struct zn_codec *codec, struct zn_genesis *genesis)
{
	struct zn_hash entries;
	zn_codec_header(codec, ZN_RECORD_GENESIS, genesis->entries == NULL ? 1 : 2);
	zn_codec_chain_id(codec, &genesis->chain);
	zn_codec_u64(codec, &genesis->time_s);
	zn_codec_u64(codec, &genesis->fee_zat_per_byte);
	zn_codec_u32(codec, &genesis->grace_s_min);
	zn_codec_count(codec, &genesis->allocations_count, ZN_GENESIS_ALLOCATIONS_MAX);
	for (uint32_t i = 0; i < genesis->allocations_count; i++) {
		zn_codec_account(codec, &genesis->allocations[i].account);
		zn_codec_amount(codec, &genesis->allocations[i].amount);
	}
	if (genesis->entries == NULL)
		return;
	zn_sha256(&entries, genesis->entries, genesis->entries_bytes);
	zn_codec_hash(codec, &entries);
}

bool zn_genesis_entry(struct zn_hash *key, struct zn_state_value *value, bool *sound, size_t *at,
	const struct zn_genesis *genesis)
{
	const size_t left = genesis->entries_bytes - *at;
	const uint8_t *bytes = genesis->entries + *at;
	*sound = true;
	if (left == 0)
		return false;
	value->bytes = left < 4 ? 0 : bytes[0] | bytes[1] << 8 | bytes[2] << 16;
	*sound = left >= 4 && bytes[3] == 0 && value->bytes > 0 && value->bytes <= left - 4 &&
		 value->bytes <= sizeof value->data &&
		 zn_state_key_of(key, bytes + 4, value->bytes) &&
		 bytes[4] != ZN_RECORD_LEDGER_PARAMS;
	if (!*sound)
		return false;
	memcpy(value->data, bytes + 4, value->bytes);
	*at += 4 + value->bytes;
	return true;
}

void zn_genesis_hash(struct zn_hash *out, const struct zn_genesis *genesis)
{
	uint8_t bytes[128 + ZN_GENESIS_ALLOCATIONS_MAX * 32];
	struct zn_codec codec = zn_codec_writer(bytes, sizeof bytes);
	genesis_code(&codec, (struct zn_genesis *)(uintptr_t)genesis);
	ZN_ASSERT(zn_codec_done(&codec));
	zn_hash_tagged(out, "genesis/1", &genesis->chain, bytes, codec.used);
}

static struct zn_amount whole_supply(void)
{
	return (struct zn_amount){ZN_SUPPLY_XEN * ZN_ZAT_PER_XEN};
}

static void params_put(struct zn_overlay *state, const struct zn_genesis *genesis)
{
	struct zn_hash key;
	struct zn_state_value value;
	struct zn_ledger_params params = {.chain = genesis->chain,
		.genesis_s = genesis->time_s,
		.fee_zat_per_byte = genesis->fee_zat_per_byte,
		.grace_s_min = genesis->grace_s_min,
		.supply = whole_supply()};
	zn_state_key(&key, ZN_STATE_PARAMS, NULL, 0);
	value.bytes = (uint32_t)zn_ledger_params_encode(value.data, sizeof value.data, &params);
	zn_overlay_put(state, &key, &value);
}

/* In the order of the keys, nothing twice. */
static bool entries_put(struct zn_overlay *state, const struct zn_genesis *genesis)
{
	struct zn_hash key, before = {{0}};
	struct zn_state_value value;
	bool sound, first = true;
	for (size_t at = 0; zn_genesis_entry(&key, &value, &sound, &at, genesis); first = false) {
		if (!first && zn_hash_compare(&before, &key) >= 0)
			return false;
		zn_overlay_put(state, &key, &value);
		before = key;
	}
	return sound;
}

static bool entries_sound(const struct zn_genesis *genesis)
{
	struct zn_memory_store *memory = zn_memory_store_create();
	const struct zn_store *store = zn_memory_store_view(memory);
	struct zn_overlay *state = zn_overlay_create(store);
	struct zn_supply supply;
	ZN_ASSERT(state != NULL);
	bool sound = entries_put(state, genesis) && zn_ledger_supply_load(&supply, state) &&
		     zn_amount_compare(supply.supply, whole_supply()) == 0;
	if (sound) {
		params_put(state, genesis);
		zn_memory_store_commit(memory, state);
		sound = zn_ledger_audit(store) == ZN_LEDGER_SOUND;
	}
	zn_overlay_destroy(state);
	zn_memory_store_destroy(memory);
	return sound;
}

enum zn_genesis_refusal zn_genesis_check(const struct zn_genesis *genesis)
{
	struct zn_chain_id chain;
	struct zn_amount sum = ZN_AMOUNT_ZERO;
	bool fits = true;
	if (!zn_chain_id_make(&chain, genesis->chain.text))
		return ZN_GENESIS_CHAIN;
	if (genesis->fee_zat_per_byte > ZN_GENESIS_FEE_ZAT_MAX)
		return ZN_GENESIS_FEE;
	if (genesis->grace_s_min > ZN_GRACE_S_MAX)
		return ZN_GENESIS_GRACE;
	if (genesis->entries != NULL && genesis->allocations_count > 0)
		return ZN_GENESIS_BOTH;
	if (genesis->entries != NULL)
		return entries_sound(genesis) ? ZN_GENESIS_OK : ZN_GENESIS_STATE;
	if (genesis->allocations_count == 0)
		return ZN_GENESIS_NO_ALLOCATION;
	for (uint32_t i = 0; i < genesis->allocations_count; i++) {
		const struct zn_genesis_allocation *one = &genesis->allocations[i];
		for (uint32_t j = 0; j < i; j++)
			if (zn_account_equal(&genesis->allocations[j].account, &one->account))
				return ZN_GENESIS_TWICE;
		if (one->amount.zat == 0)
			return ZN_GENESIS_EMPTY_ALLOCATION;
		fits = fits && zn_amount_add(&sum, sum, one->amount);
	}
	if (!fits || zn_amount_compare(sum, whole_supply()) != 0)
		return ZN_GENESIS_SUM;
	return ZN_GENESIS_OK;
}

const char *zn_genesis_refusal_sentence(enum zn_genesis_refusal refusal)
{
	switch (refusal) {
	case ZN_GENESIS_OK:
		return "the genesis is in order";
#define X(name, sentence)                                                                          \
	case ZN_GENESIS_##name:                                                                    \
		return sentence;
		ZN_GENESIS_REFUSALS(X)
#undef X
	}
	return "?";
}

void zn_genesis_apply(struct zn_overlay *state, const struct zn_genesis *genesis)
{
	struct zn_hash key;
	struct zn_state_value value;
	params_put(state, genesis);
	if (genesis->entries != NULL) {
		bool put = entries_put(state, genesis);
		ZN_ASSERT(put);
		return;
	}
	ZN_ASSERT(zn_genesis_check(genesis) == ZN_GENESIS_OK);
	/* Everything belongs to nobody until the allocations are booked. */
	struct zn_supply supply = {.supply = whole_supply()};
	zn_state_key(&key, ZN_STATE_SUPPLY, NULL, 0);
	value.bytes = (uint32_t)zn_supply_encode(value.data, sizeof value.data, &supply);
	zn_overlay_put(state, &key, &value);

	struct zn_ledger_params params;
	struct zn_ledger_view view;
	bool loaded = zn_ledger_params_load(&params, state);
	ZN_ASSERT(loaded);
	zn_ledger_view_begin(&view, &params, state, 0, genesis->time_s);
	for (uint32_t i = 0; i < genesis->allocations_count; i++)
		zn_ledger_account_credit(&view, &genesis->allocations[i].account,
			genesis->allocations[i].amount);
	ZN_ASSERT(zn_ledger_view_conserved(&view));
	zn_ledger_view_end(&view);
}
