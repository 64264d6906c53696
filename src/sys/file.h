/*
 * Files: the few careful steps that several floors need. Paths are absolute or relative to the
 * working directory; descriptors are opened with O_CLOEXEC.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buffer.h"

/* Reads a whole file of at most `buffer->limit` bytes in place of the buffer's content. ERROR_LIMIT
 * when it is longer. */
int file_read(const char *path, struct buffer *buffer, struct error *error);

/* Writes `bytes` to a temporary name beside `path`, syncs, renames over `path`, syncs the
 * directory: after a power loss either the old or the new content is there, whole. */
int file_write_atomic(const char *path, struct slice bytes, mode_t mode, struct error *error);

/* Creates the directory and its parents as needed, and syncs what each lies in. An existing
 * directory is left as it is; ERROR_INVALID when something else has the name. */
int file_make_directory(const char *path, mode_t mode, struct error *error);

/* The same for the directory that `path` lies in. */
int file_make_parent(const char *path, mode_t mode, struct error *error);

/* Syncs the directory that `path` lies in, so that a rename or creation in it lasts. */
int file_sync_parent(const char *path, struct error *error);

/* Opens (creating it with 0600) and locks a file for this process; the lock goes with the
 * descriptor. The process id is written into it for people. ERROR_LOCKED names the holder. */
int file_lock(const char *path, int *ret_fd, struct error *error);

/* Writes all of `bytes` at the place of a blocking descriptor. ERROR_FULL, ERROR_READ_ONLY or
 * ERROR_IO; then a part may have been written. The text does not know the path: error_prefix() puts
 * it in front. */
int file_write_all(int fd, struct slice bytes, struct error *error);

/* Reads exactly `size` bytes at `offset`. ERROR_CORRUPT when the file ends before. The text does
 * not know the path. */
int file_read_at(int fd, void *data, size_t size, int64_t offset, struct error *error);
