#include "sys/http_transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "sys/http_curl.h"

struct http_transfer {
    struct http_engine *engine;
    struct http_transfer *next, *previous;
    const struct http_transfer_events *events; /* NULL: freed, told nothing more */
    void *user;
    struct http_easy *easy;
    struct http_multi *multi; /* that it was added to */
    struct slice body;
    size_t body_sent;
    bool refused; /* by an event */
    bool ended;   /* told so */
    bool broken;  /* its multi was, and it must be told */
};

struct http_engine {
    struct loop *loop;
    struct http_multi *multi; /* NULL: made with the next transfer */
    struct http_watcher watcher;
    struct loop_task started;
    struct http_transfer *transfers;
    bool inside_libcurl; /* its handles must not be removed now */
    bool busy;           /* an event may be running: the engine must not go now */
    bool closing;
};

DEFINE_CLEANUP(struct http_engine, http_engine_free)
DEFINE_CLEANUP(struct http_transfer, http_transfer_free)

struct loop *http_engine_loop(struct http_engine *engine)
{
    return engine->loop;
}

/* ---- Transfers ---- */

/* libcurl goes on with what was freed until it is told to stop. */
static bool is_freed(const struct http_transfer *transfer)
{
    return transfer->events == NULL;
}

static int on_header(void *user, struct slice line)
{
    struct http_transfer *transfer = user;
    if (!is_freed(transfer) && transfer->events->header(transfer->user, line) < 0)
        transfer->refused = true;
    return is_freed(transfer) || transfer->refused ? -1 : 0;
}

static int on_body(void *user, int status, struct slice data)
{
    struct http_transfer *transfer = user;
    if (!is_freed(transfer) && data.size > 0 &&
        transfer->events->body(transfer->user, status, data) < 0)
        transfer->refused = true;
    return is_freed(transfer) || transfer->refused ? -1 : 0;
}

static ssize_t on_read(void *user, void *data, size_t size)
{
    struct http_transfer *transfer = user;
    if (is_freed(transfer))
        return -1; /* and the body with it */
    size_t left = transfer->body.size - transfer->body_sent;
    if (size > left)
        size = left;
    if (size > 0)
        memcpy(data, transfer->body.data + transfer->body_sent, size);
    transfer->body_sent += size;
    return (ssize_t)size;
}

/* Asked for when a kept connection turns out to be closed. The receiver may have the first sending:
 * that is for the caller to judge and to count, so the transfer fails instead. */
static int on_rewind(void *user)
{
    const struct http_transfer *transfer = user;
    return transfer->body_sent > 0 ? -1 : 0;
}

static void transfer_leave(struct http_transfer *transfer)
{
    struct http_engine *engine = transfer->engine;
    if (transfer->multi == NULL)
        return;
    http_multi_remove(TAKE(transfer->multi), transfer->easy);
    if (engine->multi != NULL && http_multi_broken(engine->multi) != NULL && !engine->closing)
        loop_task_post(&engine->started); /* a turn ends the others */
}

static void transfer_destroy(struct http_transfer *transfer)
{
    struct http_engine *engine = transfer->engine;
    if (transfer->previous != NULL)
        transfer->previous->next = transfer->next;
    else
        engine->transfers = transfer->next;
    if (transfer->next != NULL)
        transfer->next->previous = transfer->previous;
    transfer_leave(transfer);
    http_easy_free(transfer->easy);
    free(transfer);
}

static void transfer_end(struct http_transfer *transfer, const struct http_transfer_end *end)
{
    transfer->ended = true;
    if (transfer->events != NULL)
        transfer->events->end(transfer->user, end);
}

static void transfer_add(struct http_transfer *transfer)
{
    struct http_engine *engine = transfer->engine;
    struct http_transfer_end end = {.failure = HTTP_OTHER, .message = "no memory for HTTP"};
    int code = 0;
    if (engine->multi == NULL)
        code = http_multi_new(&engine->multi, &engine->watcher);
    if (code == 0)
        code = http_multi_add(engine->multi, transfer->easy, &end);
    if (code < 0)
        transfer_end(transfer, &end);
    else
        transfer->multi = engine->multi;
}

int http_transfer_start(struct http_engine *engine, const struct http_request *request,
    bool connect_only, const struct http_transfer_events *events, void *user,
    struct http_transfer **ret_transfer, struct error *error)
{
    static const struct http_easy_events easy_events = {
        .header = on_header, .body = on_body, .read = on_read, .rewind = on_rewind};
    struct http_transfer *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an HTTP transfer");
    *made =
        (struct http_transfer){.engine = engine, .next = engine->transfers, .body = request->body};
    if (made->next != NULL)
        made->next->previous = made;
    engine->transfers = made;

    _cleanup_(http_transfer_freep) struct http_transfer *transfer = made;
    int code = http_easy_new(&transfer->easy, request, connect_only, &easy_events, transfer, error);
    if (code < 0)
        return code;
    transfer->events = events;
    transfer->user = user;
    loop_task_post(&engine->started);
    *ret_transfer = TAKE(transfer);
    return 0;
}

void http_transfer_free(struct http_transfer *transfer)
{
    if (transfer == NULL)
        return;
    transfer->events = NULL;
    if (!transfer->engine->inside_libcurl)
        transfer_destroy(transfer);
}

int http_transfer_socket(struct http_transfer *transfer)
{
    return http_easy_socket(transfer->easy);
}

int http_transfer_send(struct http_transfer *transfer, struct slice bytes, size_t *ret_sent,
    struct http_transfer_end *ret_end)
{
    return http_easy_send(transfer->easy, bytes, ret_sent, ret_end);
}

int http_transfer_receive(struct http_transfer *transfer, void *data, size_t size,
    size_t *ret_received, struct http_transfer_end *ret_end)
{
    return http_easy_receive(transfer->easy, data, size, ret_received, ret_end);
}

/* ---- The engine ---- */

/* Hands libcurl what was started, and frees what was freed while libcurl still used it. */
static void engine_settle(struct http_engine *engine)
{
    for (struct http_transfer *transfer = engine->transfers; transfer != NULL;) {
        bool is_under_way = transfer->multi != NULL || transfer->ended || transfer->broken;
        if (!is_freed(transfer) && is_under_way) {
            transfer = transfer->next;
            continue;
        }
        if (is_freed(transfer))
            transfer_destroy(transfer);
        else
            transfer_add(transfer);
        transfer = engine->transfers; /* an event may have freed the next one */
    }
}

static void engine_drain(struct http_engine *engine)
{
    struct http_transfer_end end;
    struct http_transfer *transfer;
    while (engine->multi != NULL && (transfer = http_multi_ended(engine->multi, &end)) != NULL) {
        if (end.failure == HTTP_REFUSED && !transfer->refused)
            end.failure = HTTP_OTHER;
        transfer_end(transfer, &end);
    }
}

/* Ends everything that the broken multi had under way; the next transfer gets a new one. What is
 * connected already needs no multi: it stays with the old one, which goes with it. */
static void engine_renew(struct http_engine *engine)
{
    struct http_transfer_end end = {.failure = HTTP_OTHER};
    (void)snprintf(end.message, sizeof(end.message), "%s", http_multi_broken(engine->multi));
    struct http_multi *multi = TAKE(engine->multi);
    for (struct http_transfer *each = engine->transfers; each != NULL; each = each->next)
        if (each->multi == multi && !each->ended) {
            transfer_leave(each);
            each->broken = true;
        }
    http_multi_retire(multi);
    (void)http_watcher_set_timer(&engine->watcher, -1); /* a turn too many does no harm */
    for (struct http_transfer *each = engine->transfers; each != NULL;) {
        bool tell = each->broken && !each->ended && !is_freed(each);
        if (tell)
            transfer_end(each, &end);
        each = tell ? engine->transfers : each->next; /* an event may have freed the next one */
    }
    engine_settle(engine);
}

static void engine_destroy(struct http_engine *engine)
{
    loop_task_cancel(&engine->started);
    while (engine->transfers != NULL)
        transfer_destroy(engine->transfers);
    http_multi_retire(engine->multi);
    http_watcher_deinit(&engine->watcher);
    free(engine);
    http_curl_end();
}

/* Has libcurl do what is due, and tells what came of it. An event may free the engine. */
static void engine_turn(struct http_engine *engine, int socket, bool readable, bool writable)
{
    engine->busy = true;
    engine_settle(engine);
    if (engine->multi != NULL) {
        engine->inside_libcurl = true;
        http_multi_act(engine->multi, socket, readable, writable);
        engine->inside_libcurl = false;
    }
    engine_settle(engine);
    engine_drain(engine);
    if (engine->multi != NULL && http_multi_broken(engine->multi) != NULL)
        engine_renew(engine);
    engine->busy = false;
    if (engine->closing)
        engine_destroy(engine);
}

static void on_ready(void *user, int socket, bool readable, bool writable)
{
    engine_turn(user, socket, readable, writable);
}

static void on_started(void *user)
{
    engine_turn(user, -1, false, false);
}

int http_engine_new(struct http_engine **ret_engine, struct loop *loop, struct error *error)
{
    if (http_curl_begin() < 0)
        return error_set(error, ERROR_MEMORY, "libcurl cannot be initialised");
    _cleanup_(http_engine_freep) struct http_engine *engine = calloc(1, sizeof(*engine));
    if (engine == NULL) {
        http_curl_end();
        return error_set(error, ERROR_MEMORY, "no memory for an HTTP engine");
    }
    engine->loop = loop;
    loop_task_init(&engine->started, loop, on_started, engine);
    int code = http_watcher_init(&engine->watcher, loop, on_ready, engine, error);
    if (code < 0)
        return code;
    *ret_engine = TAKE(engine);
    return 0;
}

void http_engine_free(struct http_engine *engine)
{
    if (engine == NULL || engine->closing)
        return;
    for (struct http_transfer *next, *transfer = engine->transfers; transfer != NULL;
         transfer = next) {
        next = transfer->next;
        if (transfer->events != NULL)
            transfer->events->abandon(transfer->user);
    }
    engine->closing = true;
    if (!engine->busy)
        engine_destroy(engine);
}
