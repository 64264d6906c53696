/*
 * A small HTTP server on the loop, over libmicrohttpd: for pages that people, probes and scrapers
 * read. GET and HEAD alone; a body of a request is refused.
 *
 * What a peer controls is capped: 32 connections, 16 KiB for the head of a request, 10 s without
 * progress, and then the connection is closed. A listener that only this machine reaches answers
 * only a Host that is a number or localhost, so that a page of another site cannot read it through
 * a name that it makes resolve to us (DNS rebinding).
 */
#pragma once

#include "base/buffer.h"
#include "sys/loop.h"

struct http_server;

/* What was asked. Everything is borrowed for the time of the call. */
struct http_server_request {
    const char *path;   /* from its slash on, decoded, without the query */
    const char *accept; /* the header Accept, or "" */
};

/* The answer; it begins as 200 with an empty body of text/plain. */
struct http_server_reply {
    unsigned status;
    const char *content_type; /* a constant */
    const char *policy;       /* Content-Security-Policy, a constant; NULL: "default-src 'none'" */
    struct buffer body;       /* handed over; at most LIMIT_HTTP_REPLY */
};

/* Called in the loop, once a request. A negative return answers 500. */
typedef int (*http_server_answer)(
    void *user, const struct http_server_request *request, struct http_server_reply *reply);

/* Listens on `address` (sys/listen.h). ERROR_INVALID, ERROR_UNAVAILABLE, ERROR_MEMORY. */
int http_server_new(struct http_server **ret_server, struct loop *loop, const char *address,
    http_server_answer answer, void *user, struct error *error);

/* Connections are closed. NULL is allowed. */
void http_server_free(struct http_server *server);

/* "127.0.0.1:9464": with the port in use, also when 0 was asked for. Owned by the server. */
const char *http_server_name(const struct http_server *server);

/* Only this machine reaches it. */
bool http_server_is_local(const struct http_server *server);
