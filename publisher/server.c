/* publisher/server.c - what workers reach: talk, deliveries, blobs. Everything is hostile. */
#include "core/assert.h"
#include "io/clock.h"
#include "publisher/blobs.h"
#include "publisher/inside.h"

#include <stdlib.h>
#include <string.h>

#define BINARY "application/octet-stream"

static size_t body_limit(void *user, const char *method, const char *path)
{
	const struct zn_publisher *publisher = user;
	if (strcmp(method, "POST") != 0)
		return 0;
	if (strcmp(path, ZN_PATH_TALK) == 0)
		return ZN_MESSAGE_BYTES_MAX;
	if (strcmp(path, ZN_PATH_DELIVER) != 0)
		return 0;
	/* As much as one delivery of this job can be, and one body may. */
	uint64_t chunk = zn_manifest_chunk_output_bytes(&publisher->plan.manifest, 0);
	uint64_t most = chunk * ZN_DELIVERY_CHUNKS_MAX;
	if (most > ZN_CHUNK_OUTPUT_BYTES_MAX)
		most = ZN_CHUNK_OUTPUT_BYTES_MAX;
	return 4 + ZN_MESSAGE_BYTES_MAX + (size_t)most;
}

static void gone(void *user, struct zn_http_exchange *exchange)
{
	struct zn_publisher *publisher = user;
	struct zn_incoming *incoming = zn_http_exchange_user(exchange);
	if (incoming != NULL) {
		incoming->exchange = NULL;
		return;
	}
	for (uint16_t i = 0; i < publisher->peers_count; i++) {
		struct zn_peer *peer = publisher->peers[i];
		struct zn_publisher_event event = {.kind = ZN_PUBLISHER_HUNG_UP};
		if (peer == NULL || peer->held != exchange)
			continue;
		peer->held = NULL;
		zn_peer_step(publisher, peer, &event, NULL);
		return;
	}
}

/* --- talk --- */

static void offer_shown(struct zn_publisher *publisher, struct zn_peer *peer,
	const struct zn_message_offer *offer)
{
	const struct zn_publisher_deal *deal = &peer->deal;
	char ask[ZN_AMOUNT_TEXT_BYTES], bid[ZN_AMOUNT_TEXT_BYTES];
	const struct zn_message *reply = &publisher->actions.talk;
	peer->last_ask_zat = offer->price_zat;
	if (peer->first_ask_zat == 0)
		peer->first_ask_zat = offer->price_zat;
	zn_amount_text(ask, (struct zn_amount){offer->price_zat / 1000});
	if (reply->kind == ZN_MESSAGE_REFUSAL) {
		zn_show_line(publisher, "worker %u (%s) asks %s per 1,000 chunks: %s",
			deal->peer + 1u, deal->device, ask,
			zn_deal_refusal_sentence(reply->refusal.refusal));
		return;
	}
	peer->last_bid_zat = deal->bid_zat;
	zn_amount_text(bid, (struct zn_amount){deal->bid_zat / 1000});
	if (deal->stage == ZN_PUBLISHER_AGREED)
		zn_show_line(publisher, "worker %u (%s): agreed on %s per 1,000 chunks",
			deal->peer + 1u, deal->device, bid);
	else
		zn_show_line(publisher, "worker %u (%s) asks %s per 1,000 chunks, we bid %s",
			deal->peer + 1u, deal->device, ask, bid);
}

static struct zn_peer *route(struct zn_publisher *publisher, const struct zn_message *message,
	enum zn_deal_refusal *refusal)
{
	const struct zn_hash *session = zn_message_session(message);
	struct zn_peer *peer = NULL;
	*refusal = ZN_DEAL_UNKNOWN_SESSION;
	if (message->kind != ZN_MESSAGE_HELLO)
		return session == NULL ? NULL : zn_peer_by_session(publisher, session);
	if (message->hello.resumes)
		peer = zn_peer_by_channel(publisher, &message->hello.channel_id);
	if (peer != NULL)
		return peer;
	*refusal = ZN_DEAL_FULL;
	return zn_peer_create(publisher);
}

static bool from_worker(uint8_t kind)
{
	return kind == ZN_MESSAGE_HELLO || kind == ZN_MESSAGE_PROVE || kind == ZN_MESSAGE_OFFER ||
	       kind == ZN_MESSAGE_AGREE || kind == ZN_MESSAGE_PULL;
}

static void talk(struct zn_publisher *publisher, struct zn_http_exchange *exchange)
{
	struct zn_message message;
	enum zn_deal_refusal refusal;
	size_t count;
	const uint8_t *bytes = zn_http_exchange_body(exchange, &count);
	if (!zn_message_decode(&message, bytes, count) || !from_worker(message.kind)) {
		zn_refusal_reply(exchange, ZN_DEAL_MALFORMED);
		return;
	}
	struct zn_peer *peer = route(publisher, &message, &refusal);
	if (peer == NULL) {
		zn_refusal_reply(exchange, refusal);
		return;
	}
	struct zn_publisher_event event = {.kind = ZN_PUBLISHER_MESSAGE, .message = &message};
	peer->heard_ns = zn_clock_monotonic_ns();
	zn_peer_step(publisher, peer, &event, exchange);
	if (message.kind == ZN_MESSAGE_OFFER)
		offer_shown(publisher, peer, &message.offer);
	if (message.kind == ZN_MESSAGE_HELLO && peer->deal.stage == ZN_PUBLISHER_NEW)
		zn_peer_forget(publisher, peer); /* its hello was refused */
}

/* --- deliveries --- */

static void hash(void *user)
{
	struct zn_incoming *incoming = user;
	const struct zn_message_deliver *deliver = &incoming->message.deliver;
	/* Of another thread, but nobody writes there while the job runs. */
	const struct zn_manifest *manifest = &incoming->publisher->plan.manifest;
	incoming->hashed = true;
	for (uint32_t i = 0; i < deliver->statements_count; i++) {
		const uint8_t *output = incoming->outputs + incoming->places[i];
		uint64_t bytes = deliver->statements[i].output_bytes;
		incoming->units[i] = zn_manifest_units(manifest, output, bytes);
		incoming->hashed = zn_content_id(&incoming->roots[i], output, (size_t)bytes) &&
				   incoming->hashed;
	}
}

static void hashed(void *user)
{
	struct zn_incoming *incoming = user;
	struct zn_publisher *publisher = incoming->publisher;
	struct zn_peer *peer = incoming->peer;
	struct zn_http_exchange *exchange = incoming->exchange;
	if (peer == NULL || !incoming->hashed) {
		if (exchange != NULL)
			zn_refusal_reply(exchange,
				peer == NULL ? ZN_DEAL_UNKNOWN_SESSION : ZN_DEAL_TROUBLE);
		if (peer != NULL)
			peer->incoming = NULL;
		zn_incoming_destroy(incoming);
		return;
	}
	struct zn_publisher_event event = {.kind = ZN_PUBLISHER_MESSAGE,
		.message = &incoming->message,
		.output_roots = incoming->roots,
		.output_units = incoming->units};
	zn_peer_step(publisher, peer, &event, exchange);
	/* Refused at once: no verdict will come for it. */
	if (peer->incoming == incoming && !peer->deal.delivering) {
		peer->incoming = NULL;
		zn_incoming_destroy(incoming);
	}
}

/* u32 length, the message, then exactly the outputs that it speaks of. */
static bool delivery_decode(struct zn_incoming *incoming, const uint8_t *bytes, size_t count)
{
	struct zn_message *message = &incoming->message;
	if (count < 4)
		return false;
	size_t length = (size_t)bytes[0] | (size_t)bytes[1] << 8 | (size_t)bytes[2] << 16 |
			(size_t)bytes[3] << 24;
	if (length > count - 4 || length > ZN_MESSAGE_BYTES_MAX ||
		!zn_message_decode(message, bytes + 4, length) ||
		message->kind != ZN_MESSAGE_DELIVER)
		return false;
	size_t room = count - 4 - length, used = 0;
	for (uint32_t i = 0; i < message->deliver.statements_count; i++) {
		uint64_t output = message->deliver.statements[i].output_bytes;
		if (output > room - used)
			return false;
		incoming->places[i] = used;
		used += (size_t)output;
	}
	if (used != room)
		return false;
	incoming->outputs = malloc(used + 1);
	if (incoming->outputs == NULL)
		return false;
	memcpy(incoming->outputs, bytes + 4 + length, used);
	incoming->outputs_bytes = used;
	incoming->publisher->deliveries_bytes += used;
	return true;
}

static enum zn_deal_refusal delivery_take(struct zn_incoming *incoming,
	struct zn_http_exchange *exchange)
{
	struct zn_publisher *publisher = incoming->publisher;
	size_t count;
	const uint8_t *bytes = zn_http_exchange_body(exchange, &count);
	if (publisher->deliveries_bytes + count > ZN_DELIVERIES_BYTES_MAX)
		return ZN_DEAL_TROUBLE;
	if (!delivery_decode(incoming, bytes, count))
		return ZN_DEAL_MALFORMED;
	struct zn_peer *peer = zn_peer_by_session(publisher, &incoming->message.deliver.session);
	if (peer == NULL || !zn_hash_equal(&peer->deal.session, &incoming->message.deliver.session))
		return ZN_DEAL_UNKNOWN_SESSION;
	peer->heard_ns = zn_clock_monotonic_ns();
	if (peer->deal.stage == ZN_PUBLISHER_REFUSED)
		return ZN_DEAL_REFUSED;
	if (peer->deal.stage != ZN_PUBLISHER_WORKING || peer->incoming != NULL)
		return ZN_DEAL_OUT_OF_TURN;
	incoming->peer = peer;
	incoming->exchange = exchange;
	if (zn_loop_submit(publisher->loop, hash, hashed, incoming) != ZN_ERR_OK)
		return ZN_DEAL_TROUBLE;
	peer->incoming = incoming;
	zn_http_exchange_user_set(exchange, incoming);
	return 0;
}

static void deliver(struct zn_publisher *publisher, struct zn_http_exchange *exchange)
{
	struct zn_incoming *incoming = calloc(1, sizeof *incoming);
	if (incoming == NULL) {
		zn_refusal_reply(exchange, ZN_DEAL_TROUBLE);
		return;
	}
	incoming->publisher = publisher;
	enum zn_deal_refusal refusal = delivery_take(incoming, exchange);
	if (refusal == 0)
		return;
	zn_incoming_destroy(incoming);
	zn_refusal_reply(exchange, refusal);
}

/* --- blobs --- */

/* What lies in memory for the job itself is sent from there; the rest from the job's home. */
static bool blob_reply(const struct zn_publisher *publisher, struct zn_http_exchange *exchange,
	const struct zn_hash *id)
{
	const struct zn_plan *plan = &publisher->plan;
	uint64_t count;
	if (plan->shared_bytes > 0 && zn_hash_equal(id, &plan->manifest.shared_id)) {
		zn_http_reply_lasting(exchange, 200, BINARY, plan->shared, plan->shared_bytes);
		return true;
	}
	for (uint32_t i = 0; i < plan->sources_count; i++)
		if (zn_hash_equal(id, &plan->manifest.sources[i])) {
			zn_http_reply_lasting(exchange, 200, BINARY, plan->sources[i].text,
				plan->sources[i].bytes);
			return true;
		}
	int fd = zn_blob_open(&count, &publisher->home, id);
	if (fd >= 0)
		zn_http_reply_file(exchange, 200, BINARY, fd, count);
	return fd >= 0;
}

static void blob(struct zn_publisher *publisher, struct zn_http_exchange *exchange)
{
	const char *session_text = zn_http_exchange_query(exchange, "session");
	struct zn_hash id, session;
	struct zn_peer *peer = NULL;
	if (session_text != NULL && zn_hash_parse(&session, session_text) &&
		!zn_hash_is_zero(&session))
		peer = zn_peer_by_session(publisher, &session);
	if (peer == NULL || !zn_hash_equal(&peer->deal.session, &session)) {
		zn_http_reply(exchange, 403, "text/plain", "a proven session is needed\n", 27);
		return;
	}
	peer->heard_ns = zn_clock_monotonic_ns();
	if (zn_hash_parse(&id, zn_http_exchange_path(exchange) + strlen(ZN_PATH_BLOB)) &&
		blob_reply(publisher, exchange, &id))
		return;
	zn_http_reply(exchange, 404, "text/plain", "this job has no such blob\n", 26);
}

static void handle(void *user, struct zn_http_exchange *exchange)
{
	struct zn_publisher *publisher = user;
	const char *path = zn_http_exchange_path(exchange);
	bool post = strcmp(zn_http_exchange_method(exchange), "POST") == 0;
	bool get = strcmp(zn_http_exchange_method(exchange), "GET") == 0;
	if (post && strcmp(path, ZN_PATH_TALK) == 0)
		talk(publisher, exchange);
	else if (post && strcmp(path, ZN_PATH_DELIVER) == 0)
		deliver(publisher, exchange);
	else if (get && strncmp(path, ZN_PATH_BLOB, strlen(ZN_PATH_BLOB)) == 0)
		blob(publisher, exchange);
	else
		zn_http_reply(exchange, 404, "text/plain", "there is nothing here\n", 22);
}

/* "127.0.0.1:0" or "[::1]:0" into address and port. */
static bool listen_parse(char address[64], uint16_t *port, const char *text)
{
	const char *colon = strrchr(text, ':');
	char *end;
	size_t count = colon == NULL ? 0 : (size_t)(colon - text);
	if (count == 0 || count >= 64 || colon[1] < '0' || colon[1] > '9')
		return false;
	unsigned long value = strtoul(colon + 1, &end, 10);
	if (*end != '\0' || value > UINT16_MAX)
		return false;
	bool bracketed = text[0] == '[' && text[count - 1] == ']';
	memcpy(address, text + bracketed, count - 2u * bracketed);
	address[count - 2u * bracketed] = '\0';
	*port = (uint16_t)value;
	return true;
}

static bool server_open(struct zn_publisher *publisher, const char *key_pem,
	const char *certificate_pem, struct zn_complaint *complaint)
{
	char address[64];
	uint16_t port;
	uint64_t kept;
	const char *listen = publisher->options.listen;
	if (!listen_parse(address, &port, listen))
		return zn_complain(complaint,
			"--listen %s: this is no address; give one like 127.0.0.1:0 or "
			"0.0.0.0:7400",
			listen);
	/* Workers come back to where they were. */
	if (port == 0 && zn_store_get_number(&publisher->store, "port", &kept))
		port = (uint16_t)kept;
	struct zn_http_server_options options = {.address = address,
		.port = port,
		.tls_key_pem = key_pem,
		.tls_certificate_pem = certificate_pem,
		.connections_max = ZN_CONNECTIONS_MAX,
		.connections_per_address_max = ZN_CONNECTIONS_ADDRESS_MAX,
		.idle_s = 2 * ZN_POLL_HELD_S,
		.handler = handle,
		.gone = gone,
		.body_limit = body_limit,
		.user = publisher};
	enum zn_err err = zn_http_server_create(&publisher->server, publisher->loop, &options);
	if (err != ZN_ERR_OK)
		return zn_complain(complaint, "--listen %s: port %u: %s; give another one", listen,
			port, zn_err_sentence(err));
	port = zn_http_server_port(publisher->server);
	zn_store_set_number(&publisher->store, "port", port);
	int count = publisher->options.announce != NULL
			    ? snprintf(publisher->endpoint, sizeof publisher->endpoint,
				      "https://%s", publisher->options.announce)
			    : snprintf(publisher->endpoint, sizeof publisher->endpoint,
				      strchr(address, ':') != NULL ? "https://[%s]:%u"
								   : "https://%s:%u",
				      address, port);
	if (count < 0 || (size_t)count >= sizeof publisher->endpoint)
		return zn_complain(complaint, "--announce: this address is too long");
	return true;
}

bool zn_server_start(struct zn_publisher *publisher, struct zn_complaint *complaint)
{
	char *key_pem, *certificate_pem;
	bool good = zn_job_home_identity(&key_pem, &certificate_pem, &publisher->job.tls_pin,
			    &publisher->home, complaint) &&
		    server_open(publisher, key_pem, certificate_pem, complaint);
	if (key_pem != NULL)
		memset(key_pem, 0, strlen(key_pem));
	free(key_pem);
	free(certificate_pem);
	return good;
}
