/*
 * What a client does for each of its calls: it asks the gate before an attempt, and gives the token
 * away to nobody but the server.
 */
#include "check_main.h"

#include "slackaudit/client_scene.h"

static const int64_t second = USEC_PER_SEC;

START_TEST(a_gate_delays_an_attempt_without_counting_it)
{
    struct scene scene;
    scene_init(&scene);
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene.gates[0] = 5 * second;
    scene.gates[1] = 2 * second;
    scene.gate_count = 2;
    int64_t began_us = clock_monotonic_us(scene.clock);
    scene_page(&scene);
    check_two_entries(&scene);
    ck_assert_int_eq(clock_monotonic_us(scene.clock) - began_us, 7 * second);
    ck_assert_uint_eq(scene.gates_asked, 2);
    ck_assert_int_eq(scene.answer.attempts, 1);
    scene_deinit(&scene);
}
END_TEST

static void change_token(struct scene *scene)
{
    if (scene->attempts_told == 1)
        ck_assert_int_eq(slackaudit_client_set_token(scene->client, "xoxp-other", NULL), 0);
}

START_TEST(a_new_token_is_used_from_the_next_attempt_on)
{
    struct scene scene;
    scene_init(&scene);
    scene_daemon_stack(&scene);
    scene_answer(&scene, "500 Oops", "", "");
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene_client(&scene, NULL);
    scene_page(&scene);
    check_contains(buffer_text(&scene.server.last_request), "Bearer " TOKEN "\r\n");
    scene.done = scene.attempts_told = 0;
    scene.server.requests = 0;
    scene.during_attempt = change_token;
    scene_page(&scene);
    check_two_entries(&scene);
    check_contains(buffer_text(&scene.server.last_request), "Bearer xoxp-other\r\n");
    scene_deinit(&scene);
}
END_TEST

START_TEST(the_token_is_in_no_log_line_and_no_message_even_when_the_server_sends_it_back)
{
    struct scene scene;
    scene_init(&scene);
    scene_daemon_stack(&scene);
    scene_step(&scene, STEP_ANSWER_AND_RESET, "");
    scene_answer(&scene, "500 " TOKEN, "X-Thing: " TOKEN "\r\n", "{\"error\":\"" TOKEN "\"}");
    scene_answer(&scene, "403 Forbidden", "", "{\"error\":\"bad token " TOKEN "\"}");
    scene_page(&scene);
    check_contains(buffer_text(&scene.server.last_request), TOKEN);
    ck_assert_int_eq(scene.answer.attempts, 3);
    const char *log = buffer_text(&scene.log);
    check_contains(log, "attempt 3 begins");
    check_contains(log, "error bad token ***");
    check_contains(scene.message, "bad token ***");
    ck_assert_ptr_null(strstr(log, TOKEN));
    ck_assert_ptr_null(strstr(scene.message, TOKEN));
    scene_deinit(&scene);
}
END_TEST

CHECK_MAIN("client", a_gate_delays_an_attempt_without_counting_it,
    a_new_token_is_used_from_the_next_attempt_on,
    the_token_is_in_no_log_line_and_no_message_even_when_the_server_sends_it_back)
