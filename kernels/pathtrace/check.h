/* kernels/pathtrace/check.h - is a path tracing job whole? For the host: publishers before they
 * announce a job, workers before they run what a stranger sent.
 *
 * Pure: reads the bytes that it is given and nothing else.
 */
#ifndef ZN_KERNELS_PATHTRACE_CHECK_H
#define ZN_KERNELS_PATHTRACE_CHECK_H

#include "kernels/pathtrace/scene.h"

#include <stddef.h>
#include <stdint.h>

/* In the order of the checks; the first broken rule is the answer. */
#define ZN_PATHTRACE_REFUSALS(X)                                                                   \
	X(OK, "whole")                                                                             \
	X(PARAMS_BYTES, "the parameters have the wrong size, magic or version")                    \
	X(PICTURE, "the picture's size, samples or bounces are out of range")                      \
	X(CAMERA, "the camera is not finite, or the picture has no area")                          \
	X(HEADER, "the scene has the wrong size, magic or version")                                \
	X(OTHER_SCENE, "the parameters belong to another scene")                                   \
	X(COUNT, "a count of the scene is out of range")                                           \
	X(OUTSIDE, "an array reaches beyond the scene's end or is not aligned")                    \
	X(TREE, "the tree of boxes is not a tree of bounded depth over all triangles")             \
	X(INDEX, "an index points outside its array")                                              \
	X(NUMBER, "a number is not finite or out of range")

enum zn_pathtrace_refusal {
#define X(name, sentence) ZN_PATHTRACE_##name,
	ZN_PATHTRACE_REFUSALS(X)
#undef X
};

const char *zn_pathtrace_refusal_sentence(enum zn_pathtrace_refusal refusal);

/** Check the parameter bytes alone, or the scene with them.
 *
 *  Returns: ZN_PATHTRACE_OK or the first broken rule.
 *  In:      scene, scene_bytes    the shared input, 4-byte aligned, untrusted.
 *           params, params_bytes  the parameters, 4-byte aligned, untrusted.
 *  Cost:    one pass over the scene; allocates a bit per node and block (COUNT if it cannot).
 */
enum zn_pathtrace_refusal zn_pathtrace_params_check(const void *params, size_t params_bytes);
enum zn_pathtrace_refusal zn_pathtrace_check(const void *scene, size_t scene_bytes,
	const void *params, size_t params_bytes);

#endif
