/* A store that fails in the middle of a walk, cursors that are of no use, and what `--once` makes
 * of both: nothing lost, nothing twice, and an end. */
#include "source/walker_world.h"

#include "source/faulty_store.h"

enum { ONCE_TRIES = 10 };

/* Turns until `--once` is done or has failed as often as the daemon lets it. */
static enum walker_state run_once(struct world *world)
{
    struct walker_status status = status_of(world);
    for (int turn = 0; turn < 100000; turn++) {
        ck_assert_int_eq(loop_turn(world->loop, 3600 * USEC_PER_SEC), 0);
        status = status_of(world);
        if (status.state == WALKER_DONE || status.failures >= ONCE_TRIES)
            return status.state;
    }
    ck_abort_msg("--once does not end: %s", walker_state_name(status.state));
}

START_TEST(a_commit_that_fails_anywhere_loses_and_repeats_nothing)
{
    for (int works = 0; works < 30; works++) {
        struct world *world = world_new("start: 2010-01-01T00:00:00Z, page_limit: 20");
        world->store_type = faulty_store();
        fill_history(500, NOW - 30000, NOW - 10);
        start(world, true);
        faulty.commits = works;
        faulty.failures = 1 + works % 3;
        run_until_done(world);
        assert_all_in_order(world);
        ck_assert_uint_eq(status_of(world).windows_given_up, 0);
        world_free(world);
    }
}
END_TEST

START_TEST(an_entry_that_finds_no_room_ends_its_page_only)
{
    for (int works = 0; works < 500; works += 37) {
        struct world *world = world_new("start: 2010-01-01T00:00:00Z, page_limit: 20");
        world->store_type = faulty_store();
        fill_history(500, NOW - 30000, NOW - 10);
        start(world, true);
        faulty.appends = works;
        faulty.failures = 2;
        run_until_done(world);
        assert_all_in_order(world);
        ck_assert_uint_eq(status_of(world).counts.stored, 500);
        world_free(world);
    }
}
END_TEST

START_TEST(ids_that_cannot_be_read_behind_a_window_that_was_given_up_are_waited_for)
{
    for (int failures = 1; failures < 4; failures++) {
        struct world *world = world_new("start: -1d, page_limit: 100");
        world->store_type = faulty_store();
        fill_history(900, NOW - 80000, NOW - 10);
        fake_api->fail_status = 400;
        fake_api->fail_error = "invalid_cursor";
        fake_api->fail_cursors_only = true;
        fake_api->fail_count = 1;
        fake_api->repeat_cursor_once = true;
        start(world, true);
        faulty.seens = 0;
        faulty.failures = failures;
        run_until_done(world);
        ck_assert_uint_ge(status_of(world).windows_given_up, 2);
        assert_all_in_order(world);
        world_free(world);
    }
}
END_TEST

START_TEST(once_ends_when_the_store_refuses_every_page)
{
    struct world *world = world_new("start: -1d, page_limit: 100");
    world->store_type = faulty_store();
    fill_history(900, NOW - 80000, NOW - 10);
    start(world, true);
    faulty.commits = 3;
    faulty.failures = 1000000;
    ck_assert_int_ne(run_once(world), WALKER_DONE);
    ck_assert_str_ne(status_of(world).last_error, "");
    world_free(world);
}
END_TEST

START_TEST(once_ends_when_every_cursor_is_refused)
{
    struct world *world = world_new("start: -1d, page_limit: 100");
    fill_history(900, NOW - 80000, NOW - 10);
    fake_api->fail_status = 400;
    fake_api->fail_error = "invalid_cursor";
    fake_api->fail_cursors_only = true;
    fake_api->fail_count = 1000000;
    start(world, true);
    ck_assert_int_ne(run_once(world), WALKER_DONE);
    world_free(world);
}
END_TEST

START_TEST(once_ends_when_every_cursor_comes_back)
{
    struct world *world = world_new("start: -1d, page_limit: 100");
    fill_history(900, NOW - 80000, NOW - 10);
    fake_api->repeat_cursors = true;
    start(world, true);
    ck_assert_int_ne(run_once(world), WALKER_DONE);
    ck_assert_uint_lt(fake_api->call_count, 100);
    world_free(world);
}
END_TEST

START_TEST(once_goes_on_with_an_old_window_and_then_up_to_its_own_start)
{
    struct world *world = world_new("start: -1d, page_limit: 20");
    fill_history(100, NOW - 80000, NOW - 10);
    start(world, true);
    for (int turn = 0; turn < 6; turn++)
        ck_assert_int_eq(loop_turn(world->loop, 3600 * USEC_PER_SEC), 0);
    ck_assert_int_ge(status_of(world).window_oldest, 0);
    stop(world);
    clock_advance(world->clock, 60 * USEC_PER_SEC);
    for (int i = 0; i < 30; i++)
        fake_add(NOW + 20 + i, 0);
    start(world, true);
    run_until_done(world);
    assert_all_in_order(world);
    world_free(world);
}
END_TEST

START_TEST(a_start_that_is_relative_is_kept_though_the_api_fails_for_days)
{
    struct world *world = world_new("start: now, poll_interval: 10m");
    fake_add(NOW - 10, 0);
    fake_api->fail_status = 500;
    start(world, false);
    run_for(world, 1);
    fake_api->fail_count = 1000000;
    for (int day = 0; day < 3; day++) {
        run_for(world, 86400 - 300);
        stop(world);
        clock_advance(world->clock, 300 * USEC_PER_SEC);
        fake_add(fake_now() - 150, 0);
        start(world, false);
    }
    fake_api->fail_count = 0;
    run_for(world, 1200);
    assert_each_once_from(world, 1);
    world_free(world);
}
END_TEST

START_TEST(entries_without_a_date_stay_with_their_newer_neighbours)
{
    struct world *world = world_new("start: -1d, page_limit: 10");
    fill_history(200, NOW - 80000, NOW - 10);
    fake_api->undated_every = 10; /* so that some begin a page */
    start(world, true);
    run_until_done(world);
    assert_all_in_order(world);
    ck_assert_uint_ge(status_of(world).counts.without_time, 20);
    struct store_block *block = NULL;
    struct error error = ERROR_INIT;
    for (uint64_t sequence = 1; sequence <= 199; sequence++) {
        ck_assert_int_eq(
            store_sqlite.read(walker_source(world->walker), sequence, &block, &error), 0);
        const struct store_entry *entry = &block->entries[sequence - block->first];
        int number = (int)sequence - 1;
        ck_assert_int_eq(entry->time, fake_api->entries[number + (number % 10 == 0)].time);
        store_sqlite.block_release(world->store, block);
    }
    world_free(world);
}
END_TEST

CHECK_MAIN("walker_trouble", a_commit_that_fails_anywhere_loses_and_repeats_nothing,
    an_entry_that_finds_no_room_ends_its_page_only,
    ids_that_cannot_be_read_behind_a_window_that_was_given_up_are_waited_for,
    once_ends_when_the_store_refuses_every_page, once_ends_when_every_cursor_is_refused,
    once_ends_when_every_cursor_comes_back,
    once_goes_on_with_an_old_window_and_then_up_to_its_own_start,
    a_start_that_is_relative_is_kept_though_the_api_fails_for_days,
    entries_without_a_date_stay_with_their_newer_neighbours)
