/* The simulated API as a client sees it: refusals, limits, faults and the control endpoint, on a
 * simulated clock. */
#include "check_main.h"

#include "simulator/api_case.h"

enum { FROM = CASE_NOW - 100000, TO = CASE_NOW - 1000 };

/* Opens an API of 1,000 entries with one fault rule (or NULL). */
static void open_with_fault(struct api_case *test, const char *rule)
{
    struct api_settings settings = case_settings(1000, FROM, TO);
    if (rule != NULL)
        ck_assert_int_eq(fault_plan_add(&settings.faults, rule, NULL), 0);
    case_open(test, &settings);
}

START_TEST(arguments_that_slack_refuses_are_refused_with_its_names)
{
    static const struct {
        const char *target, *error;
    } cases[] = {
        {"/logs?oldest=1700000001", "invalid_range"},
        {"/logs?latest=1700000001", "invalid_range"},
        {"/logs?oldest=200&latest=100", "invalid_range"},
        {"/logs?oldest=yesterday", "invalid_range"},
        {"/logs?oldest=-5", "invalid_range"},
        {"/logs?latest=1600000000.5", "invalid_range"},
        {"/logs?latest=99999999999999999999", "invalid_range"},
        {"/logs?limit=0", "invalid_arguments"},
        {"/logs?limit=many", "invalid_arguments"},
        {"/logs?limit=-1", "invalid_arguments"},
        {"/logs?action=a,b,,c", "invalid_action"},
        {"/logs?action=user login", "invalid_action"},
        {"/logs?action=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,"
         "29,"
         "30,31",
            "invalid_action"},
        {"/logs?cursor=abc", "invalid_cursor"},
        {"/logs?cursor=dXNlcjpVMDYxTkZUVDI=", "invalid_cursor"},
    };
    _cleanup_(case_close) struct api_case test = {0};
    open_with_fault(&test, NULL);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        ck_assert_uint_eq(case_status(test.api, cases[i].target, cases[i].error), 400);
    ck_assert_uint_eq(
        case_status(test.api, "/logs?oldest=1700000000&latest=1700000000", NULL), 200);
    ck_assert_uint_eq(
        case_status(test.api,
            "/logs?action=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,"
            "24,25,26,27,28,29,30",
            NULL),
        200);
}
END_TEST

START_TEST(unknown_paths_and_methods_are_refused)
{
    _cleanup_(case_close) struct api_case test = {0};
    _cleanup_(answer_deinit) struct answer answer = ANSWER_INIT;
    open_with_fault(&test, NULL);
    ck_assert_uint_eq(case_status(test.api, "/audit/v1/log", "bad_endpoint"), 404);
    ck_assert_uint_eq(case_status(test.api, "/", "bad_endpoint"), 404);
    ck_assert_uint_eq(case_status(test.api, "/_sim/what", NULL), 404);
    case_call(test.api, "POST", "/logs", "Bearer x", "", &answer);
    ck_assert_uint_eq(answer.status, 405);
    ck_assert_str_eq(answer.allow, "GET");
    ck_assert_str_eq(buffer_text(&answer.body), "{\"ok\":false,\"error\":\"method_not_allowed\"}");
}
END_TEST

START_TEST(only_logs_want_a_token_and_a_refusal_is_no_json)
{
    struct api_settings settings = case_settings(10, FROM, TO);
    ck_assert_int_eq(tokens_add(&settings.tokens, "xoxp-good", NULL), 0);
    _cleanup_(case_close) struct api_case test = {0};
    static const struct {
        const char *target, *authorization;
        unsigned status;
    } cases[] = {{"/logs", NULL, 401}, {"/logs", "Bearer xoxp-bad", 401},
        {"/logs", "Bearer xoxp-good", 200}, {"/schemas", NULL, 200}, {"/actions", NULL, 200}};
    case_open(&test, &settings);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        _cleanup_(answer_deinit) struct answer answer = ANSWER_INIT;
        struct json_document *document = NULL;
        case_call(test.api, "GET", cases[i].target, cases[i].authorization, NULL, &answer);
        ck_assert_uint_eq(answer.status, cases[i].status);
        int r = json_parse(buffer_slice(&answer.body), &document, NULL);
        ck_assert_int_eq(r, cases[i].status == 401 ? ERROR_INVALID : 0);
        json_free(document);
    }
    _cleanup_(answer_deinit) struct answer changed = ANSWER_INIT;
    case_call(test.api, "POST", "/_sim/token", NULL, "xoxp-new\nxoxp-newer\n", &changed);
    ck_assert_uint_eq(changed.status, 200);
    _cleanup_(answer_deinit) struct answer before = ANSWER_INIT, after = ANSWER_INIT;
    case_call(test.api, "GET", "/logs", "Bearer xoxp-good", NULL, &before);
    case_call(test.api, "GET", "/logs", "Bearer xoxp-newer", NULL, &after);
    ck_assert_uint_eq(before.status, 401);
    ck_assert_uint_eq(after.status, 200);
}
END_TEST

START_TEST(past_the_rate_limit_comes_429_until_as_long_as_told)
{
    struct api_settings settings = case_settings(10, FROM, TO);
    settings.calls_per_minute = 50;
    settings.call_burst = 5;
    _cleanup_(case_close) struct api_case test = {0};
    _cleanup_(answer_deinit) struct answer answer = ANSWER_INIT;
    case_open(&test, &settings);
    for (int i = 0; i < 5; i++)
        ck_assert_uint_eq(case_status(test.api, i % 2 == 0 ? "/logs" : "/actions", NULL), 200);
    case_get(test.api, "/logs", &answer);
    ck_assert_uint_eq(answer.status, 429);
    ck_assert_str_eq(buffer_text(&answer.body), "{\"ok\":false,\"error\":\"ratelimited\"}");
    ck_assert_int_eq(answer.retry_after_s, 2);
    clock_advance(test.clock, answer.retry_after_s * USEC_PER_SEC);
    ck_assert_uint_eq(case_status(test.api, "/logs", NULL), 200);
}
END_TEST

START_TEST(a_cursor_expires_after_its_time)
{
    struct api_settings settings = case_settings(1000, FROM, TO);
    settings.cursor_ttl_us = 600 * USEC_PER_SEC;
    _cleanup_(case_close) struct api_case test = {0};
    _cleanup_(case_page_deinit) struct case_page page;
    char target[128];
    case_open(&test, &settings);
    case_page_get(test.api, "/logs", &page);
    snprintf(target, sizeof(target), "/logs?cursor=%s", page.cursor);
    clock_advance(test.clock, 600 * USEC_PER_SEC);
    ck_assert_uint_eq(case_status(test.api, target, NULL), 200);
    clock_advance(test.clock, 1);
    ck_assert_uint_eq(case_status(test.api, target, "invalid_cursor"), 400);
}
END_TEST

START_TEST(a_refused_cursor_may_come_without_a_body)
{
    struct api_settings settings = case_settings(1000, FROM, TO);
    settings.bare_cursor_errors = true;
    _cleanup_(case_close) struct api_case test = {0};
    _cleanup_(answer_deinit) struct answer answer = ANSWER_INIT;
    case_open(&test, &settings);
    case_get(test.api, "/logs?cursor=stale", &answer);
    ck_assert_uint_eq(answer.status, 400);
    ck_assert_uint_eq(answer.body.size, 0);
}
END_TEST

START_TEST(the_clock_offset_moves_the_date_and_what_counts_as_the_future)
{
    struct api_settings settings = case_settings(1000, TIMELINE_UNSET, TIMELINE_UNSET);
    settings.clock_offset_s = 3600;
    _cleanup_(case_close) struct api_case test = {0};
    _cleanup_(answer_deinit) struct answer answer = ANSWER_INIT;
    case_open(&test, &settings);
    ck_assert_uint_eq(case_status(test.api, "/logs?latest=1700003600", NULL), 200);
    ck_assert_uint_eq(case_status(test.api, "/logs?latest=1700003601", "invalid_range"), 400);
    clock_set_wall(test.clock, 5 * USEC_PER_SEC); /* an operator's hand does not move the API */
    clock_advance(test.clock, 10 * USEC_PER_SEC);
    case_get(test.api, "/schemas", &answer);
    ck_assert_int_eq(answer.date_s, CASE_NOW + 3610);
}
END_TEST

START_TEST(an_oldest_before_the_feature_was_enabled_is_refused_if_asked_for)
{
    struct api_settings settings = case_settings(1000, FROM, TO);
    settings.enabled_since = 1520000000;
    _cleanup_(case_close) struct api_case test = {0};
    case_open(&test, &settings);
    ck_assert_uint_eq(case_status(test.api, "/logs?oldest=1519999999", "invalid_range"), 400);
    ck_assert_uint_eq(case_status(test.api, "/logs?oldest=1520000000", NULL), 200);
}
END_TEST

START_TEST(schemas_and_actions_name_all_there_is)
{
    _cleanup_(case_close) struct api_case test = {0};
    _cleanup_(answer_deinit) struct answer schemas = ANSWER_INIT, names = ANSWER_INIT;
    struct json_document *document = NULL;
    open_with_fault(&test, NULL);
    case_get(test.api, "/audit/v1/schemas", &schemas);
    ck_assert_int_eq(json_parse(buffer_slice(&schemas.body), &document, NULL), 0);
    const struct json_value *list = json_get(json_root(document), "schemas");
    ck_assert_uint_eq(json_length(list), ENTITY_UNKNOWN);
    for (size_t i = 0; i < json_length(list); i++) {
        const char *type = json_string(json_get(json_at(list, i), "type"));
        ck_assert_str_eq(type, entity_kinds[i].type);
        ck_assert(json_is_object(json_get(json_at(list, i), type)));
    }
    json_free(document);
    case_get(test.api, "/audit/v1/actions", &names);
    ck_assert_int_eq(json_parse(buffer_slice(&names.body), &document, NULL), 0);
    const struct json_value *categories = json_get(json_root(document), "actions");
    static const char *const wanted[] = {"workspace_or_org", "user", "file", "channel", "app",
        "workflow_builder", "barrier", "message"};
    size_t count = 0;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
        count += json_length(json_get(categories, wanted[i]));
    ck_assert_uint_eq(json_length(categories), sizeof(wanted) / sizeof(wanted[0]));
    ck_assert_uint_eq(count, action_count);
    json_free(document);
}
END_TEST

START_TEST(faults_that_stand_in_place_of_an_answer_do_so)
{
    static const struct {
        const char *rule;
        unsigned status;
        int64_t retry_after_s;
        const char *type, *text;
    } cases[] = {
        {"429:at=1,for=7s", 429, 7, "application/json", "\"ratelimited\""},
        {"500:at=1", 500, 0, "application/json", "\"internal_error\""},
        {"503:at=1,for=1500ms", 503, 2, "text/plain", "Unavailable"},
        {"html:at=1", 200, 0, "text/html", "<!DOCTYPE html>"},
        {"unauthorized:at=1", 401, 0, "text/plain", "Unauthorized"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        _cleanup_(case_close) struct api_case test = {0};
        _cleanup_(answer_deinit) struct answer answer = ANSWER_INIT;
        open_with_fault(&test, cases[i].rule);
        case_get(test.api, "/logs", &answer);
        ck_assert_uint_eq(answer.status, cases[i].status);
        ck_assert_int_eq(answer.retry_after_s, cases[i].retry_after_s);
        ck_assert_ptr_nonnull(strstr(answer.content_type, cases[i].type));
        ck_assert_ptr_nonnull(strstr(buffer_text(&answer.body), cases[i].text));
        ck_assert_uint_eq(case_status(test.api, "/logs", NULL), 200);
    }
}
END_TEST

START_TEST(faults_of_the_way_are_told_to_the_server)
{
    static const struct {
        const char *rule;
        enum delivery delivery;
        int64_t wait_us, pause_us;
    } cases[] = {
        {"reset:at=1", DELIVERY_RESET, 0, 0},
        {"reset-body:at=1", DELIVERY_RESET_BODY, 0, 0},
        {"truncate:at=1", DELIVERY_TRUNCATE, 0, 0},
        {"stall:at=1,for=9s", DELIVERY_STALL, 0, 9 * USEC_PER_SEC},
        {"slow:at=1,for=9s", DELIVERY_WHOLE, 9 * USEC_PER_SEC, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        _cleanup_(case_close) struct api_case test = {0};
        _cleanup_(answer_deinit) struct answer answer = ANSWER_INIT;
        open_with_fault(&test, cases[i].rule);
        case_get(test.api, "/logs", &answer);
        ck_assert_int_eq(answer.delivery, cases[i].delivery);
        ck_assert_int_eq(answer.wait_us, cases[i].wait_us);
        ck_assert_int_eq(answer.pause_us, cases[i].pause_us);
        ck_assert_int_eq(answer.body.size > 10000, cases[i].delivery != DELIVERY_RESET);
    }
}
END_TEST

START_TEST(broken_json_is_broken_however_small_the_page)
{
    static const char *const targets[] = {
        "/logs?limit=1000", "/logs?limit=1", "/logs?latest=5", "/schemas", "/actions"};
    _cleanup_(case_close) struct api_case test = {0};
    open_with_fault(&test, "broken-json:every=1");
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        _cleanup_(answer_deinit) struct answer answer = ANSWER_INIT;
        struct json_document *document = NULL;
        case_get(test.api, targets[i], &answer);
        ck_assert_uint_eq(answer.status, 200);
        ck_assert_int_eq(json_parse(buffer_slice(&answer.body), &document, NULL), ERROR_INVALID);
    }
}
END_TEST

START_TEST(a_repeated_cursor_is_the_one_that_was_sent_and_an_expired_one_is_refused)
{
    char target[128];
    _cleanup_(case_close) struct api_case test = {0};
    _cleanup_(case_page_deinit) struct case_page first, second;
    open_with_fault(&test, "repeat-cursor:at=1");
    ck_assert_int_eq(fault_plan_add(&test.api->faults, "expire-cursor:at=2", NULL), 0);
    case_page_get(test.api, "/logs", &first);
    snprintf(target, sizeof(target), "/logs?cursor=%s", first.cursor);
    case_page_get(test.api, target, &second);
    ck_assert_str_eq(second.cursor, first.cursor);
    ck_assert_uint_eq(case_status(test.api, target, "invalid_cursor"), 400);
    ck_assert_uint_eq(case_status(test.api, target, NULL), 200);
}
END_TEST

START_TEST(repeated_entries_come_again_and_none_is_lost)
{
    _cleanup_(case_close) struct api_case test = {0};
    _cleanup_(case_page_deinit) struct case_page first, second;
    char target[128];
    open_with_fault(&test, "repeat-entries:every=1");
    case_page_get(test.api, "/logs?limit=100", &first);
    snprintf(target, sizeof(target), "/logs?limit=100&cursor=%s", first.cursor);
    case_page_get(test.api, target, &second);
    ck_assert_uint_eq(json_length(first.entries), 101);
    ck_assert_uint_eq(json_length(second.entries), 111);
    ck_assert_str_eq(case_page_id(&first, 99), case_page_id(&first, 100));
    ck_assert_str_eq(case_page_id(&first, 90), case_page_id(&second, 0));
    ck_assert_str_eq(case_page_id(&first, 99), case_page_id(&second, 9));
    ck_assert_str_ne(case_page_id(&first, 99), case_page_id(&second, 10));
}
END_TEST

START_TEST(entries_outside_the_range_stand_at_both_ends_if_asked_for)
{
    _cleanup_(case_close) struct api_case test = {0};
    _cleanup_(case_page_deinit) struct case_page page;
    char target[128];
    open_with_fault(&test, "outside:every=1");
    int64_t oldest = history_date(test.api->history, 400);
    int64_t latest = history_date(test.api->history, 500);
    snprintf(target, sizeof(target), "/logs?limit=500&oldest=%lld&latest=%lld", (long long)oldest,
        (long long)latest);
    case_page_get(test.api, target, &page);
    size_t newer = 0, older = 0, count = json_length(page.entries);
    for (size_t i = 0; i < count; i++) {
        newer += case_page_date(&page, i) > latest;
        older += case_page_date(&page, i) < oldest;
        if (i > 0)
            ck_assert_int_le(case_page_date(&page, i), case_page_date(&page, i - 1));
    }
    ck_assert_uint_eq(newer, 5);
    ck_assert_uint_eq(older, 5);
    ck_assert_uint_ge(count, 110);
}
END_TEST

START_TEST(a_page_in_the_wrong_order_has_the_same_entries_the_other_way_round)
{
    _cleanup_(case_close) struct api_case test = {0};
    _cleanup_(case_page_deinit) struct case_page wrong, right;
    open_with_fault(&test, "wrong-order:at=1");
    case_page_get(test.api, "/logs?limit=50", &wrong);
    case_page_get(test.api, "/logs?limit=50", &right);
    for (size_t i = 0; i < 50; i++)
        ck_assert_str_eq(case_page_id(&wrong, i), case_page_id(&right, 49 - i));
}
END_TEST

START_TEST(faults_can_be_changed_while_it_runs)
{
    _cleanup_(case_close) struct api_case test = {0};
    _cleanup_(answer_deinit) struct answer set = ANSWER_INIT, wrong = ANSWER_INIT,
                                           cleared = ANSWER_INIT, too_long = ANSWER_INIT;
    open_with_fault(&test, "500:every=1");
    case_call(test.api, "POST", "/_sim/faults", NULL, "503:every=1\n", &set);
    ck_assert_uint_eq(set.status, 200);
    ck_assert_uint_eq(case_status(test.api, "/logs", NULL), 503);
    case_call(test.api, "POST", "/_sim/faults", NULL, "503:sometimes\n", &wrong);
    ck_assert_uint_eq(wrong.status, 400);
    ck_assert_ptr_nonnull(strstr(buffer_text(&wrong.body), "sometimes"));
    ck_assert_uint_eq(case_status(test.api, "/logs", NULL), 503);
    case_call(test.api, "POST", "/_sim/faults", NULL, "", &cleared);
    ck_assert_uint_eq(cleared.status, 200);
    ck_assert_uint_eq(case_status(test.api, "/logs", NULL), 200);
    struct request request = {.method = "POST", .path = "/_sim/faults", .is_too_long = true};
    ck_assert_int_eq(api_answer(test.api, &request, &too_long), 0);
    ck_assert_uint_eq(too_long.status, 413);
}
END_TEST

START_TEST(stats_count_calls_pages_statuses_entries_and_faults)
{
    _cleanup_(case_close) struct api_case test = {0};
    _cleanup_(answer_deinit) struct answer stats = ANSWER_INIT;
    struct json_document *document = NULL;
    open_with_fault(&test, "500:at=2");
    ck_assert_uint_eq(case_status(test.api, "/logs?limit=10", NULL), 200);
    ck_assert_uint_eq(case_status(test.api, "/logs?limit=10", NULL), 500);
    ck_assert_uint_eq(case_status(test.api, "/logs?oldest=x", NULL), 400);
    ck_assert_uint_eq(case_status(test.api, "/schemas", NULL), 200);
    case_get(test.api, "/_sim/stats", &stats);
    ck_assert_int_eq(json_parse(buffer_slice(&stats.body), &document, NULL), 0);
    const struct json_value *root = json_root(document);
    const struct json_value *statuses = json_get(root, "by_status");
    ck_assert_int_eq(json_integer(json_get(root, "now"), 0), CASE_NOW);
    ck_assert_int_eq(json_integer(json_get(root, "calls"), 0), 4);
    ck_assert_int_eq(json_integer(json_get(root, "pages"), 0), 1);
    ck_assert_int_eq(json_integer(json_get(root, "entries_served"), 0), 10);
    ck_assert_int_eq(json_integer(json_get(statuses, "200"), 0), 2);
    ck_assert_int_eq(json_integer(json_get(statuses, "400"), 0), 1);
    ck_assert_int_eq(json_integer(json_get(statuses, "500"), 0), 1);
    ck_assert_int_eq(json_integer(json_get(json_get(root, "faults"), "500"), 0), 1);
    ck_assert_int_eq(json_integer(json_get(json_get(root, "history"), "made"), 0), 1000);
    json_free(document);
}
END_TEST

CHECK_MAIN("api", arguments_that_slack_refuses_are_refused_with_its_names,
    unknown_paths_and_methods_are_refused, only_logs_want_a_token_and_a_refusal_is_no_json,
    past_the_rate_limit_comes_429_until_as_long_as_told, a_cursor_expires_after_its_time,
    a_refused_cursor_may_come_without_a_body,
    the_clock_offset_moves_the_date_and_what_counts_as_the_future,
    an_oldest_before_the_feature_was_enabled_is_refused_if_asked_for,
    schemas_and_actions_name_all_there_is, faults_that_stand_in_place_of_an_answer_do_so,
    faults_of_the_way_are_told_to_the_server, broken_json_is_broken_however_small_the_page,
    a_repeated_cursor_is_the_one_that_was_sent_and_an_expired_one_is_refused,
    repeated_entries_come_again_and_none_is_lost,
    entries_outside_the_range_stand_at_both_ends_if_asked_for,
    a_page_in_the_wrong_order_has_the_same_entries_the_other_way_round,
    faults_can_be_changed_while_it_runs, stats_count_calls_pages_statuses_entries_and_faults)
