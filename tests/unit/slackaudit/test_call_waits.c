/*
 * How long a call waits between its attempts, measured on a simulated clock.
 */
#include "check_main.h"

#include "slackaudit/client_scene.h"

static const int64_t second = USEC_PER_SEC;

START_TEST(a_429_waits_for_what_retry_after_asks_and_then_succeeds)
{
    struct scene scene;
    scene_init(&scene);
    scene_daemon_stack(&scene);
    scene_answer(&scene, "429 Too Many Requests", "Retry-After: 1\r\n",
        "{\"ok\":false,\"error\":\"ratelimited\"}");
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene_page(&scene);
    check_two_entries(&scene);
    check_wait(&scene, 0, second, 2 * second);
    scene_deinit(&scene);
}
END_TEST

START_TEST(a_retry_after_that_is_a_date_is_counted_from_our_clock)
{
    struct scene scene;
    scene_init(&scene); /* the wall shows 22:13:20 */
    scene_daemon_stack(&scene);
    scene_answer(
        &scene, "429 Too Many Requests", "Retry-After: Tue, 14 Nov 2023 22:14:20 GMT\r\n", "");
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene_page(&scene);
    check_two_entries(&scene);
    check_wait(&scene, 0, 60 * second, 61 * second);
    scene_deinit(&scene);
}
END_TEST

static void check_retry_after(const char *value, int64_t low_us, int64_t high_us)
{
    struct scene scene;
    char header[128];
    scene_init(&scene);
    scene_daemon_stack(&scene);
    (void)snprintf(header, sizeof(header), "Retry-After: %s\r\n", value);
    scene_answer(&scene, "429 Too Many Requests", header, "");
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene_page(&scene);
    check_two_entries(&scene);
    check_wait(&scene, 0, low_us, high_us);
    scene_deinit(&scene);
}

START_TEST(a_retry_after_that_makes_no_sense_is_waited_for_a_day_at_most)
{
    const int64_t day = SLACKAUDIT_RETRY_LONGEST_WAIT_US;
    check_retry_after("86400", day, day + 1);
    check_retry_after("99999999999999999999999999", day, day + 1);
    check_retry_after("9223372036854775807", day, day + 1);
    check_retry_after("Fri, 31 Dec 9999 23:59:59 GMT", day, day + 1);
    check_retry_after("Thu, 01 Jan 1970 00:00:00 GMT", 0, second);
    check_retry_after("0", 0, second);
    /* Unreadable is as good as absent. */
    static const char *const unreadable[] = {"-1", "1e9", "1.5", "soon", "0x10", ""};
    for (size_t i = 0; i < sizeof(unreadable) / sizeof(unreadable[0]); i++)
        check_retry_after(unreadable[i], second, 2 * second);
}
END_TEST

START_TEST(a_server_errors_retry_after_is_waited_for_up_to_the_cap)
{
    struct scene scene;
    scene_init(&scene);
    scene_daemon_stack(&scene); /* its cap is 60 s */
    scene_answer(&scene, "503 Service Unavailable", "Retry-After: 99999999999999999999\r\n", "");
    scene_answer(&scene, "200 OK", "", TWO_ENTRIES);
    scene_page(&scene);
    check_two_entries(&scene);
    check_wait(&scene, 0, 60 * second, 60 * second + 1);
    scene_deinit(&scene);
}
END_TEST

enum jitter_kind { NONE, RANDOM, FULL, EQUAL, DECORRELATED, JITTERS };

static struct slackaudit_jitter *make_jitter(enum jitter_kind kind)
{
    switch (kind) {
    case RANDOM:
        return slackaudit_jitter_random();
    case FULL:
        return slackaudit_jitter_full();
    case EQUAL:
        return slackaudit_jitter_equal();
    case DECORRELATED:
        return slackaudit_jitter_decorrelated();
    default:
        return slackaudit_jitter_none();
    }
}

/* Where a wait may lie: in [low, high), or at low when the two are the same. */
struct range {
    int64_t low_us, high_us;
};

static struct range range_of(
    enum jitter_kind kind, int64_t wait_us, int64_t factor_us, int64_t last_us)
{
    int64_t higher_us = last_us > factor_us ? last_us : factor_us;
    switch (kind) {
    case RANDOM:
        return (struct range){wait_us, wait_us + second};
    case FULL:
        return (struct range){0, wait_us};
    case EQUAL:
        return (struct range){wait_us / 2, wait_us};
    case DECORRELATED:
        return (struct range){factor_us, 3 * higher_us};
    default:
        return (struct range){wait_us, wait_us};
    }
}

/* One call with 99 retries: each wait, as the clock showed it, lies where interval and jitter have
 * it, and their places there are spread evenly. */
static void check_waits(bool is_fixed, enum jitter_kind kind)
{
    const int64_t factor_us = second / 2, cap_us = 64 * second;
    struct scene scene;
    scene_init(&scene);
    scene_handler(&scene, slackaudit_retry_server_error(1000,
                              is_fixed ? slackaudit_interval_fixed(factor_us)
                                       : slackaudit_interval_backoff(factor_us, cap_us),
                              make_jitter(kind), cap_us));
    scene_answer(&scene, "503 Service Unavailable", "", "");
    scene_page(&scene);
    ck_assert_int_eq(scene.answer.attempts, SLACKAUDIT_RETRY_ATTEMPTS);
    ck_assert_uint_eq(scene.wait_count, 99);
    double sum_of_places = 0;
    int counted = 0;
    for (int i = 0; i < 99; i++) {
        int64_t wait_us = is_fixed ? factor_us : i < 7 ? factor_us << i : cap_us;
        struct range range = range_of(kind, wait_us, factor_us, i == 0 ? 0 : scene.waits[i - 1]);
        ck_assert_int_ge(scene.waits[i], range.low_us < cap_us ? range.low_us : cap_us);
        ck_assert_int_le(scene.waits[i], range.high_us < cap_us ? range.high_us : cap_us);
        if (range.high_us > cap_us || range.high_us == range.low_us)
            continue;
        sum_of_places +=
            (double)(scene.waits[i] - range.low_us) / (double)(range.high_us - range.low_us);
        counted++;
    }
    if (counted >= 90) /* five standard errors of that many draws */
        ck_assert_double_eq_tol(sum_of_places / counted, 0.5, 0.15);
    scene_deinit(&scene);
}

START_TEST(a_call_waits_between_its_attempts_as_interval_and_jitter_say)
{
    for (int kind = NONE; kind < JITTERS; kind++) {
        check_waits(true, (enum jitter_kind)kind);
        check_waits(false, (enum jitter_kind)kind);
    }
}
END_TEST

CHECK_MAIN("call_waits", a_429_waits_for_what_retry_after_asks_and_then_succeeds,
    a_retry_after_that_is_a_date_is_counted_from_our_clock,
    a_retry_after_that_makes_no_sense_is_waited_for_a_day_at_most,
    a_server_errors_retry_after_is_waited_for_up_to_the_cap,
    a_call_waits_between_its_attempts_as_interval_and_jitter_say)
