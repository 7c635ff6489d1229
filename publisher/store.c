#include "publisher/store.h"

#include "core/assert.h"
#include "core/codec.h"
#include "core/limits.h"
#include "io/files.h"
#include "io/system_err.h"
#include "publisher/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TERMS_BYTES_MAX  1024
#define LEASE_BYTES      25
#define LEASES_BYTES_MAX (4 + ZN_WINDOW_CHUNKS_MAX * LEASE_BYTES)

static bool take_yes(void *user, const struct zn_row *row)
{
	(void)row;
	*(bool *)user = true;
	return false;
}

/* Jobs from before units were counted can still be settled. */
static enum zn_err units_column_add(struct zn_journal *journal)
{
	bool there = false;
	enum zn_err err = zn_journal_read(journal,
		"SELECT 1 FROM pragma_table_info('result') WHERE name = 'units'", NULL, 0, take_yes,
		&there);
	if (err == ZN_ERR_OK && !there)
		err = zn_journal_write(journal,
			"ALTER TABLE result ADD COLUMN units INTEGER NOT NULL DEFAULT 1", NULL, 0);
	return err == ZN_ERR_OK ? zn_journal_commit(journal) : err;
}

enum zn_err zn_store_open(struct zn_store *store, const struct zn_job_home *home)
{
	char path[PATH_MAX];
	struct stat state;
	memset(store, 0, sizeof *store);
	store->outputs_fd = -1;
	if (!zn_job_home_path(path, home, "journal.sqlite"))
		return ZN_ERR_TOO_LARGE;
	enum zn_err err = zn_journal_open(&store->journal, path, ZN_PUBLISHER_SCHEMA,
		ZN_PUBLISHER_SCHEMA_VERSION);
	if (err != ZN_ERR_OK)
		return err;
	err = units_column_add(store->journal);
	if (err == ZN_ERR_OK && !zn_job_home_path(path, home, "outputs.bin"))
		err = ZN_ERR_TOO_LARGE;
	if (err != ZN_ERR_OK) {
		zn_store_close(store);
		return err;
	}
	store->outputs_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (store->outputs_fd < 0 || fstat(store->outputs_fd, &state) != 0) {
		err = zn_err_of_errno(errno);
		zn_store_close(store);
		return err;
	}
	/* What a crash left behind the last journalled output stays as a gap: nothing points to it. */
	store->outputs_bytes = (uint64_t)state.st_size;
	return ZN_ERR_OK;
}

void zn_store_close(struct zn_store *store)
{
	if (store->journal != NULL)
		zn_journal_close(store->journal);
	if (store->outputs_fd >= 0)
		close(store->outputs_fd);
	store->journal = NULL;
	store->outputs_fd = -1;
	store->dirty = store->outputs_dirty = false;
}

static void write_row(struct zn_store *store, const char *sql, const struct zn_bind *binds,
	size_t count)
{
	if (store->failed != ZN_ERR_OK)
		return;
	store->dirty = true;
	store->failed = zn_journal_write(store->journal, sql, binds, count);
}

enum zn_err zn_store_commit(struct zn_store *store)
{
	if (store->failed == ZN_ERR_OK && store->outputs_dirty && fdatasync(store->outputs_fd) != 0)
		store->failed = zn_err_of_errno(errno);
	if (store->failed == ZN_ERR_OK && store->dirty)
		store->failed = zn_journal_commit(store->journal);
	if (store->failed != ZN_ERR_OK && store->journal != NULL)
		zn_journal_rollback(store->journal);
	store->dirty = store->outputs_dirty = false;
	return store->failed;
}

/* --- settings --- */

void zn_store_set(struct zn_store *store, const char *name, const void *bytes, size_t count)
{
	struct zn_bind binds[] = {ZN_BIND_T(name), ZN_BIND_B(bytes, count)};
	write_row(store, "INSERT OR REPLACE INTO setting VALUES (?, ?)", binds, 2);
}

void zn_store_set_number(struct zn_store *store, const char *name, uint64_t value)
{
	zn_store_set(store, name, &value, sizeof value);
}

struct got {
	char *out;
	size_t bytes_max, count;
	bool found;
};

static bool on_setting(void *user, const struct zn_row *row)
{
	struct got *got = user;
	size_t count;
	const void *bytes = zn_row_bytes(row, 0, &count);
	if (count > got->bytes_max)
		return false;
	if (count > 0)
		memcpy(got->out, bytes, count);
	got->count = count;
	got->found = true;
	return false;
}

static bool setting(struct zn_store *store, const char *name, struct got *got)
{
	struct zn_bind bind = ZN_BIND_T(name);
	return zn_journal_read(store->journal, "SELECT value FROM setting WHERE name = ?", &bind, 1,
		       on_setting, got) == ZN_ERR_OK &&
	       got->found;
}

bool zn_store_get(struct zn_store *store, const char *name, void *bytes, size_t count)
{
	struct got got = {.out = bytes, .bytes_max = count};
	return setting(store, name, &got) && got.count == count;
}

bool zn_store_get_number(struct zn_store *store, const char *name, uint64_t *value)
{
	return zn_store_get(store, name, value, sizeof *value);
}

bool zn_store_get_text(struct zn_store *store, const char *name, char *out, size_t bytes_max,
	size_t *count)
{
	struct got got = {.out = out, .bytes_max = bytes_max - 1};
	out[0] = '\0';
	if (!setting(store, name, &got))
		return false;
	out[got.count] = '\0';
	if (count != NULL)
		*count = got.count;
	return true;
}

void zn_store_note(struct zn_store *store, uint64_t at_s, const char *words)
{
	struct zn_bind binds[] = {ZN_BIND_I(at_s), ZN_BIND_T(words)};
	write_row(store, "INSERT INTO note VALUES (?, ?)", binds, 2);
}

/* --- deals --- */

static void leases_code(struct zn_codec *codec, struct zn_publisher_deal *deal)
{
	zn_codec_count(codec, &deal->leases_count, ZN_WINDOW_CHUNKS_MAX);
	for (uint32_t i = 0; i < deal->leases_count; i++) {
		zn_codec_u64(codec, &deal->leases[i].chunk);
		zn_codec_u64(codec, &deal->leases[i].deadline_s);
		zn_codec_u64(codec, &deal->leases[i].leased_s);
		zn_codec_bool(codec, &deal->leases[i].begun);
	}
}

void zn_store_deal(struct zn_store *store, const struct zn_publisher_deal *deal,
	enum zn_store_stage stage)
{
	uint8_t terms[TERMS_BYTES_MAX], leases[LEASES_BYTES_MAX];
	struct zn_codec codec = zn_codec_writer(leases, sizeof leases);
	leases_code(&codec,
		(struct zn_publisher_deal *)(uintptr_t)deal); /* writing leaves it alone */
	ZN_ASSERT(zn_codec_done(&codec));
	size_t terms_bytes = zn_terms_encode(terms, sizeof terms, &deal->terms);
	const struct zn_signature *signature = &deal->voucher.signature;
	struct zn_bind binds[] = {ZN_BIND_I(deal->peer), ZN_BIND_I(stage), ZN_BIND_T(deal->device),
		ZN_BIND_B(terms, terms_bytes),
		ZN_BIND_B(deal->publisher_signature.bytes, sizeof deal->publisher_signature),
		ZN_BIND_B(deal->worker_signature.bytes, sizeof deal->worker_signature),
		ZN_BIND_B(deal->channel_id.bytes, sizeof deal->channel_id),
		ZN_BIND_I(deal->deposit.zat), ZN_BIND_I(deal->units), ZN_BIND_I(deal->has_voucher),
		ZN_BIND_I(zn_publisher_deal_paid(deal).zat),
		ZN_BIND_B(signature->bytes, sizeof *signature), ZN_BIND_I(deal->lease_number),
		ZN_BIND_B(leases, codec.used), ZN_BIND_I(deal->chunks_per_1000s),
		ZN_BIND_I(deal->items_checked), ZN_BIND_I(deal->items_wrong)};
	write_row(store, "INSERT OR REPLACE INTO deal VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		binds, sizeof binds / sizeof binds[0]);
}

static bool take(void *out, size_t wanted, const struct zn_row *row, int column)
{
	size_t count;
	const void *bytes = zn_row_bytes(row, column, &count);
	if (count != wanted)
		return false;
	memcpy(out, bytes, wanted);
	return true;
}

static bool deal_read(struct zn_publisher_deal *deal, const struct zn_chain_id *chain,
	const struct zn_row *row)
{
	size_t count;
	struct zn_amount paid;
	const char *device = zn_row_text(row, 2);
	memset(deal, 0, sizeof *deal);
	if (zn_row_integer(row, 0) < 0 || zn_row_integer(row, 0) >= ZN_PEERS_MAX ||
		device == NULL || strlen(device) >= sizeof deal->device)
		return false;
	deal->peer = (uint16_t)zn_row_integer(row, 0);
	memcpy(deal->device, device, strlen(device) + 1);
	const void *terms = zn_row_bytes(row, 3, &count);
	if (!zn_terms_decode(&deal->terms, terms, count) ||
		!take(&deal->publisher_signature, sizeof deal->publisher_signature, row, 4) ||
		!take(&deal->worker_signature, sizeof deal->worker_signature, row, 5) ||
		!take(&deal->channel_id, sizeof deal->channel_id, row, 6) ||
		!zn_amount_make(&deal->deposit, (uint64_t)zn_row_integer(row, 7)) ||
		!zn_amount_make(&paid, (uint64_t)zn_row_integer(row, 10)) ||
		!take(&deal->voucher.signature, sizeof deal->voucher.signature, row, 11))
		return false;
	deal->units = (uint64_t)zn_row_integer(row, 8);
	deal->has_voucher = zn_row_integer(row, 9) != 0;
	deal->voucher.voucher =
		(struct zn_voucher){.chain = *chain, .channel_id = deal->channel_id, .paid = paid};
	deal->lease_number = (uint64_t)zn_row_integer(row, 12);
	const void *leases = zn_row_bytes(row, 13, &count);
	struct zn_codec codec = zn_codec_reader(leases, count);
	leases_code(&codec, deal);
	deal->chunks_per_1000s = (uint64_t)zn_row_integer(row, 14);
	deal->items_checked = (uint64_t)zn_row_integer(row, 15);
	deal->items_wrong = (uint64_t)zn_row_integer(row, 16);
	return zn_codec_done(&codec);
}

struct deals_walk {
	const struct zn_chain_id *chain;
	zn_store_deal_fn *fn;
	void *user;
	bool corrupt;
};

static bool on_deal(void *user, const struct zn_row *row)
{
	struct deals_walk *walk = user;
	struct zn_publisher_deal *deal = malloc(sizeof *deal);
	if (deal == NULL || !deal_read(deal, walk->chain, row)) {
		free(deal);
		walk->corrupt = true;
		return false;
	}
	bool more = walk->fn(walk->user, deal, (enum zn_store_stage)zn_row_integer(row, 1));
	free(deal);
	return more;
}

enum zn_err zn_store_deals(struct zn_store *store, const struct zn_chain_id *chain,
	zn_store_deal_fn *fn, void *user)
{
	struct deals_walk walk = {.chain = chain, .fn = fn, .user = user};
	enum zn_err err = zn_journal_read(store->journal,
		"SELECT peer, stage, device, terms, publisher_signature, worker_signature,"
		" channel_id, deposit, units, has_voucher, paid, voucher_signature, lease_number,"
		" leases, rate, items_checked, items_wrong FROM deal ORDER BY peer",
		NULL, 0, on_deal, &walk);
	return err == ZN_ERR_OK && walk.corrupt ? ZN_ERR_CORRUPT : err;
}

/* --- results --- */

void zn_store_result(struct zn_store *store, uint64_t chunk, uint16_t peer,
	const struct zn_hash *output_id, const uint8_t *bytes, size_t count, uint64_t units)
{
	size_t done = 0;
	while (store->failed == ZN_ERR_OK && done < count) {
		ssize_t n = pwrite(store->outputs_fd, bytes + done, count - done,
			(off_t)(store->outputs_bytes + done));
		if (n < 0 && errno != EINTR)
			store->failed = zn_err_of_errno(errno);
		done += n > 0 ? (size_t)n : 0;
	}
	struct zn_bind binds[] = {ZN_BIND_I(chunk), ZN_BIND_I(peer),
		ZN_BIND_B(output_id->bytes, sizeof *output_id), ZN_BIND_I(store->outputs_bytes),
		ZN_BIND_I(count), ZN_BIND_I(units)};
	store->outputs_dirty = true;
	store->outputs_bytes += count;
	write_row(store, "INSERT OR REPLACE INTO result VALUES (?, ?, ?, ?, ?, ?)", binds, 6);
}

/* Without the journal's word for it, what is gone is found damaged and done again: no harm. */
static bool give_room_back(void *user, const struct zn_row *row)
{
	const struct zn_store *store = user;
	/* A file system that cannot keeps the bytes until the job's directory goes. */
	(void)fallocate(store->outputs_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		(off_t)zn_row_integer(row, 0), (off_t)zn_row_integer(row, 1));
	return true;
}

void zn_store_retract(struct zn_store *store, uint16_t peer)
{
	struct zn_bind bind = ZN_BIND_I(peer);
	zn_journal_read(store->journal, "SELECT place, bytes FROM result WHERE peer = ?", &bind, 1,
		give_room_back, store);
	write_row(store, "DELETE FROM result WHERE peer = ?", &bind, 1);
}

void zn_store_forget(struct zn_store *store, uint64_t chunk)
{
	struct zn_bind bind = ZN_BIND_I(chunk);
	write_row(store, "DELETE FROM result WHERE chunk = ?", &bind, 1);
}

static bool keep_number(void *user, const struct zn_row *row)
{
	*(uint64_t *)user = (uint64_t)zn_row_integer(row, 0);
	return false;
}

uint64_t zn_store_units(struct zn_store *store)
{
	uint64_t units = 0;
	zn_journal_read(store->journal, "SELECT COALESCE(SUM(units), 0) FROM result", NULL, 0,
		keep_number, &units);
	return units;
}

struct results_walk {
	zn_store_result_fn *fn;
	void *user;
	bool corrupt;
};

static bool on_result(void *user, const struct zn_row *row)
{
	struct results_walk *walk = user;
	struct zn_stored_result result = {.chunk = (uint64_t)zn_row_integer(row, 0),
		.peer = (uint16_t)zn_row_integer(row, 1),
		.place = (uint64_t)zn_row_integer(row, 3),
		.bytes = (uint64_t)zn_row_integer(row, 4),
		.units = (uint64_t)zn_row_integer(row, 5)};
	if (zn_row_integer(row, 1) < 0 || zn_row_integer(row, 1) >= ZN_PEERS_MAX ||
		result.bytes > ZN_CHUNK_OUTPUT_BYTES_MAX ||
		!take(&result.output_id, sizeof result.output_id, row, 2)) {
		walk->corrupt = true;
		return false;
	}
	return walk->fn(walk->user, &result);
}

enum zn_err zn_store_results(struct zn_store *store, zn_store_result_fn *fn, void *user)
{
	struct results_walk walk = {.fn = fn, .user = user};
	enum zn_err err = zn_journal_read(store->journal,
		"SELECT chunk, peer, output_id, place, bytes, units FROM result ORDER BY chunk",
		NULL, 0, on_result, &walk);
	return err == ZN_ERR_OK && walk.corrupt ? ZN_ERR_CORRUPT : err;
}

static bool keep_result(void *user, const struct zn_stored_result *result)
{
	*(struct zn_stored_result *)user = *result;
	return false;
}

bool zn_store_result_find(struct zn_store *store, struct zn_stored_result *out, uint64_t chunk)
{
	struct results_walk walk = {.fn = keep_result, .user = out};
	struct zn_bind bind = ZN_BIND_I(chunk);
	out->chunk = UINT64_MAX;
	return zn_journal_read(store->journal,
		       "SELECT chunk, peer, output_id, place, bytes, units FROM result"
		       " WHERE chunk = ?",
		       &bind, 1, on_result, &walk) == ZN_ERR_OK &&
	       out->chunk == chunk;
}

enum zn_err zn_store_output(uint8_t **bytes, struct zn_store *store,
	const struct zn_stored_result *result)
{
	struct zn_hash id;
	size_t done = 0;
	*bytes = malloc(result->bytes + 1);
	if (*bytes == NULL)
		return ZN_ERR_MEMORY;
	while (done < result->bytes) {
		ssize_t n = pread(store->outputs_fd, *bytes + done, result->bytes - done,
			(off_t)(result->place + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	if (done == result->bytes && zn_content_id(&id, *bytes, result->bytes) &&
		zn_hash_equal(&id, &result->output_id))
		return ZN_ERR_OK;
	free(*bytes);
	*bytes = NULL;
	return ZN_ERR_CORRUPT;
}
