/* io/http_client.h - all outgoing HTTP(S), on libcurl's multi interface. Door of libcurl.
 *
 * Never follows a redirect. With a pin, TLS is verified by the SHA-256 of the server's public key
 * (SubjectPublicKeyInfo) and by nothing else.
 */
#ifndef ZN_IO_HTTP_CLIENT_H
#define ZN_IO_HTTP_CLIENT_H

#include "core/err.h"
#include "core/hash.h"
#include "io/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zn_http_client;
struct zn_http_call;

enum zn_err zn_http_client_create(struct zn_http_client **out, struct zn_loop *loop);
/** Cancels what is under way, without calling back. */
void zn_http_client_destroy(struct zn_http_client *client);

struct zn_http_request {
	const char *url;
	const void *body; /* NULL: GET, else POST; borrowed until done or cancelled */
	size_t body_bytes;
	const char *content_type;  /* of the body */
	const char *bearer;        /* Authorization: Bearer; NULL for none */
	const struct zn_hash *pin; /* NULL for plain HTTP; with a pin only https:// goes out */
	bool allow_private;        /* else loopback, private, link-local and multicast addresses are
				     refused after resolving: strangers announce what we dial */
	uint64_t timeout_ms;       /* of the whole call */
	size_t response_bytes_max;
};

struct zn_http_response {
	enum zn_err err; /* OK: the server answered, with any status. DENIED: a refused address or
				 a wrong pin. TOO_LARGE, TIMEOUT, UNREACHABLE, CLOSED */
	int status;      /* 0 on failure */
	const uint8_t *body; /* borrowed for the callback; one zero byte behind */
	size_t body_bytes;
	bool wrong_pin;
	const char *detail; /* curl's sentence on failure */
};

typedef void zn_http_done_fn(void *user, const struct zn_http_response *response);

/** Start a call. `done` comes later, exactly once, unless cancelled. Strings are copied, the body
 *  is not. Connections to one host are kept and reused; a POST that meets a kept connection just
 *  closed by the server is sent again. Errors: BUSY above ZN_HTTP_CALLS_MAX calls, TOO_LARGE or
 *  MALFORMED for an URL or header that is none, MEMORY. */
enum zn_err zn_http_client_send(struct zn_http_call **out, struct zn_http_client *client,
	const struct zn_http_request *request, zn_http_done_fn *done, void *user);
/** Safe from any callback, on NULL, and on a call whose `done` is running. */
void zn_http_call_cancel(struct zn_http_call *call);

#endif
