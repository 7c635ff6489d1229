#include "chain/ledger/genesis.h"

#include "chain/ledger/view.h"
#include "core/assert.h"
#include "core/limits.h"

#include <stdlib.h>

static void genesis_code(struct zn_codec *codec, struct zn_genesis *genesis)
{
	zn_codec_header(codec, ZN_RECORD_GENESIS, 1);
	zn_codec_chain_id(codec, &genesis->chain);
	zn_codec_u64(codec, &genesis->time_s);
	zn_codec_u64(codec, &genesis->fee_zat_per_byte);
	zn_codec_u32(codec, &genesis->grace_s_min);
	zn_codec_count(codec, &genesis->allocations_count, ZN_GENESIS_ALLOCATIONS_MAX);
	for (uint32_t i = 0; i < genesis->allocations_count; i++) {
		zn_codec_account(codec, &genesis->allocations[i].account);
		zn_codec_amount(codec, &genesis->allocations[i].amount);
	}
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
	ZN_ASSERT(zn_genesis_check(genesis) == ZN_GENESIS_OK);
	struct zn_ledger_params params = {.chain = genesis->chain,
		.genesis_s = genesis->time_s,
		.fee_zat_per_byte = genesis->fee_zat_per_byte,
		.grace_s_min = genesis->grace_s_min,
		.supply = whole_supply()};
	zn_state_key(&key, ZN_STATE_PARAMS, NULL, 0);
	value.bytes = (uint32_t)zn_ledger_params_encode(value.data, sizeof value.data, &params);
	zn_overlay_put(state, &key, &value);

	/* Everything belongs to nobody until the allocations are booked. */
	struct zn_supply supply = {.supply = whole_supply()};
	zn_state_key(&key, ZN_STATE_SUPPLY, NULL, 0);
	value.bytes = (uint32_t)zn_supply_encode(value.data, sizeof value.data, &supply);
	zn_overlay_put(state, &key, &value);

	struct zn_ledger_view view;
	zn_ledger_view_begin(&view, &params, state, 0, genesis->time_s);
	for (uint32_t i = 0; i < genesis->allocations_count; i++)
		zn_ledger_account_credit(&view, &genesis->allocations[i].account,
			genesis->allocations[i].amount);
	ZN_ASSERT(zn_ledger_view_conserved(&view));
	zn_ledger_view_end(&view);
}
