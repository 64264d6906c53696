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
