/* Timers of the loop. */
#include "check_main.h"
#include "sys/loop_scene.h"

enum { TIMERS = 1000 };

/* ---- Timers ---- */

struct numbered {
    struct loop_timer timer;
    int64_t at_us;
    int *fired;
    int64_t *last_us;
};

static void on_numbered(void *user)
{
    struct numbered *numbered = user;
    ck_assert_int_eq(clock_monotonic_us(the_clock), numbered->at_us);
    ck_assert_int_ge(numbered->at_us, *numbered->last_us);
    *numbered->last_us = numbered->at_us;
    ++*numbered->fired;
}

START_TEST(a_thousand_timers_fire_in_order_at_their_time_whatever_is_moved_or_stopped)
{
    set_up(true);
    static struct numbered timers[TIMERS];
    int fired = 0;
    int64_t last_us = 0;
    for (int i = 0; i < TIMERS; i++) {
        struct numbered *one = &timers[i];
        *one = (struct numbered){.fired = &fired, .last_us = &last_us};
        loop_timer_init(&one->timer, the_loop, on_numbered, one);
        one->at_us = USEC_PER_SEC + clock_random_between(the_clock, 1, USEC_PER_SEC);
        ck_assert_int_eq(loop_timer_at(&one->timer, one->at_us), 0);
    }
    for (int i = 0; i < TIMERS; i += 3) { /* moved */
        timers[i].at_us = USEC_PER_SEC + clock_random_between(the_clock, 1, 2 * USEC_PER_SEC);
        ck_assert_int_eq(loop_timer_at(&timers[i].timer, timers[i].at_us), 0);
    }
    int stopped = 0;
    for (int i = 0; i < TIMERS; i += 7, stopped++) {
        loop_timer_stop(&timers[i].timer);
        ck_assert(!loop_timer_is_set(&timers[i].timer));
    }
    while (loop_wait_us(the_loop) >= 0)
        turn();
    ck_assert_int_eq(fired, TIMERS - stopped);
    tear_down();
}
END_TEST

START_TEST(timers_of_the_same_time_fire_in_the_order_of_their_setting)
{
    set_up(true);
    struct loop_timer first, second;
    loop_timer_init(&first, the_loop, note_a, NULL);
    loop_timer_init(&second, the_loop, note_b, NULL);
    ck_assert_int_eq(loop_timer_at(&second, 5000000), 0);
    ck_assert_int_eq(loop_timer_at(&first, 5000000), 0);
    turn();
    ck_assert_str_eq(order, "ba");
    tear_down();
}
END_TEST

START_TEST(a_week_passes_in_one_turn_of_a_simulated_clock)
{
    set_up(true);
    struct loop_timer timer;
    loop_timer_init(&timer, the_loop, note_a, NULL);
    ck_assert_int_eq(loop_timer_after(&timer, 7 * USEC_PER_DAY), 0);
    ck_assert_int_eq(loop_wait_us(the_loop), 7 * USEC_PER_DAY);
    turn();
    ck_assert_str_eq(order, "a");
    ck_assert_int_eq(
        clock_wall_us(the_clock), INT64_C(1700000000) * USEC_PER_SEC + 7 * USEC_PER_DAY);
    tear_down();
}
END_TEST

START_TEST(a_simulated_turn_moves_the_clock_no_further_than_it_may_wait)
{
    set_up(true);
    struct loop_timer timer;
    loop_timer_init(&timer, the_loop, note_a, NULL);
    ck_assert_int_eq(loop_timer_after(&timer, 1000), 0);
    ck_assert_int_eq(loop_turn(the_loop, 400), 0);
    ck_assert_int_eq(loop_wait_us(the_loop), 600);
    ck_assert_str_eq(order, "");
    loop_timer_stop(&timer);
    tear_down();
}
END_TEST

START_TEST(a_real_timer_never_fires_early)
{
    set_up(false);
    struct loop_timer timer;
    loop_timer_init(&timer, the_loop, stop_loop, NULL);
    int64_t before = clock_monotonic_us(the_clock);
    ck_assert_int_eq(loop_timer_after(&timer, 1500), 0);
    ck_assert_int_eq(loop_run(the_loop), 0);
    ck_assert_int_ge(clock_monotonic_us(the_clock) - before, 1500);
    tear_down();
}
END_TEST

static void set_again_at_once(void *user)
{
    note('a');
    ck_assert_int_eq(loop_timer_after(user, 0), 0);
}

START_TEST(a_timer_that_sets_itself_to_now_leaves_the_turn_to_others)
{
    set_up(true);
    struct loop_timer greedy, other;
    loop_timer_init(&greedy, the_loop, set_again_at_once, &greedy);
    loop_timer_init(&other, the_loop, note_b, NULL);
    ck_assert_int_eq(loop_timer_after(&greedy, 0), 0);
    ck_assert_int_eq(loop_timer_after(&other, 0), 0);
    turn();
    ck_assert_str_eq(order, "ab");
    turn();
    ck_assert_str_eq(order, "aba");
    loop_timer_stop(&greedy);
    tear_down();
}
END_TEST

CHECK_MAIN("loop timers",
    a_thousand_timers_fire_in_order_at_their_time_whatever_is_moved_or_stopped,
    timers_of_the_same_time_fire_in_the_order_of_their_setting,
    a_week_passes_in_one_turn_of_a_simulated_clock,
    a_simulated_turn_moves_the_clock_no_further_than_it_may_wait, a_real_timer_never_fires_early,
    a_timer_that_sets_itself_to_now_leaves_the_turn_to_others)
