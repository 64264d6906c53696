#include "base/units.h"

#include "check_main.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

START_TEST(durations_are_read_in_every_unit)
{
    static const struct {
        const char *text;
        int64_t us;
    } cases[] = {
        {"0", 0},
        {"0s", 0},
        {"1us", 1},
        {"500ms", 500 * USEC_PER_MSEC},
        {"30s", 30 * USEC_PER_SEC},
        {"10m", 600 * USEC_PER_SEC},
        {"24h", 86400 * USEC_PER_SEC},
        {"7d", 7 * 86400 * USEC_PER_SEC},
        {"007d", 7 * 86400 * USEC_PER_SEC},
        {"106751991d", INT64_C(106751991) * 86400 * USEC_PER_SEC},
        {"9223372036854775807us", INT64_MAX},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t us = -1;
        ck_assert_int_eq(units_parse_duration(cases[i].text, &us, NULL), 0);
        ck_assert_int_eq(us, cases[i].us);
    }
}
END_TEST

START_TEST(what_is_no_duration_is_refused_with_what_was_expected)
{
    static const char *const bad[] = {"", "s", "1", "00001", "-1s", "+1s", "1.5s", "1 s", " 1s",
        "1s ", "1S", "1sec", "1w", "1h30m", "0x1s", "1KiB", "106751992d", "9223372036854775808us",
        "99999999999999999999999s"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        int64_t us = -1;
        struct error error = ERROR_INIT;
        ck_assert_msg(units_parse_duration(bad[i], &us, &error) == ERROR_INVALID, "%s", bad[i]);
        ck_assert_int_eq(us, -1);
        ck_assert_int_eq(error.code, ERROR_INVALID);
        ck_assert_ptr_nonnull(strstr(error.text, "is not a duration: write a whole number"));
    }
}
END_TEST

START_TEST(sizes_are_read_in_every_unit)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } cases[] = {
        {"0", 0},
        {"17B", 17},
        {"64KiB", UINT64_C(65536)},
        {"10MiB", UINT64_C(10485760)},
        {"1GiB", UINT64_C(1073741824)},
        {"2TiB", UINT64_C(2199023255552)},
        {"18446744073709551615B", UINT64_MAX},
        {"16777215TiB", UINT64_C(16777215) << 40},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t bytes = 1;
        ck_assert_int_eq(units_parse_size(cases[i].text, &bytes, NULL), 0);
        ck_assert_uint_eq(bytes, cases[i].bytes);
    }
}
END_TEST

START_TEST(what_is_no_size_is_refused_with_what_was_expected)
{
    static const char *const bad[] = {"", "B", "1", "1K", "1KB", "1kib", "-1B", "1.5GiB", "1 B",
        "1B ", "10s", "16777216TiB", "18446744073709551616B"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        uint64_t bytes = 77;
        struct error error = ERROR_INIT;
        ck_assert_msg(units_parse_size(bad[i], &bytes, &error) == ERROR_INVALID, "%s", bad[i]);
        ck_assert_uint_eq(bytes, 77);
        ck_assert_ptr_nonnull(strstr(error.text, "is not a size: write a whole number"));
    }
}
END_TEST

START_TEST(a_long_wrong_text_is_quoted_in_part_and_the_advice_stays)
{
    char text[5000];
    memset(text, '9', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    int64_t us;
    struct error error = ERROR_INIT;
    ck_assert_int_eq(units_parse_duration(text, &us, &error), ERROR_INVALID);
    ck_assert_ptr_nonnull(strstr(error.text, "such as 500ms"));
}
END_TEST

START_TEST(amounts_are_spelled_in_the_shortest_way_that_is_read_back)
{
    char text[UNITS_TEXT_SIZE];
    ck_assert_str_eq(units_format_duration(0, text), "0");
    ck_assert_str_eq(units_format_duration(1, text), "1us");
    ck_assert_str_eq(units_format_duration(500 * USEC_PER_MSEC, text), "500ms");
    ck_assert_str_eq(units_format_duration(1500 * USEC_PER_MSEC, text), "1500ms");
    ck_assert_str_eq(units_format_duration(60 * USEC_PER_SEC, text), "1m");
    ck_assert_str_eq(units_format_duration(90 * USEC_PER_SEC, text), "90s");
    ck_assert_str_eq(units_format_duration(86400 * USEC_PER_SEC, text), "1d");
    ck_assert_str_eq(units_format_duration(-2 * USEC_PER_SEC, text), "-2s");
    ck_assert_str_eq(units_format_duration(INT64_MIN, text), "-9223372036854775808us");
    ck_assert_str_eq(units_format_size(0, text), "0");
    ck_assert_str_eq(units_format_size(1000, text), "1000B");
    ck_assert_str_eq(units_format_size(1536, text), "1536B");
    ck_assert_str_eq(units_format_size(65536, text), "64KiB");
    ck_assert_str_eq(units_format_size(UINT64_C(1) << 40, text), "1TiB");
    ck_assert_str_eq(units_format_size(UINT64_MAX, text), "18446744073709551615B");
}
END_TEST

START_TEST(every_amount_survives_being_written_and_read)
{
    char text[UNITS_TEXT_SIZE];
    uint64_t state = 1;
    for (int i = 0; i < 20000; i++) {
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
        uint64_t amount = state >> (i % 63 + 1);
        int64_t us = -1;
        ck_assert_int_eq(
            units_parse_duration(units_format_duration((int64_t)amount, text), &us, NULL), 0);
        ck_assert_int_eq(us, (int64_t)amount);
        uint64_t bytes = 1;
        ck_assert_int_eq(units_parse_size(units_format_size(amount, text), &bytes, NULL), 0);
        ck_assert_uint_eq(bytes, amount);
    }
}
END_TEST

START_TEST(times_are_read_as_unix_seconds_or_rfc_3339)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } cases[] = {
        {"0", 0},
        {"1763777777", 1763777777},
        {"9223372036854775807", INT64_MAX},
        {"1970-01-01T00:00:00Z", 0},
        {"1969-12-31T23:59:59Z", -1},
        {"2026-11-22T02:15:15Z", 1795313715},
        {"2026-11-22t02:15:15z", 1795313715},
        {"2026-11-22T02:15:15.999999999Z", 1795313715},
        {"2026-11-22T03:15:15+01:00", 1795313715},
        {"2026-11-21T20:45:15.5-05:30", 1795313715},
        {"2026-11-22T02:15:15-00:00", 1795313715},
        {"2024-02-29T00:00:00Z", 1709164800},
        {"2000-02-29T00:00:00Z", 951782400},
        {"1990-12-31T23:59:60Z", 662688000},
        {"1990-12-31T15:59:60-08:00", 662688000},
        {"0000-01-01T00:00:00Z", INT64_C(-62167219200)},
        {"9999-12-31T23:59:59Z", INT64_C(253402300799)},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t seconds = 42;
        ck_assert_msg(units_parse_time(cases[i].text, &seconds, NULL) == 0, "%s", cases[i].text);
        ck_assert_int_eq(seconds, cases[i].seconds);
    }
}
END_TEST

START_TEST(what_is_no_time_is_refused_with_what_was_expected)
{
    static const char *const bad[] = {"", "now", "-7d", "-1", "1.5", "9223372036854775808",
        "2026-11-22", "2026-11-22T02:15Z", "2026-11-22T02:15:15", "2026-11-22 02:15:15Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
        "2026-04-31T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z",
        "2026-01-01T12:00:60Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+0100",
        "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+01:60", "2026-01-01T00:00:00Zx",
        "26-01-01T00:00:00Z", "2026-1-01T00:00:00Z"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        int64_t seconds = 42;
        struct error error = ERROR_INIT;
        ck_assert_msg(units_parse_time(bad[i], &seconds, &error) == ERROR_INVALID, "%s", bad[i]);
        ck_assert_int_eq(seconds, 42);
        ck_assert_ptr_nonnull(strstr(error.text, "is not a time: write Unix seconds or RFC 3339"));
    }
}
END_TEST

START_TEST(a_time_is_written_so_that_it_is_read_back)
{
    char text[UNITS_TEXT_SIZE];
    ck_assert_str_eq(units_format_time(1795313715, text), "2026-11-22T02:15:15Z");
    ck_assert_str_eq(units_format_time(-1, text), "1969-12-31T23:59:59Z");
    ck_assert_str_eq(units_format_time(INT64_C(253402300799), text), "9999-12-31T23:59:59Z");
    ck_assert_str_eq(units_format_time(INT64_C(253402300800), text), "253402300800");
    ck_assert_str_eq(units_format_time(INT64_MAX, text), "9223372036854775807");
    for (int64_t seconds = -62167219200; seconds < 253402300800; seconds += 86399 * 337) {
        int64_t again = 0;
        ck_assert_int_eq(units_parse_time(units_format_time(seconds, text), &again, NULL), 0);
        ck_assert_int_eq(again, seconds);
    }
}
END_TEST

START_TEST(http_dates_are_read_in_all_three_forms)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } cases[] = {
        {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
        {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
        {"Sun Nov  6 08:49:37 1994", 784111777},
        {"Sun Nov 16 08:49:37 1994", 784975777},
        {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
        {"Thursday, 01-Jan-70 00:00:00 GMT", 0},
        {"Thursday, 01-Jan-26 00:00:00 GMT", 1767225600},
        {"Sun, 22 Nov 2026 02:15:15 GMT", 1795313715},
        {"Sat, 31 Dec 2016 23:59:60 GMT", 1483228800},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t seconds = 42;
        ck_assert_msg(units_parse_http_date(cases[i].text, &seconds) == 0, "%s", cases[i].text);
        ck_assert_int_eq(seconds, cases[i].seconds);
    }
}
END_TEST

START_TEST(what_is_no_http_date_is_refused)
{
    static const char *const bad[] = {"", "0", "Sun", "Sunday", "Sun,", "2026-11-22T02:15:15Z",
        "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT", "Son, 06 Nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT",
        "Sunday, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994", "Sun Nov  6 08:49:37 1994 GMT", "Sun Nov  6 08:49:37 94"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        int64_t seconds = 42;
        ck_assert_msg(units_parse_http_date(bad[i], &seconds) == ERROR_INVALID, "%s", bad[i]);
        ck_assert_int_eq(seconds, 42);
    }
}
END_TEST

START_TEST(no_beginning_of_a_date_is_read_past_its_end)
{
    static const char *const dates[] = {"2026-11-22T02:15:15.5+01:00",
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994"};
    for (size_t i = 0; i < COUNT_OF(dates); i++) {
        for (size_t size = 0; size < strlen(dates[i]); size++) {
            char *part = strndup(dates[i], size); /* on the heap, where a sanitizer sees its end */
            int64_t seconds = 42;
            ck_assert_int_eq(units_parse_http_date(part, &seconds), ERROR_INVALID);
            bool is_number = i == 0 && size >= 1 && size <= 4; /* of "2026": Unix seconds */
            ck_assert_int_eq(units_parse_time(part, &seconds, NULL), is_number ? 0 : ERROR_INVALID);
            free(part);
        }
    }
}
END_TEST

CHECK_MAIN("units", durations_are_read_in_every_unit,
    what_is_no_duration_is_refused_with_what_was_expected, sizes_are_read_in_every_unit,
    what_is_no_size_is_refused_with_what_was_expected,
    a_long_wrong_text_is_quoted_in_part_and_the_advice_stays,
    amounts_are_spelled_in_the_shortest_way_that_is_read_back,
    every_amount_survives_being_written_and_read, times_are_read_as_unix_seconds_or_rfc_3339,
    what_is_no_time_is_refused_with_what_was_expected, a_time_is_written_so_that_it_is_read_back,
    http_dates_are_read_in_all_three_forms, what_is_no_http_date_is_refused,
    no_beginning_of_a_date_is_read_past_its_end)
