#include "simulator/history.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "simulator/pretty.h"

enum { PURPOSE_LATE = 40, PURPOSE_LATE_BY, PURPOSE_PRETTY };

enum { PRETTY_RUN = 64 }; /* entries in a row that are laid out alike */

/* One entry in one line, before it is laid out. */
#define COMPACT_MOST ((size_t)16 << 20)

DEFINE_CLEANUP(struct history, history_free)

int history_new(struct history **ret_history, const struct history_settings *settings,
    int64_t now_us, struct error *error)
{
    _cleanup_(history_freep) struct history *history = calloc(1, sizeof(*history));
    if (history == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the history");
    history->odd = settings->odd;
    history->late_percent = settings->late_percent;
    history->late_by_us = settings->late_by_us;
    history->pretty_percent = settings->pretty_percent;
    history->entry_size = (size_t)settings->entry_size;
    uint64_t seed = settings->timeline.seed;
    int r = timeline_init(&history->timeline, &settings->timeline, now_us, error);
    if (r == 0)
        r = odd_plan_place(&history->odd, history->timeline.entries, seed, error);
    if (r < 0)
        return r;
    r = vocabulary_new(&history->vocabulary, seed);
    if (r < 0)
        return error_set(error, r, "no memory for the words of the entries");
    *ret_history = TAKE(history);
    return 0;
}

void history_free(struct history *history)
{
    if (history == NULL)
        return;
    vocabulary_free(history->vocabulary);
    free(history);
}

int64_t history_date(const struct history *history, uint64_t index)
{
    if (odd_at(&history->odd, index) == ODD_DUPLICATE_ID)
        index--;
    return timeline_date(&history->timeline, index);
}

uint64_t history_first_at(const struct history *history, int64_t date, uint64_t length)
{
    uint64_t low = 0, high = length;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (history_date(history, middle) >= date)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

bool history_is_visible(const struct history *history, uint64_t index, int64_t now_us)
{
    if (history->late_percent <= 0 || history->late_by_us <= 0)
        return true;
    int64_t age_us = now_us - timeline_made_us(&history->timeline, index);
    if (age_us >= history->late_by_us)
        return true;
    uint64_t seed = history->timeline.seed;
    if (!dice_is_within(dice_of(seed, PURPOSE_LATE, index), history->late_percent))
        return true;
    uint64_t late_us = dice_of(seed, PURPOSE_LATE_BY, index) % (uint64_t)history->late_by_us;
    return age_us >= (int64_t)late_us;
}

void history_draw(const struct history *history, uint64_t index, struct entry *ret_entry)
{
    enum odd_kind odd = odd_at(&history->odd, index);
    if (odd == ODD_DUPLICATE_ID)
        index--;
    entry_draw(ret_entry, history->vocabulary, index, timeline_date(&history->timeline, index),
        odd == ODD_DUPLICATE_ID ? ODD_NONE : odd);
}

bool history_is_pretty(const struct history *history, uint64_t index)
{
    return history->pretty_percent > 0 &&
           dice_is_within(dice_of(history->timeline.seed, PURPOSE_PRETTY, index / PRETTY_RUN),
               history->pretty_percent);
}

int history_append(const struct history *history, const struct entry *entry, enum history_form form,
    struct buffer *output)
{
    if (!history_is_pretty(history, entry->index))
        return entry_append(entry, history->vocabulary, history->entry_size, output);
    _cleanup_(buffer_deinit) struct buffer compact = BUFFER_INIT(COMPACT_MOST);
    size_t start = output->size;
    int r = entry_append(entry, history->vocabulary, history->entry_size, &compact);
    if (r == 0)
        r = pretty_append(buffer_slice(&compact), output);
    if (r == 0 && form == HISTORY_KEPT)
        pretty_flatten(output->data + start, output->size - start);
    return r;
}
