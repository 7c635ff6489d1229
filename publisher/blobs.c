#include "publisher/blobs.h"

#include "io/files.h"
#include "io/system_err.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool path_of(char out[PATH_MAX], const struct zn_job_home *home, const struct zn_hash *id)
{
	char text[ZN_HASH_TEXT_BYTES];
	return zn_path_make(out, "%s/blobs/%s", home->directory, zn_hash_text(text, id));
}

bool zn_blob_put(const struct zn_job_home *home, const struct zn_hash *id, const void *bytes,
	size_t count, struct zn_complaint *complaint)
{
	char path[PATH_MAX];
	if (!path_of(path, home, id))
		return zn_complain(complaint, "%s: this path is too long", home->directory);
	/* The home is this run's own: what has the name has the bytes. */
	if (zn_file_exists(path))
		return true;
	enum zn_err err = zn_file_replace(path, bytes, count, 0600);
	return err == ZN_ERR_OK ||
	       zn_complain(complaint, "%s: %s; workers fetch the job's input from there%s", path,
		       zn_err_sentence(err),
		       err == ZN_ERR_DISK_FULL ? ": make room, or set ZENNET_HOME to another disk"
					       : "");
}

enum zn_err zn_blobs_sync(const struct zn_job_home *home)
{
	char path[PATH_MAX];
	if (!zn_job_home_path(path, home, "blobs"))
		return ZN_ERR_TOO_LARGE;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return zn_err_of_errno(errno);
	enum zn_err err = syncfs(fd) == 0 ? ZN_ERR_OK : zn_err_of_errno(errno);
	close(fd);
	return err;
}

enum zn_err zn_blob_get(uint8_t **bytes, size_t *count, const struct zn_job_home *home,
	const struct zn_hash *id, size_t bytes_max)
{
	char path[PATH_MAX];
	struct zn_hash found;
	*bytes = NULL;
	if (!path_of(path, home, id))
		return ZN_ERR_TOO_LARGE;
	enum zn_err err = zn_file_read(bytes, count, path, bytes_max);
	if (err != ZN_ERR_OK)
		return err;
	if (!zn_content_id(&found, *bytes, *count))
		err = ZN_ERR_MEMORY;
	else if (!zn_hash_equal(&found, id))
		err = ZN_ERR_CORRUPT;
	if (err == ZN_ERR_OK)
		return ZN_ERR_OK;
	free(*bytes);
	*bytes = NULL;
	return err;
}

int zn_blob_open(uint64_t *count, const struct zn_job_home *home, const struct zn_hash *id)
{
	char path[PATH_MAX];
	struct stat state;
	int fd = path_of(path, home, id) ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
	if (fd >= 0 && (fstat(fd, &state) != 0 || !S_ISREG(state.st_mode))) {
		close(fd);
		return -1;
	}
	*count = fd < 0 ? 0 : (uint64_t)state.st_size;
	return fd;
}
