/* publisher/schema.h - the publisher's journal: one SQLite file per job. */
#ifndef ZN_PUBLISHER_SCHEMA_H
#define ZN_PUBLISHER_SCHEMA_H

#define ZN_PUBLISHER_SCHEMA_VERSION 1

/* Amounts in zat, times in ledger seconds. Records are stored as their bytes.
 *
 * setting  what the job is: manifest, secret of the checks, port, who announced it, ...
 * deal     a worker that terms were signed with; `peer` is its number in the chunk table.
 *          stage 0: the channel is being opened; 1: open; 2: refused; 3: it was never opened.
 * result   the output in use of each accepted chunk: its content id, where it lies in outputs.bin, and
 *          its metered units.
 * note     orders and what else a person may want to know later. */
#define ZN_PUBLISHER_SCHEMA                                                                        \
	"CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;"                  \
	"CREATE TABLE deal (peer INTEGER PRIMARY KEY, stage INTEGER NOT NULL,"                     \
	" device TEXT NOT NULL, terms BLOB NOT NULL, publisher_signature BLOB NOT NULL,"           \
	" worker_signature BLOB NOT NULL, channel_id BLOB NOT NULL, deposit INTEGER NOT NULL,"     \
	" units INTEGER NOT NULL, has_voucher INTEGER NOT NULL, paid INTEGER NOT NULL,"            \
	" voucher_signature BLOB NOT NULL, lease_number INTEGER NOT NULL, leases BLOB NOT NULL,"   \
	" rate INTEGER NOT NULL, items_checked INTEGER NOT NULL, items_wrong INTEGER NOT NULL);"   \
	"CREATE TABLE result (chunk INTEGER PRIMARY KEY, peer INTEGER NOT NULL,"                   \
	" output_id BLOB NOT NULL, place INTEGER NOT NULL, bytes INTEGER NOT NULL,"                \
	" units INTEGER NOT NULL DEFAULT 1);"                                                      \
	"CREATE INDEX result_peer ON result (peer);"                                               \
	"CREATE TABLE note (at_s INTEGER NOT NULL, words TEXT NOT NULL);"

#endif
