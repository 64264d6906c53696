/*
 * Redirects: the token goes to the address that the client was given and to no other, whatever an
 * answer says.
 */
#include "check_main.h"

#include "slackaudit/client_scene.h"

static const int statuses[] = {300, 301, 302, 303, 305, 307, 308};

/* A server elsewhere, which must see nothing. */
struct elsewhere {
    struct scene scene;
    struct server other;
};

static void elsewhere_init(struct elsewhere *test)
{
    static const struct server_step fine = {.kind = STEP_ANSWER,
        .text = "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"entries\":[]}"};
    scene_init(&test->scene);
    scene_daemon_stack(&test->scene);
    server_init(&test->other, test->scene.server_loop, &fine, 1);
}

static void elsewhere_deinit(struct elsewhere *test)
{
    server_deinit(&test->other);
    scene_deinit(&test->scene);
}

/* The answer points to `location`; nobody goes there, and the call ends with that answer. */
static void check_not_followed(struct elsewhere *test, int status, const char *location)
{
    struct scene *scene = &test->scene;
    char line[32], header[256];
    (void)snprintf(line, sizeof(line), "%d Elsewhere", status);
    (void)snprintf(header, sizeof(header), "Location: %s\r\n", location);
    scene->server.requests = 0;
    scene->done = 0;
    free(scene->texts[0]);
    scene->step_count = 0;
    scene_answer(scene, line, header, "{\"entries\":[]}");
    scene_page(scene);
    ck_assert_int_eq(scene->answer.code, SLACKAUDIT_OK);
    ck_assert_int_eq(scene->answer.status, status);
    ck_assert_int_eq(scene->answer.attempts, 1);
    ck_assert(!scene->has_summary);
    check_contains(scene->message, "redirects are not followed");
    ck_assert_uint_eq(scene->server.requests, 1);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(loop_turn(scene->server_loop, 0), 0);
    ck_assert_uint_eq(test->other.connections, 0);
}

START_TEST(no_redirect_is_followed_to_another_host_and_port)
{
    struct elsewhere test;
    elsewhere_init(&test);
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        char location[128];
        (void)snprintf(
            location, sizeof(location), "http://localhost:%u/audit/v1/logs", test.other.port);
        check_not_followed(&test, statuses[i], location);
        (void)snprintf(location, sizeof(location), "//127.0.0.1:%u/", test.other.port);
        check_not_followed(&test, statuses[i], location);
        (void)snprintf(location, sizeof(location), "https://127.0.0.1:%u/", test.other.port);
        check_not_followed(&test, statuses[i], location);
    }
    elsewhere_deinit(&test);
}
END_TEST

START_TEST(no_redirect_is_followed_on_the_same_server)
{
    struct elsewhere test;
    elsewhere_init(&test);
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        char location[128];
        (void)snprintf(location, sizeof(location), "%slogs/", test.scene.base_url);
        check_not_followed(&test, statuses[i], location);
        check_not_followed(&test, statuses[i], "/audit/v1/logs/");
    }
    elsewhere_deinit(&test);
}
END_TEST

START_TEST(no_redirect_is_followed_without_a_token_or_with_a_body_either)
{
    struct elsewhere test;
    elsewhere_init(&test);
    struct slackaudit_options options = scene_options(&test.scene);
    options.token = NULL;
    scene_client(&test.scene, &options);
    char header[128];
    (void)snprintf(header, sizeof(header), "Location: http://127.0.0.1:%u/\r\n", test.other.port);
    scene_answer(&test.scene, "307 Temporary Redirect", header, "");
    const struct slackaudit_request request = {
        .method = "POST", .path = "schemas", .body = "{}", .body_size = 2};
    const struct slackaudit_events events = scene_events(&test.scene);
    ck_assert_int_eq(slackaudit_client_call(test.scene.client, &request, &events, NULL, NULL), 0);
    scene_run(&test.scene);
    ck_assert_int_eq(test.scene.answer.status, 307);
    ck_assert_int_eq(test.scene.answer.attempts, 1);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(loop_turn(test.scene.server_loop, 0), 0);
    ck_assert_uint_eq(test.other.connections, 0);
    elsewhere_deinit(&test);
}
END_TEST

CHECK_MAIN("redirects", no_redirect_is_followed_to_another_host_and_port,
    no_redirect_is_followed_on_the_same_server,
    no_redirect_is_followed_without_a_token_or_with_a_body_either)
