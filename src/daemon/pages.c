#include "daemon/pages.h"

#include <string.h>

#include "daemon/metrics.h"
#include "daemon/page/files.h"
#include "daemon/snapshot.h"
#include "daemon/status.h"

/* The page loads its own script and style, asks for its own status, and nothing else. */
#define PAGE_POLICY                                                                                \
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "                \
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

static int healthz(struct daemon *daemon, struct http_server_reply *reply)
{
    (void)daemon; /* that the loop came here is all there is to know */
    return buffer_append_text(&reply->body, "ok\n");
}

static int readyz(struct daemon *daemon, struct http_server_reply *reply)
{
    char ill[ERROR_TEXT_SIZE];
    const char *why = daemon_ill(daemon, ill, sizeof(ill));
    reply->status = why == NULL ? 200 : 503;
    return buffer_printf(&reply->body, "%s\n", why == NULL ? "ok" : why);
}

static int metrics(struct daemon *daemon, const char *accept, struct http_server_reply *reply)
{
    struct snapshot snapshot = {0};
    enum metrics_format format = metrics_choose(accept);
    reply->content_type = metrics_content_type(format);
    int r = snapshot_take(daemon, &snapshot);
    if (r >= 0)
        r = metrics_write(&snapshot, format, &reply->body);
    snapshot_deinit(&snapshot);
    return r;
}

static int status_json(struct daemon *daemon, struct http_server_reply *reply)
{
    struct snapshot snapshot = {0};
    struct json_writer writer = {.output = &reply->body};
    reply->content_type = "application/json";
    daemon_note_history(daemon); /* so that the newest step is as new as the rest */
    int r = snapshot_take(daemon, &snapshot);
    if (r >= 0)
        r = status_write(&snapshot, true, &writer, NULL);
    snapshot_deinit(&snapshot);
    return r < 0 ? r : buffer_append_byte(&reply->body, '\n');
}

static int file(const char *type, struct slice content, struct http_server_reply *reply)
{
    reply->content_type = type;
    reply->policy = PAGE_POLICY;
    return buffer_append_slice(&reply->body, content);
}

static int front(struct http_server_reply *reply)
{
    return buffer_append_text(&reply->body,
        "slackauditd\n\n"
        "/status   how every source and output is doing (a page, or JSON)\n"
        "/metrics  the same for Prometheus\n"
        "/readyz   200 when all is well, else 503 and why\n"
        "/healthz  200 while the daemon turns\n");
}

int pages_answer(
    void *user, const struct http_server_request *request, struct http_server_reply *reply)
{
    struct daemon *daemon = user;
    const char *path = request->path;
    if (strcmp(path, "/healthz") == 0)
        return healthz(daemon, reply);
    if (strcmp(path, "/readyz") == 0)
        return readyz(daemon, reply);
    if (strcmp(path, "/metrics") == 0)
        return metrics(daemon, request->accept, reply);
    if (strcmp(path, "/status") == 0 && strstr(request->accept, "text/html") != NULL)
        return file("text/html; charset=utf-8", page_html, reply);
    if (strcmp(path, "/status") == 0)
        return status_json(daemon, reply);
    if (strcmp(path, "/status.js") == 0)
        return file("text/javascript; charset=utf-8", page_js, reply);
    if (strcmp(path, "/status.css") == 0)
        return file("text/css; charset=utf-8", page_css, reply);
    if (strcmp(path, "/") == 0)
        return front(reply);
    reply->status = 404;
    return buffer_append_text(&reply->body, "there is no such page; / lists them\n");
}
