/* The walk at the store's cap: it waits for the outputs, gives back what it holds itself, and
 * always comes to an end once they take what they get. */
#include "source/walker_world.h"

#define CAP KIB(256)

static struct world *small_world(const char *keys, bool drains)
{
    struct world *world = world_new(keys);
    world->max_bytes = CAP;
    world->drains = drains;
    fake_api->entry_size = KIB(2);
    return world;
}

static struct store_usage usage_of(const struct world *world)
{
    struct store_usage usage;
    store_sqlite.usage(world->store, &usage);
    return usage;
}

/* Number of the last entry that was given out. */
static uint64_t given_out(const struct world *world)
{
    return store_sqlite.next_sequence(walker_source(world->walker)) - 1;
}

START_TEST(a_history_far_larger_than_the_store_goes_through_it)
{
    static const int pages[] = {3, 20, 200}; /* the last one fills the store by itself */
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        struct world *world = small_world("start: -1d", true);
        fake_api->page_limit = pages[i];
        fill_history(1500, NOW - 80000, NOW - 10);
        start(world, true);
        run_until_done(world);
        ck_assert_uint_eq(given_out(world), 1500);
        ck_assert_uint_eq(usage_of(world).live_bytes, 0);
        world_free(world);
    }
}
END_TEST

START_TEST(seconds_that_are_fuller_than_the_store_are_finished_past_its_cap)
{
    for (int spread = 1; spread <= 3; spread++) {
        struct world *world = small_world("start: -1d", true);
        fake_api->page_limit = 10;
        fill_history(100, NOW - 5000, NOW - 4000);
        for (int i = 0; i < 400; i++)
            fake_add(NOW - 2000 + i * spread / 400, 0);
        fill_history(100, NOW - 1000, NOW - 10);
        start(world, true);
        run_until_done(world);
        ck_assert_uint_eq(given_out(world), 600);
        world_free(world);
    }
}
END_TEST

START_TEST(with_outputs_that_take_nothing_it_pauses_and_then_goes_on)
{
    struct world *world = small_world("start: -1d", false);
    world->drains = true;
    fake_api->page_limit = 20;
    fill_history(1500, NOW - 80000, NOW - 10);
    start(world, false);
    world->drains = false;
    run_for(world, 600);
    ck_assert_int_eq(status_of(world).state, WALKER_PAUSED);
    ck_assert_uint_gt(given_out(world), 0);
    ck_assert_uint_lt(usage_of(world).live_bytes, CAP + 20 * KIB(3));
    size_t calls = fake_api->call_count;
    run_for(world, 600);
    ck_assert_uint_eq(fake_api->call_count, calls);
    world->drains = true;
    on_stored(world, world->walker);
    run_for(world, 600);
    ck_assert_uint_eq(given_out(world), 1500);
    world_free(world);
}
END_TEST

START_TEST(what_a_departed_source_held_open_does_not_hold_up_the_others)
{
    struct world *world = small_world("start: -1d", true);
    fake_api->page_limit = 20;
    fill_history(1500, NOW - 80000, NOW - 10);
    /* Another source of the same store stopped in the middle of a large window. */
    struct error error = ERROR_INIT;
    start(world, true);
    struct store_source *other = NULL;
    struct store_page *page = NULL;
    struct store_walk walk;
    ck_assert_int_eq(store_sqlite.source(world->store, "other", &other, &walk, &error), 0);
    ck_assert_int_eq(store_sqlite.page_begin(other, &page, &error), 0);
    static char bytes[CAP];
    memset(bytes, 'x', sizeof(bytes));
    const struct store_new_entry entry = {
        .bytes = {.data = bytes, .size = sizeof(bytes)}, .time = NOW - 100};
    ck_assert_int_eq(store_sqlite.page_append(page, &entry, &error), 0);
    struct store_window window = {
        .kind = STORE_WINDOW_FULL, .oldest = NOW - 200, .latest = NOW, .opened = NOW};
    ck_assert_int_eq(store_sqlite.commit(other, page, &window, STORE_KEEP_OPEN, &walk, &error), 0);
    run_for(world, 60);
    ck_assert_int_eq(status_of(world).state, WALKER_PAUSED);
    ck_assert_int_eq(walker_abandon(&store_sqlite, other, &error), 0);
    run_until_done(world);
    ck_assert_uint_eq(given_out(world), 1500);
    store_window_deinit(&window);
    world_free(world);
}
END_TEST

CHECK_MAIN("walker_room", a_history_far_larger_than_the_store_goes_through_it,
    seconds_that_are_fuller_than_the_store_are_finished_past_its_cap,
    with_outputs_that_take_nothing_it_pauses_and_then_goes_on,
    what_a_departed_source_held_open_does_not_hold_up_the_others)
