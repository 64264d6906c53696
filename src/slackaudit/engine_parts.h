/*
 * The engine's inside, for client and call. Private to slackaudit/.
 */
#pragma once

#include <sys/queue.h>

#include "slackaudit/engine.h"
#include "slackaudit/retry.h"
#include "sys/http.h"
#include "sys/loop.h"

LIST_HEAD(call_list, slackaudit_call);

struct slackaudit_engine {
    struct clock *clock;
    struct loop *loop;
    struct http_engine *http;
    struct slackaudit_random random; /* of the clock */
    unsigned references; /* its owner's, one of each client, one of whoever is inside it */
    bool turning;
    /* Calls that are over, until nothing on the stack can refer to them any more. */
    struct call_list ended;
    struct loop_task reaper;
};

/* It stays until it is released as often as it was kept, and once for its owner. So a callback may
 * free its engine, and an engine may be freed before its clients. */
void engine_keep(struct slackaudit_engine *engine);
void engine_release(struct slackaudit_engine *engine); /* NULL is allowed */

/* Takes a call that is over (and in no list) for freeing: at once from outside a turn, else at the
 * end of it. */
void engine_take_ended(struct slackaudit_engine *engine, struct slackaudit_call *call);
