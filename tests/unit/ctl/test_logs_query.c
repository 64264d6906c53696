/* What `logs` asks, from what people write. */
#include "ctl/logs_query.h"

#include <string.h>

#include "check_main.h"

#define NOW INT64_C(1795327200) /* 2026-11-22T06:00:00Z */

START_TEST(what_is_not_given_is_not_asked)
{
    const struct ctl_request request = {.version = "0"};
    struct slackaudit_query query;
    struct error error = ERROR_INIT;
    ck_assert_int_eq(logs_query(&request, NOW, &query, &error), 0);
    ck_assert(!query.has_oldest && !query.has_latest && !query.has_limit);
    ck_assert_int_eq(query.oldest | query.latest | query.limit, 0);
    ck_assert_ptr_null(query.action);
    ck_assert_ptr_null(query.cursor);
}
END_TEST

START_TEST(each_option_has_its_place_in_the_query)
{
    struct ctl_request request = {.version = "0"};
    struct slackaudit_query query;
    struct error error = ERROR_INIT;
    request.values[LOGS_OLDEST] = "-1d";
    request.values[LOGS_LATEST] = "now";
    request.values[LOGS_LIMIT] = "9999";
    request.values[LOGS_ACTION] = "user_login";
    request.values[LOGS_ACTOR] = "W1";
    request.values[LOGS_ENTITY] = "E1";
    request.values[LOGS_CURSOR] = "abc=";
    ck_assert_int_eq(logs_query(&request, NOW, &query, &error), 0);
    ck_assert(query.has_oldest && query.has_latest && query.has_limit);
    ck_assert_int_eq(query.oldest, NOW - 86400);
    ck_assert_int_eq(query.latest, NOW);
    ck_assert_int_eq(query.limit, 9999);
    ck_assert_str_eq(query.action, "user_login");
    ck_assert_str_eq(query.actor, "W1");
    ck_assert_str_eq(query.entity, "E1");
    ck_assert_str_eq(query.cursor, "abc=");
}
END_TEST

START_TEST(an_option_that_is_wrong_is_named)
{
    static const struct {
        int option;
        const char *value, *name;
    } wrong[] = {{LOGS_OLDEST, "soon", "--oldest"}, {LOGS_OLDEST, "-99999d", "--oldest"},
        {LOGS_LATEST, "later", "--latest"}, {LOGS_LIMIT, "10000", "--limit"},
        {LOGS_LIMIT, "0", "--limit"}, {LOGS_LIMIT, "", "--limit"}, {LOGS_LIMIT, "5x", "--limit"},
        {LOGS_LIMIT, "-5", "--limit"}, {LOGS_LIMIT, " 5", "--limit"},
        {LOGS_LIMIT, "99999999999999999999", "--limit"}};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct ctl_request request = {.version = "0"};
        struct slackaudit_query query;
        struct error error = ERROR_INIT;
        request.values[wrong[i].option] = wrong[i].value;
        ck_assert_int_eq(logs_query(&request, NOW, &query, &error), ERROR_INVALID);
        ck_assert_msg(strstr(error.text, wrong[i].name) != NULL, "%s", error.text);
    }
}
END_TEST

START_TEST(an_oldest_after_latest_is_told_as_it_was_written)
{
    struct ctl_request request = {.version = "0"};
    struct slackaudit_query query;
    struct error error = ERROR_INIT;
    request.values[LOGS_OLDEST] = "-1h";
    request.values[LOGS_LATEST] = "-2h";
    ck_assert_int_eq(logs_query(&request, NOW, &query, &error), ERROR_INVALID);
    ck_assert_str_eq(error.text, "--oldest -1h is after --latest -2h");
    request.values[LOGS_LATEST] = "-1h";
    ck_assert_int_eq(logs_query(&request, NOW, &query, &error), 0);
}
END_TEST

CHECK_MAIN("logs_query", what_is_not_given_is_not_asked, each_option_has_its_place_in_the_query,
    an_option_that_is_wrong_is_named, an_oldest_after_latest_is_told_as_it_was_written)
