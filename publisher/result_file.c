#include "publisher/result_file.h"

#include "core/assert.h"
#include "io/files.h"
#include "io/system_err.h"
#include "publisher/reduce.h"
#include "publisher/reduce_command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct zn_result_file {
	const struct zn_job_file_reduce *how;
	uint32_t slot_bytes;
	char out[PATH_MAX], part[PATH_MAX];
	FILE *to;
	struct zn_reduce *reduce;
	struct zn_reduce_command *command;
};

static bool cannot(struct zn_result_file *result, struct zn_complaint *complaint)
{
	return zn_complain(complaint, "%s: %s", result->part,
		zn_err_sentence(errno != 0 ? zn_err_of_errno(errno) : ZN_ERR_IO));
}

static bool begin(struct zn_result_file *result, const char *out, const struct zn_job_file *file,
	struct zn_complaint *complaint)
{
	const struct zn_job_file_reduce *how = &file->kernel.reduce;
	result->how = how;
	result->slot_bytes = file->kernel.slot_bytes;
	if (!zn_path_make(result->out, "%s", out) || !zn_path_make(result->part, "%s.part", out)) {
		result->part[0] = '\0';
		return zn_complain(complaint, "%s: this path is too long", out);
	}
	result->to = fopen(result->part, "wb");
	if (result->to == NULL)
		return cannot(result, complaint);
	if (how->kind == ZN_REDUCE_COMMAND)
		result->command = zn_reduce_command_start(&how->command, file->directory,
			result->to, NULL, complaint);
	else if (how->kind != ZN_REDUCE_CONCAT)
		result->reduce = zn_reduce_create(how, result->slot_bytes);
	else
		return true;
	if (how->kind != ZN_REDUCE_COMMAND && result->reduce == NULL)
		return zn_complain(complaint, "reduce: out of memory");
	return result->reduce != NULL || result->command != NULL;
}

struct zn_result_file *zn_result_file_begin(const char *out, const struct zn_job_file *file,
	struct zn_complaint *complaint)
{
	struct zn_result_file *result = calloc(1, sizeof *result);
	if (result == NULL) {
		zn_complain(complaint, "%s: out of memory", out);
		return NULL;
	}
	if (begin(result, out, file, complaint))
		return result;
	zn_result_file_destroy(result);
	return NULL;
}

static bool put(struct zn_result_file *result, const uint8_t *bytes, size_t count,
	struct zn_complaint *complaint)
{
	errno = 0;
	bool good =
		result->how->print != ZN_NUMBER_NONE
			? zn_reduce_print(result->to, result->how, result->slot_bytes, bytes, count)
			: fwrite(bytes, 1, count, result->to) == count;
	return good || cannot(result, complaint);
}

bool zn_result_file_add(struct zn_result_file *result, uint64_t first, const uint8_t *slots,
	size_t bytes, struct zn_complaint *complaint)
{
	ZN_ASSERT(bytes % result->slot_bytes == 0);
	if (result->command != NULL)
		return zn_reduce_command_feed(result->command, slots, bytes, complaint);
	if (result->reduce == NULL)
		return put(result, slots, bytes, complaint);
	zn_reduce_add(result->reduce, first, bytes / result->slot_bytes, slots);
	return true;
}

bool zn_result_file_end(struct zn_result_file *result, struct zn_complaint *complaint)
{
	const uint8_t *bytes;
	size_t count;
	if (result->command != NULL && !zn_reduce_command_finish(result->command, complaint))
		return false;
	if (result->reduce != NULL &&
		(!zn_reduce_result(&bytes, &count, result->reduce, complaint) ||
			!put(result, bytes, count, complaint)))
		return false;
	errno = 0;
	bool good = fflush(result->to) == 0 && fsync(fileno(result->to)) == 0;
	if (!good || rename(result->part, result->out) != 0)
		return cannot(result, complaint);
	result->part[0] = '\0';
	return true;
}

void zn_result_file_destroy(struct zn_result_file *result)
{
	if (result == NULL)
		return;
	zn_reduce_command_destroy(result->command);
	zn_reduce_destroy(result->reduce);
	if (result->to != NULL)
		fclose(result->to);
	if (result->part[0] != '\0')
		unlink(result->part);
	free(result);
}
