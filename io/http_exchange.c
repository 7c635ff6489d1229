/* io/http_exchange.c - one request, from its first header to its answer. */
#include "io/http_inside.h"

#include "core/assert.h"
#include "core/limits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* --- life --- */

static struct zn_http_exchange *exchange_create(struct zn_http_server *server,
	struct MHD_Connection *connection, const char *method, const char *path)
{
	struct zn_http_exchange *exchange = calloc(1, sizeof *exchange);

	if (exchange == NULL)
		return NULL;
	exchange->server = server;
	exchange->connection = connection;
	exchange->method = method;
	exchange->path = path;
	exchange->fd = -1;
	exchange->reply_fd = -1;
	exchange->next = server->exchanges;
	if (exchange->next != NULL)
		exchange->next->before = exchange;
	server->exchanges = exchange;
	return exchange;
}

static void body_free(struct zn_http_exchange *exchange)
{
	exchange->server->bodies_bytes -= exchange->body_room;
	free(exchange->body);
	exchange->body = NULL;
	exchange->body_bytes = exchange->body_room = 0;
}

static void exchange_destroy(struct zn_http_exchange *exchange)
{
	if (exchange->before != NULL)
		exchange->before->next = exchange->next;
	else
		exchange->server->exchanges = exchange->next;
	if (exchange->next != NULL)
		exchange->next->before = exchange->before;
	body_free(exchange);
	if (!exchange->reply_lasts)
		free(exchange->reply);
	if (exchange->reply_fd >= 0)
		close(exchange->reply_fd);
	free(exchange);
}

void zn_http_on_completed(void *user, struct MHD_Connection *connection, void **state,
	enum MHD_RequestTerminationCode why)
{
	struct zn_http_server *server = user;
	struct zn_http_exchange *exchange = *state;

	(void)connection;
	(void)why;
	*state = NULL;
	if (exchange == NULL)
		return;
	if (exchange->stage == ZN_EXCHANGE_HANDED && !server->destroyed)
		server->gone(server->user, exchange);
	exchange_destroy(exchange);
}

/* --- the body --- */

/* Memory follows what has really come, not what was promised. */
static bool body_grow(struct zn_http_exchange *exchange, size_t needed)
{
	struct zn_http_server *server = exchange->server;
	size_t most = exchange->body_bytes_told > 0 ? exchange->body_bytes_told
						    : exchange->body_bytes_max;
	size_t room = exchange->body_room == 0 ? 4096 : exchange->body_room;
	uint8_t *grown;

	while (room < needed)
		room *= 2;
	if (room > most && needed <= most)
		room = most;
	if (server->bodies_bytes - exchange->body_room + room > ZN_HTTP_BODIES_BYTES_MAX)
		return false;
	grown = realloc(exchange->body, room + 1);
	if (grown == NULL)
		return false;
	server->bodies_bytes += room - exchange->body_room;
	exchange->body = grown;
	exchange->body_room = room;
	return true;
}

static bool body_add(struct zn_http_exchange *exchange, const char *bytes, size_t count)
{
	size_t needed = exchange->body_bytes + count;

	if (count > exchange->body_bytes_max - exchange->body_bytes)
		return false;
	if (needed > exchange->body_room && !body_grow(exchange, needed))
		return false;
	memcpy(exchange->body + exchange->body_bytes, bytes, count);
	exchange->body_bytes = needed;
	exchange->body[needed] = 0;
	return true;
}

/* --- answers --- */

static enum MHD_Result queue_response(struct MHD_Connection *connection, int status,
	const char *type, struct MHD_Response *response)
{
	enum MHD_Result queued;

	if (type != NULL && type[0] != '\0')
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	queued = MHD_queue_response(connection, (unsigned int)status, response);
	MHD_destroy_response(response);
	return queued;
}

static enum MHD_Result queue(struct MHD_Connection *connection, int status, const char *type,
	void *bytes, size_t count, enum MHD_ResponseMemoryMode mode)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(count, bytes, mode);

	if (response == NULL) {
		if (mode == MHD_RESPMEM_MUST_FREE)
			free(bytes);
		return MHD_NO;
	}
	return queue_response(connection, status, type, response);
}

static enum MHD_Result queue_file(struct zn_http_exchange *exchange)
{
	int fd = exchange->reply_fd;
	struct MHD_Response *response = MHD_create_response_from_fd64(exchange->reply_bytes, fd);

	exchange->reply_fd = -1;
	if (response == NULL) {
		close(fd);
		return MHD_NO;
	}
	return queue_response(exchange->connection, exchange->reply_status, exchange->reply_type,
		response);
}

static enum MHD_Result queue_sentence(struct MHD_Connection *connection, int status,
	const char *sentence)
{
	return queue(connection, status, "text/plain", (void *)(uintptr_t)sentence,
		strlen(sentence), MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result queue_reply(struct zn_http_exchange *exchange)
{
	void *bytes = exchange->reply;

	if (exchange->reply_fd >= 0)
		return queue_file(exchange);
	exchange->reply = NULL;
	return queue(exchange->connection, exchange->reply_status, exchange->reply_type, bytes,
		exchange->reply_bytes,
		exchange->reply_lasts ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_FREE);
}

static void answer(struct zn_http_exchange *exchange, int status, const char *content_type,
	void *bytes, size_t count)
{
	ZN_ASSERT(exchange->stage == ZN_EXCHANGE_HANDED);
	exchange->stage = ZN_EXCHANGE_ANSWERED;
	exchange->reply_status = status;
	exchange->reply = bytes;
	exchange->reply_bytes = count;
	snprintf(exchange->reply_type, sizeof exchange->reply_type, "%s",
		content_type != NULL ? content_type : "");
	body_free(exchange);
	if (!exchange->in_handler)
		zn_http_exchange_resume(exchange);
}

void zn_http_reply(struct zn_http_exchange *exchange, int status, const char *content_type,
	const void *bytes, size_t count)
{
	void *copy = malloc(count + 1);

	if (copy == NULL) {
		status = MHD_HTTP_SERVICE_UNAVAILABLE;
		count = 0;
	}
	if (count > 0)
		memcpy(copy, bytes, count);
	answer(exchange, status, content_type, copy, count);
}

void zn_http_reply_lasting(struct zn_http_exchange *exchange, int status, const char *content_type,
	const void *bytes, size_t count)
{
	exchange->reply_lasts = true;
	answer(exchange, status, content_type, (void *)(uintptr_t)bytes, count);
}

void zn_http_reply_file(struct zn_http_exchange *exchange, int status, const char *content_type,
	int fd, uint64_t count)
{
	exchange->reply_fd = fd;
	answer(exchange, status, content_type, NULL, count);
}

/* --- holding --- */

/* A suspended connection is out of microhttpd's sight, so we look out for its end. */
static void on_hang_up(void *user, uint32_t epoll_events)
{
	struct zn_http_exchange *exchange = user;
	struct zn_http_server *server = exchange->server;

	(void)epoll_events;
	exchange->stage = ZN_EXCHANGE_GONE;
	zn_http_exchange_resume(exchange);
	/* Last: it may destroy the server. */
	server->gone(server->user, exchange);
}

static void suspend(struct zn_http_exchange *exchange)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	MHD_suspend_connection(exchange->connection);
	exchange->suspended = true;
	if (info != NULL && zn_loop_watch(exchange->server->loop, info->connect_fd, EPOLLRDHUP,
				    on_hang_up, exchange) == ZN_ERR_OK)
		exchange->fd = info->connect_fd;
}

void zn_http_exchange_resume(struct zn_http_exchange *exchange)
{
	if (exchange->fd >= 0)
		zn_loop_unwatch(exchange->server->loop, exchange->fd);
	exchange->fd = -1;
	if (!exchange->suspended)
		return;
	exchange->suspended = false;
	MHD_resume_connection(exchange->connection);
	zn_http_server_wake(exchange->server);
}

/* --- microhttpd's callback --- */

/* A length that is none gives SIZE_MAX, which every limit refuses. */
static size_t length_told(struct MHD_Connection *connection)
{
	const char *text = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
		MHD_HTTP_HEADER_CONTENT_LENGTH);
	unsigned long long length;
	char *end;

	if (text == NULL)
		return 0;
	errno = 0;
	length = strtoull(text, &end, 10);
	return errno == 0 && *end == '\0' ? (size_t)length : SIZE_MAX;
}

static enum MHD_Result begin(struct zn_http_server *server, struct MHD_Connection *connection,
	const char *method, const char *path, void **state)
{
	struct zn_http_exchange *exchange = exchange_create(server, connection, method, path);

	if (exchange == NULL)
		return MHD_NO;
	*state = exchange;
	exchange->body_bytes_max = server->body_limit(server->user, method, path);
	exchange->body_bytes_told = length_told(connection);
	if (exchange->body_bytes_told > exchange->body_bytes_max)
		return queue_sentence(connection, MHD_HTTP_CONTENT_TOO_LARGE,
			"the body is larger than what is taken here\n");
	if (server->bodies_bytes > ZN_HTTP_BODIES_BYTES_MAX - exchange->body_bytes_told)
		return queue_sentence(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
			"too much is on its way at once; try again later\n");
	return MHD_YES;
}

static enum MHD_Result hand_over(struct zn_http_exchange *exchange)
{
	struct zn_http_server *server = exchange->server;

	exchange->stage = ZN_EXCHANGE_HANDED;
	exchange->in_handler = true;
	server->handler(server->user, exchange);
	exchange->in_handler = false;
	if (server->destroyed)
		return MHD_NO;
	if (exchange->stage == ZN_EXCHANGE_ANSWERED)
		return queue_reply(exchange);
	suspend(exchange);
	return MHD_YES;
}

enum MHD_Result zn_http_on_access(void *user, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_bytes,
	void **state)
{
	struct zn_http_server *server = user;
	struct zn_http_exchange *exchange = *state;

	(void)version;
	if (server->destroyed)
		return MHD_NO;
	if (exchange == NULL)
		return begin(server, connection, method, url, state);
	exchange->method = method;
	exchange->path = url;
	if (*upload_bytes > 0) {
		/* In the middle of a body microhttpd takes no answer: hang up. */
		if (!body_add(exchange, upload, *upload_bytes))
			return MHD_NO;
		*upload_bytes = 0;
		return MHD_YES;
	}
	if (exchange->stage == ZN_EXCHANGE_READING)
		return hand_over(exchange);
	return exchange->stage == ZN_EXCHANGE_ANSWERED ? queue_reply(exchange) : MHD_NO;
}

/* --- looking at it --- */

const char *zn_http_exchange_method(const struct zn_http_exchange *exchange)
{
	return exchange->method;
}

const char *zn_http_exchange_path(const struct zn_http_exchange *exchange)
{
	return exchange->path;
}

const char *zn_http_exchange_query(const struct zn_http_exchange *exchange, const char *name)
{
	return MHD_lookup_connection_value(exchange->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *zn_http_exchange_header(const struct zn_http_exchange *exchange, const char *name)
{
	return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

const uint8_t *zn_http_exchange_body(const struct zn_http_exchange *exchange, size_t *count)
{
	*count = exchange->body_bytes;
	return exchange->body != NULL ? exchange->body : (const uint8_t *)"";
}

void zn_http_exchange_user_set(struct zn_http_exchange *exchange, void *user)
{
	exchange->user = user;
}

void *zn_http_exchange_user(const struct zn_http_exchange *exchange)
{
	return exchange->user;
}
