#include "check_main.h"

#include "base/units.h"
#include "sys/clock.h"

START_TEST(a_real_clock_goes_on_and_shows_the_day)
{
    struct clock *clock = clock_new_real();
    ck_assert(!clock_is_simulated(clock));
    int64_t before = clock_monotonic_us(clock);
    int64_t after = clock_monotonic_us(clock);
    ck_assert_int_gt(before, 0);
    ck_assert_int_ge(after, before);
    ck_assert_int_gt(clock_wall_us(clock), INT64_C(1700000000) * USEC_PER_SEC);
    clock_advance(clock, 3600 * USEC_PER_SEC); /* not this one */
    ck_assert_int_lt(clock_monotonic_us(clock), after + 3600 * USEC_PER_SEC);
    clock_free(clock);
}
END_TEST

START_TEST(a_simulated_clock_moves_only_when_it_is_moved)
{
    struct clock *clock = clock_new_simulated(1700000000, 7);
    ck_assert(clock_is_simulated(clock));
    ck_assert_int_eq(clock_monotonic_us(clock), USEC_PER_SEC);
    ck_assert_int_eq(clock_wall_us(clock), INT64_C(1700000000) * USEC_PER_SEC);
    clock_advance(clock, 5);
    ck_assert_int_eq(clock_monotonic_us(clock), USEC_PER_SEC + 5);
    ck_assert_int_eq(clock_wall_us(clock), INT64_C(1700000000) * USEC_PER_SEC + 5);
    clock_advance(clock, -5);
    ck_assert_int_eq(clock_monotonic_us(clock), USEC_PER_SEC + 5);
    clock_free(clock);
}
END_TEST

START_TEST(an_operator_who_sets_the_wall_back_leaves_monotonic_time_alone)
{
    struct clock *clock = clock_new_simulated(1700000000, 7);
    clock_set_wall(clock, 12);
    ck_assert_int_eq(clock_wall_us(clock), 12);
    ck_assert_int_eq(clock_monotonic_us(clock), USEC_PER_SEC);
    clock_free(clock);
}
END_TEST

START_TEST(time_at_its_end_stays_there)
{
    struct clock *clock = clock_new_simulated(INT64_MAX, 7);
    ck_assert_int_eq(clock_wall_us(clock), INT64_MAX);
    clock_advance(clock, INT64_MAX);
    ck_assert_int_eq(clock_wall_us(clock), INT64_MAX);
    ck_assert_int_eq(clock_monotonic_us(clock), INT64_MAX);
    clock_free(clock);
}
END_TEST

START_TEST(the_same_seed_gives_the_same_numbers_and_another_seed_others)
{
    struct clock *left = clock_new_simulated(0, 1), *right = clock_new_simulated(0, 1);
    struct clock *other = clock_new_simulated(0, 2);
    unsigned equal = 0;
    for (int i = 0; i < 100; i++) {
        uint64_t value = clock_random(left);
        ck_assert_uint_eq(value, clock_random(right));
        equal += value == clock_random(other);
    }
    ck_assert_uint_eq(equal, 0);
    clock_free(left);
    clock_free(right);
    clock_free(other);
}
END_TEST

START_TEST(real_random_numbers_differ)
{
    struct clock *clock = clock_new_real();
    ck_assert_uint_ne(clock_random(clock), clock_random(clock));
    clock_free(clock);
}
END_TEST

START_TEST(a_range_is_filled_evenly_and_never_left)
{
    struct clock *clock = clock_new_simulated(0, 42);
    unsigned counts[6] = {0};
    for (int i = 0; i < 60000; i++) {
        int64_t value = clock_random_between(clock, -3, 3);
        ck_assert_int_ge(value, -3);
        ck_assert_int_lt(value, 3);
        counts[value + 3]++;
    }
    for (int i = 0; i < 6; i++)
        ck_assert_msg(counts[i] > 9500 && counts[i] < 10500, "%d came %u times", i - 3, counts[i]);
    clock_free(clock);
}
END_TEST

START_TEST(empty_and_whole_ranges_work)
{
    struct clock *clock = clock_new_simulated(0, 42);
    ck_assert_int_eq(clock_random_between(clock, 5, 5), 5);
    ck_assert_int_eq(clock_random_between(clock, 5, 4), 5);
    ck_assert_int_eq(clock_random_between(clock, 5, 6), 5);
    bool negative = false, positive = false;
    for (int i = 0; i < 100; i++) {
        int64_t value = clock_random_between(clock, INT64_MIN, INT64_MAX);
        negative = negative || value < 0;
        positive = positive || value > 0;
    }
    ck_assert(negative && positive);
    clock_free(clock);
}
END_TEST

CHECK_MAIN("clock", a_real_clock_goes_on_and_shows_the_day,
    a_simulated_clock_moves_only_when_it_is_moved,
    an_operator_who_sets_the_wall_back_leaves_monotonic_time_alone, time_at_its_end_stays_there,
    the_same_seed_gives_the_same_numbers_and_another_seed_others, real_random_numbers_differ,
    a_range_is_filled_evenly_and_never_left, empty_and_whole_ranges_work)
