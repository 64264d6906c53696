/*
 * The log: one line an event, for people (text), machines (json) or the journal.
 *
 * A line has a level, a subject (which source or output it is about; NULL for the daemon itself)
 * and a text that says what happened and, for a warning or an error, what it means and what to do.
 * Library code (floors 0 to 2) logs at debug only and returns errors instead.
 *
 * The level, the sink and the table of secrets are the only globals of the tree. Every text that
 * contains a registered secret is written with "(redacted)" in its place: the last line of defence
 * behind code that does not put secrets into texts. One thread.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"

enum log_level {
    LOG_LEVEL_ERROR = 3,
    LOG_LEVEL_WARNING = 4,
    LOG_LEVEL_INFO = 6,
    LOG_LEVEL_DEBUG = 7
};

enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

/* What a line is about. Usually embedded in a source or an output; the strings belong to it. */
struct log_subject {
    const char *kind; /* "source" or "output" */
    const char *name;
};

/* Receives each line that passes the level, already redacted, at most LIMIT_LOG_LINE bytes, valid
 * UTF-8 and without a line break or another control character (a text may quote what a peer sent).
 */
typedef void (*log_sink)(
    void *user, enum log_level level, const struct log_subject *subject, const char *text);

/* Lines below `level` are dropped before they are formatted. */
void log_set_level(enum log_level level);
bool log_enabled(enum log_level level);

/* Text or JSON lines on standard error: the sink until another is set. Text has a time stamp;
 * colour only on a terminal and without NO_COLOR in the environment. */
void log_to_stderr(enum log_format format);
void log_set_sink(log_sink sink, void *user);

/* Adds a secret (copied) to the table, or takes it out. Counted: what was added twice is taken out
 * twice, so that sources can share a token. Shorter than 6 bytes is ignored: it would redact
 * ordinary words. Returns 0 or ERROR_MEMORY. */
int log_add_secret(const char *secret);
void log_remove_secret(const char *secret);

/* Keeps errno. */
void log_write(enum log_level level, const struct log_subject *subject, const char *format, ...)
    _printf_(3, 4);

#define log_error(subject, ...)   log_write(LOG_LEVEL_ERROR, subject, __VA_ARGS__)
#define log_warning(subject, ...) log_write(LOG_LEVEL_WARNING, subject, __VA_ARGS__)
#define log_info(subject, ...)    log_write(LOG_LEVEL_INFO, subject, __VA_ARGS__)
#define log_debug(subject, ...)                                                                    \
    do {                                                                                           \
        if (log_enabled(LOG_LEVEL_DEBUG))                                                          \
            log_write(LOG_LEVEL_DEBUG, subject, __VA_ARGS__);                                      \
    } while (0)
