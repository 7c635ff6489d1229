#include "publisher/reduce.h"

#include "core/assert.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* 2^46 items of 64 bits are 110 bits. */
__extension__ typedef __int128 wide;

union place {
	wide whole;
	double real;
};

struct entry {
	uint64_t item;
	uint64_t order; /* of the key: larger is better */
	uint32_t slot;  /* which of the slots */
};

struct zn_reduce {
	const struct zn_job_file_reduce *how;
	uint32_t slot_bytes, width, places;
	bool begun;
	union place *sums;  /* of sum, min, max */
	bool *seen;         /* min, max: a number was there */
	struct entry *heap; /* of top: the worst is the first */
	uint32_t heap_count;
	uint8_t *slots; /* of top */
	uint8_t *result;
};

static bool is_real(enum zn_number type)
{
	return type == ZN_NUMBER_F32 || type == ZN_NUMBER_F64;
}

static uint64_t bits_at(const uint8_t *at, uint32_t width)
{
	uint64_t bits = 0;
	for (uint32_t i = 0; i < width; i++)
		bits |= (uint64_t)at[i] << (8 * i);
	return bits;
}

static void bits_put(uint8_t *at, uint64_t bits, uint32_t width)
{
	for (uint32_t i = 0; i < width; i++)
		at[i] = (uint8_t)(bits >> (8 * i));
}

static double real_at(const uint8_t *at, enum zn_number type)
{
	uint64_t bits = bits_at(at, zn_number_bytes(type));
	uint32_t half = (uint32_t)bits;
	float single;
	double real;
	memcpy(&single, &half, sizeof single);
	memcpy(&real, &bits, sizeof real);
	return type == ZN_NUMBER_F32 ? (double)single : real;
}

static wide whole_at(const uint8_t *at, enum zn_number type)
{
	uint64_t bits = bits_at(at, zn_number_bytes(type));
	if (type == ZN_NUMBER_I32)
		return (int32_t)(uint32_t)bits;
	return type == ZN_NUMBER_I64 ? (wide)(int64_t)bits : (wide)bits;
}

struct zn_reduce *zn_reduce_create(const struct zn_job_file_reduce *how, uint32_t slot_bytes)
{
	struct zn_reduce *reduce = calloc(1, sizeof *reduce);
	if (reduce == NULL)
		return NULL;
	ZN_ASSERT(how->kind >= ZN_REDUCE_SUM && how->kind <= ZN_REDUCE_TOP);
	reduce->how = how;
	reduce->slot_bytes = slot_bytes;
	reduce->width = zn_number_bytes(how->type);
	if (how->kind == ZN_REDUCE_TOP) {
		reduce->heap = calloc(how->top, sizeof *reduce->heap);
		reduce->slots = malloc((size_t)how->top * slot_bytes);
		reduce->result = malloc((size_t)how->top * (8 + slot_bytes));
	} else {
		reduce->places = slot_bytes / reduce->width;
		reduce->sums = calloc(reduce->places, sizeof *reduce->sums);
		reduce->seen = calloc(reduce->places, sizeof *reduce->seen);
		reduce->result = malloc(slot_bytes);
	}
	if (reduce->result != NULL && ((reduce->heap != NULL && reduce->slots != NULL) ||
					      (reduce->sums != NULL && reduce->seen != NULL)))
		return reduce;
	zn_reduce_destroy(reduce);
	return NULL;
}

void zn_reduce_destroy(struct zn_reduce *reduce)
{
	if (reduce == NULL)
		return;
	free(reduce->sums);
	free(reduce->seen);
	free(reduce->heap);
	free(reduce->slots);
	free(reduce->result);
	free(reduce);
}

/* --- sum, min, max --- */

static void real_add(struct zn_reduce *reduce, uint32_t place, double value)
{
	double *kept = &reduce->sums[place].real;
	bool first = !reduce->seen[place];
	if (reduce->how->kind == ZN_REDUCE_SUM) {
		*kept = first ? value : *kept + value;
		reduce->seen[place] = true;
		return;
	}
	if (isnan(value))
		return;
	if (first || (reduce->how->kind == ZN_REDUCE_MIN ? value < *kept : value > *kept))
		*kept = value;
	reduce->seen[place] = true;
}

static void whole_add(struct zn_reduce *reduce, uint32_t place, wide value)
{
	wide *kept = &reduce->sums[place].whole;
	bool first = !reduce->seen[place];
	reduce->seen[place] = true;
	if (reduce->how->kind == ZN_REDUCE_SUM)
		*kept += value;
	else if (first || (reduce->how->kind == ZN_REDUCE_MIN ? value < *kept : value > *kept))
		*kept = value;
}

static void vector_add(struct zn_reduce *reduce, const uint8_t *slot)
{
	enum zn_number type = reduce->how->type;
	for (uint32_t i = 0; i < reduce->places; i++) {
		const uint8_t *at = slot + (size_t)i * reduce->width;
		if (is_real(type))
			real_add(reduce, i, real_at(at, type));
		else
			whole_add(reduce, i, whole_at(at, type));
	}
}

static bool whole_fits(wide value, enum zn_number type)
{
	switch (type) {
	case ZN_NUMBER_U32:
		return value >= 0 && value <= UINT32_MAX;
	case ZN_NUMBER_I32:
		return value >= INT32_MIN && value <= INT32_MAX;
	case ZN_NUMBER_U64:
		return value >= 0 && value <= UINT64_MAX;
	default:
		return value >= INT64_MIN && value <= INT64_MAX;
	}
}

static uint64_t real_bits(const struct zn_reduce *reduce, uint32_t place)
{
	double real = reduce->seen[place] ? reduce->sums[place].real : NAN;
	float single = (float)real;
	uint64_t bits;
	uint32_t half;
	memcpy(&bits, &real, sizeof bits);
	memcpy(&half, &single, sizeof half);
	/* One NaN, whoever made it. */
	if (isnan(real))
		return reduce->width == 4 ? 0x7fc00000u : UINT64_C(0x7ff8000000000000);
	return reduce->width == 4 ? half : bits;
}

static bool vector_result(struct zn_reduce *reduce, struct zn_complaint *complaint)
{
	enum zn_number type = reduce->how->type;
	for (uint32_t i = 0; i < reduce->places; i++) {
		wide value = reduce->sums[i].whole;
		if (!is_real(type) && !whole_fits(value, type))
			return zn_complain(complaint,
				"reduce: the sum at place %u of the slot does not fit a %s; let the"
				" kernel write a wider type, or reduce with a command",
				i, zn_number_name(type));
		bits_put(reduce->result + (size_t)i * reduce->width,
			is_real(type) ? real_bits(reduce, i) : (uint64_t)value, reduce->width);
	}
	return true;
}

/* --- top --- */

/* The key as an unsigned number in the same order. */
static uint64_t order_of(const uint8_t *at, enum zn_number type)
{
	if (is_real(type)) {
		double real = real_at(at, type);
		uint64_t bits;
		if (isnan(real))
			return 0;
		real += 0.0; /* -0 is 0 */
		memcpy(&bits, &real, sizeof bits);
		return bits >> 63 != 0 ? ~bits : bits | UINT64_C(1) << 63;
	}
	if (type == ZN_NUMBER_I32 || type == ZN_NUMBER_I64)
		return (uint64_t)(int64_t)whole_at(at, type) + (UINT64_C(1) << 63);
	return (uint64_t)whole_at(at, type);
}

static bool worse(const struct entry *a, const struct entry *b)
{
	return a->order != b->order ? a->order < b->order : a->item > b->item;
}

static void heap_down(struct entry *heap, uint32_t count, uint32_t at)
{
	for (;;) {
		uint32_t worst = at, child = 2 * at + 1;
		for (uint32_t k = child; k < child + 2 && k < count; k++)
			if (worse(&heap[k], &heap[worst]))
				worst = k;
		if (worst == at)
			return;
		struct entry kept = heap[at];
		heap[at] = heap[worst];
		heap[worst] = kept;
		at = worst;
	}
}

static void heap_up(struct entry *heap, uint32_t at)
{
	while (at > 0 && worse(&heap[at], &heap[(at - 1) / 2])) {
		struct entry kept = heap[at];
		heap[at] = heap[(at - 1) / 2];
		heap[(at - 1) / 2] = kept;
		at = (at - 1) / 2;
	}
}

static void top_add(struct zn_reduce *reduce, uint64_t item, const uint8_t *slot)
{
	struct entry entry = {.item = item,
		.order = order_of(slot + reduce->how->at, reduce->how->type)};
	if (reduce->heap_count < reduce->how->top) {
		entry.slot = reduce->heap_count;
		reduce->heap[reduce->heap_count++] = entry;
		heap_up(reduce->heap, reduce->heap_count - 1);
	} else if (worse(&reduce->heap[0], &entry)) {
		entry.slot = reduce->heap[0].slot;
		reduce->heap[0] = entry;
		heap_down(reduce->heap, reduce->heap_count, 0);
	} else {
		return;
	}
	memcpy(reduce->slots + (size_t)entry.slot * reduce->slot_bytes, slot, reduce->slot_bytes);
}

static int best_first(const void *a, const void *b)
{
	return worse(a, b) ? 1 : -1; /* no two items are one */
}

static void top_result(struct zn_reduce *reduce)
{
	uint8_t *at = reduce->result;
	/* Sorted the other way it is no heap any more: nothing may be added after this. */
	qsort(reduce->heap, reduce->heap_count, sizeof *reduce->heap, best_first);
	for (uint32_t i = 0; i < reduce->heap_count; i++) {
		bits_put(at, reduce->heap[i].item, 8);
		memcpy(at + 8, reduce->slots + (size_t)reduce->heap[i].slot * reduce->slot_bytes,
			reduce->slot_bytes);
		at += 8 + reduce->slot_bytes;
	}
}

/* --- both --- */

void zn_reduce_add(struct zn_reduce *reduce, uint64_t first, uint64_t items, const uint8_t *slots)
{
	for (uint64_t i = 0; i < items; i++, slots += reduce->slot_bytes) {
		if (reduce->how->kind == ZN_REDUCE_TOP)
			top_add(reduce, first + i, slots);
		else
			vector_add(reduce, slots);
	}
}

bool zn_reduce_result(const uint8_t **bytes, size_t *count, struct zn_reduce *reduce,
	struct zn_complaint *complaint)
{
	*bytes = reduce->result;
	*count = reduce->slot_bytes;
	if (reduce->how->kind != ZN_REDUCE_TOP)
		return vector_result(reduce, complaint);
	top_result(reduce);
	*count = (size_t)reduce->heap_count * (8 + reduce->slot_bytes);
	return true;
}

/* --- text --- */

static void value_print(FILE *to, enum zn_number type, const uint8_t *at)
{
	uint64_t bits = bits_at(at, zn_number_bytes(type));
	if (type == ZN_NUMBER_F32)
		fprintf(to, "%.9g", real_at(at, type));
	else if (type == ZN_NUMBER_F64)
		fprintf(to, "%.17g", real_at(at, type));
	else if (type == ZN_NUMBER_HEX)
		fprintf(to, "%02x", at[0]);
	else if (type == ZN_NUMBER_I32)
		fprintf(to, "%" PRId32, (int32_t)(uint32_t)bits);
	else if (type == ZN_NUMBER_I64)
		fprintf(to, "%" PRId64, (int64_t)bits);
	else
		fprintf(to, "%" PRIu64, bits);
}

bool zn_reduce_print(FILE *to, const struct zn_job_file_reduce *how, uint32_t slot_bytes,
	const uint8_t *bytes, size_t count)
{
	uint32_t width = zn_number_bytes(how->print);
	bool top = how->kind == ZN_REDUCE_TOP, hex = how->print == ZN_NUMBER_HEX;
	size_t entry = slot_bytes + (top ? 8 : 0);
	for (; count >= entry; bytes += entry, count -= entry) {
		const uint8_t *slot = bytes + (top ? 8 : 0);
		if (top)
			fprintf(to, "%" PRIu64 " ", bits_at(bytes, 8));
		for (uint32_t i = 0; i < slot_bytes; i += width) {
			bool last = i + width >= slot_bytes;
			value_print(to, how->print, slot + i);
			if (last || !hex)
				fputc(top && !last ? ' ' : '\n', to);
		}
	}
	return ferror(to) == 0;
}
