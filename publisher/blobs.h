/* publisher/blobs.h - what workers fetch, kept in the job's home under its content id. */
#ifndef ZN_PUBLISHER_BLOBS_H
#define ZN_PUBLISHER_BLOBS_H

#include "publisher/job_home.h"

/** Keep bytes under their content id. Not durable before zn_blobs_sync. A sentence on failure. */
bool zn_blob_put(const struct zn_job_home *home, const struct zn_hash *id, const void *bytes,
	size_t count, struct zn_complaint *complaint);
/** Everything that was put survives a power cut. */
enum zn_err zn_blobs_sync(const struct zn_job_home *home);
/** Read one whole, malloc'ed with a zero behind, and compare it with its id. Errors: NOT_FOUND,
 *  CORRUPT (it is not what was put), TOO_LARGE, IO, MEMORY. */
enum zn_err zn_blob_get(uint8_t **bytes, size_t *count, const struct zn_job_home *home,
	const struct zn_hash *id, size_t bytes_max);
/** Open one for sending; -1 when there is none. */
int zn_blob_open(uint64_t *count, const struct zn_job_home *home, const struct zn_hash *id);

#endif
