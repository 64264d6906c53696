/* What root does in a directory of another user's is that user's. */
#include "check_main.h"

#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/folder.h"
#include "sys/owner.h"

enum { USER = 54321, GROUP = 54322 }; /* of nobody */

/* In a process of its own; what it exits with says where it failed. */
static int make_file_as_owner(const char *directory, const char *path)
{
    gid_t groups[8];
    if (owner_become(directory, NULL) < 0)
        return 1;
    if (geteuid() != USER || getuid() != USER || getegid() != GROUP)
        return 2;
    if (getgroups(8, groups) != 1 || groups[0] != GROUP)
        return 3;
    if (setuid(0) == 0)
        return 4;
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) < 0 ? 5 : 0;
}

START_TEST(root_becomes_the_owner_of_the_directory_for_good)
{
    char directory[FOLDER_SIZE], path[PATH_SIZE];
    struct stat status;
    int ended;
    if (geteuid() != 0) {
        printf("skipped: only root can become somebody else\n");
        return;
    }
    folder_make(directory);
    ck_assert_int_eq(chown(directory, USER, GROUP), 0);
    (void)folder_path(path, directory, "file");
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        _exit(make_file_as_owner(directory, path));
    ck_assert_int_eq(waitpid(child, &ended, 0), child);
    ck_assert_int_eq(ended, 0);
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_uint_eq(status.st_uid, USER);
    ck_assert_uint_eq(status.st_gid, GROUP);
    ck_assert_int_eq(unlink(path), 0);
    folder_remove(directory);
}
END_TEST

START_TEST(root_does_not_follow_another_user_into_a_directory_of_root_as_root)
{
    char directory[FOLDER_SIZE], roots[FOLDER_SIZE], way[PATH_SIZE], path[PATH_SIZE];
    if (geteuid() != 0) {
        printf("skipped: only root can become somebody else\n");
        return;
    }
    folder_make(directory);
    folder_make(roots);
    ck_assert_int_eq(symlink(roots, folder_path(way, directory, "state")), 0);
    (void)folder_path(path, roots, "file");
    for (int i = 0; i < 2;
         i++) { /* the folder in which the link stands is another's, then the link */
        int ended;
        ck_assert_int_eq(chown(directory, i == 0 ? USER : 0, i == 0 ? GROUP : 0), 0);
        ck_assert_int_eq(lchown(way, i == 0 ? 0 : USER, i == 0 ? 0 : GROUP), 0);
        pid_t child = fork();
        ck_assert_int_ge(child, 0);
        if (child == 0)
            _exit(make_file_as_owner(way, path));
        ck_assert_int_eq(waitpid(child, &ended, 0), child);
        ck_assert_int_eq(WEXITSTATUS(ended), 5); /* it is that user, who may make nothing there */
    }
    ck_assert_int_eq(access(path, F_OK), -1);
    folder_remove(directory);
    folder_remove(roots);
}
END_TEST

START_TEST(nobody_changes_where_nothing_is_or_where_we_are_the_owner)
{
    char directory[FOLDER_SIZE], path[PATH_SIZE];
    uid_t before = geteuid();
    folder_make(directory);
    ck_assert_int_eq(owner_become(directory, NULL), 0);
    ck_assert_int_eq(owner_become(folder_path(path, directory, "nothing"), NULL), 0);
    ck_assert_uint_eq(geteuid(), before);
    folder_remove(directory);
}
END_TEST

CHECK_MAIN("owner", root_becomes_the_owner_of_the_directory_for_good,
    root_does_not_follow_another_user_into_a_directory_of_root_as_root,
    nobody_changes_where_nothing_is_or_where_we_are_the_owner)
