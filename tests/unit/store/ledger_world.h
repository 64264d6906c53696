/*
 * A store with a ledger that keeps an hour, on a simulated clock: what a test acknowledges, and
 * what the ledger then tells of each entry.
 */
#pragma once

#include "base/limits.h"
#include "base/units.h"
#include "check_main.h"
#include "store/database.h"
#include "store/scene.h"

enum { START = 1800000000, AGE_SECONDS = 3600 };

struct world {
    struct scene scene;
    struct clock *clock;
};

static inline void open_store(struct world *world)
{
    struct scene *scene = &world->scene;
    const struct store_options options = {.directory = scene->directory,
        .max_bytes = SCENE_CAP,
        .clock = world->clock,
        .ledger_us = AGE_SECONDS * USEC_PER_SEC};
    ck_assert_ok(store_type->open(&scene->store, &options, error));
    ck_assert_ok(store_type->source(scene->store, "acme", &scene->source, &scene->walk, error));
}

static inline void reopen(struct world *world)
{
    scene_close(&world->scene);
    open_store(world);
}

static inline void begin(struct world *world)
{
    *world = (struct world){.clock = clock_new_simulated(START, 1)};
    scene_begin(&world->scene);
    reopen(world);
    (void)scene_attach(&world->scene, "out");
}

static inline void end(struct world *world)
{
    scene_end(&world->scene);
    clock_free(world->clock);
}

/* ---- Writing ---- */

/* "ddux": delivered, delivered, unwanted, dead; r: repeated. */
static inline void acknowledge(struct world *world, const char *output, const char *fates)
{
    static const char letters[] = "drux";
    struct scene *scene = &world->scene;
    _cleanup_(buffer_deinit) struct buffer list = BUFFER_INIT(1 << 16);
    struct fate_run run = {.count = 0};
    for (const char *each = fates; *each != '\0'; each++) {
        const char *letter = strchr(letters, *each);
        ck_assert_int_eq(fates_add(&list, &run, 1, (enum store_fate)(letter - letters)), 0);
    }
    ck_assert_int_eq(fates_end(&list, &run), 0);
    struct slice none = {.data = NULL};
    uint64_t sequence = scene_attach(scene, output) + strlen(fates);
    struct slice told = strspn(fates, "d") == strlen(fates) ? none : buffer_slice(&list);
    ck_assert_ok(
        store_type->acknowledge(scene->store, output, scene->source, sequence, told, none, error));
}

/* Batches and records go as far as they can. */
static inline void collect(struct world *world)
{
    struct error error = ERROR_INIT;
    int result;
    while ((result = store_type->collect(world->scene.store, &error)) > 0)
        continue;
    ck_assert_msg(result == 0, "%s", error.text);
}

/* No id is needed by the seen-set any more. */
static inline void pass(struct world *world, int64_t seen_from)
{
    world->scene.walk.seen_from = seen_from;
    scene_commit(&world->scene, NULL, NULL, STORE_KEEP_OPEN);
    collect(world);
    ck_assert_uint_eq(scene_seen(&world->scene, 0), 0);
}

static inline int64_t count_rows(struct world *world, const char *sql)
{
    char path[PATH_SIZE];
    struct database *database;
    int64_t count = -1;
    ck_assert_ok(database_open(&database, scene_path(&world->scene, path, "store.db"), error));
    struct error error = ERROR_INIT;
    ck_assert_int_eq(database_look_up_values(database, sql, NULL, 0, &count, &error), 1);
    database_close(database);
    return count;
}

/* ---- Asking ---- */

struct told {
    struct world *world;
    const char *output;
    uint64_t id;    /* that somebody knows */
    char fates[16]; /* of each sequence of the id that was asked for */
};

static inline int tell(void *user, uint64_t id, uint64_t sequence)
{
    struct told *told = user;
    enum store_fate fate;
    ck_assert_uint_eq(id, told->id);
    ck_assert_ok(store_type->fate(told->world->scene.source, told->output, sequence, &fate, error));
    told->fates[strlen(told->fates)] = "druxp<-"[fate];
    return 0;
}

/* What is known of the entry of that number: a letter for each time that it was stored. Beside it
 * ids are asked for that nobody knows. */
static inline const char *fates_of(struct world *world, const char *output, int64_t number)
{
    static char text[16];
    struct numbered numbered;
    number_entry(&numbered, number);
    uint64_t id = ledger_id(numbered.entry.key);
    const uint64_t ids[] = {id - 1, id, id + 1};
    const struct store_inquiry inquiry = {
        .ids = ids, .count = 3, .oldest = number, .latest = number};
    struct told told = {.world = world, .output = output, .id = id};
    int64_t from = -1;
    ck_assert_ok(store_type->find(world->scene.source, &inquiry, tell, &told, &from, error));
    ck_assert_int_ge(from, 0);
    memcpy(text, told.fates, sizeof(text));
    return text;
}

static inline int64_t judged_from(struct world *world)
{
    const uint64_t none = 0;
    const struct store_inquiry inquiry = {.ids = &none, .count = 0, .oldest = 0, .latest = 0};
    int64_t from = -1;
    ck_assert_ok(store_type->find(world->scene.source, &inquiry, tell, NULL, &from, error));
    return from;
}

static inline void expect_fates(struct world *world, int64_t first, const char *fates)
{
    for (; *fates != '\0'; fates++, first++) {
        const char one[] = {*fates, '\0'};
        ck_assert_str_eq(fates_of(world, "out", first), one);
    }
}
