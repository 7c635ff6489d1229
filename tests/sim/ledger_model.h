/* tests/sim/ledger_model.h - XenCoin's rules a second time, written apart from chain/ledger.
 *
 * Plain arrays and plain arithmetic from docs/LEDGER.md; of the product only the records. It does
 * not check signatures: who makes a transaction says whether they are right.
 */
#ifndef ZN_TESTS_SIM_LEDGER_MODEL_H
#define ZN_TESTS_SIM_LEDGER_MODEL_H

#include "chain/tx/refusal.h"
#include "chain/tx/transaction.h"

#define MODEL_PEOPLE     8
#define MODEL_CHANNELS   512
#define MODEL_JOBS       512
#define MODEL_UNBONDINGS 512

struct model_channel {
	bool used;
	struct zn_hash id;
	int payer, payee;
	uint64_t deposit, redeemed, held, grace_s;
	bool closing;
	uint64_t closing_s, closing_height;
};

struct model_job {
	bool used;
	struct zn_hash id;
	int owner;
	uint64_t expiry_s;
};

struct model_unbonding {
	bool used;
	struct zn_hash id;
	int who;
	uint64_t amount, release_s;
};

struct model {
	struct zn_chain_id chain;
	uint64_t fee_rate, grace_min_s;
	uint64_t height, now_s;
	struct zn_public_key keys[MODEL_PEOPLE];
	struct zn_account accounts[MODEL_PEOPLE];
	uint64_t balance[MODEL_PEOPLE], nonce[MODEL_PEOPLE];
	uint64_t fee_pool;
	struct model_channel channels[MODEL_CHANNELS];
	struct model_job jobs[MODEL_JOBS];
	uint64_t bonded[MODEL_PEOPLE];
	struct model_unbonding unbondings[MODEL_UNBONDINGS];
};

/** What only the maker of a transaction knows. */
struct model_hint {
	size_t bytes;
	bool signature_right, voucher_right;
};

enum zn_ledger_refusal model_do(struct model *model, const struct zn_transaction *tx,
	const struct model_hint *hint);
/** What leaves by time, at the beginning of a block that has transactions. */
void model_block_begin(struct model *model);
/** balances + deposits + bonds + fee pool */
uint64_t model_sum(const struct model *model);
int model_who(const struct model *model, const struct zn_account *account);

#endif
