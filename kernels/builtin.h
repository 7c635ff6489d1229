/* kernels/builtin.h - the kernel sources that every copy of Zennet carries.
 *
 * Sources are embedded at build time. A built-in kernel is a list of them in the order in which the
 * manifest names them; a worker runs it without being sent any source.
 */
#ifndef ZN_KERNELS_BUILTIN_H
#define ZN_KERNELS_BUILTIN_H

#include <stddef.h>
#include <stdint.h>

struct zn_kernel_source {
	const char *name; /* "pathtrace/bvh.cl" */
	const char *text; /* zero-terminated */
	size_t bytes;     /* without the zero */
};

/** A source by name ("exact.h", "map.cl", ...); NULL if there is none. */
const struct zn_kernel_source *zn_kernel_source_find(const char *name);

/** The vector widths of exact.h's functions that a text names ("_x8"), as the sum of 2, 4, 8 and 16;
 *  all of them where it pastes a name together ("_x##", which our own may). What nobody calls is not compiled, since the
 *  reading alone costs some 6 ms for each width. */
uint32_t zn_kernel_lanes(const char *text, size_t bytes);

/** What a job gives a kernel; from a stranger. Pointers are 16-byte aligned. */
struct zn_kernel_input {
	const void *params;
	size_t params_bytes;
	const void *shared; /* NULL if there is none */
	size_t shared_bytes;
	uint32_t slot_bytes;
	uint64_t items;
};

struct zn_builtin_kernel {
	const char *name;           /* "mix", "pathtrace" */
	const char *const *sources; /* names, NULL-terminated, in order */
	const char *what;           /* one line for people */
	/** The kernel believes what it is given: is it safe to run with this? NULL if it is, else
	 *  one sentence's end that says why not ("the parameters have the wrong size"). */
	const char *(*check)(const struct zn_kernel_input *input);
};

/** All of them, ended by one whose name is NULL. */
extern const struct zn_builtin_kernel zn_builtin_kernels[];
const struct zn_builtin_kernel *zn_builtin_kernel_find(const char *name);

#endif
