/* tests/flow/hostile.h - keys, a job and signatures for a peer that says whatever it likes. */
#ifndef ZN_TESTS_FLOW_HOSTILE_H
#define ZN_TESTS_FLOW_HOSTILE_H

#include "core/assert.h"
#include "market/announcement.h"
#include "market/publisher_deal.h"
#include "market/worker_deal.h"
#include "tests/test.h"

#include <string.h>

#define HOSTILE_NOW_S  UINT64_C(1800000000)
#define HOSTILE_CHUNKS 200
#define HOSTILE_PRICE  UINT64_C(1000000000) /* a thousand zat a chunk */

struct hostile_world {
	struct zn_chain_id chain;
	struct zn_secret_key publisher, worker, stranger;
	struct zn_public_key publisher_key, worker_key, stranger_key;
	struct zn_manifest manifest;
	struct zn_hash job_hash, pin;
	uint64_t random;
};

static inline struct zn_secret_key hostile_key(uint8_t number)
{
	uint8_t bytes[32] = {[31] = number};
	struct zn_secret_key key;
	ZN_ASSERT(zn_secret_key_make(&key, bytes));
	return key;
}

static inline void hostile_begin(struct hostile_world *world, uint64_t seed)
{
	memset(world, 0, sizeof *world);
	world->random = seed;
	ZN_ASSERT(zn_chain_id_make(&world->chain, "zennet-test"));
	world->publisher = hostile_key(1);
	world->worker = hostile_key(2);
	world->stranger = hostile_key(3);
	zn_public_key_of(&world->publisher_key, &world->publisher);
	zn_public_key_of(&world->worker_key, &world->worker);
	zn_public_key_of(&world->stranger_key, &world->stranger);
	zn_sha256(&world->pin, "pin", 3);
	world->manifest = (struct zn_manifest){.abi_version = 1,
		.form = ZN_FORM_MAP,
		.counter_at = ZN_COUNTER_NONE,
		.arithmetic = ZN_ARITHMETIC_EXACT,
		.sources_count = 1,
		.items = HOSTILE_CHUNKS * 8,
		.chunk_items = 8,
		.slot_bytes = 8};
	zn_manifest_hash(&world->job_hash, &world->chain, &world->manifest);
}

static inline uint64_t hostile_draw(struct hostile_world *world, uint64_t below)
{
	return test_random(&world->random) % below;
}

/** True once in `of`. */
static inline bool hostile_once_in(struct hostile_world *world, uint64_t of)
{
	return hostile_draw(world, of) == 0;
}

static inline struct zn_hash hostile_hash(struct hostile_world *world)
{
	struct zn_hash hash;
	uint64_t drawn = test_random(&world->random);
	zn_sha256(&hash, &drawn, sizeof drawn);
	return hash;
}

static inline struct zn_signature hostile_sign_lease(const struct hostile_world *world,
	const struct zn_lease *lease)
{
	struct zn_signature signature;
	struct zn_hash hash;
	zn_lease_hash(&hash, &world->chain, lease);
	zn_sign(&signature, &world->publisher, &hash);
	return signature;
}

static inline struct zn_signed_voucher hostile_voucher(const struct hostile_world *world,
	const struct zn_hash *channel_id, uint64_t paid)
{
	struct zn_signed_voucher out = {
		.voucher = {.chain = world->chain, .channel_id = *channel_id, .paid = {paid}}};
	struct zn_hash hash;
	zn_voucher_hash(&hash, &world->chain, &out.voucher);
	zn_sign(&out.signature, &world->publisher, &hash);
	return out;
}

/** As it arrives: through the codec. */
static inline void hostile_wire(struct zn_message *message)
{
	static uint8_t bytes[ZN_MESSAGE_BYTES_MAX];
	size_t count = zn_message_encode(bytes, sizeof bytes, message);
	ZN_ASSERT(zn_message_decode(message, bytes, count));
}

#endif
