/* Rates from looks at the status: two are needed, and a restart begins anew. */
#include "ctl/status_rate.h"

#include <stdio.h>

#include "base/units.h"
#include "check_main.h"

static void look(struct status_rates *rates, int64_t uptime, int64_t delivered, int64_t at_seconds)
{
    char text[256];
    struct json_document *document;
    int size = snprintf(text, sizeof(text),
        "{\"uptime_seconds\":%d,\"outputs\":[{\"name\":\"siem\",\"delivered\":%d},"
        "{\"delivered\":1},{\"name\":\"idle\",\"delivered\":7}]}",
        (int)uptime, (int)delivered);
    const struct slice bytes = {text, (size_t)size};
    ck_assert_int_eq(json_parse(bytes, &document, NULL), 0);
    status_rates_note(rates, json_root(document), at_seconds * USEC_PER_SEC);
    json_free(document);
}

/* -1: not known. */
static double rate_of(const struct status_rates *rates, const char *name, int64_t *ret_over_us)
{
    double rate = -1;
    return status_rates_tell(rates, name, &rate, ret_over_us) ? rate : -1;
}

START_TEST(a_rate_is_known_from_the_second_look_on)
{
    struct status_rates rates = {0};
    int64_t over_us = 0;
    ck_assert_double_eq(rate_of(&rates, "siem", &over_us), -1);
    look(&rates, 100, 50, 1000);
    ck_assert_double_eq(rate_of(&rates, "siem", &over_us), -1);
    look(&rates, 102, 70, 1002);
    ck_assert_double_eq(rate_of(&rates, "siem", &over_us), 10);
    ck_assert_int_eq(over_us, 2 * USEC_PER_SEC);
    ck_assert_double_eq(rate_of(&rates, "idle", &over_us), 0);
    ck_assert_double_eq(rate_of(&rates, "other", &over_us), -1);
}
END_TEST

START_TEST(what_is_long_past_counts_no_more)
{
    struct status_rates rates = {0};
    int64_t over_us = 0;
    for (int second = 0; second <= 600; second++)
        look(&rates, 100 + second, second < 300 ? 1000 * second : 1000 * 300, 1000 + second);
    ck_assert_double_eq(rate_of(&rates, "siem", &over_us), 0);
    ck_assert_int_ge(over_us, 30 * USEC_PER_SEC);
    ck_assert_int_le(over_us, 60 * USEC_PER_SEC);
}
END_TEST

START_TEST(a_restart_begins_anew)
{
    struct status_rates rates = {0};
    int64_t over_us = 0;
    look(&rates, 100, 50, 1000);
    look(&rates, 102, 70, 1002);
    look(&rates, 1, 500, 1004); /* more than before, but another process */
    ck_assert_double_eq(rate_of(&rates, "siem", &over_us), -1);
    look(&rates, 3, 502, 1006);
    ck_assert_double_eq(rate_of(&rates, "siem", &over_us), 1);
    look(&rates, 5, 2, 1008); /* counters that go back */
    ck_assert_double_eq(rate_of(&rates, "siem", &over_us), -1);
}
END_TEST

CHECK_MAIN("status_rate", a_rate_is_known_from_the_second_look_on, what_is_long_past_counts_no_more,
    a_restart_begins_anew)
