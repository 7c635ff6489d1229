/* market/bargain.h - stage 2: how each side's policy moves from its first price to a deal.
 *
 * The worker asks and the publisher answers, at most ZN_OFFER_ROUNDS_MAX times. Each side has a limit
 * that it never crosses: the worker's floor, the publisher's ceiling. In the last round the worker
 * asks its floor and the publisher takes anything up to its ceiling, so there is a deal whenever
 * floor <= ceiling and never one outside of them.
 *
 * Pure. Prices: zat per ZN_PRICE_PER_UNITS units, 1 to ZN_AMOUNT_MAX_ZAT.
 */
#ifndef ZN_MARKET_BARGAIN_H
#define ZN_MARKET_BARGAIN_H

#include <stdbool.h>
#include <stdint.h>

/** The worker's ask of a round (1-based). `counter_zat` is the publisher's last bid, 0 before the
 *  first. An ask equal to the bid takes it. */
uint64_t zn_bargain_ask(uint32_t round, uint64_t floor_zat, uint32_t margin_percent,
	uint64_t last_ask_zat, uint64_t counter_zat);

enum zn_bargain_answer { ZN_BARGAIN_ACCEPT = 1, ZN_BARGAIN_COUNTER = 2, ZN_BARGAIN_REJECT = 3 };

/** The publisher's answer to an ask. *bid_zat: its last bid (0 before the first) on the way in, the
 *  new one after COUNTER. */
enum zn_bargain_answer zn_bargain_answer(uint64_t *bid_zat, uint32_t round, uint64_t ask_zat,
	uint64_t ceiling_zat);

#endif
