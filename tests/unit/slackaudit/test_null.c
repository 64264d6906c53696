/*
 * NULL where it is not allowed: each public function that can report an error does so, names the
 * parameter and sends nothing.
 */
#include "check_main.h"

#include "slackaudit/client_scene.h"
#include "slackaudit/slackaudit.h"

/* The expression fails, and the problem's text names the parameter. */
#define CHECK_REFUSED(expression, parameter)                                                       \
    do {                                                                                           \
        struct slackaudit_problem problem = {0};                                                   \
        ck_assert_int_eq(expression, SLACKAUDIT_ERROR_INVALID);                                    \
        ck_assert_int_eq(problem.code, SLACKAUDIT_ERROR_INVALID);                                  \
        ck_assert_msg(strncmp(problem.text, parameter, strlen(parameter)) == 0,                    \
            "\"%s\" does not begin with %s", problem.text, parameter);                             \
    } while (0)

START_TEST(engines_and_clients)
{
    struct scene scene;
    scene_init(&scene);
    struct slackaudit_options options = scene_options(&scene);
    struct slackaudit_client *client = NULL;
    const struct slackaudit_clock no_random = {scene_monotonic, scene_wall, NULL, &scene};
    struct slackaudit_engine *engine = NULL;
    CHECK_REFUSED(slackaudit_engine_new(NULL, NULL, &problem), "ret_engine");
    CHECK_REFUSED(slackaudit_engine_new(&engine, &no_random, &problem), "clock");
    ck_assert_int_eq(slackaudit_engine_turn(NULL, 0), SLACKAUDIT_ERROR_INVALID);
    CHECK_REFUSED(slackaudit_client_new(NULL, scene.engine, &options, &problem), "ret_client");
    CHECK_REFUSED(slackaudit_client_new(&client, scene.engine, NULL, &problem), "options");
    CHECK_REFUSED(slackaudit_client_set_token(NULL, TOKEN, &problem), "client");
    scene_client(&scene, NULL);
    CHECK_REFUSED(slackaudit_client_set_token(scene.client, NULL, &problem), "token");
    ck_assert_ptr_null(client);
    ck_assert_ptr_null(engine);
    check_nothing_sent(&scene);
    scene_deinit(&scene);
}
END_TEST

START_TEST(calls_that_report_to_callbacks)
{
    struct scene scene;
    scene_init(&scene);
    scene_client(&scene, NULL);
    struct slackaudit_client *client = scene.client;
    const struct slackaudit_query query = {0};
    const struct slackaudit_request request = {.path = "schemas"};
    const struct slackaudit_events events = scene_events(&scene), no_end = {.user = &scene};
    struct slackaudit_page_call page = scene_page_call(&scene);
    CHECK_REFUSED(slackaudit_client_logs(NULL, &query, &events, NULL, &problem), "client");
    CHECK_REFUSED(slackaudit_client_logs(client, NULL, &events, NULL, &problem), "query");
    CHECK_REFUSED(slackaudit_client_logs(client, &query, NULL, NULL, &problem), "events");
    CHECK_REFUSED(slackaudit_client_logs(client, &query, &no_end, NULL, &problem), "on_done");
    CHECK_REFUSED(slackaudit_client_schemas(NULL, NULL, &events, NULL, &problem), "client");
    CHECK_REFUSED(slackaudit_client_schemas(client, NULL, NULL, NULL, &problem), "events");
    CHECK_REFUSED(slackaudit_client_schemas(client, NULL, &no_end, NULL, &problem), "on_done");
    CHECK_REFUSED(slackaudit_client_actions(NULL, NULL, &events, NULL, &problem), "client");
    CHECK_REFUSED(slackaudit_client_actions(client, NULL, NULL, NULL, &problem), "events");
    CHECK_REFUSED(slackaudit_client_actions(client, NULL, &no_end, NULL, &problem), "on_done");
    CHECK_REFUSED(slackaudit_client_call(NULL, &request, &events, NULL, &problem), "client");
    CHECK_REFUSED(slackaudit_client_call(client, NULL, &events, NULL, &problem), "request");
    CHECK_REFUSED(slackaudit_client_call(client, &request, NULL, NULL, &problem), "events");
    CHECK_REFUSED(slackaudit_client_call(client, &request, &no_end, NULL, &problem), "on_done");
    CHECK_REFUSED(slackaudit_client_page(NULL, &page, NULL, &problem), "client");
    CHECK_REFUSED(slackaudit_client_page(client, NULL, NULL, &problem), "request");
    page.on_done = NULL;
    CHECK_REFUSED(slackaudit_client_page(client, &page, NULL, &problem), "on_done");
    check_nothing_sent(&scene);
    scene_deinit(&scene);
}
END_TEST

START_TEST(calls_that_wait_and_entries)
{
    struct scene scene;
    scene_init(&scene);
    scene_client(&scene, NULL);
    struct slackaudit_client *client = scene.client;
    const struct slackaudit_query query = {0};
    const struct slackaudit_request request = {.path = "schemas"};
    struct slackaudit_response *response = NULL;
    struct slackaudit_entries *entries = NULL;
    struct slackaudit_entry_slice entry;
    CHECK_REFUSED(slackaudit_logs(NULL, &query, &response, &problem), "client");
    CHECK_REFUSED(slackaudit_logs(client, &query, NULL, &problem), "ret_response");
    CHECK_REFUSED(slackaudit_schemas(NULL, NULL, &response, &problem), "client");
    CHECK_REFUSED(slackaudit_schemas(client, NULL, NULL, &problem), "ret_response");
    CHECK_REFUSED(slackaudit_actions(NULL, NULL, &response, &problem), "client");
    CHECK_REFUSED(slackaudit_actions(client, NULL, NULL, &problem), "ret_response");
    CHECK_REFUSED(slackaudit_api_call(NULL, &request, &response, &problem), "client");
    CHECK_REFUSED(slackaudit_api_call(client, NULL, &response, &problem), "request");
    CHECK_REFUSED(slackaudit_api_call(client, &request, NULL, &problem), "ret_response");
    CHECK_REFUSED(slackaudit_entries_new(NULL, client, &query, false, &problem), "ret_entries");
    CHECK_REFUSED(slackaudit_entries_new(&entries, NULL, &query, false, &problem), "client");
    CHECK_REFUSED(slackaudit_entries_new(&entries, client, NULL, false, &problem), "query");
    CHECK_REFUSED(slackaudit_entries_next(NULL, &entry, &problem), "entries");
    CHECK_REFUSED(slackaudit_entries_try(NULL, &entry, &problem), "entries");
    ck_assert_int_eq(slackaudit_entries_new(&entries, client, &query, false, NULL), 0);
    CHECK_REFUSED(slackaudit_entries_next(entries, NULL, &problem), "ret_entry");
    CHECK_REFUSED(slackaudit_entries_try(entries, NULL, &problem), "ret_entry");
    slackaudit_entries_free(entries);
    ck_assert_ptr_null(response);
    check_nothing_sent(&scene);
    scene_deinit(&scene);
}
END_TEST

static void keep(void *user, const struct slackaudit_answer *answer)
{
    struct scene *scene = user;
    CHECK_REFUSED(slackaudit_answer_keep(answer, NULL, &problem), "ret_response");
    CHECK_REFUSED(slackaudit_answer_keep(NULL, &scene->response, &problem), "answer");
    ck_assert_int_eq(slackaudit_answer_keep(answer, &scene->response, NULL), 0);
    scene->done++;
}

START_TEST(responses)
{
    struct scene scene;
    scene_init(&scene);
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene_client(&scene, NULL);
    const struct slackaudit_query query = {0};
    const struct slackaudit_events events = {.on_done = keep, .user = &scene};
    ck_assert_int_eq(slackaudit_client_logs(scene.client, &query, &events, NULL, NULL), 0);
    scene_run(&scene);
    struct slackaudit_response *response = scene.response;
    const struct slackaudit_value *value = NULL;
    struct slackaudit_logs_body logs;
    struct slackaudit_schemas_body schemas;
    struct slackaudit_actions_body actions;
    CHECK_REFUSED(slackaudit_response_json(NULL, &value, &problem), "response");
    CHECK_REFUSED(slackaudit_response_json(response, NULL, &problem), "ret_value");
    CHECK_REFUSED(slackaudit_response_logs(NULL, &logs, &problem), "response");
    CHECK_REFUSED(slackaudit_response_logs(response, NULL, &problem), "ret_logs");
    CHECK_REFUSED(slackaudit_response_schemas(NULL, &schemas, &problem), "response");
    CHECK_REFUSED(slackaudit_response_schemas(response, NULL, &problem), "ret_schemas");
    CHECK_REFUSED(slackaudit_response_actions(NULL, &actions, &problem), "response");
    CHECK_REFUSED(slackaudit_response_actions(response, NULL, &problem), "ret_actions");
    slackaudit_response_free(response);
    scene_deinit(&scene);
}
END_TEST

START_TEST(documents_and_entries_of_bytes)
{
    struct slackaudit_document *document = NULL;
    struct slackaudit_entry entry;
    struct slackaudit_entry_slice slice;
    const struct slackaudit_value *list = NULL;
    char *text = NULL;
    size_t size;
    CHECK_REFUSED(slackaudit_document_parse(NULL, "{}", 2, &problem), "ret_document");
    CHECK_REFUSED(slackaudit_document_parse(&document, NULL, 2, &problem), "data");
    CHECK_REFUSED(slackaudit_entry_parse(NULL, &entry, "{}", 2, &problem), "ret_document");
    CHECK_REFUSED(slackaudit_entry_parse(&document, NULL, "{}", 2, &problem), "ret_entry");
    CHECK_REFUSED(slackaudit_entry_parse(&document, &entry, NULL, 2, &problem), "data");
    CHECK_REFUSED(slackaudit_details_users(NULL, &list, NULL, &problem), "ret_document");
    CHECK_REFUSED(slackaudit_details_users(&document, NULL, NULL, &problem), "ret_list");
    ck_assert_int_eq(slackaudit_value_write(NULL, NULL, &size), SLACKAUDIT_ERROR_INVALID);
    ck_assert_int_eq(slackaudit_entry_look(NULL, 2, &slice), SLACKAUDIT_ERROR_INVALID);
    ck_assert_int_eq(slackaudit_entry_look("{}", 2, NULL), SLACKAUDIT_ERROR_INVALID);
    ck_assert_ptr_null(document);
    ck_assert_ptr_null(text);
}
END_TEST

START_TEST(page_splitters)
{
    struct slackaudit_page *page = NULL;
    struct slackaudit_page_summary summary;
    ck_assert_int_eq(slackaudit_page_new(NULL, false, NULL, NULL), SLACKAUDIT_ERROR_INVALID);
    ck_assert_int_eq(slackaudit_page_feed(NULL, "{}", 2), SLACKAUDIT_ERROR_INVALID);
    ck_assert_int_eq(slackaudit_page_finish(NULL, &summary), SLACKAUDIT_ERROR_INVALID);
    ck_assert_int_eq(slackaudit_page_new(&page, false, NULL, NULL), 0);
    ck_assert_int_eq(slackaudit_page_feed(page, NULL, 0), 0);
    ck_assert_int_eq(slackaudit_page_feed(page, NULL, 2), SLACKAUDIT_ERROR_INVALID);
    check_contains(slackaudit_page_problem(page), "data is NULL");
    slackaudit_page_reset(page, false);
    ck_assert_int_eq(slackaudit_page_feed(page, "{\"entries\":[]}", 14), 0);
    ck_assert_int_eq(slackaudit_page_finish(page, NULL), SLACKAUDIT_ERROR_INVALID);
    check_contains(slackaudit_page_problem(page), "ret_summary is NULL");
    slackaudit_page_free(page);
}
END_TEST

/* Constructors say it by returning NULL. */
START_TEST(retry_stacks)
{
    struct slackaudit_retry_stack *stack = slackaudit_retry_stack_new();
    ck_assert_ptr_null(slackaudit_interval_custom(NULL, NULL));
    ck_assert_ptr_null(slackaudit_jitter_custom(NULL, NULL));
    ck_assert_ptr_null(slackaudit_retry_custom(NULL, NULL, 1, NULL, NULL, 0));
    ck_assert_ptr_null(slackaudit_retry_match(NULL, 1, NULL, NULL, 0));
    /* The handlers are taken over all the same: the sanitizers would see them left. */
    ck_assert_int_eq(slackaudit_retry_stack_append(NULL, slackaudit_retry_rate_limit(1)),
        SLACKAUDIT_ERROR_INVALID);
    ck_assert_int_eq(slackaudit_retry_stack_prepend(NULL, slackaudit_retry_rate_limit(1)),
        SLACKAUDIT_ERROR_INVALID);
    ck_assert_int_eq(slackaudit_retry_stack_append(stack, NULL), SLACKAUDIT_ERROR_MEMORY);
    ck_assert_int_eq(slackaudit_retry_stack_prepend(stack, NULL), SLACKAUDIT_ERROR_MEMORY);
    ck_assert_uint_eq(slackaudit_retry_stack_count(stack), 0);
    ck_assert_uint_eq(slackaudit_retry_stack_count(NULL), 0);
    slackaudit_retry_stack_clear(NULL);
    slackaudit_retry_stack_free(stack);
}
END_TEST

START_TEST(what_may_be_null_is_taken)
{
    slackaudit_engine_free(NULL);
    slackaudit_client_free(NULL);
    slackaudit_call_cancel(NULL);
    slackaudit_response_free(NULL);
    slackaudit_entries_free(NULL);
    slackaudit_document_free(NULL);
    slackaudit_page_free(NULL);
    slackaudit_interval_free(NULL);
    slackaudit_jitter_free(NULL);
    slackaudit_retry_handler_free(NULL);
    slackaudit_retry_stack_free(NULL);
}
END_TEST

CHECK_MAIN("null", engines_and_clients, calls_that_report_to_callbacks, calls_that_wait_and_entries,
    responses, documents_and_entries_of_bytes, page_splitters, retry_stacks,
    what_may_be_null_is_taken)
