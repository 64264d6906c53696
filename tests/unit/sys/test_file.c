#include "check_main.h"

#include <dirent.h>
#include <sys/wait.h>

#include "sys/file.h"
#include "sys/folder.h"

static char folder[FOLDER_SIZE];
static char path[PATH_SIZE];

static const char *in_folder(const char *name)
{
    return folder_path(path, folder, name);
}

static size_t entries_in_folder(void)
{
    DIR *directory = opendir(folder);
    ck_assert_ptr_nonnull(directory);
    size_t count = 0;
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count - 2; /* without . and .. */
}

START_TEST(a_file_is_read_whole_up_to_the_limit_and_not_past_it)
{
    folder_make(folder);
    struct buffer buffer = BUFFER_INIT(5);
    struct error error = ERROR_INIT;
    folder_write(in_folder("exact"), "12345", 0600);
    ck_assert_int_eq(file_read(path, &buffer, &error), 0);
    ck_assert(slice_equal(buffer_slice(&buffer), SLICE_LITERAL("12345")));
    folder_write(in_folder("short"), "ab", 0600);
    ck_assert_int_eq(file_read(path, &buffer, &error), 0);
    ck_assert(slice_equal(buffer_slice(&buffer), SLICE_LITERAL("ab")));
    folder_write(in_folder("empty"), "", 0600);
    ck_assert_int_eq(file_read(path, &buffer, &error), 0);
    ck_assert_uint_eq(buffer.size, 0);
    folder_write(in_folder("long"), "123456", 0600);
    ck_assert_int_eq(file_read(path, &buffer, &error), ERROR_LIMIT);
    ck_assert_ptr_nonnull(strstr(error.text, "/long"));
    buffer_deinit(&buffer);
    folder_remove(folder);
}
END_TEST

START_TEST(what_cannot_be_read_says_so_with_its_path)
{
    folder_make(folder);
    struct buffer buffer = BUFFER_INIT(100);
    struct error error = ERROR_INIT;
    ck_assert_int_eq(file_read(in_folder("absent"), &buffer, &error), ERROR_MISSING);
    ck_assert_ptr_nonnull(strstr(error.text, "/absent"));
    ck_assert_int_eq(file_read(folder, &buffer, &error), ERROR_IO);
    ck_assert_ptr_nonnull(strstr(error.text, folder));
    buffer_deinit(&buffer);
    folder_remove(folder);
}
END_TEST

START_TEST(an_atomic_write_replaces_the_file_with_its_mode_and_leaves_nothing_else)
{
    folder_make(folder);
    umask(077);
    struct buffer buffer = BUFFER_INIT(100);
    ck_assert_int_eq(file_write_atomic(in_folder("state"), SLICE_LITERAL("old"), 0600, NULL), 0);
    ck_assert_int_eq(file_write_atomic(path, SLICE_LITERAL("new"), 0640, NULL), 0);
    ck_assert_int_eq(file_read(path, &buffer, NULL), 0);
    ck_assert(slice_equal(buffer_slice(&buffer), SLICE_LITERAL("new")));
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0640);
    ck_assert_uint_eq(entries_in_folder(), 1);
    buffer_deinit(&buffer);
    folder_remove(folder);
}
END_TEST

START_TEST(an_atomic_write_that_fails_leaves_the_old_file_and_no_other)
{
    folder_make(folder);
    struct error error = ERROR_INIT;
    ck_assert_int_eq(mkdir(in_folder("state"), 0700), 0); /* a rename over it fails */
    ck_assert_int_eq(file_write_atomic(path, SLICE_LITERAL("new"), 0600, &error), ERROR_IO);
    ck_assert_ptr_nonnull(strstr(error.text, "/state"));
    ck_assert_uint_eq(entries_in_folder(), 1);
    ck_assert_int_eq(file_write_atomic(in_folder("absent/state"), SLICE_LITERAL("x"), 0600, &error),
        ERROR_MISSING);
    folder_remove(folder);
}
END_TEST

START_TEST(a_directory_is_made_with_its_parents_and_left_alone_when_it_is_there)
{
    folder_make(folder);
    umask(0);
    struct stat status;
    ck_assert_int_eq(file_make_directory(in_folder("a//b/c/"), 0750, NULL), 0);
    ck_assert_int_eq(stat(in_folder("a/b/c"), &status), 0);
    ck_assert(S_ISDIR(status.st_mode));
    ck_assert_uint_eq(status.st_mode & 07777, 0750);
    ck_assert_int_eq(file_make_directory(path, 0700, NULL), 0);
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0750);

    ck_assert_int_eq(file_make_parent(in_folder("x/y/file"), 0700, NULL), 0);
    ck_assert_int_eq(stat(in_folder("x/y"), &status), 0);
    ck_assert_int_eq(stat(in_folder("x/y/file"), &status), -1);
    ck_assert_int_eq(file_make_directory("/", 0700, NULL), 0);
    ck_assert_int_eq(file_make_parent("bare-name", 0700, NULL), 0);
    folder_remove(folder);
}
END_TEST

START_TEST(a_file_in_the_place_of_a_directory_is_refused)
{
    folder_make(folder);
    struct error error = ERROR_INIT;
    folder_write(in_folder("file"), "", 0600);
    ck_assert_int_eq(file_make_directory(path, 0700, &error), ERROR_INVALID);
    ck_assert_int_eq(file_make_directory(in_folder("file/below"), 0700, &error), ERROR_INVALID);
    ck_assert_int_eq(file_make_directory("", 0700, &error), ERROR_INVALID);
    folder_remove(folder);
}
END_TEST

START_TEST(a_lock_keeps_others_out_until_its_descriptor_goes)
{
    folder_make(folder);
    struct error error = ERROR_INIT;
    int fd = -1, other = -1;
    ck_assert_int_eq(file_lock(in_folder("lock"), &fd, &error), 0);
    ck_assert_int_eq(file_lock(path, &other, &error), ERROR_LOCKED);
    ck_assert_int_eq(other, -1);
    char holder[32];
    snprintf(holder, sizeof(holder), "process %ld", (long)getpid());
    ck_assert_ptr_nonnull(strstr(error.text, holder));

    pid_t child = fork();
    if (child == 0)
        _exit(file_lock(path, &other, NULL) == ERROR_LOCKED ? 0 : 1);
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);

    close(fd);
    ck_assert_int_eq(file_lock(path, &fd, &error), 0);
    struct stat lock;
    ck_assert_int_eq(fstat(fd, &lock), 0);
    ck_assert_uint_eq(lock.st_mode & 07777, 0600);
    close(fd);
    folder_remove(folder);
}
END_TEST

START_TEST(writing_tells_a_full_disk_from_other_failures)
{
    struct error error = ERROR_INIT;
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(file_write_all(fd, SLICE_LITERAL("x"), &error), ERROR_FULL);
    close(fd);
    ck_assert_int_eq(file_write_all(fd, SLICE_LITERAL("x"), &error), ERROR_IO);
    ck_assert_int_eq(file_write_all(fd, SLICE_LITERAL(""), &error), 0);
}
END_TEST

START_TEST(reading_at_an_offset_is_whole_or_corrupt)
{
    folder_make(folder);
    struct error error = ERROR_INIT;
    folder_write(in_folder("data"), "0123456789", 0600);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char data[4];
    ck_assert_int_eq(file_read_at(fd, data, 4, 6, &error), 0);
    ck_assert_int_eq(memcmp(data, "6789", 4), 0);
    ck_assert_int_eq(file_read_at(fd, data, 4, 7, &error), ERROR_CORRUPT);
    ck_assert_int_eq(file_read_at(fd, data, 4, -1, &error), ERROR_IO);
    close(fd);
    folder_remove(folder);
}
END_TEST

START_TEST(the_directory_of_a_file_can_be_synced)
{
    folder_make(folder);
    struct error error = ERROR_INIT;
    ck_assert_int_eq(file_sync_parent(in_folder("any"), NULL), 0);
    ck_assert_int_eq(file_sync_parent("any", NULL), 0);
    ck_assert_int_eq(file_sync_parent("/any", NULL), 0);
    ck_assert_int_eq(file_sync_parent(in_folder("absent/any"), &error), ERROR_MISSING);
    folder_remove(folder);
}
END_TEST

CHECK_MAIN("file", a_file_is_read_whole_up_to_the_limit_and_not_past_it,
    what_cannot_be_read_says_so_with_its_path,
    an_atomic_write_replaces_the_file_with_its_mode_and_leaves_nothing_else,
    an_atomic_write_that_fails_leaves_the_old_file_and_no_other,
    a_directory_is_made_with_its_parents_and_left_alone_when_it_is_there,
    a_file_in_the_place_of_a_directory_is_refused,
    a_lock_keeps_others_out_until_its_descriptor_goes,
    writing_tells_a_full_disk_from_other_failures, reading_at_an_offset_is_whole_or_corrupt,
    the_directory_of_a_file_can_be_synced)
