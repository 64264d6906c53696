#include "output/file_settle.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/crash_point.h"
#include "sys/file.h"

int file_rename_rotated(const char *path, const char *suffix, struct error *error)
{
    _cleanup_free_ char *target = rotated_path(path, suffix, ROTATED_PLAIN);
    if (target == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to rotate %s", path);
    int failed = renameat2(AT_FDCWD, path, AT_FDCWD, target, RENAME_NOREPLACE) < 0 ? errno : 0;
    /* Not every file system knows the flag. */
    if (failed == EINVAL && access(target, F_OK) < 0 && errno == ENOENT)
        failed = rename(path, target) < 0 ? errno : 0;
    if (failed == EEXIST)
        return error_set(
            error, ERROR_INVALID, "cannot rotate %s: %s is there already", path, target);
    if (failed != 0)
        return error_set_errno(error, failed, "cannot rename %s to %s", path, target);
    crash_point("file.after_rename");
    return file_sync_parent(target, error);
}

/* ---- Where the recorded file is ---- */

/* Device numbers can change with a restart of the machine: then the tail tells. */
static bool is_recorded(struct file_record *record, int fd)
{
    struct stat status;
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_ino != record->inode)
        return false;
    if (status.st_dev == record->device)
        return true;
    bool intact = false;
    if (record->tail_size == 0 || status.st_size < (int64_t)record->length ||
        file_record_check_tail(record, fd, &intact, NULL) < 0 || !intact)
        return false;
    record->device = status.st_dev;
    return true;
}

/* Opens `path` if it is the recorded file. Returns the descriptor, or -1. */
static int open_if_recorded(struct file_record *record, const char *path)
{
    _cleanup_close_ int fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
    return fd >= 0 && is_recorded(record, fd) ? take_fd(&fd) : -1;
}

static void cleanup_closedir(DIR **directory)
{
    if (*directory != NULL)
        (void)closedir(*directory); /* it was only read */
}

/* Looks through the directory of the record's path. */
static int open_renamed(struct file_record *record)
{
    const char *slash = strrchr(record->path, '/');
    size_t size = slash == NULL ? 0 : (size_t)(slash - record->path) + 1;
    _cleanup_free_ char *parent = slash == NULL ? strdup(".") : strndup(record->path, size);
    _cleanup_(cleanup_closedir) DIR *directory = parent == NULL ? NULL : opendir(parent);
    if (directory == NULL)
        return -1;
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        if (entry->d_ino != record->inode)
            continue;
        _cleanup_free_ char *path = NULL;
        if (asprintf(&path, "%.*s%s", (int)size, record->path, entry->d_name) < 0) {
            path = NULL;
            return -1;
        }
        int fd = open_if_recorded(record, path);
        if (fd >= 0)
            return fd;
    }
    return -1;
}

/* `ret_here`: it still has the name that it was written under. */
static int open_recorded(struct file_record *record, bool *ret_here)
{
    int fd = open_if_recorded(record, record->path);
    *ret_here = fd >= 0;
    return fd >= 0 ? fd : open_renamed(record);
}

/* ---- What is done about it ---- */

static int cut(struct file_record *record, int fd, int64_t size, const struct log_subject *subject,
    struct error *error)
{
    int64_t more = size - (int64_t)record->length;
    if (ftruncate(fd, (off_t)record->length) < 0 || fdatasync(fd) < 0)
        return error_set_errno(
            error, errno, "cannot cut %" PRId64 " unacknowledged bytes off %s", more, record->path);
    log_info(subject,
        "cut %" PRId64 " bytes off %s that were not acknowledged before the last stop; they are "
        "written again",
        more, record->path);
    return 0;
}

static int settle_length(
    struct file_record *record, int fd, const struct log_subject *subject, struct error *error)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return error_set_errno(error, errno, "cannot look at %s", record->path);
    if (status.st_size < (int64_t)record->length) {
        log_error(subject,
            "%s has %" PRId64 " bytes where %" PRIu64 " were written: somebody cut it; going on "
            "at its end",
            record->path, (int64_t)status.st_size, record->length);
        record->length = (uint64_t)status.st_size;
        record->tail_size = 0;
        return 0;
    }
    bool intact = true;
    int code = file_record_check_tail(record, fd, &intact, error);
    if (code < 0)
        return code;
    if (!intact) {
        log_error(subject,
            "%s is not the file that was written (its inode was given out again, or somebody "
            "changed it); nothing is cut off, going on at its end",
            record->path);
        file_record_deinit(record);
        return 0;
    }
    if (status.st_size > (int64_t)record->length)
        return cut(record, fd, status.st_size, subject, error);
    return 0;
}

/* The name was chosen when nothing had it; if something has it by now, another is. */
static int finish_rotation(const struct file_record *record, struct error *error)
{
    struct error local = ERROR_INIT;
    int code = file_rename_rotated(record->path, record->rotating, &local);
    if (code != ERROR_INVALID)
        return code < 0 ? error_set(error, code, "%s", local.text) : 0;
    _cleanup_(rotated_list_deinit) struct rotated_list list = {.items = NULL};
    code = rotated_list_read(&list, record->path, error);
    if (code < 0)
        return code;
    char suffix[ROTATED_SUFFIX_SIZE];
    rotated_next_suffix(&list, record->begun, suffix);
    return file_rename_rotated(record->path, suffix, error);
}

int file_settle(struct file_record *record, const struct log_subject *subject, struct error *error)
{
    if (record->path == NULL)
        return 0;
    bool here;
    _cleanup_close_ int fd = open_recorded(record, &here);
    if (fd < 0) {
        /* A rotated file may have been compressed since. */
        if (record->rotating[0] == '\0' && record->length > 0)
            log_warning(subject,
                "the file with the last %" PRIu64 " bytes that were written to %s is gone; what "
                "it held is not written again",
                record->length, record->path);
        file_record_deinit(record);
        return 0;
    }
    int code = settle_length(record, fd, subject, error);
    if (code < 0 || record->path == NULL)
        return code;
    if (here && record->rotating[0] != '\0')
        code = finish_rotation(record, error);
    if (!here || record->rotating[0] != '\0')
        file_record_deinit(record);
    return code;
}
