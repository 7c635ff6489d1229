#include "chain/node/abci_order.h"

#include "core/assert.h"

bool zn_abci_order_allows(const struct zn_abci_order *order, enum zn_abci_call call)
{
	switch (call) {
	case ZN_ABCI_INFO:
		/* An engine that died after finalize_block asks again over a new connection; what
		 * was finalized is forgotten with the process, so it never meets this stage. */
		return order->stage != ZN_ABCI_FINALIZED;
	case ZN_ABCI_INIT_CHAIN:
		return order->stage == ZN_ABCI_NEW;
	case ZN_ABCI_CHECK_TX:
	case ZN_ABCI_QUERY:
	case ZN_ABCI_SNAPSHOT:
		return order->stage == ZN_ABCI_READY || order->stage == ZN_ABCI_FINALIZED;
	case ZN_ABCI_PREPARE_PROPOSAL:
	case ZN_ABCI_PROCESS_PROPOSAL:
	case ZN_ABCI_FINALIZE_BLOCK:
		return order->stage == ZN_ABCI_READY;
	case ZN_ABCI_COMMIT:
		return order->stage == ZN_ABCI_FINALIZED;
	case ZN_ABCI_CALLS:
		break;
	}
	return false;
}

void zn_abci_order_step(struct zn_abci_order *order, enum zn_abci_call call, uint64_t height)
{
	ZN_ASSERT(zn_abci_order_allows(order, call));
	if (call == ZN_ABCI_INFO)
		order->stage =
			height == 0 && order->stage != ZN_ABCI_READY ? ZN_ABCI_NEW : ZN_ABCI_READY;
	else if (call == ZN_ABCI_INIT_CHAIN || call == ZN_ABCI_COMMIT)
		order->stage = ZN_ABCI_READY;
	else if (call == ZN_ABCI_FINALIZE_BLOCK)
		order->stage = ZN_ABCI_FINALIZED;
}
