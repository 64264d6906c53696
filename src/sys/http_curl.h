/*
 * libcurl behind a few verbs, without any of its types. Private to http_transfer.c. Behind it
 * are http_easy.c and http_multi.c, which alone know libcurl (http_curl_parts.h).
 *
 * An *easy* is one transfer as libcurl sees it, a *multi* drives many of them and is itself driven
 * by our loop through a watcher (http_watch.h). Header and body come from inside http_multi_act()
 * only; during it no easy may be freed and none may leave the multi.
 *
 * A multi breaks when the loop refuses a socket or a timer, or memory fails where libcurl cannot
 * recover: it then no longer knows when to do what, not even when a transfer has taken too long.
 * Nothing in a broken one goes on; take its easies out and retire it.
 */
#pragma once

#include <sys/types.h>

#include "sys/http_transfer.h"
#include "sys/http_watch.h"

struct http_easy;
struct http_multi;

/* A negative answer ends the transfer with HTTP_REFUSED. */
struct http_easy_events {
    int (*header)(void *user, struct slice line);
    int (*body)(void *user, int status, struct slice data);
    /* The next bytes of the request's body: how many, 0 at the end. */
    ssize_t (*read)(void *user, void *data, size_t size);
    /* The body from its beginning again. */
    int (*rewind)(void *user);
};

/* Copies all of `request` but the body, which `events` hand over. */
int http_easy_new(struct http_easy **ret_easy, const struct http_request *request,
    bool connect_only, const struct http_easy_events *events, void *user, struct error *error);
/* Not while it is in a multi. NULL is allowed. */
void http_easy_free(struct http_easy *easy);
/* Takes the time that it has waited for its multi off its limits. */
void http_easy_shorten(struct http_easy *easy, int64_t waited_us);

/* As the functions of http_transfer.h. */
int http_easy_socket(struct http_easy *easy);
int http_easy_send(struct http_easy *easy, struct slice bytes, size_t *ret_sent,
    struct http_transfer_end *ret_end);
int http_easy_receive(struct http_easy *easy, void *data, size_t size, size_t *ret_received,
    struct http_transfer_end *ret_end);

/* Once for each engine, and once back. ERROR_MEMORY. */
int http_curl_begin(void);
void http_curl_end(void);

/* ERROR_MEMORY. The watcher must outlive it. */
int http_multi_new(struct http_multi **ret_multi, struct http_watcher *watcher);
/* Takes no more part in anything, and is freed with the last easy that leaves it. NULL is allowed.
 */
void http_multi_retire(struct http_multi *multi);

/* Whether one more may be added now: not while so many look a name up that another one could begin
 * a lookup too many (LIMIT_LOOKUPS). What was added since the last http_multi_act() counts as if it
 * did. */
bool http_multi_has_room(const struct http_multi *multi);
/* Negative: it was not taken in, and `ret_end` says why. */
int http_multi_add(
    struct http_multi *multi, struct http_easy *easy, struct http_transfer_end *ret_end);
void http_multi_remove(struct http_multi *multi, struct http_easy *easy);
/* Does what is due, with this socket (-1: by the timer). */
void http_multi_act(struct http_multi *multi, int socket, bool readable, bool writable);
/* The next that has ended: its `user`, and how. NULL: there is none. */
void *http_multi_ended(struct http_multi *multi, struct http_transfer_end *ret_end);
/* Why it is broken, or NULL. */
const char *http_multi_broken(const struct http_multi *multi);
