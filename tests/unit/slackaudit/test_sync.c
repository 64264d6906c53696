/* Calls that wait. The server runs on a thread of its own, because the test's waits. */
#include "check_main.h"
#include "slackaudit/place.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n"
static const struct server_step fine[] = {
    {.kind = STEP_ANSWER, .text = OK_HEAD "{\"entries\":[]}"}};

START_TEST(each_of_the_four_calls_waits_for_its_answer_on_an_engine_of_the_client)
{
    struct place place;
    place_init(&place, fine, 1);
    place_open(&place);
    const struct slackaudit_query query = {.has_limit = true, .limit = 3};
    const struct slackaudit_request request = {.path = "logs/more"};
    struct slackaudit_response *responses[5];
    ck_assert_int_eq(slackaudit_logs(place.client, &query, &responses[0], NULL), 0);
    ck_assert_int_eq(slackaudit_logs(place.client, NULL, &responses[1], NULL), 0);
    ck_assert_int_eq(slackaudit_schemas(place.client, NULL, &responses[2], NULL), 0);
    ck_assert_int_eq(slackaudit_actions(place.client, NULL, &responses[3], NULL), 0);
    ck_assert_int_eq(slackaudit_api_call(place.client, &request, &responses[4], NULL), 0);
    static const char *const ends[] = {
        "/logs?limit=3", "/logs", "/schemas", "/actions", "/logs/more"};
    for (size_t i = 0; i < 5; i++) {
        const struct slackaudit_answer *answer = slackaudit_response_answer(responses[i]);
        ck_assert_int_eq(answer->status, 200);
        ck_assert_str_eq(answer->body, "{\"entries\":[]}");
        ck_assert_str_eq(answer->url + strlen(answer->url) - strlen(ends[i]), ends[i]);
        slackaudit_response_free(responses[i]);
    }
    place_deinit(&place);
}
END_TEST

START_TEST(a_status_that_no_handler_retries_is_a_response_and_no_error)
{
    static const struct server_step steps[] = {{.kind = STEP_ANSWER,
        .text = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 30\r\nContent-Length: 35\r\n\r\n"
                "{\"ok\":false,\"error\":\"ratelimited\" }"}};
    struct place place;
    place_init(&place, steps, 1);
    place_open(&place);
    struct slackaudit_response *response;
    ck_assert_int_eq(slackaudit_logs(place.client, NULL, &response, NULL), 0);
    const struct slackaudit_answer *answer = slackaudit_response_answer(response);
    ck_assert_int_eq(answer->status, 429);
    ck_assert_str_eq(answer->error, "ratelimited");
    ck_assert_int_eq(answer->retry_after_us, 30 * USEC_PER_SEC);
    check_contains(answer->message, "status 429 and error ratelimited");
    slackaudit_response_free(response);
    place_deinit(&place);
}
END_TEST

START_TEST(a_stack_that_was_appended_to_retries_and_an_emptied_one_does_not)
{
    static const struct server_step steps[] = {{.kind = STEP_ANSWER_AND_RESET, .text = ""},
        {.kind = STEP_ANSWER,
            .text = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"},
        {.kind = STEP_ANSWER, .text = OK_HEAD "{\"entries\":[]}"},
        {.kind = STEP_ANSWER_AND_RESET, .text = ""}};
    struct place place;
    place_init(&place, steps, 4);
    place_open(&place);
    struct slackaudit_retry_stack *stack = slackaudit_client_retry(place.client);
    ck_assert_uint_eq(slackaudit_retry_stack_count(stack), 1); /* connection_error once */
    slackaudit_retry_stack_clear(stack);
    ck_assert_int_eq(slackaudit_retry_stack_append(stack,
                         slackaudit_retry_server_error(1, slackaudit_interval_fixed(USEC_PER_MSEC),
                             slackaudit_jitter_none(), 0)),
        0);
    ck_assert_int_eq(
        slackaudit_retry_stack_prepend(
            stack, slackaudit_retry_connection_error(
                       1, slackaudit_interval_fixed(USEC_PER_MSEC), slackaudit_jitter_none(), 0)),
        0);
    struct slackaudit_response *response;
    ck_assert_int_eq(slackaudit_logs(place.client, NULL, &response, NULL), 0);
    ck_assert_int_eq(slackaudit_response_answer(response)->attempts, 3);
    slackaudit_response_free(response);

    slackaudit_retry_stack_clear(stack);
    struct slackaudit_problem problem = {0};
    ck_assert_int_eq(
        slackaudit_logs(place.client, NULL, &response, &problem), SLACKAUDIT_ERROR_TRANSPORT);
    check_contains(problem.text, "no whole answer: reset");
    check_contains(problem.text, "tried once");
    ck_assert_int_eq(problem.code, SLACKAUDIT_ERROR_TRANSPORT);
    place_deinit(&place);
}
END_TEST

START_TEST(a_parameter_that_cannot_be_is_named_and_nothing_is_sent)
{
    struct place place;
    place_init(&place, fine, 1);
    place_open(&place);
    struct slackaudit_response *response = NULL;
    struct slackaudit_problem problem = {0};
    const struct slackaudit_query none = {.has_limit = true, .limit = 0};
    ck_assert_int_eq(
        slackaudit_logs(place.client, &none, &response, &problem), SLACKAUDIT_ERROR_INVALID);
    check_contains(problem.text, "limit is 0");
    ck_assert_int_eq(slackaudit_logs(NULL, NULL, &response, &problem), SLACKAUDIT_ERROR_INVALID);
    check_contains(problem.text, "client is NULL");
    ck_assert_int_eq(slackaudit_logs(place.client, NULL, NULL, &problem), SLACKAUDIT_ERROR_INVALID);
    check_contains(problem.text, "ret_response is NULL");
    ck_assert_int_eq(
        slackaudit_api_call(place.client, NULL, &response, &problem), SLACKAUDIT_ERROR_INVALID);
    check_contains(problem.text, "request is NULL");
    ck_assert_ptr_null(response);
    ck_assert_uint_eq(place.server.connections, 0);
    place_deinit(&place);
}
END_TEST

struct nested {
    struct slackaudit_client *client;
    bool done;
};

static void call_from_inside(void *user, const struct slackaudit_answer *answer)
{
    struct nested *nested = user;
    ck_assert_int_eq(answer->status, 200);
    struct slackaudit_response *response = NULL;
    struct slackaudit_problem problem = {0};
    ck_assert_int_eq(
        slackaudit_logs(nested->client, NULL, &response, &problem), SLACKAUDIT_ERROR_INVALID);
    check_contains(problem.text, "from inside a callback");
    ck_assert_ptr_null(response);
    nested->done = true;
}

START_TEST(a_call_that_waits_is_refused_inside_a_callback)
{
    struct place place;
    place_init(&place, fine, 1);
    place_open(&place);
    struct nested nested = {.client = place.client};
    const struct slackaudit_events events = {.on_done = call_from_inside, .user = &nested};
    ck_assert_int_eq(slackaudit_client_actions(place.client, NULL, &events, NULL, NULL), 0);
    while (!nested.done)
        ck_assert_int_eq(slackaudit_engine_turn(slackaudit_client_engine(place.client), -1), 0);
    place_deinit(&place);
}
END_TEST

CHECK_MAIN("sync", each_of_the_four_calls_waits_for_its_answer_on_an_engine_of_the_client,
    a_status_that_no_handler_retries_is_a_response_and_no_error,
    a_stack_that_was_appended_to_retries_and_an_emptied_one_does_not,
    a_parameter_that_cannot_be_is_named_and_nothing_is_sent,
    a_call_that_waits_is_refused_inside_a_callback)
