/*
 * The client against a server that misbehaves: what an answer becomes, what is tried again and
 * after which wait.
 */
#include "check_main.h"

#include <errno.h>

#include "slackaudit/client_scene.h"

static const int64_t second = USEC_PER_SEC;

/* ---- Pages ---- */

START_TEST(a_page_is_split_as_it_arrives_and_told_with_its_cursor)
{
    struct scene scene;
    scene_init(&scene);
    scene_answer(&scene, "200 OK",
        "Date: Wed, 15 Nov 2023 08:00:01 GMT\r\nX-Slack-Req-Id: r1\r\nX-Thing: it\r\n",
        TWO_ENTRIES);
    scene_page(&scene);
    check_two_entries(&scene);
    ck_assert_int_eq(scene.answer.attempts, 1);
    ck_assert_int_eq(scene.answer.server_time, 1700035201);
    ck_assert_int_eq(scene.answer.retry_after_us, -1);
    ck_assert_str_eq(scene.request_id, "r1");
    ck_assert_str_eq(scene.header, "it");
    ck_assert_str_eq(scene.error, "");
    ck_assert_uint_eq(scene.begun, 1);
    ck_assert_uint_eq(scene.ended, 1);
    ck_assert_int_eq(scene.last_attempt.status, 200);
    scene_deinit(&scene);
}
END_TEST

START_TEST(the_query_is_sent_percent_encoded_with_oldest_beside_the_cursor)
{
    struct scene scene;
    scene_init(&scene);
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    struct slackaudit_options options = scene_options(&scene);
    options.user_agent_prefix = "before";
    options.user_agent_suffix = "after";
    options.headers = (const char *const[]){"X-Own", "a b", NULL};
    scene_client(&scene, &options);
    struct slackaudit_page_call request = scene_page_call(&scene);
    request.query = (struct slackaudit_query){
        .has_oldest = true,
        .oldest = 0,
        .has_latest = true,
        .latest = 1700000000,
        .has_limit = true,
        .limit = 9999,
        .action = "user_login,anomaly",
        .actor = "U1&x=y",
        .entity = "",
        .cursor = "dGVh+/==",
    };
    ck_assert_int_eq(slackaudit_client_page(scene.client, &request, NULL, NULL), 0);
    scene_run(&scene);
    check_two_entries(&scene);
    const char *sent = buffer_text(&scene.server.last_request);
    check_contains(sent,
        "GET /audit/v1/logs?oldest=0&latest=1700000000&limit=9999&action=user_login%2Canomaly"
        "&actor=U1%26x%3Dy&cursor=dGVh%2B%2F%3D%3D HTTP/1.1\r\n");
    check_contains(sent, "\r\nAuthorization: Bearer " TOKEN "\r\n");
    check_contains(sent, "\r\nX-Own: a b\r\n");
    check_contains(sent, "\r\nUser-Agent: before slackaudit/");
    check_contains(sent, " after\r\n");
    scene_deinit(&scene);
}
END_TEST

START_TEST(what_is_not_set_is_not_sent)
{
    struct scene scene;
    scene_init(&scene);
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene_page(&scene);
    check_contains(buffer_text(&scene.server.last_request), "GET /audit/v1/logs HTTP/1.1\r\n");
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_damaged_entry_is_salvaged_only_when_that_is_asked_for)
{
    static const char page[] = "{\"entries\":[{\"id\":\"a\",\"x\":\"\xff\"},{\"id\":\"b\"}]}";
    struct scene scene;
    scene_init(&scene);
    scene_answer(&scene, "200 OK", "", page);
    scene_page(&scene);
    ck_assert(scene.answer.broken_body);
    ck_assert(!scene.has_summary);

    struct slackaudit_page_call request = scene_page_call(&scene);
    request.salvage = true;
    scene.done = 0;
    ck_assert_int_eq(slackaudit_client_page(scene.client, &request, NULL, NULL), 0);
    scene_run(&scene);
    ck_assert(!scene.answer.broken_body);
    ck_assert(scene.has_summary);
    ck_assert_uint_eq(scene.entries, 2);
    ck_assert_uint_eq(scene.damaged, 1);
    scene_deinit(&scene);
}
END_TEST

/* ---- Retries ---- */

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

START_TEST(a_body_cut_short_is_tried_again_and_its_entries_are_void)
{
    struct scene scene;
    scene_init(&scene);
    scene_daemon_stack(&scene);
    scene_step(&scene, STEP_ANSWER_AND_CLOSE,
        "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"entries\":[{\"id\":\"b\"},{\"id\"");
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene_page(&scene);
    check_two_entries(&scene);
    ck_assert_uint_eq(scene.attempts_told, 2);
    ck_assert_int_eq(scene.last_attempt_number, 1);
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_body_cut_short_is_a_broken_body_too)
{
    struct scene scene;
    scene_init(&scene); /* nobody in this stack retries a connection error */
    scene_handler(&scene, slackaudit_retry_server_error(1, NULL, NULL, 0));
    scene_step(&scene, STEP_ANSWER_AND_CLOSE,
        "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"entries\":[");
    scene_page(&scene);
    ck_assert_int_eq(scene.answer.code, SLACKAUDIT_ERROR_TRANSPORT);
    ck_assert_int_eq(scene.answer.transport, SLACKAUDIT_TRANSPORT_RESET);
    ck_assert_int_eq(scene.answer.attempts, 2);
    ck_assert(scene.answer.broken_body);
    scene_deinit(&scene);
}
END_TEST

/* The server answers 200 with `body` twice and is tried again once; the message holds `words`. */
static void check_broken(const char *body, const char *words)
{
    struct scene scene;
    scene_init(&scene);
    scene_handler(&scene, slackaudit_retry_server_error(1, NULL, NULL, 0));
    scene_answer(&scene, "200 OK", "", body);
    scene_page(&scene);
    ck_assert_int_eq(scene.answer.code, SLACKAUDIT_OK);
    ck_assert_int_eq(scene.answer.status, 200);
    ck_assert_int_eq(scene.answer.attempts, 2);
    ck_assert_int_eq(scene.last_attempt.transport, SLACKAUDIT_TRANSPORT_OK);
    ck_assert(scene.answer.broken_body);
    ck_assert(!scene.has_summary);
    check_contains(scene.message, "/audit/v1/logs: the answer (status 200) is not a whole page: ");
    check_contains(scene.message, words);
    check_contains(scene.message, "(tried 2 times)");
    scene_deinit(&scene);
}

START_TEST(a_200_that_is_no_page_is_a_broken_body_and_says_where)
{
    check_broken("<html><body>We'll be back</body></html>", "byte 0");
    check_broken("{\"entries\":[{\"id\":\"b\"},{\"id\":}]}", "at byte");
    check_broken("{\"entries\":[{\"id\":\"b\"}]", "at byte");
    check_broken("", "byte 0");
    check_broken("[]", "not an object");
    check_broken("{\"ok\":true}", "entries");
    check_broken("{\"ok\":false}", "entries");
}
END_TEST

START_TEST(an_html_page_on_200_is_tried_again_and_then_succeeds)
{
    struct scene scene;
    scene_init(&scene);
    scene_daemon_stack(&scene);
    scene_answer(&scene, "200 OK", "Content-Type: text/html\r\n", "<html></html>");
    scene_answer(&scene, "200 OK", "", "{\"entries\":[tru");
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene_page(&scene);
    check_two_entries(&scene);
    ck_assert_int_eq(scene.answer.attempts, 3);
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_200_that_tells_an_error_is_not_broken)
{
    struct scene scene;
    scene_init(&scene);
    scene_daemon_stack(&scene);
    scene_answer(&scene, "200 OK", "", "{\"ok\":false,\"error\":\"feature_not_enabled\"}");
    scene_page(&scene);
    ck_assert_int_eq(scene.answer.code, SLACKAUDIT_OK);
    ck_assert_int_eq(scene.answer.attempts, 1);
    ck_assert(!scene.answer.broken_body);
    ck_assert(!scene.has_summary);
    ck_assert_str_eq(scene.error, "feature_not_enabled");
    check_contains(scene.message, "status 200 and error feature_not_enabled (tried once)");
    scene_deinit(&scene);
}
END_TEST

START_TEST(an_error_status_is_an_answer_with_the_error_of_its_body)
{
    static const struct {
        const char *status, *body, *error;
    } cases[] = {
        {"400 Bad Request", "{\"ok\":false,\"error\":\"invalid_cursor\"}", "invalid_cursor"},
        {"401 Unauthorized", "not allowed", ""},
        {"403 Forbidden", "", ""},
        {"404 Not Found", "{\"error\":{\"code\":1}}", ""},
        {"400 Bad Request", "{\"error\":\"a\\nb\"}", "a?b"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct scene scene;
        scene_init(&scene);
        scene_daemon_stack(&scene);
        scene_answer(&scene, cases[i].status, "", cases[i].body);
        scene_page(&scene);
        ck_assert_int_eq(scene.answer.code, SLACKAUDIT_OK);
        ck_assert_int_eq(scene.answer.status, (int)strtol(cases[i].status, NULL, 10));
        ck_assert_int_eq(scene.answer.attempts, 1);
        ck_assert_str_eq(scene.error, cases[i].error);
        ck_assert(!scene.has_summary);
        ck_assert(!scene.answer.broken_body);
        check_contains(scene.message, cases[i].error);
        scene_deinit(&scene);
    }
}
END_TEST

START_TEST(a_long_error_body_is_not_kept_whole)
{
    struct scene scene;
    scene_init(&scene);
    char *long_body = calloc(1, MIB(1) + 1);
    memset(long_body, 'x', MIB(1));
    scene_answer(&scene, "500 Internal Server Error", "", long_body);
    free(long_body);
    scene_page(&scene);
    ck_assert_int_eq(scene.answer.code, SLACKAUDIT_OK);
    ck_assert_int_eq(scene.answer.status, 500);
    ck_assert_str_eq(scene.error, "");
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_redirect_is_not_followed_with_the_token)
{
    struct scene scene;
    scene_init(&scene);
    scene_daemon_stack(&scene);
    char header[128];
    (void)snprintf(header, sizeof(header), "Location: %slogs\r\n", scene.base_url);
    scene_answer(&scene, "302 Found", header, "");
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene_page(&scene);
    ck_assert_int_eq(scene.answer.code, SLACKAUDIT_OK);
    ck_assert_int_eq(scene.answer.status, 302);
    ck_assert_uint_eq(scene.server.requests, 1);
    check_contains(scene.message, "redirects are not followed");
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_response_past_the_cap_ends_the_call_and_is_not_tried_again)
{
    struct scene scene;
    scene_init(&scene);
    scene_daemon_stack(&scene);
    struct slackaudit_options options = scene_options(&scene);
    options.response_limit = 1000;
    scene_client(&scene, &options);
    char body[2000];
    memset(body, ' ', sizeof(body) - 1);
    body[0] = '{';
    body[sizeof(body) - 1] = '\0';
    scene_answer(&scene, "200 OK", "", body);
    scene_page(&scene);
    ck_assert_int_eq(scene.answer.code, SLACKAUDIT_ERROR_LIMIT);
    ck_assert_int_eq(scene.answer.attempts, 1);
    ck_assert_uint_eq(scene.ended, 1);
    ck_assert(!scene.has_summary);
    check_contains(scene.message, "response_limit is 1000 bytes");
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

/* ---- The gate and the token ---- */

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

CHECK_MAIN("client", a_page_is_split_as_it_arrives_and_told_with_its_cursor,
    the_query_is_sent_percent_encoded_with_oldest_beside_the_cursor, what_is_not_set_is_not_sent,
    a_damaged_entry_is_salvaged_only_when_that_is_asked_for,
    a_reset_is_tried_again_once_by_the_default_stack_and_then_succeeds,
    a_reset_that_no_handler_wants_ends_the_call_with_words,
    a_429_waits_for_what_retry_after_asks_and_then_succeeds,
    a_retry_after_that_is_a_date_is_counted_from_our_clock,
    a_500_and_a_503_are_tried_again_and_then_succeed,
    a_body_cut_short_is_tried_again_and_its_entries_are_void, a_body_cut_short_is_a_broken_body_too,
    a_200_that_is_no_page_is_a_broken_body_and_says_where,
    an_html_page_on_200_is_tried_again_and_then_succeeds, a_200_that_tells_an_error_is_not_broken,
    an_error_status_is_an_answer_with_the_error_of_its_body, a_long_error_body_is_not_kept_whole,
    a_redirect_is_not_followed_with_the_token,
    a_response_past_the_cap_ends_the_call_and_is_not_tried_again,
    a_refused_connection_is_told_as_such_with_the_count_of_tries, a_hundred_attempts_end_a_call,
    a_custom_handler_retries_errno_104_only_and_keeps_its_values_over_the_attempts,
    a_gate_delays_an_attempt_without_counting_it, a_new_token_is_used_from_the_next_attempt_on,
    the_token_is_in_no_log_line_and_no_message_even_when_the_server_sends_it_back)
