/* publisher/check.h - recompute drawn items of delivered chunks on the publisher's own device.
 *
 * Takes  outputs of a delivery (struct zn_incoming)
 * Gives  ZN_PUBLISHER_CHECKED events
 *
 * Checks wait in a queue that deals bound: ZN_DELIVERY_CHUNKS_MAX each. Several go into one run, but
 * where chunks have inputs of their own: then a run carries one chunk's. In the chunk form the groups of
 * the drawn items are recomputed whole, and all their slots compared.
 */
#ifndef ZN_PUBLISHER_CHECK_H
#define ZN_PUBLISHER_CHECK_H

#include "core/limits.h"
#include "runner/client/runner.h"

#include <stdbool.h>

struct zn_publisher;
struct zn_peer;
struct zn_check;

struct zn_check_run {
	struct zn_checks *checks;
	struct zn_check *first; /* of those in this run; NULL: the place is free */
	uint64_t tag;
};

struct zn_checks {
	struct zn_publisher *publisher;
	struct zn_runner *runner;
	bool loaded;
	uint32_t items_max; /* of a run */
	uint64_t *listed;   /* of the run being filled, items_max */
	uint32_t *places;   /* of the chunk being looked at, items_max: in the chunk */
	uint32_t starts;    /* since one last gave a result */
	uint64_t tags;
	struct zn_check *first, *last;
	struct zn_check_run runs[ZN_RUNS_QUEUED_MAX];
	struct zn_timer restart;
	struct zn_timer pump;
	char sentence[ZN_COMPLAINT_BYTES_MAX]; /* why it failed last */
	bool failed;                           /* for good */
	uint64_t items;                        /* recomputed in this run of the program */
	uint64_t device_ns;
	char device[ZN_DEVICE_TEXT_BYTES_MAX + 1];
};

/** Start the runner and load the job; `loaded` or `failed` becomes true on the loop, which is
 *  stopped then. Errors: as zn_runner_create. */
enum zn_err zn_checks_start(struct zn_checks *checks, struct zn_publisher *publisher);
void zn_checks_finish(struct zn_checks *checks);
/** Check statement `index` of the peer's delivery. */
void zn_checks_add(struct zn_checks *checks, struct zn_peer *peer, uint32_t index);

#endif
