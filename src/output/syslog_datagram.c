/*
 * Datagram syslog: UDP (RFC 5426) and a Unix datagram socket such as /dev/log. One message, one
 * datagram.
 *
 * Delivered means that the kernel has sent it (UDP) or that the receiver's queue has it (Unix). The
 * socket is connected, so that a closed port shows as a refused connection with the next message;
 * nothing else tells of a loss over UDP, and the manual says so.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "base/units.h"
#include "output/syslog_link.h"
#include "sys/resolve.h"

#define SLICE_US (10 * USEC_PER_MSEC)

enum { SEND_BUFFER = 1 << 20 }; /* room for the longest message; the kernel caps it */

struct syslog_link {
    struct output_context context;
    int fd; /* -1: not connected */
    struct resolve *resolve;
    struct loop_watch *watch; /* while the socket takes nothing */
    struct loop_task task;    /* goes on sending in the next turn */
    struct loop_timer deadline;
    struct output_batch *batch;
    size_t next; /* message */
};

static void disconnect(struct syslog_link *link)
{
    resolve_cancel(link->resolve);
    link->resolve = NULL;
    loop_unwatch(link->watch);
    link->watch = NULL;
    loop_task_cancel(&link->task);
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
    struct output_answer answer = syslog_failure(transport, os_errno, text);
    finish(link, &answer);
}

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

/* The socket did not take a message. */
static void handle_refusal(struct syslog_link *link, int os_errno)
{
    struct error error = ERROR_INIT;
    if (os_errno == EAGAIN || os_errno == ENOBUFS) {
        if (loop_watch(link->context.loop, &link->watch, link->fd, EPOLLOUT, is_writable, link,
                &error) < 0)
            fail(link, SLACKAUDIT_TRANSPORT_OTHER, 0, error.text);
    } else if (os_errno == EMSGSIZE && link->next == 0) {
        const struct output_answer answer = {.outcome = OUTPUT_TOO_LARGE,
            .message = "the message is too long for a datagram; lower max_size",
            .retry_after_us = -1,
            .refused = -1};
        finish(link, &answer);
    } else {
        fail(link,
            os_errno == ECONNREFUSED ? SLACKAUDIT_TRANSPORT_CONNECT : SLACKAUDIT_TRANSPORT_RESET,
            os_errno, "cannot send a message");
    }
}

static void push(void *user)
{
    struct syslog_link *link = user;
    struct clock *clock = loop_clock(link->context.loop);
    int64_t until = clock_monotonic_us(clock) + SLICE_US;
    for (; link->next < link->batch->count; link->next++) {
        if (clock_monotonic_us(clock) >= until) {
            loop_task_post(&link->task);
            return;
        }
        struct slice message = message_at(link->batch, link->next);
        /* A call that does not wait is not interrupted, so EINTR needs no care. */
        if (send(link->fd, message.data, message.size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
            handle_refusal(link, errno);
            return;
        }
    }
    const struct output_answer answer = {
        .outcome = OUTPUT_DELIVERED, .message = "", .retry_after_us = -1, .refused = -1};
    finish(link, &answer);
}

static int connect_to(struct syslog_link *link, const struct sockaddr *address, socklen_t size)
{
    _cleanup_close_ int fd =
        socket(address->sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    int room = SEND_BUFFER;
    (void)setsockopt(
        fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)); /* the default serves ordinary messages */
    if (connect(fd, address, size) < 0)
        return -errno;
    link->fd = take_fd(&fd);
    return 0;
}

static void resolved(
    void *user, int code, const char *message, const struct sockaddr *address, socklen_t size)
{
    struct syslog_link *link = user;
    link->resolve = NULL;
    if (code < 0) {
        fail(link, SLACKAUDIT_TRANSPORT_DNS, 0, message);
        return;
    }
    int r = connect_to(link, address, size);
    if (r < 0)
        fail(link, SLACKAUDIT_TRANSPORT_CONNECT, -r, "cannot reach the receiver");
    else
        push(link);
}

/* Looks the name up, or connects to the path. Returns 0 when the link is connected or will be. */
static int start(struct syslog_link *link, struct error *error)
{
    const struct config_output *config = link->context.config;
    if (config->syslog.transport == CONFIG_TRANSPORT_UDP) {
        char port[8];
        (void)snprintf(
            port, sizeof(port), "%u", (unsigned)config->syslog.port); /* five digits fit */
        return resolve_start(link->context.loop, config->syslog.host, port, SOCK_DGRAM, resolved,
            link, &link->resolve, error);
    }
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(config->syslog.host) >= sizeof(address.sun_path))
        return error_set(error, ERROR_INVALID, "%s: the path of a socket has at most %zu bytes",
            config->syslog.host, sizeof(address.sun_path) - 1);
    strcpy(address.sun_path, config->syslog.host);
    int r = connect_to(link, (const struct sockaddr *)&address, sizeof(address));
    return r < 0 ? error_set_errno(error, -r, "cannot reach %s", config->syslog.host) : 0;
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
    int r = loop_timer_after(&link->deadline, link->context.config->timeout_us);
    if (r < 0)
        (void)error_set(&error, r, "no memory for a timer"); /* r is judged below */
    if (r >= 0 && link->fd < 0)
        r = start(link, &error);
    if (r < 0)
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
    link->fd = -1;
    loop_timer_init(&link->deadline, context->loop, too_late, link);
    loop_task_init(&link->task, context->loop, push, link);
    *ret_link = link;
    return 0;
}

const struct syslog_link_type syslog_datagram = {.open = datagram_open,
    .send = datagram_send,
    .cancel = datagram_cancel,
    .close = datagram_close};
