/*
 * Name lookups that do not block: for UDP syslog, which libcurl does not serve. A lookup runs in a
 * thread of the C library (getaddrinfo_a) and its end is told in the loop. Cancelling never waits
 * for the thread.
 */
#pragma once

#include <sys/socket.h>

#include "sys/loop.h"

struct resolve;

/* `code` is 0, with the first address found (valid during the call), or ERROR_UNAVAILABLE, with
 * `message` saying why. The lookup frees itself after the call. */
typedef void (*resolve_function)(
    void *user, int code, const char *message, const struct sockaddr *address, socklen_t size);

int resolve_start(struct loop *loop, const char *host, const char *port, int socket_type,
    resolve_function function, void *user, struct resolve **ret_resolve, struct error *error);
void resolve_cancel(struct resolve *resolve); /* NULL is allowed */
