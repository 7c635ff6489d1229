/* tests/unit/publisher_server.c - what strangers may send to a publisher, over real TLS. */
#include "tests/test.h"

#include "core/limits.h"
#include "io/files.h"
#include "io/random.h"
#include "publisher/inside.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct zn_publisher *publisher;

static int begin(void **state)
{
	char template[] = "/tmp/zennet-server.XXXXXX";
	const char *text =
		"{\"kind\":\"kernel\",\"kernel\":\"mix\",\"items\":1000,\"chunk_items\":10,"
		"\"budget\":\"1 XEN\"}";
	struct zn_complaint complaint;
	uint8_t entropy[32];
	(void)state;
	publisher = calloc(1, sizeof *publisher);
	publisher->options = (struct zn_publisher_options){.listen = "127.0.0.1:0",
		.to = fopen("/dev/null", "w")};
	if (mkdtemp(template) == NULL || !zn_path_make(publisher->home.directory, "%s", template) ||
		zn_loop_create(&publisher->loop) != ZN_ERR_OK ||
		zn_http_client_create(&publisher->http, publisher->loop) != ZN_ERR_OK ||
		zn_store_open(&publisher->store, &publisher->home) != ZN_ERR_OK ||
		!zn_job_file_parse(&publisher->file, "job", "", text, strlen(text), &complaint) ||
		!zn_plan_make(&publisher->plan, &publisher->file, NULL, &complaint) ||
		!zn_chain_id_make(&publisher->job.chain, "test"))
		return 1;
	zn_random_bytes(entropy, sizeof entropy);
	publisher->job.manifest = publisher->plan.manifest;
	publisher->job.order = ZN_ORDER_WORK;
	publisher->job.table = zn_chunk_table_create(publisher->plan.chunks);
	publisher->job.key = &publisher->key;
	if (!zn_secret_key_make(&publisher->key, entropy) || publisher->job.table == NULL)
		return 1;
	zn_public_key_of(&publisher->job.publisher_key, &publisher->key);
	zn_manifest_hash(&publisher->job.job_hash, &publisher->job.chain, &publisher->job.manifest);
	return zn_server_start(publisher, &complaint) ? 0 : 1;
}

static int end(void **state)
{
	(void)state;
	zn_timer_stop(&publisher->broadcast);
	zn_http_client_destroy(publisher->http);
	zn_http_server_destroy(publisher->server);
	zn_loop_destroy(publisher->loop);
	zn_peers_finish(publisher);
	zn_store_close(&publisher->store);
	zn_chunk_table_destroy(publisher->job.table);
	zn_plan_finish(&publisher->plan);
	zn_directory_remove(publisher->home.directory);
	fclose(publisher->options.to);
	free(publisher);
	return 0;
}

/* --- a client --- */

struct reply {
	enum zn_err err;
	int status;
	bool read;
	struct zn_message message;
	struct zn_hash body_id;
};

static struct reply reply;

static void on_reply(void *user, const struct zn_http_response *response)
{
	(void)user;
	reply.err = response->err;
	reply.status = response->status;
	reply.read = response->err == ZN_ERR_OK && response->status == 200 &&
		     zn_message_decode(&reply.message, response->body, response->body_bytes);
	assert_true(zn_content_id(&reply.body_id, response->body, response->body_bytes));
	zn_loop_stop(publisher->loop);
}

static void ask(const char *path, const void *body, size_t count)
{
	struct zn_http_call *call;
	char url[512];
	snprintf(url, sizeof url, "%s%s", publisher->endpoint, path);
	struct zn_http_request request = {.url = url,
		.body = body,
		.body_bytes = count,
		.content_type = "application/octet-stream",
		.pin = &publisher->job.tls_pin,
		.allow_private = true,
		.timeout_ms = 5000,
		.response_bytes_max = 1 << 20};
	memset(&reply, 0, sizeof reply);
	assert_int_equal(zn_http_client_send(&call, publisher->http, &request, on_reply, NULL),
		ZN_ERR_OK);
	zn_loop_run(publisher->loop);
}

static void ask_message(const char *path, const struct zn_message *message)
{
	static uint8_t bytes[ZN_MESSAGE_BYTES_MAX];
	size_t count = zn_message_encode(bytes, sizeof bytes, message);
	ask(path, bytes, count);
}

static void refused_as(enum zn_deal_refusal refusal)
{
	assert_int_equal(reply.err, ZN_ERR_OK);
	assert_true(reply.read);
	assert_int_equal(reply.message.kind, ZN_MESSAGE_REFUSAL);
	assert_int_equal(reply.message.refusal.refusal, refusal);
}

static uint32_t peers(void)
{
	uint32_t count = 0;
	for (uint16_t i = 0; i < publisher->peers_count; i++)
		count += publisher->peers[i] != NULL;
	return count;
}

static struct zn_message hello_make(uint8_t seed)
{
	struct zn_message message;
	struct zn_secret_key key;
	uint8_t entropy[32] = {0};
	memset(&message, 0, sizeof message);
	entropy[31] = seed;
	entropy[30] = 1;
	assert_true(zn_secret_key_make(&key, entropy));
	message.kind = ZN_MESSAGE_HELLO;
	message.hello.chain = publisher->job.chain;
	message.hello.job_hash = publisher->job.job_hash;
	zn_public_key_of(&message.hello.worker_key, &key);
	return message;
}

/* --- the tests --- */

static void rubbish_is_malformed_and_leaves_nothing(void **state)
{
	uint64_t random = 1;
	uint8_t bytes[600];
	(void)state;
	for (int i = 0; i < 60; i++) {
		size_t count = (size_t)(test_random(&random) % sizeof bytes) + 1;
		for (size_t k = 0; k < count; k++)
			bytes[k] = (uint8_t)test_random(&random);
		if (i % 2 == 0) { /* with a right head */
			bytes[0] = 64;
			bytes[1] = 1;
		}
		ask(ZN_PATH_TALK, bytes, count);
		refused_as(ZN_DEAL_MALFORMED);
		ask(ZN_PATH_DELIVER, bytes, count);
		refused_as(ZN_DEAL_MALFORMED);
	}
	ask(ZN_PATH_TALK, "", 0);
	refused_as(ZN_DEAL_MALFORMED);
	assert_int_equal(peers(), 0);
}

static void a_publishers_own_messages_are_not_taken_back(void **state)
{
	struct zn_message message;
	(void)state;
	memset(&message, 0, sizeof message);
	message.kind = ZN_MESSAGE_ORDER;
	ask_message(ZN_PATH_TALK, &message);
	refused_as(ZN_DEAL_MALFORMED);
}

static void an_unknown_session_is_told_so(void **state)
{
	struct zn_message message;
	static uint8_t body[4 + ZN_MESSAGE_BYTES_MAX];
	(void)state;
	memset(&message, 0, sizeof message);
	message.kind = ZN_MESSAGE_PULL;
	ask_message(ZN_PATH_TALK, &message); /* the zero session is nobody's */
	refused_as(ZN_DEAL_UNKNOWN_SESSION);
	memset(message.pull.session.bytes, 5, sizeof message.pull.session);
	ask_message(ZN_PATH_TALK, &message);
	refused_as(ZN_DEAL_UNKNOWN_SESSION);
	memset(&message, 0, sizeof message);
	message.kind = ZN_MESSAGE_DELIVER;
	memset(message.deliver.session.bytes, 5, sizeof message.deliver.session);
	size_t count = zn_message_encode(body + 4, ZN_MESSAGE_BYTES_MAX, &message);
	body[0] = (uint8_t)count;
	body[1] = (uint8_t)(count >> 8);
	ask(ZN_PATH_DELIVER, body, 4 + count);
	refused_as(ZN_DEAL_UNKNOWN_SESSION);
	ask(ZN_PATH_DELIVER, body, 4 + count + 1); /* an output that nobody stated */
	refused_as(ZN_DEAL_MALFORMED);
	body[3] = 0xff; /* a length far beyond the body */
	ask(ZN_PATH_DELIVER, body, 4 + count);
	refused_as(ZN_DEAL_MALFORMED);
}

static void a_refused_hello_leaves_no_peer_and_a_good_one_is_challenged(void **state)
{
	(void)state;
	struct zn_message message = hello_make(1);
	message.hello.job_hash.bytes[0] ^= 1;
	ask_message(ZN_PATH_TALK, &message);
	refused_as(ZN_DEAL_OTHER_JOB);
	assert_int_equal(peers(), 0);
	message = hello_make(1);
	ask_message(ZN_PATH_TALK, &message);
	assert_true(reply.read);
	assert_int_equal(reply.message.kind, ZN_MESSAGE_CHALLENGE);
	assert_int_equal(peers(), 1);
	struct zn_hash session = reply.message.challenge.session;
	memset(&message, 0, sizeof message);
	message.kind = ZN_MESSAGE_PROVE;
	message.prove.session = session;
	ask_message(ZN_PATH_TALK, &message);
	refused_as(ZN_DEAL_BAD_PROOF);
	message.kind = ZN_MESSAGE_PULL;
	memset(&message.pull, 0, sizeof message.pull);
	message.pull.session = session;
	ask_message(ZN_PATH_TALK, &message);
	refused_as(ZN_DEAL_OUT_OF_TURN);
}

static void hellos_without_proof_do_not_pile_up(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < ZN_UNPROVEN_MAX + 20; i++) {
		struct zn_message message = hello_make((uint8_t)i);
		ask_message(ZN_PATH_TALK, &message);
		assert_int_equal(reply.message.kind, ZN_MESSAGE_CHALLENGE);
	}
	assert_true(peers() <= ZN_UNPROVEN_MAX);
}

static void blobs_and_other_paths_are_closed_to_strangers(void **state)
{
	static uint8_t large[ZN_MESSAGE_BYTES_MAX + 1];
	(void)state;
	ask("/v1/blob/00", NULL, 0);
	assert_int_equal(reply.status, 403);
	ask("/v1/blob/00?session="
	    "0000000000000000000000000000000000000000000000000000000000000000",
		NULL, 0);
	assert_int_equal(reply.status, 403);
	ask("/", NULL, 0);
	assert_int_equal(reply.status, 404);
	ask("/v1/status", "", 0);
	assert_int_equal(reply.status, 404);
	ask(ZN_PATH_TALK, large, sizeof large);
	/* Told so, or cut off while it still sends. */
	assert_true(reply.status == 413 || reply.err != ZN_ERR_OK);
}

static bool count_result(void *user, const struct zn_stored_result *result)
{
	(void)result;
	++*(uint32_t *)user;
	return true;
}

static void a_refused_workers_results_are_forgotten_though_the_disk_is_damaged(void **state)
{
	static const uint8_t output[80];
	struct zn_hash id;
	uint32_t count = 0;
	(void)state;
	struct zn_peer *peer = zn_peer_create(publisher);
	assert_true(zn_content_id(&id, output, sizeof output));
	for (uint64_t chunk = 4; chunk < 6; chunk++)
		zn_store_result(&publisher->store, chunk, peer->deal.peer, &id, output,
			sizeof output, 1);
	assert_int_equal(zn_store_commit(&publisher->store), ZN_ERR_OK);
	assert_int_equal(ftruncate(publisher->store.outputs_fd, 0), 0);
	publisher->plan.is_render = true; /* whose picture they must be taken out of */
	publisher->retracted = calloc(2, sizeof publisher->retracted[0]);
	assert_non_null(publisher->retracted);
	publisher->retracted[0] = 4;
	publisher->retracted[1] = 5;
	publisher->retracted_count = publisher->retracted_room = 2;
	publisher->actions.count = 1;
	publisher->actions.list[0].kind = ZN_PUBLISHER_DO_JOURNAL_REFUSED;
	zn_actions_do(publisher, peer, NULL, NULL);
	assert_string_not_equal(publisher->trouble.text, "");
	assert_int_equal(zn_store_results(&publisher->store, count_result, &count), ZN_ERR_OK);
	assert_int_equal(count, 0);
}

static void a_proven_worker_gets_the_jobs_blobs(void **state)
{
	char path[256], id[ZN_HASH_TEXT_BYTES], session[ZN_HASH_TEXT_BYTES];
	(void)state;
	struct zn_peer *peer = zn_peer_create(publisher);
	memset(peer->deal.session.bytes, 6, sizeof peer->deal.session);
	for (uint32_t i = 0; i < publisher->plan.sources_count; i++) {
		snprintf(path, sizeof path, ZN_PATH_BLOB "%s?session=%s",
			zn_hash_text(id, &publisher->plan.manifest.sources[i]),
			zn_hash_text(session, &peer->deal.session));
		ask(path, NULL, 0);
		assert_int_equal(reply.status, 200);
		assert_true(zn_hash_equal(&reply.body_id, &publisher->plan.manifest.sources[i]));
	}
	assert_true(publisher->plan.sources_count > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rubbish_is_malformed_and_leaves_nothing, begin,
			end),
		cmocka_unit_test_setup_teardown(a_publishers_own_messages_are_not_taken_back, begin,
			end),
		cmocka_unit_test_setup_teardown(an_unknown_session_is_told_so, begin, end),
		cmocka_unit_test_setup_teardown(
			a_refused_hello_leaves_no_peer_and_a_good_one_is_challenged, begin, end),
		cmocka_unit_test_setup_teardown(hellos_without_proof_do_not_pile_up, begin, end),
		cmocka_unit_test_setup_teardown(blobs_and_other_paths_are_closed_to_strangers,
			begin, end),
		cmocka_unit_test_setup_teardown(a_proven_worker_gets_the_jobs_blobs, begin, end),
		cmocka_unit_test_setup_teardown(
			a_refused_workers_results_are_forgotten_though_the_disk_is_damaged, begin,
			end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
