#include "chain/node/store.h"

#include "chain/node/lmdb_inside.h"
#include "core/assert.h"
#include "io/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const table_names[ZN_TABLES] = {"meta", "state", "blocks", "txs", "jobs",
	"channels", "history", "touched"};

static enum zn_err err_of(int code)
{
	switch (code) {
	case 0:
		return ZN_ERR_OK;
	case MDB_NOTFOUND:
		return ZN_ERR_NOT_FOUND;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
	case MDB_MAP_FULL:
		return ZN_ERR_DISK_FULL;
	case ENOMEM:
		return ZN_ERR_MEMORY;
	case EACCES:
	case EPERM:
	case EROFS:
		return ZN_ERR_DENIED;
	case MDB_CORRUPTED:
	case MDB_INVALID:
	case MDB_PAGE_NOTFOUND:
	case MDB_VERSION_MISMATCH:
		return ZN_ERR_CORRUPT;
	default:
		return ZN_ERR_IO;
	}
}

_Noreturn void zn_node_store_broken(int code)
{
	zn_log(ZN_LOG_ERROR, "store", "the ledger's database cannot be read: %s; the node stops",
		mdb_strerror(code));
	exit(1);
}

static bool state_get(void *user, struct zn_state_value *out, const struct zn_hash *key)
{
	const struct zn_node_store *store = user;
	MDB_val name = {sizeof key->bytes, (void *)(uintptr_t)key->bytes}, value;
	int code = mdb_get(store->reading, store->tables[ZN_TABLE_STATE], &name, &value);
	if (code == MDB_NOTFOUND)
		return false;
	if (code != 0 || value.mv_size > sizeof out->data)
		zn_node_store_broken(code != 0 ? code : MDB_CORRUPTED);
	out->bytes = (uint32_t)value.mv_size;
	memcpy(out->data, value.mv_data, value.mv_size);
	return true;
}

static void state_each(void *user, zn_store_each_fn *fn, void *fn_user)
{
	const struct zn_node_store *store = user;
	MDB_cursor *cursor;
	MDB_val name, value;
	struct zn_hash key;
	static struct zn_state_value out;
	int code = mdb_cursor_open(store->reading, store->tables[ZN_TABLE_STATE], &cursor);
	if (code != 0)
		zn_node_store_broken(code);
	while ((code = mdb_cursor_get(cursor, &name, &value, MDB_NEXT)) == 0) {
		if (name.mv_size != sizeof key.bytes || value.mv_size > sizeof out.data)
			zn_node_store_broken(MDB_CORRUPTED);
		memcpy(key.bytes, name.mv_data, sizeof key.bytes);
		out.bytes = (uint32_t)value.mv_size;
		memcpy(out.data, value.mv_data, value.mv_size);
		fn(fn_user, &key, &out);
	}
	mdb_cursor_close(cursor);
	if (code != MDB_NOTFOUND)
		zn_node_store_broken(code);
}

static int tables_open(struct zn_node_store *store)
{
	MDB_txn *writing;
	int code = mdb_txn_begin(store->env, NULL, 0, &writing);
	if (code != 0)
		return code;
	for (int i = 0; i < ZN_TABLES && code == 0; i++)
		code = mdb_dbi_open(writing, table_names[i], MDB_CREATE, &store->tables[i]);
	if (code != 0) {
		mdb_txn_abort(writing);
		return code;
	}
	return mdb_txn_commit(writing);
}

enum zn_err zn_node_store_open(struct zn_node_store **out, const char *directory,
	struct zn_complaint *complaint)
{
	struct zn_node_store *store = calloc(1, sizeof *store);
	*out = NULL;
	if (store == NULL)
		return ZN_ERR_MEMORY;
	store->view = (struct zn_store){store, state_get, state_each};
	int code = mdb_env_create(&store->env);
	if (code == 0)
		code = mdb_env_set_mapsize(store->env, (size_t)ZN_STORE_BYTES_MAX);
	if (code == 0)
		code = mdb_env_set_maxdbs(store->env, ZN_TABLES);
	if (code == 0)
		code = mdb_env_open(store->env, directory, MDB_NOTLS, 0600);
	if (code == 0)
		code = tables_open(store);
	if (code == 0)
		code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &store->reading);
	if (code != 0) {
		zn_complain(complaint, "%s: the ledger's database cannot be opened: %s", directory,
			mdb_strerror(code));
		zn_node_store_close(store);
		return err_of(code);
	}
	*out = store;
	return ZN_ERR_OK;
}

void zn_node_store_close(struct zn_node_store *store)
{
	if (store == NULL)
		return;
	if (store->reading != NULL)
		mdb_txn_abort(store->reading);
	if (store->env != NULL)
		mdb_env_close(store->env);
	free(store);
}

void zn_node_store_keep(struct zn_node_store *store, uint64_t keep_s)
{
	store->keep_s = keep_s;
}

const struct zn_store *zn_node_store_view(const struct zn_node_store *store)
{
	return &store->view;
}

static void head_code(struct zn_codec *codec, struct zn_node_head *head)
{
	zn_codec_chain_id(codec, &head->chain);
	zn_codec_hash(codec, &head->genesis_hash);
	zn_codec_u64(codec, &head->height);
	zn_codec_u64(codec, &head->time_s);
	zn_codec_hash(codec, &head->app_hash);
	zn_block_mark_code(codec, &head->mark);
}

static MDB_val head_name(void)
{
	static char name[] = "head/2";
	return (MDB_val){sizeof name - 1, name};
}

enum zn_err zn_node_store_head(struct zn_node_head *out, struct zn_node_store *store)
{
	MDB_val name = head_name(), value;
	MDB_stat stat;
	int code = mdb_get(store->reading, store->tables[ZN_TABLE_META], &name, &value);
	if (code == MDB_NOTFOUND) {
		/* Another version's head would be another name; what it holds is not ours. */
		code = mdb_stat(store->reading, store->tables[ZN_TABLE_META], &stat);
		return code == 0 && stat.ms_entries == 0 ? ZN_ERR_NOT_FOUND : ZN_ERR_UNSUPPORTED;
	}
	if (code != 0)
		return err_of(code);
	memset(out, 0, sizeof *out);
	struct zn_codec codec = zn_codec_reader(value.mv_data, value.mv_size);
	head_code(&codec, out);
	return zn_codec_done(&codec) ? ZN_ERR_OK : ZN_ERR_CORRUPT;
}

static int head_put(struct zn_node_store *store, MDB_txn *writing, const struct zn_node_head *head)
{
	uint8_t bytes[512];
	struct zn_node_head copy = *head;
	struct zn_codec codec = zn_codec_writer(bytes, sizeof bytes);
	head_code(&codec, &copy);
	ZN_ASSERT(zn_codec_done(&codec));
	MDB_val name = head_name(), value = {codec.used, bytes};
	return mdb_put(writing, store->tables[ZN_TABLE_META], &name, &value, 0);
}

struct change_write {
	struct zn_node_store *store;
	MDB_txn *writing;
	int code;
};

static void change_write(void *user, const struct zn_hash *key, const struct zn_state_value *value)
{
	struct change_write *write = user;
	MDB_dbi state = write->store->tables[ZN_TABLE_STATE];
	MDB_val name = {sizeof key->bytes, (void *)(uintptr_t)key->bytes}, data;
	if (write->code != 0)
		return;
	write->code = zn_index_change(write->store, write->writing, key, value);
	if (write->code != 0)
		return;
	if (value != NULL) {
		data = (MDB_val){value->bytes, (void *)(uintptr_t)value->data};
		write->code = mdb_put(write->writing, state, &name, &data, 0);
		return;
	}
	write->code = mdb_del(write->writing, state, &name, NULL);
	if (write->code == MDB_NOTFOUND) /* came and went within one block */
		write->code = 0;
}

static int block_put(struct zn_node_store *store, MDB_txn *writing,
	const struct zn_node_block *block)
{
	uint8_t key[8];
	for (int i = 0; i < 8; i++)
		key[i] = (uint8_t)(block->header.height >> (56 - 8 * i));
	uint8_t *bytes = malloc(ZN_NODE_BLOCK_BYTES_MAX);
	if (bytes == NULL)
		return ENOMEM;
	size_t count = zn_node_block_encode(bytes, block);
	MDB_val name = {sizeof key, key}, value = {count, bytes};
	int code = mdb_put(writing, store->tables[ZN_TABLE_BLOCKS], &name, &value, 0);
	free(bytes);
	if (code == 0)
		code = zn_index_block(store, writing, block);
	return code != 0 ? code
			 : zn_prune(store, writing, block->header.height, block->header.time.s);
}

enum zn_err zn_node_store_block(struct zn_node_store *store, const struct zn_node_head *head,
	const struct zn_overlay *changes, const struct zn_node_block *block)
{
	struct change_write write = {.store = store};
	int code = mdb_txn_begin(store->env, NULL, 0, &write.writing);
	if (code != 0)
		return err_of(code);
	zn_overlay_each(changes, change_write, &write);
	code = write.code;
	if (code == 0 && block != NULL)
		code = block_put(store, write.writing, block);
	if (code == 0)
		code = head_put(store, write.writing, head);
	if (code != 0) {
		mdb_txn_abort(write.writing);
		return err_of(code);
	}
	code = mdb_txn_commit(write.writing); /* fdatasync */
	if (code != 0)
		return err_of(code);
	mdb_txn_reset(store->reading);
	return err_of(mdb_txn_renew(store->reading));
}

bool zn_node_store_block_get(const uint8_t **bytes, size_t *count,
	const struct zn_node_store *store, uint64_t height)
{
	uint8_t key[8];
	for (int i = 0; i < 8; i++)
		key[i] = (uint8_t)(height >> (56 - 8 * i));
	MDB_val name = {sizeof key, key}, value;
	int code = mdb_get(store->reading, store->tables[ZN_TABLE_BLOCKS], &name, &value);
	if (code == MDB_NOTFOUND)
		return false;
	if (code != 0)
		zn_node_store_broken(code);
	*bytes = value.mv_data;
	*count = value.mv_size;
	return true;
}

uint64_t zn_node_store_earliest(const struct zn_node_store *store)
{
	MDB_cursor *cursor;
	MDB_val name, value;
	uint64_t height = 0;
	int code = mdb_cursor_open(store->reading, store->tables[ZN_TABLE_BLOCKS], &cursor);
	if (code != 0)
		zn_node_store_broken(code);
	code = mdb_cursor_get(cursor, &name, &value, MDB_FIRST);
	if (code == 0 && name.mv_size == 8)
		for (int i = 0; i < 8; i++)
			height = height << 8 | ((const uint8_t *)name.mv_data)[i];
	else if (code != MDB_NOTFOUND)
		zn_node_store_broken(code != 0 ? code : MDB_CORRUPTED);
	mdb_cursor_close(cursor);
	return height;
}

bool zn_node_store_tx_find(uint64_t *height, uint32_t *index, const struct zn_node_store *store,
	const struct zn_hash *tx_id)
{
	MDB_val name = {sizeof tx_id->bytes, (void *)(uintptr_t)tx_id->bytes}, value;
	int code = mdb_get(store->reading, store->tables[ZN_TABLE_TXS], &name, &value);
	if (code == MDB_NOTFOUND)
		return false;
	struct zn_codec codec = zn_codec_reader(value.mv_data, code == 0 ? value.mv_size : 0);
	zn_codec_u64(&codec, height);
	zn_codec_u32(&codec, index);
	if (code != 0 || !zn_codec_done(&codec))
		zn_node_store_broken(code != 0 ? code : MDB_CORRUPTED);
	return true;
}
