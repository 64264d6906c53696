/* Asking a running daemon: the blocking side of the control socket. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/units.h"
#include "daemon/control.h"

DEFINE_CLEANUP(struct clock, clock_free)

static int write_request(int fd, const char *const *words, size_t count, struct error *error)
{
    _cleanup_(buffer_deinit) struct buffer request = BUFFER_INIT(LIMIT_CONTROL_LINE);
    int r = 0;
    for (size_t i = 0; r >= 0 && i < count; i++) {
        r = buffer_append_byte(&request, i == 0 ? '[' : ',');
        if (r >= 0)
            r = buffer_append_json_string(&request, slice_of(words[i]));
    }
    if (r >= 0)
        r = buffer_append_text(&request, "]\n");
    if (r < 0)
        return error_set(error, r, "the request is too long");
    /* A daemon that turns us away has closed already: what it said is there to be read. */
    if (send(fd, request.data, request.size, MSG_NOSIGNAL) < 0 && errno != EPIPE)
        return error_set_errno(error, errno, "cannot ask the daemon");
    return 0;
}

static int refuse_connection(int number, const char *path, struct error *error)
{
    if (number == EACCES)
        return error_set(error, ERROR_DENIED,
            "%s: %s: only root, the daemon's user and its group may ask it", path,
            strerror(number));
    if (number == EAGAIN)
        return error_set(error, ERROR_IO, "%s: the daemon does not answer", path);
    return error_set(error, ERROR_UNAVAILABLE,
        "no daemon listens on %s (%s): is it running, with this configuration?", path,
        strerror(number));
}

/* Until when an answer is waited for. */
struct patience {
    struct clock *clock;
    int64_t until_us;
};

static int wait_readable(int fd, const struct patience *patience, struct error *error)
{
    for (;;) {
        int64_t left = patience->until_us - clock_monotonic_us(patience->clock);
        struct pollfd waiting = {.fd = fd, .events = POLLIN};
        int ready = left <= 0 ? 0 : poll(&waiting, 1, (int)(left / USEC_PER_MSEC) + 1);
        if (ready > 0)
            return 0;
        if (ready == 0)
            return error_set(error, ERROR_IO, "the daemon does not answer");
        if (errno != EINTR)
            return error_set_errno(error, errno, "cannot wait for the daemon's answer");
    }
}

int control_take(int fd, struct buffer *answer, struct error *error)
{
    char bytes[4096];
    ssize_t n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n < 0 && errno == ECONNRESET && answer->size > 0)
        return 1; /* it did not read all of the request, and has said why */
    if (n < 0)
        return error_set_errno(error, errno, "cannot read the daemon's answer");
    if (buffer_append(answer, bytes, (size_t)n) < 0)
        return error_set(error, ERROR_LIMIT, "the daemon's answer is too long");
    return n == 0 ? 1 : 0;
}

static int read_answer(
    int fd, const struct patience *patience, struct buffer *answer, struct error *error)
{
    for (;;) {
        int r = wait_readable(fd, patience, error);
        if (r >= 0)
            r = control_take(fd, answer, error);
        if (r != 0)
            return r < 0 ? r : 0;
    }
}

static int control_address(const char *path, struct sockaddr_un *ret_address, struct error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path))
        return error_set(error, ERROR_INVALID, "%s: the path of a socket has at most %zu bytes",
            path, sizeof(address.sun_path) - 1);
    memcpy(address.sun_path, path, strlen(path) + 1);
    *ret_address = address;
    return 0;
}

int control_begin(const char *path, const char *const *words, size_t count, int64_t timeout_us,
    int *ret_fd, struct error *error)
{
    struct sockaddr_un address;
    int r = control_address(path, &address, error);
    if (r < 0)
        return r;
    _cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return error_set_errno(error, errno, "cannot make a socket");
    /* For connect() and send(): a daemon that hangs lets nobody in. */
    const struct timeval limit = {
        .tv_sec = timeout_us / USEC_PER_SEC, .tv_usec = timeout_us % USEC_PER_SEC};
    if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0)
        return error_set_errno(error, errno, "cannot limit the wait for the daemon");
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
        return refuse_connection(errno, path, error);
    r = write_request(fd, words, count, error);
    if (r >= 0)
        *ret_fd = take_fd(&fd);
    return r;
}

int control_ask(const char *path, const char *const *words, size_t count, int64_t timeout_us,
    struct buffer *answer, struct error *error)
{
    _cleanup_(clock_freep) struct clock *clock = clock_new_real();
    _cleanup_close_ int fd = -1;
    if (clock == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a clock");
    const struct patience patience = {
        .clock = clock, .until_us = clock_monotonic_us(clock) + timeout_us};
    int r = control_begin(path, words, count, timeout_us, &fd, error);
    return r < 0 ? r : read_answer(fd, &patience, answer, error);
}
