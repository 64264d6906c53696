/*
 * Segment files: `segments/SOURCE-NUMBER.seg` below the state directory, where the bytes of the
 * entries lie. Only appended to, except that what no transaction names is cut off.
 *
 * A file is opened for each use and not kept open, so that a thousand sources need no thousand
 * descriptors; the cost is one open() for each page and each block. Errors name the file.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/slice.h"

/* The folder. Embedded. */
struct segments {
    char *path;
    int fd;
};

#define SEGMENTS_INIT                                                                              \
    {                                                                                              \
        .fd = -1                                                                                   \
    }

/* Which file: the number counts up for each source. */
struct segment_id {
    int64_t source, number;
};

/* Opens the folder in `directory`, making it when it is absent. */
int segments_open(struct segments *segments, const char *directory, struct error *error);
void segments_deinit(struct segments *segments);

/* Makes the names of new files last. */
int segments_sync(const struct segments *segments, struct error *error);

/* Visits each file, in any order, with its size; a negative return ends it. Files with other names
 * are left alone. The visited file may be cut or removed. */
typedef int (*segments_visit)(void *user, struct segment_id id, int64_t size, struct error *error);
int segments_each(
    const struct segments *segments, segments_visit visit, void *user, struct error *error);

/* Shortens a file to `size`, or removes it; one that is not there is no error. */
int segment_cut(
    const struct segments *segments, struct segment_id id, int64_t size, struct error *error);
int segment_remove(const struct segments *segments, struct segment_id id, struct error *error);

/* Reads `size` bytes at `offset`. ERROR_CORRUPT when the file is not there or ends before. */
int segment_read(const struct segments *segments, struct segment_id id, int64_t offset, void *data,
    size_t size, struct error *error);

/* A file that is being appended to. Embedded; the folder outlives it. */
struct segment_writer {
    const struct segments *segments;
    struct segment_id id;
    int fd;          /* -1 when not open */
    int64_t end;     /* where the next byte goes */
    int64_t flushed; /* the disk was told to begin with what lies before it */
};

#define SEGMENT_WRITER_INIT                                                                        \
    {                                                                                              \
        .fd = -1                                                                                   \
    }

/* Opens the file to append at `end`, which is where its last transaction left it; what lies behind
 * is cut off. With `end` 0 the file is created. 1: the file is shorter or gone, so that nothing may
 * be appended; use the next number. */
int segment_writer_open(struct segment_writer *writer, const struct segments *segments,
    struct segment_id id, int64_t end, struct error *error);
int segment_writer_append(struct segment_writer *writer, struct slice bytes, struct error *error);
/* Takes back what was appended behind `end`; nothing when it is not open. */
int segment_writer_cut(struct segment_writer *writer, int64_t end);
int segment_writer_sync(struct segment_writer *writer, struct error *error);
/* Closes it; what was appended stays. */
void segment_writer_deinit(struct segment_writer *writer);
