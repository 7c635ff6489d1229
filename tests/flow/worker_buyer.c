#include "tests/flow/worker_buyer.h"

#include "io/clock.h"
#include "io/random.h"
#include "kernels/builtin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LISTED_S 3600

static void feed(struct buyer_peer *peer, struct zn_publisher_event *event,
	struct zn_http_exchange *exchange);

static uint64_t mix(uint64_t item, uint32_t rounds, uint32_t seed)
{
	uint64_t state = item ^ ((uint64_t)seed << 32);
	for (uint32_t i = 0; i < rounds; i++) {
		state += UINT64_C(0x9e3779b97f4a7c15);
		state = (state ^ (state >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		state = (state ^ (state >> 27)) * UINT64_C(0x94d049bb133111eb);
		state ^= state >> 31;
	}
	return state;
}

const char BUYER_KERNEL[] =
	"void zn_map(ulong item, __global const uchar *params, __global const uchar *shared,\n"
	"	__global const uchar *input, __global uchar *slot)\n"
	"{\n"
	"	__global const uint *words = (__global const uint *)params;\n"
	"	__global const uint *given = (__global const uint *)input;\n"
	"	ulong state = item ^ ((ulong)words[1] << 32);\n"
	"	for (uint i = 0; i < words[0]; i++) {\n"
	"		state += 0x9e3779b97f4a7c15UL;\n"
	"		state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9UL;\n"
	"		state = (state ^ (state >> 27)) * 0x94d049bb133111ebUL;\n"
	"		state ^= state >> 31;\n"
	"	}\n"
	"	for (ulong i = 0; i < zn_input_bytes(input) / 4; i++)\n"
	"		state += given[i] * (item - zn_input_first(input) + 1);\n"
	"	*(__global ulong *)slot = state;\n"
	"}\n";

#define INPUT_WORDS_MAX 5u

/* Inputs differ in length, as text cut at line ends does. */
static uint32_t input_make(uint32_t words[INPUT_WORDS_MAX], uint64_t chunk)
{
	uint32_t count = 1 + (uint32_t)(chunk % INPUT_WORDS_MAX);
	for (uint32_t i = 0; i < count; i++)
		words[i] = (uint32_t)chunk * 31 + i;
	return count;
}

static uint64_t input_adds(const struct buyer *buyer, uint64_t chunk, uint64_t place)
{
	uint32_t words[INPUT_WORDS_MAX];
	uint64_t sum = 0;
	uint32_t count = buyer->inputs != NULL ? input_make(words, chunk) : 0;
	for (uint32_t i = 0; i < count; i++)
		sum += words[i] * (place + 1);
	return sum;
}

static bool is_right(const struct buyer *buyer, const uint8_t *output, uint64_t chunk)
{
	uint64_t first, value;
	uint32_t items;
	zn_manifest_chunk(&first, &items, &buyer->job.manifest, chunk);
	for (uint32_t i = 0; i < items; i++) {
		memcpy(&value, output + 8 * i, sizeof value);
		if (value != mix(first + i, buyer->rounds, 7) + input_adds(buyer, chunk, i))
			return false;
	}
	return true;
}

static void reply(struct zn_http_exchange *exchange, const struct zn_message *message)
{
	static uint8_t bytes[ZN_MESSAGE_BYTES_MAX];
	size_t count = zn_message_encode(bytes, sizeof bytes, message);
	zn_http_reply(exchange, 200, "application/octet-stream", bytes, count);
}

static void on_queue(void *user)
{
	static struct buyer_event events[BUYER_QUEUED];
	struct buyer *buyer = user;
	uint32_t count = buyer->queued;
	memcpy(events, buyer->queue, count * sizeof events[0]);
	buyer->queued = 0;
	for (uint32_t i = 0; i < count; i++)
		feed(events[i].peer, &events[i].event, NULL);
}

static void queue(struct buyer_peer *peer, const struct zn_publisher_event *event)
{
	struct buyer *buyer = peer->buyer;
	assert_true(buyer->queued < BUYER_QUEUED);
	buyer->queue[buyer->queued++] = (struct buyer_event){peer, *event};
	if (!buyer->soon.armed)
		zn_timer_start(&buyer->soon, buyer->node->loop, 0, on_queue, buyer);
}

static void on_opened(void *user, const struct zn_ledger_answer *answer)
{
	struct buyer_peer *peer = user;
	struct buyer *buyer = peer->buyer;
	struct zn_publisher_event event = {.kind = ZN_PUBLISHER_OPENED};
	if (answer->refusal != ZN_LEDGER_OK || answer->err != ZN_ERR_OK)
		print_message("open: %s, %s\n", answer->detail,
			zn_ledger_refusal_sentence(answer->refusal));
	if (answer->err != ZN_ERR_OK || answer->refusal != ZN_LEDGER_OK)
		event.kind = ZN_PUBLISHER_OPEN_FAILED;
	else
		zn_channel_id(&event.channel_id, &buyer->job.chain, &buyer->node->operator_account,
			answer->nonce, 0);
	buyer->channels_opened++;
	queue(peer, &event);
}

static void open_channel(struct buyer_peer *peer, struct zn_amount deposit)
{
	struct buyer *buyer = peer->buyer;
	struct zn_transaction draft = {.kind = ZN_TX_OPEN};
	draft.body.open.count = 1;
	draft.body.open.openings[0] = (struct zn_tx_opening){.terms_hash = peer->deal.terms_hash,
		.deposit = deposit,
		.grace_s = peer->deal.terms.grace_s};
	zn_account_of(&draft.body.open.openings[0].payee, &peer->deal.worker_key);
	zn_ledger_send(NULL, buyer->node->client, &buyer->node->operator_key, &draft, 10000,
		on_opened, peer);
}

static void on_topped_up(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_publisher_event event = {.kind = ZN_PUBLISHER_TOPPED_UP,
		.good = answer->err == ZN_ERR_OK && answer->refusal == ZN_LEDGER_OK};
	queue(user, &event);
}

static void top_up(struct buyer_peer *peer, struct zn_amount amount)
{
	struct zn_transaction draft = {.kind = ZN_TX_TOP_UP,
		.body.top_up = {peer->deal.channel_id, amount}};
	zn_ledger_send(NULL, peer->buyer->node->client, &peer->buyer->node->operator_key, &draft,
		10000, on_topped_up, peer);
}

static void reply_held(struct buyer_peer *peer, const struct zn_message *message)
{
	if (peer->held != NULL)
		reply(peer->held, message);
	peer->held = NULL;
}

static void check(struct buyer_peer *peer, uint32_t index)
{
	struct zn_publisher_event event = {.kind = ZN_PUBLISHER_CHECKED,
		.index = index,
		.items = 64,
		.good = peer->right[index]};
	peer->buyer->wrong += !peer->right[index];
	queue(peer, &event);
}

static void act(struct buyer_peer *peer, const struct zn_publisher_action *action,
	struct zn_http_exchange *exchange)
{
	struct zn_publisher_actions *actions = &peer->buyer->actions;
	switch (action->kind) {
	case ZN_PUBLISHER_DO_REPLY:
		reply(exchange, &actions->talk);
		break;
	case ZN_PUBLISHER_DO_HOLD:
		peer->held = exchange;
		break;
	case ZN_PUBLISHER_DO_REPLY_HELD:
		reply_held(peer, &actions->held[action->index]);
		break;
	case ZN_PUBLISHER_DO_HOLD_DELIVERY:
		peer->delivery = exchange;
		break;
	case ZN_PUBLISHER_DO_REPLY_DELIVERY:
		if (peer->delivery != NULL)
			reply(peer->delivery, &actions->delivery);
		peer->delivery = NULL;
		break;
	case ZN_PUBLISHER_DO_OPEN:
		open_channel(peer, action->amount);
		break;
	case ZN_PUBLISHER_DO_TOP_UP:
		top_up(peer, action->amount);
		break;
	case ZN_PUBLISHER_DO_CHECK:
		check(peer, action->index);
		break;
	case ZN_PUBLISHER_DO_JOURNAL_ACCEPTED:
		peer->buyer->accepted++;
		break;
	default:
		break;
	}
}

static void on_retracted(void *user, uint64_t chunk)
{
	(void)user;
	(void)chunk;
}

static void feed(struct buyer_peer *peer, struct zn_publisher_event *event,
	struct zn_http_exchange *exchange)
{
	struct buyer *buyer = peer->buyer;
	if (!peer->used)
		return;
	event->now_s = zn_clock_wall_s();
	zn_random_bytes(event->nonce.bytes, sizeof event->nonce.bytes);
	buyer->actions.retracted = on_retracted;
	zn_publisher_deal_step(&buyer->actions, &buyer->job, &peer->deal, event);
	for (uint32_t i = 0; i < buyer->actions.count; i++)
		act(peer, &buyer->actions.list[i], exchange);
	if (buyer->job.order != ZN_ORDER_DONE &&
		zn_chunk_table_accepted(buyer->table) == zn_chunk_table_chunks(buyer->table))
		buyer_order(buyer, ZN_ORDER_DONE);
}

void buyer_order(struct buyer *buyer, uint8_t order)
{
	const struct zn_publisher_event event = {.kind = ZN_PUBLISHER_ORDERED};
	buyer->job.order = order;
	for (int i = 0; i < BUYER_PEERS; i++)
		if (buyer->peers[i].used)
			queue(&buyer->peers[i], &event);
}

static struct buyer_peer *peer_of(struct buyer *buyer, const struct zn_message *message)
{
	const struct zn_hash *session = zn_message_session(message);
	for (int i = 0; i < BUYER_PEERS; i++) {
		struct buyer_peer *peer = &buyer->peers[i];
		if (peer->used && (session != NULL ? zn_publisher_deal_knows(&peer->deal, session)
						   : message->hello.resumes &&
							     zn_hash_equal(&peer->deal.channel_id,
								     &message->hello.channel_id)))
			return peer;
	}
	for (int i = 0; i < BUYER_PEERS && session == NULL && !message->hello.resumes; i++)
		if (!buyer->peers[i].used) {
			buyer->peers[i] = (struct buyer_peer){.buyer = buyer,
				.used = true,
				.deal = {.peer = (uint16_t)i}};
			return &buyer->peers[i];
		}
	return NULL;
}

/* Where each output lies and whether it is right. */
static void outputs_take(struct buyer_peer *peer, struct zn_hash *roots,
	const struct zn_message_deliver *deliver, const uint8_t *bytes, size_t count)
{
	size_t used = 0;
	for (uint32_t i = 0; i < deliver->statements_count; i++) {
		size_t part = deliver->statements[i].output_bytes;
		assert_true(part <= count - used);
		assert_true(zn_content_id(&roots[i], bytes + used, part));
		peer->right[i] = is_right(peer->buyer, bytes + used, deliver->statements[i].chunk);
		used += part;
	}
	assert_int_equal(used, count);
	peer->buyer->deliveries++;
	if (deliver->statements_count > peer->buyer->chunks_per_delivery_most)
		peer->buyer->chunks_per_delivery_most = deliver->statements_count;
}

static bool is_asked(const char *id, const struct zn_hash *hash)
{
	char text[ZN_HASH_TEXT_BYTES];
	return strcmp(id, zn_hash_text(text, hash)) == 0;
}

static void give_blob(struct buyer *buyer, struct zn_http_exchange *exchange, const char *id)
{
	const struct zn_manifest *manifest = &buyer->job.manifest;
	const char *type = "application/octet-stream";
	uint64_t chunks = zn_manifest_chunks(manifest);
	if (is_asked(id, &manifest->sources[0]) && buyer->source != NULL) {
		zn_http_reply(exchange, 200, type, buyer->source, strlen(buyer->source));
		return;
	}
	if (is_asked(id, &manifest->inputs_id)) {
		zn_http_reply(exchange, 200, type, buyer->inputs, chunks * ZN_HASH_BYTES);
		return;
	}
	for (uint64_t i = 0; buyer->inputs != NULL && i < chunks; i++)
		if (is_asked(id, &buyer->inputs[i])) {
			uint32_t words[INPUT_WORDS_MAX];
			size_t count = input_make(words, i);
			buyer->inputs_asked++;
			zn_http_reply(exchange, 200, type, words, count * sizeof words[0]);
			return;
		}
	zn_http_reply(exchange, 404, "text/plain", "", 0);
}

static void on_request(void *user, struct zn_http_exchange *exchange)
{
	static struct zn_message message;
	static struct zn_hash roots[ZN_DELIVERY_CHUNKS_MAX];
	struct buyer *buyer = user;
	struct zn_publisher_event event = {.kind = ZN_PUBLISHER_MESSAGE,
		.message = &message,
		.output_roots = roots};
	size_t count;
	const uint8_t *body = zn_http_exchange_body(exchange, &count);
	bool delivery = strcmp(zn_http_exchange_path(exchange), ZN_PATH_DELIVER) == 0;
	uint32_t length = (uint32_t)count;
	if (buyer->silent)
		return;
	const char *path = zn_http_exchange_path(exchange);
	if (strncmp(path, ZN_PATH_BLOB, strlen(ZN_PATH_BLOB)) == 0) {
		give_blob(buyer, exchange, path + strlen(ZN_PATH_BLOB));
		return;
	}
	if (delivery) {
		assert_true(count > 4);
		length = body[0] | (uint32_t)body[1] << 8 | (uint32_t)body[2] << 16 |
			 (uint32_t)body[3] << 24;
		body += 4;
		count -= 4;
		assert_true(length <= count);
	}
	assert_true(zn_message_decode(&message, body, length));
	struct buyer_peer *peer = peer_of(buyer, &message);
	if (peer == NULL) {
		struct zn_message refusal = {.kind = ZN_MESSAGE_REFUSAL,
			.refusal = {.refusal = ZN_DEAL_UNKNOWN_SESSION}};
		reply(exchange, &refusal);
		return;
	}
	if (delivery)
		outputs_take(peer, roots, &message.deliver, body + length, count - length);
	feed(peer, &event, exchange);
}

static void on_gone(void *user, struct zn_http_exchange *exchange)
{
	struct buyer *buyer = user;
	const struct zn_publisher_event event = {.kind = ZN_PUBLISHER_HUNG_UP};
	for (int i = 0; i < BUYER_PEERS; i++) {
		if (buyer->peers[i].held == exchange) {
			buyer->peers[i].held = NULL;
			queue(&buyer->peers[i], &event);
		}
		if (buyer->peers[i].delivery == exchange)
			buyer->peers[i].delivery = NULL;
	}
}

static size_t body_limit(void *user, const char *method, const char *path)
{
	(void)user;
	(void)method;
	(void)path;
	return ZN_CHUNK_OUTPUT_BYTES_MAX + 2 * ZN_MESSAGE_BYTES_MAX;
}

static void on_tick(void *user)
{
	struct buyer *buyer = user;
	const struct zn_publisher_event event = {.kind = ZN_PUBLISHER_TICK};
	for (int i = 0; i < BUYER_PEERS; i++)
		if (buyer->peers[i].used)
			queue(&buyer->peers[i], &event);
	zn_timer_start(&buyer->tick, buyer->node->loop, 1000, on_tick, buyer);
}

/* A kernel and inputs that the worker must fetch. */
static void own_make(struct buyer *buyer, const struct buyer_options *options)
{
	struct zn_manifest *manifest = &buyer->job.manifest;
	buyer->source = options->source;
	if (options->source != NULL)
		assert_true(zn_content_id(&manifest->sources[0], options->source,
			strlen(options->source)));
	if (!options->inputs)
		return;
	buyer->inputs = calloc(options->chunks, sizeof *buyer->inputs);
	assert_non_null(buyer->inputs);
	for (uint64_t i = 0; i < options->chunks; i++) {
		uint32_t words[INPUT_WORDS_MAX];
		uint32_t count = input_make(words, i);
		assert_true(zn_content_id(&buyer->inputs[i], words, count * sizeof words[0]));
	}
	manifest->input_bytes_max = INPUT_WORDS_MAX * 4;
	assert_true(zn_content_id(&manifest->inputs_id, buyer->inputs,
		options->chunks * sizeof *buyer->inputs));
}

static void job_make(struct buyer *buyer, const struct buyer_options *options)
{
	struct zn_publisher_job *job = &buyer->job;
	const struct zn_kernel_source *source = zn_kernel_source_find("mix.cl");
	uint32_t params[2] = {options->rounds, 7};
	assert_non_null(source);
	assert_true(zn_chain_id_make(&job->chain, "harness-1"));
	job->key = &buyer->node->operator_key;
	zn_public_key_of(&job->publisher_key, job->key);
	job->manifest = (struct zn_manifest){.abi_version = 1,
		.form = ZN_FORM_MAP,
		.counter_at = ZN_COUNTER_NONE,
		.arithmetic = ZN_ARITHMETIC_EXACT,
		.sources_count = 1,
		.params_bytes = sizeof params,
		.items = options->chunks * options->chunk_items,
		.chunk_items = options->chunk_items,
		.slot_bytes = 8};
	assert_true(zn_content_id(&job->manifest.sources[0], source->text, source->bytes));
	memcpy(job->manifest.params, params, sizeof params);
	own_make(buyer, options);
	assert_int_equal(zn_manifest_check(&job->manifest), ZN_MANIFEST_OK);
	zn_manifest_hash(&job->job_hash, &job->chain, &job->manifest);
	job->policy = (struct zn_publisher_policy){.ceiling_zat = UINT64_C(1) << 50,
		.budget = {UINT64_C(100000000000000)},
		.window_chunks_max = 8,
		.check_items = 64,
		.lease_s = 60,
		.grace_s = 60,
		.deposit_s = 600,
		.silent_s = 5,
		.expiry_s = zn_clock_wall_s() + LISTED_S};
	job->order = ZN_ORDER_WORK;
	buyer->rounds = options->rounds;
	buyer->table = zn_chunk_table_create(options->chunks);
	assert_non_null(buyer->table);
	job->table = buyer->table;
}

static void announce(struct buyer *buyer)
{
	struct zn_transaction draft = {.kind = ZN_TX_ANNOUNCE};
	struct zn_announcement *announcement = &draft.body.announce;
	*announcement = (struct zn_announcement){.job_hash = buyer->job.job_hash,
		.kind = ZN_JOB_KERNEL,
		.unit = ZN_UNIT_CHUNK,
		.chunks = zn_chunk_table_chunks(buyer->table),
		.chunk_output_bytes = 8 * buyer->job.manifest.chunk_items,
		.memory_bytes = 1 << 20,
		.device_classes = ZN_DEVICE_CLASS_CPU,
		.features = ZN_FEATURE_EXACT | (buyer->source != NULL ? ZN_FEATURE_FOREIGN : 0),
		.expiry_s = zn_clock_wall_s() + LISTED_S,
		.tls_pin = buyer->job.tls_pin};
	snprintf(announcement->endpoint, sizeof announcement->endpoint, "https://127.0.0.1:%u",
		zn_http_server_port(buyer->server));
	const struct zn_ledger_answer *answer =
		harness_send(buyer->node, &buyer->node->operator_key, &draft);
	assert_int_equal(answer->err, ZN_ERR_OK);
	assert_int_equal(answer->refusal, ZN_LEDGER_OK);
}

void buyer_start(struct buyer *buyer, struct node_harness *node,
	const struct buyer_options *options)
{
	memset(buyer, 0, sizeof *buyer);
	buyer->node = node;
	job_make(buyer, options);
	assert_int_equal(zn_tls_identity_make(&buyer->key_pem, &buyer->certificate_pem,
				 &buyer->job.tls_pin),
		ZN_ERR_OK);
	const struct zn_http_server_options server = {.address = "127.0.0.1",
		.tls_key_pem = buyer->key_pem,
		.tls_certificate_pem = buyer->certificate_pem,
		.connections_max = 64,
		.idle_s = ZN_POLL_HELD_S + 30,
		.handler = on_request,
		.gone = on_gone,
		.body_limit = body_limit,
		.user = buyer};
	assert_int_equal(zn_http_server_create(&buyer->server, node->loop, &server), ZN_ERR_OK);
	announce(buyer);
	on_tick(buyer);
}

void buyer_finish(struct buyer *buyer)
{
	zn_timer_stop(&buyer->tick);
	zn_timer_stop(&buyer->soon);
	zn_http_server_destroy(buyer->server);
	zn_chunk_table_destroy(buyer->table);
	free(buyer->inputs);
	free(buyer->key_pem);
	free(buyer->certificate_pem);
}
