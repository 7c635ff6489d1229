/* tests/unit/node_proxy.c - a real node behind a proxy that changes what it says. */
#include "tests/unit/node_harness.h"

#include "io/http_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XEN ZN_ZAT_PER_XEN

enum { CHANGED, CUT, OLD };

struct lie {
	const char *method; /* whose answers are changed */
	const char *key;    /* the text after which a character is changed */
	size_t offset;
	char into; /* 0: another digit */
	int kind;
	enum zn_err err;
	const char *sentence;
};

static const struct lie lies[] = {
	{"", NULL, 0, 0, CHANGED, ZN_ERR_OK, ""},
	{"abci_query", "\"value\":\"", 40, 0, CHANGED, ZN_ERR_UNPROVEN, "its proof of /account"},
	{"abci_query", "\"data\":\"", 20, 0, CHANGED, ZN_ERR_UNPROVEN, "its proof of /account"},
	{"abci_query", "\"zennet:", 0, 'x', CHANGED, ZN_ERR_UNPROVEN, "gives no proof"},
	{"commit", "\"app_hash\":\"", 9, 0, CHANGED, ZN_ERR_UNPROVEN, "for another block"},
	{"commit", "\"time\":\"", 25, 0, CHANGED, ZN_ERR_UNPROVEN, "for another block"},
	{"commit", "\"chain_id\":\"", 0, 'x', CHANGED, ZN_ERR_UNPROVEN, "its ledger is"},
	{"commit", "\"signature\":\"", 30, 0, CHANGED, ZN_ERR_UNPROVEN, "signature is wrong"},
	{"commit", "\"block_id_flag\":", 0, '1', CHANGED, ZN_ERR_UNPROVEN, "too few"},
	{"commit", "\"validators_hash\":\"", 8, 0, CHANGED, ZN_ERR_UNPROVEN,
		"not those that the header names"},
	{"commit", NULL, 0, 0, CUT, ZN_ERR_MALFORMED, "no ledger node"},
	{"abci_query", NULL, 0, 0, CUT, ZN_ERR_MALFORMED, "no ledger node"},
	{"abci_query", NULL, 0, 0, OLD, ZN_ERR_UNPROVEN, "after it showed block"},
};

static struct node_harness harness;
static struct zn_http_server *server;
static const struct lie *lie; /* NULL: honest */
static char *remembered;      /* the first answer to an abci_query */

struct passed {
	struct zn_http_exchange *exchange;
	char *body;
};

static char *change(char *text, const char *request)
{
	if (remembered == NULL && strstr(request, "abci_query") != NULL)
		remembered = strdup(text);
	if (lie == NULL || strstr(request, lie->method) == NULL)
		return text;
	if (lie->kind == CUT) {
		text[strlen(text) / 2] = '\0';
	} else if (lie->kind == OLD) {
		free(text);
		return strdup(remembered);
	} else if (lie->key != NULL) {
		char *at = strstr(text, lie->key);
		assert_non_null(at);
		at += strlen(lie->key) + lie->offset;
		*at = lie->into != 0 ? lie->into : *at == '7' ? '8' : '7';
	}
	return text;
}

static void on_passed(void *user, const struct zn_http_response *response)
{
	struct passed *passed = user;
	assert_int_equal(response->err, ZN_ERR_OK);
	char *text = strdup((const char *)response->body);
	assert_non_null(text);
	text = change(text, passed->body);
	zn_http_reply(passed->exchange, 200, "application/json", text, strlen(text));
	free(text);
	free(passed->body);
	free(passed);
}

static void pass(void *user, struct zn_http_exchange *exchange)
{
	struct passed *passed = calloc(1, sizeof *passed);
	struct zn_http_call *call;
	size_t count;
	const uint8_t *body = zn_http_exchange_body(exchange, &count);
	(void)user;
	assert_non_null(passed);
	passed->exchange = exchange;
	passed->body = strndup((const char *)body, count);
	assert_non_null(passed->body);
	struct zn_http_request request = {.url = harness.url,
		.body = passed->body,
		.body_bytes = count,
		.content_type = "application/json",
		.allow_private = true,
		.timeout_ms = 20000,
		.response_bytes_max = ZN_RPC_ANSWER_BYTES_MAX};
	assert_int_equal(zn_http_client_send(&call, harness.http, &request, on_passed, passed),
		ZN_ERR_OK);
}

static void nobody_gone(void *user, struct zn_http_exchange *exchange)
{
	(void)user;
	(void)exchange;
}

static size_t body_limit(void *user, const char *method, const char *path)
{
	(void)user;
	(void)method;
	(void)path;
	return 65536;
}

static int start(void **state)
{
	struct zn_http_server_options options = {.address = "127.0.0.1",
		.connections_max = 64,
		.idle_s = 60,
		.handler = pass,
		.gone = nobody_gone,
		.body_limit = body_limit};
	(void)state;
	harness_start(&harness);
	assert_int_equal(zn_http_server_create(&server, harness.loop, &options), ZN_ERR_OK);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	zn_http_server_destroy(server);
	harness_finish(&harness);
	free(remembered);
	return 0;
}

/* A block of its own for each row, so that its header is not known yet. */
static void new_block(void)
{
	struct zn_account to;
	harness_key(2, &to);
	struct zn_transaction draft = {.kind = ZN_TX_TRANSFER, .body.transfer = {to, {XEN}}};
	const struct zn_ledger_answer *answer =
		harness_send(&harness, &harness.operator_key, &draft);
	assert_int_equal(answer->err, ZN_ERR_OK);
	assert_int_equal(answer->refusal, ZN_LEDGER_OK);
}

static void a_proxy_that_lies_is_found_out(void **state)
{
	char url[64];
	(void)state;
	snprintf(url, sizeof url, "http://127.0.0.1:%u", zn_http_server_port(server));
	for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
		struct zn_ledger_client *client;
		lie = NULL;
		assert_int_equal(zn_ledger_client_create(&client, harness.loop, harness.http, url),
			ZN_ERR_OK);
		for (int asked = 0; asked < 2; asked++) {
			zn_ledger_get_account(NULL, client, &harness.operator_account,
				harness_answered, &harness);
			const struct zn_ledger_answer *answer = harness_wait(&harness);
			enum zn_err expected = asked == 0 ? ZN_ERR_OK : lies[i].err;
			if (answer->err != expected ||
				(asked == 1 && strstr(answer->detail, lies[i].sentence) == NULL))
				fail_msg("row %zu: %s: %s", i, zn_err_name(answer->err),
					answer->detail);
			new_block();
			lie = &lies[i];
		}
		zn_ledger_client_destroy(client);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_proxy_that_lies_is_found_out)};
	return cmocka_run_group_tests_name("node_proxy", tests, start, finish);
}
