#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/utf8.h"

enum { SHORTEST_SECRET = 6, STAMP_SIZE = 48 };

struct secret {
    char *text;
    size_t size;
    unsigned uses; /* two sources may share a token, and one of them may go */
};

static void write_text_line(
    void *user, enum log_level level, const struct log_subject *subject, const char *text);
static void write_json_line(
    void *user, enum log_level level, const struct log_subject *subject, const char *text);

static struct {
    enum log_level level;
    log_sink sink;
    void *sink_user;
    struct secret *secrets;
    size_t secret_count;
    unsigned beginning[256]; /* secrets by their first byte: most bytes of a line begin none */
} the_log = {.level = LOG_LEVEL_INFO, .sink = write_text_line};

void log_set_level(enum log_level level)
{
    the_log.level = level;
}

bool log_enabled(enum log_level level)
{
    return level <= the_log.level;
}

void log_set_sink(log_sink sink, void *user)
{
    the_log.sink = sink;
    the_log.sink_user = user;
}

void log_to_stderr(enum log_format format)
{
    log_set_sink(format == LOG_FORMAT_JSON ? write_json_line : write_text_line, NULL);
}

/* Secrets */

static struct secret *find_secret(const char *text)
{
    for (size_t i = 0; i < the_log.secret_count; i++) {
        if (strcmp(the_log.secrets[i].text, text) == 0)
            return &the_log.secrets[i];
    }
    return NULL;
}

int log_add_secret(const char *secret)
{
    size_t size = strlen(secret);
    if (size < SHORTEST_SECRET)
        return 0;
    struct secret *known = find_secret(secret);
    if (known != NULL) {
        known->uses++;
        return 0;
    }
    char *copy = strdup(secret);
    if (copy == NULL)
        return ERROR_MEMORY;
    struct secret *grown =
        reallocarray(the_log.secrets, the_log.secret_count + 1, sizeof(*the_log.secrets));
    if (grown == NULL) {
        free(copy);
        return ERROR_MEMORY;
    }
    the_log.secrets = grown;
    the_log.secrets[the_log.secret_count++] = (struct secret){copy, size, 1};
    the_log.beginning[(unsigned char)copy[0]]++;
    return 0;
}

void log_remove_secret(const char *secret)
{
    struct secret *known = find_secret(secret);
    if (known == NULL || --known->uses > 0)
        return;
    the_log.beginning[(unsigned char)known->text[0]]--;
    explicit_bzero(known->text, known->size);
    free(known->text);
    *known = the_log.secrets[--the_log.secret_count];
    if (the_log.secret_count == 0) {
        free(the_log.secrets);
        the_log.secrets = NULL;
    }
}

static size_t longest_secret(void)
{
    size_t longest = 0;
    for (size_t i = 0; i < the_log.secret_count; i++) {
        if (the_log.secrets[i].size > longest)
            longest = the_log.secrets[i].size;
    }
    return longest;
}

/* The size of the longest secret that `text` (not empty) begins with, or 0. */
static size_t secret_at(struct slice text)
{
    if (the_log.beginning[(unsigned char)text.data[0]] == 0)
        return 0;
    size_t found = 0;
    for (size_t i = 0; i < the_log.secret_count; i++) {
        const struct secret *secret = &the_log.secrets[i];
        if (secret->size > found && secret->size <= text.size &&
            memcmp(secret->text, text.data, secret->size) == 0)
            found = secret->size;
    }
    return found;
}

/* Lines */

/* A line being made safe to write: cut at LIMIT_LOG_LINE, always with a NUL byte. */
struct line {
    char text[LIMIT_LOG_LINE + 1];
    size_t size;
    bool full; /* something was cut off */
};

static void line_append(struct line *line, const char *data, size_t size)
{
    size_t room = LIMIT_LOG_LINE - line->size;
    line->full = size > room;
    size = utf8_cut((struct slice){data, size}, room);
    memcpy(line->text + line->size, data, size);
    line->size += size;
    line->text[line->size] = '\0';
}

/* Copies one character and returns its size. Texts quote what peers send: a line break would forge
 * a line, and a control character (C0, DEL, C1) could drive the reader's terminal. */
static size_t line_append_character(struct line *line, struct slice text)
{
    size_t size = utf8_character(text);
    unsigned char first = (unsigned char)text.data[0];
    bool control = first < 0x20 || first == 0x7F ||
                   (size == 2 && first == 0xC2 && (unsigned char)text.data[1] < 0xA0);
    if (size == 0)
        line_append(line, "?", 1);
    else if (control)
        line_append(line, " ", 1);
    else
        line_append(line, text.data, size);
    return size == 0 ? 1 : size;
}

/* Copies `text` without its secrets. Where two secrets overlap the whole stretch goes. No secret is
 * looked for from `end` on: the caller knows that none can be judged there. */
static void line_redact(struct line *line, struct slice text, size_t end)
{
    size_t hidden_until = 0;
    for (size_t at = 0; at < end && !line->full;) {
        struct slice rest = {text.data + at, text.size - at};
        size_t secret = secret_at(rest);
        if (secret > 0 && at >= hidden_until)
            line_append(line, "(redacted)", strlen("(redacted)"));
        if (at + secret > hidden_until)
            hidden_until = at + secret;
        at += at < hidden_until ? 1 : line_append_character(line, rest);
    }
}

void log_write(enum log_level level, const struct log_subject *subject, const char *format, ...)
{
    if (!log_enabled(level))
        return;
    int caller_errno = errno;
    /* Room beyond the line's end, so that a secret that the cut would split is still seen whole. */
    char raw[LIMIT_LOG_LINE + LIMIT_SECRET];
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(raw, sizeof(raw), format, arguments);
    va_end(arguments);
    if (written < 0)
        return;

    struct slice text = {raw, (size_t)written};
    size_t end = text.size;
    if (text.size >= sizeof(raw)) {
        text.size = sizeof(raw) - 1;
        size_t longest = longest_secret();
        end = longest > text.size ? 0 : text.size - longest;
    }
    struct line line;
    line.text[0] = '\0';
    line.size = 0;
    line.full = false;
    line_redact(&line, text, end);
    the_log.sink(the_log.sink_user, level, subject, line.text);
    errno = caller_errno;
}

/* Standard error */

static const char *level_name(enum log_level level)
{
    switch (level) {
    case LOG_LEVEL_ERROR:
        return "error";
    case LOG_LEVEL_WARNING:
        return "warning";
    case LOG_LEVEL_INFO:
        return "info";
    case LOG_LEVEL_DEBUG:
        return "debug";
    }
    return "info";
}

static const char *level_colour(enum log_level level)
{
    switch (level) {
    case LOG_LEVEL_ERROR:
        return "\033[31m";
    case LOG_LEVEL_WARNING:
        return "\033[33m";
    case LOG_LEVEL_INFO:
        return "\033[32m";
    case LOG_LEVEL_DEBUG:
        return "\033[2m";
    }
    return "";
}

/* RFC 3339 in UTC with milliseconds. The wall clock is read here and not through sys/clock.h, which
 * stands a floor above; a line is stamped with the host's time even where a test drives all other
 * time. */
static const char *time_stamp(char stamp[STAMP_SIZE])
{
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) < 0)
        now = (struct timespec){0};
    struct tm parts;
    if (gmtime_r(&now.tv_sec, &parts) == NULL)
        parts = (struct tm){.tm_year = 70, .tm_mday = 1};
    size_t size = strftime(stamp, STAMP_SIZE, "%Y-%m-%dT%H:%M:%S", &parts);
    /* It fits. */
    (void)snprintf(stamp + size, STAMP_SIZE - size, ".%03dZ", (int)(now.tv_nsec / 1000000));
    return stamp;
}

/* One call a line keeps lines of several processes apart. A failure is ignored: there is nowhere to
 * tell it. */
static void write_pieces(const struct iovec *pieces, int count)
{
    ssize_t written;
    do
        written = writev(STDERR_FILENO, pieces, count);
    while (written < 0 && errno == EINTR);
}

static struct iovec piece(const char *text)
{
    return (struct iovec){.iov_base = (void *)text, .iov_len = strlen(text)};
}

static void write_text_line(
    void *user, enum log_level level, const struct log_subject *subject, const char *text)
{
    (void)user;
    bool colour = isatty(STDERR_FILENO) == 1 && getenv("NO_COLOR") == NULL;
    char stamp[STAMP_SIZE];
    const struct iovec pieces[] = {
        piece(time_stamp(stamp)),
        piece(" "),
        piece(colour ? level_colour(level) : ""),
        piece(level_name(level)),
        piece(colour ? "\033[0m" : ""),
        piece(subject != NULL ? " " : ""),
        piece(subject != NULL ? subject->kind : ""),
        piece(subject != NULL ? " " : ""),
        piece(subject != NULL ? subject->name : ""),
        piece(": "),
        piece(text),
        piece("\n"),
    };
    write_pieces(pieces, sizeof(pieces) / sizeof(pieces[0]));
}

static int append_json_line(
    struct buffer *line, enum log_level level, const struct log_subject *subject, const char *text)
{
    char stamp[STAMP_SIZE];
    int result = buffer_printf(
        line, "{\"time\":\"%s\",\"level\":\"%s\"", time_stamp(stamp), level_name(level));
    if (result == 0 && subject != NULL) {
        result = buffer_printf(line, ",\"%s\":", subject->kind);
        if (result == 0)
            result = buffer_append_json_string(line, slice_of(subject->name));
    }
    if (result == 0)
        result = buffer_append_text(line, ",\"message\":");
    if (result == 0)
        result = buffer_append_json_string(line, slice_of(text));
    if (result == 0)
        result = buffer_append_text(line, "}\n");
    return result;
}

static void write_json_line(
    void *user, enum log_level level, const struct log_subject *subject, const char *text)
{
    /* The text is free of control characters and valid UTF-8, so an escape at most doubles a byte.
     */
    _cleanup_(buffer_deinit) struct buffer line = BUFFER_INIT(2 * LIMIT_LOG_LINE + KIB(1));
    if (append_json_line(&line, level, subject, text) < 0) {
        write_text_line(
            user, level, subject, text); /* out of memory: the line matters more than its form */
        return;
    }
    const struct iovec whole = {.iov_base = line.data, .iov_len = line.size};
    write_pieces(&whole, 1);
}
