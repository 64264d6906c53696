#include "sys/http_transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/cleanup.h"
#include "base/units.h"
#include "sys/http_curl.h"
#include "sys/http_message.h"

TAILQ_HEAD(transfer_queue, http_transfer);

struct http_transfer {
    struct http_engine *engine;
    TAILQ_ENTRY(http_transfer) place;
    struct transfer_queue *queue; /* of its engine, that it stands in */
    int64_t started_us;
    struct loop_timer patience;                /* while it is fresh */
    const struct http_transfer_events *events; /* NULL: freed, told nothing more */
    void *user;
    struct http_easy *easy;
    struct http_multi *multi; /* that it was added to */
    struct slice body;
    size_t body_sent;
    bool refused; /* by an event */
    bool ended;   /* told so */
};

struct http_engine {
    struct loop *loop;
    struct http_multi *multi; /* NULL: made with the next transfer */
    struct http_watcher watcher;
    struct loop_task started;
    /* Each transfer is in one of these, so that a turn looks at those alone that want something:
     * thousands may be under way. */
    struct transfer_queue fresh;     /* to be handed to libcurl */
    struct transfer_queue under_way; /* there, or ended */
    struct transfer_queue broken;    /* their multi was, and they must be told */
    struct transfer_queue freed;     /* while libcurl still used them */
    bool inside_libcurl;             /* its handles must not be removed now */
    bool busy;                       /* an event may be running: the engine must not go now */
    bool closing;
};

DEFINE_CLEANUP(struct http_engine, http_engine_free)
DEFINE_CLEANUP(struct http_transfer, http_transfer_free)

struct loop *http_engine_loop(struct http_engine *engine)
{
    return engine->loop;
}

/* ---- Transfers ---- */

static void transfer_move(struct http_transfer *transfer, struct transfer_queue *queue)
{
    if (transfer->queue != NULL)
        TAILQ_REMOVE(transfer->queue, transfer, place);
    transfer->queue = queue;
    TAILQ_INSERT_TAIL(queue, transfer, place);
}

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
    bool is_broken = engine->multi != NULL && http_multi_broken(engine->multi) != NULL;
    bool makes_room = !TAILQ_EMPTY(&engine->fresh);
    if ((is_broken || makes_room) && !engine->closing)
        loop_task_post(&engine->started); /* a turn ends the others, or begins them */
}

static void transfer_destroy(struct http_transfer *transfer)
{
    loop_timer_stop(&transfer->patience);
    TAILQ_REMOVE(transfer->queue, transfer, place);
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

/* It was held back for so long that it has no time left. */
static void on_patience_over(void *user)
{
    struct http_transfer *transfer = user;
    const struct http_transfer_end end = {
        .failure = HTTP_TIMEOUT, .message = "other calls took all the time for their name lookups"};
    transfer_move(transfer, &transfer->engine->under_way);
    transfer_end(transfer, &end);
}

/* How long it may wait for its turn: as long as for its connection, and not longer than at all. */
static int set_patience(struct http_transfer *transfer, const struct http_request *request,
    bool connect_only, struct error *error)
{
    struct http_settings settings;
    int code = http_settings_of(request, connect_only, &settings, error);
    if (code < 0)
        return code;
    long ms = settings.connect_ms < settings.whole_ms ? settings.connect_ms : settings.whole_ms;
    if (loop_timer_after(&transfer->patience, ms * USEC_PER_MSEC) < 0)
        return error_set(error, ERROR_MEMORY, "no memory for an HTTP transfer");
    return 0;
}

static void transfer_add(struct http_transfer *transfer)
{
    struct http_engine *engine = transfer->engine;
    struct http_transfer_end end = {.failure = HTTP_OTHER, .message = "no memory for HTTP"};
    int64_t now_us = clock_monotonic_us(loop_clock(engine->loop));
    loop_timer_stop(&transfer->patience);
    if (now_us >= transfer->patience.at_us) {
        on_patience_over(transfer);
        return;
    }
    transfer_move(transfer, &engine->under_way);
    http_easy_shorten(transfer->easy, now_us - transfer->started_us);
    if (engine->multi == NULL || http_multi_add(engine->multi, transfer->easy, &end) < 0)
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
    *made = (struct http_transfer){.engine = engine,
        .body = request->body,
        .started_us = clock_monotonic_us(loop_clock(engine->loop))};
    loop_timer_init(&made->patience, engine->loop, on_patience_over, made);
    transfer_move(made, &engine->fresh);

    _cleanup_(http_transfer_freep) struct http_transfer *transfer = made;
    int code = http_easy_new(&transfer->easy, request, connect_only, &easy_events, transfer, error);
    if (code == 0)
        code = set_patience(transfer, request, connect_only, error);
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
    loop_timer_stop(&transfer->patience);
    if (transfer->engine->inside_libcurl)
        transfer_move(transfer, &transfer->engine->freed);
    else
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

static bool has_room(struct http_engine *engine)
{
    if (engine->multi == NULL)
        (void)http_multi_new(&engine->multi, &engine->watcher); /* without, each ends at once */
    return engine->multi == NULL || http_multi_has_room(engine->multi);
}

/* Hands libcurl what was started, in that order and as much as may be, and frees what was freed
 * while libcurl still used it. An event may free any transfer and start others. */
static void engine_settle(struct http_engine *engine)
{
    struct http_transfer *transfer;
    while ((transfer = TAILQ_FIRST(&engine->freed)) != NULL)
        transfer_destroy(transfer);
    while ((transfer = TAILQ_FIRST(&engine->fresh)) != NULL && has_room(engine))
        transfer_add(transfer);
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
    /* A cut text is still a text. */
    (void)snprintf(end.message, sizeof(end.message), "%s", http_multi_broken(engine->multi));
    struct http_multi *multi = TAKE(engine->multi);
    struct http_transfer *transfer, *next;
    for (transfer = TAILQ_FIRST(&engine->under_way); transfer != NULL; transfer = next) {
        next = TAILQ_NEXT(transfer, place);
        if (transfer->multi == multi && !transfer->ended) {
            transfer_leave(transfer);
            transfer_move(transfer, &engine->broken);
        }
    }
    http_multi_retire(multi);
    (void)http_watcher_set_timer(&engine->watcher, -1); /* a turn too many does no harm */
    while ((transfer = TAILQ_FIRST(&engine->broken)) != NULL) {
        transfer_move(transfer, &engine->under_way);
        transfer_end(transfer, &end); /* the event may free any of them */
    }
    engine_settle(engine);
}

static void destroy_all(struct transfer_queue *queue)
{
    while (!TAILQ_EMPTY(queue))
        transfer_destroy(TAILQ_FIRST(queue));
}

static void engine_destroy(struct http_engine *engine)
{
    loop_task_cancel(&engine->started);
    destroy_all(&engine->fresh);
    destroy_all(&engine->under_way);
    destroy_all(&engine->broken);
    destroy_all(&engine->freed);
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
    TAILQ_INIT(&engine->fresh);
    TAILQ_INIT(&engine->under_way);
    TAILQ_INIT(&engine->broken);
    TAILQ_INIT(&engine->freed);
    engine->loop = loop;
    loop_task_init(&engine->started, loop, on_started, engine);
    int code = http_watcher_init(&engine->watcher, loop, on_ready, engine, error);
    if (code < 0)
        return code;
    *ret_engine = TAKE(engine);
    return 0;
}

/* A call frees its transfer there; a stream's goes with its engine. */
static void abandon_all(struct transfer_queue *queue)
{
    for (struct http_transfer *next, *transfer = TAILQ_FIRST(queue); transfer != NULL;
         transfer = next) {
        next = TAILQ_NEXT(transfer, place);
        transfer->events->abandon(transfer->user);
    }
}

void http_engine_free(struct http_engine *engine)
{
    if (engine == NULL || engine->closing)
        return;
    abandon_all(&engine->fresh);
    abandon_all(&engine->under_way);
    abandon_all(&engine->broken);
    engine->closing = true;
    if (!engine->busy)
        engine_destroy(engine);
}
