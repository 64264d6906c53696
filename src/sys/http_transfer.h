/*
 * The seam between our HTTP code and libcurl: one transfer, with the engine that drives it. Private
 * to http.c, http_stream.c, http_transfer.c (transfers and engines), http_easy.c and http_multi.c
 * (libcurl itself).
 *
 * Order of a transfer: header and body events as they come, then `end` once. Every event comes from
 * a turn of the loop, never from inside one of these functions. http_transfer_free() is allowed at
 * every moment, inside an event too: no event comes after it, and what libcurl still uses is freed
 * when libcurl is done with it.
 *
 * Connect-only transfers end with HTTP_OK when the connection stands; from then on libcurl leaves
 * the socket alone, and send and receive are allowed until http_transfer_free(). They want an
 * engine of their own, because libcurl may close what looks idle to it when another transfer of the
 * same engine begins.
 */
#pragma once

#include <stdbool.h>

#include "sys/http.h"

struct http_transfer;

enum { HTTP_MESSAGE_SIZE = 256 };

/* Owns its text: a callback may free the transfer and read on. */
struct http_transfer_end {
    enum http_failure failure;
    int os_errno;
    int status;
    bool in_order; /* of a connected transfer: the peer closed it, with TLS after saying so */
    char message[HTTP_MESSAGE_SIZE]; /* "" for HTTP_OK */
};

struct http_transfer_events {
    /* Not for connect-only transfers. One line of the answer's head, with its line break; the
     * status line first, interim answers (1xx) too. Negative ends the transfer with HTTP_REFUSED.
     */
    int (*header)(void *user, struct slice line);
    int (*body)(void *user, int status, struct slice data);
    void (*end)(void *user, const struct http_transfer_end *end);
    /* The engine is being freed: free the transfer, tell nobody. */
    void (*abandon)(void *user);
};

/* Copies all of `request` but the body. `connect_only` looks at url, timeouts, proxy and tls alone.
 */
int http_transfer_start(struct http_engine *engine, const struct http_request *request,
    bool connect_only, const struct http_transfer_events *events, void *user,
    struct http_transfer **ret_transfer, struct error *error);
void http_transfer_free(struct http_transfer *transfer); /* NULL is allowed */

/* The loop that the engine belongs to. */
struct loop *http_engine_loop(struct http_engine *engine);

/* Connected transfers only. */
int http_transfer_socket(struct http_transfer *transfer); /* -1: there is none */

/* Each returns 0 and how many bytes went (0: would block), or ERROR_IO and, in `ret_end`, why; a
 * connection that the peer has closed in good order is HTTP_RESET without an errno. */
int http_transfer_send(struct http_transfer *transfer, struct slice bytes, size_t *ret_sent,
    struct http_transfer_end *ret_end);
int http_transfer_receive(struct http_transfer *transfer, void *data, size_t size,
    size_t *ret_received, struct http_transfer_end *ret_end);
