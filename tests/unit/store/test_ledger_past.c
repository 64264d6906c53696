/*
 * What the ledger still knows when bytes and batches have gone, until it is too old: ids of the
 * past, what was read again and why, and what is forgotten.
 */
#include "check_main.h"

#include "store/ledger_world.h"

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

CHECK_MAIN("store ledger of the past", ids_are_found_after_their_bytes_and_batches_have_gone,
    an_entry_that_was_stored_again_is_told_as_often,
    an_open_window_is_known_and_nothing_of_it_is_due,
    what_is_too_old_is_forgotten_and_the_ledger_says_so,
    what_is_too_much_is_forgotten_the_oldest_first_and_the_ledger_says_so,
    what_was_delivered_of_a_damaged_batch_is_known_and_that_it_is_read_again,
    the_ledger_knows_each_rewind_until_it_knows_nothing_from_before_it,
    a_change_of_the_age_counts_from_then_on, forgetting_a_source_or_an_output_forgets_its_ledger)
