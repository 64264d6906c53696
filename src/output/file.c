/*
 * The file output: messages as lines, each exactly once (see output/file_record.h for how), with
 * rotation and compression of rotated files.
 *
 * A batch is appended and synced in one go. Before the first byte goes into a file, its identity
 * and length are in the store; a short write is cut back.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/crash_point.h"
#include "base/limits.h"
#include "base/units.h"
#include "output/file_parts.h"
#include "output/file_settle.h"
#include "sys/file.h"

/* The loop waits meanwhile: 50 milliseconds for each GiB of a file that was cached whole. */
#define UNCACHED_AT_ONCE MIB(64)

/* ---- Opening ---- */

static int open_regular(const char *path, int *ret_fd, struct stat *ret_status, struct error *error)
{
    int code = file_make_parent(path, 0750, error);
    if (code < 0)
        return code;
    /* O_NONBLOCK: a FIFO of that name must not stop us here. */
    _cleanup_close_ int fd = open(
        path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK, 0640);
    if (fd < 0 && errno == ELOOP)
        return error_set(error, ERROR_INVALID,
            "%s is a symbolic link, which a rotation would break; give the path it leads to", path);
    if (fd < 0)
        return error_set_errno(error, errno, "cannot open %s", path);
    if (fstat(fd, ret_status) < 0)
        return error_set_errno(error, errno, "cannot look at %s", path);
    if (!S_ISREG(ret_status->st_mode))
        return error_set(error, ERROR_INVALID,
            "%s is no regular file; for a pipe or terminal use type: stdout", path);
    code = file_sync_parent(path, error);
    if (code < 0)
        return code;
    *ret_fd = take_fd(&fd);
    return 0;
}

int file_open_path(struct output *output, struct error *error)
{
    const char *path = output->config->file.path;
    struct stat status;
    int fd = -1;
    int code = open_regular(path, &fd, &status, error);
    if (code < 0)
        return code;
    output->fd = fd;
    struct file_record *record = &output->record;
    bool same = record->path != NULL && status.st_dev == record->device &&
                status.st_ino == record->inode && strcmp(record->path, path) == 0;
    if (same)
        return 0;
    file_record_deinit(record);
    output->uncached = 0;
    output->noted = false;
    output->overhang = false;
    *record = (struct file_record){.path = strdup(path),
        .device = status.st_dev,
        .inode = status.st_ino,
        .length = (uint64_t)status.st_size};
    if (record->path == NULL) {
        cleanup_close(&output->fd);
        output->fd = -1;
        return error_set(error, ERROR_MEMORY, "no memory to open %s", path);
    }
    return 0;
}

void file_close_path(struct output *output)
{
    cleanup_close(&output->fd);
    output->fd = -1;
}

/* ---- The record ---- */

int file_note(struct output *output, struct error *error)
{
    buffer_clear(&output->state);
    int code = file_record_write(&output->record, &output->state);
    if (code < 0)
        return error_set(error, code, "no memory for the record of %s", output->record.path);
    code = output->context.keep_state(output->context.user, buffer_slice(&output->state), error);
    if (code < 0)
        return error_prefix(error, code, "cannot note %s in the store", output->record.path);
    output->noted = true;
    return 0;
}

/* A file that we have not written to may end without a line feed: our first line must not become
 * the rest of its last one. */
static int end_last_line(struct output *output, struct error *error)
{
    struct file_record *record = &output->record;
    char last = '\n';
    int code = 0;
    if (record->length > 0)
        code = file_read_at(output->fd, &last, 1, (int64_t)record->length - 1, error);
    if (code == 0 && last != '\n') {
        code = file_write_all(output->fd, SLICE_LITERAL("\n"), error);
        record->length += code == 0;
    }
    return code < 0 ? error_prefix(error, code, "%s", record->path) : 0;
}

static int cut_overhang(struct output *output, struct error *error)
{
    if (output->overhang && ftruncate(output->fd, (off_t)output->record.length) < 0)
        return error_set_errno(error, errno, "cannot cut %s back to %" PRIu64 " bytes",
            output->record.path, output->record.length);
    output->overhang = false;
    return 0;
}

/* ---- Writing ---- */

/* What somebody else may have done to the file since the last batch. */
static int look_at_file(struct output *output, struct error *error)
{
    struct file_record *record = &output->record;
    struct stat status;
    if (fstat(output->fd, &status) < 0)
        return error_set_errno(error, errno, "cannot look at %s", record->path);
    if (status.st_nlink == 0) {
        log_warning(
            &output->context.subject, "%s was deleted; going on in a new file", record->path);
        file_close_path(output);
        return file_open_path(output, error);
    }
    if ((uint64_t)status.st_size == record->length)
        return 0;
    if ((uint64_t)status.st_size < record->length)
        log_error(&output->context.subject,
            "%s was cut from %" PRIu64 " to %" PRId64 " bytes by somebody else; going on at its "
            "end",
            record->path, record->length, (int64_t)status.st_size);
    else
        log_warning(&output->context.subject,
            "somebody else has written %" PRId64 " bytes to %s; going on behind them",
            (int64_t)status.st_size - (int64_t)record->length, record->path);
    record->length = (uint64_t)status.st_size;
    record->tail_size = 0;
    output->noted = false;
    return 0;
}

static int make_ready(struct output *output, size_t more, struct error *error)
{
    int code = output->fd < 0 ? file_open_path(output, error) : 0;
    if (code == 0)
        code = cut_overhang(output, error);
    if (code == 0)
        code = look_at_file(output, error);
    if (code < 0)
        return code;
    if (output->noted)
        file_rotate_if_due(output, more);
    if (output->fd < 0)
        code = file_open_path(output, error); /* a rotation got half-way */
    if (code == 0 && !output->noted) {
        code = end_last_line(output, error);
        if (code == 0)
            code = file_note(output, error);
    }
    return code;
}

/* A back-fill would push the files of everybody else out of the page cache, and take ever more of
 * a virtual machine's memory. Who follows the file reads its end, which stays. */
static void uncache(struct output *output)
{
    const struct file_record *record = &output->record;
    if (record->length < output->uncached)
        output->uncached = 0; /* another file */
    if (record->length - output->uncached < 2 * LIMIT_CACHED_FILE)
        return;
    uint64_t end = record->length - LIMIT_CACHED_FILE;
    if (end - output->uncached > UNCACHED_AT_ONCE)
        end = output->uncached + UNCACHED_AT_ONCE;
    /* Only advice: what is refused stays cached. */
    (void)posix_fadvise(
        output->fd, (off_t)output->uncached, (off_t)(end - output->uncached), POSIX_FADV_DONTNEED);
    output->uncached = end;
}

static int append(struct output *output, struct slice bytes, struct error *error)
{
    struct file_record *record = &output->record;
    output->overhang = true;
    int code = file_write_all(output->fd, bytes, error);
    crash_point("file.after_write");
    if (code == 0 && fdatasync(output->fd) < 0)
        code = error_set_errno(error, errno, "cannot sync");
    if (code < 0) {
        (void)cut_overhang(output, NULL); /* done before the next batch if it cannot be now */
        return error_prefix(error, code, "%s", record->path);
    }
    output->overhang = false;
    if (record->begun == 0)
        record->begun = clock_wall_us(output->clock) / USEC_PER_SEC;
    record->length += bytes.size;
    file_record_set_tail(record, bytes);
    uncache(output);
    buffer_clear(&output->state);
    code = file_record_write(record, &output->state);
    if (code < 0) {
        record->length -= bytes.size;
        record->tail_size = 0;
        output->noted = false;
        output->overhang = true;
        return error_set(error, code, "no memory for the record of %s", record->path);
    }
    return 0;
}

static void file_send(struct output *output, struct output_batch *batch)
{
    struct error error = ERROR_INIT;
    int code = make_ready(output, batch->body.size, &error);
    if (code == 0)
        code = append(output, buffer_slice(&batch->body), &error);
    struct output_answer answer = {.outcome = OUTPUT_DELIVERED,
        .message = "",
        .retry_after_us = -1,
        .refused = -1,
        .state = buffer_slice(&output->state)};
    if (code < 0)
        answer = (struct output_answer){.outcome = OUTPUT_FAILED,
            .message = error.text,
            .transport = SLACKAUDIT_TRANSPORT_OTHER,
            .retry_after_us = -1,
            .refused = -1};
    batch->done(batch, &answer);
}

static void file_cancel(struct output *output, struct output_batch *batch)
{
    (void)output; /* a batch is never under way when somebody could ask */
    (void)batch;
}

static int file_entry(struct output *output, const struct format_entry *entry, size_t index,
    struct buffer *body, struct error *error)
{
    (void)index;
    (void)error; /* the delivery's words are as good */
    return encoder_line(&output->encoder, entry, body);
}

/* ---- Life ---- */

static void file_close(struct output *output)
{
    if (output == NULL)
        return;
    file_rotation_deinit(output);
    compressor_free(output->compressor);
    file_close_path(output);
    file_record_deinit(&output->record);
    buffer_deinit(&output->state);
    free(output);
}

DEFINE_CLEANUP(struct output, file_close)

static int settle_record(struct output *output, struct error *error)
{
    struct file_record *record = &output->record;
    struct error unreadable = ERROR_INIT;
    int code = file_record_read(output->context.state, record, &unreadable);
    if (code == ERROR_MEMORY)
        return error_set(error, code, "%s", unreadable.text);
    if (code < 0) {
        log_error(&output->context.subject,
            "%s; the file is not cut, so the last batch may be in it twice", unreadable.text);
        return 0;
    }
    uint64_t device = record->device, length = record->length;
    code = file_settle(record, &output->context.subject, error);
    output->noted = record->path != NULL && record->device == device && record->length == length;
    return code;
}

static int file_open(
    struct output **ret_output, const struct output_context *context, struct error *error)
{
    _cleanup_(file_closep) struct output *output = calloc(1, sizeof(*output));
    if (output == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a file output");
    output->context = *context;
    output->config = context->config;
    output->clock = loop_clock(context->loop);
    output->fd = -1;
    output->state = (struct buffer)BUFFER_INIT(KIB(64));
    file_rotation_init(output);
    int code = encoder_init(&output->encoder, context->config, error);
    if (code == 0)
        code = settle_record(output, error);
    if (code == 0)
        code = file_open_path(output, error);
    if (code < 0)
        return code;
    output->context.state = (struct slice){.data = NULL}; /* valid until here */
    code = compressor_new(&output->compressor, context->loop, context->config->file.path,
        &output->context.subject, context->config->file.rotate_gzip);
    if (code < 0)
        return error_set(error, code, "no memory for a file output");
    file_rotation_start(output);
    *ret_output = TAKE(output);
    return 0;
}

/* The path may be another file now. Everything written so far is synced and in the old one. */
static void file_reopen(struct output *output)
{
    struct error error = ERROR_INIT;
    if (output->fd >= 0 && cut_overhang(output, &error) < 0)
        log_error(&output->context.subject, "%s: a part of a batch stays in it", error.text);
    file_close_path(output);
    if (file_open_path(output, &error) < 0)
        log_error(&output->context.subject, "%s; tried again with the next batch", error.text);
}

const struct output_type output_file = {
    .name = "file",
    .one_at_a_time = true,
    .settles = true,
    .open = file_open,
    .entry = file_entry,
    .send = file_send,
    .cancel = file_cancel,
    .reopen = file_reopen,
    .close = file_close,
};
