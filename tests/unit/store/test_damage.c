/*
 * Stored bytes that are not what was stored: found when they are read, never passed on, and mended
 * by dropping the batch and reading its time again.
 */
#include "check_main.h"

#include "store/database.h"
#include "store/scene.h"

static void flip_byte(struct scene *scene, const char *name, int64_t offset)
{
    char path[PATH_SIZE];
    int fd = open(scene_path(scene, path, name), O_RDWR | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    unsigned char byte;
    ck_assert_int_eq(pread(fd, &byte, 1, offset), 1);
    byte ^= 0x20;
    ck_assert_int_eq(pwrite(fd, &byte, 1, offset), 1);
    close(fd);
}

static void run_sql(struct scene *scene, const char *sql)
{
    char path[PATH_SIZE];
    struct database *database;
    ck_assert_ok(database_open(&database, scene_path(scene, path, "store.db"), error));
    ck_assert_ok(database_run_script(database, sql, error));
    database_close(database);
}

#define ck_assert_corrupt(scene, sequence)                                                         \
    do {                                                                                           \
        struct store_block *block_;                                                                \
        ck_assert_fails(store_type->read((scene)->source, sequence, &block_, error),               \
            ERROR_CORRUPT, "source acme");                                                         \
    } while (0)

static void condemn(struct scene *scene, uint64_t sequence, int64_t oldest, int64_t latest)
{
    int64_t from = -1, to = -1;
    ck_assert_ok(store_type->condemn(scene->source, sequence, &from, &to, error));
    ck_assert_int_eq(from, oldest);
    ck_assert_int_eq(to, latest);
}

/* Three batches, 1 to 3, 4 to 6 and 7 to 9, the second damaged. */
static void begin_damaged(struct scene *scene)
{
    scene_begin(scene);
    (void)scene_attach(scene, "out");
    (void)scene_attach(scene, "late");
    scene_store(scene, 1, 3);
    int64_t place = scene_size(scene, "segments/1-1.seg") + 10;
    scene_store(scene, 4, 6);
    scene_store(scene, 7, 9);
    flip_byte(scene, "segments/1-1.seg", place);
}

START_TEST(a_flipped_byte_is_found_and_condemning_its_batch_mends_the_store)
{
    struct scene scene;
    begin_damaged(&scene);
    ck_assert_ok(scene_acknowledge(&scene, "out", 5, error));
    ck_assert_corrupt(&scene, 4);
    ck_assert_corrupt(&scene, 5);
    scene_reopen(&scene);
    ck_assert_corrupt(&scene, 5);
    ck_assert_uint_eq(scene_seen(&scene, 0), 9);
    struct store_block *block;
    ck_assert_ok(store_type->read(scene.source, 7, &block, error));
    store_type->block_release(scene.store, block);

    condemn(&scene, 5, 4, 6);
    ck_assert_uint_eq(scene_seen(&scene, 0), 6);
    ck_assert_uint_eq(scene_attach(&scene, "out"), 7);
    ck_assert_uint_eq(scene_attach(&scene, "late"), 1);
    scene_expect(&scene, 1, " 1 2 3 7 8 9");
    scene_check_reopen(&scene);
    int64_t ignored;
    ck_assert_fails(store_type->condemn(scene.source, 5, &ignored, &ignored, error), ERROR_MISSING,
        "sequence 5");
    ck_assert_fails(store_type->condemn(scene.source, 10, &ignored, &ignored, error), ERROR_MISSING,
        "sequence 10");

    /* What was lost is read again, and comes behind the rest. */
    scene_store(&scene, 4, 6);
    scene_expect(&scene, 1, " 1 2 3 7 8 9 4 5 6");
    scene_check_reopen(&scene);
    scene_end(&scene);
}
END_TEST

START_TEST(a_position_that_comes_to_a_condemned_batch_goes_on_to_its_end)
{
    struct scene scene;
    begin_damaged(&scene);
    condemn(&scene, 4, 4, 6);
    struct store_block *block;
    ck_assert_ok(store_type->read(scene.source, 4, &block, error));
    ck_assert_uint_eq(block->first, 7);
    store_type->block_release(scene.store, block);
    ck_assert_ok(scene_acknowledge(&scene, "out", 4, error));
    ck_assert_uint_eq(scene_attach(&scene, "out"), 7);
    ck_assert_ok(scene_acknowledge(&scene, "late", 5, error));
    ck_assert_uint_eq(scene_attach(&scene, "late"), 7);
    scene_check_reopen(&scene);
    ck_assert_ok(scene_acknowledge(&scene, "out", 10, error));
    ck_assert_ok(scene_acknowledge(&scene, "late", 10, error));
    struct store_usage usage;
    store_type->usage(scene.store, &usage);
    ck_assert_uint_eq(usage.live_bytes, 0);
    scene_end(&scene);
}
END_TEST

START_TEST(a_condemned_batch_at_the_end_leaves_its_outputs_caught_up)
{
    struct scene scene;
    begin_damaged(&scene);
    condemn(&scene, 6, 4, 6);
    flip_byte(&scene, "segments/1-1.seg", scene_size(&scene, "segments/1-1.seg") - 5);
    ck_assert_corrupt(&scene, 7);
    condemn(&scene, 9, 7, 9);
    scene_expect(&scene, 1, " 1 2 3");
    struct store_block *block;
    ck_assert_int_eq(store_type->read(scene.source, 4, &block, NULL), 1);
    /* From the end of the first batch through both that were condemned. */
    ck_assert_ok(scene_acknowledge(&scene, "out", 4, error));
    ck_assert_uint_eq(scene_attach(&scene, "out"), 10);
    ck_assert_uint_eq(store_type->next_sequence(scene.source), 10);
    scene_check_reopen(&scene);
    scene_store(&scene, 10, 12);
    scene_expect(&scene, 10, " 10 11 12");
    scene_end(&scene);
}
END_TEST

START_TEST(a_segment_that_is_too_short_loses_only_what_is_missing)
{
    struct scene scene;
    begin_damaged(&scene);
    int64_t size = scene_size(&scene, "segments/1-1.seg");
    scene_close(&scene);
    char path[PATH_SIZE];
    ck_assert_int_eq(truncate(scene_path(&scene, path, "segments/1-1.seg"), size - 1), 0);
    scene_open(&scene);
    struct store_block *block;
    ck_assert_ok(store_type->read(scene.source, 1, &block, error));
    store_type->block_release(scene.store, block);
    ck_assert_corrupt(&scene, 7);
    /* New pages must not fill the place of what is lost. */
    scene_store(&scene, 10, 12);
    ck_assert_int_eq(scene_size(&scene, "segments/1-1.seg"), size - 1);
    ck_assert_int_gt(scene_size(&scene, "segments/1-2.seg"), 0);
    ck_assert_corrupt(&scene, 8);
    condemn(&scene, 8, 7, 9);
    condemn(&scene, 5, 4, 6);
    scene_expect(&scene, 1, " 1 2 3 10 11 12");
    scene_check_reopen(&scene);
    scene_end(&scene);
}
END_TEST

START_TEST(a_segment_that_is_gone_loses_its_batches_and_no_others)
{
    struct scene scene;
    begin_damaged(&scene);
    char path[PATH_SIZE];
    ck_assert_int_eq(unlink(scene_path(&scene, path, "segments/1-1.seg")), 0);
    scene_store(&scene, 10, 12);
    ck_assert_corrupt(&scene, 1);
    scene_reopen(&scene);
    condemn(&scene, 1, 1, 3);
    condemn(&scene, 4, 4, 6);
    condemn(&scene, 7, 7, 9);
    ck_assert_uint_eq(scene_attach(&scene, "out"), 10);
    scene_expect(&scene, 1, " 10 11 12");
    scene_check_reopen(&scene);
    scene_end(&scene);
}
END_TEST

START_TEST(what_no_transaction_names_is_cut_back_at_the_start)
{
    struct scene scene;
    scene_begin(&scene);
    (void)scene_attach(&scene, "out");
    scene_store(&scene, 1, 3);
    int64_t size = scene_size(&scene, "segments/1-1.seg");
    scene_close(&scene);
    char path[PATH_SIZE];
    int fd = open(scene_path(&scene, path, "segments/1-1.seg"), O_WRONLY | O_APPEND);
    ck_assert_int_eq(write(fd, "{\"half\":", 8), 8);
    close(fd);
    folder_write(scene_path(&scene, path, "segments/1-2.seg"), "orphan", 0600);
    folder_write(scene_path(&scene, path, "segments/9-1.seg"), "of nobody", 0600);
    folder_write(scene_path(&scene, path, "segments/notes.txt"), "an operator's", 0600);
    folder_write(scene_path(&scene, path, "segments/01-1.seg"), "not ours", 0600);
    scene_open(&scene);
    ck_assert_int_eq(scene_size(&scene, "segments/1-1.seg"), size);
    ck_assert_int_eq(scene_size(&scene, "segments/1-2.seg"), -1);
    ck_assert_int_eq(scene_size(&scene, "segments/9-1.seg"), -1);
    ck_assert_int_gt(scene_size(&scene, "segments/notes.txt"), 0);
    ck_assert_int_gt(scene_size(&scene, "segments/01-1.seg"), 0);
    scene_expect(&scene, 1, " 1 2 3");
    scene_store(&scene, 4, 5);
    scene_expect(&scene, 1, " 1 2 3 4 5");
    scene_end(&scene);
}
END_TEST

START_TEST(a_damaged_record_is_found_and_its_batch_can_be_condemned)
{
    struct scene scene;
    begin_damaged(&scene);
    scene_close(&scene);
    run_sql(&scene, "UPDATE record SET data = zeroblob(length(data)) WHERE batch = 1;"
                    "DELETE FROM record WHERE batch = 3;");
    scene_open(&scene);
    ck_assert_corrupt(&scene, 1);
    ck_assert_corrupt(&scene, 7);
    struct seen_sum seen = {0};
    ck_assert_fails(
        store_type->seen(scene.source, 0, sum_seen, &seen, error), ERROR_CORRUPT, "store.db");
    condemn(&scene, 1, 1, 3);
    condemn(&scene, 4, 4, 6);
    condemn(&scene, 7, 7, 9);
    ck_assert_uint_eq(scene_seen(&scene, 0), 0);
    scene_expect(&scene, 1, "");
    scene_end(&scene);
}
END_TEST

START_TEST(a_record_of_another_batch_is_found)
{
    struct scene scene;
    begin_damaged(&scene);
    scene_close(&scene);
    run_sql(&scene, "UPDATE batch SET bytes = bytes - 1 WHERE id = 1;"
                    "UPDATE batch SET count = 2 WHERE id = 3;");
    scene_open(&scene);
    ck_assert_corrupt(&scene, 1);
    ck_assert_corrupt(&scene, 7);
    scene_end(&scene);
}
END_TEST

CHECK_MAIN("store damage", a_flipped_byte_is_found_and_condemning_its_batch_mends_the_store,
    a_position_that_comes_to_a_condemned_batch_goes_on_to_its_end,
    a_condemned_batch_at_the_end_leaves_its_outputs_caught_up,
    a_segment_that_is_too_short_loses_only_what_is_missing,
    a_segment_that_is_gone_loses_its_batches_and_no_others,
    what_no_transaction_names_is_cut_back_at_the_start,
    a_damaged_record_is_found_and_its_batch_can_be_condemned, a_record_of_another_batch_is_found)
