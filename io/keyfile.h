/* io/keyfile.h - a secret key on disk: 64 hex digits and a newline, readable by its owner only. */
#ifndef ZN_IO_KEYFILE_H
#define ZN_IO_KEYFILE_H

#include "core/err.h"
#include "core/key.h"

/** Errors: NOT_FOUND, DENIED (unreadable, or others may read it), MALFORMED, IO. */
enum zn_err zn_keyfile_read(struct zn_secret_key *out, const char *path);
/** Draw a new key and write it; EXISTS when the file is there, which is never overwritten. */
enum zn_err zn_keyfile_create(struct zn_secret_key *out, const char *path);

#endif
