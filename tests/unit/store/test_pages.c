/* Pages on their way in: what a commit keeps and an abort takes back, and what is refused. */
#include "base/limits.h"
#include "check_main.h"
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
    store_type->set_limits(scene.store, 12345, 0);
    store_type->usage(scene.store, &usage);
    ck_assert_uint_eq(usage.max_bytes, 12345);
    store_type->set_limits(scene.store, SCENE_CAP, 0);
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

CHECK_MAIN("store pages", a_new_store_is_empty_and_private, an_aborted_page_leaves_nothing,
    a_page_that_is_open_when_the_store_closes_is_aborted,
    entries_that_cannot_be_stored_are_refused_and_spoil_their_page,
    the_longest_entry_and_its_neighbours_come_back_byte_for_byte,
    a_page_of_many_blocks_is_read_block_by_block_in_order, a_page_of_too_many_entries_is_refused,
    a_new_segment_begins_when_one_is_long_enough)
