#include "core/amount.h"

#include "core/assert.h"
#include "core/limits.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool zn_amount_make(struct zn_amount *out, uint64_t zat)
{
	if (zat > ZN_AMOUNT_MAX_ZAT)
		return false;
	out->zat = zat;
	return true;
}

bool zn_amount_add(struct zn_amount *out, struct zn_amount a, struct zn_amount b)
{
	ZN_ASSERT(a.zat <= ZN_AMOUNT_MAX_ZAT && b.zat <= ZN_AMOUNT_MAX_ZAT);
	return zn_amount_make(out, a.zat + b.zat);
}

bool zn_amount_sub(struct zn_amount *out, struct zn_amount a, struct zn_amount b)
{
	if (b.zat > a.zat)
		return false;
	return zn_amount_make(out, a.zat - b.zat);
}

int zn_amount_compare(struct zn_amount a, struct zn_amount b)
{
	return (a.zat > b.zat) - (a.zat < b.zat);
}

__extension__ typedef unsigned __int128 zn_wide;

bool zn_amount_price_floor(struct zn_amount *out, uint64_t units, uint64_t price_zat, uint64_t per)
{
	ZN_ASSERT(per > 0);
	zn_wide total = (zn_wide)units * price_zat / per;
	if (total > ZN_AMOUNT_MAX_ZAT)
		return false;
	out->zat = (uint64_t)total;
	return true;
}

const char *zn_amount_text(char text[ZN_AMOUNT_TEXT_BYTES], struct zn_amount amount)
{
	uint64_t whole = amount.zat / ZN_ZAT_PER_XEN;
	uint64_t part = amount.zat % ZN_ZAT_PER_XEN;
	int digits = 8;
	while (digits > 0 && part % 10 == 0) {
		part /= 10;
		digits--;
	}
	if (digits == 0)
		snprintf(text, ZN_AMOUNT_TEXT_BYTES, "%" PRIu64 " XEN", whole);
	else
		snprintf(text, ZN_AMOUNT_TEXT_BYTES, "%" PRIu64 ".%0*" PRIu64 " XEN", whole, digits,
			part);
	return text;
}

static bool digit_append(uint64_t *value, char c)
{
	uint64_t digit = (uint64_t)(c - '0');
	if (*value > (ZN_AMOUNT_MAX_ZAT - digit) / 10)
		return false;
	*value = *value * 10 + digit;
	return true;
}

bool zn_amount_parse(struct zn_amount *out, const char *text)
{
	uint64_t value = 0;
	int decimals = -1;
	bool any = false;
	const char *at = text;
	for (; (*at >= '0' && *at <= '9') || *at == '.'; at++) {
		if (*at == '.') {
			if (decimals >= 0 || !any)
				return false;
			decimals = 0;
			continue;
		}
		any = true;
		if (!digit_append(&value, *at))
			return false;
		if (decimals >= 0 && ++decimals > 8)
			return false;
	}
	if (!any || decimals == 0)
		return false;
	while (*at == ' ')
		at++;
	if (strcmp(at, "zat") == 0 && decimals < 0)
		return zn_amount_make(out, value);
	if (strcmp(at, "XEN") != 0)
		return false;
	for (int i = decimals < 0 ? 0 : decimals; i < 8; i++)
		if (!digit_append(&value, '0'))
			return false;
	return zn_amount_make(out, value);
}
