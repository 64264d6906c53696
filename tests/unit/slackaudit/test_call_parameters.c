/*
 * Bad parameters of a call: each is refused by name before anything is sent, however the call is
 * made.
 */
#include "check_main.h"

#include "slackaudit/client_scene.h"
#include "slackaudit/entries.h"

/* ---- What /logs is asked ---- */

static void check_refused(int code, const struct slackaudit_problem *problem, const char *parameter)
{
    ck_assert_int_eq(code, SLACKAUDIT_ERROR_INVALID);
    ck_assert_int_eq(problem->code, SLACKAUDIT_ERROR_INVALID);
    ck_assert_msg(strncmp(problem->text, parameter, strlen(parameter)) == 0,
        "\"%s\" does not begin with %s", problem->text, parameter);
}

/* Each way to ask for a page refuses the query, and the text begins with the parameter. */
static void check_no_query(
    struct scene *scene, const struct slackaudit_query *query, const char *parameter)
{
    struct slackaudit_problem problem = {0};
    const struct slackaudit_events events = scene_events(scene);
    struct slackaudit_page_call page = scene_page_call(scene);
    struct slackaudit_response *response = NULL;
    struct slackaudit_entries *entries = NULL;
    int code = slackaudit_client_logs(scene->client, query, &events, NULL, &problem);
    check_refused(code, &problem, parameter);
    page.query = *query;
    problem = (struct slackaudit_problem){0};
    code = slackaudit_client_page(scene->client, &page, NULL, &problem);
    check_refused(code, &problem, parameter);
    problem = (struct slackaudit_problem){0};
    code = slackaudit_logs(scene->client, query, &response, &problem);
    check_refused(code, &problem, parameter);
    problem = (struct slackaudit_problem){0};
    code = slackaudit_entries_new(&entries, scene->client, query, false, &problem);
    check_refused(code, &problem, parameter);
    ck_assert_ptr_null(response);
    ck_assert_ptr_null(entries);
}

START_TEST(a_limit_is_1_to_9999)
{
    struct scene scene;
    scene_init(&scene);
    scene_client(&scene, NULL);
    static const int limits[] = {0, 10000, -1, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
        check_no_query(
            &scene, &(struct slackaudit_query){.has_limit = true, .limit = limits[i]}, "limit");
    check_no_query(&scene, &(struct slackaudit_query){.limit = 10}, "limit is 10, and has_limit");
    check_nothing_sent(&scene);
    scene_deinit(&scene);
}
END_TEST

START_TEST(oldest_is_not_after_latest_and_neither_is_negative)
{
    struct scene scene;
    scene_init(&scene);
    scene_client(&scene, NULL);
    check_no_query(&scene,
        &(struct slackaudit_query){
            .has_oldest = true, .oldest = 2, .has_latest = true, .latest = 1},
        "oldest (2) is after latest (1)");
    check_no_query(&scene, &(struct slackaudit_query){.has_oldest = true, .oldest = -1}, "oldest");
    check_no_query(&scene, &(struct slackaudit_query){.has_latest = true, .latest = -1}, "latest");
    check_no_query(&scene, &(struct slackaudit_query){.oldest = 1}, "oldest is 1, and has_oldest");
    check_no_query(&scene, &(struct slackaudit_query){.latest = 1}, "latest is 1, and has_latest");
    check_nothing_sent(&scene);
    scene_deinit(&scene);
}
END_TEST

START_TEST(at_most_30_actions_and_none_of_them_empty)
{
    struct scene scene;
    scene_init(&scene);
    scene_client(&scene, NULL);
    static const char *const lists[] = {
        "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,1,2,3,4,5", "a,,b", ",", "a,", ",a"};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        check_no_query(&scene, &(struct slackaudit_query){.action = lists[i]}, "action");
    check_nothing_sent(&scene);
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_cursor_that_is_too_long_is_refused)
{
    struct scene scene;
    scene_init(&scene);
    scene_client(&scene, NULL);
    char *cursor = calloc(1, LIMIT_CURSOR + 2);
    memset(cursor, 'x', LIMIT_CURSOR + 1);
    check_no_query(&scene, &(struct slackaudit_query){.cursor = cursor}, "cursor");
    free(cursor);
    check_nothing_sent(&scene);
    scene_deinit(&scene);
}
END_TEST

START_TEST(logs_want_a_client_with_a_token)
{
    struct scene scene;
    scene_init(&scene);
    struct slackaudit_options options = scene_options(&scene);
    options.token = NULL;
    scene_client(&scene, &options);
    check_no_query(&scene, &(struct slackaudit_query){0}, "token");
    check_nothing_sent(&scene);
    scene_deinit(&scene);
}
END_TEST

START_TEST(what_a_query_may_hold_at_most_is_sent)
{
    struct scene scene;
    scene_init(&scene);
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene_client(&scene, NULL);
    char *cursor = calloc(1, LIMIT_CURSOR + 1);
    memset(cursor, '=', LIMIT_CURSOR);
    struct slackaudit_page_call request = scene_page_call(&scene);
    request.query = (struct slackaudit_query){
        .has_oldest = true,
        .oldest = 1,
        .has_latest = true,
        .latest = 1,
        .has_limit = true,
        .limit = 1,
        .action = "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,1,2,3,4",
        .cursor = cursor,
    };
    ck_assert_int_eq(slackaudit_client_page(scene.client, &request, NULL, NULL), 0);
    free(cursor); /* what is passed in is copied */
    scene_run(&scene);
    check_two_entries(&scene);
    ck_assert_uint_gt(scene.server.last_request.size, 3 * LIMIT_CURSOR);
    scene_deinit(&scene);
}
END_TEST

/* ---- What any call may add ---- */

/* Each call refuses these, and the text begins with the parameter. */
static void check_no_extras(
    struct scene *scene, const struct slackaudit_extras *extras, const char *parameter)
{
    const struct slackaudit_events events = scene_events(scene);
    const struct slackaudit_request request = {.path = "a", .extras = *extras};
    struct slackaudit_page_call page = scene_page_call(scene);
    struct slackaudit_query query = {.extras = *extras};
    struct slackaudit_response *response = NULL;
    struct slackaudit_problem problem = {0};
    page.query = query;
    check_refused(slackaudit_client_schemas(scene->client, extras, &events, NULL, &problem),
        &problem, parameter);
    check_refused(slackaudit_client_actions(scene->client, extras, &events, NULL, &problem),
        &problem, parameter);
    check_refused(slackaudit_client_call(scene->client, &request, &events, NULL, &problem),
        &problem, parameter);
    check_refused(slackaudit_client_logs(scene->client, &query, &events, NULL, &problem), &problem,
        parameter);
    check_refused(
        slackaudit_client_page(scene->client, &page, NULL, &problem), &problem, parameter);
    check_refused(
        slackaudit_schemas(scene->client, extras, &response, &problem), &problem, parameter);
    check_refused(
        slackaudit_actions(scene->client, extras, &response, &problem), &problem, parameter);
    check_refused(
        slackaudit_api_call(scene->client, &request, &response, &problem), &problem, parameter);
    ck_assert_ptr_null(response);
}

START_TEST(headers_that_would_break_the_request_are_refused)
{
    static const char *const refused[][3] = {{"X-A", "b\r\nX-B: c"}, {"X-A", "b\n"}, {"X-A", "\r"},
        {"X A", "b"}, {"X:A", "b"}, {"", "b"}, {"X-A\r\n", "b"}, {"X-A", NULL},
        {"authorization", "Bearer xoxp-other"}};
    struct scene scene;
    scene_init(&scene);
    scene_client(&scene, NULL);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        check_no_extras(&scene, &(struct slackaudit_extras){.headers = refused[i]}, "headers");
    check_nothing_sent(&scene);
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_query_parameter_without_a_value_and_what_is_not_initialised_are_refused)
{
    struct scene scene;
    scene_init(&scene);
    scene_client(&scene, NULL);
    const char *const query[] = {"name", NULL, NULL};
    check_no_extras(&scene, &(struct slackaudit_extras){.query = query}, "query: name");
    check_no_extras(&scene, &(struct slackaudit_extras){.reserved = {&scene}}, "reserved");
    struct slackaudit_problem problem = {0};
    const struct slackaudit_query logs = {0};
    struct slackaudit_events events = scene_events(&scene);
    events.reserved[1] = &scene;
    check_refused(
        slackaudit_client_logs(scene.client, &logs, &events, NULL, &problem), &problem, "reserved");
    check_nothing_sent(&scene);
    scene_deinit(&scene);
}
END_TEST

/* ---- Any request ---- */

static void check_no_call(
    struct scene *scene, const struct slackaudit_request *request, const char *parameter)
{
    const struct slackaudit_events events = scene_events(scene);
    struct slackaudit_problem problem = {0};
    int code = slackaudit_client_call(scene->client, request, &events, &scene->call, &problem);
    ck_assert_msg(code == SLACKAUDIT_ERROR_INVALID || code == SLACKAUDIT_ERROR_LIMIT, "%d", code);
    check_contains(problem.text, parameter);
}

START_TEST(a_request_out_of_bounds_is_refused_by_name)
{
    static const char *const paths[] = {
        NULL, "", "/schemas", "../schemas", "a/../b", "schemas?x=1", "a b", "a\r\nb", "http://x/"};
    struct scene scene;
    scene_init(&scene);
    scene_client(&scene, NULL);
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        check_no_call(&scene, &(struct slackaudit_request){.path = paths[i]}, "path");
    check_no_call(&scene, &(struct slackaudit_request){.path = "a", .method = "GET /x"}, "method");
    check_no_call(&scene, &(struct slackaudit_request){.path = "a", .method = ""}, "method");
    check_no_call(&scene, &(struct slackaudit_request){.path = "a", .body_size = 1}, "body");
    check_no_call(&scene,
        &(struct slackaudit_request){
            .path = "a", .extras.query = (const char *const[]){"name", NULL, NULL}},
        "query");
    check_no_call(&scene,
        &(struct slackaudit_request){
            .path = "a", .extras.headers = (const char *const[]){"X", "a\nb", NULL}},
        "headers");
    char *long_value = calloc(1, LIMIT_URL + 1);
    memset(long_value, 'x', LIMIT_URL);
    check_no_call(&scene,
        &(struct slackaudit_request){
            .path = "a", .extras.query = (const char *const[]){"name", long_value, NULL}},
        "query");
    const char *headers[] = {"X", long_value, NULL};
    check_no_call(
        &scene, &(struct slackaudit_request){.path = "a", .extras.headers = headers}, "headers");
    free(long_value);
    check_nothing_sent(&scene);
    scene_deinit(&scene);
}
END_TEST

CHECK_MAIN("call_parameters", a_limit_is_1_to_9999,
    oldest_is_not_after_latest_and_neither_is_negative, at_most_30_actions_and_none_of_them_empty,
    a_cursor_that_is_too_long_is_refused, logs_want_a_client_with_a_token,
    what_a_query_may_hold_at_most_is_sent, headers_that_would_break_the_request_are_refused,
    a_query_parameter_without_a_value_and_what_is_not_initialised_are_refused,
    a_request_out_of_bounds_is_refused_by_name)
