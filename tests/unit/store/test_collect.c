/*
 * Upkeep: what nobody needs goes, in slices, and nothing else does.
 */
#include "check_main.h"

#include "base/limits.h"
#include "store/private.h"
#include "store/scene.h"

static void acknowledge(struct scene *scene, const char *output, uint64_t sequence)
{
    ck_assert_ok(scene_acknowledge(scene, output, sequence, error));
}

/* Pages of long entries, three of which make a segment file full. */
static void store_long(struct scene *scene, int64_t time)
{
    struct store_page *page;
    ck_assert_ok(store_type->page_begin(scene->source, &page, error));
    char *text = malloc(MIB(6));
    ck_assert_ptr_nonnull(text);
    memset(text, 'x', MIB(6));
    struct store_new_entry entry = {
        .bytes = {.data = text, .size = MIB(6)}, .time = time, .key = {{(uint32_t)time, 1, 2}}};
    ck_assert_ok(store_type->page_append(page, &entry, error));
    free(text);
    struct store_window window = scene_window(time, time);
    scene_commit(scene, page, &window, STORE_CLOSE);
}

START_TEST(a_segment_goes_with_its_last_batch)
{
    struct scene scene;
    scene_begin(&scene);
    (void)scene_attach(&scene, "out");
    for (int64_t time = 1; time <= 7; time++)
        store_long(&scene, time);
    ck_assert_int_gt(scene_size(&scene, "segments/1-1.seg"), (int64_t)LIMIT_SEGMENT);
    ck_assert_int_gt(scene_size(&scene, "segments/1-2.seg"), (int64_t)LIMIT_SEGMENT);
    ck_assert_int_gt(scene_size(&scene, "segments/1-3.seg"), 0);
    acknowledge(&scene, "out", 3);
    scene_collect(&scene);
    ck_assert_int_gt(scene_size(&scene, "segments/1-1.seg"), (int64_t)LIMIT_SEGMENT);
    acknowledge(&scene, "out", 4);
    ck_assert_int_gt(scene_collect(&scene), 0);
    ck_assert_int_eq(scene_size(&scene, "segments/1-1.seg"), -1);
    ck_assert_int_gt(scene_size(&scene, "segments/1-2.seg"), (int64_t)LIMIT_SEGMENT);
    ck_assert_uint_eq(scene_seen(&scene, 0), 7);
    scene_reopen(&scene);
    ck_assert_int_eq(scene_collect(&scene), 0);
    ck_assert_uint_eq(scene_seen(&scene, 0), 7);
    scene_end(&scene);
}
END_TEST

START_TEST(the_segment_that_is_written_to_is_emptied_when_all_of_it_was_passed)
{
    struct scene scene;
    scene_begin(&scene);
    (void)scene_attach(&scene, "out");
    for (int64_t round = 0; round < 4; round++) {
        scene_store(&scene, 1 + round * 10, 10 + round * 10);
        acknowledge(&scene, "out", (uint64_t)(11 + round * 10));
        scene_collect(&scene);
        ck_assert_int_eq(scene_size(&scene, "segments/1-1.seg"), 0);
    }
    scene_store(&scene, 41, 43);
    scene_expect(&scene, 41, " 41 42 43");
    scene_check_reopen(&scene);
    ck_assert_uint_eq(scene_seen(&scene, 0), 43);
    scene_end(&scene);
}
END_TEST

START_TEST(what_every_output_has_passed_is_not_kept_in_memory_either)
{
    struct scene scene;
    scene_begin(&scene);
    (void)scene_attach(&scene, "out");
    scene_store(&scene, 1, 10);
    scene_expect(&scene, 1, " 1 2 3 4 5 6 7 8 9 10");
    acknowledge(&scene, "out", 6);
    scene_collect(&scene);
    ck_assert_uint_gt(scene.store->blocks.spans.count, 0); /* there is more to read in it */
    ck_assert_uint_gt(scene.store->records.spans.count, 0);
    acknowledge(&scene, "out", 11);
    scene_collect(&scene);
    ck_assert_uint_eq(scene.store->blocks.spans.count, 0);
    ck_assert_uint_eq(scene.store->records.spans.count, 0);
    scene_store(&scene, 11, 12);
    scene_expect(&scene, 11, " 11 12");
    for (int64_t time = 13; time <= 15; time++) /* the segment is full behind the last */
        store_long(&scene, time);
    struct store_block *block;
    ck_assert_int_eq(store_type->read(scene.source, 15, &block, NULL), 0);
    store_type->block_release(scene.store, block);
    ck_assert_uint_gt(scene.store->records.spans.count, 0);
    acknowledge(&scene, "out", 16);
    scene_collect(&scene);
    ck_assert_uint_eq(scene.store->blocks.spans.count, 0);
    ck_assert_uint_eq(scene.store->records.spans.count, 0);
    scene_end(&scene);
}
END_TEST

START_TEST(a_page_that_is_being_written_is_left_alone)
{
    struct scene scene;
    scene_begin(&scene);
    (void)scene_attach(&scene, "out");
    scene_store(&scene, 1, 10);
    struct store_page *page = scene_page(&scene, 11, 20010); /* has written blocks */
    acknowledge(&scene, "out", 11);
    scene_collect(&scene);
    struct store_window window = scene_window(11, 20010);
    scene_commit(&scene, page, &window, STORE_CLOSE);
    _cleanup_(buffer_deinit) struct buffer text = BUFFER_INIT(SCENE_TEXT);
    scene_list(&scene, 11, &text);
    ck_assert(strncmp(buffer_text(&text), " 11 12 13 ", 10) == 0);
    acknowledge(&scene, "out", 20011);
    scene_collect(&scene);
    struct store_block *block;
    ck_assert_int_eq(store_type->read(scene.source, 20011, &block, NULL), 1);
    scene_end(&scene);
}
END_TEST

START_TEST(what_was_given_up_makes_room_at_once)
{
    struct scene scene;
    scene_begin(&scene);
    scene_store(&scene, 1, 5);
    int64_t size = scene_size(&scene, "segments/1-1.seg");
    struct store_window window = scene_window(6, 9);
    scene_commit(&scene, scene_page(&scene, 6, 9), &window, STORE_KEEP_OPEN);
    ck_assert_int_gt(scene_size(&scene, "segments/1-1.seg"), size);
    scene_commit(&scene, NULL, &window, STORE_GIVE_UP);
    scene_collect(&scene);
    ck_assert_int_eq(scene_size(&scene, "segments/1-1.seg"), size);
    scene_store(&scene, 6, 7);
    scene_expect(&scene, 1, " 1 2 3 4 5 6 7");
    scene_check_reopen(&scene);
    scene_end(&scene);
}
END_TEST

START_TEST(ids_stay_after_their_bytes_until_the_seen_set_begins_later)
{
    struct scene scene;
    scene_begin(&scene);
    (void)scene_attach(&scene, "out");
    scene_store(&scene, 1, 10);
    scene_store(&scene, 11, 20);
    acknowledge(&scene, "out", 21);
    scene_collect(&scene);
    ck_assert_int_eq(scene_size(&scene, "segments/1-1.seg"), 0);
    ck_assert_uint_eq(scene_seen(&scene, 0), 20);
    scene.walk.seen_from = 15;
    scene_commit(&scene, NULL, NULL, STORE_KEEP_OPEN);
    ck_assert_int_gt(scene_collect(&scene), 0);
    ck_assert_uint_eq(scene_seen(&scene, 0), 10);
    scene_check_reopen(&scene);
    scene.walk.seen_from = 21;
    scene_commit(&scene, NULL, NULL, STORE_KEEP_OPEN);
    scene_collect(&scene);
    ck_assert_uint_eq(scene_seen(&scene, 0), 0);
    scene_end(&scene);
}
END_TEST

START_TEST(what_is_older_than_the_seen_set_is_still_delivered)
{
    struct scene scene;
    scene_begin(&scene);
    (void)scene_attach(&scene, "out");
    scene.walk.seen_from = 100;
    scene_store(&scene, 1, 10);
    scene_collect(&scene);
    scene_expect(&scene, 1, " 1 2 3 4 5 6 7 8 9 10");
    scene_check_reopen(&scene);
    scene_collect(&scene);
    scene_expect(&scene, 1, " 1 2 3 4 5 6 7 8 9 10");
    acknowledge(&scene, "out", 11);
    scene_collect(&scene);
    ck_assert_uint_eq(scene_seen(&scene, 0), 0);
    scene_end(&scene);
}
END_TEST

START_TEST(many_batches_go_in_slices)
{
    struct scene scene;
    scene_begin(&scene);
    (void)scene_attach(&scene, "out");
    for (int64_t time = 1; time <= 1100; time++)
        scene_store(&scene, time, time);
    acknowledge(&scene, "out", 1101);
    ck_assert_int_ge(scene_collect(&scene), 2);
    scene.walk.seen_from = 1000;
    scene_commit(&scene, NULL, NULL, STORE_KEEP_OPEN);
    ck_assert_int_ge(scene_collect(&scene), 4);
    ck_assert_uint_eq(scene_seen(&scene, 0), 101);
    ck_assert_int_eq(scene_collect(&scene), 0);
    scene_check_reopen(&scene);
    scene_end(&scene);
}
END_TEST

START_TEST(a_lost_reserve_is_taken_back)
{
    struct scene scene;
    scene_begin(&scene);
    char path[PATH_SIZE];
    scene_close(&scene);
    ck_assert_int_eq(unlink(scene_path(&scene, path, "reserve")), 0);
    scene_open(&scene);
    ck_assert_int_eq(scene_size(&scene, "reserve"), (int64_t)LIMIT_RESERVE);
    ck_assert_int_eq(scene_collect(&scene), 0);
    scene_end(&scene);
}
END_TEST

CHECK_MAIN("store collect", a_segment_goes_with_its_last_batch,
    the_segment_that_is_written_to_is_emptied_when_all_of_it_was_passed,
    what_every_output_has_passed_is_not_kept_in_memory_either,
    a_page_that_is_being_written_is_left_alone, what_was_given_up_makes_room_at_once,
    ids_stay_after_their_bytes_until_the_seen_set_begins_later,
    what_is_older_than_the_seen_set_is_still_delivered, many_batches_go_in_slices,
    a_lost_reserve_is_taken_back)
