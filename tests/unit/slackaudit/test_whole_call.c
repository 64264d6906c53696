/* Calls that take a body as it is: whole, in chunks, and kept beyond their end. */
#include "check_main.h"
#include "slackaudit/client_scene.h"

static void start_logs(struct scene *scene, const struct slackaudit_query *query,
    const struct slackaudit_events *events)
{
    struct slackaudit_problem problem = {0};
    int code = slackaudit_client_logs(scene->client, query, events, &scene->call, &problem);
    ck_assert_msg(code == 0, "%s", problem.text);
}

START_TEST(a_request_keeps_the_body_whole_and_takes_its_own_headers)
{
    struct scene scene;
    scene_init(&scene);
    scene_daemon_stack(&scene);
    scene_answer(&scene, "503 Service Unavailable", "", "first");
    scene_answer(&scene, "200 OK", "X-Thing: it\r\n", "{\"actions\":{}}");
    struct slackaudit_options options = scene_options(&scene);
    options.headers = (const char *const[]){"X-One", "client", "X-Two", "client", NULL};
    scene_client(&scene, &options);
    const struct slackaudit_request request = {
        .method = "POST",
        .path = "actions",
        .body = "{}",
        .body_size = 2,
        .extras = {.query = (const char *const[]){"a b", "1&2", "c", "", NULL},
            .headers = (const char *const[]){"x-two", "call", NULL}},
    };
    const struct slackaudit_events events = scene_events(&scene);
    ck_assert_int_eq(slackaudit_client_call(scene.client, &request, &events, NULL, NULL), 0);
    scene_run(&scene);
    ck_assert_int_eq(scene.answer.status, 200);
    ck_assert_int_eq(scene.answer.attempts, 2);
    ck_assert_str_eq(buffer_text(&scene.body), "{\"actions\":{}}"); /* nothing of the first */
    ck_assert_str_eq(scene.header, "it");
    ck_assert_str_eq(scene.error, "");
    ck_assert_str_eq(scene.message, "");
    const char *sent = buffer_text(&scene.server.last_request);
    check_contains(sent, "POST /audit/v1/actions?a%20b=1%262&c= HTTP/1.1\r\n");
    check_contains(sent, "\r\nX-One: client\r\n");
    check_contains(sent, "\r\nx-two: call\r\n");
    ck_assert_ptr_null(strstr(sent, "X-Two"));
    ck_assert_str_eq(sent + strlen(sent) - 6, "\r\n\r\n{}");
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_client_without_a_token_asks_for_schemas_and_actions_without_one)
{
    struct scene scene;
    scene_init(&scene);
    scene_answer(&scene, "400 Bad Request", "", "{\"ok\":false,\"error\":\"bad_endpoint\"}");
    struct slackaudit_options options = scene_options(&scene);
    options.token = NULL;
    scene_client(&scene, &options);
    const struct slackaudit_events events = scene_events(&scene);
    ck_assert_int_eq(slackaudit_client_schemas(scene.client, NULL, &events, NULL, NULL), 0);
    scene_run(&scene);
    ck_assert_str_eq(scene.error, "bad_endpoint");
    check_contains(buffer_text(&scene.body), "bad_endpoint");
    const char *sent = buffer_text(&scene.server.last_request);
    check_contains(sent, "GET /audit/v1/schemas HTTP/1.1\r\n");
    ck_assert_ptr_null(strstr(sent, "Authorization"));

    scene.done = 0;
    const struct slackaudit_extras extras = {.query = (const char *const[]){"locale", "de", NULL}};
    ck_assert_int_eq(slackaudit_client_actions(scene.client, &extras, &events, NULL, NULL), 0);
    scene_run(&scene);
    check_contains(
        buffer_text(&scene.server.last_request), "GET /audit/v1/actions?locale=de HTTP/");
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_page_of_logs_can_be_had_whole_with_more_in_its_query_and_headers)
{
    struct scene scene;
    scene_init(&scene);
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene_client(&scene, NULL);
    const struct slackaudit_query query = {
        .has_oldest = true,
        .oldest = 5,
        .has_limit = true,
        .limit = 2,
        .extras = {.query = (const char *const[]){"new_filter", "a=b", NULL},
            .headers = (const char *const[]){"X-Ticket", "7", NULL}},
    };
    const struct slackaudit_events events = scene_events(&scene);
    start_logs(&scene, &query, &events);
    scene_run(&scene);
    ck_assert_str_eq(buffer_text(&scene.body), TWO_ENTRIES);
    const char *sent = buffer_text(&scene.server.last_request);
    check_contains(sent, "GET /audit/v1/logs?oldest=5&limit=2&new_filter=a%3Db HTTP/1.1\r\n");
    check_contains(sent, "\r\nX-Ticket: 7\r\n");
    check_contains(sent, "\r\nAuthorization: Bearer " TOKEN "\r\n");
    scene_deinit(&scene);
}
END_TEST

/* ---- In chunks ---- */

struct stream {
    struct buffer bytes; /* of the present attempt */
    int attempts;
    unsigned done;
    int code, status, last_status;
    char error[64], message[256];
    int refuse; /* what on_body answers */
};

static void stream_attempt(void *user, int attempt)
{
    struct stream *stream = user;
    ck_assert_int_eq(attempt, stream->attempts++);
    buffer_clear(&stream->bytes);
}

static int stream_body(void *user, int status, const char *data, size_t size)
{
    struct stream *stream = user;
    stream->last_status = status;
    ck_assert_int_eq(buffer_append(&stream->bytes, data, size), 0);
    return stream->refuse;
}

static void stream_done(void *user, const struct slackaudit_answer *answer)
{
    struct stream *stream = user;
    stream->done++;
    stream->code = answer->code;
    stream->status = answer->status;
    ck_assert_str_eq(answer->body, "");
    ck_assert_uint_eq(answer->body_size, 0);
    (void)snprintf(stream->error, sizeof(stream->error), "%s", answer->error);
    (void)snprintf(stream->message, sizeof(stream->message), "%s", answer->message);
}

static void run_stream(struct scene *scene, struct stream *stream)
{
    const struct slackaudit_query query = {0};
    const struct slackaudit_events events = {.on_attempt = stream_attempt,
        .on_body = stream_body,
        .on_done = stream_done,
        .user = stream};
    scene_client(scene, NULL);
    start_logs(scene, &query, &events);
    while (stream->done == 0)
        scene_turn(scene);
}

START_TEST(a_stream_is_told_when_an_attempt_begins_anew)
{
    struct scene scene;
    scene_init(&scene);
    scene_daemon_stack(&scene);
    scene_step(&scene, STEP_ANSWER_AND_RESET,
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nwhat comes first is void");
    scene_answer(&scene, "500 Internal Server Error", "", "{\"ok\":false,\"error\":\"fatal\"}");
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    struct stream stream = {.bytes = BUFFER_INIT(KIB(64))};
    run_stream(&scene, &stream);
    ck_assert_int_eq(stream.attempts, 3);
    ck_assert_int_eq(stream.status, 200);
    ck_assert_int_eq(stream.last_status, 200);
    ck_assert_str_eq(buffer_text(&stream.bytes), TWO_ENTRIES);
    buffer_deinit(&stream.bytes);
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_stream_of_an_error_hands_its_body_over_and_still_names_the_error)
{
    struct scene scene;
    scene_init(&scene);
    scene_answer(&scene, "403 Forbidden", "", "{\"ok\":false,\"error\":\"team_not_authorized\"}");
    struct stream stream = {.bytes = BUFFER_INIT(KIB(64))};
    run_stream(&scene, &stream);
    ck_assert_int_eq(stream.code, SLACKAUDIT_OK);
    ck_assert_int_eq(stream.last_status, 403);
    ck_assert_str_eq(stream.error, "team_not_authorized");
    check_contains(buffer_text(&stream.bytes), "team_not_authorized");
    buffer_deinit(&stream.bytes);
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_stream_that_its_reader_refuses_ends_at_once)
{
    struct scene scene;
    scene_init(&scene);
    scene_daemon_stack(&scene);
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    struct stream stream = {.bytes = BUFFER_INIT(KIB(64)), .refuse = -1};
    run_stream(&scene, &stream);
    ck_assert_int_eq(stream.code, SLACKAUDIT_ERROR_CALLBACK);
    ck_assert_int_eq(stream.attempts, 1);
    check_contains(stream.message, "ended by its callback");
    buffer_deinit(&stream.bytes);
    scene_deinit(&scene);
}
END_TEST

/* ---- Kept ---- */

static void keep(void *user, const struct slackaudit_answer *answer)
{
    struct scene *scene = user;
    scene->done++;
    ck_assert_int_eq(slackaudit_answer_keep(answer, &scene->response, NULL), 0);
    ck_assert_str_eq(answer->body, TWO_ENTRIES); /* it has only changed hands */
    struct slackaudit_response *again = NULL;
    struct slackaudit_problem problem;
    ck_assert_int_eq(slackaudit_answer_keep(answer, &again, &problem), SLACKAUDIT_ERROR_INVALID);
    check_contains(problem.text, "kept already");
    ck_assert_ptr_null(again);
}

START_TEST(a_response_outlives_its_call_and_its_client)
{
    struct scene scene;
    scene_init(&scene);
    scene_answer(&scene, "200 OK",
        "X-Thing: one\r\nx-thing: two\r\nX-Slack-Req-Id: r1\r\n"
        "Date: Wed, 15 Nov 2023 00:00:00 GMT\r\n",
        TWO_ENTRIES);
    scene_client(&scene, NULL);
    const struct slackaudit_query query = {.has_latest = true, .latest = 9};
    const struct slackaudit_events events = {.on_done = keep, .user = &scene};
    start_logs(&scene, &query, &events);
    scene_run(&scene);
    slackaudit_client_free(scene.client);
    scene.client = NULL;

    const struct slackaudit_answer *answer = slackaudit_response_answer(scene.response);
    ck_assert_int_eq(answer->code, SLACKAUDIT_OK);
    ck_assert_int_eq(answer->status, 200);
    ck_assert_str_eq(answer->body, TWO_ENTRIES);
    ck_assert_uint_eq(answer->body_size, strlen(TWO_ENTRIES));
    check_contains(answer->url, "/audit/v1/logs?latest=9");
    ck_assert_str_eq(answer->request_id, "r1");
    ck_assert_int_eq(answer->server_time, 1700006400);
    ck_assert_str_eq(answer->message, "");
    ck_assert_str_eq(slackaudit_answer_header(answer, "X-THING", 0), "one");
    ck_assert_str_eq(slackaudit_answer_header(answer, "X-THING", 1), "two");
    ck_assert_ptr_null(slackaudit_answer_header(answer, "X-THING", 2));
    ck_assert_ptr_null(slackaudit_answer_header(answer, "X-Other", 0));
    struct slackaudit_logs_body logs;
    struct slackaudit_entry entry;
    ck_assert_int_eq(slackaudit_response_logs(scene.response, &logs, NULL), 0);
    ck_assert(slackaudit_text_is(logs.response_metadata.next_cursor, "bmV4dA=="));
    ck_assert(slackaudit_logs_body_entry(&logs, 1, &entry));
    ck_assert(slackaudit_text_is(entry.action, "user_logout"));
    ck_assert(!slackaudit_logs_body_entry(&logs, 2, &entry));
    slackaudit_response_free(scene.response);
    scene_deinit(&scene);
}
END_TEST

static void keep_html(void *user, const struct slackaudit_answer *answer)
{
    struct scene *scene = user;
    scene->done++;
    ck_assert_int_eq(slackaudit_answer_keep(answer, &scene->response, NULL), 0);
}

START_TEST(a_response_that_is_not_json_says_so_and_keeps_its_body)
{
    struct scene scene;
    scene_init(&scene);
    scene_answer(&scene, "502 Bad Gateway", "", "<html>");
    scene_client(&scene, NULL);
    const struct slackaudit_query query = {0};
    const struct slackaudit_events events = {.on_done = keep_html, .user = &scene};
    start_logs(&scene, &query, &events);
    scene_run(&scene);
    struct slackaudit_actions_body actions;
    struct slackaudit_problem problem = {0};
    for (int i = 0; i < 2; i++) /* asked again it says the same */
        ck_assert_int_eq(slackaudit_response_actions(scene.response, &actions, &problem),
            SLACKAUDIT_ERROR_INVALID);
    check_contains(problem.text, "not JSON");
    ck_assert_str_eq(slackaudit_response_answer(scene.response)->body, "<html>");
    slackaudit_response_free(scene.response);
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_body_past_the_cap_is_no_answer)
{
    struct scene scene;
    scene_init(&scene);
    scene_daemon_stack(&scene);
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    struct slackaudit_options options = scene_options(&scene);
    options.response_limit = strlen(TWO_ENTRIES) - 1;
    scene_client(&scene, &options);
    const struct slackaudit_query query = {0};
    const struct slackaudit_events events = scene_events(&scene);
    start_logs(&scene, &query, &events);
    scene_run(&scene);
    ck_assert_int_eq(scene.answer.code, SLACKAUDIT_ERROR_LIMIT);
    ck_assert_int_eq(scene.answer.attempts, 1);
    check_contains(scene.message, "response_limit");
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_body_of_just_the_cap_is_whole)
{
    struct scene scene;
    scene_init(&scene);
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    struct slackaudit_options options = scene_options(&scene);
    options.response_limit = strlen(TWO_ENTRIES);
    scene_client(&scene, &options);
    const struct slackaudit_query query = {0};
    const struct slackaudit_events events = scene_events(&scene);
    start_logs(&scene, &query, &events);
    scene_run(&scene);
    ck_assert_str_eq(buffer_text(&scene.body), TWO_ENTRIES);
    scene_deinit(&scene);
}
END_TEST

START_TEST(the_debug_lines_show_headers_and_no_secret_among_them)
{
    struct scene scene;
    scene_init(&scene);
    scene_answer(&scene, "200 OK", "X-Thing: seen\r\nSet-Cookie: session=crumbs\r\n", TWO_ENTRIES);
    struct slackaudit_options options = scene_options(&scene);
    options.headers = (const char *const[]){"X-Gateway-Key", "hunter2", NULL};
    options.user_agent_prefix = "siem/1";
    scene_client(&scene, &options);
    const struct slackaudit_query query = {.has_latest = true, .latest = 9};
    const struct slackaudit_events events = scene_events(&scene);
    start_logs(&scene, &query, &events);
    scene_run(&scene);
    const char *log = buffer_text(&scene.log);
    check_contains(
        log, "/audit/v1/logs?latest=9: attempt 1 begins; User-Agent: siem/1 slackaudit/");
    check_contains(log, "; Authorization: (redacted)");
    check_contains(log, "; X-Gateway-Key: (redacted)");
    check_contains(log, "status 200, transport ok; ");
    check_contains(log, "; X-Thing: seen");
    check_contains(log, "; Set-Cookie: (redacted)");
    ck_assert_ptr_null(strstr(log, "hunter2"));
    ck_assert_ptr_null(strstr(log, "crumbs"));
    ck_assert_ptr_null(strstr(log, TOKEN));
    scene_deinit(&scene);
}
END_TEST

CHECK_MAIN("whole_call", a_request_keeps_the_body_whole_and_takes_its_own_headers,
    a_client_without_a_token_asks_for_schemas_and_actions_without_one,
    a_page_of_logs_can_be_had_whole_with_more_in_its_query_and_headers,
    a_stream_is_told_when_an_attempt_begins_anew,
    a_stream_of_an_error_hands_its_body_over_and_still_names_the_error,
    a_stream_that_its_reader_refuses_ends_at_once, a_response_outlives_its_call_and_its_client,
    a_response_that_is_not_json_says_so_and_keeps_its_body, a_body_past_the_cap_is_no_answer,
    a_body_of_just_the_cap_is_whole, the_debug_lines_show_headers_and_no_secret_among_them)
