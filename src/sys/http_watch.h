/*
 * What libcurl wants watched, on our loop: its sockets and its one timer. Private to
 * http_transfer.c and http_multi.c.
 *
 * libcurl counts real time, also when the loop's clock is simulated: hence a timer of the kernel
 * and not one of the loop.
 */
#pragma once

#include <stdbool.h>

#include "sys/loop.h"

/* A socket that can be read or written, or has failed (then both); -1 is the timer. */
typedef void (*http_watch_function)(void *user, int socket, bool readable, bool writable);

/* Embedded object. */
struct http_watcher {
    struct loop *loop;
    http_watch_function function;
    void *user;
    int timer_fd;
    struct loop_watch *timer_watch;
};

struct http_watch;

int http_watcher_init(struct http_watcher *watcher, struct loop *loop, http_watch_function function,
    void *user, struct error *error);
/* Sockets must be forgotten before. */
void http_watcher_deinit(struct http_watcher *watcher);

/* Milliseconds from now, 0 as soon as the loop turns; negative: never. */
int http_watcher_set_timer(struct http_watcher *watcher, long timeout_ms);

/* Watches a socket, or, with a `*watch` from before, changes what it is watched for. */
int http_watch_socket(struct http_watcher *watcher, struct http_watch **watch, int socket,
    bool readable, bool writable);
/* NULL is allowed; the socket may be closed already. */
void http_watch_forget(struct http_watch *watch);
