/* runner/program.h - sources to a program on the device, through the cache of binaries. */
#ifndef ZN_RUNNER_PROGRAM_H
#define ZN_RUNNER_PROGRAM_H

#include "core/err.h"
#include "core/hash.h"
#include "runner/compute.h"
#include "runner/pipe.h"

struct zn_program_text {
	const char *name; /* for build logs only */
	const char *text; /* borrowed; not zero-terminated */
	size_t bytes;
};

struct zn_program_recipe {
	bool exact; /* exact.h first, and division and square root as IEEE has them */
	bool fp64;
	bool as_written; /* not optimised, so that a checker sees what the author wrote */
	uint32_t group_items; /* 0: map form */
	uint32_t local_bytes;
	uint32_t slot_bytes;
	uint32_t width;
	uint32_t texts_count; /* at most ZN_SOURCES_MAX; map.cl or chunk.cl comes after them */
	struct zn_program_text texts[ZN_SOURCES_MAX];
};

struct zn_program {
	cl_program program;
	struct zn_hash key;
	bool cached;
	uint32_t build_ms;
};

/** Build. Returns: OK; BUILD when the source is at fault, DEVICE when the driver is, MEMORY.
 *  Out: `report` gets build_ms, cached, the log and, unless OK, a sentence. */
enum zn_err zn_program_build(struct zn_program *out, const struct zn_compute *compute,
	const char *cache_dir, const struct zn_program_recipe *recipe,
	struct zn_pipe_loaded *report);
/** Put a freshly built one into the cache; after its first runs, so that what PoCL compiles late is
 *  in it. */
void zn_program_keep(const struct zn_program *program, const char *cache_dir);
void zn_program_release(struct zn_program *program);

/** Write a sentence into a report, cleaned and cut. */
void zn_report(struct zn_pipe_loaded *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

uint64_t zn_runner_now_ns(void);

#endif
