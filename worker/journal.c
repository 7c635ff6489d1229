#include "worker/journal.h"

#include "core/assert.h"
#include "core/limits.h"

#include <string.h>

#define SCHEMA_VERSION 1
#define BINDS(...)                                                                                 \
	((const struct zn_bind[]){__VA_ARGS__}),                                                   \
		(sizeof((const struct zn_bind[]){__VA_ARGS__}) / sizeof(struct zn_bind))

static const char schema[] = "CREATE TABLE deals ("
			     " id INTEGER PRIMARY KEY,"
			     " chain TEXT NOT NULL,"
			     " worker_key BLOB NOT NULL,"
			     " job_id BLOB NOT NULL,"
			     " publisher BLOB NOT NULL," /* account: scheme and hash */
			     " endpoint TEXT NOT NULL,"
			     " tls_pin BLOB NOT NULL,"
			     " terms BLOB NOT NULL," /* the record that both signed */
			     " publisher_signature BLOB NOT NULL,"
			     " worker_signature BLOB NOT NULL,"
			     " state INTEGER NOT NULL," /* enum zn_deal_state */
			     " channel BLOB,"
			     " units INTEGER NOT NULL DEFAULT 0," /* accepted and paid */
			     " voucher BLOB,"                     /* the best one, signed */
			     " settled_tx BLOB,"
			     " settled_height INTEGER,"
			     " earned_zat INTEGER);"
			     "CREATE INDEX deals_by_state ON deals (state);"
			     "CREATE TABLE outputs ("
			     " deal INTEGER NOT NULL REFERENCES deals (id),"
			     " chunk INTEGER NOT NULL,"
			     " root BLOB NOT NULL,"
			     " count INTEGER NOT NULL,"
			     " bytes BLOB," /* NULL: in the file outputs/<deal>-<chunk> */
			     " units INTEGER NOT NULL DEFAULT 1," /* metered */
			     " PRIMARY KEY (deal, chunk)) WITHOUT ROWID;";

static bool take_yes(void *user, const struct zn_row *row)
{
	(void)row;
	*(bool *)user = true;
	return false;
}

/* Journals from before units were counted hold vouchers all the same. */
static enum zn_err units_column_add(struct zn_journal *journal)
{
	bool there = false;
	enum zn_err err = zn_journal_read(journal,
		"SELECT 1 FROM pragma_table_info('outputs') WHERE name = 'units'", NULL, 0,
		take_yes, &there);
	if (err == ZN_ERR_OK && !there)
		err = zn_journal_write(journal,
			"ALTER TABLE outputs ADD COLUMN units INTEGER NOT NULL DEFAULT 1", NULL, 0);
	return err == ZN_ERR_OK ? zn_journal_commit(journal) : err;
}

enum zn_err zn_worker_journal_open(struct zn_journal **out, const char *path)
{
	enum zn_err err = zn_journal_open(out, path, schema, SCHEMA_VERSION);
	if (err == ZN_ERR_OK)
		err = units_column_add(*out);
	if (err != ZN_ERR_OK) {
		zn_journal_close(*out);
		*out = NULL;
	}
	return err;
}

static bool take_id(void *user, const struct zn_row *row)
{
	*(int64_t *)user = zn_row_integer(row, 0);
	return false;
}

enum zn_err zn_worker_journal_terms(int64_t *id, struct zn_journal *journal,
	const struct zn_kept_deal *where, const struct zn_worker_deal *deal)
{
	uint8_t terms[ZN_MESSAGE_BYTES_MAX];
	uint8_t account[21] = {where->publisher.scheme};
	size_t terms_bytes = zn_terms_encode(terms, sizeof terms, &deal->terms);
	memcpy(account + 1, where->publisher.bytes, sizeof where->publisher.bytes);
	enum zn_err err = zn_journal_write(journal,
		"INSERT INTO deals (chain, worker_key, job_id, publisher, endpoint, tls_pin, terms,"
		" publisher_signature, worker_signature, state) VALUES (?,?,?,?,?,?,?,?,?,?)",
		BINDS(ZN_BIND_T(deal->chain.text),
			ZN_BIND_B(deal->worker_key.bytes, sizeof deal->worker_key.bytes),
			ZN_BIND_B(where->job_id.bytes, ZN_HASH_BYTES),
			ZN_BIND_B(account, sizeof account), ZN_BIND_T(where->endpoint),
			ZN_BIND_B(deal->tls_pin.bytes, ZN_HASH_BYTES),
			ZN_BIND_B(terms, terms_bytes),
			ZN_BIND_B(deal->publisher_signature.bytes, 64),
			ZN_BIND_B(deal->worker_signature.bytes, 64), ZN_BIND_I(ZN_DEAL_AGREED)));
	if (err != ZN_ERR_OK)
		return err;
	return zn_journal_read(journal, "SELECT max(id) FROM deals", NULL, 0, take_id, id);
}

enum zn_err zn_worker_journal_channel(struct zn_journal *journal, int64_t id,
	const struct zn_hash *channel_id)
{
	return zn_journal_write(journal, "UPDATE deals SET channel = ?, state = ? WHERE id = ?",
		BINDS(ZN_BIND_B(channel_id->bytes, ZN_HASH_BYTES), ZN_BIND_I(ZN_DEAL_OPEN),
			ZN_BIND_I(id)));
}

enum zn_err zn_worker_journal_voucher(struct zn_journal *journal, int64_t id,
	const struct zn_worker_deal *deal)
{
	uint8_t bytes[1024];
	struct zn_signed_voucher voucher = deal->voucher;
	if (!deal->has_voucher)
		return ZN_ERR_OK;
	struct zn_codec codec = zn_codec_writer(bytes, sizeof bytes);
	zn_signed_voucher_code(&codec, &voucher);
	ZN_ASSERT(zn_codec_done(&codec));
	return zn_journal_write(journal, "UPDATE deals SET voucher = ?, units = ? WHERE id = ?",
		BINDS(ZN_BIND_B(bytes, codec.used), ZN_BIND_I(deal->units), ZN_BIND_I(id)));
}

enum zn_err zn_worker_journal_output(struct zn_journal *journal, int64_t id, uint64_t chunk,
	const struct zn_hash *root, uint64_t count, uint64_t units, const uint8_t *bytes)
{
	return zn_journal_write(journal,
		"INSERT OR REPLACE INTO outputs (deal, chunk, root, count, bytes, units)"
		" VALUES (?,?,?,?,?,?)",
		BINDS(ZN_BIND_I(id), ZN_BIND_I(chunk), ZN_BIND_B(root->bytes, ZN_HASH_BYTES),
			ZN_BIND_I(count), bytes == NULL ? ZN_BIND_NONE : ZN_BIND_B(bytes, count),
			ZN_BIND_I(units)));
}

enum zn_err zn_worker_journal_output_drop(struct zn_journal *journal, int64_t id, uint64_t chunk)
{
	return zn_journal_write(journal, "DELETE FROM outputs WHERE deal = ? AND chunk = ?",
		BINDS(ZN_BIND_I(id), ZN_BIND_I(chunk)));
}

enum zn_err zn_worker_journal_settled(struct zn_journal *journal, int64_t id,
	enum zn_deal_state state, const struct zn_hash *tx, uint64_t height,
	struct zn_amount earned)
{
	enum zn_err err = zn_journal_write(journal,
		"UPDATE deals SET state = ?, settled_tx = ?, settled_height = ?, earned_zat = ?"
		" WHERE id = ?",
		BINDS(ZN_BIND_I(state),
			tx == NULL ? ZN_BIND_NONE : ZN_BIND_B(tx->bytes, ZN_HASH_BYTES),
			ZN_BIND_I(height), ZN_BIND_I(earned.zat), ZN_BIND_I(id)));
	if (err != ZN_ERR_OK)
		return err;
	return zn_journal_write(journal, "DELETE FROM outputs WHERE deal = ?",
		BINDS(ZN_BIND_I(id)));
}

enum zn_err zn_worker_journal_moved(struct zn_journal *journal, int64_t id, const char *endpoint,
	const struct zn_hash *tls_pin)
{
	return zn_journal_write(journal, "UPDATE deals SET endpoint = ?, tls_pin = ? WHERE id = ?",
		BINDS(ZN_BIND_T(endpoint), ZN_BIND_B(tls_pin->bytes, ZN_HASH_BYTES),
			ZN_BIND_I(id)));
}

enum zn_err zn_worker_journal_commit(struct zn_journal *journal)
{
	enum zn_err err = zn_journal_commit(journal);
	if (err != ZN_ERR_OK)
		zn_journal_rollback(journal);
	return err;
}

static bool take_bytes(void *out, size_t count, const struct zn_row *row, int column)
{
	size_t got = 0;
	const void *bytes = zn_row_bytes(row, column, &got);
	if (bytes == NULL || got != count)
		return false;
	memcpy(out, bytes, count);
	return true;
}

static bool take_voucher(struct zn_kept_deal *kept, const struct zn_row *row, int column)
{
	size_t count = 0;
	const uint8_t *bytes = zn_row_bytes(row, column, &count);
	if (bytes == NULL || count == 0)
		return true;
	struct zn_codec codec = zn_codec_reader(bytes, count);
	zn_signed_voucher_code(&codec, &kept->voucher);
	kept->has_voucher = zn_codec_done(&codec);
	return kept->has_voucher;
}

static bool take_deal(struct zn_kept_deal *kept, const struct zn_row *row)
{
	uint8_t account[21];
	size_t terms_bytes = 0;
	const uint8_t *terms = zn_row_bytes(row, 5, &terms_bytes);
	const char *endpoint = zn_row_text(row, 3);
	memset(kept, 0, sizeof *kept);
	if (terms == NULL || !zn_terms_decode(&kept->terms, terms, terms_bytes) ||
		endpoint == NULL || strlen(endpoint) >= sizeof kept->endpoint ||
		!take_bytes(&kept->job_id, ZN_HASH_BYTES, row, 1) ||
		!take_bytes(account, sizeof account, row, 2) ||
		!take_bytes(&kept->tls_pin, ZN_HASH_BYTES, row, 4) ||
		!take_bytes(&kept->publisher_signature, 64, row, 6) ||
		!take_bytes(&kept->worker_signature, 64, row, 7) ||
		!take_bytes(&kept->channel_id, ZN_HASH_BYTES, row, 8) ||
		!take_voucher(kept, row, 10))
		return false;
	kept->id = zn_row_integer(row, 0);
	memcpy(kept->endpoint, endpoint, strlen(endpoint) + 1);
	kept->publisher.scheme = account[0];
	memcpy(kept->publisher.bytes, account + 1, sizeof kept->publisher.bytes);
	kept->job_hash = kept->terms.job_hash;
	kept->units = (uint64_t)zn_row_integer(row, 9);
	return true;
}

struct deal_reading {
	zn_kept_deal_fn *fn;
	void *user;
	bool damaged;
};

static bool on_deal(void *user, const struct zn_row *row)
{
	struct deal_reading *reading = user;
	struct zn_kept_deal kept;
	if (!take_deal(&kept, row)) {
		reading->damaged = true;
		return false;
	}
	return reading->fn(reading->user, &kept);
}

enum zn_err zn_worker_journal_unsettled(struct zn_journal *journal, const struct zn_chain_id *chain,
	const struct zn_public_key *worker_key, zn_kept_deal_fn *fn, void *user)
{
	struct deal_reading reading = {fn, user, false};
	enum zn_err err = zn_journal_read(journal,
		"SELECT id, job_id, publisher, endpoint, tls_pin, terms, publisher_signature,"
		" worker_signature, channel, units, voucher FROM deals"
		" WHERE state = ? AND chain = ? AND worker_key = ? ORDER BY id DESC",
		BINDS(ZN_BIND_I(ZN_DEAL_OPEN), ZN_BIND_T(chain->text),
			ZN_BIND_B(worker_key->bytes, sizeof worker_key->bytes)),
		on_deal, &reading);
	return err == ZN_ERR_OK && reading.damaged ? ZN_ERR_CORRUPT : err;
}

static bool take_count(void *user, const struct zn_row *row)
{
	*(uint64_t *)user = (uint64_t)zn_row_integer(row, 0);
	return false;
}

enum zn_err zn_worker_journal_foreign(uint64_t *count, struct zn_journal *journal,
	const struct zn_chain_id *chain, const struct zn_public_key *worker_key)
{
	*count = 0;
	return zn_journal_read(journal,
		"SELECT count(*) FROM deals WHERE state = ? AND chain = ? AND worker_key <> ?",
		BINDS(ZN_BIND_I(ZN_DEAL_OPEN), ZN_BIND_T(chain->text),
			ZN_BIND_B(worker_key->bytes, sizeof worker_key->bytes)),
		take_count, count);
}

struct output_reading {
	zn_kept_output_fn *fn;
	void *user;
};

static bool on_output(void *user, const struct zn_row *row)
{
	struct output_reading *reading = user;
	size_t count = 0;
	struct zn_kept_output output = {.chunk = (uint64_t)zn_row_integer(row, 0),
		.count = (uint64_t)zn_row_integer(row, 2),
		.units = (uint64_t)zn_row_integer(row, 4)};
	if (!take_bytes(&output.root, ZN_HASH_BYTES, row, 1))
		return true; /* a lost output is done again */
	output.bytes = zn_row_bytes(row, 3, &count);
	if (output.bytes != NULL && count != output.count)
		return true;
	return reading->fn(reading->user, &output);
}

enum zn_err zn_worker_journal_outputs(struct zn_journal *journal, int64_t id, zn_kept_output_fn *fn,
	void *user)
{
	struct output_reading reading = {fn, user};
	return zn_journal_read(journal,
		"SELECT chunk, root, count, bytes, units FROM outputs WHERE deal = ?",
		BINDS(ZN_BIND_I(id)), on_output, &reading);
}

static bool on_row(void *user, const struct zn_row *row)
{
	(void)row;
	*(bool *)user = true;
	return false;
}

enum zn_err zn_worker_journal_has_output(bool *out, struct zn_journal *journal, int64_t id,
	uint64_t chunk)
{
	*out = false;
	return zn_journal_read(journal,
		"SELECT 1 FROM outputs WHERE deal = ? AND chunk = ? AND bytes IS NULL",
		BINDS(ZN_BIND_I(id), ZN_BIND_I(chunk)), on_row, out);
}
