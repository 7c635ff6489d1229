/* worker/fetch.h - a job's blob by its content id: from the cache, else from the publisher.
 *
 * Kernel sources, shared input, the list of chunk inputs and the inputs themselves all come this way.
 * Whatever comes is checked against its id before anybody sees it.
 */
#ifndef ZN_WORKER_FETCH_H
#define ZN_WORKER_FETCH_H

#include "io/loop.h"
#include "core/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zn_worker;
struct zn_blob_task;
struct zn_http_call;
struct zn_fetch;

/** `bytes` is malloc'ed and the callee's. NULL: `why` is the end of a sentence. */
typedef void zn_fetch_fn(struct zn_fetch *fetch, uint8_t *bytes, size_t count, const char *why);

/** Zero it before the first use; the memory is the caller's and must stay until it is done. */
struct zn_fetch {
	struct zn_worker *worker;
	struct zn_hash id;
	uint64_t bytes_max;
	bool kept; /* in the cache on disk, for the next deal of this job */
	zn_fetch_fn *done;
	struct zn_blob_task *blob;
	struct zn_http_call *call;
	struct zn_timer retry;
	uint32_t tries;
};

/** Fetch from the present deal's publisher. `done` comes once, later, unless it is cancelled. */
void zn_fetch_start(struct zn_fetch *fetch, struct zn_worker *worker, const struct zn_hash *id,
	uint64_t bytes_max, bool kept, zn_fetch_fn *done);
/** Nothing when nothing is under way. */
void zn_fetch_cancel(struct zn_fetch *fetch);

#endif
