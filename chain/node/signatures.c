#include "chain/node/signatures.h"

#include "chain/tx/transaction.h"

#define SLICE_TXS                                                                                  \
	16 /* half a millisecond of work: long enough to hand out, short enough to share */
#define SLICES_MAX ((ZN_BLOCK_TXS_MAX + SLICE_TXS - 1) / SLICE_TXS)

struct slice {
	struct zn_block_tx *txs;
	size_t count;
	const struct zn_chain_id *chain;
};

static void slice_check(void *user)
{
	const struct slice *slice = user;
	struct zn_transaction transaction;
	struct zn_hash hash;
	for (size_t i = 0; i < slice->count; i++) {
		struct zn_block_tx *tx = &slice->txs[i];
		if (tx->signature_known ||
			!zn_transaction_decode(&transaction, tx->bytes, tx->count))
			continue;
		zn_transaction_hash(&hash, slice->chain, &transaction);
		tx->signature_known = zn_verify(&transaction.sender, &hash, &transaction.signature);
	}
}

void zn_signatures_check(struct zn_block_tx *txs, size_t count, const struct zn_chain_id *chain,
	struct zn_loop *loop)
{
	struct slice slices[SLICES_MAX];
	void *users[SLICES_MAX];
	size_t slices_count = 0, unknown = 0;
	for (size_t i = 0; i < count; i++)
		unknown += !txs[i].signature_known;
	if (unknown == 0)
		return;
	for (size_t at = 0; at < count && slices_count < SLICES_MAX; at += SLICE_TXS) {
		size_t left = count - at;
		slices[slices_count] =
			(struct slice){txs + at, left < SLICE_TXS ? left : SLICE_TXS, chain};
		users[slices_count] = &slices[slices_count];
		slices_count++;
	}
	if (loop != NULL && unknown > SLICE_TXS) {
		zn_loop_parallel(loop, slice_check, users, slices_count);
		return;
	}
	for (size_t i = 0; i < slices_count; i++)
		slice_check(users[i]);
}
