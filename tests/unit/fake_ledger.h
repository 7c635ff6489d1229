/* tests/unit/fake_ledger.h - a small ledger with eight validators behind CometBFT's RPC, which can lie.
 *
 * State after block h: one account with 100 + h XEN, a channel, params and supply. Four validators
 * vote on a block; every fourth block one of them goes and another comes. Nothing is executed.
 */
#ifndef ZN_TESTS_UNIT_FAKE_LEDGER_H
#define ZN_TESTS_UNIT_FAKE_LEDGER_H

#include "tests/test.h"

#include "chain/proof/light.h"
#include "chain/tx/state.h"
#include "io/http_server.h"

#define FAKE_HEIGHTS_MAX 40
#define FAKE_CHAIN       "fake-1"

enum fake_lie {
	FAKE_HONEST,
	FAKE_VALUE,       /* the account's record says more than the proof */
	FAKE_PROOF,       /* a sibling in the proof is changed */
	FAKE_PROOF_OTHER, /* the proof of another key */
	FAKE_PROOF_CUT,   /* the proof's record ends early */
	FAKE_PROOF_NONE,  /* no proof at all */
	FAKE_ABSENT,      /* "there is no such account", proven with an empty path */
	FAKE_PRESENT,     /* a channel that does not exist, with the proof of its absence */
	FAKE_HEADER,      /* a header with a made-up app hash and the votes of the real one */
	FAKE_FEW,         /* the same, signed anew by two of four validators */
	FAKE_STRANGERS,   /* the same, signed by a set of strangers who are served as validators */
	FAKE_FOREIGN_SET, /* the real header, and a list of other validators */
	FAKE_FORGED_VOTE, /* one of the real votes has a wrong signature */
	FAKE_OLD_STATE,   /* state and header of an older height than shown before */
	FAKE_OLD_HEADER,  /* the header of another height than was asked for */
	FAKE_OTHER_CHAIN,
	FAKE_FUTURE,   /* a header an hour ahead, well signed */
	FAKE_WITHHELD, /* no header that would prove the answer */
	FAKE_JSON_CUT,
	FAKE_JSON_HUGE,
	FAKE_JSON_DEEP,
	FAKE_JSON_TYPES, /* heights as numbers, hashes as lists */
	FAKE_NO_JSON,
	FAKE_APPLIED, /* says that a block has any transaction */
};

struct fake_ledger {
	struct zn_http_server *server;
	char url[64];
	uint64_t height; /* newest block */
	int64_t begin_s; /* block h has the time begin_s + h */
	enum fake_lie lie;
	unsigned int asked; /* requests, all in all */
	struct zn_secret_key keys[32];
	struct zn_account account; /* the one that has coins */
	struct zn_secret_key account_key;
	struct zn_hash channel_id;
	uint8_t tx_id[32]; /* of what was broadcast last */
	uint8_t tx[ZN_TX_BYTES_MAX];
	size_t tx_bytes;
};

void fake_start(struct fake_ledger *fake, struct zn_loop *loop);
void fake_stop(struct fake_ledger *fake);
/** The hash of an honest header. */
struct zn_hash fake_hash(const struct fake_ledger *fake, uint64_t height);

#endif
