/* Ending calls early and at awkward moments, and going from the end of one to the next. */
#include "check_main.h"

#include "slackaudit/client_scene.h"

static const int64_t second = USEC_PER_SEC;

/* Turns for a while of real time: enough for anything that is under way to be told. */
static void turn_on(struct scene *scene)
{
    for (int i = 0; i < 20; i++) {
        ck_assert_int_eq(loop_turn(scene->server_loop, 0), 0);
        ck_assert_int_eq(slackaudit_engine_turn(scene->engine, USEC_PER_MSEC), 0);
    }
}

static void cancel_call(struct scene *scene)
{
    slackaudit_call_cancel(scene->call);
}

static int cancel_call_in_entry(struct scene *scene)
{
    cancel_call(scene);
    return 0;
}

static int free_client_in_entry(struct scene *scene)
{
    slackaudit_client_free(scene->client);
    scene->client = NULL;
    return 0;
}

static int refuse(struct scene *scene)
{
    (void)scene;
    return SLACKAUDIT_ERROR_INVALID; /* a number that the splitter uses too */
}

START_TEST(a_call_cancelled_before_its_first_turn_sends_nothing)
{
    struct scene scene;
    scene_init(&scene);
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene_start_page(&scene);
    slackaudit_call_cancel(scene.call);
    slackaudit_call_cancel(NULL);
    turn_on(&scene);
    ck_assert_uint_eq(scene.begun + scene.done, 0);
    ck_assert_uint_eq(scene.server.connections, 0);
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_call_cancelled_while_it_waits_tells_nothing_and_tries_no_more)
{
    struct scene scene;
    scene_init(&scene);
    scene_daemon_stack(&scene);
    scene_answer(&scene, "429 Too Many Requests", "Retry-After: 30\r\n", "");
    scene_start_page(&scene);
    while (scene.ended == 0)
        scene_turn(&scene);
    slackaudit_call_cancel(scene.call);
    clock_advance(scene.clock, 3600 * second);
    turn_on(&scene);
    ck_assert_uint_eq(scene.done, 0);
    ck_assert_uint_eq(scene.begun, 1);
    ck_assert_uint_eq(scene.server.requests, 1);
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_call_cancelled_in_the_middle_of_its_answer_closes_the_connection)
{
    struct scene scene;
    scene_init(&scene);
    scene_daemon_stack(&scene);
    scene_step(&scene, STEP_STALL,
        "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"entries\":[{\"id\":\"b\"},");
    scene_start_page(&scene);
    while (scene.entries == 0)
        scene_turn(&scene);
    slackaudit_call_cancel(scene.call);
    while (scene.server.peers->fd >= 0)
        ck_assert_int_eq(loop_turn(scene.server_loop, second), 0);
    turn_on(&scene);
    ck_assert_uint_eq(scene.done + scene.ended, 0);
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_call_can_cancel_itself_from_each_of_its_callbacks)
{
    struct scene in_attempt;
    scene_init(&in_attempt);
    scene_answer(&in_attempt, "200 OK", "", TWO_ENTRIES);
    in_attempt.during_attempt = cancel_call;
    scene_start_page(&in_attempt);
    turn_on(&in_attempt);
    ck_assert_uint_eq(in_attempt.attempts_told, 1);
    ck_assert_uint_eq(in_attempt.server.connections, 0);
    ck_assert_uint_eq(in_attempt.done, 0);
    scene_deinit(&in_attempt);

    struct scene in_entry;
    scene_init(&in_entry);
    scene_daemon_stack(&in_entry);
    scene_answer(&in_entry, "200 OK", "", TWO_ENTRIES);
    in_entry.during_entry = cancel_call_in_entry;
    scene_start_page(&in_entry);
    while (in_entry.entries == 0)
        scene_turn(&in_entry);
    turn_on(&in_entry);
    ck_assert_uint_eq(in_entry.entries, 1); /* the second is told no more */
    ck_assert_uint_eq(in_entry.done + in_entry.ended, 0);
    scene_deinit(&in_entry);
}
END_TEST

START_TEST(a_client_can_be_freed_in_the_middle_of_an_entry)
{
    struct scene scene;
    scene_init(&scene);
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene_start_page(&scene);
    scene_start_page(&scene); /* another one under way */
    scene.during_entry = free_client_in_entry;
    while (scene.entries == 0)
        scene_turn(&scene);
    turn_on(&scene);
    ck_assert_uint_eq(scene.entries, 1);
    ck_assert_uint_eq(scene.done, 0);
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_client_freed_from_outside_cancels_its_calls)
{
    struct scene scene;
    scene_init(&scene);
    scene_step(&scene, STEP_STALL, "");
    scene_start_page(&scene);
    scene_start_page(&scene);
    while (scene.server.requests < 2)
        scene_turn(&scene);
    slackaudit_client_free(scene.client);
    scene.client = NULL;
    turn_on(&scene);
    ck_assert_uint_eq(scene.done + scene.ended, 0);
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_callback_that_refuses_ends_the_call_and_is_not_tried_again)
{
    struct scene scene;
    scene_init(&scene);
    scene_daemon_stack(&scene);
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene.during_entry = refuse;
    scene_page(&scene);
    ck_assert_int_eq(scene.answer.code, SLACKAUDIT_ERROR_CALLBACK);
    ck_assert_uint_eq(scene.entries, 1);
    ck_assert_uint_eq(scene.server.requests, 1);
    ck_assert(!scene.has_summary);
    ck_assert(!scene.answer.broken_body);
    check_contains(scene.message, "ended by its callback (tried once)");
    scene_deinit(&scene);
}
END_TEST

/* ---- From the end of one call to the next ---- */

struct chain {
    struct scene *scene;
    unsigned left;
};

static void start_next(void *user, const struct slackaudit_answer *answer);

static void start_schemas(struct chain *chain)
{
    const struct slackaudit_events events = {.on_done = start_next, .user = chain};
    ck_assert_int_eq(
        slackaudit_client_schemas(chain->scene->client, NULL, &events, &chain->scene->call, NULL),
        0);
}

static void start_next(void *user, const struct slackaudit_answer *answer)
{
    struct chain *chain = user;
    ck_assert_int_eq(answer->status, 200);
    slackaudit_call_cancel(chain->scene->call); /* the one that ends: no harm */
    if (chain->left-- > 0)
        start_schemas(chain);
    else
        chain->scene->done++;
}

START_TEST(a_call_can_start_the_next_from_its_end)
{
    struct scene scene;
    scene_init(&scene);
    scene_answer(&scene, "200 OK", "", "{}");
    scene_client(&scene, NULL);
    struct chain chain = {.scene = &scene, .left = 20};
    start_schemas(&chain);
    scene_run(&scene);
    ck_assert_uint_eq(scene.server.requests, 21);
    ck_assert_uint_eq(scene.server.connections, 1);
    scene_deinit(&scene);
}
END_TEST

CHECK_MAIN("client_cancel", a_call_cancelled_before_its_first_turn_sends_nothing,
    a_call_cancelled_while_it_waits_tells_nothing_and_tries_no_more,
    a_call_cancelled_in_the_middle_of_its_answer_closes_the_connection,
    a_call_can_cancel_itself_from_each_of_its_callbacks,
    a_client_can_be_freed_in_the_middle_of_an_entry, a_client_freed_from_outside_cancels_its_calls,
    a_callback_that_refuses_ends_the_call_and_is_not_tried_again,
    a_call_can_start_the_next_from_its_end)
