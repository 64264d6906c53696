/*
 * The ledger: what became of each entry at each output can be told by its id, after its bytes have
 * gone and after a restart, until it is too old.
 */
#include "check_main.h"

#include "base/limits.h"
#include "base/units.h"
#include "store/database.h"
#include "store/scene.h"

enum { START = 1800000000, AGE_SECONDS = 3600 };

struct world {
    struct scene scene;
    struct clock *clock;
};

static void open_store(struct world *world)
{
    struct scene *scene = &world->scene;
    const struct store_options options = {.directory = scene->directory,
        .max_bytes = SCENE_CAP,
        .clock = world->clock,
        .ledger_us = AGE_SECONDS * USEC_PER_SEC};
    ck_assert_ok(store_type->open(&scene->store, &options, error));
    ck_assert_ok(store_type->source(scene->store, "acme", &scene->source, &scene->walk, error));
}

static void reopen(struct world *world)
{
    scene_close(&world->scene);
    open_store(world);
}

static void begin(struct world *world)
{
    *world = (struct world){.clock = clock_new_simulated(START, 1)};
    scene_begin(&world->scene);
    reopen(world);
    (void)scene_attach(&world->scene, "out");
}

static void end(struct world *world)
{
    scene_end(&world->scene);
    clock_free(world->clock);
}

/* ---- Writing ---- */

/* "ddux": delivered, delivered, unwanted, dead; r: repeated. */
static void acknowledge(struct world *world, const char *output, const char *fates)
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
static void collect(struct world *world)
{
    struct error error = ERROR_INIT;
    int result;
    while ((result = store_type->collect(world->scene.store, &error)) > 0)
        continue;
    ck_assert_msg(result == 0, "%s", error.text);
}

/* No id is needed by the seen-set any more. */
static void pass(struct world *world, int64_t seen_from)
{
    world->scene.walk.seen_from = seen_from;
    scene_commit(&world->scene, NULL, NULL, STORE_KEEP_OPEN);
    collect(world);
    ck_assert_uint_eq(scene_seen(&world->scene, 0), 0);
}

static int64_t count_rows(struct world *world, const char *sql)
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

static int tell(void *user, uint64_t id, uint64_t sequence)
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
static const char *fates_of(struct world *world, const char *output, int64_t number)
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

static int64_t judged_from(struct world *world)
{
    const uint64_t none = 0;
    const struct store_inquiry inquiry = {.ids = &none, .count = 0, .oldest = 0, .latest = 0};
    int64_t from = -1;
    ck_assert_ok(store_type->find(world->scene.source, &inquiry, tell, NULL, &from, error));
    return from;
}

static void expect_fates(struct world *world, int64_t first, const char *fates)
{
    for (; *fates != '\0'; fates++, first++) {
        const char one[] = {*fates, '\0'};
        ck_assert_str_eq(fates_of(world, "out", first), one);
    }
}

/* ---- Lists ---- */

START_TEST(a_list_of_fates_says_what_was_put_in_and_is_short)
{
    struct buffer list = BUFFER_INIT(1 << 16);
    struct fate_run run = {.count = 0};
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(
            fates_add(&list, &run, 1, i % 2 == 0 ? STORE_DELIVERED : STORE_UNWANTED), 0);
    ck_assert_int_eq(fates_add(&list, &run, UINT64_C(1) << 40, STORE_DEAD), 0);
    ck_assert_int_eq(fates_end(&list, &run), 0);
    ck_assert_uint_le(list.size, 1010);
    struct slice left = buffer_slice(&list);
    for (int i = 0; i < 1000; i++) {
        ck_assert_int_eq(fates_next(&left, &run), 1);
        ck_assert_uint_eq(run.count, 1);
        ck_assert_int_eq(run.fate, i % 2 == 0 ? STORE_DELIVERED : STORE_UNWANTED);
    }
    ck_assert_int_eq(fates_next(&left, &run), 1);
    ck_assert_uint_eq(run.count, UINT64_C(1) << 40);
    ck_assert_int_eq(run.fate, STORE_DEAD);
    ck_assert_int_eq(fates_next(&left, &run), 0);
    struct slice broken = {.data = list.data, .size = list.size - 1};
    int result = 1;
    while (result > 0)
        result = fates_next(&broken, &run);
    ck_assert_int_eq(result, ERROR_CORRUPT);
    buffer_deinit(&list);
}
END_TEST

/* ---- Outputs ---- */

START_TEST(each_entry_has_the_fate_that_was_told_with_its_acknowledgement)
{
    struct world world;
    begin(&world);
    scene_store(&world.scene, 1, 12);
    acknowledge(&world, "out", "ddduxr");
    acknowledge(&world, "out", "ddd");
    expect_fates(&world, 1, "ddduxrdddppp");
    reopen(&world);
    acknowledge(&world, "out", "ux");
    expect_fates(&world, 1, "ddduxrdddux");
    ck_assert_str_eq(fates_of(&world, "out", 12), "p");
    ck_assert_str_eq(fates_of(&world, "out", 13), "");
    end(&world);
}
END_TEST

START_TEST(deliveries_in_a_row_take_one_row_however_many_there_are)
{
    struct world world;
    begin(&world);
    for (int64_t number = 1; number <= 100; number += 2) {
        scene_store(&world.scene, number, number + 1);
        acknowledge(&world, "out", "dd");
        if (number % 30 == 1)
            reopen(&world);
    }
    scene_close(&world.scene);
    ck_assert_int_eq(count_rows(&world, "SELECT count(*) FROM acknowledged"), 1);
    open_store(&world);
    scene_store(&world.scene, 101, 200);
    for (int64_t number = 101; number <= 200; number += 2)
        acknowledge(&world, "out", "du");
    scene_close(&world.scene);
    ck_assert_int_eq(count_rows(&world, "SELECT count(*) FROM acknowledged"), 2);
    open_store(&world);
    for (int64_t number = 1; number <= 200; number++)
        ck_assert_str_eq(
            fates_of(&world, "out", number), number > 100 && number % 2 == 0 ? "u" : "d");
    end(&world);
}
END_TEST

START_TEST(a_new_output_is_not_blamed_for_what_came_before_it)
{
    struct world world;
    begin(&world);
    scene_store(&world.scene, 1, 3);
    acknowledge(&world, "out", "ddd");
    (void)scene_attach(&world.scene, "new");
    scene_store(&world.scene, 4, 5);
    acknowledge(&world, "new", "d");
    ck_assert_str_eq(fates_of(&world, "new", 3), "<");
    ck_assert_str_eq(fates_of(&world, "new", 4), "d");
    ck_assert_str_eq(fates_of(&world, "new", 5), "p");
    enum store_fate fate;
    ck_assert_fails(
        store_type->fate(world.scene.source, "nobody", 1, &fate, error), ERROR_MISSING, "nobody");
    end(&world);
}
END_TEST

START_TEST(what_nobody_acknowledged_is_told)
{
    struct world world;
    begin(&world);
    scene_store(&world.scene, 1, 5);
    acknowledge(&world, "out", "ddddd");
    scene_close(&world.scene);
    char path[PATH_SIZE];
    struct database *database;
    ck_assert_ok(database_open(&database, scene_path(&world.scene, path, "store.db"), error));
    ck_assert_ok(database_run_script(database,
        "INSERT INTO acknowledged (source, output, first_sequence, end_sequence)"
        " SELECT source, output, 4, end_sequence FROM acknowledged;"
        "UPDATE acknowledged SET end_sequence = 3 WHERE first_sequence = 1",
        error));
    database_close(database);
    open_store(&world);
    expect_fates(&world, 1, "dd-dd");
    end(&world);
}
END_TEST

START_TEST(a_list_that_tells_of_too_many_is_refused)
{
    struct world world;
    begin(&world);
    scene_store(&world.scene, 1, 2);
    struct slice none = {.data = NULL};
    ck_assert_fails(store_type->acknowledge(world.scene.store, "out", world.scene.source, 3,
                        SLICE_LITERAL("\x7e"), none, error),
        ERROR_INVALID, "fates");
    acknowledge(&world, "out", "xd");
    expect_fates(&world, 1, "xd");
    end(&world);
}
END_TEST

/* ---- Ids of the past ---- */

START_TEST(ids_are_found_after_their_bytes_and_batches_have_gone)
{
    struct world world;
    begin(&world);
    for (int64_t number = 1; number <= 900; number += 3)
        scene_store(&world.scene, number, number + 2);
    for (int64_t number = 1; number <= 900; number += 3)
        acknowledge(&world, "out", "dud");
    pass(&world, 1000);
    reopen(&world);
    for (int64_t number = 1; number <= 900; number++)
        ck_assert_str_eq(fates_of(&world, "out", number), number % 3 == 2 ? "u" : "d");
    ck_assert_int_eq(judged_from(&world), 0);
    scene_close(&world.scene);
    ck_assert_int_eq(count_rows(&world, "SELECT count(*) FROM batch"), 0);
    ck_assert_int_eq(count_rows(&world, "SELECT count(*) FROM record"), 0);
    ck_assert_int_le(count_rows(&world, "SELECT count(*) FROM past"), 4);
    ck_assert_int_eq(count_rows(&world, "SELECT sum(count) FROM past"), 900);
    open_store(&world);
    end(&world);
}
END_TEST

START_TEST(an_entry_that_was_stored_again_is_told_as_often)
{
    struct world world;
    begin(&world);
    scene_store(&world.scene, 1, 4);
    acknowledge(&world, "out", "dxdd");
    pass(&world, 100);
    scene_store(&world.scene, 2, 3);
    acknowledge(&world, "out", "dd");
    ck_assert_str_eq(fates_of(&world, "out", 1), "d");
    ck_assert_str_eq(fates_of(&world, "out", 2), "xd");
    ck_assert_str_eq(fates_of(&world, "out", 3), "dd");
    end(&world);
}
END_TEST

START_TEST(an_open_window_is_known_and_nothing_of_it_is_due)
{
    struct world world;
    begin(&world);
    struct store_window window = scene_window(1, 9);
    scene_commit(&world.scene, scene_page(&world.scene, 5, 9), &window, STORE_KEEP_OPEN);
    ck_assert_str_eq(fates_of(&world, "out", 7), "p");
    ck_assert_str_eq(fates_of(&world, "out", 4), "");
    scene_commit(&world.scene, NULL, &window, STORE_GIVE_UP);
    ck_assert_str_eq(fates_of(&world, "out", 7), "");
    collect(&world);
    ck_assert_int_eq(judged_from(&world), 0);
    store_window_deinit(&window);
    end(&world);
}
END_TEST

START_TEST(what_is_too_old_is_forgotten_and_the_ledger_says_so)
{
    struct world world;
    begin(&world);
    scene_store(&world.scene, 1, 10);
    acknowledge(&world, "out", "dddddddddu");
    pass(&world, 100);
    clock_advance(world.clock, AGE_SECONDS / 2 * USEC_PER_SEC);
    scene_store(&world.scene, 101, 110);
    acknowledge(&world, "out", "dddddddddd");
    pass(&world, 200);
    ck_assert_str_eq(fates_of(&world, "out", 10), "u");
    clock_advance(world.clock, (AGE_SECONDS / 2 + 1) * USEC_PER_SEC);
    collect(&world);
    ck_assert_str_eq(fates_of(&world, "out", 10), "");
    ck_assert_str_eq(fates_of(&world, "out", 101), "d");
    ck_assert_int_eq(judged_from(&world), 11);
    reopen(&world);
    ck_assert_int_eq(judged_from(&world), 11);
    ck_assert_str_eq(fates_of(&world, "out", 110), "d");
    scene_close(&world.scene);
    ck_assert_int_eq(count_rows(&world, "SELECT count(*) FROM acknowledged"), 1);
    open_store(&world);
    end(&world);
}
END_TEST

/* One row more of another time, that stands for so many. */
static void pretend_past(struct world *world, uint64_t count)
{
    char path[PATH_SIZE], sql[256];
    struct database *database;
    scene_close(&world->scene);
    ck_assert_ok(database_open(&database, scene_path(&world->scene, path, "store.db"), error));
    (void)snprintf(sql, sizeof(sql),
        "INSERT INTO past (source, first_sequence, count, oldest, newest, made, ids)"
        " SELECT id, 900000, %" PRIu64 ", 900000, 900000, %d, x'' FROM source",
        count, START);
    ck_assert_ok(database_run_script(database, sql, error));
    database_close(database);
    open_store(world);
}

START_TEST(what_is_too_much_is_forgotten_the_oldest_first_and_the_ledger_says_so)
{
    struct world world;
    begin(&world);
    for (int64_t first = 1; first <= 41; first += 10) {
        scene_store(&world.scene, first, first + 9);
        acknowledge(&world, "out", "dddddddddd");
        pass(&world, first + 50);
    }
    pretend_past(&world, LIMIT_LEDGER - 50);
    collect(&world);
    ck_assert_int_eq(judged_from(&world), 0); /* it is full, and holds all of it */
    ck_assert_str_eq(fates_of(&world, "out", 1), "d");
    pretend_past(&world, 11);
    collect(&world);
    ck_assert_int_eq(judged_from(&world), 21);
    ck_assert_str_eq(fates_of(&world, "out", 20), "");
    ck_assert_str_eq(fates_of(&world, "out", 21), "d");
    ck_assert_str_eq(fates_of(&world, "out", 50), "d");
    scene_close(&world.scene);
    ck_assert_int_le(count_rows(&world, "SELECT sum(count) FROM past"), LIMIT_LEDGER);
    open_store(&world);
    ck_assert_int_eq(judged_from(&world), 21);
    end(&world);
}
END_TEST

/* ---- Rereads ---- */

struct rereads {
    char text[128];
};

static int note_reread(void *user, const struct store_reread *reread)
{
    struct rereads *rereads = user;
    size_t size = strlen(rereads->text);
    char *end = rereads->text + size;
    if (reread->reason == STORE_REREAD_REWIND)
        (void)snprintf(end, sizeof(rereads->text) - size, " %" PRIu64 "@%" PRId64, reread->sequence,
            reread->oldest);
    else
        (void)snprintf(end, sizeof(rereads->text) - size, " %" PRIu64 "@%" PRId64 "-%" PRId64,
            reread->sequence, reread->oldest, reread->newest);
    return 0;
}

static void expect_rereads(struct world *world, const char *text)
{
    struct rereads rereads = {.text = ""};
    ck_assert_ok(store_type->rereads(world->scene.source, note_reread, &rereads, error));
    ck_assert_str_eq(rereads.text, text);
}

START_TEST(what_was_delivered_of_a_damaged_batch_is_known_and_that_it_is_read_again)
{
    struct world world;
    int64_t oldest, latest;
    begin(&world);
    (void)scene_attach(&world.scene, "slow");
    scene_store(&world.scene, 1, 10);
    scene_store(&world.scene, 11, 20);
    acknowledge(&world, "out", "ddddddddddddduddd");
    acknowledge(&world, "slow", "ddd");
    ck_assert_ok(store_type->condemn(world.scene.source, 12, &oldest, &latest, error));
    expect_rereads(&world, " 21@11-20");
    reopen(&world);
    expect_rereads(&world, " 21@11-20");
    scene_store(&world.scene, 11, 20);
    acknowledge(&world, "out", "dddddddddd");
    expect_fates(&world, 1, "dddddddddd");
    ck_assert_str_eq(fates_of(&world, "out", 11), "dd");
    ck_assert_str_eq(fates_of(&world, "out", 14), "ud");
    ck_assert_str_eq(fates_of(&world, "out", 18), "-d");
    ck_assert_str_eq(fates_of(&world, "slow", 11), "pp");
    end(&world);
}
END_TEST

START_TEST(the_ledger_knows_each_rewind_until_it_knows_nothing_from_before_it)
{
    struct world world;
    begin(&world);
    expect_rereads(&world, "");
    scene_store(&world.scene, 1, 10);
    acknowledge(&world, "out", "dddddddddd");
    ck_assert_ok(store_type->rewind(world.scene.store, "acme", 6, error));
    expect_rereads(&world, " 11@6");
    reopen(&world);
    expect_rereads(&world, " 11@6");
    scene_store(&world.scene, 6, 10);
    acknowledge(&world, "out", "ddddd");
    ck_assert_str_eq(fates_of(&world, "out", 8), "dd");
    ck_assert_ok(store_type->rewind(world.scene.store, "acme", 9, error));
    ck_assert_ok(store_type->rewind(world.scene.store, "acme", 4, error));
    expect_rereads(&world, " 11@6 16@4 16@9");
    pass(&world, 100);
    clock_advance(world.clock, (AGE_SECONDS + 1) * USEC_PER_SEC);
    collect(&world);
    expect_rereads(&world, "");
    scene_store(&world.scene, 101, 103);
    ck_assert_ok(store_type->rewind(world.scene.store, "acme", 102, error));
    ck_assert_ok(store_type->forget_source(world.scene.store, "acme", error));
    scene_close(&world.scene);
    ck_assert_int_eq(count_rows(&world, "SELECT count(*) FROM reread"), 0);
    open_store(&world);
    end(&world);
}
END_TEST

START_TEST(a_change_of_the_age_counts_from_then_on)
{
    struct world world;
    begin(&world);
    scene_store(&world.scene, 1, 10);
    acknowledge(&world, "out", "dddddddddd");
    pass(&world, 100);
    clock_advance(world.clock, AGE_SECONDS / 2 * USEC_PER_SEC);
    store_type->set_limits(world.scene.store, SCENE_CAP, AGE_SECONDS / 4 * USEC_PER_SEC);
    collect(&world);
    ck_assert_str_eq(fates_of(&world, "out", 1), "");
    ck_assert_int_eq(judged_from(&world), 11);
    end(&world);
}
END_TEST

START_TEST(forgetting_a_source_or_an_output_forgets_its_ledger)
{
    struct world world;
    begin(&world);
    scene_store(&world.scene, 1, 4);
    acknowledge(&world, "out", "dddd");
    pass(&world, 100);
    store_type->detach(world.scene.store, "out", world.scene.source);
    ck_assert_ok(store_type->forget_output(world.scene.store, "out", error));
    scene_close(&world.scene);
    ck_assert_int_eq(count_rows(&world, "SELECT count(*) FROM acknowledged"), 0);
    ck_assert_int_eq(count_rows(&world, "SELECT count(*) FROM past"), 1);
    open_store(&world);
    ck_assert_ok(store_type->forget_source(world.scene.store, "acme", error));
    scene_close(&world.scene);
    ck_assert_int_eq(count_rows(&world, "SELECT count(*) FROM past"), 0);
    open_store(&world);
    end(&world);
}
END_TEST

/* ---- A store of version 1 ---- */

START_TEST(a_store_of_the_first_version_is_taken_over_and_its_ledger_begins_there)
{
    struct world world;
    begin(&world);
    scene_store(&world.scene, 1, 10);
    acknowledge(&world, "out", "dddd");
    world.scene.walk.seen_from = 3;
    scene_commit(&world.scene, NULL, NULL, STORE_KEEP_OPEN);
    scene_close(&world.scene);
    char path[PATH_SIZE];
    struct database *database;
    ck_assert_ok(database_open(&database, scene_path(&world.scene, path, "store.db"), error));
    ck_assert_ok(database_run_script(database,
        "ALTER TABLE source DROP COLUMN judged_from; ALTER TABLE position DROP COLUMN begun;"
        "DROP TABLE acknowledged; DROP TABLE past; DROP TABLE reread; PRAGMA user_version = 1",
        error));
    database_close(database);

    open_store(&world);
    ck_assert_int_eq(world.scene.walk.seen_from, 3);
    ck_assert_int_eq(judged_from(&world), 3);
    ck_assert_uint_eq(scene_attach(&world.scene, "out"), 5);
    scene_expect(&world.scene, 5, " 5 6 7 8 9 10");
    acknowledge(&world, "out", "dx");
    expect_fates(&world, 1, "<<<<dxpppp");
    scene_store(&world.scene, 11, 12);
    scene_expect(&world.scene, 11, " 11 12");
    reopen(&world);
    expect_fates(&world, 1, "<<<<dxpppp");
    scene_close(&world.scene);
    ck_assert_int_eq(count_rows(&world, "PRAGMA user_version"), 3);
    open_store(&world);
    end(&world);
}
END_TEST

CHECK_MAIN("store ledger", a_list_of_fates_says_what_was_put_in_and_is_short,
    each_entry_has_the_fate_that_was_told_with_its_acknowledgement,
    deliveries_in_a_row_take_one_row_however_many_there_are,
    a_new_output_is_not_blamed_for_what_came_before_it, what_nobody_acknowledged_is_told,
    a_list_that_tells_of_too_many_is_refused, ids_are_found_after_their_bytes_and_batches_have_gone,
    an_entry_that_was_stored_again_is_told_as_often,
    an_open_window_is_known_and_nothing_of_it_is_due,
    what_is_too_old_is_forgotten_and_the_ledger_says_so,
    what_is_too_much_is_forgotten_the_oldest_first_and_the_ledger_says_so,
    what_was_delivered_of_a_damaged_batch_is_known_and_that_it_is_read_again,
    the_ledger_knows_each_rewind_until_it_knows_nothing_from_before_it,
    a_change_of_the_age_counts_from_then_on, forgetting_a_source_or_an_output_forgets_its_ledger,
    a_store_of_the_first_version_is_taken_over_and_its_ledger_begins_there)
