/*
 * What a call tries again: failures of the connection, errors of the server, what a user's own
 * handler wants; and what the stack has to do with it.
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

/* A client of a port where nobody listens. Returns the socket that keeps it so. */
static int scene_client_to_closed_port(struct scene *scene)
{
    uint16_t port;
    int closed = server_bind(&port);
    struct slackaudit_options options = scene_options(scene);
    char url[64];
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", port);
    options.base_url = url;
    scene_client(scene, &options);
    return closed;
}

START_TEST(a_refused_connection_is_told_as_such_with_the_count_of_tries)
{
    struct scene scene;
    scene_init(&scene);
    scene_handler(&scene, slackaudit_retry_connection_error(2, NULL, NULL, 0));
    int closed = scene_client_to_closed_port(&scene);
    scene_page(&scene);
    close(closed);
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

/* ---- The stack ---- */

static void answer_503(struct scene *scene, unsigned times)
{
    for (unsigned i = 0; i < times; i++)
        scene_answer(scene, "503 Service Unavailable", "", "");
}

static struct slackaudit_retry_handler *match_503(int max_retries, int64_t wait_us)
{
    static const int status = 503;
    const struct slackaudit_retry_match when = {.statuses = &status, .status_count = 1};
    return slackaudit_retry_match(
        &when, max_retries, slackaudit_interval_fixed(wait_us), slackaudit_jitter_none(), 0);
}

START_TEST(two_handlers_are_asked_in_order_and_the_second_goes_on_where_the_first_ends)
{
    struct scene scene;
    scene_init(&scene);
    scene_handler(&scene, match_503(1, 2 * second));
    scene_handler(&scene, slackaudit_retry_server_error(2, slackaudit_interval_fixed(5 * second),
                              slackaudit_jitter_none(), 0));
    answer_503(&scene, 3);
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene_page(&scene);
    check_two_entries(&scene);
    check_wait(&scene, 0, 2 * second, 2 * second + 1);
    check_wait(&scene, 1, 5 * second, 5 * second + 1);
    check_wait(&scene, 2, 5 * second, 5 * second + 1);
    const char *log = buffer_text(&scene.log);
    check_contains(log, "match tries again in 2s");
    check_contains(log, "server_error tries again in 5s");
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_prepended_handler_comes_before_the_default_one)
{
    struct scene scene;
    scene_init(&scene);
    struct slackaudit_options options = scene_options(&scene);
    options.retry = NULL;
    scene_client(&scene, &options);
    static const enum slackaudit_transport transport = SLACKAUDIT_TRANSPORT_RESET;
    const struct slackaudit_retry_match when = {.transports = &transport, .transport_count = 1};
    struct slackaudit_retry_handler *handler = slackaudit_retry_match(
        &when, 1, slackaudit_interval_fixed(9 * second), slackaudit_jitter_none(), 0);
    ck_assert_int_eq(
        slackaudit_retry_stack_prepend(slackaudit_client_retry(scene.client), handler), 0);
    scene_step(&scene, STEP_ANSWER_AND_RESET, "");
    scene_step(&scene, STEP_ANSWER_AND_RESET, "");
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene_page(&scene);
    check_two_entries(&scene);
    check_wait(&scene, 0, 9 * second, 9 * second + 1);
    check_wait(&scene, 1, second / 2, second / 2 + second);
    scene_deinit(&scene);
}
END_TEST

START_TEST(an_emptied_stack_tries_nothing_again)
{
    struct scene scene;
    scene_init(&scene);
    struct slackaudit_options options = scene_options(&scene);
    options.retry = NULL;
    scene_client(&scene, &options);
    slackaudit_retry_stack_clear(slackaudit_client_retry(scene.client));
    scene_step(&scene, STEP_ANSWER_AND_RESET, "");
    scene_page(&scene);
    ck_assert_int_eq(scene.answer.code, SLACKAUDIT_ERROR_TRANSPORT);
    ck_assert_int_eq(scene.answer.attempts, 1);
    ck_assert_uint_eq(scene.server.requests, 1);
    scene_deinit(&scene);
}
END_TEST

START_TEST(resets_do_not_use_up_the_tries_of_the_rate_limit)
{
    struct scene scene;
    scene_init(&scene);
    scene_handler(&scene, slackaudit_retry_connection_error(2, NULL, NULL, 0));
    scene_handler(&scene, slackaudit_retry_rate_limit(1));
    scene_step(&scene, STEP_ANSWER_AND_RESET, "");
    scene_step(&scene, STEP_ANSWER_AND_RESET, "");
    scene_answer(&scene, "429 Too Many Requests", "Retry-After: 1\r\n", "");
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene_page(&scene); /* the SDK would end with the 429: two attempts are not fewer than one */
    check_two_entries(&scene);
    ck_assert_int_eq(scene.answer.attempts, 4);
    scene_deinit(&scene);
}
END_TEST

/* ---- A user's own handler ---- */

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

START_TEST(a_custom_handler_for_errno_104_leaves_a_refused_connection_alone)
{
    static const struct slackaudit_retry_handler_type type = {
        .name = "errno_104", .can_retry = is_errno_104};
    struct scene scene;
    scene_init(&scene);
    scene_handler(&scene, slackaudit_retry_custom(&type, NULL, 5, NULL, NULL, 0));
    int closed = scene_client_to_closed_port(&scene);
    int asked = 0;
    struct slackaudit_page_call request = scene_page_call(&scene);
    request.query.extras.retry_custom = &asked;
    ck_assert_int_eq(slackaudit_client_page(scene.client, &request, NULL, NULL), 0);
    scene_run(&scene);
    ck_assert_int_eq(scene.last_attempt.os_errno, ECONNREFUSED);
    ck_assert_int_eq(scene.answer.attempts, 1);
    ck_assert_int_eq(asked, 1);
    scene_deinit(&scene);
    close(closed);
}
END_TEST

CHECK_MAIN("call_retries", a_reset_is_tried_again_once_by_the_default_stack_and_then_succeeds,
    a_reset_that_no_handler_wants_ends_the_call_with_words,
    a_500_and_a_503_are_tried_again_and_then_succeed,
    a_refused_connection_is_told_as_such_with_the_count_of_tries, a_hundred_attempts_end_a_call,
    two_handlers_are_asked_in_order_and_the_second_goes_on_where_the_first_ends,
    a_prepended_handler_comes_before_the_default_one, an_emptied_stack_tries_nothing_again,
    resets_do_not_use_up_the_tries_of_the_rate_limit,
    a_custom_handler_retries_errno_104_only_and_keeps_its_values_over_the_attempts,
    a_custom_handler_for_errno_104_leaves_a_refused_connection_alone)
