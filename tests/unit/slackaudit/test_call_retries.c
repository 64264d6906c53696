/*
 * What a call tries again, and after which wait, measured on a simulated clock.
 */
#include "check_main.h"

#include "slackaudit/client_scene.h"

static const int64_t second = USEC_PER_SEC;

START_TEST(a_reset_is_tried_again_once_by_the_default_stack_and_then_succeeds)
{
    struct scene scene;
    scene_init(&scene);
    scene_step(&scene, STEP_ANSWER_AND_RESET, "");
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    struct slackaudit_options options = scene_options(&scene);
    options.retry = NULL;
    scene_client(&scene, &options);
    scene_page(&scene);
    check_two_entries(&scene);
    ck_assert_int_eq(scene.answer.attempts, 2);
    ck_assert_uint_eq(scene.server.requests, 2);
    check_wait(&scene, 0, second / 2, second / 2 + second);
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_reset_that_no_handler_wants_ends_the_call_with_words)
{
    struct scene scene;
    scene_init(&scene);
    scene_step(&scene, STEP_ANSWER_AND_RESET, "");
    scene_page(&scene);
    ck_assert_int_eq(scene.answer.code, SLACKAUDIT_ERROR_TRANSPORT);
    ck_assert_int_eq(scene.answer.transport, SLACKAUDIT_TRANSPORT_RESET);
    ck_assert_int_eq(scene.answer.status, 0);
    ck_assert(!scene.has_summary);
    ck_assert_int_eq(scene.last_attempt.os_errno, ECONNRESET);
    check_contains(scene.message, "GET http://127.0.0.1:");
    check_contains(scene.message, "/audit/v1/logs: no whole answer: reset");
    check_contains(scene.message, "(tried once)");
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_429_waits_for_what_retry_after_asks_and_then_succeeds)
{
    struct scene scene;
    scene_init(&scene);
    scene_daemon_stack(&scene);
    scene_answer(&scene, "429 Too Many Requests", "Retry-After: 1\r\n",
        "{\"ok\":false,\"error\":\"ratelimited\"}");
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene_page(&scene);
    check_two_entries(&scene);
    check_wait(&scene, 0, second, 2 * second);
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_retry_after_that_is_a_date_is_counted_from_our_clock)
{
    struct scene scene;
    scene_init(&scene); /* the wall shows 22:13:20 */
    scene_daemon_stack(&scene);
    scene_answer(
        &scene, "429 Too Many Requests", "Retry-After: Tue, 14 Nov 2023 22:14:20 GMT\r\n", "");
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene_page(&scene);
    check_two_entries(&scene);
    check_wait(&scene, 0, 60 * second, 61 * second);
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_500_and_a_503_are_tried_again_and_then_succeed)
{
    struct scene scene;
    scene_init(&scene);
    scene_daemon_stack(&scene);
    scene_answer(&scene, "500 Internal Server Error", "", "oops");
    scene_answer(&scene, "503 Service Unavailable", "Retry-After: 3\r\n", "<html>");
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene_page(&scene);
    check_two_entries(&scene);
    ck_assert_int_eq(scene.answer.attempts, 3);
    check_wait(&scene, 0, 0, second / 2);
    check_wait(&scene, 1, 3 * second, 3 * second + 1);
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_refused_connection_is_told_as_such_with_the_count_of_tries)
{
    struct scene scene;
    scene_init(&scene);
    scene_handler(&scene, slackaudit_retry_connection_error(2, NULL, NULL, 0));
    uint16_t port;
    int fd = server_listen(&port);
    close(fd);
    struct slackaudit_options options = scene_options(&scene);
    char url[64];
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", port);
    options.base_url = url;
    scene_client(&scene, &options);
    scene_page(&scene);
    ck_assert_int_eq(scene.answer.code, SLACKAUDIT_ERROR_TRANSPORT);
    ck_assert_int_eq(scene.answer.transport, SLACKAUDIT_TRANSPORT_CONNECT);
    ck_assert_int_eq(scene.last_attempt.os_errno, ECONNREFUSED);
    check_contains(scene.message, "no whole answer: connect");
    check_contains(scene.message, "(tried 3 times)");
    check_wait(&scene, 1, second, 2 * second);
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_hundred_attempts_end_a_call)
{
    struct scene scene;
    scene_init(&scene);
    scene_handler(&scene, slackaudit_retry_server_error(1000, NULL, NULL, 0));
    scene_answer(&scene, "503 Service Unavailable", "", "");
    scene_page(&scene);
    ck_assert_int_eq(scene.answer.attempts, 100);
    ck_assert_uint_eq(scene.server.requests, 100);
    check_contains(scene.message, "(tried 100 times)");
    scene_deinit(&scene);
}
END_TEST

static bool is_errno_104(const void *self, const struct slackaudit_retry_state *state,
    const struct slackaudit_attempt *attempt)
{
    (void)self;
    ++*(int *)state->custom;
    return attempt->os_errno == 104;
}

START_TEST(a_custom_handler_retries_errno_104_only_and_keeps_its_values_over_the_attempts)
{
    static const struct slackaudit_retry_handler_type type = {
        .name = "errno_104", .can_retry = is_errno_104};
    struct scene scene;
    scene_init(&scene);
    scene_handler(&scene, slackaudit_retry_custom(&type, NULL, 5, slackaudit_interval_fixed(9),
                              slackaudit_jitter_none(), 0));
    scene_step(&scene, STEP_ANSWER_AND_RESET, "");
    scene_step(&scene, STEP_ANSWER_AND_RESET, "");
    scene_answer(&scene, "503 Service Unavailable", "", "");
    scene_client(&scene, NULL);
    int asked = 0;
    struct slackaudit_page_call request = scene_page_call(&scene);
    request.query.extras.retry_custom = &asked;
    ck_assert_int_eq(slackaudit_client_page(scene.client, &request, NULL, NULL), 0);
    scene_run(&scene);
    ck_assert_int_eq(scene.answer.status, 503);
    ck_assert_int_eq(scene.answer.attempts, 3);
    ck_assert_int_eq(asked, 3);
    check_wait(&scene, 0, 9, 10);
    check_wait(&scene, 1, 9, 10);
    scene_deinit(&scene);
}
END_TEST

CHECK_MAIN("call_retries", a_reset_is_tried_again_once_by_the_default_stack_and_then_succeeds,
    a_reset_that_no_handler_wants_ends_the_call_with_words,
    a_429_waits_for_what_retry_after_asks_and_then_succeeds,
    a_retry_after_that_is_a_date_is_counted_from_our_clock,
    a_500_and_a_503_are_tried_again_and_then_succeed,
    a_refused_connection_is_told_as_such_with_the_count_of_tries, a_hundred_attempts_end_a_call,
    a_custom_handler_retries_errno_104_only_and_keeps_its_values_over_the_attempts)
