/* io/http_inside.h - the server's parts, for its own files only. */
#ifndef ZN_IO_HTTP_INSIDE_H
#define ZN_IO_HTTP_INSIDE_H

#include "io/http_server.h"

#include <microhttpd.h>
#include <stdbool.h>

struct zn_http_server {
	struct zn_loop *loop;
	struct MHD_Daemon *daemon;
	struct zn_timer timer;
	struct zn_http_exchange *exchanges;
	size_t bodies_bytes; /* held for all requests */
	int epoll_fd;
	uint16_t port;
	bool running;   /* microhttpd is on the stack below us */
	bool destroyed; /* its owner is done with it; it ends when microhttpd returns */
	zn_http_handler_fn *handler;
	zn_http_gone_fn *gone;
	zn_http_body_limit_fn *body_limit;
	void *user;
};

enum zn_exchange_stage {
	ZN_EXCHANGE_READING,
	ZN_EXCHANGE_HANDED,   /* the handler has it, or holds it */
	ZN_EXCHANGE_ANSWERED, /* the reply is here and waits for microhttpd to ask */
	ZN_EXCHANGE_GONE,
};

struct zn_http_exchange {
	struct zn_http_server *server;
	struct MHD_Connection *connection;
	const char *method; /* microhttpd's, as the path */
	const char *path;
	enum zn_exchange_stage stage;
	bool in_handler;
	bool suspended;
	int fd; /* the connection's, watched for a hang-up while suspended */
	void *user;
	uint8_t *body;
	size_t body_bytes;
	size_t body_room;
	size_t body_bytes_max;
	size_t body_bytes_told; /* Content-Length, 0 if it has none */
	int reply_status;
	char reply_type[128];
	void *reply;
	size_t reply_bytes;
	bool reply_lasts; /* borrowed: not ours to free */
	int reply_fd;     /* the reply is this file; -1: none */
	struct zn_http_exchange *next;
	struct zn_http_exchange *before;
};

/** microhttpd's two callbacks. */
enum MHD_Result zn_http_on_access(void *user, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_bytes,
	void **state);
void zn_http_on_completed(void *user, struct MHD_Connection *connection, void **state,
	enum MHD_RequestTerminationCode why);
/** Let microhttpd go on with a suspended exchange. */
void zn_http_exchange_resume(struct zn_http_exchange *exchange);
/** Have microhttpd run soon, from the loop. */
void zn_http_server_wake(struct zn_http_server *server);

#endif
