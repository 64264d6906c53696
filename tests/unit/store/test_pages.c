/*
 * Pages on their way in: what a commit keeps, what an abort or giving up takes back, and in which
 * order the entries of windows and pieces come out.
 */
#include "check_main.h"

#include "base/limits.h"
#include "store/scene.h"

START_TEST(a_new_store_is_empty_and_private)
{
    struct scene scene;
    scene_begin(&scene);
    ck_assert_int_eq(scene.walk.start, -1);
    ck_assert_int_eq(scene.walk.checkpoint, -1);
    ck_assert_int_eq(scene.walk.read_at, -1);
    ck_assert_int_eq(scene.walk.seen_from, -1);
    ck_assert_int_eq(scene.walk.width, 0);
    ck_assert_uint_eq(store_type->next_sequence(scene.source), 1);
    scene_expect(&scene, 1, "");
    struct store_usage usage;
    store_type->usage(scene.store, &usage);
    ck_assert_uint_eq(usage.live_bytes, 0);
    ck_assert_uint_eq(usage.open_bytes, 0);
    ck_assert_uint_eq(usage.max_bytes, SCENE_CAP);
    ck_assert(!usage.reserve_released);
    store_type->set_max_bytes(scene.store, 12345);
    store_type->usage(scene.store, &usage);
    ck_assert_uint_eq(usage.max_bytes, 12345);
    store_type->set_max_bytes(scene.store, SCENE_CAP);
    ck_assert_int_eq(scene_size(&scene, "reserve"), LIMIT_RESERVE);
    struct stat status;
    ck_assert_int_eq(stat(scene.directory, &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0700);
    char path[PATH_SIZE];
    ck_assert_int_eq(stat(scene_path(&scene, path, "store.db"), &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0600);
    scene_check_reopen(&scene);
    scene_end(&scene);
}
END_TEST

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

START_TEST(an_aborted_page_leaves_nothing)
{
    struct scene scene;
    scene_begin(&scene);
    scene_store(&scene, 1, 3);
    int64_t size = scene_size(&scene, "segments/1-1.seg");
    ck_assert_int_gt(size, 0);
    _cleanup_(buffer_deinit) struct buffer before = BUFFER_INIT(SCENE_TEXT);
    _cleanup_(buffer_deinit) struct buffer after = BUFFER_INIT(SCENE_TEXT);
    scene_describe(&scene, &before);
    /* Long enough that blocks of it were written. */
    struct store_page *page = scene_page(&scene, 10, 20009);
    ck_assert_int_gt(scene_size(&scene, "segments/1-1.seg"), size);
    store_type->page_abort(page);
    store_type->page_abort(NULL);
    ck_assert_int_eq(scene_size(&scene, "segments/1-1.seg"), size);
    scene_describe(&scene, &after);
    ck_assert_str_eq(before.data, after.data);
    scene_store(&scene, 4, 5);
    scene_expect(&scene, 1, " 1 2 3 4 5");
    scene_check_reopen(&scene);
    scene_end(&scene);
}
END_TEST

START_TEST(a_page_that_is_open_when_the_store_closes_is_aborted)
{
    struct scene scene;
    scene_begin(&scene);
    (void)scene_page(&scene, 1, 20000);
    scene_reopen(&scene);
    ck_assert_int_le(scene_size(&scene, "segments/1-1.seg"), 0);
    scene_expect(&scene, 1, "");
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

START_TEST(entries_that_cannot_be_stored_are_refused_and_spoil_their_page)
{
    struct scene scene;
    scene_begin(&scene);
    struct store_page *page, *second;
    struct numbered numbered;
    ck_assert_ok(store_type->page_begin(scene.source, &page, error));
    ck_assert_fails(store_type->page_begin(scene.source, &second, error), ERROR_INVALID, "acme");
    number_entry(&numbered, 1);
    ck_assert_ok(store_type->page_append(page, &numbered.entry, error));
    struct store_new_entry bad = numbered.entry;
    bad.bytes.size = 0;
    ck_assert_fails(store_type->page_append(page, &bad, error), ERROR_LIMIT, "0 bytes");
    ck_assert_fails(
        store_type->page_append(page, &numbered.entry, error), ERROR_LIMIT, "failed before");
    struct store_window window = scene_window(1, 9);
    ck_assert_fails(
        store_type->commit(scene.source, page, &window, STORE_CLOSE, &scene.walk, error),
        ERROR_LIMIT, "acme");

    ck_assert_ok(store_type->page_begin(scene.source, &page, error));
    bad = numbered.entry;
    bad.time = INT64_C(1) << 32;
    ck_assert_fails(store_type->page_append(page, &bad, error), ERROR_LIMIT, "4294967296");
    /* Nothing came before the refused entry: this is no empty page. */
    ck_assert_fails(
        store_type->commit(scene.source, page, &window, STORE_CLOSE, &scene.walk, error),
        ERROR_LIMIT, "failed before");
    scene_expect(&scene, 1, "");
    scene_end(&scene);
}
END_TEST

START_TEST(the_longest_entry_and_its_neighbours_come_back_byte_for_byte)
{
    struct scene scene;
    scene_begin(&scene);
    struct store_page *page;
    ck_assert_ok(store_type->page_begin(scene.source, &page, error));
    char *text = malloc(LIMIT_ENTRY + 1);
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i <= LIMIT_ENTRY; i++)
        text[i] = (char)('a' + i % 23);
    const size_t sizes[] = {1, LIMIT_STORE_BLOCK - 1, LIMIT_STORE_BLOCK, 2, LIMIT_ENTRY, 3};
    const size_t count = sizeof(sizes) / sizeof(sizes[0]);
    for (size_t i = 0; i < count; i++) {
        struct store_new_entry entry = {.bytes = {.data = text + i, .size = sizes[i]}, .time = 5};
        if (i == 4)
            entry.bytes.data = text;
        ck_assert_ok(store_type->page_append(page, &entry, error));
    }
    struct store_new_entry longer = {.bytes = {.data = text, .size = LIMIT_ENTRY + 1}};
    struct store_window window = scene_window(1, 9);
    scene_commit(&scene, page, &window, STORE_CLOSE);
    scene_reopen(&scene);
    for (size_t i = 0; i < count; i++) {
        struct store_block *block;
        ck_assert_ok(store_type->read(scene.source, count - i, &block, error));
        ck_assert_uint_eq(block->first, count - i);
        struct slice wanted = {.data = i == 4 ? text : text + i, .size = sizes[i]};
        ck_assert(slice_equal(block->entries[0].bytes, wanted));
        store_type->block_release(scene.store, block);
    }
    ck_assert_ok(store_type->page_begin(scene.source, &page, error));
    ck_assert_fails(store_type->page_append(page, &longer, error), ERROR_LIMIT, "8388609");
    store_type->page_abort(page);
    free(text);
    scene_end(&scene);
}
END_TEST

START_TEST(a_page_of_many_blocks_is_read_block_by_block_in_order)
{
    struct scene scene;
    scene_begin(&scene);
    struct store_window window = scene_window(1, 30000);
    scene_commit(&scene, scene_page(&scene, 15001, 30000), &window, STORE_KEEP_OPEN);
    scene_commit(&scene, scene_page(&scene, 1, 15000), &window, STORE_CLOSE);
    uint64_t sequence = 1;
    size_t blocks = 0;
    while (sequence <= 30000) {
        struct store_block *block;
        ck_assert_ok(store_type->read(scene.source, sequence, &block, error));
        ck_assert_uint_eq(block->first, sequence);
        ck_assert_uint_le(block->count, LIMIT_STORE_BLOCK_ENTRIES);
        for (size_t i = 0; i < block->count; i++)
            ck_assert_int_eq(block->entries[i].time, (int64_t)(sequence + i));
        sequence += block->count;
        blocks++;
        store_type->block_release(scene.store, block);
    }
    ck_assert_uint_ge(blocks, 8);
    /* From any place inside, too. */
    for (sequence = 1; sequence <= 30000; sequence += 997) {
        struct store_block *block;
        ck_assert_ok(store_type->read(scene.source, sequence, &block, error));
        ck_assert_uint_eq(block->first, sequence);
        ck_assert_int_eq(block->entries[0].time, (int64_t)sequence);
        store_type->block_release(scene.store, block);
    }
    scene_end(&scene);
}
END_TEST

START_TEST(a_page_of_too_many_entries_is_refused)
{
    struct scene scene;
    scene_begin(&scene);
    struct store_page *page = scene_page(&scene, 1, LIMIT_PAGE_ENTRIES);
    struct numbered numbered;
    number_entry(&numbered, 5);
    ck_assert_fails(
        store_type->page_append(page, &numbered.entry, error), ERROR_LIMIT, "100000 entries");
    store_type->page_abort(page);
    struct store_window window = scene_window(1, LIMIT_PAGE_ENTRIES);
    scene_commit(&scene, scene_page(&scene, 1, LIMIT_PAGE_ENTRIES), &window, STORE_CLOSE);
    ck_assert_uint_eq(store_type->next_sequence(scene.source), LIMIT_PAGE_ENTRIES + 1);
    ck_assert_uint_eq(scene_seen(&scene, 99991), 10);
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

START_TEST(a_new_segment_begins_when_one_is_long_enough)
{
    struct scene scene;
    scene_begin(&scene);
    struct store_page *page;
    ck_assert_ok(store_type->page_begin(scene.source, &page, error));
    char *text = calloc(1, LIMIT_ENTRY);
    ck_assert_ptr_nonnull(text);
    memset(text, 'x', LIMIT_ENTRY);
    struct store_new_entry entry = {.bytes = {.data = text, .size = LIMIT_ENTRY}, .time = 1};
    for (int i = 0; i < 3; i++)
        ck_assert_ok(store_type->page_append(page, &entry, error));
    struct store_window window = scene_window(1, 9);
    scene_commit(&scene, page, &window, STORE_CLOSE);
    ck_assert_int_eq(scene_size(&scene, "segments/1-1.seg"), 3 * ((int64_t)LIMIT_ENTRY + 1));
    scene_store(&scene, 5, 6);
    ck_assert_int_eq(scene_size(&scene, "segments/1-1.seg"), 3 * ((int64_t)LIMIT_ENTRY + 1));
    ck_assert_int_gt(scene_size(&scene, "segments/1-2.seg"), 0);
    scene_reopen(&scene);
    scene_store(&scene, 7, 8);
    scene_expect(&scene, 4, " 5 6 7 8");
    ck_assert_int_eq(scene_size(&scene, "segments/1-3.seg"), -1);
    free(text);
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

CHECK_MAIN("store pages", a_new_store_is_empty_and_private,
    asking_twice_for_a_source_gives_the_same_handle, a_window_of_one_page_comes_out_oldest_first,
    the_pages_of_a_window_are_numbered_last_page_first_when_it_closes,
    a_window_can_close_without_a_last_page_and_with_an_empty_one,
    a_walk_alone_is_kept_and_a_commit_of_nothing_writes_nothing, an_aborted_page_leaves_nothing,
    a_page_that_is_open_when_the_store_closes_is_aborted, giving_up_takes_pages_and_ids_back,
    pieces_come_out_in_the_order_in_which_they_are_closed,
    a_window_that_is_gone_is_refused_and_the_page_with_it,
    entries_that_cannot_be_stored_are_refused_and_spoil_their_page,
    the_longest_entry_and_its_neighbours_come_back_byte_for_byte,
    a_page_of_many_blocks_is_read_block_by_block_in_order, a_page_of_too_many_entries_is_refused,
    two_sources_write_at_once_and_stay_apart, a_new_segment_begins_when_one_is_long_enough,
    seen_ids_are_told_from_a_time_on_and_a_visit_can_end_it,
    a_rewind_forgets_what_follows_and_keeps_what_is_still_to_be_delivered,
    a_pause_is_kept_by_name_until_it_is_taken_back)
