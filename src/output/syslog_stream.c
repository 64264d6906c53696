/*
 * Stream syslog: TCP (RFC 6587) and TLS (RFC 5425).
 *
 * The protocol has no acknowledgement. Delivered means that the peer's kernel has every byte of the
 * batch: the queue of unacknowledged bytes is looked at until it is empty. What the receiving
 * program had not read when it died is lost; the manual says so.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/units.h"
#include "output/syslog_link.h"

#define FIRST_LOOK_US (1 * USEC_PER_MSEC)
#define LAST_LOOK_US  (50 * USEC_PER_MSEC)

struct syslog_link {
    struct output_context context;
    struct secret *proxy;
    struct http_stream *stream;
    bool is_open;
    struct output_batch *batch;
    size_t sent;
    struct loop_timer look;     /* whether the peer's kernel has it all */
    struct loop_timer deadline; /* of the whole batch */
    int64_t look_us;
};

static void finish(struct syslog_link *link, const struct output_answer *answer)
{
    struct output_batch *batch = link->batch;
    loop_timer_stop(&link->look);
    loop_timer_stop(&link->deadline);
    link->batch = NULL;
    if (answer->outcome != OUTPUT_DELIVERED) { /* half a message may be on its way: the next goes
                                                  over a new connection */
        http_stream_free(link->stream);
        link->stream = NULL;
        link->is_open = false;
    }
    if (batch != NULL)
        batch->done(batch, answer);
}

static void look(void *user)
{
    struct syslog_link *link = user;
    int waiting = http_stream_unacknowledged(link->stream);
    if (waiting == 0) {
        const struct output_answer answer = {
            .outcome = OUTPUT_DELIVERED, .message = "", .retry_after_us = -1, .refused = -1};
        finish(link, &answer);
        return;
    }
    int r = waiting < 0 ? ERROR_IO : loop_timer_after(&link->look, link->look_us);
    link->look_us = link->look_us * 2 > LAST_LOOK_US ? LAST_LOOK_US : link->look_us * 2;
    if (r < 0) {
        struct output_answer answer = syslog_failure(
            SLACKAUDIT_TRANSPORT_RESET, 0, "the connection broke before the receiver had it all");
        finish(link, &answer);
    }
}

static void push(struct syslog_link *link)
{
    struct slice body = buffer_slice(&link->batch->body);
    const struct slice rest = {.data = body.data + link->sent, .size = body.size - link->sent};
    size_t sent = 0;
    int r = http_stream_send(link->stream, rest, &sent);
    if (r < 0)
        return; /* on_closed says why in a moment */
    link->sent += sent;
    link->look_us = FIRST_LOOK_US;
    if (link->sent == body.size)
        look(link);
}

static void opened(void *user)
{
    struct syslog_link *link = user;
    link->is_open = true;
    if (link->batch != NULL)
        push(link);
}

static void writable(void *user)
{
    struct syslog_link *link = user;
    if (link->batch != NULL)
        push(link);
}

static enum slackaudit_transport transport_of(enum http_failure failure)
{
    switch (failure) {
    case HTTP_TIMEOUT:
        return SLACKAUDIT_TRANSPORT_TIMEOUT;
    case HTTP_DNS:
        return SLACKAUDIT_TRANSPORT_DNS;
    case HTTP_CONNECT:
        return SLACKAUDIT_TRANSPORT_CONNECT;
    case HTTP_TLS:
        return SLACKAUDIT_TRANSPORT_TLS;
    case HTTP_OK:
    case HTTP_RESET:
        return SLACKAUDIT_TRANSPORT_RESET;
    case HTTP_TOO_LARGE:
    case HTTP_REFUSED:
    case HTTP_OTHER:
        break;
    }
    return SLACKAUDIT_TRANSPORT_OTHER;
}

/* Between batches a receiver may close as it likes: the next batch opens another connection. */
static void closed(void *user, enum http_failure failure, int os_errno, const char *message)
{
    struct syslog_link *link = user;
    char text[ERROR_TEXT_SIZE];
    (void)snprintf(text, sizeof(text), "%s: %s", http_failure_name(failure),
        message[0] == '\0' ? "the receiver closed the connection"
                           : message); /* a cut text is still a text */
    struct output_answer answer = syslog_failure(transport_of(failure), os_errno, text);
    finish(link, &answer);
}

static void too_late(void *user)
{
    struct syslog_link *link = user;
    struct output_answer answer = syslog_failure(
        SLACKAUDIT_TRANSPORT_TIMEOUT, 0, "timeout: the receiver did not take the batch in time");
    finish(link, &answer);
}

static int connect_stream(struct syslog_link *link, struct error *error)
{
    const struct config_output *config = link->context.config;
    const struct http_stream_request request = {
        .host = config->syslog.host,
        .port = config->syslog.port,
        .use_tls = config->syslog.transport == CONFIG_TRANSPORT_TLS,
        .timeout_us = config->timeout_us,
        /* Proxies of the environment are meant for HTTP: a stream goes through one only when the
           configuration says so. */
        .proxy = config->has_proxy ? secret_text(link->proxy) : "",
        .tls = {.ca_file = config->tls.ca_file,
            .cert_file = config->tls.cert_file,
            .key_file = config->tls.key_file,
            .min_version = config->tls.min_version},
        .on_open = opened,
        .on_writable = writable,
        .on_closed = closed,
        .user = link,
    };
    return http_stream_open(link->context.http, &request, &link->stream, error);
}

static void stream_send(struct syslog_link *link, struct output_batch *batch)
{
    struct error error = ERROR_INIT;
    link->batch = batch;
    link->sent = 0;
    int r = loop_timer_after(&link->deadline, link->context.config->timeout_us);
    if (r < 0)
        (void)error_set(&error, r, "no memory for a timer"); /* r is judged below */
    if (r >= 0 && link->stream == NULL)
        r = connect_stream(link, &error);
    if (r < 0) {
        struct output_answer answer = syslog_failure(SLACKAUDIT_TRANSPORT_OTHER, 0, error.text);
        finish(link, &answer);
    } else if (link->is_open) {
        push(link);
    }
}

static void stream_cancel(struct syslog_link *link)
{
    struct output_answer answer = syslog_failure(SLACKAUDIT_TRANSPORT_OTHER, 0, "");
    link->batch = NULL; /* nobody is told */
    finish(link, &answer);
}

static void stream_close(struct syslog_link *link)
{
    if (link == NULL)
        return;
    loop_timer_stop(&link->look);
    loop_timer_stop(&link->deadline);
    http_stream_free(link->stream);
    secret_free(link->proxy);
    free(link);
}

static int stream_open(
    struct syslog_link **ret_link, const struct output_context *context, struct error *error)
{
    struct syslog_link *link = calloc(1, sizeof(*link));
    if (link == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a syslog connection");
    link->context = *context;
    loop_timer_init(&link->look, context->loop, look, link);
    loop_timer_init(&link->deadline, context->loop, too_late, link);
    int r = context->config->proxy.kind == SECRET_NONE
                ? 0
                : secret_load(&context->config->proxy, &link->proxy, error);
    if (r < 0) {
        stream_close(link);
        return error_prefix(error, r, "proxy");
    }
    *ret_link = link;
    return 0;
}

const struct syslog_link_type syslog_stream = {
    .open = stream_open, .send = stream_send, .cancel = stream_cancel, .close = stream_close};
