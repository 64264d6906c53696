/*
 * Bad parameters: each is refused by name before anything is sent, and no text shows a secret.
 */
#include "check_main.h"

#include "slackaudit/client_scene.h"

/* No client comes of these options, and the text names `parameter`. */
static void check_no_client(
    struct scene *scene, const struct slackaudit_options *options, const char *parameter)
{
    struct slackaudit_client *client = NULL;
    struct slackaudit_problem problem = {0};
    ck_assert_int_eq(
        slackaudit_client_new(&client, scene->engine, options, &problem), SLACKAUDIT_ERROR_INVALID);
    ck_assert_ptr_null(client);
    ck_assert_int_eq(problem.code, SLACKAUDIT_ERROR_INVALID);
    ck_assert_msg(strncmp(problem.text, parameter, strlen(parameter)) == 0,
        "\"%s\" does not begin with %s", problem.text, parameter);
    ck_assert_ptr_null(strstr(problem.text, "hunter2"));
}

START_TEST(a_base_url_that_cannot_be_trusted_with_a_token_is_refused)
{
    static const char *const refused[] = {"", "api.slack.com/", "ftp://api.slack.com/", "https://",
        "https:///", "https://api.slack.com", "https://api.slack.com/audit/v1",
        "https://user:hunter2@api.slack.com/", "https://hunter2@api.slack.com/",
        "http://127.0.0.1\\@evil.example/", "https://api.slack.com/?a=/",
        "https://api.slack.com/#/", "https://api.slack.com/a b/", "https://api.slack.com\r\n/",
        "https://api.slack.com:0/", "https://api.slack.com:65536/", "https://api.slack.com:x/",
        "https://api.slack.com:/", "https://[::1]x/", "https://[::1/", "http://api.slack.com/",
        "http://127.0.0.1.evil.example/", "http://localhost.evil.example/", "http://128.0.0.1/",
        "http://0x7f000001/", "http://[::2]/", "http://notlocalhost/"};
    struct scene scene;
    scene_init(&scene);
    struct slackaudit_options options = scene_options(&scene);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        options.base_url = refused[i];
        check_no_client(&scene, &options, "base_url");
    }
    scene_deinit(&scene);
}
END_TEST

START_TEST(an_address_over_https_or_to_this_machine_is_taken)
{
    static const char *const taken[] = {"https://api.slack.com/audit/v1/", "HTTPS://x/",
        "https://gateway:8443/a%20b/", "https://[2001:db8::1]:443/", "http://localhost/",
        "http://LOCALHOST:80/", "http://127.0.0.1:8080/", "http://127.9.9.9/",
        "http://[::1]:8080/audit/"};
    struct scene scene;
    scene_init(&scene);
    struct slackaudit_options options = scene_options(&scene);
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        options.base_url = taken[i];
        scene_client(&scene, &options);
        slackaudit_client_free(scene.client);
    }
    options.base_url = "http://api.slack.com/";
    options.insecure_http = true;
    scene_client(&scene, &options);
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_token_that_cannot_stand_in_a_header_is_refused)
{
    static const char *const refused[] = {
        "", "xoxp-hunter2\n", "xoxp\r\nX: hunter2", "hunter2 x", "hunter2\x7f", "hunter2\xc3\xa4"};
    struct scene scene;
    scene_init(&scene);
    struct slackaudit_options options = scene_options(&scene);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        options.token = refused[i];
        check_no_client(&scene, &options, "token");
    }
    char *long_token = calloc(1, LIMIT_SECRET + 2);
    memset(long_token, 'x', LIMIT_SECRET + 1);
    options.token = long_token;
    check_no_client(&scene, &options, "token");
    free(long_token);

    scene_client(&scene, NULL);
    struct slackaudit_problem problem;
    ck_assert_int_eq(
        slackaudit_client_set_token(scene.client, "a\nb", &problem), SLACKAUDIT_ERROR_INVALID);
    check_contains(problem.text, "token");
    ck_assert_int_eq(
        slackaudit_client_set_token(scene.client, NULL, NULL), SLACKAUDIT_ERROR_INVALID);
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene_page(&scene); /* the old one stays */
    check_contains(buffer_text(&scene.server.last_request), "Bearer " TOKEN "\r\n");
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_header_that_would_break_the_request_is_refused)
{
    static const char *const refused[][3] = {{"X-A", "hunter2\r\nX-B: c"}, {"X-A", "hunter2\n"},
        {"X A", "b"}, {"X:A", "b"}, {"", "b"}, {"X-A\r\n", "b"}, {"X-A", NULL},
        {"authorization", "Bearer hunter2"}};
    struct scene scene;
    scene_init(&scene);
    struct slackaudit_options options = scene_options(&scene);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        options.headers = refused[i];
        check_no_client(&scene, &options, "headers");
    }
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_proxy_that_cannot_be_one_is_refused_before_any_call)
{
    static const char *const refused[] = {"http://u:hunter2@proxy\r\n", "a proxy", "ftp://proxy",
        "ftp://u:hunter2@proxy", "://proxy", "http://", "http://:3128", "http://u:hunter2@",
        "http://u:hunter2@:3128", "http://proxy:", "http://proxy:0", "http://proxy:65536",
        "http://proxy:http", "http://u:hunt/er2@proxy", "http://proxy/pac", "http://proxy?a",
        "http://[::1]x", "http://[::1", "http://proxy\\hunter2"};
    struct scene scene;
    scene_init(&scene);
    struct slackaudit_options options = scene_options(&scene);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        options.proxy = refused[i];
        check_no_client(&scene, &options, "proxy ");
    }
    /* One of the environment is named as it is called there. */
    options.proxy = NULL;
    options.base_url = "https://api.slack.com/";
    ck_assert_int_eq(setenv("HTTPS_PROXY", "gopher://u:hunter2@proxy", 1), 0);
    check_no_client(&scene, &options, "HTTPS_PROXY ");
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_proxy_is_taken_with_and_without_scheme_user_and_port)
{
    static const char *const taken[] = {"", "proxy", "proxy:3128", "u:hunter2@proxy:3128",
        "http://proxy", "HTTP://proxy:3128/", "https://u:p%2f@proxy:65535",
        "socks4://10.0.0.1:1080", "socks4a://proxy", "socks5://u:a:b@proxy:1080",
        "socks5h://[2001:db8::1]:1080", "http://[::1]"};
    struct scene scene;
    scene_init(&scene);
    struct slackaudit_options options = scene_options(&scene);
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        options.proxy = taken[i];
        scene_client(&scene, &options);
        slackaudit_client_free(scene.client);
    }
    scene.client = NULL;
    scene_deinit(&scene);
}
END_TEST

START_TEST(other_options_out_of_range_are_refused_by_name)
{
    struct scene scene;
    scene_init(&scene);
    struct slackaudit_options options = scene_options(&scene);
    options.timeout_us = -1;
    check_no_client(&scene, &options, "timeout_us");
    options = scene_options(&scene);
    options.tls_min_version = "1.1";
    check_no_client(&scene, &options, "tls_min_version");
    options = scene_options(&scene);
    options.user_agent_prefix = "a\nb";
    check_no_client(&scene, &options, "user_agent_prefix");
    options = scene_options(&scene);
    options.user_agent_suffix = "a\nb";
    check_no_client(&scene, &options, "user_agent_suffix");
    options = scene_options(&scene);
    options.size = 0;
    check_no_client(&scene, &options, "options.size");
    options.size = sizeof(options) + 1;
    check_no_client(&scene, &options, "options.size");
    check_no_client(&scene, NULL, "options");

    struct slackaudit_client *client;
    ck_assert_int_eq(
        slackaudit_client_new(&client, NULL, &options, NULL), SLACKAUDIT_ERROR_INVALID);
    struct slackaudit_engine *engine;
    struct slackaudit_problem problem;
    ck_assert_int_eq(
        slackaudit_engine_new(&engine, &(struct slackaudit_clock){.user = &scene}, &problem),
        SLACKAUDIT_ERROR_INVALID);
    check_contains(problem.text, "clock");
    scene_deinit(&scene);
}
END_TEST

START_TEST(options_of_an_older_header_have_their_newer_fields_unset)
{
    struct scene scene;
    scene_init(&scene);
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    struct slackaudit_options options = scene_options(&scene);
    options.size = offsetof(struct slackaudit_options, log);
    scene_client(&scene, &options);
    scene_start_page(&scene);
    while (scene.done == 0) {
        ck_assert_int_eq(loop_turn(scene.server_loop, 0), 0);
        ck_assert_int_eq(slackaudit_engine_turn(scene.engine, USEC_PER_MSEC), 0);
    }
    check_two_entries(&scene);
    ck_assert_uint_eq(scene.log.size, 0);
    ck_assert_uint_eq(scene.begun + scene.ended, 0); /* nobody asked the gate */
    scene_deinit(&scene);
}
END_TEST

static void check_no_page(
    struct scene *scene, const struct slackaudit_query *query, const char *parameter)
{
    struct slackaudit_page_call request = scene_page_call(scene);
    request.query = *query;
    struct slackaudit_problem problem = {0};
    ck_assert_int_eq(slackaudit_client_page(scene->client, &request, &scene->call, &problem),
        SLACKAUDIT_ERROR_INVALID);
    ck_assert_msg(strncmp(problem.text, parameter, strlen(parameter)) == 0,
        "\"%s\" does not begin with %s", problem.text, parameter);
}

START_TEST(a_query_out_of_bounds_is_refused_and_nothing_is_sent)
{
    struct scene scene;
    scene_init(&scene);
    scene_client(&scene, NULL);
    check_no_page(&scene, &(struct slackaudit_query){.has_limit = true, .limit = 10000}, "limit");
    check_no_page(&scene, &(struct slackaudit_query){.has_limit = true, .limit = -1}, "limit");
    check_no_page(&scene,
        &(struct slackaudit_query){
            .has_oldest = true, .oldest = 2, .has_latest = true, .latest = 1},
        "oldest");
    check_no_page(&scene, &(struct slackaudit_query){.has_oldest = true, .oldest = -1}, "oldest");
    check_no_page(&scene, &(struct slackaudit_query){.has_latest = true, .latest = -1}, "latest");
    check_no_page(&scene, &(struct slackaudit_query){.action = "a,,b"}, "action");
    check_no_page(&scene, &(struct slackaudit_query){.action = ","}, "action");
    check_no_page(&scene, &(struct slackaudit_query){.action = "a,"}, "action");
    check_no_page(&scene,
        &(struct slackaudit_query){
            .action = "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,1,2,3,4,5"},
        "action");
    char *cursor = calloc(1, LIMIT_CURSOR + 2);
    memset(cursor, 'x', LIMIT_CURSOR + 1);
    check_no_page(&scene, &(struct slackaudit_query){.cursor = cursor}, "cursor");
    free(cursor);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(slackaudit_engine_turn(scene.engine, USEC_PER_MSEC), 0);
    ck_assert_int_eq(loop_turn(scene.server_loop, 0), 0);
    ck_assert_uint_eq(scene.server.connections, 0);
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

START_TEST(a_page_call_wants_a_client_with_a_token_and_an_end)
{
    struct scene scene;
    scene_init(&scene);
    struct slackaudit_options options = scene_options(&scene);
    options.token = NULL;
    scene_client(&scene, &options);
    check_no_page(&scene, &(struct slackaudit_query){0}, "token");
    struct slackaudit_page_call request = scene_page_call(&scene);
    struct slackaudit_problem problem;
    ck_assert_int_eq(
        slackaudit_client_page(NULL, &request, NULL, &problem), SLACKAUDIT_ERROR_INVALID);
    check_contains(problem.text, "client");
    request.on_done = NULL;
    ck_assert_int_eq(
        slackaudit_client_page(scene.client, &request, NULL, &problem), SLACKAUDIT_ERROR_INVALID);
    check_contains(problem.text, "on_done");
    ck_assert_int_eq(
        slackaudit_client_page(scene.client, NULL, NULL, NULL), SLACKAUDIT_ERROR_INVALID);
    scene_deinit(&scene);
}
END_TEST

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
    ck_assert_int_eq(slackaudit_engine_turn(scene.engine, USEC_PER_MSEC), 0);
    ck_assert_int_eq(loop_turn(scene.server_loop, 0), 0);
    ck_assert_uint_eq(scene.server.connections, 0);
    scene_deinit(&scene);
}
END_TEST

CHECK_MAIN("client_parameters", a_base_url_that_cannot_be_trusted_with_a_token_is_refused,
    an_address_over_https_or_to_this_machine_is_taken,
    a_token_that_cannot_stand_in_a_header_is_refused,
    a_header_that_would_break_the_request_is_refused,
    a_proxy_that_cannot_be_one_is_refused_before_any_call,
    a_proxy_is_taken_with_and_without_scheme_user_and_port,
    other_options_out_of_range_are_refused_by_name,
    options_of_an_older_header_have_their_newer_fields_unset,
    a_query_out_of_bounds_is_refused_and_nothing_is_sent, what_a_query_may_hold_at_most_is_sent,
    a_page_call_wants_a_client_with_a_token_and_an_end, a_request_out_of_bounds_is_refused_by_name)
