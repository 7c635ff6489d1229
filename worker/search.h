/* worker/search.h - which of the ledger's open jobs to try.
 *
 * Takes  struct zn_job from the ledger, and what happened with each job before
 * Gives  one job to the deal, or the reason why there is none
 *
 * Pure: local time (monotonic nanoseconds), ledger time (seconds) and randomness come in.
 */
#ifndef ZN_WORKER_SEARCH_H
#define ZN_WORKER_SEARCH_H

#include "chain/tx/state.h"
#include "runner/device.h"

/* Why an open job is not for us, in the order of the checks. */
#define ZN_SEARCH_REFUSALS(X)                                                                      \
	X(ANNOUNCEMENT, "its announcement breaks a rule")                                          \
	X(UNIT, "it prices a unit that is not offered yet")                                        \
	X(DEVICE, "it needs another kind of device")                                               \
	X(FP64, "it needs double precision")                                                       \
	X(FOREIGN, "its kernel is its publisher's own, and --builtin-only was asked for")          \
	X(SANDBOX, "its kernel is its publisher's own, and this machine cannot fence such one in") \
	X(EXACT, "it needs a device that passes the known answers")                                \
	X(MEMORY, "it needs more memory than the device has")                                      \
	X(OVER, "its deadline has passed")                                                         \
	X(DROPPED, "its publisher could not be believed, or did not want us")                      \
	X(WAITING, "it failed a moment ago and is tried again later")

enum zn_search_refusal {
	ZN_SEARCH_OK,
#define X(name, sentence) ZN_SEARCH_##name,
	ZN_SEARCH_REFUSALS(X)
#undef X
};

const char *zn_search_refusal_sentence(enum zn_search_refusal refusal);

struct zn_search_memory {
	struct zn_hash job_id;
	bool used;
	bool dropped;
	uint32_t failures;
	uint64_t not_before_ns;
	uint64_t touched_ns;
};

/** Zero-initialised: nothing is remembered. */
struct zn_search {
	bool builtin_only; /* the owner wants no kernel that is a publisher's own */
	struct zn_search_memory jobs[ZN_SEARCH_REMEMBERED_MAX];
};

/** The first reason against this job. */
enum zn_search_refusal zn_search_check(const struct zn_search *search, const struct zn_job *job,
	const struct zn_device *device, uint64_t ledger_s, uint64_t now_ns);

/** Is `job` a better choice than `best` (NULL: than none)? The higher named price wins, then the
 *  newer one. Prices of different jobs are for different work: a better measure needs a try. */
bool zn_search_better(const struct zn_job *job, const struct zn_job *best);

/** Never again (while this program runs). */
void zn_search_drop(struct zn_search *search, const struct zn_hash *job_id, uint64_t now_ns);
/** Not for a while: twice as long after each failure, at least `least_ms`, and up to half as much
 *  more by `random`, so that workers do not come back all at once. */
void zn_search_back_off(struct zn_search *search, const struct zn_hash *job_id, uint64_t least_ms,
	uint64_t now_ns, uint64_t random);

#endif
