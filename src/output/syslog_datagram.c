/*
 * Datagram syslog: UDP (RFC 5426) and a Unix datagram socket such as /dev/log. One message, one
 * datagram.
 *
 * Delivered means that the kernel has sent it (UDP) or that the receiver's queue has it (Unix). A
 * UDP socket is connected, so that a closed port is told: at once on this host, after a round trip
 * elsewhere, which a batch waits for (SYSLOG_SETTLE_US). Nothing else tells of a loss over UDP, and
 * the manual says so. A name is looked up again from time to time, since nobody would say that the
 * receiver has moved.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "output/answer.h"
#include "output/syslog_link.h"
#include "sys/resolve.h"

#define SLICE_US (10 * USEC_PER_MSEC)
#define PAUSE_US (10 * USEC_PER_MSEC) /* when the network device has no room */
#define FRESH_US (300 * USEC_PER_SEC) /* an address that was looked up */

enum {
    SEND_BUFFER = 1 << 20, /* room for the longest message; the kernel caps it */
    UDP_LARGEST = 65507,   /* 65535 less the headers of IPv4 and UDP */
    UNIX_OVERHEAD = 32,    /* what the kernel takes from the room for a message */
};

struct syslog_link {
    struct output_context context;
    bool is_unix;
    int fd; /* -1: not connected */
    int64_t connected_us;
    struct resolve *resolve;
    struct loop_watch *watch; /* while the socket takes nothing */
    struct loop_task task;    /* goes on sending in the next turn */
    struct loop_timer pause;  /* or a little later */
    struct loop_timer settle;
    struct loop_timer deadline;
    struct output_batch *batch;
    size_t next;  /* message */
    bool renewed; /* the socket, for that message */
};

static void disconnect(struct syslog_link *link)
{
    resolve_cancel(link->resolve);
    link->resolve = NULL;
    loop_unwatch(link->watch);
    link->watch = NULL;
    loop_task_cancel(&link->task);
    loop_timer_stop(&link->pause);
    loop_timer_stop(&link->settle);
    if (link->fd >= 0)
        (void)close(link->fd); /* a datagram that was sent is sent */
    link->fd = -1;
}

static void finish(struct syslog_link *link, const struct output_answer *answer)
{
    struct output_batch *batch = link->batch;
    loop_timer_stop(&link->deadline);
    link->batch = NULL;
    if (answer->outcome != OUTPUT_DELIVERED)
        disconnect(link);
    batch->done(batch, answer);
}

static void fail(
    struct syslog_link *link, enum slackaudit_transport transport, int os_errno, const char *what)
{
    char text[ERROR_TEXT_SIZE];
    (void)snprintf(text, sizeof(text), "%s%s%s", what, os_errno != 0 ? ": " : "",
        os_errno != 0 ? strerror(os_errno) : ""); /* a cut text is still a text */
    const struct output_answer answer = answer_failed(transport, os_errno, text);
    finish(link, &answer);
}

/* ---- Connecting ---- */

static int make_socket(int family)
{
    int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int room = SEND_BUFFER;
    if (fd >= 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room,
            sizeof(room)); /* the default serves ordinary messages */
    return fd;
}

size_t syslog_datagram_longest(enum config_transport transport)
{
    if (transport != CONFIG_TRANSPORT_UNIX)
        return UDP_LARGEST;
    _cleanup_close_ int fd = make_socket(AF_UNIX);
    int room = 0;
    socklen_t size = sizeof(room);
    if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, &size) < 0 || room <= UNIX_OVERHEAD)
        return UDP_LARGEST; /* what is longer is then refused when it is sent */
    return (size_t)(room - UNIX_OVERHEAD);
}

/* Returns 0 or the errno of what failed; so below. */
static int connect_to(struct syslog_link *link, const struct sockaddr *address, socklen_t size)
{
    _cleanup_close_ int fd = make_socket(address->sa_family);
    if (fd < 0 || connect(fd, address, size) < 0)
        return errno;
    link->fd = take_fd(&fd);
    link->connected_us = clock_monotonic_us(loop_clock(link->context.loop));
    return 0;
}

static int connect_unix(struct syslog_link *link)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = link->context.config->syslog.host;
    size_t size = strlen(path);
    if (size >= sizeof(address.sun_path))
        return ENAMETOOLONG;
    memcpy(address.sun_path, path, size);
    return connect_to(link, (const struct sockaddr *)&address, sizeof(address));
}

/* ---- Sending ---- */

static struct slice message_at(const struct output_batch *batch, size_t index)
{
    size_t start = index == 0 ? 0 : batch->ends[index - 1];
    return (struct slice){.data = batch->body.data + start, .size = batch->ends[index] - start};
}

static void push(void *user);

static void is_writable(void *user, uint32_t events)
{
    struct syslog_link *link = user;
    (void)events; /* an error shows in the send */
    loop_unwatch(link->watch);
    link->watch = NULL;
    push(link);
}

/* Stops, to go on with the same message when there is room. */
static void wait_for_room(struct syslog_link *link, int os_errno)
{
    struct error error = ERROR_INIT;
    /* A full queue of the device is not told when it has room, and the socket looks writable. */
    int code = os_errno == ENOBUFS ? loop_timer_after(&link->pause, PAUSE_US)
                                   : loop_watch(link->context.loop, &link->watch, link->fd,
                                         EPOLLOUT, is_writable, link, &error);
    if (code < 0)
        fail(link, SLACKAUDIT_TRANSPORT_OTHER, 0, "no memory to wait for the receiver");
}

/* A receiver that was started again has another socket behind its path. What the old one had in its
 * queue counts as delivered, so the rest goes to the new one. */
static bool connect_again(struct syslog_link *link, int os_errno)
{
    bool gone = os_errno == ECONNREFUSED || os_errno == ECONNRESET || os_errno == ENOTCONN ||
                os_errno == EPIPE;
    if (!link->is_unix || !gone || link->renewed)
        return false;
    disconnect(link);
    link->renewed = true;
    return connect_unix(link) == 0;
}

/* The socket did not take a message. */
static void handle_refusal(struct syslog_link *link, int os_errno)
{
    if (os_errno == EAGAIN || os_errno == ENOBUFS) {
        wait_for_room(link, os_errno);
    } else if (os_errno == EMSGSIZE) {
        struct output_answer answer = answer_failed(SLACKAUDIT_TRANSPORT_OTHER, os_errno,
            "the message is too long for a datagram: set max_size lower");
        answer.outcome = OUTPUT_REFUSED;
        answer.refused = (long)link->next;
        finish(link, &answer);
    } else {
        fail(link,
            os_errno == ECONNREFUSED ? SLACKAUDIT_TRANSPORT_CONNECT : SLACKAUDIT_TRANSPORT_RESET,
            os_errno, "cannot send a message");
    }
}

/* All messages are sent; what came back by now? */
static void settled(void *user)
{
    struct syslog_link *link = user;
    int os_errno = 0;
    socklen_t size = sizeof(os_errno);
    (void)getsockopt(
        link->fd, SOL_SOCKET, SO_ERROR, &os_errno, &size); /* without an answer, nothing did */
    if (os_errno != 0) {
        fail(link,
            os_errno == ECONNREFUSED ? SLACKAUDIT_TRANSPORT_CONNECT : SLACKAUDIT_TRANSPORT_RESET,
            os_errno, "the receiver did not take the messages");
        return;
    }
    const struct output_answer answer = answer_delivered();
    finish(link, &answer);
}

static void settle(struct syslog_link *link)
{
    if (link->is_unix || loop_timer_after(&link->settle, SYSLOG_SETTLE_US) < 0)
        settled(link);
}

static void push(void *user)
{
    struct syslog_link *link = user;
    struct clock *clock = loop_clock(link->context.loop);
    int64_t until = clock_monotonic_us(clock) + SLICE_US;
    while (link->next < link->batch->count) {
        if (clock_monotonic_us(clock) >= until) {
            loop_task_post(&link->task);
            return;
        }
        struct slice message = message_at(link->batch, link->next);
        /* A call that does not wait is not interrupted, so EINTR needs no care. */
        if (send(link->fd, message.data, message.size, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) {
            link->next++;
            link->renewed = false;
            continue;
        }
        int os_errno = errno;
        if (!connect_again(link, os_errno)) {
            handle_refusal(link, os_errno);
            return;
        }
    }
    settle(link);
}

/* ---- The link ---- */

static void resolved(
    void *user, int code, const char *message, const struct sockaddr *address, socklen_t size)
{
    struct syslog_link *link = user;
    link->resolve = NULL;
    if (code < 0) {
        char text[ERROR_TEXT_SIZE];
        (void)snprintf(text, sizeof(text), "dns: cannot find %s: %s",
            link->context.config->syslog.host, message); /* a cut text is still a text */
        fail(link, SLACKAUDIT_TRANSPORT_DNS, 0, text);
        return;
    }
    int os_errno = connect_to(link, address, size);
    if (os_errno != 0)
        fail(link, SLACKAUDIT_TRANSPORT_CONNECT, os_errno, "cannot reach the receiver");
    else
        push(link);
}

/* Looks the name up, or connects to the path. Returns 0 when the link is connected or will be. */
static int start(struct syslog_link *link, struct error *error)
{
    const struct config_output *config = link->context.config;
    if (link->is_unix) {
        int os_errno = connect_unix(link);
        return os_errno != 0
                   ? error_set_errno(error, os_errno, "cannot reach %s", config->syslog.host)
                   : 0;
    }
    char port[8];
    (void)snprintf(port, sizeof(port), "%u", (unsigned)config->syslog.port); /* five digits fit */
    return resolve_start(link->context.loop, config->syslog.host, port, SOCK_DGRAM, resolved, link,
        &link->resolve, error);
}

static void too_late(void *user)
{
    fail(user, SLACKAUDIT_TRANSPORT_TIMEOUT, 0,
        "timeout: the receiver did not take the batch in time");
}

static void datagram_send(struct syslog_link *link, struct output_batch *batch)
{
    struct error error = ERROR_INIT;
    link->batch = batch;
    link->next = 0;
    link->renewed = false;
    int64_t now = clock_monotonic_us(loop_clock(link->context.loop));
    if (!link->is_unix && link->fd >= 0 && now - link->connected_us >= FRESH_US)
        disconnect(link);
    int code = loop_timer_after(&link->deadline, link->context.config->timeout_us);
    if (code < 0)
        (void)error_set(&error, code, "no memory for a timer"); /* judged below */
    if (code >= 0 && link->fd < 0)
        code = start(link, &error);
    if (code < 0)
        fail(link, SLACKAUDIT_TRANSPORT_CONNECT, 0, error.text);
    else if (link->fd >= 0)
        push(link);
}

static void datagram_cancel(struct syslog_link *link)
{
    loop_timer_stop(&link->deadline);
    disconnect(link);
    link->batch = NULL;
}

static void datagram_close(struct syslog_link *link)
{
    if (link == NULL)
        return;
    loop_timer_stop(&link->deadline);
    disconnect(link);
    free(link);
}

static int datagram_open(
    struct syslog_link **ret_link, const struct output_context *context, struct error *error)
{
    struct syslog_link *link = calloc(1, sizeof(*link));
    if (link == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a syslog socket");
    link->context = *context;
    link->is_unix = context->config->syslog.transport == CONFIG_TRANSPORT_UNIX;
    link->fd = -1;
    loop_task_init(&link->task, context->loop, push, link);
    loop_timer_init(&link->pause, context->loop, push, link);
    loop_timer_init(&link->settle, context->loop, settled, link);
    loop_timer_init(&link->deadline, context->loop, too_late, link);
    *ret_link = link;
    return 0;
}

const struct syslog_link_type syslog_datagram = {.open = datagram_open,
    .send = datagram_send,
    .cancel = datagram_cancel,
    .close = datagram_close};
