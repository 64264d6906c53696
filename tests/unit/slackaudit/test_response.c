/* Responses: what is kept of an answer, how often, and what is read from it in whatever order. */
#include "slackaudit/response.h"

#include "check_main.h"
#include "slackaudit/client_scene.h"

struct kept {
    struct scene scene;
    struct slackaudit_response *response, *second;
    int second_code;
    struct server_parts parts;
};

static void keep_twice(void *user, const struct slackaudit_answer *answer)
{
    struct kept *kept = user;
    kept->scene.done++;
    ck_assert_int_eq(slackaudit_answer_keep(answer, &kept->response, NULL), 0);
    kept->second_code = slackaudit_answer_keep(answer, &kept->second, NULL);
}

static int pass_over(void *user, int status, const char *data, size_t size)
{
    (void)user;
    (void)status;
    (void)data;
    (void)size;
    return 0;
}

/* A response whose body is `size` bytes of `body`. */
static void kept_init(struct kept *kept, const char *body, size_t size, bool is_streamed)
{
    *kept = (struct kept){0};
    scene_init(&kept->scene);
    char head[64];
    (void)snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", size);
    scene_step(&kept->scene, STEP_ANSWER, head);
    kept->parts = (struct server_parts){.part = {body, size}, .repeat = 1};
    kept->scene.steps[0].parts = &kept->parts;
    scene_client(&kept->scene, NULL);
    const struct slackaudit_events events = {
        .on_body = is_streamed ? pass_over : NULL, .on_done = keep_twice, .user = kept};
    ck_assert_int_eq(slackaudit_client_actions(kept->scene.client, NULL, &events, NULL, NULL), 0);
    while (kept->scene.done == 0)
        scene_turn(&kept->scene);
}

static void kept_deinit(struct kept *kept)
{
    slackaudit_response_free(kept->response);
    slackaudit_response_free(kept->second);
    scene_deinit(&kept->scene);
}

START_TEST(an_answer_is_kept_once_with_a_body_or_with_an_empty_one)
{
    static const char *const bodies[] = {"", "{}"};
    for (size_t i = 0; i < 2; i++) {
        struct kept kept;
        kept_init(&kept, bodies[i], strlen(bodies[i]), false);
        ck_assert_int_eq(kept.second_code, SLACKAUDIT_ERROR_INVALID);
        ck_assert_ptr_null(kept.second);
        ck_assert_str_eq(slackaudit_response_answer(kept.response)->body, bodies[i]);
        kept_deinit(&kept);
    }
}
END_TEST

START_TEST(an_answer_whose_body_was_streamed_is_kept_without_it_as_often_as_one_likes)
{
    struct kept kept;
    kept_init(&kept, "{\"a\":1}", 7, true);
    ck_assert_int_eq(kept.second_code, 0);
    ck_assert_str_eq(slackaudit_response_answer(kept.second)->body, "");
    const struct slackaudit_value *value;
    ck_assert_int_eq(
        slackaudit_response_json(kept.response, &value, NULL), SLACKAUDIT_ERROR_INVALID);
    kept_deinit(&kept);
}
END_TEST

START_TEST(the_answer_of_a_response_can_be_kept_on_its_own)
{
    struct kept kept;
    kept_init(&kept, TWO_ENTRIES, strlen(TWO_ENTRIES), false);
    const struct slackaudit_answer *first = slackaudit_response_answer(kept.response);
    ck_assert_int_eq(slackaudit_answer_keep(first, &kept.second, NULL), 0);
    ck_assert_str_eq(first->body, TWO_ENTRIES);
    slackaudit_response_free(kept.response);
    kept.response = NULL;
    const struct slackaudit_answer *answer = slackaudit_response_answer(kept.second);
    ck_assert_str_eq(answer->body, TWO_ENTRIES);
    ck_assert_str_eq(slackaudit_answer_header(answer, "content-length", 0), "161");
    struct slackaudit_logs_body logs;
    struct slackaudit_entry entry;
    ck_assert_int_eq(slackaudit_response_logs(kept.second, &logs, NULL), 0);
    ck_assert(slackaudit_logs_body_entry(&logs, 1, &entry));
    ck_assert(slackaudit_text_is(entry.id, "a"));
    kept_deinit(&kept);
}
END_TEST

START_TEST(a_body_can_be_read_as_anything_in_any_order)
{
    struct kept kept;
    kept_init(&kept, TWO_ENTRIES, strlen(TWO_ENTRIES), false);
    struct slackaudit_actions_body actions;
    struct slackaudit_schemas_body schemas;
    struct slackaudit_logs_body logs;
    const struct slackaudit_value *value, *again;
    ck_assert_int_eq(slackaudit_response_actions(kept.response, &actions, NULL), 0);
    ck_assert_ptr_null(actions.actions.object.value);
    ck_assert_int_eq(slackaudit_response_schemas(kept.response, &schemas, NULL), 0);
    ck_assert_ptr_null(schemas.schemas);
    ck_assert_int_eq(slackaudit_response_json(kept.response, &value, NULL), 0);
    ck_assert_int_eq(slackaudit_response_logs(kept.response, &logs, NULL), 0);
    ck_assert_uint_eq(slackaudit_value_count(logs.entries), 2);
    ck_assert_int_eq(slackaudit_response_json(kept.response, &again, NULL), 0);
    ck_assert_ptr_eq(value, again); /* parsed once */
    kept_deinit(&kept);
}
END_TEST

START_TEST(a_body_that_is_no_json_is_an_error_each_time_and_stays_as_it_was_sent)
{
    static const struct slice bodies[] = {SLICE_LITERAL("{\"a\":\0}"), SLICE_LITERAL("{}\0"),
        SLICE_LITERAL("\"\xff\xfe\""), SLICE_LITERAL(""), SLICE_LITERAL("<html>"),
        SLICE_LITERAL("[[[[")};
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct kept kept;
        struct slackaudit_problem problem;
        struct slackaudit_logs_body logs;
        const struct slackaudit_value *value = NULL;
        kept_init(&kept, bodies[i].data, bodies[i].size, false);
        for (int times = 0; times < 2; times++) {
            ck_assert_int_eq(
                slackaudit_response_logs(kept.response, &logs, &problem), SLACKAUDIT_ERROR_INVALID);
            check_contains(problem.text, "not JSON");
            ck_assert_int_eq(
                slackaudit_response_json(kept.response, &value, NULL), SLACKAUDIT_ERROR_INVALID);
        }
        ck_assert_ptr_null(value);
        const struct slackaudit_answer *answer = slackaudit_response_answer(kept.response);
        ck_assert(slice_equal((struct slice){answer->body, answer->body_size}, bodies[i]));
        ck_assert_int_eq(answer->body[answer->body_size], '\0');
        kept_deinit(&kept);
    }
}
END_TEST

CHECK_MAIN("response", an_answer_is_kept_once_with_a_body_or_with_an_empty_one,
    an_answer_whose_body_was_streamed_is_kept_without_it_as_often_as_one_likes,
    the_answer_of_a_response_can_be_kept_on_its_own, a_body_can_be_read_as_anything_in_any_order,
    a_body_that_is_no_json_is_an_error_each_time_and_stays_as_it_was_sent)
