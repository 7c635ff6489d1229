/* chain/ledger/execute.h - one transaction against one view of the state. */
#ifndef ZN_CHAIN_LEDGER_EXECUTE_H
#define ZN_CHAIN_LEDGER_EXECUTE_H

#include "chain/ledger/view.h"
#include "chain/tx/refusal.h"
#include "chain/tx/transaction.h"

/** Check a transaction and, if it is in order, apply it.
 *
 *  Returns: ZN_LEDGER_OK, or the first rule broken; then nothing has changed.
 *  In:      count            how many bytes it has; the fee is for them.
 *           signature_known  the sender's signature has been found right before. (A voucher's is
 *                            always checked.)
 */
enum zn_ledger_refusal zn_ledger_execute(struct zn_ledger_view *view,
	const struct zn_transaction *transaction, size_t count, bool signature_known);

/** Decode and execute. *out is what was decoded, for the caller's indexes; it is large. */
enum zn_ledger_refusal zn_ledger_execute_bytes(struct zn_ledger_view *view,
	struct zn_transaction *out, const uint8_t *bytes, size_t count, bool signature_known);

#endif
