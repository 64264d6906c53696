/*
 * Windows and pieces: in which order their entries come out, and what giving up takes back.
 */
#include "check_main.h"
#include "store/scene.h"

START_TEST(a_window_of_one_page_comes_out_oldest_first)
{
    struct scene scene;
    scene_begin(&scene);
    struct store_window window = scene_window(1, 9);
    scene.walk = (struct store_walk){
        .start = 1, .checkpoint = 9, .read_at = 14, .seen_from = 2, .width = 86400};
    scene_commit(&scene, scene_page(&scene, 3, 7), &window, STORE_CLOSE);
    ck_assert_int_eq(window.id, 0);
    ck_assert_uint_eq(window.pages, 1);
    ck_assert_uint_eq(window.entries, 5);
    ck_assert_uint_gt(window.bytes, 5 * 20);
    ck_assert_uint_eq(store_type->next_sequence(scene.source), 6);
    scene_expect(&scene, 1, " 3 4 5 6 7");
    scene_expect(&scene, 4, " 6 7");
    scene_expect(&scene, 6, "");
    scene_check_reopen(&scene);
    ck_assert_int_eq(scene.walk.start, 1);
    ck_assert_int_eq(scene.walk.checkpoint, 9);
    ck_assert_int_eq(scene.walk.read_at, 14);
    ck_assert_int_eq(scene.walk.seen_from, 2);
    ck_assert_int_eq(scene.walk.width, 86400);
    scene_end(&scene);
}
END_TEST

START_TEST(the_pages_of_a_window_are_numbered_last_page_first_when_it_closes)
{
    struct scene scene;
    scene_begin(&scene);
    struct store_window window = scene_window(1, 9);
    window.cursor = strdup("bmV4dA==");
    window.cursor_wall = 1234;
    scene_commit(&scene, scene_page(&scene, 7, 9), &window, STORE_KEEP_OPEN);
    ck_assert_int_gt(window.id, 0);
    scene_expect(&scene, 1, "");
    scene_check_reopen(&scene);
    scene_commit(&scene, scene_page(&scene, 4, 6), &window, STORE_KEEP_OPEN);
    ck_assert_uint_eq(window.pages, 2);
    ck_assert_uint_eq(window.entries, 6);
    scene_expect(&scene, 1, "");
    scene_check_reopen(&scene);
    scene_commit(&scene, scene_page(&scene, 1, 3), &window, STORE_CLOSE);
    scene_expect(&scene, 1, " 1 2 3 4 5 6 7 8 9");
    ck_assert_uint_eq(store_type->next_sequence(scene.source), 10);
    scene_check_reopen(&scene);
    store_window_deinit(&window);
    scene_end(&scene);
}
END_TEST

START_TEST(a_window_can_close_without_a_last_page_and_with_an_empty_one)
{
    struct scene scene;
    scene_begin(&scene);
    struct store_window window = scene_window(1, 9);
    scene_commit(&scene, scene_page(&scene, 5, 6), &window, STORE_KEEP_OPEN);
    struct store_page *empty;
    ck_assert_ok(store_type->page_begin(scene.source, &empty, error));
    scene_commit(&scene, empty, &window, STORE_KEEP_OPEN);
    ck_assert_uint_eq(window.pages, 2);
    ck_assert_uint_eq(window.entries, 2);
    scene_check_reopen(&scene);
    scene_commit(&scene, NULL, &window, STORE_CLOSE);
    scene_expect(&scene, 1, " 5 6");
    scene_check_reopen(&scene);
    scene_end(&scene);
}
END_TEST

START_TEST(a_walk_alone_is_kept_and_a_commit_of_nothing_writes_nothing)
{
    struct scene scene;
    scene_begin(&scene);
    scene.walk.start = 77;
    scene_commit(&scene, NULL, NULL, STORE_KEEP_OPEN);
    scene_reopen(&scene);
    ck_assert_int_eq(scene.walk.start, 77);

    int64_t log_before = scene_size(&scene, "store.db-wal");
    struct store_window window = scene_window(1, 9);
    scene_commit(&scene, NULL, &window, STORE_CLOSE);
    struct store_page *empty;
    ck_assert_ok(store_type->page_begin(scene.source, &empty, error));
    scene_commit(&scene, empty, &window, STORE_CLOSE);
    ck_assert_ok(store_type->commit(scene.source, NULL, NULL, STORE_KEEP_OPEN, NULL, error));
    ck_assert_int_eq(scene_size(&scene, "store.db-wal"), log_before);
    scene_end(&scene);
}
END_TEST

START_TEST(giving_up_takes_pages_and_ids_back)
{
    struct scene scene;
    scene_begin(&scene);
    scene_store(&scene, 1, 3);
    struct store_window window = scene_window(4, 9);
    scene_commit(&scene, scene_page(&scene, 8, 9), &window, STORE_KEEP_OPEN);
    scene_commit(&scene, scene_page(&scene, 6, 7), &window, STORE_KEEP_OPEN);
    ck_assert_uint_eq(scene_seen(&scene, 0), 7);
    struct store_usage usage;
    store_type->usage(scene.store, &usage);
    ck_assert_uint_eq(usage.open_bytes, window.bytes);

    scene_commit(&scene, scene_page(&scene, 4, 5), &window, STORE_GIVE_UP);
    ck_assert_int_eq(window.id, 0);
    ck_assert_uint_eq(scene_seen(&scene, 0), 3);
    store_type->usage(scene.store, &usage);
    ck_assert_uint_eq(usage.open_bytes, 0);
    scene_check_reopen(&scene);

    window = scene_window(4, 9);
    scene_commit(&scene, scene_page(&scene, 4, 9), &window, STORE_CLOSE);
    scene_expect(&scene, 1, " 1 2 3 4 5 6 7 8 9");
    scene_check_reopen(&scene);
    scene_end(&scene);
}
END_TEST

START_TEST(pieces_come_out_in_the_order_in_which_they_are_closed)
{
    struct scene scene;
    scene_begin(&scene);
    struct store_window high = scene_window(7, 9), low = scene_window(4, 6);
    struct store_window lowest = scene_window(1, 3);
    scene_commit(&scene, scene_page(&scene, 8, 9), &high, STORE_KEEP_OPEN);
    scene_commit(&scene, scene_page(&scene, 7, 7), &high, STORE_WAIT);
    ck_assert(high.waiting);
    scene_commit(&scene, scene_page(&scene, 4, 6), &low, STORE_WAIT);
    scene_expect(&scene, 1, "");
    scene_check_reopen(&scene);
    struct store_window *windows;
    size_t count;
    ck_assert_ok(store_type->windows(scene.source, &windows, &count, error));
    ck_assert_uint_eq(count, 2);
    ck_assert_int_eq(windows[0].latest, 9);
    ck_assert_int_eq(windows[1].latest, 6);
    ck_assert(windows[0].waiting && windows[1].waiting);
    ck_assert_uint_eq(windows[0].fingerprint, UINT64_C(0xfedcba9876543210));
    for (size_t i = 0; i < count; i++)
        store_window_deinit(&windows[i]);
    free(windows);

    scene_commit(&scene, scene_page(&scene, 1, 3), &lowest, STORE_CLOSE);
    scene_expect(&scene, 1, " 1 2 3");
    scene_check_reopen(&scene);
    scene_commit(&scene, NULL, &low, STORE_CLOSE);
    scene_commit(&scene, NULL, &high, STORE_CLOSE);
    scene_expect(&scene, 1, " 1 2 3 4 5 6 7 8 9");
    scene_check_reopen(&scene);
    scene_end(&scene);
}
END_TEST

START_TEST(a_window_that_is_gone_is_refused_and_the_page_with_it)
{
    struct scene scene;
    scene_begin(&scene);
    struct store_window window = scene_window(1, 9);
    scene_commit(&scene, scene_page(&scene, 5, 9), &window, STORE_KEEP_OPEN);
    struct store_window stale = window;
    scene_commit(&scene, NULL, &window, STORE_CLOSE);
    int64_t size = scene_size(&scene, "segments/1-1.seg");
    ck_assert_fails(store_type->commit(scene.source, scene_page(&scene, 1, 4), &stale,
                        STORE_KEEP_OPEN, &scene.walk, error),
        ERROR_MISSING, "acme");
    ck_assert_uint_eq(stale.pages, 1);
    ck_assert_int_eq(scene_size(&scene, "segments/1-1.seg"), size);
    scene_expect(&scene, 1, " 5 6 7 8 9");
    scene_check_reopen(&scene);
    scene_end(&scene);
}
END_TEST

CHECK_MAIN("store windows", a_window_of_one_page_comes_out_oldest_first,
    the_pages_of_a_window_are_numbered_last_page_first_when_it_closes,
    a_window_can_close_without_a_last_page_and_with_an_empty_one,
    a_walk_alone_is_kept_and_a_commit_of_nothing_writes_nothing, giving_up_takes_pages_and_ids_back,
    pieces_come_out_in_the_order_in_which_they_are_closed,
    a_window_that_is_gone_is_refused_and_the_page_with_it)
