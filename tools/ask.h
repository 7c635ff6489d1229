/* tools/ask.h - ask the ledger one thing after another, as a command does: call, wait, look.
 *
 *     struct zn_ask *ask = zn_ask_open(&complaint, url);
 *     zn_ledger_get_supply(NULL, ask->ledger, zn_ask_answer, ask);
 *     if (zn_ask_wait(&complaint, ask))
 *             print(ask->answer.supply);
 *     zn_ask_close(ask);
 *
 * The answer is a copy: it stays until the next zn_ask_wait.
 */
#ifndef ZN_TOOLS_ASK_H
#define ZN_TOOLS_ASK_H

#include "chain/client/client.h"

#include <limits.h>

struct zn_ask {
	struct zn_loop *loop;
	struct zn_http_client *http;
	struct zn_ledger_client *ledger;
	const char *url; /* borrowed, for complaints */
	bool answered;
	struct zn_ledger_answer answer; /* its pointers lead into `copy` */
	struct zn_complaint detail;
	union {
		struct zn_ledger_status status;
		struct zn_account_state account;
		struct zn_channel channel;
		struct zn_job job;
		struct zn_job_page jobs;
		struct zn_channel_page channels;
		struct zn_history_page history;
		struct zn_supply supply;
		struct zn_ledger_params params;
		struct zn_ledger_tx tx;
		struct zn_ledger_block block;
	} copy;
};

/** A loop with a client of the ledger at `url`; nothing is asked yet. NULL with a complaint. */
struct zn_ask *zn_ask_open(struct zn_complaint *complaint, const char *url);
void zn_ask_close(struct zn_ask *ask); /* NULL is fine */

/** The callback to give to zn_ledger_...; `user` is the struct zn_ask. */
void zn_ask_answer(void *user, const struct zn_ledger_answer *answer);
/** Run the loop until the answer is there. False with a complaint that names the ledger when it is
 *  an error; a refusal of a sent transaction is none (ask->answer.refusal). */
bool zn_ask_wait(struct zn_complaint *complaint, struct zn_ask *ask)
	__attribute__((warn_unused_result));

#endif
