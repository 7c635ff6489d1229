/* tests/unit/io_http_hostile.c - our server and our client with those who do not play by the rules.
 *
 * The stranger is a child process with a plain socket.
 */
#include "tests/unit/io_http.h"

#include "io/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>

typedef void stranger_fn(int fd);

static pid_t stranger;

static void say(int fd, const char *text)
{
	size_t count = strlen(text);

	if (send(fd, text, count, MSG_NOSIGNAL) != (ssize_t)count)
		_exit(0);
}

static void hear(int fd)
{
	char bytes[4096];

	if (recv(fd, bytes, sizeof bytes, 0) <= 0)
		_exit(0);
}

static void stranger_end(void)
{
	kill(stranger, SIGKILL);
	waitpid(stranger, NULL, 0);
}

/* --- strange servers --- */

static uint16_t strange_server(stranger_fn *behave)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t bytes = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &bytes), 0);
	stranger = fork();
	if (stranger == 0) {
		for (;;) {
			int peer = accept(fd, NULL, NULL);

			hear(peer);
			behave(peer);
			close(peer);
		}
	}
	close(fd);
	return ntohs(address.sin_port);
}

static struct answer ask_stranger(stranger_fn *behave, uint64_t timeout_ms, size_t bytes_max)
{
	struct zn_http_request request = to(url_of("http", strange_server(behave), "/"));
	struct answer answer;

	request.timeout_ms = timeout_ms;
	request.response_bytes_max = bytes_max;
	answer = ask(&request);
	stranger_end();
	return answer;
}

static void redirect(int fd)
{
	say(fd, "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: "
		"2\r\n\r\nno");
	hear(fd);
}

static void endless_body(int fd)
{
	say(fd, "HTTP/1.1 200 OK\r\n\r\n");
	for (;;)
		say(fd, "moremoremoremoremoremoremoremoremoremoremoremoremoremoremoremoremore");
}

static void endless_headers(int fd)
{
	say(fd, "HTTP/1.1 200 OK\r\n");
	for (;;)
		say(fd, "X-More: moremoremoremoremoremoremoremoremoremoremoremoremoremoremore\r\n");
}

static void endless_interim(int fd)
{
	for (;;)
		say(fd, "HTTP/1.1 100 Continue\r\n\r\n");
}

static void endless_line(int fd)
{
	say(fd, "HTTP/1.1 200 OK\r\nX: ");
	for (;;)
		say(fd, "moremoremoremoremoremoremoremoremoremoremoremoremoremoremoremoremore");
}

static void lying_length(int fd)
{
	say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n");
	pause();
}

static void short_body(int fd)
{
	say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
}

static void slow_body(int fd)
{
	say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
	for (;;) {
		say(fd, "x");
		usleep(20000);
	}
}

static void silence(int fd)
{
	(void)fd;
	pause();
}

static void rubbish(int fd)
{
	say(fd, "220 smtp.example ESMTP\r\n");
}

static void at_once_away(int fd)
{
	(void)fd;
}

static void no_server_can_hold_or_fill_us(void **state)
{
	static const struct {
		stranger_fn *behave;
		enum zn_err wanted;
	} rows[] = {
		{endless_body, ZN_ERR_TOO_LARGE},
		{endless_headers, ZN_ERR_TOO_LARGE},
		{endless_interim, ZN_ERR_TOO_LARGE},
		{lying_length, ZN_ERR_TOO_LARGE},
		{short_body, ZN_ERR_CLOSED},
		{slow_body, ZN_ERR_TIMEOUT},
		{silence, ZN_ERR_TIMEOUT},
		{rubbish, ZN_ERR_MALFORMED},
		{at_once_away, ZN_ERR_CLOSED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint64_t begin_ns = zn_clock_monotonic_ns();
		struct answer answer = ask_stranger(rows[i].behave, 400, 100000);

		if (answer.err != rows[i].wanted)
			fail_msg("row %zu: %s, %s", i, zn_err_name(answer.err), answer.detail);
		assert_true(answer.detail[0] != '\0');
		assert_true(zn_clock_monotonic_ns() - begin_ns < 3000000000u);
	}
	/* curl itself ends a header line without end, and says only that it lacks memory. */
	assert_int_not_equal(ask_stranger(endless_line, 2000, 100000).err, ZN_ERR_OK);
}

static void a_redirect_is_an_answer_and_not_followed(void **state)
{
	struct answer answer = ask_stranger(redirect, 3000, 1000);

	(void)state;
	assert_int_equal(answer.err, ZN_ERR_OK);
	assert_int_equal(answer.status, 302);
	assert_string_equal(answer.body, "no");
}

static void a_server_without_tls_is_no_pinned_server(void **state)
{
	struct zn_http_request request = to(url_of("https", strange_server(rubbish), "/"));
	struct answer answer;

	(void)state;
	request.pin = &pin;
	answer = ask(&request);
	assert_int_equal(answer.err, ZN_ERR_UNREACHABLE);
	assert_false(answer.wrong_pin);
	stranger_end();
}

/* --- strange clients --- */

static int exits[2];

/* It tells what it saw through a pipe: bytes received until the server hung up. */
static ssize_t strange_client(uint16_t port, stranger_fn *behave, uint64_t wait_ms, char *seen,
	size_t seen_max)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	ssize_t got;
	int status;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(pipe(exits), 0);
	stranger = fork();
	if (stranger == 0) {
		char bytes[4096];
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		signal(SIGPIPE, SIG_IGN);
		if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
			_exit(1);
		behave(fd);
		while ((got = recv(fd, bytes, sizeof bytes, 0)) > 0)
			if (write(exits[1], bytes, (size_t)got) != got)
				_exit(1);
		_exit(0);
	}
	close(exits[1]);
	run_for(wait_ms);
	kill(stranger, SIGKILL);
	waitpid(stranger, &status, 0);
	got = read(exits[0], seen, seen_max - 1);
	seen[got > 0 ? got : 0] = '\0';
	close(exits[0]);
	return WIFEXITED(status) ? got : -2; /* -2: still connected */
}

static void send_endless_chunks(int fd)
{
	static char chunk[65536 + 16];

	say(fd, "POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
	memset(chunk, 'x', sizeof chunk);
	memcpy(chunk, "10000\r\n", 7);
	memcpy(chunk + 7 + 65536, "\r\n", 3);
	for (;;)
		say(fd, chunk);
}

static void send_small_chunks(int fd)
{
	say(fd, "POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
		"3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
}

static void send_large_promise(int fd)
{
	say(fd, "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999\r\n\r\n");
}

static void send_overflowing_promise(int fd)
{
	say(fd, "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: "
		"99999999999999999999999\r\n\r\n");
}

static void send_endless_headers(int fd)
{
	say(fd, "GET / HTTP/1.1\r\nHost: x\r\n");
	for (;;)
		say(fd, "X-More: "
			"moremoremoremoremoremoremoremoremoremoremoremoremoremoremoremore\r\n");
}

static void send_rubbish(int fd)
{
	say(fd, "\x16\x03\x01\xff\xff rubbish\r\n\r\n");
}

static void send_half_and_wait(int fd)
{
	say(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
}

static void send_two_at_once(int fd)
{
	say(fd, "POST /hold HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na"
		"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nb");
}

static void send_and_half_close(int fd)
{
	say(fd, "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
	shutdown(fd, SHUT_WR);
}

static void no_client_can_fill_us(void **state)
{
	static const struct {
		stranger_fn *behave;
		const char *wanted; /* how the answer begins; "": none need come */
	} rows[] = {
		{send_endless_chunks, ""},
		{send_large_promise, "HTTP/1.1 413"},
		{send_overflowing_promise, "HTTP/1.1 4"},
		{send_endless_headers, ""},
		{send_rubbish, ""},
	};
	uint16_t port = serve(false, 0);
	struct zn_http_request request = to(url_of("http", port, "/echo"));
	char seen[4096];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ssize_t got = strange_client(port, rows[i].behave, 300, seen, sizeof seen);

		if (got == -2 || strncmp(seen, rows[i].wanted, strlen(rows[i].wanted)) != 0)
			fail_msg("row %zu: %s", i, seen);
		assert_int_equal(request_count, 0);
	}
	assert_int_equal(ask(&request).status, 200);
}

static void a_body_in_chunks_is_taken(void **state)
{
	uint16_t port = serve(false, 0);
	char seen[4096];

	(void)state;
	strange_client(port, send_small_chunks, 100, seen, sizeof seen);
	assert_non_null(strstr(seen, "200 OK"));
	assert_non_null(strstr(seen, "abcdefg"));
}

static void a_silent_client_is_hung_up_on(void **state)
{
	struct zn_http_server_options options = {.address = "127.0.0.1",
		.connections_max = 8,
		.idle_s = 1,
		.handler = on_request,
		.gone = on_gone,
		.body_limit = on_limit,
		.user = &server};
	char seen[4096];

	(void)state;
	assert_int_equal(zn_http_server_create(&server, loop, &options), ZN_ERR_OK);
	assert_int_not_equal(strange_client(zn_http_server_port(server), send_half_and_wait, 3500,
				     seen, sizeof seen),
		-2);
	assert_int_equal(request_count, 0);
	assert_int_equal(gone_count, 0);
}

static void answer_held(void *user)
{
	(void)user;
	assert_non_null(held);
	zn_http_reply(held, 200, "text/plain", "first", 5);
	held = NULL;
}

static void requests_behind_a_held_one_wait_their_turn(void **state)
{
	uint16_t port = serve(false, 0);
	struct zn_timer timer = {0};
	char seen[4096];
	char *first, *second;

	(void)state;
	zn_timer_start(&timer, loop, 80, answer_held, NULL);
	strange_client(port, send_two_at_once, 200, seen, sizeof seen);
	first = strstr(seen, "first");
	assert_non_null(first);
	second = strstr(first, "\r\n\r\nb");
	assert_non_null(second);
	assert_int_equal(request_count, 2);
}

static void who_closes_his_half_has_hung_up(void **state)
{
	uint16_t port = serve(false, 0);
	char seen[4096];

	(void)state;
	strange_client(port, send_and_half_close, 100, seen, sizeof seen);
	assert_int_equal(gone_count, 1);
	assert_string_equal(seen, "");
}

static void one_address_cannot_take_all_connections(void **state)
{
	struct zn_http_server_options options = {.address = "127.0.0.1",
		.connections_max = 8,
		.connections_per_address_max = 2,
		.idle_s = 40,
		.handler = on_request,
		.gone = on_gone,
		.body_limit = on_limit,
		.user = &server};
	struct sockaddr_in address = {.sin_family = AF_INET};
	int fds[3], closed = 0;

	(void)state;
	assert_int_equal(zn_http_server_create(&server, loop, &options), ZN_ERR_OK);
	address.sin_port = htons(zn_http_server_port(server));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int i = 0; i < 3; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM, 0);
		assert_int_equal(connect(fds[i], (struct sockaddr *)&address, sizeof address), 0);
	}
	run_for(50);
	for (int i = 0; i < 3; i++) {
		char byte;

		closed += recv(fds[i], &byte, 1, MSG_DONTWAIT) == 0;
		close(fds[i]);
	}
	assert_int_equal(closed, 1);
}

/* --- addresses --- */

static void only_addresses_of_the_internet_are_public(void **state)
{
	static const struct {
		const char *text;
		bool wanted;
	} rows[] = {
		{"1.1.1.1", true},
		{"8.8.8.8", true},
		{"172.15.255.255", true},
		{"172.32.0.0", true},
		{"100.63.255.255", true},
		{"100.128.0.0", true},
		{"223.255.255.255", true},
		{"0.0.0.0", false},
		{"10.1.2.3", false},
		{"100.64.0.1", false},
		{"127.0.0.1", false},
		{"127.255.255.255", false},
		{"169.254.169.254", false},
		{"172.16.0.1", false},
		{"172.31.255.255", false},
		{"192.168.1.1", false},
		{"198.18.0.1", false},
		{"224.0.0.1", false},
		{"240.0.0.1", false},
		{"255.255.255.255", false},
		{"2606:4700::1111", true},
		{"2a00:1450::1", true},
		{"::ffff:8.8.8.8", true},
		{"64:ff9b::808:808", true},
		{"2002:808:808::1", true},
		{"::", false},
		{"::1", false},
		{"::8.8.8.8", false},
		{"::ffff:127.0.0.1", false},
		{"::ffff:10.0.0.1", false},
		{"64:ff9b::a00:1", false},
		{"64:ff9b:1::1", false},
		{"2002:7f00:1::1", false},
		{"2001::1", false},
		{"2001:db8::1", false},
		{"3fff::1", false},
		{"fc00::1", false},
		{"fd12::1", false},
		{"fe80::1", false},
		{"fec0::1", false},
		{"ff02::1", false},
		{"100::1", false},
		{"5f00::1", false},
	};
	struct sockaddr local = {.sa_family = AF_UNIX};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct addrinfo hints = {.ai_flags = AI_NUMERICHOST};
		struct addrinfo *info;

		assert_int_equal(getaddrinfo(rows[i].text, NULL, &hints, &info), 0);
		if (zn_address_public(info->ai_addr) != rows[i].wanted)
			fail_msg("%s", rows[i].text);
		freeaddrinfo(info);
	}
	assert_false(zn_address_public(&local));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(no_server_can_hold_or_fill_us),
		CASE(a_redirect_is_an_answer_and_not_followed),
		CASE(a_server_without_tls_is_no_pinned_server),
		CASE(no_client_can_fill_us),
		CASE(a_body_in_chunks_is_taken),
		CASE(a_silent_client_is_hung_up_on),
		CASE(requests_behind_a_held_one_wait_their_turn),
		CASE(who_closes_his_half_has_hung_up),
		CASE(one_address_cannot_take_all_connections),
		CASE(only_addresses_of_the_internet_are_public),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
