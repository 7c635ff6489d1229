/* io/files.h - files and directories. */
#ifndef ZN_IO_FILES_H
#define ZN_IO_FILES_H

#include "core/err.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Read a whole regular file. Out: *bytes malloc'ed (one more zero byte behind), *count its size.
 *  Errors: NOT_FOUND, DENIED, TOO_LARGE (above bytes_max), IO, MEMORY. */
enum zn_err zn_file_read(uint8_t **bytes, size_t *count, const char *path, size_t bytes_max);
/** Write to a temporary beside it, fsync, rename, fsync the directory: the old file or the new one,
 *  never a half. `mode` as in open(2). Errors: DISK_FULL, DENIED, IO. */
enum zn_err zn_file_write(const char *path, const void *bytes, size_t count, unsigned int mode);
/** The same without fsync, for pictures and caches. */
enum zn_err zn_file_replace(const char *path, const void *bytes, size_t count, unsigned int mode);
bool zn_file_exists(const char *path);
/** mkdir -p with mode 0700. */
enum zn_err zn_directory_make(const char *path);
/** Remove a tree that the caller made; NOT_FOUND is OK. */
enum zn_err zn_directory_remove(const char *path);
/** Hold an exclusive lock file until the process ends; BUSY if another process has it. */
enum zn_err zn_file_lock(int *fd_out, const char *path);

/** Join into `out` (PATH_MAX bytes), printf-style; false when it does not fit. */
bool zn_path_make(char out[PATH_MAX], const char *format, ...)
	__attribute__((format(printf, 2, 3), warn_unused_result));
/** The home of Zennet's files: $ZENNET_HOME, else $XDG_DATA_HOME/zennet, else
 *  ~/.local/share/zennet. Cache: $ZENNET_HOME/cache, else $XDG_CACHE_HOME/zennet, else ~/.cache/zennet.
 *  Creates it. */
enum zn_err zn_path_home(char out[PATH_MAX]);
enum zn_err zn_path_cache(char out[PATH_MAX]);
/** The directory that this program's executable lies in. */
enum zn_err zn_path_program_directory(char out[PATH_MAX]);

#endif
