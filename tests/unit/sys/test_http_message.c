#include "check_main.h"

#include "sys/http_world.h"

/* ---- What is refused before it begins ---- */

START_TEST(wrong_requests_are_refused_and_no_value_is_quoted)
{
    WORLD({STEP_ANSWER, OK_HELLO, 0});
    const struct http_header bad_value = {"Authorization", "Bearer abc\r\nX-Injected: 1"};
    const struct http_header bad_name = {"Two words", "x"};
    struct http_request good = request_to(world.server.port, "GET", &world.first);
    struct http_request wrong[9];
    for (size_t i = 0; i < 9; i++)
        wrong[i] = good;
    wrong[0].url = "ftp://example.invalid/";
    wrong[1].url = "no address at all";
    wrong[2].url = "http://user:hunter2@127.0.0.1/";
    wrong[3].url = "";
    wrong[4].method = "GET /other";
    wrong[5].headers = &bad_value;
    wrong[5].header_count = 1;
    wrong[6].headers = &bad_name;
    wrong[6].header_count = 1;
    wrong[7].user_agent = "a\nb";
    wrong[8].tls.min_version = "1.0";
    for (size_t i = 0; i < 9; i++) {
        struct http_call *call = NULL;
        struct error error = ERROR_INIT;
        int code = http_start(world.engine, &wrong[i], &call, &error);
        ck_assert_msg(code == ERROR_INVALID, "request %zu: %s", i, error_code_name(code));
        ck_assert_int_eq(error.code, ERROR_INVALID);
        ck_assert_ptr_null(call);
        ck_assert_ptr_null(strstr(error.text, "hunter2"));
        ck_assert_ptr_null(strstr(error.text, "abc"));
    }
    get_quietly(&world);
    ck_assert_uint_eq(world.first.done, 0);
    world_deinit(&world);
}
END_TEST

/* ---- Retry-After ---- */

static int64_t retry_after(const char *value, int64_t now_seconds)
{
    const struct http_header header = {"retry-after", value};
    struct http_result result = {.headers = &header, .header_count = 1};
    return http_retry_after_us(&result, now_seconds * USEC_PER_SEC);
}

START_TEST(retry_after_reads_seconds_and_dates_and_is_capped_at_a_day)
{
    struct http_result none = {0};
    ck_assert_int_eq(http_retry_after_us(&none, 0), -1);
    ck_assert_int_eq(retry_after("30", 0), 30 * USEC_PER_SEC);
    ck_assert_int_eq(retry_after("0", 0), 0);
    ck_assert_int_eq(retry_after("99999999999999999999999", 0), USEC_PER_DAY);
    ck_assert_int_eq(
        retry_after("Sun, 06 Nov 1994 08:49:37 GMT", 784111777 - 10), 10 * USEC_PER_SEC);
    ck_assert_int_eq(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", 784111777 + 10), 0);
    ck_assert_int_eq(retry_after("Fri, 31 Dec 9999 23:59:59 GMT", 784111777), USEC_PER_DAY);
    ck_assert_int_eq(retry_after("", 0), -1);
    ck_assert_int_eq(retry_after("-5", 0), -1);
    ck_assert_int_eq(retry_after("1.5", 0), -1);
    ck_assert_int_eq(retry_after("soon", 0), -1);
}
END_TEST

START_TEST(every_failure_has_a_name_of_its_own)
{
    for (int left = HTTP_OK; left <= HTTP_OTHER; left++)
        for (int right = left + 1; right <= HTTP_OTHER; right++)
            ck_assert_str_ne(http_failure_name((enum http_failure)left),
                http_failure_name((enum http_failure)right));
}
END_TEST

CHECK_MAIN("http_message", wrong_requests_are_refused_and_no_value_is_quoted,
    retry_after_reads_seconds_and_dates_and_is_capped_at_a_day, every_failure_has_a_name_of_its_own)
