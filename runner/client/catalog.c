#include "runner/client/catalog.h"

static bool made_of(const struct zn_builtin_kernel *kernel, const struct zn_hash *source_ids,
	uint32_t count)
{
	uint32_t at = 0;
	for (const char *const *name = kernel->sources; *name != NULL; name++, at++) {
		const struct zn_kernel_source *source = zn_kernel_source_find(*name);
		struct zn_hash id;
		if (at == count || source == NULL ||
			!zn_content_id(&id, source->text, source->bytes) ||
			!zn_hash_equal(&id, &source_ids[at]))
			return false;
	}
	return at == count;
}

const struct zn_builtin_kernel *zn_catalog_find(const struct zn_hash *source_ids, uint32_t count)
{
	for (const struct zn_builtin_kernel *kernel = zn_builtin_kernels; kernel->name != NULL;
		kernel++)
		if (made_of(kernel, source_ids, count))
			return kernel;
	return NULL;
}

uint32_t zn_catalog_sources(struct zn_kernel_source *out, uint32_t count_max,
	const struct zn_builtin_kernel *kernel)
{
	uint32_t count = 0;
	for (const char *const *name = kernel->sources; *name != NULL && count < count_max;
		name++) {
		const struct zn_kernel_source *source = zn_kernel_source_find(*name);
		if (source != NULL)
			out[count++] = *source;
	}
	return count;
}
