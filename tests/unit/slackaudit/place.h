/*
 * A server on a thread of its own, for tests whose thread waits, and a client of it with an engine
 * of its own.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "slackaudit/client_scene.h"

struct place {
    struct clock *clock;
    struct loop *loop;
    struct server server;
    pthread_t thread;
    atomic_bool stop;
    char base_url[64];
    struct slackaudit_client *client;
};

static inline void *place_serve(void *user)
{
    struct place *place = user;
    while (!atomic_load(&place->stop))
        if (loop_turn(place->loop, 5 * USEC_PER_MSEC) < 0)
            abort();
    return NULL;
}

static inline void place_init(struct place *place, const struct server_step *steps, size_t count)
{
    *place = (struct place){.clock = clock_new_real()};
    ck_assert_int_eq(loop_new(&place->loop, place->clock, NULL), 0);
    server_init(&place->server, place->loop, steps, count);
    (void)snprintf(place->base_url, sizeof(place->base_url), "http://127.0.0.1:%u/audit/v1/",
        place->server.port);
    ck_assert_int_eq(pthread_create(&place->thread, NULL, place_serve, place), 0);
}

static inline void place_deinit(struct place *place)
{
    slackaudit_client_free(place->client);
    atomic_store(&place->stop, true);
    ck_assert_int_eq(pthread_join(place->thread, NULL), 0);
    server_deinit(&place->server);
    loop_free(place->loop);
    clock_free(place->clock);
}

static inline struct slackaudit_options place_options(const struct place *place)
{
    return (struct slackaudit_options){.size = sizeof(struct slackaudit_options),
        .token = TOKEN,
        .base_url = place->base_url,
        .proxy = ""};
}

static inline void place_open(struct place *place)
{
    struct slackaudit_options options = place_options(place);
    struct slackaudit_problem problem = {0};
    int code = slackaudit_client_new(&place->client, NULL, &options, &problem);
    ck_assert_msg(code == 0, "%s", problem.text);
}
