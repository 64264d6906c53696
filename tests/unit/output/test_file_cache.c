/* The file output leaves the machine's page cache to others. */
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/vfs.h>

#include "base/limits.h"
#include "check_main.h"
#include "file_rig.h"

/* Whether the page at that offset is in memory. */
static bool is_cached(int fd, size_t offset)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *address = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, (off_t)offset);
    ck_assert_ptr_ne(address, MAP_FAILED);
    unsigned char there = 0;
    ck_assert_int_eq(mincore(address, page, &there), 0);
    ck_assert_int_eq(munmap(address, page), 0);
    return there & 1;
}

/* A file that was written, synced and read just now, and so is cached whole. */
static void write_cached(const char *path, size_t size)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    char *block = malloc(MIB(1));
    memset(block, '\n', MIB(1));
    for (size_t offset = 0; offset < size; offset += MIB(1))
        ck_assert_int_eq(write(fd, block, MIB(1)), MIB(1));
    ck_assert_int_eq(fsync(fd), 0);
    for (size_t offset = 0; offset < size; offset += MIB(1))
        ck_assert_int_eq(pread(fd, block, MIB(1), (off_t)offset), MIB(1));
    ck_assert(is_cached(fd, 0));
    free(block);
    ck_assert_int_eq(close(fd), 0);
}

START_TEST(what_lies_far_before_the_end_of_a_long_file_leaves_the_page_cache_bit_by_bit)
{
    /* In the build folder: a temporary folder may be one of memory, which has nothing to drop. */
    char directory[] = "cache-XXXXXX", path[PATH_SIZE];
    ck_assert_ptr_nonnull(mkdtemp(directory));
    file_rig_init();
    (void)folder_path(path, directory, "x.ndjson");
    rig->config.file.path = path;
    struct statfs system;
    ck_assert_int_eq(statfs(directory, &system), 0);
    bool stays = system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC;
    size_t at_once = MIB(64), size = at_once + 3 * LIMIT_CACHED_FILE;
    write_cached(path, size);

    struct store_source *source = fake_store_source(&rig->store, "a");
    fake_store_add_many(source, 1, "x");
    rig_start();
    rig_settle();
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_gt(lseek(fd, 0, SEEK_END), size);
    ck_assert_int_eq(is_cached(fd, 0), stays);
    ck_assert_int_eq(is_cached(fd, at_once - MIB(1)), stays);
    ck_assert(is_cached(fd, at_once + MIB(1)));

    fake_store_add_many(source, 1, "x");
    delivery_wake(rig->delivery);
    rig_settle();
    ck_assert_int_eq(is_cached(fd, at_once + MIB(1)), stays);
    ck_assert_int_eq(is_cached(fd, size - LIMIT_CACHED_FILE - MIB(1)), stays);
    ck_assert(is_cached(fd, size - LIMIT_CACHED_FILE + MIB(1)));
    ck_assert(is_cached(fd, size));
    close(fd);
    rig_deinit();
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(directory), 0);
}
END_TEST

CHECK_MAIN(
    "file_cache", what_lies_far_before_the_end_of_a_long_file_leaves_the_page_cache_bit_by_bit)
