/*
 * Opening: what is not a sound store of ours is refused with a text that says what to do, and stays
 * byte for byte as it was.
 */
#include "check_main.h"

#include <dirent.h>

#include "store/database.h"
#include "store/mount.h"
#include "store/scene.h"
#include "sys/file.h"

/* ---- Comparing folders ---- */

static void describe_file(struct buffer *text, const char *folder, const char *name)
{
    char path[PATH_SIZE * 2];
    struct stat status;
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    ck_assert_int_eq(stat(path, &status), 0);
    /* The lock names its last holder, and looking at a database makes an index of its log, which
     * is no data, beside an empty log where there was none. */
    bool scratch = strcmp(name, "lock") == 0 || strcmp(name, "store.db-shm") == 0 ||
                   (strcmp(name, "store.db-wal") == 0 && status.st_size == 0);
    if (!S_ISREG(status.st_mode) || scratch)
        return;
    _cleanup_(buffer_deinit) struct buffer content = BUFFER_INIT(16 << 20);
    ck_assert_ok(file_read(path, &content, error));
    ck_assert_int_eq(buffer_printf(text, "%s %zu %016llx\n", name, content.size,
                         (unsigned long long)hash64(buffer_slice(&content))),
        0);
}

static int is_no_dot(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void describe_folder(struct buffer *text, const char *folder)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_no_dot, alphasort);
    ck_assert_int_ge(count, 0);
    for (int i = 0; i < count; i++) {
        describe_file(text, folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

/* The store is refused with this code and these words, and nothing in its folder changes. */
static void expect_refused(struct scene *scene, int code, const char *words)
{
    _cleanup_(buffer_deinit) struct buffer before = BUFFER_INIT(1 << 16);
    _cleanup_(buffer_deinit) struct buffer after = BUFFER_INIT(1 << 16);
    describe_folder(&before, scene->directory);
    ck_assert_fails(scene_try_open(scene, error), code, words);
    ck_assert_ptr_null(scene->store);
    ck_assert_fails(scene_try_open(scene, error), code, scene->directory);
    describe_folder(&after, scene->directory);
    ck_assert_str_eq(buffer_text(&before), buffer_text(&after));
}

static void run_sql(struct scene *scene, const char *sql)
{
    char path[PATH_SIZE];
    struct database *database;
    ck_assert_ok(database_open(&database, scene_path(scene, path, "store.db"), error));
    ck_assert_ok(database_run_script(database, sql, error));
    database_close(database);
}

/* ---- Refusals ---- */

START_TEST(a_file_that_is_no_database_is_refused)
{
    struct scene scene = {.store = NULL};
    folder_make(scene.folder);
    (void)folder_path(scene.directory, scene.folder, "state");
    ck_assert_int_eq(mkdir(scene.directory, 0700), 0);
    char path[PATH_SIZE];
    folder_write(scene_path(&scene, path, "store.db"),
        "These are notes that somebody put here and that are longer than a header of SQLite is.\n",
        0600);
    expect_refused(&scene, ERROR_CORRUPT, "store.db");
    folder_remove(scene.folder);
}
END_TEST

START_TEST(a_database_of_another_program_is_refused)
{
    struct scene scene = {.store = NULL};
    folder_make(scene.folder);
    (void)folder_path(scene.directory, scene.folder, "state");
    ck_assert_int_eq(mkdir(scene.directory, 0700), 0);
    char path[PATH_SIZE];
    folder_write(scene_path(&scene, path, "store.db"), "", 0600);
    run_sql(&scene, "CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup')");
    expect_refused(&scene, ERROR_CORRUPT, "another program");
    folder_remove(scene.folder);
}
END_TEST

START_TEST(a_store_of_a_newer_version_is_refused)
{
    struct scene scene;
    scene_begin(&scene);
    scene_store(&scene, 1, 5);
    scene_close(&scene);
    run_sql(&scene, "PRAGMA user_version = 4");
    expect_refused(&scene, ERROR_UNSUPPORTED, "version 4");
    folder_remove(scene.folder);
}
END_TEST

START_TEST(a_damaged_database_is_refused)
{
    struct scene scene;
    scene_begin(&scene);
    for (int64_t i = 0; i < 40; i++)
        scene_store(&scene, i * 100 + 1, i * 100 + 100);
    scene_close(&scene);
    char path[PATH_SIZE];
    int fd = open(scene_path(&scene, path, "store.db"), O_RDWR | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    char zeros[64] = {0};
    for (off_t page = 3; page < 14; page++) /* the heads of trees, not the first page */
        ck_assert_int_eq(pwrite(fd, zeros, sizeof(zeros), page * 4096), sizeof(zeros));
    close(fd);
    expect_refused(&scene, ERROR_CORRUPT, "store.db");
    folder_remove(scene.folder);
}
END_TEST

START_TEST(a_damaged_database_with_a_log_of_a_crash_is_refused_and_the_log_stays)
{
    struct scene scene;
    scene_begin(&scene);
    for (int64_t i = 0; i < 40; i++)
        scene_store(&scene, i * 100 + 1, i * 100 + 100);
    scene_reopen(&scene);
    scene_store(&scene, 9001, 9005);
    /* As after a kill: the log is there. */
    char path[PATH_SIZE], copy[PATH_SIZE];
    _cleanup_(buffer_deinit) struct buffer log = BUFFER_INIT(8 << 20);
    ck_assert_ok(file_read(scene_path(&scene, path, "store.db-wal"), &log, error));
    ck_assert_uint_gt(log.size, 0);
    scene_close(&scene);
    ck_assert_int_eq(scene_size(&scene, "store.db-wal"), -1);
    ck_assert_ok(file_write_atomic(
        scene_path(&scene, copy, "store.db-wal"), buffer_slice(&log), 0600, error));
    int fd = open(scene_path(&scene, path, "store.db"), O_RDWR | O_CLOEXEC);
    char zeros[64] = {0};
    for (off_t page = 16; page < 40; page++)
        ck_assert_int_eq(pwrite(fd, zeros, sizeof(zeros), page * 4096), sizeof(zeros));
    close(fd);
    expect_refused(&scene, ERROR_CORRUPT, "store.db");
    folder_remove(scene.folder);
}
END_TEST

START_TEST(a_database_that_was_lost_is_not_begun_anew_over_its_segments)
{
    struct scene scene;
    scene_begin(&scene);
    scene_store(&scene, 1, 5);
    scene_close(&scene);
    char path[PATH_SIZE];
    int64_t size = scene_size(&scene, "segments/1-1.seg");
    ck_assert_int_eq(unlink(scene_path(&scene, path, "store.db")), 0);
    expect_refused(&scene, ERROR_CORRUPT, "missing or empty");
    ck_assert_int_eq(scene_size(&scene, "segments/1-1.seg"), size);
    ck_assert_int_eq(scene_size(&scene, "store.db"), -1);
    folder_write(path, "", 0600);
    expect_refused(&scene, ERROR_CORRUPT, "missing or empty");
    ck_assert_int_eq(scene_size(&scene, "store.db"), 0);
    folder_remove(scene.folder);
}
END_TEST

START_TEST(a_store_that_is_open_is_locked)
{
    struct scene scene;
    scene_begin(&scene);
    struct scene second = scene;
    second.store = NULL;
    ck_assert_fails(scene_try_open(&second, error), ERROR_LOCKED, "lock");
    ck_assert_fails(scene_try_open(&second, error), ERROR_LOCKED, "needs one of its own");
    ck_assert_ptr_null(second.store);
    scene_store(&scene, 1, 2);
    scene_reopen(&scene);
    scene_expect(&scene, 1, " 1 2");
    scene_end(&scene);
}
END_TEST

START_TEST(a_file_in_place_of_the_directory_is_refused)
{
    struct scene scene = {.store = NULL};
    folder_make(scene.folder);
    (void)folder_path(scene.directory, scene.folder, "state");
    folder_write(scene.directory, "I am no directory", 0600);
    ck_assert_fails(scene_try_open(&scene, error), ERROR_INVALID, scene.directory);
    folder_remove(scene.folder);
}
END_TEST

START_TEST(a_directory_that_cannot_be_written_is_refused)
{
    struct scene scene;
    scene_begin(&scene);
    scene_store(&scene, 1, 2);
    scene_close(&scene);
    if (mount_namespace() && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
        mount(scene.folder, scene.folder, NULL, MS_BIND, NULL) == 0 &&
        mount(NULL, scene.folder, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) == 0) {
        expect_refused(&scene, ERROR_READ_ONLY, scene.directory);
        ck_assert_int_eq(umount(scene.folder), 0);
    } else if (geteuid() != 0) {
        ck_assert_int_eq(chmod(scene.directory, 0500), 0);
        char path[PATH_SIZE];
        ck_assert_int_eq(chmod(scene_path(&scene, path, "lock"), 0400), 0);
        expect_refused(&scene, ERROR_READ_ONLY, scene.directory);
        ck_assert_int_eq(chmod(scene.directory, 0700), 0);
        ck_assert_int_eq(chmod(path, 0600), 0);
    } else {
        fprintf(stderr, "SKIPPED: root may write everywhere, and may not mount here\n");
    }
    scene_open(&scene);
    scene_expect(&scene, 1, " 1 2");
    scene_end(&scene);
}
END_TEST

/* ---- What the database helper refuses ---- */

START_TEST(who_wants_an_existing_store_makes_none)
{
    struct scene scene = {0};
    scene_begin(&scene);
    struct store_options options = {
        .directory = scene.directory, .max_bytes = SCENE_CAP, .existing = true};
    scene_close(&scene);
    ck_assert_ok(store_type->open(&scene.store, &options, error));
    scene_close(&scene);

    char elsewhere[PATH_SIZE];
    options.directory = folder_path(elsewhere, scene.folder, "elsewhere");
    ck_assert_fails(
        store_type->open(&scene.store, &options, error), ERROR_MISSING, "no store is in");
    ck_assert_int_ne(access(elsewhere, F_OK), 0);
    ck_assert_int_eq(mkdir(elsewhere, 0700), 0);
    ck_assert_fails(store_type->open(&scene.store, &options, error), ERROR_MISSING, elsewhere);
    ck_assert_int_eq(rmdir(elsewhere), 0); /* it is as empty as it was */
    folder_remove(scene.folder);
}
END_TEST

START_TEST(a_statement_is_not_used_inside_itself)
{
    struct scene scene;
    scene_begin(&scene);
    scene_close(&scene);
    char path[PATH_SIZE];
    struct database *database;
    ck_assert_ok(database_open(&database, scene_path(&scene, path, "store.db"), error));
    static const char sql[] = "SELECT 1 UNION SELECT 2";
    struct query outer = QUERY_INIT, inner = QUERY_INIT;
    ck_assert_ok(query_open(&outer, database, error, sql));
    ck_assert_int_eq(query_next(&outer, NULL), 1);
    ck_assert_fails(query_open(&inner, database, error, sql), ERROR_INVALID, "inside itself");
    ck_assert_int_eq(query_next(&outer, NULL), 1);
    ck_assert_int_eq(query_next(&outer, NULL), 0);
    query_close(&outer);
    ck_assert_ok(query_open(&inner, database, error, sql));
    query_close(&inner);
    ck_assert_fails(database_run(database, error, "SELECT * FROM nowhere"), ERROR_IO, "nowhere");
    database_close(database);
    folder_remove(scene.folder);
}
END_TEST

CHECK_MAIN("store open", a_file_that_is_no_database_is_refused,
    a_database_of_another_program_is_refused, a_store_of_a_newer_version_is_refused,
    a_damaged_database_is_refused,
    a_damaged_database_with_a_log_of_a_crash_is_refused_and_the_log_stays,
    a_database_that_was_lost_is_not_begun_anew_over_its_segments, a_store_that_is_open_is_locked,
    a_file_in_place_of_the_directory_is_refused, a_directory_that_cannot_be_written_is_refused,
    who_wants_an_existing_store_makes_none, a_statement_is_not_used_inside_itself)
