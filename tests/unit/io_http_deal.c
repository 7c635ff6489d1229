/* tests/unit/io_http_deal.c - our server and our client with each other. */
#include "tests/unit/io_http.h"

#include <time.h>

static void a_request_arrives_whole(void **state)
{
	uint16_t port = serve(false, 0);
	struct zn_http_request request = to(url_of("http", port, "/seen?a=b%20c&x=1"));
	struct answer answer;

	(void)state;
	request.bearer = "secret";
	answer = ask(&request);
	assert_int_equal(answer.err, ZN_ERR_OK);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body, "GET /seen a=b c auth=Bearer secret");
	request.body = "hello";
	request.body_bytes = 5;
	request.bearer = NULL;
	assert_string_equal(ask(&request).body, "POST /seen a=b c auth=-");
	request.url = url_of("http", port, "/echo");
	assert_string_equal(ask(&request).body, "hello");
	request.body_bytes = 0;
	assert_int_equal(ask(&request).body_bytes, 0);
}

static void a_pinned_key_is_all_that_counts(void **state)
{
	uint16_t port = serve(true, 0);
	struct zn_http_request request = to(url_of("https", port, "/seen"));
	struct zn_hash wrong = pin, again;
	struct answer answer;

	(void)state;
	assert_int_equal(zn_tls_pin(&again, certificate_pem), ZN_ERR_OK);
	assert_memory_equal(&again, &pin, sizeof pin);
	assert_int_equal(zn_tls_pin(&again, "nonsense"), ZN_ERR_MALFORMED);
	request.pin = &pin;
	answer = ask(&request);
	assert_string_equal(answer.detail, "");
	assert_int_equal(answer.err, ZN_ERR_OK);
	/* The kept connection of the right pin must not serve the wrong one. */
	wrong.bytes[31] ^= 1;
	request.pin = &wrong;
	answer = ask(&request);
	assert_int_equal(answer.err, ZN_ERR_DENIED);
	assert_true(answer.wrong_pin);
	assert_int_equal(request_count, 1);
	/* Without a pin the world's authorities decide, and they do not know it. */
	request.pin = NULL;
	answer = ask(&request);
	assert_int_equal(answer.err, ZN_ERR_DENIED);
	assert_false(answer.wrong_pin);
	assert_int_equal(request_count, 1);
}

static void a_pin_never_goes_out_unencrypted(void **state)
{
	uint16_t port = serve(false, 0);
	struct zn_http_request request = to(url_of("http", port, "/seen"));

	(void)state;
	request.pin = &pin;
	assert_int_equal(ask(&request).err, ZN_ERR_MALFORMED);
	assert_int_equal(request_count, 0);
}

static void a_held_request_is_answered_at_once_when_the_answer_comes(void **state)
{
	for (int tls = 0; tls < 2; tls++) {
		uint16_t port = serve(tls == 1, 0);
		struct zn_http_request request = to(url_of(tls ? "https" : "http", port, "/hold"));
		struct answer answer;
		struct zn_http_call *call;
		uint64_t begin_ns, worst_ns = 0;
		clock_t spent;

		(void)state;
		request.pin = tls ? &pin : NULL;
		for (int i = 0; i < 10; i++) {
			answer = (struct answer){0};
			zn_http_client_send(&call, client, &request, on_answer, &answer);
			spent = clock();
			run_for(60);
			spent = clock() - spent;
			assert_non_null(held);
			assert_int_equal(answer.count, 0);
			if (i > 0) /* nothing spins while it waits */
				assert_true(spent < CLOCKS_PER_SEC / 50);
			begin_ns = zn_clock_monotonic_ns();
			zn_http_reply(held, 200, "text/plain", "order", 5);
			assert_true(run_loop());
			if (zn_clock_monotonic_ns() - begin_ns > worst_ns)
				worst_ns = zn_clock_monotonic_ns() - begin_ns;
			assert_string_equal(answer.body, "order");
		}
		print_message("held answer, worst of 10: %llu us\n",
			(unsigned long long)worst_ns / 1000);
		assert_true(worst_ns < 50000000u);
		assert_int_equal(gone_count, 0);
		zn_http_server_destroy(server);
	}
	server = NULL;
}

static void a_peer_that_hangs_up_is_told(void **state)
{
	for (int tls = 0; tls < 2; tls++) {
		uint16_t port = serve(tls == 1, 0);
		struct zn_http_request request = to(url_of(tls ? "https" : "http", port, "/hold"));
		struct answer answer = {0};
		struct zn_http_call *call;

		(void)state;
		request.pin = tls ? &pin : NULL;
		gone_count = 0;
		zn_http_client_send(&call, client, &request, on_answer, &answer);
		run_for(60);
		assert_non_null(held);
		zn_http_call_cancel(call);
		assert_true(run_loop());
		assert_int_equal(gone_count, 1);
		assert_int_equal(answer.count, 0);
		/* The server lives on. */
		request.url = url_of(tls ? "https" : "http", port, "/echo");
		assert_int_equal(ask(&request).status, 200);
		zn_http_server_destroy(server);
	}
	server = NULL;
}

static void large_bodies_go_both_ways_and_larger_ones_are_refused(void **state)
{
	uint8_t *large = malloc(BODY_LIMIT + 1);

	(void)state;
	assert_non_null(large);
	for (size_t i = 0; i <= BODY_LIMIT; i++)
		large[i] = (uint8_t)(i * 2654435761u >> 13);
	for (int tls = 0; tls < 2; tls++) {
		uint16_t port = serve(tls == 1, 0);
		struct zn_http_request request = to(url_of(tls ? "https" : "http", port, "/echo"));
		struct answer answer;
		uint64_t begin_ns = zn_clock_monotonic_ns();

		request.pin = tls ? &pin : NULL;
		request.body = large;
		request.body_bytes = BODY_LIMIT;
		answer = ask(&request);
		assert_int_equal(answer.err, ZN_ERR_OK);
		assert_int_equal(answer.body_bytes, BODY_LIMIT);
		assert_true(answer.body_hash == mix(large, BODY_LIMIT));
		print_message("%s: 64 MiB there and back: %llu ms\n", tls ? "TLS" : "plain",
			(unsigned long long)(zn_clock_monotonic_ns() - begin_ns) / 1000000);
		request_count = 0;
		request.body_bytes = BODY_LIMIT + 1;
		answer = ask(&request);
		assert_true((answer.err == ZN_ERR_OK && answer.status == 413) ||
			    answer.err == ZN_ERR_CLOSED);
		request.url = url_of(tls ? "https" : "http", port, "/small");
		request.body_bytes = 1001;
		answer = ask(&request);
		assert_int_equal(answer.err, ZN_ERR_OK);
		assert_int_equal(answer.status, 413);
		assert_int_equal(request_count, 0);
		request.body_bytes = 1000;
		assert_int_equal(ask(&request).status, 200);
		zn_http_server_destroy(server);
	}
	server = NULL;
	free(large);
}

static void an_answer_may_be_kept_by_its_owner(void **state)
{
	uint16_t port = serve(false, 0);
	struct zn_http_request request = to(url_of("http", port, "/kept"));

	(void)state;
	request.response_bytes_max = sizeof kept;
	for (int i = 0; i < 3; i++) {
		struct answer answer = ask(&request);
		assert_int_equal(answer.status, 200);
		assert_int_equal(answer.body_bytes, sizeof kept);
		assert_string_equal(answer.body, "kept");
	}
}

static void an_answer_above_its_limit_is_refused(void **state)
{
	uint16_t port = serve(false, 0);
	struct zn_http_request request = to(url_of("http", port, "/echo"));

	(void)state;
	request.body = "123456";
	request.body_bytes = 6;
	request.response_bytes_max = 5;
	assert_int_equal(ask(&request).err, ZN_ERR_TOO_LARGE);
	request.response_bytes_max = 0;
	assert_int_equal(ask(&request).err, ZN_ERR_TOO_LARGE);
	request.response_bytes_max = 6;
	assert_int_equal(ask(&request).err, ZN_ERR_OK);
}

static void private_addresses_are_refused_unless_allowed(void **state)
{
	static const char *const hosts[] = {"127.0.0.1", "localhost", "[::1]", "0.0.0.0",
		"[::ffff:127.0.0.1]", "2130706433", "0x7f.1"};
	uint16_t port = serve(false, 0);
	struct zn_http_request request = to(url_of("http", port, "/echo"));
	char url[128];

	(void)state;
	assert_int_equal(ask(&request).err, ZN_ERR_OK);
	request.allow_private = false;
	request.timeout_ms = 3000;
	/* Also where an allowed call has left its connection. */
	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
		snprintf(url, sizeof url, "http://%s:%u/echo", hosts[i], port);
		request.url = url;
		assert_int_equal(ask(&request).err, ZN_ERR_DENIED);
	}
	assert_int_equal(request_count, 1);
}

static void what_would_smuggle_a_header_is_refused(void **state)
{
	struct zn_http_request request = to("http://127.0.0.1:1/");
	struct zn_http_call *call;

	(void)state;
	request.bearer = "x\r\nHost: y";
	assert_int_equal(zn_http_client_send(&call, client, &request, on_answer, NULL),
		ZN_ERR_MALFORMED);
	assert_null(call);
	request.bearer = NULL;
	assert_int_equal(ask(&request).err, ZN_ERR_UNREACHABLE);
	request.url = "file:///etc/passwd";
	assert_int_equal(ask(&request).err, ZN_ERR_MALFORMED);
	request.url = "no url at all";
	assert_int_equal(ask(&request).err, ZN_ERR_MALFORMED);
}

static void a_taken_port_is_busy_and_free_after_the_end(void **state)
{
	uint16_t port = serve(false, 0);
	struct zn_http_server_options options = {.address = "127.0.0.1",
		.port = port,
		.connections_max = 4,
		.idle_s = 40,
		.handler = on_request,
		.gone = on_gone,
		.body_limit = on_limit,
		.user = &server};
	struct zn_http_request request = to(url_of("http", port, "/echo"));
	struct zn_http_server *other;

	(void)state;
	assert_int_equal(zn_http_server_create(&other, loop, &options), ZN_ERR_BUSY);
	options.address = "here";
	assert_int_equal(zn_http_server_create(&other, loop, &options), ZN_ERR_MALFORMED);
	assert_int_equal(ask(&request).err, ZN_ERR_OK);
	zn_http_server_destroy(server);
	/* A client's kept connection is dead now; it must find the new server all the same. */
	assert_int_equal(serve(false, port), port);
	assert_int_equal(ask(&request).err, ZN_ERR_OK);
}

static void a_server_may_end_in_its_own_handler(void **state)
{
	for (int tls = 0; tls < 2; tls++) {
		uint16_t port = serve(tls == 1, 0);
		struct zn_http_request request = to(url_of(tls ? "https" : "http", port, "/hold"));
		struct answer answer = {0};
		struct zn_http_call *call;

		(void)state;
		request.pin = tls ? &pin : NULL;
		zn_http_client_send(&call, client, &request, on_answer, &answer);
		run_for(60);
		assert_non_null(held);
		request.url = url_of(tls ? "https" : "http", port, "/end");
		assert_int_equal(ask(&request).err, ZN_ERR_CLOSED);
		assert_null(server);
		if (answer.count == 0)
			assert_true(run_loop());
		assert_int_equal(answer.err, ZN_ERR_CLOSED);
		assert_int_equal(gone_count, 0);
	}
}

static struct zn_http_call *calls[3];

static void cancel_all_and_destroy(void *user, const struct zn_http_response *response)
{
	assert_int_equal(response->err, ZN_ERR_OK);
	*(int *)user += 1;
	zn_http_call_cancel(calls[0]);
	zn_http_call_cancel(calls[1]);
	zn_http_client_destroy(client);
	client = NULL;
	assert_int_equal(response->body_bytes, 5);
	zn_loop_stop(loop);
}

static void a_client_may_end_in_its_own_callback(void **state)
{
	uint16_t port = serve(false, 0);
	struct zn_http_request request = to(url_of("http", port, "/hold"));
	struct answer never = {0};
	int done = 0;

	(void)state;
	zn_http_client_send(&calls[1], client, &request, on_answer, &never);
	zn_http_client_send(&calls[2], client, &request, on_answer, &never);
	request.url = url_of("http", port, "/echo");
	request.body = "12345";
	request.body_bytes = 5;
	zn_http_client_send(&calls[0], client, &request, cancel_all_and_destroy, &done);
	assert_true(run_loop());
	assert_int_equal(done, 1);
	assert_int_equal(never.count, 0);
	held = NULL;
	zn_http_server_destroy(server);
	server = NULL;
}

static void calls_have_a_maximum(void **state)
{
	uint16_t port = serve(false, 0);
	struct zn_http_request request = to(url_of("http", port, "/echo"));
	struct answer answer = {0};
	struct zn_http_call *call;

	(void)state;
	for (int i = 0; i < ZN_HTTP_CALLS_MAX; i++)
		assert_int_equal(zn_http_client_send(&call, client, &request, on_answer, &answer),
			ZN_ERR_OK);
	assert_int_equal(zn_http_client_send(&call, client, &request, on_answer, &answer),
		ZN_ERR_BUSY);
	while (answer.count < ZN_HTTP_CALLS_MAX) {
		assert_true(run_loop());
		assert_int_equal(answer.err, ZN_ERR_OK);
	}
	assert_int_equal(request_count, ZN_HTTP_CALLS_MAX);
}

/* --- at random: held, answered late, cancelled, all at once --- */

#define FLYING 24

static struct zn_http_exchange *holding[FLYING];
static struct zn_http_call *flying[FLYING];
static struct answer landed[FLYING];
static int replied, vanished;

static void hold_any(void *user, struct zn_http_exchange *exchange)
{
	size_t at = 0;

	(void)user;
	while (at < FLYING && holding[at] != NULL)
		at++;
	if (at == FLYING || rand() % 4 == 0) {
		zn_http_reply(exchange, 200, "text/plain", "now", 3);
		return;
	}
	holding[at] = exchange;
}

static void forget_held(void *user, struct zn_http_exchange *exchange)
{
	(void)user;
	vanished++;
	for (size_t i = 0; i < FLYING; i++) {
		if (holding[i] == exchange) {
			holding[i] = NULL;
			return;
		}
	}
	fail_msg("an exchange vanished that nobody held");
}

static void one_random_thing(const struct zn_http_request *request)
{
	size_t at = (size_t)rand() % FLYING;

	switch (rand() % 4) {
	case 0:
	case 1:
		if (flying[at] != NULL && landed[at].count == 0)
			break;
		landed[at] = (struct answer){0};
		assert_int_equal(zn_http_client_send(&flying[at], client, request, on_answer,
					 &landed[at]),
			ZN_ERR_OK);
		break;
	case 2:
		if (holding[at] != NULL) {
			zn_http_reply(holding[at], 200, "text/plain", "late", 4);
			holding[at] = NULL;
			replied++;
		}
		break;
	default:
		if (flying[at] != NULL && landed[at].count == 0 && rand() % 2 == 0) {
			zn_http_call_cancel(flying[at]);
			flying[at] = NULL;
		}
	}
}

static void held_requests_come_and_go_at_random(void **state)
{
	(void)state;
	srand(5);
	for (int tls = 0; tls < 2; tls++) {
		struct zn_http_server_options options = {.address = "127.0.0.1",
			.connections_max = 64,
			.idle_s = 40,
			.handler = hold_any,
			.gone = forget_held,
			.body_limit = on_limit,
			.user = &server};
		struct zn_http_request request = {.allow_private = true,
			.timeout_ms = 15000,
			.response_bytes_max = 1000,
			.body = "body",
			.body_bytes = 4};

		if (tls) {
			options.tls_key_pem = key_pem;
			options.tls_certificate_pem = certificate_pem;
			request.pin = &pin;
		}
		replied = vanished = 0;
		memset(holding, 0, sizeof holding);
		memset(flying, 0, sizeof flying);
		assert_int_equal(zn_http_server_create(&server, loop, &options), ZN_ERR_OK);
		request.url = url_of(tls ? "https" : "http", zn_http_server_port(server), "/x");
		for (int i = 0; i < 1500; i++) {
			for (int burst = rand() % 4; burst >= 0; burst--)
				one_random_thing(&request);
			run_for(rand() % 8 == 0 ? 1 : 0);
		}
		/* Whoever still waits is answered in the end. */
		for (size_t i = 0; i < FLYING; i++) {
			while (flying[i] != NULL && landed[i].count == 0) {
				for (size_t j = 0; j < FLYING; j++) {
					if (holding[j] != NULL)
						zn_http_reply(holding[j], 200, NULL, "end", 3);
					holding[j] = NULL;
				}
				run_for(1); /* others come in and are held */
			}
			if (flying[i] != NULL)
				assert_string_equal(landed[i].detail, "");
		}
		assert_true(replied > 50 && vanished > 20);
		zn_http_server_destroy(server);
	}
	server = NULL;
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void a_request_costs_well_below_a_millisecond(void **state)
{
	static uint8_t body[20000];
	static const size_t sizes[] = {0, 300, 20000};
	uint64_t took_ns[300];

	(void)state;
	for (int tls = 0; tls < 2; tls++) {
		uint16_t port = serve(tls == 1, 0);
		struct zn_http_request request = to(url_of(tls ? "https" : "http", port, "/echo"));

		request.pin = tls ? &pin : NULL;
		for (size_t s = 0; s < 3; s++) {
			request.body = sizes[s] > 0 ? body : NULL;
			request.body_bytes = sizes[s];
			for (size_t i = 0; i < 300; i++) {
				uint64_t begin_ns = zn_clock_monotonic_ns();

				assert_int_equal(ask(&request).body_bytes, sizes[s]);
				took_ns[i] = zn_clock_monotonic_ns() - begin_ns;
			}
			qsort(took_ns, 300, sizeof took_ns[0], compare_u64);
			print_message("%s, %5zu bytes: p50 %llu us, p99 %llu us\n",
				tls ? "TLS" : "plain", sizes[s],
				(unsigned long long)took_ns[150] / 1000,
				(unsigned long long)took_ns[297] / 1000);
			/* Polling or Nagle would show as 10 ms and more. */
			assert_true(took_ns[150] < 5000000u);
		}
		zn_http_server_destroy(server);
	}
	server = NULL;
}

int main(int argc, char **argv)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(a_request_arrives_whole),
		CASE(a_pinned_key_is_all_that_counts),
		CASE(a_pin_never_goes_out_unencrypted),
		CASE(a_held_request_is_answered_at_once_when_the_answer_comes),
		CASE(a_peer_that_hangs_up_is_told),
		CASE(large_bodies_go_both_ways_and_larger_ones_are_refused),
		CASE(an_answer_may_be_kept_by_its_owner),
		CASE(an_answer_above_its_limit_is_refused),
		CASE(private_addresses_are_refused_unless_allowed),
		CASE(what_would_smuggle_a_header_is_refused),
		CASE(a_taken_port_is_busy_and_free_after_the_end),
		CASE(a_server_may_end_in_its_own_handler),
		CASE(a_client_may_end_in_its_own_callback),
		CASE(calls_have_a_maximum),
		CASE(held_requests_come_and_go_at_random),
		CASE(a_request_costs_well_below_a_millisecond),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, end);
}
