/*
 * A disk without room: pages wait, positions move on the reserve, and what they free lets the pages
 * go on. Nothing that was stored is harmed.
 */
#include "check_main.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/limits.h"
#include "store/mount.h"
#include "store/scene.h"

enum { BALLAST_STEP = 4096 };

static bool begin(struct scene *scene, const char *size)
{
    memset(scene, 0, sizeof(*scene));
    folder_make(scene->folder);
    if (!mount_small(scene->folder, size)) {
        folder_remove(scene->folder);
        return false;
    }
    (void)folder_path(scene->directory, scene->folder, "state");
    return true;
}

static void end(struct scene *scene)
{
    scene_close(scene);
    ck_assert_int_eq(umount(scene->folder), 0);
    ck_assert_int_eq(rmdir(scene->folder), 0);
}

/* Fills the disk with a file beside the store. */
static void fill(struct scene *scene)
{
    char path[PATH_SIZE], zeros[BALLAST_STEP] = {0};
    int fd = open(folder_path(path, scene->folder, "ballast"), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ck_assert_int_ge(fd, 0);
    while (write(fd, zeros, sizeof(zeros)) > 0)
        continue;
    ck_assert_int_eq(errno, ENOSPC);
    close(fd);
}

static void empty(struct scene *scene)
{
    char path[PATH_SIZE];
    ck_assert_int_eq(unlink(folder_path(path, scene->folder, "ballast")), 0);
}

static bool is_released(struct scene *scene)
{
    struct store_usage usage;
    store_type->usage(scene->store, &usage);
    return usage.reserve_released;
}

/* Appends entries until the disk refuses one; the page is aborted. */
static void write_until_full(struct scene *scene)
{
    struct store_page *page;
    ck_assert_ok(store_type->page_begin(scene->source, &page, error));
    struct error told = ERROR_INIT;
    int result = 0;
    for (int64_t number = 100000; result == 0 && number > 10000; number--) {
        struct numbered numbered;
        number_entry(&numbered, number);
        result = store_type->page_append(page, &numbered.entry, &told);
    }
    ck_assert_int_eq(result, ERROR_FULL);
    ck_assert_ptr_nonnull(strstr(told.text, "segments/1-"));
    ck_assert_ptr_nonnull(strstr(told.text, "free space"));
    store_type->page_abort(page);
}

START_TEST(on_a_full_disk_pages_wait_and_positions_move)
{
    struct scene scene;
    if (!begin(&scene, "12m"))
        return;
    scene_open(&scene);
    (void)scene_attach(&scene, "out");
    scene_store(&scene, 1, 5000);
    struct scene other = scene;
    ck_assert_ok(store_type->source(scene.store, "other", &other.source, &other.walk, error));
    struct store_page *other_page = scene_page(&other, 1, 10);
    fill(&scene);
    write_until_full(&scene);
    ck_assert(is_released(&scene));
    ck_assert_int_eq(scene_size(&scene, "reserve"), -1);
    /* A page of another source must not use up what was released. */
    struct store_window window = scene_window(1, 10);
    ck_assert_fails(
        store_type->commit(other.source, other_page, &window, STORE_CLOSE, &other.walk, error),
        ERROR_FULL, "the disk is full");

    struct store_page *page;
    ck_assert_fails(
        store_type->page_begin(scene.source, &page, error), ERROR_FULL, "the disk is full");
    for (uint64_t sequence = 2; sequence <= 60; sequence++)
        ck_assert_ok(scene_acknowledge(&scene, "out", sequence, error));
    ck_assert_ok(store_type->output_state_set(scene.store, "out", SLICE_LITERAL("state"), error));
    _cleanup_(buffer_deinit) struct buffer text = BUFFER_INIT(SCENE_TEXT);
    scene_list(&scene, 60, &text);
    ck_assert(strncmp(buffer_text(&text), " 60 61 62 ", 10) == 0);
    scene_collect(&scene);
    ck_assert(is_released(&scene));

    empty(&scene);
    scene_collect(&scene);
    ck_assert(!is_released(&scene));
    ck_assert_int_eq(scene_size(&scene, "reserve"), (int64_t)LIMIT_RESERVE);
    scene_store(&scene, 5001, 5010);
    scene_expect(&scene, 5001, " 5001 5002 5003 5004 5005 5006 5007 5008 5009 5010");
    scene_check_reopen(&scene);
    ck_assert_uint_eq(scene_attach(&scene, "out"), 60);
    end(&scene);
}
END_TEST

START_TEST(a_full_store_opens_without_its_reserve_and_frees_itself)
{
    struct scene scene;
    if (!begin(&scene, "40m"))
        return;
    scene_open(&scene);
    (void)scene_attach(&scene, "out");
    for (int64_t i = 0; i < 7; i++)
        scene_store(&scene, i * 40000 + 1, i * 40000 + 40000);
    char path[PATH_SIZE];
    scene_close(&scene);
    ck_assert_int_eq(unlink(scene_path(&scene, path, "reserve")), 0);
    fill(&scene);
    /* A little is left, as by a log that the last process tidied away. */
    struct stat status;
    ck_assert_int_eq(stat(folder_path(path, scene.folder, "ballast"), &status), 0);
    ck_assert_int_eq(truncate(path, status.st_size - (256 << 10)), 0);

    scene_open(&scene);
    ck_assert(is_released(&scene));
    struct store_page *page;
    ck_assert_fails(store_type->page_begin(scene.source, &page, error), ERROR_FULL, "full");
    ck_assert_uint_eq(scene_attach(&scene, "out"), 1);
    ck_assert_ok(scene_acknowledge(&scene, "out", 280001, error));
    scene_collect(&scene);
    ck_assert(!is_released(&scene));
    scene_store(&scene, 280001, 280003);
    scene_expect(&scene, 280001, " 280001 280002 280003");
    scene_check_reopen(&scene);
    end(&scene);
}
END_TEST

START_TEST(a_killed_store_opens_on_a_full_disk_with_the_room_of_its_reserve)
{
    struct scene scene;
    if (!begin(&scene, "12m"))
        return;
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        scene_open(&scene);
        (void)scene_attach(&scene, "out");
        scene_store(&scene, 1, 10);
        (void)raise(SIGKILL);
    }
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    ck_assert_int_gt(scene_size(&scene, "store.db-wal"), 0);
    char path[PATH_SIZE];
    ck_assert_int_eq(unlink(scene_path(&scene, path, "store.db-shm")), 0);
    fill(&scene);

    scene_open(&scene);
    ck_assert(is_released(&scene));
    scene_expect(&scene, 1, " 1 2 3 4 5 6 7 8 9 10");
    ck_assert_uint_eq(scene_attach(&scene, "out"), 1);
    ck_assert_ok(scene_acknowledge(&scene, "out", 8, error));
    scene_reopen(&scene);
    ck_assert_uint_eq(scene_attach(&scene, "out"), 8);
    empty(&scene);
    scene_collect(&scene);
    ck_assert(!is_released(&scene));
    end(&scene);
}
END_TEST

START_TEST(a_commit_that_finds_no_room_takes_its_page_back)
{
    struct scene scene;
    if (!begin(&scene, "12m"))
        return;
    scene_open(&scene);
    (void)scene_attach(&scene, "out");
    scene_store(&scene, 1, 10);
    _cleanup_(buffer_deinit) struct buffer before = BUFFER_INIT(SCENE_TEXT);
    _cleanup_(buffer_deinit) struct buffer after = BUFFER_INIT(SCENE_TEXT);
    scene_describe(&scene, &before);
    int64_t size = scene_size(&scene, "segments/1-1.seg");
    struct store_window window = scene_window(11, 3000);
    struct store_page *page = scene_page(&scene, 11, 3000); /* fits into the buffer */
    fill(&scene);
    ck_assert_fails(
        store_type->commit(scene.source, page, &window, STORE_KEEP_OPEN, &scene.walk, error),
        ERROR_FULL, "free space");
    ck_assert_int_eq(window.id, 0);
    ck_assert_uint_eq(window.pages, 0);
    ck_assert(is_released(&scene));
    ck_assert_int_eq(scene_size(&scene, "segments/1-1.seg"), size);
    empty(&scene);
    scene_collect(&scene);
    scene_describe(&scene, &after);
    ck_assert_str_eq(before.data, after.data);
    scene_commit(&scene, scene_page(&scene, 11, 13), &window, STORE_CLOSE);
    scene_expect(&scene, 11, " 11 12 13");
    scene_check_reopen(&scene);
    end(&scene);
}
END_TEST

/* With this much room left the commit works or changes nothing. True when it worked. */
static bool commit_with_room(size_t room)
{
    struct scene scene;
    ck_assert(begin(&scene, "12m"));
    scene_open(&scene);
    (void)scene_attach(&scene, "out");
    scene_store(&scene, 1, 10);
    _cleanup_(buffer_deinit) struct buffer before = BUFFER_INIT(SCENE_TEXT);
    _cleanup_(buffer_deinit) struct buffer after = BUFFER_INIT(SCENE_TEXT);
    scene_describe(&scene, &before);
    struct store_window window = scene_window(11, 3000);
    struct store_page *page = scene_page(&scene, 11, 3000);
    fill(&scene);
    char path[PATH_SIZE];
    struct stat status;
    ck_assert_int_eq(stat(folder_path(path, scene.folder, "ballast"), &status), 0);
    ck_assert_int_eq(truncate(path, status.st_size - (off_t)room), 0);
    struct error error = ERROR_INIT;
    int result =
        store_type->commit(scene.source, page, &window, STORE_KEEP_OPEN, &scene.walk, &error);
    ck_assert_msg(result == 0 || result == ERROR_FULL, "%s", error.text);
    ck_assert_uint_eq(window.pages, result == 0);
    empty(&scene);
    scene_collect(&scene);
    scene_describe(&scene, &after);
    ck_assert_int_eq(strcmp(before.data, after.data) == 0, result == ERROR_FULL);
    ck_assert_uint_eq(scene_seen(&scene, 0), result == 0 ? 3000 : 10);
    scene_check_reopen(&scene);
    end(&scene);
    return result == 0;
}

START_TEST(whatever_room_is_left_a_commit_works_whole_or_not_at_all)
{
    struct scene scene;
    if (!begin(&scene, "1m"))
        return;
    ck_assert_int_eq(umount(scene.folder), 0);
    folder_remove(scene.folder);
    ck_assert(!commit_with_room(0));
    size_t room = 12 << 10;
    while (!commit_with_room(room))
        room += 12 << 10;
    ck_assert_uint_gt(room, 128 << 10); /* the bytes alone; so the log was met without room too */
}
END_TEST

START_TEST(a_disk_without_room_for_an_empty_store_is_refused)
{
    struct scene scene;
    if (!begin(&scene, "64k"))
        return;
    fill(&scene);
    struct error error = ERROR_INIT;
    ck_assert_int_eq(scene_try_open(&scene, &error), ERROR_FULL);
    ck_assert_ptr_nonnull(strstr(error.text, scene.directory));
    end(&scene);
}
END_TEST

CHECK_MAIN("store full", on_a_full_disk_pages_wait_and_positions_move,
    a_full_store_opens_without_its_reserve_and_frees_itself,
    a_killed_store_opens_on_a_full_disk_with_the_room_of_its_reserve,
    a_commit_that_finds_no_room_takes_its_page_back,
    whatever_room_is_left_a_commit_works_whole_or_not_at_all,
    a_disk_without_room_for_an_empty_store_is_refused)
