/* The times of the entries: where they lie, that they ascend, and how they are found again. */
#include "check_main.h"

#include "base/units.h"
#include "simulator/history.h"

enum { NOW = 1700000000 };

static struct history *make(struct history_settings *settings)
{
    struct history *history = NULL;
    struct error error = ERROR_INIT;
    ck_assert_msg(
        history_new(&history, settings, NOW * USEC_PER_SEC, &error) == 0, "%s", error.text);
    return history;
}

static int refusal(struct timeline_settings settings)
{
    struct timeline timeline;
    struct error error = ERROR_INIT;
    int r = timeline_init(&timeline, &settings, NOW * USEC_PER_SEC, &error);
    ck_assert_int_eq(error.code, r);
    return r;
}

START_TEST(times_ascend_inside_the_span_and_some_entries_share_a_second)
{
    struct history_settings settings = HISTORY_SETTINGS_INIT;
    settings.timeline.entries = 20000;
    settings.timeline.from = NOW - 1000000;
    struct history *history = make(&settings);
    size_t shared = 0;
    for (uint64_t i = 0; i < 20000; i++) {
        int64_t date = history_date(history, i);
        ck_assert_int_ge(date, NOW - 1000000);
        ck_assert_int_le(date, NOW);
        if (i > 0) {
            ck_assert_int_ge(date, history_date(history, i - 1));
            shared += date == history_date(history, i - 1);
        }
    }
    ck_assert_uint_gt(shared, 20000 / 10);
    ck_assert_uint_lt(shared, 20000 / 3);
    ck_assert_int_lt(history_date(history, 0), NOW - 999900);
    ck_assert_int_gt(history_date(history, 19999), NOW - 200);
    history_free(history);
}
END_TEST

START_TEST(a_dense_history_of_a_billion_entries_needs_no_memory_and_is_searched_by_time)
{
    struct history_settings settings = HISTORY_SETTINGS_INIT;
    settings.timeline.entries = 1000000000;
    settings.timeline.from = NOW - 86400;
    struct history *history = make(&settings);
    uint64_t length = history_length(history, NOW * USEC_PER_SEC);
    ck_assert_uint_eq(length, 1000000000);
    for (int64_t date = NOW - 86401; date <= NOW + 1; date += 777) {
        uint64_t first = history_first_at(history, date, length);
        if (first < length)
            ck_assert_int_ge(history_date(history, first), date);
        if (first > 0)
            ck_assert_int_lt(history_date(history, first - 1), date);
    }
    history_free(history);
}
END_TEST

START_TEST(a_burst_puts_its_entries_into_one_second)
{
    struct history_settings settings = HISTORY_SETTINGS_INIT;
    settings.timeline.entries = 5000;
    settings.timeline.from = NOW - 100000;
    settings.timeline.burst = 3000;
    settings.timeline.burst_at = NOW - 4321;
    struct history *history = make(&settings);
    size_t in_burst = 0;
    for (uint64_t i = 0; i < 5000; i++) {
        in_burst += history_date(history, i) == NOW - 4321;
        if (i > 0)
            ck_assert_int_ge(history_date(history, i), history_date(history, i - 1));
    }
    ck_assert_uint_ge(in_burst, 3000);
    ck_assert_uint_le(in_burst, 3004);
    history_free(history);
}
END_TEST

START_TEST(live_entries_follow_the_history_at_their_rate)
{
    struct history_settings settings = HISTORY_SETTINGS_INIT;
    settings.timeline.entries = 10;
    settings.timeline.live_per_second = 2.5;
    struct history *history = make(&settings);
    ck_assert_uint_eq(history_length(history, NOW * USEC_PER_SEC), 10);
    ck_assert_uint_eq(history_length(history, (NOW + 1) * USEC_PER_SEC), 12);
    ck_assert_uint_eq(history_length(history, (NOW + 3600) * USEC_PER_SEC), 10 + 9000);
    ck_assert_int_eq(history_date(history, 10), NOW);
    ck_assert_int_eq(history_date(history, 12), NOW + 1);
    ck_assert_int_eq(history_date(history, 9009), NOW + 3600);
    history_free(history);
}
END_TEST

START_TEST(entries_of_the_future_are_made_when_their_time_comes)
{
    struct history_settings settings = HISTORY_SETTINGS_INIT;
    settings.timeline.entries = 1000;
    settings.timeline.from = NOW - 500;
    settings.timeline.to = NOW + 500;
    struct history *history = make(&settings);
    uint64_t now = history_length(history, NOW * USEC_PER_SEC);
    ck_assert_uint_gt(now, 490);
    ck_assert_uint_lt(now, 510);
    ck_assert_int_gt(history_date(history, now), NOW);
    ck_assert_int_le(history_date(history, now - 1), NOW);
    ck_assert_uint_eq(history_length(history, (NOW + 500) * USEC_PER_SEC), 1000);
    history_free(history);
}
END_TEST

START_TEST(a_rate_settles_the_number_or_the_start)
{
    struct timeline timeline;
    struct timeline_settings settings = {.entries = TIMELINE_UNSET,
        .from = NOW - 1000,
        .to = NOW,
        .rate = 2,
        .burst_at = TIMELINE_UNSET,
        .live_since = TIMELINE_UNSET};
    ck_assert_int_eq(timeline_init(&timeline, &settings, NOW * USEC_PER_SEC, NULL), 0);
    ck_assert_uint_eq(timeline.entries, 2000);
    settings.from = TIMELINE_UNSET;
    settings.entries = 500;
    ck_assert_int_eq(timeline_init(&timeline, &settings, NOW * USEC_PER_SEC, NULL), 0);
    ck_assert_int_eq(timeline.from, NOW - 250);
}
END_TEST

START_TEST(settings_that_do_not_fit_one_another_are_refused)
{
    const struct timeline_settings good = {.entries = 100,
        .from = NOW - 100,
        .to = NOW,
        .burst_at = TIMELINE_UNSET,
        .live_since = TIMELINE_UNSET};
    ck_assert_int_eq(refusal(good), 0);
    struct timeline_settings settings = good;
    settings.from = NOW + 1;
    ck_assert_int_eq(refusal(settings), ERROR_INVALID);
    settings = good;
    settings.rate = 1;
    ck_assert_int_eq(refusal(settings), ERROR_INVALID);
    settings = good;
    settings.burst = 101;
    ck_assert_int_eq(refusal(settings), ERROR_INVALID);
    settings = good;
    settings.burst = 10;
    settings.burst_at = NOW - 101;
    ck_assert_int_eq(refusal(settings), ERROR_INVALID);
    settings = good;
    settings.to = NOW + 10;
    settings.live_per_second = 1;
    ck_assert_int_eq(refusal(settings), ERROR_INVALID);
    settings = good;
    settings.from = TIMELINE_UNSET;
    settings.rate = 1e-9;
    ck_assert_int_eq(refusal(settings), ERROR_INVALID);
}
END_TEST

START_TEST(late_entries_show_after_their_time_and_at_most_so_much_later)
{
    struct history_settings settings = HISTORY_SETTINGS_INIT;
    settings.timeline.entries = 10000;
    settings.timeline.from = NOW - 100000;
    settings.late_percent = 20;
    settings.late_by_us = 120 * USEC_PER_SEC;
    struct history *history = make(&settings);
    size_t late = 0;
    for (uint64_t i = 0; i < 10000; i++) {
        int64_t date_us = history_date(history, i) * USEC_PER_SEC;
        late += !history_is_visible(history, i, date_us);
        ck_assert(history_is_visible(history, i, date_us + settings.late_by_us));
    }
    ck_assert_uint_gt(late, 1800);
    ck_assert_uint_lt(late, 2200);
    history_free(history);
}
END_TEST

CHECK_MAIN("timeline", times_ascend_inside_the_span_and_some_entries_share_a_second,
    a_dense_history_of_a_billion_entries_needs_no_memory_and_is_searched_by_time,
    a_burst_puts_its_entries_into_one_second, live_entries_follow_the_history_at_their_rate,
    entries_of_the_future_are_made_when_their_time_comes, a_rate_settles_the_number_or_the_start,
    settings_that_do_not_fit_one_another_are_refused,
    late_entries_show_after_their_time_and_at_most_so_much_later)
