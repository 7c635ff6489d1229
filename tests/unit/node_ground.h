/* tests/unit/node_ground.h - the application on a store in a home of its own, driven block by block.
 */
#ifndef ZN_TESTS_UNIT_NODE_GROUND_H
#define ZN_TESTS_UNIT_NODE_GROUND_H

#include "tests/unit/ledger_scene.h"

#include "chain/node/application.h"
#include "chain/node/signer.h"

#define GROUND_TXS_MAX 512

struct ground {
	char home[64];
	char directory[80];  /* the store's, in the home */
	struct world people; /* keys, chain and genesis; its own ledger is not used */
	struct zn_signer signer;
	struct zn_node_store *store;
	struct zn_application *application;
	uint64_t time_s; /* of the next block */
	uint64_t nonce[WORLD_PEOPLE];
	/* of the next block */
	size_t count;
	struct zn_block_tx txs[GROUND_TXS_MAX];
	enum zn_ledger_refusal results[GROUND_TXS_MAX];
	struct zn_hash ids[GROUND_TXS_MAX];
};

/** A new home, and the people of tests/unit/ledger_world.h. */
void ground_start(struct ground *ground);
void ground_finish(struct ground *ground);
/** Open what is in the home; false with a sentence. Close is for a store that may have failed. */
bool ground_open(struct ground *ground, struct zn_complaint *complaint);
void ground_close(struct ground *ground);
/** Sign with the next nonce of `who` and put into the next block. */
void ground_add(struct ground *ground, struct zn_transaction *draft, int who);
/** Make the block of what was added: finalize, seal, commit. */
enum zn_err ground_block(struct ground *ground);
/** Ask for an entry or a list; the answer is static. */
const struct zn_query_answer *ground_query(struct ground *ground, const char *path,
	const void *data, size_t count, uint64_t height, bool prove);

#endif
