/*
 * The control socket: how slackauditctl asks and changes a running daemon.
 *
 * A Unix stream socket, for the owner and the group only (0660). A request is one line, a JSON
 * array of strings: the verb and its words. The answer is one line of JSON, {"ok": true, "result":
 * ...} or {"ok": false, "exit": N, "error": "..."}, then the end. Lines and peers are capped: what
 * is too long or too many is answered with an error. A peer that is not through after ten seconds
 * is dropped.
 */
#pragma once

#include "base/buffer.h"
#include "sys/loop.h"

struct control;

/* Appends the answer to a request (without the line break). Called in the loop, once a request. */
typedef void (*control_answer)(
    void *user, const char *const *words, size_t count, struct buffer *answer);

/* ERROR_UNAVAILABLE when another process listens there, or something else stands there; a socket
 * that nobody listens on any more is replaced. */
int control_new(struct control **ret_control, struct loop *loop, const char *path,
    control_answer answer, void *user, struct error *error);
/* Removes the socket. NULL is allowed. */
void control_free(struct control *control);

/* The other side: connects, asks, and waits for the answer (blocking, about `timeout_us` at most).
 * ERROR_UNAVAILABLE: nobody listens; ERROR_DENIED: we may not ask; ERROR_IO: no answer. */
int control_ask(const char *path, const char *const *words, size_t count, int64_t timeout_us,
    struct buffer *answer, struct error *error);

/* The same in steps, for who has something else to wait for meanwhile. The first connects and asks
 * (it blocks `timeout_us` at most, and only where the daemon lets nobody in); `*ret_fd` is the
 * caller's to close, and to be waited for until there is something to read. The second takes what
 * came: 1 when the answer is whole, 0 when there is more to wait for, or an error. */
int control_begin(const char *path, const char *const *words, size_t count, int64_t timeout_us,
    int *ret_fd, struct error *error);
int control_take(int fd, struct buffer *answer, struct error *error);
