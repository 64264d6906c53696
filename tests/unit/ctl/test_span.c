/* Time spans as people read them. */
#include "ctl/span.h"

#include "base/units.h"
#include "check_main.h"

#define MS  USEC_PER_MSEC
#define SEC USEC_PER_SEC

static void is_text(int64_t us, const char *wanted)
{
    char text[SPAN_TEXT_SIZE];
    ck_assert_str_eq(span_text(us, text), wanted);
}

START_TEST(a_span_is_shown_in_its_largest_unit_and_perhaps_the_next)
{
    is_text(0, "0");
    is_text(1 * MS, "1ms");
    is_text(500 * MS, "500ms");
    is_text(1500 * MS, "1.5s");
    is_text(1020 * MS, "1.02s");
    is_text(10 * SEC, "10s");
    is_text(60 * SEC, "1m");
    is_text(125 * SEC, "2m 5s");
    is_text(3600 * SEC, "1h");
    is_text(5400 * SEC, "1h 30m");
    is_text(INT64_C(86400) * SEC, "1d");
    is_text(INT64_C(100) * 86400 * SEC + 3600 * SEC, "100d 1h");
}
END_TEST

START_TEST(a_span_is_rounded_into_the_unit_that_it_is_then_shown_in)
{
    is_text(499, "0");
    is_text(500, "1ms");
    is_text(500 * MS - 1, "500ms");
    is_text(1000 * MS - 1, "1s");
    is_text(60 * SEC - 1, "1m");
    is_text(3600 * SEC - 1, "1h");
    is_text(INT64_C(86400) * SEC - 1, "1d");
}
END_TEST

START_TEST(a_range_whose_ends_look_alike_is_one_span)
{
    char text[SPAN_RANGE_SIZE];
    ck_assert_str_eq(span_range(2 * SEC, 2 * SEC, text), "2s");
    ck_assert_str_eq(span_range(2 * SEC, 2 * SEC + 1, text), "2s");
    ck_assert_str_eq(span_range(0, 500 * MS - 1, text), "0 to 500ms");
}
END_TEST

CHECK_MAIN("span", a_span_is_shown_in_its_largest_unit_and_perhaps_the_next,
    a_span_is_rounded_into_the_unit_that_it_is_then_shown_in,
    a_range_whose_ends_look_alike_is_one_span)
