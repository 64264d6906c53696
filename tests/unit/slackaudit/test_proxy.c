/*
 * Which proxy a client uses, and that its user information stands in no text.
 */
#include "check_main.h"

#include "slackaudit/client_scene.h"

/* Behind a proxy; there is no such host (RFC 2606). */
#define FAR_URL "https://api.example.invalid/audit/v1/"
#define SECRET  "hunter2"
#define ENCODED "dXNlcjpodW50ZXIy" /* user:hunter2 in base 64 */

/* In the order of Slack's SDK. */
static const char *const variables[] = {"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"};
enum { VARIABLES = 4, NOBODY = -1 };

/* Four proxies that refuse to make a tunnel. */
struct proxies {
    struct scene scene;
    struct server servers[VARIABLES];
    char addresses[VARIABLES][64];
};

static void clear_environment(void)
{
    static const char *const others[] = {
        "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy", "REQUEST_METHOD"};
    for (size_t i = 0; i < VARIABLES; i++)
        unsetenv(variables[i]);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        unsetenv(others[i]);
}

static void proxies_init(struct proxies *test)
{
    static const struct server_step refuse = {.kind = STEP_ANSWER_AND_CLOSE,
        .text = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"};
    clear_environment();
    scene_init(&test->scene);
    for (int i = 0; i < VARIABLES; i++) {
        server_init(&test->servers[i], test->scene.server_loop, &refuse, 1);
        (void)snprintf(test->addresses[i], sizeof(test->addresses[i]),
            "http://user:" SECRET "@127.0.0.1:%u", test->servers[i].port);
    }
}

static void proxies_deinit(struct proxies *test)
{
    for (int i = 0; i < VARIABLES; i++)
        server_deinit(&test->servers[i]);
    scene_deinit(&test->scene);
}

static void check_no_secret(struct scene *scene)
{
    const char *log = buffer_text(&scene->log);
    ck_assert_ptr_null(strstr(log, SECRET));
    ck_assert_ptr_null(strstr(log, ENCODED));
    ck_assert_msg(strstr(scene->message, SECRET) == NULL, "%s", scene->message);
    ck_assert_ptr_null(strstr(scene->message, ENCODED));
}

/* One call by a new client; returns which of the proxies was asked, or NOBODY. */
static int ask(struct proxies *test, const char *base_url, const char *proxy)
{
    struct scene *scene = &test->scene;
    struct slackaudit_options options = scene_options(scene);
    int asked = NOBODY;
    options.base_url = base_url;
    options.proxy = proxy;
    slackaudit_client_free(scene->client);
    scene_client(scene, &options);
    scene->done = 0;
    for (int i = 0; i < VARIABLES; i++)
        test->servers[i].requests = 0;
    scene_page(scene);
    check_no_secret(scene);
    for (int i = 0; i < VARIABLES; i++) {
        if (test->servers[i].requests == 0)
            continue;
        ck_assert_int_eq(asked, NOBODY);
        asked = i;
        const char *seen = buffer_text(&test->servers[i].last_request);
        check_contains(seen, "\r\nProxy-Authorization: Basic " ENCODED "\r\n");
        ck_assert_ptr_null(strstr(seen, TOKEN));
    }
    ck_assert_int_eq(scene->answer.transport,
        asked == NOBODY ? SLACKAUDIT_TRANSPORT_DNS : SLACKAUDIT_TRANSPORT_CONNECT);
    return asked;
}

START_TEST(the_variables_are_taken_in_the_order_of_the_sdk)
{
    struct proxies test;
    proxies_init(&test);
    for (int i = 0; i < VARIABLES; i++)
        setenv(variables[i], test.addresses[i], 1);
    for (int i = 0; i < VARIABLES; i++) {
        ck_assert_int_eq(ask(&test, FAR_URL, NULL), i);
        setenv(variables[i], "", i % 2); /* empty is as good as unset */
        if (i % 2 == 0)
            unsetenv(variables[i]);
    }
    ck_assert_int_eq(ask(&test, FAR_URL, NULL), NOBODY);
    proxies_deinit(&test);
}
END_TEST

START_TEST(no_other_variable_names_a_proxy)
{
    struct proxies test;
    proxies_init(&test);
    static const char *const others[] = {"ALL_PROXY", "all_proxy", "PROXY", "Https_Proxy"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        setenv(others[i], test.addresses[0], 1);
    ck_assert_int_eq(ask(&test, FAR_URL, NULL), NOBODY);
    proxies_deinit(&test);
}
END_TEST

START_TEST(an_option_takes_the_place_of_the_variables)
{
    struct proxies test;
    proxies_init(&test);
    setenv("HTTPS_PROXY", test.addresses[0], 1);
    ck_assert_int_eq(ask(&test, FAR_URL, test.addresses[3]), 3);
    ck_assert_int_eq(ask(&test, FAR_URL, ""), NOBODY);
    proxies_deinit(&test);
}
END_TEST

START_TEST(in_a_cgi_program_a_request_cannot_set_the_proxy)
{
    struct proxies test;
    proxies_init(&test);
    setenv("REQUEST_METHOD", "GET", 1);
    setenv("HTTP_PROXY", test.addresses[2], 1);
    ck_assert_int_eq(ask(&test, FAR_URL, NULL), NOBODY);
    setenv("http_proxy", test.addresses[3], 1);
    ck_assert_int_eq(ask(&test, FAR_URL, NULL), 3);
    unsetenv("REQUEST_METHOD");
    ck_assert_int_eq(ask(&test, FAR_URL, NULL), 2);
    proxies_deinit(&test);
}
END_TEST

START_TEST(no_proxy_holds_for_variables_and_option)
{
    static const char *const names[] = {"NO_PROXY", "no_proxy"};
    static const char *const lists[] = {"api.example.invalid", "example.invalid",
        ".example.invalid", "a.test,api.example.invalid", "*"};
    struct proxies test;
    proxies_init(&test);
    setenv("HTTPS_PROXY", test.addresses[0], 1);
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < sizeof(lists) / sizeof(lists[0]); j++) {
            setenv(names[i], lists[j], 1);
            ck_assert_int_eq(ask(&test, FAR_URL, NULL), NOBODY);
            ck_assert_int_eq(ask(&test, FAR_URL, test.addresses[1]), NOBODY);
        }
        setenv(names[i], "other.invalid", 1);
        ck_assert_int_eq(ask(&test, FAR_URL, NULL), 0);
        unsetenv(names[i]);
    }
    proxies_deinit(&test);
}
END_TEST

START_TEST(a_server_on_this_machine_is_reached_without_the_variables)
{
    struct proxies test;
    proxies_init(&test);
    struct scene *scene = &test.scene;
    for (int i = 0; i < VARIABLES; i++)
        setenv(variables[i], test.addresses[i], 1);
    setenv("ALL_PROXY", test.addresses[0], 1);
    scene_answer(scene, "200 OK", "", TWO_ENTRIES);
    struct slackaudit_options options = scene_options(scene);
    options.proxy = NULL;
    scene_client(scene, &options);
    scene_page(scene);
    check_two_entries(scene);
    check_contains(buffer_text(&scene->server.last_request), "GET /audit/v1/logs HTTP/1.1\r\n");
    for (int i = 0; i < VARIABLES; i++)
        ck_assert_uint_eq(test.servers[i].connections, 0);
    proxies_deinit(&test);
}
END_TEST

START_TEST(a_server_on_this_machine_is_reached_through_a_proxy_that_the_option_names)
{
    struct proxies test;
    proxies_init(&test);
    struct slackaudit_options options = scene_options(&test.scene);
    options.proxy = test.addresses[1];
    scene_client(&test.scene, &options);
    scene_page(&test.scene);
    ck_assert_int_eq(test.scene.answer.status, 403);
    ck_assert_uint_eq(test.servers[1].requests, 1);
    check_contains(buffer_text(&test.servers[1].last_request), "GET http://127.0.0.1:");
    ck_assert_uint_eq(test.scene.server.connections, 0);
    check_no_secret(&test.scene);
    proxies_deinit(&test);
}
END_TEST

/* ---- What is wrong with a proxy ---- */

/* Whatever comes of it: no text shows the secret. */
static void check_broken(struct proxies *test, const char *proxy)
{
    struct scene *scene = &test->scene;
    for (int from_environment = 0; from_environment < 2; from_environment++) {
        struct slackaudit_options options = scene_options(scene);
        struct slackaudit_problem problem = {0};
        options.base_url = FAR_URL;
        options.proxy = from_environment ? NULL : proxy;
        if (from_environment)
            setenv("HTTPS_PROXY", proxy, 1);
        slackaudit_client_free(scene->client);
        scene->client = NULL;
        scene->done = 0;
        if (slackaudit_client_new(&scene->client, scene->engine, &options, &problem) < 0) {
            ck_assert_ptr_null(strstr(problem.text, SECRET));
            check_contains(problem.text, from_environment ? "HTTPS_PROXY" : "proxy");
        } else {
            scene_page(scene);
            ck_assert_int_eq(scene->answer.code, SLACKAUDIT_ERROR_TRANSPORT);
            check_no_secret(scene);
        }
        unsetenv("HTTPS_PROXY");
    }
}

START_TEST(no_text_shows_the_user_information_of_a_proxy_that_is_wrong)
{
    static const char *const wrong[] = {"http://user:" SECRET, "user:" SECRET, "http://" SECRET "@",
        SECRET "@", "http://user:" SECRET "@127.0.0.1:port",
        "http://user:" SECRET "@127.0.0.1:99999", "http://user:" SECRET "@[::1:80",
        "http://user:" SECRET "@host name:80", "nonsense://user:" SECRET "@127.0.0.1:1",
        "http://user:" SECRET "\r\n@127.0.0.1:1", "socks5h://user:" SECRET "@127.0.0.1:1",
        "http://user:" SECRET "@no-such-host.invalid:1", "http://user:%zz" SECRET "@127.0.0.1:1",
        "http://user:" SECRET "@127.0.0.1:1", "http://user:p@" SECRET "@127.0.0.1:1"};
    struct proxies test;
    proxies_init(&test);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        check_broken(&test, wrong[i]);
    proxies_deinit(&test);
}
END_TEST

START_TEST(no_text_shows_the_user_information_of_a_proxy_that_fails)
{
    static const struct server_step steps[] = {
        {.kind = STEP_ANSWER_AND_CLOSE,
            .text = "HTTP/1.1 407 Proxy Authentication Required\r\n"
                    "Proxy-Authenticate: Basic realm=\"" SECRET "\"\r\nContent-Length: 0\r\n\r\n"},
        {.kind = STEP_ANSWER_AND_RESET, .text = ""},
        {.kind = STEP_ANSWER_AND_CLOSE, .text = "what is this?\r\n\r\n"},
    };
    struct proxies test;
    proxies_init(&test);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        test.servers[0].steps = &steps[i];
        check_broken(&test, test.addresses[0]);
        ck_assert_uint_gt(test.servers[0].requests, 0);
    }
    proxies_deinit(&test);
}
END_TEST

CHECK_MAIN("proxy", the_variables_are_taken_in_the_order_of_the_sdk,
    no_other_variable_names_a_proxy, an_option_takes_the_place_of_the_variables,
    in_a_cgi_program_a_request_cannot_set_the_proxy, no_proxy_holds_for_variables_and_option,
    a_server_on_this_machine_is_reached_without_the_variables,
    a_server_on_this_machine_is_reached_through_a_proxy_that_the_option_names,
    no_text_shows_the_user_information_of_a_proxy_that_is_wrong,
    no_text_shows_the_user_information_of_a_proxy_that_fails)
