/*
 * What the HTTP listener answers:
 *
 *     /healthz       200 as long as the loop turns
 *     /readyz        200 when every source and output is well, else 503 and why
 *     /metrics       Prometheus text, or OpenMetrics where Accept asks for it
 *     /status        JSON; a page for people where Accept asks for text/html
 *     /status.js, /status.css
 *
 * Nothing can be changed through it, and no secret is in it.
 */
#pragma once

#include "daemon/daemon_private.h"
#include "sys/http_server.h"

/* An http_server_answer; `user` is the daemon. */
int pages_answer(
    void *daemon, const struct http_server_request *request, struct http_server_reply *reply);
