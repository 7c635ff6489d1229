/* market/message.h - what worker and publisher say to each other, and the proofs of who they are.
 *
 * The worker asks, the publisher answers (PROTOCOL 4). Two lanes: TALK carries one question after
 * the other, and while working the pull that the publisher holds open; DELIVER carries outputs, so
 * a long upload never delays an order.
 */
#ifndef ZN_MARKET_MESSAGE_H
#define ZN_MARKET_MESSAGE_H

#include "market/lease.h"
#include "market/manifest.h"
#include "market/result.h"
#include "market/terms.h"
#include "market/voucher.h"

/* Where the publisher listens. A body is one message; of a delivery: u32 length of the message (little
 * endian), the message, then the outputs, one after the other in the order of the statements. */
#define ZN_PATH_TALK    "/v1/talk"
#define ZN_PATH_DELIVER "/v1/deliver"
#define ZN_PATH_BLOB    "/v1/blob/" /* GET <content id in hex>?session=<hex>: a proven session only */

/* Sent: never renumbered. */
enum zn_message_kind {
	ZN_MESSAGE_HELLO = 1,     /* worker: I am ..., about job ... */
	ZN_MESSAGE_CHALLENGE = 2, /* publisher: prove it; here is my own proof */
	ZN_MESSAGE_PROVE = 3,     /* worker: my proof */
	ZN_MESSAGE_WELCOME = 4,   /* publisher: the manifest; where we left off */
	ZN_MESSAGE_OFFER = 5,     /* worker: my price */
	ZN_MESSAGE_ANSWER = 6,    /* publisher: agreed (with terms), another price, or no */
	ZN_MESSAGE_AGREE = 7,     /* worker: I signed the terms */
	ZN_MESSAGE_OPENED = 8,    /* publisher: your channel is on the ledger */
	ZN_MESSAGE_PULL = 9,      /* worker: I hold these, began those; give me so many more */
	ZN_MESSAGE_ORDER = 10,    /* publisher: what to do now; perhaps a lease */
	ZN_MESSAGE_DELIVER = 11,  /* worker: statements; the outputs follow the message */
	ZN_MESSAGE_VERDICT = 12,  /* publisher: accepted or not; a voucher */
	ZN_MESSAGE_REFUSAL = 13,  /* publisher: a rule was broken */
};

struct zn_message_hello {
	struct zn_chain_id chain;
	struct zn_hash job_hash;
	struct zn_public_key worker_key;
	struct zn_hash worker_nonce;
	bool resumes;              /* we have a channel already */
	struct zn_hash channel_id; /* that one, else zero */
};

struct zn_message_challenge {
	struct zn_public_key publisher_key;
	struct zn_hash session; /* the publisher's nonce; names the session from here on */
	struct zn_signature proof;
};

struct zn_message_prove {
	struct zn_hash session;
	struct zn_signature proof;
};

struct zn_message_welcome {
	struct zn_manifest manifest;
	bool resumed;          /* the channel named in hello goes on */
	uint64_t lease_number; /* of the next lease */
	uint64_t units;        /* accepted so far */
	bool has_voucher;      /* the best one that was signed */
	struct zn_signed_voucher voucher;
};

#define ZN_DEVICE_NAME_BYTES_MAX 100

struct zn_message_offer {
	struct zn_hash session;
	uint8_t round; /* 1 to ZN_OFFER_ROUNDS_MAX */
	uint64_t price_zat;
	uint64_t chunks_per_1000s; /* measured by the worker: a claim */
	uint32_t window_chunks;    /* it would leave so many unpaid */
	uint8_t device_class;
	char device[ZN_DEVICE_NAME_BYTES_MAX + 1];
};

struct zn_message_answer {
	uint8_t answer;        /* enum zn_bargain_answer */
	uint64_t price_zat;    /* agreed, or bid */
	struct zn_terms terms; /* with ACCEPT */
	struct zn_signature signature;
};

struct zn_message_agree {
	struct zn_hash session;
	struct zn_signature signature; /* the worker's, over the terms */
};

struct zn_message_opened {
	struct zn_hash channel_id;
};

struct zn_message_pull {
	struct zn_hash session;
	bool fresh; /* the first of a session: what is not named here is not held any more;
				 answered at once */
	uint64_t lease_number; /* of the lease that the worker expects next: it has all before */
	uint32_t want;         /* more chunks */
	uint32_t begun_count;  /* the first so many of chunks are begun */
	uint32_t chunks_count;
	uint64_t chunks[ZN_WINDOW_CHUNKS_MAX]; /* all that the worker holds */
};

/* Sent: never renumbered. */
enum zn_order {
	ZN_ORDER_NONE = 0, /* nothing new: ask again */
	ZN_ORDER_WORK = 1,
	ZN_ORDER_PAUSE = 2,
	ZN_ORDER_CANCEL = 3, /* begin nothing more, deliver what is begun, then settle */
	ZN_ORDER_DONE = 4,   /* the same, with thanks */
};

struct zn_message_order {
	uint8_t order;
	bool has_lease;
	struct zn_signed_lease lease;
};

struct zn_message_deliver {
	struct zn_hash session;
	uint32_t statements_count;
	struct zn_statement statements[ZN_DELIVERY_CHUNKS_MAX];
	struct zn_signature signature; /* over the delivery record */
};

/* Sent: never renumbered. */
enum zn_verdict {
	ZN_VERDICT_ACCEPTED = 1,
	ZN_VERDICT_LATE = 2,   /* the lease had ended: not used, not paid, no reproach */
	ZN_VERDICT_WRONG = 3,  /* a recomputed item differs */
	ZN_VERDICT_UNPAID = 4, /* delivered together with a wrong one */
};

struct zn_message_verdict {
	uint32_t verdicts_count;
	uint8_t verdicts[ZN_DELIVERY_CHUNKS_MAX]; /* in the order of the statements */
	uint64_t units;                           /* accepted ever, of this channel */
	bool has_voucher;                         /* the best one, even when it is not new */
	struct zn_signed_voucher voucher;
};

/* What a publisher may answer instead. Sent: never renumbered; new ones at the end. */
#define ZN_DEAL_REFUSALS(X)                                                                        \
	X(MALFORMED, 1, "the message cannot be read")                                              \
	X(OTHER_CHAIN, 2, "the worker is on another ledger")                                       \
	X(OTHER_JOB, 3, "there is no such job here")                                               \
	X(UNKNOWN_SESSION, 4, "the session is not known here (any more)")                          \
	X(OUT_OF_TURN, 5, "the message does not fit what was said before")                         \
	X(BAD_PROOF, 6, "the worker did not prove its key")                                        \
	X(FULL, 7, "the publisher has as many workers as it can serve")                            \
	X(REFUSED, 8, "this worker was refused before")                                            \
	X(PRICE, 9, "the worker asks more than the publisher pays")                                \
	X(BUDGET, 10, "the job's budget does not cover another worker")                            \
	X(OVER, 11, "the job is over")                                                             \
	X(TERMS, 12, "the worker did not sign the terms")                                          \
	X(CHANNEL, 13, "the publisher could not open the channel")                                 \
	X(RESULT, 14, "the delivery breaks a rule")                                                \
	X(ROUND, 15, "the offer is out of its round")                                              \
	X(TROUBLE, 16, "the publisher is in trouble and cannot serve now")

enum zn_deal_refusal {
#define X(name, value, sentence) ZN_DEAL_##name = value,
	ZN_DEAL_REFUSALS(X)
#undef X
};

const char *zn_deal_refusal_sentence(uint8_t refusal);

struct zn_message_refusal {
	uint8_t refusal; /* enum zn_deal_refusal */
	uint8_t detail;  /* of RESULT: enum zn_result_refusal; else 0 */
};

struct zn_message {
	uint8_t kind;
	union {
		struct zn_message_hello hello;
		struct zn_message_challenge challenge;
		struct zn_message_prove prove;
		struct zn_message_welcome welcome;
		struct zn_message_offer offer;
		struct zn_message_answer answer;
		struct zn_message_agree agree;
		struct zn_message_opened opened;
		struct zn_message_pull pull;
		struct zn_message_order order;
		struct zn_message_deliver deliver;
		struct zn_message_verdict verdict;
		struct zn_message_refusal refusal;
	};
};

void zn_message_code(struct zn_codec *codec, struct zn_message *message);
/** At most ZN_MESSAGE_BYTES_MAX bytes. */
size_t zn_message_encode(uint8_t *bytes, size_t bytes_max, const struct zn_message *message);
bool zn_message_decode(struct zn_message *message, const uint8_t *bytes, size_t count)
	__attribute__((warn_unused_result));
/** The session that a worker's message names; NULL for hello and for the publisher's messages. */
const struct zn_hash *zn_message_session(const struct zn_message *message);

/* Who says that it holds a key: the same record for both, told apart by the role. */
enum zn_proof_role { ZN_PROOF_PUBLISHER = 1, ZN_PROOF_WORKER = 2 };

struct zn_proof {
	uint8_t role;
	struct zn_hash job_hash;
	struct zn_hash tls_pin; /* so a man in the middle cannot pass the proof on */
	struct zn_public_key publisher_key;
	struct zn_public_key worker_key;
	struct zn_hash worker_nonce;
	struct zn_hash session;
};

ZN_RECORD_DECLARE(proof); /* tag "proof/1" */

void zn_proof_sign(struct zn_signature *out, const struct zn_chain_id *chain,
	const struct zn_proof *proof, const struct zn_secret_key *key);
/** Signed by the key of its role? */
bool zn_proof_check(const struct zn_chain_id *chain, const struct zn_proof *proof,
	const struct zn_signature *signature) __attribute__((warn_unused_result));

#endif
