#include "tests/sim/world.h"

#include "core/assert.h"

#include <stdlib.h>
#include <string.h>

uint64_t world_item(uint64_t item)
{
	uint64_t state = (item + 1) * UINT64_C(0x9e3779b97f4a7c15);
	state = (state ^ (state >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	state = (state ^ (state >> 27)) * UINT64_C(0x94d049bb133111eb);
	return state ^ (state >> 31);
}

void world_output(uint8_t out[64], uint64_t chunk)
{
	for (uint64_t i = 0; i < WORLD_CHUNK_ITEMS; i++) {
		uint64_t value = world_item(chunk * WORLD_CHUNK_ITEMS + i);
		memcpy(out + i * 8, &value, 8);
	}
}

uint64_t world_draw(struct world *world, uint64_t below)
{
	world->random += UINT64_C(0x9e3779b97f4a7c15);
	return world_item(world->random) % below;
}

struct zn_hash world_nonce(struct world *world)
{
	struct zn_hash nonce;
	uint64_t drawn = world_draw(world, UINT64_MAX);
	zn_sha256(&nonce, &drawn, sizeof drawn);
	return nonce;
}

uint64_t world_now_s(const struct world *world)
{
	return world->genesis_s + world->now_ms / 1000;
}

static bool before(const struct world_event *a, const struct world_event *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

void world_schedule(struct world *world, uint64_t in_ms, struct world_event event)
{
	event.at_ms = world->now_ms + in_ms;
	event.order = world->events_made++;
	if (world->events_count == world->events_max) {
		world->events_max = world->events_max == 0 ? 256 : 2 * world->events_max;
		world->events = realloc(world->events, world->events_max * sizeof event);
		ZN_ASSERT(world->events != NULL);
	}
	size_t at = world->events_count++;
	while (at > 0 && before(&event, &world->events[(at - 1) / 2])) {
		world->events[at] = world->events[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	world->events[at] = event;
}

static struct world_event event_take(struct world *world)
{
	struct world_event first = world->events[0];
	struct world_event last = world->events[--world->events_count];
	size_t at = 0;
	for (;;) {
		size_t child = 2 * at + 1;
		if (child >= world->events_count)
			break;
		if (child + 1 < world->events_count &&
			before(&world->events[child + 1], &world->events[child]))
			child++;
		if (before(&last, &world->events[child]))
			break;
		world->events[at] = world->events[child];
		at = child;
	}
	world->events[at] = last;
	return first;
}

/* --- the ledger ------------------------------------------------------------------------------ */

static struct zn_ledger_view peek(const struct world *world, struct zn_overlay **scratch)
{
	struct zn_ledger_view view;
	*scratch = zn_overlay_create(zn_memory_store_view(world->store));
	ZN_ASSERT(*scratch != NULL);
	zn_ledger_view_next(&view, world->ledger, *scratch, world_now_s(world));
	return view;
}

bool world_channel(struct zn_channel *out, const struct world *world, const struct zn_hash *id)
{
	struct zn_overlay *scratch;
	struct zn_ledger_view view = peek(world, &scratch);
	bool found = zn_ledger_channel_get(out, &view, id);
	zn_overlay_destroy(scratch);
	return found;
}

static struct zn_account_state account_state(const struct world *world,
	const struct zn_account *account)
{
	struct zn_account_state state;
	struct zn_overlay *scratch;
	struct zn_ledger_view view = peek(world, &scratch);
	zn_ledger_account_get(&state, &view, account);
	zn_overlay_destroy(scratch);
	return state;
}

uint64_t world_balance(const struct world *world, const struct zn_account *account)
{
	return account_state(world, account).balance.zat;
}

uint64_t world_nonce_of(const struct world *world, const struct zn_account *account)
{
	uint64_t nonce = account_state(world, account).nonce;
	struct zn_account sender;
	for (uint32_t i = 0; i < world->pending_count; i++) {
		zn_account_of(&sender, &world->pending[i].transaction.sender);
		nonce += zn_account_equal(&sender, account);
	}
	return nonce;
}

void world_submit(struct world *world, const struct zn_secret_key *key,
	struct zn_transaction *transaction, world_tx_fn *fn, uint32_t tag, uint32_t incarnation)
{
	struct zn_public_key public_key;
	struct zn_account sender;
	zn_public_key_of(&public_key, key);
	zn_account_of(&sender, &public_key);
	transaction->nonce = world_nonce_of(world, &sender);
	transaction->valid_until_s = world_now_s(world) + 600;
	world->pending =
		realloc(world->pending, (world->pending_count + 1) * sizeof world->pending[0]);
	ZN_ASSERT(world->pending != NULL);
	struct world_tx *tx = &world->pending[world->pending_count++];
	memset(tx, 0, sizeof *tx);
	tx->count = zn_transaction_sign(tx->bytes, transaction, key, &world->chain,
		zn_ledger_params(world->ledger)->fee_zat_per_byte);
	tx->transaction = *transaction;
	tx->fn = fn;
	tx->tag = tag;
	tx->incarnation = incarnation;
	if (!world->block_due) {
		world->block_due = true;
		world_schedule(world, 50, (struct world_event){.kind = WORLD_BLOCK});
	}
}

void world_block(struct world *world)
{
	uint32_t count = world->pending_count;
	struct world_tx *txs = world->pending;
	struct zn_block_tx *block_txs = calloc(count + 1, sizeof *block_txs);
	enum zn_ledger_refusal *results = calloc(count + 1, sizeof *results);
	ZN_ASSERT(block_txs != NULL && results != NULL);
	for (uint32_t i = 0; i < count; i++)
		block_txs[i] = (struct zn_block_tx){txs[i].bytes, txs[i].count, false};
	struct zn_block block = {.height = zn_ledger_height(world->ledger) + 1,
		.time_s = world_now_s(world),
		.txs_count = count,
		.txs = block_txs};
	world->pending = NULL;
	world->pending_count = 0;
	world->block_due = false;
	zn_ledger_finalize(world->ledger, results, &block); /* asserts that every coin is there */
	zn_memory_store_commit(world->store, zn_ledger_changes(world->ledger));
	zn_ledger_commit(world->ledger);
	for (uint32_t i = 0; i < count; i++)
		txs[i].fn(world, &txs[i].transaction, results[i], txs[i].tag, txs[i].incarnation);
	free(results);
	free(block_txs);
	free(txs);
}

static void ledger_begin(struct world *world)
{
	struct zn_genesis genesis = {.chain = world->chain,
		.time_s = world->genesis_s,
		.fee_zat_per_byte = ZN_FEE_ZAT_PER_BYTE,
		.grace_s_min = world->options.grace_s,
		.allocations_count = 1};
	genesis.allocations[0].account = world->publisher_account;
	genesis.allocations[0].amount.zat = ZN_SUPPLY_XEN * ZN_ZAT_PER_XEN;
	ZN_ASSERT(zn_genesis_check(&genesis) == ZN_GENESIS_OK);
	world->store = zn_memory_store_create();
	ZN_ASSERT(world->store != NULL);
	struct zn_overlay *overlay = zn_overlay_create(zn_memory_store_view(world->store));
	zn_genesis_apply(overlay, &genesis);
	zn_memory_store_commit(world->store, overlay);
	zn_overlay_destroy(overlay);
	ZN_ASSERT(zn_ledger_create(&world->ledger, zn_memory_store_view(world->store), 0,
			  world->genesis_s) == ZN_LEDGER_SOUND);
}

/* --- the world ------------------------------------------------------------------------------- */

static void key_make(struct zn_secret_key *key, struct world *world)
{
	struct zn_hash entropy = world_nonce(world);
	ZN_ASSERT(zn_secret_key_make(key, entropy.bytes));
}

static void options_fill(struct world_options *options)
{
	for (uint32_t i = 0; i < options->workers; i++) {
		if (options->chunk_ms[i] == 0)
			options->chunk_ms[i] = 1000;
		if (options->floor_zat_per_hour[i] == 0)
			options->floor_zat_per_hour[i] = 100000000;
	}
	if (options->grace_s == 0)
		options->grace_s = 600;
	if (options->lease_s == 0)
		options->lease_s = 60;
	if (options->latency_ms == 0)
		options->latency_ms = 5;
	if (options->budget_zat == 0)
		options->budget_zat = 100 * ZN_ZAT_PER_XEN;
	if (options->ceiling_zat == 0)
		options->ceiling_zat = 4000 * ZN_ZAT_PER_XEN;
}

struct world *world_create(const struct world_options *options)
{
	struct world *world = calloc(1, sizeof *world);
	ZN_ASSERT(world != NULL && options->workers <= WORLD_WORKERS_MAX &&
		  options->chunks <= WORLD_CHUNKS_MAX);
	world->options = *options;
	options_fill(&world->options);
	world->random = options->seed;
	world->genesis_s = 1800000000;
	world->worker_actions = calloc(1, sizeof *world->worker_actions);
	world->publisher_actions = calloc(1, sizeof *world->publisher_actions);
	ZN_ASSERT(world->worker_actions != NULL && world->publisher_actions != NULL);
	ZN_ASSERT(zn_chain_id_make(&world->chain, "zennet-sim"));
	key_make(&world->publisher_key, world);
	struct zn_public_key public_key;
	zn_public_key_of(&public_key, &world->publisher_key);
	zn_account_of(&world->publisher_account, &public_key);
	world->secret = world_nonce(world);
	ledger_begin(world);
	for (uint32_t i = 0; i < WORLD_CHUNKS_MAX; i++)
		world->kept_acceptor[i] = ZN_PEER_NONE;
	world_publisher_start(world);
	for (uint32_t i = 0; i < options->workers; i++) {
		world->workers[i].world = world;
		world->workers[i].index = i;
		key_make(&world->workers[i].key, world);
		world_schedule(world, world_draw(world, 500),
			(struct world_event){.kind = WORLD_START_WORKER, .worker = i});
		if (world->options.kill_worker_ms[i] > 0)
			world_schedule(world, world->options.kill_worker_ms[i],
				(struct world_event){.kind = WORLD_KILL_WORKER, .worker = i});
		if (world->options.leave_ms[i] > 0)
			world_schedule(world, world->options.leave_ms[i],
				(struct world_event){.kind = WORLD_LEAVE, .worker = i});
	}
	if (world->options.kill_publisher_ms > 0)
		world_schedule(world, world->options.kill_publisher_ms,
			(struct world_event){.kind = WORLD_KILL_PUBLISHER});
	world_schedule(world, 1000, (struct world_event){.kind = WORLD_TICK});
	return world;
}

void world_destroy(struct world *world)
{
	for (size_t i = 0; i < world->events_count; i++) {
		free(world->events[i].bytes);
		free(world->events[i].outputs);
	}
	free(world->events);
	free(world->pending);
	zn_chunk_table_destroy(world->job.table);
	zn_ledger_destroy(world->ledger);
	zn_memory_store_destroy(world->store);
	free(world->worker_actions);
	free(world->publisher_actions);
	free(world);
}

static void tick(struct world *world)
{
	if (world->now_ms / 1000 % ZN_BLOCK_IDLE_S == 0 && !world->block_due)
		world_block(world);
	world_publisher_tick(world);
	for (uint32_t i = 0; i < world->options.workers; i++)
		world_worker_tick(&world->workers[i]);
	world_schedule(world, 1000, (struct world_event){.kind = WORLD_TICK});
}

static void step(struct world *world)
{
	struct world_event event = event_take(world);
	world->now_ms = event.at_ms;
	switch (event.kind) {
	case WORLD_TICK:
		tick(world);
		break;
	case WORLD_BLOCK:
		world_block(world);
		break;
	case WORLD_TO_PUBLISHER:
	case WORLD_CHECKED:
	case WORLD_KILL_PUBLISHER:
	case WORLD_START_PUBLISHER:
	case WORLD_HUNG_UP:
		world_publisher_event(world, &event);
		break;
	default:
		world_worker_event(world, &event);
		break;
	}
	free(event.bytes);
	free(event.outputs);
}

void world_run_until(struct world *world, uint64_t ms)
{
	while (world->events_count > 0 && world->events[0].at_ms <= ms)
		step(world);
}

/* Settled: the job is over, no worker deals any more, and no channel is left on the ledger. */
static bool settled(const struct world *world)
{
	struct zn_channel channel;
	if (world->job.order != ZN_ORDER_DONE && world->job.order != ZN_ORDER_CANCEL)
		return false;
	for (uint32_t i = 0; i < world->options.workers; i++)
		if (world->workers[i].dealing)
			return false;
	for (uint32_t i = 0; i < WORLD_PEERS_MAX; i++)
		if (world->peers[i].kept_channel &&
			world_channel(&channel, world, &world->peers[i].kept.channel_id))
			return false;
	return world->publisher_alive && world->pending_count == 0;
}

bool world_run(struct world *world, uint64_t limit_ms)
{
	uint64_t second = world->now_ms / 1000;
	while (world->now_ms < limit_ms) {
		step(world);
		if (world->now_ms / 1000 != second) {
			second = world->now_ms / 1000;
			if (settled(world))
				return true;
		}
	}
	return false;
}

bool world_result_right(const struct world *world)
{
	for (uint64_t chunk = 0; chunk < world->options.chunks; chunk++) {
		uint64_t right = 0;
		for (uint64_t i = 0; i < WORLD_CHUNK_ITEMS; i++)
			right ^= world_item(chunk * WORLD_CHUNK_ITEMS + i);
		if (!world->used[chunk] || world->result[chunk] != right)
			return false;
	}
	return true;
}

struct zn_account world_worker_account(const struct world *world, uint32_t worker)
{
	struct zn_public_key public_key;
	struct zn_account account;
	zn_public_key_of(&public_key, &world->workers[worker].key);
	zn_account_of(&account, &public_key);
	return account;
}
