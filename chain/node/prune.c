/* chain/node/prune.c - old blocks leave, with what was indexed of them; the state stays.
 *
 * A few at each new block, in its own transaction. Never the last ZN_BLOCKS_KEPT_MIN.
 */
#include "chain/node/index_keys.h"
#include "chain/node/lmdb_inside.h"

#include <string.h>

static int entry_delete(MDB_txn *writing, MDB_dbi table, const void *key, size_t key_bytes)
{
	MDB_val name = {key_bytes, (void *)(uintptr_t)key};
	int code = mdb_del(writing, table, &name, NULL);
	return code == MDB_NOTFOUND ? 0 : code;
}

static int history_delete(struct zn_node_store *store, MDB_txn *writing, const uint8_t height[8])
{
	MDB_val name = {8, (void *)(uintptr_t)height}, touched;
	uint8_t key[HISTORY_KEY_BYTES];
	int code = mdb_get(writing, store->tables[ZN_TABLE_TOUCHED], &name, &touched);
	if (code != 0)
		return code == MDB_NOTFOUND ? 0 : code;
	/* Deleting from another table leaves this one's pages where they are. */
	const uint8_t *at = touched.mv_data;
	memcpy(key + ACCOUNT_BYTES, height, 8);
	for (size_t left = touched.mv_size; left >= ACCOUNT_BYTES + 4 && code == 0;
		left -= ACCOUNT_BYTES + 4, at += ACCOUNT_BYTES + 4) {
		memcpy(key, at, ACCOUNT_BYTES);
		memcpy(key + ACCOUNT_BYTES + 8, at + ACCOUNT_BYTES, 4);
		code = entry_delete(writing, store->tables[ZN_TABLE_HISTORY], key, sizeof key);
	}
	return code == 0 ? entry_delete(writing, store->tables[ZN_TABLE_TOUCHED], height, 8) : code;
}

static int txs_delete(struct zn_node_store *store, MDB_txn *writing, struct zn_block_reader *reader)
{
	struct zn_node_tx tx;
	struct zn_hash id;
	int code = 0;
	while (code == 0 && zn_block_reader_next(&tx, reader)) {
		uint64_t height = 0;
		zn_transaction_id(&id, tx.bytes, tx.count);
		MDB_val name = {sizeof id.bytes, id.bytes}, place;
		code = mdb_get(writing, store->tables[ZN_TABLE_TXS], &name, &place);
		if (code == 0) {
			struct zn_codec codec = zn_codec_reader(place.mv_data, place.mv_size);
			zn_codec_u64(&codec, &height);
		}
		if (code == MDB_NOTFOUND || (code == 0 && height != reader->header.height)) {
			code = 0; /* the same bytes are listed under another block */
			continue;
		}
		if (code != 0)
			break;
		code = entry_delete(writing, store->tables[ZN_TABLE_TXS], id.bytes,
			sizeof id.bytes);
	}
	return code;
}

int zn_prune(struct zn_node_store *store, MDB_txn *writing, uint64_t height, int64_t now_s)
{
	static struct zn_block_reader reader;
	MDB_cursor *cursor;
	MDB_val name, value;
	unsigned int blocks = 0, txs = 0;
	if (store->keep_s == 0)
		return 0;
	int code = mdb_cursor_open(writing, store->tables[ZN_TABLE_BLOCKS], &cursor);
	if (code != 0)
		return code;
	while (blocks < ZN_PRUNE_BLOCKS_MAX && txs < ZN_PRUNE_TXS_MAX &&
		(code = mdb_cursor_get(cursor, &name, &value, MDB_FIRST)) == 0) {
		uint8_t key[8];
		if (name.mv_size != sizeof key ||
			!zn_block_reader_begin(&reader, value.mv_data, value.mv_size)) {
			code = MDB_CORRUPTED;
			break;
		}
		memcpy(key, name.mv_data, sizeof key);
		if (reader.header.height + ZN_BLOCKS_KEPT_MIN > height ||
			reader.header.time.s + (int64_t)store->keep_s >= now_s)
			break;
		blocks++;
		txs += reader.txs_count;
		code = txs_delete(store, writing, &reader);
		if (code == 0)
			code = history_delete(store, writing, key);
		if (code == 0)
			code = mdb_cursor_del(cursor, 0);
		if (code != 0)
			break;
	}
	mdb_cursor_close(cursor);
	return code == MDB_NOTFOUND ? 0 : code;
}
