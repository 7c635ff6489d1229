/* tools/describe.h - what the ledger holds, for people and as JSON.
 *
 * In JSON amounts are strings of zat ("..._zat"), heights and times strings of decimals, hashes lower-
 * case hex, accounts "xen1…". Every function of JSON makes a value that the caller adds or destroys.
 */
#ifndef ZN_TOOLS_DESCRIBE_H
#define ZN_TOOLS_DESCRIBE_H

#include "chain/client/client.h"
#include "io/json.h"

struct zn_json *zn_describe_channel_json(const struct zn_channel *channel);
struct zn_json *zn_describe_job_json(const struct zn_job *job);
/** With the ids of the channels that it opens on `chain`. */
struct zn_json *zn_describe_tx_json(const struct zn_ledger_tx *tx, const struct zn_chain_id *chain);
void zn_describe_channel(const struct zn_channel *channel);
void zn_describe_job(const struct zn_job *job);
/** One line: height, kind, who, how much. */
void zn_describe_tx(const struct zn_ledger_tx *tx);

void zn_json_add_hash(struct zn_json *object, const char *key, const struct zn_hash *hash);
void zn_json_add_account(struct zn_json *object, const char *key, const struct zn_account *account);
void zn_json_add_zat(struct zn_json *object, const char *key, struct zn_amount amount);
/** Print and destroy. Returns ZN_EXIT_OK, or ZN_EXIT_FAILED without memory. */
int zn_json_show(const char *command, struct zn_json *root);

#endif
