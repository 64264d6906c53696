/*
 * A folder of the test's own below $TMPDIR, removed with all that is in it.
 */
#pragma once

#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDER_SIZE = 256, PATH_SIZE = 512 };

static inline void folder_make(char path[static FOLDER_SIZE])
{
    const char *parent = getenv("TMPDIR");
    snprintf(path, FOLDER_SIZE, "%s/slackaudit-test-XXXXXX", parent == NULL ? "/tmp" : parent);
    ck_assert_ptr_nonnull(mkdtemp(path));
}

static inline int folder_remove_one(
    const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status, (void)kind, (void)place;
    return remove(path);
}

static inline void folder_remove(const char *path)
{
    ck_assert_int_eq(nftw(path, folder_remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* The path of `name` in the folder; `buffer` has PATH_SIZE bytes. */
static inline const char *folder_path(char *buffer, const char *folder, const char *name)
{
    snprintf(buffer, PATH_SIZE, "%s/%s", folder, name);
    return buffer;
}

static inline void folder_write(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    ck_assert_int_eq(fchmod(fd, mode), 0);
    close(fd);
}
