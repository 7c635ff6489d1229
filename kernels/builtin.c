#include "kernels/builtin.h"

#include "kernels/pathtrace/check.h"

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

static uint32_t lanes_at(const char *text, size_t bytes)
{
	if (bytes >= 1 && (text[0] == '2' || text[0] == '4' || text[0] == '8'))
		return (uint32_t)(text[0] - '0');
	if (bytes >= 2 && text[0] == '1' && text[1] == '6')
		return 16;
	while (bytes > 0 && (text[0] == ' ' || text[0] == '\t')) {
		text++;
		bytes--;
	}
	return bytes >= 2 && text[0] == '#' && text[1] == '#' ? 2 + 4 + 8 + 16 : 0;
}

uint32_t zn_kernel_lanes(const char *text, size_t bytes)
{
	uint32_t lanes = 0;
	for (size_t at = 0; at + 2 < bytes; at++)
		if (text[at] == '_' && text[at + 1] == 'x')
			lanes |= lanes_at(text + at + 2, bytes - at - 2);
	return lanes;
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

#define MIX_PARAMS_BYTES 8
#define MIX_SLOT_BYTES   8

static const char *mix_check(const struct zn_kernel_input *input)
{
	if (input->params_bytes != MIX_PARAMS_BYTES)
		return "the parameters are not two 32-bit words";
	return input->slot_bytes == MIX_SLOT_BYTES ? NULL : "the output slot is not 8 bytes";
}

static const char *pathtrace_check(const struct zn_kernel_input *input)
{
	enum zn_pathtrace_refusal refusal =
		zn_pathtrace_params_check(input->params, input->params_bytes);
	if (refusal == ZN_PATHTRACE_OK)
		refusal = zn_pathtrace_check(input->shared, input->shared_bytes, input->params,
			input->params_bytes);
	if (refusal != ZN_PATHTRACE_OK)
		return zn_pathtrace_refusal_sentence(refusal);
	return input->slot_bytes == ZN_PATHTRACE_SLOT_BYTES
		       ? NULL
		       : "the output slot is not three 64-bit sums";
}

const struct zn_builtin_kernel zn_builtin_kernels[] = {
	{"mix", mix_sources, "an integer hash of the item's index, for tests and empty chunks",
		mix_check},
	{"pathtrace", pathtrace_sources, "light paths through a scene, summed in integers",
		pathtrace_check},
	{NULL, NULL, NULL, NULL},
};

const struct zn_builtin_kernel *zn_builtin_kernel_find(const char *name)
{
	for (const struct zn_builtin_kernel *kernel = zn_builtin_kernels; kernel->name != NULL;
		kernel++)
		if (strcmp(kernel->name, name) == 0)
			return kernel;
	return NULL;
}
