#include "runner/client/cache.h"

#include "core/limits.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX           ".clbin"
#define NAME_BYTES       (ZN_HASH_TEXT_BYTES - 1 + sizeof SUFFIX - 1)
#define ENTRIES_SEEN_MAX 65536

static bool path_of(char out[PATH_MAX], const char *cache_dir, const struct zn_hash *key,
	const char *suffix)
{
	char text[ZN_HASH_TEXT_BYTES];
	int length = snprintf(out, PATH_MAX, "%s/%s%s", cache_dir, zn_hash_text(text, key), suffix);
	return cache_dir != NULL && length > 0 && length < PATH_MAX;
}

static bool read_all(int fd, uint8_t *bytes, size_t count)
{
	size_t used = 0;
	while (used < count) {
		ssize_t got = read(fd, bytes + used, count - used);
		if (got <= 0)
			return false;
		used += (size_t)got;
	}
	return true;
}

static bool write_all(int fd, const uint8_t *bytes, size_t count)
{
	size_t used = 0;
	while (used < count) {
		ssize_t put = write(fd, bytes + used, count - used);
		if (put <= 0)
			return false;
		used += (size_t)put;
	}
	return true;
}

/* A file is the hash of the binary, then the binary. */
uint8_t *zn_cache_find(const char *cache_dir, const struct zn_hash *key, size_t *bytes)
{
	char path[PATH_MAX];
	if (cache_dir == NULL || !path_of(path, cache_dir, key, SUFFIX))
		return NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return NULL;
	uint8_t *binary = NULL;
	struct zn_hash said, is;
	struct stat about;
	if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode) ||
		about.st_size <= (off_t)sizeof said.bytes ||
		about.st_size > (off_t)ZN_CACHED_BINARY_BYTES_MAX)
		goto out;
	*bytes = (size_t)about.st_size - sizeof said.bytes;
	binary = malloc(*bytes);
	if (binary == NULL)
		goto out;
	bool whole = read_all(fd, said.bytes, sizeof said.bytes) && read_all(fd, binary, *bytes);
	if (whole)
		zn_sha256(&is, binary, *bytes);
	if (!whole || !zn_hash_equal(&said, &is)) {
		free(binary);
		binary = NULL;
		unlink(path);
	} else {
		futimens(fd, NULL); /* so that the oldest one is the least used */
	}
out:
	close(fd);
	return binary;
}

static bool is_ours(const char *name)
{
	return strlen(name) == NAME_BYTES && strcmp(name + ZN_HASH_TEXT_BYTES - 1, SUFFIX) == 0;
}

static void forget_the_oldest(const char *cache_dir)
{
	DIR *directory = opendir(cache_dir);
	if (directory == NULL)
		return;
	uint32_t count = 0;
	char oldest[NAME_BYTES + 1] = "";
	struct timespec oldest_at = {0};
	struct dirent *entry;
	for (int seen = 0; seen < ENTRIES_SEEN_MAX && (entry = readdir(directory)) != NULL;
		seen++) {
		struct stat about;
		if (!is_ours(entry->d_name) ||
			fstatat(dirfd(directory), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		struct timespec at = about.st_mtim;
		bool older = at.tv_sec < oldest_at.tv_sec ||
			     (at.tv_sec == oldest_at.tv_sec && at.tv_nsec < oldest_at.tv_nsec);
		if (count++ == 0 || older) {
			oldest_at = at;
			memcpy(oldest, entry->d_name, sizeof oldest);
		}
	}
	if (count > ZN_CACHED_BINARIES_MAX)
		unlinkat(dirfd(directory), oldest, 0);
	closedir(directory);
}

void zn_cache_keep(const char *cache_dir, const struct zn_hash *key, const void *binary,
	size_t bytes)
{
	char path[PATH_MAX], temporary[PATH_MAX], suffix[32];
	snprintf(suffix, sizeof suffix, ".%d.tmp", (int)getpid());
	if (cache_dir == NULL || bytes == 0 || bytes > ZN_CACHED_BINARY_BYTES_MAX - ZN_HASH_BYTES ||
		!path_of(path, cache_dir, key, SUFFIX) ||
		!path_of(temporary, cache_dir, key, suffix))
		return;
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return;
	struct zn_hash hash;
	zn_sha256(&hash, binary, bytes);
	bool whole = write_all(fd, hash.bytes, sizeof hash.bytes) && write_all(fd, binary, bytes);
	if (close(fd) != 0 || !whole || rename(temporary, path) != 0)
		unlink(temporary);
	forget_the_oldest(cache_dir);
}

void zn_cache_forget(const char *cache_dir, const struct zn_hash *key)
{
	char path[PATH_MAX];
	if (cache_dir != NULL && path_of(path, cache_dir, key, SUFFIX))
		unlink(path);
}
