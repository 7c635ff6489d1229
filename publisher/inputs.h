/* publisher/inputs.h - the inputs of a job's chunks: their list of content ids, and where they lie.
 *
 * On the market the pieces are copied into the job's home, so that nothing that happens to a person's
 * files changes a running job. `zennet job local` copies nothing: it reads each piece again from the
 * person's file and compares it with its id.
 */
#ifndef ZN_PUBLISHER_INPUTS_H
#define ZN_PUBLISHER_INPUTS_H

#include "publisher/job_file.h"
#include "publisher/job_home.h"

struct zn_input_place {
	uint64_t place;
	uint32_t file, bytes;
};

struct zn_inputs {
	const struct zn_job_home *home; /* borrowed; NULL: read from the person's files */
	const struct zn_job_file *file; /* borrowed, where home is NULL */
	uint64_t count;                 /* 0: the job has none */
	struct zn_hash *ids;            /* of each chunk's, 32 bytes of memory a chunk */
	struct zn_input_place *places;  /* 16 more, where home is NULL */
	uint32_t bytes_max;             /* of the largest */
	uint64_t bytes;                 /* of all; 0 after a restart */
};

/** Cut what the job file names; into the blobs of `home`, if one is given. False and a sentence. */
bool zn_inputs_make(struct zn_inputs *inputs, const struct zn_job_file *file,
	const struct zn_job_home *home, struct zn_complaint *complaint);
/** The same from the list that the home keeps. */
bool zn_inputs_restore(struct zn_inputs *inputs, const struct zn_job_home *home,
	const struct zn_hash *list_id, uint64_t count, uint32_t bytes_max,
	struct zn_complaint *complaint);
void zn_inputs_finish(struct zn_inputs *inputs);

/** The input of a chunk, malloc'ed; it is what its id says. False and a sentence when it is not there
 *  any more, or changed. */
bool zn_inputs_read(uint8_t **bytes, uint32_t *count, const struct zn_inputs *inputs,
	uint64_t chunk, struct zn_complaint *complaint);

#endif
