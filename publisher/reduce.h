/* publisher/reduce.h - what the outputs of all items become: a vector, or the best of them. Pure.
 *
 * Takes  struct zn_job_file_reduce, and the outputs of all chunks in item order
 * Gives  bytes, little-endian as a kernel would have written them
 *
 * sum, min, max: a slot is a vector of one type; the result is one slot, made of each place over all
 * items in order. Integers are added in 128 bits, and a sum that its type does not hold is a sentence.
 * Floats are added in double, one rounding each, in item order, and rounded to their type at the end;
 * so the same items give the same bits everywhere. min and max pass NaN over (a place where all are
 * NaN is a NaN); of equals (+0 and -0) the first stands.
 * top: the slots with the largest keys, the largest first, of equals the smaller item first; each with
 * its item, a u64, before it. A key that is NaN is below every other.
 */
#ifndef ZN_PUBLISHER_REDUCE_H
#define ZN_PUBLISHER_REDUCE_H

#include "publisher/job_file.h"

#include <stdio.h>

struct zn_reduce;

/** For sum, min, max and top. `how` is borrowed. NULL: no memory. */
struct zn_reduce *zn_reduce_create(const struct zn_job_file_reduce *how, uint32_t slot_bytes);
/** The slots of `items` items from `first` on. */
void zn_reduce_add(struct zn_reduce *reduce, uint64_t first, uint64_t items, const uint8_t *slots);
/** The result, borrowed from the reduce. False and a sentence when a sum does not fit. */
bool zn_reduce_result(const uint8_t **bytes, size_t *count, struct zn_reduce *reduce,
	struct zn_complaint *complaint);
void zn_reduce_destroy(struct zn_reduce *reduce);

/** Write values as text, one a line: of HEX a slot a line. Every top entry is a line: item, values. */
bool zn_reduce_print(FILE *to, const struct zn_job_file_reduce *how, uint32_t slot_bytes,
	const uint8_t *bytes, size_t count);

#endif
