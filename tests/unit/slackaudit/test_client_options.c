/*
 * Bad options of a client: each is refused by name before anything is sent, and no text shows a
 * secret.
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
    options.size = offsetof(struct slackaudit_options, base_url) + 4; /* half a pointer */
    check_no_client(&scene, &options, "options.size");
    options.size = (size_t)1 << 40;
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

START_TEST(options_of_a_later_header_are_taken_unless_they_set_what_is_new)
{
    struct scene scene;
    scene_init(&scene);
    struct {
        struct slackaudit_options known;
        const char *later;
        int64_t last;
    } options = {.known = scene_options(&scene)};
    options.known.size = sizeof(options);
    scene_client(&scene, &options.known);
    options.last = 1;
    check_no_client(&scene, &options.known, "options has a member behind");
    options.last = 0;
    options.later = "x";
    check_no_client(&scene, &options.known, "options has a member behind");
    scene_deinit(&scene);
}
END_TEST

CHECK_MAIN("client_options", a_base_url_that_cannot_be_trusted_with_a_token_is_refused,
    an_address_over_https_or_to_this_machine_is_taken,
    a_token_that_cannot_stand_in_a_header_is_refused,
    a_header_that_would_break_the_request_is_refused,
    a_proxy_that_cannot_be_one_is_refused_before_any_call,
    a_proxy_is_taken_with_and_without_scheme_user_and_port,
    other_options_out_of_range_are_refused_by_name,
    options_of_an_older_header_have_their_newer_fields_unset,
    options_of_a_later_header_are_taken_unless_they_set_what_is_new)
