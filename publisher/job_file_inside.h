/* publisher/job_file_inside.h - the readers of a job file's parts, for job_file*.c only. */
#ifndef ZN_PUBLISHER_JOB_FILE_INSIDE_H
#define ZN_PUBLISHER_JOB_FILE_INSIDE_H

#include "io/json.h"
#include "publisher/job_file.h"

/** A key of ours that is wrong in a way that the reader cannot know; the first one stands. */
void zn_job_key_wrong(struct zn_json_reader *reader, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void zn_job_read_u32(struct zn_json_reader *reader, const char *key, uint32_t least, uint32_t most,
	uint32_t *out);
/** Begin on the object `value` that is `key` of `parent`; `name` holds the reader's name. */
struct zn_json_reader zn_job_reader_inner(char name[PATH_MAX + 64],
	const struct zn_json_reader *parent, const char *key, const struct zn_json *value);

void zn_job_read_kernel(struct zn_job_file *file, struct zn_json_reader *reader);
/** The key "params" of a kernel that is not built in. */
void zn_job_read_params(struct zn_job_file_kernel *kernel, struct zn_json_reader *reader);
/** The keys "reduce" and "print", once the slot is known. */
void zn_job_read_reduce(struct zn_job_file_reduce *reduce, struct zn_json_reader *reader,
	uint32_t slot_bytes);
/** Text, or an array of texts, none empty, at least one, at most `most`. False: absent or wrong. */
bool zn_job_read_words(struct zn_words *words, struct zn_json_reader *reader, const char *key,
	bool required, uint32_t most);
bool zn_words_add(struct zn_words *words, const char *word);

#endif
