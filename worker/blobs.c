#include "worker/blobs.h"

#include "core/limits.h"
#include "io/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct zn_blob_task {
	struct zn_hash id;
	size_t count;   /* to be read: the most */
	uint8_t *bytes; /* NULL: to be read */
	bool fetched, kept;
	bool cancelled;
	zn_blob_fn *done;
	void *user;
};

static bool folder_make(char out[PATH_MAX])
{
	char cache[PATH_MAX];
	return zn_path_cache(cache) == ZN_ERR_OK && zn_path_make(out, "%s/blobs", cache) &&
	       zn_directory_make(out) == ZN_ERR_OK;
}

/* One pass: how much is there, and which file was unused for longest. */
static uint64_t folder_bytes(char oldest[PATH_MAX], const char *folder)
{
	uint64_t bytes = 0;
	time_t least = 0;
	struct dirent *entry;
	DIR *directory = opendir(folder);
	oldest[0] = '\0';
	for (int i = 0; directory != NULL && i < ZN_BLOB_CACHE_FILES_MAX &&
			(entry = readdir(directory)) != NULL;
		i++) {
		char path[PATH_MAX];
		struct stat info;
		if (!zn_path_make(path, "%s/%s", folder, entry->d_name) ||
			lstat(path, &info) != 0 || !S_ISREG(info.st_mode))
			continue;
		bytes += (uint64_t)info.st_size;
		if (oldest[0] == '\0' || info.st_mtime < least) {
			least = info.st_mtime;
			memcpy(oldest, path, strlen(path) + 1);
		}
	}
	if (directory != NULL)
		closedir(directory);
	return bytes;
}

static void make_room(const char *folder, size_t count)
{
	char oldest[PATH_MAX];
	for (int i = 0; i < ZN_BLOB_CACHE_FILES_MAX; i++) {
		uint64_t bytes = folder_bytes(oldest, folder);
		if (bytes + count <= ZN_BLOB_CACHE_BYTES_MAX || oldest[0] == '\0' ||
			unlink(oldest) != 0)
			return;
	}
}

static void work(void *user)
{
	struct zn_blob_task *task = user;
	char folder[PATH_MAX], path[PATH_MAX], text[ZN_HASH_TEXT_BYTES];
	struct zn_hash id;
	bool have_path = task->kept && folder_make(folder) &&
			 zn_path_make(path, "%s/%s", folder, zn_hash_text(text, &task->id));
	if (!task->fetched && (!have_path || zn_file_read(&task->bytes, &task->count, path,
						     task->count) != ZN_ERR_OK))
		return;
	if (!zn_content_id(&id, task->bytes, task->count) || !zn_hash_equal(&id, &task->id)) {
		free(task->bytes);
		task->bytes = NULL;
		if (!task->fetched)
			unlink(path);
		return;
	}
	if (!task->fetched) {
		utimensat(AT_FDCWD, path, NULL, 0); /* used now */
	} else if (have_path) {
		make_room(folder, task->count);
		if (zn_file_replace(path, task->bytes, task->count, 0600) != ZN_ERR_OK)
			unlink(path); /* only a cache */
	}
}

static void done(void *user)
{
	struct zn_blob_task *task = user;
	if (task->cancelled)
		free(task->bytes);
	else
		task->done(task->user, task->bytes, task->count);
	free(task);
}

static enum zn_err submit(struct zn_blob_task **out, struct zn_loop *loop,
	struct zn_blob_task *task)
{
	enum zn_err err = zn_loop_submit(loop, work, done, task);
	if (err != ZN_ERR_OK) {
		free(task->bytes);
		free(task);
		return err;
	}
	*out = task;
	return ZN_ERR_OK;
}

enum zn_err zn_blob_find(struct zn_blob_task **out, struct zn_loop *loop, const struct zn_hash *id,
	size_t count_max, zn_blob_fn *fn, void *user)
{
	struct zn_blob_task *task = malloc(sizeof *task);
	if (task == NULL)
		return ZN_ERR_MEMORY;
	*task = (struct zn_blob_task){.id = *id,
		.count = count_max,
		.kept = true,
		.done = fn,
		.user = user};
	return submit(out, loop, task);
}

enum zn_err zn_blob_take(struct zn_blob_task **out, struct zn_loop *loop, const struct zn_hash *id,
	const uint8_t *bytes, size_t count, bool kept, zn_blob_fn *fn, void *user)
{
	struct zn_blob_task *task = malloc(sizeof *task);
	uint8_t *copy = malloc(count > 0 ? count : 1);
	if (task == NULL || copy == NULL) {
		free(task);
		free(copy);
		return ZN_ERR_MEMORY;
	}
	memcpy(copy, bytes, count);
	*task = (struct zn_blob_task){.id = *id,
		.count = count,
		.bytes = copy,
		.fetched = true,
		.kept = kept,
		.done = fn,
		.user = user};
	return submit(out, loop, task);
}

void zn_blob_cancel(struct zn_blob_task *task)
{
	if (task != NULL)
		task->cancelled = true;
}
