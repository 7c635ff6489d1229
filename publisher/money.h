/* publisher/money.h - the publisher's side of the ledger: time, channels, top-ups, closes, refunds.
 *
 * A transaction that a node took and whose fate is unknown (it did not answer, it was restarted) is
 * looked for on the ledger, never sent again blindly.
 */
#ifndef ZN_PUBLISHER_MONEY_H
#define ZN_PUBLISHER_MONEY_H

#include "chain/client/client.h"
#include "core/limits.h"

#include <stdbool.h>

struct zn_publisher;
struct zn_peer;
struct zn_errand;

struct zn_money {
	struct zn_publisher *publisher;
	/* Ledger time: never goes back. */
	bool time_known;
	uint64_t height, time_s, heard_ns, told_s;
	bool looking;
	struct zn_timer look;
	/* Openings: wishes wait while a transaction is on its way. */
	uint32_t wishes_count;
	uint16_t wishes[ZN_PEERS_MAX];
	uint32_t batch_count; /* on its way; 0: none */
	uint16_t batch[ZN_CHANNELS_PER_TX_MAX];
	/* Openings whose fate is unknown: the ledger's list tells, at the latest when a block is
	 * younger than they are valid. */
	uint32_t lost_count;
	uint16_t lost[ZN_PEERS_MAX];
	bool searching;
	uint64_t searched_s; /* of a block before the search that is under way */
	struct zn_timer search;
	struct zn_timer pump;
	uint32_t sends;            /* under way */
	struct zn_errand *errands; /* one channel each */
};

void zn_money_start(struct zn_money *money, struct zn_publisher *publisher);
void zn_money_finish(struct zn_money *money);
uint64_t zn_money_now_s(struct zn_money *money);
void zn_money_learn(struct zn_money *money, uint64_t height, uint64_t time_s);

/** Open a channel for the peer's terms: OPENED or OPEN_FAILED follows. */
void zn_money_open(struct zn_money *money, struct zn_peer *peer);
/** Restored deals whose channel may or may not be there: the same. */
void zn_money_search(struct zn_money *money, struct zn_peer *peer);
/** TOPPED_UP follows. */
void zn_money_top_up(struct zn_money *money, struct zn_peer *peer, struct zn_amount amount);
/** Request the close of the peer's channel and pay it `amount` in all; tried until it is done. */
void zn_money_request_close(struct zn_money *money, struct zn_peer *peer, struct zn_amount amount);
/** Look whether the peer's channel is still there: sets peer->gone. */
void zn_money_look(struct zn_money *money, struct zn_peer *peer);

#endif
