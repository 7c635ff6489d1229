/* io/journal.h - a worker's and a publisher's durable memory. Door of SQLite.
 *
 * WAL, synchronous=FULL: after zn_journal_commit returns OK the batch survives a power cut. One
 * schema file per side; the schema's version is checked at opening.
 */
#ifndef ZN_IO_JOURNAL_H
#define ZN_IO_JOURNAL_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zn_journal;
struct zn_row;

/** Open or create. `schema` is run when the file is new; `version` must match an old one (CORRUPT if
 *  not). The file is locked for this process: BUSY if another holds it. */
enum zn_err zn_journal_open(struct zn_journal **out, const char *path, const char *schema,
	uint32_t version);
/** What is not committed is rolled back. NULL is fine. */
void zn_journal_close(struct zn_journal *journal);

/** A value to bind, in order of the ?s. */
struct zn_bind {
	enum { ZN_BIND_INTEGER, ZN_BIND_BYTES, ZN_BIND_TEXT, ZN_BIND_NULL } kind;
	int64_t integer;
	const void *bytes;
	size_t count;
};
#define ZN_BIND_I(value) ((struct zn_bind){.kind = ZN_BIND_INTEGER, .integer = (int64_t)(value)})
#define ZN_BIND_B(pointer, n)                                                                      \
	((struct zn_bind){.kind = ZN_BIND_BYTES, .bytes = (pointer), .count = (n)})
#define ZN_BIND_T(text) ((struct zn_bind){.kind = ZN_BIND_TEXT, .bytes = (text)})
#define ZN_BIND_NONE    ((struct zn_bind){.kind = ZN_BIND_NULL})

/** Change something. The first write after a commit begins a batch. Errors: IO, DISK_FULL, CORRUPT,
 *  EXISTS for a broken constraint; after any the batch is rolled back by zn_journal_rollback, and
 *  nothing of it may be spoken: until then writes and commits fail with the first error. */
enum zn_err zn_journal_write(struct zn_journal *journal, const char *sql,
	const struct zn_bind *binds, size_t binds_count);
/** Without a batch this is OK and does nothing. */
enum zn_err zn_journal_commit(struct zn_journal *journal);
void zn_journal_rollback(struct zn_journal *journal);

/** Return false to stop. May itself read and write the journal. What zn_row_bytes and zn_row_text
 *  return is borrowed until it returns. */
typedef bool zn_row_fn(void *user, const struct zn_row *row);
enum zn_err zn_journal_read(struct zn_journal *journal, const char *sql,
	const struct zn_bind *binds, size_t binds_count, zn_row_fn *fn, void *user);
int64_t zn_row_integer(const struct zn_row *row, int column);
const void *zn_row_bytes(const struct zn_row *row, int column, size_t *count);
const char *zn_row_text(const struct zn_row *row, int column);

#endif
