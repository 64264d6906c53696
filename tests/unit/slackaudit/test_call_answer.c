/*
 * What an answer of another status than 200 is told as.
 */
#include "check_main.h"

#include "slackaudit/client_scene.h"

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

CHECK_MAIN("call_answer", an_error_status_is_an_answer_with_the_error_of_its_body,
    a_long_error_body_is_not_kept_whole)
