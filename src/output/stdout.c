/*
 * The stdout output: messages as lines on standard output.
 *
 * Standard output is often shared with others (a terminal, a pipe), so it must not be made
 * non-blocking; yet the loop must not block in a write. So each write is preceded by a poll without
 * waiting and is no longer than what a ready descriptor surely takes: PIPE_BUF for a pipe (POSIX);
 * sockets can be told not to block in the call. When nothing is taken, the loop says when to go on.
 *
 * Delivered means that the kernel has all of it.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/units.h"
#include "output/encoder.h"
#include "output/output.h"

enum { SLICE_MS = 10 };

struct output {
    struct output_context context;
    struct encoder encoder;
    bool is_socket;
    size_t largest_write;
    struct loop_task task;
    struct loop_watch *watch; /* while nothing is taken */
    struct output_batch *batch;
    size_t written;
    bool in_line; /* a failed batch ended inside a line */
};

static void finish(struct output *output, int os_errno)
{
    struct output_batch *batch = output->batch;
    char message[128] = "";
    struct output_answer answer = {
        .outcome = OUTPUT_DELIVERED, .message = message, .retry_after_us = -1, .refused = -1};
    if (os_errno != 0) {
        answer.outcome = OUTPUT_FAILED;
        answer.transport = SLACKAUDIT_TRANSPORT_OTHER;
        answer.os_errno = os_errno;
        (void)snprintf(message, sizeof(message), "cannot write to standard output: %s",
            os_errno == EPIPE ? "whoever read it has closed it" : strerror(os_errno)); /* fits */
        output->in_line =
            output->written > 0 ? batch->body.data[output->written - 1] != '\n' : output->in_line;
    }
    loop_unwatch(output->watch);
    output->watch = NULL;
    loop_task_cancel(&output->task);
    output->batch = NULL;
    batch->done(batch, &answer);
}

/* Writes what is taken at once: a count, 0 when nothing is, or a negative errno. */
static ssize_t write_some(const struct output *output, struct slice bytes)
{
    if (bytes.size > output->largest_write)
        bytes.size = output->largest_write;
    struct pollfd ready = {.fd = STDOUT_FILENO, .events = POLLOUT};
    int polled = poll(&ready, 1, 0);
    if (polled < 0)
        return errno == EINTR ? 0 : -errno;
    if (polled == 0)
        return 0;
    ssize_t written = output->is_socket
                          ? send(STDOUT_FILENO, bytes.data, bytes.size, MSG_DONTWAIT | MSG_NOSIGNAL)
                          : write(STDOUT_FILENO, bytes.data, bytes.size);
    if (written >= 0)
        return written;
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? 0 : -errno;
}

/* Ends a line that an earlier try left unfinished; what the reader has of it is worth nothing. */
static ssize_t end_line(struct output *output)
{
    ssize_t written = output->in_line ? write_some(output, SLICE_LITERAL("\n")) : 1;
    if (written > 0)
        output->in_line = false;
    return written;
}

static void is_writable(void *user, uint32_t events)
{
    (void)events; /* an error shows in the write */
    struct output *output = user;
    loop_unwatch(output->watch);
    output->watch = NULL;
    loop_task_post(&output->task);
}

static void wait_for_reader(struct output *output)
{
    struct error error = ERROR_INIT;
    int code = loop_watch(
        output->context.loop, &output->watch, STDOUT_FILENO, EPOLLOUT, is_writable, output, &error);
    if (code < 0)
        finish(output, EIO);
}

static void write_slice(void *user)
{
    struct output *output = user;
    struct slice body = buffer_slice(&output->batch->body);
    struct clock *clock = loop_clock(output->context.loop);
    int64_t deadline = clock_monotonic_us(clock) + SLICE_MS * USEC_PER_MSEC;
    ssize_t written = end_line(output);
    while (written > 0 && output->written < body.size && clock_monotonic_us(clock) < deadline) {
        written = write_some(output, (struct slice){.data = body.data + output->written,
                                         .size = body.size - output->written});
        if (written > 0)
            output->written += (size_t)written;
    }
    if (written < 0)
        finish(output, (int)-written);
    else if (output->written == body.size)
        finish(output, 0);
    else if (written == 0)
        wait_for_reader(output);
    else
        loop_task_post(&output->task);
}

static void stdout_send(struct output *output, struct output_batch *batch)
{
    output->batch = batch;
    output->written = 0;
    write_slice(output);
}

static void stdout_cancel(struct output *output, struct output_batch *batch)
{
    if (output->written > 0)
        output->in_line = batch->body.data[output->written - 1] != '\n';
    loop_unwatch(output->watch);
    output->watch = NULL;
    loop_task_cancel(&output->task);
    output->batch = NULL;
}

static int stdout_entry(struct output *output, const struct format_entry *entry, size_t index,
    struct buffer *body, struct error *error)
{
    (void)index;
    (void)error; /* the delivery's words are as good */
    return encoder_line(&output->encoder, entry, body);
}

static void stdout_close(struct output *output)
{
    if (output == NULL)
        return;
    loop_unwatch(output->watch);
    loop_task_cancel(&output->task);
    free(output);
}

DEFINE_CLEANUP(struct output, stdout_close)

static int stdout_open(
    struct output **ret_output, const struct output_context *context, struct error *error)
{
    _cleanup_(stdout_closep) struct output *output = calloc(1, sizeof(*output));
    if (output == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an output");
    output->context = *context;
    loop_task_init(&output->task, context->loop, write_slice, output);
    struct stat status;
    if (fstat(STDOUT_FILENO, &status) < 0)
        return error_set_errno(error, errno, "standard output is not open");
    output->is_socket = S_ISSOCK(status.st_mode);
    /* A file takes anything; a terminal is treated as a pipe, the nearest thing to a promise. */
    bool is_file = S_ISREG(status.st_mode);
    output->largest_write = is_file || output->is_socket ? KIB(64) : PIPE_BUF;
    int code = encoder_init(&output->encoder, context->config, error);
    if (code < 0)
        return code;
    *ret_output = TAKE(output);
    return 0;
}

const struct output_type output_stdout = {
    .name = "stdout",
    .one_at_a_time = true,
    .open = stdout_open,
    .entry = stdout_entry,
    .send = stdout_send,
    .cancel = stdout_cancel,
    .close = stdout_close,
};
