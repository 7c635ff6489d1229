#include "market/bargain.h"

#include "core/assert.h"
#include "core/limits.h"

#define FIRST_BID_PERCENT 80 /* of the ceiling: room to meet, without insulting anybody */

__extension__ typedef unsigned __int128 zn_wide;

static uint64_t percent_of(uint64_t value, uint64_t percent)
{
	zn_wide scaled = (zn_wide)value * percent / 100;
	return scaled > ZN_AMOUNT_MAX_ZAT ? ZN_AMOUNT_MAX_ZAT : (uint64_t)scaled;
}

static uint64_t middle(uint64_t a, uint64_t b)
{
	return a / 2 + b / 2 + (a & b & 1);
}

uint64_t zn_bargain_ask(uint32_t round, uint64_t floor_zat, uint32_t margin_percent,
	uint64_t last_ask_zat, uint64_t counter_zat)
{
	ZN_ASSERT(floor_zat > 0 && floor_zat <= ZN_AMOUNT_MAX_ZAT);
	if (round <= 1)
		return percent_of(floor_zat, 100 + (uint64_t)margin_percent);
	if (round >= ZN_OFFER_ROUNDS_MAX)
		return counter_zat > floor_zat ? counter_zat : floor_zat;
	uint64_t between = middle(last_ask_zat, counter_zat);
	if (between < floor_zat)
		return floor_zat;
	return counter_zat >= last_ask_zat ? counter_zat : between;
}

enum zn_bargain_answer zn_bargain_answer(uint64_t *bid_zat, uint32_t round, uint64_t ask_zat,
	uint64_t ceiling_zat)
{
	if (ask_zat == 0 || ask_zat > ZN_AMOUNT_MAX_ZAT)
		return ZN_BARGAIN_REJECT;
	if (round >= ZN_OFFER_ROUNDS_MAX)
		return ask_zat <= ceiling_zat ? ZN_BARGAIN_ACCEPT : ZN_BARGAIN_REJECT;
	uint64_t first = percent_of(ceiling_zat, FIRST_BID_PERCENT);
	uint64_t reachable = ask_zat < ceiling_zat ? ask_zat : ceiling_zat;
	uint64_t bid = *bid_zat == 0 ? first : middle(*bid_zat, reachable);
	if (bid == 0)
		bid = 1;
	if (bid > ceiling_zat)
		return ZN_BARGAIN_REJECT;
	if (ask_zat <= bid)
		return ZN_BARGAIN_ACCEPT;
	*bid_zat = bid;
	return ZN_BARGAIN_COUNTER;
}
