/*
 * Serves the simulated API over HTTP with libmicrohttpd, which one source file behind this header
 * knows. Each connection has its own thread, so an answer that is slow on purpose holds up nobody
 * else.
 */
#pragma once

#include "simulator/api.h"

struct server;

enum { SERVER_REQUEST_BODY_MOST = 64 << 10, SERVER_CONNECTIONS_MOST = 4096 };

/* Listens on `address` (`127.0.0.1:8888`, `[::1]:0`; port 0 chooses one) and serves until
 * server_free(). `api` must outlive the server. ERROR_INVALID for an address that is none,
 * ERROR_UNAVAILABLE when it cannot be had. */
int server_new(
    struct server **ret_server, struct api *api, const char *address, struct error *error);

/* Ends at once: answers under way are broken off. */
void server_free(struct server *server);

/* `http://127.0.0.1:8888/audit/v1/`; valid as long as the server. */
const char *server_url(const struct server *server);
uint16_t server_port(const struct server *server);
