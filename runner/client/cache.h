/* runner/client/cache.h - binaries of programs, kept between runs of the runner on this machine.
 *
 * The key is a hash of everything that decides a binary: source, options, device, driver
 * (runner/recipe.h). Only this program reads and writes here: no runner sees the directory, so a job can
 * spoil no binary but its own. A file that is damaged is as good as none. Binaries are made by our own
 * builders and never come from a peer.
 */
#ifndef ZN_RUNNER_CLIENT_CACHE_H
#define ZN_RUNNER_CLIENT_CACHE_H

#include "core/hash.h"

/** Out: malloc'ed bytes, or NULL when there is none. */
uint8_t *zn_cache_find(const char *cache_dir, const struct zn_hash *key, size_t *bytes);
/** Keep it; failures are silent, they only cost time. Forgets the oldest above
 *  ZN_CACHED_BINARIES_MAX. */
void zn_cache_keep(const char *cache_dir, const struct zn_hash *key, const void *binary,
	size_t bytes);
void zn_cache_forget(const char *cache_dir, const struct zn_hash *key);

#endif
