/*
 * The whole sequence of entries, history and live: any of them by index, found by time, seen or not
 * yet seen. Nothing is kept of any entry. Immutable once made; threads may share it.
 *
 * A part of the entries shows late: such an entry has its date_create like any other, but appears
 * only some time after it. Which entries and how late follows from the seed.
 */
#pragma once

#include <stdbool.h>

#include "simulator/entry.h"
#include "simulator/timeline.h"

struct history_settings {
    struct timeline_settings timeline;
    double late_percent;
    int64_t late_by_us;    /* a late entry shows after at most this */
    double pretty_percent; /* of the entries, in runs, have line breaks between their tokens */
    uint64_t entry_size;   /* entries are padded to at least this */
    struct odd_plan odd;   /* filled, not placed */
};

#define HISTORY_SETTINGS_INIT                                                                      \
    {                                                                                              \
        .timeline = {                                                                              \
            .seed = 1,                                                                             \
            .entries = TIMELINE_UNSET,                                                             \
            .from = TIMELINE_UNSET,                                                                \
            .to = TIMELINE_UNSET,                                                                  \
            .burst_at = TIMELINE_UNSET,                                                            \
            .live_since = TIMELINE_UNSET,                                                          \
        },                                                                                         \
    }

struct history {
    struct vocabulary *vocabulary;
    struct timeline timeline;
    struct odd_plan odd;
    double late_percent;
    int64_t late_by_us;
    double pretty_percent;
    size_t entry_size;
};

/* How an entry's bytes are wanted. */
enum history_form {
    HISTORY_SERVED, /* as a page holds it */
    HISTORY_KEPT, /* as a line of a file has to hold it: each line break between tokens is one space
                   */
};

/* Returns 0, ERROR_INVALID for settings that do not fit one another, or ERROR_MEMORY. */
int history_new(struct history **ret_history, const struct history_settings *settings,
    int64_t now_us, struct error *error);
void history_free(struct history *history);

/* How many entries are made by `now_us`, late ones too. */
static inline uint64_t history_length(const struct history *history, int64_t now_us)
{
    return timeline_length(&history->timeline, now_us);
}

/* The date_create of an entry: of the one before it for a duplicate. */
int64_t history_date(const struct history *history, uint64_t index);

/* The first index below `length` whose date is `date` or later; `length` when there is none. */
uint64_t history_first_at(const struct history *history, int64_t date, uint64_t length);

/* Whether the entry, made by `now_us`, shows by then. */
bool history_is_visible(const struct history *history, uint64_t index, int64_t now_us);

void history_draw(const struct history *history, uint64_t index, struct entry *ret_entry);

/* True when the entries around `index` are laid out on many lines. */
bool history_is_pretty(const struct history *history, uint64_t index);

/* Appends a drawn entry's bytes. Returns 0 or what the buffer refused with. */
int history_append(const struct history *history, const struct entry *entry, enum history_form form,
    struct buffer *output);
