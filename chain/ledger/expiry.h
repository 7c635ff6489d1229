/* chain/ledger/expiry.h - which job expires next: a heap in memory, rebuilt from the state at
 * start.
 *
 * Jobs that were withdrawn stay in it until their time comes; then their key is not in the state.
 */
#ifndef ZN_CHAIN_LEDGER_EXPIRY_H
#define ZN_CHAIN_LEDGER_EXPIRY_H

#include "core/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zn_expiry {
	uint64_t expiry_s;
	struct zn_hash job_id;
};

struct zn_expiries {
	struct zn_expiry *heap;
	size_t count, count_max;
};

void zn_expiries_add(struct zn_expiries *expiries, const struct zn_expiry *expiry);
/** Take the earliest (of equals, the one with the lower id) if it is due. */
bool zn_expiries_take(struct zn_expiry *out, struct zn_expiries *expiries, uint64_t now_s);
void zn_expiries_finish(struct zn_expiries *expiries);

#endif
