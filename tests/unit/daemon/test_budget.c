/* The verb `budget`: who makes calls beside the daemon takes them from the same governor. */
#include "daemon_scene.h"

#define HOUR "3600s"

/* The answer to the verb: its exit code, and the numbers of its result. */
struct budget_answer {
    int64_t exit, wait_us, calls_left;
};

static struct budget_answer ask(struct daemon_scene *scene, const char *source, const char *pause)
{
    const char *words[] = {"budget", source, pause};
    struct buffer text = BUFFER_INIT(KIB(4));
    struct json_document *document = NULL;
    daemon_answer(&scene->daemon, words, pause == NULL ? 2 : 3, &text);
    ck_assert_int_eq(json_parse(buffer_slice(&text), &document, NULL), 0);
    const struct json_value *root = json_root(document);
    const struct json_value *result = json_get(root, "result");
    struct budget_answer answer = {.exit = json_integer(json_get(root, "exit"), 0),
        .wait_us = json_integer(json_get(result, "wait_us"), -1),
        .calls_left = json_integer(json_get(result, "calls_left"), -1)};
    json_free(document);
    buffer_deinit(&text);
    return answer;
}

static void begin(struct daemon_scene *scene, const char *keys)
{
    scene_begin(scene);
    scene_stall(scene); /* the walker's own call stays under way */
    scene_configure(scene, scene_source(scene, "acme", keys), scene_file(scene, "one", "one"));
    scene_start(scene);
}

START_TEST(each_answer_without_a_wait_takes_a_call_from_the_source)
{
    static struct daemon_scene scene;
    begin(&scene, ", calls_per_minute: 540"); /* a burst of 60 */
    struct governor *governor = daemon_find_source(&scene.daemon, "acme")->governor;
    SCENE_UNTIL(&scene, governor_calls_left(governor) >= 10);
    int before = governor_calls_left(governor);
    struct budget_answer answer = ask(&scene, "acme", NULL);
    ck_assert_int_eq(answer.wait_us, 0);
    ck_assert_int_le(answer.calls_left, before); /* one may have flowed in meanwhile */
    int taken = 1;
    while ((answer = ask(&scene, "acme", NULL)).wait_us == 0)
        ck_assert_int_lt(++taken, 1000);
    ck_assert_int_ge(taken, before);
    ck_assert_int_eq(answer.calls_left, 0);
    ck_assert_int_le(answer.wait_us, 60 * USEC_PER_SEC / 540);
    scene_end(&scene);
}
END_TEST

START_TEST(a_pause_that_slack_asked_another_process_for_holds_the_daemon_too)
{
    static struct daemon_scene scene;
    begin(&scene, ", calls_per_minute: 60000");
    struct governor *governor = daemon_find_source(&scene.daemon, "acme")->governor;
    struct budget_answer answer = ask(&scene, "acme", HOUR);
    ck_assert_int_gt(answer.wait_us, 3500 * USEC_PER_SEC);
    ck_assert_int_eq(answer.calls_left, 0);
    ck_assert_int_gt(governor_ask(governor), 3500 * USEC_PER_SEC);
    ck_assert_int_gt(ask(&scene, "acme", NULL).wait_us, 3500 * USEC_PER_SEC);
    /* Nobody asks for more than a day, whatever he says. */
    ck_assert_int_le(ask(&scene, "acme", "9000d").wait_us, USEC_PER_DAY);
    scene_end(&scene);
}
END_TEST

START_TEST(a_source_that_does_not_run_has_no_budget_and_a_pause_is_a_duration)
{
    static struct daemon_scene scene;
    begin(&scene, "");
    ck_assert_int_eq(ask(&scene, "nobody", NULL).exit, 1);
    ck_assert_int_eq(ask(&scene, "acme", "soon").exit, 64);
    ck_assert_int_eq(SCENE_VERB(&scene, "budget"), 64);
    ck_assert_int_eq(SCENE_VERB(&scene, "budget", "acme", "1s", "more"), 64);
    scene_end(&scene);
}
END_TEST

CHECK_MAIN("budget", each_answer_without_a_wait_takes_a_call_from_the_source,
    a_pause_that_slack_asked_another_process_for_holds_the_daemon_too,
    a_source_that_does_not_run_has_no_budget_and_a_pause_is_a_duration)
