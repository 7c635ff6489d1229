/* chain/node/export.h - the state of a stopped ledger as the genesis of another.
 *
 * Accounts with their nonces, channels, jobs, bonds and the fee pool; heights begin anew, so those
 * in channels and jobs become 0 (a grace in blocks starts again), and ledger time goes on.
 */
#ifndef ZN_CHAIN_NODE_EXPORT_H
#define ZN_CHAIN_NODE_EXPORT_H

#include "core/err.h"

#include <stdbool.h>

/** Write the genesis file of what a home holds. The home must not be in use.
 *
 *  In:      chain_text  another name for the new ledger, or NULL for the same one. Refused while
 *                       channels are open: their vouchers name the old one.
 *  Returns: false and a sentence.
 */
bool zn_export(const char *home, const char *path, const char *chain_text,
	struct zn_complaint *complaint);

#endif
