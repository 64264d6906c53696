/* The file output writes each entry exactly once, whatever happens to the file and the process. */
#include "check_main.h"
#include "file_rig.h"
#include "output/file_record.h"

START_TEST(entries_are_lines_and_directories_and_file_have_their_modes)
{
    file_rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 25, "x");
    rig_start();
    rig_settle();
    file_check_complete(a);
    ck_assert_str_eq(file_names(), "x.ndjson");
    ck_assert_uint_eq(a->position, 26);
    struct stat status;
    ck_assert_int_eq(stat(file_directory, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0750);
    ck_assert_int_eq(stat(file_path, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0640);

    struct file_record record;
    ck_assert_int_eq(file_record_read(buffer_slice(&rig->store.state), &record, NULL), 0);
    ck_assert_str_eq(record.path, file_path);
    ck_assert_uint_eq(record.device, status.st_dev);
    ck_assert_uint_eq(record.inode, status.st_ino);
    ck_assert_uint_eq(record.length, status.st_size);
    ck_assert_int_eq(record.begun, 1700000000);
    file_record_deinit(&record);
    rig_deinit();
}
END_TEST

START_TEST(what_was_not_acknowledged_is_cut_off_and_written_again)
{
    file_rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    rig_start();
    file_crash_before_acknowledgement(a, 7); /* the very first batch */
    rig_start();
    rig_settle();
    file_check_complete(a);
    file_crash_before_acknowledgement(a, 3);
    file_write("y", "not ours");
    rig_start();
    rig_settle();
    ck_assert_str_eq(file_content("y"), "not ours");
    file_remove("y");
    file_check_complete(a);
    rig_deinit();
}
END_TEST

START_TEST(a_file_that_was_there_before_is_kept_and_appended_to)
{
    file_rig_init();
    ck_assert_int_eq(mkdir(file_directory, 0755), 0);
    file_write("x.ndjson", "old line\nunfinished");
    struct store_source *a = fake_store_source(&rig->store, "a");
    rig_start();
    file_crash_before_acknowledgement(a, 2);
    rig_start();
    rig_settle();
    char *lines = file_expected(a, 1, 2);
    char expected[512];
    snprintf(expected, sizeof(expected), "old line\nunfinished\n%s", lines);
    ck_assert_str_eq(file_content("x.ndjson"), expected);
    free(lines);
    rig_deinit();
}
END_TEST

START_TEST(a_file_with_another_identity_is_never_cut)
{
    file_rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 2, "x");
    rig_start();
    rig_settle();
    rig_stop();
    char foreign[512];
    snprintf(foreign, sizeof(foreign), "%0400d\n", 7);
    file_write("other", foreign);
    file_rename("other", "x.ndjson");
    fake_store_add_many(a, 1, "x");
    rig_start();
    rig_settle();
    char *line = file_expected(a, 3, 3);
    ck_assert_int_eq(strncmp(file_content("x.ndjson"), foreign, 401), 0);
    ck_assert_str_eq(file_content("x.ndjson") + 401, line);
    free(line);
    rig_deinit();
}
END_TEST

START_TEST(another_content_under_the_same_inode_is_never_cut)
{
    file_rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 2, "x");
    rig_start();
    rig_settle();
    rig_stop();
    char foreign[512];
    snprintf(foreign, sizeof(foreign), "%0400d\n", 7);
    file_write("x.ndjson", foreign); /* in place */
    fake_store_add_many(a, 1, "x");
    rig_start();
    rig_settle();
    char *line = file_expected(a, 3, 3);
    ck_assert_int_eq(strncmp(file_content("x.ndjson"), foreign, 401), 0);
    ck_assert_str_eq(file_content("x.ndjson") + 401, line);
    free(line);
    rig_deinit();
}
END_TEST

START_TEST(a_file_that_somebody_cut_is_appended_to)
{
    file_rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 4, "x");
    rig_start();
    rig_settle();
    rig_stop();
    ck_assert_int_eq(truncate(file_path, 10), 0);
    rig_start();
    file_crash_before_acknowledgement(a, 1);
    rig_start();
    rig_settle();
    char *line = file_expected(a, 5, 5);
    ck_assert_int_eq(strncmp(file_content("x.ndjson"), "{\"id\":\"a-1\n", 11), 0);
    ck_assert_str_eq(file_content("x.ndjson") + 11, line);

    ck_assert_int_eq(truncate(file_path, 0), 0); /* while it runs: copytruncate */
    file_crash_before_acknowledgement(a, 2);
    rig_start();
    rig_settle();
    free(line);
    line = file_expected(a, 6, 7);
    ck_assert_str_eq(file_content("x.ndjson"), line);
    free(line);
    rig_deinit();
}
END_TEST

START_TEST(a_file_that_was_deleted_while_open_is_made_anew)
{
    file_rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 2, "x");
    rig_start();
    rig_settle();
    file_remove("x.ndjson");
    fake_store_add_many(a, 2, "x");
    delivery_wake(rig->delivery);
    rig_settle();
    char *lines = file_expected(a, 3, 4);
    ck_assert_str_eq(file_content("x.ndjson"), lines);
    free(lines);
    rig_deinit();
}
END_TEST

START_TEST(after_an_external_rename_a_reopen_begins_the_new_file)
{
    file_rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 2, "x");
    rig_start();
    rig_settle();
    file_rename("x.ndjson", "x.ndjson.1");
    fake_store_add_many(a, 2, "x");
    delivery_wake(rig->delivery);
    rig_settle(); /* not told yet: the renamed file goes on */
    char *lines = file_expected(a, 1, 4);
    ck_assert_str_eq(file_content("x.ndjson.1"), lines);
    delivery_reopen(rig->delivery);
    file_crash_before_acknowledgement(a, 3);
    rig_start();
    rig_settle();
    ck_assert_str_eq(file_content("x.ndjson.1"), lines);
    free(lines);
    lines = file_expected(a, 5, 7);
    ck_assert_str_eq(file_content("x.ndjson"), lines);
    free(lines);
    delivery_reopen(rig->delivery); /* nothing was renamed: nothing changes */
    fake_store_add_many(a, 1, "x");
    delivery_wake(rig->delivery);
    rig_settle();
    lines = file_expected(a, 5, 8);
    ck_assert_str_eq(file_content("x.ndjson"), lines);
    free(lines);
    rig_deinit();
}
END_TEST

START_TEST(a_file_renamed_while_no_process_ran_is_cut_under_its_new_name)
{
    file_rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 2, "x");
    rig_start();
    rig_settle();
    file_crash_before_acknowledgement(a, 3);
    file_rename("x.ndjson", "x.ndjson.1");
    rig_start();
    rig_settle();
    char *lines = file_expected(a, 1, 2);
    ck_assert_str_eq(file_content("x.ndjson.1"), lines);
    free(lines);
    lines = file_expected(a, 3, 5);
    ck_assert_str_eq(file_content("x.ndjson"), lines);
    free(lines);
    rig_deinit();
}
END_TEST

START_TEST(a_changed_path_leaves_nothing_unacknowledged_in_the_old_file)
{
    file_rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 2, "x");
    rig_start();
    rig_settle();
    file_crash_before_acknowledgement(a, 3);
    char other[PATH_SIZE];
    (void)file_at(other, "other");
    rig->config.file.path = other;
    rig_start();
    rig_settle();
    char *lines = file_expected(a, 1, 2);
    ck_assert_str_eq(file_content("x.ndjson"), lines);
    free(lines);
    lines = file_expected(a, 3, 5);
    ck_assert_str_eq(file_content("other"), lines);
    free(lines);
    rig_deinit();
}
END_TEST

START_TEST(a_short_write_is_cut_back_and_the_batch_comes_again)
{
    file_rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 4, "x");
    rig_start();
    rig_settle();
    struct stat before;
    ck_assert_int_eq(stat(file_path, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit, unlimited;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
    limit = unlimited;
    limit.rlim_cur = (rlim_t)before.st_size + 50;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    fake_store_add_many(a, 4, "x");
    delivery_wake(rig->delivery);
    rig_pass(10 * USEC_PER_SEC);
    struct stat after;
    ck_assert_int_eq(stat(file_path, &after), 0);
    ck_assert_int_eq(after.st_size, before.st_size);
    ck_assert_int_eq(rig_status().state, DELIVERY_WAITING);
    ck_assert_ptr_nonnull(strstr(rig_status().last_error, file_path));
    ck_assert_uint_eq(a->position, 5);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
    rig_finish();
    file_check_complete(a);
    rig_deinit();
}
END_TEST

START_TEST(nothing_is_written_before_the_store_knows_the_file)
{
    file_rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 4, "x");
    rig->store.fail_state = 3;
    rig_start();
    rig_pass(100 * USEC_PER_MSEC);
    ck_assert_str_eq(file_content("x.ndjson"), "");
    rig_finish();
    file_check_complete(a);
    rig_deinit();
}
END_TEST

START_TEST(a_record_that_nobody_can_read_cuts_nothing)
{
    file_rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 2, "x");
    rig_start();
    rig_settle();
    rig_stop();
    buffer_clear(&rig->store.state);
    ck_assert_int_eq(buffer_append_text(&rig->store.state, "file 2\nlength 0\n"), 0);
    fake_store_add_many(a, 2, "x");
    rig_start();
    rig_settle();
    file_check_complete(a);
    rig_deinit();
}
END_TEST

START_TEST(a_path_that_is_no_regular_file_is_refused)
{
    file_rig_init();
    struct error error = ERROR_INIT;
    ck_assert_int_eq(mkdir(file_directory, 0755), 0);
    ck_assert_int_eq(symlink("y", file_path), 0);
    ck_assert_int_eq(
        delivery_new_with(&rig->delivery, &rig->context, &rig->type, &error), ERROR_INVALID);
    ck_assert_ptr_nonnull(strstr(error.text, "symbolic link"));
    file_remove("x.ndjson");
    ck_assert_int_eq(mkfifo(file_path, 0600), 0);
    ck_assert_int_eq(
        delivery_new_with(&rig->delivery, &rig->context, &rig->type, &error), ERROR_INVALID);
    ck_assert_ptr_nonnull(strstr(error.text, "no regular file"));
    file_remove("x.ndjson");
    ck_assert_int_eq(mkdir(file_path, 0700), 0);
    ck_assert_int_lt(delivery_new_with(&rig->delivery, &rig->context, &rig->type, &error), 0);
    ck_assert_int_eq(rmdir(file_path), 0);
    rig_deinit();
}
END_TEST

START_TEST(a_record_is_read_back_as_it_was_written)
{
    struct file_record record = {.path = strdup("/var/log/with space\nand line.ndjson"),
        .device = UINT64_MAX,
        .inode = 12,
        .length = 1u << 31,
        .begun = 1700000000,
        .tail_size = 4096,
        .tail_hash = 0x0123456789abcdef,
        .rotating = "20240116T133351Z-4294967294"};
    struct buffer text = BUFFER_INIT(KIB(4));
    ck_assert_int_eq(file_record_write(&record, &text), 0);
    struct file_record again;
    ck_assert_int_eq(file_record_read(buffer_slice(&text), &again, NULL), 0);
    ck_assert_str_eq(again.path, record.path);
    ck_assert_uint_eq(again.device, record.device);
    ck_assert_uint_eq(again.inode, record.inode);
    ck_assert_uint_eq(again.length, record.length);
    ck_assert_int_eq(again.begun, record.begun);
    ck_assert_uint_eq(again.tail_size, record.tail_size);
    ck_assert_uint_eq(again.tail_hash, record.tail_hash);
    ck_assert_str_eq(again.rotating, record.rotating);
    file_record_deinit(&again);
    for (size_t size = 1; size < text.size - strlen(record.path) + 1; size++) {
        struct slice part = {.data = text.data, .size = size};
        ck_assert_int_eq(file_record_read(part, &again, NULL), ERROR_INVALID);
    }
    ck_assert_int_eq(file_record_read((struct slice){.data = NULL}, &again, NULL), 0);
    ck_assert_ptr_null(again.path);
    buffer_deinit(&text);
    file_record_deinit(&record);
}
END_TEST

CHECK_MAIN("file", entries_are_lines_and_directories_and_file_have_their_modes,
    what_was_not_acknowledged_is_cut_off_and_written_again,
    a_file_that_was_there_before_is_kept_and_appended_to, a_file_with_another_identity_is_never_cut,
    another_content_under_the_same_inode_is_never_cut, a_file_that_somebody_cut_is_appended_to,
    a_file_that_was_deleted_while_open_is_made_anew,
    after_an_external_rename_a_reopen_begins_the_new_file,
    a_file_renamed_while_no_process_ran_is_cut_under_its_new_name,
    a_changed_path_leaves_nothing_unacknowledged_in_the_old_file,
    a_short_write_is_cut_back_and_the_batch_comes_again,
    nothing_is_written_before_the_store_knows_the_file, a_record_that_nobody_can_read_cuts_nothing,
    a_path_that_is_no_regular_file_is_refused, a_record_is_read_back_as_it_was_written)
