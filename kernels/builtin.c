#include "kernels/builtin.h"

#include <string.h>

extern const struct zn_kernel_source zn_embedded_sources[]; /* made by cmake/embed.cmake */

const struct zn_kernel_source *zn_kernel_source_find(const char *name)
{
	for (const struct zn_kernel_source *source = zn_embedded_sources; source->name != NULL;
		source++)
		if (strcmp(source->name, name) == 0)
			return source;
	return NULL;
}

static const char *const mix_sources[] = {"mix.cl", NULL};

static const char *const pathtrace_sources[] = {
	"pathtrace/scene.h",
	"pathtrace/rng.cl",
	"pathtrace/camera.cl",
	"pathtrace/lanes.cl",
	"pathtrace/bvh.cl",
	"pathtrace/texture.cl",
	"pathtrace/light.cl",
	"pathtrace/material.cl",
	"pathtrace/path.cl",
	NULL,
};

const struct zn_builtin_kernel zn_builtin_kernels[] = {
	{"mix", mix_sources, "an integer hash of the item's index, for tests and empty chunks"},
	{"pathtrace", pathtrace_sources, "light paths through a scene, summed in integers"},
	{NULL, NULL, NULL},
};

const struct zn_builtin_kernel *zn_builtin_kernel_find(const char *name)
{
	for (const struct zn_builtin_kernel *kernel = zn_builtin_kernels; kernel->name != NULL;
		kernel++)
		if (strcmp(kernel->name, name) == 0)
			return kernel;
	return NULL;
}
