/* tools/kernel_inside.h - the state of one `zennet kernel check`, shared by its files and nobody else. */
#ifndef ZN_TOOLS_KERNEL_INSIDE_H
#define ZN_TOOLS_KERNEL_INSIDE_H

#include "tools/kernel_bench.h"
#include "tools/kernel_check.h"

#define ZN_KERNEL_TRIED_ITEMS_MAX 65536

struct zn_kernel_check {
	struct zn_kernel_report *report;
	const struct zn_kernel_case *kernel;
	const struct zn_kernel_check_options *options;
	struct zn_complaint *complaint;
	struct zn_kernel_bench bench;
	bool build_failed; /* on some device: oclgrind's compiler has the same grammar */
	/* what the first device gave for the first items of the first and the last chunk */
	uint8_t *known[2];
	uint32_t known_items[2];
	char known_by[ZN_DEVICE_TEXT_BYTES_MAX + 1];
};

/** A chunk, and how much of it is tried. */
struct zn_kernel_part {
	int which; /* 0: the first chunk, 1: the last */
	uint64_t chunk, first;
	uint32_t items; /* tried */
	uint8_t *input;
	uint32_t input_bytes;
};

bool zn_kernel_part_open(struct zn_kernel_part *part, struct zn_kernel_check *check, int which);
void zn_kernel_part_close(struct zn_kernel_part *part);
struct zn_run_request zn_kernel_part_request(const struct zn_kernel_part *part, uint32_t from,
	uint32_t count);
/** Items spread over the first items_count of the part, whole groups, the last one first. Returns how
 *  many, at most items_max. */
uint32_t zn_kernel_part_spread(const struct zn_kernel_check *check,
	const struct zn_kernel_part *part, uint64_t *items, uint32_t items_count,
	uint32_t items_max);

/** Items of a work-group; 1 in the map form. */
uint32_t zn_kernel_unit(const struct zn_kernel_check *check);
struct zn_runner_job zn_kernel_job(const struct zn_kernel_check *check);
/** Slot `at[i]` of `right` (NULL: slot i) against slot i of `left`; a difference is a finding. */
bool zn_kernel_equal(struct zn_kernel_check *check, const struct zn_kernel_part *part,
	const uint8_t *right, const uint8_t *left, uint32_t count, const uint64_t *at,
	const char *how);
void zn_kernel_tell(struct zn_kernel_check *check, const struct zn_kernel_step *step);
/** The step of oclgrind. */
void zn_kernel_inspect(struct zn_kernel_check *check);

#endif
