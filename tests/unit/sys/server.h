/*
 * A tiny HTTP server on the loop of the test: it reads a whole request, then does what its script
 * says. One script step a request, the last one again and again. Raw sockets on a port of the
 * system's choice, on the loopback only.
 */
#pragma once

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/limits.h"
#include "sys/loop.h"

enum server_step_kind {
    STEP_ANSWER,           /* sends `text` and keeps the connection */
    STEP_ANSWER_AND_CLOSE, /* sends `text`, then closes in good order */
    STEP_ANSWER_AND_RESET, /* sends `text`, then resets */
    STEP_STALL,            /* sends `text`, then nothing more */
};

/* What goes behind a text: bytes of any value, again and again as they are taken. */
struct server_parts {
    struct slice part;
    size_t repeat;
};

struct server_step {
    enum server_step_kind kind;
    const char *text;
    const struct server_parts *parts; /* 0: none */
};

struct server_peer {
    struct server *server;
    struct server_peer *next;
    struct loop_watch *watch;
    int fd;
    struct buffer input, output;
    size_t output_sent;
    const struct server_parts *parts; /* of the present answer */
    size_t parts_sent;
    bool close_after, reset_after;
};

struct server {
    struct loop *loop;
    struct loop_watch *watch;
    int fd;
    uint16_t port;
    const struct server_step *steps;
    size_t step_count;
    unsigned requests, connections;
    struct buffer last_request;
    struct server_peer *peers;
};

static inline void server_peer_close(struct server_peer *peer)
{
    if (peer->fd < 0)
        return;
    loop_unwatch(peer->watch);
    if (peer->reset_after) {
        struct linger now = {.l_onoff = 1, .l_linger = 0};
        ck_assert_int_eq(setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
    }
    close(peer->fd);
    peer->fd = -1;
}

/* Whether there is more to send. */
static inline bool server_peer_refill(struct server_peer *peer)
{
    if (peer->output_sent < peer->output.size)
        return true;
    buffer_clear(&peer->output);
    peer->output_sent = 0;
    while (peer->parts != NULL && peer->parts_sent < peer->parts->repeat &&
           peer->output.size < KIB(64)) {
        ck_assert_int_eq(buffer_append_slice(&peer->output, peer->parts->part), 0);
        peer->parts_sent++;
    }
    return peer->output.size > 0;
}

static inline void server_peer_flush(struct server_peer *peer)
{
    while (server_peer_refill(peer)) {
        ssize_t sent = send(peer->fd, peer->output.data + peer->output_sent,
            peer->output.size - peer->output_sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EAGAIN) {
            ck_assert_int_eq(loop_watch_change(peer->watch, EPOLLIN | EPOLLOUT), 0);
            return;
        }
        if (sent < 0) { /* the client has gone */
            server_peer_close(peer);
            return;
        }
        peer->output_sent += (size_t)sent;
    }
    ck_assert_int_eq(loop_watch_change(peer->watch, EPOLLIN), 0);
    if (peer->close_after)
        server_peer_close(peer);
}

/* The size of the whole request at the start of the input, or 0 while it is not all there. */
static inline size_t server_request_size(struct server_peer *peer)
{
    const char *text = buffer_text(&peer->input);
    const char *end = strstr(text, "\r\n\r\n");
    if (end == NULL)
        return 0;
    size_t size = (size_t)(end - text) + 4;
    const char *length = strcasestr(text, "\r\nContent-Length:");
    if (length != NULL && length < end)
        size += strtoul(length + strlen("\r\nContent-Length:"), NULL, 10);
    return size <= peer->input.size ? size : 0;
}

static inline void server_answer(struct server_peer *peer)
{
    struct server *server = peer->server;
    size_t place = server->requests++;
    if (place >= server->step_count)
        place = server->step_count - 1;
    const struct server_step *step = &server->steps[place];
    ck_assert_int_eq(buffer_append_text(&peer->output, step->text), 0);
    peer->parts = step->parts;
    peer->parts_sent = 0;
    peer->close_after = step->kind == STEP_ANSWER_AND_CLOSE || step->kind == STEP_ANSWER_AND_RESET;
    peer->reset_after = step->kind == STEP_ANSWER_AND_RESET;
    server_peer_flush(peer);
}

static inline void server_on_peer(void *user, uint32_t events)
{
    struct server_peer *peer = user;
    if ((events & EPOLLOUT) != 0)
        server_peer_flush(peer);
    if (peer->fd < 0 || (events & ~(uint32_t)EPOLLOUT) == 0)
        return;
    ck_assert_int_eq(buffer_reserve(&peer->input, KIB(64) + 1), 0);
    ssize_t got = recv(peer->fd, peer->input.data + peer->input.size, KIB(64), MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0) {
        server_peer_close(peer);
        return;
    }
    peer->input.size += (size_t)got;
    size_t size = server_request_size(peer);
    if (size == 0)
        return;
    buffer_clear(&peer->server->last_request);
    ck_assert_int_eq(buffer_append(&peer->server->last_request, peer->input.data, size), 0);
    buffer_clear(&peer->input);
    server_answer(peer);
}

static inline void server_on_accept(void *user, uint32_t events)
{
    (void)events;
    struct server *server = user;
    int fd = accept4(server->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return;
    server->connections++;
    struct server_peer *peer = calloc(1, sizeof(*peer));
    ck_assert_ptr_nonnull(peer);
    *peer = (struct server_peer){
        .server = server,
        .next = server->peers,
        .fd = fd,
        .input = BUFFER_INIT(MIB(64)),
        .output = BUFFER_INIT(MIB(64)),
    };
    server->peers = peer;
    ck_assert_int_eq(
        loop_watch(server->loop, &peer->watch, fd, EPOLLIN, server_on_peer, peer, NULL), 0);
}

/* A port where a connection is refused, for as long as the socket is open: it is bound, so nobody
 * else gets the port, and does not listen. */
static inline int server_bind(uint16_t *ret_port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

/* A listening socket on the loopback; its port comes with it. */
static inline int server_listen(uint16_t *ret_port)
{
    int fd = server_bind(ret_port);
    ck_assert_int_eq(listen(fd, 16), 0);
    return fd;
}

static inline void server_init(
    struct server *server, struct loop *loop, const struct server_step *steps, size_t step_count)
{
    *server = (struct server){
        .loop = loop,
        .steps = steps,
        .step_count = step_count,
        .last_request = BUFFER_INIT(MIB(64)),
    };
    server->fd = server_listen(&server->port);
    ck_assert_int_eq(
        loop_watch(loop, &server->watch, server->fd, EPOLLIN, server_on_accept, server, NULL), 0);
}

static inline void server_deinit(struct server *server)
{
    while (server->peers != NULL) {
        struct server_peer *peer = server->peers;
        server->peers = peer->next;
        server_peer_close(peer);
        buffer_deinit(&peer->input);
        buffer_deinit(&peer->output);
        free(peer);
    }
    loop_unwatch(server->watch);
    close(server->fd);
    buffer_deinit(&server->last_request);
}
