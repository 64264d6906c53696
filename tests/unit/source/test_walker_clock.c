/* Clocks that are wrong: Slack's Date, the host's, or both, for once or for good. Whatever they
 * say, every entry arrives once, and soon after the clock is right again at the latest. */
#include "source/walker_world.h"

enum { HOUR = 3600, DAY = 86400 };

#define YEAR (365 * INT64_C(86400))

static int64_t strange_date;
static int64_t strange_from, strange_until; /* wall seconds of the truth */

static int64_t date_in_span(void)
{
    int64_t now = fake_now();
    return now >= strange_from && now < strange_until ? strange_date : now;
}

static int64_t shifted_date(void)
{
    int64_t now = fake_now();
    return now >= strange_from && now < strange_until ? now + strange_date : now;
}

/* Entries every half second for `seconds`, some of them shown late. */
static void add_live(int seconds)
{
    for (int i = 0; i < seconds * 2; i++)
        fake_add(NOW + i / 2, NOW + i / 2 + (i % 7 == 0 ? 100 : 0));
}

START_TEST(one_strange_date_loses_and_repeats_nothing)
{
    static const int64_t dates[] = {
        -1, 0, 1, NOW - 3 * DAY, NOW + 3 * DAY, NOW + 77 * INT64_C(31536000)};
    for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
        for (int at = 0; at <= 300; at += 300) { /* at the first answer, and later */
            struct world *world = world_new("start: now, poll_interval: 30s, overlap: 5m");
            strange_date = dates[i];
            strange_from = NOW + at;
            strange_until = NOW + at + 3;
            fake_api->date = date_in_span;
            fake_add(NOW - 10, 0);
            add_live(600);
            start(world, false);
            run_for(world, 800);
            assert_each_once_from(world, 1); /* the first is from before the start */
            ck_assert_int_le(status_of(world).walk.checkpoint, NOW + 800);
            ck_assert_int_ge(status_of(world).walk.checkpoint, NOW + 700);
            world_free(world);
        }
    }
}
END_TEST

START_TEST(a_date_that_stays_wrong_delays_but_loses_nothing)
{
    static const int64_t dates[] = {
        -1, 0, NOW - 3 * DAY, NOW + 3 * DAY, NOW + 77 * INT64_C(31536000)};
    for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
        struct world *world = world_new("start: 1699999990, poll_interval: 30s, overlap: 5m");
        strange_date = dates[i];
        strange_from = 0;
        strange_until = NOW + 10 * DAY;
        fake_api->date = date_in_span;
        add_live(600);
        start(world, false);
        run_for(world, 800);
        assert_each_once(world);
        ck_assert_int_le(status_of(world).walk.checkpoint, NOW + 800);
        world_free(world);
    }
}
END_TEST

/* Within what is believed. The first answer takes the checkpoint ahead, unless Slack is asked for a
 * range in the future and refuses. */
static void set_right(const char *config, bool refused, int seconds_down)
{
    struct world *world = world_new(config);
    strange_date = 90 * 60;
    strange_from = 0;
    strange_until = NOW + 10;
    fake_api->date = shifted_date;
    fake_add(NOW - 10, 0);
    add_live(900);
    start(world, false);
    run_for(world, 8);
    ck_assert_int_eq(status_of(world).walk.checkpoint >= NOW + 5000, !refused);
    if (seconds_down > 0) {
        stop(world);
        clock_advance(world->clock, seconds_down * USEC_PER_SEC);
        start(world, false);
    }
    run_for(world, 1200);
    assert_each_once_from(world, refused ? 3 : 0); /* `now` begins behind the newest entry */
    ck_assert_int_eq(status_of(world).walk.checkpoint >= NOW + 5000, !refused);
    run_for(world, 2 * HOUR); /* it moves again once its time has come */
    ck_assert_int_ge(status_of(world).walk.checkpoint, NOW + 2 * HOUR);
    world_free(world);
}

START_TEST(a_clock_that_was_ahead_and_is_set_right_leaves_no_gap)
{
    set_right("start: now, poll_interval: 30s, overlap: 5m", true, 0);
    set_right("start: now, poll_interval: 30s, overlap: 5m", true, 400);
    set_right("start: 1699999000, poll_interval: 30s, overlap: 5m", false, 0);
    set_right("start: 1699999000, poll_interval: 30s, overlap: 5m", false, 400);
}
END_TEST

START_TEST(a_host_in_another_time_changes_nothing)
{
    static const int64_t walls[] = {1000, NOW - 9 * INT64_C(31536000), NOW - 5 * HOUR,
        NOW + 5 * HOUR, NOW + 77 * INT64_C(31536000)};
    for (size_t i = 0; i < sizeof(walls) / sizeof(walls[0]); i++) {
        struct world *world = world_new("start: -1d, poll_interval: 30s, overlap: 5m");
        clock_set_wall(world->clock, walls[i] * USEC_PER_SEC);
        fake_api->clock_ahead = NOW - walls[i];
        fill_history(500, NOW - 80000, NOW - 10);
        add_live(300);
        start(world, false);
        run_for(world, 500);
        assert_each_once(world);
        world_free(world);
    }
}
END_TEST

START_TEST(a_host_clock_set_back_by_a_day_moves_nothing)
{
    struct world *world = world_new("start: -1d, poll_interval: 30s, overlap: 5m");
    fill_history(100, NOW - 80000, NOW - 10);
    add_live(600);
    start(world, false);
    run_for(world, 200);
    int64_t checkpoint = status_of(world).walk.checkpoint;
    clock_set_wall(world->clock, (NOW + 200 - DAY) * USEC_PER_SEC);
    fake_api->clock_ahead = DAY;
    run_for(world, 600);
    assert_each_once(world);
    ck_assert_int_ge(status_of(world).walk.checkpoint, checkpoint + 500);
    world_free(world);
}
END_TEST

START_TEST(once_reads_all_that_is_shown_whatever_the_date)
{
    static const int64_t dates[] = {-1, 0, NOW - 3 * DAY, NOW + 3 * DAY};
    for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
        struct world *world = world_new("start: 1699913600, page_limit: 100");
        strange_date = dates[i];
        strange_from = 0;
        strange_until = NOW + 10 * DAY;
        fake_api->date = date_in_span;
        fill_history(950, NOW - 80000, NOW - 10);
        start(world, true);
        run_until_done(world);
        assert_all_in_order(world);
        world_free(world);
    }
}
END_TEST

START_TEST(an_entry_from_the_future_keeps_nobody_busy)
{
    struct world *world = world_new("start: 1699999000, poll_interval: 60s, fresh_interval: 2s");
    fake_add(NOW - 5, 0);
    fake_add(NOW + YEAR, 0); /* which the first request, without `latest`, gets */
    fake_api->shows_future = true;
    start(world, false);
    run_for(world, 5);
    size_t turns = 0;
    int64_t end = clock_monotonic_us(world->clock) + 300 * USEC_PER_SEC;
    for (int64_t left; (left = end - clock_monotonic_us(world->clock)) > 0; turns++)
        ck_assert_int_eq(loop_turn(world->loop, left), 0);
    ck_assert_uint_lt(turns, 2000);
    world_free(world);
}
END_TEST

CHECK_MAIN("walker_clock", one_strange_date_loses_and_repeats_nothing,
    a_date_that_stays_wrong_delays_but_loses_nothing,
    a_clock_that_was_ahead_and_is_set_right_leaves_no_gap, a_host_in_another_time_changes_nothing,
    a_host_clock_set_back_by_a_day_moves_nothing, once_reads_all_that_is_shown_whatever_the_date,
    an_entry_from_the_future_keeps_nobody_busy)
