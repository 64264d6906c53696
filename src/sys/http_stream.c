#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "sys/http.h"
#include "sys/http_transfer.h"

/* What one TLS record holds. */
#define PIECE_SIZE KIB(16)

enum { DISCARDS_AT_ONCE = 16 };

struct http_stream {
    struct loop *loop;
    struct http_engine *engine; /* its own; see http_transfer.h */
    struct http_transfer *transfer;
    struct loop_watch *watch; /* of the socket, once connected */
    int socket;
    bool use_tls;
    bool wants_writable;
    bool holds_clock;
    bool broken;
    struct http_transfer_end end; /* why it is */
    struct loop_task tell_closed;

    /* TLS: bytes that were taken from the caller and that the TLS library has begun to send. It
     * insists on seeing the same bytes at the same place until they are gone. */
    struct buffer pending;
    size_t pending_sent;

    void (*on_open)(void *user);
    void (*on_writable)(void *user);
    void (*on_closed)(void *user, enum http_failure failure, int os_errno, const char *message);
    void *user;
};

DEFINE_CLEANUP(struct http_stream, http_stream_free)

/* The peer answers in real time: a simulated clock must not pass it by. */
static void hold_clock(struct http_stream *stream, bool hold)
{
    if (stream->holds_clock == hold)
        return;
    stream->holds_clock = hold;
    loop_hold_clock(stream->loop, hold);
}

static bool is_pending(const struct http_stream *stream)
{
    return stream->pending_sent < stream->pending.size;
}

/* `on_closed` comes from a task: never from inside http_stream_send(). */
static int stream_break(struct http_stream *stream)
{
    stream->broken = true;
    loop_unwatch(TAKE(stream->watch));
    hold_clock(stream, false);
    loop_task_post(&stream->tell_closed);
    return ERROR_IO;
}

static void on_tell_closed(void *user)
{
    struct http_stream *stream = user;
    struct http_transfer_end end = stream->end; /* the callback may free the stream */
    stream->on_closed(stream->user, end.failure, end.os_errno, end.message);
}

static int stream_attend(struct http_stream *stream)
{
    bool wants_out = stream->wants_writable || is_pending(stream);
    hold_clock(stream, wants_out);
    if (loop_watch_change(stream->watch, EPOLLIN | (wants_out ? EPOLLOUT : 0)) == 0)
        return 0;
    stream->end = (struct http_transfer_end){
        .failure = HTTP_OTHER, .message = "the connection cannot be watched"};
    return stream_break(stream);
}

/* ---- Bytes ---- */

static int flush_pending(struct http_stream *stream)
{
    while (is_pending(stream)) {
        struct slice left = {
            .data = stream->pending.data + stream->pending_sent,
            .size = stream->pending.size - stream->pending_sent,
        };
        size_t sent;
        int code = http_transfer_send(stream->transfer, left, &sent, &stream->end);
        if (code < 0)
            return code;
        if (sent == 0)
            return 0;
        stream->pending_sent += sent;
    }
    buffer_clear(&stream->pending);
    stream->pending_sent = 0;
    return 0;
}

static int send_piece(struct http_stream *stream, struct slice bytes, size_t *ret_taken)
{
    if (!stream->use_tls)
        return http_transfer_send(stream->transfer, bytes, ret_taken, &stream->end);
    size_t size = bytes.size < PIECE_SIZE ? bytes.size : PIECE_SIZE;
    /* The room was reserved when the stream was opened. */
    (void)buffer_append(&stream->pending, bytes.data, size);
    *ret_taken = size;
    return flush_pending(stream);
}

int http_stream_send(struct http_stream *stream, struct slice bytes, size_t *ret_sent)
{
    if (stream->broken || stream->watch == NULL)
        return ERROR_IO;
    if (flush_pending(stream) < 0)
        return stream_break(stream);
    size_t taken = 0;
    while (taken < bytes.size && !is_pending(stream)) {
        struct slice left = {.data = bytes.data + taken, .size = bytes.size - taken};
        size_t size = 0;
        if (send_piece(stream, left, &size) < 0)
            return stream_break(stream);
        if (size == 0)
            break;
        taken += size;
    }
    stream->wants_writable = taken < bytes.size;
    int code = stream_attend(stream);
    if (code < 0)
        return code;
    *ret_sent = taken;
    return 0;
}

/* TCP_CLOSE stands for "there is none" too. */
static int tcp_state(const struct http_stream *stream)
{
    struct tcp_info info = {.tcpi_state = TCP_CLOSE};
    socklen_t size = sizeof(info);
    if (stream->socket < 0 || getsockopt(stream->socket, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
        return TCP_CLOSE;
    return info.tcpi_state;
}

int http_stream_unacknowledged(const struct http_stream *stream)
{
    int queued;
    if (stream->socket < 0 || (stream->broken && !stream->end.in_order) ||
        ioctl(stream->socket, SIOCOUTQ, &queued) < 0)
        return -1;
    /* Behind the count: a reset in between must not make an old count look like a good one. */
    if (tcp_state(stream) == TCP_CLOSE)
        return -1;
    return queued + (int)(stream->pending.size - stream->pending_sent);
}

bool http_stream_is_whole(const struct http_stream *stream)
{
    return !stream->broken && tcp_state(stream) == TCP_ESTABLISHED;
}

/* Nothing that a receiver says is expected: it is read to see the connection end. */
static int discard_input(struct http_stream *stream)
{
    char discarded[PIECE_SIZE];
    for (int i = 0; i < DISCARDS_AT_ONCE; i++) {
        size_t received;
        int code = http_transfer_receive(
            stream->transfer, discarded, sizeof(discarded), &received, &stream->end);
        if (code < 0 || received == 0)
            return code;
    }
    return 0;
}

static void on_socket_ready(void *user, uint32_t events)
{
    struct http_stream *stream = user;
    if (discard_input(stream) < 0 || flush_pending(stream) < 0) {
        (void)stream_break(stream); /* told by the task */
        return;
    }
    bool tell_writable = stream->wants_writable && !is_pending(stream) && (events & EPOLLOUT) != 0;
    if (tell_writable)
        stream->wants_writable = false;
    if (stream_attend(stream) == 0 && tell_writable)
        stream->on_writable(stream->user);
}

/* ---- Opening and closing ---- */

static void on_end(void *user, const struct http_transfer_end *end)
{
    struct http_stream *stream = user;
    stream->end = *end;
    if (end->failure != HTTP_OK) {
        (void)stream_break(stream); /* told by the task */
        return;
    }
    stream->socket = http_transfer_socket(stream->transfer);
    struct error error = ERROR_INIT;
    if (loop_watch(stream->loop, &stream->watch, stream->socket, EPOLLIN, on_socket_ready, stream,
            &error) < 0) {
        stream->end.failure = HTTP_OTHER;
        (void)snprintf(stream->end.message, sizeof(stream->end.message), "%.*s",
            HTTP_MESSAGE_SIZE - 1, error.text); /* a cut text is still a text */
        (void)stream_break(stream);
        return;
    }
    hold_clock(stream, false);
    stream->on_open(stream->user);
}

static void on_abandon(void *user)
{
    (void)user; /* the engine is the stream's own and goes with it */
}

static const struct http_transfer_events stream_events = {
    .end = on_end,
    .abandon = on_abandon,
};

static int make_address(
    const struct http_stream_request *request, char **ret_address, struct error *error)
{
    if (request->host == NULL || *request->host == '\0' || strpbrk(request->host, "/?#\\ ") != NULL)
        return error_set(error, ERROR_INVALID, "the host of the address is missing or no name");
    if (request->port == 0)
        return error_set(error, ERROR_INVALID, "the address of %s has no port", request->host);
    bool is_bare_ipv6 = strchr(request->host, ':') != NULL && *request->host != '[';
    if (asprintf(ret_address, is_bare_ipv6 ? "%s://[%s]:%u" : "%s://%s:%u",
            request->use_tls ? "https" : "http", request->host, request->port) < 0)
        return error_set(error, ERROR_MEMORY, "no memory for an address");
    return 0;
}

int http_stream_open(struct http_engine *engine, const struct http_stream_request *request,
    struct http_stream **ret_stream, struct error *error)
{
    _cleanup_free_ char *address = NULL;
    int code = make_address(request, &address, error);
    if (code < 0)
        return code;
    _cleanup_(http_stream_freep) struct http_stream *stream = calloc(1, sizeof(*stream));
    if (stream == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a connection");
    *stream = (struct http_stream){
        .loop = http_engine_loop(engine),
        .socket = -1,
        .use_tls = request->use_tls,
        .pending = BUFFER_INIT(PIECE_SIZE),
        .on_open = request->on_open,
        .on_writable = request->on_writable,
        .on_closed = request->on_closed,
        .user = request->user,
    };
    loop_task_init(&stream->tell_closed, stream->loop, on_tell_closed, stream);
    if (stream->use_tls && buffer_reserve(&stream->pending, PIECE_SIZE) < 0)
        return error_set(error, ERROR_MEMORY, "no memory for a connection");
    code = http_engine_new(&stream->engine, stream->loop, error);
    if (code < 0)
        return code;
    struct http_request connection = {
        .url = address,
        .timeout_us = request->timeout_us,
        .connect_timeout_us = request->timeout_us,
        .proxy = request->proxy,
        .tls = request->tls,
    };
    code = http_transfer_start(
        stream->engine, &connection, true, &stream_events, stream, &stream->transfer, error);
    if (code < 0)
        return code;
    hold_clock(stream, true);
    *ret_stream = TAKE(stream);
    return 0;
}

void http_stream_free(struct http_stream *stream)
{
    if (stream == NULL)
        return;
    loop_task_cancel(&stream->tell_closed);
    loop_unwatch(stream->watch);
    hold_clock(stream, false);
    http_transfer_free(stream->transfer);
    http_engine_free(stream->engine);
    buffer_deinit(&stream->pending);
    free(stream);
}
