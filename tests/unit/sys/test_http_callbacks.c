#include "check_main.h"

#include "sys/http_world.h"

/* ---- What callbacks may do ---- */

static void cancel_self(struct record *record)
{
    http_cancel(record->call);
}

static void cancel_other(struct record *record)
{
    http_cancel(record->world->second.call);
    record->world->second.call = NULL;
}

static void start_second(struct record *record)
{
    if (record->world->second.call != NULL)
        return;
    struct http_request request =
        request_to(record->world->server.port, "GET", &record->world->second);
    begin(record->world, &request, &record->world->second);
}

static void free_engine(struct record *record)
{
    http_engine_free(record->world->engine);
    record->world->engine = NULL;
}

START_TEST(a_call_cancelled_in_its_own_body_callback_is_silent)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0});
    world.first.during_body = cancel_self;
    struct http_request request = request_to(world.server.port, "GET", &world.first);
    begin(&world, &request, &world.first);
    while (world.first.body.size == 0)
        ck_assert_int_eq(loop_turn(world.loop, -1), 0);
    get_quietly(&world);
    ck_assert_uint_eq(world.first.done, 0);
    world_deinit(&world);
}
END_TEST

START_TEST(a_call_cancelled_in_its_own_done_callback_ends_once)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0});
    world.first.during_done = cancel_self;
    get(&world, &world.first);
    get_quietly(&world);
    ck_assert_uint_eq(world.first.done, 1);
    world_deinit(&world);
}
END_TEST

START_TEST(a_body_callback_can_cancel_another_call)
{
    WORLD({STEP_STALL, "", 0}, {STEP_ANSWER, OK_HELLO, 0});
    struct http_request request = request_to(world.server.port, "POST", &world.second);
    char *body = strdup("soon gone");
    request.body = slice_of(body);
    begin(&world, &request, &world.second);
    while (world.server.requests == 0)
        ck_assert_int_eq(loop_turn(world.loop, -1), 0);
    world.first.during_body = cancel_other;
    get(&world, &world.first);
    free(body); /* libcurl must not ask for it any more */
    get_quietly(&world);
    ck_assert_int_eq(world.first.failure, HTTP_OK);
    ck_assert_uint_eq(world.second.done, 0);
    world_deinit(&world);
}
END_TEST

START_TEST(body_and_done_callbacks_can_start_calls)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0});
    world.first.during_body = start_second;
    get(&world, &world.first);
    finish(&world, &world.second);
    ck_assert_int_eq(world.second.failure, HTTP_OK);

    world.first.done = world.second.done = 0;
    world.first.during_body = NULL;
    world.first.during_done = start_second;
    get(&world, &world.first);
    ck_assert_uint_eq(world.second.done, 0);
    finish(&world, &world.second);
    ck_assert_int_eq(world.second.failure, HTTP_OK);
    world_deinit(&world);
}
END_TEST

START_TEST(callbacks_can_free_the_engine)
{
    for (int i = 0; i < 2; i++) {
        WORLD({STEP_STALL, "", 0}, {STEP_ANSWER, OK_HELLO, 0});
        struct http_request request = request_to(world.server.port, "GET", &world.second);
        begin(&world, &request, &world.second);
        while (world.server.requests == 0)
            ck_assert_int_eq(loop_turn(world.loop, -1), 0);
        if (i == 0)
            world.first.during_body = free_engine;
        else
            world.first.during_done = free_engine;
        request = request_to(world.server.port, "GET", &world.first);
        begin(&world, &request, &world.first);
        while (world.engine != NULL)
            ck_assert_int_eq(loop_turn(world.loop, -1), 0);
        ck_assert_uint_eq(world.first.done, (unsigned)i);
        ck_assert_uint_eq(world.second.done, 0);
        /* Nobody holds the clock any more. */
        struct loop_timer timer;
        loop_timer_init(&timer, world.loop, (loop_function)loop_stop, world.loop);
        ck_assert_int_eq(loop_timer_after(&timer, 3600 * USEC_PER_SEC), 0);
        ck_assert_int_eq(loop_run(world.loop), 0);
        world_deinit(&world);
    }
}
END_TEST

START_TEST(an_engine_with_calls_under_way_can_be_freed)
{
    WORLD({STEP_STALL, "HTTP/1.1 200 OK\r\n", 0});
    struct http_request request = request_to(world.server.port, "GET", &world.first);
    begin(&world, &request, &world.first); /* under way */
    while (world.server.requests == 0)
        ck_assert_int_eq(loop_turn(world.loop, -1), 0);
    request = request_to(world.server.port, "GET", &world.second);
    begin(&world, &request, &world.second); /* not begun yet */
    world_deinit(&world);
    ck_assert_uint_eq(world.first.done + world.second.done, 0);
}
END_TEST

/* ---- Kept connections that the server has closed ---- */

START_TEST(a_request_without_a_body_is_sent_again_by_itself)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0}, {STEP_ANSWER_AND_CLOSE, "", 0}, {STEP_ANSWER, OK_HELLO, 0});
    get(&world, &world.first);
    get(&world, &world.second);
    ck_assert_int_eq(world.second.failure, HTTP_OK);
    ck_assert_uint_eq(world.server.requests, 3);
    world_deinit(&world);
}
END_TEST

START_TEST(a_body_is_never_sent_twice_behind_the_callers_back)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0}, {STEP_ANSWER_AND_CLOSE, "", 0}, {STEP_ANSWER, OK_HELLO, 0});
    get(&world, &world.first);
    struct http_request request = request_to(world.server.port, "POST", &world.second);
    request.body = SLICE_LITERAL("{}");
    begin(&world, &request, &world.second);
    finish(&world, &world.second);
    ck_assert_int_eq(world.second.failure, HTTP_RESET);
    ck_assert_uint_eq(world.server.requests, 2);
    world_deinit(&world);
}
END_TEST

CHECK_MAIN("http_callbacks", a_call_cancelled_in_its_own_body_callback_is_silent,
    a_call_cancelled_in_its_own_done_callback_ends_once, a_body_callback_can_cancel_another_call,
    body_and_done_callbacks_can_start_calls, callbacks_can_free_the_engine,
    an_engine_with_calls_under_way_can_be_freed, a_request_without_a_body_is_sent_again_by_itself,
    a_body_is_never_sent_twice_behind_the_callers_back)
