/* io/files.c - files and directories. */
#include "io/files.h"

#include "core/limits.h"
#include "io/random.h"
#include "io/system_err.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Until the end of the file, which need not be where fstat saw it (files below /proc, growing logs). */
static enum zn_err read_all(uint8_t **bytes, size_t *count, int fd, size_t room, size_t bytes_max)
{
	uint8_t *buffer = malloc(room + 1);
	size_t used = 0;

	if (buffer == NULL)
		return ZN_ERR_MEMORY;
	for (;;) {
		ssize_t got = read(fd, buffer + used, room - used + 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			free(buffer);
			return ZN_ERR_IO;
		}
		used += (size_t)got;
		if (got == 0)
			break;
		if (used > room) {
			uint8_t *grown = NULL;

			room = room * 2 + 4096;
			if (room > bytes_max)
				room = bytes_max;
			if (used <= bytes_max)
				grown = realloc(buffer, room + 1);
			if (grown == NULL) {
				free(buffer);
				return used > bytes_max ? ZN_ERR_TOO_LARGE : ZN_ERR_MEMORY;
			}
			buffer = grown;
		}
	}
	buffer[used] = 0;
	*bytes = buffer;
	*count = used;
	return ZN_ERR_OK;
}

enum zn_err zn_file_read(uint8_t **bytes, size_t *count, const char *path, size_t bytes_max)
{
	struct stat status;
	enum zn_err err = ZN_ERR_OK;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	*bytes = NULL;
	*count = 0;
	if (fd < 0)
		return zn_err_of_errno(errno);
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
		err = ZN_ERR_IO;
	else if (status.st_size < 0 || (uint64_t)status.st_size > bytes_max)
		err = ZN_ERR_TOO_LARGE;
	else
		err = read_all(bytes, count, fd, (size_t)status.st_size, bytes_max);
	close(fd);
	return err;
}

static enum zn_err write_all(int fd, const uint8_t *bytes, size_t count)
{
	while (count > 0) {
		ssize_t wrote = write(fd, bytes, count);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return zn_err_of_errno(errno);
		bytes += wrote;
		count -= (size_t)wrote;
	}
	return ZN_ERR_OK;
}

static enum zn_err directory_sync(const char *path)
{
	char directory[PATH_MAX];
	char *slash;
	int fd;
	enum zn_err err;

	if (!zn_path_make(directory, "%s", path))
		return ZN_ERR_TOO_LARGE;
	slash = strrchr(directory, '/');
	if (slash == NULL)
		strcpy(directory, ".");
	else
		slash[slash == directory ? 1 : 0] = '\0';
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return zn_err_of_errno(errno);
	err = fsync(fd) == 0 ? ZN_ERR_OK : zn_err_of_errno(errno);
	close(fd);
	return err;
}

static enum zn_err replace(const char *path, const void *bytes, size_t count, unsigned int mode,
	bool durable)
{
	char temporary[PATH_MAX];
	uint64_t tag;
	enum zn_err err;
	int fd;

	zn_random_bytes(&tag, sizeof tag);
	if (!zn_path_make(temporary, "%s.%016llx.tmp", path, (unsigned long long)tag))
		return ZN_ERR_TOO_LARGE;
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return zn_err_of_errno(errno);
	err = write_all(fd, bytes, count);
	if (err == ZN_ERR_OK && durable && fsync(fd) != 0)
		err = zn_err_of_errno(errno);
	if (close(fd) != 0 && err == ZN_ERR_OK)
		err = zn_err_of_errno(errno);
	if (err == ZN_ERR_OK && rename(temporary, path) != 0)
		err = zn_err_of_errno(errno);
	if (err != ZN_ERR_OK) {
		unlink(temporary);
		return err;
	}
	return durable ? directory_sync(path) : ZN_ERR_OK;
}

enum zn_err zn_file_write(const char *path, const void *bytes, size_t count, unsigned int mode)
{
	return replace(path, bytes, count, mode, true);
}

enum zn_err zn_file_replace(const char *path, const void *bytes, size_t count, unsigned int mode)
{
	return replace(path, bytes, count, mode, false);
}

bool zn_file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

enum zn_err zn_directory_make(const char *path)
{
	char part[PATH_MAX];
	struct stat status;

	if (!zn_path_make(part, "%s", path))
		return ZN_ERR_TOO_LARGE;
	for (char *at = part + 1; part[0] != '\0' && *at != '\0'; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		/* A parent that we may not write to can still be there: the last one decides. */
		mkdir(part, 0700);
		*at = '/';
	}
	if (mkdir(part, 0700) == 0)
		return ZN_ERR_OK;
	if (errno != EEXIST)
		return zn_err_of_errno(errno);
	return stat(part, &status) == 0 && S_ISDIR(status.st_mode) ? ZN_ERR_OK : ZN_ERR_EXISTS;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path) == 0 || errno == ENOENT ? 0 : errno;
}

enum zn_err zn_directory_remove(const char *path)
{
	int failed = nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);

	if (failed < 0)
		return errno == ENOENT ? ZN_ERR_OK : zn_err_of_errno(errno);
	return zn_err_of_errno(failed);
}

enum zn_err zn_file_lock(int *fd_out, const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	*fd_out = -1;
	if (fd < 0)
		return zn_err_of_errno(errno);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		int number = errno;

		close(fd);
		return number == EWOULDBLOCK ? ZN_ERR_BUSY : zn_err_of_errno(number);
	}
	*fd_out = fd;
	return ZN_ERR_OK;
}
