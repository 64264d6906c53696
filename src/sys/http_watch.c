#include "sys/http_watch.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include "base/cleanup.h"

struct http_watch {
    struct http_watcher *watcher;
    struct loop_watch *watch;
    int socket;
};

static void on_timer(void *user, uint32_t events)
{
    (void)events;
    struct http_watcher *watcher = user;
    uint64_t expirations;
    if (read(watcher->timer_fd, &expirations, sizeof(expirations)) != sizeof(expirations))
        return; /* it was set anew since it fired */
    watcher->function(watcher->user, -1, false, false);
}

/* OpenSSL below libcurl writes in a way that raises it (before 7.87), and an untouched disposition
 * ends the process. */
static void ignore_broken_pipes(void)
{
    struct sigaction present;
    if (sigaction(SIGPIPE, NULL, &present) == 0 && present.sa_handler == SIG_DFL)
        (void)signal(SIGPIPE, SIG_IGN); /* a signal that there is */
}

int http_watcher_init(struct http_watcher *watcher, struct loop *loop, http_watch_function function,
    void *user, struct error *error)
{
    ignore_broken_pipes();
    *watcher = (struct http_watcher){.loop = loop, .function = function, .user = user};
    watcher->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (watcher->timer_fd < 0)
        return error_set_errno(error, errno, "cannot make a timer");
    return loop_watch(
        loop, &watcher->timer_watch, watcher->timer_fd, EPOLLIN, on_timer, watcher, error);
}

void http_watcher_deinit(struct http_watcher *watcher)
{
    if (watcher->loop == NULL)
        return;
    loop_unwatch(TAKE(watcher->timer_watch));
    cleanup_close(&watcher->timer_fd);
    watcher->loop = NULL;
}

int http_watcher_set_timer(struct http_watcher *watcher, long timeout_ms)
{
    struct itimerspec timer = {0};
    if (timeout_ms >= 0) {
        timer.it_value.tv_sec = timeout_ms / 1000;
        /* All zeros would stop it. */
        timer.it_value.tv_nsec = timeout_ms % 1000 * 1000000 + (timeout_ms == 0 ? 1 : 0);
    }
    return timerfd_settime(watcher->timer_fd, 0, &timer, NULL) < 0 ? ERROR_IO : 0;
}

static void on_socket(void *user, uint32_t events)
{
    struct http_watch *watch = user;
    /* A failed socket counts as ready: reading and writing find out what the error is. */
    bool readable = (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0;
    bool writable = (events & (EPOLLOUT | EPOLLERR)) != 0;
    watch->watcher->function(watch->watcher->user, watch->socket, readable, writable);
}

int http_watch_socket(struct http_watcher *watcher, struct http_watch **watch, int socket,
    bool readable, bool writable)
{
    uint32_t events = (readable ? EPOLLIN : 0) | (writable ? EPOLLOUT : 0);
    if (*watch != NULL)
        return loop_watch_change((*watch)->watch, events);

    _cleanup_free_ struct http_watch *added = calloc(1, sizeof(*added));
    if (added == NULL)
        return ERROR_MEMORY;
    added->watcher = watcher;
    added->socket = socket;
    int code = loop_watch(watcher->loop, &added->watch, socket, events, on_socket, added, NULL);
    if (code < 0)
        return code;
    *watch = TAKE(added);
    return 0;
}

void http_watch_forget(struct http_watch *watch)
{
    if (watch == NULL)
        return;
    loop_unwatch(watch->watch);
    free(watch);
}
