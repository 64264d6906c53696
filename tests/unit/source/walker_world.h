/*
 * A world of one source for the walker's tests: a simulated clock, a loop, the real store in a
 * folder of its own, and the fake API. The store's calls go through `world->store_type`, so that a
 * test can put its own in front of them.
 */
#pragma once

#include "source/walker.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "check_main.h"
#include "source/fake_api.h"
#include "sys/folder.h"

#define NOW INT64_C(1700000000)

struct fake_api *fake_api;

/* A world of one source: clock, loop, store in a folder of its own, fake API. */
struct world {
    char folder[FOLDER_SIZE], token[PATH_SIZE];
    struct clock *clock;
    struct loop *loop;
    struct store *store;
    struct governor *governor;
    struct config *config;
    struct walker *walker;
    const struct store_type *store_type;
    uint64_t max_bytes;
    bool drains;
};

static inline void nothing(void *user, struct walker *walker)
{
    (void)user, (void)walker;
}

/* With `drains`, an output "out" takes all there is, at once. */
static inline void on_stored(void *user, struct walker *walker)
{
    struct world *world = user;
    struct error error = ERROR_INIT;
    if (!world->drains)
        return;
    struct store_source *source = walker_source(walker);
    ck_assert_int_eq(
        store_sqlite.acknowledge(world->store, "out", source, store_sqlite.next_sequence(source),
            (struct slice){.size = 0}, (struct slice){.data = NULL}, &error),
        0);
    while (store_sqlite.collect(world->store, &error) > 0)
        continue;
}

static inline void set_config(struct world *world, const char *keys)
{
    char text[2048];
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

static inline void start(struct world *world, bool once)
{
    struct error error = ERROR_INIT;
    const struct store_options store_options = {.directory = world->config->state_dir,
        .max_bytes = world->max_bytes,
        .clock = world->clock};
    if (world->store == NULL)
        ck_assert_msg(
            store_sqlite.open(&world->store, &store_options, &error) == 0, "%s", error.text);
    const struct governor_context governor_context = {
        .clock = world->clock, .store_type = &store_sqlite, .store = world->store};
    ck_assert_int_eq(governor_new(&world->governor, &governor_context, "token", 60000, &error), 0);
    const struct walker_context context = {.config = &world->config->sources[0],
        .version = "0",
        .loop = world->loop,
        .store_type = world->store_type,
        .store = world->store,
        .governor = world->governor,
        .once = once,
        .stored = on_stored,
        .changed = nothing,
        .user = world};
    ck_assert_msg(walker_new(&world->walker, &context, &error) == 0, "%s", error.text);
    uint64_t sequence;
    if (world->drains)
        ck_assert_int_eq(store_sqlite.attach(
                             world->store, "out", walker_source(world->walker), &sequence, &error),
            0);
}

/* As after a kill: nothing is told to the walker, the store is closed and opened again. */
static inline void stop(struct world *world)
{
    walker_free(world->walker);
    world->walker = NULL;
    governor_unref(world->governor);
    world->governor = NULL;
    store_sqlite.close(world->store);
    world->store = NULL;
}

static inline struct world *world_new(const char *keys)
{
    struct error error = ERROR_INIT;
    struct world *world = calloc(1, sizeof(*world));
    folder_make(world->folder);
    folder_write(folder_path(world->token, world->folder, "token"), "xoxp-test-token\n", 0600);
    world->store_type = &store_sqlite;
    world->max_bytes = MIB(64);
    world->clock = clock_new_simulated(NOW, 1);
    ck_assert_int_eq(loop_new(&world->loop, world->clock, &error), 0);
    fake_api = calloc(1, sizeof(*fake_api));
    fake_api->loop = world->loop;
    set_config(world, keys);
    return world;
}

static inline void world_free(struct world *world)
{
    stop(world);
    config_free(world->config);
    loop_free(world->loop);
    clock_free(world->clock);
    free(fake_api);
    folder_remove(world->folder);
    free(world);
}

static inline struct walker_status status_of(const struct world *world)
{
    struct walker_status status;
    walker_status(world->walker, &status);
    return status;
}

static inline void run_until_done(struct world *world)
{
    for (int turn = 0; turn < 100000 && status_of(world).state != WALKER_DONE; turn++)
        ck_assert_int_eq(loop_turn(world->loop, 3600 * USEC_PER_SEC), 0);
    ck_assert_int_eq(status_of(world).state, WALKER_DONE);
}

static inline void run_for(struct world *world, int64_t seconds)
{
    int64_t end = clock_monotonic_us(world->clock) + seconds * USEC_PER_SEC;
    for (int64_t left; (left = end - clock_monotonic_us(world->clock)) > 0;)
        ck_assert_int_eq(loop_turn(world->loop, left), 0);
}

/* What the store would deliver: every entry's number in order. Returns how many. */
static inline size_t deliverable(const struct world *world, int *numbers, size_t size)
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
static inline void assert_all_in_order(const struct world *world)
{
    static int numbers[FAKE_ENTRIES];
    size_t count = deliverable(world, numbers, FAKE_ENTRIES);
    ck_assert_uint_eq(count, fake_api->count);
    for (size_t i = 0; i < count; i++)
        ck_assert_int_eq(numbers[i], (int)i);
}

/* No entry twice, and none missing from number `first` on. */
static inline void assert_each_once_from(const struct world *world, int first)
{
    static int numbers[FAKE_ENTRIES];
    static bool seen[FAKE_ENTRIES];
    size_t count = deliverable(world, numbers, FAKE_ENTRIES);
    memset(seen, 0, sizeof(seen));
    for (size_t i = 0; i < count; i++) {
        ck_assert_msg(!seen[numbers[i]], "entry %d came twice", numbers[i]);
        seen[numbers[i]] = true;
    }
    for (int i = first; i < (int)fake_api->count; i++)
        ck_assert_msg(seen[i], "entry %d was lost", i);
}

static inline void assert_each_once(const struct world *world)
{
    assert_each_once_from(world, 0);
}

static inline void fill_history(int count, int64_t from, int64_t to)
{
    for (int i = 0; i < count; i++)
        fake_add(from + (to - from) * i / count, 0);
}
