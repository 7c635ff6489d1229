/* tests/unit/io_http.h - a server and a client on one loop, for the tests of both. */
#ifndef ZN_TESTS_UNIT_IO_HTTP_H
#define ZN_TESTS_UNIT_IO_HTTP_H

#include "tests/unit/cm.h"

#include "core/limits.h"
#include "io/clock.h"
#include "io/http_client.h"
#include "io/http_server.h"
#include "io/loop.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BODY_LIMIT (64u << 20)

struct answer {
	int count;
	enum zn_err err;
	int status;
	bool wrong_pin;
	size_t body_bytes;
	uint64_t body_hash;
	char body[256]; /* its beginning */
	char detail[256];
};

static struct zn_loop *loop;
static struct zn_http_server *server;
static struct zn_http_client *client;
static struct zn_http_exchange *held;
static int gone_count, request_count;
static char *key_pem, *certificate_pem;
static struct zn_hash pin;
static struct zn_timer watchdog;
static bool late;
static char last_seen[512];

static uint64_t mix(const uint8_t *bytes, size_t count)
{
	uint64_t hash = 1469598103934665603u;

	for (size_t i = 0; i < count; i += 509)
		hash = (hash ^ bytes[i]) * 1099511628211u;
	return hash ^ count;
}

static void on_late(void *user)
{
	(void)user;
	late = true;
	zn_loop_stop(loop);
}

/* Run until somebody stops the loop; false after 20 s. */
static bool run_loop(void)
{
	late = false;
	zn_timer_start(&watchdog, loop, 20000, on_late, NULL);
	assert_int_equal(zn_loop_run(loop), ZN_ERR_OK);
	zn_timer_stop(&watchdog);
	return !late;
}

static void on_pause(void *user)
{
	(void)user;
	zn_loop_stop(loop);
}

static void run_for(uint64_t ms)
{
	static struct zn_timer timer;

	zn_timer_start(&timer, loop, ms, on_pause, NULL);
	assert_true(run_loop());
	zn_timer_stop(&timer); /* something else may have stopped the loop */
}

static void on_answer(void *user, const struct zn_http_response *response)
{
	struct answer *answer = user;
	size_t shown = response->body_bytes < 255 ? response->body_bytes : 255;

	answer->count++;
	answer->err = response->err;
	answer->status = response->status;
	answer->wrong_pin = response->wrong_pin;
	answer->body_bytes = response->body_bytes;
	answer->body_hash = mix(response->body, response->body_bytes);
	memcpy(answer->body, response->body, shown);
	answer->body[shown] = '\0';
	snprintf(answer->detail, sizeof answer->detail, "%s", response->detail);
	zn_loop_stop(loop);
}

static struct zn_http_request to(const char *url)
{
	return (struct zn_http_request){.url = url,
		.allow_private = true,
		.timeout_ms = 15000,
		.response_bytes_max = BODY_LIMIT};
}

static struct answer ask(const struct zn_http_request *request)
{
	struct answer answer = {0};
	struct zn_http_call *call;

	assert_int_equal(zn_http_client_send(&call, client, request, on_answer, &answer),
		ZN_ERR_OK);
	assert_int_equal(answer.count, 0);
	assert_true(run_loop());
	assert_int_equal(answer.count, 1);
	return answer;
}

static const char *url_of(const char *scheme, uint16_t port, const char *path)
{
	static char url[512];

	snprintf(url, sizeof url, "%s://127.0.0.1:%u%s", scheme, port, path);
	return url;
}

static const char kept[100000] = "kept";

/* /kept is answered without a copy, /echo gives back the body, /seen what was seen, /hold keeps it, /end destroys the server. */
static void on_request(void *user, struct zn_http_exchange *exchange)
{
	const char *path = zn_http_exchange_path(exchange);
	const char *query = zn_http_exchange_query(exchange, "a");
	const char *header = zn_http_exchange_header(exchange, "authorization");
	size_t count;
	const uint8_t *body = zn_http_exchange_body(exchange, &count);

	request_count++;
	assert_ptr_equal(user, &server);
	if (strcmp(path, "/hold") == 0) {
		held = exchange;
		zn_http_exchange_user_set(exchange, &held);
		assert_ptr_equal(zn_http_exchange_user(exchange), &held);
		return;
	}
	if (strcmp(path, "/end") == 0) {
		zn_http_server_destroy(server);
		server = NULL;
		return;
	}
	if (strcmp(path, "/seen") == 0) {
		snprintf(last_seen, sizeof last_seen, "%s %s a=%s auth=%s",
			zn_http_exchange_method(exchange), path, query != NULL ? query : "-",
			header != NULL ? header : "-");
		zn_http_reply(exchange, 200, "text/plain", last_seen, strlen(last_seen));
		return;
	}
	if (strcmp(path, "/kept") == 0) {
		zn_http_reply_lasting(exchange, 200, "text/plain", kept, sizeof kept);
		return;
	}
	zn_http_reply(exchange, 200, "application/octet-stream", body, count);
}

static void on_gone(void *user, struct zn_http_exchange *exchange)
{
	assert_ptr_equal(user, &server);
	assert_ptr_equal(exchange, held);
	held = NULL;
	gone_count++;
	zn_loop_stop(loop);
}

static size_t on_limit(void *user, const char *method, const char *path)
{
	(void)user;
	(void)method;
	return strcmp(path, "/small") == 0 ? 1000 : BODY_LIMIT;
}

static uint16_t serve(bool tls, uint16_t port)
{
	struct zn_http_server_options options = {.address = "127.0.0.1",
		.port = port,
		.connections_max = 64,
		.idle_s = 40,
		.handler = on_request,
		.gone = on_gone,
		.body_limit = on_limit,
		.user = &server};

	if (tls) {
		options.tls_key_pem = key_pem;
		options.tls_certificate_pem = certificate_pem;
	}
	assert_int_equal(zn_http_server_create(&server, loop, &options), ZN_ERR_OK);
	return zn_http_server_port(server);
}

static int set_up(void **state)
{
	(void)state;
	held = NULL;
	gone_count = request_count = 0;
	if (zn_loop_create(&loop) != ZN_ERR_OK || zn_http_client_create(&client, loop) != ZN_ERR_OK)
		return -1;
	if (key_pem == NULL && zn_tls_identity_make(&key_pem, &certificate_pem, &pin) != ZN_ERR_OK)
		return -1;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	zn_http_client_destroy(client);
	zn_http_server_destroy(server);
	server = NULL;
	zn_loop_destroy(loop);
	return 0;
}

static int end(void **state)
{
	(void)state;
	free(key_pem);
	free(certificate_pem);
	return 0;
}

#endif
