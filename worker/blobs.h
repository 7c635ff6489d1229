/* worker/blobs.h - a job's blobs on disk under their content id, checked whenever they are read.
 *
 * The folder is a cache: anybody may delete it. Hashing and disk are the pool's.
 */
#ifndef ZN_WORKER_BLOBS_H
#define ZN_WORKER_BLOBS_H

#include "core/err.h"
#include "core/hash.h"
#include "io/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zn_blob_task;

/** `bytes` is malloc'ed and the callee's; NULL when it is not there or is not what its id says. */
typedef void zn_blob_fn(void *user, uint8_t *bytes, size_t count);

/** Look for a blob of at most `count_max` bytes in zn_path_cache()/blobs. `done` comes once, unless
 *  cancelled. Errors: MEMORY, BUSY; then `done` is not called. */
enum zn_err zn_blob_find(struct zn_blob_task **out, struct zn_loop *loop, const struct zn_hash *id,
	size_t count_max, zn_blob_fn *done, void *user);
/** Check a copy of fetched bytes against the id and, if `kept`, put it into the cache; the longest
 *  unused blobs make room. */
enum zn_err zn_blob_take(struct zn_blob_task **out, struct zn_loop *loop, const struct zn_hash *id,
	const uint8_t *bytes, size_t count, bool kept, zn_blob_fn *done, void *user);
/** `done` is not called any more. NULL is fine. */
void zn_blob_cancel(struct zn_blob_task *task);

#endif
