/* chain/client/send.c - a transaction into a block: sign, offer, wait, offer again.
 *
 * The same bytes may be offered any number of times; they are signed anew only after the node
 * refused their nonce and no block has them.
 */
#include "chain/client/client.h"

#include "chain/client/client_inside.h"
#include "core/assert.h"
#include "io/clock.h"
#include "io/random.h"

#include <stdlib.h>
#include <string.h>

static void offer(struct zn_ledger_call *call);
static void send_next(struct zn_ledger_client *client);

static void on_deadline(void *user)
{
	struct zn_ledger_call *call = user;
	zn_call_finish(call, ZN_ERR_TIMEOUT, "no block has the transaction yet; it may still come");
}

/* The world failed: again while there is time, unless it makes no sense. */
static bool offers_again(struct zn_ledger_call *call, enum zn_err err)
{
	if (err != ZN_ERR_UNREACHABLE && err != ZN_ERR_CLOSED && err != ZN_ERR_TIMEOUT)
		return false;
	zn_call_again(call, ZN_CLIENT_RETRY_MS);
	return true;
}

/* Another program took the nonce, or an earlier transaction of ours was dropped: ask and sign anew.
 */
static bool signs_again(struct zn_ledger_call *call)
{
	bool of_nonce =
		call->refused == ZN_LEDGER_NONCE_USED || call->refused == ZN_LEDGER_NONCE_GAP;
	if (call->draft == NULL || !of_nonce || ++call->attempts >= ZN_SEND_ATTEMPTS_MAX)
		return false;
	free(call->tx_bytes);
	call->tx_bytes = NULL;
	call->client->last_nonce_next = 0;
	call->refused = 0;
	zn_call_again(call, ZN_CLIENT_POLL_MS);
	return true;
}

/* The sender's proven nonce says whether the transaction was applied: a refused one leaves it. */
static void on_confirmed(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_ledger_call *call = user;
	struct zn_ledger_client *client = call->client;
	call->asking = NULL;
	if (answer->err != ZN_ERR_OK) {
		if (!offers_again(call, answer->err))
			zn_call_finish(call, answer->err, answer->detail);
	} else if (answer->account->nonce > call->nonce) {
		zn_call_finish(call, ZN_ERR_OK, NULL);
	} else if (answer->height < call->answer.height) {
		zn_call_again(call, ZN_CLIENT_POLL_MS);
	} else {
		zn_client_caught(client,
			"it says that a block has a transaction, and the state says otherwise");
		zn_call_finish(call, ZN_ERR_UNPROVEN, client->lie);
	}
}

static void confirm(struct zn_ledger_call *call)
{
	if (call->answer.refusal == ZN_LEDGER_OK)
		zn_ledger_get_account(&call->asking, call->client, &call->sender, on_confirmed,
			call);
	else
		zn_call_finish(call, ZN_ERR_OK, zn_ledger_refusal_sentence(call->answer.refusal));
}

static void on_waited(struct zn_ledger_call *call, const struct zn_rpc_reply *reply)
{
	if (reply->err == ZN_ERR_OK) {
		if (zn_answer_tx(call, reply->result))
			confirm(call);
		else
			zn_call_finish(call, ZN_ERR_MALFORMED,
				"the node's answer is another transaction");
		return;
	}
	if (reply->err != ZN_ERR_NOT_FOUND) {
		if (!offers_again(call, reply->err))
			zn_call_finish(call, reply->err, reply->detail);
		return;
	}
	if (call->refused == 0) {
		zn_call_again(call, ZN_CLIENT_POLL_MS); /* it may be forgotten: offer it again */
		return;
	}
	if (signs_again(call))
		return;
	call->answer.refusal = (enum zn_ledger_refusal)call->refused;
	zn_call_finish(call, ZN_ERR_OK, zn_ledger_refusal_sentence(call->refused));
}

static void ask_waited(struct zn_ledger_call *call, uint64_t wait_ms)
{
	zn_call_ask(call, "tx", zn_tx_params(&call->tx_id, wait_ms), wait_ms, on_waited);
}

static void on_offered(struct zn_ledger_call *call, const struct zn_rpc_reply *reply)
{
	uint64_t code;
	if (reply->err != ZN_ERR_OK) {
		if (!offers_again(call, reply->err))
			zn_call_finish(call, reply->err, reply->detail);
		return;
	}
	if (!zn_json_u64(&code, zn_json_get(reply->result, "code")) || code > UINT32_MAX) {
		zn_call_finish(call, ZN_ERR_MALFORMED, "the node's answer is none");
		return;
	}
	call->refused = (uint32_t)code;
	if (code == ZN_LEDGER_MEMPOOL_FULL) {
		call->refused = 0;
		zn_call_again(call, ZN_CLIENT_RETRY_MS);
		return;
	}
	if (code == ZN_LEDGER_OK)
		zn_call_unqueue(call); /* its nonce is taken: the next one may be signed */
	/* A used nonce may be this very transaction's, offered before. */
	ask_waited(call, code == ZN_LEDGER_OK ? ZN_CLIENT_HELD_MS : 0);
}

static void offer(struct zn_ledger_call *call)
{
	struct zn_json *params = zn_json_object_create();
	zn_json_add_base64(params, "tx", call->tx_bytes, call->tx_count);
	zn_call_ask(call, "broadcast_tx_sync", params, 0, on_offered);
}

static struct zn_ledger_call *create(struct zn_ledger_call **out, struct zn_ledger_client *client,
	uint64_t timeout_ms, zn_ledger_answer_fn *fn, void *user)
{
	struct zn_ledger_call *call = zn_call_create(out, client, fn, user);
	call->deadline_ns = zn_clock_monotonic_ns() + timeout_ms * 1000000;
	zn_timer_start(&call->deadline_timer, client->loop, timeout_ms, on_deadline, call);
	return call;
}

void zn_ledger_submit(struct zn_ledger_call **call, struct zn_ledger_client *client,
	const uint8_t *bytes, size_t count, uint64_t timeout_ms, zn_ledger_answer_fn *fn,
	void *user)
{
	struct zn_ledger_call *made = create(call, client, timeout_ms, fn, user);
	ZN_ASSERT(count <= ZN_TX_BYTES_MAX);
	made->tx_bytes = zn_client_memory(count + 1);
	memcpy(made->tx_bytes, bytes, count);
	made->tx_count = count;
	zn_transaction_id(&made->tx_id, bytes, count);
	/* Bytes that are no transaction are applied by no ledger: then the nonce cannot confirm it. */
	struct zn_transaction *transaction = zn_client_memory(sizeof *transaction);
	made->nonce = UINT64_MAX;
	if (zn_transaction_decode(transaction, bytes, count)) {
		made->nonce = transaction->nonce;
		zn_account_of(&made->sender, &transaction->sender);
	}
	free(transaction);
	made->ask = offer;
	offer(made);
}

/* --- signing
 * -------------------------------------------------------------------------------------------- */

static void prepare(struct zn_ledger_call *call);

/* Sub-questions of a send go through calls of their own, so that each has one reply to read. */
static void on_learnt(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_ledger_call *call = user;
	call->asking = NULL;
	if (answer->err == ZN_ERR_OK)
		prepare(call);
	else if (!offers_again(call, answer->err))
		zn_call_finish(call, answer->err, answer->detail);
}

static void sign_and_offer(struct zn_ledger_call *call, uint64_t nonce)
{
	struct zn_ledger_client *client = call->client;
	uint64_t since_s = (zn_clock_monotonic_ns() - client->time_ns) / 1000000000;
	if (client->last_nonce_next > nonce &&
		zn_account_equal(&client->last_sender, &call->sender))
		nonce = client->last_nonce_next;
	struct zn_transaction transaction = *call->draft;
	transaction.nonce = call->nonce = nonce;
	if (transaction.valid_until_s == 0) {
		/* Two programs with one key that ask for the same thing at the same time must not
		 * make the same bytes: that would be one transaction, and both would be told it was
		 * theirs. */
		uint8_t jitter_s;
		zn_random_bytes(&jitter_s, sizeof jitter_s);
		transaction.valid_until_s = client->time_s + since_s + ZN_TX_VALID_S + jitter_s;
	}
	client->last_sender = call->sender;
	client->last_nonce_next = nonce + 1;
	call->tx_bytes = zn_client_memory(ZN_TX_BYTES_MAX);
	call->tx_count = zn_transaction_sign(call->tx_bytes, &transaction, &call->key,
		&client->params.chain, client->params.fee_zat_per_byte);
	zn_transaction_id(&call->tx_id, call->tx_bytes, call->tx_count);
	offer(call);
}

static void on_nonce(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_ledger_call *call = user;
	call->asking = NULL;
	if (answer->err == ZN_ERR_OK)
		sign_and_offer(call, answer->account->nonce);
	else if (!offers_again(call, answer->err))
		zn_call_finish(call, answer->err, answer->detail);
}

/* What is missing is asked for, one after the other; then sign. */
static void prepare(struct zn_ledger_call *call)
{
	struct zn_ledger_client *client = call->client;
	if (call->tx_bytes != NULL)
		offer(call);
	else if (!client->knows_params)
		zn_ledger_get_params(&call->asking, client, on_learnt, call);
	else if (!client->knows_time)
		zn_ledger_get_status(&call->asking, client, on_learnt, call);
	else
		/* Proven: a node that made us sign for later nonces could have them all applied. */
		zn_ledger_get_account(&call->asking, client, &call->sender, on_nonce, call);
}

static void send_next(struct zn_ledger_client *client)
{
	if (client->sends_first != NULL)
		zn_call_again(client->sends_first, 0);
}

void zn_call_unqueue(struct zn_ledger_call *call)
{
	struct zn_ledger_client *client = call->client;
	struct zn_ledger_call **at = &client->sends_first, *before = NULL;
	if (!call->queued)
		return;
	call->queued = false;
	bool was_first = client->sends_first == call;
	for (; *at != NULL && *at != call; at = &(*at)->send_next)
		before = *at;
	if (*at == call)
		*at = call->send_next;
	if (client->sends_last == call)
		client->sends_last = before;
	if (was_first)
		send_next(client);
}

void zn_ledger_send(struct zn_ledger_call **call, struct zn_ledger_client *client,
	const struct zn_secret_key *key, const struct zn_transaction *draft, uint64_t timeout_ms,
	zn_ledger_answer_fn *fn, void *user)
{
	struct zn_ledger_call *made = create(call, client, timeout_ms, fn, user);
	struct zn_public_key public_key;
	made->key = *key;
	made->draft = zn_client_memory(sizeof *made->draft);
	*made->draft = *draft;
	zn_public_key_of(&public_key, key);
	zn_account_of(&made->sender, &public_key);
	made->ask = prepare;
	made->queued = true;
	if (client->sends_last != NULL)
		client->sends_last->send_next = made;
	else
		client->sends_first = made;
	client->sends_last = made;
	if (client->sends_first == made)
		send_next(client);
}
