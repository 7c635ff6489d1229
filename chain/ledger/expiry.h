/* chain/ledger/expiry.h - what leaves the state next by time: a heap in memory, rebuilt from the
 * state at start.
 *
 * Jobs that were withdrawn or updated stay in it until their old time comes; then their key is not
 * in the state, or their entry there names another time.
 */
#ifndef ZN_CHAIN_LEDGER_EXPIRY_H
#define ZN_CHAIN_LEDGER_EXPIRY_H

#include "core/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zn_expiry {
	uint64_t expiry_s;
	struct zn_hash key; /* of the entry in the state */
};

struct zn_expiries {
	struct zn_expiry *heap;
	size_t count, count_max;
};

void zn_expiries_add(struct zn_expiries *expiries, const struct zn_expiry *expiry);
/** Take the earliest (of equals, the one with the lower key) if it is due. */
bool zn_expiries_take(struct zn_expiry *out, struct zn_expiries *expiries, uint64_t now_s);
void zn_expiries_finish(struct zn_expiries *expiries);

#endif
