#include "output/dead_letter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/units.h"
#include "slackaudit/page.h"
#include "sys/file.h"

int dead_letter_init(struct dead_letter *letters, const char *path, const char *output)
{
    *letters = (struct dead_letter){.path = strdup(path), .output = output};
    return letters->path == NULL ? ERROR_MEMORY : 0;
}

void dead_letter_deinit(struct dead_letter *letters)
{
    free(letters->path);
    letters->path = NULL;
}

/* ---- The line ---- */

/* RFC 4648, section 4. */
static int append_base64(struct buffer *line, struct slice bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t at = 0; at < bytes.size; at += 3) {
        size_t left = bytes.size - at;
        uint32_t group = (uint32_t)(unsigned char)bytes.data[at] << 16;
        if (left > 1)
            group |= (uint32_t)(unsigned char)bytes.data[at + 1] << 8;
        if (left > 2)
            group |= (unsigned char)bytes.data[at + 2];
        const char quad[4] = {digits[group >> 18], digits[group >> 12 & 63],
            left > 1 ? digits[group >> 6 & 63] : '=', left > 2 ? digits[group & 63] : '='};
        int result = buffer_append(line, quad, sizeof(quad));
        if (result < 0)
            return result;
    }
    return 0;
}

static int append_member(struct buffer *line, const char *name, struct slice text)
{
    int result = buffer_printf(line, ",\"%s\":", name);
    return result == 0 ? buffer_append_json_string(line, text) : result;
}

/* The id stands there as it was sent, its escapes valid JSON already. */
static int append_entry(struct buffer *line, const struct store_entry *entry, const char *reason)
{
    struct slackaudit_entry_slice look = {.id = NULL};
    bool whole = !(entry->flags & STORE_ENTRY_DAMAGED) &&
                 slackaudit_entry_look(entry->bytes.data, entry->bytes.size, &look) == 0;
    int result = whole && look.id != NULL
                     ? buffer_printf(line, ",\"id\":\"%.*s\"", (int)look.id_size, look.id)
                     : buffer_append_text(line, ",\"id\":null");
    if (result == 0)
        result = append_member(line, "reason", slice_of(reason));
    if (result == 0)
        result = buffer_append_text(line, whole ? ",\"entry\":" : ",\"entry_base64\":\"");
    if (result == 0)
        result =
            whole ? buffer_append_slice(line, entry->bytes) : append_base64(line, entry->bytes);
    if (result == 0)
        result = buffer_append_text(line, whole ? "}\n" : "\"}\n");
    return result;
}

static int make_line(struct buffer *line, const struct dead_letter *letters, const char *source,
    const struct store_entry *entry, const char *reason, int64_t wall_seconds)
{
    char time[UNITS_TEXT_SIZE];
    int result = buffer_printf(line, "{\"time\":\"%s\"", units_format_time(wall_seconds, time));
    if (result == 0)
        result = append_member(line, "output", slice_of(letters->output));
    if (result == 0)
        result = append_member(line, "source", slice_of(source));
    if (result == 0)
        result = buffer_printf(line, ",\"sequence\":%llu", (unsigned long long)entry->sequence);
    if (result == 0)
        result = append_entry(line, entry, reason);
    return result;
}

/* ---- The file ---- */

static int open_letters(const char *path, struct error *error)
{
    int flags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOCTTY;
    int fd = open(path, flags);
    if (fd < 0 && errno == ENOENT) {
        int code = file_make_parent(path, 0700, error);
        if (code < 0)
            return code;
        fd = open(path, flags | O_CREAT, 0600);
    }
    if (fd < 0)
        return error_set_errno(error, errno, "cannot open the dead letter file %s", path);
    return fd;
}

/* Where the last whole line of the first `size` bytes ends. */
static int end_of_lines(int fd, off_t size, off_t *ret_end, struct error *error)
{
    char piece[4096];
    while (size > 0) {
        size_t step = size < (off_t)sizeof(piece) ? (size_t)size : sizeof(piece);
        int code = file_read_at(fd, piece, step, size - (off_t)step, error);
        if (code < 0)
            return code;
        const char *feed = memrchr(piece, '\n', step);
        if (feed != NULL) {
            *ret_end = size - (off_t)step + (feed - piece) + 1;
            return 0;
        }
        size -= (off_t)step;
    }
    *ret_end = 0;
    return 0;
}

/* A last line without its end was never synced, so its entry comes again: it is cut off. */
static int cut_unfinished(int fd, off_t *ret_size, struct error *error)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return error_set_errno(error, errno, "cannot look at it");
    off_t end = 0;
    int code = end_of_lines(fd, status.st_size, &end, error);
    if (code < 0)
        return code;
    if (end < status.st_size && ftruncate(fd, end) < 0)
        return error_set_errno(error, errno, "cannot cut off an unfinished line");
    *ret_size = end;
    return 0;
}

static int append_line(int fd, struct slice line, struct error *error)
{
    off_t size = 0;
    int code = cut_unfinished(fd, &size, error);
    if (code < 0)
        return code;
    code = file_write_all(fd, line, error);
    if (code == 0 && fdatasync(fd) < 0)
        code = error_set_errno(error, errno, "cannot sync");
    if (code < 0)
        (void)ftruncate(fd, size); /* if this fails too, the next letter cuts off what is left */
    return code;
}

int dead_letter_write(struct dead_letter *letters, const char *source,
    const struct store_entry *entry, const char *reason, int64_t wall_seconds, struct error *error)
{
    _cleanup_(buffer_deinit) struct buffer line = BUFFER_INIT(2 * LIMIT_ENTRY);
    int code = make_line(&line, letters, source, entry, reason, wall_seconds);
    if (code < 0)
        return error_set(
            error, code, "no memory for a dead letter of %zu bytes", entry->bytes.size);
    _cleanup_close_ int fd = open_letters(letters->path, error);
    if (fd < 0)
        return fd;
    code = append_line(fd, buffer_slice(&line), error);
    if (code < 0)
        return error_prefix(error, code, "dead letter file %s", letters->path);
    /* Every time: an earlier process may have died between making the file and this. */
    code = file_sync_parent(letters->path, error);
    if (code == 0)
        letters->count++;
    return code;
}
