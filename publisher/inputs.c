#include "publisher/inputs.h"

#include "core/assert.h"
#include "io/files.h"
#include "io/system_err.h"
#include "publisher/blobs.h"
#include "publisher/cut.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct making {
	struct zn_inputs *inputs;
	uint64_t room;
	uint32_t file;
};

static bool room_make(struct making *making)
{
	struct zn_inputs *inputs = making->inputs;
	uint64_t room = making->room == 0 ? 1024 : making->room * 2;
	if (inputs->count < making->room)
		return true;
	struct zn_hash *ids = realloc(inputs->ids, room * sizeof *ids);
	if (ids == NULL)
		return false;
	inputs->ids = ids;
	if (inputs->home == NULL) {
		struct zn_input_place *places = realloc(inputs->places, room * sizeof *places);
		if (places == NULL)
			return false;
		inputs->places = places;
	}
	making->room = room;
	return true;
}

static bool on_piece(void *user, const struct zn_cut_piece *piece, struct zn_complaint *complaint)
{
	struct making *making = user;
	struct zn_inputs *inputs = making->inputs;
	if (inputs->count == ZN_JOB_CHUNKS_MAX)
		return zn_complain(complaint,
			"input: it makes more than %u pieces, the most that a job may have; make"
			" them larger (\"bytes\")",
			ZN_JOB_CHUNKS_MAX);
	if (!room_make(making) ||
		!zn_content_id(&inputs->ids[inputs->count], piece->bytes, piece->count))
		return zn_complain(complaint, "input: out of memory");
	if (inputs->home != NULL) {
		if (!zn_blob_put(inputs->home, &inputs->ids[inputs->count], piece->bytes,
			    piece->count, complaint))
			return false;
	} else {
		inputs->places[inputs->count] = (struct zn_input_place){.place = piece->place,
			.file = making->file,
			.bytes = piece->count};
	}
	inputs->count++;
	inputs->bytes += piece->count;
	if (piece->count > inputs->bytes_max)
		inputs->bytes_max = piece->count;
	return true;
}

bool zn_inputs_make(struct zn_inputs *inputs, const struct zn_job_file *file,
	const struct zn_job_home *home, struct zn_complaint *complaint)
{
	const struct zn_job_file_kernel *kernel = &file->kernel;
	struct making making = {.inputs = inputs};
	char path[PATH_MAX];
	*inputs = (struct zn_inputs){.home = home, .file = home == NULL ? file : NULL};
	for (; making.file < kernel->inputs.count; making.file++) {
		const char *name = zn_words_at(&kernel->inputs, making.file);
		if (!zn_job_file_path(path, file, name))
			return zn_complain(complaint, "%s: this path is too long", name);
		if (!zn_cut_file(path, path, kernel->cut_bytes, kernel->cut == ZN_CUT_LINES,
			    on_piece, &making, complaint))
			return false;
	}
	if (inputs->count == 0)
		return zn_complain(complaint,
			"input: the named files are empty; there is nothing to compute from");
	return true;
}

bool zn_inputs_restore(struct zn_inputs *inputs, const struct zn_job_home *home,
	const struct zn_hash *list_id, uint64_t count, uint32_t bytes_max,
	struct zn_complaint *complaint)
{
	uint8_t *list;
	size_t bytes;
	*inputs = (struct zn_inputs){.home = home, .count = count, .bytes_max = bytes_max};
	enum zn_err err = zn_blob_get(&list, &bytes, home, list_id, count * ZN_HASH_BYTES);
	if (err != ZN_ERR_OK)
		return zn_complain(complaint,
			"job %s: the list of its inputs: %s; start the job anew", home->id,
			zn_err_sentence(err));
	inputs->ids = (struct zn_hash *)list;
	return bytes == count * ZN_HASH_BYTES ||
	       zn_complain(complaint, "job %s: the list of its inputs is damaged", home->id);
}

void zn_inputs_finish(struct zn_inputs *inputs)
{
	free(inputs->ids);
	free(inputs->places);
	*inputs = (struct zn_inputs){0};
}

static enum zn_err person_read(uint8_t *bytes, const struct zn_input_place *place, const char *path)
{
	uint32_t done = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	enum zn_err err = fd < 0 ? zn_err_of_errno(errno) : ZN_ERR_OK;
	while (err == ZN_ERR_OK && done < place->bytes) {
		ssize_t got =
			pread(fd, bytes + done, place->bytes - done, (off_t)(place->place + done));
		if (got < 0 && errno != EINTR)
			err = zn_err_of_errno(errno);
		if (got == 0)
			err = ZN_ERR_CORRUPT;
		done += got > 0 ? (uint32_t)got : 0;
	}
	if (fd >= 0)
		close(fd);
	return err;
}

static bool person_get(uint8_t **bytes, uint32_t *count, const struct zn_inputs *inputs,
	uint64_t chunk, struct zn_complaint *complaint)
{
	const struct zn_input_place *place = &inputs->places[chunk];
	const char *name = zn_words_at(&inputs->file->kernel.inputs, place->file);
	char path[PATH_MAX];
	struct zn_hash id;
	*bytes = malloc(place->bytes);
	*count = place->bytes;
	enum zn_err err = *bytes == NULL ? ZN_ERR_MEMORY : ZN_ERR_OK;
	if (err == ZN_ERR_OK && !zn_job_file_path(path, inputs->file, name))
		err = ZN_ERR_TOO_LARGE;
	if (err == ZN_ERR_OK)
		err = person_read(*bytes, place, path);
	if (err == ZN_ERR_OK && !zn_content_id(&id, *bytes, *count))
		err = ZN_ERR_MEMORY;
	if (err == ZN_ERR_OK && !zn_hash_equal(&id, &inputs->ids[chunk]))
		err = ZN_ERR_CORRUPT;
	if (err == ZN_ERR_OK)
		return true;
	free(*bytes);
	*bytes = NULL;
	return zn_complain(complaint, "%s: %s; leave it as it is while the job runs", name,
		err == ZN_ERR_CORRUPT ? "it was changed since the job began"
				      : zn_err_sentence(err));
}

bool zn_inputs_read(uint8_t **bytes, uint32_t *count, const struct zn_inputs *inputs,
	uint64_t chunk, struct zn_complaint *complaint)
{
	size_t size = 0;
	ZN_ASSERT(chunk < inputs->count);
	if (inputs->home == NULL)
		return person_get(bytes, count, inputs, chunk, complaint);
	enum zn_err err =
		zn_blob_get(bytes, &size, inputs->home, &inputs->ids[chunk], inputs->bytes_max);
	*count = (uint32_t)size;
	return err == ZN_ERR_OK || zn_complain(complaint,
					   "the input of chunk %llu in %s/blobs: %s; mend the "
					   "disk, then `zennet job run"
					   " --resume %s`",
					   (unsigned long long)chunk, inputs->home->directory,
					   zn_err_sentence(err), inputs->home->id);
}
