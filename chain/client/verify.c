/* chain/client/verify.c - headers for the light client: asked for one after the other, checked, kept.
 *
 * Calls wait for the header that proves their answer. One question for a header is under way at a
 * time; the lowest that is waited for comes first, so that none is overtaken without need.
 */
#include "chain/client/client_inside.h"
#include "chain/client/cometbft_json.h"
#include "core/assert.h"
#include "io/clock.h"
#include "io/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void step(void *user);

static void wake(struct zn_ledger_client *client, uint64_t delay_ms)
{
	zn_timer_start(&client->verify_timer, client->loop, delay_ms, step, client);
}

static void fail_one(struct zn_ledger_call *call, enum zn_err err, const char *detail)
{
	if (call->verify_err != ZN_ERR_OK)
		return;
	call->verify_err = err;
	snprintf(call->verify_detail, sizeof call->verify_detail, "%s", detail);
}

static void fail_all(struct zn_ledger_client *client, enum zn_err err, const char *detail)
{
	for (struct zn_ledger_call *call = client->waiting; call != NULL; call = call->verify_next)
		fail_one(call, err, detail);
	/* Last: the detail may be the question's own. */
	zn_ledger_call_cancel(client->climbing);
	client->climbing = NULL;
	if (client->waiting != NULL)
		wake(client, 0);
}

void zn_client_caught(struct zn_ledger_client *client, const char *format, ...)
{
	char why[ZN_CLIENT_DETAIL_BYTES - 192], clean[ZN_CLIENT_DETAIL_BYTES];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(why, sizeof why, format, arguments);
	va_end(arguments);
	client->lied = true;
	snprintf(client->lie, sizeof client->lie,
		"the ledger node %.100s is not to be believed and is not asked any more: %s",
		client->url, why);
	zn_log(ZN_LOG_WARN, "ledger", "%s",
		zn_log_clean(clean, sizeof clean, client->lie, strlen(client->lie)));
	fail_all(client, ZN_ERR_UNPROVEN, client->lie);
}

/* --- waiting
 * -------------------------------------------------------------------------------------------- */

void zn_call_verify(struct zn_ledger_call *call, uint64_t height, zn_call_verified_fn *on_verified)
{
	struct zn_ledger_client *client = call->client;
	ZN_ASSERT(!call->verifying && height > 0);
	call->verifying = true;
	call->verify_height = height;
	call->verify_end_ns = zn_clock_monotonic_ns() + ZN_CLIENT_TIMEOUT_MS * UINT64_C(1000000);
	call->on_verified = on_verified;
	call->verify_err = ZN_ERR_OK;
	call->verify_next = client->waiting;
	client->waiting = call;
	wake(client, 0);
}

void zn_call_verify_forget(struct zn_ledger_call *call)
{
	if (!call->verifying)
		return;
	call->verifying = false;
	struct zn_ledger_call **at = &call->client->waiting;
	while (*at != call)
		at = &(*at)->verify_next;
	*at = call->verify_next;
}

static bool is_ready(const struct zn_ledger_call *call)
{
	const struct zn_light *light = &call->client->light;
	return call->verify_err != ZN_ERR_OK ||
	       (light->trusts && call->verify_height <= light->trusted.height);
}

static void expire(struct zn_ledger_client *client)
{
	uint64_t now_ns = zn_clock_monotonic_ns();
	for (struct zn_ledger_call *call = client->waiting; call != NULL;
		call = call->verify_next) {
		char text[160];
		if (call->verify_end_ns > now_ns)
			continue;
		snprintf(text, sizeof text,
			"the ledger node does not show the header of height %llu, which would "
			"prove its"
			" answer",
			(unsigned long long)call->verify_height);
		fail_one(call, ZN_ERR_TIMEOUT, text);
	}
}

/* --- one header
 * ----------------------------------------------------------------------------------------- */

static void ask_header(struct zn_ledger_client *client);

static void drop_question(struct zn_ledger_client *client)
{
	zn_ledger_call_cancel(client->climbing);
	client->climbing = NULL;
}

static void first_use(const struct zn_ledger_client *client)
{
	char text[ZN_HASH_TEXT_BYTES];
	const struct zn_light_seen *seen =
		zn_light_find(&client->light, client->light.trusted.height);
	if (client->light.has_root)
		return;
	/* Who keeps nothing has a first contact each time: to say so each time tells nobody anything. */
	zn_log(client->trust_file[0] != '\0' ? ZN_LOG_INFO : ZN_LOG_DEBUG, "ledger",
		"first contact with the ledger %s: block %llu (%s) is believed as %s shows it, and "
		"all"
		" that comes later is checked by it",
		client->light.trusted.chain.text, (unsigned long long)seen->height,
		zn_hash_text(text, &seen->hash), client->url);
}

static void take_block(struct zn_ledger_client *client)
{
	struct zn_light *light = &client->light;
	bool was_trusting = light->trusts;
	uint64_t now_ns = zn_clock_wall_ns();
	struct zn_block_time now = {(int64_t)(now_ns / 1000000000),
		(uint32_t)(now_ns % 1000000000)};
	uint64_t height = light->goal;
	drop_question(client);
	enum zn_light_refusal refusal = zn_light_take(light, client->block, &now);
	if (refusal == ZN_LIGHT_OK) {
		if (!was_trusting)
			first_use(client);
		zn_client_trust_save(client, !was_trusting);
		wake(client, 0);
	} else if (refusal == ZN_LIGHT_OTHER_CHAIN) {
		zn_client_caught(client, "its ledger is %s, and the one known here is %s%s%.120s",
			client->block->header.chain.text, light->trusted.chain.text,
			client->trust_file[0] != '\0' ? "; for another ledger use another home, or "
							"remove "
						      : "",
			client->trust_file);
	} else if (zn_light_refusal_is_lie(refusal)) {
		zn_client_caught(client, "block %llu: %s", (unsigned long long)height,
			zn_light_refusal_sentence(refusal));
	} else {
		char text[ZN_CLIENT_DETAIL_BYTES];
		snprintf(text, sizeof text, "block %llu of %.120s cannot be checked: %s%s%.150s",
			(unsigned long long)height, client->url, zn_light_refusal_sentence(refusal),
			refusal == ZN_LIGHT_EXPIRED ? "; name a block to trust, or remove "
						      "what is remembered: "
						    : "",
			refusal == ZN_LIGHT_EXPIRED ? client->trust_file : "");
		fail_all(client, ZN_ERR_UNPROVEN, text);
	}
}

/* A reply that ends the question: what is worth waiting for is asked again soon. */
static void no_header(struct zn_ledger_client *client, const struct zn_rpc_reply *reply)
{
	if (reply->err != ZN_ERR_NOT_FOUND) {
		fail_all(client, reply->err, reply->detail);
		return;
	}
	drop_question(client);
	wake(client, ZN_CLIENT_POLL_MS);
}

static struct zn_json *height_params(uint64_t height)
{
	struct zn_json *params = zn_json_object_create();
	zn_json_add_u64_text(params, "height", height);
	return params;
}

/* --- the witness */

static void ask_witness(struct zn_ledger_call *call)
{
	struct zn_ledger_client *client = call->user;
	zn_call_ask(call, "commit", height_params(client->light.goal), 0, call->on_reply);
}

static void on_witness(struct zn_ledger_call *call, const struct zn_rpc_reply *reply)
{
	struct zn_ledger_client *client = call->user;
	struct zn_header header;
	struct zn_commit commit;
	struct zn_hash ours, theirs;
	if (reply->err == ZN_ERR_NOT_FOUND && zn_call_left_ms(call) > 0) {
		zn_call_again(call, ZN_CLIENT_POLL_MS);
		return;
	}
	if (reply->err != ZN_ERR_OK) {
		char text[ZN_CLIENT_DETAIL_BYTES];
		snprintf(text, sizeof text, "the witness %.150s says nothing of block %llu: %.200s",
			client->witness->url, (unsigned long long)client->light.goal,
			reply->detail);
		fail_all(client, reply->err == ZN_ERR_NOT_FOUND ? ZN_ERR_TIMEOUT : reply->err,
			text);
		return;
	}
	if (!zn_json_signed_header(&header, &commit, reply->result)) {
		fail_all(client, ZN_ERR_MALFORMED, "the witness's header is none");
		return;
	}
	zn_header_hash(&ours, &client->block->header);
	zn_header_hash(&theirs, &header);
	if (zn_hash_equal(&ours, &theirs))
		take_block(client);
	else
		zn_client_caught(client,
			"its block %llu is another one than that of the witness %.150s; one of them"
			" lies",
			(unsigned long long)client->light.goal, client->witness->url);
}

static void compare(struct zn_ledger_client *client)
{
	if (client->witness == NULL) {
		take_block(client);
		return;
	}
	drop_question(client);
	struct zn_ledger_call *call =
		zn_call_create(&client->climbing, client->witness, NULL, client);
	call->deadline_ns = zn_clock_monotonic_ns() + ZN_CLIENT_TIMEOUT_MS * UINT64_C(1000000);
	call->on_reply = on_witness;
	call->ask = ask_witness;
	ask_witness(call);
}

/* --- the node */

static void on_validators(struct zn_ledger_call *call, const struct zn_rpc_reply *reply)
{
	struct zn_ledger_client *client = call->client;
	if (reply->err != ZN_ERR_OK)
		no_header(client, reply);
	else if (!zn_json_validators(&client->block->validators, client->light.goal, reply->result))
		fail_all(client, ZN_ERR_MALFORMED, "the ledger node's list of validators is none");
	else
		compare(client);
}

static void ask_validators(struct zn_ledger_client *client)
{
	struct zn_json *params = height_params(client->light.goal);
	zn_json_add_u64_text(params, "page", 1);
	zn_json_add_u64_text(params, "per_page", ZN_VALIDATORS_MAX);
	drop_question(client);
	zn_call_create(&client->climbing, client, NULL, NULL);
	zn_call_ask(client->climbing, "validators", params, 0, on_validators);
}

static void on_header(struct zn_ledger_call *call, const struct zn_rpc_reply *reply)
{
	struct zn_ledger_client *client = call->client;
	struct zn_light *light = &client->light;
	struct zn_light_block *block = client->block;
	if (reply->err != ZN_ERR_OK) {
		no_header(client, reply);
		return;
	}
	if (!zn_json_signed_header(&block->header, &block->commit, reply->result)) {
		fail_all(client, ZN_ERR_MALFORMED, "the ledger node's header is none");
		return;
	}
	if (light->trusts &&
		zn_hash_equal(&block->header.validators_hash, &light->trusted.validators_hash)) {
		block->validators = light->validators;
		compare(client);
		return;
	}
	ask_validators(client);
}

static void ask_header(struct zn_ledger_client *client)
{
	if (client->block == NULL)
		client->block = zn_client_memory(sizeof *client->block);
	zn_call_create(&client->climbing, client, NULL, NULL);
	zn_call_ask(client->climbing, "commit", height_params(zn_light_goal(&client->light)), 0,
		on_header);
}

/* One thing at a time: a callback may end the client, so it is the last that happens. */
static void step(void *user)
{
	struct zn_ledger_client *client = user;
	struct zn_ledger_call *lowest = NULL;
	expire(client);
	for (struct zn_ledger_call *call = client->waiting; call != NULL;
		call = call->verify_next) {
		if (is_ready(call)) {
			zn_call_verify_forget(call);
			if (client->waiting != NULL)
				wake(client, 0);
			call->on_verified(call,
				call->verify_err == ZN_ERR_OK
					? zn_light_find(&client->light, call->verify_height)
					: NULL);
			return;
		}
		if (lowest == NULL || call->verify_height < lowest->verify_height)
			lowest = call;
	}
	if (lowest == NULL || client->climbing != NULL)
		return;
	/* A climb that is under way goes on; one that leads higher than is needed now begins anew. */
	if (zn_light_goal(&client->light) == 0 || client->light.target != lowest->verify_height)
		zn_light_want(&client->light, lowest->verify_height);
	ask_header(client);
}

/* --- answers
 * -------------------------------------------------------------------------------------------- */

bool zn_call_fresh(struct zn_ledger_call *call, const struct zn_light_seen *seen)
{
	char text[200];
	int64_t age_s = (int64_t)zn_clock_wall_s() - seen->time.s;
	if (age_s <= ZN_LIGHT_STALE_S)
		return true;
	snprintf(text, sizeof text,
		"the newest block that the ledger node shows is %lld s old: it is cut off from the"
		" ledger, or hides what came since",
		(long long)age_s);
	zn_call_finish(call, ZN_ERR_UNPROVEN, text);
	return false;
}

bool zn_call_older(struct zn_ledger_call *call, uint64_t height)
{
	if (height >= call->state_least)
		return false;
	zn_client_caught(call->client,
		"it answers with block %llu of the ledger after it showed block %llu",
		(unsigned long long)height, (unsigned long long)call->state_least);
	zn_call_finish(call, ZN_ERR_UNPROVEN, call->client->lie);
	return true;
}

void zn_call_anew(struct zn_ledger_call *call)
{
	if (++call->tries < ZN_LIGHT_TRIES_MAX)
		zn_call_again(call, ZN_CLIENT_POLL_MS);
	else
		zn_call_finish(call, ZN_ERR_TIMEOUT,
			"newer blocks overtook every answer of the ledger node");
}
