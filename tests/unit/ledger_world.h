/* tests/unit/ledger_world.h - a small ledger in memory with a few people on it, for tests. */
#ifndef ZN_TESTS_UNIT_LEDGER_WORLD_H
#define ZN_TESTS_UNIT_LEDGER_WORLD_H

#include "chain/ledger/ledger.h"

#define WORLD_PEOPLE 6
#define WORLD_CHAIN  "world-1"

struct world {
	struct zn_memory_store *memory;
	struct zn_ledger *ledger;
	struct zn_genesis genesis;
	struct zn_chain_id chain;
	uint64_t time_s; /* of the next block */
	struct zn_secret_key keys[WORLD_PEOPLE];
	struct zn_public_key publics[WORLD_PEOPLE];
	struct zn_account accounts[WORLD_PEOPLE];
};

/** Person 0 has half the supply, 1 the other half less 100 XEN, 2 those; 3 and on have nothing. */
void world_start(struct world *world, uint64_t fee_zat_per_byte);
void world_finish(struct world *world);

struct zn_account_state world_account(const struct world *world, int who);
bool world_channel(const struct world *world, struct zn_channel *out, const struct zn_hash *id);
bool world_job(const struct world *world, struct zn_job *out, const struct zn_hash *id);
struct zn_supply world_supply(const struct world *world);

/** Fill in nonce (the next) and valid_until_s, sign; returns the bytes used. */
size_t world_sign(const struct world *world, uint8_t bytes[ZN_TX_BYTES_MAX],
	struct zn_transaction *draft, int who);
/** Sign what is set as it is: nonce, valid_until_s and fee are the caller's. */
size_t world_sign_raw(const struct world *world, uint8_t bytes[ZN_TX_BYTES_MAX],
	struct zn_transaction *draft, int who);
/** A block with one transaction, committed and audited. */
enum zn_ledger_refusal world_block(struct world *world, const uint8_t *bytes, size_t count);
/** world_sign, then world_block. */
enum zn_ledger_refusal world_do(struct world *world, struct zn_transaction *draft, int who);
/** `count` blocks without transactions. */
void world_idle(struct world *world, unsigned int count);

struct zn_signed_voucher world_voucher(const struct world *world, int payer,
	const struct zn_hash *channel_id, uint64_t paid_zat, uint64_t held_zat);
struct zn_announcement world_announcement(uint64_t expiry_s);
/** Person `payer` opens a channel to `payee`; returns its id. */
struct zn_hash world_open(struct world *world, int payer, int payee, uint64_t deposit_zat,
	uint32_t grace_s);

#endif
