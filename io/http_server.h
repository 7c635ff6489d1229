/* io/http_server.h - HTTP(S) in, on libmicrohttpd with external polling. Door of libmicrohttpd.
 *
 * A request is handed over when its whole body is here; the answer may come later, from any
 * callback of the same loop (a request "held open").
 */
#ifndef ZN_IO_HTTP_SERVER_H
#define ZN_IO_HTTP_SERVER_H

#include "core/err.h"
#include "core/hash.h"
#include "io/loop.h"

#include <stddef.h>
#include <stdint.h>

struct zn_http_server;
struct zn_http_exchange;

/** Called once per request. `exchange` lives until zn_http_reply returns or `gone` was called. */
typedef void zn_http_handler_fn(void *user, struct zn_http_exchange *exchange);
/** The peer hung up before the answer: forget the exchange. Not called after zn_http_reply. */
typedef void zn_http_gone_fn(void *user, struct zn_http_exchange *exchange);
/** How large may the body of a request to `path` be? Called before the body is read. A longer
 *  Content-Length is answered with 413; a body without one is cut off by hanging up. */
typedef size_t zn_http_body_limit_fn(void *user, const char *method, const char *path);

struct zn_http_server_options {
	const char *address;     /* "127.0.0.1", "0.0.0.0", "::" */
	uint16_t port;           /* 0: the system chooses */
	const char *tls_key_pem; /* both NULL: plain HTTP */
	const char *tls_certificate_pem;
	unsigned int connections_max;
	unsigned int connections_per_address_max; /* 0: no such limit */
	unsigned int idle_s; /* a silent connection is closed; must exceed ZN_POLL_HELD_S */
	zn_http_handler_fn *handler;
	zn_http_gone_fn *gone;
	zn_http_body_limit_fn *body_limit;
	void *user;
};

/** Errors: BUSY when the port is taken, DENIED, IO, MALFORMED for an address that is none. */
enum zn_err zn_http_server_create(struct zn_http_server **out, struct zn_loop *loop,
	const struct zn_http_server_options *options);
/** Hangs up on everybody. Held exchanges are gone with it, without calling `gone`. May be called
 *  from a handler; NULL is fine. */
void zn_http_server_destroy(struct zn_http_server *server);
uint16_t zn_http_server_port(const struct zn_http_server *server);

const char *zn_http_exchange_method(const struct zn_http_exchange *exchange);
const char *zn_http_exchange_path(const struct zn_http_exchange *exchange);
/** A query parameter of the URL, or NULL. */
const char *zn_http_exchange_query(const struct zn_http_exchange *exchange, const char *name);
/** A request header, or NULL. */
const char *zn_http_exchange_header(const struct zn_http_exchange *exchange, const char *name);
const uint8_t *zn_http_exchange_body(const struct zn_http_exchange *exchange, size_t *count);
/** Keep something of yours with the exchange while it is held. */
void zn_http_exchange_user_set(struct zn_http_exchange *exchange, void *user);
void *zn_http_exchange_user(const struct zn_http_exchange *exchange);

/** Answer; bytes are copied. Exactly once per exchange, which is gone afterwards. */
void zn_http_reply(struct zn_http_exchange *exchange, int status, const char *content_type,
	const void *bytes, size_t count);
/** The same, but the bytes are borrowed until the server is destroyed: what is large and asked for by
 *  many must not be held once for each of them. */
void zn_http_reply_lasting(struct zn_http_exchange *exchange, int status, const char *content_type,
	const void *bytes, size_t count);

/** The same from a file, `count` bytes from its beginning, read while they are sent. Takes `fd`. */
void zn_http_reply_file(struct zn_http_exchange *exchange, int status, const char *content_type,
	int fd, uint64_t count);

/** A fresh P-256 key and a self-signed certificate, as PEM (malloc'ed), and the pin of its
 *  SubjectPublicKeyInfo. */
enum zn_err zn_tls_identity_make(char **key_pem, char **certificate_pem, struct zn_hash *pin);
/** The pin of an existing certificate. */
enum zn_err zn_tls_pin(struct zn_hash *pin, const char *certificate_pem);

#endif
