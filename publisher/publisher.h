/* publisher/publisher.h - run a job: announce it, deal with workers, check, pay, settle.
 *
 * For the command line (tools/cmd_job.c).
 */
#ifndef ZN_PUBLISHER_PUBLISHER_H
#define ZN_PUBLISHER_PUBLISHER_H

#include "core/err.h"

#include <stdbool.h>
#include <stdio.h>

struct zn_publisher;

/** Strings are borrowed. NULL means the default that the comment names. */
struct zn_publisher_options {
	const char *job_path;   /* of a new job */
	const char *resume_id;  /* of one that was begun; one of the two is given */
	const char *ledger_url; /* http://127.0.0.1:26657 */
	const char *key_path;   /* home/keys/wallet.key */
	const char *listen;     /* 127.0.0.1:0 */
	const char *announce;   /* where workers reach it; what it listens on */
	const char *out;        /* the job file's output, or one beside it */
	const char *runner;     /* zennet-runner's path; beside this program */
	bool json;              /* lines of JSON instead of pictures and bars */
	FILE *to;               /* standard output */
};

/** Run in the foreground until the job has ended. Returns the exit status: 0 when it was completed
 *  (or cancelled) and settled to the last zat, 1 with a sentence on standard error. */
int zn_publisher_run(const struct zn_publisher_options *options);

/** `zennet job local`: the same job on this machine's first device, without ledger or network. */
int zn_publisher_local(const struct zn_publisher_options *options);

/** `zennet job list`, `status`: of running jobs from themselves, of others from their journals. */
int zn_publisher_list(bool json, FILE *to);
int zn_publisher_status(const char *id, bool json, FILE *to);
/** "pause", "resume", "cancel", or "fund" with an amount: told to the running publisher. */
int zn_publisher_tell(const char *id, const char *order, const char *amount);
/** Request the closing of what is still open of jobs that do not run, and collect what is due. */
int zn_publisher_settle_all(const struct zn_publisher_options *options);

#endif
