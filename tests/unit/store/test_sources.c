/* Sources: their handles, what is known of them, and going back. */
#include "check_main.h"
#include "store/scene.h"

START_TEST(asking_twice_for_a_source_gives_the_same_handle)
{
    struct scene scene;
    scene_begin(&scene);
    struct store_source *again, *other;
    struct store_walk walk;
    ck_assert_ok(store_type->source(scene.store, "acme", &again, &walk, error));
    ck_assert_ptr_eq(again, scene.source);
    ck_assert_ok(store_type->source(scene.store, "other", &other, &walk, error));
    ck_assert_ptr_ne(other, scene.source);
    scene_end(&scene);
}
END_TEST

START_TEST(two_sources_write_at_once_and_stay_apart)
{
    struct scene scene;
    scene_begin(&scene);
    struct scene other = scene;
    ck_assert_ok(store_type->source(scene.store, "other", &other.source, &other.walk, error));
    struct store_window window = scene_window(1, 9), other_window = scene_window(1, 9);
    struct store_page *page = scene_page(&scene, 1, 4);
    struct store_page *other_page = scene_page(&other, 5, 9);
    scene_commit(&other, other_page, &other_window, STORE_KEEP_OPEN);
    scene_commit(&scene, page, &window, STORE_CLOSE);
    scene_commit(&other, NULL, &other_window, STORE_CLOSE);
    scene_expect(&scene, 1, " 1 2 3 4");
    scene_expect(&other, 1, " 5 6 7 8 9");
    ck_assert_uint_eq(scene_seen(&scene, 0), 4);
    ck_assert_uint_eq(scene_seen(&other, 6), 4);
    scene_check_reopen(&scene);
    scene_end(&scene);
}
END_TEST

static int refuse_third(void *user, struct hash_key key, int64_t time)
{
    (void)key, (void)time;
    return ++*(int *)user == 3 ? ERROR_LIMIT : 0;
}

START_TEST(seen_ids_are_told_from_a_time_on_and_a_visit_can_end_it)
{
    struct scene scene;
    scene_begin(&scene);
    scene_store(&scene, 1, 10);
    struct store_window window = scene_window(11, 20);
    scene_commit(&scene, scene_page(&scene, 11, 20), &window, STORE_KEEP_OPEN);
    ck_assert_uint_eq(scene_seen(&scene, 0), 20);
    ck_assert_uint_eq(scene_seen(&scene, 8), 13);
    ck_assert_uint_eq(scene_seen(&scene, 21), 0);
    int visits = 0;
    struct error error = ERROR_INIT;
    ck_assert_int_eq(store_type->seen(scene.source, 0, refuse_third, &visits, &error), ERROR_LIMIT);
    ck_assert_int_eq(visits, 3);
    scene_end(&scene);
}
END_TEST

START_TEST(a_rewind_forgets_what_follows_and_keeps_what_is_still_to_be_delivered)
{
    struct scene scene;
    scene_begin(&scene);
    scene.walk = (struct store_walk){.start = 1, .checkpoint = 0, .read_at = 25, .seen_from = 1};
    scene_store(&scene, 1, 10);
    scene_store(&scene, 11, 20);
    struct store_window window = scene_window(21, 30);
    scene_commit(&scene, scene_page(&scene, 21, 25), &window, STORE_KEEP_OPEN);
    ck_assert_fails(store_type->rewind(scene.store, "acme", 20, error), ERROR_INVALID, "earlier");
    ck_assert_fails(store_type->rewind(scene.store, "acme", -1, error), ERROR_INVALID, "earlier");
    ck_assert_fails(store_type->rewind(scene.store, "none", 5, error), ERROR_MISSING, "none");
    struct store_page *page = scene_page(&scene, 26, 26);
    ck_assert_fails(store_type->rewind(scene.store, "acme", 15, error), ERROR_INVALID, "acme");
    store_type->page_abort(page);

    ck_assert_ok(store_type->rewind(scene.store, "acme", 15, error));
    ck_assert_uint_eq(scene_seen(&scene, 0), 14);
    scene_check_reopen(&scene);
    ck_assert_int_eq(scene.walk.checkpoint, 15);
    ck_assert_int_eq(scene.walk.read_at, 15);
    ck_assert_int_eq(scene.walk.seen_from, 1);
    struct store_window *windows;
    size_t count;
    ck_assert_ok(store_type->windows(scene.source, &windows, &count, error));
    ck_assert_uint_eq(count, 0);
    free(windows);
    /* Read again and delivered again, behind what was there. */
    scene_store(&scene, 15, 20);
    ck_assert_uint_eq(scene_seen(&scene, 0), 20);
    scene_expect(&scene, 10, " 10 11 12 13 14 15 16 17 18 19 20 15 16 17 18 19 20");
    scene_check_reopen(&scene);
    scene_end(&scene);
}
END_TEST

START_TEST(a_pause_is_kept_by_name_until_it_is_taken_back)
{
    struct scene scene;
    scene_begin(&scene);
    int64_t until = -1;
    ck_assert_ok(store_type->pause_get(scene.store, "token-1", &until, error));
    ck_assert_int_eq(until, 0);
    ck_assert_ok(store_type->pause_set(scene.store, "token-1", 1000, error));
    ck_assert_ok(store_type->pause_set(scene.store, "token-2", 3000, error));
    ck_assert_ok(store_type->pause_set(scene.store, "token-1", 2000, error));
    scene_reopen(&scene);
    ck_assert_ok(store_type->pause_get(scene.store, "token-1", &until, error));
    ck_assert_int_eq(until, 2000);
    ck_assert_ok(store_type->pause_set(scene.store, "token-1", 0, error));
    scene_reopen(&scene);
    ck_assert_ok(store_type->pause_get(scene.store, "token-1", &until, error));
    ck_assert_int_eq(until, 0);
    ck_assert_ok(store_type->pause_get(scene.store, "token-2", &until, error));
    ck_assert_int_eq(until, 3000);
    scene_end(&scene);
}
END_TEST

CHECK_MAIN("store sources", asking_twice_for_a_source_gives_the_same_handle,
    two_sources_write_at_once_and_stay_apart,
    seen_ids_are_told_from_a_time_on_and_a_visit_can_end_it,
    a_rewind_forgets_what_follows_and_keeps_what_is_still_to_be_delivered,
    a_pause_is_kept_by_name_until_it_is_taken_back)
