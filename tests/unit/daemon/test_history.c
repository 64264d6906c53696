#include "daemon/history.h"

#include "base/units.h"
#include "check_main.h"

#define STEP_US (HISTORY_STEP_SECONDS * USEC_PER_SEC)

START_TEST(entries_are_counted_in_the_step_they_were_noted_in_and_lag_is_the_worst)
{
    struct history history = {0};
    history_note(&history, 10 * STEP_US, 100, 5);
    history_note(&history, 10 * STEP_US + 1, 130, 3);
    history_note(&history, 11 * STEP_US, 131, -1);
    ck_assert_uint_eq(history_at(&history, 0).entries, 1);
    ck_assert_uint_eq(history_at(&history, 1).entries, 130);
    ck_assert_int_eq(history_at(&history, 1).lag, 5);
    ck_assert_uint_eq(history_at(&history, 2).entries, 0);
    ck_assert_uint_eq(history_at(&history, HISTORY_STEPS).entries, 0);
}
END_TEST

START_TEST(a_lag_that_nobody_knows_is_told_apart_from_none)
{
    struct history history = {0};
    ck_assert_int_eq(history_at(&history, 0).lag, -1);
    history_note(&history, 10 * STEP_US, 1, -1);
    ck_assert_int_eq(history_at(&history, 0).lag, -1);
    ck_assert_int_eq(history_at(&history, 1).lag, -1);
    history_note(&history, 10 * STEP_US, 1, 0);
    ck_assert_int_eq(history_at(&history, 0).lag, 0);
    history_note(&history, 10 * STEP_US, 1, -1);
    ck_assert_int_eq(history_at(&history, 0).lag, 0);
    history_note(&history, 12 * STEP_US, 1, 7);
    ck_assert_int_eq(history_at(&history, 0).lag, 7);
    ck_assert_int_eq(history_at(&history, 1).lag, -1);
    ck_assert_int_eq(history_at(&history, HISTORY_STEPS).lag, -1);
}
END_TEST

START_TEST(steps_in_which_nothing_was_noted_are_empty)
{
    struct history history = {0};
    history_note(&history, 0, 7, 7);
    history_note(&history, 3 * STEP_US, 9, 1);
    static const uint32_t expected[] = {2, 0, 0, 7, 0};
    for (size_t age = 0; age < 5; age++)
        ck_assert_uint_eq(history_at(&history, age).entries, expected[age]);
}
END_TEST

START_TEST(a_day_later_what_was_noted_is_gone)
{
    struct history history = {0};
    history_note(&history, 0, 7, 7);
    history_note(&history, (HISTORY_STEPS - 1) * STEP_US, 7, -1);
    ck_assert_uint_eq(history_at(&history, HISTORY_STEPS - 1).entries, 7);
    history_note(&history, HISTORY_STEPS * STEP_US, 8, -1);
    uint32_t sum = 0;
    for (size_t age = 0; age < HISTORY_STEPS; age++) {
        sum += history_at(&history, age).entries;
        ck_assert_int_eq(history_at(&history, age).lag, -1);
    }
    ck_assert_uint_eq(sum, 1);
    history_note(&history, 1000 * HISTORY_STEPS * STEP_US, 10, -1);
    ck_assert_uint_eq(history_at(&history, 0).entries, 2);
    ck_assert_uint_eq(history_at(&history, 1).entries, 0);
}
END_TEST

START_TEST(a_walker_that_counts_anew_loses_nothing_of_what_it_counts)
{
    struct history history = {0};
    history_note(&history, 0, 500, -1);
    history_note(&history, 1, 20, -1);
    ck_assert_uint_eq(history_at(&history, 0).entries, 520);
}
END_TEST

CHECK_MAIN("history", entries_are_counted_in_the_step_they_were_noted_in_and_lag_is_the_worst,
    a_lag_that_nobody_knows_is_told_apart_from_none, steps_in_which_nothing_was_noted_are_empty,
    a_day_later_what_was_noted_is_gone, a_walker_that_counts_anew_loses_nothing_of_what_it_counts)
