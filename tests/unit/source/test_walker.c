#include "source/walker.h"

#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "check_main.h"
#include "source/fake_api.h"

#define NOW INT64_C(1700000000)

struct fake_api *fake_api;

/* A world of one source: clock, loop, store in a folder of its own, fake API. */
struct world {
    char folder[64];
    struct clock *clock;
    struct loop *loop;
    struct store *store;
    struct governor *governor;
    struct config *config;
    struct walker *walker;
    char token[128];
};

static void nothing(void *user, struct walker *walker)
{
    (void)user, (void)walker;
}

static void set_config(struct world *world, const char *keys)
{
    char text[1024];
    int size = snprintf(text, sizeof(text),
        "state_dir: %s/state\nsources:\n  - {name: acme, token: {file: %s}, base_url: "
        "\"http://127.0.0.1:1/\", calls_per_minute: 60000, %s}\n"
        "outputs:\n  - {name: out, type: stdout}\n",
        world->folder, world->token, keys);
    struct config_problems problems = {0};
    config_free(world->config);
    world->config = NULL;
    int r = config_parse(
        "test", (struct slice){.data = text, .size = (size_t)size}, &world->config, &problems);
    ck_assert_msg(r == 0, "%s", problems.count > 0 ? problems.items[0].text : "no problem named");
    config_problems_deinit(&problems);
}

static void start(struct world *world, bool once)
{
    struct error error = ERROR_INIT;
    const struct store_options store_options = {
        .directory = world->config->state_dir, .max_bytes = MIB(64), .clock = world->clock};
    if (world->store == NULL)
        ck_assert_msg(
            store_sqlite.open(&world->store, &store_options, &error) == 0, "%s", error.text);
    const struct governor_context governor_context = {
        .clock = world->clock, .store_type = &store_sqlite, .store = world->store};
    ck_assert_int_eq(governor_new(&world->governor, &governor_context, "token", 60000, &error), 0);
    const struct walker_context context = {.config = &world->config->sources[0],
        .version = "0",
        .loop = world->loop,
        .store_type = &store_sqlite,
        .store = world->store,
        .governor = world->governor,
        .once = once,
        .stored = nothing,
        .changed = nothing};
    ck_assert_msg(walker_new(&world->walker, &context, &error) == 0, "%s", error.text);
}

/* As after a kill: nothing is told to the walker, the store is closed and opened again. */
static void stop(struct world *world)
{
    walker_free(world->walker);
    world->walker = NULL;
    governor_unref(world->governor);
    world->governor = NULL;
    store_sqlite.close(world->store);
    world->store = NULL;
}

static struct world *world_new(const char *keys)
{
    struct error error = ERROR_INIT;
    struct world *world = calloc(1, sizeof(*world));
    strcpy(world->folder, "/tmp/walker-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(world->folder));
    (void)snprintf(world->token, sizeof(world->token), "%s/token", world->folder);
    FILE *token = fopen(world->token, "w");
    fputs("xoxp-test-token\n", token);
    fclose(token);
    ck_assert_int_eq(chmod(world->token, 0600), 0);
    world->clock = clock_new_simulated(NOW, 1);
    ck_assert_int_eq(loop_new(&world->loop, world->clock, &error), 0);
    fake_api = calloc(1, sizeof(*fake_api));
    fake_api->loop = world->loop;
    set_config(world, keys);
    return world;
}

static void world_free(struct world *world)
{
    char command[128];
    stop(world);
    config_free(world->config);
    loop_free(world->loop);
    clock_free(world->clock);
    free(fake_api);
    (void)snprintf(command, sizeof(command), "rm -rf %s", world->folder);
    ck_assert_int_eq(system(command), 0);
    free(world);
}

static struct walker_status status_of(const struct world *world)
{
    struct walker_status status;
    walker_status(world->walker, &status);
    return status;
}

static void run_until_done(struct world *world)
{
    for (int turn = 0; turn < 100000 && status_of(world).state != WALKER_DONE; turn++)
        ck_assert_int_eq(loop_turn(world->loop, 3600 * USEC_PER_SEC), 0);
    ck_assert_int_eq(status_of(world).state, WALKER_DONE);
}

static void run_for(struct world *world, int64_t seconds)
{
    int64_t end = clock_monotonic_us(world->clock) + seconds * USEC_PER_SEC;
    for (int64_t left; (left = end - clock_monotonic_us(world->clock)) > 0;)
        ck_assert_int_eq(loop_turn(world->loop, left), 0);
}

/* What the store would deliver: every entry's number in order. Returns how many. */
static size_t deliverable(const struct world *world, int *numbers, size_t size)
{
    struct store_source *source = walker_source(world->walker);
    size_t count = 0;
    for (uint64_t sequence = 1; sequence < store_sqlite.next_sequence(source);) {
        struct store_block *block;
        struct error error = ERROR_INIT;
        ck_assert_msg(store_sqlite.read(source, sequence, &block, &error) == 0, "%s", error.text);
        for (size_t i = 0; i < block->count && count < size; i++, count++)
            ck_assert_int_eq(
                sscanf(block->entries[i].bytes.data, "{\"id\":\"e%d\"", &numbers[count]), 1);
        sequence = block->first + block->count;
        store_sqlite.block_release(world->store, block);
    }
    return count;
}

/* Every entry once, oldest first. */
static void assert_all_in_order(const struct world *world)
{
    static int numbers[FAKE_ENTRIES];
    size_t count = deliverable(world, numbers, FAKE_ENTRIES);
    ck_assert_uint_eq(count, fake_api->count);
    for (size_t i = 0; i < count; i++)
        ck_assert_int_eq(numbers[i], (int)i);
}

static void assert_each_once(const struct world *world)
{
    static int numbers[FAKE_ENTRIES];
    static bool seen[FAKE_ENTRIES];
    size_t count = deliverable(world, numbers, FAKE_ENTRIES);
    memset(seen, 0, sizeof(seen));
    ck_assert_uint_eq(count, fake_api->count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_msg(!seen[numbers[i]], "entry %d came twice", numbers[i]);
        seen[numbers[i]] = true;
    }
}

static void fill_history(int count, int64_t from, int64_t to)
{
    for (int i = 0; i < count; i++)
        fake_add(from + (to - from) * i / count, 0);
}

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
    run_for(world, 101);
    assert_each_once(world);
    size_t calls = fake_api->call_count;
    run_for(world, 600);
    ck_assert_uint_ge(fake_api->call_count - calls, 9);
    ck_assert_uint_le(fake_api->call_count - calls, 12);
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
    a_wider_filter_gives_the_open_window_up_and_walks_it_again)
