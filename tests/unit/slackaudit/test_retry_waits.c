/*
 * How long the retry stack waits, as a simulated clock shows it: for each interval and jitter the
 * bounds and the mean over 10,000 draws, and the caps.
 */
#include "check_main.h"

#include "slackaudit/retry_bench.h"

enum { DRAWS = 10000 };

struct distribution {
    int64_t lowest, highest;
    double mean;
};

/* The wait before the retry that follows `earlier` others, over many calls. */
static struct distribution draw(struct slackaudit_retry_handler *handler, int earlier)
{
    struct bench bench;
    bench_init(&bench);
    append(&bench, handler);
    struct distribution seen = {.lowest = INT64_MAX, .highest = INT64_MIN};
    double sum = 0;
    for (int i = 0; i < DRAWS; i++) {
        slackaudit_retry_state_init(&bench.state, NULL);
        for (int j = 0; j < earlier; j++)
            (void)ask(&bench, &reset);
        int64_t wait_us = measure(&bench, &reset);
        if (wait_us < 0)
            ck_abort_msg("the retry was refused");
        if (wait_us < seen.lowest)
            seen.lowest = wait_us;
        if (wait_us > seen.highest)
            seen.highest = wait_us;
        sum += (double)wait_us;
    }
    seen.mean = sum / DRAWS;
    bench_deinit(&bench);
    return seen;
}

/* All draws lie in [low, high), they come near to both ends, and their mean lies in the middle
 * (within 2 %: over 10,000 draws of a uniform value that is more than six standard errors). */
static void check_uniform(struct distribution seen, int64_t low, int64_t high)
{
    double width = (double)(high - low);
    ck_assert_int_ge(seen.lowest, low);
    ck_assert_int_lt(seen.highest, high);
    ck_assert_double_lt((double)(seen.lowest - low), width * 0.01);
    ck_assert_double_lt((double)(high - seen.highest), width * 0.01);
    ck_assert_double_eq_tol(seen.mean, (double)low + width / 2, width * 0.02);
}

static struct slackaudit_retry_handler *handler_of(
    struct slackaudit_interval *interval, struct slackaudit_jitter *jitter, int64_t cap_us)
{
    ck_assert_ptr_nonnull(interval);
    ck_assert_ptr_nonnull(jitter);
    return slackaudit_retry_connection_error(1000, interval, jitter, cap_us);
}

static struct slackaudit_interval *backoff(void)
{
    return slackaudit_interval_backoff(second / 2, 60 * second);
}

static struct slackaudit_interval *fixed(void)
{
    return slackaudit_interval_fixed(7 * second);
}

static void check_exact(struct slackaudit_retry_handler *handler, int earlier, int64_t expected)
{
    struct distribution seen = draw(handler, earlier);
    ck_assert_int_eq(seen.lowest, expected);
    ck_assert_int_eq(seen.highest, expected);
}

START_TEST(a_fixed_interval_waits_the_same_each_time)
{
    for (int earlier = 0; earlier < 4; earlier++)
        check_exact(handler_of(slackaudit_interval_fixed(2 * second), slackaudit_jitter_none(), 0),
            earlier, 2 * second);
}
END_TEST

START_TEST(a_backoff_doubles_from_its_factor_up_to_its_cap)
{
    const int64_t expected[] = {second / 2, second, 2 * second, 4 * second, 8 * second, 16 * second,
        32 * second, 60 * second, 60 * second};
    for (int earlier = 0; earlier < 9; earlier++)
        check_exact(handler_of(backoff(), slackaudit_jitter_none(), 0), earlier, expected[earlier]);
}
END_TEST

START_TEST(the_random_jitter_adds_up_to_one_second)
{
    check_uniform(draw(handler_of(backoff(), slackaudit_jitter_random(), 0), 0), second / 2,
        second / 2 + second);
    check_uniform(
        draw(handler_of(backoff(), slackaudit_jitter_random(), 0), 3), 4 * second, 5 * second);
    check_uniform(
        draw(handler_of(fixed(), slackaudit_jitter_random(), 0), 0), 7 * second, 8 * second);
}
END_TEST

START_TEST(the_full_jitter_draws_from_nothing_up_to_the_wait)
{
    check_uniform(draw(handler_of(backoff(), slackaudit_jitter_full(), 0), 0), 0, second / 2);
    check_uniform(draw(handler_of(backoff(), slackaudit_jitter_full(), 0), 4), 0, 8 * second);
    check_uniform(
        draw(handler_of(backoff(), slackaudit_jitter_full(), 60 * second), 20), 0, 60 * second);
    check_uniform(draw(handler_of(fixed(), slackaudit_jitter_full(), 0), 3), 0, 7 * second);
}
END_TEST

START_TEST(the_equal_jitter_keeps_half_of_the_wait_and_draws_the_other)
{
    check_uniform(
        draw(handler_of(backoff(), slackaudit_jitter_equal(), 0), 0), second / 4, second / 2);
    check_uniform(draw(handler_of(backoff(), slackaudit_jitter_equal(), 0), 2), second, 2 * second);
    check_uniform(
        draw(handler_of(fixed(), slackaudit_jitter_equal(), 0), 3), 7 * second / 2, 7 * second);
}
END_TEST

START_TEST(the_decorrelated_jitter_begins_between_the_factor_and_three_times_it)
{
    check_uniform(draw(handler_of(backoff(), slackaudit_jitter_decorrelated(), 0), 0), second / 2,
        3 * second / 2);
    check_uniform(
        draw(handler_of(fixed(), slackaudit_jitter_decorrelated(), 0), 0), 7 * second, 21 * second);
}
END_TEST

/* `factor_us` is the interval's first wait. */
static void check_decorrelated(struct slackaudit_interval *interval, int64_t factor_us)
{
    struct bench bench;
    bench_init(&bench);
    append(&bench, handler_of(interval, slackaudit_jitter_decorrelated(), 60 * second));
    double sum_of_places = 0;
    int counted = 0;
    for (int i = 0; i < DRAWS; i++) {
        slackaudit_retry_state_init(&bench.state, NULL);
        int64_t last_us = factor_us;
        for (int j = 0; j < 8; j++) {
            int64_t high_us = 3 * last_us;
            int64_t wait_us = measure(&bench, &reset);
            if (wait_us < factor_us || wait_us > 60 * second ||
                (wait_us >= high_us && wait_us != 60 * second))
                ck_abort_msg("%lld after %lld", (long long)wait_us, (long long)last_us);
            if (high_us <= 60 * second) { /* no cap in this one */
                sum_of_places += (double)(wait_us - factor_us) / (double)(high_us - factor_us);
                counted++;
            }
            last_us = wait_us;
        }
    }
    ck_assert_int_ge(counted, DRAWS);
    ck_assert_double_eq_tol(sum_of_places / counted, 0.5, 0.01);
    bench_deinit(&bench);
}

START_TEST(the_decorrelated_jitter_draws_up_to_three_times_the_last_wait)
{
    check_decorrelated(backoff(), second / 2);
    check_decorrelated(fixed(), 7 * second);
}
END_TEST

START_TEST(the_decorrelated_jitter_of_one_handler_does_not_grow_from_another_ones_waits)
{
    struct bench bench;
    bench_init(&bench);
    append(&bench, slackaudit_retry_rate_limit(5));
    append(&bench, handler_of(backoff(), slackaudit_jitter_decorrelated(), 0));
    struct slackaudit_attempt long_pause = limited;
    long_pause.retry_after_us = 3600 * second;
    ck_assert_int_ge(ask(&bench, &long_pause), 3600 * second);
    ck_assert_int_ge(bench.state.last_wait_us, 3600 * second);
    ck_assert_int_lt(ask(&bench, &reset), 3 * second / 2);
    bench_deinit(&bench);
}
END_TEST

START_TEST(what_is_not_given_is_as_in_the_sdk)
{
    check_uniform(draw(slackaudit_retry_connection_error(5, NULL, NULL, 0), 0), second / 2,
        second / 2 + second);
    check_uniform(
        draw(slackaudit_retry_connection_error(5, NULL, NULL, 0), 4), 8 * second, 9 * second);
}
END_TEST

/* ---- Caps and overflow ---- */

START_TEST(no_wait_passes_the_cap_of_its_handler)
{
    for (int kind = 0; kind < 2; kind++) {
        struct slackaudit_jitter *jitters[] = {slackaudit_jitter_none(), slackaudit_jitter_random(),
            slackaudit_jitter_full(), slackaudit_jitter_equal(), slackaudit_jitter_decorrelated()};
        for (size_t i = 0; i < sizeof(jitters) / sizeof(jitters[0]); i++) {
            struct bench bench;
            bench_init(&bench);
            struct slackaudit_interval *interval = kind == 0
                                                       ? slackaudit_interval_backoff(second, 0)
                                                       : slackaudit_interval_fixed(3600 * second);
            append(&bench, handler_of(interval, jitters[i], 10 * second + 1));
            for (int j = 0; j < DRAWS; j++) {
                if (j % 99 == 0)
                    slackaudit_retry_state_init(&bench.state, NULL);
                if (measure(&bench, &reset) > 10 * second + 1)
                    ck_abort_msg("a wait is past the cap");
            }
            bench_deinit(&bench);
        }
    }
}
END_TEST

START_TEST(the_largest_numbers_neither_overflow_nor_wait_longer_than_a_day)
{
    for (int kind = 0; kind < 2; kind++) {
        struct slackaudit_jitter *jitters[] = {slackaudit_jitter_none(), slackaudit_jitter_random(),
            slackaudit_jitter_full(), slackaudit_jitter_equal(), slackaudit_jitter_decorrelated()};
        for (size_t i = 0; i < sizeof(jitters) / sizeof(jitters[0]); i++) {
            struct bench bench;
            bench_init(&bench);
            struct slackaudit_interval *interval =
                kind == 0 ? slackaudit_interval_fixed(INT64_MAX)
                          : slackaudit_interval_backoff(INT64_MAX, INT64_MAX);
            append(&bench, handler_of(interval, jitters[i], INT64_MAX));
            for (int j = 0; j < 99; j++)
                ck_assert_int_le(ask(&bench, &reset), SLACKAUDIT_RETRY_LONGEST_WAIT_US);
            bench_deinit(&bench);
        }
    }
}
END_TEST

START_TEST(a_backoff_without_a_factor_does_not_wait)
{
    check_exact(handler_of(slackaudit_interval_backoff(0, 0), slackaudit_jitter_none(), 0), 40, 0);
    check_exact(handler_of(slackaudit_interval_backoff(0, 0), slackaudit_jitter_full(), 0), 40, 0);
}
END_TEST

START_TEST(what_is_out_of_range_makes_no_object)
{
    ck_assert_ptr_null(slackaudit_interval_fixed(-1));
    ck_assert_ptr_null(slackaudit_interval_backoff(-1, 0));
    ck_assert_ptr_null(slackaudit_interval_backoff(1, -1));
    ck_assert_ptr_null(slackaudit_retry_connection_error(-1, NULL, NULL, 0));
    ck_assert_ptr_null(slackaudit_retry_connection_error(1, NULL, NULL, -1));
    /* What was passed in goes with it: the sanitizer's build sees a leak otherwise. */
    ck_assert_ptr_null(slackaudit_retry_server_error(
        -1, slackaudit_interval_fixed(1), slackaudit_jitter_full(), 0));
    ck_assert_ptr_null(
        slackaudit_retry_match(NULL, 1, slackaudit_interval_fixed(1), slackaudit_jitter_full(), 0));
    ck_assert_ptr_null(slackaudit_interval_custom(NULL, NULL));
    ck_assert_ptr_null(slackaudit_jitter_custom(NULL, NULL));
    ck_assert_ptr_null(slackaudit_retry_custom(NULL, NULL, 1, NULL, NULL, 0));
}
END_TEST

CHECK_MAIN("retry_waits", a_fixed_interval_waits_the_same_each_time,
    a_backoff_doubles_from_its_factor_up_to_its_cap, the_random_jitter_adds_up_to_one_second,
    the_full_jitter_draws_from_nothing_up_to_the_wait,
    the_equal_jitter_keeps_half_of_the_wait_and_draws_the_other,
    the_decorrelated_jitter_begins_between_the_factor_and_three_times_it,
    the_decorrelated_jitter_draws_up_to_three_times_the_last_wait,
    the_decorrelated_jitter_of_one_handler_does_not_grow_from_another_ones_waits,
    what_is_not_given_is_as_in_the_sdk, no_wait_passes_the_cap_of_its_handler,
    the_largest_numbers_neither_overflow_nor_wait_longer_than_a_day,
    a_backoff_without_a_factor_does_not_wait, what_is_out_of_range_makes_no_object)
