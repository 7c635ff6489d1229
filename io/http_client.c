/* io/http_client.c - curl's multi interface on our loop.
 *
 * There are two of them, each with its own kept connections: one may dial private addresses and one
 * may not, so that a forbidden address cannot be reached over a connection that was allowed.
 */
#include "io/http_client.h"

#include "core/assert.h"
#include "core/limits.h"
#include "io/address.h"

#include <curl/curl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

struct dialer;

struct socket_watch {
	struct dialer *dialer;
	curl_socket_t fd;
	struct socket_watch *next;
};

struct dialer {
	struct zn_http_client *client;
	CURLM *multi;
	struct zn_timer timer;
	struct socket_watch *watches;
};

struct zn_http_client {
	struct zn_loop *loop;
	struct dialer dialers[2]; /* by allow_private */
	struct zn_http_call *calls;
	size_t calls_count;
	bool *destroyed; /* set while a callback of ours runs, for the one who called it */
};

struct zn_http_call {
	struct zn_http_client *client;
	struct dialer *dialer;
	CURL *easy;
	struct curl_slist *headers;
	zn_http_done_fn *done;
	void *user;
	uint8_t *body;
	size_t body_bytes;
	size_t body_room;
	size_t body_bytes_max;
	size_t header_bytes;
	bool allow_private;
	bool refused_address;
	bool too_large;
	bool no_memory;
	bool finishing;
	struct zn_http_call *next;
	struct zn_http_call *before;
	char detail[CURL_ERROR_SIZE];
};

static void collect(struct dialer *dialer);

/* --- curl on the loop --- */

static void drive(struct dialer *dialer, curl_socket_t fd, int mask)
{
	int running;

	curl_multi_socket_action(dialer->multi, fd, mask, &running);
	collect(dialer);
}

static void on_timer(void *user)
{
	drive(user, CURL_SOCKET_TIMEOUT, 0);
}

static void on_socket_ready(void *user, uint32_t epoll_events)
{
	const struct socket_watch *watch = user;
	int mask = 0;

	if (epoll_events & (EPOLLIN | EPOLLHUP))
		mask |= CURL_CSELECT_IN;
	if (epoll_events & EPOLLOUT)
		mask |= CURL_CSELECT_OUT;
	if (epoll_events & EPOLLERR)
		mask |= CURL_CSELECT_ERR;
	drive(watch->dialer, watch->fd, mask);
}

static int on_timer_wanted(CURLM *multi, long timeout_ms, void *user)
{
	struct dialer *dialer = user;

	(void)multi;
	if (timeout_ms < 0)
		zn_timer_stop(&dialer->timer);
	else
		zn_timer_start(&dialer->timer, dialer->client->loop, (uint64_t)timeout_ms, on_timer,
			dialer);
	return 0;
}

static void watch_remove(struct dialer *dialer, struct socket_watch *watch)
{
	struct socket_watch **at = &dialer->watches;

	while (*at != NULL && *at != watch)
		at = &(*at)->next;
	ZN_ASSERT(*at != NULL);
	*at = watch->next;
	zn_loop_unwatch(dialer->client->loop, watch->fd);
	free(watch);
}

static int on_socket_wanted(CURL *easy, curl_socket_t fd, int what, void *user, void *watch_user)
{
	struct dialer *dialer = user;
	struct socket_watch *watch = watch_user;
	uint32_t events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (watch != NULL)
			watch_remove(dialer, watch);
		return 0;
	}
	if (watch == NULL) {
		watch = calloc(1, sizeof *watch);
		if (watch == NULL)
			return -1;
		*watch = (struct socket_watch){.dialer = dialer, .fd = fd, .next = dialer->watches};
		dialer->watches = watch;
		curl_multi_assign(dialer->multi, fd, watch);
	}
	if (what & CURL_POLL_IN)
		events |= EPOLLIN;
	if (what & CURL_POLL_OUT)
		events |= EPOLLOUT;
	if (zn_loop_watch(dialer->client->loop, fd, events, on_socket_ready, watch) != ZN_ERR_OK)
		return -1;
	return 0;
}

/* --- what curl asks of a call --- */

static curl_socket_t on_open(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct zn_http_call *call = user;

	(void)purpose;
	if (!call->allow_private && !zn_address_public(&address->addr)) {
		call->refused_address = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t on_header(char *bytes, size_t one, size_t count, void *user)
{
	struct zn_http_call *call = user;

	(void)bytes;
	call->header_bytes += one * count;
	call->too_large = call->header_bytes > ZN_HTTP_HEADER_BYTES_MAX;
	return call->too_large ? 0 : one * count;
}

static bool body_grow(struct zn_http_call *call, size_t needed)
{
	size_t room = call->body_room == 0 ? 4096 : call->body_room;
	uint8_t *grown;

	while (room < needed)
		room *= 2;
	if (room > call->body_bytes_max)
		room = call->body_bytes_max;
	grown = realloc(call->body, room + 1);
	if (grown == NULL)
		return false;
	call->body = grown;
	call->body_room = room;
	return true;
}

static size_t on_body(char *bytes, size_t one, size_t count, void *user)
{
	struct zn_http_call *call = user;
	size_t add = one * count;

	if (add > call->body_bytes_max - call->body_bytes) {
		call->too_large = true;
		return 0;
	}
	if (call->body_bytes + add > call->body_room && !body_grow(call, call->body_bytes + add)) {
		call->no_memory = true;
		return 0;
	}
	memcpy(call->body + call->body_bytes, bytes, add);
	call->body_bytes += add;
	return add;
}

/* --- the end of a call --- */

static void call_free(struct zn_http_call *call)
{
	curl_easy_cleanup(call->easy);
	curl_slist_free_all(call->headers);
	free(call->body);
	free(call);
}

static void call_unlink(struct zn_http_call *call)
{
	struct zn_http_client *client = call->client;

	if (call->before != NULL)
		call->before->next = call->next;
	else
		client->calls = call->next;
	if (call->next != NULL)
		call->next->before = call->before;
	client->calls_count--;
}

static enum zn_err err_of(const struct zn_http_call *call, CURLcode code)
{
	if (code != CURLE_OK && call->too_large)
		return ZN_ERR_TOO_LARGE;
	if (code != CURLE_OK && call->no_memory)
		return ZN_ERR_MEMORY;
	if (code == CURLE_COULDNT_CONNECT && call->refused_address)
		return ZN_ERR_DENIED;
	switch (code) {
	case CURLE_OK:
		return ZN_ERR_OK;
	case CURLE_OUT_OF_MEMORY:
		return ZN_ERR_MEMORY;
	case CURLE_OPERATION_TIMEDOUT:
		return ZN_ERR_TIMEOUT;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_SSL_CONNECT_ERROR:
		return ZN_ERR_UNREACHABLE;
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
	case CURLE_PEER_FAILED_VERIFICATION:
		return ZN_ERR_DENIED;
	case CURLE_FILESIZE_EXCEEDED:
		return ZN_ERR_TOO_LARGE;
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return ZN_ERR_CLOSED;
	default:
		return ZN_ERR_MALFORMED;
	}
}

static void finish(struct zn_http_call *call, CURLcode code)
{
	struct zn_http_response response = {.err = err_of(call, code), .body = (const uint8_t *)""};
	long status = 0;

	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_multi_remove_handle(call->dialer->multi, call->easy);
	call_unlink(call);
	call->finishing = true;
	if (response.err == ZN_ERR_OK) {
		response.status = (int)status;
		if (call->body != NULL) {
			call->body[call->body_bytes] = 0;
			response.body = call->body;
			response.body_bytes = call->body_bytes;
		}
	}
	response.wrong_pin = code == CURLE_SSL_PINNEDPUBKEYNOTMATCH;
	response.detail = "";
	if (response.err != ZN_ERR_OK) {
		response.detail = call->detail[0] != '\0' ? call->detail : curl_easy_strerror(code);
		if (call->refused_address && response.err == ZN_ERR_DENIED)
			response.detail = "its address is private, and this call may not go there";
	}
	call->done(call->user, &response);
	call_free(call);
}

static void collect(struct dialer *dialer)
{
	struct zn_http_client *client = dialer->client;
	bool destroyed = false;
	CURLMsg *message;
	int left;

	client->destroyed = &destroyed;
	while (!destroyed && (message = curl_multi_info_read(dialer->multi, &left)) != NULL) {
		void *call = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
		finish(call, message->data.result);
	}
	if (!destroyed)
		client->destroyed = NULL;
}

/* --- a client --- */

static bool dialer_init(struct dialer *dialer, struct zn_http_client *client)
{
	dialer->client = client;
	dialer->multi = curl_multi_init();
	if (dialer->multi == NULL)
		return false;
	curl_multi_setopt(dialer->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wanted);
	curl_multi_setopt(dialer->multi, CURLMOPT_SOCKETDATA, dialer);
	curl_multi_setopt(dialer->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
	curl_multi_setopt(dialer->multi, CURLMOPT_TIMERDATA, dialer);
	curl_multi_setopt(dialer->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
		(long)ZN_HTTP_HOST_CONNECTIONS_MAX);
	curl_multi_setopt(dialer->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)ZN_HTTP_CALLS_MAX);
	return true;
}

enum zn_err zn_http_client_create(struct zn_http_client **out, struct zn_loop *loop)
{
	struct zn_http_client *client = calloc(1, sizeof *client);

	*out = NULL;
	if (client == NULL)
		return ZN_ERR_MEMORY;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(client);
		return ZN_ERR_MEMORY;
	}
	client->loop = loop;
	if (!dialer_init(&client->dialers[0], client) ||
		!dialer_init(&client->dialers[1], client)) {
		zn_http_client_destroy(client);
		return ZN_ERR_MEMORY;
	}
	*out = client;
	return ZN_ERR_OK;
}

void zn_http_client_destroy(struct zn_http_client *client)
{
	if (client == NULL)
		return;
	while (client->calls != NULL)
		zn_http_call_cancel(client->calls);
	for (size_t i = 0; i < 2; i++) {
		struct dialer *dialer = &client->dialers[i];

		if (dialer->multi != NULL)
			curl_multi_cleanup(dialer->multi);
		while (dialer->watches != NULL)
			watch_remove(dialer, dialer->watches);
		zn_timer_stop(&dialer->timer);
	}
	if (client->destroyed != NULL)
		*client->destroyed = true;
	free(client);
	curl_global_cleanup();
}

/* --- a call --- */

static bool header_add(struct zn_http_call *call, const char *name, const char *value)
{
	char line[ZN_HTTP_URL_BYTES_MAX];
	struct curl_slist *longer;
	int wrote =
		snprintf(line, sizeof line, "%s:%s%s", name, value[0] != '\0' ? " " : "", value);

	if (wrote < 0 || (size_t)wrote >= sizeof line)
		return false;
	/* A line break in a value would begin a header of somebody else's making. */
	for (const char *at = line; *at != '\0'; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return false;
	longer = curl_slist_append(call->headers, line);
	if (longer == NULL)
		return false;
	call->headers = longer;
	return true;
}

static void set_tls(struct zn_http_call *call, const struct zn_hash *pin)
{
	char text[8 + 45] = "sha256//";

	curl_easy_setopt(call->easy, CURLOPT_PROTOCOLS_STR, pin != NULL ? "https" : "http,https");
	curl_easy_setopt(call->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (pin == NULL)
		return;
	EVP_EncodeBlock((unsigned char *)text + 8, pin->bytes, ZN_HASH_BYTES);
	curl_easy_setopt(call->easy, CURLOPT_PINNEDPUBLICKEY, text);
	curl_easy_setopt(call->easy, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(call->easy, CURLOPT_SSL_VERIFYHOST, 0L);
}

static void set_limits(struct zn_http_call *call, const struct zn_http_request *request)
{
	long whole_ms = request->timeout_ms > INT32_MAX ? INT32_MAX : (long)request->timeout_ms;
	long connect_ms = whole_ms < ZN_HTTP_CONNECT_MS ? whole_ms : ZN_HTTP_CONNECT_MS;

	curl_easy_setopt(call->easy, CURLOPT_TIMEOUT_MS, whole_ms > 0 ? whole_ms : 1L);
	curl_easy_setopt(call->easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms > 0 ? connect_ms : 1L);
	if (request->response_bytes_max > 0)
		curl_easy_setopt(call->easy, CURLOPT_MAXFILESIZE_LARGE,
			(curl_off_t)request->response_bytes_max);
	if (request->response_bytes_max > (1u << 20))
		curl_easy_setopt(call->easy, CURLOPT_BUFFERSIZE, 256L * 1024);
	if (request->body_bytes > (1u << 20))
		curl_easy_setopt(call->easy, CURLOPT_UPLOAD_BUFFERSIZE, 512L * 1024);
}

static void set_functions(struct zn_http_call *call)
{
	curl_easy_setopt(call->easy, CURLOPT_PRIVATE, call);
	curl_easy_setopt(call->easy, CURLOPT_ERRORBUFFER, call->detail);
	curl_easy_setopt(call->easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
	curl_easy_setopt(call->easy, CURLOPT_OPENSOCKETDATA, call);
	curl_easy_setopt(call->easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(call->easy, CURLOPT_HEADERDATA, call);
	curl_easy_setopt(call->easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(call->easy, CURLOPT_WRITEDATA, call);
}

static enum zn_err call_prepare(struct zn_http_call *call, const struct zn_http_request *request)
{
	if (curl_easy_setopt(call->easy, CURLOPT_URL, request->url) != CURLE_OK)
		return ZN_ERR_MALFORMED;
	curl_easy_setopt(call->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(call->easy, CURLOPT_FOLLOWLOCATION, 0L);
	/* A proxy of the environment would dial for us, past our look at the address. */
	curl_easy_setopt(call->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(call->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(call->easy, CURLOPT_USERAGENT, "zennet");
	set_tls(call, request->pin);
	set_limits(call, request);
	set_functions(call);
	if (request->body != NULL) {
		curl_easy_setopt(call->easy, CURLOPT_POST, 1L);
		curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, request->body);
		curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE,
			(curl_off_t)request->body_bytes);
		/* "Expect: 100-continue" would cost a round trip. */
		if (!header_add(call, "Expect", "") ||
			!header_add(call, "Content-Type",
				request->content_type != NULL ? request->content_type
							      : "application/octet-stream"))
			return ZN_ERR_MALFORMED;
	}
	if (request->bearer != NULL) {
		char value[1024];
		int wrote = snprintf(value, sizeof value, "Bearer %s", request->bearer);

		if (wrote < 0 || (size_t)wrote >= sizeof value ||
			!header_add(call, "Authorization", value))
			return ZN_ERR_MALFORMED;
	}
	curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
	return ZN_ERR_OK;
}

enum zn_err zn_http_client_send(struct zn_http_call **out, struct zn_http_client *client,
	const struct zn_http_request *request, zn_http_done_fn *done, void *user)
{
	struct zn_http_call *call;
	enum zn_err err = ZN_ERR_MEMORY;

	*out = NULL;
	if (client->calls_count >= ZN_HTTP_CALLS_MAX)
		return ZN_ERR_BUSY;
	if (strlen(request->url) >= ZN_HTTP_URL_BYTES_MAX)
		return ZN_ERR_TOO_LARGE;
	call = calloc(1, sizeof *call);
	if (call == NULL)
		return ZN_ERR_MEMORY;
	call->client = client;
	call->dialer = &client->dialers[request->allow_private];
	call->done = done;
	call->user = user;
	call->allow_private = request->allow_private;
	call->body_bytes_max = request->response_bytes_max;
	call->easy = curl_easy_init();
	if (call->easy != NULL)
		err = call_prepare(call, request);
	if (err == ZN_ERR_OK && curl_multi_add_handle(call->dialer->multi, call->easy) != CURLM_OK)
		err = ZN_ERR_MEMORY;
	if (err != ZN_ERR_OK) {
		call_free(call);
		return err;
	}
	call->next = client->calls;
	if (call->next != NULL)
		call->next->before = call;
	client->calls = call;
	client->calls_count++;
	*out = call;
	return ZN_ERR_OK;
}

void zn_http_call_cancel(struct zn_http_call *call)
{
	if (call == NULL || call->finishing)
		return;
	curl_multi_remove_handle(call->dialer->multi, call->easy);
	call_unlink(call);
	call_free(call);
}
