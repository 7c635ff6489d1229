/* tests/unit/exact_functions.h - kernels/exact.h as plain C, one function of bits for each.
 *
 * Compiled without sanitizers and for the machine that builds it (tests/unit/exact.cmake), since
 * hundreds of millions of calls are made; IEEE's rules stay.
 */
#ifndef ZN_TESTS_EXACT_FUNCTIONS_H
#define ZN_TESTS_EXACT_FUNCTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* In the order of tests/unit/exact_device.cl. */
enum exact_function {
	EXACT_SIN,
	EXACT_COS,
	EXACT_TAN,
	EXACT_ASIN,
	EXACT_ACOS,
	EXACT_ATAN,
	EXACT_EXP,
	EXACT_EXP2,
	EXACT_LOG,
	EXACT_LOG2,
	EXACT_LOG10,
	EXACT_RSQRT,
	EXACT_SINCOS,
	EXACT_CANONICAL,
	EXACT_TO_UINT,
	EXACT_TO_INT,
	EXACT_ATAN2, /* from here on of two arguments */
	EXACT_POW,
	EXACT_MIN,
	EXACT_MAX,
	EXACT_CLAMP,
	EXACT_COPYSIGN,
	EXACT_DIVIDE,
	EXACT_REMAINDER,
	EXACT_DIVIDE_INT,
	EXACT_REMAINDER_INT,
	EXACT_FUNCTIONS
};

extern const char *const exact_names[EXACT_FUNCTIONS];

/** The bits that the function gives for these. */
uint32_t exact_call(enum exact_function function, uint32_t a, uint32_t b);
/** What exact_device.cl writes for one block, at any width. */
uint32_t exact_block(enum exact_function function, uint32_t first, uint32_t count, uint32_t stride,
	uint32_t offset);

/** The largest error in units of the last place over the inputs first, first + step, ... below
 *  2^32, of a function of one float, against doubles of the mathematical library.
 *  Out: worst_bits  the input that gave it. */
double exact_error_scan(uint32_t *worst_bits, enum exact_function function, uint64_t first,
	uint64_t step);
/** Of one call; b is looked at by functions of two. */
double exact_error(enum exact_function function, uint32_t a, uint32_t b);
/** The double that the mathematical library gives. */
double exact_reference(enum exact_function function, double a, double b);

#endif
