#include "slackaudit/engine_parts.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "slackaudit/call_parts.h"
#include "slackaudit/problem.h"

DEFINE_CLEANUP(struct slackaudit_engine, slackaudit_engine_free)

static int64_t random_between(void *user, int64_t low, int64_t high)
{
    return clock_random_between(user, low, high);
}

static void reap(void *user)
{
    struct slackaudit_engine *engine = user;
    while (!LIST_EMPTY(&engine->ended)) {
        struct slackaudit_call *call = LIST_FIRST(&engine->ended);
        LIST_REMOVE(call, place);
        call_free(call);
    }
}

void engine_take_ended(struct slackaudit_engine *engine, struct slackaudit_call *call)
{
    LIST_INSERT_HEAD(&engine->ended, call, place);
    if (engine->turning)
        loop_task_post(&engine->reaper);
    else
        reap(engine);
}

static int make_clock(
    const struct slackaudit_clock *lent, struct clock **ret_clock, struct error *error)
{
    struct clock *clock;
    if (lent == NULL) {
        clock = clock_new_real();
    } else {
        if (lent->monotonic_us == NULL || lent->wall_us == NULL || lent->random == NULL)
            return error_set(error, ERROR_INVALID,
                "clock lacks a function: monotonic_us, wall_us and random go together");
        clock = clock_new_foreign(&(struct clock_functions){
            .monotonic_us = lent->monotonic_us,
            .wall_us = lent->wall_us,
            .random = lent->random,
            .user = lent->user,
        });
    }
    if (clock == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a clock");
    *ret_clock = clock;
    return 0;
}

static int engine_new(struct slackaudit_engine **ret_engine, const struct slackaudit_clock *clock,
    struct error *error)
{
    _cleanup_(slackaudit_engine_freep) struct slackaudit_engine *engine =
        calloc(1, sizeof(*engine));
    if (engine == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an engine");
    engine->references = 1;
    LIST_INIT(&engine->ended);
    int code = make_clock(clock, &engine->clock, error);
    if (code == 0)
        code = loop_new(&engine->loop, engine->clock, error);
    if (code < 0)
        return code;
    loop_task_init(&engine->reaper, engine->loop, reap, engine);
    engine->random = (struct slackaudit_random){.between = random_between, .user = engine->clock};
    code = http_engine_new(&engine->http, engine->loop, error);
    if (code < 0)
        return code;
    *ret_engine = TAKE(engine);
    return 0;
}

int slackaudit_engine_new(struct slackaudit_engine **ret_engine,
    const struct slackaudit_clock *clock, struct slackaudit_problem *problem)
{
    struct error error = ERROR_INIT;
    if (ret_engine == NULL)
        return problem_of_null(problem, "ret_engine");
    int code = engine_new(ret_engine, clock, &error);
    return code < 0 ? problem_tell(problem, code, &error) : SLACKAUDIT_OK;
}

static void engine_destroy(struct slackaudit_engine *engine)
{
    reap(engine);
    if (engine->http != NULL)
        http_engine_free(engine->http);
    if (engine->loop != NULL) {
        loop_task_cancel(&engine->reaper);
        loop_free(engine->loop);
    }
    clock_free(engine->clock);
    free(engine);
}

void engine_keep(struct slackaudit_engine *engine)
{
    engine->references++;
}

void engine_release(struct slackaudit_engine *engine)
{
    if (engine != NULL && --engine->references == 0)
        engine_destroy(engine);
}

void slackaudit_engine_free(struct slackaudit_engine *engine)
{
    engine_release(engine);
}

int slackaudit_engine_fd(const struct slackaudit_engine *engine)
{
    return loop_fd(engine->loop);
}

int64_t slackaudit_engine_wait_us(const struct slackaudit_engine *engine)
{
    return loop_wait_us(engine->loop);
}

int slackaudit_engine_turn(struct slackaudit_engine *engine, int64_t max_wait_us)
{
    if (engine == NULL || engine->turning)
        return SLACKAUDIT_ERROR_INVALID;
    engine_keep(engine); /* a callback may free it */
    engine->turning = true;
    int code = loop_turn(engine->loop, max_wait_us);
    engine->turning = false;
    engine_release(engine);
    return problem_code(code);
}
