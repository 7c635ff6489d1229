/* chain/node/index.c - the node's indexes: open jobs, channels by account, history by account.
 *
 * Derived from the state and the blocks, written in the block's own transaction; no part of the
 * state. What is read from them: chain/node/lists.c.
 */
#include "chain/node/index_keys.h"
#include "chain/node/lmdb_inside.h"

#include "core/assert.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int entry_put(MDB_txn *writing, MDB_dbi table, const void *key, size_t key_bytes,
	const void *value, size_t value_bytes)
{
	MDB_val name = {key_bytes, (void *)(uintptr_t)key};
	MDB_val data = {value_bytes, (void *)(uintptr_t)value};
	return mdb_put(writing, table, &name, &data, 0);
}

static int entry_delete(MDB_txn *writing, MDB_dbi table, const void *key, size_t key_bytes)
{
	MDB_val name = {key_bytes, (void *)(uintptr_t)key};
	int code = mdb_del(writing, table, &name, NULL);
	return code == MDB_NOTFOUND ? 0 : code;
}

/* --- following the state
 * -------------------------------------------------------------------------- */

static int job_change(struct zn_node_store *store, MDB_txn *writing, const struct zn_job *job,
	bool present)
{
	uint8_t key[JOB_KEY_BYTES], value[ZN_JOB_INDEX_BYTES];
	big_endian(key, job->announced_height, 8);
	memcpy(key + 8, job->id.bytes, sizeof job->id.bytes);
	if (!present)
		return entry_delete(writing, store->tables[ZN_TABLE_JOBS], key, sizeof key);
	const struct zn_announcement *what = &job->announcement;
	struct zn_job_index index = {what->kind, what->unit, what->device_classes, what->features,
		what->memory_bytes, what->price_zat, job->announced_s, what->expiry_s};
	struct zn_codec codec = zn_codec_writer(value, sizeof value);
	zn_job_index_code(&codec, &index);
	ZN_ASSERT(zn_codec_done(&codec));
	return entry_put(writing, store->tables[ZN_TABLE_JOBS], key, sizeof key, value,
		sizeof value);
}

static int channel_change(struct zn_node_store *store, MDB_txn *writing,
	const struct zn_channel *channel, bool present)
{
	MDB_dbi table = store->tables[ZN_TABLE_CHANNELS];
	struct zn_account payer;
	uint8_t key[CHANNEL_KEY_BYTES];
	int code = 0;
	zn_account_of(&payer, &channel->payer_key);
	memcpy(key + ACCOUNT_BYTES + 1, channel->id.bytes, sizeof channel->id.bytes);
	for (uint8_t role = ZN_ROLE_PAYER; role <= ZN_ROLE_PAYEE && code == 0; role++) {
		account_key(key, role == ZN_ROLE_PAYER ? &payer : &channel->payee);
		key[ACCOUNT_BYTES] = role;
		code = present ? entry_put(writing, table, key, sizeof key, "", 0)
			       : entry_delete(writing, table, key, sizeof key);
	}
	return code;
}

int zn_index_change(struct zn_node_store *store, MDB_txn *writing, const struct zn_hash *key,
	const struct zn_state_value *now)
{
	MDB_val name = {sizeof key->bytes, (void *)(uintptr_t)key->bytes}, before;
	if (now != NULL && now->data[0] != ZN_RECORD_JOB_STATE &&
		now->data[0] != ZN_RECORD_CHANNEL_STATE)
		return 0; /* nothing is found by it */
	int code = mdb_get(writing, store->tables[ZN_TABLE_STATE], &name, &before);
	if (code != 0 && code != MDB_NOTFOUND)
		return code;
	bool was = code == 0, is = now != NULL;
	if (was == is && !(is && now->data[0] == ZN_RECORD_JOB_STATE))
		return 0; /* only jobs change what they are found by, and none its key */
	const uint8_t *bytes = is ? now->data : before.mv_data;
	size_t count = is ? now->bytes : before.mv_size;
	struct zn_job job;
	struct zn_channel channel;
	if (count > 0 && bytes[0] == ZN_RECORD_JOB_STATE)
		return zn_job_decode(&job, bytes, count) ? job_change(store, writing, &job, is)
							 : MDB_CORRUPTED;
	if (count > 0 && bytes[0] == ZN_RECORD_CHANNEL_STATE)
		return zn_channel_decode(&channel, bytes, count)
			       ? channel_change(store, writing, &channel, is)
			       : MDB_CORRUPTED;
	return 0;
}

/* --- following the blocks
 * --------------------------------------------------------------------------- */

struct touch {
	struct zn_node_store *store;
	MDB_txn *writing;
	uint64_t height;
	uint32_t index;
	struct zn_hash tx_id;
	uint8_t *touched; /* every account and index of the block, for pruning */
	size_t touched_bytes;
};

/* A transaction touches at most its sender and the payees of as many channels as it may open. */
#define TOUCHED_BYTES_MAX ((size_t)ZN_BLOCK_TXS_MAX * 4 * (ACCOUNT_BYTES + 4))

static int touch_account(struct touch *touch, const struct zn_account *account)
{
	uint8_t key[HISTORY_KEY_BYTES];
	account_key(key, account);
	big_endian(key + ACCOUNT_BYTES, touch->height, 8);
	big_endian(key + ACCOUNT_BYTES + 8, touch->index, 4);
	ZN_ASSERT(touch->touched_bytes + ACCOUNT_BYTES + 4 <= TOUCHED_BYTES_MAX);
	memcpy(touch->touched + touch->touched_bytes, key, ACCOUNT_BYTES);
	memcpy(touch->touched + touch->touched_bytes + ACCOUNT_BYTES, key + ACCOUNT_BYTES + 8, 4);
	touch->touched_bytes += ACCOUNT_BYTES + 4;
	return entry_put(touch->writing, touch->store->tables[ZN_TABLE_HISTORY], key, sizeof key,
		touch->tx_id.bytes, sizeof touch->tx_id.bytes);
}

/* Who is paid through a channel by somebody else's transaction. The channel may be gone by the end
 * of the block: then the state before the block has it, which `reading` still shows. */
static int touch_channel(struct touch *touch, const struct zn_hash *channel_id, bool payer)
{
	MDB_dbi state = touch->store->tables[ZN_TABLE_STATE];
	struct zn_channel channel;
	struct zn_account account;
	struct zn_hash key;
	zn_state_key(&key, ZN_STATE_CHANNEL, channel_id->bytes, sizeof channel_id->bytes);
	MDB_val name = {sizeof key.bytes, key.bytes}, found;
	int code = mdb_get(touch->writing, state, &name, &found);
	if (code == MDB_NOTFOUND)
		code = mdb_get(touch->store->reading, state, &name, &found);
	if (code == MDB_NOTFOUND) /* opened in this block too, by whom it is listed under */
		return 0;
	if (code != 0)
		return code;
	if (!zn_channel_decode(&channel, found.mv_data, found.mv_size))
		return MDB_CORRUPTED;
	zn_account_of(&account, &channel.payer_key);
	return touch_account(touch, payer ? &account : &channel.payee);
}

/* Sender, and whoever else it pays. */
static int touch_all(struct touch *touch, const struct zn_transaction *transaction)
{
	struct zn_account sender;
	zn_account_of(&sender, &transaction->sender);
	int code = touch_account(touch, &sender);
	if (code != 0)
		return code;
	switch (transaction->kind) {
	case ZN_TX_TRANSFER:
		return touch_account(touch, &transaction->body.transfer.to);
	case ZN_TX_OPEN:
		for (uint32_t i = 0; i < transaction->body.open.count && code == 0; i++)
			code = touch_account(touch, &transaction->body.open.openings[i].payee);
		return code;
	case ZN_TX_REDEEM:
		return touch_channel(touch, &transaction->body.redeem.voucher.channel_id, false);
	case ZN_TX_REQUEST_CLOSE:
		return touch_channel(touch, &transaction->body.request_close.channel_id, false);
	case ZN_TX_CLOSE:
		return touch_channel(touch, &transaction->body.close.channel_id, true);
	default:
		return 0;
	}
}

static int index_tx(struct touch *touch, const struct zn_node_tx *tx)
{
	static struct zn_transaction transaction;
	uint8_t place[12];
	struct zn_codec codec = zn_codec_writer(place, sizeof place);
	zn_codec_u64(&codec, &touch->height);
	zn_codec_u32(&codec, &touch->index);
	ZN_ASSERT(zn_codec_done(&codec));
	zn_transaction_id(&touch->tx_id, tx->bytes, tx->count);
	MDB_val name = {sizeof touch->tx_id.bytes, touch->tx_id.bytes},
		value = {sizeof place, place};
	/* Bytes that come again are refused then; what they did the first time is what counts. */
	int code = mdb_put(touch->writing, touch->store->tables[ZN_TABLE_TXS], &name, &value,
		tx->code == 0 ? 0 : MDB_NOOVERWRITE);
	if (code == MDB_KEYEXIST)
		code = 0;
	if (code == 0 && tx->code == 0 && zn_transaction_decode(&transaction, tx->bytes, tx->count))
		code = touch_all(touch, &transaction);
	return code;
}

int zn_index_block(struct zn_node_store *store, MDB_txn *writing, const struct zn_node_block *block)
{
	struct touch touch = {.store = store, .writing = writing, .height = block->header.height};
	uint8_t key[8];
	int code = 0;
	if (block->txs_count == 0)
		return 0;
	touch.touched = malloc(TOUCHED_BYTES_MAX);
	if (touch.touched == NULL)
		return ENOMEM;
	for (; touch.index < block->txs_count && code == 0; touch.index++)
		code = index_tx(&touch, &block->txs[touch.index]);
	big_endian(key, touch.height, 8);
	if (code == 0)
		code = entry_put(writing, store->tables[ZN_TABLE_TOUCHED], key, sizeof key,
			touch.touched, touch.touched_bytes);
	free(touch.touched);
	return code;
}
