/*
 * A page call: how it asks, what it makes of a whole page, and of a body that is none.
 */
#include "check_main.h"

#include "slackaudit/client_scene.h"

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

/* ---- Bodies that are no whole page ---- */

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

CHECK_MAIN("page_call", a_page_is_split_as_it_arrives_and_told_with_its_cursor,
    the_query_is_sent_percent_encoded_with_oldest_beside_the_cursor, what_is_not_set_is_not_sent,
    a_damaged_entry_is_salvaged_only_when_that_is_asked_for,
    a_body_cut_short_is_tried_again_and_its_entries_are_void, a_body_cut_short_is_a_broken_body_too,
    a_200_that_is_no_page_is_a_broken_body_and_says_where,
    an_html_page_on_200_is_tried_again_and_then_succeeds, a_200_that_tells_an_error_is_not_broken)
