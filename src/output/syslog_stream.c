/*
 * Stream syslog: TCP (RFC 6587) and TLS (RFC 5425).
 *
 * The protocol has no acknowledgement. Delivered means that the peer's kernel has every byte of the
 * batch and that a moment later it has not taken that back: the queue of unacknowledged bytes is
 * looked at until it is empty, then the connection settles. A receiver that closes in good order in
 * between has read everything; one that resets has not, and gets the batch again. What a receiving
 * program has left unread when it dies later is lost; the manual says so.
 *
 * A receiver may close as it likes between batches. A connection is looked at before it is used
 * again, so that a batch never goes into one that is known to be closed; what crosses the close on
 * the wire is never acknowledged, and fails.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "output/answer.h"
#include "output/syslog_link.h"

#define FIRST_LOOK_US (1 * USEC_PER_MSEC)
#define LAST_LOOK_US  (50 * USEC_PER_MSEC)

/* Of the first batch of a connection: only then does a receiver that lets nobody in, or refuses our
 * certificate (in TLS 1.3 behind the handshake), hang up. */
#define FIRST_SETTLE_US (50 * USEC_PER_MSEC)

/* Handed over in one turn of the loop: a receiver that drains as fast as we encrypt would keep us
 * busy for a whole batch. */
#define PUSH_SIZE MIB(1)

struct syslog_link {
    struct output_context context;
    struct secret *proxy;
    struct http_stream *stream;
    bool is_open;
    struct output_batch *batch;
    size_t sent;
    bool settling;
    bool proved;                /* the connection has delivered before */
    struct loop_task again;     /* goes on sending in the next turn */
    struct loop_timer look;     /* whether the peer's kernel has it all */
    struct loop_timer deadline; /* of the whole batch */
    int64_t look_us;
};

static void disconnect(struct syslog_link *link)
{
    loop_task_cancel(&link->again);
    loop_timer_stop(&link->look);
    http_stream_free(link->stream);
    link->stream = NULL;
    link->is_open = link->proved = false;
}

static void finish(struct syslog_link *link, const struct output_answer *answer)
{
    struct output_batch *batch = link->batch;
    loop_timer_stop(&link->deadline);
    link->batch = NULL;
    /* Half a message may be on its way: the next one goes over a new connection. */
    if (answer->outcome != OUTPUT_DELIVERED)
        disconnect(link);
    batch->done(batch, answer);
}

static void succeed(struct syslog_link *link)
{
    const struct output_answer answer = answer_delivered();
    link->proved = link->is_open;
    finish(link, &answer);
}

static void fail(struct syslog_link *link, enum slackaudit_transport transport, int os_errno,
    const char *message)
{
    const struct output_answer answer = answer_failed(transport, os_errno, message);
    finish(link, &answer);
}

/* ---- Sending ---- */

static void look_again(struct syslog_link *link, int64_t delay_us)
{
    if (loop_timer_after(&link->look, delay_us) < 0)
        fail(link, SLACKAUDIT_TRANSPORT_OTHER, 0, "no memory for a timer");
}

static void look(void *user)
{
    struct syslog_link *link = user;
    int waiting = http_stream_unacknowledged(link->stream);
    if (waiting < 0) {
        fail(link, SLACKAUDIT_TRANSPORT_RESET, 0,
            "reset: the receiver broke the connection before it had read everything");
    } else if (waiting > 0) {
        look_again(link, link->look_us);
        link->look_us = link->look_us * 2 > LAST_LOOK_US ? LAST_LOOK_US : link->look_us * 2;
    } else if (!link->settling) {
        link->settling = true;
        loop_timer_stop(&link->deadline); /* it was in time */
        look_again(link, link->proved ? SYSLOG_SETTLE_US : FIRST_SETTLE_US);
    } else {
        succeed(link);
    }
}

static void push(void *user)
{
    struct syslog_link *link = user;
    size_t left = link->batch->body.size - link->sent;
    const struct slice piece = {
        .data = link->batch->body.data + link->sent, .size = left < PUSH_SIZE ? left : PUSH_SIZE};
    size_t sent = 0;
    int code = http_stream_send(link->stream, piece, &sent);
    if (code < 0)
        return; /* on_closed says why in a moment */
    link->sent += sent;
    if (sent < piece.size)
        return; /* on_writable comes */
    if (sent < left)
        loop_task_post(&link->again);
    else
        look(link);
}

static void opened(void *user)
{
    struct syslog_link *link = user;
    link->is_open = true;
    push(link);
}

/* ---- The connection ---- */

/* True when all was sent and the peer's kernel had it. */
static bool has_it_all(const struct syslog_link *link)
{
    return link->is_open && link->sent == link->batch->body.size &&
           http_stream_unacknowledged(link->stream) == 0;
}

static void closed(void *user, enum http_failure failure, int os_errno, const char *message)
{
    struct syslog_link *link = user;
    if (link->batch == NULL) { /* between batches; the next one opens another connection */
        disconnect(link);
        return;
    }
    if (has_it_all(link)) {
        disconnect(link);
        succeed(link);
        return;
    }
    char text[ERROR_TEXT_SIZE];
    (void)snprintf(text, sizeof(text), "%s: %s", http_failure_name(failure),
        message[0] == '\0' ? "the connection ended" : message); /* a cut text is still a text */
    fail(link, answer_transport(failure), os_errno, text);
}

static void too_late(void *user)
{
    fail(user, SLACKAUDIT_TRANSPORT_TIMEOUT, 0,
        "timeout: the receiver did not take the batch in time");
}

/* The address of the proxy may have changed where it is kept. */
static int load_proxy(struct syslog_link *link, struct error *error)
{
    if (link->context.config->proxy.kind == SECRET_NONE)
        return 0;
    struct secret *proxy = NULL;
    int code = secret_load(&link->context.config->proxy, &proxy, error);
    if (code < 0)
        return error_prefix(error, code, "proxy");
    secret_free(link->proxy);
    link->proxy = proxy;
    return 0;
}

static int connect_stream(struct syslog_link *link, struct error *error)
{
    const struct config_output *config = link->context.config;
    int code = load_proxy(link, error);
    if (code < 0)
        return code;
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
        .on_writable = push,
        .on_closed = closed,
        .user = link,
    };
    return http_stream_open(link->context.http, &request, &link->stream, error);
}

/* ---- The link ---- */

static void stream_send(struct syslog_link *link, struct output_batch *batch)
{
    struct error error = ERROR_INIT;
    link->batch = batch;
    link->sent = 0;
    link->settling = false;
    link->look_us = FIRST_LOOK_US;
    if (link->is_open && !http_stream_is_whole(link->stream))
        disconnect(link); /* it was closed meanwhile */
    int code = loop_timer_after(&link->deadline, link->context.config->timeout_us);
    if (code < 0)
        (void)error_set(&error, code, "no memory for a timer"); /* judged below */
    if (code >= 0 && link->stream == NULL)
        code = connect_stream(link, &error);
    if (code < 0)
        fail(link, SLACKAUDIT_TRANSPORT_OTHER, 0, error.text);
    else if (link->is_open)
        push(link);
}

static void stream_cancel(struct syslog_link *link)
{
    loop_timer_stop(&link->deadline);
    disconnect(link);
    link->batch = NULL;
}

static void stream_close(struct syslog_link *link)
{
    if (link == NULL)
        return;
    loop_timer_stop(&link->deadline);
    disconnect(link);
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
    loop_task_init(&link->again, context->loop, push, link);
    loop_timer_init(&link->look, context->loop, look, link);
    loop_timer_init(&link->deadline, context->loop, too_late, link);
    *ret_link = link;
    return 0;
}

const struct syslog_link_type syslog_stream = {
    .open = stream_open, .send = stream_send, .cancel = stream_cancel, .close = stream_close};
