/*
 * HTTP and plain byte streams out of the process, over libcurl's multi interface.
 *
 * An engine belongs to one loop. A call runs from http_start() until its `done`, or until
 * http_cancel(); the request and all it points to are copied or must live that long as noted. No
 * callback comes from inside a function of this header; a callback may start and cancel calls, its
 * own too, and free the engine. Redirects are never followed. Certificates are always verified.
 * HTTP/1.1 with kept connections. Every call has a limit for the connection, for the whole and for
 * a stall (under 1 byte a second for the whole `timeout_us`).
 *
 * A body is sent at most once a call: when a kept connection turns out to be closed after a part of
 * it went out, the call ends with HTTP_RESET, and whether to send again is for the caller to judge.
 * A request without a body may go out again by itself.
 *
 * Any number of calls may be under way, each on a connection of its own (a descriptor). At most
 * LIMIT_LOOKUPS of an engine look a name up at the same time, each in a thread of libcurl's; the
 * calls behind them wait for one to end, which for the same name spares them the lookup. That time
 * counts: one that waits longer than it may for its connection ends with HTTP_TIMEOUT.
 *
 * No text in a result or an error shows a header's value, an address or the user information of a
 * proxy; host names it may show. Before version 7.87 libcurl waits for a name lookup that hangs
 * when the call ends. An untouched SIGPIPE is ignored from the first engine on.
 *
 * A stream is libcurl's connect-only mode: TCP or TLS with the same certificates, proxies and
 * limits, then bytes. It may outlive the engine that it was opened with. What the peer sends is
 * read and thrown away, to see the connection end.
 */
#pragma once

#include "base/slice.h"
#include "sys/loop.h"

struct http_engine;
struct http_call;
struct http_stream;

/* How a transfer failed before a whole answer was there. */
enum http_failure {
    HTTP_OK = 0,
    HTTP_TIMEOUT,   /* connection, stall or whole operation */
    HTTP_DNS,       /* the host's or the proxy's name was not found */
    HTTP_CONNECT,   /* refused, unreachable */
    HTTP_TLS,       /* handshake or certificate */
    HTTP_RESET,     /* the connection broke, or the body ended early */
    HTTP_TOO_LARGE, /* past `response_limit` */
    HTTP_REFUSED,   /* a callback returned a negative value */
    HTTP_OTHER,     /* anything else; the message says what */
};

struct http_tls {
    const char *ca_file, *cert_file, *key_file; /* NULL or "": libcurl's default, none, none */
    const char *min_version;                    /* "1.2" (default) or "1.3" */
};

struct http_header {
    const char *name, *value;
};

/* What came back. Valid during `done` only. */
struct http_result {
    enum http_failure failure;
    int os_errno;                      /* of the failed system call, or 0 */
    const char *message;               /* libcurl's words for the failure, or "" */
    int status;                        /* 0 when no status line came */
    const struct http_header *headers; /* of the final answer, in order; names as sent */
    size_t header_count;
    int64_t elapsed_us;
};

struct http_request {
    const char *method;                /* copied; GET, POST, ... */
    const char *url;                   /* copied */
    const struct http_header *headers; /* copied */
    size_t header_count;
    struct slice body;          /* must live until `done` or cancel */
    int64_t timeout_us;         /* whole operation, 0: 30 s */
    int64_t connect_timeout_us; /* 0: a third of timeout_us, at least 5 s */
    const char *proxy;          /* NULL: from the environment; "": none; copied */
    struct http_tls tls;        /* copied */
    const char *user_agent;     /* copied */
    uint64_t response_limit;    /* bytes after decoding; 0: LIMIT_RESPONSE */
    bool accept_gzip;           /* ask for a compressed answer and decode it */

    /* Body bytes as they come, of any status (told beforehand). May be NULL. A negative return ends
     * the call with HTTP_REFUSED. `data` is valid during the call. */
    int (*on_body)(void *user, int status, const char *data, size_t size);
    /* Once, at the end; the call is freed afterwards. */
    void (*done)(void *user, const struct http_result *result);
    void *user;
};

int http_engine_new(struct http_engine **ret_engine, struct loop *loop, struct error *error);
/* Cancels the calls that are under way. Never waits for a name lookup (see above). */
void http_engine_free(struct http_engine *engine);

/* ERROR_INVALID for an address that libcurl refuses or that is neither http nor https or holds user
 * information, and for a method, header or user agent that HTTP does not allow. */
int http_start(struct http_engine *engine, const struct http_request *request,
    struct http_call **ret_call, struct error *error);
/* No callback comes after this. NULL is allowed. */
void http_cancel(struct http_call *call);

/* A header of the result by name (case does not matter; the first of several), or NULL. */
const char *http_header(const struct http_result *result, const char *name);
/* Retry-After as microseconds from `now_wall_us` (seconds or an HTTP date; RFC 9110, 10.2.3), at
 * most a day; -1: absent or unreadable. */
int64_t http_retry_after_us(const struct http_result *result, int64_t now_wall_us);

/* "timeout", "dns", "connect", "tls", "reset", ... */
const char *http_failure_name(enum http_failure failure);

struct http_stream_request {
    const char *host; /* copied */
    uint16_t port;
    bool use_tls;
    int64_t timeout_us; /* to connect and shake hands */
    const char *proxy;
    struct http_tls tls;
    void (*on_open)(void *user);
    void (*on_writable)(void *user); /* after http_stream_send() took less than all */
    /* Once, when the connection fails, breaks or is closed by the peer (HTTP_RESET without an
     * errno); then only http_stream_free() is allowed, in the callback too. */
    void (*on_closed)(void *user, enum http_failure failure, int os_errno, const char *message);
    void *user;
};

/* ERROR_INVALID for a host or a port that cannot be. */
int http_stream_open(struct http_engine *engine, const struct http_stream_request *request,
    struct http_stream **ret_stream, struct error *error);
/* Hands bytes to the connection, after on_open. `ret_sent` may be less than all (0 too):
 * on_writable comes later. ERROR_IO: it is broken, and on_closed says why in a later turn. */
int http_stream_send(struct http_stream *stream, struct slice bytes, size_t *ret_sent);
/* Bytes sent that the peer's kernel has not acknowledged (SIOCOUTQ; with TLS as they are on the
 * wire), or -1 when the connection broke or never stood. Allowed in on_closed too: after the peer
 * has closed in good order, 0 says that it had read everything, because a kernel resets what is
 * closed with bytes unread (RFC 1122, 4.2.2.13; RFC 2525, 2.17). */
int http_stream_unacknowledged(const struct http_stream *stream);
/* False when the peer has closed or reset the connection, or it does not stand yet. The kernel is
 * asked, so this is known before on_closed tells. */
bool http_stream_is_whole(const struct http_stream *stream);
/* Closes (TLS: with close_notify). No callback comes after this. NULL is allowed. */
void http_stream_free(struct http_stream *stream);
