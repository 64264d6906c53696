/* Ranges that are read again because the disk lost a batch of them: whatever comes between, each
 * lost entry is delivered again, and no other twice. */
#include "source/walker_world.h"

enum { LOST_FIRST = 300, LOST_LAST = 399 };

/* The sequences of the entries begin with 1: in a walk without trouble entry n has n + 1. */
static void condemn(struct world *world, int64_t *ret_oldest, int64_t *ret_latest)
{
    struct error error = ERROR_INIT;
    struct store_source *source = NULL;
    ck_assert_int_eq(store_sqlite.source(world->store, "acme", &source, NULL, &error), 0);
    ck_assert_msg(store_sqlite.condemn(source, LOST_FIRST + 1, ret_oldest, ret_latest, &error) == 0,
        "%s", error.text);
}

/* A history of which one page was lost. */
static struct world *damaged_world(const char *keys, int64_t *ret_oldest, int64_t *ret_latest)
{
    char text[256];
    (void)snprintf(text, sizeof(text), "start: -1d, page_limit: 100, overlap: 10m%s", keys);
    struct world *world = world_new(text);
    fill_history(1000, NOW - 80000, NOW - 10);
    start(world, true);
    run_until_done(world);
    assert_all_in_order(world);
    condemn(world, ret_oldest, ret_latest);
    ck_assert_int_eq(*ret_oldest, fake_api->entries[LOST_FIRST].time);
    ck_assert_int_eq(*ret_latest, fake_api->entries[LOST_LAST].time);
    return world;
}

static struct walker *reread_walker; /* asked in the middle of a page, once */
static int64_t reread_oldest, reread_latest;

static void walker_reread_in_page(void)
{
    if (reread_walker == NULL)
        return;
    walker_reread(reread_walker, reread_oldest, reread_latest);
    reread_walker = NULL;
}

static void assert_lost_ones_are_back(const struct world *world)
{
    assert_each_once_from(world, 0);
}

START_TEST(once_is_not_done_before_the_range_is_read_again)
{
    int64_t oldest, latest;
    struct world *world = damaged_world("", &oldest, &latest);
    walker_reread(world->walker, oldest, latest);
    ck_assert_int_ne(status_of(world).state, WALKER_DONE);
    run_until_done(world);
    assert_lost_ones_are_back(world);
    world_free(world);
}
END_TEST

START_TEST(a_restart_at_any_page_of_it_begins_it_again)
{
    for (int turns = 0; turns < 8; turns++) {
        int64_t oldest, latest;
        struct world *world = damaged_world(", poll_interval: 60s", &oldest, &latest);
        fake_api->page_limit = 30;
        walker_reread(world->walker, oldest, latest);
        for (int turn = 0; turn < turns; turn++)
            ck_assert_int_eq(loop_turn(world->loop, 3600 * USEC_PER_SEC), 0);
        stop(world);
        start(world, true);
        run_until_done(world);
        assert_lost_ones_are_back(world);
        stop(world); /* and it is done only once */
        size_t calls = fake_api->call_count;
        start(world, true);
        run_until_done(world);
        ck_assert_uint_le(fake_api->call_count - calls, 2);
        world_free(world);
    }
}
END_TEST

START_TEST(a_source_without_a_walker_reads_it_when_it_comes_back)
{
    int64_t oldest, latest;
    struct world *world = damaged_world("", &oldest, &latest);
    struct error error = ERROR_INIT;
    struct store_source *source = walker_source(world->walker);
    walker_free(world->walker);
    world->walker = NULL;
    governor_unref(world->governor);
    ck_assert_int_eq(walker_leave_reread(&store_sqlite, source, oldest, latest, &error), 0);
    ck_assert_int_eq(walker_abandon(&store_sqlite, source, &error), 0);
    start(world, true);
    run_until_done(world);
    assert_lost_ones_are_back(world);
    world_free(world);
}
END_TEST

START_TEST(cursors_that_are_refused_or_come_back_do_not_make_it_forgotten)
{
    for (int repeat = 0; repeat < 2; repeat++) {
        int64_t oldest, latest;
        struct world *world = damaged_world("", &oldest, &latest);
        fake_api->page_limit = 30;
        fake_api->fail_status = 400;
        fake_api->fail_error = "invalid_cursor";
        fake_api->fail_cursors_only = true;
        fake_api->fail_count = repeat ? 0 : 3;
        fake_api->repeat_cursor_once = repeat;
        walker_reread(world->walker, oldest, latest);
        run_until_done(world);
        assert_lost_ones_are_back(world);
        world_free(world);
    }
}
END_TEST

START_TEST(a_page_that_is_under_way_keeps_its_ids)
{
    int64_t oldest, latest;
    struct world *world = damaged_world("", &oldest, &latest);
    stop(world);
    for (int i = 0; i < 40; i++)
        fake_add(NOW + i, 0);
    clock_advance(world->clock, 60 * USEC_PER_SEC);
    start(world, false);
    fake_api->during_page = walker_reread_in_page;
    reread_walker = world->walker;
    reread_oldest = oldest;
    reread_latest = latest;
    run_for(world, 600);
    assert_lost_ones_are_back(world);
    world_free(world);
}
END_TEST

START_TEST(a_range_that_slack_refuses_lets_the_others_pass)
{
    int64_t oldest, latest;
    struct world *world = damaged_world(", poll_interval: 60s", &oldest, &latest);
    stop(world);
    start(world, false);
    run_for(world, 5);
    fake_api->refuse_before = latest + 1;
    walker_reread(world->walker, oldest, latest);
    run_for(world, 400);
    for (int i = 0; i < 50; i++)
        fake_add(NOW + 400 + i, 0);
    run_for(world, 700);
    static int numbers[FAKE_ENTRIES];
    ck_assert_uint_eq(
        deliverable(world, numbers, FAKE_ENTRIES), 1050 - (LOST_LAST - LOST_FIRST + 1));
    fake_api->refuse_before = 0;
    run_for(world, 700);
    assert_lost_ones_are_back(world);
    world_free(world);
}
END_TEST

START_TEST(more_ranges_than_there_is_room_for_are_read_as_fewer_wider_ones)
{
    int64_t oldest, latest;
    struct world *world = damaged_world("", &oldest, &latest);
    int64_t step = (latest - oldest) / 20;
    for (int i = 0; i < 20; i++)
        walker_reread(world->walker, oldest + i * step, oldest + (i + 1) * step);
    walker_reread(world->walker, latest - step, latest);
    run_until_done(world);
    assert_lost_ones_are_back(world);
    stop(world);
    size_t calls = fake_api->call_count;
    start(world, true);
    run_until_done(world);
    ck_assert_uint_le(fake_api->call_count - calls, 2); /* no range is left in the store */
    world_free(world);
}
END_TEST

CHECK_MAIN("walker_reread", once_is_not_done_before_the_range_is_read_again,
    a_restart_at_any_page_of_it_begins_it_again,
    a_source_without_a_walker_reads_it_when_it_comes_back,
    cursors_that_are_refused_or_come_back_do_not_make_it_forgotten,
    a_page_that_is_under_way_keeps_its_ids, a_range_that_slack_refuses_lets_the_others_pass,
    more_ranges_than_there_is_room_for_are_read_as_fewer_wider_ones)
