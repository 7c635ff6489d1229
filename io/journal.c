/* io/journal.c - SQLite with one writer, one durable commit per batch. */
#include "io/journal.h"

#include "core/assert.h"
#include "core/limits.h"
#include "io/files.h"
#include "io/log.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct cached {
	char *sql;
	sqlite3_stmt *statement;
	uint64_t used; /* when, in uses of the cache */
	bool busy;     /* a read is in the middle of it */
};

struct zn_journal {
	sqlite3 *db;
	int lock_fd;
	uint64_t uses;
	enum zn_err failed; /* of this batch */
	struct cached cache[ZN_JOURNAL_STATEMENTS_MAX];
};

struct zn_row {
	sqlite3_stmt *statement;
};

static enum zn_err err_of(struct zn_journal *journal, int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return ZN_ERR_OK;
	case SQLITE_NOMEM:
		return ZN_ERR_MEMORY;
	case SQLITE_FULL:
		return ZN_ERR_DISK_FULL;
	case SQLITE_CONSTRAINT:
		return ZN_ERR_EXISTS;
	case SQLITE_TOOBIG:
		return ZN_ERR_TOO_LARGE;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ZN_ERR_BUSY;
	case SQLITE_PERM:
	case SQLITE_READONLY:
	case SQLITE_AUTH:
		return ZN_ERR_DENIED;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_FORMAT:
	case SQLITE_ERROR: /* our statement does not fit the tables: not the file we made */
		zn_log(ZN_LOG_ERROR, "journal", "%s", sqlite3_errmsg(journal->db));
		return ZN_ERR_CORRUPT;
	default:
		zn_log(ZN_LOG_ERROR, "journal", "%s (%d)", sqlite3_errmsg(journal->db),
			sqlite3_extended_errcode(journal->db));
		return ZN_ERR_IO;
	}
}

/* --- statements --- */

static void cached_drop(struct cached *cached)
{
	sqlite3_finalize(cached->statement);
	free(cached->sql);
	*cached = (struct cached){0};
}

/* The one with this text, else the one to put it in: empty or longest unused. */
static struct cached *cached_find(struct zn_journal *journal, const char *sql)
{
	struct cached *oldest = NULL;

	for (size_t i = 0; i < ZN_JOURNAL_STATEMENTS_MAX; i++) {
		struct cached *at = &journal->cache[i];

		if (at->busy)
			continue;
		if (at->sql != NULL && strcmp(at->sql, sql) == 0)
			return at;
		if (oldest == NULL || at->used < oldest->used)
			oldest = at;
	}
	return oldest;
}

static enum zn_err statement_take(struct cached **out, struct zn_journal *journal, const char *sql)
{
	struct cached *cached = cached_find(journal, sql);
	int code;

	ZN_ASSERT(cached != NULL); /* reads nested deeper than the cache is long */
	if (cached->sql == NULL || strcmp(cached->sql, sql) != 0) {
		cached_drop(cached);
		code = sqlite3_prepare_v3(journal->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
			&cached->statement, NULL);
		if (code != SQLITE_OK)
			return err_of(journal, code);
		ZN_ASSERT(cached->statement != NULL);
		cached->sql = strdup(sql);
		if (cached->sql == NULL) {
			cached_drop(cached);
			return ZN_ERR_MEMORY;
		}
	}
	cached->used = ++journal->uses;
	cached->busy = true;
	*out = cached;
	return ZN_ERR_OK;
}

static void statement_give_back(struct cached *cached)
{
	sqlite3_reset(cached->statement);
	sqlite3_clear_bindings(cached->statement);
	cached->busy = false;
}

static int bind_one(sqlite3_stmt *statement, int index, const struct zn_bind *bind)
{
	switch (bind->kind) {
	case ZN_BIND_INTEGER:
		return sqlite3_bind_int64(statement, index, bind->integer);
	case ZN_BIND_BYTES:
		if (bind->count == 0) /* a NULL pointer would bind NULL */
			return sqlite3_bind_zeroblob(statement, index, 0);
		return sqlite3_bind_blob64(statement, index, bind->bytes, bind->count,
			SQLITE_STATIC);
	case ZN_BIND_TEXT:
		return sqlite3_bind_text(statement, index, bind->bytes, -1, SQLITE_STATIC);
	case ZN_BIND_NULL:
		break;
	}
	return sqlite3_bind_null(statement, index);
}

static enum zn_err bind_all(struct zn_journal *journal, sqlite3_stmt *statement,
	const struct zn_bind *binds, size_t binds_count)
{
	ZN_ASSERT(binds_count == (size_t)sqlite3_bind_parameter_count(statement));
	for (size_t i = 0; i < binds_count; i++) {
		int code = bind_one(statement, (int)i + 1, &binds[i]);

		if (code != SQLITE_OK)
			return err_of(journal, code);
	}
	return ZN_ERR_OK;
}

static enum zn_err run(struct zn_journal *journal, const char *sql, const struct zn_bind *binds,
	size_t binds_count)
{
	struct cached *cached;
	enum zn_err err = statement_take(&cached, journal, sql);

	if (err != ZN_ERR_OK)
		return err;
	err = bind_all(journal, cached->statement, binds, binds_count);
	if (err == ZN_ERR_OK) {
		int code;

		do
			code = sqlite3_step(cached->statement);
		while (code == SQLITE_ROW);
		err = err_of(journal, code);
	}
	statement_give_back(cached);
	return err;
}

/* --- opening --- */

static bool keep_integer(void *user, const struct zn_row *row)
{
	*(int64_t *)user = zn_row_integer(row, 0);
	return false;
}

static bool keep_is_wal(void *user, const struct zn_row *row)
{
	const char *text = zn_row_text(row, 0);

	*(bool *)user = text != NULL && strcmp(text, "wal") == 0;
	return false;
}

static enum zn_err execute(struct zn_journal *journal, const char *sql)
{
	return err_of(journal, sqlite3_exec(journal->db, sql, NULL, NULL, NULL));
}

static enum zn_err schema_make(struct zn_journal *journal, const char *schema, uint32_t version)
{
	char set_version[64];
	enum zn_err err;

	snprintf(set_version, sizeof set_version, "PRAGMA user_version = %u", version);
	err = execute(journal, "BEGIN EXCLUSIVE");
	if (err == ZN_ERR_OK)
		err = execute(journal, schema);
	if (err == ZN_ERR_OK)
		err = execute(journal, set_version);
	if (err == ZN_ERR_OK)
		err = execute(journal, "COMMIT");
	return err;
}

static enum zn_err schema_check(struct zn_journal *journal, const char *schema, uint32_t version)
{
	int64_t tables = 0, found = 0;
	enum zn_err err;

	err = zn_journal_read(journal, "SELECT count(*) FROM sqlite_schema", NULL, 0, keep_integer,
		&tables);
	if (err == ZN_ERR_OK)
		err = zn_journal_read(journal, "PRAGMA user_version", NULL, 0, keep_integer,
			&found);
	if (err != ZN_ERR_OK)
		return err;
	if (tables == 0 && found == 0)
		return schema_make(journal, schema, version);
	return found == (int64_t)version ? ZN_ERR_OK : ZN_ERR_CORRUPT;
}

static enum zn_err settings_make(struct zn_journal *journal)
{
	bool is_wal = false;
	enum zn_err err;

	sqlite3_limit(journal->db, SQLITE_LIMIT_LENGTH, ZN_JOURNAL_VALUE_BYTES_MAX);
	sqlite3_busy_timeout(journal->db, ZN_JOURNAL_WAIT_MS);
	err = zn_journal_read(journal, "PRAGMA journal_mode = WAL", NULL, 0, keep_is_wal, &is_wal);
	if (err != ZN_ERR_OK)
		return err;
	if (!is_wal)
		return ZN_ERR_UNSUPPORTED;
	return execute(journal, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
				"PRAGMA trusted_schema = OFF;");
}

enum zn_err zn_journal_open(struct zn_journal **out, const char *path, const char *schema,
	uint32_t version)
{
	struct zn_journal *journal = calloc(1, sizeof *journal);
	char lock_path[PATH_MAX];
	enum zn_err err = ZN_ERR_TOO_LARGE;

	*out = NULL;
	ZN_ASSERT(version > 0 && version <= INT32_MAX);
	if (journal == NULL)
		return ZN_ERR_MEMORY;
	journal->lock_fd = -1;
	if (zn_path_make(lock_path, "%s.lock", path))
		err = zn_file_lock(&journal->lock_fd, lock_path);
	if (err == ZN_ERR_OK) {
		int code = sqlite3_open_v2(path, &journal->db,
			SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
				SQLITE_OPEN_NOFOLLOW,
			NULL);

		err = code == SQLITE_CANTOPEN ? ZN_ERR_IO : err_of(journal, code);
	}
	if (err == ZN_ERR_OK)
		err = settings_make(journal);
	if (err == ZN_ERR_OK)
		err = schema_check(journal, schema, version);
	if (err != ZN_ERR_OK) {
		zn_journal_close(journal);
		return err;
	}
	*out = journal;
	return ZN_ERR_OK;
}

void zn_journal_close(struct zn_journal *journal)
{
	if (journal == NULL)
		return;
	if (journal->db != NULL) {
		zn_journal_rollback(journal);
		for (size_t i = 0; i < ZN_JOURNAL_STATEMENTS_MAX; i++)
			cached_drop(&journal->cache[i]);
		ZN_ASSERT(sqlite3_close(journal->db) == SQLITE_OK);
	}
	if (journal->lock_fd >= 0)
		close(journal->lock_fd);
	free(journal);
}

/* --- batches --- */

static bool in_batch(const struct zn_journal *journal)
{
	return sqlite3_get_autocommit(journal->db) == 0;
}

enum zn_err zn_journal_write(struct zn_journal *journal, const char *sql,
	const struct zn_bind *binds, size_t binds_count)
{
	if (journal->failed == ZN_ERR_OK && !in_batch(journal))
		journal->failed = run(journal, "BEGIN IMMEDIATE", NULL, 0);
	if (journal->failed == ZN_ERR_OK)
		journal->failed = run(journal, sql, binds, binds_count);
	return journal->failed;
}

enum zn_err zn_journal_commit(struct zn_journal *journal)
{
	if (journal->failed == ZN_ERR_OK && in_batch(journal))
		journal->failed = run(journal, "COMMIT", NULL, 0);
	return journal->failed;
}

void zn_journal_rollback(struct zn_journal *journal)
{
	/* SQLite may have rolled back by itself; and what it cannot roll back now, it does when it
	   opens the file again. */
	if (in_batch(journal))
		(void)run(journal, "ROLLBACK", NULL, 0);
	journal->failed = ZN_ERR_OK;
}

/* --- reading --- */

enum zn_err zn_journal_read(struct zn_journal *journal, const char *sql,
	const struct zn_bind *binds, size_t binds_count, zn_row_fn *fn, void *user)
{
	struct cached *cached;
	enum zn_err err = statement_take(&cached, journal, sql);

	if (err != ZN_ERR_OK)
		return err;
	err = bind_all(journal, cached->statement, binds, binds_count);
	while (err == ZN_ERR_OK) {
		struct zn_row row = {.statement = cached->statement};
		int code = sqlite3_step(cached->statement);

		err = err_of(journal, code);
		if (code != SQLITE_ROW || !fn(user, &row))
			break;
	}
	statement_give_back(cached);
	return err;
}

int64_t zn_row_integer(const struct zn_row *row, int column)
{
	return sqlite3_column_int64(row->statement, column);
}

const void *zn_row_bytes(const struct zn_row *row, int column, size_t *count)
{
	const void *bytes = sqlite3_column_blob(row->statement, column);

	*count = (size_t)sqlite3_column_bytes(row->statement, column);
	return bytes;
}

const char *zn_row_text(const struct zn_row *row, int column)
{
	return (const char *)sqlite3_column_text(row->statement, column);
}
