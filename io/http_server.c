/* io/http_server.c - microhttpd on our loop: its epoll descriptor and its next timeout. */
#include "io/http_server.h"

#include "core/assert.h"
#include "core/limits.h"
#include "io/http_inside.h"
#include "io/log.h"
#include "io/system_err.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

static void on_library_log(void *user, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

static void on_library_log(void *user, const char *format, va_list arguments)
{
	char text[512], clean[512];

	(void)user;
	vsnprintf(text, sizeof text, format, arguments);
	text[strcspn(text, "\n")] = '\0';
	zn_log(ZN_LOG_DEBUG, "http", "%s", zn_log_clean(clean, sizeof clean, text, strlen(text)));
}

/* --- running --- */

static void server_finish(struct zn_http_server *server)
{
	for (struct zn_http_exchange *at = server->exchanges; at != NULL; at = at->next) {
		at->stage = ZN_EXCHANGE_GONE;
		zn_http_exchange_resume(at);
	}
	MHD_stop_daemon(server->daemon);
	ZN_ASSERT(server->exchanges == NULL);
	zn_timer_stop(&server->timer);
	free(server);
}

static void run(void *user)
{
	struct zn_http_server *server = user;
	MHD_UNSIGNED_LONG_LONG timeout_ms;

	server->running = true;
	MHD_run(server->daemon);
	server->running = false;
	if (server->destroyed) {
		server_finish(server);
		return;
	}
	if (MHD_get_timeout(server->daemon, &timeout_ms) == MHD_YES)
		zn_timer_start(&server->timer, server->loop, timeout_ms, run, server);
	else
		zn_timer_stop(&server->timer);
}

static void on_ready(void *user, uint32_t epoll_events)
{
	(void)epoll_events;
	run(user);
}

void zn_http_server_wake(struct zn_http_server *server)
{
	if (!server->destroyed)
		zn_timer_start(&server->timer, server->loop, 0, run, server);
}

/* --- beginning and end --- */

static bool address_make(struct sockaddr_storage *out, socklen_t *bytes, const char *text,
	uint16_t port)
{
	struct sockaddr_in in4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

	memset(out, 0, sizeof *out);
	if (inet_pton(AF_INET, text, &in4.sin_addr) == 1) {
		memcpy(out, &in4, sizeof in4);
		*bytes = sizeof in4;
		return true;
	}
	if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1) {
		memcpy(out, &in6, sizeof in6);
		*bytes = sizeof in6;
		return true;
	}
	return false;
}

static uint16_t port_of(int fd)
{
	struct sockaddr_storage address;
	struct sockaddr_in in4;
	struct sockaddr_in6 in6;
	socklen_t bytes = sizeof address;

	ZN_ASSERT(getsockname(fd, (struct sockaddr *)&address, &bytes) == 0);
	memcpy(&in4, &address, sizeof in4);
	memcpy(&in6, &address, sizeof in6);
	return ntohs(address.ss_family == AF_INET ? in4.sin_port : in6.sin6_port);
}

static enum zn_err listen_open(int *fd_out, const struct zn_http_server_options *options)
{
	struct sockaddr_storage address;
	socklen_t bytes;
	enum zn_err err;
	int one = 1, zero = 0, fd;

	if (!address_make(&address, &bytes, options->address, options->port))
		return ZN_ERR_MALFORMED;
	fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return zn_err_of_errno(errno);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (address.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero);
	if (bind(fd, (struct sockaddr *)&address, bytes) == 0 && listen(fd, SOMAXCONN) == 0) {
		*fd_out = fd;
		return ZN_ERR_OK;
	}
	err = zn_err_of_errno(errno);
	close(fd);
	return err;
}

/* How many connections the process can have. Strangers must not take its last descriptor: then
 * nobody in it could open a file, start a runner or dial. */
static unsigned int connections_possible(unsigned int wanted)
{
	struct rlimit limit;
	rlim_t needed = (rlim_t)wanted + ZN_HTTP_DESCRIPTORS_SPARE, spare;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return wanted;
	if (limit.rlim_cur < needed) {
		limit.rlim_cur = limit.rlim_max < needed ? limit.rlim_max : needed;
		setrlimit(RLIMIT_NOFILE, &limit);
		getrlimit(RLIMIT_NOFILE, &limit);
	}
	if (limit.rlim_cur >= needed)
		return wanted;
	spare = limit.rlim_cur / 2;
	if (spare > ZN_HTTP_DESCRIPTORS_SPARE)
		spare = ZN_HTTP_DESCRIPTORS_SPARE;
	return limit.rlim_cur > spare ? (unsigned int)(limit.rlim_cur - spare) : 1;
}

static struct MHD_Daemon *daemon_start(struct zn_http_server *server, int fd,
	const struct zn_http_server_options *options)
{
	unsigned int flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
			     MHD_USE_SUPPRESS_DATE_NO_CLOCK;
	struct MHD_OptionItem tls[] = {
		{MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)options->tls_key_pem},
		{MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)options->tls_certificate_pem},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)TLS_PRIORITIES},
		{MHD_OPTION_END, 0, NULL},
	};

	if (options->tls_key_pem != NULL)
		flags |= MHD_USE_TLS;
	else
		tls[0].option = MHD_OPTION_END;
	return MHD_start_daemon(flags, 0, NULL, NULL, zn_http_on_access, server,
		MHD_OPTION_EXTERNAL_LOGGER, on_library_log, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_LIMIT, connections_possible(options->connections_max),
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, options->connections_per_address_max,
		MHD_OPTION_CONNECTION_TIMEOUT, options->idle_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)ZN_HTTP_CONNECTION_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_NOTIFY_COMPLETED, zn_http_on_completed, server, MHD_OPTION_ARRAY, tls,
		MHD_OPTION_END);
}

enum zn_err zn_http_server_create(struct zn_http_server **out, struct zn_loop *loop,
	const struct zn_http_server_options *options)
{
	struct zn_http_server *server;
	const union MHD_DaemonInfo *info;
	enum zn_err err;
	int fd = -1;

	*out = NULL;
	ZN_ASSERT(options->handler != NULL && options->gone != NULL && options->body_limit != NULL);
	ZN_ASSERT((options->tls_key_pem == NULL) == (options->tls_certificate_pem == NULL));
	err = listen_open(&fd, options);
	if (err != ZN_ERR_OK)
		return err;
	server = calloc(1, sizeof *server);
	if (server == NULL) {
		close(fd);
		return ZN_ERR_MEMORY;
	}
	*server = (struct zn_http_server){.loop = loop,
		.port = port_of(fd),
		.handler = options->handler,
		.gone = options->gone,
		.body_limit = options->body_limit,
		.user = options->user};
	server->daemon = daemon_start(server, fd, options);
	if (server->daemon == NULL) {
		close(fd);
		free(server);
		return ZN_ERR_IO;
	}
	info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	ZN_ASSERT(info != NULL);
	server->epoll_fd = info->epoll_fd;
	err = zn_loop_watch(loop, server->epoll_fd, EPOLLIN, on_ready, server);
	if (err != ZN_ERR_OK) {
		server_finish(server);
		return err;
	}
	*out = server;
	return ZN_ERR_OK;
}

void zn_http_server_destroy(struct zn_http_server *server)
{
	if (server == NULL || server->destroyed)
		return;
	server->destroyed = true;
	zn_loop_unwatch(server->loop, server->epoll_fd);
	zn_timer_stop(&server->timer);
	if (!server->running)
		server_finish(server);
}

uint16_t zn_http_server_port(const struct zn_http_server *server)
{
	return server->port;
}
