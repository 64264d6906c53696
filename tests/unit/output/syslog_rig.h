/*
 * The rig with a syslog output, and receivers that the test reads by hand.
 */
#pragma once

#include "base/cleanup.h"
#include "send_rig.h"
#include "sys/folder.h"

static int listener = -1;
static uint16_t port;

static inline void syslog_rig_init(
    enum config_transport transport, const char *host, enum rig_clock clock)
{
    rig_init(&output_syslog, clock);
    rig.config.type = CONFIG_OUTPUT_SYSLOG;
    rig.config.syslog.transport = transport;
    rig.config.syslog.host = (char *)host;
    rig.config.syslog.port = port;
    rig.config.syslog.framing = CONFIG_FRAMING_OCTET_COUNTING;
    rig.config.syslog.facility = 10;
    rig.config.syslog.app_name = (char *)"slackaudit";
    rig.config.syslog.max_size = KIB(8);
    rig.config.syslog.oversize = CONFIG_OVERSIZE_DEAD_LETTER;
}

/* With a listening socket; the connection is accepted when the test wants it. */
static inline void tcp_rig_init(enum rig_clock clock)
{
    listener = server_listen(&port);
    syslog_rig_init(CONFIG_TRANSPORT_TCP, "127.0.0.1", clock);
}

static inline void tcp_rig_deinit(void)
{
    rig_deinit();
    close(listener);
}

/* The next connection, once it is there. */
static inline int accept_next(void)
{
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0)
            return fd;
        ck_assert_int_eq(errno, EAGAIN);
        rig_turn();
    }
}

static inline bool has_connection(void)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* Reads exactly `size` bytes, turning the loop meanwhile. */
static inline void receive(int fd, char *data, size_t size)
{
    size_t got = 0;
    while (got < size) {
        ssize_t count = recv(fd, data + got, size - got, MSG_DONTWAIT);
        ck_assert_msg(count > 0 || (count < 0 && errno == EAGAIN), "the connection ended");
        if (count > 0)
            got += (size_t)count;
        else
            rig_turn();
    }
}

static inline void received_is(int fd, struct slice wanted)
{
    char *data = malloc(wanted.size + 1);
    ck_assert_ptr_nonnull(data);
    receive(fd, data, wanted.size);
    ck_assert_msg(memcmp(data, wanted.data, wanted.size) == 0, "received %.*s",
        (int)(wanted.size < 500 ? wanted.size : 500), data);
    free(data);
}

/* The bytes of the batch, which are gone once it is answered. */
static inline void body_copy(const struct sent *sent, struct buffer *copy)
{
    buffer_clear(copy);
    ck_assert_int_eq(buffer_append_slice(copy, buffer_slice(&sent->batch.body)), 0);
}

static inline void reset_connection(int fd)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
    close(fd);
}

/* Opens and delivers a first batch; returns the connection. */
static inline int deliver_first(void)
{
    static const char *const entries[] = {"{\"id\":\"first\"}"};
    _cleanup_(buffer_deinit) struct buffer body = BUFFER_INIT(KIB(4));
    struct sent sent;
    if (rig.output == NULL)
        rig_open();
    sent_make(&sent, entries, 1);
    body_copy(&sent, &body);
    sent_send(&sent);
    int peer = accept_next();
    received_is(peer, buffer_slice(&body));
    sent_wait(&sent);
    ck_assert_int_eq(sent.outcome, OUTPUT_DELIVERED);
    return peer;
}
