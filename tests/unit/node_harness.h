/* tests/unit/node_harness.h - a real xencoind in a home of its own, and a client to ask it. */
#ifndef ZN_TESTS_UNIT_NODE_HARNESS_H
#define ZN_TESTS_UNIT_NODE_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chain/client/client.h"

#include <limits.h>
#include <sys/types.h>

struct node_harness {
	char home[64];
	pid_t pid;
	int output;      /* what it prints */
	char said[2048]; /* its first lines, until it listens */
	char url[64];
	uint16_t port;
	uint64_t idle_ms;
	uint64_t file_bytes_max; /* what the node may write into one file; 0: no limit */
	struct zn_loop *loop;
	struct zn_http_client *http;
	struct zn_ledger_client *client;
	struct zn_secret_key operator_key;
	struct zn_account operator_account;
	/* the last answer, copied */
	bool answered;
	struct zn_ledger_answer answer;
	char detail[512];
	struct zn_account_state account;
	struct zn_channel channel;
	struct zn_job job;
	struct zn_job_page jobs;
	struct zn_channel_page channels;
	struct zn_history_page history;
	struct zn_supply supply;
	struct zn_ledger_params params;
	struct zn_ledger_status status;
	struct zn_ledger_block block;
};

/** Make a home with a genesis (grace 1 s) whose coins are the operator's, and start the node. */
void harness_start(struct node_harness *harness);
void harness_finish(struct node_harness *harness);
/** Start xencoind in the home again (after harness_kill). False: it ended; `said` has why. */
bool harness_run(struct node_harness *harness);
/** End it with a signal; returns the wait status. */
int harness_kill(struct node_harness *harness, int signal_number);
/** Run the program with these arguments to its end: exit status, and its standard error. */
int harness_complains(char *said, size_t said_bytes, const char *const *arguments);

/** Callback for any question; harness_wait runs the loop until it came. */
void harness_answered(void *user, const struct zn_ledger_answer *answer);
const struct zn_ledger_answer *harness_wait(struct node_harness *harness);

struct zn_secret_key harness_key(uint8_t seed, struct zn_account *account);
/** zn_ledger_send and wait. */
const struct zn_ledger_answer *harness_send(struct node_harness *harness,
	const struct zn_secret_key *key, const struct zn_transaction *draft);
struct zn_account_state harness_account(struct node_harness *harness,
	const struct zn_account *account);
/** The root of the state after the latest block, from abci_info, as base64 text. */
void harness_app_hash(struct node_harness *harness, char out[64], uint64_t *height);
/** One HTTP request as it is, and the answer's body (malloc'ed); NULL when there was none. */
char *harness_http(struct node_harness *harness, const char *path, const char *body, int *status);

#endif
