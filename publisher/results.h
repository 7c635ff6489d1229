/* publisher/results.h - what accepted outputs add up to: a picture, or one file after the other.
 *
 * Outputs lie in the store; here they are reduced. A render job's film holds exactly the accepted
 * chunks, so a retracted one is subtracted with the bytes that were added.
 */
#ifndef ZN_PUBLISHER_RESULTS_H
#define ZN_PUBLISHER_RESULTS_H

#include "core/err.h"
#include "io/loop.h"
#include "publisher/job_file.h"
#include "publisher/plan.h"
#include "publisher/render/film.h"
#include "publisher/store.h"

struct zn_results {
	struct zn_loop *loop;
	const struct zn_plan *plan; /* borrowed */
	double exposure;
	char out[PATH_MAX];
	struct zn_film film; /* of a render job */
	uint8_t *rgb;        /* as last tone-mapped; the pool reads it while `writing` */
	bool changed;        /* since it was */
	bool writing;
	bool stale;          /* changed again while it was written */
	enum zn_err written; /* how the last writing ended */
	uint64_t written_ns;
	struct zn_timer timer;
};

/** Why the result cannot be put there, or NULL. Asked before work is paid for; /dev/null is no file,
 *  and neither is the job file (`job_path`, NULL: none) or a file that the job reads. */
const char *zn_results_out_fault(const char *out, const struct zn_job_file *file,
	const char *job_path);
/** `out` is where the picture or the outputs go. The plan must outlive it. */
enum zn_err zn_results_init(struct zn_results *results, struct zn_loop *loop,
	const struct zn_plan *plan, const char *out, double exposure);
void zn_results_finish(struct zn_results *results);

/** Could these bytes be the chunk's, by what can be told without recomputing? */
bool zn_results_plausible(const struct zn_results *results, uint64_t chunk, const uint8_t *bytes,
	size_t count);
/** Add a chunk. False: it does not fit, see zn_results_plausible. */
bool zn_results_add(struct zn_results *results, uint64_t chunk, const uint8_t *bytes, size_t count);
bool zn_results_subtract(struct zn_results *results, uint64_t chunk, const uint8_t *bytes,
	size_t count);
/** The picture as it is now, width * height * 3; NULL if the job makes none. */
const uint8_t *zn_results_picture(struct zn_results *results);
/** Called for each chunk whose stored output is damaged. */
typedef void zn_damaged_fn(void *user, uint64_t chunk);
/** Write the result whole and wait for it: the picture, or with a store what `file` says of all
 *  outputs in order. Errors: BUSY (the picture is being written: try again), CORRUPT (`damaged` was
 *  called); for any a sentence. */
enum zn_err zn_results_write(struct zn_results *results, struct zn_store *store,
	const struct zn_job_file *file, zn_damaged_fn *damaged, void *user,
	struct zn_complaint *complaint);

#endif
