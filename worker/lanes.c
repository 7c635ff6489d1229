/* worker/lanes.c - questions to the publisher: messages out, its answers in. */
#include "worker/inside.h"

#include "core/assert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct zn_ask *ask_take(struct zn_worker *worker, enum zn_lane lane)
{
	for (int i = 0; i < ZN_ASKS_MAX; i++)
		if (worker->asks[i].body == NULL) {
			worker->asks[i] = (struct zn_ask){.worker = worker, .lane = lane};
			return &worker->asks[i];
		}
	return NULL;
}

static void ask_free(struct zn_ask *ask)
{
	free(ask->body);
	*ask = (struct zn_ask){0};
}

static void lane_failed(struct zn_worker *worker, enum zn_lane lane)
{
	struct zn_worker_event event = {.kind = ZN_WORKER_LANE_FAILED, .lane = lane};
	zn_worker_queue(worker, &event);
}

static void on_answer(void *user, const struct zn_http_response *response)
{
	static struct zn_message message;
	struct zn_ask *ask = user;
	struct zn_worker *worker = ask->worker;
	struct zn_worker_event event = {.kind = ZN_WORKER_MESSAGE, .lane = ask->lane};
	ask_free(ask);
	if (response->wrong_pin)
		worker->wrong_pin = true;
	if (response->err != ZN_ERR_OK || response->status != 200 ||
		!zn_message_decode(&message, response->body, response->body_bytes)) {
		event.kind = ZN_WORKER_LANE_FAILED;
		if (response->err != ZN_ERR_OK)
			zn_complain(&worker->complaint, "%s", zn_err_sentence(response->err));
		zn_worker_feed(worker, &event);
		return;
	}
	event.message = &message;
	zn_worker_say_talk(worker, &message);
	zn_worker_feed(worker, &event);
}

static void send(struct zn_ask *ask, const char *path, size_t count, uint64_t timeout_ms)
{
	struct zn_worker *worker = ask->worker;
	char url[ZN_HTTP_URL_BYTES_MAX];
	snprintf(url, sizeof url, "%s%s", worker->where.endpoint, path);
	struct zn_http_request request = {.url = url,
		.body = ask->body,
		.body_bytes = count,
		.content_type = "application/octet-stream",
		.pin = &worker->deal.tls_pin,
		.allow_private = worker->options.allow_private,
		.timeout_ms = timeout_ms,
		.response_bytes_max = ZN_MESSAGE_BYTES_MAX};
	enum zn_lane lane = ask->lane;
	if (zn_http_client_send(&ask->call, worker->http, &request, on_answer, ask) != ZN_ERR_OK) {
		ask_free(ask);
		lane_failed(worker, lane);
	}
}

void zn_worker_talk_send(struct zn_worker *worker, const struct zn_message *message)
{
	struct zn_ask *ask = ask_take(worker, ZN_LANE_TALK);
	ZN_ASSERT(ask != NULL);
	ask->body = malloc(ZN_MESSAGE_BYTES_MAX);
	if (ask->body == NULL) {
		lane_failed(worker, ZN_LANE_TALK);
		return;
	}
	size_t count = zn_message_encode(ask->body, ZN_MESSAGE_BYTES_MAX, message);
	zn_worker_say_talk(worker, message);
	send(ask, ZN_PATH_TALK, count, (ZN_POLL_HELD_S + 15) * 1000);
}

/* u32 length, the message, the outputs in the order of the statements. Out: lost, the chunk whose
 * output cannot be read, if that is why 0 is returned. */
static size_t delivery_write(struct zn_ask *ask, const uint64_t **lost,
	const struct zn_message *message)
{
	const struct zn_message_deliver *deliver = &message->deliver;
	struct zn_worker *worker = ask->worker;
	size_t room = 4 + ZN_MESSAGE_BYTES_MAX, used;
	for (uint32_t i = 0; i < deliver->statements_count; i++)
		room += deliver->statements[i].output_bytes;
	ask->body = malloc(room);
	if (ask->body == NULL)
		return 0;
	uint32_t count = (uint32_t)zn_message_encode(ask->body + 4, ZN_MESSAGE_BYTES_MAX, message);
	for (int i = 0; i < 4; i++)
		ask->body[i] = (uint8_t)(count >> 8 * i);
	used = 4 + count;
	for (uint32_t i = 0; i < deliver->statements_count; i++) {
		size_t bytes = deliver->statements[i].output_bytes;
		if (!zn_worker_output_copy(worker, deliver->statements[i].chunk, ask->body + used,
			    bytes)) {
			*lost = &deliver->statements[i].chunk;
			return 0;
		}
		used += bytes;
	}
	return used;
}

void zn_worker_deliver_send(struct zn_worker *worker, const struct zn_message *message)
{
	struct zn_ask *ask = ask_take(worker, ZN_LANE_DELIVER);
	ZN_ASSERT(ask != NULL);
	const uint64_t *lost = NULL;
	size_t count = delivery_write(ask, &lost, message);
	if (count == 0) {
		ask_free(ask);
		lane_failed(worker, ZN_LANE_DELIVER);
		if (lost != NULL)
			zn_worker_output_lost(worker, *lost);
		return;
	}
	send(ask, ZN_PATH_DELIVER, count,
		(uint64_t)ZN_POLL_HELD_S * 1000 + (uint64_t)count * 1000 / ZN_DELIVER_BYTES_PER_S);
}

void zn_worker_hang_up(struct zn_worker *worker)
{
	for (int i = 0; i < ZN_ASKS_MAX; i++)
		if (worker->asks[i].body != NULL) {
			zn_http_call_cancel(worker->asks[i].call);
			ask_free(&worker->asks[i]);
		}
}
