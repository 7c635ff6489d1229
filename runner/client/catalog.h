/* runner/client/catalog.h - which built-in kernel do a manifest's sources make? */
#ifndef ZN_RUNNER_CLIENT_CATALOG_H
#define ZN_RUNNER_CLIENT_CATALOG_H

#include "core/hash.h"
#include "kernels/builtin.h"

/** The kernel whose sources, all of them in their order, have these content ids. NULL: none of ours. */
const struct zn_builtin_kernel *zn_catalog_find(const struct zn_hash *source_ids, uint32_t count);
/** Its sources in order, up to `count_max`. Returns how many. */
uint32_t zn_catalog_sources(struct zn_kernel_source *out, uint32_t count_max,
	const struct zn_builtin_kernel *kernel);

#endif
