#include "output/compressor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/crash_point.h"
#include "base/gzip.h"
#include "base/limits.h"
#include "base/units.h"
#include "sys/file.h"

enum { SLICE_MS = 10, LEVEL = 6 };

#define STEP      KIB(64) /* read, compressed and written at once: 1 to 3 ms */
#define SYNC_STEP MIB(1)  /* synced on the way, so that the last sync is short too */
#define RETRY_US  (300 * USEC_PER_SEC)

struct compressor {
    struct loop *loop;
    const char *path;
    const struct log_subject *subject;
    bool enabled;
    struct loop_task task;
    struct loop_timer retry;

    /* The file being compressed; `plain` is -1 when there is none. */
    char suffix[ROTATED_SUFFIX_SIZE];
    char *plain_path, *gzip_path, *temporary_path;
    int plain, temporary;
    struct gzip *gzip;
    struct buffer input, output;
    size_t unsynced;
};

/* ---- One file ---- */

static void end_file(struct compressor *compressor)
{
    cleanup_close(&compressor->plain);
    cleanup_close(&compressor->temporary);
    compressor->plain = compressor->temporary = -1;
    gzip_free(compressor->gzip);
    compressor->gzip = NULL;
    buffer_deinit(&compressor->input);
    buffer_deinit(&compressor->output);
    free(compressor->plain_path);
    free(compressor->gzip_path);
    free(compressor->temporary_path);
    compressor->plain_path = compressor->gzip_path = compressor->temporary_path = NULL;
    compressor->suffix[0] = '\0';
}

static void give_up_file(struct compressor *compressor)
{
    if (compressor->temporary >= 0)
        (void)unlink(compressor->temporary_path); /* if it stays, the next start removes it */
    end_file(compressor);
}

static int open_files(struct compressor *compressor, struct error *error)
{
    compressor->plain = open(compressor->plain_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (compressor->plain < 0)
        return error_set_errno(error, errno, "cannot open %s", compressor->plain_path);
    compressor->temporary = open(
        compressor->temporary_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (compressor->temporary < 0)
        return error_set_errno(error, errno, "cannot create %s", compressor->temporary_path);
    struct stat status;
    if (fstat(compressor->plain, &status) < 0 ||
        fchmod(compressor->temporary, status.st_mode & 0777) < 0)
        return error_set_errno(
            error, errno, "cannot set the mode of %s", compressor->temporary_path);
    return 0;
}

static int begin_file(struct compressor *compressor, const char *suffix, struct error *error)
{
    /* Fits: both have one size. */
    (void)snprintf(compressor->suffix, sizeof(compressor->suffix), "%s", suffix);
    compressor->plain_path = rotated_path(compressor->path, suffix, ROTATED_PLAIN);
    compressor->gzip_path = rotated_path(compressor->path, suffix, ROTATED_GZIP);
    compressor->temporary_path = rotated_path(compressor->path, suffix, ROTATED_UNFINISHED);
    if (compressor->plain_path == NULL || compressor->gzip_path == NULL ||
        compressor->temporary_path == NULL || gzip_new(&compressor->gzip, LEVEL) < 0 ||
        buffer_reserve(&compressor->input, STEP) < 0)
        return error_set(error, ERROR_MEMORY, "no memory to compress a file");
    compressor->unsynced = 0;
    return open_files(compressor, error);
}

static int write_output(struct compressor *compressor, struct error *error)
{
    struct slice bytes = buffer_slice(&compressor->output);
    int code = file_write_all(compressor->temporary, bytes, error);
    if (code < 0)
        return error_prefix(error, code, "%s", compressor->temporary_path);
    buffer_clear(&compressor->output);
    compressor->unsynced += bytes.size;
    if (compressor->unsynced < SYNC_STEP)
        return 0;
    compressor->unsynced = 0;
    if (fdatasync(compressor->temporary) < 0)
        return error_set_errno(error, errno, "cannot sync %s", compressor->temporary_path);
    return 0;
}

static int finish_file(struct compressor *compressor, struct error *error)
{
    if (fsync(compressor->temporary) < 0)
        return error_set_errno(error, errno, "cannot sync %s", compressor->temporary_path);
    if (rename(compressor->temporary_path, compressor->gzip_path) < 0)
        return error_set_errno(error, errno, "cannot rename %s to %s", compressor->temporary_path,
            compressor->gzip_path);
    cleanup_close(&compressor->temporary);
    compressor->temporary = -1; /* no longer to be removed */
    int code = file_sync_parent(compressor->gzip_path, error);
    if (code < 0)
        return code;
    crash_point("file.gzip_renamed");
    if (unlink(compressor->plain_path) < 0)
        return error_set_errno(error, errno, "cannot remove %s", compressor->plain_path);
    return file_sync_parent(compressor->plain_path, error);
}

/* One step. 1: the file is done. */
static int compress_step(struct compressor *compressor, struct error *error)
{
    ssize_t got;
    do
        got = read(compressor->plain, compressor->input.data, STEP);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return error_set_errno(error, errno, "cannot read %s", compressor->plain_path);
    bool last = got == 0;
    int code = gzip_write(compressor->gzip,
        (struct slice){.data = compressor->input.data, .size = (size_t)got}, last,
        &compressor->output);
    if (code < 0)
        return error_set(error, code, "cannot compress %s", compressor->plain_path);
    code = write_output(compressor, error);
    if (code < 0 || !last)
        return code;
    crash_point("file.gzip");
    code = finish_file(compressor, error);
    return code < 0 ? code : 1;
}

/* ---- Which file ---- */

/* Begins with the oldest file that is not compressed yet. 1: there is none. */
static int begin_next(struct compressor *compressor, struct error *error)
{
    _cleanup_(rotated_list_deinit) struct rotated_list list = {.items = NULL};
    int code = rotated_list_read(&list, compressor->path, error);
    for (size_t i = 0; code == 0 && i < list.count; i++) {
        char suffix[ROTATED_SUFFIX_SIZE];
        rotated_suffix(&list.items[i], suffix);
        unsigned forms = list.items[i].forms;
        if (forms & ROTATED_UNFINISHED) {
            _cleanup_free_ char *leftover =
                rotated_path(compressor->path, suffix, ROTATED_UNFINISHED);
            if (leftover != NULL)
                (void)unlink(leftover); /* if it stays, it is only of no use */
        }
        bool begun = forms & (ROTATED_GZIP | ROTATED_UNFINISHED);
        if ((forms & ROTATED_PLAIN) && (compressor->enabled || begun))
            return begin_file(compressor, suffix, error);
    }
    return code < 0 ? code : 1;
}

static int run_slice(struct compressor *compressor, struct error *error)
{
    struct clock *clock = loop_clock(compressor->loop);
    int64_t deadline = clock_monotonic_us(clock) + SLICE_MS * USEC_PER_MSEC;
    int code = compressor->plain < 0 ? begin_next(compressor, error) : 0;
    while (code == 0 && clock_monotonic_us(clock) < deadline) {
        code = compress_step(compressor, error);
        if (code == 1) {
            log_debug(compressor->subject, "compressed %s", compressor->gzip_path);
            end_file(compressor);
            return 0; /* the next one in the next turn */
        }
    }
    return code;
}

static void run(void *user)
{
    struct compressor *compressor = user;
    struct error error = ERROR_INIT;
    int code = run_slice(compressor, &error);
    if (code == 0) {
        loop_task_post(&compressor->task);
    } else if (code < 0) {
        give_up_file(compressor);
        log_warning(compressor->subject,
            "a rotated file stays as it is for now: %s; tried again in five minutes", error.text);
        (void)loop_timer_after(&compressor->retry, RETRY_US); /* else the next rotation wakes us */
    }
}

/* ---- Life ---- */

static void retry(void *user)
{
    compressor_wake(user);
}

int compressor_new(struct compressor **ret_compressor, struct loop *loop, const char *path,
    const struct log_subject *subject, bool enabled)
{
    struct compressor *compressor = calloc(1, sizeof(*compressor));
    if (compressor == NULL)
        return ERROR_MEMORY;
    *compressor = (struct compressor){
        .loop = loop,
        .path = path,
        .subject = subject,
        .enabled = enabled,
        .plain = -1,
        .temporary = -1,
        .input = BUFFER_INIT(STEP),
        .output = BUFFER_INIT(4 * STEP),
    };
    loop_task_init(&compressor->task, loop, run, compressor);
    loop_timer_init(&compressor->retry, loop, retry, compressor);
    loop_task_post(&compressor->task);
    *ret_compressor = compressor;
    return 0;
}

void compressor_free(struct compressor *compressor)
{
    if (compressor == NULL)
        return;
    give_up_file(compressor);
    loop_task_cancel(&compressor->task);
    loop_timer_stop(&compressor->retry);
    free(compressor);
}

void compressor_wake(struct compressor *compressor)
{
    loop_timer_stop(&compressor->retry);
    loop_task_post(&compressor->task);
}

void compressor_forget(struct compressor *compressor, const char *suffix)
{
    if (strcmp(compressor->suffix, suffix) == 0 && *suffix != '\0')
        give_up_file(compressor);
}
