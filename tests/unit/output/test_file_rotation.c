/* Rotation of the file output: by size and time, compression, old files, and crashes in between. */
#include "check_main.h"
#include "file_rig.h"
#include "output/compressor.h"
#include "output/file_record.h"

/* Batches of ten entries, about 300 bytes, one a file. */
static void rotate_each_batch(void)
{
    file_rig_init();
    rig->config.file.rotate_size = 300;
}

START_TEST(a_file_is_rotated_before_it_grows_past_its_size)
{
    file_rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    rig->config.file.rotate_size = 650; /* two batches */
    fake_store_add_many(a, 50, "x");
    rig_start();
    rig_settle();
    ck_assert_str_eq(
        file_names(), "x.ndjson x.ndjson.20231114T221320Z x.ndjson.20231114T221320Z-1");
    file_check_complete(a);
    struct stat status;
    char path[PATH_SIZE];
    ck_assert_int_eq(stat(file_at(path, "x.ndjson.20231114T221320Z"), &status), 0);
    ck_assert_int_le(status.st_size, 650);
    ck_assert_int_gt(status.st_size, 325);
    ck_assert_uint_eq(status.st_mode & 07777, 0640);
    rig_deinit();
}
END_TEST

START_TEST(only_the_newest_rotated_files_are_kept)
{
    rotate_each_batch();
    struct store_source *a = fake_store_source(&rig->store, "a");
    rig->config.file.rotate_keep = 2;
    ck_assert_int_eq(mkdir(file_directory, 0755), 0);
    file_write("x.ndjson.20200101T000000Z", "the oldest");
    file_write("x.ndjson.20200101T000000Z.gz", "its compressed form");
    file_write("x.ndjson.2020", "not of ours");
    file_write("x.ndjson.20200101T000000Z-0", "nor this");
    file_write("x.ndjson.20200101T000000Z.bz2", "nor this");
    file_write("xx.ndjson.20200101T000000Z", "another output's");
    fake_store_add_many(a, 140, "x");
    rig_start();
    rig_settle();
    ck_assert_str_eq(file_names(),
        "x.ndjson x.ndjson.2020 x.ndjson.20200101T000000Z-0 x.ndjson.20200101T000000Z.bz2 "
        "x.ndjson.20231114T221320Z-11 x.ndjson.20231114T221320Z-12 "
        "xx.ndjson.20200101T000000Z");
    char *lines = file_expected(a, 121, 130);
    ck_assert_str_eq(file_content("x.ndjson.20231114T221320Z-12"), lines);
    free(lines);
    rig_deinit();
}
END_TEST

START_TEST(names_go_up_when_the_clock_is_set_back)
{
    rotate_each_batch();
    struct store_source *a = fake_store_source(&rig->store, "a");
    rig->config.file.rotate_keep = 2;
    fake_store_add_many(a, 20, "x");
    rig_start();
    rig_settle();
    clock_set_wall(rig->clock, 1600000000 * USEC_PER_SEC);
    fake_store_add_many(a, 20, "x");
    delivery_wake(rig->delivery);
    rig_settle();
    ck_assert_str_eq(
        file_names(), "x.ndjson x.ndjson.20231114T221320Z-1 x.ndjson.20231114T221320Z-2");
    char *lines = file_expected(a, 21, 30);
    ck_assert_str_eq(file_content("x.ndjson.20231114T221320Z-2"), lines);
    free(lines);
    rig_deinit();
}
END_TEST

START_TEST(a_day_ends_at_midnight_in_utc_also_when_nothing_comes)
{
    file_rig_init();
    struct store_source *a = fake_store_source(&rig->store, "a");
    rig->config.file.rotate_interval_us = 24 * 3600 * USEC_PER_SEC;
    fake_store_add_many(a, 3, "x"); /* at 22:13:20 */
    rig_start();
    rig_pass(3600 * USEC_PER_SEC);
    ck_assert_str_eq(file_names(), "x.ndjson");
    rig_stop(); /* the time of the first write is kept */
    rig_start();
    rig_pass(3600 * USEC_PER_SEC);
    ck_assert_str_eq(file_names(), "x.ndjson x.ndjson.20231115T000000Z");
    rig_pass(3 * 24 * 3600 * USEC_PER_SEC); /* an empty file is not rotated */
    ck_assert_str_eq(file_names(), "x.ndjson x.ndjson.20231115T000000Z");
    fake_store_add_many(a, 3, "x");
    delivery_wake(rig->delivery);
    rig_settle();
    rig_stop();
    clock_advance(rig->clock, 24 * 3600 * USEC_PER_SEC); /* stopped over midnight */
    fake_store_add_many(a, 3, "x");
    rig_start();
    rig_settle();
    file_check_complete(a);
    char *lines = file_expected(a, 7, 9);
    ck_assert_str_eq(file_content("x.ndjson"), lines);
    free(lines);
    rig_deinit();
}
END_TEST

START_TEST(rotated_files_are_compressed_and_the_plain_ones_go)
{
    rotate_each_batch();
    struct store_source *a = fake_store_source(&rig->store, "a");
    rig->config.file.rotate_gzip = true;
    fake_store_add_many(a, 30, "x");
    rig_start();
    rig_settle();
    ck_assert_str_eq(
        file_names(), "x.ndjson x.ndjson.20231114T221320Z-1.gz x.ndjson.20231114T221320Z.gz");
    char *lines = file_expected(a, 1, 10);
    ck_assert_str_eq(file_content("x.ndjson.20231114T221320Z.gz"), lines);
    free(lines);
    lines = file_expected(a, 11, 20);
    ck_assert_str_eq(file_content("x.ndjson.20231114T221320Z-1.gz"), lines);
    free(lines);
    struct stat status;
    char path[PATH_SIZE];
    ck_assert_int_eq(stat(file_at(path, "x.ndjson.20231114T221320Z.gz"), &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0640);
    rig_deinit();
}
END_TEST

START_TEST(a_compression_that_was_broken_off_begins_again)
{
    file_rig_init();
    rig->config.file.rotate_gzip = true;
    ck_assert_int_eq(mkdir(file_directory, 0755), 0);
    file_write("x.ndjson.20200101T000000Z", "one\n");
    file_write("x.ndjson.20200101T000000Z.gz.tmp", "half");
    file_write("x.ndjson.20200102T000000Z", "two\n");
    file_write("x.ndjson.20200102T000000Z.gz", "a finished or a broken one");
    file_write("x.ndjson.20200103T000000Z.gz.tmp", "of a file that is gone");
    rig_start();
    rig_settle();
    ck_assert_str_eq(
        file_names(), "x.ndjson x.ndjson.20200101T000000Z.gz x.ndjson.20200102T000000Z.gz");
    ck_assert_str_eq(file_content("x.ndjson.20200101T000000Z.gz"), "one\n");
    ck_assert_str_eq(file_content("x.ndjson.20200102T000000Z.gz"), "two\n");
    rig_deinit();
}
END_TEST

START_TEST(without_compression_only_what_was_begun_is_finished)
{
    file_rig_init();
    ck_assert_int_eq(mkdir(file_directory, 0755), 0);
    file_write("x.ndjson.20200101T000000Z", "one\n");
    file_write("x.ndjson.20200102T000000Z", "two\n");
    file_write("x.ndjson.20200102T000000Z.gz", "x");
    rig_start();
    rig_settle();
    ck_assert_str_eq(
        file_names(), "x.ndjson x.ndjson.20200101T000000Z x.ndjson.20200102T000000Z.gz");
    ck_assert_str_eq(file_content("x.ndjson.20200102T000000Z.gz"), "two\n");
    rig_deinit();
}
END_TEST

/* A rotated file of random digits, which takes a while, and a compressor in real time. */
struct slow {
    struct clock *clock;
    struct loop *loop;
    struct compressor *compressor;
    char *content;
};

static void slow_begin(struct slow *slow)
{
    file_rig_init();
    ck_assert_int_eq(mkdir(file_directory, 0755), 0);
    slow->content = malloc(MIB(3) + 1);
    uint64_t random = 1;
    for (size_t i = 0; i < MIB(3); i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        slow->content[i] = (char)('0' + (random >> 33) % 64);
    }
    slow->content[MIB(3)] = '\0';
    file_write("x.ndjson.20200101T000000Z", slow->content);
    slow->clock = clock_new_real();
    ck_assert_int_eq(loop_new(&slow->loop, slow->clock, NULL), 0);
    static const struct log_subject subject = {.kind = "output", .name = "out"};
    ck_assert_int_eq(compressor_new(&slow->compressor, slow->loop, file_path, &subject, true), 0);
}

static void slow_end(struct slow *slow)
{
    compressor_free(slow->compressor);
    loop_free(slow->loop);
    clock_free(slow->clock);
    free(slow->content);
    rig_deinit();
}

START_TEST(a_large_file_is_compressed_in_slices_between_which_the_loop_turns)
{
    struct slow slow;
    slow_begin(&slow);
    size_t turns = 0;
    while (loop_wait_us(slow.loop) == 0) {
        ck_assert_int_eq(loop_turn(slow.loop, 0), 0);
        turns++;
    }
    ck_assert_uint_gt(turns, 5);
    ck_assert_str_eq(file_names(), "x.ndjson.20200101T000000Z.gz");
    ck_assert_str_eq(file_content("x.ndjson.20200101T000000Z.gz"), slow.content);
    slow_end(&slow);
}
END_TEST

START_TEST(a_compression_that_is_broken_off_leaves_the_plain_file)
{
    struct slow slow;
    slow_begin(&slow);
    ck_assert_int_eq(loop_turn(slow.loop, 0), 0);
    ck_assert_str_eq(file_names(), "x.ndjson.20200101T000000Z x.ndjson.20200101T000000Z.gz.tmp");
    compressor_free(slow.compressor);
    slow.compressor = NULL;
    ck_assert_str_eq(file_names(), "x.ndjson.20200101T000000Z");
    slow_end(&slow);
}
END_TEST

START_TEST(a_file_that_goes_while_it_is_compressed_does_not_come_back)
{
    struct slow slow;
    slow_begin(&slow);
    ck_assert_int_eq(loop_turn(slow.loop, 0), 0);
    compressor_forget(slow.compressor, "20190101T000000Z"); /* another one */
    ck_assert_str_eq(file_names(), "x.ndjson.20200101T000000Z x.ndjson.20200101T000000Z.gz.tmp");
    compressor_forget(slow.compressor, "20200101T000000Z");
    file_remove("x.ndjson.20200101T000000Z");
    while (loop_wait_us(slow.loop) == 0)
        ck_assert_int_eq(loop_turn(slow.loop, 0), 0);
    ck_assert_str_eq(file_names(), "");
    slow_end(&slow);
}
END_TEST

START_TEST(a_file_that_waits_to_be_compressed_can_be_deleted)
{
    rotate_each_batch();
    struct store_source *a = fake_store_source(&rig->store, "a");
    rig->config.file.rotate_gzip = true;
    rig->config.file.rotate_keep = 1;
    fake_store_add_many(a, 100, "x");
    rig_start();
    rig_settle();
    ck_assert_str_eq(file_names(), "x.ndjson x.ndjson.20231114T221320Z-8.gz");
    char *lines = file_expected(a, 81, 90);
    ck_assert_str_eq(file_content("x.ndjson.20231114T221320Z-8.gz"), lines);
    free(lines);
    rig_deinit();
}
END_TEST

/* Writes the record as the crash left it: the present file, rotating to `suffix`. */
static void note_rotation(const char *suffix)
{
    struct file_record record;
    ck_assert_int_eq(file_record_read(buffer_slice(&rig->store.state), &record, NULL), 0);
    snprintf(record.rotating, sizeof(record.rotating), "%s", suffix);
    buffer_clear(&rig->store.state);
    ck_assert_int_eq(file_record_write(&record, &rig->store.state), 0);
    file_record_deinit(&record);
}

/* Three entries written and acknowledged, then stopped. */
static struct store_source *write_three(void)
{
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 3, "x");
    rig_start();
    rig_settle();
    rig_stop();
    return a;
}

START_TEST(a_crash_before_the_rename_is_finished_on_start)
{
    file_rig_init();
    struct store_source *a = write_three();
    note_rotation("20231114T221320Z");
    fake_store_add_many(a, 3, "x");
    rig_start();
    rig_settle();
    ck_assert_str_eq(file_names(), "x.ndjson x.ndjson.20231114T221320Z");
    file_check_complete(a);
    rig_deinit();
}
END_TEST

START_TEST(a_crash_before_the_rename_finds_another_name_when_its_own_is_taken)
{
    file_rig_init();
    struct store_source *a = write_three();
    note_rotation("20231114T221320Z");
    file_write("x.ndjson.20231114T221320Z", "somebody's\n");
    fake_store_add_many(a, 3, "x");
    rig_start();
    rig_settle();
    ck_assert_str_eq(
        file_names(), "x.ndjson x.ndjson.20231114T221320Z x.ndjson.20231114T221320Z-1");
    ck_assert_str_eq(file_content("x.ndjson.20231114T221320Z"), "somebody's\n");
    file_remove("x.ndjson.20231114T221320Z");
    file_check_complete(a);
    rig_deinit();
}
END_TEST

START_TEST(a_crash_after_the_rename_is_finished_on_start)
{
    file_rig_init();
    struct store_source *a = write_three();
    note_rotation("20231114T221320Z");
    file_rename("x.ndjson", "x.ndjson.20231114T221320Z");
    fake_store_add_many(a, 3, "x");
    rig_start();
    file_crash_before_acknowledgement(a, 1);
    rig_start();
    rig_settle();
    ck_assert_str_eq(file_names(), "x.ndjson x.ndjson.20231114T221320Z");
    file_check_complete(a);
    rig_deinit();
}
END_TEST

START_TEST(a_crash_between_the_new_file_and_its_note_leaves_an_empty_file)
{
    file_rig_init();
    struct store_source *a = write_three();
    note_rotation("20231114T221320Z");
    file_rename("x.ndjson", "x.ndjson.20231114T221320Z");
    file_write("x.ndjson", "");
    fake_store_add_many(a, 3, "x");
    rig_start();
    rig_settle();
    file_check_complete(a);
    rig_deinit();
}
END_TEST

START_TEST(a_rotation_that_fails_does_not_stop_the_delivery)
{
    rotate_each_batch();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 10, "x");
    rig_start();
    rig_settle();
    rig->store.fail_state = 1; /* the store does not take the note */
    fake_store_add_many(a, 10, "x");
    delivery_wake(rig->delivery);
    rig_settle();
    ck_assert_str_eq(file_names(), "x.ndjson");
    file_check_complete(a);
    rig_stop(); /* nothing says that a rotation was under way */
    rig_start();
    rig_settle();
    ck_assert_str_eq(file_names(), "x.ndjson");
    rig_pass(61 * USEC_PER_SEC);
    fake_store_add_many(a, 10, "x");
    delivery_wake(rig->delivery);
    rig_settle();
    ck_assert_str_eq(file_names(), "x.ndjson x.ndjson.20231114T221421Z");
    file_check_complete(a);
    rig_deinit();
}
END_TEST

START_TEST(a_rotation_whose_new_file_cannot_be_noted_writes_nothing_into_it)
{
    rotate_each_batch();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 10, "x");
    rig_start();
    rig_settle();
    fake_store_add_many(a, 10, "x");
    rig->store.fail_state_after = 1; /* the note before the rename passes */
    rig->store.fail_state = 3;
    delivery_wake(rig->delivery);
    rig_settle();
    ck_assert_str_eq(file_names(), "x.ndjson x.ndjson.20231114T221320Z");
    ck_assert_str_eq(file_content("x.ndjson"), "");
    rig_stop(); /* and a crash now */
    rig->store.fail_state = 0;
    rig_start();
    rig_settle();
    file_check_complete(a);
    rig_deinit();
}
END_TEST

START_TEST(a_file_that_somebody_else_rotated_is_not_rotated_again)
{
    rotate_each_batch();
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, 10, "x");
    rig_start();
    rig_settle();
    file_rename("x.ndjson", "x.ndjson.1");
    file_write("x.ndjson", "somebody's\n");
    fake_store_add_many(a, 10, "x");
    delivery_wake(rig->delivery);
    rig_settle();
    ck_assert_str_eq(file_names(), "x.ndjson x.ndjson.1");
    ck_assert_int_eq(strncmp(file_content("x.ndjson"), "somebody's\n", 11), 0);
    char *lines = file_expected(a, 11, 20);
    ck_assert_str_eq(file_content("x.ndjson") + 11, lines);
    free(lines);
    rig_deinit();
}
END_TEST

CHECK_MAIN("file_rotation", a_file_is_rotated_before_it_grows_past_its_size,
    only_the_newest_rotated_files_are_kept, names_go_up_when_the_clock_is_set_back,
    a_day_ends_at_midnight_in_utc_also_when_nothing_comes,
    rotated_files_are_compressed_and_the_plain_ones_go,
    a_compression_that_was_broken_off_begins_again,
    without_compression_only_what_was_begun_is_finished,
    a_large_file_is_compressed_in_slices_between_which_the_loop_turns,
    a_compression_that_is_broken_off_leaves_the_plain_file,
    a_file_that_goes_while_it_is_compressed_does_not_come_back,
    a_file_that_waits_to_be_compressed_can_be_deleted,
    a_crash_before_the_rename_is_finished_on_start,
    a_crash_before_the_rename_finds_another_name_when_its_own_is_taken,
    a_crash_after_the_rename_is_finished_on_start,
    a_crash_between_the_new_file_and_its_note_leaves_an_empty_file,
    a_rotation_that_fails_does_not_stop_the_delivery,
    a_rotation_whose_new_file_cannot_be_noted_writes_nothing_into_it,
    a_file_that_somebody_else_rotated_is_not_rotated_again)
