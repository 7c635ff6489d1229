/* publisher/settle.h - what the ledger says of a job's money, beside what the journal says. */
#ifndef ZN_PUBLISHER_SETTLE_H
#define ZN_PUBLISHER_SETTLE_H

#include "publisher/ask.h"
#include "publisher/inside.h"

struct zn_settle_line {
	struct zn_peer *peer;
	struct zn_account payee;
	struct zn_amount signed_away; /* by our vouchers */
	struct zn_amount deposit;     /* as opened and topped up, by the ledger */
	struct zn_amount earned;      /* paid out, by the ledger */
	struct zn_amount returned;
	uint64_t closed_height; /* 0: not closed */
	bool closing;           /* the rest comes back from refund_s on */
	uint64_t refund_s, refund_height;
	bool good; /* it adds up */
};

struct zn_settlement {
	uint32_t lines_count;
	struct zn_settle_line *lines;                         /* owned */
	struct zn_amount deposits, earned, returned, waiting; /* of all lines */
	struct zn_amount fees;                                /* of our transactions for this job */
	bool foreign;             /* the key was used for other things meanwhile */
	struct zn_amount balance; /* now */
	bool balance_good;
	struct zn_supply supply;
	bool supply_good;
	uint64_t accepted, chunks, items_checked, workers_refused;
	bool counted; /* the kernel counts metered units: */
	uint64_t units;
	bool read; /* the ledger answered everything */
};

/** Read everything back. False with trouble when the ledger does not answer. */
bool zn_settlement_read(struct zn_settlement *settlement, struct zn_publisher *publisher);
void zn_settlement_finish(struct zn_settlement *settlement);
/** Does every line add up? */
bool zn_settlement_good(const struct zn_settlement *settlement);
void zn_settlement_print(const struct zn_settlement *settlement, struct zn_publisher *publisher);
struct zn_json *zn_settlement_json(const struct zn_settlement *settlement,
	struct zn_publisher *publisher);

#endif
