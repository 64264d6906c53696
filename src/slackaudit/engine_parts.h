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
    bool turning;
    /* Calls that are over, until nothing on the stack can refer to them any more. */
    struct call_list ended;
    struct loop_task reaper;
};

/* Takes a call that is over (and in no list) for freeing: at once from outside a turn, else at the
 * end of it. */
void engine_take_ended(struct slackaudit_engine *engine, struct slackaudit_call *call);
