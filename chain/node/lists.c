/* chain/node/lists.c - pages of jobs, channels and history, read from the indexes.
 *
 * A query costs at most ZN_PAGE_SCAN_MAX steps of a cursor and ZN_PAGE_ENTRIES_MAX reads of the
 * state.
 */
#include "chain/node/index_keys.h"
#include "chain/node/lmdb_inside.h"

#include "core/assert.h"

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
		return mdb_cursor_get(walk->cursor, &walk->key, &walk->value,
			code == 0 ? MDB_PREV : MDB_LAST);
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

/* Is it one that the query asks for? What the query leaves 0 asks for nothing. */
static bool job_wanted(const struct zn_job_index *job, const struct zn_jobs_query *query,
	uint64_t now_s)
{
	if (job->expiry_s <= now_s)
		return false;
	if ((query->kind != 0 && job->kind != query->kind) ||
		(query->unit != 0 && job->unit != query->unit))
		return false;
	if (query->device_classes != 0 && (job->device_classes & query->device_classes) == 0)
		return false;
	if ((job->features & query->features_lacking) != 0)
		return false;
	if (query->memory_bytes != 0 && job->memory_bytes > query->memory_bytes)
		return false;
	/* A job that names no price may pay any. */
	return job->price_zat == 0 || job->price_zat >= query->price_zat_min;
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
		struct zn_job_index job;
		struct zn_codec codec = zn_codec_reader(walk.value.mv_data, walk.value.mv_size);
		zn_job_index_code(&codec, &job);
		if (!zn_codec_done(&codec))
			zn_node_store_broken(MDB_CORRUPTED);
		if (job.announced_s < query->since_s) /* and so are all that follow */
			break;
		if (!job_wanted(&job, query, now_s))
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
