#include "tests/unit/ledger_world.h"

#include "core/assert.h"

#include <string.h>

void world_start(struct world *world, uint64_t fee_zat_per_byte)
{
	*world = (struct world){.time_s = 1000000};
	ZN_ASSERT(zn_chain_id_make(&world->chain, WORLD_CHAIN));
	for (int i = 0; i < WORLD_PEOPLE; i++) {
		uint8_t entropy[32];
		memset(entropy, i + 1, sizeof entropy);
		ZN_ASSERT(zn_secret_key_make(&world->keys[i], entropy));
		zn_public_key_of(&world->publics[i], &world->keys[i]);
		zn_account_of(&world->accounts[i], &world->publics[i]);
	}
	uint64_t half = ZN_SUPPLY_XEN * ZN_ZAT_PER_XEN / 2, hundred = 100 * ZN_ZAT_PER_XEN;
	world->genesis = (struct zn_genesis){.chain = world->chain,
		.time_s = world->time_s,
		.fee_zat_per_byte = fee_zat_per_byte,
		.grace_s_min = 10,
		.allocations_count = 3,
		.allocations = {{world->accounts[0], {half}},
			{world->accounts[1], {half - hundred}}, {world->accounts[2], {hundred}}}};
	world->memory = zn_memory_store_create();
	struct zn_overlay *state = zn_overlay_create(zn_memory_store_view(world->memory));
	zn_genesis_apply(state, &world->genesis);
	zn_memory_store_commit(world->memory, state);
	zn_overlay_destroy(state);
	enum zn_ledger_fault fault = zn_ledger_create(&world->ledger,
		zn_memory_store_view(world->memory), 0, world->time_s);
	ZN_ASSERT(fault == ZN_LEDGER_SOUND);
}

void world_finish(struct world *world)
{
	zn_ledger_destroy(world->ledger);
	zn_memory_store_destroy(world->memory);
}

static struct zn_overlay *look(const struct world *world, struct zn_ledger_view *view)
{
	struct zn_overlay *scratch = zn_overlay_create(zn_memory_store_view(world->memory));
	zn_ledger_view_next(view, world->ledger, scratch, world->time_s);
	return scratch;
}

struct zn_account_state world_account(const struct world *world, int who)
{
	struct zn_ledger_view view;
	struct zn_account_state state;
	struct zn_overlay *scratch = look(world, &view);
	zn_ledger_account_get(&state, &view, &world->accounts[who]);
	zn_overlay_destroy(scratch);
	return state;
}

bool world_channel(const struct world *world, struct zn_channel *out, const struct zn_hash *id)
{
	struct zn_ledger_view view;
	struct zn_overlay *scratch = look(world, &view);
	bool found = zn_ledger_channel_get(out, &view, id);
	zn_overlay_destroy(scratch);
	return found;
}

bool world_job(const struct world *world, struct zn_job *out, const struct zn_hash *id)
{
	struct zn_ledger_view view;
	struct zn_overlay *scratch = look(world, &view);
	bool found = zn_ledger_job_get(out, &view, id);
	zn_overlay_destroy(scratch);
	return found;
}

struct zn_supply world_supply(const struct world *world)
{
	struct zn_ledger_view view;
	zn_overlay_destroy(look(world, &view));
	return view.supply;
}

size_t world_sign_raw(const struct world *world, uint8_t bytes[ZN_TX_BYTES_MAX],
	struct zn_transaction *draft, int who)
{
	struct zn_hash hash;
	draft->sender = world->publics[who];
	zn_transaction_hash(&hash, &world->chain, draft);
	zn_sign(&draft->signature, &world->keys[who], &hash);
	return zn_transaction_encode(bytes, draft);
}

size_t world_sign(const struct world *world, uint8_t bytes[ZN_TX_BYTES_MAX],
	struct zn_transaction *draft, int who)
{
	draft->nonce = world_account(world, who).nonce;
	draft->valid_until_s = world->time_s + 60;
	return zn_transaction_sign(bytes, draft, &world->keys[who], &world->chain,
		world->genesis.fee_zat_per_byte);
}

enum zn_ledger_refusal world_block(struct world *world, const uint8_t *bytes, size_t count)
{
	enum zn_ledger_refusal result;
	struct zn_block_tx tx = {bytes, count, false};
	struct zn_block block = {zn_ledger_height(world->ledger) + 1, world->time_s, 1, &tx};
	zn_ledger_finalize(world->ledger, &result, &block);
	zn_memory_store_commit(world->memory, zn_ledger_changes(world->ledger));
	zn_ledger_commit(world->ledger);
	ZN_ASSERT(zn_ledger_audit(zn_memory_store_view(world->memory)) == ZN_LEDGER_SOUND);
	return result;
}

enum zn_ledger_refusal world_do(struct world *world, struct zn_transaction *draft, int who)
{
	uint8_t bytes[ZN_TX_BYTES_MAX];
	size_t count = world_sign(world, bytes, draft, who);
	return world_block(world, bytes, count);
}

void world_idle(struct world *world, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		struct zn_block block = {zn_ledger_height(world->ledger) + 1, world->time_s, 0,
			NULL};
		zn_ledger_finalize(world->ledger, NULL, &block);
		zn_memory_store_commit(world->memory, zn_ledger_changes(world->ledger));
		zn_ledger_commit(world->ledger);
	}
}

struct zn_signed_voucher world_voucher(const struct world *world, int payer,
	const struct zn_hash *channel_id, uint64_t paid_zat, uint64_t held_zat)
{
	struct zn_signed_voucher voucher = {.voucher = {.chain = world->chain,
						    .channel_id = *channel_id,
						    .paid = {paid_zat},
						    .held = {held_zat}}};
	struct zn_hash hash;
	zn_voucher_hash(&hash, &world->chain, &voucher.voucher);
	zn_sign(&voucher.signature, &world->keys[payer], &hash);
	return voucher;
}

struct zn_announcement world_announcement(uint64_t expiry_s)
{
	return (struct zn_announcement){.job_hash = {{7}},
		.kind = ZN_JOB_KERNEL,
		.unit = ZN_UNIT_CHUNK,
		.chunks = 100,
		.chunk_output_bytes = 65536,
		.device_classes = ZN_DEVICE_CLASS_CPU | ZN_DEVICE_CLASS_GPU,
		.features = ZN_FEATURE_EXACT,
		.price_zat = 1000000,
		.expiry_s = expiry_s,
		.tls_pin = {{9}},
		.endpoint = "https://publisher.example:8443"};
}

struct zn_hash world_open(struct world *world, int payer, int payee, uint64_t deposit_zat,
	uint32_t grace_s)
{
	struct zn_transaction draft = {.kind = ZN_TX_OPEN,
		.body.open = {.count = 1,
			.openings = {{world->accounts[payee], {{5}}, {deposit_zat}, grace_s}}}};
	struct zn_hash id;
	enum zn_ledger_refusal refusal = world_do(world, &draft, payer);
	ZN_ASSERT(refusal == ZN_LEDGER_OK);
	zn_channel_id(&id, &world->chain, &world->accounts[payer], draft.nonce, 0);
	return id;
}
