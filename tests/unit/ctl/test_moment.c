/* Times as people write them. */
#include "ctl/moment.h"

#include <string.h>

#include "check_main.h"

#define NOW INT64_C(1795327200) /* 2026-11-22T06:00:00Z */

static void is_time(const char *text, int64_t wanted)
{
    struct error error = ERROR_INIT;
    int64_t seconds = -1;
    ck_assert_msg(moment_read(text, NOW, &seconds, &error) == 0, "%s: %s", text, error.text);
    ck_assert_int_eq(seconds, wanted);
}

static void is_no_time(const char *text)
{
    struct error error = ERROR_INIT;
    int64_t seconds = -1;
    ck_assert_int_eq(moment_read(text, NOW, &seconds, &error), ERROR_INVALID);
    ck_assert_ptr_nonnull(strstr(error.text, "-7d"));
    ck_assert_int_eq(seconds, -1);
}

START_TEST(a_time_is_unix_seconds_rfc_3339_now_or_an_age)
{
    is_time("1700000000", 1700000000);
    is_time("2026-11-22T06:00:00Z", NOW);
    is_time("2026-11-22T07:00:00+01:00", NOW);
    is_time("now", NOW);
    is_time("-0", NOW);
    is_time("-7d", NOW - 7 * 86400);
    is_time("-2h", NOW - 7200);
    is_time("-1500ms", NOW - 1);
}
END_TEST

START_TEST(anything_else_is_refused_with_what_a_time_may_be)
{
    static const char *const wrong[] = {
        "", "-", "yesterday", "7d", "-7", "--7d", "-7d ago", "2026-11-22", "1.5", "+1h"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        is_no_time(wrong[i]);
}
END_TEST

START_TEST(an_age_that_reaches_back_before_1970_is_refused)
{
    struct error error = ERROR_INIT;
    int64_t seconds = -1;
    ck_assert_int_eq(moment_read("-20779d", NOW, &seconds, &error), 0);
    ck_assert_int_eq(seconds, NOW - INT64_C(20779) * 86400);
    ck_assert_int_eq(moment_read("-20780d", NOW, &seconds, &error), ERROR_INVALID);
    ck_assert_ptr_nonnull(strstr(error.text, "1970"));
}
END_TEST

CHECK_MAIN("moment", a_time_is_unix_seconds_rfc_3339_now_or_an_age,
    anything_else_is_refused_with_what_a_time_may_be,
    an_age_that_reaches_back_before_1970_is_refused)
