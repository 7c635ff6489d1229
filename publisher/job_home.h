/* publisher/job_home.h - where a job keeps its files: home/jobs/<id>/.
 *
 *     job.json        a copy of the person's file
 *     journal.sqlite  everything that must survive (publisher/store.h)
 *     outputs.bin     accepted outputs, one after the other; the journal knows the content id of each
 *                     and where it lies
 *     blobs/<id>      what workers fetch, under its content id: shared input, sources, chunk inputs and
 *                     the list of their ids
 *     tls-key.pem, tls-certificate.pem   so that the announced pin survives a restart
 *     control         port and token of the running publisher, for its owner only
 */
#ifndef ZN_PUBLISHER_JOB_HOME_H
#define ZN_PUBLISHER_JOB_HOME_H

#include "core/err.h"
#include "core/hash.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#define ZN_JOB_ID_BYTES 8 /* hex digits of a job's short name */

struct zn_job_home {
	char id[ZN_JOB_ID_BYTES + 1];
	char directory[PATH_MAX];
};

/** Draw a new id and make its directory. */
bool zn_job_home_create(struct zn_job_home *home, struct zn_complaint *complaint);
/** Find a job by its id or the beginning of it; `id` NULL: the only or the newest one. */
bool zn_job_home_find(struct zn_job_home *home, const char *id, struct zn_complaint *complaint);
/** Call `fn` for each job, at most ZN_JOBS_LISTED_MAX, the newest first. */
typedef void zn_job_home_fn(void *user, const struct zn_job_home *home);
bool zn_job_home_list(zn_job_home_fn *fn, void *user, struct zn_complaint *complaint);

/** A file's path in the directory. False when it is too long. */
bool zn_job_home_path(char out[PATH_MAX], const struct zn_job_home *home, const char *name)
	__attribute__((warn_unused_result));
bool zn_job_home_write(const struct zn_job_home *home, const char *name, const void *bytes,
	size_t count, struct zn_complaint *complaint);
/** malloc'ed, with one zero byte behind. */
bool zn_job_home_read(uint8_t **bytes, size_t *count, const struct zn_job_home *home,
	const char *name, size_t bytes_max, struct zn_complaint *complaint);

/** Key and certificate, made when they are not there; malloc'ed PEM. */
bool zn_job_home_identity(char **key_pem, char **certificate_pem, struct zn_hash *pin,
	const struct zn_job_home *home, struct zn_complaint *complaint);

/** How to reach the running publisher. */
struct zn_job_control {
	uint16_t port;
	char token[33];
};
bool zn_job_home_control_write(const struct zn_job_home *home, const struct zn_job_control *control,
	struct zn_complaint *complaint);
/** False when there is none. */
bool zn_job_home_control_read(struct zn_job_control *control, const struct zn_job_home *home);
void zn_job_home_control_remove(const struct zn_job_home *home);

#endif
