/*
 * An engine: many calls at once, with and without descriptors for them, and its place in a caller's
 * own loop.
 */
#include "check_main.h"

#include <sys/resource.h>

#include "slackaudit/client_scene.h"

/* ---- Many at once ---- */

enum { MANY = 200 };

struct crowd {
    struct scene *scene;
    unsigned pages, others;
};

static void count_page(void *user, const struct slackaudit_answer *answer,
    const struct slackaudit_page_summary *summary)
{
    struct crowd *crowd = user;
    ck_assert_int_eq(answer->code, SLACKAUDIT_OK);
    if (summary != NULL)
        crowd->pages++;
    else
        crowd->others++;
}

START_TEST(many_calls_on_one_engine_all_come_to_their_end_with_faults_in_between)
{
    struct scene scene;
    scene_init(&scene);
    scene_daemon_stack(&scene);
    for (int i = 0; i < 2; i++) {
        scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
        scene_answer(&scene, "503 Service Unavailable", "", "");
        scene_answer(&scene, "429 Too Many Requests", "Retry-After: 1\r\n", "");
        scene_step(&scene, STEP_ANSWER_AND_RESET, "");
        scene_answer(&scene, "200 OK", "", "<html>");
    }
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene_client(&scene, NULL);
    struct crowd crowd = {.scene = &scene};
    const struct slackaudit_page_call request = {.on_done = count_page, .user = &crowd};
    for (int i = 0; i < MANY; i++)
        ck_assert_int_eq(slackaudit_client_page(scene.client, &request, NULL, NULL), 0);
    while (crowd.pages + crowd.others < MANY)
        scene_turn(&scene);
    ck_assert_uint_eq(crowd.pages, MANY);
    ck_assert_uint_gt(scene.begun, MANY + 4);
    scene_deinit(&scene);
}
END_TEST

/* Calls on one engine, when the process may have so few descriptors: each ends, as done or for want
 * of one. */
static void count_answer(void *user, const struct slackaudit_answer *answer)
{
    struct crowd *crowd = user;
    if (answer->code == SLACKAUDIT_OK) {
        crowd->pages++;
        return;
    }
    ck_assert_int_eq(answer->code, SLACKAUDIT_ERROR_TRANSPORT);
    ck_assert_msg(answer->transport == SLACKAUDIT_TRANSPORT_CONNECT, "%s", answer->message);
    crowd->others++;
}

START_TEST(without_descriptors_attempts_end_with_connect_and_all_is_well_when_there_are_some)
{
    enum { FEW = 20 };
    struct scene scene;
    scene_init(&scene);
    scene_step(&scene, STEP_STALL, "");
    scene_client(&scene, NULL);
    struct crowd crowd = {.scene = &scene};
    const struct slackaudit_events events = {.on_done = count_answer, .user = &crowd};
    struct rlimit before, few;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    int next = dup(0);
    close(next);
    few.rlim_cur = (rlim_t)next + FEW;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
    for (int i = 0; i < MANY; i++)
        ck_assert_int_eq(slackaudit_client_actions(scene.client, NULL, &events, NULL, NULL), 0);
    /* The server takes none of them: it needs descriptors too. */
    while (crowd.others < MANY - FEW)
        ck_assert_int_eq(slackaudit_engine_turn(scene.engine, USEC_PER_MSEC), 0);
    ck_assert_uint_lt(crowd.others, MANY);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);

    slackaudit_client_free(scene.client); /* those that have a connection are cancelled */
    scene_client(&scene, NULL);
    scene.server.requests = 0;
    scene.step_count = 0;
    free(scene.texts[0]);
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene.begun = scene.ended = 0;
    scene_page(&scene);
    check_two_entries(&scene);
    scene_deinit(&scene);
}
END_TEST

/* ---- In a caller's loop ---- */

START_TEST(an_engine_runs_inside_a_loop_that_watches_its_descriptor_and_its_time)
{
    struct scene scene;
    scene_init(&scene);
    scene_daemon_stack(&scene);
    scene_answer(&scene, "503 Service Unavailable", "", "");
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    struct slackaudit_engine *engine;
    ck_assert_int_eq(slackaudit_engine_new(&engine, NULL, NULL), 0); /* on the system's clock */
    struct slackaudit_engine *simulated = scene.engine;
    scene.engine = engine;
    scene_start_page(&scene);
    struct loop *loop = scene.server_loop;
    while (scene.done == 0) {
        struct pollfd watched[] = {
            {.fd = slackaudit_engine_fd(engine), .events = POLLIN},
            {.fd = loop_fd(loop), .events = POLLIN},
        };
        int64_t wait_us = slackaudit_engine_wait_us(engine);
        int wait_ms = wait_us < 0 ? -1 : (int)((wait_us + 999) / 1000);
        ck_assert_int_ge(poll(watched, 2, wait_ms), 0);
        ck_assert_int_eq(loop_turn(loop, 0), 0);
        ck_assert_int_eq(slackaudit_engine_turn(engine, 0), 0);
    }
    check_two_entries(&scene);
    ck_assert_int_eq(scene.answer.attempts, 2);
    slackaudit_client_free(scene.client);
    scene.client = NULL;
    slackaudit_engine_free(engine);
    scene.engine = simulated;
    scene_deinit(&scene);
}
END_TEST

static void turn_inside(struct scene *scene)
{
    ck_assert_int_eq(slackaudit_engine_turn(scene->engine, 0), SLACKAUDIT_ERROR_INVALID);
}

START_TEST(a_callback_cannot_turn_its_engine)
{
    struct scene scene;
    scene_init(&scene);
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene.during_attempt = turn_inside;
    scene_page(&scene);
    check_two_entries(&scene);
    scene_deinit(&scene);
}
END_TEST

START_TEST(no_callback_comes_from_inside_the_call_that_starts)
{
    struct scene scene;
    scene_init(&scene);
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene_start_page(&scene);
    ck_assert_uint_eq(scene.begun, 0);
    ck_assert_uint_eq(scene.attempts_told, 0);
    ck_assert_int_eq(slackaudit_engine_wait_us(scene.engine), 0);
    scene_run(&scene);
    check_two_entries(&scene);
    scene_deinit(&scene);
}
END_TEST

CHECK_MAIN("engine", many_calls_on_one_engine_all_come_to_their_end_with_faults_in_between,
    without_descriptors_attempts_end_with_connect_and_all_is_well_when_there_are_some,
    an_engine_runs_inside_a_loop_that_watches_its_descriptor_and_its_time,
    a_callback_cannot_turn_its_engine, no_callback_comes_from_inside_the_call_that_starts)
