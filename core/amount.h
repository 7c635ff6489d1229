/* core/amount.h - money that only checked functions touch.
 *
 * Unit: zat (1 XEN = 10^8 zat). An amount is below 2^63 zat; arithmetic that would leave that range
 * returns false and writes nothing.
 */
#ifndef ZN_CORE_AMOUNT_H
#define ZN_CORE_AMOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zn_amount {
	uint64_t zat;
};

#define ZN_AMOUNT_ZERO ((struct zn_amount){0})

/** *out = zat, if it is an amount at all. For numbers that came from outside. */
bool zn_amount_make(struct zn_amount *out, uint64_t zat) __attribute__((warn_unused_result));
bool zn_amount_add(struct zn_amount *out, struct zn_amount a, struct zn_amount b)
	__attribute__((warn_unused_result));
bool zn_amount_sub(struct zn_amount *out, struct zn_amount a, struct zn_amount b)
	__attribute__((warn_unused_result));
int zn_amount_compare(struct zn_amount a, struct zn_amount b);

/** *out = floor(units * price_zat / per): the one rounding of a price, down, on a cumulative total.
 *  `per` > 0. False if the result is no amount. */
bool zn_amount_price_floor(struct zn_amount *out, uint64_t units, uint64_t price_zat, uint64_t per)
	__attribute__((warn_unused_result));

#define ZN_AMOUNT_TEXT_BYTES 48

/** "12.5 XEN": shortest exact decimal. Returns `text`. */
const char *zn_amount_text(char text[ZN_AMOUNT_TEXT_BYTES], struct zn_amount amount);

/** Read "5 XEN", "0.00000001 XEN" or "12 zat"; a unit is required. False on anything else, more
 *  than 8 decimals, or an overflow. */
bool zn_amount_parse(struct zn_amount *out, const char *text) __attribute__((warn_unused_result));

#endif
