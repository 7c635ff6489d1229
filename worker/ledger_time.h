/* worker/ledger_time.h - ledger time between blocks: the last block's, plus what passed since.
 *
 * Pure; never goes back, whatever a node answers.
 */
#ifndef ZN_WORKER_LEDGER_TIME_H
#define ZN_WORKER_LEDGER_TIME_H

#include <stdbool.h>
#include <stdint.h>

/** Zero-initialised: nothing is known, the time is 0. */
struct zn_ledger_time {
	bool known;
	uint64_t height, time_s; /* of the last block heard of */
	uint64_t heard_ns;       /* when it was, monotonic */
	uint64_t told_s;
};

void zn_ledger_time_learn(struct zn_ledger_time *time, uint64_t height, uint64_t time_s,
	uint64_t now_ns);
uint64_t zn_ledger_time_now(struct zn_ledger_time *time, uint64_t now_ns);

#endif
