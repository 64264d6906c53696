/*
 * The rig with an HTTP output and a server of the test's own on the same loop.
 */
#pragma once

#include "send_rig.h"
#include "sys/folder.h"

static struct server server;
static char server_url[128];
static char *const no_text = (char *)"";

static inline void http_rig_init(
    const struct output_type *type, const struct server_step *steps, size_t count)
{
    rig_init(type, CLOCK_IS_REAL);
    server_init(&server, rig.loop, steps, count);
    snprintf(server_url, sizeof(server_url), "http://127.0.0.1:%u", server.port);
    rig.config.type = CONFIG_OUTPUT_HTTP;
    rig.config.has_proxy = true; /* and none set: no proxy, whatever the environment says */
    rig.config.http.api = (char *)type->name;
    rig.config.http.url = (struct secret_reference){SECRET_PLAIN, server_url};
    rig.config.http.method = (char *)"POST";
    rig.config.http.index = rig.config.http.sourcetype = rig.config.http.host = no_text;
}

static inline void http_rig_deinit(void)
{
    server_deinit(&server);
    rig_deinit();
}

/* A whole answer. The text is the caller's to free; server steps live as long as the test. */
static inline const char *answer_text(int status, const char *headers, const char *body)
{
    char *text = NULL;
    ck_assert_int_ge(asprintf(&text, "HTTP/1.1 %d Told\r\nContent-Length: %zu\r\n%s\r\n%s", status,
                         strlen(body), headers, body),
        0);
    return text;
}

/* Sends one batch to a server that does `step`; what became of it stands in `sent`. */
static inline void tell_one(
    const struct output_type *type, struct server_step step, struct sent *sent)
{
    http_rig_init(type, &step, 1);
    rig_open();
    send_one(sent);
    ck_assert_uint_eq(server.requests, 1);
    http_rig_deinit();
}

static inline void tell_status(const struct output_type *type, int status, const char *headers,
    const char *body, struct sent *sent)
{
    char *text = (char *)answer_text(status, headers, body);
    tell_one(type, (struct server_step){STEP_ANSWER, text, 0}, sent);
    free(text);
}

/* The last request's body. */
static inline struct slice request_body(void)
{
    const char *text = buffer_text(&server.last_request);
    const char *end = strstr(text, "\r\n\r\n");
    ck_assert_ptr_nonnull(end);
    size_t head = (size_t)(end - text) + 4;
    return (struct slice){text + head, server.last_request.size - head};
}

static inline bool request_has(const char *line)
{
    char wanted[512];
    snprintf(wanted, sizeof(wanted), "\r\n%s\r\n", line);
    const char *text = buffer_text(&server.last_request);
    const char *end = strstr(text, "\r\n\r\n");
    const char *found = strcasestr(text, wanted);
    return found != NULL && found <= end;
}

static inline void request_begins(const char *line)
{
    ck_assert_int_eq(strncmp(buffer_text(&server.last_request), line, strlen(line)), 0);
}

static inline void body_is(const char *text)
{
    struct slice body = request_body();
    ck_assert_msg(slice_equal(body, slice_of(text)), "the body is %.*s", SLICE_PRINT(body));
}
