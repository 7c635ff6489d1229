/* chain/node/index.c - the node's indexes: open jobs, channels by account, history by account.
 *
 * Derived from the state and the blocks, written in the block's own transaction; no part of the
 * state.
 */
#include "chain/node/lmdb_inside.h"

#include "core/assert.h"

#include <stdlib.h>
#include <string.h>

#define ACCOUNT_BYTES     21
#define JOB_KEY_BYTES     (8 + ZN_HASH_BYTES)
#define CHANNEL_KEY_BYTES (ACCOUNT_BYTES + 1 + ZN_HASH_BYTES)
#define HISTORY_KEY_BYTES (ACCOUNT_BYTES + 12)

static void big_endian(uint8_t *out, uint64_t value, int width)
{
	for (int i = 0; i < width; i++)
		out[i] = (uint8_t)(value >> (8 * (width - 1 - i)));
}

static uint64_t big_endian_read(const uint8_t *bytes, int width)
{
	uint64_t value = 0;
	for (int i = 0; i < width; i++)
		value = value << 8 | bytes[i];
	return value;
}

static void account_key(uint8_t out[ACCOUNT_BYTES], const struct zn_account *account)
{
	out[0] = account->scheme;
	memcpy(out + 1, account->bytes, sizeof account->bytes);
}

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

static int job_change(
	struct zn_node_store *store, MDB_txn *writing, const struct zn_job *job, bool present)
{
	uint8_t key[JOB_KEY_BYTES], value[9];
	big_endian(key, job->announced_height, 8);
	memcpy(key + 8, job->id.bytes, sizeof job->id.bytes);
	if (!present)
		return entry_delete(writing, store->tables[ZN_TABLE_JOBS], key, sizeof key);
	value[0] = job->announcement.kind;
	big_endian(value + 1, job->announcement.expiry_s, 8);
	return entry_put(
		writing, store->tables[ZN_TABLE_JOBS], key, sizeof key, value, sizeof value);
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
};

static int touch_account(const struct touch *touch, const struct zn_account *account)
{
	uint8_t key[HISTORY_KEY_BYTES];
	account_key(key, account);
	big_endian(key + ACCOUNT_BYTES, touch->height, 8);
	big_endian(key + ACCOUNT_BYTES + 8, touch->index, 4);
	return entry_put(touch->writing, touch->store->tables[ZN_TABLE_HISTORY], key, sizeof key,
		touch->tx_id.bytes, sizeof touch->tx_id.bytes);
}

/* Anyone may redeem for the payee, whose account it changes. The channel may be closed later in the
 * same block: then the state before the block has it, which `reading` still shows. */
static int touch_payee(const struct touch *touch, const struct zn_hash *channel_id)
{
	MDB_dbi state = touch->store->tables[ZN_TABLE_STATE];
	struct zn_channel channel;
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
	return zn_channel_decode(&channel, found.mv_data, found.mv_size)
		       ? touch_account(touch, &channel.payee)
		       : MDB_CORRUPTED;
}

/* Sender, receiver of a transfer, payees of channels opened or redeemed. */
static int touch_all(const struct touch *touch, const struct zn_transaction *transaction)
{
	struct zn_account sender;
	zn_account_of(&sender, &transaction->sender);
	int code = touch_account(touch, &sender);
	if (transaction->kind == ZN_TX_TRANSFER && code == 0)
		code = touch_account(touch, &transaction->body.transfer.to);
	if (transaction->kind == ZN_TX_OPEN)
		for (uint32_t i = 0; i < transaction->body.open.count && code == 0; i++)
			code = touch_account(touch, &transaction->body.open.openings[i].payee);
	if (transaction->kind == ZN_TX_REDEEM && code == 0)
		code = touch_payee(touch, &transaction->body.redeem.voucher.channel_id);
	return code;
}

int zn_index_block(struct zn_node_store *store, MDB_txn *writing, const struct zn_node_block *block)
{
	static struct zn_transaction transaction;
	int code = 0;
	for (uint32_t i = 0; i < block->txs_count && code == 0; i++) {
		const struct zn_node_tx *tx = &block->txs[i];
		struct touch touch = {store, writing, block->header.height, i, {{0}}};
		uint8_t place[12];
		struct zn_codec codec = zn_codec_writer(place, sizeof place);
		zn_codec_u64(&codec, &touch.height);
		zn_codec_u32(&codec, &touch.index);
		ZN_ASSERT(zn_codec_done(&codec));
		zn_transaction_id(&touch.tx_id, tx->bytes, tx->count);
		code = entry_put(writing, store->tables[ZN_TABLE_TXS], touch.tx_id.bytes,
			sizeof touch.tx_id.bytes, place, sizeof place);
		if (code == 0 && tx->code == 0 &&
			zn_transaction_decode(&transaction, tx->bytes, tx->count))
			code = touch_all(&touch, &transaction);
	}
	return code;
}

/* --- lists
 * ------------------------------------------------------------------------------------------ */

/* A walk over one table, forwards or backwards, that starts behind a key and ends with a prefix. */
struct walk {
	MDB_cursor *cursor;
	MDB_val key, value;
	uint8_t start[64];
	size_t start_bytes, prefix_bytes;
	bool backwards, begun;
	unsigned int scanned;
};

static void walk_start(struct walk *walk, const struct zn_node_store *store,
	enum zn_node_table table, bool backwards)
{
	int code = mdb_cursor_open(store->reading, store->tables[table], &walk->cursor);
	if (code != 0)
		zn_node_store_broken(code);
	walk->backwards = backwards;
}

/* The first entry strictly behind `start`, in the walk's direction. */
static int walk_seek(struct walk *walk)
{
	walk->key = (MDB_val){walk->start_bytes, walk->start};
	int code = mdb_cursor_get(walk->cursor, &walk->key, &walk->value, MDB_SET_RANGE);
	if (walk->backwards)
		return mdb_cursor_get(
			walk->cursor, &walk->key, &walk->value, code == 0 ? MDB_PREV : MDB_LAST);
	if (code == 0 && walk->key.mv_size == walk->start_bytes &&
		memcmp(walk->key.mv_data, walk->start, walk->start_bytes) == 0)
		return mdb_cursor_get(walk->cursor, &walk->key, &walk->value, MDB_NEXT);
	return code;
}

static bool walk_next(struct walk *walk)
{
	int code = !walk->begun ? walk_seek(walk)
				: mdb_cursor_get(walk->cursor, &walk->key, &walk->value,
					  walk->backwards ? MDB_PREV : MDB_NEXT);
	walk->begun = true;
	walk->scanned++;
	if (code != 0 && code != MDB_NOTFOUND)
		zn_node_store_broken(code);
	return code == 0 && walk->key.mv_size >= walk->prefix_bytes &&
	       memcmp(walk->key.mv_data, walk->start, walk->prefix_bytes) == 0;
}

/* Begin behind `after` (of exactly after_bytes), or at the far end of the prefix. */
static bool walk_after(struct walk *walk, const uint8_t *prefix, size_t prefix_bytes,
	const struct zn_page_cursor *after, size_t after_bytes)
{
	ZN_ASSERT(prefix_bytes + after_bytes < sizeof walk->start);
	if (prefix_bytes > 0)
		memcpy(walk->start, prefix, prefix_bytes);
	walk->prefix_bytes = prefix_bytes;
	walk->start_bytes = prefix_bytes;
	if (after->bytes == 0 && walk->backwards) {
		memset(walk->start + prefix_bytes, 0xff, after_bytes + 1);
		walk->start_bytes += after_bytes + 1;
	} else if (after->bytes == after_bytes) {
		memcpy(walk->start + prefix_bytes, after->data, after_bytes);
		walk->start_bytes += after_bytes;
	}
	return after->bytes == 0 || after->bytes == after_bytes;
}

static void cursor_set(struct zn_page_cursor *cursor, const struct walk *walk, size_t bytes)
{
	ZN_ASSERT(walk->key.mv_size == walk->prefix_bytes + bytes);
	cursor->bytes = (uint32_t)bytes;
	memcpy(cursor->data, (const uint8_t *)walk->key.mv_data + walk->prefix_bytes, bytes);
}

static bool state_read(struct zn_state_value *out, const struct zn_node_store *store,
	enum zn_state_tag tag, const uint8_t id[ZN_HASH_BYTES])
{
	struct zn_hash key;
	zn_state_key(&key, tag, id, ZN_HASH_BYTES);
	return store->view.get(store->view.user, out, &key);
}

bool zn_node_store_jobs(struct zn_job_page *out, const struct zn_node_store *store,
	const struct zn_jobs_query *query, uint64_t now_s)
{
	struct walk walk = {0};
	struct zn_state_value value;
	struct zn_page_cursor last = {0};
	out->count = 0;
	out->next.bytes = 0;
	walk_start(&walk, store, ZN_TABLE_JOBS, true);
	bool sound = walk_after(&walk, NULL, 0, &query->after, JOB_KEY_BYTES);
	while (sound && walk_next(&walk)) {
		if (out->count == query->limit || walk.scanned > ZN_PAGE_SCAN_MAX) {
			out->next = last;
			break;
		}
		cursor_set(&last, &walk, JOB_KEY_BYTES);
		const uint8_t *data = walk.value.mv_data;
		if ((query->kind != 0 && data[0] != query->kind) ||
			big_endian_read(data + 1, 8) <= now_s)
			continue;
		if (!state_read(&value, store, ZN_STATE_JOB, last.data + 8) ||
			!zn_job_decode(&out->jobs[out->count], value.data, value.bytes))
			zn_node_store_broken(MDB_CORRUPTED);
		out->count++;
	}
	mdb_cursor_close(walk.cursor);
	return sound;
}

bool zn_node_store_channels(struct zn_channel_page *out, const struct zn_node_store *store,
	const struct zn_channels_query *query)
{
	struct walk walk = {0};
	struct zn_state_value value;
	struct zn_page_cursor last = {0};
	uint8_t prefix[ACCOUNT_BYTES + 1];
	account_key(prefix, &query->account);
	prefix[ACCOUNT_BYTES] = query->role;
	out->count = 0;
	out->next.bytes = 0;
	walk_start(&walk, store, ZN_TABLE_CHANNELS, false);
	bool sound = walk_after(&walk, prefix, sizeof prefix, &query->after, ZN_HASH_BYTES);
	while (sound && walk_next(&walk)) {
		if (out->count == query->limit) {
			out->next = last;
			break;
		}
		cursor_set(&last, &walk, ZN_HASH_BYTES);
		if (!state_read(&value, store, ZN_STATE_CHANNEL, last.data) ||
			!zn_channel_decode(&out->channels[out->count], value.data, value.bytes))
			zn_node_store_broken(MDB_CORRUPTED);
		out->count++;
	}
	mdb_cursor_close(walk.cursor);
	return sound;
}

bool zn_node_store_history(struct zn_history_page *out, const struct zn_node_store *store,
	const struct zn_history_query *query)
{
	struct walk walk = {0};
	struct zn_page_cursor last = {0};
	uint8_t prefix[ACCOUNT_BYTES];
	account_key(prefix, &query->account);
	out->count = 0;
	out->next.bytes = 0;
	walk_start(&walk, store, ZN_TABLE_HISTORY, true);
	bool sound = walk_after(&walk, prefix, sizeof prefix, &query->after, 12);
	while (sound && walk_next(&walk)) {
		if (out->count == query->limit) {
			out->next = last;
			break;
		}
		cursor_set(&last, &walk, 12);
		struct zn_history_entry *entry = &out->entries[out->count++];
		entry->height = big_endian_read(last.data, 8);
		entry->index = (uint32_t)big_endian_read(last.data + 8, 4);
		memcpy(entry->tx.bytes, walk.value.mv_data, sizeof entry->tx.bytes);
	}
	mdb_cursor_close(walk.cursor);
	return sound;
}
