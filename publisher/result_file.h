/* publisher/result_file.h - the outputs of all chunks, in order, into the file that a person wants.
 *
 * Written beside its place and then renamed: never half a file under the name.
 */
#ifndef ZN_PUBLISHER_RESULT_FILE_H
#define ZN_PUBLISHER_RESULT_FILE_H

#include "publisher/job_file.h"

struct zn_result_file;

/** Begin at `out`. `file`, which says what the outputs become, is borrowed. NULL and a sentence. */
struct zn_result_file *zn_result_file_begin(const char *out, const struct zn_job_file *file,
	struct zn_complaint *complaint);
/** The slots of the next items in order, `first` being the first's. False and a sentence. */
bool zn_result_file_add(struct zn_result_file *result, uint64_t first, const uint8_t *slots,
	size_t bytes, struct zn_complaint *complaint);
/** The last came: make the result durable under its name. False and a sentence. */
bool zn_result_file_end(struct zn_result_file *result, struct zn_complaint *complaint);
/** Without an end before it, nothing of it stays. NULL is fine. */
void zn_result_file_destroy(struct zn_result_file *result);

#endif
