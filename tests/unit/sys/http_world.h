/*
 * A loop on a simulated clock, an HTTP engine, a tiny server and two calls: what the tests of
 * http.h stand on.
 */
#pragma once

#include <stdio.h>

#include "base/units.h"
#include "sys/http.h"
#include "sys/server.h"

#define OK_HELLO "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Thing: one\r\n\r\nhello"

/* One call and what became of it. */
struct record {
    struct world *world;
    struct http_call *call;
    unsigned done;
    enum http_failure failure;
    int status, os_errno;
    char message[256];
    struct buffer body;
    char thing[64]; /* the header X-Thing */
    size_t header_count;
    int64_t elapsed_us;
    int refuse_body; /* what on_body returns */
    void (*during_body)(struct record *record);
    void (*during_done)(struct record *record);
};

struct world {
    struct clock *clock;
    struct loop *loop;
    struct http_engine *engine;
    struct server server;
    struct record first, second;
};

static inline void world_init(
    struct world *world, const struct server_step *steps, size_t step_count)
{
    *world = (struct world){0};
    world->clock = clock_new_simulated(1700000000, 1);
    ck_assert_int_eq(loop_new(&world->loop, world->clock, NULL), 0);
    ck_assert_int_eq(http_engine_new(&world->engine, world->loop, NULL), 0);
    server_init(&world->server, world->loop, steps, step_count);
    struct record *records[] = {&world->first, &world->second};
    for (int i = 0; i < 2; i++) {
        records[i]->world = world;
        records[i]->body = (struct buffer)BUFFER_INIT(MIB(64));
    }
}

static inline void world_deinit(struct world *world)
{
    http_engine_free(world->engine);
    server_deinit(&world->server);
    loop_free(world->loop);
    clock_free(world->clock);
    buffer_deinit(&world->first.body);
    buffer_deinit(&world->second.body);
}

static inline int on_body(void *user, int status, const char *data, size_t size)
{
    struct record *record = user;
    record->status = status;
    ck_assert_int_eq(buffer_append(&record->body, data, size), 0);
    if (record->during_body != NULL)
        record->during_body(record);
    return record->refuse_body;
}

static inline void on_done(void *user, const struct http_result *result)
{
    struct record *record = user;
    record->done++;
    record->failure = result->failure;
    record->status = result->status;
    record->os_errno = result->os_errno;
    record->header_count = result->header_count;
    record->elapsed_us = result->elapsed_us;
    snprintf(record->message, sizeof(record->message), "%s", result->message);
    const char *thing = http_header(result, "x-thing");
    snprintf(record->thing, sizeof(record->thing), "%s", thing == NULL ? "(absent)" : thing);
    if (record->during_done != NULL)
        record->during_done(record);
    record->call = NULL;
}

static inline struct http_request request_to(
    uint16_t port, const char *method, struct record *record)
{
    static char url[64];
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/path", port);
    return (struct http_request){
        .method = method,
        .url = url,
        .proxy = "",
        .timeout_us = 10 * USEC_PER_SEC,
        .on_body = on_body,
        .done = on_done,
        .user = record,
    };
}

static inline void begin(
    struct world *world, const struct http_request *request, struct record *record)
{
    struct error error = ERROR_INIT;
    int code = http_start(world->engine, request, &record->call, &error);
    ck_assert_msg(code == 0, "%s", error.text);
}

static inline void finish(struct world *world, struct record *record)
{
    while (record->done == 0)
        ck_assert_int_eq(loop_turn(world->loop, -1), 0);
    ck_assert_uint_eq(record->done, 1);
}

static inline void get(struct world *world, struct record *record)
{
    struct http_request request = request_to(world->server.port, "GET", record);
    begin(world, &request, record);
    finish(world, record);
}

/* Turns until another call is through, so that whatever was due has come. */
static inline void get_quietly(struct world *world)
{
    struct record other = {.world = world, .body = BUFFER_INIT(KIB(64))};
    get(world, &other);
    ck_assert_int_eq(other.failure, HTTP_OK);
    buffer_deinit(&other.body);
}

#define WORLD(...)                                                                                 \
    static const struct server_step steps[] = {__VA_ARGS__};                                       \
    struct world world;                                                                            \
    world_init(&world, steps, sizeof(steps) / sizeof(steps[0]))
