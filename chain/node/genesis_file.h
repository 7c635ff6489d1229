/* chain/node/genesis_file.h - the genesis as a JSON file, and the one that --solo makes.
 *
 * {"chain_id": "zennet-solo-1", "time_s": "1763842079", "fee_zat_per_byte": 10, "grace_s_min":
 * "3d", "allocations": [{"account": "xen1...", "amount": "1000000000 XEN"}]}
 * In the place of allocations, of a ledger that goes on elsewhere: "state": "<base64>", its entries.
 */
#ifndef ZN_CHAIN_NODE_GENESIS_FILE_H
#define ZN_CHAIN_NODE_GENESIS_FILE_H

#include "chain/ledger/genesis.h"
#include "core/err.h"

/** False and a sentence that names the file and the place. Then zn_genesis_file_finish. */
bool zn_genesis_file_read(struct zn_genesis *out, const char *path, struct zn_complaint *complaint);
bool zn_genesis_file_write(const char *path, const struct zn_genesis *genesis,
	struct zn_complaint *complaint);

/** Free what reading took. */
void zn_genesis_file_finish(struct zn_genesis *genesis);

/** The whole supply to one account, on a ledger with a name of its own. */
void zn_genesis_solo(struct zn_genesis *out, const struct zn_account *operator_account,
	uint64_t now_s, const uint8_t entropy[4]);

/** A key file: 64 hex characters and a newline, mode 0600; made when it is not there. `whose` is for
 *  the complaint. */
bool zn_node_key(struct zn_secret_key *out, bool *made, const char *path, const char *whose,
	struct zn_complaint *complaint);
/** The same, and whose account it is. */
bool zn_operator_key(struct zn_account *out, bool *made, const char *path,
	struct zn_complaint *complaint);

#endif
