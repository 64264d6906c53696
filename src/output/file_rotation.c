/*
 * When a file is rotated, and how. Rotation happens between batches, so a file passes `size` only
 * when a single batch does. `interval` is aligned: its periods are counted from 1970 in UTC, so
 * that 24h ends at midnight and 1h on the hour; an empty file is not rotated.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/crash_point.h"
#include "base/units.h"
#include "output/file_parts.h"
#include "output/file_settle.h"

/* The wall clock may be set: it is looked at now and then. */
#define LONGEST_TIMER_US  USEC_PER_HOUR
#define ROTATION_RETRY_US (60 * USEC_PER_SEC)

static bool is_due(const struct output *output, size_t more)
{
    const struct file_record *record = &output->record;
    uint64_t size = output->config->file.rotate_size;
    int64_t interval = output->config->file.rotate_interval_us;
    if (record->length == 0 || clock_monotonic_us(output->clock) < output->rotate_after_us)
        return false;
    if (size > 0 && record->length + more > size)
        return true;
    if (interval == 0 || record->begun == 0)
        return false;
    int64_t now = clock_wall_us(output->clock) / interval;
    int64_t begun = record->begun * USEC_PER_SEC / interval;
    return now > begun || begun > now + 1; /* the clock was far ahead when the file began */
}

/* Deletes the oldest rotated files. */
static void prune(struct output *output)
{
    const char *path = output->config->file.path;
    size_t keep = (size_t)output->config->file.rotate_keep;
    if (keep == 0)
        return;
    _cleanup_(rotated_list_deinit) struct rotated_list list = {.items = NULL};
    struct error error = ERROR_INIT;
    if (rotated_list_read(&list, path, &error) < 0)
        log_warning(&output->context.subject, "old rotated files stay: %s", error.text);
    for (size_t i = 0; i + keep < list.count; i++) {
        char suffix[ROTATED_SUFFIX_SIZE];
        rotated_suffix(&list.items[i], suffix);
        compressor_forget(output->compressor, suffix);
        for (unsigned form = ROTATED_PLAIN; form <= ROTATED_GZIP; form <<= 1) {
            if (!(list.items[i].forms & form))
                continue;
            _cleanup_free_ char *old = rotated_path(path, suffix, form);
            if (old == NULL || unlink(old) == 0 || errno == ENOENT)
                continue;
            log_warning(&output->context.subject, "cannot delete the rotated file %s: %s", old,
                strerror(errno));
        }
    }
}

/* Notes the new name, renames, begins a new file. After an error the old file goes on, or the path
 * is opened with the next batch. */
static int rotate(struct output *output, struct error *error)
{
    const char *path = output->config->file.path;
    struct stat status;
    if (lstat(path, &status) < 0 || status.st_dev != output->record.device ||
        status.st_ino != output->record.inode) {
        /* Somebody has rotated it already. */
        file_close_path(output);
        return file_open_path(output, error);
    }
    _cleanup_(rotated_list_deinit) struct rotated_list list = {.items = NULL};
    int code = rotated_list_read(&list, path, error);
    if (code < 0)
        return code;
    rotated_next_suffix(
        &list, clock_wall_us(output->clock) / USEC_PER_SEC, output->record.rotating);
    code = file_note(output, error);
    if (code == 0) {
        crash_point("file.before_rename");
        code = file_rename_rotated(path, output->record.rotating, error);
    }
    int failed = code;
    if (failed < 0) {
        output->record.rotating[0] = '\0';
        output->noted = false; /* the store must not say that a rotation is under way */
    }
    /* Also after a failure: the rename may be done and not synced, and the file that was is not to
     * be written to any more. */
    file_close_path(output);
    code = file_open_path(output, failed < 0 ? NULL : error);
    if (failed < 0)
        return failed;
    if (code == 0)
        code = file_note(output, error);
    prune(output);
    compressor_wake(output->compressor);
    return code;
}

void file_rotate_if_due(struct output *output, size_t more)
{
    struct error error = ERROR_INIT;
    if (!is_due(output, more) || rotate(output, &error) == 0)
        return;
    log_warning(&output->context.subject,
        "cannot rotate: %s; going on without, the next try is in a minute", error.text);
    output->rotate_after_us = clock_monotonic_us(output->clock) + ROTATION_RETRY_US;
}

static void set_interval_timer(struct output *output)
{
    int64_t interval = output->config->file.rotate_interval_us;
    if (interval == 0)
        return;
    int64_t left = interval - clock_wall_us(output->clock) % interval;
    int64_t pause = output->rotate_after_us - clock_monotonic_us(output->clock);
    if (left < pause)
        left = pause;
    /* Without memory for it the next batch rotates. */
    (void)loop_timer_after(&output->interval, left < LONGEST_TIMER_US ? left : LONGEST_TIMER_US);
}

static void interval_over(void *user)
{
    struct output *output = user;
    if (output->fd >= 0 && output->noted && !output->overhang)
        file_rotate_if_due(output, 0);
    set_interval_timer(output);
}

void file_rotation_init(struct output *output)
{
    loop_timer_init(&output->interval, output->context.loop, interval_over, output);
}

void file_rotation_start(struct output *output)
{
    set_interval_timer(output);
}

void file_rotation_deinit(struct output *output)
{
    loop_timer_stop(&output->interval);
}
