/*
 * The ledger: what became of each entry at each output can be told by its id, after a restart and
 * from an older store on.
 */
#include "check_main.h"

#include "store/ledger_world.h"

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
    a_list_that_tells_of_too_many_is_refused,
    a_store_of_the_first_version_is_taken_over_and_its_ledger_begins_there)
