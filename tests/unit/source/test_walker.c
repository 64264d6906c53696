#include "source/walker_world.h"

START_TEST(once_reads_everything_up_to_the_start_in_order_and_a_second_time_nothing)
{
    struct world *world = world_new("start: -1d, page_limit: 100");
    fill_history(950, NOW - 80000, NOW - 10);
    start(world, true);
    run_until_done(world);
    assert_all_in_order(world);
    stop(world);
    start(world, true);
    run_until_done(world);
    ck_assert_uint_eq(status_of(world).counts.stored, 0);
    assert_all_in_order(world);
    world_free(world);
}
END_TEST

START_TEST(every_page_repeats_oldest_and_latest_beside_its_cursor)
{
    struct world *world = world_new("start: 1699990000, page_limit: 100");
    fill_history(500, NOW - 5000, NOW - 10);
    start(world, true);
    run_until_done(world);
    ck_assert(!fake_api->calls[0].has_latest);
    for (size_t i = 1; i < fake_api->call_count; i++) {
        ck_assert(fake_api->calls[i].has_oldest);
        ck_assert(fake_api->calls[i].has_latest);
        ck_assert_int_eq(fake_api->calls[i].oldest, fake_api->calls[0].oldest);
        ck_assert_int_eq(fake_api->calls[i].latest, NOW);
    }
    assert_all_in_order(world);
    world_free(world);
}
END_TEST

START_TEST(a_window_that_is_too_wide_is_cut_and_order_is_kept)
{
    struct world *world = world_new("start: 2010-01-01T00:00:00Z, page_limit: 20");
    fill_history(4000, NOW - 30000, NOW - 10);
    start(world, true);
    run_until_done(world);
    assert_all_in_order(world);
    ck_assert_uint_eq(status_of(world).pieces, 0);
    ck_assert_int_eq(status_of(world).walk.checkpoint, NOW);
    world_free(world);
}
END_TEST

START_TEST(many_entries_in_one_second_are_read_to_the_end)
{
    struct world *world = world_new("start: -1d, page_limit: 10");
    fill_history(300, NOW - 4000, NOW - 3000);
    for (int i = 0; i < 1000; i++)
        fake_add(NOW - 2000, 0);
    for (int i = 0; i < 300; i++)
        fake_add(NOW - 1000 + i, 0);
    start(world, true);
    run_until_done(world);
    assert_each_once(world);
    world_free(world);
}
END_TEST

START_TEST(a_refused_or_repeated_cursor_begins_the_window_again)
{
    struct world *world = world_new("start: -1d, page_limit: 100");
    fill_history(900, NOW - 80000, NOW - 10);
    fake_api->fail_status = 400;
    fake_api->fail_error = "invalid_cursor";
    fake_api->fail_cursors_only = true;
    fake_api->fail_count = 1;
    fake_api->repeat_cursor_once = true;
    start(world, true);
    run_until_done(world);
    ck_assert_uint_eq(status_of(world).windows_given_up, 2);
    assert_all_in_order(world);
    world_free(world);
}
END_TEST

START_TEST(a_walk_that_is_stopped_at_any_page_goes_on_without_loss_or_repeat)
{
    struct world *world = world_new("start: 2010-01-01T00:00:00Z, page_limit: 20");
    fill_history(2000, NOW - 30000, NOW - 10);
    start(world, true);
    for (int kill = 0; status_of(world).state != WALKER_DONE; kill++) {
        for (int turn = 0; turn < 7 + kill && status_of(world).state != WALKER_DONE; turn++)
            ck_assert_int_eq(loop_turn(world->loop, 3600 * USEC_PER_SEC), 0);
        if (status_of(world).state == WALKER_DONE)
            break;
        stop(world);
        start(world, true);
    }
    assert_all_in_order(world);
    world_free(world);
}
END_TEST

START_TEST(live_and_late_entries_arrive_once_each)
{
    struct world *world =
        world_new("start: now, poll_interval: 60s, fresh_interval: 2s, overlap: 5m");
    for (int i = 0; i < 1200; i++)
        fake_add(NOW + i / 2, NOW + i / 2 + (i % 7 == 0 ? 120 : 0));
    start(world, false);
    run_for(world, 1000);
    assert_each_once(world);
    ck_assert_int_ge(status_of(world).counts.worst_lateness, 119);
    ck_assert_int_le(
        status_of(world).counts.worst_lateness, 181) /* it is found by the next full poll */;
    world_free(world);
}
END_TEST

START_TEST(
    a_fresh_entry_is_stored_within_the_fresh_interval_and_the_source_rests_when_nothing_comes)
{
    struct world *world =
        world_new("start: now, poll_interval: 60s, fresh_interval: 2s, overlap: 5m");
    for (int i = 0; i < 100; i++)
        fake_add(NOW + i, 0);
    start(world, false);
    run_for(world, 99);
    static int numbers[FAKE_ENTRIES];
    ck_assert_uint_ge(deliverable(world, numbers, FAKE_ENTRIES), 96);
    int64_t now = clock_monotonic_us(world->clock);
    ck_assert_int_gt(walker_rests_until_us(world->walker), now);
    ck_assert_int_le(walker_rests_until_us(world->walker), now + 2 * USEC_PER_SEC);
    run_for(world, 101);
    assert_each_once(world);
    size_t calls = fake_api->call_count;
    run_for(world, 600);
    ck_assert_uint_ge(fake_api->call_count - calls, 9);
    ck_assert_uint_le(fake_api->call_count - calls, 12);
    run_for(world, 1);
    size_t before = fake_api->call_count;
    int64_t rests_us =
        walker_rests_until_us(world->walker) - clock_monotonic_us(world->clock) - USEC_PER_MSEC;
    run_for(world, rests_us / USEC_PER_SEC);
    ck_assert_uint_eq(fake_api->call_count, before);
    run_for(world, 2);
    ck_assert_uint_gt(fake_api->call_count, before);
    world_free(world);
}
END_TEST

START_TEST(slacks_clock_counts_not_the_hosts)
{
    for (int64_t ahead = -3600; ahead <= 3600; ahead += 7200) {
        struct world *world = world_new("start: now, poll_interval: 10s, fresh_interval: 0");
        fake_api->clock_ahead = ahead;
        for (int i = 0; i < 50; i++)
            fake_add(NOW + ahead - 25 + i, 0);
        start(world, false);
        run_for(world, 100);
        int numbers[64];
        size_t count = deliverable(world, numbers, 64);
        ck_assert_uint_ge(count, 24);
        ck_assert_uint_le(count, 26);
        ck_assert_int_eq(numbers[count - 1], 49);
        world_free(world);
    }
}
END_TEST

START_TEST(a_refused_token_leaves_the_source_up_and_is_tried_again_slowly)
{
    struct world *world = world_new("start: -1d");
    fill_history(10, NOW - 1000, NOW - 10);
    fake_api->refuse_token = true;
    start(world, false);
    run_for(world, 600);
    ck_assert_int_eq(status_of(world).state, WALKER_REFUSED);
    ck_assert_uint_le(fake_api->call_count, 6);
    fake_api->refuse_token = false;
    run_for(world, 301);
    assert_all_in_order(world);
    world_free(world);
}
END_TEST

START_TEST(a_refusal_by_any_name_that_slack_has_for_it_says_what_to_do)
{
    static const char *const names[][2] = {
        {"invalid_authentication", "does not know"},
        {"invalid_auth", "does not know"},
        {"missing_authentication", "proxy"},
        {"not_authed", "proxy"},
        {"missing_scope", "auditlogs:read"},
        {"not_allowed_token_type", "xoxp-"},
        {"user_not_authorized", "owner"},
        {"team_not_authorized", "on the organization"},
        {"invalid_workspace", "on the organization"},
        {"feature_not_enabled", "Enterprise"},
        {"token_revoked", "install the app again"},
        {"token_expired", "rotation"},
        {"account_inactive", "deactivated"},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct world *world = world_new("start: -1d");
        fake_api->fail_status = 200; /* the Web API's way: judged by its name */
        fake_api->fail_error = names[i][0];
        fake_api->fail_count = 1;
        start(world, false);
        run_for(world, 10);
        ck_assert_int_eq(status_of(world).state, WALKER_REFUSED);
        const char *text = status_of(world).last_error;
        ck_assert_msg(strstr(text, names[i][1]) != NULL, "%s: %s", names[i][0], text);
        run_for(world, 60);
        ck_assert_int_ne(status_of(world).state, WALKER_REFUSED);
        world_free(world);
    }
}
END_TEST

START_TEST(a_wider_filter_gives_the_open_window_up_and_walks_it_again)
{
    struct world *world = world_new("start: -1d, page_limit: 10, filter: {actor: U1}");
    fill_history(95, NOW - 1000, NOW - 10);
    start(world, true);
    for (int turn = 0; turn < 12; turn++)
        ck_assert_int_eq(loop_turn(world->loop, 3600 * USEC_PER_SEC), 0);
    ck_assert_int_ge(status_of(world).window_oldest, 0);
    stop(world);
    set_config(world, "start: -1d, page_limit: 10");
    start(world, true);
    run_until_done(world);
    assert_all_in_order(world);
    world_free(world);
}
END_TEST

CHECK_MAIN("walker", once_reads_everything_up_to_the_start_in_order_and_a_second_time_nothing,
    every_page_repeats_oldest_and_latest_beside_its_cursor,
    a_window_that_is_too_wide_is_cut_and_order_is_kept,
    many_entries_in_one_second_are_read_to_the_end,
    a_refused_or_repeated_cursor_begins_the_window_again,
    a_walk_that_is_stopped_at_any_page_goes_on_without_loss_or_repeat,
    live_and_late_entries_arrive_once_each,
    a_fresh_entry_is_stored_within_the_fresh_interval_and_the_source_rests_when_nothing_comes,
    slacks_clock_counts_not_the_hosts,
    a_refused_token_leaves_the_source_up_and_is_tried_again_slowly,
    a_refusal_by_any_name_that_slack_has_for_it_says_what_to_do,
    a_wider_filter_gives_the_open_window_up_and_walks_it_again)
