#include "store/segment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "sys/file.h"

/* ---- The folder ---- */

int segments_open(struct segments *segments, const char *directory, struct error *error)
{
    _cleanup_free_ char *path = NULL;
    if (asprintf(&path, "%s/segments", directory) < 0) {
        path = NULL;
        return error_set(error, ERROR_MEMORY, "no memory to open %s/segments", directory);
    }
    int result = file_make_directory(path, 0700, error);
    if (result < 0)
        return result;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return error_set_errno(error, errno, "cannot open the directory %s", path);
    *segments = (struct segments){.path = TAKE(path), .fd = fd};
    return 0;
}

void segments_deinit(struct segments *segments)
{
    if (segments == NULL)
        return;
    free(segments->path);
    cleanup_close(&segments->fd);
    *segments = (struct segments)SEGMENTS_INIT;
}

int segments_sync(const struct segments *segments, struct error *error)
{
    /* EINVAL: a file system that has nothing to sync for a directory. */
    if (fsync(segments->fd) < 0 && errno != EINVAL)
        return error_set_errno(error, errno, "cannot sync the directory %s", segments->path);
    return 0;
}

/* ---- Names ---- */

struct segment_name {
    char text[48]; /* two numbers of 20 characters and ".seg" fit */
};

static struct segment_name name_of(struct segment_id id)
{
    struct segment_name name;
    (void)snprintf(name.text, sizeof(name.text), "%" PRId64 "-%" PRId64 ".seg", id.source,
        id.number); /* fits */
    return name;
}

static bool name_parse(const char *text, struct segment_id *ret_id)
{
    struct segment_id id;
    if (sscanf(text, "%" SCNd64 "-%" SCNd64, &id.source, &id.number) != 2)
        return false;
    /* Only what we would write ourselves: no signs, spaces or leading zeros. */
    if (id.source <= 0 || id.number <= 0 || strcmp(name_of(id).text, text) != 0)
        return false;
    *ret_id = id;
    return true;
}

static int fail(const struct segments *segments, struct segment_id id, const char *what,
    int os_errno, struct error *error)
{
    const char *advice = os_errno == ENOSPC || os_errno == EDQUOT ? " (free space there)" : "";
    return error_set_errno(
        error, os_errno, "cannot %s %s/%s%s", what, segments->path, name_of(id).text, advice);
}

static int visit_name(const struct segments *segments, const char *text, segments_visit visit,
    void *user, struct error *error)
{
    struct segment_id id;
    if (!name_parse(text, &id))
        return 0;
    struct stat status;
    if (fstatat(segments->fd, text, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return fail(segments, id, "look at", errno, error);
    if (!S_ISREG(status.st_mode))
        return 0;
    return visit(user, id, status.st_size, error);
}

int segments_each(
    const struct segments *segments, segments_visit visit, void *user, struct error *error)
{
    /* A description of its own: the folder's place in the listing would be shared. */
    int fd = openat(segments->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *listing = fd < 0 ? NULL : fdopendir(fd);
    if (listing == NULL) {
        int result = error_set_errno(error, errno, "cannot list %s", segments->path);
        cleanup_close(&fd);
        return result;
    }
    int result = 0;
    while (result >= 0) {
        errno = 0;
        struct dirent *entry = readdir(listing);
        if (entry == NULL) {
            if (errno != 0)
                result = error_set_errno(error, errno, "cannot list %s", segments->path);
            break;
        }
        result = visit_name(segments, entry->d_name, visit, user, error);
    }
    (void)closedir(listing); /* was only read */
    return result < 0 ? result : 0;
}

/* ---- Whole files ---- */

int segment_cut(
    const struct segments *segments, struct segment_id id, int64_t size, struct error *error)
{
    _cleanup_close_ int fd =
        openat(segments->fd, name_of(id).text, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? 0 : fail(segments, id, "open", errno, error);
    struct stat status;
    if (fstat(fd, &status) < 0)
        return fail(segments, id, "look at", errno, error);
    if (status.st_size > size && ftruncate(fd, size) < 0)
        return fail(segments, id, "shorten", errno, error);
    return 0;
}

int segment_remove(const struct segments *segments, struct segment_id id, struct error *error)
{
    if (unlinkat(segments->fd, name_of(id).text, 0) < 0 && errno != ENOENT)
        return fail(segments, id, "remove", errno, error);
    return 0;
}

int segment_read(const struct segments *segments, struct segment_id id, int64_t offset, void *data,
    size_t size, struct error *error)
{
    _cleanup_close_ int fd =
        openat(segments->fd, name_of(id).text, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno == ENOENT)
        return error_set(
            error, ERROR_CORRUPT, "%s/%s is missing", segments->path, name_of(id).text);
    if (fd < 0)
        return fail(segments, id, "open", errno, error);
    int result = file_read_at(fd, data, size, offset, error);
    if (result < 0)
        return error_prefix(error, result, "%s/%s", segments->path, name_of(id).text);
    return 0;
}

/* ---- Appending ---- */

/* Bytes for one request to the disk: a request costs processor time whatever its size. */
static const int64_t flush_size = MIB(1);

/* 1 when the file is not what the database says. */
static int check_end(const struct segment_writer *writer, struct error *error)
{
    struct stat status;
    if (fstat(writer->fd, &status) < 0)
        return fail(writer->segments, writer->id, "look at", errno, error);
    if (status.st_size < writer->end)
        return 1;
    if (status.st_size > writer->end && ftruncate(writer->fd, writer->end) < 0)
        return fail(writer->segments, writer->id, "shorten", errno, error);
    return 0;
}

int segment_writer_open(struct segment_writer *writer, const struct segments *segments,
    struct segment_id id, int64_t end, struct error *error)
{
    int flags = O_WRONLY | O_CLOEXEC | O_NOFOLLOW | (end == 0 ? O_CREAT : 0);
    int fd = openat(segments->fd, name_of(id).text, flags, 0600);
    if (fd < 0 && errno == ENOENT && end > 0)
        return 1;
    if (fd < 0)
        return fail(segments, id, "open", errno, error);
    *writer = (struct segment_writer){
        .segments = segments, .id = id, .fd = fd, .end = end, .flushed = end};
    int result = check_end(writer, error);
    if (result != 0)
        segment_writer_deinit(writer);
    return result;
}

int segment_writer_append(struct segment_writer *writer, struct slice bytes, struct error *error)
{
    while (bytes.size > 0) {
        ssize_t written = pwrite(writer->fd, bytes.data, bytes.size, writer->end);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return fail(writer->segments, writer->id, "write", errno, error);
        bytes.data += written;
        bytes.size -= (size_t)written;
        writer->end += written;
    }
    /* The disk may begin now, so that the sync, which the whole loop waits for, finds little left.
     * Nothing is promised by it, so a refusal does not matter. */
    if (writer->end - writer->flushed >= flush_size) {
        (void)sync_file_range(
            writer->fd, writer->flushed, writer->end - writer->flushed, SYNC_FILE_RANGE_WRITE);
        writer->flushed = writer->end;
    }
    return 0;
}

int segment_writer_cut(struct segment_writer *writer, int64_t end)
{
    if (writer->fd < 0)
        return 0;
    if (ftruncate(writer->fd, end) < 0)
        return fail(writer->segments, writer->id, "shorten", errno, NULL);
    writer->end = end;
    writer->flushed = end;
    return 0;
}

int segment_writer_sync(struct segment_writer *writer, struct error *error)
{
    if (fdatasync(writer->fd) < 0)
        return fail(writer->segments, writer->id, "sync", errno, error);
    return 0;
}

void segment_writer_deinit(struct segment_writer *writer)
{
    if (writer == NULL)
        return;
    cleanup_close(&writer->fd);
    *writer = (struct segment_writer)SEGMENT_WRITER_INIT;
}
