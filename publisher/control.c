/* publisher/control.c - what the owner says from another terminal, over loopback with a token. */
#include "core/assert.h"
#include "io/random.h"
#include "publisher/inside.h"

#include <stdlib.h>
#include <string.h>

#define BODY_BYTES_MAX  64
#define CONNECTIONS_MAX 16

void zn_publisher_order(struct zn_publisher *publisher, enum zn_order order)
{
	uint8_t now = publisher->job.order;
	if (now == ZN_ORDER_DONE || now == ZN_ORDER_CANCEL || now == (uint8_t)order)
		return;
	publisher->job.order = (uint8_t)order;
	zn_store_set_number(&publisher->store, "order", order);
	zn_store_note(&publisher->store, zn_publisher_now_s(publisher),
		order == ZN_ORDER_PAUSE    ? "paused"
		: order == ZN_ORDER_CANCEL ? "cancelled"
					   : "resumed");
	zn_show_line(publisher, "%s",
		order == ZN_ORDER_PAUSE    ? "paused: workers stop; `zennet job resume` goes on"
		: order == ZN_ORDER_CANCEL ? "cancelled: what was begun is paid, then it is settled"
					   : "resumed");
	zn_peers_step(publisher, ZN_PUBLISHER_ORDERED);
	if (order == ZN_ORDER_CANCEL)
		zn_publisher_end(publisher);
}

static void say(struct zn_http_exchange *exchange, int status, const char *words)
{
	zn_http_reply(exchange, status, "text/plain", words, strlen(words));
}

/* What was ordered must outlive us before anybody is told that it is done. */
static void done_say(struct zn_publisher *publisher, struct zn_http_exchange *exchange)
{
	enum zn_err err = zn_store_commit(&publisher->store);
	if (err == ZN_ERR_OK) {
		say(exchange, 200, "done\n");
		return;
	}
	zn_publisher_trouble(publisher, "the job's journal cannot be written: %s",
		zn_err_sentence(err));
	say(exchange, 503, "the job's journal cannot be written\n");
}

static void fund(struct zn_publisher *publisher, struct zn_http_exchange *exchange)
{
	struct zn_amount amount, sum;
	char text[BODY_BYTES_MAX + 1], shown[ZN_AMOUNT_TEXT_BYTES];
	size_t count;
	const uint8_t *body = zn_http_exchange_body(exchange, &count);
	memcpy(text, body, count < BODY_BYTES_MAX ? count : BODY_BYTES_MAX);
	text[count < BODY_BYTES_MAX ? count : BODY_BYTES_MAX] = '\0';
	if (!zn_amount_parse(&amount, text) || amount.zat == 0 ||
		!zn_amount_add(&sum, publisher->job.policy.budget, amount)) {
		say(exchange, 400, "this is no amount; give one like \"2 XEN\"\n");
		return;
	}
	publisher->job.policy.budget = sum;
	zn_store_set_number(&publisher->store, "budget", sum.zat);
	zn_show_line(publisher, "the budget is %s now", zn_amount_text(shown, sum));
	zn_peers_step(publisher, ZN_PUBLISHER_ORDERED);
	done_say(publisher, exchange);
}

/* As long for a right one as for a wrong one. */
static bool token_is(const struct zn_publisher *publisher, struct zn_http_exchange *exchange)
{
	const char *said = zn_http_exchange_header(exchange, "Authorization");
	const char *token = publisher->control_access.token;
	unsigned int different = 0;
	if (said == NULL || strncmp(said, "Bearer ", 7) != 0 || strlen(said) != 7 + strlen(token))
		return false;
	for (size_t i = 0; token[i] != '\0'; i++)
		different |= (unsigned char)(said[7 + i] ^ token[i]);
	return different == 0;
}

static void status(struct zn_publisher *publisher, struct zn_http_exchange *exchange)
{
	char *text = zn_status_json(publisher, true);
	if (text != NULL)
		zn_http_reply(exchange, 200, "application/json", text, strlen(text));
	else
		say(exchange, 503, "out of memory\n");
	free(text);
}

static void handle(void *user, struct zn_http_exchange *exchange)
{
	static const struct {
		const char *path;
		enum zn_order order;
	} orders[] = {{"/v1/pause", ZN_ORDER_PAUSE}, {"/v1/resume", ZN_ORDER_WORK},
		{"/v1/cancel", ZN_ORDER_CANCEL}};
	struct zn_publisher *publisher = user;
	const char *path = zn_http_exchange_path(exchange);
	bool post = strcmp(zn_http_exchange_method(exchange), "POST") == 0;
	if (!token_is(publisher, exchange)) {
		say(exchange, 403, "the token is missing or wrong\n");
		return;
	}
	if (!post && strcmp(path, "/v1/status") == 0) {
		status(publisher, exchange);
		return;
	}
	if (post && strcmp(path, "/v1/fund") == 0) {
		fund(publisher, exchange);
		return;
	}
	for (size_t i = 0; post && i < sizeof orders / sizeof orders[0]; i++) {
		if (strcmp(path, orders[i].path) != 0)
			continue;
		zn_publisher_order(publisher, orders[i].order);
		done_say(publisher, exchange);
		return;
	}
	say(exchange, 404, "there is nothing here\n");
}

static void gone(void *user, struct zn_http_exchange *exchange)
{
	(void)user;
	(void)exchange; /* nothing is held here */
}

static size_t body_limit(void *user, const char *method, const char *path)
{
	(void)user;
	(void)method;
	(void)path;
	return BODY_BYTES_MAX;
}

bool zn_control_start(struct zn_publisher *publisher, struct zn_complaint *complaint)
{
	uint8_t draw[16];
	struct zn_http_server_options options = {.address = "127.0.0.1",
		.connections_max = CONNECTIONS_MAX,
		.idle_s = 2 * ZN_POLL_HELD_S,
		.handler = handle,
		.gone = gone,
		.body_limit = body_limit,
		.user = publisher};
	enum zn_err err = zn_http_server_create(&publisher->control, publisher->loop, &options);
	if (err != ZN_ERR_OK)
		return zn_complain(complaint, "the control port: %s", zn_err_sentence(err));
	zn_random_bytes(draw, sizeof draw);
	zn_hex_write(publisher->control_access.token, draw, sizeof draw);
	publisher->control_access.port = zn_http_server_port(publisher->control);
	return zn_job_home_control_write(&publisher->home, &publisher->control_access, complaint);
}
